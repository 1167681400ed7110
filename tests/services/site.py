"""The site as it is served, on a port of this machine, for the browser."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from pydantic import SecretStr

from app.cli import DEMO, PACKAGES
from app.main import create_app
from app.settings import Settings

SECONDS_TO_START = 20


@contextmanager
def served(database_url: str, **settings: Any) -> Iterator[str]:
    """Serve the application on a free port; answers its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        app = create_app(Settings(database_url=SecretStr(database_url), **settings))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + SECONDS_TO_START
        while not server.started:
            if time.monotonic() > deadline or not thread.is_alive():
                pytest.fail("the site did not start")
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(SECONDS_TO_START)


@pytest.fixture(scope="session")
def site(templates: Any) -> Iterator[str]:
    """The address of the site with the bundled negotiations."""
    with served(f"sqlite:///{templates('sqlite', *(DEMO / name for name in PACKAGES))}") as address:
        yield address

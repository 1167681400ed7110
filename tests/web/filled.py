"""A form as it stands on its page, each field as it would be sent: a test changes only what it means."""

import re
from html import unescape
from secrets import token_urlsafe
from typing import Any

from starlette.testclient import TestClient

Fields = dict[str, list[str]]


def fields_of(html: str, form: str = "correct") -> Fields:
    """The fields of a form, by its id, with what a browser would send of them."""
    inside = re.search(rf'<form[^>]*id="{form}".*?</form>', html, re.DOTALL)
    assert inside, html
    fields: Fields = {}
    for tag in re.findall(r"<input[^>]*>", inside[0]):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        chosen = attributes.get("type") not in ("checkbox", "radio") or " checked" in tag
        if "name" in attributes and chosen:
            value = unescape(attributes.get("value", ""))
            fields.setdefault(unescape(attributes["name"]), []).append(value)
    for name, inner in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', inside[0], re.DOTALL):
        fields[name] = [unescape(v) for v in re.findall(r'<option value="([^"]*)" selected', inner)] or [""]
    for name, text in re.findall(
        r'<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', inside[0], re.DOTALL
    ):
        fields[name] = [unescape(text)]
    return fields


def filled(client: TestClient, address: str, **changes: str) -> Fields:
    """The form at an address as it is opened, with these fields changed; to be saved."""
    page = client.get(address)
    assert page.status_code == 200, (address, page.status_code)
    changed = {name: [value] for name, value in changes.items()}
    return fields_of(page.text) | {"action": ["save"]} | changed


def correct(client: TestClient, record: str, **changes: str) -> None:
    """Correct a record through its form."""
    data = filled(client, f"{record}/edit", **({"reason": "Better so."} | changes))
    answer = client.post(f"{record}/edit", data=data)
    assert answer.status_code == 303, answer.text


def confirm(client: TestClient, address: str, **data: Any) -> Any:
    """Send the small form of a page: a reason, and the hidden fields that it has."""
    page = client.get(address)
    assert page.status_code == 200, (address, page.status_code)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    return client.post(address, data={**hidden, "token": token_urlsafe(32), **data})

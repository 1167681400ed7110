"""Settings: read from the environment, refused in one clear line, and all of them documented."""

import re
from pathlib import Path

import pytest

from app.settings import Settings, WrongSetting, read_settings

README = Path(__file__).parents[1] / "README.md"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PARLEY_DATABASE_URL", "mysql://someone:secret@host/name", "write sqlite:///FILE or postgresql://"),
        ("PARLEY_PUBLIC_URL", "parley.example", "write an address such as https://parley.example"),
        ("PARLEY_PUBLIC_URL", "javascript:alert(1)", "write an address such as https://parley.example"),
        ("PARLEY_MAX_BODY_SIZE", "many", "valid integer"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting) as refused:
        read_settings()
    message = str(refused.value)
    assert message.startswith(f"{name}: ")
    assert words in message
    assert "secret" not in message
    assert value == "parley.example" or value not in message


def test_the_readme_has_every_setting_with_its_default() -> None:
    text = README.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(PARLEY_[A-Z_]+)` \| (.*?) \|", text, re.MULTILINE))
    assert set(rows) == {f"PARLEY_{name.upper()}" for name in Settings.model_fields}

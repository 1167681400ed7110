"""The lock files install the same everywhere, from wherever the reader's pip is set to look."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "dev.lock")


def pins(lock: str) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text(), flags=re.MULTILINE)
    return dict(found)


def test_the_tests_run_what_the_product_runs() -> None:
    assert pins("requirements.lock").items() <= pins("dev.lock").items()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert re.findall(r"^\s*--(?!hash=)", text, flags=re.MULTILINE) == []

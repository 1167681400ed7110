"""Of every page that readers may open: it has a known address, and it is the same for whichever party."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import html  # type: ignore[import-untyped]
from starlette.testclient import TestClient

from app.cli import DEMO, PACKAGES
from tests.services.databases import serving
from tests.web.pages import ADDRESSES, NO_PAGES, PAGES, without_address


def test_every_page_that_readers_may_open_has_an_address_to_look_at(whole: TestClient) -> None:
    app: Any = whole.app
    missing = sorted(without_address(app.routes))
    assert missing == [], f"name an address of each in tests/web/pages.py: {missing}"
    known = set(_paths(app.routes))
    assert [path for path in PAGES | NO_PAGES if path not in known] == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_address_is_that_of_a_page(whole: TestClient, address: str) -> None:
    response = whole.get(address, follow_redirects=False)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"


def _paths(found: Any) -> Iterator[str]:
    for route in found:
        nested = getattr(route, "original_router", None)
        if nested is not None:
            yield from _paths(nested.routes)
        else:
            yield route.path


# --- The swap test (domain.md §9) -----------------------------------------------------------------------

# A record keeps its id, whatever name it begins with. An outlet's name is part of its address.
ACTORS = re.compile(r"(?<![\w-])(?:hamas|israel)(?![\w-])|(?:\b|(?<=%20))(?:Hamas|Israel)\b")
OTHER = {"hamas": "israel", "israel": "hamas", "Hamas": "Israel", "Israel": "Hamas"}


def exchanged(text: str) -> str:
    """The text with the two parties of the bundled negotiations in one another's place."""
    return ACTORS.sub(lambda found: OTHER[found[0]], text)


def exchanged_package(package: Path, folder: Path) -> Path:
    """A copy in which each of the two has the other's name, and with it all that the other holds and says."""
    folder.mkdir(parents=True)
    for file in package.iterdir():
        text = file.read_bytes().decode()
        (folder / file.name).write_bytes((exchanged(text) if file.suffix == ".csv" else text).encode())
    return folder


@pytest.fixture(scope="module")
def whole(templates: Any) -> Iterator[TestClient]:
    """A reader of the bundled negotiations; that both databases give the same pages, others test."""
    with serving(f"sqlite:///{templates('sqlite', *(DEMO / name for name in PACKAGES))}") as client:
        yield client


@pytest.fixture(scope="module")
def swapped(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A reader of the same, with two parties exchanged."""
    folder = tmp_path_factory.mktemp("swapped")
    packages = [exchanged_package(DEMO / name, folder / name) for name in PACKAGES]
    with serving(f"sqlite:///{templates('sqlite', *packages)}") as client:
        yield client


def test_each_of_the_two_holds_what_the_other_held(tmp_path: Path) -> None:
    held = []
    for package in (DEMO / "gaza", exchanged_package(DEMO / "gaza", tmp_path / "gaza")):
        with (package / "demands.csv").open(encoding="utf-8", newline="") as rows:
            held.append({row["id"]: row["holders"] for row in csv.DictReader(rows)})
    assert set(held[0].values()) >= {"hamas", "israel"}
    assert held[1] == {demand: exchanged(holders) for demand, holders in held[0].items()}


@pytest.mark.parametrize("address", ADDRESSES)
def test_exchanging_two_parties_changes_nothing_but_names_and_order(
    whole: TestClient, swapped: TestClient, address: str
) -> None:
    before = elements(exchanged(_whole(whole.get(address).text)))
    after = elements(_whole(swapped.get(exchanged(address)).text))
    assert not (before - after), "there was"
    assert not (after - before), "there is"


def elements(text: str) -> Counter[str]:
    """Every element of a page with its attributes and words, in no order: that may be the names'."""
    return Counter(
        f"<{element.tag} {sorted(element.attrib.items())}>{' '.join(_own_words(element))}"
        for element in html.document_fromstring(text).iter()
        if isinstance(element.tag, str)
    )


def _own_words(element: Any) -> list[str]:
    # Names that are listed one after another stand in the order of names, in a sentence of words too.
    return sorted(word for text in element.xpath("text()") for word in text.split())


def _whole(text: str) -> str:
    """The page without what a form sends along so that it is taken once, and without keys of citations."""
    text = re.sub(r'name="token" value="[^"]*"', 'name="token"', text)
    return re.sub(r"(parley-gaza-\w+)-(?:hamas|israel)-", r"\1-", text)

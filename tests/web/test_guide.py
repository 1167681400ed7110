"""How to read this: every word of the vocabulary is there, with what it means."""

import inspect
import re
from enum import StrEnum
from html import unescape

import pytest
from starlette.testclient import TestClient

from app.domain import vocabulary
from app.web.labels import LABELS, label
from app.web.meanings import CHAPTERS, MEANINGS, meaning

ENUMS = [
    found
    for _, found in inspect.getmembers(vocabulary, inspect.isclass)
    if issubclass(found, StrEnum) and found is not StrEnum
]


@pytest.mark.parametrize("words", ENUMS)
def test_no_word_of_the_vocabulary_lacks_its_label_or_its_meaning(words: type[StrEnum]) -> None:
    assert set(LABELS[words]) == set(MEANINGS[words]) == {str(word) for word in words}
    for word in words:
        assert label(word)
        assert meaning(word).endswith("."), "a meaning is a sentence"


def test_every_list_of_words_stands_on_the_page(small: TestClient) -> None:
    assert {words for _, words in CHAPTERS} == set(ENUMS)
    page = small.get("/how-to-read")
    assert page.status_code == 200
    text = unescape(re.sub(r"<[^>]+>", " ", page.text))
    for _, words in CHAPTERS:
        for word in words:
            assert label(word) in text
            assert meaning(word) in text


def test_the_foot_of_every_page_leads_there(small: TestClient) -> None:
    for address in ("/", "/negotiations/reports", "/negotiations/nowhere", "/how-to-read"):
        assert 'href="/how-to-read"' in small.get(address).text


def test_it_is_kept_until_the_words_change(small: TestClient) -> None:
    tag = small.get("/how-to-read").headers["etag"]
    assert small.get("/how-to-read", headers={"if-none-match": tag}).status_code == 304

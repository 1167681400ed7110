"""Text is found however it is spelt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.search import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Rafah", "rafah"),
        ("São Tomé", "sao tome"),
        ("STRASSE Straße", "strasse strasse"),
        ("ﬁve ① Ｗｉｄｅ", "five 1 wide"),
        ("مُحَمَّد", "محمد"),
        ("الأسرى أُطلقوا", "الاسرى اطلقوا"),
        ("حـــماس", "حماس"),
        ("שָׁלוֹם", "שלום"),
        ("\u200fעזה\u200e", "עזה"),
        ("ガザ", "ガザ"),
        ("हिन्दी", "हिन्दी"),
        ("ท่า", "ท่า"),
        ("İstanbul", "istanbul"),
        ("", ""),
    ],
)
def test_text_is_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)

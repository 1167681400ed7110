"""Quotes are found by their words, told apart by the words around them, and never attached by guessing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.quotes import Quote, Span, place_near, place_of, places, sentences, words_around

TEXT = "They want “a full halt” now.\nOthers speak of a full halt later, or of a\nfull halt never."


@pytest.mark.parametrize(
    ("words", "starts"),
    [
        ("a full halt", [11, 45, 70]),
        ("“a full halt”", [10]),
        ('"a full halt"', [10]),
        ("  a  full\nhalt ", [11, 45, 70]),
        ("a full stop", []),
        ("", []),
        ("(a full halt", []),
    ],
)
def test_words_are_found_whatever_their_spaces_and_quotation_marks(words: str, starts: list[int]) -> None:
    assert [span.start for span in places(TEXT, words)] == starts


def test_words_that_stand_at_several_places_are_told_apart_by_those_around_them() -> None:
    assert place_of(TEXT, Quote("a full halt")) is None
    found = place_of(TEXT, Quote("a full halt", "Others speak of ", " later"))
    assert found == Span(45, 56)
    assert place_of(TEXT, Quote("a full halt", "nothing like it", "here")) is None


def test_what_was_just_chosen_is_where_it_was_chosen_or_at_the_first_place() -> None:
    assert place_near(TEXT, "a full halt", "or of ", " never") == Span(70, 81)
    assert place_near(TEXT, "a full halt", "", "") == Span(11, 22)
    assert place_near(TEXT, "a full stop", "", "") is None


@given(st.text(alphabet="ab \n“”\"'’-–كה", max_size=60), st.data())
def test_whatever_is_cut_out_of_a_text_is_found_in_it_again(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    words = text[start:end]
    if not words.strip():
        assert places(text, words) == []
        return
    around = words_around(text, Span(start, end))
    found = place_near(text, words, *around)
    assert found is not None
    assert text[found.start : found.end].split() != []
    assert any(span.start <= start + len(words) - len(words.lstrip()) for span in places(text, words))


def test_sentences_end_with_their_marks_and_with_the_line() -> None:
    text = 'It said "no". Then it left.\n\nA title\nقال الوفد نعم؟ ثم مضى.'
    assert [text[span.start : span.end] for span in sentences(text)] == [
        'It said "no".',
        "Then it left.",
        "A title",
        "قال الوفد نعم؟",
        "ثم مضى.",
    ]

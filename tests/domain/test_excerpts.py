"""What stands around a quote in its text."""

import pytest

from app.domain.excerpts import REACH, Excerpt, Finding, excerpt
from app.domain.quotes import Quote

TEXT = "First. Second one. He said “we shall stay” there. After it. Last.\n\nHe said “we shall stay” again."


@pytest.mark.parametrize(
    ("text", "quote", "found"),
    [
        (None, Quote("x"), Excerpt(Finding.NO_TEXT)),
        (TEXT, None, Excerpt(Finding.PARAPHRASED)),
        (TEXT, Quote("we shall leave"), Excerpt(Finding.MISSING)),
        (
            TEXT,
            Quote("we shall stay", "He said “", "” there"),
            Excerpt(
                Finding.FOUND,
                "Second one. He said “",
                "we shall stay",
                "” there. After it.",
                begins=False,
                ends=False,
                times=2,
            ),
        ),
        (
            TEXT,
            Quote("we shall stay", "He said “", "” again."),
            Excerpt(Finding.FOUND, "Last.\n\nHe said “", "we shall stay", "” again.", begins=False, times=2),
        ),
        (
            TEXT,
            Quote("we shall stay"),
            Excerpt(
                Finding.SEVERAL,
                "Second one. He said “",
                "we shall stay",
                "” there. After it.",
                begins=False,
                ends=False,
                times=2,
            ),
        ),
        (
            "نحن باقون. سنبقى هنا؟ نعم.",
            Quote("سنبقى"),
            Excerpt(Finding.FOUND, "نحن باقون. ", "سنبقى", " هنا؟ نعم.", times=1),
        ),
    ],
)
def test_a_quote_is_shown_with_the_sentence_that_it_stands_in_and_those_beside_it(
    text: str | None, quote: Quote | None, found: Excerpt
) -> None:
    assert excerpt(text, quote) == found


def test_of_an_endless_sentence_only_what_is_near_is_shown() -> None:
    found = excerpt("word " * 5000 + "here " + "more " * 5000, Quote("here"))
    assert (found.finding, found.begins, found.ends) == (Finding.FOUND, False, False)
    assert found.before.startswith("word")
    assert found.after.endswith("more")
    assert len(found.before) <= REACH
    assert len(found.after) <= REACH

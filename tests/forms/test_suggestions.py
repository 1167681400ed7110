"""What a report's text suggests for the fields of a form: actors in any script, days, quantities."""

import csv
from pathlib import Path

import pytest

from app.cli import DEMO
from app.forms.suggestions import suggestions

ARTICLE = (Path(__file__).parent.parent / "article.txt").read_text(encoding="utf-8")


def found(
    text: str, field: str, names: dict[str, list[str]] | None = None, published: str = "2024-04-03"
) -> list[tuple[str, str, str]]:
    return [
        (text[one.span.start : one.span.end], one.value, one.unit)
        for one in suggestions(text, names or {}, published)
        if one.field == field
    ]


def actors() -> dict[str, list[str]]:
    with (DEMO / "seed-article" / "actors.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["id"]: [row["name"], *filter(None, row["aliases"].split("|"))] for row in csv.DictReader(file)
        }


def test_the_article_names_its_actors_days_and_quantities() -> None:
    names = {value for _, value, _ in found(ARTICLE, "actor", actors())}
    assert names == {"israel", "hamas", "qatar", "egypt", "united-states"}
    days = found(ARTICLE, "day")
    assert ("3 April 2024", "2024-04-03", "") in days
    assert ("Tuesday", "2024-04-02", "") in days
    assert ("Monday", "2024-04-01", "") in days
    quantities = found(ARTICLE, "quantity")
    assert ("42-day", "42", "days") in quantities
    assert ("several hundred prisoners", "several hundred", "prisoners") in quantities
    assert ("dozens of hostages", "dozens", "hostages") in quantities


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("the US said it to us", {"us": ["US"]}, ["US"]),
        ("Usually HAMAS agrees", {"h": ["Hamas"]}, ["HAMAS"]),
        ("قال وفد وحماس", {"h": ["حماس"]}, ["حماس"]),
        ("משלחת החמאס", {"h": ["חמאס"]}, ["חמאס"]),
        ("State Department of State", {"s": ["State Department"]}, ["State Department"]),
        ("Hamasland", {"h": ["Hamas"]}, []),
        ("Envoy", {"a": ["Envoy"], "b": ["Envoy"]}, []),
    ],
)
def test_actors_are_known_by_all_their_names(
    text: str, names: dict[str, list[str]], expected: list[str]
) -> None:
    assert [words for words, _, _ in found(text, "actor", names)] == expected


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("on 3 April", "2024-04-03"),
        ("on April 5", "2023-04-05"),
        ("on March 31st, 2024", "2024-03-31"),
        ("le 2 avril 2024", "2024-04-02"),
        ("في 2 أبريل 2024", "2024-04-02"),
        ("2024-02-29", "2024-02-29"),
        ("on Wednesday", "2024-04-03"),
        ("on Thursday", "2024-03-28"),
        ("31 February 2024", None),
        ("2024-02-30", None),
        ("may come", None),
    ],
)
def test_days_are_those_before_the_report(text: str, day: str | None) -> None:
    assert [value for _, value, _ in found(text, "day")] == ([day] if day else [])


@pytest.mark.parametrize(
    "published", ["2024", "2024-04", "2024-04-03~", "2024-04-02/2024-04-03", "", "2024-04-03/2024-04-03~"]
)
def test_nothing_is_counted_back_from_a_day_that_is_not_known(published: str) -> None:
    text = "on Monday, on 3 April and on 2 April 2024"
    assert [value for _, value, _ in found(text, "day", published=published)] == ["2024-04-02"]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("700–1,000 prisoners", "700-1000", "prisoners"),
        ("at least 30 hostages", "at least 30", "hostages"),
        ("six weeks", "6", "weeks"),
        ("a six-week pause", "6", "weeks"),
        ("in 2024 they", None, ""),
        ("no one and", None, ""),
        ("one of them", None, ""),
    ],
)
def test_quantities_keep_their_words(text: str, value: str | None, unit: str) -> None:
    assert [(v, u) for _, v, u in found(text, "quantity")] == ([(value, unit)] if value else [])

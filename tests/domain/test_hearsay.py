"""On whom a position rests that is only said by others (domain.md §2, §4)."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.attribution import attribution, rests_on
from app.domain.position import Standing, fates, hearsay
from app.domain.records import Citation, Records
from app.domain.vocabulary import Attribution, Basis, RecordType
from tests.domain.negotiations import DAYS, HOLDERS, ISSUES, Tables, negotiations
from tests.tables import records_from


def said(source: str, speakers: str = "", demand: str = "d0", **more: str) -> dict[str, str]:
    return {"subject_type": "demand", "subject": demand, "source": source, "speakers": speakers, **more}


def talks(*citations: dict[str, str], **more: list[dict[str, str]]) -> Records:
    """A demand of P on one issue, dated the first; report *sN* is of the Nth."""
    tables = {
        "actors": [{"id": "p"}, {"id": "q"}, {"id": "m"}],
        "participants": [{"actor": id_, "role": "party"} for id_ in "pq"]
        + [{"actor": "m", "role": "mediator"}],
        "issues": [{"id": "i"}],
        "sources": [{"id": f"s{day}", "published": f"2024-01-0{day}"} for day in range(1, 8)],
        "demands": [
            {"id": f"d{n}", "holders": "p", "issues": "i", "kind": "demand", "stated": f"2024-01-0{n + 1}"}
            for n in range(3)
        ],
        "citations": list(citations),
    }
    return records_from({**tables, **more})


@pytest.mark.parametrize(
    ("citations", "expected"),
    [
        ([said("s1", "q", anonymous="yes")], "opponent_unnamed"),
        ([said("s1", attribution="opponent", anonymous="yes")], "opponent_unnamed"),
        ([said("s1", "q", anonymous="yes"), said("s2", "q")], "opponent"),
        ([said("s1", "q", anonymous="yes"), said("s2", "m", demand="d1")], "others"),
        ([said("s1", "q", anonymous="yes"), said("s2")], "others"),
        ([said("s1", "q", anonymous="yes"), said("s2", "p")], None),
        ([said("s1", "q", anonymous="yes"), said("s2", "p", demand="d1")], "opponent_unnamed"),
        ([said("s1", "q", anonymous="yes"), said("s2", "m", relation="denies")], "opponent_unnamed"),
        ([], None),
    ],
)
def test_every_report_of_what_is_said_by_others_counts(
    citations: list[dict[str, str]], expected: str | None
) -> None:
    assert hearsay(talks(*citations), "p", "i", date(2024, 1, 7), Basis.REPORTED) == expected


def test_a_position_rests_on_the_other_party_until_somebody_else_says_so() -> None:
    records = talks(said("s2", "q", anonymous="yes"), said("s4", "m"), said("s6", "p"))
    found = [hearsay(records, "p", "i", date(2024, 1, day), Basis.REPORTED) for day in range(1, 7)]
    assert found == [None, "opponent_unnamed", "opponent_unnamed", "others", "others", None]


def test_what_a_later_record_restates_counts_and_what_it_replaces_does_not() -> None:
    citations = [said("s1", "m"), said("s2", "q", demand="d1")]
    for relation, expected in (("restates", "others"), ("replaces", "opponent")):
        records = talks(*citations, links=[{"from": "d1", "relation": relation, "to": "d0"}])
        assert hearsay(records, "p", "i", date(2024, 1, 7), Basis.REPORTED) == expected


@settings(max_examples=40)
@given(tables=negotiations(), day=st.sampled_from(DAYS))
def test_it_rests_on_all_reports_of_what_stands_on_the_track_of_others(tables: Tables, day: date) -> None:
    records = records_from(tables)
    terms = {term.id: records.proposal[term.proposal] for term in records.terms}

    def heard(type_: RecordType, record: str, holder: str) -> list[tuple[Attribution, bool]]:
        cited = records.demand[record] if type_ is RecordType.DEMAND else terms[record]
        return [
            (attribution(one.speakers, one.coded, holder, records.roster), one.unnamed)
            for one in cited.citations
            if counts(one, day)
        ]

    for holder in HOLDERS:
        for issue in ISSUES:
            standing = [
                heard(*key, holder)
                for key, fate in fates(records, holder, issue, day, Basis.REPORTED).items()
                if fate.standing in (Standing.STANDS, Standing.RESTATED)
            ]
            others = [one for said in standing if rests_on(said) for one in said]
            assert hearsay(records, holder, issue, day, Basis.REPORTED) == rests_on(others)


def counts(citation: Citation, day: date) -> bool:
    return citation.supports and citation.published <= day < (citation.retracted or date.max)

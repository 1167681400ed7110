"""Codes of other data sets: as whoever runs the site has given them, in order, and never guessed."""

from pathlib import Path

import pytest

from app.exchange.crosswalk import Crosswalk, WrongCrosswalk, read_crosswalk
from app.exchange.tables import Table

GIVEN = """
[negotiations.talks.issues]
i.pax = "Topic"
[negotiations.talks.actors]
p = { gw = 999, iso = "XYZ", wikidata = "Q1" }
q.wikidata = "Q2"
[kinds.demand]
rejection.plover = "TYPE"
"""
COLUMNS = ("record_type", "actors", "issues", "kind")
WRONG = {
    "talks = 1": "talks: is not known; write negotiations or kinds",
    "negotiations = 1": "negotiations: is not a table",
    "[negotiations.Talks]": "negotiations.Talks: is not an id of a negotiation",
    "[negotiations.talks.terms]": "negotiations.talks.terms: is not known; write issues or actors",
    "[negotiations.talks.issues]\ni.ucdp = 1": "issues.i.ucdp: is no scheme known here; write one of pax",
    "[negotiations.talks.actors]\np.wikidata = '801'": "wikidata: “801” is no code of it; write a Wikidata",
    "[negotiations.talks.actors]\np.gw = true": "p.gw: “True” is no code of it",
    "[kinds.term]": "kinds.term: has no kinds; write one of demand, response, remark, event",
    "[kinds.demand]\nwish.plover = 'DEMAND'": "kinds.demand.wish: is no kind of it",
    "[kinds": "is not TOML",
}


def _read(folder: Path, text: str) -> Crosswalk:
    (folder / "codes.toml").write_text(text)
    return read_crosswalk(folder / "codes.toml")


def test_each_row_has_the_codes_of_its_actors_issues_and_kind(tmp_path: Path) -> None:
    rows = [
        ("demand", "q; p", "i; j", "rejection"),
        ("response", "q", "j", "rejected"),
        ("event", "", "", None),
    ]
    table = _read(tmp_path, GIVEN).beside(Table(COLUMNS, [rows]), "talks")
    assert table.columns == (
        *COLUMNS,
        "issues_pax",
        "actors_gw",
        "actors_iso",
        "actors_wikidata",
        "kind_plover",
    )
    assert [list(row[4:]) for chunk in table.chunks for row in chunk] == [
        ["Topic; ", "; 999", "; XYZ", "Q2; Q1", "TYPE"],
        [None, None, None, "Q2", None],
        [None, None, None, None, None],
    ]
    other = _read(tmp_path, GIVEN).beside(Table(COLUMNS, [rows[:1]]), "elsewhere")
    assert [list(row[4:]) for chunk in other.chunks for row in chunk] == [[None, None, None, None, "TYPE"]]


@pytest.mark.parametrize("text", WRONG)
def test_a_file_that_cannot_be_used_is_refused_with_its_faults(tmp_path: Path, text: str) -> None:
    with pytest.raises(WrongCrosswalk) as refused:
        _read(tmp_path, text)
    assert WRONG[text] in str(refused.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(WrongCrosswalk) as refused:
        _read(tmp_path, "[negotiations.talks.actors]\np.gw = 'x'\nq.iso = 'xx'\n")
    assert len(str(refused.value).splitlines()) == 2
    with pytest.raises(WrongCrosswalk, match="cannot be read"):
        read_crosswalk(tmp_path / "none.toml")

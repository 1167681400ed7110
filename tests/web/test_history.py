"""The history of every record, bringing back what was, two people at one record, one report taken back."""

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import read_session
from app.models import Citation, Record, Revision
from app.queries.revisions import verify
from tests.services.databases import signed_in
from tests.web.filled import confirm, correct, fields_of, filled
from tests.web.forms import GAZA, assert_cells_equal_the_rule, engine_of, form, spaced, words
from tests.web.test_entries import report

DEMAND = f"{GAZA}/demands/isr-2023-11-09-no-fuel"
# One record of every noun, and a field of its form with other words.
ONE_OF_EACH = {
    "demands": ("isr-2023-11-09-no-fuel", "summary"),
    "proposals": ("burns-proposal-april-2024", "heading"),
    "responses": ("r-qatar-three-day-hamas", "summary"),
    "remarks": ("remark-hamas-2023-12-21-full-withdrawal-first", "summary"),
    "events": ("doha-meeting-2023-11-09", "heading"),
    "sources": ("aawsat-2025-12-11", "title"),
}
SETUP = {"actors": ("hamas", "name"), "issues": ("disarmament", "question")}


def steps(client: TestClient, record: str) -> list[str]:
    """The steps of a history, the newest first, each as it reads."""
    page = client.get(f"{record}/history")
    assert page.status_code == 200, page.text
    return [spaced(step) for step in re.findall(r'<li id="r\d+">.*?</li>', page.text, re.DOTALL)]


def to_restore(client: TestClient, record: str) -> list[str]:
    """The addresses of what can be brought back, the newest first."""
    return re.findall(rf'href="({re.escape(record)}/history/\d+)"', client.get(f"{record}/history").text)


@pytest.mark.one_database
@pytest.mark.parametrize(("plural", "of"), ONE_OF_EACH.items())
def test_every_change_of_every_noun_is_told_word_by_word_and_can_be_brought_back(
    desk: TestClient, plural: str, of: tuple[str, str]
) -> None:
    anna = signed_in(desk, "anna")
    record = f"{GAZA}/{plural}/{of[0]}"
    before = filled(anna, f"{record}/edit")[of[1]][0]
    correct(anna, record, **{of[1]: f"{before} Nobody else.".strip()})
    newest = steps(anna, record)[0]
    assert "Corrected by anna : Better so." in newest
    assert "Nobody else" in re.findall(r"<ins>(.*?)</ins>", anna.get(f"{record}/history").text)[0]
    assert not re.search(r"<dt>[a-z_]+</dt>", anna.get(f"{record}/history").text), "a column by its raw name"
    oldest = to_restore(anna, record)[-1]
    assert confirm(anna, oldest).status_code == 422, "a reason is needed"
    assert confirm(anna, oldest, reason="It was right.").status_code == 303
    assert filled(anna, f"{record}/edit")[of[1]][0] == before
    assert "Restored by anna : It was right." in steps(anna, record)[0]
    again = confirm(anna, oldest, reason="Once more.")
    assert (again.status_code, "how it stands now" in again.text) == (409, True)
    assert_cells_equal_the_rule(desk)
    with read_session(engine_of(desk)) as session:
        assert verify(session) is None


@pytest.mark.one_database
@pytest.mark.parametrize(("plural", "of"), SETUP.items())
def test_what_was_set_up_has_a_history_too(desk: TestClient, plural: str, of: tuple[str, str]) -> None:
    anna = signed_in(desk, "anna")
    address = f"{GAZA}/setup/{plural}/{of[0]}/edit"
    page = anna.get(address)
    fields = fields_of(page.text, "form")
    before = fields[of[1]][0]
    data = fields | {of[1]: ["Quite other words"]}
    assert anna.post(address, data=data).status_code == 303
    record = f"{GAZA}/{plural}/{of[0]}"
    assert "Quite other words" in steps(anna, record)[0]
    assert confirm(anna, to_restore(anna, record)[-1], reason="Back.").status_code == 303
    assert fields_of(anna.get(address).text, "form")[of[1]][0] == before
    assert "Restored by anna : Back." in steps(anna, record)[0]


@pytest.mark.one_database
def test_a_term_and_a_report_come_back_each_by_itself(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    proposal = f"{GAZA}/proposals/burns-proposal-april-2024"
    first = filled(anna, f"{proposal}/edit")["term-1-summary"][0]
    second = filled(anna, f"{proposal}/edit")["term-2-summary"][0]
    correct(anna, proposal, **{"term-1-summary": "Other words.", "term-2-summary": "Also other words."})
    with read_session(engine_of(desk)) as session:
        oldest = session.scalars(
            select(Revision.number)
            .where(Revision.noun == "term", Revision.after.contains(f'"{first}"'))
            .order_by(Revision.number)
        ).first()
    assert confirm(anna, f"{proposal}/history/{oldest}", reason="Back.").status_code == 303
    now = filled(anna, f"{proposal}/edit")
    assert (now["term-1-summary"][0], now["term-2-summary"][0]) == (first, "Also other words.")
    assert second != "Also other words."
    address = report(anna)
    link = re.search(rf"{GAZA}/citations/(\d+)/edit", anna.get(address).text)
    assert link
    data = filled(anna, link[0], attributed_to="somebody else", reason="Misread.")
    assert anna.post(link[0], data=data).status_code == 303
    assert "somebody else" in desk.get(address).text
    assert confirm(anna, to_restore(anna, address)[0], reason="Read rightly.").status_code == 303
    assert "somebody else" not in desk.get(address).text
    assert_cells_equal_the_rule(desk)


@pytest.mark.one_database
def test_what_cannot_be_a_correction_does_not_come_back(desk: TestClient) -> None:
    """The issue that it was on has gone from the scale's side, the holder takes no part: said in words."""
    anna = signed_in(desk, "anna")
    event = f"{GAZA}/events/doha-meeting-2023-11-09"
    correct(anna, event, starts_day="2023-11-09", starts="")
    source = f"{GAZA}/sources/aawsat-2025-12-11"
    published = filled(anna, f"{source}/edit")["published"][0]
    correct(anna, source, published="2026-01-05")
    cited = re.search(
        rf"{GAZA}/(demands|remarks|events|responses)/([\w-]+)/cite", anna.get(f"{source}/rests").text
    )
    assert cited
    record = f"{GAZA}/{cited[1]}/{cited[2]}"
    dated = "starts" if cited[1] == "events" else "stated"
    correct(anna, record, **{f"{dated}_day": "2026-01-04", dated: ""})
    refused = confirm(anna, to_restore(anna, source)[-1], reason="Back.")
    assert (refused.status_code, "stated later" in refused.text) == (422, True)
    assert filled(anna, f"{source}/edit")["published"][0] != published


def test_a_long_history_is_read_a_page_at_a_time(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    link = f"{GAZA}/citations/{_citation_of(desk, 'isr-2023-11-09-no-fuel')}/edit"
    for number in range(52):
        data = filled(anna, link, note=f"Note number {number}.", reason="Another.")
        assert anna.post(link, data=data).status_code == 303
    first = anna.get(f"{DEMAND}/history")
    assert "51" in re.findall(r"<ins>(.*?)</ins>", first.text)[0]
    older = re.search(r'href="([^"]*before=\d+)"', first.text)
    assert older
    second = anna.get(unescape(older[1]))
    assert "Recorded" in second.text
    assert "before=" not in second.text
    assert len(re.findall(r'<li id="r\d+">', first.text)) == 50
    assert len(re.findall(r'<li id="r\d+">', second.text)) == 54 - 50


@pytest.mark.one_database
def test_readers_never_see_a_history_and_nobody_sees_the_drafts_of_others_in_one(desk: TestClient) -> None:
    anna, carl = signed_in(desk, "anna"), signed_in(desk, "carl")
    hidden = form(carl, f"{DEMAND}/cite")
    draft = {"outlet": "Xyzzy News", "published": "2024-01-01", "language": "en", "attributed_to": "plugh"}
    sent = carl.post(f"{DEMAND}/cite", data={**hidden, **draft, "relation": "supports", "action": "draft"})
    assert sent.status_code == 303, sent.text
    assert "plugh" not in anna.get(f"{DEMAND}/history").text
    assert "Xyzzy" not in anna.get(f"{DEMAND}/history").text
    assert desk.get(f"{DEMAND}/history").headers["location"].startswith("/login")
    assert carl.get(f"{DEMAND}/history").status_code == 403
    assert anna.get(f"{GAZA}/demands/nothing/history").status_code == 404
    assert anna.get(f"{DEMAND}/history/1").status_code == 404, "a revision of something else"
    for number in ("99999999999999999999", "0", "x"):
        assert anna.get(f"{DEMAND}/history/{number}").status_code in (404, 422)
        assert anna.get(f"{GAZA}/citations/{number}/history").status_code in (404, 422)
        assert anna.get(f"{DEMAND}/history?before={number}").status_code == 200


# --- Two people at one record ------------------------------------------------------------------------------


@pytest.mark.one_database
@pytest.mark.parametrize(("plural", "of"), ONE_OF_EACH.items())
def test_the_second_of_two_sees_both_texts_and_decides_field_by_field(
    desk: TestClient, plural: str, of: tuple[str, str]
) -> None:
    anna, ben = signed_in(desk, "anna"), signed_in(desk, "ben")
    record, field = f"{GAZA}/{plural}/{of[0]}", of[1]
    mine = filled(ben, f"{record}/edit", **{field: "Words of Ben alone", "reason": "Mine."})
    correct(anna, record, **{field: "Words of Anna alone"})
    answer = ben.post(f"{record}/edit", data=mine)
    assert answer.status_code == 409
    shown = spaced(re.findall(r'<table class="meet">.*?</table>', answer.text, re.DOTALL)[0])
    assert "Words of Anna alone" in shown
    assert "Words of Ben alone" in shown
    kept = fields_of(answer.text)
    assert kept[field] == ["Words of Ben alone"]
    assert filled(anna, f"{record}/edit")[field] == ["Words of Anna alone"], "nothing was saved"
    column = "title" if field == "heading" else field
    for action in (f"theirs-{column}", "theirs"):
        taken = ben.post(f"{record}/edit", data=kept | {"action": [action]})
        assert taken.status_code == 200
        assert fields_of(taken.text)[field] == ["Words of Anna alone"]
        assert fields_of(taken.text)["reason"] == ["Mine."]
    assert filled(anna, f"{record}/edit")[field] == ["Words of Anna alone"], "still nothing was saved"
    decided = ben.post(f"{record}/edit", data=kept | {"action": ["save"]})
    assert decided.status_code == 303
    assert filled(anna, f"{record}/edit")[field] == ["Words of Ben alone"]


@pytest.mark.one_database
def test_of_what_is_set_up_too(desk: TestClient) -> None:
    anna, ben = signed_in(desk, "anna"), signed_in(desk, "ben")
    address = f"{GAZA}/setup/actors/hamas/edit"

    def opened(client: TestClient, **changes: str) -> dict[str, list[str]]:
        changed = {name: [value] for name, value in changes.items()}
        return fields_of(client.get(address).text, "form") | {"action": ["save"]} | changed

    mine = opened(ben, name="Ben’s name", aliases="Ben’s alias")
    assert anna.post(address, data=opened(anna, name="Anna’s name")).status_code == 303
    answer = ben.post(address, data=mine)
    assert (answer.status_code, "Anna’s name" in spaced(unescape(answer.text))) == (409, True)
    taken = ben.post(address, data=fields_of(answer.text, "form") | {"action": ["theirs-name"]})
    kept = fields_of(taken.text, "form")
    assert (kept["name"], kept["aliases"]) == (["Anna’s name"], ["Ben’s alias"])
    assert ben.post(address, data=kept | {"action": ["save"]}).status_code == 303
    assert "Ben’s alias" in unescape(desk.get(f"{GAZA}/actors/hamas").text)


@pytest.mark.one_database
def test_of_a_report_and_of_terms_too(desk: TestClient) -> None:
    anna, ben = signed_in(desk, "anna"), signed_in(desk, "ben")
    link = f"{GAZA}/citations/{_citation_of(desk, 'isr-2023-11-09-no-fuel')}/edit"
    mine = filled(ben, link, attributed_to="a third person", note="Mine", reason="x")
    assert anna.post(link, data=filled(anna, link, attributed_to="one other", reason="x")).status_code == 303
    answer = ben.post(link, data=mine)
    assert answer.status_code == 409
    taken = ben.post(link, data=fields_of(answer.text) | {"action": ["theirs-attributed_to"]})
    assert fields_of(taken.text)["attributed_to"] == ["one other"]
    assert fields_of(taken.text)["note"] == ["Mine"]
    proposal = f"{GAZA}/proposals/burns-proposal-april-2024"
    mine = filled(ben, f"{proposal}/edit", heading="My title", reason="x", **{"term-1-summary": "My term"})
    correct(anna, proposal, **{"term-1-summary": "Their term"})
    answer = ben.post(f"{proposal}/edit", data=mine)
    assert (answer.status_code, "Their term" in words(answer.text)) == (409, True)
    taken = ben.post(f"{proposal}/edit", data=fields_of(answer.text) | {"action": ["theirs-terms"]})
    now = fields_of(taken.text)
    assert (now["term-1-summary"], now["heading"]) == (["Their term"], ["My title"])


@pytest.mark.one_database
def test_nothing_typed_is_lost_where_the_record_was_retracted_meanwhile(desk: TestClient) -> None:
    anna, ben = signed_in(desk, "anna"), signed_in(desk, "ben")
    address = report(anna)
    mine = filled(ben, f"{address}/edit", summary="Words of Ben alone", reason="Mine.")
    _retract(anna, address)
    answer = ben.post(f"{address}/edit", data=mine)
    assert answer.status_code == 409
    assert fields_of(answer.text)["summary"] == ["Words of Ben alone"]


# --- Retraction --------------------------------------------------------------------------------------------


def _retract(client: TestClient, record: str, reason: str = "Misread.") -> Any:
    hidden = form(client, f"{record}/edit")
    return client.post(f"{record}/retract", data={**hidden, "token": "r" * 40, "reason": reason})


@pytest.mark.one_database
def test_a_retraction_is_taken_back_by_an_editor(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    address = report(anna)
    assert _retract(anna, address).status_code == 303
    gone = desk.get(address)
    assert "Misread." in gone.text
    assert f"{address}/history" not in gone.text, "that is for editors"
    assert f"{address}/history" in anna.get(address).text
    assert "Would store its arms" not in desk.get(f"{GAZA}?columns=hamas").text
    assert confirm(anna, to_restore(anna, address)[0], reason="It was right after all.").status_code == 303
    assert "Would store its arms" in desk.get(f"{GAZA}?columns=hamas").text
    assert "Restored by anna : It was right after all." in steps(anna, address)[0]
    assert_cells_equal_the_rule(desk)


@pytest.mark.one_database
def test_one_report_is_retracted_and_the_record_follows_but_never_its_last(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    address = report(anna, published="2026-02-28")
    demand = address.rpartition("/")[2]
    first = _citation_of(desk, demand)
    alone = confirm(anna, f"{GAZA}/citations/{first}/edit")
    assert alone.status_code == 422
    refused = _retract_report(anna, first)
    assert (refused.status_code, "retract the record instead" in refused.text) == (422, True)
    more = {"outlet": "Other Post", "published": "2026-03-01", "language": "en", "attributed_to": "Hamas"}
    hidden = form(anna, f"{address}/cite")
    data = {**hidden, **more, "speakers": "hamas", "relation": "supports"}
    assert anna.post(f"{address}/cite", data=data).status_code == 303
    assert _reported_on(desk, demand) == "2026-02-28"
    assert _retract_report(anna, first).status_code == 303
    assert _reported_on(desk, demand) == "2026-03-01"
    assert "Example Times" not in desk.get(address).text
    assert "Report retracted ( Example Times, 28 Feb 2026 ) by anna : Not in it." in steps(anna, address)[0]
    assert_cells_equal_the_rule(desk)
    assert confirm(anna, to_restore(anna, address)[0], reason="It is.").status_code == 303
    assert _reported_on(desk, demand) == "2026-02-28"
    assert "Example Times" in desk.get(address).text
    assert_cells_equal_the_rule(desk)
    with read_session(engine_of(desk)) as session:
        assert verify(session) is None


@pytest.mark.one_database
def test_a_record_that_replaces_a_retracted_one_can_still_be_corrected(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    first = report(anna)
    relation = {f"relation-{first.rpartition('/')[2]}": "replaces"}
    later = report(anna, summary="Would give them up.", stated="2026-02-28", **relation)
    assert _retract(anna, first).status_code == 303
    correct(anna, later, summary="Would hand them over.")
    assert "Would hand them over." in desk.get(later).text


def _retract_report(client: TestClient, number: int) -> Any:
    address = f"{GAZA}/citations/{number}"
    hidden = form(client, f"{address}/edit")
    return client.post(
        f"{address}/retract", data={**hidden, "token": f"{number}r" * 20, "reason": "Not in it."}
    )


def _citation_of(client: TestClient, record: str) -> int:
    with read_session(engine_of(client)) as session:
        of_record = select(Citation.number).where(Citation.subject == record).order_by(Citation.number)
        return session.scalars(of_record).first() or 0


def _reported_on(client: TestClient, record: str) -> str:
    with read_session(engine_of(client)) as session:
        return session.scalars(select(Record.reported_on).where(Record.id == record)).one()

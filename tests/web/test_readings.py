"""The reading room: a report given once with its text, and records read out of it."""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.cli import DEMO, PACKAGES
from app.db import read_session
from app.models import Citation, CitationSelector, Record, Revision, Source, SourceText
from tests.services.databases import serving, signed_in
from tests.web.filled import filled
from tests.web.forms import engine_of, faults_of, form, words

GAZA = "/negotiations/gaza"
TEXT = (
    "Talks went on for a second day.\n\n"
    "Hamas officials said on Friday that “the arms could be stored” under supervision. "
    "An envoy repeated that “the arms could be stored” if Israel left.\n"
    "قال مسؤول في حماس إن السلاح شأن فلسطيني."
)
REPORT = {"outlet": "Example Times", "published": "2026-02-28", "language": "en", "text": TEXT}
DEMAND = {
    "attributed_to": "a Hamas official",
    "anonymous": "yes",
    "speakers": "hamas",
    "holders": "hamas",
    "issues": "disarmament",
    "kind": "offer",
    "summary": "Would store its arms under supervision.",
    "stated": "2026-02-27",
    "quote": "the arms could be stored",
}


def begin(client: TestClient, **report: str) -> str:
    """Give a report; answers the address of its reading room."""
    token = form(client, f"{GAZA}/sources/new")["token"]
    response = client.post(f"{GAZA}/sources/new", data={"token": token, **REPORT, **report})
    assert response.status_code == 303, response.text
    return response.headers["location"]


def save(client: TestClient, room: str, **demand: Any) -> Any:
    hidden = form(client, room)
    return client.post(f"{GAZA}/demands", data={**hidden, **DEMAND, **demand})


def test_a_report_is_given_once_and_record_after_record_is_read_out_of_it(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    room = begin(anna)
    assert desk.get(room.removesuffix("/read")).status_code == 404, "readers see it with its first record"
    first = save(anna, room)
    assert first.status_code == 303
    assert first.headers["location"].startswith(f"{room}?noun=demands&saved=demands%2F")
    page = anna.get(first.headers["location"]).text
    assert "Published." in page
    assert re.search(r"<mark>[^<]*the arms could be stored</mark>", page)
    assert 'value="a Hamas official"' in page, "the last speaker is offered again"
    assert re.search(r'name="stated_day"[^>]*value="2026-02-27"', page)
    second = save(
        anna, room, summary="Wants Israel to leave first.", kind="condition", quote="if Israel left"
    )
    assert second.status_code == 303
    with read_session(engine_of(desk)) as session:
        assert (
            session.scalar(select(func.count()).select_from(Source).where(Source.outlet == "Example Times"))
            == 1
        )
    shown = words(desk.get(room.removesuffix("/read")).text)
    assert "Would store its arms under supervision." in shown
    assert "Wants Israel to leave first." in shown


@pytest.mark.one_database
def test_an_answer_without_a_summary_goes_by_the_proposal_that_it_answers(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    room = begin(anna)
    answer = {
        **{name: DEMAND[name] for name in ("attributed_to", "anonymous", "speakers", "stated")},
        "proposal": "hamas-135-day-plan-feb-2024",
        "actor": "hamas",
        "response": "under_review",
    }
    hidden = form(anna, f"{room}?noun=responses")
    saved = anna.post(f"{GAZA}/responses", data={**hidden, **answer})
    assert saved.status_code == 303, saved.text
    page = words(anna.get(saved.headers["location"]).text)
    assert "Published. Under review: Hamas three-stage counterproposal" in page
    assert "Recorded: hamas-2026" not in page


@pytest.mark.one_database
def test_readers_never_see_the_text_and_contributors_only_that_of_what_they_may_work_on(
    desk: TestClient,
) -> None:
    carl = signed_in(desk, "carl")
    room = begin(carl, text=f"{TEXT}\nA secret word: xyzzyplugh.")
    assert "xyzzyplugh" in carl.get(room).text
    for name in ("dora", "anna"):
        assert signed_in(desk, name).get(room).status_code == 404, "a report without a record is its author's"
    assert save(carl, room).status_code == 303
    assert "xyzzyplugh" in signed_in(desk, "anna").get(room).text, "an editor reads it for the review"
    assert signed_in(desk, "dora").get(room).status_code == 404
    assert desk.get(room).status_code == 303, "to the sign-in page"
    source = room.removesuffix("/read")
    for page in (source, GAZA, f"{GAZA}/timeline", f"{GAZA}/timeline.csv", f"/api/v1{GAZA}/positions"):
        assert "xyzzyplugh" not in desk.get(page).text


def test_a_quote_is_looked_up_in_the_text_and_keeps_the_words_around_it(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    room = begin(anna)
    refused = save(anna, room, quote="the arms would be stored")
    assert refused.status_code == 422
    assert "does not have these words" in unescape(refused.text)
    assert 'id="text"' in refused.text, "the text stays beside the form"
    assert "the arms would be stored" in refused.text
    later = save(anna, room, prefix="An envoy repeated that “", suffix="” if Israel left")
    assert later.status_code == 303
    kept = save(anna, room, summary="Said otherwise.", quote="the arms would be stored", quote_differs="yes")
    assert kept.status_code == 303
    with read_session(engine_of(desk)) as session:
        found = session.execute(
            select(Citation.quote, CitationSelector.prefix, CitationSelector.suffix)
            .outerjoin(CitationSelector, CitationSelector.citation == Citation.number)
            .where(Citation.negotiation == "gaza")
            .order_by(Citation.number.desc())
            .limit(2)
        ).all()
    assert found[0] == ("the arms would be stored", None, None)
    assert found[1].prefix.endswith("An envoy repeated that “")
    assert found[1].suffix.startswith("” if Israel left.")
    page = anna.get(room).text
    marked = page.index("<mark>")
    assert marked > page.index("An envoy repeated that")


@pytest.mark.one_database
def test_a_quote_that_a_corrected_text_does_not_have_any_more_is_said_to_be_lost(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    room = begin(anna)
    save(anna, room)
    address = room.removesuffix("/read") + "/text"
    token = form(anna, address)["token"]
    corrected = TEXT.replace("the arms could be stored", "the weapons may be stored")
    assert anna.post(address, data={"token": token, "text": corrected}).status_code == 303
    page = anna.get(room).text
    assert "These quotations no longer occur in the text" in page
    assert "<mark>" not in page
    with read_session(engine_of(desk)) as session:
        assert session.scalars(select(SourceText.number).order_by(SourceText.number)).all() == [1, 2]
        revisions = session.scalars(select(Revision.after).where(Revision.noun == "text")).all()
    assert len(revisions) == 2
    assert not any("weapons" in (after or "") for after in revisions), "the chain has hashes, not the text"


@pytest.mark.one_database
def test_a_published_text_is_corrected_by_editors_and_first_given_by_anyone(desk: TestClient) -> None:
    anna, carl = signed_in(desk, "anna"), signed_in(desk, "carl")
    own = begin(carl).removesuffix("/read")
    token = form(carl, f"{own}/text")["token"]
    assert carl.post(f"{own}/text", data={"token": token, "text": "His own, again."}).status_code == 303
    room = begin(anna, text="")
    save(anna, room)
    address = room.removesuffix("/read") + "/text"
    opened = form(carl, address)
    assert carl.post(address, data={"token": opened["token"], "text": TEXT}).status_code == 303
    assert carl.get(address).status_code == 404
    assert "Correct the text" not in carl.get(room).text
    assert "Correct the text" in anna.get(room).text
    late = carl.post(address, data={"token": "t" * 40, "text": f"{TEXT} And otherwise."})
    assert (late.status_code, "And otherwise." in late.text) == (422, True)
    assert "only editors correct it" in words(late.text)
    assert "And otherwise." not in anna.get(room).text
    token = form(anna, address)["token"]
    assert anna.post(address, data={"token": token, "text": f"{TEXT} By anna."}).status_code == 303
    assert "By anna." in anna.get(room).text


@pytest.mark.one_database
def test_a_corrected_quote_is_looked_up_in_the_text_and_its_place_noted_anew(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    room = begin(anna)
    save(anna, room, prefix="An envoy repeated that “", suffix="” if Israel left")
    with read_session(engine_of(desk)) as session:
        number = session.scalars(
            select(func.max(Citation.number)).where(Citation.negotiation == "gaza")
        ).one()
    address = f"{GAZA}/citations/{number}/edit"

    def selectors() -> list[Any]:
        where = CitationSelector.citation == number, CitationSelector.negotiation == "gaza"
        with read_session(engine_of(desk)) as session:
            return [*session.scalars(select(CitationSelector.prefix).where(*where))]

    other = filled(anna, address, attributed_to="an official of Hamas", reason="Closer.")
    assert anna.post(address, data=other).status_code == 303
    assert selectors()[0].endswith("An envoy repeated that “"), "the quote stands where it stood"
    wrong = filled(anna, address, quote="the arms would be stored", reason="Misread.")
    refused = anna.post(address, data=wrong)
    assert refused.status_code == 422
    assert "does not have these words" in faults_of(refused.text)["quote"]
    found = filled(anna, address, quote="under supervision", reason="That is what matters.")
    assert anna.post(address, data=found).status_code == 303
    assert selectors()[0].endswith("the arms could be stored” ")
    several = filled(anna, address, quote="could be stored", reason="Both say so.")
    assert anna.post(address, data=several).status_code == 303
    assert selectors() == [], "it is not known which of the two it is"
    kept = filled(anna, address, quote="the arms would be stored", quote_differs="yes", reason="Heard so.")
    assert anna.post(address, data=kept).status_code == 303
    assert selectors() == []


@pytest.mark.one_database
def test_suggestions_are_marked_and_nothing_is_filled_in_unasked(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    page = anna.get(begin(anna)).text
    marked = re.findall(r'data-field="(\w+)" data-value="([^"]*)"', page)
    assert ("actor", "hamas") in marked
    assert ("actor", "israel") in marked
    assert ("day", "2026-02-27") in marked
    assert "counted back from the day of the report" in page
    assert re.search(r'<input type="checkbox" name="holders" value="hamas">', page)
    assert re.search(r'name="stated_day" type="date" value=""', page)


@pytest.mark.one_database
def test_a_pasted_page_becomes_its_text_and_says_what_it_is_when_asked(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    html = (
        '<html lang="en"><head><meta property="og:title" content="Talks go on">'
        '<meta property="og:site_name" content="Example Times">'
        '<meta property="article:published_time" content="2026-02-28"></head><body><article>'
        "<p>The delegations met for a second day and spoke of a longer pause, officials said there.</p>"
        "<p onclick=steal()>One side insists on a full halt of all fighting, the officials added.</p>"
        "<script>alert(1)</script></article></body></html>"
    )
    token = form(anna, f"{GAZA}/sources/new")["token"]
    asked = anna.post(
        f"{GAZA}/sources/new", data={"token": token, "text": html, "outlet": "Mine", "action": "extract"}
    )
    assert asked.status_code == 200
    assert 'value="Talks go on"' in asked.text
    assert 'value="Mine"' in asked.text, "what was typed stays"
    assert 'value="2026-02-28"' in asked.text
    assert "onclick" not in asked.text
    room = begin(anna, text=html)
    page = anna.get(room).text
    assert "One side insists on a full halt" in words(page)
    assert "steal" not in page


@pytest.mark.one_database
def test_a_known_address_is_recognised_and_never_in_the_way(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    known = begin(anna, url="https://www.example.org/talks/?utm_source=x#top")
    save(anna, known)
    found = anna.get(f"{GAZA}/entries/addresses", params={"url": "http://m.example.org/talks?fbclid=2"})
    assert "Already here: Example Times, 28 Feb 2026, 1 demand." in words(found.text)
    assert "It will be kept as http://example.org/talks" in words(found.text)
    assert (
        "Already here"
        not in signed_in(desk, "anna").get(f"{GAZA}/entries/addresses?url=https://example.org/a").text
    )
    again = begin(anna, url="https://example.org/talks")
    assert again != known
    hidden = begin(signed_in(desk, "carl"), url="https://example.org/hidden")
    assert hidden
    seen = signed_in(desk, "dora").get(f"{GAZA}/entries/addresses?url=https://example.org/hidden")
    assert "Already here" not in seen.text


@pytest.mark.one_database
def test_a_report_that_relays_another_is_one_voice_with_it(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    first = begin(anna, outlet="Agency")
    save(anna, first)
    origin = first.split("/")[-2]
    second = begin(anna, outlet="Reposting Daily", origin=origin)
    demand = re.search(rf"{GAZA}/demands/(hamas[\w-]+)", anna.get(first.removesuffix("/read")).text)
    assert demand
    assert save(anna, second, **{f"relation-{demand[1]}": "same"}).status_code == 303
    assert "2 reports, 1 origin" in words(desk.get(f"{GAZA}?columns=hamas").text)


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("outlet", "", "Fill this in."),
        ("published", "2099-01-01", "after today"),
        ("published", "soon", "is not a date"),
        ("language", "en glish", "Write a language as"),
        ("url", "javascript:alert(1)", "begins with https://"),
        ("text", "<html><body></body></html>", "No article could be made out"),
        ("text", "x" * 700_001, "This is too long"),
        ("origin", "a\u202eb", "turns the direction of writing"),
        ("origin", "Reuters, 17 Nov", "small letters, digits and hyphens"),
        ("origin", "-reuters-", "small letters, digits and hyphens"),
    ],
)
def test_each_fault_is_named_beside_its_field_with_everything_kept(
    desk_client: TestClient, field: str, value: str, fault: str
) -> None:
    token = form(desk_client, f"{GAZA}/sources/new")["token"]
    response = desk_client.post(f"{GAZA}/sources/new", data={"token": token, **REPORT, field: value})
    assert response.status_code == 422
    assert re.search(rf'id="{field}-fault">[^<]*{re.escape(fault)}', unescape(response.text))
    assert "Example Times" in response.text or field == "outlet"
    assert value in unescape(response.text)


@pytest.fixture(scope="module")
def desk_client(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """An editor at a desk that all wrong values share."""
    file = tmp_path_factory.mktemp("readings") / "parley.db"
    shutil.copyfile(templates("sqlite", *(DEMO / name for name in PACKAGES)), file)
    with serving(f"sqlite:///{file}") as client:
        yield signed_in(client, "anna")


@pytest.mark.one_database
def test_whoever_goes_back_and_saves_the_same_again_has_saved_it_once(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    room = begin(anna)
    first = save(anna, room)
    again = save(anna, room)
    assert again.status_code == 303
    assert again.headers["location"] == first.headers["location"]
    assert save(anna, room, summary="Something else.").headers["location"] != first.headers["location"]
    with read_session(engine_of(desk)) as session:
        same = select(func.count()).where(Record.summary == DEMAND["summary"])
        assert session.scalar(same) == 1
    # A browser that goes back to where a form was sent asks for its address.
    assert anna.get(f"{GAZA}/demands").headers["location"] == f"{GAZA}/demands/new"
    assert desk.get(f"{GAZA}/events").headers["location"] == f"{GAZA}/timeline?type=event"

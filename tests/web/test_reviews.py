"""An entry on its way: drafted, handed in, read by an editor, returned or published."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, update
from starlette.testclient import TestClient

from app.commands.entries import By, Entry, cite_record, edit_record, record_entry, retract_record
from app.commands.records import revision_of
from app.db import read_session, write_session
from app.domain.vocabulary import LinkRelation, RecordType, ReviewStatus
from app.models import (
    Account,
    Citation,
    CitationSelector,
    Negotiation,
    Record,
    Review,
    Revision,
    Source,
    SourceText,
)
from app.queries.revisions import verify
from tests.services.databases import signed_in
from tests.web.forms import GAZA, assert_cells_equal_the_rule, engine_of, form, in_parallel, words
from tests.web.test_entries import CLAIM

QUEUE = f"{GAZA}/reviews"
SOURCE = {"outlet": "Example Times", "published": "2026-02-28", "language": "en"}
DEMAND = {
    "holders": "hamas",
    "issues": "disarmament",
    "kind": "offer",
    "summary": "Would store its arms.",
    "stated": "2026-02-27",
}
SAID = {"speakers": "hamas", "attributed_to": "a Hamas official", "anonymous": "yes", "relation": "supports"}


def account(client: TestClient, name: str) -> int:
    with read_session(engine_of(client)) as session:
        return session.scalars(select(Account.id).where(Account.name == name)).one()


def entered(client: TestClient, name: str = "carl", *, ago: int = 0, **more: Any) -> tuple[int, str]:
    """Enter a demand as this person would by the form; answers the number of its citation, and its id."""
    source = more.pop("source", SOURCE)
    said = SAID | {key: more.pop(key) for key in ("quote", "relation", "speakers") if key in more}
    beside = {
        key: more.pop(key) for key in ("relations", "selector", "draft", "type", "terms") if key in more
    }
    row = DEMAND | more if beside.get("type", RecordType.DEMAND) is RecordType.DEMAND else more
    edits = name in ("anna", "ben", "root")
    by = By(account(client, name), edits, datetime.now(UTC) - timedelta(days=ago))
    with write_session(engine_of(client)) as session:
        record = record_entry(session, "gaza", Entry(source, said, row, **beside), by)
        number = session.scalars(select(func.max(Citation.number))).one()
        session.commit()
    return number, record


def source_of(client: TestClient, number: int) -> str:
    with read_session(engine_of(client)) as session:
        return session.scalars(
            select(Citation.source).where(Citation.negotiation == "gaza", Citation.number == number)
        ).one()


def status(client: TestClient, number: int) -> ReviewStatus:
    with read_session(engine_of(client)) as session:
        return session.scalars(
            select(Citation.review_status).where(Citation.negotiation == "gaza", Citation.number == number)
        ).one()


def press(client: TestClient, page: str, action: str, **more: Any) -> Any:
    """Send the form of a page that has this address, as a browser would, with what is typed into it."""
    html = client.get(page).text
    found = re.search(rf'<form[^>]*action="{re.escape(action)}">(.*?)</form>', html, re.DOTALL)
    assert found, f"no form for {action} on {page}"
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', found[1])
    return client.post(action, data={name: unescape(value) for name, value in hidden} | more)


def on_page(client: TestClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.text
    return words(response.text)


def ask_for_two(client: TestClient) -> None:
    with write_session(engine_of(client)) as session:
        session.execute(update(Negotiation).where(Negotiation.id == "gaza").values(two_people=True))
        session.commit()


# --- The author's own ------------------------------------------------------------------------------------


@pytest.mark.one_database
def test_a_draft_is_its_authors_until_handed_in_and_comes_back_with_the_editors_comment(
    desk: TestClient,
) -> None:
    anna, carl = signed_in(desk, "anna"), signed_in(desk, "carl")
    token = form(carl, f"{GAZA}/demands/new")["token"]
    kept = carl.post(f"{GAZA}/demands", data={**CLAIM, "token": token, "action": "draft"})
    assert (kept.status_code, kept.headers["location"]) == (303, f"{GAZA}/entries")
    own = on_page(carl, f"{GAZA}/entries")
    assert "Drafts" in own
    assert CLAIM["summary"] in own
    assert CLAIM["summary"] not in on_page(anna, QUEUE)
    with read_session(engine_of(desk)) as session:
        number, record = session.execute(
            select(Citation.number, Citation.subject).order_by(Citation.number.desc()).limit(1)
        ).one()
    edit = f"{GAZA}/demands/{record}/edit"
    claim = {name: CLAIM[name] for name in ("holders", "issues", "kind", "stated")}
    changed = carl.post(edit, data={**form(carl, edit), **claim, "summary": "Would lay down its arms."})
    assert (changed.status_code, changed.headers["location"]) == (303, f"{GAZA}/entries")
    assert press(carl, f"{GAZA}/entries", f"{GAZA}/entries/{number}/submit").status_code == 303
    assert "Waiting for an editor" in on_page(carl, f"{GAZA}/entries")
    assert "Would lay down its arms." in on_page(anna, QUEUE)
    page = f"{QUEUE}/{number}"
    empty = press(anna, page, f"{page}/return", comment=" ")
    assert (empty.status_code, "Fill this in." in empty.text) == (422, True)
    back = press(anna, page, f"{page}/return", comment="Who said so, and where?")
    assert back.status_code == 303
    assert "Would lay down its arms." not in on_page(anna, QUEUE)
    for mended in (edit, f"{GAZA}/citations/{number}/edit"):
        assert "The editor writes: Who said so, and where?" in on_page(carl, mended)
    own = on_page(carl, f"{GAZA}/entries")
    assert "Returned to you" in own
    assert "The editor writes: Who said so, and where?" in own
    assert press(carl, f"{GAZA}/entries", f"{GAZA}/entries/{number}/submit").status_code == 303
    assert "Returned before, with this comment: Who said so, and where?" in on_page(anna, page)
    published = press(anna, page, f"{page}/publish")
    assert (published.status_code, published.headers["location"]) == (303, f"{GAZA}/demands/{record}")
    assert "Would lay down its arms." in desk.get(f"{GAZA}?columns=hamas").text
    assert "The editor writes" not in on_page(anna, edit), "that is between the author and the editor"
    assert "Nothing of yours waits" in on_page(carl, f"{GAZA}/entries")
    assert_cells_equal_the_rule(desk)
    with read_session(engine_of(desk)) as session:
        steps = session.execute(
            select(Revision.action, Revision.reason)
            .where(Revision.noun == "citation", Revision.record == str(number))
            .order_by(Revision.number)
        ).all()
        assert [action for action, _ in steps] == ["create", "submit", "return", "submit", "publish"]
        assert steps[2].reason == "Who said so, and where?"
        assert verify(session, "gaza") is None


@pytest.mark.one_database
def test_an_editor_keeps_a_draft_too_and_publishes_it_from_the_list(desk: TestClient) -> None:
    anna, ben = signed_in(desk, "anna"), signed_in(desk, "ben")
    number, record = entered(desk, "anna", draft=True)
    assert ben.get(f"{QUEUE}/{number}").status_code == 404
    assert ben.post(f"{QUEUE}/{number}/publish", data={"token": "t" * 40, "seen": "9999"}).status_code == 404
    assert "A draft: nobody else sees it." in on_page(anna, f"{QUEUE}/{number}")
    response = press(anna, f"{GAZA}/entries", f"{QUEUE}/{number}/publish")
    assert response.headers["location"] == f"{GAZA}/demands/{record}"
    assert desk.get(f"{GAZA}/demands/{record}").status_code == 200


@pytest.mark.one_database
def test_a_report_added_to_a_draft_shows_it_to_nobody(desk: TestClient) -> None:
    carl = signed_in(desk, "carl")
    _, record = entered(desk, "carl", draft=True, summary="Kept back.")
    page = f"{GAZA}/demands/{record}/cite"
    data = {**form(carl, page), "outlet": "Other Post", "published": "2026-03-01", "language": "en"}
    data |= {"attributed_to": "Hamas", "speakers": "hamas", "relation": "supports"}
    assert carl.post(page, data=data).status_code == 303
    assert "Kept back." not in on_page(signed_in(desk, "anna"), QUEUE)
    assert on_page(carl, f"{GAZA}/entries").count("Kept back.") == 2


# --- The queue -------------------------------------------------------------------------------------------


@contextmanager
def statements(client: TestClient) -> Iterator[list[str]]:
    found: list[str] = []
    listener = lambda *args: found.append(args[2])  # noqa: E731
    event.listen(engine_of(client), "before_cursor_execute", listener)
    try:
        yield found
    finally:
        event.remove(engine_of(client), "before_cursor_execute", listener)


def test_the_queue_is_by_age_or_by_source_and_costs_no_more_for_what_it_does_not_show(
    desk: TestClient,
) -> None:
    anna = signed_in(desk, "anna")
    number, _ = entered(desk, ago=3, summary="The first claim.")
    source = source_of(desk, number)
    with statements(desk) as few:
        anna.get(QUEUE)
    with statements(desk) as few_by_source:
        anna.get(f"{QUEUE}?by=source")
    entered(desk, "dora", ago=5, summary="The oldest claim.", source=SOURCE | {"outlet": "Other Post"})
    entered(desk, ago=2, summary="Its second claim.", source=source)
    for n in range(55):
        entered(desk, summary=f"Claim {n}.", source=source)
    with statements(desk) as many:
        page = on_page(anna, QUEUE)
    with statements(desk) as many_by_source:
        by_source = on_page(anna, f"{QUEUE}?by=source")
    assert (len(many), len(many_by_source)) == (len(few), len(few_by_source))
    assert not [text for text in many if "FROM revisions" in text]
    order = [
        page.index(text)
        for text in ("The oldest claim.", "The first claim.", "Its second claim.", "Claim 0.")
    ]
    assert order == sorted(order)
    assert "58 entries wait" in page
    assert "Waiting for 5 days, entered by dora" in page
    assert "Hamas: Disarmament" in page
    assert "a new record" in page
    assert "Claim 54." not in page
    following = re.search(r'<a rel="next" href="([^"]+)"', anna.get(QUEUE).text)
    assert following
    rest = on_page(anna, unescape(following[1]))
    assert "Claim 54." in rest
    assert "The oldest claim." not in rest
    assert by_source.index("Other Post") < by_source.index("Publish all 57 of this source")
    assert "and 37 more of it" in by_source
    assert anna.get(f"{QUEUE}?after=x").status_code == 422
    assert anna.get(f"{QUEUE}?after=0001-01-01T00:00:00%2B23:59~1").status_code == 422


@pytest.mark.one_database
def test_the_navigation_says_to_editors_alone_how_much_waits(desk: TestClient) -> None:
    entered(desk)
    entered(desk)
    assert "Review 2 waiting" in on_page(signed_in(desk, "anna"), GAZA)
    for client in (desk, signed_in(desk, "carl")):
        assert f'href="{QUEUE}"' not in client.get(GAZA).text
    with statements(desk) as read:
        desk.get(GAZA)
    assert not [text for text in read if "FROM reviews" in text]


# --- One entry -------------------------------------------------------------------------------------------

TEXT = (
    "The talks went on. A mediator spoke first. Officials said that “the arms could be stored” under watch. "
    "Nobody answered.\n\nLater the same words were heard: “the arms could be stored”, a second man said. End."
)


def keep_text(client: TestClient, source: str, text: str) -> None:
    with write_session(engine_of(client)) as session:
        session.execute(
            insert(SourceText).values(
                negotiation="gaza",
                source=source,
                number=1,
                words=text,
                hash="0" * 64,
                added_at=datetime.now(UTC),
            )
        )
        session.commit()


@pytest.mark.one_database
def test_the_record_stands_beside_the_sentence_of_its_report(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    with read_session(engine_of(desk)) as session:
        other = session.scalars(
            select(Record.id).where(Record.negotiation == "gaza", Record.type == RecordType.DEMAND).limit(1)
        ).one()
    number, _ = entered(
        desk,
        quote="the arms could be stored",
        selector=("words were heard: “", "”, a second man"),
        relations=[(LinkRelation.CONTRADICTS, other, "the second half")],
        quantity="several hundred",
        speakers="egypt",
    )
    page = f"{QUEUE}/{number}"
    found = on_page(anna, page)
    assert "The text of this report is not kept here" in found
    assert (
        "Hamas, as described by a Hamas official (unnamed) (a mediator); Example Times, 28 Feb 2026" in found
    )
    assert "Said by others" in found
    assert "several hundred" in found
    assert "Contradicts:" in found
    assert "(the second half)" in found
    keep_text(desk, source_of(desk, number), TEXT)
    html = anna.get(page).text
    passage = re.search(r'<blockquote class="passage"[^>]*>(.*?)</blockquote>', html, re.DOTALL)
    assert passage
    assert "<mark>the arms could be stored</mark>”, a second man said." in passage[1]
    assert passage[1].startswith("… Nobody answered.")
    with write_session(engine_of(desk)) as session:
        session.execute(update(CitationSelector).values(prefix="", suffix=""))
        session.commit()
    assert "These words stand at 2 places in the text" in on_page(anna, page)
    with write_session(engine_of(desk)) as session:
        session.execute(update(SourceText).values(words="Another text."))
        session.commit()
    assert "These words do not occur in the text" in on_page(anna, page)
    for client in (signed_in(desk, "carl"), desk):
        assert client.get(page).status_code in (303, 403)


def test_two_people_never_read_the_same_entry_unaware(desk: TestClient) -> None:
    anna, ben = signed_in(desk, "anna"), signed_in(desk, "ben")
    number, _ = entered(desk, summary="To be read once.")
    page = f"{QUEUE}/{number}"
    assert "Nobody is reading this." in on_page(ben, page)
    before = {name: form(ben, page) for name in ("publish",)}
    tokens = dict(
        re.findall(r'action="([^"]+)"><input type="hidden" name="token" value="([^"]+)"', ben.get(page).text)
    )
    assert press(anna, page, f"{page}/take").status_code == 303
    assert "anna is reading it" in on_page(ben, QUEUE)
    assert "anna has been reading this since" in on_page(ben, page)
    assert "You have been reading this" in on_page(anna, page)
    late = ben.post(f"{page}/publish", data={"token": tokens[f"{page}/publish"], "seen": "9999"})
    assert (late.status_code, "anna is reading this" in words(late.text)) == (422, True)
    comment = {"token": tokens[f"{page}/return"], "comment": "Typed before anna took it."}
    late = ben.post(f"{page}/return", data=comment)
    assert (late.status_code, comment["comment"] in late.text) == (422, True)
    assert ben.post(f"{page}/take", data={"token": tokens[f"{page}/take"]}).status_code == 422
    assert status(desk, number) is ReviewStatus.SUBMITTED
    assert press(ben, page, f"{page}/take").status_code == 303, "the form on the page takes it over"
    assert "ben has been reading this since" in on_page(anna, page)
    with write_session(engine_of(desk)) as session:
        session.execute(update(Review).values(taken_at=datetime.now(UTC) - timedelta(minutes=31)))
        session.commit()
    assert "Nobody is reading this." in on_page(anna, page), "it lapses"
    assert press(anna, page, f"{page}/take").status_code == 303
    assert press(anna, page, f"{page}/leave").status_code == 303
    assert "Nobody is reading this." in on_page(ben, page)
    assert press(ben, page, f"{page}/publish").status_code == 303
    assert before


def test_of_two_editors_at_once_one_publishes_and_the_other_is_told(desk: TestClient) -> None:
    clients = [signed_in(desk, "anna"), signed_in(desk, "ben")]
    for n in range(3):
        number, record = entered(desk, summary=f"Round {n}.")
        page = f"{QUEUE}/{number}"
        sent = []
        for client in clients:
            html = client.get(page).text
            token = re.search(
                rf'action="{page}/publish"><input type="hidden" name="token" value="([^"]+)"', html
            )
            seen = re.search(r'name="seen" value="(\d+)"', html)
            assert token
            assert seen
            sent.append({"token": token[1], "seen": seen[1]})
        jobs = [
            lambda client=client, page=page, data=data: client.post(f"{page}/publish", data=data)
            for client, data in zip(clients, sent, strict=True)
        ]
        answers = in_parallel([*jobs, *jobs])
        statuses = [answer.status_code for answer in answers]
        assert sorted(statuses) == [303, 303, 422, 422], "the winner's double click leads there too"
        lost = next(answer for answer in answers if answer.status_code == 422)
        assert "somebody has dealt with it" in lost.text
        assert "published it on" in words(lost.text)
        with read_session(engine_of(desk)) as session:
            published = select(func.count()).where(Revision.record == record, Revision.action == "publish")
            assert session.scalar(published) == 1
            assert verify(session, "gaza") is None
    assert_cells_equal_the_rule(desk)


@pytest.mark.one_database
def test_what_was_changed_since_it_was_read_is_not_published_unread(desk: TestClient) -> None:
    anna, carl = signed_in(desk, "anna"), signed_in(desk, "carl")
    number, record = entered(desk, summary="As anna read it.")
    page = f"{QUEUE}/{number}"
    html = anna.get(page).text
    token = re.search(rf'action="{page}/publish"><input type="hidden" name="token" value="([^"]+)"', html)
    seen = re.search(r'name="seen" value="(\d+)"', html)
    assert token
    assert seen
    edit = f"{GAZA}/demands/{record}/edit"
    claim = {name: CLAIM[name] for name in ("holders", "issues", "kind", "stated")}
    changed = carl.post(edit, data={**form(carl, edit), **claim, "summary": "As carl changed it."})
    assert changed.status_code == 303
    answer = anna.post(f"{page}/publish", data={"token": token[1], "seen": seen[1]})
    assert (answer.status_code, "It was changed since you opened it." in answer.text) == (422, True)
    assert "As carl changed it." in answer.text
    assert status(desk, number) is ReviewStatus.SUBMITTED
    for wrong in ("", "x", "-1", "9" * 30):
        refused = anna.post(f"{page}/publish", data={"token": token[1], "seen": wrong})
        assert (refused.status_code, "Open the page anew" in refused.text) == (422, True), wrong
    assert press(anna, page, f"{page}/publish").status_code == 303


@pytest.mark.one_database
def test_a_text_that_was_replaced_since_it_was_read_is_read_again(desk: TestClient) -> None:
    anna, carl = signed_in(desk, "anna"), signed_in(desk, "carl")
    number, _ = entered(desk, quote="stored")
    page, text = f"{QUEUE}/{number}", f"{GAZA}/sources/{source_of(desk, number)}/text"
    given = {"token": form(carl, text)["token"], "text": "Arms are stored."}
    assert carl.post(text, data=given).status_code == 303
    assert "Text given by carl on" in on_page(anna, page)
    html = anna.get(page).text
    token = re.search(rf'action="{page}/publish"><input type="hidden" name="token" value="([^"]+)"', html)
    seen = re.search(r'name="seen" value="(\d+)"', html)
    assert token
    assert seen
    other = {"token": form(carl, text)["token"], "text": "Arms are stored, if at all."}
    assert carl.post(text, data=other).status_code == 303
    answer = anna.post(f"{page}/publish", data={"token": token[1], "seen": seen[1]})
    assert (answer.status_code, "It was changed since you opened it." in answer.text) == (422, True)
    assert press(anna, page, f"{page}/publish").status_code == 303


@pytest.mark.one_database
def test_what_names_a_record_that_was_retracted_says_so(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    outline: dict[str, Any] = {"title": "An outline", "proposed_by": "egypt", "presented": "2026-02-26"}
    _, proposal = entered(desk, "anna", type=RecordType.PROPOSAL, **outline)
    answer: dict[str, Any] = {"proposal": proposal, "actor": "hamas", "response": "accepted"}
    number, _ = entered(desk, type=RecordType.RESPONSE, stated="2026-02-27", **answer)
    with write_session(engine_of(desk)) as session:
        editor = By(account(desk, "anna"), True, datetime.now(UTC))
        seen = revision_of(session, "gaza", "proposal", proposal)
        retract_record(session, "gaza", RecordType.PROPOSAL, proposal, editor, reason="Misread.", seen=seen)
        session.commit()
    page = f"{QUEUE}/{number}"
    refused = press(anna, page, f"{page}/publish")
    assert refused.status_code == 422
    assert "It names a proposal that was retracted" in words(refused.text)
    assert "handed it in" not in words(refused.text)
    assert "not handed in" not in on_page(anna, page)


@pytest.mark.one_database
def test_publishing_opens_the_next_of_the_same_source_and_passes_over_what_another_reads(
    desk: TestClient,
) -> None:
    anna, ben = signed_in(desk, "anna"), signed_in(desk, "ben")
    other, _ = entered(desk, ago=9, source=SOURCE | {"outlet": "Other Post"})
    first, _ = entered(desk, ago=3)
    source = source_of(desk, first)
    second, _ = entered(desk, ago=2, source=source)
    third, _ = entered(desk, ago=1, source=source)
    press(ben, f"{QUEUE}/{second}", f"{QUEUE}/{second}/take")
    page, at = f"{QUEUE}/{first}", []
    for _ in range(3):
        response = press(anna, page, f"{page}/publish", then="next")
        page = response.headers["location"]
        at.append(page)
    assert at == [f"{QUEUE}/{third}", f"{QUEUE}/{other}", QUEUE]
    assert "anna has been reading" not in on_page(ben, f"{QUEUE}/{second}")


@pytest.mark.one_database
def test_a_contributors_entry_is_corrected_by_an_editor_and_read_on(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    number, record = entered(desk)
    page = f"{QUEUE}/{number}"
    for link in (f"{GAZA}/demands/{record}/edit", f"{GAZA}/citations/{number}/edit"):
        assert f'href="{link}"' in anna.get(page).text
    edit = f"{GAZA}/citations/{number}/edit"
    data = {**form(anna, edit), "attributed_to": "Egyptian officials", "speakers": "egypt"}
    answer = anna.post(edit, data=data | {"relation": "supports", "reason": "It was they."})
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert "Hamas, as described by Egyptian officials" in on_page(anna, page)


@pytest.mark.one_database
def test_a_report_of_a_record_that_was_retracted_meanwhile_can_only_go_back(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    _, record = entered(desk, "anna")
    with write_session(engine_of(desk)) as session:
        now = datetime.now(UTC)
        carl, editor = By(account(desk, "carl"), False, now), By(account(desk, "anna"), True, now)
        number = cite_record(session, "gaza", record, Entry(SOURCE, SAID), carl)
        seen = revision_of(session, "gaza", "demand", record)
        retract_record(session, "gaza", RecordType.DEMAND, record, editor, reason="Misread.", seen=seen)
        session.commit()
    page = f"{QUEUE}/{number}"
    refused = press(anna, page, f"{page}/publish")
    assert (refused.status_code, "was retracted. Return it to its author." in refused.text) == (422, True)
    assert press(anna, page, f"{page}/return", comment="It was our mistake.").status_code == 303
    assert "The editor writes: It was our mistake." in on_page(signed_in(desk, "carl"), f"{GAZA}/entries")
    assert "Misread." in on_page(desk, f"{GAZA}/demands/{record}")


# --- All of a source -------------------------------------------------------------------------------------


def test_all_of_a_source_is_published_at_once_what_is_named_before_what_names_it(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    first, demand = entered(desk, summary="The claim that is named.")
    source = source_of(desk, first)
    outline: dict[str, Any] = {"title": "An outline", "proposed_by": "egypt", "presented": "2026-02-26"}
    outline |= {"type": RecordType.PROPOSAL, "terms": [{"issue": "disarmament", "summary": "Arms stored."}]}
    last, proposal = entered(desk, source=source, **outline)
    entered(desk, source=source, summary="By link.", relations=[(LinkRelation.CLARIFIES, demand, None)])
    with write_session(engine_of(desk)) as session:
        by = By(account(desk, "carl"), False, datetime.now(UTC))
        # The first to be handed in names the second.
        seen = session.scalar(select(func.max(Revision.number)).where(Revision.record == demand)) or 0
        on_it = {"proposal": proposal}
        edit_record(session, "gaza", RecordType.DEMAND, demand, on_it, by, reason="It is on that.", seen=seen)
        term = session.scalars(
            select(Record.id).where(Record.type == RecordType.TERM, Record.id.startswith(proposal))
        ).one()
        cite_record(session, "gaza", term, Entry(source, SAID, type=RecordType.TERM), by)
        cite_record(session, "gaza", demand, Entry(source, SAID | {"relation": "denies"}), by)
        session.commit()
    denial = last + 3
    alone = press(anna, f"{QUEUE}/{denial}", f"{QUEUE}/{denial}/publish")
    assert alone.status_code == 422
    assert "which is not published yet" in alone.text
    waiting = last + 2
    unsupported = press(anna, f"{QUEUE}/{waiting}", f"{QUEUE}/{waiting}/publish")
    assert unsupported.status_code == 422
    assert "No report in support of this record is published yet" in unsupported.text
    before = desk.get(GAZA).headers["etag"]
    action = f"{GAZA}/sources/{source}/publish"
    answer = press(anna, f"{QUEUE}?by=source", action)
    assert answer.status_code == 303, words(answer.text)
    assert "5 entries are published." in on_page(anna, answer.headers["location"])
    assert desk.get(GAZA).headers["etag"] != before
    for text in ("The claim that is named.", "By link.", "An outline"):
        assert text in desk.get(f"{GAZA}/timeline").text
    with read_session(engine_of(desk)) as session:
        assert session.scalar(select(func.count()).select_from(Review)) == 0
        revision = session.scalars(select(Negotiation.revision).where(Negotiation.id == "gaza")).one()
        assert verify(session, "gaza") is None
    assert revision == 2, "one change of what readers see"
    assert_cells_equal_the_rule(desk)


@pytest.mark.one_database
def test_of_a_source_nothing_is_published_where_something_cannot_be_and_each_reason_is_given(
    desk: TestClient,
) -> None:
    anna, ben = signed_in(desk, "anna"), signed_in(desk, "ben")
    _, elsewhere = entered(desk, summary="Waits in another source.", source=SOURCE | {"outlet": "Other Post"})
    _, hidden = entered(desk, summary="A secret xyzzyplugh.", draft=True)
    first, _ = entered(desk, summary="Could be published.")
    source = source_of(desk, first)
    clarifies = LinkRelation.CLARIFIES
    entered(desk, source=source, summary="Names what waits.", relations=[(clarifies, elsewhere, None)])
    entered(desk, source=source, summary="Names a draft.", relations=[(clarifies, hidden, None)])
    taken, _ = entered(desk, source=source, summary="Is being read.")
    press(ben, f"{QUEUE}/{taken}", f"{QUEUE}/{taken}/take")
    answer = press(anna, f"{QUEUE}?by=source", f"{GAZA}/sources/{source}/publish")
    said = words(answer.text)
    assert answer.status_code == 422
    assert "Nothing of Example Times was published" in said
    assert (
        "“Names what waits.”: It names the demand “Waits in another source.”, which is not published yet"
        in said
    )
    assert "“Names a draft.”: It names a record that its author has not handed in yet." in said
    assert "“Is being read.”: ben is reading this" in said
    assert "“Could be published.”:" not in said
    assert "xyzzyplugh" not in answer.text
    with read_session(engine_of(desk)) as session:
        waiting = select(func.count()).where(Citation.review_status == ReviewStatus.SUBMITTED)
        assert session.scalar(waiting) == 5
        assert (
            session.scalar(select(Source.review_status).where(Source.id == source)) is ReviewStatus.SUBMITTED
        )
    gone = anna.post(f"{GAZA}/sources/nothing/publish", data={"token": "t" * 40, "seen": "1"})
    assert (gone.status_code, "Nothing of this source waits" in gone.text) == (422, True)


# --- Two people ------------------------------------------------------------------------------------------


@pytest.mark.one_database
def test_where_two_people_are_asked_for_an_editors_own_entry_waits_for_another(desk: TestClient) -> None:
    root, anna, ben = (signed_in(desk, name) for name in ("root", "anna", "ben"))
    setup = f"{GAZA}/setup"
    assert f"{setup}/review" not in anna.get(setup).text
    assert "Editors publish what they enter at once" in on_page(anna, setup)
    assert ">Publish<" in anna.get(f"{GAZA}/demands/new").text
    etag = desk.get(GAZA).headers["etag"]
    assert press(root, setup, f"{setup}/review", two_people="yes").status_code == 303
    assert press(root, setup, f"{setup}/review", two_people="yes").status_code == 303
    assert desk.get(GAZA).headers["etag"] == etag
    with read_session(engine_of(desk)) as session:
        settings = session.execute(
            select(Revision.action, Revision.record, Revision.after).where(Revision.noun == "setting")
        ).all()
        assert [tuple(row) for row in settings] == [("edit", "gaza", '{"two_people":"yes"}')]
        assert verify(session, "gaza") is None
    page = anna.get(f"{GAZA}/demands/new").text
    assert "Another editor reads it before it is published." in words(page)
    assert ">Submit for review<" in page
    assert ">Publish<" not in page
    token = form(anna, f"{GAZA}/demands/new")["token"]
    answer = anna.post(f"{GAZA}/demands", data={**CLAIM, "token": token, "action": "save"})
    assert answer.headers["location"] == f"{GAZA}/entries"
    assert CLAIM["summary"] in on_page(anna, f"{GAZA}/entries")
    with read_session(engine_of(desk)) as session:
        number = session.scalars(select(func.max(Citation.number))).one()
    own = anna.get(f"{QUEUE}/{number}").text
    assert "nobody publishes an entry of their own" in own
    assert f"{QUEUE}/{number}/publish" not in own
    forced = anna.post(f"{QUEUE}/{number}/publish", data={"token": "t" * 40, "seen": "99999"})
    assert (forced.status_code, "nobody publishes an entry of their own" in forced.text) == (422, True)
    source = source_of(desk, number)
    forced = anna.post(f"{GAZA}/sources/{source}/publish", data={"token": "u" * 40, "seen": "99999"})
    assert (forced.status_code, "nobody publishes an entry of their own" in forced.text) == (422, True)
    assert status(desk, number) is ReviewStatus.SUBMITTED
    theirs, _ = entered(desk)
    on = press(anna, f"{QUEUE}/{theirs}", f"{QUEUE}/{theirs}/publish", then="next")
    assert on.headers["location"] == QUEUE, "nothing is left that she may publish"
    assert press(ben, f"{QUEUE}/{number}", f"{QUEUE}/{number}/publish").status_code == 303
    assert press(root, setup, f"{setup}/review").status_code == 303
    assert ">Publish<" in anna.get(f"{GAZA}/demands/new").text


@pytest.mark.one_database
def test_nobody_publishes_an_own_record_through_another_editors_report_of_it(desk: TestClient) -> None:
    ask_for_two(desk)
    anna, ben = signed_in(desk, "anna"), signed_in(desk, "ben")
    _, record = entered(desk, "anna")
    page = f"{GAZA}/demands/{record}/cite"
    data = {**form(ben, page), "outlet": "Other Post", "published": "2026-03-01", "language": "en"}
    data |= {"attributed_to": "Hamas", "speakers": "hamas", "relation": "supports"}
    assert ben.post(page, data=data).status_code == 303
    with read_session(engine_of(desk)) as session:
        number = session.scalars(select(func.max(Citation.number))).one()
    answer = press(anna, f"{QUEUE}/{number}", f"{QUEUE}/{number}/publish")
    assert (answer.status_code, "nobody publishes an entry of their own" in answer.text) == (422, True)
    assert desk.get(f"{GAZA}/demands/{record}").status_code == 404


@pytest.mark.one_database
@pytest.mark.parametrize("number", ["0", "-1", "2147483648", "99999999999999999999", "x"])
def test_a_number_that_none_has_is_no_page(desk: TestClient, number: str) -> None:
    anna = signed_in(desk, "anna")
    for page in (f"{QUEUE}/{number}", f"{GAZA}/citations/{number}/edit"):
        assert anna.get(page).status_code in (404, 422)
    for action in ("take", "leave", "publish", "return"):
        data = {"token": "t" * 40, "seen": "1", "comment": "\x00"}
        assert anna.post(f"{QUEUE}/{number}/{action}", data=data).status_code in (404, 422)
    assert anna.post(f"{GAZA}/entries/{number}/submit", data={"token": "t" * 40}).status_code in (404, 422)

"""Searching as a reader does it: what is found, in which order, how it is shown, and what never is."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from urllib.parse import quote, urlencode

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from app.commands.entries import By, restore_record
from app.commands.records import revision_of
from app.db import read_session, write_session
from app.domain.vocabulary import RecordType
from app.models import Record, SearchText
from tests.services.databases import signed_in
from tests.web.derived import assert_as_if_imported
from tests.web.filled import correct
from tests.web.forms import engine_of, form
from tests.web.reports import ARABIC, HEBREW
from tests.web.test_entries import report
from tests.web.test_redaction import blank

END = {"on": "2024-12-31"}


def search(client: TestClient, q: str, **query: str) -> str:
    """The page that a search answers with."""
    response = client.get(f"/search?{urlencode({'q': q, **query})}")
    assert response.status_code == 200, response.text
    return response.text


def hits(page: str) -> list[str]:
    """The records and sources of a page in their order, by the end of their address."""
    of_list = page.partition('id="rows"')[2]
    found = re.findall(r'<a class="to" href="([^"?]*)[^"#]*(#?[^"]*)"', of_list)
    return [anchor.lstrip("#") or path.rpartition("/")[2] for path, anchor in found]


def marks(page: str) -> list[str]:
    return [unescape(word) for word in re.findall("<mark>(.*?)</mark>", page)]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("hearsay", "later"),
        ("HEARS", "later"),
        ("hearsay own", "later"),
        ("hearsay nothing", ""),
        ('"own side"', "later"),
        ('"side own"', ""),
        ("outline", "y x term-t1 term-t2 response-r1"),
        ("first outline", "x"),
        ("42 days", "term-t1"),
        ("if they go", "formula"),
        ("crossing south", "e"),
        ("hardened", "w1"),
        ("outlet s4", "s4"),
        ("one only writer", "s1"),
        ("half a ceasefire", "hebrew"),
        ("two mediators", "denied"),
        ("מוסכם", ""),
        ("הפסקת אש", "hebrew"),
        ("מֻחְלָט", ""),
        ("נַסְכִּים", "hebrew"),
        ("לوقف", ""),
        ("نقبل", "p arabic"),
        ("نُقْبِلُ بِوَقْفٍ", "p arabic"),
        ("لاطلاق النار", "p arabic"),
        ("نار", "p arabic"),
        ("people", "p"),
        ("=1+1", "formula"),
        ("how long first", "j"),
    ],
)
def test_words_are_found_wherever_they_stand(small: TestClient, q: str, found: str) -> None:
    page = search(small, q, negotiation="reports", **END)
    expected = found.split()
    if "term-t1" in expected and len(expected) > 1:
        assert set(hits(page)) >= {"x", "y"}
    else:
        assert sorted(hits(page)) == sorted(expected), q


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("type=demand", "again placed"),
        ("type=issue", ""),
        ("actor=p", "again placed"),
        ("actor=q", ""),
        ("issue=i", "again placed"),
        ("issue=k", ""),
        ("from=2024-02", "again"),
        ("to=2024-02", "placed"),
        ("from=2024-01&to=2024-01-01", "placed"),
        ("track=own_side", "again placed"),
        ("track=others", ""),
        ("on=2024-02-01", "placed"),
        ("on=2024-02-01&basis=stated", "placed"),
    ],
)
def test_each_filter_narrows_what_is_found(small: TestClient, query: str, found: str) -> None:
    page = small.get(f'/search?q="for a time"&negotiation=reports&{query}')
    assert page.status_code == 200
    assert hits(page.text) == found.split()


def test_a_record_of_several_possible_days_is_found_on_any_of_them(small: TestClient) -> None:
    assert hits(search(small, "some day", negotiation="reports", to="2024-01-10")) == ["month", "year"]
    assert hits(search(small, "some day", negotiation="reports", to="2023-12")) == ["year"]
    assert hits(search(small, "some day", negotiation="reports", **{"from": "2024-01-20"})) == ["month"]


def test_only_quotations_that_are_known_by_the_day_are_searched(small: TestClient) -> None:
    assert hits(search(small, '"we say so"', negotiation="reports", on="2024-01-09")) == []
    assert hits(search(small, '"we say so"', negotiation="reports", on="2024-01-10")) == ["later"]


def test_a_sensitive_quotation_is_neither_found_nor_shown(small: TestClient) -> None:
    assert hits(search(small, "alive", **END)) == []
    page = search(small, "denies", negotiation="reports", **END)
    assert hits(page) == ["denied"]
    assert "alive" not in page


def test_a_hit_says_what_it_is_when_who_says_so_and_who_denies_it(small: TestClient) -> None:
    page = search(small, "denies this", negotiation="reports", **END)
    words = " ".join(re.sub("<[^>]+>", " ", page.partition('id="rows"')[2]).split())
    assert "3 Jan 2024 Q Said by others · demand" in words
    assert "two mediators (unnamed) (a mediator), Outlet s3" in words
    assert "Denied by Q , Outlet s3 , 10 Jan 2024" in words
    assert '<a class="to" href="/negotiations/reports/demands/denied?on=2024-12-31">' in page


def test_what_was_sought_is_marked_in_the_text_as_written(small: TestClient) -> None:
    assert marks(search(small, "half ceas", negotiation="reports", **END)) == [
        "half",
        "ceasefire",
        "Ceasefire",
    ]
    page = search(small, "לא נסכ", negotiation="reports", **END)
    assert "לא" in marks(page)
    assert '<blockquote class="quote" lang="he" dir="auto">' in page or HEBREW.split()[0] in page
    assert ARABIC.split()[1] in marks(search(small, "نقبل", negotiation="reports", **END))


def test_text_is_escaped_around_its_marks(desk: TestClient) -> None:
    report(signed_in(desk, "anna"), summary="Arms <b>&lt; zweihander</b> & more", quote="<i>zweihander</i>")
    page = search(desk, "zweihander")
    assert "Arms &lt;b&gt;&amp;lt; <mark>zweihander</mark>&lt;/b&gt; &amp; more" in page
    assert "“&lt;i&gt;<mark>zweihander</mark>&lt;/i&gt;”" in page
    inert = search(desk, '"><script>alert(1)</script>')
    assert "<script>alert" not in inert


def test_pages_follow_one_another_newest_first_without_gap_or_repetition(reader: TestClient) -> None:
    address, every, pages = "/search?q=hamas&type=demand&negotiation=gaza", [], 0
    days: list[str] = []
    while address:
        page = unescape(reader.get(address).text)
        every += hits(page)
        days += re.findall(r'<p class="when"><time datetime="(\d{4}-\d\d-\d\d)"', page)
        older = re.search(r'<a href="([^"]+)" rel="next"', page)
        address, pages = older[1] if older else "", pages + 1
    assert days == sorted(days, reverse=True)
    assert len(every) == len(set(every)) > 150
    assert pages == -(-len(every) // 25)


def test_the_question_of_the_arms_is_answered(reader: TestClient) -> None:
    page = search(reader, "disarm", negotiation="gaza", on="2026-03-01")
    assert "Hamas would lay down arms" in re.sub("</?mark>", "", page)
    assert re.search(
        r'prepared to be demilitarized.*?<b class="tag denied">Denied</b> by <bdi>Hamas statement',
        page,
        re.DOTALL,
    )


def test_without_words_the_page_says_what_can_be_found(small: TestClient) -> None:
    page = small.get("/search").text
    assert "What can be found" in page
    assert "permanent ceasefire" in page


def test_nothing_found_is_said_in_words_with_what_to_try(small: TestClient) -> None:
    page = search(small, '"zzzz yyyy"', negotiation="reports", on="2024-12-31")
    for words in (
        "Nothing was found",
        "fewer words",
        "quotation marks",
        "Filters are on",
        "Search what is known today",
    ):
        assert words in page


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("query", "words", "name"),
    [
        ("q=%22%22", "nothing in this to search for", "q"),
        ("q=" + "a" * 10_000, "too long to search for", "q"),
        ("q=" + "+".join(f"w{n}" for n in range(21)), "too many words", "q"),
        ("q=%00", "characters in this that nobody types", "q"),
        ("q=a&negotiation=none", "No negotiation here is called “none”", "negotiation"),
        ("q=a&type=treaty", "“treaty” is no type of record", "type"),
        ("q=a&actor=p", "belongs to one negotiation", "actor"),
        ("q=a&issue=i", "belongs to one negotiation", "issue"),
        ("q=a&negotiation=reports&actor=x", "Nobody here is called “x”", "actor"),
        ("q=a&negotiation=reports&issue=x", "No issue here is called “x”", "issue"),
        ("q=a&track=mine", "“mine” is no track", "track"),
        ("q=a&from=yesterday", "“yesterday” is not a date", "from"),
        ("q=a&from=2024-05&to=2024-01", "“2024-01” is before “2024-05”", "to"),
        ("q=a&before=x", "no place in the list", "before"),
        ("q=a&on=2024-02-30", "is not a day of the calendar", "on"),
        ("q=a&basis=other", "is no basis", "basis"),
        ("q=a&basis=recorded", "choose one", "basis"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words_beside_its_field(
    small: TestClient, query: str, words: str, name: str
) -> None:
    response = small.get(f"/search?{query}")
    assert response.status_code == 422
    assert words in response.text
    assert f'id="{name}-fault"' in response.text or f'href="#{name}"' in response.text
    assert 'class="to"' not in response.text


def test_what_is_wrong_with_the_words_is_said_once_and_no_control_character_comes_back(
    small: TestClient,
) -> None:
    page = small.get("/search?q=a%00b").text
    assert page.count("characters in this that nobody types") == 1
    assert "\x00" not in page
    assert 'value="a\ufffdb"' in page
    assert "address" not in page.partition("<main")[2].partition("</main>")[0]


def test_without_a_hit_it_is_said_what_is_searched(small: TestClient) -> None:
    assert "Nothing is translated" in small.get("/search?q=חמאס").text


@pytest.mark.parametrize(
    "q",
    ['"', "“a", "a AND", "NOT a", "a*b*", "*", "^a", "a:b", "{a}", "(a", "NEAR(a b)", "'; --", "\\", "%", "_",
     "a -b", "😀 a", "\u200fعزة\u202c", "a" * 200, "~in:reports", "words:a", "a'b\"c", "½", "﷽ a", "\u0301",
     "&|!<->", "停戦"],
)  # fmt: skip
def test_no_query_breaks_the_search(small: TestClient, q: str) -> None:
    response = small.get(f"/search?q={quote(q)}")
    assert response.status_code in (200, 422)
    assert response.status_code == 200 or "search for" in response.text or "characters" in response.text


def test_an_actor_and_an_issue_lead_to_their_pages(small: TestClient) -> None:
    page = search(small, "office", negotiation="reports", **END)
    assert 'href="/negotiations/reports/actors/p-office?on=2024-12-31"' in page
    assert 'href="/negotiations/reports/issues/k"' in search(small, "aid", negotiation="reports")


def test_a_page_that_has_not_changed_is_not_sent_again(small: TestClient) -> None:
    tag = small.get("/search?q=aid").headers["etag"]
    assert small.get("/search?q=aid", headers={"if-none-match": tag}).status_code == 304
    assert small.get("/search?q=aide", headers={"if-none-match": tag}).status_code == 200


def test_what_nobody_has_published_is_found_by_nobody(desk: TestClient) -> None:
    carl, anna = signed_in(desk, "carl"), signed_in(desk, "anna")
    report(
        carl,
        summary="They keep the xyzzyword",
        quote="plughword",
        attributed_to="frotzword",
        outlet="Rezrov Post",
    )
    for word in ("xyzzyword", "plughword", "frotzword", "rezrov"):
        for client in (desk, carl, anna):
            assert "Nothing was found" in search(client, word)
    with read_session(engine_of(desk)) as session:
        texts = " ".join(session.scalars(select(SearchText.words)))
    assert "xyzzyword" not in texts
    assert "rezrov" not in texts


def test_a_draft_that_is_in_the_index_by_mistake_is_not_shown(desk: TestClient) -> None:
    address = report(signed_in(desk, "anna"), summary="They keep the xyzzyword")
    with write_session(engine_of(desk)) as session:
        session.execute(
            update(Record).where(Record.id == address.rpartition("/")[2]).values(review_status="submitted")
        )
        session.commit()
    assert "Nothing was found" in search(desk, "xyzzyword")


def test_what_is_published_corrected_and_retracted_is_found_as_it_is(
    desk: TestClient, tmp_path: object
) -> None:
    anna = signed_in(desk, "anna")
    address = report(anna, summary="They keep the xyzzyword", outlet="Rezrov Post")
    record = address.rpartition("/")[2]
    assert hits(search(desk, "xyzzyw")) == [record]
    assert len(hits(search(desk, "rezrov"))) == 1
    correct(anna, address, summary="They keep the plughword")
    assert hits(search(desk, "xyzzyword")) == []
    assert hits(search(desk, "plughword")) == [record]
    correct(anna, address, stated_day="2024-05-05")
    assert hits(search(desk, "plughword", **{"to": "2024-05"})) == [record]
    assert_as_if_imported(desk, "gaza", tmp_path)  # type: ignore[arg-type]
    retract = {**form(anna, f"{address}/edit"), "token": "r" * 40, "reason": "Misread."}
    assert anna.post(f"{address}/retract", data=retract).status_code == 303
    assert hits(search(desk, "plughword")) == []
    with write_session(engine_of(desk)) as session:
        seen = revision_of(session, "gaza", "demand", record)
        by = By(1, True, datetime.now(UTC))
        restore_record(session, "gaza", RecordType.DEMAND, record, by, reason="It was right.", seen=seen)
        session.commit()
    assert hits(search(desk, "plughword")) == [record]


def test_a_day_of_the_past_is_searched_as_it_was_recorded(desk: TestClient) -> None:
    address = report(signed_in(desk, "anna"), summary="They keep the xyzzyword")
    past = {"basis": "recorded", "negotiation": "gaza", "on": "2026-03-02"}
    assert hits(search(desk, "xyzzyword", **past)) == []
    assert "As recorded here" in search(desk, "disarm", **past)
    assert len(hits(search(desk, "disarm", **past))) > 10
    assert hits(search(desk, "xyzzyword", negotiation="gaza")) == [address.rpartition("/")[2]]


def _sources_of_the_index(client: TestClient) -> Iterator[bytes]:
    """Everything that the database keeps of its index."""
    engine = engine_of(client)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            for (block,) in connection.exec_driver_sql("SELECT block FROM search_words_data"):
                yield bytes(block)
        else:
            for (words,) in connection.exec_driver_sql("SELECT search_words::text FROM search_texts"):
                yield words.encode()


def test_what_was_blanked_leaves_no_trace_in_the_index(desk: TestClient) -> None:
    root, anna = signed_in(desk, "root"), signed_in(desk, "anna")
    address = report(anna, quote="the xyzzyword was said", attributed_to="plughword officer")
    assert len(hits(search(desk, "xyzzyword"))) == len(hits(search(desk, "plughword"))) == 1
    assert any(b"xyzzyw" in block or b"zzyword" in block for block in _sources_of_the_index(desk))
    assert blank(root, address, "quote", "attributed_to").status_code == 303
    for word in ("xyzzyword", "plughword"):
        assert hits(search(desk, word)) == []
    kept = b"".join(_sources_of_the_index(desk))
    for trace in (b"xyzzy", b"zzyword", b"plugh"):
        assert trace not in kept
    assert address.rpartition("/")[2] in hits(search(desk, "store supervision"))

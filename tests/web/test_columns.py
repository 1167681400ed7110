"""The columns of the positions table: anything beside anything, chosen by form and held in the address."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.make import talks, write_package
from tests.services.databases import KINDS, serving
from tests.web.test_positions import table

GAZA = "/negotiations/gaza"
TALKS = "/negotiations/talks"
FOUR = "latest:mediators,latest:agreed"


@pytest.fixture(scope="module", params=KINDS)
def agreed(
    request: pytest.FixtureRequest, templates: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """A reader of talks in which M put forward a text, P and M another, and one is agreed on in February."""
    tables = talks()
    tables["proposals"] = [
        {"id": "x1", "title": "Text of M", "proposed_by": "m", "presented": "2024-01-01"}
        | {"ended": "2024-02-10", "outcome": "agreed"},
        {"id": "x2", "title": "Text of P and M", "proposed_by": "p|m", "presented": "2024-01-02"},
        {"id": "x3", "title": "Text taken back", "proposed_by": "m", "presented": "2024-04-01"},
    ]
    printed = {"outlet": "O", "language": "en"}
    tables["sources"] = [
        *tables["sources"],
        {"id": "s3", "published": "2024-04-01", "status": "retracted", "status_date": "2024-04-10"} | printed,
        {"id": "s4", "published": "2024-06-01"} | printed,
    ]
    tables["citations"] = [
        {**row, "source": "s1"} if row["subject"] in ("x1", "x2") else row for row in tables["citations"]
    ] + [
        {"subject_type": "proposal", "subject": "x3", "source": source, "attribution": "third_party"}
        for source in ("s3", "s4")
    ]
    package = write_package(tmp_path_factory.mktemp("package") / "agreed", tables)
    template = templates(request.param, package)
    url = f"sqlite:///{template}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_server").url(template)
    with serving(url) as client:
        yield client


def sent(client: TestClient, query: str) -> tuple[int, dict[str, list[str]], str]:
    """What a form of columns is answered with: status, the query that it leads to, and the page if any."""
    answer = client.get(f"{GAZA}?{query}", follow_redirects=False)
    return answer.status_code, parse_qs(urlsplit(answer.headers.get("location", "")).query), answer.text


def test_the_four_columns_are_one_link_away_and_their_address_holds_them(reader: TestClient) -> None:
    link = f"{GAZA}?on=2024-09-04&amp;columns=israel,hamas,{FOUR}"
    assert f'href="{link}">Four columns</a>' in reader.get(f"{GAZA}?on=2024-09-04").text
    page = reader.get(link.replace("&amp;", "&")).text
    assert ">Four columns</a>" not in page, "not offered where they are shown"
    assert "columns=israel,hamas,latest:mediators,latest:agreed" in page.partition('<tfoot class="sheet"')[2]


def test_which_text_is_the_mediators_latest_is_decided_by_the_day(reader: TestClient) -> None:
    for day, title in (("2024-04-20", "Burns proposal in Cairo"), ("2024-09-04", "US bridging proposal")):
        page = reader.get(f"{GAZA}?on={day}&columns=israel,hamas,{FOUR}").text
        head = page.partition("<thead")[2].partition("</thead>")[0]
        assert head.index("Mediators’ latest proposal") < head.index(title)


def test_a_text_that_a_party_put_forward_too_is_not_the_mediators(agreed: TestClient) -> None:
    head = agreed.get(f"{TALKS}?on=2024-03-01&columns=p,q,{FOUR}").text.partition("<thead")[2]
    assert "Text of M<" in head.partition("</thead>")[0]
    assert "Text of P and M" not in head.partition("</thead>")[0]


@pytest.mark.parametrize(
    ("day", "title"), [("04-09", "Text taken back"), ("05-01", "Text of M<"), ("06-01", "Text taken back")]
)
def test_a_text_whose_report_was_retracted_is_back_only_with_the_next_report(
    agreed: TestClient, day: str, title: str
) -> None:
    head = agreed.get(f"{TALKS}?on=2024-{day}&columns=p,q,latest:mediators").text.partition("<thead")[2]
    assert title in head.partition("</thead>")[0]


def test_a_text_counts_as_agreed_from_the_day_on_which_it_was(agreed: TestClient) -> None:
    before = agreed.get(f"{TALKS}?on=2024-02-09&columns=p,q,{FOUR}").text
    assert "No text is recorded as agreed, or as accepted by P and Q, by 9 February 2024." in before
    after = agreed.get(f"{TALKS}?on=2024-02-10&columns=p,q,{FOUR}").text
    assert "No text is recorded as agreed" not in after
    assert "Recorded as agreed, <time" in after.partition("<thead")[2].partition("</thead>")[0]
    cells = table(agreed, f"{TALKS}?on=2024-02-10&columns=p,q,{FOUR}")["i"]
    assert "T1" in cells["Latest agreed text: Text of M"]


def head_of(client: TestClient, address: str) -> str:
    """The heads of the columns in words."""
    head = client.get(address).text.partition("<thead")[2].partition("</thead>")[0]
    return " ".join(re.sub("<[^>]+>", " ", "<" + head).split())


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2023-11-25", "Four-day truce of November 2023 .* Accepted by Israel and Hamas$"),
        ("2023-12-01", "Four-day truce .* Accepted by Israel and Hamas Collapsed 1 Dec 2023$"),
        ("2024-09-04", "Four-day truce .* Accepted by Israel and Hamas Collapsed 1 Dec 2023$"),
        # In May 2024 Hamas alone accepted, in January 2025 only Hamas is recorded to have.
        ("2025-02-01", "Four-day truce .* Accepted by Israel and Hamas Collapsed 1 Dec 2023$"),
        (
            "2025-11-01",
            "Implementation steps .* Accepted by Israel and Hamas; of Israel only others say so$",
        ),
    ],
)
def test_a_text_that_the_parties_shown_have_all_accepted_is_agreed(
    reader: TestClient, day: str, words: str
) -> None:
    assert re.search(
        f"Latest agreed text {words}", head_of(reader, f"{GAZA}?on={day}&columns=israel,hamas,{FOUR}")
    )
    swapped = head_of(reader, f"{GAZA}?on={day}&columns=hamas,israel,{FOUR}")
    assert re.search(f"Latest agreed text {words.replace('Israel and Hamas', 'Hamas and Israel')}", swapped)


def test_an_acceptance_counts_from_the_day_on_which_it_was_reported_or_with_hindsight_said(
    reader: TestClient,
) -> None:
    columns = f"columns=israel,hamas,{FOUR}"
    none = "No text is recorded as agreed, or as accepted by Israel and Hamas, by 22 November 2023."
    assert none in head_of(reader, f"{GAZA}?on=2023-11-22&{columns}")
    assert "Accepted by Israel and Hamas" in head_of(reader, f"{GAZA}?on=2023-11-23&{columns}")
    assert "Accepted by Israel and Hamas" in head_of(reader, f"{GAZA}?on=2023-11-22&basis=stated&{columns}")


@pytest.mark.parametrize(
    "columns", ["latest:agreed", "hamas,latest:agreed", "israel,hamas,pij,latest:agreed"]
)
def test_where_no_two_parties_stand_beside_it_all_must_have_accepted(
    reader: TestClient, columns: str
) -> None:
    who = "Israel, Hamas and Palestinian Islamic Jihad"
    none = f"No text is recorded as agreed, or as accepted by {who}, by 25 November 2023."
    assert none in head_of(reader, f"{GAZA}?on=2023-11-25&columns={columns}")


def test_who_has_accepted_stands_in_the_row_of_answers_with_whoever_says_so(reader: TestClient) -> None:
    page = reader.get(f"{GAZA}?on=2025-11-01&columns=israel,hamas,latest:agreed").text
    row = page.partition('class="answers"')[2].partition("</tr>")[0]
    israel, hamas = row.partition('data-col="Israel"')[2].split('data-col="Hamas"')
    assert "<b>Others say</b> · accepted" in israel
    assert "Donald Trump" in israel
    assert "<b>Accepted</b>" in hamas


def test_where_there_is_no_such_text_by_the_day_the_column_stays_and_says_so(reader: TestClient) -> None:
    cells = table(reader, f"{GAZA}?on=2023-11-10&columns=israel,hamas,{FOUR}")
    assert set(cells["ceasefire-duration"]) == {
        "Israel",
        "Hamas",
        "Mediators’ latest proposal",
        "Latest agreed text",
    }
    assert cells["ceasefire-duration"]["Latest agreed text"] == "No such text"
    page = reader.get(f"{GAZA}?on=2023-11-10&columns=israel,hamas,{FOUR}").text
    assert "No proposal of the mediators alone was reported by 10 November 2023." in page


def test_of_more_than_two_parties_the_reader_chooses_which_two(reader: TestClient) -> None:
    status, query, _ = sent(reader, "on=2024-09-04&four=pij&with=israel")
    assert (status, query["columns"], query["on"]) == (303, [f"pij,israel,{FOUR}"], ["2024-09-04"])
    status, _, page = sent(reader, "on=2024-09-04&four=pij&with=pij")
    assert (status, "Choose two different parties." in page) == (422, True)
    assert page.count('<option value="pij" selected>') == 2


def test_the_same_party_on_another_day_stands_beside_itself_in_the_order_of_days(reader: TestClient) -> None:
    columns = "columns=israel,hamas,proposal:israel-may-27-2024"
    _, query, _ = sent(reader, f"on=2024-09-04&{columns}&add=israel&add_day=2024-02-07")
    assert query["columns"] == ["israel@2024-02-07,israel,hamas,proposal:israel-may-27-2024"]
    _, query, _ = sent(reader, f"on=2024-09-04&columns={query['columns'][0]}&add=israel&add_day=2024-05-06")
    assert query["columns"] == [
        "israel@2024-02-07,israel@2024-05-06,israel,hamas,proposal:israel-may-27-2024"
    ]
    _, query, _ = sent(reader, f"on=2024-09-04&{columns}&add=israel&add_day=2025-01-15")
    assert query["columns"] == ["israel,israel@2025-01-15,hamas,proposal:israel-may-27-2024"]


def test_every_party_has_the_form_for_another_day_in_its_own_column(reader: TestClient) -> None:
    page = reader.get(f"{GAZA}?on=2024-09-04&columns=israel,hamas,{FOUR}").text
    head = page.partition("<thead")[2].partition("</thead>")[0]
    assert head.count('name="add_day" type="date"') == 2
    assert 'name="add" value="israel"' in head
    assert f'name="columns" value="israel,hamas,{FOUR}"' in head


def test_a_column_with_a_day_of_its_own_says_so_in_its_head_and_in_every_cell(reader: TestClient) -> None:
    address = f"{GAZA}?on=2024-09-04&columns=hamas@2024-02-07,hamas,israel"
    head = reader.get(address).text.partition("<thead")[2].partition("</thead>")[0]
    assert 'class="own-day">as of 7 February 2024' in head
    assert head.count("as of 4 September 2024") == 2, "beside it the others say theirs too"
    cells = table(reader, address)
    assert set(cells["guarantees"]) == {"Hamas as of 7 Feb 2024", "Hamas", "Israel"}


def test_two_texts_have_a_row_of_answers_each(reader: TestClient) -> None:
    columns = "columns=israel,hamas,proposal:israel-may-27-2024,proposal:us-bridging-aug-2024"
    page = reader.get(f"{GAZA}?on=2024-09-04&{columns}").text
    assert page.count('class="answers"') == 2
    assert "How has each party answered “US bridging proposal, August 2024”?" in page
    assert page.count("Another text") == 2


@pytest.mark.parametrize(
    ("query", "words", "kept"),
    [
        ("add=hamas&add_day=2024-02-30", "is not a day of the calendar", 'value="2024-02-30"'),
        ("add=&add_day=2024-02-01", "Choose who is to be shown on this day.", 'value="2024-02-01"'),
        ("columns=israel,latest:other", "is no column", "latest:other"),
    ],
)
def test_what_cannot_be_a_column_is_refused_beside_its_field(
    reader: TestClient, query: str, words: str, kept: str
) -> None:
    status, _, page = sent(reader, f"on=2024-09-04&{query}")
    assert status == 422
    form = page.partition('id="change-columns"')[2].partition("</details>")[0]
    assert words in form
    assert kept in form
    assert page.partition('id="change-columns"')[2].startswith(" open")

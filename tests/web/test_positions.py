"""The positions table and a cell's history, as a reader gets them."""

import re
from html.parser import HTMLParser

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

GAZA = "/negotiations/gaza"
ARTICLE = "/negotiations/gaza-april-2024"


class _Words(HTMLParser):
    """The words of a page, cell by cell."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: dict[str, dict[str, str]] = {}
        self.issue = self.column = ""
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "th" and found.get("scope") == "row":
            self.issue = found.get("id") or "answers"
        if tag == "td":
            self.column = found.get("data-col") or ""
            self.words = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "td" and self.column:
            words = " ".join("".join(self.words).split())
            self.cells.setdefault(self.issue, {})[self.column] = words
            self.column = ""

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def table(client: TestClient, address: str, status: int = 200) -> dict[str, dict[str, str]]:
    response = client.get(address)
    assert response.status_code == status, response.text
    parser = _Words()
    parser.feed(response.text)
    return parser.cells


def test_the_first_article_reads_as_worked_in_the_domain_page(reader: TestClient) -> None:
    cells = table(reader, f"{ARTICLE}?on=2024-04-03")
    for issue, columns in cells.items():
        hamas = columns["Hamas"]
        if issue != "answers" and "Nothing recorded here" not in hamas:
            assert "Only said by others" in hamas
            assert "Israeli officials, unnamed (another party), Bloomberg" in hamas
            assert not re.search(r"\(\d+ reports", hamas), "one report is one origin"
    israel = cells["ceasefire-duration"]["Israel"]
    assert "42 days" in israel
    assert "Own side: Israeli officials, unnamed, Bloomberg" in israel
    figures = re.findall(r"<data[^>]*>([^<]+)", reader.get(f"{ARTICLE}?on=2024-04-03").text)
    assert set(figures) == {"42 days:"}, "dozens and several hundred are no numbers"


def test_the_day_before_the_article_was_printed_shows_nothing_of_it(reader: TestClient) -> None:
    for issue, columns in table(reader, f"{ARTICLE}?on=2024-04-02").items():
        for words in columns.values():
            assert issue == "answers" or words.startswith("Nothing recorded here")


def test_the_opponent_said_by_others_and_own_side_stand_apart(reader: TestClient) -> None:
    cells = table(reader, f"{GAZA}?on=2024-09-04")
    duration = cells["ceasefire-duration"]
    assert duration["Israel"].startswith("Offer 3 Jun 2024 42 days")
    assert "26 Apr 2024 Refusal:" in duration["Israel"]
    assert "Has accepted 6 May 2024 126 days" in duration["Hamas"]
    assert "more standing, no withdrawal recorded" in duration["Hamas"]


def test_a_proposal_column_shows_its_terms_and_each_partys_answer(reader: TestClient) -> None:
    cells = table(reader, f"{GAZA}?on=2024-09-04&columns=israel,hamas,proposal:israel-may-27-2024")
    proposal = next(name for name in cells["answers"] if name not in ("Israel", "Hamas"))
    assert "Put forward by Israel" in cells["answers"][proposal]
    assert "42 days" in cells["ceasefire-duration"][proposal]
    assert cells["rafah-operation"][proposal] == "Not in this text"


def test_one_party_on_two_days_stands_side_by_side(reader: TestClient) -> None:
    page = reader.get(f"{GAZA}?on=2024-09-04&columns=hamas@2024-02-07,hamas").text
    assert "as of 7 Feb 2024" in page
    early = reader.get(f"{GAZA}?on=2024-02-07&columns=hamas").text
    assert early.count('<div class="claim') > 5


def test_with_hindsight_what_was_printed_later_counts_from_when_it_was_said(reader: TestClient) -> None:
    known = reader.get(f"{GAZA}?on=2024-02-07&columns=hamas,israel").text
    hindsight = reader.get(f"{GAZA}?on=2024-02-07&basis=stated&columns=hamas,israel").text
    assert known != hindsight
    assert 'aria-current="true">With hindsight' in hindsight


@pytest.mark.parametrize(
    ("query", "words", "typed"),
    [
        ("on=2024-02-30", "is not a day of the calendar", "2024-02-30"),
        ("on=2024-04", "is not a full day", "2024-04"),
        ("on=%00", "is not a full day", ""),
        ("on=<script>", "is not a full day", "&lt;script&gt;"),
        ("basis=x", "is no basis", ""),
        ("columns=nobody", "Nothing here is called “nobody”", "nobody"),
        ("columns=hamas@2024", "is not a full day", "hamas@2024"),
        ("columns=proposal:x", "Nothing here is called", "proposal:x"),
        ("columns=" + ",".join(f"a{n}" for n in range(40)), "At most 12 columns", ""),
    ],
)
def test_an_address_that_cannot_be_used_says_so_beside_the_field(
    reader: TestClient, query: str, words: str, typed: str
) -> None:
    response = reader.get(f"{GAZA}?{query}")
    assert response.status_code == 422
    assert response.headers["content-type"].startswith("text/html")
    assert words in response.text
    assert typed in response.text
    assert 'id="ceasefire-duration"' in response.text, "the table is still there"


def test_a_column_chosen_by_form_lands_in_the_address(reader: TestClient) -> None:
    response = reader.get(
        f"{GAZA}?on=2024-09-04&add=egypt&add_day=2024-05-06&add_proposal=", follow_redirects=False
    )
    assert response.status_code == 303
    address = response.headers["location"]
    assert address.startswith(f"{GAZA}?on=2024-09-04&columns=israel,hamas,")
    assert address.endswith("egypt@2024-05-06")
    assert "as of 6 May 2024" in reader.get(address).text


def test_a_page_that_has_not_changed_answers_304_after_one_statement(reader: TestClient) -> None:
    response = reader.get(f"{GAZA}?on=2024-09-04")
    tag = response.headers["etag"]
    assert tag.startswith('W/"')
    engine = reader.app.state.engine  # type: ignore[attr-defined]
    statements: list[str] = []
    listener = lambda *args: statements.append(args[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", listener)
    try:
        again = reader.get(f"{GAZA}?on=2024-09-04", headers={"if-none-match": tag})
    finally:
        event.remove(engine, "before_cursor_execute", listener)
    assert (again.status_code, again.text) == (304, "")
    assert [text.partition(" ")[0] for text in statements if text != "BEGIN"] == ["SELECT"]
    assert reader.get(f"{GAZA}?on=2024-09-05", headers={"if-none-match": tag}).status_code == 200


def test_every_line_of_a_cells_history_has_its_sentence(reader: TestClient) -> None:
    page = reader.get(f"{GAZA}/positions/hamas/governance-of-gaza?on=2024-09-04").text
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "8 records known by 4 Sep 2024: 2 from its own side, 6 only said by others." in words
    assert "Hamas, from its own side: Khalil al-Hayya, to AP ; Newsmax , 26 Apr 2024" in words
    assert (
        "Hamas, as described by Israeli officials, unnamed (another party); Bloomberg , 3 Apr 2024" in words
    )
    assert "Denied by Izzat al-Rishq, Hamas political bureau" in words
    assert "Contradicts" in words
    assert "restated since" in words


def test_a_cell_of_nobody_is_no_page(reader: TestClient) -> None:
    for cell in ("nobody/rafah-operation", "hamas/nothing"):
        response = reader.get(f"{GAZA}/positions/{cell}")
        assert response.status_code == 404
        assert "There is no such page" in response.text


def test_no_page_names_another_host_or_runs_a_script_of_its_own(reader: TestClient) -> None:
    for address in (GAZA, f"{GAZA}/positions/hamas/disarmament", "/"):
        response = reader.get(address)
        assert not re.search(r"<script(?![^>]*\bsrc=\"/static/)", response.text)
        assert not re.search(r"\son[a-z]+=|\sstyle=|hx-on|javascript:|js:", response.text)
        assert not re.search(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"(?:https?:)?//", response.text)
        policy = response.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy


def test_how_a_package_ended_is_not_told_before_it_did(reader: TestClient) -> None:
    column = "columns=hamas,proposal:november-2023-truce"
    assert "Collapsed" not in reader.get(f"{GAZA}?on=2023-11-30&{column}").text
    assert "Collapsed" in reader.get(f"{GAZA}?on=2023-12-01&{column}").text


def test_the_answers_of_a_column_are_those_known_by_its_own_day(reader: TestClient) -> None:
    columns = "columns=hamas@2024-02-07,hamas,proposal:us-bridging-aug-2024"
    answers = reader.get(f"{GAZA}?on=2024-09-04&{columns}").text.partition('class="answers"')[2]
    early, _, late = answers.partition("</td>")
    assert "Not yet reported by this day" in early
    assert "Rejected" in late.partition("</td>")[0]


def test_who_accepted_a_package_and_who_told_of_its_text_are_named_apart(reader: TestClient) -> None:
    words = table(reader, f"{GAZA}?on=2024-09-04&columns=israel")["philadelphi-corridor"]["Israel"]
    assert "Its text, according to " in words
    assert "Accepted, according to its own side: Israeli Prime Minister's Office" in words

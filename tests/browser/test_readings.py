"""The reading room in a browser: a whole article is read into records, and what that takes is counted."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from app.cli import DEMO
from app.db import write_session
from app.exchange.package import import_package
from tests.make import write_package
from tests.packages import NOW, export
from tests.services.chromium import NewPage, axe
from tests.services.databases import PASSWORD, engine_for
from tests.services.site import served

PACKAGE = DEMO / "seed-article"
ARTICLE = (Path(__file__).parents[1] / "article.txt").read_text(encoding="utf-8")
HERE = "/negotiations/gaza-april-2024"
SETUP = ("negotiation", "actors", "participants", "issues")

Rows = list[dict[str, str]]


def rows(folder: Path, file: str) -> Rows:
    with (folder / f"{file}.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


@pytest.fixture
def desk_url(templates: Any, tmp_path: Path) -> str:
    """A database with people, and with the negotiation of the article set up: no record in it yet."""
    tables = {file: [{k: v for k, v in row.items() if v} for row in rows(PACKAGE, file)] for file in SETUP}
    folder = write_package(tmp_path / "setup", tables, name="seed-article", title="Seed")
    url: str = f"sqlite:///{tmp_path}/parley.db"
    template = Path(templates("sqlite", DEMO / "gaza"))
    (tmp_path / "parley.db").write_bytes(template.read_bytes())
    with engine_for(url) as engine, write_session(engine) as session:
        import_package(session, folder, now=NOW)
        session.commit()
    return url


@pytest.fixture
def reading_site(desk_url: str) -> Iterator[str]:
    with served(desk_url) as address:
        yield address


class Hand:
    """Somebody at the desk; counts what they click and press, and the words that have to be typed."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.acts = 0
        self.typed = 0
        self.last_quote = ""

    def click(self, *targets: str | Locator) -> None:
        for target in targets:
            found = self.page.locator(target) if isinstance(target, str) else target
            found.click()
            self.acts += 1

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.acts += 1

    def type(self, field: str, words: str) -> None:
        """Go into a field and write in it: one act, and the words."""
        self.page.locator(field).fill(words)
        self.acts += 1
        self.typed += len(words)

    def choose(self, field: str, value: str) -> None:
        """Open a list and choose from it: two acts."""
        self.page.locator(field).select_option(value)
        self.acts += 2

    def save(self) -> None:
        before = self.page.url
        self.press("Control+Enter")
        expect(self.page.locator(".note.done")).to_be_visible()
        self.page.wait_for_url(lambda url: url != before)
        expect(self.page.locator("#text")).to_be_focused()


def signed_in(page: Page, site: str) -> None:
    page.goto(f"{site}{HERE}/sources/new")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Read a report")).to_be_visible()


def open_room(hand: Hand) -> None:
    source = rows(PACKAGE, "sources")[0]
    hand.type("#text", ARTICLE)
    for field in ("outlet", "published", "title", "language", "origin"):
        hand.type(f"#{field}", source[field])
    hand.choose("#kind", source["kind"])
    hand.click("details:has(#note) > summary")
    hand.type("#note", source["note"])
    hand.click(hand.page.get_by_role("button", name="Open the reading room"))
    expect(hand.page.get_by_role("heading", name="Talks on Gaza stall again")).to_be_visible()


def speak(hand: Hand, citation: Mapping[str, str]) -> None:
    """Say who speaks, where it is not who spoke last."""
    page = hand.page
    if page.input_value("#attributed_to") == citation["attributed_to"]:
        return
    if not page.locator("#attributed_to").is_visible():
        hand.click(".speaks > summary")
    hand.type("#attributed_to", citation["attributed_to"])
    unnamed = page.locator("[name=anonymous]")
    if unnamed.is_checked() != (citation["anonymous"] == "yes"):
        hand.click(unnamed)
    if page.input_value("#speakers") != citation["speakers"]:
        hand.choose("#speakers", citation["speakers"])
    if page.input_value("#attribution") != citation["attribution"]:
        hand.choose("#attribution", citation["attribution"])


def quote(hand: Hand, citation: Mapping[str, str]) -> None:
    """Go from quotation to quotation until the words are those of the citation."""
    if not citation["quote"]:
        return
    # One goes on behind what was recorded last; the same words once more are those before that place.
    hand.press("Q" if citation["quote"] == hand.last_quote else "q")
    expect(hand.page.locator("#quote")).to_have_value(citation["quote"])
    hand.last_quote = citation["quote"]


def day(hand: Hand, name: str, date: str) -> None:
    """Take the day of the report over from the text, where it is not the day that was kept."""
    about = hand.page.locator("[name=about]")
    if hand.page.input_value(f"#{name}_day") != date.removesuffix("~"):
        if date.removesuffix("~") == "2024-04-03":
            hand.click(hand.page.locator('.sug[data-value="2024-04-03"]').first)
        else:
            hand.type(f"#{name}_day", date)
    if about.is_checked() != date.endswith("~"):
        hand.click(about)


def note(hand: Hand, citation: Mapping[str, str]) -> None:
    if citation["note"]:
        hand.click("details:has(#note) > summary")
        hand.type("#note", citation["note"])


def noun(hand: Hand, name: str) -> None:
    link = hand.page.locator(".nouns").get_by_role("link", name=name)
    if link.get_attribute("aria-current") is None:
        hand.click(link)
        expect(link).to_have_attribute("aria-current", "page")
        hand.click(hand.page.locator("#text p").first)


def demand(hand: Hand, row: Mapping[str, str], citation: Mapping[str, str], proposal: str) -> None:
    noun(hand, "Demand")
    quote(hand, citation)
    speak(hand, citation)
    for holder in row["holders"].split("|"):
        hand.click(f"#holders [value={holder}]")
    for issue in row["issues"].split("|"):
        hand.click(f"#issues [value={issue}]")
    hand.click(f"#kind [value={row['kind']}]")
    hand.type("#summary", row["summary"])
    if row["condition"]:
        hand.type("#condition", row["condition"])
    day(hand, "stated", row["stated"])
    if row["quantity"] or row["proposal"]:
        hand.click("details:has(#quantity) > summary")
    if row["quantity"]:
        hand.click(hand.page.locator(f'.sug[data-field=quantity][data-value="{row["quantity"]}"]').first)
        assert hand.page.input_value("#unit") == row["unit"]
    if row["proposal"]:
        hand.choose("#proposal", proposal)
    note(hand, citation)
    hand.save()


def package(hand: Hand, row: Mapping[str, str], terms: Rows, citation: Mapping[str, str]) -> str:
    """Record a proposal with its terms; answers its id."""
    noun(hand, "Proposal")
    quote(hand, citation)
    speak(hand, citation)
    hand.type("#heading", row["title"])
    for field in ("proposed_by", "mediated_by"):
        for actor in row[field].split("|"):
            hand.click(f"#{field} [value={actor}]")
    day(hand, "presented", row["presented"])
    hand.type("#summary", row["summary"])
    note(hand, citation)
    for number, term in enumerate(terms, 1):
        if not hand.page.locator(f"#term-{number}-issue").count():
            hand.click(hand.page.get_by_role("button", name="Add a term"))
        hand.choose(f"#term-{number}-issue", term["issue"])
        hand.type(f"#term-{number}-summary", term["summary"])
        if term["quantity"]:
            hand.type(f"#term-{number}-quantity", term["quantity"])
            hand.type(f"#term-{number}-unit", term["unit"])
    hand.save()
    saved = re.search(r"saved=proposals%2F([\w-]+)", hand.page.url)
    assert saved
    return saved[1]


def remark(hand: Hand, row: Mapping[str, str], citation: Mapping[str, str]) -> None:
    noun(hand, "Remark")
    quote(hand, citation)
    speak(hand, citation)
    if row["about"]:
        hand.choose("#whom", row["about"])
    if row["issue"]:
        hand.choose("#issue", row["issue"])
    hand.click(f"#remark [value={row['remark']}]")
    hand.type("#summary", row["summary"])
    day(hand, "stated", row["stated"])
    hand.save()


def event(hand: Hand, row: Mapping[str, str], citation: Mapping[str, str]) -> None:
    noun(hand, "Event")
    quote(hand, citation)
    speak(hand, citation)
    hand.type("#heading", row["title"])
    hand.click(f"#kind [value={row['kind']}]")
    day(hand, "starts", row["starts"])
    for field in ("ends", "place", "summary"):
        if row[field]:
            hand.type(f"#{field}", row[field])
    note(hand, citation)
    hand.save()


def test_a_whole_article_is_read_into_the_records_of_its_package(
    new_page: NewPage, reading_site: str, desk_url: str, tmp_path: Path, record_property: Any
) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    signed_in(page, reading_site)
    hand = Hand(page)
    open_room(hand)
    assert axe(page) == []
    before = hand.acts
    page.locator("#text").focus()
    known = {
        file: {row["id"]: row for row in rows(PACKAGE, file)}
        for file in ("demands", "proposals", "remarks", "events")
    }
    cited = {(row["subject_type"], row["subject"]): row for row in rows(PACKAGE, "citations")}
    acts: dict[str, list[int]] = {"demand": [], "proposal": [], "remark": [], "event": []}
    proposal = ""
    for kind, subject in _in_the_order_of_the_text(cited):
        start = hand.acts
        row, citation = known[f"{kind}s"][subject], cited[kind, subject]
        if kind == "demand":
            demand(hand, row, citation, proposal)
        elif kind == "proposal":
            proposal = package(hand, row, rows(PACKAGE, "terms"), citation)
        elif kind == "remark":
            remark(hand, row, citation)
        else:
            event(hand, row, citation)
        acts[kind].append(hand.acts - start)
    assert axe(page) == []
    with engine_for(desk_url) as engine:
        found = export(engine, "gaza-april-2024", tmp_path / "out")
    for file in (
        "sources",
        "demands",
        "links",
        "proposals",
        "terms",
        "responses",
        "remarks",
        "events",
        "citations",
    ):
        assert _without_ids(found, file) == _without_ids(PACKAGE, file), file
    record_property("acts", dict(acts) | {"all": hand.acts, "report": before})
    assert len(acts["demand"]) == 12
    assert sum(acts["demand"]) / 12 < 10, acts


def _in_the_order_of_the_text(cited: Mapping[tuple[str, str], Mapping[str, str]]) -> list[tuple[str, str]]:
    """The records as one comes to them; of those with the same words the proposal first: others name it."""
    place = {key: ARTICLE.find(row["quote"]) if row["quote"] else -1 for key, row in cited.items()}
    # What is paraphrased stands where the article says it.
    place["demand", "isr-2024-04-03-rejects-demands"] = ARTICLE.index("will not accept")
    place["remark", "remark-hamas-hardened-2024-04-03"] = ARTICLE.index("a harder line")
    place["event", "unsc-2728-2024-03-25"] = ARTICLE.index("Security Council")
    return sorted(place, key=lambda key: (place[key], key[0] != "proposal"))


def _without_ids(folder: Path, file: str) -> Sequence[tuple[tuple[str, str], ...]]:
    """The rows of a file with words in the place of every id that may differ, in no particular order."""
    words: dict[str, str] = {}
    for named, column in (("sources", "outlet"), ("proposals", "title"), ("events", "title")):
        words |= {row["id"]: row[column] for row in rows(folder, named)}
    for named in ("demands", "terms", "remarks"):
        words |= {row["id"]: row["summary"] for row in rows(folder, named)}
    named_in = ("id", "subject", "source", "proposal")

    def plain(column: str, value: str) -> str:
        if column in named_in:
            return words.get(value, value)
        # Several actors of one row are a set; the form offers them in the order of the columns.
        return "|".join(sorted(value.split("|")))

    return sorted(
        tuple((column, plain(column, value)) for column, value in row.items()) for row in rows(folder, file)
    )


def test_words_are_chosen_with_the_mouse_and_a_suggestion_is_taken_over_on_a_click(
    new_page: NewPage, reading_site: str
) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    signed_in(page, reading_site)
    open_room(Hand(page))
    mark = page.locator("#text p", has_text="no safe place").first
    mark.click(click_count=3)
    expect(page.locator("#quote")).to_have_value(re.compile("there is no safe place for them to go"))
    page.locator('.sug[data-value="hamas"]').first.click()
    expect(page.locator("#holders [value=hamas]")).to_be_checked()
    page.locator('.sug[data-value="qatar"]').first.click(modifiers=["Shift"])
    expect(page.locator("#speakers")).to_have_value("qatar")
    page.locator('.sug[data-value="42"]').first.click()
    expect(page.locator("#quantity")).to_have_value("42")
    page.locator("#text").focus()
    page.keyboard.press("?")
    expect(page.locator("#keys dl")).to_be_visible()
    # The site is not to end while the page still asks it for something.
    page.goto("about:blank")


def test_without_javascript_a_quote_is_pasted_and_looked_up_in_the_text(
    new_page: NewPage, reading_site: str, page_faults: list[str]
) -> None:
    page = new_page(java_script_enabled=False)
    signed_in(page, reading_site)
    open_room(Hand(page))
    page.locator("#quote").fill("an immediate stop to the war")
    page.locator("#attributed_to").fill("Israeli officials, unnamed")
    page.locator("[name=anonymous]").check()
    page.locator("#speakers").select_option("israel")
    page.locator("#holders [value=hamas]").check()
    page.locator("#issues [value=permanent-end-of-war]").check()
    page.locator("#kind [value=demand]").check()
    page.locator("#summary").fill("Insists that the war stop immediately.")
    page.locator("#stated_day").fill("2024-04-03")
    save = page.get_by_role("button", name="Save, and on to the next")
    save.click()
    expect(page.locator("#quote-fault")).to_contain_text("does not have these words")
    expect(page.locator("#summary")).to_have_value("Insists that the war stop immediately.")
    assert [fault for fault in page_faults if "422" not in fault] == []
    page_faults.clear()
    page.locator("#quote").fill("an immediate halt to the war")
    save.click()
    expect(page.locator(".note.done")).to_contain_text("Insists that the war stop immediately.")
    expect(page.locator("#text mark")).to_have_text("an immediate halt to the war")
    page.goto(f"{reading_site}{HERE}")
    expect(page.locator(".board")).to_contain_text("Insists that the war stop immediately.")


@pytest.mark.parametrize("look", [{"color_scheme": "dark"}, {"viewport": {"width": 360, "height": 800}}])
def test_axe_finds_nothing_in_the_reading_room(
    new_page: NewPage, reading_site: str, look: dict[str, Any]
) -> None:
    page = new_page(**look)
    signed_in(page, reading_site)
    assert axe(page) == []
    open_room(Hand(page))
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

"""The page of one proposal: its text, its lineage, and how each party answered it."""

import re

from starlette.testclient import TestClient

from tests.web.test_demands import END, words

TALKS = "/negotiations/reports/proposals"
GAZA = "/negotiations/gaza/proposals"


def test_a_proposal_says_who_when_and_how_it_ended(small: TestClient) -> None:
    page = words(small, f"{TALKS}/x?{END}")
    assert "P Said by others · proposal First outline Two phases" in page
    assert "Put forward by P Mediated by M Presented 1 Jan 2024 First reported 2 Jan 2024" in page
    assert "Outcome Lapsed 20 Feb 2024" in page
    assert "Amended by Second outline 1 Mar 2024" in page
    assert "Amends First outline 1 Jan 2024" in words(small, f"{TALKS}/y?{END}")


def test_what_came_later_is_not_told_before_its_day(small: TestClient) -> None:
    page = words(small, f"{TALKS}/x?on=2024-01-09")
    assert "Outcome none recorded by this day" in page
    assert "Amended by" not in page
    assert "More aid" not in page, "reported only from 10 January"
    assert "More aid" in words(small, f"{TALKS}/x?on=2024-01-10")


def test_its_terms_stand_by_phase_and_issue(small: TestClient) -> None:
    page = small.get(f"{TALKS}/x?{END}").text
    assert re.findall(r'id="(term-\w+)"', page) == ["term-t1", "term-t2"]
    text = words(small, f"{TALKS}/x?{END}")
    assert "Phase 1 First phase How long at first? 42 days: A short halt To be done by Q" in text
    assert "Bracketed Wording tabled only by P" in text
    assert "Phase 2 Aid How much? More aid" in text
    assert "Quantity as reported: several hundred trucks" in text
    assert "“several hundred trucks”" in text, "the term has a report of its own"


def test_each_term_stands_against_each_party_then_and_now(small: TestClient) -> None:
    text = words(small, f"{TALKS}/x?{END}")
    assert (
        "then, at the end of 1 January 2024, when the text was presented, and now, on 31 December 2024."
        in text
    )
    # On aid P asked for nothing that was known on the first day; what Q is said to want came later.
    aid = text[
        text.index("Quantity as reported: several hundred") : text.index("An answer with reservations")
    ]
    own, other = aid.split("Then 1 Jan 2024")[1:]
    assert own.startswith(" Nothing recorded here by 1 Jan 2024 Now 31 Dec 2024")
    assert "Contested reported accounts disagree Demand Jan 2024 Some day in January Own side: P" in own
    assert other.startswith(" Nothing recorded here by 1 Jan 2024 Now 31 Dec 2024 Demand about 2 Feb 2024")


def test_on_the_day_of_the_text_its_terms_stand_against_that_day_alone(small: TestClient) -> None:
    text = words(small, f"{TALKS}/y?on=2024-03-01")
    assert "No term of it is recorded." in text
    text = words(small, f"{TALKS}/x?on=2024-01-01&basis=stated")
    assert "on 1 January 2024, the day on which the text was presented." in text
    assert "Then 1 Jan 2024" not in text


def test_what_stands_on_both_days_is_said_once(reader: TestClient) -> None:
    text = words(reader, f"{GAZA}/israel-may-27-2024?on=2025-01-15")
    halt = text[
        text.index("Temporary halt of military operations") : text.index("Which hostages are released")
    ]
    israel, hamas = halt.split("More standing, no withdrawal recorded:")[:2]
    assert re.search(
        r"Then 27 May 2024 Offer 5 May 2024 Its negotiators may agree to a pause.*"
        r"Now 15 Jan 2025 Offer 3 Jun 2024 42 days: Israel can halt fighting for six weeks.*"
        r"Then and now 26 Apr 2024 Refusal: 1 year: Rejects a year-long ceasefire",
        israel,
    )
    assert re.search(
        r"Then 27 May 2024 Offer about 24 Apr 2024 5 years: Would agree to a truce.*"
        r"Now 15 Jan 2025 Condition 5 Jan 2025 7 days: Hamas needs a calm period.*"
        r"Then and now Has accepted 6 May 2024 126 days: Three phases of 42 days",
        hamas,
    )
    assert halt.count("Rejects a year-long ceasefire") == 1


def test_where_the_parties_stand_on_an_issue_of_two_phases_is_said_once(reader: TestClient) -> None:
    text = words(reader, f"{GAZA}/israel-may-27-2024?on=2025-01-15")
    later = text[text.index("Israeli forces leave Gaza completely") :]
    assert "Where the parties stand on this issue is said above, at its earlier phase." in later[:600]


def test_the_answers_are_a_history_of_each_party(small: TestClient) -> None:
    page = small.get(f"{TALKS}/x?{END}").text
    assert re.findall(r'id="(response-\w+)"', page) == ["response-r2", "response-r1"]
    text = words(small, f"{TALKS}/x?{END}")
    assert (
        "Q 4 Jan 2024 latest from its own side Accepted with reservations Yes, but Own side: Q, Outlet s2"
        in text
    )
    assert "An answer with reservations is not read as accepted" in text
    assert "Q on this term Others say · accepted 9 Jan 2024 M (a mediator), Outlet s3" in text, "at its term"
    assert "No answer recorded by 4 Jan 2024" in words(small, f"{TALKS}/x?on=2024-01-04")


def test_conflicting_answers_of_one_day_and_track_stand_together(reader: TestClient) -> None:
    text = words(reader, f"{GAZA}/hamas-135-day-plan-feb-2024?on=2024-03-01")
    assert re.search(
        r"7 Feb 2024 latest from its own side Conflicting accounts of one day, all from its own side; "
        r"none is preferred Rejected Netanyahu rejected the terms\..*Countered Rejected the text in its",
        text,
    )


def test_what_its_own_side_answers_and_what_others_tell_are_two_tracks(reader: TestClient) -> None:
    text = words(reader, f"{GAZA}/israel-may-27-2024?on=2025-01-15")
    answers = text[text.index("How it was answered An answer") :]
    israel, hamas = answers[answers.index("Israel 23 Jun 2024") :].split("Hamas 12 Jun 2024")
    assert israel.startswith("Israel 23 Jun 2024 latest from its own side Accepted with reservations")
    assert "10 Jun 2024 latest that others tell Others say · accepted" in israel
    assert "Conflicting accounts" not in israel, "the two of 31 May are on different tracks"
    assert hamas.startswith(" latest that others tell Others say · rejected")
    assert "11 Jun 2024 latest from its own side Countered" in hamas


def test_what_was_said_of_it_is_listed(small: TestClient) -> None:
    assert "What was said of it 1 Mar 2024 P Demand For a time" in words(small, f"{TALKS}/x?{END}")


def test_it_leads_to_the_table_with_it_as_a_column(small: TestClient) -> None:
    page = small.get(f"{TALKS}/x?{END}").text
    (address,) = re.findall(r'href="(/negotiations/reports\?[^"]*proposal:x)"', page)
    assert small.get(address.replace("&amp;", "&")).status_code == 200

"""The page of one demand: everything known of it, by whom, and since when."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

TALKS = "/negotiations/reports/demands"
END = "on=2024-12-31"


_INLINE = r"</?(a|b|bdi|cite|data|span|time)\b[^>]*>"


def words(client: TestClient, address: str, status: int = 200) -> str:
    """The words of the main part of a page, in reading order."""
    response = client.get(address)
    assert response.status_code == status, response.text
    main = response.text[response.text.index("<main") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub(_INLINE, "", main))).split())


def test_a_demand_says_what_it_is_and_when_on_each_clock(small: TestClient) -> None:
    page = words(small, f"{TALKS}/placed?{END}")
    assert "P Demand For a time, or for good" in page
    assert "Stated 1 Jan 2024 First reported 2 Jan 2024" in page
    assert "Quantity several hundred no number is known" in page
    assert "Deadline Jun 2024" in page
    assert "Issue Ceasefire" in page
    assert "Credibility Not judged (6)" in page
    vague = words(small, f"{TALKS}/month?{END}")
    assert "Stated Jan 2024 some day from 1 Jan 2024 to 31 Jan 2024" in vague


def test_a_demand_on_a_scale_says_where_and_why(small: TestClient) -> None:
    page = words(small, f"{TALKS}/placed?{END}")
    assert "On the scale 1 For a time 2 For good anywhere within these" in page
    assert "Placed there because: As worded" in page
    assert "Not placed, so not compared" in words(small, f"{TALKS}/formula?{END}")


def test_each_holder_of_a_joint_demand_is_judged_alone(small: TestClient) -> None:
    page = words(small, f"{TALKS}/joint?{END}")
    assert "P: From its own side: 1 report, 1 origin." in page
    assert "Q: Only said by others: 1 report, 1 origin." in page
    assert "P, from its own side: an official of P (unnamed); Outlet s2, 5 Jan 2024" in page
    assert "Q, as described by an official of P (unnamed) (another party); Outlet s2" in page
    assert "Holders P Q Issues Ceasefire Aid" in page
    assert "Credibility Probably true (2)" in page


def test_reports_of_one_origin_count_once(small: TestClient) -> None:
    page = words(small, f"{TALKS}/later?on=2024-01-09")
    assert "Only said by others: 2 reports, 1 origin." in page
    assert "“they say so” P, as described by officials of Q (unnamed) (another party); Outlet s1" in page
    assert "we say so" not in page
    later = words(small, f"{TALKS}/later?{END}")
    assert "From its own side: 1 report, 1 origin." in later


def test_a_denial_stays_beside_what_it_denies_and_a_sensitive_quotation_is_hidden(small: TestClient) -> None:
    page = words(small, f"{TALKS}/denied?{END}")
    assert "Denied by Q; Outlet s3, 10 Jan 2024" in page
    assert "Overtaken by A crossing is shut, 8 Jan 2024" in page
    assert "<details" in small.get(f"{TALKS}/denied?{END}").text


def test_links_are_read_from_both_ends(small: TestClient) -> None:
    assert "Restates the record of 1 Jan 2024" in words(small, f"{TALKS}/again?{END}")
    assert "Restated by the record of 1 Mar 2024" in words(small, f"{TALKS}/placed?{END}")
    assert "Contradicts the record of Jan 2024" in words(small, f"{TALKS}/formula?{END}")
    assert "Contradicts the record of 1 Jan 2024" in words(small, f"{TALKS}/month?{END}")
    assert "Restated by" not in words(small, f"{TALKS}/placed?on=2024-02-29"), "not known by then"


def test_a_retracted_source_supports_nothing_from_the_day_of_its_retraction(small: TestClient) -> None:
    assert "1 report, 1 origin" in words(small, f"{TALKS}/gone?on=2024-02-09")
    page = words(small, f"{TALKS}/gone?on=2024-02-10")
    assert "No report supports this any more." in page
    assert "Its source was retracted by the outlet on 10 Feb 2024. It supports nothing any more." in page


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ("on=2024-01-01", "Not known yet This was first reported on 2 Jan 2024, after 1 Jan 2024."),
        ("on=2023-12-31&basis=stated", "Not known yet This dates from 1 Jan 2024, after 31 Dec 2023."),
    ],
)
def test_a_demand_that_is_not_known_by_the_day_says_so_and_keeps_its_address(
    small: TestClient, query: str, notice: str
) -> None:
    page = words(small, f"{TALKS}/formula?{query}")
    assert notice in page
    assert "=1+1" in page
    assert "Not known yet" not in words(small, f"{TALKS}/formula?{END}")


def test_a_demand_that_may_be_by_the_day_says_that(small: TestClient) -> None:
    page = words(small, f"{TALKS}/month?on=2024-01-15&basis=stated")
    assert "Possible by then Its date, Jan 2024, does not say whether it was before 15 Jan 2024." in page


def test_a_demand_leads_to_its_cells_its_source_and_the_report_itself(small: TestClient) -> None:
    page = small.get(f"{TALKS}/formula?{END}").text
    assert f'href="/negotiations/reports/positions/p/k?{END}"' in page
    assert f'href="/negotiations/reports/sources/s1?{END}"' in page
    assert '<a href="https://example.org/1" rel="noopener nofollow external">' in page


def test_a_wrong_day_is_refused_beside_its_field(small: TestClient) -> None:
    page = words(small, f"{TALKS}/formula?on=2024", 422)
    assert "“2024” is not a full day" in page
    assert "=1+1" in page


@pytest.mark.parametrize(
    "address", ["demands/none", "proposals/formula", "remarks/formula", "events/formula"]
)
def test_what_is_not_here_is_not_found(small: TestClient, address: str) -> None:
    page = words(small, f"/negotiations/reports/{address}", 404)
    assert "There is no such page" in page
    assert small.get(f"/negotiations/none/{address}").status_code == 404


def test_a_page_that_has_not_changed_is_not_sent_again(small: TestClient) -> None:
    for place in (
        "demands/formula",
        "proposals/x",
        "sources/s1",
        "actors/p",
        "issues/i",
        "remarks/w1",
        "events/e",
    ):
        address = f"/negotiations/reports/{place}?{END}"
        tag = small.get(address).headers["etag"]
        again = small.get(address, headers={"if-none-match": tag})
        assert (again.status_code, again.text) == (304, "")


def test_a_remark_is_about_a_party_or_the_talks_and_never_a_position(small: TestClient) -> None:
    page = words(small, f"/negotiations/reports/remarks/w1?{END}")
    assert "Said by others · remark: said to have hardened Q has hardened" in page
    assert "It is never a position" in page
    assert "Q, as described by the office (another party); Outlet s2" in page
    talks = words(small, f"/negotiations/reports/remarks/w2?{END}")
    assert "About the talks" in talks
    assert "M (a mediator); Outlet s2, 5 Jan 2024" in talks


def test_an_event_says_where_and_what_it_overtook(small: TestClient) -> None:
    page = words(small, f"/negotiations/reports/events/e?{END}")
    assert "Event · military A crossing is shut" in page
    assert "Begins 8 Jan 2024" in page
    assert "Place South" in page
    assert "What it overtook 3 Jan 2024 Q Said by others · demand Q denies this" in page

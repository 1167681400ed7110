"""Gap and movement on the positions page, as a reader and an editor get them (domain.md §5)."""

import re
from html import unescape

from starlette.testclient import TestClient

from tests.services.databases import signed_in

GAZA = "/negotiations/gaza"


def compared(client: TestClient, address: str) -> dict[str, list[str]]:
    """What is said under the heading of each issue, line by line."""
    found = {}
    for issue, row in re.findall(
        r'<th scope="row"[^>]* id="([^"]+)">(.*?)</th>', client.get(address).text, re.DOTALL
    ):
        part = row.partition('<ul class="gaps">')[2]
        found[issue] = [words(line) for line in re.findall(r"<li[^>]*>(.*?)</li>", part, re.DOTALL)]
    return found


def counts(client: TestClient, address: str) -> list[str]:
    part = re.search(r'<section class="tally-of".*?</section>', client.get(address).text, re.DOTALL)
    return [words(line) for line in re.findall(r"<li[^>]*>(.*?)</li>", part[0], re.DOTALL)] if part else []


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def test_each_issue_says_how_far_the_two_are_apart_or_why_that_cannot_be_said(reader: TestClient) -> None:
    address = f"{GAZA}?on=2024-09-04&columns=israel,hamas"
    lines = compared(reader, address)
    assert lines["permanent-end-of-war"] == ["apart by 2–4 of 5 steps"]
    assert lines["guarantees"] == ["not comparable: this issue has no scale"]
    assert lines["return-of-displaced"] == [
        "not comparable: the position of Israel is not placed on the scale"
    ]
    assert "not comparable: no demand or refusal of Israel from its own side" in lines["disarmament"]
    assert counts(reader, address) == [
        "Israel and Hamas: aligned on 0, apart on 3, not comparable on 10 of 13 issues"
    ]
    assert not re.search(r"\d\s*%|average|index", "".join(words(reader.get(address).text)))


def test_exchanging_the_parties_changes_nothing_but_their_order(reader: TestClient) -> None:
    one, other = (f"{GAZA}?on=2024-09-04&columns={columns}" for columns in ("israel,hamas", "hamas,israel"))
    there, back = compared(reader, one), compared(reader, other)
    assert {issue: set(lines) for issue, lines in there.items()} == {i: set(ls) for i, ls in back.items()}
    assert [line.replace("Hamas and Israel", "Israel and Hamas") for line in counts(reader, other)] == counts(
        reader, one
    )


def test_three_parties_are_compared_two_by_two_and_each_reason_is_said_once(reader: TestClient) -> None:
    address = f"{GAZA}?on=2024-09-04&columns=israel,hamas,pij,egypt"
    lines = compared(reader, address)["permanent-end-of-war"]
    assert lines == [
        "Israel, Hamas: apart by 2–4 of 5 steps",
        "not comparable: no demand or refusal of Palestinian Islamic Jihad from its own side",
    ]
    assert counts(reader, address)[1].startswith("Not comparable on any of 13 issues: Israel and Palestinian")


def test_a_party_on_two_days_shows_how_it_moved_from_where_the_other_stood(reader: TestClient) -> None:
    address = f"{GAZA}?on=2024-09-04&columns=hamas@2024-02-07,hamas,israel"
    lines = compared(reader, address)
    moved = "Hamas, 7 Feb 2024 to 4 Sep 2024: at most 1 step away from Israel"
    assert moved in lines["permanent-end-of-war"]
    why = "only part of the position of Hamas (7 Feb 2024) is placed on the scale"
    assert f"movement not comparable: {why}" in lines["troop-withdrawal"]
    assert (
        "Hamas, 7 Feb 2024 to 4 Sep 2024, seen from Israel on the first day: toward it on 0, "
        "away from it on 1, unchanged on 0, not comparable on 12 of 13 issues"
    ) in counts(reader, address)


def test_positions_of_different_days_have_no_gap(reader: TestClient) -> None:
    address = f"{GAZA}?on=2024-09-04&columns=hamas@2024-02-07,israel"
    assert counts(reader, address) == []
    assert not any(compared(reader, address).values())


def test_quantities_of_one_unit_stand_beside_the_steps(reader: TestClient) -> None:
    lines = compared(reader, f"{GAZA}?on=2024-04-14&columns=israel,hamas")
    assert "42 days and 126 days: 84 apart" in lines["ceasefire-duration"]
    ranges = compared(reader, f"{GAZA}?on=2024-03-24&columns=israel,hamas")["prisoner-release"]
    assert "700–800 prisoners and 700–1000 prisoners, which may be the same" in ranges


def test_only_an_editor_is_led_from_a_record_that_is_not_placed_to_its_form(desk: TestClient) -> None:
    address = f"{GAZA}?on=2024-09-04&columns=israel,hamas"
    form = f"{GAZA}/demands/il-2024-07-07-no-armed-return/placement"
    assert f'href="{form}"' in signed_in(desk, "anna").get(address).text
    assert signed_in(desk, "anna").get(form).status_code == 200
    for client in (desk, signed_in(desk, "carl")):
        assert "/placement" not in client.get(address).text
    past = signed_in(desk, "anna").get(f"{address}&basis=recorded&on=2026-03-01").text
    assert "/placement" not in past, "what was recorded by a day is not placed any more"

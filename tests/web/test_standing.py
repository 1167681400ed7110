"""What is standing, offered beside the form of a demand: the likest first, in any script."""

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.queries.standing import MOST_SHOWN, likeness
from tests.services.databases import signed_in
from tests.web.forms import GAZA, assert_cells_equal_the_rule, enter, refused, words
from tests.web.test_entries import CLAIM

ARABIC = "لن نقبل بوقف مؤقت لإطلاق النار"


def offered(client: TestClient, **typed: Any) -> list[str]:
    page = client.post(f"{GAZA}/demands/preview", data={**CLAIM, "summary": "", "quote": "", **typed}).text
    return re.findall(r'<li id="relation-([^"]+)">', page)


def test_the_likest_stand_first_whatever_their_script_and_before_anything_is_typed_the_shown_ones(
    desk: TestClient,
) -> None:
    anna = signed_in(desk, "anna")
    before = offered(anna)
    supervision = enter(anna, "demands", CLAIM, stated="2024-01-02").rpartition("/")[2]
    arabic = {"quote": ARABIC, "summary": "Takes no half ceasefire.", "stated": "2024-01-03"}
    quoted = enter(anna, "demands", CLAIM, **arabic).rpartition("/")[2]
    assert len(before) == MOST_SHOWN
    assert offered(anna, summary="It would store its arms, under supervision")[0] == supervision
    assert offered(anna, quote="لن نقبل بوقف مؤقت")[0] == quoted, "by its words"
    assert offered(anna, quote="لَن نَقبَل بِوَقفٍ مُؤَقَّت")[0] == quoted, "with vowel signs"
    said = words(anna.post(f"{GAZA}/demands/preview", data=CLAIM).text)
    assert re.search(r"The 12 most alike of 1\d are shown", said)
    last = offered(anna, summary="To store arms under supervision")[-1]
    chosen = offered(anna, quote=ARABIC, **{f"relation-{last}": "restates"})
    assert last in chosen, "what was said of one is not lost where others become liker"


@pytest.mark.parametrize(
    ("said", "held", "like"),
    [
        (["Arms under supervision"], ["Under supervision: ARMS"], 100),
        (["Résumé des négociations"], ["resume des negociations"], 100),
        (["הנשק יאוחסן"], ["הַנֶּשֶׁק יְאֻחְסַן"], 90),
        (["Arms"], [""], 0),
        ([], ["Arms"], 0),
    ],
)
def test_likeness_sees_through_order_case_and_vowel_signs(
    said: list[str], held: list[str], like: float
) -> None:
    shared = likeness(said, held)[0]
    assert shared >= like
    assert bool(shared) == bool(like)


def test_what_is_only_said_by_others_cannot_replace_what_is_from_its_own_side(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    own = enter(anna, "demands", CLAIM).rpartition("/")[2]
    heard = {"speakers": "egypt", "attributed_to": "Egyptian officials", "stated": "2026-02-28"}
    claim = {**CLAIM, **heard, "summary": "Would hand over its arms."}
    beside = refused(anna, f"{GAZA}/demands", claim, **{f"relation-{own}": "replaces"})
    assert "what is only said by others never replaces that" in beside[f"relation-{own}"]
    other = enter(anna, "demands", claim, **{f"relation-{own}": "contradicts"}).rpartition("/")[2]
    enter(anna, "demands", claim, summary="Would hide them.", **{f"relation-{other}": "replaces"})
    enter(anna, "demands", CLAIM, summary="Would bury them.", **{f"relation-{own}": "replaces"})
    assert_cells_equal_the_rule(desk)

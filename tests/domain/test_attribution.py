"""Who speaks, seen from the holder; the sentence; and origins (domain.md §2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.attribution import (
    Roster,
    attribution,
    resolve_origins,
    rests_on,
    sentence,
    speaker_words,
    track,
)
from app.domain.vocabulary import Attribution, Rests, Role, Track

ROSTER = Roster(
    part_of={"p-office": "p", "p-spokesman": "p-office", "q-bureau": "q", "m-agency": "m"},
    roles={
        "p": frozenset({Role.PARTY}),
        "q": frozenset({Role.PARTY}),
        "m": frozenset({Role.MEDIATOR}),
        "both": frozenset({Role.PARTY, Role.MEDIATOR}),
        "o": frozenset({Role.OBSERVER}),
    },
)


@pytest.mark.parametrize(
    ("speakers", "coded", "holder", "expected"),
    [
        (["p"], None, "p", "self"),
        (["p-spokesman"], None, "p", "self"),
        (["q", "p-office"], None, "p", "self"),
        (["p"], None, "p-office", "opponent"),
        (["m"], None, "p", "mediator"),
        (["m-agency"], None, "p", "mediator"),
        (["q", "m"], None, "p", "mediator"),
        (["both"], None, "p", "mediator"),
        (["q-bureau"], None, "p", "opponent"),
        (["q"], None, "m", "third_party"),
        (["m"], None, "m", "self"),
        (["o"], None, "p", "third_party"),
        (["stranger"], None, "p", "third_party"),
        (["q"], None, None, "third_party"),
        (["m"], None, None, "mediator"),
        ([], "mediator", "p", "mediator"),
        ([], "opponent", "p", "opponent"),
        ([], None, "p", "third_party"),
        ([], "self", "p", "third_party"),
        (["q"], "mediator", "p", "opponent"),
    ],
)
def test_attribution_is_computed_from_the_speakers(
    speakers: list[str], coded: str | None, holder: str | None, expected: str
) -> None:
    roster = ROSTER
    if holder == "p-office":
        roster = Roster(ROSTER.part_of, {**ROSTER.roles, "p-office": ROSTER.roles["p"]})
    found = attribution(speakers, Attribution(coded) if coded else None, holder, roster)
    assert found == expected


def test_one_supporting_citation_of_its_own_makes_a_record_its_own_sides() -> None:
    assert track([Attribution.OPPONENT, Attribution.SELF]) is Track.OWN_SIDE
    assert track([Attribution.OPPONENT, Attribution.MEDIATOR]) is Track.OTHERS
    assert track([]) is Track.OTHERS


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", None),
        ("self", None),
        ("opponent? self", None),
        ("opponent?", "opponent_unnamed"),
        ("opponent? opponent?", "opponent_unnamed"),
        ("opponent? opponent", "opponent"),
        ("opponent", "opponent"),
        ("opponent? mediator?", "others"),
        ("third_party?", "others"),
        ("mediator", "others"),
    ],
)
def test_a_claim_rests_on_the_other_party_where_nobody_else_says_it(said: str, expected: str | None) -> None:
    heard = [(Attribution(word.rstrip("?")), word.endswith("?")) for word in said.split()]
    assert rests_on(heard) == expected


def test_what_rests_on_unnamed_officials_of_another_party_rests_on_it_and_on_others() -> None:
    included = {wide: [narrow for narrow in Rests if wide.includes(narrow)] for wide in Rests}
    assert included == {
        Rests.OTHERS: [Rests.OTHERS, Rests.OPPONENT, Rests.OPPONENT_UNNAMED],
        Rests.OPPONENT: [Rests.OPPONENT, Rests.OPPONENT_UNNAMED],
        Rests.OPPONENT_UNNAMED: [Rests.OPPONENT_UNNAMED],
    }
    assert not any(wide.includes(None) for wide in Rests)


def test_the_sentence_names_holder_speaker_and_source() -> None:
    words = sentence(
        Attribution.OPPONENT,
        holder="Hamas",
        speaker="Israeli officials (unnamed)",
        outlet="Bloomberg",
        day="3 Apr 2024",
    )
    assert (
        words == "Hamas, as described by Israeli officials (unnamed) (another party); Bloomberg, 3 Apr 2024"
    )


@pytest.mark.parametrize(
    ("attributed_to", "public_wording", "anonymous", "expected"),
    [
        ("Israeli officials", None, True, "Israeli officials (unnamed)"),
        ("Israeli officials, unnamed", None, True, "Israeli officials, unnamed"),
        ("An aide who was in the room", "an official", True, "an official (unnamed)"),
        ("Qatar's prime minister", None, False, "Qatar's prime minister"),
        (None, None, True, ""),
    ],
)
def test_an_unnamed_speaker_is_said_to_be_unnamed(
    attributed_to: str | None, public_wording: str | None, anonymous: bool, expected: str
) -> None:
    assert speaker_words(attributed_to, public_wording, anonymous=anonymous) == expected


def test_sources_that_relay_one_report_are_one_voice() -> None:
    relays = {"a": None, "b": "a", "c": "b", "d": "agency", "e": "agency", "x": "y", "y": "x"}
    voices = resolve_origins(relays)
    assert voices == {"a": "a", "b": "a", "c": "a", "d": "agency", "e": "agency", "x": "x", "y": "x"}


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([None, *"abcdefgh"])))
def test_a_source_and_what_it_relays_are_always_one_voice(relays: dict[str, str | None]) -> None:
    voices = resolve_origins(relays)
    for source, relayed in relays.items():
        if relayed in voices:
            assert voices[source] == voices[relayed]

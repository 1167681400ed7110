"""Records that were merged into others: where each of them is to be found now (domain.md §7)."""

from collections.abc import Iterator, Mapping

# What became of each merged record: by noun and id the id of the one that it was merged into.
Redirects = Mapping[tuple[str, str], str]


def kept(redirects: Redirects, noun: str, record: str) -> str:
    """The record that an id stands for today, however often it was merged; itself where it never was."""
    seen = {record}
    while (into := redirects.get((noun, record))) and into not in seen:
        record = into
        seen.add(record)
    return record


def merged(redirects: Redirects, noun: str, record: str) -> list[str]:
    """The records that were merged into this one, directly or by way of others."""
    return sorted(
        gone
        for of, gone in redirects
        if of == noun and gone != record and kept(redirects, noun, gone) == record
    )


def renamed(redirects: Redirects, noun: str, ids: str) -> str:
    """The ids of a cell, each as the record that it stands for today, none of them twice."""
    return "|".join(dict.fromkeys(kept(redirects, noun, id_) for id_ in ids.split("|")))


def along(redirects: Redirects, noun: str, record: str) -> Iterator[str]:
    """The record that an id stands for today, and all that were merged into it."""
    today = kept(redirects, noun, record)
    yield today
    yield from merged(redirects, noun, today)

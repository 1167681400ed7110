"""A small negotiation in which every hard thing that a page or file must say occurs once."""

from tests.make import Row, Tables

HEBREW = "לא נסכים להפסקת אש חלקית"
ARABIC = "لن نقبل بوقف مؤقت لإطلاق النار"
SENSITIVE = "She is said to be alive"


def reports() -> Tables:
    """P’s side speaks through its office; M mediates; Q is the other party; X is nobody’s."""
    return {
        "negotiation": [{"id": "reports", "title": "Talks of P and Q", "started": "2023-11"}],
        "actors": [
            {"id": "p", "name": "P", "kind": "state", "aliases": f"People of P|{ARABIC}"},
            {"id": "q", "name": "Q", "kind": "armed_group"},
            {"id": "m", "name": "M", "kind": "state"},
            {"id": "p-office", "name": "Office of P", "kind": "body", "part_of": "p"},
        ],
        "participants": [
            {"actor": "p", "role": "party", "from": "2023"},
            {"actor": "q", "role": "party"},
            {"actor": "m", "role": "mediator", "from": "2023-11", "to": "2024-06"},
        ],
        "issues": [
            {"id": "i", "title": "Ceasefire", "question": "How long?", "description": "All of it."},
            {"id": "j", "part_of": "i", "title": "First phase", "question": "How long at first?"},
            {"id": "k", "title": "Aid", "question": "How much?"},
        ],
        "scales": [
            {"issue": "i", "version": "1", "rung": str(rung), "label": label}
            for rung, label in enumerate(("Not at all", "For a time", "For good"))
        ],
        "sources": [
            _source("s1", "2024-01-02", url="https://example.org/1", title="One & only", author="A. Writer"),
            _source("s2", "2024-01-05", url="https://example.org/2", origin="s1"),
            _source("s3", "2024-01-10", url="https://example.org/3"),
            _source("s4", "2024-01-20", status="retracted", status_date="2024-02-10"),
            _source("s5", "2024-02-03", language="he", grade="B"),
            _source("s6", "2024-02-04", language="ar", url="https://example.org/6", origin="a-wire-story"),
            _source("s7", "2024-03-01"),
            _source("s8", "2024-01-02", outlet="=cmd|' /C calc'!A0"),
        ],
        "demands": [
            _demand("formula", "p", "k", "=1+1", "2024-01-01", quantity="-5", condition=" +if they go")
            | {"unit": "@days"},
            _demand("hebrew", "p", "i", HEBREW, "2024-02-01", quantity="700–1,000", unit="trucks"),
            _demand("arabic", "q", "k", ARABIC, "2024-02-02~"),
            _demand("joint", "p|q", "i|k", "Both say it", "2024-01-04", kind="statement", grade="2"),
            _demand("month", "p", "k", "Some day in January", "2024-01"),
            _demand("gone", "q", "k", "Its source was retracted", "2024-01-19"),
            _demand("denied", "q", "k", "Q denies this", "2024-01-03", overtaken_by="e"),
            _demand("later", "p", "k", "Hearsay first, own side later", "2024-01-02"),
            _demand("placed", "p", "i", "For a time, or for good", "2024-01-01", quantity="several hundred")
            | {"scale_version": "1", "rung_min": "1", "rung_max": "2", "placement_reason": "As worded"}
            | {"deadline": "2024-06"},
            _demand("year", "m", "j", "Some day in 2023", "2023", kind="condition"),
            _demand("again", "p", "i", "For a time", "2024-03-01", proposal="x"),
        ],
        "links": [
            {"from": "again", "relation": "restates", "to": "placed"},
            {"from": "formula", "relation": "contradicts", "to": "month"},
        ],
        "proposals": [
            {"id": "x", "title": "First outline", "summary": "Two phases", "proposed_by": "p"}
            | {"mediated_by": "m", "presented": "2024-01-01", "ended": "2024-02-20", "outcome": "lapsed"},
            {
                "id": "y",
                "title": "Second outline",
                "proposed_by": "m",
                "presented": "2024-03-01",
                "amends": "x",
            },
        ],
        "terms": [
            {"id": "t1", "proposal": "x", "phase": "1", "issue": "j", "summary": "A short halt"}
            | {"quantity": "42", "unit": "days", "obliged": "q", "tabled_by": "p"},
            {"id": "t2", "proposal": "x", "phase": "2", "issue": "k", "summary": "More aid"}
            | {"quantity": "several hundred", "unit": "trucks"},
        ],
        "responses": [
            {"id": "r1", "proposal": "x", "actor": "q", "response": "accepted_with_reservations"}
            | {"summary": "Yes, but", "stated": "2024-01-04"},
            {"id": "r2", "proposal": "x", "term": "t1", "actor": "q", "response": "accepted"}
            | {"stated": "2024-01-09"},
        ],
        "remarks": [
            {
                "id": "w1",
                "about": "q",
                "remark": "hardened",
                "summary": "Q has hardened",
                "stated": "2024-01-03",
            },
            {"id": "w2", "remark": "impasse", "summary": "The talks stand still", "stated": "2024-01-03"},
        ],
        "events": [
            {
                "id": "e",
                "kind": "military",
                "title": "A crossing is shut",
                "starts": "2024-01-08",
                "place": "South",
            }
        ],
        "citations": [
            _cites("demand", "formula", "s1", "p-office", "the office", quote="@SUM(A1)"),
            _cites("demand", "formula", "s8", "p-office", "the office"),
            _cites("demand", "hebrew", "s5", "p", "P", quote=HEBREW, translation="Not half a ceasefire"),
            _cites("demand", "arabic", "s6", "q", "Q", quote=ARABIC),
            _cites("demand", "joint", "s2", "p-office", "an official of P", anonymous="yes"),
            _cites("demand", "month", "s7", "p", "P"),
            _cites("demand", "gone", "s4", "q", "Q"),
            _cites("demand", "denied", "s3", "m", "two mediators", anonymous="yes", quote=SENSITIVE)
            | {"sensitive": "yes"},
            _cites("demand", "denied", "s3", "q", "Q", relation="denies"),
            _cites("demand", "later", "s1", "q", "officials of Q", anonymous="yes", quote="they say so"),
            _cites("demand", "later", "s2", "", "", attribution="third_party"),
            _cites("demand", "later", "s3", "p", "P", quote="we say so"),
            _cites("demand", "placed", "s1", "p", "P"),
            _cites("demand", "again", "s7", "p", "P"),
            _cites("demand", "year", "s2", "m", "M"),
            _cites("proposal", "x", "s1", "m", "M"),
            _cites("proposal", "y", "s7", "m", "M"),
            _cites("term", "t2", "s3", "m", "M", quote="several hundred trucks"),
            _cites("response", "r1", "s2", "q", "Q"),
            _cites("response", "r2", "s3", "m", "M"),
            _cites("remark", "w1", "s2", "p-office", "the office"),
            _cites("remark", "w2", "s2", "m", "M"),
            _cites("event", "e", "s3", "", ""),
        ],
    }


def _source(id_: str, published: str, **more: str) -> Row:
    return {"id": id_, "outlet": f"Outlet {id_}", "published": published, "language": "en", **more}


def _demand(
    id_: str, holders: str, issues: str, summary: str, stated: str, *, kind: str = "demand", **more: str
) -> dict[str, str]:
    row = {
        "id": id_,
        "holders": holders,
        "issues": issues,
        "kind": kind,
        "summary": summary,
        "stated": stated,
    }
    return {**row, **more}


def _cites(
    subject_type: str, subject: str, source: str, speakers: str, words: str, **more: str
) -> dict[str, str]:
    row = {"subject_type": subject_type, "subject": subject, "source": source}
    return {**row, "speakers": speakers, "attributed_to": words, **more}

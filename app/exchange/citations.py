"""A page of this site as others cite it: in words, for BibTeX, as CSL-JSON and as RIS.

What was read is a view: the same address on another day, or on another basis, says something else. So each
form names the day and the basis beside the address that brings back exactly this view (domain.md §3).
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_date

# What LaTeX takes for a command, written so that the braces of a field stay balanced: BibTeX counts even
# those behind a backslash.
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
    }
)
# In an address these would end the field or begin a comment; encoded they lead to the same page.
_IN_URL = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C", '"': "%22", " ": "%20", "<": "%3C", ">": "%3E"})


@dataclass(frozen=True, slots=True)
class CitedPage:
    """What is cited: a page, as of a day and on a basis in words, and the address of exactly that view.

    ``of`` is the negotiation, by its title, where the page belongs to one.
    """

    title: str
    of: str
    site: str
    as_of: str
    on: date
    basis: str
    url: str
    accessed: date

    @property
    def full_title(self) -> str:
        """The title, after that of the negotiation where it does not name it itself."""
        title, of = one_line(self.title), one_line(self.of)
        return title if not of or of in title else f"{of}: {title}"

    @property
    def key(self) -> str:
        """The key of an entry, of plain letters and digits: from the address, which has no others in it."""
        named = re.findall(r"[a-z0-9]+", urlsplit(self.url).path.lower().replace("/negotiations/", "/"))
        return "-".join(["parley", *named, self.on.strftime("%Y%m%d").rjust(8, "0")])


def as_text(page: CitedPage) -> str:
    """The citation in words, as a note at the foot of a page would have it."""
    accessed = format_date(page.accessed, "d MMMM yyyy", locale="en")
    return (
        f"“{page.full_title.rstrip('.')}”. {one_line(page.site)}. {one_line(page.as_of)}. "
        f"Accessed {accessed}. {page.url}"
    )


def as_bibtex(page: CitedPage) -> str:
    """The citation as an entry for BibTeX or BibLaTeX, in UTF-8."""
    fields = {
        # A second pair of braces keeps names from being put in lower case.
        "title": f"{{{latex(page.full_title)}}}",
        "howpublished": latex(page.site),
        "note": latex(page.as_of),
        "url": in_url(page.url),
        "urldate": page.accessed.isoformat(),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items()]
    return f"@misc{{{page.key},\n" + ",\n".join(lines) + "\n}"


def as_csl_json(page: CitedPage) -> str:
    """The citation as CSL-JSON, which Zotero, pandoc and others read: a list of one item."""
    item: dict[str, Any] = {
        "id": page.key,
        "type": "webpage",
        "title": page.full_title,
        "container-title": one_line(page.site),
        "URL": page.url,
        "accessed": {"date-parts": [[page.accessed.year, page.accessed.month, page.accessed.day]]},
        "version": f"{page.on.isoformat()}, {page.basis}",
        "note": one_line(page.as_of),
    }
    fields = (
        f"    {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in item.items()
    )
    return "[\n  {\n" + ",\n".join(fields) + "\n  }\n]"


def as_ris(page: CitedPage) -> str:
    """The citation as RIS, which reference managers read."""
    lines = {
        "TY": "ELEC",
        "ID": page.key,
        "TI": page.full_title,
        "T2": one_line(page.site),
        "N1": one_line(page.as_of),
        "UR": page.url,
        "Y2": page.accessed.strftime("%Y/%m/%d").rjust(10, "0"),
    }
    return "\n".join([*(f"{tag}  - {value}" for tag, value in lines.items()), "ER  - "])


def in_url(address: str) -> str:
    """An address as it may stand in a field of BibTeX."""
    return address.translate(_IN_URL)


def latex(text: str) -> str:
    """A text on one line as LaTeX would print it."""
    return one_line(text).translate(_LATEX)


def one_line(text: str) -> str:
    """A text without its line ends."""
    return " ".join(text.split())

"""Addresses of reports, made the same for all who paste them, and known again however they are spelled."""

from urllib.parse import urlsplit, urlunsplit

from courlan import normalize_url

# Hosts that serve the same page for small screens.
_MOBILE = ("m.", "mobile.", "amp.", "touch.")


def canonical(url: str) -> str:
    """An address without what differs from reader to reader: tracking, fragments, hosts for telephones.

    What it cannot read stays as it is. An address may be wrong for all that; it is never fetched.
    """
    try:
        parts = urlsplit(normalize_url(url, strict=False, trailing_slash=True))
    except ValueError:
        return url
    host = parts.netloc
    for prefix in _MOBILE:
        if host.startswith(prefix) and host.count(".") > 1:
            host = host.removeprefix(prefix)
    host = host.replace(".m.", ".", 1)  # en.m.wikipedia.org
    # Some sites keep the page itself in the fragment.
    fragment = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    return urlunsplit((parts.scheme, host, parts.path, parts.query, fragment)) if parts.netloc else url


def same_address(url: str) -> str:
    """What two addresses of one page have in common, to know a report by; empty for what is no address."""
    try:
        parts = urlsplit(canonical(url))
    except ValueError:
        return ""
    host = parts.netloc.removeprefix("www.")
    return urlunsplit(("", host, parts.path.rstrip("/"), parts.query, parts.fragment)).removeprefix("//")

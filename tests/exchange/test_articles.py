"""An article is taken out of what was pasted: its words, what the page says of itself, and no markup."""

import pytest

from app.exchange.articles import read_article

PAGE = """<!doctype html><html lang="en-GB"><head><title>Talks go on | Example Times</title>
<meta property="og:title" content="Talks go on"><meta name="author" content="A. Writer">
<meta property="article:published_time" content="2024-04-03T10:00:00Z">
<meta property="og:site_name" content="Example Times"><link rel="canonical" href="https://example.org/talks">
</head><body><nav>Home Sport <a href="/x">Weather</a></nav><article><h1>Talks go on</h1>
<p onclick="steal()">The delegations met for a second day and spoke, officials said, of a longer pause.</p>
<script>alert(1)</script><style>p{color:red}</style>
<p>One side insists on <b>“an immediate halt”</b> and
<a href="javascript:alert(1)">nothing less</a>, they added.</p>
<p>قال الوفد إن المحادثات مستمرة، وإنه لا يزال يطالب بوقف كامل.</p>
</article><footer>Cookies</footer></body></html>"""


def test_a_pages_main_text_is_kept_without_its_markup() -> None:
    article = read_article(PAGE)
    assert "One side insists on “an immediate halt” and nothing less, they added." in article.text
    assert "قال الوفد إن المحادثات مستمرة" in article.text
    for gone in ("<", "alert", "steal", "Weather", "Cookies", "color"):
        assert gone not in article.text


def test_what_the_page_says_of_itself_is_offered() -> None:
    article = read_article(PAGE)
    assert (article.title, article.published, article.outlet) == (
        "Talks go on",
        "2024-04-03",
        "Example Times",
    )
    assert (article.url, article.language) == ("https://example.org/talks", "en-GB")
    assert "Writer" in article.author


@pytest.mark.parametrize(
    ("pasted", "text"),
    [
        ("Two lines\r\nof text\u2028and a third\x07", "Two lines\nof text\nand a third"),
        ("a < b and b > c", "a < b and b > c"),
        ("<p " + "a=1 " * 3, "<p a=1 a=1 a=1"),
        ("  \n\n", ""),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("\ud800x\x00", "x"),
    ],
)
def test_plain_text_stays_as_it_is_but_for_what_no_text_holds(pasted: str, text: str) -> None:
    assert read_article(pasted).text == text


@pytest.mark.parametrize("pasted", ["<p>", "<html><body></body></html>", "<div>" * 5000])
def test_a_page_without_an_article_has_no_text(pasted: str) -> None:
    assert len(read_article(pasted).text) < 50


WORDS = "<p>The delegations met for a second day and spoke, officials said, of a longer pause.</p>" * 3
LINKED = '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "%s"}</script>'


@pytest.mark.parametrize(
    ("head", "body", "published"),
    [
        ("", "<footer>© 2024 Example Times</footer>", ""),
        ("", "<p>Published April 2024</p>", ""),
        ("", "<p>Updated on 3 April 2024</p>", ""),
        ('<meta property="article:published_time" content="2024-04">', "", "2024-04"),
        ('<meta property="article:published_time" content="2024-04-31T10:00:00Z">', "", ""),
        ('<meta property="article:modified_time" content="2024-04-05">', "", ""),
        ("<meta content='2024-04-03T23:30:00-04:00' name='DC.date.issued'>", "", "2024-04-03"),
        ('<meta name="date" content="2024">', "", ""),
        (LINKED % "2024-04-03T10:00:00+00:00", "", "2024-04-03"),
        (LINKED % "2024-04-03", '<time datetime="2024-04-05">later</time>', "2024-04-03"),
        ("", '<time class="x" datetime="2024-04-03T08:00">3 April</time>', "2024-04-03"),
        ("<meta " * 50_000, "", ""),
    ],
)
def test_a_page_was_published_when_it_says_itself_and_no_more_exactly(
    head: str, body: str, published: str
) -> None:
    page = (
        f"<html><head>{head}</head><body><article><h1>Talks go on</h1>{WORDS}{body}</article></body></html>"
    )
    assert read_article(page).published == published

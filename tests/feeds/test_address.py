"""Addresses of feeds as people write them, and what is refused."""

from __future__ import annotations

import pytest

from assistant.errors import UsageError
from assistant.feeds import FeedAddress, parse_address
from assistant.feeds.address import is_local
from assistant.feeds.services import contacted, interval_s, sent


@pytest.mark.parametrize(
    ("given", "text", "name"),
    [
        ("arxiv:cs.CL", "arxiv:cs.CL", "arxiv:cs.CL"),
        (" ArXiv: cs.CL ", "arxiv:cs.CL", "arxiv:cs.CL"),
        ("pubmed:a AND b:c", "pubmed:a AND b:c", "pubmed:a AND b:c"),
        ("HTTPS://Example.ORG/feed#top", "https://example.org/feed", "example.org/feed"),
        (
            "https://example.org:8080/rss?token=secret",
            "https://example.org:8080/rss?token=secret",
            "example.org/rss",
        ),
        ("http://[::1]:80/x", "http://[::1]:80/x", "::1/x"),
    ],
)
def test_addresses_are_written_in_one_way(given: str, text: str, name: str) -> None:
    parsed = parse_address(given)
    assert (parsed.text, parsed.name) == (text, name)
    assert parse_address(parsed.text) == parsed


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("", "not the address of a feed"),
        ("cs.CL", "not the address of a feed"),
        ("ftp://example.org/feed", "not the address of a feed"),
        ("file:///etc/passwd", "not the address of a feed"),
        ("arxiv:", "what to look for"),
        ("https://", "is not a web address"),
        ("https:///feed", "is not a web address"),
        ("https://exa mple.org/", "is not a web address"),
        ("https://example.org:99999/", "is not a web address"),
        ("https://[::1/", "is not a web address"),
        ("https://ada:secret@example.org/", "password"),
        ("pubmed:" + "x" * 2_000, "at most"),
    ],
)
def test_what_is_no_address_is_refused(given: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as caught:
        parse_address(given)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("arxiv:cs.CL", "export.arxiv.org"),
        ("pubmed:x", "eutils.ncbi.nlm.nih.gov"),
        ("biorxiv:x", "api.biorxiv.org"),
        ("medrxiv:x", "api.biorxiv.org"),
        ("s2:x", "api.semanticscholar.org"),
        ("https://example.org/feed", "example.org"),
    ],
)
def test_the_host_and_what_is_sent_are_known_before(address: str, host: str) -> None:
    parsed = parse_address(address)
    assert contacted(parsed) == host
    assert parsed.query.split("/")[-1] in sent(parsed)


@pytest.mark.parametrize(
    ("host", "seconds"),
    [
        ("export.arxiv.org", 3.0),
        ("rss.arxiv.org", 3.0),
        ("arxiv.org.", 3.0),
        ("notarxiv.org", 1.0),
        ("eutils.ncbi.nlm.nih.gov", 0.34),
        ("example.org:8080", 1.0),
        ("127.0.0.1:8080", 0.0),
        ("[::1]:8080", 0.0),
    ],
)
def test_hosts_are_asked_at_their_pace(host: str, seconds: float) -> None:
    assert interval_s(host) == seconds


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost/", True),
        ("http://a.localhost/", True),
        ("http://printer.local/", True),
        ("http://127.0.0.1/", True),
        ("http://10.0.0.1/", True),
        ("http://[fe80::1]/", True),
        ("http://[::ffff:127.0.0.1]/", True),
        ("http://127.1:8000/", True),
        ("http://2130706433/", True),
        ("http://0x7f000001/", True),
        ("http://localhost./", True),
        ("http://router/", True),
        ("http://nas.lan/", True),
        ("http://example.org/", False),
        ("http://1.1.1.1/", False),
    ],
)
def test_local_addresses(url: str, local: bool) -> None:
    assert is_local(url) is local


def test_an_address_of_a_service_is_no_web_address() -> None:
    assert parse_address("s2:https: a protocol") == FeedAddress("s2", "https: a protocol")

"""The services that feeds come from: what is asked of each, and the pages of its answer.

Sources of addresses, parameters and limits: https://info.arxiv.org/help/api/user-manual.html,
https://info.arxiv.org/help/api/tou.html, https://www.ncbi.nlm.nih.gov/books/NBK25499/,
https://api.biorxiv.org, https://api.semanticscholar.org/api-docs/graph
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from assistant.errors import FeedUnusable
from assistant.feeds.address import WEB, FeedAddress, host_of
from assistant.text.sanitizing import sanitized

# Papers of one page of an answer, and most pages of one update.
PAGE = 100
MOST_PAGES = 10
PROGRAM = "offline-paper-assistant"
_ARXIV = "https://export.arxiv.org/api/query"
_ENTREZ = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
_BIORXIV = "https://api.biorxiv.org/details"
_S2 = "https://api.semanticscholar.org/graph/v1/paper/search/bulk"
# Days that the first update covers.
_FIRST_DAYS = {"pubmed": 30, "biorxiv": 7, "medrxiv": 7, "s2": 30}
# Papers may get a date before the day on which they appear.
_OVERLAP = timedelta(days=2)
# Seconds between two requests to a host; its terms of use say so, except for the last line.
_INTERVALS = (("arxiv.org", 3.0), ("ncbi.nlm.nih.gov", 0.34), ("semanticscholar.org", 1.1))
_INTERVAL_S = 1.0
# Archives of arXiv with subjects, and those without.
_WITH_SUBJECTS = (
    *("astro-ph", "cond-mat", "cs", "econ", "eess", "math", "nlin", "physics", "q-bio", "q-fin"),
    "stat",
)
_WHOLE = (
    *("gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nucl-ex", "nucl-th"),
    "quant-ph",
)
_ARXIV_FIELD = re.compile(r"\b(?:ti|au|abs|co|jr|cat|rn|id|all):")
_TOTAL = re.compile(rb"totalResults[^>]*>\s*(\d+)\s*<")
_NOTHING_FOUND = re.compile(r"no (?:posts|articles|papers) found", re.IGNORECASE)
_S2_FIELDS = (
    "title,abstract,authors,externalIds,publicationDate,year,venue,journal,publicationTypes,url"
)

# Fetches an address; None if the server says that the answer is the same as last time.
Get = Callable[[str], bytes | None]


@dataclass(frozen=True)
class Page:
    """A part of an answer, for the readers of files; `more` parts follow it."""

    body: bytes
    more: bool = False


def interval_s(host: str) -> float:
    """The least number of seconds between two requests to `host`; 0 for this computer."""
    name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    if name in ("localhost", "::1") or name.startswith("127."):
        return 0.0
    for known, seconds in _INTERVALS:
        if name == known or name.endswith(f".{known}"):
            return seconds
    return _INTERVAL_S


def contacted(address: FeedAddress) -> str:
    """The host that is contacted first for `address`."""
    hosts = {"arxiv": _ARXIV, "pubmed": _ENTREZ, "s2": _S2, WEB: address.query}
    return host_of(hosts.get(address.service, _BIORXIV))


def sent(address: FeedAddress) -> str:
    """What is sent to that host, as the end of "Sent: ..."."""
    match address.service:
        case "arxiv":
            return f"the search {_arxiv_search(address.query)!r}"
        case "pubmed":
            return f"the search {address.query!r}, then the numbers of the papers found"
        case "biorxiv" | "medrxiv":
            return f"the category {address.query!r} and the days asked for"
        case "s2":
            return f"the search {address.query!r} and the first day asked for"
        case _:
            return f"the address {address.query}"


def newest_first(address: FeedAddress) -> bool:
    """Whether a page without new papers means that the pages after it have none either."""
    return address.service == "arxiv"


def pages(address: FeedAddress, last: date | None, today: date, get: Get) -> Iterator[Page]:
    """Yield the pages of the answer of a feed, each fetched when it is asked for.

    `last` is the day of the last update, None for the first one. A page with `more` may be
    followed by others, and nothing is fetched for them until they are asked for.

    Raises:
        FeedUnusable: the service answers that it cannot be asked so.
    """
    since = today - timedelta(days=_FIRST_DAYS.get(address.service, 0))
    if last is not None:
        since = min(last, today) - _OVERLAP
    match address.service:
        case "arxiv":
            yield from _arxiv(address.query, get)
        case "pubmed":
            yield from _pubmed(address.query, since, today, get)
        case "biorxiv" | "medrxiv":
            yield from _biorxiv(address, since, today, get)
        case "s2":
            yield from _s2(address.query, since, get)
        case _:
            if (body := get(address.query)) is not None:
                yield Page(body)


def _arxiv(query: str, get: Get) -> Iterator[Page]:
    start = 0
    while True:
        asked = {
            "search_query": _arxiv_search(query),
            "sortBy": "submittedDate",
            "sortOrder": "descending",
            "start": start,
            "max_results": PAGE,
        }
        body = get(f"{_ARXIV}?{urlencode(asked)}")
        if body is None:
            return
        start += PAGE
        total = _TOTAL.search(body)
        more = total is not None and int(total[1]) > start
        yield Page(body, more)
        if not more:
            return


def _arxiv_search(query: str) -> str:
    """The search of arXiv's API for a category, a search in its own syntax, or plain words."""
    archive, _, subject = query.partition(".")
    archive = archive.lower()
    if query.lower() in _WHOLE:
        return f"cat:{archive}"
    if archive in _WITH_SUBJECTS and re.fullmatch(r"[\w-]*", subject):
        # Subjects are written so: cs.CL, cond-mat.mtrl-sci.
        subject = subject.upper() if len(subject) == 2 else subject.lower()
        return f"cat:{archive}.{subject or '*'}"
    if _ARXIV_FIELD.search(query):
        return query
    return " AND ".join(f"all:{word}" for word in query.split())


def _pubmed(query: str, since: date, today: date, get: Get) -> Iterator[Page]:
    start = 0
    while True:
        asked = {
            "db": "pubmed",
            "term": query,
            "datetype": "edat",
            "mindate": f"{since:%Y/%m/%d}",
            "maxdate": f"{today:%Y/%m/%d}",
            "sort": "pub_date",
            "retstart": start,
            "retmax": PAGE,
            "retmode": "json",
            "tool": PROGRAM,
        }
        answer = _object(get(f"{_ENTREZ}/esearch.fcgi?{urlencode(asked)}"), "PubMed")
        found = answer.get("esearchresult")
        found = found if isinstance(found, dict) else {}
        if problem := found.get("ERROR") or answer.get("error"):
            raise FeedUnusable(_said("PubMed", problem))
        numbers = [one for one in _list(found.get("idlist")) if str(one).isdecimal()]
        if not numbers:
            return
        start += PAGE
        more = _number(found.get("count")) > start
        fetched = {"db": "pubmed", "retmode": "xml", "tool": PROGRAM, "id": ",".join(numbers)}
        body = get(f"{_ENTREZ}/efetch.fcgi?{urlencode(fetched)}")
        if body is not None:
            yield Page(body, more)
        if not more:
            return


def _biorxiv(address: FeedAddress, since: date, today: date, get: Get) -> Iterator[Page]:
    category = urlencode({"category": "_".join(address.query.lower().split())})
    start = 0
    while True:
        place = f"{_BIORXIV}/{address.service}/{since}/{today}/{start}/json"
        body = get(f"{place}?{category}")
        answer = _object(body, address.service)
        if body is None or not (found := _list(answer.get("collection"))):
            messages = _list(answer.get("messages"))
            said = messages[0].get("status") if messages and isinstance(messages[0], dict) else ""
            if said and said != "ok" and not _NOTHING_FOUND.search(str(said)):
                raise FeedUnusable(_said(address.service, said))
            return
        start += len(found)
        messages = _list(answer.get("messages"))
        figures = messages[0] if messages and isinstance(messages[0], dict) else {}
        more = _number(figures.get("total")) > start
        yield Page(body, more)
        if not more:
            return


def _s2(query: str, since: date, get: Get) -> Iterator[Page]:
    token = ""
    while True:
        asked = {
            "query": query,
            "fields": _S2_FIELDS,
            "sort": "publicationDate:desc",
            "publicationDateOrYear": f"{since}:",
            **({"token": token} if token else {}),
        }
        body = get(f"{_S2}?{urlencode(asked)}")
        answer = _object(body, "Semantic Scholar")
        if problem := answer.get("error"):
            raise FeedUnusable(_said("Semantic Scholar", problem))
        if body is None or not _list(answer.get("data")):
            return
        token = str(answer.get("token") or "")
        yield Page(body, bool(token))
        if not token:
            return


def _object(body: bytes | None, service: str) -> dict[str, Any]:
    """The JSON object that a service answered.

    Raises:
        FeedUnusable: it is none.
    """
    try:
        answer = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise FeedUnusable(
            f"{service} did not answer as it should: not with a JSON object. Try again later."
        )
    return answer


def _said(service: str, problem: object) -> str:
    return f"{service} answered with an error: {sanitized(str(problem))[:300]}."


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: Any) -> int:
    return int(value) if str(value).isdecimal() else 0

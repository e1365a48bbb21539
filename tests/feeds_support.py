"""A site on loopback that plays scripted answers, feeds that are invented, and a clock to turn."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

Handler = BaseHTTPRequestHandler


@dataclass(frozen=True)
class Answer:
    """What the site answers; `write` writes a body that no length announces."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    write: Callable[[Handler], None] | None = None


@dataclass(frozen=True)
class Request:
    """What the site was asked."""

    host: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]


# An answer, or what makes one of a request.
Script = Answer | bytes | Callable[[Request], "Answer | bytes"]


class Site:
    """Answers by path; `answers` may be changed at any time."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: dict[str, Script] = {}
        self.requests: list[Request] = []

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        script = self.answers.get(request.path, Answer(b"nothing here", 404))
        found = script(request) if callable(script) else script
        return found if isinstance(found, Answer) else Answer(found)


@contextmanager
def serving() -> Iterator[Site]:
    """A site on a free port of this computer."""

    class Scripted(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = Request(
                self.headers.get("Host", ""),
                parts.path,
                dict(parse_qsl(parts.query)),
                {name.lower(): value for name, value in self.headers.items()},
            )
            found = site.answer(asked)
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            if found.write is None and "Content-Length" not in found.headers:
                self.send_header("Content-Length", str(len(found.body)))
            self.end_headers()
            try:
                if found.write is None:
                    self.wfile.write(found.body)
                else:
                    found.write(self)
            except OSError:  # the client has read enough
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    site = Site(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Rerouted(httpx.BaseTransport):
    """Sends requests to any host to the site, where the host is the first part of the path.

    A request to any other address of this computer goes there.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        if url.host != "127.0.0.1":
            path = f"/{url.netloc.decode()}{url.raw_path.decode()}"
            request.url = httpx.URL(f"http://{self._site.host}{path}")
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


class Clock:
    """Time that passes only when something waits."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 8, tzinfo=UTC)) -> None:
        self.seconds = start.timestamp()
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.seconds += seconds
        return False


def title(topic: str) -> str:
    return f"On the sleep of {topic}"


def abstract(topic: str) -> str:
    return f"Sleep is a riddle. We show that {topic} sleep fourteen hours a day in our experiments."


def doi(topic: str) -> str:
    return f"10.1234/{topic.replace(' ', '-')}"


def rss(*topics: str) -> bytes:
    """The feed of a journal."""
    items = "".join(
        f"<item><title>{title(topic)}</title><link>https://example.org/{doi(topic)}</link>"
        f"<description>{abstract(topic)}</description><dc:creator>Ada Lovelace</dc:creator>"
        f"<dc:identifier>doi:{doi(topic)}</dc:identifier><dc:date>2026-03-01</dc:date></item>"
        for topic in topics
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Journal of Sleep</title>'
        f"{items}</channel></rss>"
    ).encode()


def arxiv(*topics: str, total: int | None = None, first: int = 1) -> bytes:
    """An answer of arXiv's API."""
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/2603.{first + n:05}v1</id><title>{title(topic)}</title>"
        f"<published>2026-03-01T00:00:00Z</published><summary>{abstract(topic)}</summary>"
        "<author><name>Ada Lovelace</name></author></entry>"
        for n, topic in enumerate(topics)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"<opensearch:totalResults>{len(topics) if total is None else total}"
        f"</opensearch:totalResults>{entries}</feed>"
    ).encode()


def biorxiv(*topics: str, total: int | None = None, cursor: int = 0) -> bytes:
    """An answer of bioRxiv's API."""
    if not topics:
        return json.dumps({"messages": [{"status": "no posts found"}], "collection": []}).encode()
    total = len(topics) if total is None else total
    message = {"status": "ok", "cursor": cursor, "count": len(topics), "total": str(total)}
    return json.dumps(
        {"messages": [message], "collection": [_preprint(it) for it in topics]}
    ).encode()


def _preprint(topic: str) -> dict[str, Any]:
    return {
        "doi": f"10.1101/{topic.replace(' ', '-')}",
        "title": title(topic),
        "authors": "Lovelace, A.; Hopper, G.",
        "author_corresponding": "Ada Lovelace",
        "author_corresponding_institution": "Somewhere",
        "date": "2026-03-01",
        "version": "1",
        "type": "new results",
        "license": "cc_by",
        "category": "neuroscience",
        "jatsxml": "https://www.biorxiv.org/content/x.xml",
        "abstract": abstract(topic),
        "published": "NA",
        "server": "biorxiv",
    }


def semantic_scholar(*topics: str, token: str | None = None) -> bytes:
    """An answer of Semantic Scholar's bulk search."""
    data = [
        {
            "paperId": f"{n:040x}",
            "externalIds": {"DOI": doi(topic), "CorpusId": n},
            "url": f"https://www.semanticscholar.org/paper/{n:040x}",
            "title": title(topic),
            "abstract": abstract(topic),
            "venue": "Journal of Sleep",
            "year": 2026,
            "publicationDate": "2026-03-01",
            "authors": [{"authorId": "1", "name": "Ada Lovelace"}],
        }
        for n, topic in enumerate(topics, start=1)
    ]
    return json.dumps({"total": len(data), "token": token, "data": data}).encode()


def pubmed_numbers(*numbers: int, count: int | None = None) -> bytes:
    """An answer of ESearch."""
    found = {"count": str(len(numbers) if count is None else count), "idlist": [*map(str, numbers)]}
    return json.dumps({"header": {}, "esearchresult": found}).encode()


def pubmed(*numbers: int) -> bytes:
    """An answer of EFetch."""
    articles = "".join(
        f"<PubmedArticle><MedlineCitation><PMID>{number}</PMID><Article><ArticleTitle>"
        f"{title(f'patient {number}')}</ArticleTitle><Abstract><AbstractText>"
        f"{abstract(f'patients {number}')}</AbstractText></Abstract></Article></MedlineCitation>"
        "</PubmedArticle>"
        for number in numbers
    )
    return f'<?xml version="1.0"?><PubmedArticleSet>{articles}</PubmedArticleSet>'.encode()

"""Answers about one paper that the question names: its summary, or its bibliographic record."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answering.answer import Evidence
from assistant.answering.question_kinds import RecordField
from assistant.answering.retrieval import RetrievedEvidence, nearest_papers, retrieve_evidence
from assistant.answering.summary_sentences import key_sentences
from assistant.errors import PaperNotFound
from assistant.paper import normalised
from assistant.text.names import mentions, names
from assistant.text.words import vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering.question import Question
    from assistant.library import Filters, Hit, Library, StoredPaper

_CANDIDATES = 5
# `ResNet` may be written as two words.
_INNER_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
# Minimum match of the words that name a paper with its title and abstract.
_MIN_MATCH = 0.6
_IDENTIFIER = re.compile(
    r"#?\d+|(?:doi|arxiv|pmid|text):\S+|10\.\d{4,9}/\S+|\d{4}\.\d{4,5}(?:v\d+)?", re.IGNORECASE
)

_NO_SUCH_PAPER = "No paper in the library has this name."


def summary(topic: Question, library: Library, filters: Filters) -> RetrievedEvidence:
    """What was done, how, what was found and with what limits, of the paper that `topic` names."""
    stored, hits = find_named_paper(topic, library, filters)
    if stored is None:
        return _refusal(hits, _NO_SUCH_PAPER, on_topic=False)
    return summary_of(stored, hits)


def summary_of(stored: StoredPaper, hits: Sequence[Hit]) -> RetrievedEvidence:
    """What was done in `stored`, how, what was found and with what limits."""
    if not stored.abstract:
        return _refusal(hits, "The library has only the title of this paper, no abstract.")
    abstract = stored.abstract
    return RetrievedEvidence(
        evidence=tuple(
            Evidence(stored, abstract[start:end], start, end, 1.0)
            for start, end in key_sentences(abstract)
        ),
        nearest=nearest_papers(hits),
        answerability=math.inf,
        extractive=True,
    )


def record(
    question: Question, topic: Question, field: RecordField, library: Library, filters: Filters
) -> RetrievedEvidence:
    """The value of `field` of the paper that `topic` names, from the catalogue or the abstract."""
    stored, hits = find_named_paper(topic, library, filters)
    if stored is None:
        return _refusal(hits, _NO_SUCH_PAPER, on_topic=False)
    name = _FIELD_NAMES.get(field, field.value)
    value = catalogue_value(stored, field)
    if value:
        sentence = f"{name[0].upper()}{name[1:]}: {value}"
        source = Evidence(stored, sentence, 0, 0, 1.0, field.value)
        return RetrievedEvidence(
            (source,), nearest_papers(hits), math.inf, extractive=True, headed=True
        )
    quoted = _sentences_about(question, stored, field, library, filters)
    if quoted is not None:
        return quoted
    return _refusal(hits, f"The library does not know the {name} of “{stored.title}”.")


def _refusal(hits: Sequence[Hit], refusal: str, *, on_topic: bool = True) -> RetrievedEvidence:
    return RetrievedEvidence(
        (), nearest_papers(hits), -math.inf, on_topic=on_topic, refusal=refusal
    )


def find_named_paper(
    topic: Question, library: Library, filters: Filters
) -> tuple[StoredPaper | None, Sequence[Hit]]:
    """The paper that `topic` names by identifier, title or a name in it, and the search hits.

    If `filters` select one paper, it is that one.
    """
    if filters.one_paper is not None:
        return library.papers.get(f"#{filters.one_paper}"), ()
    if _IDENTIFIER.fullmatch(topic.text.strip()):
        try:
            return library.papers.get(topic.text.strip()), ()
        except PaperNotFound:
            pass
    # `B-tree` is a name, though it stands first.
    topic = replace(topic, names=tuple(names(f"the {topic.text}")))
    hits = _hits_with_names(topic, library, filters)
    title = normalised(topic.text)
    for hit in hits:
        if title and f" {title} " in f" {normalised(hit.stored.title)} ":
            return hit.stored, hits
    matches = [(_match(topic, hit.stored), -n) for n, hit in enumerate(hits)]
    best, n = max(matches, default=(0.0, 0))
    return (hits[-n].stored if best >= _MIN_MATCH else None), hits


def _hits_with_names(topic: Question, library: Library, filters: Filters) -> Sequence[Hit]:
    """The papers that search finds, also those that write out a name: `residual nets`."""
    hits = library.search(topic.text, _CANDIDATES, filters)
    parts = _INNER_CAPITAL.sub(" ", topic.text)
    if parts == topic.text or any(_match(topic, hit.stored) for hit in hits):
        return hits
    return [*hits, *library.search(parts, _CANDIDATES, filters)]


def _match(topic: Question, stored: StoredPaper) -> float:
    """The share of the words of `topic` in the paper; the title counts more than the abstract."""
    text = f"{stored.title}. {stored.abstract}"
    if topic.names and not all(mentions(text, name) for name in topic.names):
        return 0.0
    if not topic.words:
        return 0.0
    # A name is there however it is written.
    named = vocabulary(" ".join(topic.names))
    title, whole = vocabulary(stored.title), vocabulary(text) | named
    in_title = sum(word in title for word in topic.words) / len(topic.words)
    in_text = sum(word in whole for word in topic.words) / len(topic.words)
    return (in_title + 2 * in_text) / 3 + 0.01 * in_title


def catalogue_value(stored: StoredPaper, field: RecordField) -> str:
    """The value of `field` in the catalogue; "" if it has none."""
    paper = stored.paper
    values = {
        RecordField.AUTHORS: ", ".join(paper.authors),
        RecordField.PUBLISHED: paper.published,
        RecordField.DOI: paper.doi,
        RecordField.ARXIV: paper.arxiv,
        RecordField.PMID: paper.pmid,
        RecordField.LINK: paper.url,
        RecordField.TAGS: ", ".join(paper.tags),
    }
    return values.get(field) or ""


# Names of fields in answers, where they differ from the value of the enum.
_FIELD_NAMES = {
    RecordField.PUBLISHED: "date of publication",
    RecordField.DOI: "DOI",
    RecordField.PMID: "PMID",
}

# A sentence about a field that the catalogue does not have contains one of these words.
_CUES = {
    RecordField.LICENCE: r"\blicen[cs]",
    RecordField.CITATIONS: r"\bcited\b|\bcitations?\b",
    RecordField.AFFILIATION: r"\bfund|\bsponsor|\buniversit|\binstitut|\blaborator",
    RecordField.JOURNAL: r"\bpublished\s+in\b|\bjournal\b|\bproceedings\b",
}


def _sentences_about(
    question: Question, stored: StoredPaper, field: RecordField, library: Library, filters: Filters
) -> RetrievedEvidence | None:
    """The best sentence of the abstract for `question` if it is about `field`, else None."""
    if field not in _CUES:
        return None
    retrieved = retrieve_evidence(question, library, 1, replace(filters, only=(stored.number,)))
    cue = re.compile(_CUES[field], re.IGNORECASE)
    evidence = tuple(source for source in retrieved.evidence if cue.search(source.sentence))
    if not evidence:
        return None
    return replace(retrieved, evidence=evidence, answerability=math.inf, extractive=True)

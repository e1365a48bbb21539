"""Answers about one paper that the question names: its summary, or what the catalogue knows."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answering.answer import Evidence
from assistant.answering.question_kinds import RecordField
from assistant.answering.retrieval import RetrievedEvidence, near_papers, retrieve_evidence
from assistant.errors import PaperNotFound
from assistant.paper import normalised
from assistant.text.names import bears
from assistant.text.sentences import sentence_spans
from assistant.text.words import vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering.question import Question
    from assistant.library import Filters, Hit, Library, StoredPaper

_LOOKED_AT = 5
# So much of what names the paper has to be in its title, or in title and abstract.
_LEAST_NAMED = 0.6
_KEY = re.compile(
    r"#?\d+|(?:doi|arxiv|pmid|text):\S+|10\.\d{4,9}/\S+|\d{4}\.\d{4,5}(?:v\d+)?", re.IGNORECASE
)

_CONTRIBUTION = re.compile(
    r"\b(?:we|this\s+(?:paper|work|article|study)|here)\b.{0,60}?\b(?:propos|introduc|present|develop"
    r"|describ|stud|investigat|explor|show|demonstrat|extend|adapt|provide|argue|address)\w*",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"\b(?:outperform|achiev|result|show|demonstrat|improv|find|found|experiment|reveal|reduc"
    r"|increas|indicat|conclud)\w*",
    re.IGNORECASE,
)
_FEWEST_WORDS = 5


def summary(topic: Question, library: Library, filters: Filters) -> RetrievedEvidence:
    """The sentences of the paper that `topic` names which say what was done, and what came out."""
    stored, hits = named_paper(topic, library, filters)
    if stored is None:
        return _nothing(hits, "No paper in the library is called so.")
    if not stored.abstract:
        return _nothing(hits, "The library has the title of this paper alone, no abstract.")
    spans = sentence_spans(stored.abstract)
    return RetrievedEvidence(
        evidence=tuple(
            Evidence(stored, stored.abstract[start:end], start, end, 1.0)
            for start, end in _key_sentences(stored.abstract, spans)
        ),
        nearest=near_papers(hits),
        odds=math.inf,
        whole=True,
    )


def record(
    question: Question, topic: Question, field: RecordField, library: Library, filters: Filters
) -> RetrievedEvidence:
    """What the catalogue, or else the abstract, says of `field` of the paper that `topic` names."""
    stored, hits = named_paper(topic, library, filters)
    if stored is None:
        return _nothing(hits, "No paper in the library is called so.")
    known = _known(stored, field)
    if known:
        source = Evidence(stored, f"{_heading(field)}: {known}", 0, 0, 1.0, field.value)
        return RetrievedEvidence((source,), near_papers(hits), math.inf, whole=True, headed=True)
    said = _said(question, stored, field, library, filters)
    if said is not None:
        return said
    called = _CALLED.get(field, field.value)
    return _nothing(hits, f"The library does not know the {called} of “{stored.title}”.")


def _nothing(hits: Sequence[Hit], note: str) -> RetrievedEvidence:
    """A refusal, with its reason."""
    return RetrievedEvidence((), near_papers(hits), -math.inf, note=note)


def named_paper(
    topic: Question, library: Library, filters: Filters
) -> tuple[StoredPaper | None, Sequence[Hit]]:
    """The paper that `topic` names by its id, its title, or a name in it; and what search found.

    If one paper alone is asked, it is that one, whatever it is called.
    """
    if filters.one_paper is not None:
        return library.get(f"#{filters.one_paper}"), ()
    if _KEY.fullmatch(topic.text.strip()):
        try:
            return library.get(topic.text.strip()), ()
        except PaperNotFound:
            pass
    hits = library.search(topic.text, _LOOKED_AT, filters)
    wanted = normalised(topic.text)
    for hit in hits:
        if wanted and f" {wanted} " in f" {normalised(hit.stored.title)} ":
            return hit.stored, hits
    named = [(_named(topic, hit.stored), -n) for n, hit in enumerate(hits)]
    best, place = max(named, default=(0.0, 0))
    return (hits[-place].stored if best >= _LEAST_NAMED else None), hits


def _named(topic: Question, stored: StoredPaper) -> float:
    """How much of what names the paper is in it; the title counts more than the abstract."""
    text = f"{stored.title}. {stored.abstract}"
    if topic.names and not all(bears(text, name) for name in topic.names):
        return 0.0
    if not topic.words:
        return 0.0
    title, whole = vocabulary(stored.title), vocabulary(text)
    in_title = sum(word in title for word in topic.words) / len(topic.words)
    in_text = sum(word in whole for word in topic.words) / len(topic.words)
    return (in_title + 2 * in_text) / 3 + 0.01 * in_title


def _key_sentences(abstract: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The first sentence that says what was done and the last that says what came out."""
    long = [span for span in spans if len(abstract[slice(*span)].split()) >= _FEWEST_WORDS]
    done = next((span for span in long if _CONTRIBUTION.search(abstract[slice(*span)])), None)
    if done is None:
        # A paper without an abstract has no sentence at all.
        if not spans:
            return []
        done = (long or list(spans))[0]
    behind = [span for span in long if span > done and _RESULT.search(abstract[slice(*span)])]
    return [done, *behind[-1:]]


def _known(stored: StoredPaper, field: RecordField) -> str:
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


# What people call a field that is not called so.
_CALLED = {
    RecordField.PUBLISHED: "date of publication",
    RecordField.DOI: "DOI",
    RecordField.PMID: "PMID",
}


def _heading(field: RecordField) -> str:
    """The name of `field` before its value."""
    name = _CALLED.get(field, field.value)
    return name[0].upper() + name[1:]


# Words of which a sentence needs one to speak of a field that the catalogue does not have.
_SPEAKS_OF = {
    RecordField.LICENCE: r"\blicen[cs]",
    RecordField.CITATIONS: r"\bcited\b|\bcitations?\b",
    RecordField.AFFILIATION: r"\bfund|\bsponsor|\buniversit|\binstitut|\blaborator",
    RecordField.JOURNAL: r"\bpublished\s+in\b|\bjournal\b|\bproceedings\b",
}


def _said(
    question: Question, stored: StoredPaper, field: RecordField, library: Library, filters: Filters
) -> RetrievedEvidence | None:
    if field not in _SPEAKS_OF:
        return None
    found = retrieve_evidence(question, library, 1, replace(filters, only=(stored.number,)))
    speaks = re.compile(_SPEAKS_OF[field], re.IGNORECASE)
    kept = tuple(source for source in found.evidence if speaks.search(source.sentence))
    return replace(found, evidence=kept, odds=math.inf, whole=True) if kept else None

"""Figures about many outcomes, for a table in Markdown and for JSON."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.evaluating.outcome import SEVERAL_PAPERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.evaluating.outcome import Outcome


@dataclass(frozen=True)
class Figure:
    """A figure: its name and `value` in JSON, its label and `text` in a table."""

    name: str
    label: str
    text: str
    value: Any


def share(name: str, label: str, flags: Iterable[bool]) -> list[Figure]:
    """How many of `flags` are true; nothing if there are none."""
    values = list(flags)
    if not values:
        return []
    count, of = sum(values), len(values)
    text = f"{count} of {of} ({100 * count / of:.0f}%)"
    return [Figure(name, label, text, {"count": count, "of": of, "share": round(count / of, 4)})]


def figures(outcomes: Sequence[Outcome]) -> list[Figure]:
    """All figures that `outcomes` have; without outcomes there are none."""
    answerable = [one for one in outcomes if one.expected.answerable]
    one_paper = [one for one in answerable if one.kind not in SEVERAL_PAPERS]
    papers = [one for one in one_paper if one.expected.papers]
    facts = [one for one in one_paper if one.expected.facts]
    replies = [one for one in answerable if one.expected.reply]
    direct = [one for one in one_paper if one.expected.facts or one.expected.reply]
    answered = [one for one in outcomes if not one.answer.refused]
    model = [
        any(claim.verdict == "supported" and not claim.shortened for claim in one.claims)
        for one in one_paper
    ]
    return [
        *share("right", "right in everything expected", (one.right for one in outcomes)),
        *share("right_paper", "right paper among the cited", (one.right_paper for one in papers)),
        *share("right_paper_first", "right paper first", (one.right_paper_first for one in papers)),
        *share("fact_in_answer", "key fact in the answer", (one.fact_in_answer for one in facts)),
        *share("direct", "direct first sentence", (one.direct for one in direct)),
        *share(
            "reply_right",
            "yes or no: said, and right",
            (one.said == one.expected.reply for one in replies),
        ),
        *share(
            "reply_wrong",
            "yes or no: said, and wrong",
            (one.said not in (one.expected.reply, None) for one in replies),
        ),
        *share("by_model", "a sentence by the model", model),
        *_several_papers(answerable),
        *share("wrongly_refused", "wrongly refused", (one.answer.refused for one in answerable)),
        *share(
            "unsure_with_right_passage",
            "unsure with a right passage",
            (
                one.unsure_with_right_passage
                for one in answerable
                if one.expected.papers or one.expected.facts
            ),
        ),
        *share(
            "rightly_refused",
            "rightly refused",
            (one.answer.refused for one in outcomes if not one.expected.answerable),
        ),
        *_median("words", "words per answer", (one.words for one in answered), ".0f"),
        *_times(outcomes, answered),
    ]


def _several_papers(outcomes: Sequence[Outcome]) -> list[Figure]:
    found = []
    for kind in SEVERAL_PAPERS:
        of_kind = [one for one in outcomes if one.kind == kind]
        if cited := [one for one in of_kind if one.expected.papers]:
            recall = statistics.mean(one.recall for one in cited)
            precision = statistics.mean(one.precision for one in cited)
            found.append(
                Figure(
                    f"{kind}_papers",
                    f"{kind}: right papers cited / cited papers right",
                    f"{recall:.0%} / {precision:.0%} of {len(cited)}",
                    {
                        "recall": round(recall, 4),
                        "precision": round(precision, 4),
                        "of": len(cited),
                    },
                )
            )
        facts = (one.fact_in_answer for one in of_kind if one.expected.facts)
        found += share(f"{kind}_facts", f"{kind}: key facts in the answer", facts)
    return found


def _times(outcomes: Sequence[Outcome], answered: Sequence[Outcome]) -> list[Figure]:
    first = (one.answer.timings.first_word_s for one in outcomes)
    times = {
        "evidence": (one.answer.timings.evidence_s for one in outcomes),
        "first sentence": (seconds for seconds in first if seconds is not None),
        "whole answer": (one.answer.timings.total_s for one in answered),
    }
    return [
        figure
        for label, seconds in times.items()
        for figure in _median(
            f"{label.replace(' ', '_')}_s", f"time to {label}", seconds, ".2f", " s"
        )
    ]


def _median(
    name: str, label: str, values: Iterable[float], form: str, unit: str = ""
) -> list[Figure]:
    every = list(values)
    if not every:
        return []
    median = statistics.median(every)
    return [Figure(name, f"{label}, median", f"{median:{form}}{unit}", round(median, 4))]


def markdown_table(title: str, figures_shown: Iterable[Figure], heading: str = "") -> str:
    """A table in Markdown; `title` and `heading` are what its columns are called."""
    rows = [f"| {title} | {heading} |", "|---|---|"]
    return "\n".join([*rows, *(f"| {one.label} | {one.text} |" for one in figures_shown)])

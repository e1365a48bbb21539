"""Answers in one run: right paper, key fact, refusals. Prints a table in Markdown.

Usage: python -m benchmarks.answers [--page FILE] [--questions FILE] [--only KIND] [--show]

The questions were written beside the papers of the page and the thresholds of
`assistant/answering/evidence.py` were chosen on them, so the figures are optimistic. `near`
questions are of the same field as the papers, `far` ones are of anything else; both kinds have no
answer in them.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assistant.answering import Answer, AnswerDone, Asker
from assistant.reading import read_file
from assistant.session import Session
from assistant.settings import load_settings

PAGE = Path(__file__).resolve().parents[2] / "shared" / "data" / "trending_page.txt"
QUESTIONS = Path(__file__).with_name("questions.jsonl")
KINDS = ("answerable", "near", "far")


@dataclass(frozen=True)
class Asked:
    """A question, the paper and the fact that would answer it (None: there is none), the answer."""

    question: str
    kind: str
    title: str | None
    fact: str | None
    answer: Answer

    @property
    def right_paper(self) -> bool:
        """The right paper is among those that are cited."""
        cited = {n for claim in self.answer.claims if claim.shown for n in claim.citations}
        return any(self.answer.sources[n - 1].stored.title == self.title for n in cited)

    @property
    def right_paper_first(self) -> bool:
        """The best evidence is of the right paper."""
        sources = self.answer.sources
        return bool(sources) and sources[0].stored.title == self.title

    @property
    def fact_in_evidence(self) -> bool:
        """A sentence of the right paper that has the key fact is among the evidence."""
        return any(
            source.stored.title == self.title and self._has_fact(source.text)
            for source in self.answer.sources
        )

    @property
    def fact_in_answer(self) -> bool:
        """The key fact is in the text of the answer."""
        return self._has_fact(self.answer.text)

    @property
    def verdicts(self) -> set[str]:
        """The verdicts of the claims."""
        return {claim.verdict for claim in self.answer.claims}

    def _has_fact(self, text: str) -> bool:
        return self.fact is not None and re.search(self.fact, text, re.IGNORECASE) is not None


def answered(asker: Asker, question: str) -> Answer:
    """The whole answer to `question`."""
    return next(event.answer for event in asker.ask(question) if isinstance(event, AnswerDone))


def ask_all(page: Path, questions: Path, kinds: Iterable[str]) -> list[Asked]:
    """Ask every question of `kinds` over the papers of `page`, in a library made for it."""
    lines = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(library=Path(folder))
        with Session(settings, lambda note: print(note, file=sys.stderr)) as session:
            session.library.add(read_file(page, lambda failure: print(failure, file=sys.stderr)))
            session.library.embed_missing()
            answered(session.asker, "What is a language model?")  # warm
            return [
                Asked(
                    question=line["question"],
                    kind=line["kind"],
                    title=line["title"],
                    fact=line["fact"],
                    answer=answered(session.asker, line["question"]),
                )
                for line in lines
                if line["kind"] in kinds
            ]


def share(values: Iterable[bool]) -> str:
    """How many of how many, and in percent."""
    listed = list(values)
    return f"{sum(listed)} of {len(listed)} ({100 * sum(listed) / len(listed):.0f}%)"


def table(asked: list[Asked]) -> list[tuple[str, str]]:
    """The rows that the questions asked allow."""
    by_kind = {kind: [one for one in asked if one.kind == kind] for kind in KINDS}
    answerable = by_kind["answerable"]
    rows: list[tuple[str, str]] = []
    if answerable:
        rows += [
            ("right paper among the cited", share(one.right_paper for one in answerable)),
            ("right paper first", share(one.right_paper_first for one in answerable)),
            ("key fact in the evidence", share(one.fact_in_evidence for one in answerable)),
            ("key fact in the answer", share(one.fact_in_answer for one in answerable)),
            ("a sentence by the model", share("supported" in one.verdicts for one in answerable)),
            ("wrongly refused", share(one.answer.refused for one in answerable)),
        ]
    for kind in KINDS[1:]:
        if by_kind[kind]:
            rows.append(
                (f"{kind}: rightly refused", share(o.answer.refused for o in by_kind[kind]))
            )
    rows += [
        (f"{label}, median", f"{statistics.median(values):.2f} s")
        for label, values in (
            ("time to evidence", [one.answer.timings.evidence_s for one in asked]),
            ("time to first sentence", [
                one.answer.timings.first_word_s
                for one in asked
                if one.answer.timings.first_word_s is not None
            ]),
            ("time to whole answer", [
                one.answer.timings.total_s for one in asked if not one.answer.refused
            ]),
        )
        if values
    ]  # fmt: skip
    return rows


def show(asked: Asked) -> None:
    """Print a question with everything that came of it."""
    good = asked.fact_in_answer if asked.title else asked.answer.refused
    print(f"\n{'good' if good else 'BAD '} {asked.kind}: {asked.question}")
    for claim in asked.answer.claims:
        print(f"     {claim.verdict:9} {claim.marked}")


def main() -> None:
    """Ask and print."""
    parser = argparse.ArgumentParser(description="Measure answers.")
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--only", choices=KINDS, help="ask questions of one kind")
    parser.add_argument("--show", action="store_true", help="print every answer too")
    given = parser.parse_args()
    asked = ask_all(given.page, given.questions, [given.only] if given.only else KINDS)
    if given.show:
        for one in asked:
            show(one)
    print("\n| answers | |\n|---|---|")
    for label, value in table(asked):
        print(f"| {label} | {value} |")


if __name__ == "__main__":
    main()

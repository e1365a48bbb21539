"""Answers in one run: right paper, key fact, refusals. Prints tables in Markdown.

Usage: python -m benchmarks.answers [--page FILE] [--split tuning] [--only KIND] [--quotations]
                                    [--show]

The questions were written over the abstracts of the page. Half of each kind is for tuning, with
the questions of an earlier version that everything was tuned on; half is kept back, and only its
figures were ever looked at while the answers were made better. `near` questions are of the same
field as the papers, `far` ones are of anything else, `metadata` ones ask for what neither page nor
abstracts say: all three have to be refused.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.answering import Answer, AnswerDone, AnswerPipeline, Turn
from assistant.models.fake import ScriptedModel
from assistant.reading import read_file
from assistant.session import Session
from assistant.settings import load_settings

PAGE = Path(__file__).resolve().parents[2] / "shared" / "data" / "trending_page.txt"
QUESTIONS = Path(__file__).with_name("questions.jsonl")
SPLITS = ("tuning", "kept_back")
# A sentence, or some, of one paper answers these ...
ONE_PAPER = ("fact", "definition", "follow_up", "summary")
# ... several papers these ...
MANY_PAPERS = ("list", "comparison", "overview")
# ... and nothing these.
UNANSWERABLE = ("near", "far", "metadata")
KINDS = (*ONE_PAPER, *MANY_PAPERS, *UNANSWERABLE)


@dataclass(frozen=True)
class Asked:
    """A question with what would answer it, and the answer that was given."""

    id: str
    split: str
    kind: str
    question: str
    titles: frozenset[str]
    fact: str | None
    sentences: tuple[str, ...]
    answer: Answer

    @property
    def cited(self) -> set[str]:
        """The titles of the papers that are cited."""
        numbers = {n for claim in self.answer.claims if claim.shown for n in claim.citations}
        return {self.answer.sources[n - 1].stored.title for n in numbers}

    @property
    def right_paper(self) -> bool:
        """A right paper is among those that are cited."""
        return bool(self.cited & self.titles)

    @property
    def right_paper_first(self) -> bool:
        """The best evidence is of a right paper."""
        sources = self.answer.sources
        return bool(sources) and sources[0].stored.title in self.titles

    @property
    def sentence_in_evidence(self) -> bool:
        """A sentence that answers is among the first four of the evidence."""
        return any(
            source.stored.title in self.titles
            and (
                any(_same(source.text, sentence) for sentence in self.sentences)
                or (not self.sentences and self._has_fact(source.text))
            )
            for source in self.answer.sources[:4]
        )

    @property
    def fact_in_answer(self) -> bool:
        """The key fact is in the text of the answer, and a right paper is cited."""
        return self.right_paper and self._has_fact(self.answer.text)

    @property
    def recall(self) -> float:
        """The share of the right papers that are cited."""
        return len(self.cited & self.titles) / len(self.titles)

    @property
    def precision(self) -> float:
        """The share of the cited papers that are right."""
        return len(self.cited & self.titles) / len(self.cited) if self.cited else 0.0

    @property
    def unsupported(self) -> int:
        """Sentences that are shown as quotations, but stand in no abstract that they cite."""
        return sum(
            not any(
                claim.text in (self.answer.sources[n - 1].text, self.answer.sources[n - 1].sentence)
                for n in claim.citations
            )
            for claim in self.answer.claims
            if claim.verdict == "quoted"
        )

    @property
    def verdicts(self) -> set[str]:
        """The verdicts of the claims."""
        return {claim.verdict for claim in self.answer.claims}

    def _has_fact(self, text: str) -> bool:
        return self.fact is not None and re.search(self.fact, text, re.IGNORECASE) is not None


def _same(one: str, other: str) -> bool:
    """Whether one sentence is the other, or most of it."""
    one, other = " ".join(one.split()), " ".join(other.split())
    return one in other or other in one


def answered(asker: AnswerPipeline, question: str, history: Sequence[str] = ()) -> Answer:
    """The whole answer to `question`, which comes after the questions of `history`."""
    turns: list[Turn] = []
    for earlier in history:
        answer = answered(asker, earlier, [turn.question for turn in turns])
        turns.append(Turn(earlier, answer.text, answer.refused))
    events = asker.ask(question, turns)
    return next(event.answer for event in events if isinstance(event, AnswerDone))


def ask_all(
    page: Path, questions: Path, splits: Iterable[str], kinds: Iterable[str], *, quotations: bool
) -> list[Asked]:
    """Ask every question of `splits` and `kinds` over the papers of `page`."""
    lines = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(library=Path(folder))
        with Session(settings, lambda note: print(note, file=sys.stderr)) as session:
            session.library.add(read_file(page, lambda failure: print(failure, file=sys.stderr)))
            session.library.vectors.embed_missing()
            silent = ScriptedModel(lambda request: "", context_tokens=100_000)
            asker = (
                AnswerPipeline(session.library, silent, settings)
                if quotations
                else session.answer_pipeline
            )
            answered(asker, "What is a language model?")  # warm
            return [
                Asked(
                    id=line["id"],
                    split=line["split"],
                    kind=line["kind"],
                    question=line["question"],
                    titles=frozenset(line["titles"]),
                    fact=line["fact"],
                    sentences=tuple(line["sentences"]),
                    answer=answered(asker, line["question"], line["history"]),
                )
                for line in lines
                if line["kind"] in kinds and line["split"] in splits
            ]


def share(values: Iterable[bool]) -> str:
    """How many of how many, and in percent."""
    listed = list(values)
    return f"{sum(listed)} of {len(listed)} ({100 * sum(listed) / len(listed):.0f}%)"


def table(asked: Sequence[Asked]) -> list[tuple[str, str]]:
    """The rows that the questions asked allow."""
    one = [a for a in asked if a.kind in ONE_PAPER]
    facts = [a for a in asked if a.kind == "fact"]
    answerable = [a for a in asked if a.kind not in UNANSWERABLE]
    refusable = [a for a in asked if a.kind in UNANSWERABLE]
    rows: list[tuple[str, str]] = []
    if one:
        rows += [
            ("right paper among the cited", share(a.right_paper for a in one)),
            ("right paper first", share(a.right_paper_first for a in one)),
            ("key fact in the answer", share(a.fact_in_answer for a in one if a.fact)),
            ("a sentence by the model", share("supported" in a.verdicts for a in one)),
        ]
    if facts:
        rows += [
            (
                "fact: answering sentence in the evidence",
                share(a.sentence_in_evidence for a in facts),
            ),
            ("fact: key fact in the answer", share(a.fact_in_answer for a in facts)),
        ]
    for kind in MANY_PAPERS:
        some = [a for a in asked if a.kind == kind]
        if some:
            recall, precision = (
                statistics.mean(getattr(a, name) for a in some) for name in ("recall", "precision")
            )
            rows.append((f"{kind}: right papers cited / cited papers right",
                         f"{recall:.0%} / {precision:.0%} of {len(some)}"))  # fmt: skip
    if answerable:
        rows.append(("wrongly refused", share(a.answer.refused for a in answerable)))
    if refusable:
        rows.append(("rightly refused", share(a.answer.refused for a in refusable)))
    for kind in UNANSWERABLE:
        some = [a for a in asked if a.kind == kind]
        if some:
            rows.append((f"{kind}: rightly refused", share(a.answer.refused for a in some)))
    rows.append(("quotations that are none", str(sum(a.unsupported for a in asked))))
    rows += [
        (f"{label}, median", f"{statistics.median(values):.2f} s")
        for label, values in (
            ("time to evidence", [a.answer.timings.evidence_s for a in asked]),
            ("time to first sentence", [
                a.answer.timings.first_word_s
                for a in asked
                if a.answer.timings.first_word_s is not None
            ]),
            ("time to whole answer", [
                a.answer.timings.total_s for a in asked if not a.answer.refused
            ]),
        )
        if values
    ]  # fmt: skip
    return rows


def show(asked: Asked) -> None:
    """Print a question with everything that came of it."""
    if asked.kind in UNANSWERABLE:
        good = asked.answer.refused
    elif asked.kind in MANY_PAPERS:
        good = asked.recall > 0.99 and asked.precision > 0.49
    else:
        good = asked.fact_in_answer
    print(f"\n{'good' if good else 'BAD '} {asked.id} {asked.kind}: {asked.question}")
    if asked.titles and not asked.sentence_in_evidence and asked.kind not in MANY_PAPERS:
        print(f"     not in the evidence; wanted {sorted(asked.titles)} {asked.fact}")
    for claim in asked.answer.claims:
        print(f"     {claim.verdict:9} {claim.marked}")
    for title in sorted(asked.titles - asked.cited):
        print(f"     not cited: {title}")
    if asked.answer.note:
        print(f"     note: {asked.answer.note}")


def main() -> None:
    """Ask and print."""
    parser = argparse.ArgumentParser(description="Measure answers.")
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--split", choices=SPLITS, help="ask questions of one half")
    parser.add_argument("--only", choices=KINDS, help="ask questions of one kind")
    parser.add_argument("--quotations", action="store_true", help="quote, without a model")
    parser.add_argument("--show", action="store_true", help="print every answer too")
    given = parser.parse_args()
    asked = ask_all(
        given.page,
        given.questions,
        [given.split] if given.split else SPLITS,
        [given.only] if given.only else KINDS,
        quotations=given.quotations,
    )
    if given.show:
        for one in asked:
            show(one)
    for split in SPLITS:
        rows = table([one for one in asked if one.split == split])
        print(f"\n| {split.replace('_', ' ')} | |\n|---|---|")
        for label, value in rows:
            print(f"| {label} | {value} |")


if __name__ == "__main__":
    main()

"""Quality of answers: right paper, key fact, refusals. Prints tables in Markdown.

Usage: python -m benchmarks.answers [--page FILE] [--fields] [--data FOLDER] [--split tuning]
                                    [--only KIND] [--quotations] [--show]

The questions were written for the abstracts of the page. Half of each kind, and all questions of an
earlier version, are for tuning; the other half is held out, so that only its totals were looked at
while the answers were improved. `near` questions are about the same field as the papers, `far` ones
about anything else, `metadata` ones ask for what neither page nor abstracts contain: all three must
be refused.

`--fields` asks about another library, papers of biomedicine, aeronautics, physics and software
testing, instead of the page: see `benchmarks.fields`.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.answering import Answer, AnswerDone, AnswerPipeline, Turn
from assistant.errors import UsageError
from assistant.models.fake import ScriptedModel
from assistant.paper import Paper
from assistant.reading import read_file
from assistant.session import Session
from assistant.settings import load_settings
from benchmarks import fields
from benchmarks.measuring import DATA, PAGE, log

QUESTIONS = Path(__file__).with_name("questions.jsonl")
SPLITS = ("tuning", "held_out", "kept_back")
# Kinds that sentences of one paper answer, ...
ONE_PAPER = ("fact", "definition", "follow_up", "summary", "yes_no", "why")
# ... kinds that several papers answer, ...
MANY_PAPERS = ("list", "comparison", "overview")
# ... and kinds without an answer.
UNANSWERABLE = ("near", "far", "metadata", "unsaid")
KINDS = (*ONE_PAPER, *MANY_PAPERS, *UNANSWERABLE)


@dataclass(frozen=True)
class Result:
    """A question with the expected answer and the actual one.

    `titles` are the right papers, `fact` is a regular expression for the key fact, `sentences` are
    the answering sentences, and `verdict` is what a question for yes or no has to be told.
    """

    id: str
    split: str
    kind: str
    question: str
    titles: frozenset[str]
    fact: str | None
    sentences: tuple[str, ...]
    verdict: str | None
    answer: Answer

    @property
    def cited(self) -> set[str]:
        """The titles of the cited papers."""
        numbers = {n for claim in self.answer.claims if claim.shown for n in claim.citations}
        return {self.answer.sources[n - 1].stored.title for n in numbers}

    @property
    def right_paper(self) -> bool:
        """Whether a right paper is cited."""
        return bool(self.cited & self.titles)

    @property
    def right_paper_first(self) -> bool:
        """Whether the best evidence is from a right paper."""
        sources = self.answer.sources
        return bool(sources) and sources[0].stored.title in self.titles

    @property
    def sentence_in_evidence(self) -> bool:
        """Whether an answering sentence is among the first four of the evidence."""
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
        """Whether the answer contains the key fact and cites a right paper."""
        return self.right_paper and self._has_fact(self.answer.text)

    @property
    def said(self) -> str | None:
        """`yes` or `no` if the answer begins with it."""
        word = re.match(r"\W*(yes|no)\b", self.answer.text, re.IGNORECASE)
        return word[1].lower() if word else None

    @property
    def good(self) -> bool:
        """Whether the answer is what was wanted, as far as one flag can tell."""
        if self.kind in UNANSWERABLE:
            return self.answer.refused
        if self.kind in MANY_PAPERS:
            return self.recall > 0.99 and self.precision > 0.49
        if self.verdict:
            return self.right_paper and (
                self.verdict == "both" or self.said in (self.verdict, None)
            )
        return self.fact_in_answer

    @property
    def recall(self) -> float:
        """Share of the right papers that are cited."""
        return len(self.cited & self.titles) / len(self.titles)

    @property
    def precision(self) -> float:
        """Share of the cited papers that are right."""
        return len(self.cited & self.titles) / len(self.cited) if self.cited else 0.0

    @property
    def false_quotations(self) -> int:
        """Number of quotations that are not in the abstracts they cite."""
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
    """Whether one sentence contains the other."""
    one, other = " ".join(one.split()), " ".join(other.split())
    return one in other or other in one


def ask(pipeline: AnswerPipeline, question: str, history: Sequence[str] = ()) -> Answer:
    """The answer to `question` after the questions of `history`."""
    turns: list[Turn] = []
    for earlier in history:
        answer = ask(pipeline, earlier, [turn.question for turn in turns])
        turns.append(Turn.of(earlier, answer))
    events = pipeline.ask(question, turns)
    return next(event.answer for event in events if isinstance(event, AnswerDone))


def page_questions(path: Path) -> list[dict[str, Any]]:
    """The questions about the page."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def fields_questions(papers: Mapping[str, Paper]) -> list[dict[str, Any]]:
    """The questions about the papers of other fields, in the form of those about the page."""
    return [
        line
        | {
            "titles": [papers[one].title for one in line["papers"]],
            "fact": fields.pattern(line["facts"]) if line["facts"] else None,
        }
        for line in fields.questions()
    ]


def ask_all(
    papers: Iterable[Paper],
    lines: Sequence[dict[str, Any]],
    splits: Iterable[str],
    kinds: Iterable[str],
    *,
    quotations: bool,
) -> list[Result]:
    """Ask every question of `splits` and `kinds` over `papers`."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(library=Path(folder))
        with Session(settings, log) as session:
            session.library.add(papers)
            session.library.vectors.embed_missing()
            silent = ScriptedModel(lambda request: "", context_tokens=100_000)
            pipeline = (
                AnswerPipeline(session.library, silent, settings)
                if quotations
                else session.answer_pipeline
            )
            ask(pipeline, "What is a language model?")  # warm
            return [
                Result(
                    id=line["id"],
                    split=line["split"],
                    kind=line["kind"],
                    question=line["question"],
                    titles=frozenset(line["titles"]),
                    fact=line["fact"],
                    sentences=tuple(line["sentences"]),
                    verdict=line.get("verdict"),
                    answer=ask(pipeline, line["question"], line["history"]),
                )
                for line in lines
                if line["kind"] in kinds and line["split"] in splits
            ]


def share(flags: Sequence[bool]) -> str:
    """Count, total and percentage of true flags."""
    return f"{sum(flags)} of {len(flags)} ({100 * sum(flags) / len(flags):.0f}%)"


def table(results: Sequence[Result]) -> list[tuple[str, str]]:
    """Labels and figures for the kinds of questions in `results`."""
    one = [a for a in results if a.kind in ONE_PAPER]
    facts = [a for a in results if a.kind == "fact"]
    plain = [a for a in results if a.verdict in ("yes", "no")]
    refused = {kind: [a.answer.refused for a in results if a.kind == kind] for kind in UNANSWERABLE}
    flags = {
        "right paper among the cited": [a.right_paper for a in one],
        "right paper first": [a.right_paper_first for a in one],
        "key fact in the answer": [a.fact_in_answer for a in one if a.fact],
        "comparison: key facts in the answer": [
            a.fact_in_answer for a in results if a.kind == "comparison" and a.fact
        ],
        "yes or no: said, and right": [a.said == a.verdict for a in plain],
        "yes or no: said, and wrong": [a.said not in (a.verdict, None) for a in plain],
        "a sentence by the model": ["supported" in a.verdicts for a in one],
        "fact: answering sentence in the evidence": [a.sentence_in_evidence for a in facts],
        "fact: key fact in the answer": [a.fact_in_answer for a in facts],
        "wrongly refused": [a.answer.refused for a in results if a.kind not in UNANSWERABLE],
        "rightly refused": [flag for answers in refused.values() for flag in answers],
        **{f"{kind}: rightly refused": answers for kind, answers in refused.items()},
    }
    rows = [(label, share(values)) for label, values in flags.items() if values]
    for kind in MANY_PAPERS:
        if some := [a for a in results if a.kind == kind]:
            recall = statistics.mean(a.recall for a in some)
            precision = statistics.mean(a.precision for a in some)
            figure = f"{recall:.0%} / {precision:.0%} of {len(some)}"
            rows.append((f"{kind}: right papers cited / cited papers right", figure))
    rows.append(("false quotations", str(sum(a.false_quotations for a in results))))
    timings = [a.answer.timings for a in results]
    seconds = {
        "time to evidence": [one.evidence_s for one in timings],
        "time to first sentence": [
            one.first_word_s for one in timings if one.first_word_s is not None
        ],
        "time to whole answer": [a.answer.timings.total_s for a in results if not a.answer.refused],
    }
    return rows + [
        (f"{label}, median", f"{statistics.median(values):.2f} s")
        for label, values in seconds.items()
        if values
    ]


def show(result: Result) -> None:
    """Print a question with its answer and what is wrong with it."""
    answer = result.answer
    print(f"\n{'good' if result.good else 'BAD '} {result.id} {result.kind}: {result.question}")
    if result.titles and not result.sentence_in_evidence and result.kind not in MANY_PAPERS:
        print(f"     not in the evidence; wanted {sorted(result.titles)} {result.fact}")
    for claim in answer.claims:
        print(f"     {claim.verdict:9} {claim.marked}")
    for title in sorted(result.titles - result.cited):
        print(f"     not cited: {title}")
    if answer.note:
        print(f"     note: {answer.note}")


def main() -> None:
    """Ask all questions and print the tables."""
    parser = argparse.ArgumentParser(description="Measure the quality of answers.")
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--fields", action="store_true", help="ask about papers of other fields")
    parser.add_argument("--data", type=Path, default=DATA, help="where --fields reads them")
    parser.add_argument("--split", choices=SPLITS, help="ask only the questions of one half")
    parser.add_argument("--only", choices=KINDS, help="ask only questions of one kind")
    parser.add_argument("--quotations", action="store_true", help="quote, without a model")
    parser.add_argument("--show", action="store_true", help="also print every answer")
    arguments = parser.parse_args()
    papers: Iterable[Paper]
    if arguments.fields:
        try:
            by_id = fields.papers(arguments.data)
        except UsageError as error:
            parser.error(str(error))
        papers, questions = by_id.values(), fields_questions(by_id)
    else:
        papers = read_file(arguments.page, lambda failure: log(str(failure)))
        questions = page_questions(arguments.questions)
    results = ask_all(
        papers,
        questions,
        [arguments.split] if arguments.split else SPLITS,
        [arguments.only] if arguments.only else KINDS,
        quotations=arguments.quotations,
    )
    if arguments.show:
        for result in results:
            show(result)
    for split in [one for one in SPLITS if any(result.split == one for result in results)]:
        print(f"\n| {split.replace('_', ' ')} | |\n|---|---|")
        for label, figure in table([one for one in results if one.split == split]):
            print(f"| {label} | {figure} |")


if __name__ == "__main__":
    main()

"""Quality of answers: right paper, key fact, refusals. Prints tables in Markdown.

Usage: python -m benchmarks.answers [--page FILE] [--fields] [--data FOLDER] [--split tuning]
                                    [--only KIND] [--system NAME ...] [--show]

The questions were written for the abstracts of the page. Half of each kind, and all questions of an
earlier version, are for tuning; the other half is held out, so that only its totals were looked at
while the answers were improved. `near` questions are about the same field as the papers, `far` ones
about anything else, `metadata` ones ask for what neither page nor abstracts contain: all three must
be refused.

`--fields` asks about another library, papers of biomedicine, aeronautics, physics and software
testing, instead of the page: see `benchmarks.fields`.

`--system` names what answers, once for each column of the table: `product` (alone without it),
`quotations` (the product without a model), and `plain`, the stack of `benchmarks.plain_stack`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from assistant.answering import Answer, AnswerPipeline
from assistant.errors import UsageError
from assistant.evaluating import (
    SEVERAL_PAPERS,
    Expected,
    Figure,
    KeyFact,
    Outcome,
    ask,
    figures,
    paper_name,
    quoting_pipeline,
    share,
)
from assistant.library import StoredPaper
from assistant.paper import Paper
from assistant.reading import read_file
from assistant.session import Session
from assistant.settings import Settings, load_settings
from assistant.text.names import missing_facts
from benchmarks import fields
from benchmarks.measuring import DATA, PAGE, log, print_table
from benchmarks.plain_stack import PlainStack

QUESTIONS = Path(__file__).with_name("questions.jsonl")
SPLITS = ("tuning", "held_out", "kept_back")
# Kinds that sentences of one paper answer, and kinds without an answer.
ONE_PAPER = ("fact", "definition", "follow_up", "summary", "yes_no", "why")
UNANSWERABLE = ("near", "far", "metadata", "unsaid")
KINDS = (*ONE_PAPER, *SEVERAL_PAPERS, *UNANSWERABLE)
# What answers: the product, the product without a model, and a plain stack.
SYSTEMS = {"product": "product", "quotations": "quotations only", "plain": "plain stack"}

# A question and those before it -> the answer.
Ask = Callable[[str, Sequence[str]], Answer]


@dataclass(frozen=True)
class Result:
    """A question of the benchmark, with the right papers and the answering sentences."""

    id: str
    split: str
    question: str
    titles: frozenset[str]
    sentences: tuple[str, ...]
    outcome: Outcome

    @property
    def kind(self) -> str:
        """The kind of the question, as it was written."""
        return self.outcome.kind

    @property
    def sentence_in_evidence(self) -> bool:
        """Whether an answering sentence is among the first four of the evidence."""
        expected, answer = self.outcome.expected, self.outcome.answer
        return not answer.refused and any(
            source.stored.number in expected.papers
            and (
                any(_same(source.text, sentence) for sentence in self.sentences)
                or (
                    not self.sentences
                    and bool(expected.facts)
                    and all(fact.is_in(source.text) for fact in expected.facts)
                )
            )
            for source in answer.sources[:4]
        )

    @property
    def good(self) -> bool:
        """Whether the answer is right; most papers of a list have to be right too."""
        precise = self.kind not in SEVERAL_PAPERS or self.outcome.precision > 0.49
        return self.outcome.right and precise

    @property
    def false_quotations(self) -> int:
        """Number of quotations that are not in the abstracts they cite."""
        sources = self.outcome.answer.sources
        return sum(
            not any(
                claim.text in (sources[n - 1].text, sources[n - 1].sentence)
                for n in claim.citations
            )
            for claim in self.outcome.answer.claims
            if claim.verdict == "quoted"
        )

    @property
    def unsupported(self) -> int:
        """Number of shown sentences with a number or name that nothing they cite has."""
        answer = self.outcome.answer
        return sum(
            bool(missing_facts(claim.text, _cited_text(claim.citations, answer)))
            for claim in self.outcome.claims
        )


def _cited_text(citations: Iterable[int], answer: Answer) -> str:
    """What a sentence with these `citations` may repeat: sources, their titles, the question."""
    sources = [answer.sources[n - 1] for n in citations]
    texts = [part for one in sources for part in (one.stored.title, one.text)]
    return "\n".join([*texts, answer.question, answer.understood_as or ""])


def _same(one: str, other: str) -> bool:
    """Whether one sentence contains the other."""
    one, other = " ".join(one.split()), " ".join(other.split())
    return one in other or other in one


def page_questions(path: Path) -> list[dict[str, Any]]:
    """The questions about the page; a `fact` there is a regular expression."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [line | {"facts": [KeyFact.of(line["fact"])] if line["fact"] else []} for line in lines]


def fields_questions(papers: Mapping[str, Paper]) -> list[dict[str, Any]]:
    """The questions about the papers of other fields, in the form of those about the page."""
    return [
        line
        | {
            "titles": [papers[one].title for one in line["papers"]],
            "facts": [KeyFact.parse(fact) for fact in line["facts"]],
        }
        for line in fields.questions()
    ]


def expected(line: Mapping[str, Any], by_title: Mapping[str, StoredPaper]) -> Expected:
    """What is expected of the answer to the question `line`.

    Raises:
        UsageError: the library has no paper with a title of `line`.
    """
    if missing := [title for title in line["titles"] if title not in by_title]:
        raise UsageError(f"No paper has the title {missing[0]!r}, which {line['id']} is about.")
    verdict = line.get("verdict")
    return Expected(
        papers={
            stored.number: paper_name(stored)
            for stored in map(by_title.__getitem__, line["titles"])
        },
        facts=tuple(line["facts"]),
        answerable=line["kind"] not in UNANSWERABLE,
        reply=verdict if verdict in ("yes", "no") else None,
    )


def ask_all(
    papers: Iterable[Paper],
    lines: Sequence[dict[str, Any]],
    splits: Iterable[str],
    kinds: Iterable[str],
    *,
    systems: Sequence[str],
) -> dict[str, list[Result]]:
    """Ask `systems` every question of `splits` and `kinds` over `papers`."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(library=Path(folder))
        with Session(settings, log) as session:
            session.library.add(papers)
            session.library.vectors.embed_missing()
            by_title = {stored.title: stored for stored in session.library.papers.all()}
            wanted = [
                (line, expected(line, by_title))
                for line in lines
                if line["kind"] in kinds and line["split"] in splits
            ]
            results = {}
            for system in systems:
                with _asking(system, session, settings) as answer:
                    answer("What is a language model?", ())  # warm
                    results[system] = [_result(answer, line, right) for line, right in wanted]
            return results


@contextmanager
def _asking(system: str, session: Session, settings: Settings) -> Iterator[Ask]:
    if system == "plain":
        with closing(PlainStack(session.library, settings)) as stack:
            yield stack.ask
    elif system == "quotations":
        yield partial(_asked, quoting_pipeline(session.library, settings))
    else:
        yield partial(_asked, session.answer_pipeline)


def _asked(pipeline: AnswerPipeline, question: str, history: Sequence[str]) -> Answer:
    answer = ask(pipeline, question, history)
    assert answer is not None  # nobody stops it
    return answer


def _result(asked: Ask, line: Mapping[str, Any], right: Expected) -> Result:
    answer = asked(line["question"], line["history"])
    return Result(
        id=line["id"],
        split=line["split"],
        question=line["question"],
        titles=frozenset(line["titles"]),
        sentences=tuple(line["sentences"]),
        outcome=Outcome(line["kind"], right, answer),
    )


def table(results: Sequence[Result]) -> list[Figure]:
    """The figures of every evaluation, and those about the kinds of questions in `results`."""
    facts = [one for one in results if one.kind == "fact"]
    false_quotations = sum(one.false_quotations for one in results)
    return [
        *figures([one.outcome for one in results]),
        *share(
            "sentence_in_evidence",
            "fact: answering sentence in the evidence",
            (one.sentence_in_evidence for one in facts),
        ),
        *share(
            "fact_facts",
            "fact: key fact in the answer",
            (one.outcome.fact_in_answer for one in facts),
        ),
        *(
            figure
            for kind in UNANSWERABLE
            for figure in share(
                f"{kind}_refused",
                f"{kind}: rightly refused",
                (one.outcome.answer.refused for one in results if one.kind == kind),
            )
        ),
        *share(
            "unsupported",
            "answers with a number or name that nothing cited has",
            (one.unsupported > 0 for one in results if not one.outcome.answer.refused),
        ),
        Figure("false_quotations", "false quotations", str(false_quotations), false_quotations),
    ]


def print_columns(title: str, results: Mapping[str, Sequence[Result]]) -> None:
    """Print a table with a column for each system, and a row for each figure that one has."""
    columns = {name: {one.label: one.text for one in table(of)} for name, of in results.items()}
    labels = dict.fromkeys(label for column in columns.values() for label in column)
    rows = [[label, *(column.get(label, "-") for column in columns.values())] for label in labels]
    questions = len(next(iter(results.values())))
    print_table(f"{title}, {questions} questions", ["", *(SYSTEMS[name] for name in columns)], rows)


def show(result: Result) -> None:
    """Print a question with its answer and what is wrong with it."""
    outcome = result.outcome
    print(f"\n{'good' if result.good else 'BAD '} {result.id} {result.kind}: {result.question}")
    if result.titles and not result.sentence_in_evidence and result.kind not in SEVERAL_PAPERS:
        facts = [fact.written for fact in outcome.expected.facts]
        print(f"     not in the evidence; wanted {sorted(result.titles)} {facts}")
    for claim in outcome.answer.claims:
        print(f"     {claim.verdict:9} {claim.marked}")
    for problem in outcome.problems:
        print(f"     problem: {problem}")
    if outcome.answer.note:
        print(f"     note: {outcome.answer.note}")


def main() -> None:
    """Ask all questions and print the tables."""
    parser = argparse.ArgumentParser(description="Measure the quality of answers.")
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--fields", action="store_true", help="ask about papers of other fields")
    parser.add_argument("--data", type=Path, default=DATA, help="where --fields reads them")
    parser.add_argument("--split", choices=SPLITS, help="ask only the questions of one half")
    parser.add_argument("--only", choices=KINDS, help="ask only questions of one kind")
    parser.add_argument("--system", choices=SYSTEMS, action="append", help="what answers")
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
    try:
        results = ask_all(
            papers,
            questions,
            [arguments.split] if arguments.split else SPLITS,
            [arguments.only] if arguments.only else KINDS,
            systems=arguments.system or ["product"],
        )
    except UsageError as error:
        parser.error(str(error))
    if arguments.show:
        for of_system in results.values():
            for result in of_system:
                show(result)
    for split in SPLITS:
        of_split = {
            name: [one for one in every if one.split == split] for name, every in results.items()
        }
        if any(of_split.values()):
            print_columns(split.replace("_", " "), of_split)


if __name__ == "__main__":
    main()

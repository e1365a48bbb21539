"""The command `eval`: a user's questions with known answers, asked of their library."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
from assistant.cli.options import FilterOptions, JsonOption, ModelCall
from assistant.cli.search import EMPTY
from assistant.cli.streams import STDIN
from assistant.errors import FileUnreadable, UsageError
from assistant.text.formatting import format_count, markdown_text
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.answering import AnswerPipeline
    from assistant.cli.streams import Streams
    from assistant.evaluating import EvaluationQuestion, Outcome
    from assistant.library import Filters, Library
    from assistant.progress import Progress

_LARGEST_MB = 64
_FEEDBACK = "Your feedback"
_LONGEST_SHOWN = 100


def evaluate(
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE", help="Questions and what is expected, as JSON lines; - is stdin."
        ),
    ] = None,
    from_feedback: Annotated[
        bool,
        typer.Option(
            "--from-feedback",
            help="Ask the questions whose answers you rated good on the page, instead of FILE: the "
            "papers that these answers cite are expected.",
        ),
    ] = False,
    quotations: Annotated[
        bool, typer.Option("--quotations", help="Quote evidence, without a language model.")
    ] = False,
    *,
    options: FilterOptions,
    as_json: JsonOption = False,
    call: ModelCall,
) -> None:
    """Ask questions with known answers, and count the right ones.

    Shows whether another model or setting works better for your library. A line of FILE has
    `question` and at least one of: `paper` (a right paper, or a list), `text` (what the answer
    contains, or a list), `answerable` (false: no answer is right) and `reply` (yes or no).
    `history` lists earlier questions.
    """
    streams = call.streams
    if (file is None) != from_feedback:
        raise UsageError("Give either FILE or --from-feedback.")
    data = b"" if file is None else _read(file)
    name = _FEEDBACK if file is None else "stdin" if file == STDIN else sanitized(file)
    with call.open_session() as session:
        if not session.library.papers.count():
            streams.note(EMPTY)
        if from_feedback:
            data = _from_feedback(session.library, streams)
        from assistant.evaluating import quoting_pipeline, read_questions

        evaluation = _Evaluation(name, streams, options.filters, as_json=as_json)
        questions = read_questions(data, session.library, evaluation.unusable)
        if questions:
            pipeline = (
                quoting_pipeline(session.library, session.settings)
                if quotations
                else session.answer_pipeline
            )
            with stop_on_interrupt() as progress:
                evaluation.ask_all(questions, pipeline, progress)
            evaluation.show_figures()
            if progress.stop_requested:
                streams.note(f"Stopped after {evaluation.done} of {len(questions)} questions.")
                raise typer.Exit(INTERRUPTED)
        elif not evaluation.failed:
            raise FileUnreadable(f"{name}: no questions are in it. Write one JSON object per line.")
    if evaluation.failed:
        lines = format_count(evaluation.failed, "line")
        streams.note(f"{lines} could not be used{'; the others were' if evaluation.done else ''}.")
        raise typer.Exit(1)


def _from_feedback(library: Library, streams: Streams) -> bytes:
    """The questions of answers that were rated good; says how many were rated bad."""
    from assistant.evaluating.from_feedback import questions_from_feedback

    feedback = library.chats.feedback()
    data = questions_from_feedback(feedback)
    if bad := sum(said.rating < 0 for said in feedback):
        answers = format_count(bad, "answer")
        streams.note(f"{answers} rated bad: what is right is not known, so it is not asked.")
    if not data:
        raise UsageError(
            "No answer was rated good yet. Rate answers on the page with the thumb up."
        )
    return data


class _Evaluation:
    """Asks the questions of a file one after another and shows the outcomes."""

    def __init__(self, name: str, streams: Streams, filters: Filters, *, as_json: bool) -> None:
        """Ask about papers that match `filters`; `name` is what errors call the file."""
        self.failed = 0
        self._name = name
        self._streams = streams
        self._filters = filters
        self._as_json = as_json
        self._outcomes: list[Outcome] = []

    @property
    def done(self) -> int:
        """How many questions were asked."""
        return len(self._outcomes)

    def unusable(self, line: int, problem: str) -> None:
        """Report a line that cannot be used."""
        self.failed += 1
        self._streams.error(f"{self._name}, line {line}: {problem}")

    def ask_all(
        self,
        questions: list[EvaluationQuestion],
        pipeline: AnswerPipeline,
        progress: Progress,
    ) -> None:
        """Ask each question and show its outcome, until a stop is requested."""
        from assistant.evaluating import Outcome, ask

        shown_by_bar = not self._streams.is_terminal
        with self._streams.progress("Asking", len(questions), progress, when=shown_by_bar):
            for n, one in enumerate(questions, start=1):
                try:
                    answer = ask(pipeline, one.question, one.history, progress, self._filters)
                except UsageError as error:
                    self.unusable(one.line, str(error))
                    continue
                if answer is None:
                    return
                outcome = Outcome(answer.kind, one.expected, answer)
                self._outcomes.append(outcome)
                self._show(one, outcome)
                progress.report(n, len(questions), "Asking")

    def show_figures(self) -> None:
        """Show the figures of the questions that were asked."""
        from assistant.evaluating import figures, markdown_table

        model = self._outcomes[0].answer.model if self._outcomes else None
        found = figures(self._outcomes)
        if self._as_json:
            values = {figure.name: figure.value for figure in found}
            self._streams.json({"questions": self.done, "model": model, "figures": values})
        elif found:
            title = format_count(self.done, "question")
            self._streams.line()
            for row in markdown_table(title, found, markdown_text(model or "")).splitlines():
                self._streams.line(row)

    def _show(self, one: EvaluationQuestion, outcome: Outcome) -> None:
        """Show the outcome of one question on one line."""
        if outcome.answer.model_failed:
            self._streams.note(f"{self._name}, line {one.line}: {outcome.answer.note}")
        if self._as_json:
            self._streams.json(_as_json(one, outcome))
            return
        question = sanitized(one.question)
        if len(question) > _LONGEST_SHOWN:
            question = f"{question[:_LONGEST_SHOWN]}..."
        why = f": {'; '.join(map(sanitized, outcome.problems))}" if outcome.problems else ""
        self._streams.line(
            ("right" if outcome.right else "wrong", "green" if outcome.right else "red"),
            f"  {one.line:>3}  {question}",
            (why, "dim"),
        )


def _as_json(one: EvaluationQuestion, outcome: Outcome) -> dict[str, Any]:
    """The outcome, with only those flags that something was expected for."""
    expected = outcome.expected
    shape: dict[str, Any] = {
        "line": one.line,
        "question": one.question,
        "right": outcome.right,
        "problems": list(outcome.problems),
    }
    if expected.papers:
        shape["right_paper"] = outcome.right_paper
        shape["right_paper_first"] = outcome.right_paper_first
        shape["unsure_with_right_passage"] = outcome.unsure_with_right_passage
    if expected.facts:
        shape["fact_in_answer"] = outcome.fact_in_answer
    if expected.reply:
        shape["said"] = outcome.said
    return shape | {"words": outcome.words, "answer": outcome.answer.as_json()}


def _read(file: str) -> bytes:
    """The content of the file, or of stdin.

    Raises:
        FileUnreadable: it cannot be read, or is too large.
    """
    limit = _LARGEST_MB << 20
    try:
        if file == STDIN:
            data = sys.stdin.buffer.read(limit + 1)
        else:
            with Path(file).expanduser().open("rb") as stream:
                data = stream.read(limit + 1)
    except (OSError, ValueError, RuntimeError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or error
        raise FileUnreadable(
            f"{sanitized(file)}: cannot be read ({why}). Give a file of JSON lines, or - for stdin."
        ) from error
    if len(data) > limit:
        raise FileUnreadable(
            f"{sanitized(file)}: has more than {_LARGEST_MB} MB. Split it into several files."
        )
    return data

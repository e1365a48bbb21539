"""Shows an answer in the terminal: evidence, then verified claims, then sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.cli.streams import Streams
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.answering import Answer, Claim, Evidence


def show_evidence(evidence: Sequence[Evidence], streams: Streams) -> None:
    """Show the evidence before the answer is written."""
    if evidence:
        streams.line(("Evidence", "bold"))
        _show_sentences(evidence, range(1, len(evidence) + 1), streams)
        streams.line()
        streams.line(("Answer", "bold"))


def show_claim(claim: Claim, streams: Streams) -> None:
    """Show one verified sentence of the answer."""
    if claim.shown:
        marks = "".join(f"[{n}]" for n in claim.citations)
        heading = f"{claim.heading}: " if claim.heading else ""
        verdict = f"  {claim.verdict}" if streams.is_terminal else ""
        streams.line((heading, "bold"), f"{claim.text} ", (marks, "cyan"), (verdict, "dim"))


def show_end(answer: Answer, streams: Streams) -> None:
    """Show the cited sources, or the refusal."""
    cited = sorted({n for claim in answer.claims if claim.shown for n in claim.citations})
    if answer.refused:
        streams.line(answer.text)
        if answer.nearest:
            streams.line()
            streams.line(("Nearest papers", "bold"))
            for paper in answer.nearest:
                streams.line(f"- {sanitized(paper.title)}  ", (paper.id, "dim"))
    elif cited:
        streams.line()
        streams.line(("Sources", "bold"))
        _show_sentences(answer.sources, cited, streams)
    if answer.note:
        streams.note(answer.note)


def _show_sentences(evidence: Sequence[Evidence], numbers: Iterable[int], streams: Streams) -> None:
    for n in numbers:
        item = evidence[n - 1]
        streams.line(
            (f"[{n}]", "cyan"), f" {sanitized(item.stored.title)} — ", (f"“{item.text}”", "dim")
        )

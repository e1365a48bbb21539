"""Questions of an evaluation from what the user said about answers on the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.library import Feedback


def questions_from_feedback(feedback: Iterable[Feedback]) -> bytes:
    """JSON lines, as `read_questions` reads them, of the answers that were rated good.

    Right papers are those that the answer cites. If there was no answer, none is right. What is
    right instead of an answer that was rated bad is not known, so it is left out.
    """
    lines = [
        json.dumps(question, ensure_ascii=False)
        for said in feedback
        if said.rating > 0 and (question := _question(said)) is not None
    ]
    return "\n".join(lines).encode()


def _question(said: Feedback) -> dict[str, Any] | None:
    """The question with what is expected; None if the saved answer cannot be read."""
    question: dict[str, Any] = {"question": said.question}
    if said.earlier:
        question["history"] = list(said.earlier)
    try:
        answer = json.loads(said.answer_json)
        if answer["refused"]:
            return question | {"answerable": False}
        cited = {n for claim in answer["claims"] for n in claim["citations"]}
        papers = [source["paper"]["id"] for source in answer["sources"] if source["n"] in cited]
    except (ValueError, TypeError, KeyError):
        return None
    return question | {"paper": list(dict.fromkeys(papers))} if papers else None

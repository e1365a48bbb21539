"""How the line about one paper comes about: what the model read, what it wrote, what was shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.models.protocols import is_capable
from assistant.summarizing.candidates import Candidate, candidates, chosen, source_of
from assistant.summarizing.prompting import request_for
from assistant.summarizing.salience import essence, lines_of, salience
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.library import StoredPaper
    from assistant.models.protocols import LanguageModel
    from assistant.prompt import Prompt


@dataclass(frozen=True)
class Weighed:
    """A sentence of the abstract: how much it says of the paper, and whether the model read it."""

    text: str
    salience: float
    read: bool


@dataclass(frozen=True)
class Explanation:
    """What was weighed for one line; `source` is the sentence that has most of what is shown."""

    stored: StoredPaper
    sentences: tuple[Weighed, ...]
    candidates: tuple[Candidate, ...]
    shown: Candidate
    source: str


def explain(stored: StoredPaper, model: LanguageModel, prompt: Prompt) -> Explanation:
    """Write the line about `stored` as a batch does, and keep nothing.

    Raises:
        ModelError: the model failed.
    """
    paper = stored.paper
    stream = model.generate(request_for(paper, prompt, model))
    reply = "".join(stream)
    cut = stream.stats.finish == "length"
    found = tuple(candidates(paper, reply, cut=cut, strict=not is_capable(model)))
    lines = lines_of(paper.abstract)
    read = essence(paper.title, paper.abstract)
    shown = chosen(found)
    return Explanation(
        stored,
        tuple(
            Weighed(line, round(float(weight), 3), line in read)
            for line, weight in zip(lines, salience(paper.title, lines), strict=True)
        ),
        found,
        shown,
        source_of(shown.text, paper) or sanitized(paper.title),
    )

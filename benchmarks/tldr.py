"""Quality of TL;DRs on SciTLDR's dev split. Prints a table in Markdown.

Usage: python -m benchmarks.tldr [--papers N]

Rows are baselines, the bundled model alone, and the product. ROUGE F1 with stemming against the
reference with the highest ROUGE-1 of each paper, as a mean over papers.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from assistant.models import open_language_model
from assistant.paper import Paper
from assistant.prompt import Prompt
from assistant.settings import load_settings
from assistant.summarizing.candidates import candidates, select
from assistant.summarizing.generation import first_sentence, tldr_request, unsupported_parts
from assistant.text.sentences import sentences
from training.tldr.papers import Example, examples, rouge


def row(name: str, found: Sequence[Example], lines: Sequence[str], extracted: str = "") -> str:
    """One row of the table."""
    scores = [rouge(line, one.references) for line, one in zip(lines, found, strict=True)]
    one, two, longest = (
        100 * np.mean([getattr(score, name) for score in scores])
        for name in ("one", "two", "longest")
    )
    words = np.mean([len(line.split()) for line in lines])
    unfaithful = sum(
        bool(unsupported_parts(line, f"{one.title}\n{one.abstract}"))
        for line, one in zip(lines, found, strict=True)
    )
    return (
        f"| {name} | {one:.1f} | {two:.1f} | {longest:.1f} | {words:.0f} "
        f"| {100 * unfaithful / len(lines):.1f}% | {extracted} |"
    )


def main() -> None:
    """Write TL;DRs in every way and print their ROUGE."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--papers", type=int, help="only the first N papers")
    found = examples("dev")[: parser.parse_args().papers]
    papers = [Paper(title=one.title, abstract=one.abstract) for one in found]
    model = open_language_model(load_settings(), lambda text: print(text, file=sys.stderr))
    prompt = Prompt.load("tldr")
    requests = [tldr_request(paper, prompt, model) for paper in papers]
    streams = [model.generate(request) for request in requests]
    replies = [("".join(stream), stream.stats.finish == "length") for stream in streams]
    streams = [model.generate(replace(request, adapter=None)) for request in requests]
    zero_shot = ["".join(stream) for stream in streams]
    model.close()
    best = [
        select(candidates(paper, reply, cut=cut, strict=True))
        for paper, (reply, cut) in zip(papers, replies, strict=True)
    ]
    taken = sum(one.method == "extracted" for one in best) / len(best)
    baselines: dict[str, Callable[[Example], str]] = {
        "title": lambda one: one.title,
        "first sentence": lambda one: sentences(one.abstract)[0],
        "best single sentence (oracle)": lambda one: max(
            sentences(one.abstract), key=lambda line: rouge(line, one.references).one
        ),
    }
    print("| method | ROUGE-1 | ROUGE-2 | ROUGE-L | words | unfaithful | extracted |")
    print("|---|---|---|---|---|---|---|")
    for name, baseline in baselines.items():
        print(row(name, found, [baseline(one) for one in found]))
    print(
        row(
            "contribution sentence, shortened",
            found,
            [select(candidates(p, "", cut=False, strict=True)).text for p in papers],
        )
    )
    for name, texts in (
        ("the model, zero-shot", zero_shot),
        ("the model with its adapter", [reply for reply, _ in replies]),
    ):
        print(row(name, found, [first_sentence(text, cut=False) or text for text in texts]))
    print(row("the product", found, [one.text for one in best], f"{100 * taken:.0f}%"))


if __name__ == "__main__":
    main()

"""The data that the small models are trained on has the form that its README describes."""

from __future__ import annotations

from typing import Any

import pytest

from training.reading.check import faults_of, lines


def test_every_annotation_fits_its_abstract() -> None:
    sentences = {
        abstract["id"]: len(abstract["sentences"]) for abstract in lines("abstracts.jsonl")
    }
    annotations = lines("annotations.jsonl")
    assert len({one["id"] for one in annotations}) == len(annotations) == len(sentences)
    faults = [fault for one in annotations for fault in faults_of(one, sentences[one["id"]])]
    assert faults == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"tldr": "Too short."}, "2 words"),
        (
            {"questions": [{"q": "Why?", "style": "named", "kind": "why", "s": [], "a": ""}]},
            "contr",
        ),
        (
            {"questions": [{"q": "Why?", "style": "named", "kind": "why", "s": [3], "a": "So."}]},
            "no",
        ),
        ({"claims": [{"claim": "It is.", "s": [0], "ok": True, "fault": "unit"}]}, "contradict"),
    ],
)
def test_a_wrong_annotation_is_found(change: dict[str, Any], fault: str) -> None:
    good = lines("annotations.jsonl")[0] | {"questions": [], "claims": []}
    assert list(faults_of(good, 3)) == []
    assert any(fault in found for found in faults_of(good | change, 3))

"""No judge outweighs that the evidence says it of something else."""

from __future__ import annotations

import pytest
from evidence_support import verified

FINCH = "Finch: A Scheduler for Clusters"


@pytest.mark.parametrize(
    ("sentence", "claim"),
    [
        # "This" is what an earlier sentence tells.
        (
            "This necessitates manual tuning with existing schedulers such as Slurm.",
            "Finch requires manual tuning with existing schedulers such as Slurm.",
        ),
        (
            "Existing schedulers need hours of manual tuning for each cluster.",
            "Finch needs hours of manual tuning for each cluster.",
        ),
        (
            "The previous tools waste 30% of the memory of a node.",
            "Finch wastes 30% of the memory of a node.",
        ),
        # One of two values, of both things.
        (
            "Finch fails in 0.7% and 5.4% of small and large jobs, respectively.",
            "Finch fails in 0.7% of small and large jobs.",
        ),
        # Markers of names.
        (
            "The tumours shrank by 53% in the group (IHC-/SSCP-) and 63% in the other (SSCP+).",
            "The tumours shrank by 53% in the group (IHC-/SSCP+).",
        ),
        ("CD4+ cells and CD8- cells grew in culture.", "CD4+ cells and CD8+ cells grew."),
    ],
)
def test_it_contradicts(sentence: str, claim: str) -> None:
    found = verified(claim, sentence, FINCH)
    assert not found.supported
    assert found.contradicts


@pytest.mark.parametrize(
    ("sentence", "claim"),
    [
        ("It needs minutes of tuning for each cluster.", "Finch needs minutes of tuning."),
        ("This scheduler needs minutes of tuning.", "Finch needs minutes of tuning."),
        ("This process takes hours on each cluster.", "Finch takes hours on each cluster."),
        ("This is a scheduler that needs no tuning.", "Finch is a scheduler that needs no tuning."),
        (
            "Unlike previous tools, our scheduler wastes 3% of the memory.",
            "Finch wastes 3% of the memory.",
        ),
        ("In most settings, it wastes 3% of the memory.", "Finch wastes 3% of the memory."),
        (
            "Finch fails in 0.7% and 5.4% of small and large jobs, respectively.",
            "Finch fails in 0.7% of small jobs.",
        ),
        (
            "Finch fails in 0.7% and 5.4% of small and large jobs, respectively.",
            "Finch fails in 0.7% and 5.4% of small and large jobs.",
        ),
        ("CD4+ cells and CD8- cells grew.", "CD8- cells and CD4+ cells grew."),
        ("Short- and long-term use was safe.", "Long- and short-term use was safe."),
    ],
)
def test_it_does_not_contradict(sentence: str, claim: str) -> None:
    assert not verified(claim, sentence, FINCH).contradicts

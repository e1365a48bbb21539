"""Weights of the last stage of the check, written by `python -m benchmarks.grounding_fit`."""

WEIGHTS = (
    2.455,  # constant
    -0.491,  # words that nothing has
    -1.677,  # their share
    -2.598,  # words that only other sentences of the abstract have
    -1.385,  # words that only the title or the question has
    -2.388,  # words in another order
    0.000,  # their share
    -0.091,  # places where the claim leaves something out
    1.530,  # words of the evidence left out between those said
    -5.678,  # shortness
)
LEAST = 0.787

WEIGHTS_WITH_MEANING = (
    1.189,  # constant
    -0.363,  # words that nothing has
    -1.583,  # their share
    -2.587,  # words that only other sentences of the abstract have
    -1.318,  # words that only the title or the question has
    -2.407,  # words in another order
    0.000,  # their share
    -0.104,  # places where the claim leaves something out
    1.553,  # words of the evidence left out between those said
    -5.293,  # shortness
    1.401,  # cosine
)
LEAST_WITH_MEANING = 0.789

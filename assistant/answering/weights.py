"""Weights of the last stage of the check, written by `python -m benchmarks.grounding_fit`."""

WEIGHTS = (
    1.645,  # constant
    -0.318,  # words that nothing has
    -1.902,  # their share
    -2.342,  # words that only other sentences of the abstract have
    -1.391,  # words that only the title or the question has
    -2.346,  # words in another order
    -0.028,  # their share
    -0.032,  # places where the claim leaves something out
    0.000,  # words of the evidence left out between those said
)
LEAST = 0.193

WEIGHTS_WITH_MEANING = (
    -0.054,  # constant
    -0.141,  # words that nothing has
    -1.685,  # their share
    -2.300,  # words that only other sentences of the abstract have
    -1.295,  # words that only the title or the question has
    -2.379,  # words in another order
    -0.039,  # their share
    -0.058,  # places where the claim leaves something out
    0.000,  # words of the evidence left out between those said
    1.988,  # cosine
)
LEAST_WITH_MEANING = 0.135

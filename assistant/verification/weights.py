"""Weights of the last stage of the check, written by `python -m benchmarks.verification_fit`."""

WEIGHTS = (
    1.749,  # constant
    -1.552,  # words that nothing has
    -0.889,  # their share
    -3.349,  # words that only other sentences of the abstract have
    -1.121,  # words that only the title or the question has
    -2.628,  # words in another order
    0.000,  # their share
    -0.046,  # places where the claim leaves something out
    0.000,  # words of the evidence left out between those said
)
LEAST = 0.200

WEIGHTS_WITH_MEANING = (
    0.881,  # constant
    -1.274,  # words that nothing has
    -0.793,  # their share
    -3.244,  # words that only other sentences of the abstract have
    -1.089,  # words that only the title or the question has
    -2.645,  # words in another order
    0.000,  # their share
    -0.056,  # places where the claim leaves something out
    0.000,  # words of the evidence left out between those said
    0.991,  # cosine
)
LEAST_WITH_MEANING = 0.198

"""Weights of the last stage of the check, written by `python -m benchmarks.grounding_fit`."""

WEIGHTS = (4.0, -20.0, -10.0, -5.0, -20.0, -1.0, -1.0, -1.0)
WEIGHTS_WITH_MEANING = (4.0, -20.0, -10.0, -5.0, -20.0, -1.0, -1.0, -1.0, 0.0)
LEAST = 0.5
LEAST_WITH_MEANING = 0.5

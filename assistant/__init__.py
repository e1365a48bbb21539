"""The offline paper assistant: cited answers and one-line TL;DRs from a library of abstracts."""

__version__ = "0.1.0"

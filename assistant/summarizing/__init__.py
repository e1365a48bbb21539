"""Paper -> one-line TL;DR, for one paper or a hundred thousand."""

from assistant.summarizing.summarizer import Summarizer, TldrResult, summarise_papers

__all__ = ["Summarizer", "TldrResult", "summarise_papers"]

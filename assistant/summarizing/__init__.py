"""Paper -> one-line TL;DR, for one paper or a hundred thousand."""

from assistant.summarizing.explanation import Explanation
from assistant.summarizing.summarizer import Summarizer, TldrResult, summarise_papers

__all__ = ["Explanation", "Summarizer", "TldrResult", "summarise_papers"]

"""Papers -> one-line TL;DRs, for one paper or a hundred thousand."""

from assistant.summarizing.candidates import Explanation
from assistant.summarizing.summarizer import Summarizer, TldrResult, summarize_papers

__all__ = ["Explanation", "Summarizer", "TldrResult", "summarize_papers"]

"""What a digest says in words: its heading, and what it says of each paper, not yet escaped."""

from __future__ import annotations

from assistant.digesting.digest import Digest
from assistant.paper import Paper
from assistant.text.formatting import format_date
from assistant.text.sanitizing import sanitized

MOST_AUTHORS = 3
MOST_TAGS = 4
FOR_YOU = "Most for you"


def heading(digest: Digest) -> str:
    """`New papers, 12 to 19 March 2026`."""
    until = format_date(digest.until)
    if digest.since is None:
        return f"New papers until {until}"
    since = format_date(digest.since)
    if since == until:
        return f"New papers of {until}"
    # Month and year are said once where they are the same.
    for same in (until.partition(" ")[2], until.rpartition(" ")[2]):
        since = since.removesuffix(f" {same}")
    return f"New papers, {since} to {until}"


def counted(digest: Digest) -> str:
    """`73 papers in 8 topics`."""
    topics = len({entry.topic for entry in digest.shown if entry.topic})
    if topics < 2:
        return papers(digest.count)
    return f"{papers(digest.count)} in {topics} topics"


def papers(count: int) -> str:
    """`count` with its noun."""
    return "1 paper" if count == 1 else f"{count:,} papers"


def more(count: int) -> str:
    """What stands for those that are not shown."""
    return f"and {count:,} more"


def more_topics(digest: Digest) -> str:
    """What stands for the topics that are not shown; empty if all are."""
    return f"{more(digest.more)} on other topics" if digest.more else ""


def authors(paper: Paper) -> str:
    """The first authors, and how many there are beside them: `A, B, C +4`."""
    seen = [name for author in paper.authors if (name := sanitized(author))]
    # One more name takes no more room than the sign that stands for it.
    if len(seen) <= MOST_AUTHORS + 1:
        return ", ".join(seen)
    return f"{', '.join(seen[:MOST_AUTHORS])}, … +{len(seen) - MOST_AUTHORS}"


def date(paper: Paper) -> str:
    """The day, month or year of the paper, empty if it is not known."""
    return format_date(paper.published or "")


def tags(paper: Paper) -> list[str]:
    """The first tags."""
    return [tag for one in paper.tags if (tag := sanitized(one))][:MOST_TAGS]

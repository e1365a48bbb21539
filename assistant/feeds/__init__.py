"""Feeds: new papers from arXiv, PubMed, bioRxiv, journals and others (docs/feeds.md).

Nothing here is contacted unless the user asks for it by name: `assistant feed add` and `update`, or
the schedule that `assistant feed watch on` switches on.
"""

from assistant.feeds.address import FeedAddress, parse_address
from assistant.feeds.schedule import (
    DEFAULT,
    due,
    format_interval,
    parse_interval,
    schedule,
    set_schedule,
)

__all__ = [
    "DEFAULT",
    "FeedAddress",
    "due",
    "format_interval",
    "parse_address",
    "parse_interval",
    "schedule",
    "set_schedule",
]

"""Topics of papers: clustering and naming, for the digest, the TL;DR page and the map."""

from assistant.topics.grouping import MOST_TOPICS, OTHERS, Topic, group_by_topic

__all__ = ["MOST_TOPICS", "OTHERS", "Topic", "group_by_topic"]

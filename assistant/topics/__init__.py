"""Topics of papers, for the digest, the page of TL;DRs and the map: clustering and naming."""

from assistant.topics.grouping import MOST_TOPICS, OTHERS, Topic, group_by_topic

__all__ = ["MOST_TOPICS", "OTHERS", "Topic", "group_by_topic"]

"""Trends to topic candidates, and topics ranked by an editor's weights with every part shown."""

from toolkit.topics._find import find_topics, topic_id
from toolkit.topics._items import items_from_topics
from toolkit.topics._rank import HARM_SENTENCE, PARTS, rank_topics

__all__ = ["HARM_SENTENCE", "PARTS", "find_topics", "items_from_topics", "rank_topics", "topic_id"]

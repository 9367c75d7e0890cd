"""Trends to topic candidates, what the calendar brings, angles, and topics ranked with every part shown."""

from toolkit.topics._angles import topic_angles
from toolkit.topics._find import find_topics
from toolkit.topics._fit import topic_fits
from toolkit.topics._gather import topic_id
from toolkit.topics._items import items_from_topics
from toolkit.topics._order import topic_front, topic_order
from toolkit.topics._parts import RANK_SENTENCE, topic_parts
from toolkit.topics._rank import HARM_SENTENCE, PARTS, rank_topics
from toolkit.topics._season import season_topics

__all__ = [
    "HARM_SENTENCE",
    "PARTS",
    "RANK_SENTENCE",
    "find_topics",
    "items_from_topics",
    "rank_topics",
    "season_topics",
    "topic_angles",
    "topic_fits",
    "topic_front",
    "topic_id",
    "topic_order",
    "topic_parts",
]

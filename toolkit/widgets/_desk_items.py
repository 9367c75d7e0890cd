"""The items of a week on the one-page desk: read anew beside what was written meanwhile, and as plain values for a draft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from toolkit.schema import ITEMS, is_missing

# what an editor writes into an item on the desk
WRITTEN = ("copy", "media", "link")
# how items_from_topics names what it makes
_TOPIC = "选题-"


def plain_items(items: pd.DataFrame) -> list[dict[str, Any]]:
    """ITEMS as plain values: days as local wall time, missing as None.

    >>> plain_items(pd.DataFrame({"item_id": ["a"], "earliest": [pd.Timestamp("2026-09-21")], "copy": [None]}))
    [{'item_id': 'a', 'earliest': '2026-09-21 00:00:00', 'copy': None}]
    """
    rows = items.to_dict("records")
    return [{str(name): _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return None if is_missing(value) else value


def topic_items(items: pd.DataFrame) -> set[str]:
    """The ids of the items that topics gave, also of those that are now told in parts."""
    of_topics = items[items["item_id"].str.startswith(_TOPIC)]
    return set(_TOPIC + of_topics["topic"])


def join_items(
    fresh: pd.DataFrame, known: pd.DataFrame, *, gone: set[str], segments: Sequence[str]
) -> pd.DataFrame:
    """ITEMS read anew (`fresh`) before those that were known; what was written meanwhile stays.

    An item that was split into `item_id-segment` stays split, or its groups would be sent both. Ids in `gone` that are
    not fresh any more leave, with their parts.
    """
    ids = set(known["item_id"])
    parts = {key: ids & {f"{key}-{one}" for one in segments} for key in {*fresh["item_id"], *gone}}
    split = {key for key in fresh["item_id"] if parts[key]}
    fresh = _with_written(fresh[~fresh["item_id"].isin(split)], known)
    leave = {one for key in gone - split for one in (key, *parts[key])}
    others = known[~known["item_id"].isin({*fresh["item_id"], *leave})]
    both = [part for part in (fresh, others) if len(part)]
    return pd.concat(both, ignore_index=True) if both else ITEMS.empty()


def _with_written(fresh: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """The fresh items; where one says nothing of its own, with the text, pictures and link it had."""
    filled = {}
    for name in (name for name in WRITTEN if name in fresh and name in known):
        had = dict(zip(known["item_id"], known[name], strict=True))
        pairs = zip(fresh["item_id"], fresh[name], strict=True)
        values = [had.get(key, value) if _says_nothing(value) else value for key, value in pairs]
        filled[name] = pd.Series(values, index=fresh.index, dtype="object")
    return fresh.assign(**filled)


def _says_nothing(value: Any) -> bool:
    return len(value) == 0 if isinstance(value, list) else is_missing(value)

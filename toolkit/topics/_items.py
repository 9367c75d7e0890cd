"""Chosen topics and their headlines become content items."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from toolkit.schema import ITEMS, as_date, check, checked_moment

ITEM_COLUMNS = [
    *("item_id", "title", "kind", "tone", "topic", "value", "earliest"),
    *("latest", "groups", "waves", "festival", "minutes", "owner"),
]


def items_from_topics(
    topics: pd.DataFrame,
    headlines: pd.DataFrame,
    *,
    start: dt.date | str,
    days: int = 7,
    groups: pd.DataFrame | None = None,
    top: int = 8,
) -> pd.DataFrame:
    """ITEMS: one content item for each of the `top` topics that has a headline the gate does not block.

    `headlines` is HEADLINES with a column topic_id; the item's title is the topic's headline with the best craft that
    is not blocked, its topic the topic_id, its groups the topic's segments (all without any). A headline of intent
    讨论 makes a discussion, any other a value item (so does one without `intent`). Value falls from 10 to 5 by rank, minutes are 45 (an estimate for writing one message), it may be sent from `start` for `days` days in at most
    two waves; its owner is the busiest owner of `groups`. Text is still to be written (`copy` missing).

    A topic of a coming day (columns earliest and latest, see season_topics) may be sent from its earliest to its latest
    day instead, and carries its tone and festival. One whose day has passed by `start`, one whose work begins after
    the `days`, and a solemn day make no item: `frame.attrs["notes"]` names them. No topics give an empty frame.
    """
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    first = checked_moment(start, "start").date()
    last = first + dt.timedelta(days=days - 1)
    usable = headlines[headlines["gate"] != "block"].sort_values(
        ["craft", "headline"], ascending=[False, True]
    )
    best = usable.drop_duplicates("topic_id").set_index("topic_id")
    best = best.assign(intent=best.get("intent", ""))
    owner = ""
    if groups is not None and len(groups) and "owner" in groups:
        owner = str(groups["owner"].mode().iloc[0])
    chosen = topics[topics["topic_id"].isin(best.index) & (topics["gate"] != "block")]
    for row in chosen.to_dict("records"):
        earliest, latest, reason = _window(row, first, last)
        if reason:
            notes.append(f"选题「{row['label']}」没有排成内容：{reason}")
        elif len(rows) < top:
            rows.append(
                {
                    "item_id": f"选题-{row['topic_id']}",
                    "title": best.at[row["topic_id"], "headline"],
                    "kind": "discussion" if best.at[row["topic_id"], "intent"] == "讨论" else "value",
                    "tone": row.get("tone") or "neutral",
                    "topic": row["topic_id"],
                    "value": max(5.0, 10 - len(rows) / 2),
                    "earliest": earliest,
                    "latest": latest,
                    "groups": row.get("segments") or ["all"],
                    "waves": 2,
                    "festival": row.get("festival") or None,
                    "minutes": 45,
                    "owner": owner,
                }
            )
    items = check(pd.DataFrame(rows, columns=ITEM_COLUMNS), ITEMS)
    items.attrs["notes"] = notes
    return items


def _window(row: Mapping[Any, Any], first: dt.date, last: dt.date) -> tuple[dt.date, dt.date, str]:
    """From when to when the topic's content may go out, and why it makes none ("" where it does)."""
    begins, ends = as_date(row.get("earliest")), as_date(row.get("latest"))
    if row.get("tone") == "solemn":
        return first, last, "这一天不作营销选题，只作提醒。"
    if ends is None:
        return first, last, ""
    if ends < first:
        return first, ends, f"{ends.month} 月 {ends.day} 日已经过了。"
    begins = first if begins is None else max(first, begins)
    if begins > last:
        return begins, ends, f"{begins.month} 月 {begins.day} 日起再写也来得及。"
    return begins, ends, ""

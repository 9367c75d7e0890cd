"""Chosen topics and their headlines become content items."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from toolkit.schema import ITEMS, check, checked_moment

ITEM_COLUMNS = [
    *("item_id", "title", "kind", "topic", "value", "earliest"),
    *("latest", "groups", "waves", "minutes", "owner"),
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
    two waves; its owner is the busiest owner of `groups`. Text is still to be written (`copy` missing). No topics
    give an empty frame.
    """
    rows = []
    first = checked_moment(start, "start").date()
    usable = headlines[headlines["gate"] != "block"].sort_values(
        ["craft", "headline"], ascending=[False, True]
    )
    best = usable.drop_duplicates("topic_id").set_index("topic_id")
    best = best.assign(intent=best.get("intent", ""))
    owner = ""
    if groups is not None and len(groups) and "owner" in groups:
        owner = str(groups["owner"].mode().iloc[0])
    chosen = topics[topics["topic_id"].isin(best.index) & (topics["gate"] != "block")].head(top)
    for rank, row in enumerate(chosen.to_dict("records")):
        rows.append(
            {
                "item_id": f"选题-{row['topic_id']}",
                "title": best.at[row["topic_id"], "headline"],
                "kind": "discussion" if best.at[row["topic_id"], "intent"] == "讨论" else "value",
                "topic": row["topic_id"],
                "value": max(5.0, 10 - rank / 2),
                "earliest": first,
                "latest": first + dt.timedelta(days=days - 1),
                "groups": row.get("segments") or ["all"],
                "waves": 2,
                "minutes": 45,
                "owner": owner,
            }
        )
    return check(pd.DataFrame(rows, columns=ITEM_COLUMNS), ITEMS)

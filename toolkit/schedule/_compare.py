"""What lies between two calendars: every post that came, went, moved or changed its state."""

from __future__ import annotations

from typing import Any

import pandas as pd

from toolkit import schema
from toolkit.schema import CALENDAR, CHANGES, Plan, Read

# a missed or cancelled post was never seen by the group, so it counts for nothing
LIVE = ("draft", "pinned", "sent")


def compare_plans(old: Plan | pd.DataFrame | Read, new: Plan | pd.DataFrame | Read) -> pd.DataFrame:
    """CHANGES from `old` to `new`: one row for each post that differs, by time, then post_id; empty when none does.

    Each side is a Plan, a CALENDAR or what `read_calendar` gives, so that an edited workbook is compared with the plan
    it came from; a row of it that could not be read looks removed (see `rejected`). Posts are matched by item and
    group; where a calendar holds both twice, live posts first and then by time.

    A post is live as draft, pinned or sent, not as missed or cancelled. `change` is "added" (live now, not before),
    "removed" (live before, not now), "moved" (live at another time; its status may have changed too) or "status" (at
    the same time, or live on neither side). `was` is the time before (missing where there was no post), `starts_at`
    the time now (missing where the post was removed), both in Asia/Shanghai. `value_change` is the new value less the
    old one in units of value, where a post that is not live is worth 0. A row that differs in value, reason, code or
    sequence alone is no change.

    Raises ColumnError for what is no calendar.

    >>> day = {"post_id": "a@g1", "item_id": "a", "group_id": "g1", "value": 2.0}
    >>> old = pd.DataFrame([{**day, "starts_at": "2026-09-21 20:00"}])
    >>> new = pd.DataFrame([{**day, "starts_at": "2026-09-22 20:00"}])
    >>> compare_plans(old, new)[["post_id", "change", "value_change"]].values.tolist()
    [['a@g1', 'moved', 0.0]]
    """
    before, after = _by_pair(calendar_of(old)), _by_pair(calendar_of(new))
    rows = [_change(before.get(pair), after.get(pair)) for pair in dict.fromkeys([*before, *after])]
    found = [row for row in rows if row]
    if not found:
        return CHANGES.empty()
    frame = schema.check(pd.DataFrame(found), CHANGES)
    times = frame["starts_at"].fillna(frame["was"])
    frame = frame.assign(_time=times).sort_values(["_time", "post_id"], kind="stable")
    return frame[CHANGES.names].reset_index(drop=True)


def calendar_of(value: Plan | pd.DataFrame | Read) -> pd.DataFrame:
    """The CALENDAR of a plan, of what was read, or itself; rows counted from 0. Raises ColumnError for anything else."""
    frame = value.calendar if isinstance(value, Plan) else value.frame if isinstance(value, Read) else value
    return schema.check(frame, CALENDAR)[CALENDAR.names].reset_index(drop=True)


def _by_pair(calendar: pd.DataFrame) -> dict[tuple[str, str, int], dict[str, Any]]:
    """Item, group and how often both have come before, to the post."""
    ordered = calendar.assign(_dead=~calendar["status"].isin(LIVE)).sort_values(
        ["_dead", "starts_at", "post_id"], kind="stable"
    )
    turn = ordered.groupby(["item_id", "group_id"], sort=False).cumcount()
    return {
        (row["item_id"], row["group_id"], int(number)): {str(name): value for name, value in row.items()}
        for row, number in zip(ordered.to_dict("records"), turn, strict=True)
    }


def _change(old: dict[str, Any] | None, new: dict[str, Any] | None) -> dict[str, Any] | None:
    """The row of CHANGES for one post, None where it is the same."""
    post = new or old or {}
    was_live = old is not None and old["status"] in LIVE
    is_live = new is not None and new["status"] in LIVE
    before, after = (None if row is None else row["starts_at"] for row in (old, new))
    if was_live and is_live and not same_time(before, after):
        change = "moved"
    elif was_live != is_live:
        change = "added" if is_live else "removed"
    elif old is not None and new is not None and old["status"] != new["status"]:
        change = "status"
    else:
        return None
    worth = (new["value"] if new and is_live else 0.0) - (old["value"] if old and was_live else 0.0)
    return {
        **{name: post[name] for name in ("post_id", "item_id", "group_id")},
        "change": change,
        "was": before,
        "starts_at": None if change == "removed" else after,
        "value_change": worth,
    }


def same_time(one: Any, other: Any) -> bool:
    """Whether two times are the same moment, or both missing."""
    return one == other or (pd.isna(one) and pd.isna(other))

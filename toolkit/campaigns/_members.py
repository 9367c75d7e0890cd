"""Layers of a group's members (B2): how many pay, could, or are idle, beside what is said of 271."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from toolkit import schema
from toolkit.campaigns._dates import checked_day
from toolkit.campaigns._groups import figure
from toolkit.schema import LAYERS, ColumnError, Contract

_KNOWN = ("paying", "convertible", "idle")
_MAYBE: dict[str, Any] = {"optional": True, "default": None}
_COUNTS = Contract(
    "LAYER_COUNTS",
    "成员分层",
    (
        schema.Column("group_id", "text", "群编号"),
        schema.Column("paying", "count", "付费", **_MAYBE),
        schema.Column("convertible", "count", "可转化", **_MAYBE),
        schema.Column("idle", "count", "沉寂", **_MAYBE),
        schema.Column("unknown", "count", "未知", **_MAYBE),
    ),
)
_PEOPLE = Contract(
    "MEMBERS",
    "成员",
    (
        schema.Column("group_id", "text", "群编号"),
        schema.Column("member", "text", "成员（代号）"),
        schema.Column("orders", "count", "订单数", **_MAYBE),
        schema.Column("last_order", "date", "最近下单", **_MAYBE),
        schema.Column("messages", "count", "消息数", **_MAYBE),
    ),
)


def member_layers(
    members: pd.DataFrame, *, recent: int | None = None, until: dt.date | str | None = None
) -> pd.DataFrame:
    """LAYERS: for each group its paying, convertible and idle members, their real share, and the saying beside it.

    `members` is either one row per group (group_id, paying, convertible, idle, unknown; 付费、可转化、沉寂、未知) or
    one row per member (group_id, member as a stand-in, orders, last_order, messages). Of rows per member *paying* are
    those with an order, *convertible* those without one who wrote, *idle* those who did neither, *unknown* those of
    whom that was not counted. With `recent` an order counts only in the `recent` days up to `until` (the latest order
    where not given); one whose day is not known is then unknown.

    `share` is of the members whose layer is known, missing where there are none. `quoted` is what 271 says (20%, 70%,
    10%, not verified; lexicon `group-health`); nothing is computed from it. A layer that was not counted has no row.
    No stand-in comes back. Empty input gives an empty frame.

    Raises ColumnError for a table of neither kind, a negative count, or a group or member that is there twice;
    ChoiceError for `recent` or `until` that cannot be.

    >>> layers = member_layers(pd.DataFrame({"group_id": ["a"], "paying": [10], "convertible": [30], "idle": [60]}))
    >>> layers[["layer", "share", "quoted"]].values.tolist()
    [['paying', 0.1, 0.2], ['convertible', 0.3, 0.7], ['idle', 0.6, 0.1]]
    """
    frame = schema.as_frame(members, "成员")
    named = {column.caption: column.name for part in (_COUNTS, _PEOPLE) for column in part.columns}
    names = {named.get(str(name), str(name)) for name in frame.columns}
    if "member" in names:
        counts = _counted(_checked(frame, _PEOPLE, ["group_id", "member"]), recent, until)
    elif names & set(_KNOWN):
        counts = _checked(frame, _COUNTS, ["group_id"])
    else:
        raise ColumnError(
            "成员表要么每群一行（群编号、付费、可转化、沉寂），要么每人一行（群编号、成员（代号）、订单数、消息数）。"
            "请照其中一种补上列。",
            present=tuple(str(name) for name in frame.columns),
        )
    rows = []
    for _, row in counts.iterrows():
        given = {name: int(row[name]) for name in (*_KNOWN, "unknown") if not schema.is_missing(row[name])}
        total = sum(number for name, number in given.items() if name in _KNOWN)
        for name, number in given.items():
            share = number / total if name in _KNOWN and total else float("nan")
            quoted = figure(f"layer_{name}") if name in _KNOWN else float("nan")
            if name in _KNOWN or number:
                rows.append((row["group_id"], name, number, share, quoted))
    return schema.check(pd.DataFrame(rows, columns=LAYERS.names), LAYERS)


def _checked(frame: pd.DataFrame, contract: Contract, key: list[str]) -> pd.DataFrame:
    """The table in its contract, without rows that are there twice or count below nothing."""
    known = schema.check(frame, contract)
    for column in contract.columns:
        if column.kind != "count":
            continue
        low = (known[column.name] < 0).fillna(value=False)
        if low.any():
            place = list(low).index(True) + 1
            raise ColumnError(f"{contract.caption}表第 {place} 行的{column.caption}是负数。请改好这一格。")
    twice = known.duplicated(key)
    if twice.any():
        place = list(twice).index(True) + 1
        what = "成员" if "member" in key else "群"
        raise ColumnError(
            f"{contract.caption}表第 {place} 行的{what}前面已有一行。请合成一行，再交给这一步。"
        )
    return known


def _counted(people: pd.DataFrame, recent: int | None, until: dt.date | str | None) -> pd.DataFrame:
    """Rows per member as counts per group."""
    span = _span(people, recent, until)
    bought = [_bought(row, span) for row in people.to_dict("records")]
    wrote = [None if schema.is_missing(number) else number > 0 for number in people["messages"]]
    layers = [
        "paying" if paid else "unknown" if paid is None or said is None else "convertible" if said else "idle"
        for paid, said in zip(bought, wrote, strict=True)
    ]
    table = pd.DataFrame({"group_id": people["group_id"], "layer": layers})
    rows = [
        {"group_id": key, **{name: int((part["layer"] == name).sum()) for name in (*_KNOWN, "unknown")}}
        for key, part in table.groupby("group_id", sort=False)
    ]
    return pd.DataFrame(rows, columns=_COUNTS.names)


def _span(
    people: pd.DataFrame, recent: int | None, until: dt.date | str | None
) -> tuple[dt.date, dt.date] | None:
    """The days between which an order counts, both included, None where all orders do."""
    if recent is None:
        return None
    length = schema.as_whole(recent, "recent", 1, 36_600)
    known = [day for day in people["last_order"] if not schema.is_missing(day)]
    last = checked_day(until, "until") if until is not None else max(known, default=dt.date.max)
    return last - dt.timedelta(days=length - 1), last


def _bought(row: dict[Any, Any], span: tuple[dt.date, dt.date] | None) -> bool | None:
    """Whether a member bought (in these days), None where that was not counted."""
    if schema.is_missing(row["orders"]):
        return None
    if row["orders"] == 0 or span is None:
        return bool(row["orders"] > 0)
    day = row["last_order"]
    return None if schema.is_missing(day) else bool(span[0] <= day <= span[1])

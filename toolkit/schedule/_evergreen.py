"""Evergreen content: copies whose windows keep the cool-down in every group, whatever the planner does with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from toolkit import schema
from toolkit.schedule import _inputs
from toolkit.schedule._recurring import Days, as_items, checked_rows, dated, is_evergreen
from toolkit.schema import PlanError, as_date

# our own starting point: a filler is worth a tenth of what it would be as ordinary content
_FILLER_SHARE = 0.1
# the day in the id (None for the bare name), the group, and the day it stands on as an offset from the start
_Post = tuple[dt.date | None, str, int]


@dataclass
class _Copy:
    """One copy of a row: the day in its id, its first and last day as offsets from the start, and its groups."""

    day: dt.date
    first: int
    last: int
    groups: list[str] = field(default_factory=list)


def expand_evergreen(
    recurring: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    start: dt.date | str,
    days: int,
    history: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """ITEMS: copies `name@YYYY-MM-DD` of the rows of RECURRING that have a `cooldown` and no weekdays, to fill gaps.

    A copy may be sent from the day in its id to its `latest`, to the groups it lists (by group_id). Windows of one row
    lie so far apart that no group can get it twice within fewer than `cooldown` days, wherever the planner puts it; a
    window is half a cool-down long, the last one as long as the days allow, and rows take turns, so that some copy is
    open on most days. A group takes part from the first day on which it has cooled down from `history`, a CALENDAR
    whose sent and pinned posts count, before, within and after the days, where their item is `name` or `name@date`;
    what stands within the days is kept as a copy of its own for the groups that have it.

    `earliest`, `latest`, `until` and `skips` bound the windows; groups that have closed are left out. A copy is worth
    a tenth of the row's `value` (our own starting point, no measured one), so that it gives way to everything else.
    `after` stays as it is. Rows with weekdays are passed over: they are for `expand_recurring`. No rows or no groups
    give no items. Ordered by row, then by day.

    Raises PlanError as `expand_recurring` does, for an unknown group, a group_id that is also a segment, and a
    standing post without a time; ColumnError for a missing column.

    >>> groups = pd.DataFrame([{"group_id": "g1", "name": "读书群", "members": 90, "slots": ["20:00"],
    ...                         "posts_per_day": 1, "posts_per_week": 5}])
    >>> rows = pd.DataFrame([{"item_id": "护眼", "title": "看书的光怎么挑", "cooldown": 14}])
    >>> found = expand_evergreen(rows, groups, start="2026-09-21", days=28)
    >>> [(row.item_id, str(row.latest.date()), row.value) for row in found.itertuples()]
    [('护眼@2026-09-21', '2026-09-27', 0.1), ('护眼@2026-10-11', '2026-10-18', 0.1)]
    """
    first, length = _inputs.checked_start(start, days)
    table = _inputs.checked_groups(groups)
    rows = [row for row in checked_rows(recurring) if is_evergreen(row)]
    _refuse_strangers(rows, table)
    standing = _standing(history, first)
    items = []
    for turn, row in enumerate(rows):
        mine = _own(standing, row["item_id"], set(table["group_id"]))
        kept = _standing_copies(mine, length)
        copies = kept + _Series(row, first, length, turn / len(rows)).copies(table, mine, kept)
        items += [_item(row, copy, first) for copy in sorted(copies, key=lambda copy: (copy.first, copy.day))]
    return as_items(items)


def _refuse_strangers(rows: list[dict[str, Any]], groups: pd.DataFrame) -> None:
    """Audiences that are not there, and group ids that would be read as a segment."""
    if rows:
        _inputs.checked_items(as_items([{**row, "after": []} for row in rows]), groups)
    segments = {_inputs.ALL_GROUPS, *groups["segment"]}
    if twofold := [name for name in groups["group_id"] if name in segments]:
        raise PlanError(f"群编号 {'、'.join(twofold)} 同时是人群的名字，分不清发给谁。请给这些群换一个编号。")


def _standing(history: pd.DataFrame | None, start: dt.date) -> list[tuple[str, str, int]]:
    """Item, group and day (an offset from the start) of every sent or pinned post."""
    if history is None:
        return []
    frame = _inputs.named(history, schema.CALENDAR)
    frame = frame[frame["status"].isin(("sent", "pinned"))]
    if frame["starts_at"].isna().any():
        lost = "、".join(frame.loc[frame["starts_at"].isna(), "post_id"].head(5))
        raise PlanError(f"已发或已定的发布 {lost} 没有发布时间，算不出间隔。请补上时间，或去掉它。")
    return [
        (row.item_id, row.group_id, (row.starts_at.date() - start).days)
        for row in frame.sort_values(["starts_at", "group_id", "item_id"], kind="stable").itertuples()
    ]


def _own(standing: list[tuple[str, str, int]], name: str, groups: Collection[str]) -> list[_Post]:
    """The posts of one row in the groups: of `name` itself or of `name@date`."""
    found: list[_Post] = []
    for item_id, group_id, day in standing:
        stem, _, date = item_id.rpartition("@")
        if group_id in groups and item_id == name:
            found.append((None, group_id, day))
        elif group_id in groups and stem == name and _date(date):
            found.append((_date(date), group_id, day))
    return found


def _date(text: str) -> dt.date | None:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def _standing_copies(mine: list[_Post], length: int) -> list[_Copy]:
    """A copy for each dated id that stands within the days, open where it stands."""
    copies: dict[dt.date, _Copy] = {}
    for date, group_id, day in mine:
        if date is not None and 0 <= day < length:
            copy = copies.setdefault(date, _Copy(date, day, day))
            copy.first, copy.last = min(copy.first, day), max(copy.last, day)
            copy.groups.append(group_id)
    return list(copies.values())


class _Series:
    """The windows of one row: half a cool-down long, a whole one apart; `turn` (0 to 1) shifts its first."""

    def __init__(self, row: Mapping[str, Any], start: dt.date, length: int, turn: float) -> None:
        self.start, self.length = start, length
        self.row = row
        self.cooldown = int(row["cooldown"])
        self.size = (self.cooldown + 1) // 2
        period = self.cooldown + self.size - 1
        # where only one window has room, all rows may take the whole of it
        self.shift = int(turn * period) if length > period else 0

    def copies(self, groups: pd.DataFrame, mine: list[_Post], kept: list[_Copy]) -> list[_Copy]:
        """The copies for all groups; groups with equal open days share theirs, the freest ones go first."""
        days = Days(self.row)
        within = [days.within(self.start + dt.timedelta(days=n)) for n in range(self.length)]
        taken = {(copy.day - self.start).days for copy in kept}
        sent: dict[str, list[int]] = {}
        for _, name, day in mine:
            sent.setdefault(name, []).append(day)
        alike: dict[tuple[tuple[bool, ...], int], list[str]] = {}
        meant = groups.loc[_inputs.audience([self.row["groups"]], groups)[0]]
        for name, closes in zip(meant["group_id"], map(as_date, meant["closes"]), strict=True):
            end = self.length if closes is None else min(self.length, (closes - self.start).days + 1)
            free = tuple(
                ok and all(abs(n - day) >= self.cooldown for day in sent.get(name, []))
                for n, ok in enumerate(within)
            )
            alike.setdefault((free, end), []).append(name)
        found: dict[int, _Copy] = {}
        for (free, end), names in sorted(alike.items(), key=lambda pair: -sum(pair[0][0])):
            self._share_out(free, end, names, found, taken)
        order = {name: place for place, name in enumerate(groups["group_id"])}
        for copy in found.values():
            copy.groups.sort(key=order.__getitem__)
        return list(found.values())

    def _share_out(
        self,
        free: Sequence[bool],
        end: int,
        names: list[str],
        found: dict[int, _Copy],
        taken: Collection[int],
    ) -> None:
        """Let groups with these free days join copies whose whole window is free, or open new ones, before `end`."""
        lead = self.shift - self.cooldown + 1
        day, size = (0, lead) if lead > 0 else (self.shift, self.size)
        while day < end:
            if not free[day] or day in taken:
                day += 1
                continue
            if day not in found:
                last = self._last(free, day, size)
                found[day] = _Copy(self.start + dt.timedelta(days=day), day, last)
            copy = found[day]
            if all(free[copy.first : copy.last + 1]):
                copy.groups += names
                day, size = copy.last + self.cooldown, self.size
            else:
                day += 1

    def _last(self, free: Sequence[bool], day: int, size: int) -> int:
        """The last day of a window that opens on `day`: to the end where no other could follow, within free days."""
        end = day + size
        if end - 1 + self.cooldown >= self.length:
            end = self.length
        return next((n - 1 for n in range(day, end) if not free[n]), end - 1)


def _item(row: Mapping[str, Any], copy: _Copy, start: dt.date) -> dict[str, Any]:
    return {
        **row,
        "item_id": dated(row["item_id"], copy.day),
        "earliest": start + dt.timedelta(days=copy.first),
        "latest": start + dt.timedelta(days=copy.last),
        "groups": copy.groups,
        "value": round(float(row["value"]) * _FILLER_SHARE, 6),
    }

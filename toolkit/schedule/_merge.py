"""Two colleagues' calendars as one: three-way by post and cell, with every clash listed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from toolkit import schema
from toolkit.schedule._compare import calendar_of, compare_plans, same_time
from toolkit.schema import CALENDAR, CONFLICTS, WORDS, Plan, PlanError, Read, is_missing

_KEY = "post_id"
# sequence is counted anew, everything else is merged cell by cell
_CELLS = [name for name in CALENDAR.names if name not in (_KEY, "sequence")]
# what a planner says of a place: where two times clash, they follow the one that is kept
_OF_THE_TIME = ("value", "reason")
_DELETED = "删除"
_Row = dict[str, Any]


class Merged(NamedTuple):
    """The merged CALENDAR, the CONFLICTS that a person should look at, and the CHANGES against the base."""

    frame: pd.DataFrame
    conflicts: pd.DataFrame
    changes: pd.DataFrame


@dataclass(frozen=True)
class _Side:
    """One edited calendar by post_id, and the posts whose rows could not be read, with the reason.

    `unread_any` is a reason why any post that is missing may be one whose row could not be read, "" for none.
    """

    rows: dict[str, _Row]
    unread: dict[str, str]
    unread_any: str

    def why_unread(self, post: str) -> str:
        """Why the post's row may be there unread, "" where it is read or was deleted."""
        return "" if post in self.rows else self.unread.get(post, self.unread_any)


def merge_calendars(base: Plan | pd.DataFrame | Read, *edited: Plan | pd.DataFrame | Read) -> Merged:
    """The calendar with what each of `edited` changed against `base`: a Merged of frame, conflicts and changes.

    Each is a CALENDAR, a Plan or what `read_calendar` gives. Posts are matched by post_id and compared cell by cell
    (item, group, time, status, value, reason, code):

    - changed in one: taken; changed alike in several: taken once; changed in two ways: the cell of the calendar named
      first is kept and the clash is listed, a row for each further value. Where two times clash, value and reason
      come with the time that is kept and are not listed.
    - a post missing in one and unchanged in the others is deleted; missing in one and changed in another, it is kept
      as changed and listed under the column post_id.
    - a post that is new in one is added; new in several, once, and cells that differ are listed with a blank base.
    - a post whose row could not be read (`rejected`) is not deleted: it stays as the others have it and is listed
      under the column post_id. Where a rejected row names no post, every missing one may be it.

    `sequence` is one more than the base's where time or status changed, at least as high as in a calendar that has
    the same time and status, and higher than in one that has others, so that calendar programs take the merged post.

    `frame` is sorted by time, group and item. `conflicts` is CONFLICTS: `column` is the contract's name, the other
    cells are text as people read it (times 2026-09-21 20:00 in Asia/Shanghai, 待发, 删除). `changes` is
    `compare_plans(base, frame)`. Without `edited` the base comes back, with no conflicts and no changes.

    Raises PlanError when a calendar holds a post_id twice, ColumnError for what is no calendar.

    >>> day = {"item_id": "a", "group_id": "g1", "post_id": "a@g1", "starts_at": "2026-09-21 20:00"}
    >>> base = pd.DataFrame([day])
    >>> later, fixed = base.assign(starts_at="2026-09-22 20:00"), base.assign(status="pinned")
    >>> merged = merge_calendars(base, later, fixed)
    >>> merged.frame[["starts_at", "status", "sequence"]].astype("str").values.tolist(), len(merged.conflicts)
    ([['2026-09-22 20:00:00+08:00', 'pinned', '1']], 0)
    """
    before = _rows(calendar_of(base), "原来的排期")
    sides = [_side(value, f"第 {number} 份改过的排期") for number, value in enumerate(edited, start=1)]
    posts = dict.fromkeys(before)
    for side in sides:
        posts |= dict.fromkeys(side.rows)
    rows: list[_Row] = []
    conflicts: list[dict[str, str]] = []
    for post in posts:
        row, clashes = _merge_post(post, before.get(post), sides)
        rows += [row] if row else []
        conflicts += clashes
    frame = CALENDAR.empty() if not rows else schema.check(pd.DataFrame(rows), CALENDAR)[CALENDAR.names]
    order = ["starts_at", "group_id", "item_id", _KEY]
    frame = frame.sort_values(order, kind="stable").reset_index(drop=True)
    found = schema.check(pd.DataFrame(conflicts), CONFLICTS) if conflicts else CONFLICTS.empty()
    return Merged(frame, found, compare_plans(base, frame))


def _rows(calendar: pd.DataFrame, who: str) -> dict[str, _Row]:
    twice = calendar.loc[calendar[_KEY].duplicated(), _KEY]
    if len(twice):
        raise PlanError(
            f"{who}里发布编号 {twice.iloc[0]} 出现了不止一次，分不清该合并哪一行。请只留下其中一行。"
        )
    return {row[_KEY]: {str(name): cell for name, cell in row.items()} for row in calendar.to_dict("records")}


def _side(value: Plan | pd.DataFrame | Read, who: str) -> _Side:
    rows = _rows(calendar_of(value), who)
    if not isinstance(value, Read):
        return _Side(rows, {}, "")
    named = value.rejected.get(_KEY, pd.Series("", index=value.rejected.index))
    pairs = [(str(post), str(why)) for post, why in zip(named, value.rejected["reason"], strict=True)]
    return _Side(
        rows, {post: why for post, why in pairs if post}, next((why for post, why in pairs if not post), "")
    )


def _merge_post(post: str, old: _Row | None, sides: list[_Side]) -> tuple[_Row | None, list[dict[str, str]]]:
    """One post merged (None where it is deleted), and its clashes."""
    own = [side.rows[post] for side in sides if post in side.rows]
    unread = [why for side in sides if (why := side.why_unread(post))] if old else []
    touched = own if old is None else [row for row in own if _differing(row, old)]
    deleted = old is not None and len(own) + len(unread) < len(sides)
    if deleted and not touched and not unread:
        return None, []
    row, clashes = _merge_cells(post, old, touched)
    whole = {"post_id": post, "column": _KEY, "base": _said(old, None), "kept": _said(row, None)}
    if old and deleted:
        first, second = _opposed(post, old, sides)
        clashes.append({**whole, "first": first, "second": second})
    elif unread:
        clashes.append({**whole, "first": _unread_text(unread[0]), "second": ""})
    return {**row, "sequence": _sequence(row, old, own)}, clashes


def _opposed(post: str, old: _Row, sides: list[_Side]) -> tuple[str, str]:
    """What the calendars did with a post that one deleted and another did not, in their order."""
    told = []
    for side in sides:
        if why := side.why_unread(post):
            told.append(_unread_text(why))
        elif post not in side.rows:
            told.append(_DELETED)
        elif _differing(side.rows[post], old):
            told.append(_said(side.rows[post], old))
    return told[0], next(text for text in told if (text == _DELETED) != (told[0] == _DELETED))


def _unread_text(why: str) -> str:
    return f"没能读入：{why}"


def _merge_cells(post: str, old: _Row | None, touched: list[_Row]) -> tuple[_Row, list[dict[str, str]]]:
    """The post's cells with each change taken, and the clashes; `touched` are its rows that differ from the base."""
    row = dict(old or touched[0])
    clashes: list[dict[str, str]] = []
    leading: _Row | None = None
    for name in _CELLS:
        changed = [other for other in touched if old is None or not _same(name, other[name], old[name])]
        values = _different(name, (other[name] for other in changed))
        if leading and name in _OF_THE_TIME:
            row[name] = leading[name]
            continue
        if values:
            row[name] = values[0]
        if len(values) > 1 and name == "starts_at":
            leading = changed[0]
        first = _shown(name, row[name])
        base = _shown(name, old[name]) if old else ""
        cell = {"post_id": post, "column": name, "base": base, "first": first, "kept": first}
        clashes += [{**cell, "second": _shown(name, value)} for value in values[1:]]
    return row, clashes


def _different(name: str, values: Iterable[Any]) -> list[Any]:
    """The values, each once, in order."""
    found: list[Any] = []
    for value in values:
        if not any(_same(name, value, other) for other in found):
            found.append(value)
    return found


def _differing(row: _Row, old: _Row) -> list[str]:
    return [name for name in _CELLS if not _same(name, row[name], old[name])]


def _same(name: str, one: Any, other: Any) -> bool:
    if name == "starts_at":
        return same_time(one, other)
    if name == "value":
        # a workbook keeps fifteen digits
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return ("" if is_missing(one) else one) == ("" if is_missing(other) else other)


def _sequence(row: _Row, old: _Row | None, own: list[_Row]) -> int:
    """Above every calendar that has the post at another time or in another state, at least as high as the others."""
    known = [old, *own] if old else own
    return max(int(other["sequence"]) + _moved(row, other) for other in known)


def _moved(row: _Row, other: _Row) -> bool:
    return any(not _same(name, row[name], other[name]) for name in ("starts_at", "status"))


def _shown(name: str, value: Any) -> str:
    """A cell as an editor reads it; a missing one is blank."""
    if is_missing(value):
        return ""
    if name == "starts_at":
        return f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    if name == "status":
        return WORDS[value]
    return f"{value:g}" if name == "value" else str(value)


def _said(row: _Row | None, old: _Row | None) -> str:
    """A post in a few words: its time and state, or what is other in it than in `old`."""
    if row is None:
        return ""
    if old is None:
        return f"{_shown('starts_at', row['starts_at'])} {_shown('status', row['status'])}".strip()
    return "、".join(
        f"{CALENDAR.captions[name]} {_shown(name, row[name])}".strip() for name in _differing(row, old)
    )

"""A plan as the plain values that the calendar in the page shows: groups, days, posts, tray and legend."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit.charts import WEEKDAYS, format_time, plain
from toolkit.schema import ITEM_KINDS, PHASES, RULES, WORDS, Plan
from toolkit.widgets._board_course import LIVE, columns

# the number of a colour in Okabe and Ito's order, as the charts of a plan paint the kinds
_KIND_COLOURS = {
    "value": 2,
    "discussion": 1,
    "promotion": 5,
    "event": 3,
    "red_packet": 6,
    "poll": 0,
    "notice": 4,
}
_PHASE_COLOURS = {"": 7, "warmup": 0, "promotion": 5, "review": 1}
_OTHER = 7
_KIND_MARKS = {
    **{"value": "干", "discussion": "话", "promotion": "促", "event": "活", "red_packet": "红"},
    **{"poll": "票", "notice": "告"},
}
_PHASE_MARKS = {"": "·", "warmup": "预", "promotion": "促", "review": "复"}
_NO_PHASE = "不在活动里"
# longer titles do not fit a chip; the whole one is told where a post is looked at
_TITLE, _WHY, _CALLED = 120, 80, 24
# what the chip of a post is marked with, where it is called otherwise
_CHANGED = {"removed": "", "status": "moved"}
_TOGETHER = "整批一起移"
_SEVERITIES = {"block": 0, "warn": 1, "info": 2}
# what of the table of days is named in the head of a day, and what is told beside
_NAMED, _TOLD = ("festival", "solemn", "shopping"), {"term": "节气：", "school": ""}


def line(text: Any, most: int = _TITLE) -> str:
    """A text in one line, cut with an ellipsis.

    >>> line("新米\\n到了", 9), line("一二三四五", 3)
    ('新米 到了', '一二…')
    """
    whole = " ".join(plain(text).split())
    return whole if len(whole) <= most else whole[: most - 1] + "…"


def called(title: Any) -> str:
    """A title within a sentence.

    >>> called("新米到了")
    '「新米到了」'
    """
    return f"「{line(title, _CALLED)}」"


def rule_name(rule_id: Any) -> str:
    """What an editor calls a rule; the id where it is not known, "" for a missing one."""
    if pd.isna(rule_id):
        return ""
    return RULES[rule_id].name if rule_id in RULES else str(rule_id)


@dataclass(frozen=True, eq=False)
class Names:
    """The items and groups of a plan by their ids, as records; what is not known of one is blank."""

    items: dict[str, dict[str, Any]]
    groups: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, plan: Plan) -> Names:
        """The names of a plan."""
        return cls(
            {row["item_id"]: row for row in plan.items.to_dict("records")},
            {row["group_id"]: row for row in plan.groups.to_dict("records")},
        )

    def item(self, item_id: str) -> dict[str, Any]:
        """An item's row."""
        blank = {"title": item_id, "kind": "", "phase": "", "campaign": "", "owner": "", "clock": []}
        return self.items.get(item_id) or blank

    def group(self, group_id: str) -> dict[str, Any]:
        """A group's row."""
        return self.groups.get(group_id) or {
            "name": f"{group_id}（不在群表里）",
            "segment": "",
            "owner": "",
            "slots": [],
        }

    def title(self, item_id: str) -> str:
        """An item's title within a sentence."""
        return called(self.item(item_id)["title"])

    def group_name(self, group_id: str) -> str:
        """A group's name in one line."""
        return line(self.group(group_id)["name"], 40)


def group_rows(plan: Plan, names: Names) -> list[dict[str, Any]]:
    """The groups in their order; at the end those that only the calendar names."""
    rows = [
        {
            "id": row["group_id"],
            "name": line(row["name"], 60),
            "owner": line(row["owner"], 20),
            "segment": line(row["segment"], 20),
            "members": 0 if pd.isna(row["members"]) else int(row["members"]),
            "slots": [line(slot, 5) for slot in row["slots"]],
            "quiet": [line(span, 11) for span in row["quiet"]],
        }
        for row in names.groups.values()
    ]
    blank = {"owner": "", "segment": "", "members": 0, "slots": [], "quiet": []}
    strange = [name for name in dict.fromkeys(plan.calendar["group_id"]) if name not in names.groups]
    return rows + [{"id": name, "name": line(names.group_name(name), 60), **blank} for name in strange]


def day_rows(plan: Plan, table: pd.DataFrame) -> list[dict[str, Any]]:
    """The plan's days with what the table of days says of them, and the plan's own days of mourning."""
    days = [plan.start + dt.timedelta(days=step) for step in range(plan.days)]
    marks: dict[dt.date, dict[str, list[str]]] = {day: {} for day in days}
    inside = table[table["date"].isin(marks.keys())]
    for date, kind, name in zip(inside["date"], inside["kind"], inside["name"], strict=True):
        marks[date].setdefault(kind, []).append(str(name))
    for day in plan.rules.mourning:
        if day in marks and "solemn" not in marks[day]:
            marks[day]["solemn"] = ["哀悼"]
    return [_day_row(day, marks[day]) for day in days]


def _day_row(day: dt.date, marks: Mapping[str, list[str]]) -> dict[str, Any]:
    names = list(dict.fromkeys(name for kind in _NAMED for name in marks.get(kind, [])))
    told = ["放假"] if "rest" in marks else []
    told += ["调休上班"] if "workday" in marks else []
    told += [f"庄重日：{name}" for name in marks.get("solemn", [])]
    told += [name for kind in ("festival", "shopping") for name in marks.get(kind, [])]
    told += [f"{before}{name}" for kind, before in _TOLD.items() for name in marks.get(kind, [])]
    return {
        "date": str(day),
        "label": f"{day.month}月{day.day}日",
        "weekday": WEEKDAYS[day.weekday()],
        **{kind: kind in marks for kind in ("rest", "workday", "solemn", "festival")},
        "names": names,
        "note": "，".join(dict.fromkeys(told)),
    }


def legend_rows(colour_by: str) -> list[dict[str, Any]]:
    """What each colour means, with a mark that says the same without it."""
    if colour_by == "phase":
        return [
            {
                "colour": _PHASE_COLOURS[phase],
                "word": WORDS.get(phase, _NO_PHASE),
                "mark": _PHASE_MARKS[phase],
            }
            for phase in (*PHASES[1:], "")
        ]
    return [
        {"colour": _KIND_COLOURS[kind], "word": WORDS[kind], "mark": _KIND_MARKS[kind]} for kind in ITEM_KINDS
    ]


def _colour(item: Mapping[str, Any], colour_by: str) -> int:
    known = _PHASE_COLOURS if colour_by == "phase" else _KIND_COLOURS
    return known.get(item["phase" if colour_by == "phase" else "kind"], _OTHER)


def breaks_of(checks: pd.DataFrame) -> dict[str, list[dict[str, str]]]:
    """post_id (or whatever else the judge names) to the rules broken there, hard ones first."""
    found: dict[str, list[dict[str, str]]] = {}
    for rule, severity, post_id, message in zip(
        *columns(checks, "rule_id", "severity", "post_id", "message"), strict=True
    ):
        row = {"rule": rule, "name": rule_name(rule), "severity": severity, "message": line(message, 200)}
        found.setdefault(post_id, []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: _SEVERITIES.get(row["severity"], 9))
    return found


def post_rows(
    calendar: pd.DataFrame, names: Names, checks: pd.DataFrame, changes: pd.DataFrame, *, colour_by: str
) -> list[dict[str, Any]]:
    """The posts of a calendar; what `changes` says was removed is there once more where it stood, as "gone:" its id."""
    broken, face = breaks_of(checks), _Faces(names, colour_by)
    changed = dict(zip(*columns(changes, "post_id", "change"), strict=True))
    rows: list[dict[str, Any]] = []
    taken: set[str] = set()
    own = ("post_id", "item_id", "group_id", "starts_at", "status", "reason")
    for post_id, item_id, group_id, at, status, reason in zip(*columns(calendar, *own), strict=True):
        if not at:
            continue
        # a hand-made calendar may name a post twice
        key = post_id if post_id not in taken else f"{post_id}#{len(rows)}"
        taken.add(key)
        change = changed.get(post_id, "")
        more = {
            "id": key,
            "broken": broken.get(post_id, []) if status in LIVE else [],
            "why": line(reason, _WHY),
            "changed": _CHANGED.get(change, change),
        }
        rows.append(face.post(item_id, group_id, at, status) | more)
    gone = changes[changes["change"] == "removed"]
    for post_id, item_id, group_id, at in zip(
        *columns(gone, "post_id", "item_id", "group_id", "was"), strict=True
    ):
        more = {"id": f"gone:{post_id}", "broken": [], "changed": "removed", "why": "这次改动里移走了"}
        rows += [face.post(item_id, group_id, at, "draft") | more] if at else []
    return rows


class _Faces:
    """What posts show of their items, made once for each item."""

    def __init__(self, names: Names, colour_by: str) -> None:
        self.names, self.colour_by = names, colour_by
        self._known: dict[str, dict[str, Any]] = {}
        self._owners: dict[str, str] = {}

    def item(self, item_id: str) -> dict[str, Any]:
        """An item's part of a post."""
        if item_id not in self._known:
            item = self.names.item(item_id)
            self._known[item_id] = {
                "item": item_id,
                "title": line(item["title"]),
                "kind": item["kind"],
                "kind_word": WORDS.get(item["kind"], ""),
                "phase": item["phase"],
                "phase_word": WORDS.get(item["phase"], ""),
                "owner": line(item["owner"], 20),
                "colour": _colour(item, self.colour_by),
            }
        return self._known[item_id]

    def post(self, item_id: str, group_id: str, at: str, status: str) -> dict[str, Any]:
        """A post without what the judge and the edits say of it."""
        item = self.item(item_id)
        if group_id not in self._owners:
            self._owners[group_id] = line(self.names.group(group_id)["owner"], 20)
        return {
            **item,
            "group": group_id,
            "at": at[:16],
            "status": status,
            "status_word": WORDS.get(status, status),
            "owner": item["owner"] or self._owners[group_id],
        }


def tray_rows(plan: Plan, names: Names, *, colour_by: str) -> list[dict[str, Any]]:
    """What found no place, each with the rule that kept it out."""
    rows, face = {}, _Faces(names, colour_by)
    own = ("item_id", "group_id", "rule_id", "reason")
    for item_id, group_id, rule, reason in zip(*columns(plan.unplaced, *own), strict=True):
        item = face.item(item_id)
        rows[f"{item_id}@{group_id}"] = {
            "id": f"{item_id}@{group_id}",
            **{name: item[name] for name in ("item", "title", "kind", "colour")},
            "group": group_id,
            "rule": rule_name(rule),
            "reason": line(reason, 200),
        }
    return list(rows.values())


def place_rows(places: pd.DataFrame, group_id: str) -> list[dict[str, Any]]:
    """Where a post of a group may go: for each place the difference, or the rule that bars it."""
    own = ("starts_at", "chosen", "value_change", "rule_id", "reason")
    return [
        {
            "group": group_id,
            "at": at[:16],
            "ok": bool(pd.isna(rule)) or moves_together(rule, reason),
            "change": _TOGETHER
            if moves_together(rule, reason)
            else ""
            if chosen or pd.isna(change)
            else signed(change),
            "rule": "" if pd.isna(rule) else rule,
            "name": rule_name(rule),
        }
        for at, chosen, change, rule, reason in zip(*columns(places, *own), strict=True)
    ]


def moves_together(rule: Any, reason: str) -> bool:
    """Whether a place that the number of sends bars is open to the whole wave, as the reason of PLACES says."""
    return bool(rule == "waves" and "一起改到这里可以" in reason)


def number(value: float) -> str:
    """A value with at most two decimals.

    >>> number(12.0), number(3.256)
    ('12', '3.26')
    """
    return "0" if abs(value) < 0.005 else f"{value:.2f}".rstrip("0").rstrip(".")


def signed(change: float) -> str:
    """A difference with its sign.

    >>> signed(3.2), signed(-1), signed(0.0001)
    ('+3.2', '−1', '±0')
    """
    if abs(change) < 0.005:
        return "±0"
    return f"{'+' if change > 0 else '−'}{number(abs(change))}"


@dataclass(frozen=True)
class Filters:
    """What of the posts is looked at; "" is everything."""

    owner: str = ""
    segment: str = ""
    kind: str = ""
    campaign: str = ""
    status: str = ""
    broken: bool = False

    def shown(self, rows: list[dict[str, Any]], names: Names) -> list[str] | None:
        """The ids of the posts that pass, None where all do."""
        return None if self == Filters() else [row["id"] for row in rows if self._passes(row, names)]

    def _passes(self, row: Mapping[str, Any], names: Names) -> bool:
        item, group = names.item(row["item"]), names.group(row["group"])
        return (
            (not self.owner or self.owner in (item["owner"], group["owner"]))
            and (not self.segment or self.segment == group["segment"])
            and (not self.kind or self.kind == item["kind"])
            and (not self.campaign or self.campaign == item["campaign"])
            and (not self.status or self.status == row["status"])
            and (not self.broken or bool(row["broken"]))
        )


def time_words(at: Any) -> str:
    """A moment as an editor reads it."""
    return str(format_time(at))

"""Ready weekly patterns by the kind of group: a kit's sections as rows of RECURRING."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd

from toolkit import lexicons, schema
from toolkit.schedule import _inputs
from toolkit.schedule._recurring import parse_weekdays
from toolkit.schema import WORDS, ChoiceError, Column, Contract, as_list

KITS = Contract(
    "KITS",
    "栏目模板",
    (
        Column("kit", "text", "模板"),
        Column("theme", "text", "主题"),
        Column("fits", "list", "适合的人群"),
        Column("sections", "list", "栏目"),
        Column("slots", "list", "要有的时段"),
        Column("posts_per_day", "count", "每天最多几条"),
        Column("posts_per_week", "count", "每周几条"),
        Column("promos_per_week", "count", "每周几条促销"),
        Column("minutes", "count", "每周分钟"),
    ),
)
_KEPT = ("title", "kind", "tone", "topic", "value", "weekdays", "minutes", "cooldown")


def list_kits() -> pd.DataFrame:
    """One row for each kit: kit, theme, fits, sections, slots, posts_per_day, posts_per_week, promos_per_week, minutes.

    `fits` are words for segments; `sections` say when, what and how; `slots` are the times a group must have; the
    ceilings are what its weekly sections and one evergreen a week take; `minutes` a week are for one send of each.
    The kits are our own, written from practice that is told, not measured; they stand in `lexicons/group-kits.csv` and
    `group-kit-sections.csv`, in which a person may change them.

    >>> kits = list_kits().set_index("kit")
    >>> kits.loc["读书群", "slots"], int(kits.loc["读书群", "posts_per_week"])
    (['12:30', '20:30'], 10)
    """
    rows = []
    for kit in lexicons.rows("group-kits"):
        sections = _sections(kit["kit"])
        weekly = [
            (section, day) for section in sections for day in parse_weekdays(as_list(section["weekdays"]))
        ]
        rows.append(
            {
                **kit,
                "sections": [_told(section) for section in sections],
                "slots": sorted({section["clock"] for section in sections if section["clock"]}),
                "posts_per_day": max(Counter(day for _, day in weekly).values()),
                "posts_per_week": len(weekly) + any(section["cooldown"] for section in sections),
                "promos_per_week": sum(section["kind"] == "promotion" for section, _ in weekly),
                "minutes": sum(int(section["minutes"]) for section, _ in weekly),
            }
        )
    return schema.check(pd.DataFrame(rows), KITS)


def _sections(kit: str) -> list[dict[str, str]]:
    return [row for row in lexicons.rows("group-kit-sections") if row["kit"] == kit]


def _told(section: dict[str, str]) -> str:
    """A section in one line."""
    days = section["weekdays"]
    when = f"每 {section['cooldown']} 天内不重复，补空"
    if days:
        when = f"{days if days.startswith('每') else f'周{days}'} {section['clock']}"
    return f"{when}，{WORDS[section['kind']]}「{section['title']}」：{section['how']}"


def use_kit(name: str, groups: str | Sequence[str] | pd.DataFrame) -> pd.DataFrame:
    """RECURRING of a kit's sections for these groups, to be changed, and expanded by `expand_recurring`.

    `groups` is a segment, a group_id, "all" or a list of these: clock times stay the kit's. Given a GROUPS frame, each
    section goes to its groups by id, at each group's slot outside quiet hours that is nearest to the kit's time (the
    earlier of two), and `waves` is the number of different times (of groups, for an evergreen). Ids are
    `kit-section-groups`, so that one kit can be used for several segments. `owner`, `copy` and `until` are left to be
    filled in. A frame without groups gives no rows.

    Raises ChoiceError for an unknown kit or no groups named, PlanError for a slot that cannot be read.

    >>> rows = use_kit("读书群", "书友")
    >>> rows[["item_id", "title", "weekdays", "clock"]].iloc[0].to_list()
    ['读书群-每晚话题-书友', '今晚聊一段', ['每天'], ['20:30']]
    """
    known = [kit["kit"] for kit in lexicons.rows("group-kits")]
    _inputs.checked_choice(name, known, "栏目模板")
    table = _inputs.checked_groups(groups) if isinstance(groups, pd.DataFrame) else None
    targets = list(table["group_id"]) if table is not None else _named(groups)
    if not targets:
        return schema.RECURRING.empty()
    rows = []
    for section in _sections(name):
        clock, waves = as_list(section["clock"]), 1
        if table is not None:
            clock = _nearest(clock[0], table) if clock else []
            waves = len(clock) or len(targets)
        row: dict[str, Any] = {column: section[column] for column in _KEPT}
        row["item_id"] = _section_id(name, section["section"], targets)
        row["after"] = [_section_id(name, part, targets) for part in as_list(section["after"])]
        row["groups"] = targets
        row["clock"] = clock
        row["waves"] = waves
        rows.append(row)
    return schema.check(pd.DataFrame(rows), schema.RECURRING)[schema.RECURRING.names]


def _named(groups: Any) -> list[str]:
    """Segments and group ids as they were named."""
    try:
        targets = as_list(groups)
    except TypeError:
        targets = []
    if not targets:
        raise ChoiceError(
            f"groups 要写人群或群编号（如 书友），或给一张群表（现在是 {schema.shown_value(groups)}）。"
        )
    return targets


def _section_id(kit: str, section: str, targets: Sequence[str]) -> str:
    return f"{kit}-{section}-{'+'.join(targets)}"


def _nearest(clock: str, groups: pd.DataFrame) -> list[str]:
    """Each group's open slot nearest to a clock time, in order; the time itself where none is open."""
    wanted = schema.parse_clock(clock)
    found: dict[int, str] = {}
    for slots, quiet in zip(groups["slots"], groups["quiet"], strict=True):
        spans = schema.parse_quiet(quiet)
        open_slots = {
            minute: slot
            for minute, slot in ((schema.parse_clock(slot), slot) for slot in slots)
            if not any(first <= minute < last for first, last in spans)
        }
        if open_slots:
            best = min(open_slots, key=lambda minute: (abs(minute - wanted), minute))
            found[best] = open_slots[best]
    return [found[minute] for minute in sorted(found)] or [clock]

"""`plan_posts`: items and groups to a Plan, with the reason of every place and every omission."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any, Literal

import numpy as np
import pandas as pd

from toolkit import schema
from toolkit.schedule import _inputs, _search, _words
from toolkit.schedule._check import Judge
from toolkit.schedule._ledger import NOWHERE, Candidates, Ledger, find_candidates
from toolkit.schedule._value import Array
from toolkit.schedule._world import World, build_world
from toolkit.schema import Plan, Rules

# no vowels, so a code is never a word or a month that Excel would turn into a date; no 0, 1 and look-alikes
_LETTERS = "BCDFGHJKMNPQRSTVWXYZ"
_SIGNS = _LETTERS + "23456789"
_CODE_LENGTH = 5
_TOLERANCE = 3e-6
# among equals what was planned before stays
_HAIR = 1 / 1024
_PLACE = ("item_id", "group_id", "starts_at", "status")


def plan_posts(
    items: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    start: dt.date | str,
    days: int,
    rules: Rules | None = None,
    pinned: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
    stability: float | None = None,
    times: pd.DataFrame | None = None,
    overlap: pd.DataFrame | None = None,
    effort: Literal["quick", "normal", "prove"] = "normal",
) -> Plan:
    """A Plan: which item goes to which group at which time, what was left out and why, its value and its bound.

    `items` and `groups` keep ITEMS and GROUPS; the plan covers `days` days from `start` on. `pinned` is a CALENDAR of
    posts that stay as they are (drafts in it become pinned). Of `previous`, an earlier CALENDAR, what was sent or
    pinned stands too; its drafts are worth `stability` more (in units of value) where they stay at the same time,
    and a hair more when that is None. Standing posts outside the days count for every rule but add no value.

    The value of a post is item value × members / 100. `times` (TIMES, as `posting_times` gives it) multiplies it by
    what the group's weekday and slot are worth; without it all slots are worth the same. `rules.soft` holds further
    wishes with their prices (see Soft), for which `overlap` (OVERLAP) tells who is in several groups. An unmet
    must-send costs ten times the most valuable post. `plan.checks` lists every wish that is not met with its cost.

    `bound` holds under the same hard rules for any plan: it is a linear relaxation by weeks and clock times or, for
    large questions, a Lagrangian one (`bound_by` says which). It leaves out `stability` and every wish but
    must-sends, so wishes widen the gap. "quick", "normal" and "prove" differ in how long they improve; none is ever
    worse than the one before it or than the greedy plan, and none breaks a hard rule. Among equals the earlier time
    is taken. The same input gives the same plan. No items or no groups give an empty plan of value 0.

    Raises PlanError for duplicate or unknown ids, unknown groups, a cycle in `after`, or no days; ChoiceError for an
    unknown effort or a wrong stability. An over-full month raises nothing: see `unplaced`.

    >>> groups = pd.DataFrame([{"group_id": "g1", "name": "妈妈群", "members": 200, "slots": ["20:00"],
    ...                         "posts_per_day": 1, "posts_per_week": 5}])
    >>> items = pd.DataFrame([{"item_id": "a", "title": "新米到了"}, {"item_id": "b", "title": "绘本单", "value": 3}])
    >>> plan = plan_posts(items, groups, start="2026-09-21", days=1)
    >>> list(plan.calendar["post_id"]), plan.value, list(plan.unplaced["rule_id"])
    (['b@g1'], 6.0, ['per_day'])
    """
    _inputs.checked_choice(effort, _search.EFFORTS, "effort")
    _inputs.checked_stability(stability)
    first, length = _inputs.checked_start(start, days)
    fixed = _inputs.fixed_posts(pinned, previous)
    group_table = _inputs.checked_groups(groups)
    item_table = _inputs.checked_items(items, group_table, known=list(fixed["item_id"]))
    world = build_world(
        item_table,
        group_table,
        fixed,
        rules=_inputs.checked_rules(rules),
        start=first,
        days=length,
        times=times,
    )
    cands = find_candidates(world)
    bonus = _stay_bonus(world, cands, previous, stability)
    found = _search.search(world, cands, bonus=bonus, overlap=overlap, effort=effort)
    return finish_plan(world, cands, found, previous=previous, times=times, overlap=overlap)


def finish_plan(
    world: World,
    cands: Candidates,
    found: _search.Found,
    *,
    previous: pd.DataFrame | None,
    times: pd.DataFrame | None,
    overlap: pd.DataFrame | None,
    old: Plan | None = None,
    judge: Judge | None = None,
) -> Plan:
    """The Plan of what was found: judged by the independent checker, explained, and with its history.

    Of `old`, the plan that an edit began from, it takes the bound, which no edit raises, and the reasons of what the
    edit left alone. `judge` is the checker where it has read these tables already.
    """
    ledger, placed, checks = _judged(world, found, judge or Judge(world.items, world.groups, overlap))
    known = _known_reasons(old, placed)
    calendar = _with_history(_explained(world, ledger, cands, placed, known), previous)
    value, bound, gap = _worth(world, calendar, checks, found.bound, old)
    return Plan(
        calendar=calendar,
        unplaced=_unplaced(world, ledger, cands, known),
        value=value,
        bound=bound,
        gap=gap,
        items=world.items,
        groups=world.groups,
        rules=world.rules,
        start=world.start,
        days=world.days,
        pinned=world.fixed[schema.CALENDAR.names],
        times=times,
        overlap=overlap,
        checks=checks,
        bound_by=found.bound_by,
    )


def _worth(
    world: World, calendar: pd.DataFrame, checks: pd.DataFrame, placed_bound: float, old: Plan | None
) -> tuple[float, float, float]:
    """The plan's value, bound and gap; `placed_bound` counts a must-send that is met as worth its price more."""
    value = round(float(calendar["value"].sum()) - float(checks["cost"].sum()), 6)
    asked = int((world.must[:, None] & world.audience & ~world.stands).sum())
    standing = float(calendar.loc[calendar["status"] != "draft", "value"].sum())
    bound = round(placed_bound - world.price * asked + standing, 6) if old is None else old.bound
    bound = max(value, bound)
    # closer than the solver's own tolerance is equal; else a plan worth nothing would seem a whole gap away
    bound = value if bound - value <= _TOLERANCE * max(1.0, abs(placed_bound)) else bound
    size = max(abs(bound), abs(value))
    return value, bound, (bound - value) / size if size else 0.0


def _stay_bonus(
    world: World, cands: Candidates, previous: pd.DataFrame | None, stability: float | None
) -> Array:
    """For each candidate what it earns for being a draft's place in the previous calendar: a hair at least."""
    bonus = np.zeros(len(cands))
    if previous is None:
        return bonus
    old = _inputs.named(previous, schema.CALENDAR)
    places = _places(old[(old["status"] == "draft") & old["starts_at"].notna()], world)
    for i, g, minute in places:
        part = cands.of(i)
        same = (cands.group[part] == g) & (world.minute[cands.time[part]] == minute)
        bonus[part][same] = max(stability or 0.0, _HAIR)
    return bonus


def _places(calendar: pd.DataFrame, world: World) -> list[tuple[int, int, int]]:
    item_at = {name: i for i, name in enumerate(world.items["item_id"])}
    group_at = {name: g for g, name in enumerate(world.groups["group_id"])}
    first = pd.Timestamp(world.start)
    return [
        (
            item_at[row.item_id],
            group_at[row.group_id],
            int((row.starts_at.tz_localize(None) - first).total_seconds() // 60),
        )
        for row in calendar.itertuples()
        if row.item_id in item_at and row.group_id in group_at
    ]


def _judged(world: World, found: _search.Found, judge: Judge) -> tuple[Ledger, pd.DataFrame, pd.DataFrame]:
    """The better plan, unless the independent checker finds a broken hard rule in it: then the greedy one."""
    for ledger in (found.best, found.greedy):
        calendar = _calendar(world, ledger)
        checks = judge.checks(calendar, rules=world.rules, start=world.start, days=world.days)
        if not (checks["severity"] == "block").any():
            break
    return ledger, calendar, checks


def _calendar(world: World, ledger: Ledger) -> pd.DataFrame:
    """New and standing posts as CALENDAR, by time."""
    parts = [part for part in (_drafts(world, ledger), _standing(world)) if len(part)]
    if not parts:
        return schema.CALENDAR.empty()
    frame = schema.check(pd.concat(parts, ignore_index=True), schema.CALENDAR)
    return frame.sort_values(["starts_at", "group_id", "item_id"], kind="stable").reset_index(drop=True)


def _drafts(world: World, ledger: Ledger) -> pd.DataFrame:
    """The posts that the ledger has placed, column by column: a row of its own for each would take ten times as long."""
    item_ids, group_ids = list(world.items["item_id"]), list(world.groups["group_id"])
    items, groups = np.nonzero(ledger.placed != NOWHERE)
    minutes = world.minute[ledger.placed[items, groups]]
    places = list(zip(items.tolist(), groups.tolist(), minutes.tolist(), strict=True))
    return pd.DataFrame(
        {
            "post_id": [_inputs.post_id(item_ids[i], group_ids[g]) for i, g, _ in places],
            "item_id": [item_ids[i] for i, _, _ in places],
            "group_id": [group_ids[g] for _, g, _ in places],
            "starts_at": world.times_at(minutes),
            "status": "draft",
            "value": [world.value_at(i, g, minute) for i, g, minute in places],
        }
    )


def _standing(world: World) -> pd.DataFrame:
    """The posts that stand, valued anew; the reason of a draft says nothing about where a hand has put it since."""
    fixed = world.fixed
    places = (fixed[name].tolist() for name in ("day", "item", "group", "minute"))
    values = [
        world.value_at(i, g, minute) if 0 <= day < world.days and i >= 0 and g >= 0 else 0.0
        for day, i, g, minute in zip(*places, strict=True)
    ]
    reasons = ["已经发出" if status == "sent" else "已定的发布，按原时间保留" for status in fixed["status"]]
    return fixed[schema.CALENDAR.names].assign(value=values, reason=reasons)


def _known_reasons(old: Plan | None, placed: pd.DataFrame) -> dict[tuple[str, str], tuple[str, str]]:
    """(item, group) to rule and reason, of what an edit left alone: neither its group nor its item changed."""
    if old is None:
        return {}

    before, after = ({*zip(*_lists(frame, *_PLACE), strict=True)} for frame in (old.calendar, placed))
    items = {changed[0] for changed in before ^ after}
    groups = {changed[1] for changed in before ^ after}
    kept = zip(*_lists(old.calendar, "item_id", "group_id", "reason"), strict=True)
    left = zip(*_lists(old.unplaced, "item_id", "group_id", "rule_id", "reason"), strict=True)
    known = {(item_id, group_id): ("", reason) for item_id, group_id, reason in kept}
    known |= {(item_id, group_id): (rule, reason) for item_id, group_id, rule, reason in left}
    return {pair: told for pair, told in known.items() if pair[0] not in items and pair[1] not in groups}


def _lists(frame: pd.DataFrame, *names: str) -> list[list[Any]]:
    """Columns as lists of plain values, times as whole numbers: pandas is slow to walk through row by row."""
    return [
        (
            frame[name].dt.as_unit("ns").astype("int64") if frame[name].dtype.kind == "M" else frame[name]
        ).tolist()
        for name in names
    ]


def _explained(
    world: World,
    ledger: Ledger,
    cands: Candidates,
    calendar: pd.DataFrame,
    known: dict[tuple[str, str], tuple[str, str]],
) -> pd.DataFrame:
    item_at = {name: i for i, name in enumerate(world.items["item_id"])}
    group_at = {name: g for g, name in enumerate(world.groups["group_id"])}
    reasons = []
    for item_id, group_id, status, reason in zip(
        *_lists(calendar, "item_id", "group_id", "status", "reason"), strict=True
    ):
        pair = (item_id, group_id)
        if status != "draft":
            reasons.append(reason)
        elif pair in known:
            reasons.append(known[pair][1])
        else:
            i, g = item_at[item_id], group_at[group_id]
            part = cands.of(i)
            reasons.append(_words.why_here(world, ledger, i, g, (cands.group[part], cands.time[part])))
    return calendar.assign(reason=pd.Series(reasons, dtype="str"))


def _with_history(calendar: pd.DataFrame, previous: pd.DataFrame | None) -> pd.DataFrame:
    """Sequence and code as `previous` knows the post: one more where time or status changed, the same code.

    A standing post may come with a sequence of its own, which never goes down.
    """
    old = schema.CALENDAR.empty() if previous is None else _inputs.named(previous, schema.CALENDAR)
    columns = (*_PLACE, "sequence", "code")
    known = {row[:2]: row[2:] for row in zip(*_lists(old, *columns), strict=True)}
    sequence, codes = [], []
    for item_id, group_id, *place, number, code in zip(*_lists(calendar, *columns), strict=True):
        before = known.get((item_id, group_id))
        if before is None:
            sequence.append(number)
        else:
            sequence.append(max(number, before[2] + int(before[:2] != tuple(place))))
        own = code if before is None or _blank(before[3]) else before[3]
        codes.append("" if _blank(own) else str(own))
    return calendar.assign(
        sequence=pd.Series(sequence, dtype="Int64"), code=pd.Series(_codes(calendar, codes), dtype="str")
    )


def _blank(value: Any) -> bool:
    return value is None or value != value or value == ""


def _codes(calendar: pd.DataFrame, given: list[str]) -> list[str]:
    """A short code for each post that has none, from item and group alone; the later post_id gives way in a clash."""
    used = {code for code in given if code}
    made: dict[tuple[str, str], str] = {}
    pairs = list(zip(calendar["item_id"], calendar["group_id"], strict=True))
    for pair, code in sorted(zip(pairs, given, strict=True)):
        turn = 0
        while not code and pair not in made:
            candidate = _code("@".join(pair), turn)
            turn += 1
            if candidate not in used:
                made[pair] = candidate
                used.add(candidate)
    return [code or made[pair] for pair, code in zip(pairs, given, strict=True)]


def _code(text: str, turn: int) -> str:
    number = int.from_bytes(hashlib.sha256(f"{text}#{turn}".encode()).digest()[:8], "big")
    number, letter = divmod(number, len(_LETTERS))
    signs = [_LETTERS[letter]]
    for _ in range(_CODE_LENGTH - 1):
        number, sign = divmod(number, len(_SIGNS))
        signs.append(_SIGNS[sign])
    return "".join(signs)


def _unplaced(
    world: World, ledger: Ledger, cands: Candidates, known: dict[tuple[str, str], tuple[str, str]]
) -> pd.DataFrame:
    """UNPLACED: unmet must-sends first, then by item and group as they were given."""
    rows = []
    item_ids, group_ids, musts = list(world.items["item_id"]), list(world.groups["group_id"]), world.must
    for i, g in _search.unplaced_pairs(world, ledger):
        pair = (item_ids[i], group_ids[g])
        if pair in known:
            rule, reason = known[pair]
        else:
            part = cands.of(i)
            rule, reason = _words.why_not(world, ledger, i, g, (cands.group[part], cands.time[part]))
            reason = ("必发却没有排入：" if musts[i] else "") + reason
        rows.append({"item_id": pair[0], "group_id": pair[1], "rule_id": rule, "reason": reason})
    return schema.check(pd.DataFrame(rows), schema.UNPLACED) if rows else schema.UNPLACED.empty()

"""What hangs in the air in a proposal: every break between goals, strategies, actions, content and money."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit import lexicons
from toolkit.schema import (
    COLUMN_WORDS,
    ITEMS,
    PLAN_CHECKS,
    ChoiceError,
    Proposal,
    check,
    is_missing,
    moved,
    moves_much,
    shown_value,
)

Row = dict[str, Any]
# rule, key, and what its sentences say
Finding = tuple[str, str, Row]

# practitioners' figure, unverified: a few key actions carry half of a goal or more
_KEY_SHARE = 0.5
# sums of decimals typed by hand
_CENT = 0.005
_LISTED = 5
_LONGEST = 30
# what a strategy says stands in its first line; the patterns' work grows with the square of a run of digits
_READ = 300
_GOAL_KINDS = ("sales", "market", "process")
_CLASSES = ("basic", "brand", "channel")
_SIGNS = {
    "date": "写了日子「{}」",
    "person": "写了人「{}」",
    "number": "写了数目「{}」",
    "place": "写了地点「{}」",
    "doing": "说的是动手的事「{}」",
}
_SEVERITIES = ("block", "warn", "info")


def check_plan(proposal: Proposal, *, items: pd.DataFrame | None = None) -> pd.DataFrame:
    """PLAN_CHECKS: one row for each thing that hangs in the air, graver ones first; empty for a plan that holds together.

    `severity` is block only where the plan cannot be carried out as written: no action at all, ids missing or written
    twice, an action that ends before it starts, an amount below nothing. Rules, their sentences and where each comes
    from are rows of the lexicon plan-checks. Within a severity ids come first, then goals, strategies, actions,
    content, money and milestones, each in the proposal's order; `key` names the row, "" where a whole table is meant.

    A goal is to have measure, target, unit, due day and strategy; a strategy a goal, a choice and an action; an action
    an owner, dates within the period and a goal, its own or its strategies'; a budget line an action and an amount.
    `items` (ITEMS) are held against what actions name, by item or by campaign; without it nothing is said of them.
    That key actions carry 50–60% of a goal and no line moves over 15% a year is practitioners' word, unverified, and
    quoted so. Whether a strategy reads like an action is told by words (lexicon plan-words): of 60 sentences written
    after the words were settled it judged 46 rightly, 20 of 30 actions and 26 of 30 strategies; one word was mended
    since (tests/test_plan_check.py has the figures as they are now).

    Raises ChoiceError for what is no Proposal, ColumnError for items that lack a column.

    >>> proposal = Proposal("秋季", dt.date(2026, 9, 1), dt.date(2026, 11, 30))
    >>> check_plan(proposal)[["severity", "rule_id"]].values.tolist()
    [['block', 'no_actions'], ['warn', 'no_goals'], ['info', 'no_budget']]
    """
    if not isinstance(proposal, Proposal):
        raise ChoiceError(
            f"这里要一份策划案（Proposal），收到的是 {shown_value(proposal)}。"
            "请先用 read_plan 读入，再把结果的 proposal 交进来。"
        )
    case = _Case.of(proposal, None if items is None else check(items, ITEMS))
    found = [finding for part in _PARTS for finding in part(case)]
    rules = {row["rule_id"]: (place, row) for place, row in enumerate(lexicons.rows("plan-checks"))}
    found.sort(key=lambda finding: _SEVERITIES.index(rules[finding[0]][1]["severity"]))
    year = proposal.start.year
    rows = [_told(finding, rules[finding[0]][1], year) for finding in found]
    return check(pd.DataFrame(rows), PLAN_CHECKS) if rows else PLAN_CHECKS.empty()


def action_signs(text: str, *, people: Iterable[str] = ()) -> tuple[str, ...]:
    """Why a strategy reads like an action, as Chinese phrases; empty where it does not.

    A date or a name always tells; a number, a place or a thing to do only where no word of choice stands beside it,
    or two of them do. `people` are names to look for beside the lexicon's forms of address.

    >>> action_signs("先把老街坊的复购做稳，再谈拉新")
    ()
    >>> action_signs("9月20日前摆摊登记新成员")
    ('写了日子「9月20日」', '说的是动手的事「摆摊」')
    """
    plain = _plain(text)
    signs = {}
    for kind in _SIGNS:
        if match := _words(kind).search(plain):
            signs[kind] = match[0]
    # a name of one character stands in many a sentence
    named = next((name for name in people if len(name) > 1 and name in plain), "")
    if named:
        signs["person"] = named
    chosen = _words("choice").search(plain) is not None
    weak = {"number", "place", "doing"} & set(signs)
    strong = {"date", "person"} & set(signs)
    acts = bool(strong) or (("doing" in weak and len(weak) > 1) if chosen else bool(weak))
    return tuple(_SIGNS[kind].format(_short(signs[kind])) for kind in _SIGNS if kind in signs) if acts else ()


def _plain(text: str) -> str:
    """The beginning of a text, its commas as the patterns have them."""
    return text.strip()[:_READ].replace(",", "，")


@functools.cache
def _words(kind: str) -> re.Pattern[str]:
    """The lexicon's patterns of a kind as one."""
    return re.compile(
        "|".join(f"(?:{row['pattern']})" for row in lexicons.rows("plan-words") if row["kind"] == kind)
    )


def _told(finding: Finding, rule: dict[str, str], year: int) -> Row:
    """A row of PLAN_CHECKS for a finding; days of `year` are told without it."""
    rule_id, key, said = finding
    values = {
        "key": _short(key),
        **{name: _day(value, year) if isinstance(value, dt.date) else value for name, value in said.items()},
    }
    return {
        "rule_id": rule_id,
        "severity": rule["severity"],
        "table": said.get("table") or rule["table"],
        "key": key,
        "message": rule["message"].format(**values),
        "advice": rule["advice"].format(**values),
    }


@dataclass(frozen=True)
class _Case:
    """The proposal's rows, and which goals each action reaches."""

    proposal: Proposal
    tables: dict[str, list[Row]]
    reached: dict[int, list[str]]  # place of an action to its known goals
    items: pd.DataFrame | None

    @classmethod
    def of(cls, proposal: Proposal, items: pd.DataFrame | None) -> _Case:
        names = ("goals", "strategies", "actions", "budget", "spending", "team", "milestones")
        tables = {name: _rows(getattr(proposal, name)) for name in names}
        known = {row["goal_id"] for row in tables["goals"]}
        through: dict[str, list[str]] = {}
        for row in tables["strategies"]:
            through.setdefault(row["strategy_id"], []).extend(row["goals"])
        reached = {}
        for place, row in enumerate(tables["actions"]):
            named = [*row["goals"], *(goal for name in row["strategies"] for goal in through.get(name, ()))]
            reached[place] = [goal for goal in dict.fromkeys(named) if goal in known]
        return cls(proposal, tables, reached, items)

    def ids(self, table: str) -> set[str]:
        return {row[_KEYS[table]] for row in self.tables[table]}

    @property
    def period(self) -> Row:
        return {"start": self.proposal.start, "end": self.proposal.end}

    def outside(self, day: dt.date | None) -> bool:
        return day is not None and not self.proposal.start <= day <= self.proposal.end


_KEYS = {"goals": "goal_id", "strategies": "strategy_id", "actions": "action_id", "budget": "line_id"}
_CAPTIONS = {"goals": "目标", "strategies": "策略", "actions": "行动", "budget": "预算"}
_EXAMPLES = {"goals": "M1", "strategies": "C1", "actions": "X1", "budget": "Y1"}


def _rows(frame: pd.DataFrame) -> list[Row]:
    """A table's rows; missing values are None, so that one test tells them."""
    return [
        {str(name): None if is_missing(value) else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _ids(case: _Case) -> Iterator[Finding]:
    """Ids that are missing, stand twice, or mean two things."""
    homes: dict[str, list[str]] = {}
    for table, key in _KEYS.items():
        said = {"table": _CAPTIONS[table], "example": _EXAMPLES[table]}
        for number, row in enumerate(case.tables[table], start=1):
            if not row[key].strip():
                yield "id_blank", "", {**said, "row": number}
        counted = Counter(row[key] for row in case.tables[table] if row[key].strip())
        for name, count in counted.items():
            homes.setdefault(name, []).append(_CAPTIONS[table])
            if count > 1:
                yield "id_repeated", name, {**said, "count": count}
    for name, tables in homes.items():
        if len(tables) > 1:
            said = {"table": tables[-1], "first": tables[0], "second": tables[1]}
            yield "id_shared", name, said
    for table, lists in (("strategies", ("goals",)), ("actions", ("strategies", "goals"))):
        for row in case.tables[table]:
            own = row[_KEYS[table]]
            if own and any(own in row[name] for name in lists):
                yield "refers_itself", own, {"table": _CAPTIONS[table], "title": _title(row)}


def _goals(case: _Case) -> Iterator[Finding]:
    """Goals that are not specific, measurable or dated."""
    goals = case.tables["goals"]
    if not goals:
        yield "no_goals", "", {}
        return
    for row in goals:
        for rule, more in _goal_faults(row, case):
            yield rule, row["goal_id"], {"title": _title(row), **case.period, **more}
    kinds = {row["goal_kind"] for row in goals}
    if lacking := [COLUMN_WORDS["goal_kind"][kind] for kind in _GOAL_KINDS if kind not in kinds]:
        yield "goal_kinds", "", {"lacking": f"{'、'.join(lacking)}目标"}


def _goal_faults(row: Row, case: _Case) -> Iterator[tuple[str, Row]]:
    vague = _words("vague").search(row["title"])
    if not row["title"].strip() or (vague and not re.search(r"\d", row["title"])):
        yield "goal_vague", {"found": f"：“{vague[0]}”没有边界" if vague else "：没有写目标是什么"}
    if not row["measure"].strip():
        yield "goal_no_measure", {}
    if row["target"] is None:
        yield "goal_no_target", {}
    elif not row["unit"].strip():
        yield "goal_no_unit", {}
    if row["target"] is not None and row["target"] == row["baseline"]:
        yield "goal_no_change", {}
    if row["due"] is None:
        yield "goal_no_due", {}
    elif case.outside(row["due"]):
        yield "goal_due_outside", {"due": row["due"]}
    if not row["owner"].strip():
        yield "goal_no_owner", {}


def _strategies(case: _Case) -> Iterator[Finding]:
    """Strategies that serve nothing, and those that are no strategies."""
    goals = case.ids("goals")
    used = {name for row in case.tables["actions"] for name in row["strategies"]}
    people = _people(case)
    for row in case.tables["strategies"]:
        key, said = row["strategy_id"], {"title": _title(row)}
        unknown = [name for name in row["goals"] if name not in goals and name != key]
        if not row["goals"]:
            yield "strategy_no_goal", key, said
        elif unknown:
            yield "strategy_unknown_goal", key, {**said, "unknown": _listed(unknown)}
        if signs := action_signs(row["title"], people=people):
            yield "strategy_like_action", key, {**said, "found": "；".join(signs)}
        elif not _words("choice").search(_plain(row["title"])):
            yield "strategy_no_choice", key, said
        if case.tables["actions"] and key not in used:
            yield "strategy_no_action", key, said


def _actions(case: _Case) -> Iterator[Finding]:
    """Actions without owner, goal or days."""
    actions = case.tables["actions"]
    if not actions:
        yield "no_actions", "", {}
    team = {row["name"].strip() for row in case.tables["team"]}
    for place, row in enumerate(actions):
        key, said = row["action_id"], {"title": _title(row), **case.period}
        owner = row["owner"].strip()
        if not owner:
            yield "action_no_owner", key, said
        elif team and owner not in team:
            yield "action_owner_unknown", key, {**said, "owner": _short(owner)}
        for column, table in (("goals", "goals"), ("strategies", "strategies")):
            if unknown := [name for name in row[column] if name not in case.ids(table) and name != key]:
                yield "action_unknown", key, {**said, "unknown": _listed(unknown), "where": _CAPTIONS[table]}
        if not case.reached[place]:
            yield "action_no_goal", key, said
        yield from _dates(row, said, case)
        if row["share"] is not None and not 0 <= row["share"] <= 1:
            yield "share_range", key, {**said, "share": f"{row['share']:g}"}


def _dates(row: Row, said: Row, case: _Case) -> Iterator[Finding]:
    key, days = row["action_id"], {"starts": row["starts"], "ends": row["ends"]}
    if lacking := [word for name, word in (("starts", "开始"), ("ends", "结束")) if days[name] is None]:
        yield "action_no_dates", key, {**said, "lacking": "和".join(lacking)}
    elif row["ends"] < row["starts"]:
        yield "action_ends_first", key, {**said, **days}
    if case.outside(row["starts"]) or case.outside(row["ends"]):
        shown = {name: day or "没写" for name, day in days.items()}
        yield "action_outside", key, {**said, **shown}


def _links(case: _Case) -> Iterator[Finding]:
    """Goals that nothing serves, and how much of each its key actions carry."""
    aimed = {goal for row in case.tables["strategies"] for goal in row["goals"]}
    for goal in case.tables["goals"]:
        key, said = goal["goal_id"], {"title": _title(goal)}
        if key not in aimed:
            yield "goal_no_strategy", key, said
        mine = [row for place, row in enumerate(case.tables["actions"]) if key in case.reached[place]]
        if not mine:
            if key in aimed and case.tables["actions"]:
                yield "goal_no_action", key, said
            continue
        total = sum(row["share"] or 0.0 for row in mine)
        if total > 1 + _CENT:
            yield "share_over", key, {**said, "total": f"{total:.0%}"}
        yield from _key_share(key, said, [row for row in mine if row["is_key"]])


def _key_share(key: str, said: Row, actions: list[Row]) -> Iterator[Finding]:
    if not actions:
        yield "key_none", key, said
        return
    carried = sum(row["share"] or 0.0 for row in actions)
    open_ones = [row["action_id"] for row in actions if row["share"] is None]
    if carried >= _KEY_SHARE - _CENT:
        return
    if open_ones:
        yield "share_missing", key, {**said, "actions": _listed(open_ones)}
    else:
        yield "key_share_low", key, {**said, "total": f"{carried:.0%}"}


def _content(case: _Case) -> Iterator[Finding]:
    """What actions name that is no content, and content that no action names."""
    if case.items is None:
        return
    campaigns = dict(zip(case.items["item_id"], case.items["campaign"], strict=True))
    known = set(campaigns) | {name for name in campaigns.values() if name}
    named = {name for row in case.tables["actions"] for name in row["items"]}
    for row in case.tables["actions"]:
        if unknown := [name for name in row["items"] if name not in known]:
            yield "action_unknown_item", row["action_id"], {"title": _title(row), "unknown": _listed(unknown)}
    titles = dict(zip(case.items["item_id"], case.items["title"], strict=True))
    loose: dict[str, list[str]] = {}
    for item, campaign in campaigns.items():
        if item not in named and campaign not in named:
            title = _short(titles[item].strip())
            loose.setdefault(campaign, []).append(f"「{title}」（{_short(item)}）" if title else _short(item))
    for campaign, lines in loose.items():
        what = f"活动「{_short(campaign)}」的 {len(lines)} 条内容" if campaign else f"{len(lines)} 条内容"
        name = f"活动名「{_short(campaign)}」或条目编号" if campaign else "条目编号"
        yield "item_no_action", campaign, {"what": what, "items": _several(lines), "name": name}


def _budget(case: _Case) -> Iterator[Finding]:
    """Money that serves no action or does not add up."""
    lines, actions = case.tables["budget"], case.ids("actions")
    if not lines:
        yield "no_budget", "", {}
    for row in lines:
        for rule, more in _line_faults(row, actions):
            yield rule, row["line_id"], {"title": _title(row), **more}
    paid = {name for row in lines for name in row["actions"]}
    for row in case.tables["actions"] if lines else ():
        if row["action_id"] not in paid:
            yield "action_no_budget", row["action_id"], {"title": _title(row)}


def _line_faults(row: Row, actions: set[str]) -> Iterator[tuple[str, Row]]:
    if row["budget_class"] not in _CLASSES:
        yield "budget_class_unknown", {"budget_class": _short(row["budget_class"])}
    if not row["actions"]:
        yield "budget_no_action", {}
    elif unknown := [name for name in row["actions"] if name not in actions]:
        yield "budget_unknown_action", {"unknown": _listed(unknown)}
    amount = row["amount"]
    if amount is None:
        yield "budget_missing", {}
        return
    if amount <= 0:
        yield ("budget_zero" if amount == 0 else "budget_negative"), {"amount": _yuan(amount)}
    quarters = [row[name] for name in ("q1", "q2", "q3", "q4") if row[name] is not None]
    if quarters and abs(sum(quarters) - amount) > _CENT:
        yield "quarters_off", {"quarters": _yuan(sum(quarters)), "amount": _yuan(amount)}
    change = moved(amount, row["last_year"])
    if change is not None and moves_much(change):
        yield "budget_moves", {"change": f"{'多' if change > 0 else '少'} {abs(change):.0%}"}


def _spending(case: _Case) -> Iterator[Finding]:
    """Money spent on lines that are not there, or beyond them; what was spent in years before the period is let be."""
    lines = {row["line_id"]: row for row in case.tables["budget"]}
    spent: dict[str, list[float]] = {}
    for row in case.tables["spending"]:
        if row["spent_on"] is None or row["spent_on"].year >= case.proposal.start.year:
            spent.setdefault(row["line_id"], []).append(row["amount"] or 0.0)
    for key, amounts in spent.items():
        if key not in lines:
            yield "spending_unknown", key, {"count": len(amounts)}
        elif (planned := lines[key]["amount"]) is not None and sum(amounts) > planned + _CENT:
            said = {"title": _title(lines[key]), "spent": _yuan(sum(amounts)), "amount": _yuan(planned)}
            yield "spending_over", key, said


def _milestones(case: _Case) -> Iterator[Finding]:
    """Milestones without a day, or outside the period."""
    for row in case.tables["milestones"]:
        said = {"title": _title(row), "due": row["due"], **case.period}
        if row["due"] is None:
            yield "milestone_no_date", row["title"], said
        elif case.outside(row["due"]):
            yield "milestone_outside", row["title"], said


def _people(case: _Case) -> list[str]:
    named = [row["name"] for row in case.tables["team"]]
    named += [row["owner"] for table in ("goals", "actions") for row in case.tables[table]]
    return list(dict.fromkeys(name.strip() for name in named if name.strip()))


def _title(row: Row) -> str:
    key = next((str(row[name]) for name in _KEYS.values() if name in row), "")
    return _short(row["title"].strip() or key)


def _short(text: str) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _listed(names: list[str]) -> str:
    return _several([_short(name) for name in names])


def _several(lines: list[str]) -> str:
    shown = "、".join(lines[:_LISTED])
    return shown if len(lines) <= _LISTED else f"{shown} 等 {len(lines)} 个"


def _day(day: dt.date, year: int) -> str:
    text = f"{day.month}月{day.day}日"
    return text if day.year == year else f"{day.year}年{text}"


def _yuan(amount: float) -> str:
    """An amount with thousands parted, and cents only where there are any."""
    return f"{amount:,.2f}".removesuffix(".00")


_PARTS = (_ids, _goals, _links, _strategies, _actions, _content, _budget, _spending, _milestones)

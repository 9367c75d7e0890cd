"""A playbook as the first draft of a proposal: goals, actions, team, days and money, with blanks left in sight."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit import schema
from toolkit.campaigns._dates import checked_day
from toolkit.campaigns._expand import expand_playbook
from toolkit.campaigns._file import find_playbook
from toolkit.campaigns._list import playbook_budget
from toolkit.campaigns._send_to import group_rows
from toolkit.campaigns._shape import Playbook
from toolkit.schema import ACTIONS, GOALS, MILESTONES, STRATEGIES, TEAM, Proposal


def draft_proposal(
    name: str | Path,
    *,
    start: Any,
    groups: Any,
    owners: str | Mapping[str, str] | None = None,
    folder: str | Path | None = None,
    **choices: Any,
) -> Proposal:
    """A Proposal drawn from a playbook: its metrics as goals without numbers yet, its way as the one strategy, a phase
    each as action with the items it holds, its roles as team, the phases' ends as milestones, its budget.

    What only the editor can know is left missing (targets, last year's money, which action a budget line is for), and `check_plan` says what that is.
    Arguments and errors are those of `expand_playbook`; a number of groups that are only named counts by name.

    >>> plan = draft_proposal("爆款预售", start="2026-09-21", groups="街坊买菜", owners="阿禾")
    >>> plan.actions["title"].to_list(), plan.end.isoformat()
    (['讲来历', '当天下单', '来取和回话'], '2026-10-01')
    """
    book = find_playbook(name, folder)
    items = expand_playbook(name, start=start, groups=groups, owners=owners, folder=folder, **choices)
    day = checked_day(start)
    _, named = group_rows(groups)
    options = {row["option"] for row in book.options}
    chosen = {key: value for key, value in choices.items() if key in options}
    budget = playbook_budget(name, groups=len(named), folder=folder, **chosen)
    actions = _actions(book, items, day, owners)
    return Proposal(
        name=items["campaign"].iloc[0],
        start=day,
        end=day + dt.timedelta(days=book.days - 1),
        overview=book.summary,
        approach=book.goal,
        feasibility="；".join(f"{row['risk']}：{row['answer']}" for row in book.risks),
        goals=_goals(book, day),
        strategies=_frame(
            [
                {
                    "strategy_id": "策略1",
                    "title": f"这段时间只用「{book.name}」，不同时办别的活动",
                    "goals": [f"目标{place}" for place in range(1, len(book.metrics) + 1)],
                }
            ],
            STRATEGIES,
        ),
        actions=actions,
        budget=budget,
        team=_team(book, owners),
        milestones=_frame(
            [
                {"title": f"{phase.name}做完", "due": day + dt.timedelta(days=phase.days[1])}
                for phase in book.phases
            ],
            MILESTONES,
        ),
    )


def _goals(book: Playbook, day: dt.date) -> pd.DataFrame:
    sales = ("orders", "repeat_orders", "revenue")
    rows = [
        {
            "goal_id": f"目标{place}",
            "title": row["name"],
            "goal_kind": "sales" if row["measure"] in sales else "market",
            "measure": row["name"],
            "due": day + dt.timedelta(days=book.days - 1),
        }
        for place, row in enumerate(book.metrics, start=1)
    ]
    return _frame(rows, GOALS)


def _frame(rows: list[dict[str, Any]], contract: schema.Contract) -> pd.DataFrame:
    return schema.check(pd.DataFrame(rows), contract) if rows else contract.empty()


def _actions(
    book: Playbook, items: pd.DataFrame, day: dt.date, owners: str | Mapping[str, str] | None
) -> pd.DataFrame:
    label = items["campaign"].iloc[0]
    keys = {item.phase for item in book.items if item.must_send} or {
        max(book.phases, key=lambda phase: sum(i.value for i in book.items if i.phase == phase.name)).name
    }
    rows = []
    for place, phase in enumerate(book.phases, start=1):
        own = [item for item in book.items if item.phase == phase.name]
        starts = tuple(f"{label}-{item.item}" for item in own)
        held = [
            item_id
            for item_id in items["item_id"]
            if item_id in starts or item_id.rpartition("@")[0] in starts
        ]
        roles = [item.role for item in own if item.role]
        owner = (
            owners
            if isinstance(owners, str)
            else next((owners[r] for r in roles if r in owners), "")
            if owners
            else ""
        )
        rows.append(
            {
                "action_id": f"行动{place}",
                "title": phase.name,
                "strategies": ["策略1"],
                "owner": owner,
                "starts": day + dt.timedelta(days=phase.days[0]),
                "ends": day + dt.timedelta(days=phase.days[1]),
                "is_key": phase.name in keys,
                "items": held,
            }
        )
    return _frame(rows, ACTIONS)


def _team(book: Playbook, owners: str | Mapping[str, str] | None) -> pd.DataFrame:
    rows = []
    for row in book.roles:
        name = owners if isinstance(owners, str) else (owners or {}).get(row["role"], "")
        rows.append({"name": name or "", "role": row["role"], "does": row["does"]})
    return _frame(rows, TEAM)

"""A proposal: what is to be done, why, by whom and for how much, as one value."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pandas as pd

from toolkit.schema._campaign_contracts import ACTIONS, BUDGET, GOALS, MILESTONES, SPENDING, STRATEGIES, TEAM
from toolkit.schema._check import check
from toolkit.schema._money import with_amounts
from toolkit.schema._values import ChoiceError, as_date, shown_value

_TABLES = {
    "goals": GOALS,
    "strategies": STRATEGIES,
    "actions": ACTIONS,
    "budget": BUDGET,
    "spending": SPENDING,
    "team": TEAM,
    "milestones": MILESTONES,
}


@dataclass(frozen=True)
class Proposal:
    """A plan of a campaign or a year, as a boss reads it: prose, and tables that hang together.

    `overview` says what is to be done in a few sentences, `rationale` why now, `approach` how, `feasibility` what
    stands for and against it; blank where not written yet. The tables keep GOALS, STRATEGIES, ACTIONS, BUDGET,
    SPENDING, TEAM and MILESTONES; what is not given is empty, and a
    budget line without an amount has the sum of its quarters. Amounts are yuan, days whole days in Asia/Shanghai.

    Raises ChoiceError where the name is blank or the end lies before the start, ColumnError for a table that lacks a column.
    """

    name: str
    start: dt.date
    end: dt.date
    overview: str = ""
    rationale: str = ""
    approach: str = ""
    feasibility: str = ""
    goals: pd.DataFrame = field(default_factory=GOALS.empty, repr=False)
    strategies: pd.DataFrame = field(default_factory=STRATEGIES.empty, repr=False)
    actions: pd.DataFrame = field(default_factory=ACTIONS.empty, repr=False)
    budget: pd.DataFrame = field(default_factory=BUDGET.empty, repr=False)
    spending: pd.DataFrame = field(default_factory=SPENDING.empty, repr=False)
    team: pd.DataFrame = field(default_factory=TEAM.empty, repr=False)
    milestones: pd.DataFrame = field(default_factory=MILESTONES.empty, repr=False)

    def __post_init__(self) -> None:
        """Bring days and tables into their form."""
        if not isinstance(self.name, str) or not self.name.strip():
            raise ChoiceError("策划案要有名称。请在 name 里写上，如 name='秋季拉新'。")
        for name in ("start", "end"):
            value = getattr(self, name)
            try:
                day = None if isinstance(value, (int, float)) else as_date(value)
            except (ValueError, TypeError):
                day = None
            if day is None:
                raise ChoiceError(
                    f"策划案的 {name} 要写成 2026-09-01 这样的日期（现在是 {shown_value(value)}）。"
                )
            object.__setattr__(self, name, day)
        if self.end < self.start:
            raise ChoiceError(f"策划案到 {self.end} 结束，却从 {self.start} 开始。请把两个日期对调或改正。")
        for name, contract in _TABLES.items():
            table = check(getattr(self, name), contract).reset_index(drop=True)
            object.__setattr__(self, name, with_amounts(table) if name == "budget" else table)

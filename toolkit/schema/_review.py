"""A review: what happened to posts, what is known from it and what is not, as one value."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pandas as pd

from toolkit.schema._campaign_contracts import FUNNEL, PROBLEMS
from toolkit.schema._review_contracts import EFFECTS, POST_REVIEWS, RETURNS, VISITS, WEIGHTS


@dataclass(frozen=True)
class Review:
    """What came of a span of days.

    `posts` keeps POST_REVIEWS, one row for each post. `groups`, `kinds`, `topics`, `phases`, `slots` and `headlines`
    keep EFFECTS: how much better or worse than usual, all else being equal, each with its interval and its verdict.
    `verdicts` has all of these that say keep, stop or try, the surest first, then what cannot be said yet. `funnel`
    keeps FUNNEL, `visits` VISITS, `returns` RETURNS, `problems` PROBLEMS. `weights` (WEIGHTS) is what to change next
    week, for an editor to adopt or leave. `outcome` is the outcome by which posts were judged, "" where none was
    measured; `start` and `end` are the first and last day of the posts. `notes` says in Chinese what else is to be known.
    """

    posts: pd.DataFrame
    groups: pd.DataFrame = field(default_factory=EFFECTS.empty, repr=False)
    kinds: pd.DataFrame = field(default_factory=EFFECTS.empty, repr=False)
    funnel: pd.DataFrame = field(default_factory=FUNNEL.empty, repr=False)
    verdicts: pd.DataFrame = field(default_factory=EFFECTS.empty, repr=False)
    problems: pd.DataFrame = field(default_factory=PROBLEMS.empty, repr=False)
    topics: pd.DataFrame = field(default_factory=EFFECTS.empty, repr=False)
    phases: pd.DataFrame = field(default_factory=EFFECTS.empty, repr=False)
    slots: pd.DataFrame = field(default_factory=EFFECTS.empty, repr=False)
    headlines: pd.DataFrame = field(default_factory=EFFECTS.empty, repr=False)
    visits: pd.DataFrame = field(default_factory=VISITS.empty, repr=False)
    returns: pd.DataFrame = field(default_factory=RETURNS.empty, repr=False)
    weights: pd.DataFrame = field(default_factory=WEIGHTS.empty, repr=False)
    outcome: str = ""
    start: dt.date | None = None
    end: dt.date | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def empty(cls) -> Review:
        """A review of nothing."""
        return cls(POST_REVIEWS.empty())

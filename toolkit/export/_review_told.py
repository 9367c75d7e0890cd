"""What a review's document is told from: the checked frames, the typed texts, and names for ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit.charts import plain
from toolkit.schema import Review


@dataclass(frozen=True, eq=False)
class Told:
    """A review with all that is laid beside it; frames keep their contracts, those not given are empty."""

    review: Review
    title: str
    purpose: str
    why: str
    next_steps: tuple[str, ...]
    posts: pd.DataFrame
    verdicts: pd.DataFrame
    funnel: pd.DataFrame
    problems: pd.DataFrame
    visits: pd.DataFrame
    returns: pd.DataFrame
    weights: pd.DataFrame
    tests: pd.DataFrame
    skills: pd.DataFrame
    calls: pd.DataFrame
    record: pd.DataFrame
    times: pd.DataFrame
    names: Mapping[str, str]
    titles: Mapping[Any, Any]

    def group(self, group_id: Any) -> str:
        """A group's name, or its id."""
        return self.names.get(str(group_id), plain(group_id))

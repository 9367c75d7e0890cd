"""Groups as a matrix: for whom they are, how much these spend, and where no group stands."""

from __future__ import annotations

import functools
from typing import Any

import pandas as pd

from toolkit import lexicons, schema
from toolkit.campaigns._group_names import id_of, ids_of
from toolkit.schema import GROUP_DAYS, GROUPS
from toolkit.schema._campaign_contracts import GROUP_MATRIX

# how editors say spending power, low to high; other words follow in the order in which they come
_POWERS = ("低", "中", "高")
_UNSAID = "未填"


@functools.cache
def figure(name: str) -> float:
    """A threshold of the lexicon `group-health`, each with its source and evidence there.

    >>> figure("min_days")
    14.0
    """
    return {row["name"]: float(row["value"]) for row in lexicons.rows("group-health")}[name]


def size_band(members: Any) -> str:
    """The size of a group in words, "" where it is not known.

    "About 200" (200 人上下) is a saying of practitioners and not verified: the column's caption says so. The cap of 500 is documented for external groups of
    企业微信 (lexicon `group-health`), for groups of 微信 it is not verified.

    >>> size_band(180), size_band(620), size_band(None)
    ('200 人上下', '超过 500 人', '')
    """
    if schema.is_missing(members):
        return ""
    for name, word in (("small", "小群"), ("usual", "200 人上下"), ("cap", "大群")):
        if members <= figure(f"band_{name}"):
            return word
    return f"超过 {figure('band_cap'):.0f} 人"


def group_matrix(groups: pd.DataFrame, *, days: pd.DataFrame | None = None) -> pd.DataFrame:
    """GROUP_MATRIX: a row for each segment and spending power, with groups, members, names and sizes.

    Segments stand in the order of `groups`, powers from 低 to 高 and then others; only powers that some group names
    make a row. A row without a group is a gap, told in `gap`; whether it should be filled is the editor's to say.
    `days` (GROUP_DAYS, groups by id or name) gives each group's members on its latest day in place of the column's. A blank segment or
    power stands as 未填. Empty groups give an empty frame.

    Raises ColumnError for frames that lack a column.

    >>> rows = {"group_id": ["a", "b"], "name": ["甲", "乙"], "segment": ["妈妈", "长辈"], "spending": ["高", "低"]}
    >>> limits = {"members": [180, 90], "slots": ["20:00"] * 2, "posts_per_day": [1, 1], "posts_per_week": [5, 5]}
    >>> group_matrix(pd.DataFrame({**rows, **limits}))["gap"].tolist()
    ['「妈妈」还没有消费力低的群', '', '', '「长辈」还没有消费力高的群']
    """
    known = schema.check(groups, GROUPS)
    members = known["members"].where(known["members"].notna(), 0)
    if days is not None:
        ids = ids_of(known, "groups")
        counted = latest_members(schema.check(days, GROUP_DAYS))
        latest = {id_of(called, ids): number for called, number in counted.items()}
        members = known["group_id"].map(latest).astype("Int64").fillna(members)
    segment = known["segment"].where(known["segment"].str.strip() != "", _UNSAID)
    spending = known["spending"].fillna(_UNSAID).str.strip().replace("", _UNSAID)
    said = list(dict.fromkeys(spending))
    powers = [power for power in _POWERS if power in said]
    powers += [power for power in said if power not in (*_POWERS, _UNSAID)] + [_UNSAID] * (_UNSAID in said)
    rows = []
    for who in dict.fromkeys(segment):
        for power in powers:
            here = (segment == who) & (spending == power)
            if not here.any() and _UNSAID in (power, who):
                continue
            gap = "" if here.any() else f"「{who}」还没有消费力{power}的群"
            names = [
                name or key for name, key in zip(known["name"][here], known["group_id"][here], strict=True)
            ]
            rows.append(
                (who, power, int(here.sum()), int(members[here].sum()), names, _bands(members[here]), gap)
            )
    return schema.check(pd.DataFrame(rows, columns=GROUP_MATRIX.names), GROUP_MATRIX)


def _bands(members: pd.Series[Any]) -> list[str]:
    """The sizes in words with how many groups have each."""
    words = [word for word in (size_band(number) for number in members if number > 0) if word]
    return [f"{word} {words.count(word)} 个" for word in dict.fromkeys(words)]


def latest_members(days: pd.DataFrame) -> dict[str, int]:
    """Group to its members on the latest day that has a number."""
    told = days[days["members"].notna()].sort_values("date", kind="stable")
    return {str(key): int(number) for key, number in zip(told["group_id"], told["members"], strict=True)}

"""The door in for the counts of a test: rows of any export to cells of arm, group and day; what cannot be used is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit.review._words import listed
from toolkit.schema import Column, ColumnError, Contract, as_date, as_frame, is_missing
from toolkit.tables import map_columns, parse_count

COUNTS_IN = Contract(
    "TEST_COUNTS",
    "测试数据",
    (
        Column("arm", "text", "版本"),
        Column("shown", "count", "看到人数"),
        Column("hits", "count", "点开人数"),
        Column("group_id", "text", "群编号", default=""),
        Column("day", "date", "日期", optional=True),
    ),
)
_ALIASES = {
    **{"reached": "shown", "触达人数": "shown", "送达人数": "shown", "曝光人数": "shown"},
    **{"opened": "hits", "打开人数": "hits", "点击人数": "hits", "clicked": "hits"},
    **{"群": "group_id", "date": "day"},
}
# columns that count times, not people: one person who looks three times is three of them
_TIMES = ("次数", "曝光量", "展现量", "阅读量", "浏览量", "impressions", "views", "reads", "pv")
REJECTED = {"row": "int64", "arm": "str", "reason": "str"}


@dataclass(frozen=True)
class Cells:
    """One entry for each row that can be used: numbers of its arm, group and day, and its counts.

    `rejected` has row (as people count, the first below the header is 1), arm and reason of the others. `day` is
    -1 where no day is told, `group` where no group is.
    """

    arms: list[str]
    groups: list[str]
    arm: np.ndarray
    group: np.ndarray
    day: np.ndarray
    shown: np.ndarray
    hits: np.ndarray
    rejected: pd.DataFrame

    @property
    def totals(self) -> tuple[np.ndarray, np.ndarray]:
        """People who saw each arm, and who opened it."""
        size = len(self.arms)
        shown = np.bincount(self.arm, weights=self.shown, minlength=size)
        return shown, np.bincount(self.arm, weights=self.hits, minlength=size)


def read_cells(counts: Any) -> Cells:
    """The rows of a table as cells.

    Raises ColumnError for what is no table, lacks a column, names an arm twice for one group and day, or leaves fewer
    than two arms. A table without rows gives no arms.
    """
    frame = _named(counts)
    told = {name: _is_told(frame, name) for name in ("group_id", "day")}
    rows, refused = [], []
    for place, values in enumerate(frame.itertuples(index=False), start=1):
        row = dict(zip(frame.columns, values, strict=True))
        cell, reason = _cell(row, told)
        if cell is None:
            refused.append((place, _text(row["arm"]), reason))
        else:
            rows.append((*cell, place))
    rejected = pd.DataFrame(refused, columns=list(REJECTED)).astype(REJECTED)
    table = pd.DataFrame(rows, columns=["arm", "shown", "hits", "group_id", "day", "row"])
    _check_once(table)
    arms = list(dict.fromkeys(table["arm"]))
    if len(frame):
        _check_arms(arms, rejected)
    group, groups = pd.factorize(table["group_id"]) if told["group_id"] else (np.full(len(table), -1), [])
    day = pd.factorize(table["day"])[0] if told["day"] else np.full(len(table), -1)
    return Cells(
        *(arms, [str(name) for name in groups], pd.factorize(table["arm"])[0], group, day),
        *(table["shown"].to_numpy(float), table["hits"].to_numpy(float), rejected),
    )


def read_history(history: Any) -> tuple[np.ndarray, np.ndarray, int]:
    """Shown and hits of past posts, and how many rows could not be used.

    Raises ColumnError for what is no table or lacks one of the two columns.
    """
    frame = _named(history, needed=("shown", "hits"))
    pairs = [_counts(shown, hits) for shown, hits in zip(frame["shown"], frame["hits"], strict=True)]
    good = [(shown, hits) for shown, hits, reason in pairs if not reason and shown > 0]
    numbers = np.array(good, dtype=float).reshape(-1, 2)
    return numbers[:, 0], numbers[:, 1], len(pairs) - len(good)


def _named(value: Any, needed: tuple[str, ...] = ("arm", "shown", "hits")) -> pd.DataFrame:
    """The table with our column names, from captions and usual headers too."""
    frame = as_frame(value, COUNTS_IN.caption)
    frame = frame.set_axis([str(name) for name in frame.columns], axis=1)
    mapping = map_columns(frame.columns, COUNTS_IN, aliases=_ALIASES)
    missing = tuple(name for name in needed if name not in mapping.values())
    if missing:
        times = [name for name in frame.columns if str(name).strip().lower().endswith(_TIMES)]
        wrong = f"「{times[0]}」数的是次数，一个人看几次就算几次，这里要人数。" if times else ""
        captions = "、".join(f"{name}（{COUNTS_IN.captions[name]}）" for name in missing)
        raise ColumnError(
            f"测试数据缺少列 {captions}。现有的列：{'、'.join(frame.columns) or '无'}。{wrong}"
            "每个版本写一行：版本、看到人数、点开人数；分群统计的再加一列群编号。",
            missing=missing,
            present=tuple(frame.columns),
        )
    return frame[list(mapping)].rename(columns=mapping)


def _is_told(frame: pd.DataFrame, name: str) -> bool:
    return name in frame and any(_text(value) for value in frame[name])


def _text(value: Any) -> str:
    """A name as written; whole numbers that a sheet keeps as 3.0 lose the point."""
    if is_missing(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _cell(row: dict[str, Any], told: dict[str, bool]) -> tuple[tuple[Any, ...] | None, str]:
    """Arm, shown, hits, group and day of a row, or why it cannot be used."""
    arm = _text(row["arm"])
    if not arm:
        return None, "没有写是哪个版本"
    shown, hits, reason = _counts(row["shown"], row["hits"])
    if reason:
        return None, reason
    group = _text(row["group_id"]) if told["group_id"] else ""
    if told["group_id"] and not group:
        return None, "别的行有群编号，这一行没有"
    day = None
    if told["day"]:
        try:
            day = as_date(row["day"])
        except (ValueError, TypeError):
            return None, f"看不懂的日期「{_text(row['day'])[:20]}」"
        if day is None:
            return None, "别的行有日期，这一行没有"
    return (arm, shown, hits, group, day), ""


def _counts(shown: Any, hits: Any) -> tuple[int, int, str]:
    """Both counts, or why they cannot be used."""
    read = []
    for value, caption in ((shown, "看到人数"), (hits, "点开人数")):
        number, reason = (None, "") if is_missing(value) else parse_count(value)
        if number is None:
            return 0, 0, f"{caption}：{reason}" if reason else f"没有{caption}"
        read.append(number)
    if read[1] > read[0]:
        return 0, 0, f"点开人数（{read[1]}）比看到人数（{read[0]}）多，看看是不是把次数当成了人数"
    return read[0], read[1], ""


def _check_once(table: pd.DataFrame) -> None:
    twice = table[table.duplicated(["arm", "group_id", "day"], keep=False)]
    if twice.empty:
        return
    first = twice.iloc[0]
    same = twice[twice["arm"] == first["arm"]]["row"].tolist()
    where = "、".join(str(row) for row in same[:4])
    raise ColumnError(
        f"版本「{first['arm']}」有几行说的是同一处（第 {where} 行）。分不清是该相加，还是前后两次的累计数。"
        "同一个群、同一天、同一版本请只留一行；不同的群或日子请写上群编号或日期。"
    )


def _check_arms(arms: list[str], rejected: pd.DataFrame) -> None:
    if len(arms) >= 2:
        return
    found = f"只有一个版本「{arms[0]}」能用" if arms else "没有一行能用"
    reasons = listed(
        [f"第 {row} 行{reason}" for row, reason in zip(rejected["row"], rejected["reason"], strict=True)]
    )
    why = f"没用上的：{reasons}。" if reasons else ""
    raise ColumnError(
        f"测试数据里{found}，没有可比的。{why}至少要两个版本，每个版本写一行：版本、看到人数、点开人数。"
    )

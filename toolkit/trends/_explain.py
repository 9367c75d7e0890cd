"""Why a term is a trend: what was expected, what was seen, who drives it and since when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit import text
from toolkit.schema import TRENDS, ChoiceError, check, shown_value
from toolkit.trends._counts import Counts, count_terms
from toolkit.trends._mine import mine_trends
from toolkit.trends._windows import Windows, check_days, part_days

# sources that the sentence names
_NAMED = 3
# all that mine_trends finds
_ALL = 1_000_000_000


@dataclass(frozen=True, eq=False)
class TrendReason:
    """Why a term stands among the trends as it does; `str()` gives the sentence.

    `status`, `lift`, `q_value`, `first_seen` and `evidence` are those of the term's row in TRENDS and `seen` its
    `documents`. `expected` is what the baseline leads to expect in the window, in documents: seen over lift; where
    lift is below 1, too coarse to divide by, the baseline's documents scaled to the window's size; missing (NaN)
    without a baseline, and lift with it. `window` is the first and last day. `drivers` has a row for each source,
    the busiest first: source, documents (in the window; they add up to `seen`), before (in the baseline), share (of
    `seen`, 0 to 1; missing where nothing was seen).
    """

    term: str
    status: str
    seen: int
    expected: float
    lift: float
    q_value: float
    first_seen: pd.Timestamp
    window: tuple[dt.date, dt.date]
    drivers: pd.DataFrame
    evidence: list[str]
    sentence: str

    def __str__(self) -> str:
        """The sentence."""
        return self.sentence


def explain_trend(
    term: str,
    documents: pd.DataFrame | Counts,
    *,
    until: Any | None = None,
    window_days: int = 7,
    baseline_days: int = 28,
    trends: pd.DataFrame | None = None,
) -> TrendReason:
    """TrendReason of one term: what was seen and expected, who drives it, since when; with one sentence in Chinese.

    `trends` is the table that mine_trends made from the same documents and windows (None: it is made here). A term
    that was merged into another is explained by that one's row. Letter case, width and traditional characters do not
    matter.

    Raises ChoiceError for a term that is no text or not among the trends (nobody uses it, or too few documents do),
    for windows that are no whole days, and where `trends` is no frame or does not belong to these documents and
    windows.

    >>> frame = pd.DataFrame({
    ...     "doc_id": [f"d{n}" for n in range(20)],
    ...     "source": ["山脚面包房", "河边咖啡"] * 10,
    ...     "title": [f"面包第{n}炉" for n in range(14)] + [f"桂花拿铁，{n}杯" for n in range(6)],
    ...     "published_at": ["2026-09-01"] * 14 + ["2026-09-18"] * 6,
    ... })
    >>> print(explain_trend("桂花拿铁", frame))  # doctest: +ELLIPSIS
    「桂花拿铁」在9月12日至9月18日有 6 篇，此前没有出现过，主要来自...
    """
    window_days, baseline_days = check_days(window_days, baseline_days)
    if not isinstance(term, str):
        raise ChoiceError(f'term 要写成一个词，例如 "桂花拿铁"（现在是 {shown_value(term)}）。')
    if trends is not None and not isinstance(trends, pd.DataFrame):
        raise ChoiceError(f"trends 要写成 mine_trends 给出的表，或不写（现在是 {shown_value(trends)}）。")
    counts = documents if isinstance(documents, Counts) else count_terms(documents)
    windows = part_days(counts.documents["published_at"], until, window_days, baseline_days)
    if windows.end is None:
        raise ChoiceError("没有带日期的内容，说不出哪些词在升。请给内容补上发布时间再试。")
    if trends is None:
        trends = mine_trends(
            counts, until=until, window_days=window_days, baseline_days=baseline_days, top=_ALL
        )
    row = _row(term, check(trends, TRENDS), counts, windows)
    drivers = _drivers(counts, counts.holding([row["term"]])[0], windows)
    if int(drivers["documents"].sum()) != row["documents"]:
        raise ChoiceError(
            f"热词表里「{row['term']}」有 {row['documents']} 篇，按这里的内容和日期却有 {drivers['documents'].sum()} 篇。"
            "请用做热词表的同一份内容，并给同样的 until、window_days 和 baseline_days。"
        )
    first = windows.end - pd.Timedelta(days=window_days) + pd.Timedelta(microseconds=1)
    window = (first.date(), windows.end.date())
    return _reason(row, _expected(row, drivers, windows), window, baseline_days, drivers)


def _reason(
    row: dict[str, Any],
    expected: float,
    window: tuple[dt.date, dt.date],
    baseline_days: int,
    drivers: pd.DataFrame,
) -> TrendReason:
    return TrendReason(
        term=row["term"],
        status=row["status"],
        seen=int(row["documents"]),
        expected=expected,
        lift=float(row["lift"]),
        q_value=float(row["q_value"]),
        first_seen=row["first_seen"],
        window=window,
        drivers=drivers,
        evidence=list(row["evidence"]),
        sentence=_sentence(row, expected, window, baseline_days, drivers),
    )


def _row(term: str, trends: pd.DataFrame, counts: Counts, windows: Windows) -> dict[str, Any]:
    """The row of the term, or of the term that it was merged into."""
    rows = trends.to_dict("records")
    wanted = text.fold([term.strip()])[0]
    names = text.fold(trends["term"])
    if wanted in names:
        return rows[names.index(wanted)]
    for row in rows:
        if wanted in text.fold(row["variants"]):
            return row
    held = counts.holding([term])[0]
    inside = int((windows.part[held] == 0).sum())
    if not len(held):
        raise ChoiceError(
            f'没有内容用到「{term}」这个词。请检查写法；想找它出现在哪些句子里，用 concordance("{term}", documents)。'
        )
    raise ChoiceError(
        f"「{term}」不在热词表里：本期有 {inside} 篇、一共有 {len(held)} 篇写到它，太少或没有排进表。"
        "请放宽 window_days，或用 term_history 看它各期的篇数。"
    )


def _drivers(counts: Counts, held: np.ndarray, windows: Windows) -> pd.DataFrame:
    """One row a source: its documents with the term in the window and in the baseline."""
    part = windows.part[held]
    sources = counts.documents["source"].iloc[held]
    table = pd.DataFrame({"source": sources, "documents": part == 0, "before": part > 0})
    table = table[part >= 0].groupby("source", as_index=False).sum()
    seen = int(table["documents"].sum())
    table = table.astype({"source": "str", "documents": "Int64", "before": "Int64"})
    table["share"] = table["documents"].astype("float64") / seen if seen else np.nan
    return table.sort_values(
        ["documents", "before", "source"], ascending=[False, False, True], ignore_index=True
    )


def _expected(row: dict[str, Any], drivers: pd.DataFrame, windows: Windows) -> float:
    if pd.isna(row["lift"]):
        return float("nan")
    if row["lift"] >= 1:
        return float(row["documents"] / row["lift"])
    return float(drivers["before"].sum() * windows.sizes[0] / windows.sizes[1:].sum())


def _sentence(
    row: dict[str, Any],
    expected: float,
    window: tuple[dt.date, dt.date],
    baseline_days: int,
    drivers: pd.DataFrame,
) -> str:
    """Seen against expected, since when, and who."""
    seen, year = row["documents"], window[1].year
    first, last = (_day(day, year) for day in window)
    span = first if window[0] == window[1] else f"{first}至{last}"
    told = [f"「{row['term']}」在{span}有 {seen} 篇"]
    if pd.isna(expected):
        told.append("此前没有内容可比，说不出是升是降")
    elif row["status"] == "new":
        told.append("此前没有出现过")
    else:
        told.append(f"按此前 {baseline_days} 天的用法约有 {_number(expected)} 篇{_compared(row)}")
    now = drivers[drivers["documents"] > 0]
    who = "、".join(f"{name or '未注明来源'}（{count} 篇）" for name, count in _first(now, "documents"))
    if who:
        others = f"等 {len(now)} 家" if len(now) > _NAMED else ""
        told.append(f"主要来自{who}{others}")
    else:
        before = "、".join(
            f"{name or '未注明来源'}（{count} 篇）" for name, count in _first(drivers, "before")
        )
        told.append(f"此前主要来自{before}")
    told.append(f"最早见于{_day(row['first_seen'].date(), year)}")
    return "，".join(told) + "。"


def _first(drivers: pd.DataFrame, column: str) -> list[tuple[str, int]]:
    best = drivers.sort_values([column, "source"], ascending=[False, True]).head(_NAMED)
    return list(zip(best["source"].tolist(), best[column].tolist(), strict=True))


def _compared(row: dict[str, Any]) -> str:
    if row["status"] == "rising":
        return f"，是它的 {_number(row['lift'])} 倍"
    return "，比平常少" if row["status"] == "fading" else "，没有超出平常的波动"


def _number(value: float) -> str:
    """A number with one decimal at most, 不到 0.1 for less."""
    if 0 < value < 0.1:
        return "不到 0.1"
    return f"{value:.1f}".removesuffix(".0")


def _day(day: dt.date, year: int) -> str:
    return f"{day.month}月{day.day}日" if day.year == year else f"{day.year}年{day.month}月{day.day}日"

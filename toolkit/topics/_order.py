"""How firm an order of topics is: what other weights would do to it, and which topics no other beats on every side."""

from __future__ import annotations

import numbers
from collections.abc import Sequence

import numpy as np
import pandas as pd

from toolkit.schema import TOPICS, ChoiceError, ColumnError, check, shown_value
from toolkit.topics._parts import PARTS, RANK_SENTENCE, ZERO, part_of

# sums of logarithms closer than this are the same
_SAME = 1e-12
_COUNTED = "零一两三四五六七八九十"


def topic_order(ranked: pd.DataFrame, *, spread: float = 0.2) -> pd.DataFrame:
    """How far each topic may move when every weight may change by up to ±`spread`, each by itself or all at once.

    Returns topic_id, label, score, rank, rank_low, rank_high (no such weights take it above rank_low or below
    rank_high) and can_lead (some take it to the first place), in the order of the ranking. `frame.attrs["notes"]` says
    in Chinese how many of the first three always stay among them and how many topics could lead.

    The logarithm of a score is linear in the weights, so for each pair of topics the best and the worst case over the
    whole box of weights is exact, and so is can_lead (a linear programme a topic). The two ranks count pairs: each
    overtaking is possible by itself, all of them at once need not be. Topics with score 0 keep their places at the
    end. No topics give an empty frame.

    Raises ColumnError for topics without parts, ChoiceError for a spread outside 0 to 1.
    """
    frame = check(ranked, TOPICS).reset_index(drop=True)
    real = isinstance(spread, numbers.Real) and not isinstance(spread, bool)
    if not real or not 0 <= float(spread) <= 1:
        raise ChoiceError(f"spread 要在 0 和 1 之间，0.2 是上下浮动两成（现在是 {shown_value(spread)}）。")
    logs = _logs(frame, None)
    place = np.lexsort((frame["label"], -frame["score"].fillna(0.0)))
    rank = np.empty(len(frame), dtype=np.int64)
    rank[place] = np.arange(1, len(frame) + 1)
    alive = ~_dead(frame)
    low, high, leads = rank.copy(), rank.copy(), np.zeros(len(frame), dtype=bool)
    rows = np.flatnonzero(alive)
    low[rows], high[rows] = _ranges(logs[rows], rank[rows], spread)
    for row in rows[low[rows] == 1]:
        leads[row] = _can_lead(logs[row] - logs[rows[rows != row]], spread)
    out = frame[["topic_id", "label", "score"]].assign(
        rank=rank, rank_low=low, rank_high=high, can_lead=leads
    )
    out = out.astype({"rank": "Int64", "rank_low": "Int64", "rank_high": "Int64"})
    out = out.sort_values("rank").reset_index(drop=True)
    out.attrs["notes"] = (
        [RANK_SENTENCE, _sentence(out[out["rank"] <= len(rows)], spread)] if len(rows) else []
    )
    return out


def topic_front(ranked: pd.DataFrame, *, parts: Sequence[str] | None = None) -> pd.DataFrame:
    """Topics in layers: layer 1 holds those that no other topic beats on one of the `parts` without losing on another.

    Returns topic_id, label, layer and dominated_by (the topic_ids of the layer before that are at least as good on all
    parts and better on one; empty in layer 1), best layer first, else in the ranking's order. A topic with score 0 has
    no layer (missing). `parts` are names, columns or captions; None takes those marked `front` in the lexicon
    `topic-parts` (heat, known, fit, effort): on many parts hardly any topic beats another. No topics give an empty
    frame.

    Raises ChoiceError for unknown parts, ColumnError for topics without them.
    """
    frame = check(ranked, TOPICS).reset_index(drop=True)
    chosen = [name for name in PARTS if part_of(name).front] if parts is None else _chosen(parts)
    logs = _logs(frame, chosen)
    layer = np.zeros(len(frame), dtype=np.int64)
    beats = _beats(logs)
    left = ~_dead(frame)
    number = 0
    while left.any():
        number += 1
        top = left & ~(beats & left[:, None]).any(axis=0)
        layer[top] = number
        left &= ~top
    above = [
        frame.loc[beats[:, row] & (layer == layer[row] - 1) & (layer > 0), "topic_id"].tolist()
        for row in range(len(frame))
    ]
    out = frame[["topic_id", "label"]].assign(
        layer=pd.array([number or None for number in layer], dtype="Int64"),
        dominated_by=pd.Series(above, index=frame.index, dtype="object"),
    )
    return out.sort_values("layer", kind="stable", na_position="last").reset_index(drop=True)


def _part_columns(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame.columns if str(name).startswith("part_")]


def _logs(frame: pd.DataFrame, names: Sequence[str] | None) -> np.ndarray:
    """Topics × parts; `names` None takes all that the frame has but the gate, which no weight moves."""
    if names is None:
        columns = [name for name in _part_columns(frame) if name != "part_gate"]
    else:
        columns = [f"part_{name}" for name in names]
    missing = tuple(name for name in columns if name not in frame)
    if missing or not columns:
        raise ColumnError(
            f"选题表里没有 {'、'.join(missing) or '各项得分（part_）'}。请先用 rank_topics 排过，再看次序。",
            missing=missing,
            present=tuple(map(str, frame.columns)),
        )
    return frame[columns].fillna(0.0).to_numpy(dtype=float)


def _dead(frame: pd.DataFrame) -> np.ndarray:
    """Whether a topic has a part that no weight can make up for."""
    return np.asarray((frame[_part_columns(frame)] <= ZERO).any(axis=1))


def _chosen(parts: Sequence[str]) -> list[str]:
    captions = {caption: name for name, (caption, _) in PARTS.items()}
    given = [parts] if isinstance(parts, str) else list(parts)
    names = [captions.get(part, str(part).removeprefix("part_")) for part in given]
    if unknown := [part for part, name in zip(given, names, strict=True) if name not in PARTS]:
        listed = "、".join(f"{name}（{caption}）" for name, (caption, _) in PARTS.items())
        raise ChoiceError(f"没有 {'、'.join(map(str, unknown))} 这一项。可以用的是：{listed}。")
    if not names:
        raise ChoiceError("parts 至少要有一项，或写 None 用默认的几项。")
    return names


def _ranges(logs: np.ndarray, rank: np.ndarray, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """The least and the largest rank by counting for whom each overtaking is possible."""
    low, high = np.empty(len(logs), dtype=np.int64), np.empty(len(logs), dtype=np.int64)
    for row in range(len(logs)):
        ahead = logs[row] - logs
        reach = spread * np.abs(ahead).sum(axis=1)
        best, worst = ahead.sum(axis=1) + reach, ahead.sum(axis=1) - reach
        before = rank[row] < rank
        may_win = (best > _SAME) | ((best >= -_SAME) & before)
        may_lose = (worst < -_SAME) | ((worst <= _SAME) & ~before)
        others = np.arange(len(logs)) != row
        low[row] = 1 + int((others & ~may_win).sum())
        high[row] = 1 + int((others & may_lose).sum())
    return low, high


def _can_lead(ahead: np.ndarray, spread: float) -> bool:
    """Whether some weights in the box put a topic before all others (`ahead`: its parts less theirs)."""
    if not len(ahead):
        return True
    from scipy.optimize import linprog

    others, sides = ahead.shape
    goal = np.concatenate([np.zeros(sides), [-1.0]])  # the largest margin over the nearest rival
    found = linprog(
        goal,
        A_ub=np.hstack([-ahead, np.ones((others, 1))]),
        b_ub=np.zeros(others),
        bounds=[(1 - spread, 1 + spread)] * sides + [(None, None)],
        method="highs",
    )
    return bool(-found.fun >= -1e-9)


def _beats(logs: np.ndarray) -> np.ndarray:
    """Square of flags: whether the row's topic is at least as good everywhere and better somewhere."""
    if not len(logs):
        return np.zeros((0, 0), dtype=bool)
    least = np.ones((len(logs), len(logs)), dtype=bool)
    more = np.zeros_like(least)
    for column in logs.T:
        least &= column[:, None] >= column[None, :] - _SAME
        more |= column[:, None] > column[None, :] + _SAME
    return least & more


def _counted(number: int) -> str:
    return _COUNTED[number] if number < len(_COUNTED) else str(number)


def _sentence(order: pd.DataFrame, spread: float) -> str:
    """What an editor should know about the order, in one sentence."""
    top = min(3, len(order))
    firm = int((order["rank_high"].head(top) <= top).sum())
    leaders = int(order["can_lead"].sum())
    part = leaders / len(order)
    share = (
        f"能排到第一的有 {leaders} 个，占 {len(order)} 个的 {f'{part:.0%}' if part >= 0.01 else '不到 1%'}"
    )
    if len(order) <= top:
        return f"权重上下改 {spread:.0%}：{share}。"
    if firm == top:
        kept = "前三名换权重也还是这三个"
    elif firm:
        kept = f"前三名里有{_counted(firm)}个换权重也不掉出前三"
    else:
        kept = "前三名没有一个是稳的"
    return f"权重上下改 {spread:.0%}：{kept}；{share}。"

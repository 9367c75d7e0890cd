"""Planning questions drawn by seed: groups with slots and ceilings, items with windows, audiences, waves and phases."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

START = dt.date(2026, 9, 7)
_CLOCKS = ("07:30", "08:30", "12:15", "16:40", "18:10", "20:00", "20:40", "21:30")
_KINDS = ("value", "discussion", "promotion", "event", "red_packet", "poll", "notice")
_KIND_SHARE = (0.34, 0.16, 0.26, 0.08, 0.05, 0.06, 0.05)
_TONES = ("neutral", "warm", "festive", "humorous", "sales")


def make_question(groups: int, days: int, items: int, *, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """ITEMS and GROUPS of a question in which room, waves, minutes and phases all bind; `days` is its length."""
    rng = np.random.default_rng([seed, groups, days, items])
    segments = [f"人群{n}" for n in range(max(3, groups // 6))]
    people = pd.DataFrame([_group(rng, n, segments) for n in range(groups)])
    owners = [f"编辑{n}" for n in range(max(2, groups // 8))]
    rows = [_item(rng, n, days, segments, owners) for n in range(items)]
    _join_campaigns(rng, rows, days)
    return pd.DataFrame(rows), people


def _group(rng: np.random.Generator, n: int, segments: list[str]) -> dict[str, Any]:
    slots = sorted(rng.choice(_CLOCKS, size=int(rng.integers(2, 5)), replace=False))
    promos = int(rng.integers(1, 4))
    return {
        "group_id": f"g{n:03d}",
        "name": f"第{n}群",
        "segment": segments[n % len(segments)],
        "members": int(rng.integers(80, 501)),
        "channel": "企微群" if rng.random() < 0.3 else "群",
        "slots": [str(slot) for slot in slots],
        "quiet": ["22:00-08:00"] if rng.random() < 0.7 else [],
        "posts_per_day": int(rng.integers(1, 3)),
        "posts_per_week": int(rng.integers(3, 8)),
        "promos_per_week": promos if rng.random() < 0.8 else pd.NA,
    }


def _item(
    rng: np.random.Generator, n: int, days: int, segments: list[str], owners: list[str]
) -> dict[str, Any]:
    earliest, latest = _window(rng, days)
    draw = rng.random()
    if draw < 0.6:
        audience = [str(rng.choice(segments))]
    elif draw < 0.93:
        audience = sorted({str(name) for name in rng.choice(segments, size=2)})
    else:
        audience = ["all"]
    kind = str(rng.choice(_KINDS, p=_KIND_SHARE))
    must = bool(rng.random() < 0.06)
    return {
        "item_id": f"i{n:04d}",
        "title": f"第{n}条内容",
        "kind": kind,
        "tone": "sales" if kind == "promotion" and rng.random() < 0.5 else str(rng.choice(_TONES)),
        "topic": f"选题{int(rng.integers(0, 12))}",
        "campaign": "",
        "phase": "",
        "value": round(float(np.exp(rng.normal(0.7, 0.6))), 2),
        "earliest": earliest,
        "latest": latest,
        "groups": audience,
        # what everyone must get is sent often enough to reach everyone
        "waves": int(rng.integers(1, 4)) + 3 * must,
        "after": [f"i{n - 1:04d}"] if n and rng.random() < 0.05 else [],
        "minutes": int(rng.choice([0, 10, 20, 30, 45])),
        "owner": str(rng.choice(owners)),
        "must_send": must,
    }


def _window(rng: np.random.Generator, days: int) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    draw, first = rng.random(), int(rng.integers(0, days))
    begin = pd.Timestamp(START) + pd.Timedelta(days=first)
    if draw < 0.6:
        return begin, begin + pd.Timedelta(days=int(rng.integers(1, 11)))
    if draw < 0.8:
        return begin, None
    return None, None


def _join_campaigns(rng: np.random.Generator, rows: list[dict[str, Any]], days: int) -> None:
    """Some runs of five items become a campaign: they share an audience and have phases, and windows to hold them."""
    for n in range(0, len(rows) - 5, 25):
        first = int(rng.integers(0, max(1, days - 9)))
        begin = pd.Timestamp(START) + pd.Timedelta(days=first)
        for row, phase in zip(
            rows[n : n + 5], ("warmup", "warmup", "promotion", "promotion", "review"), strict=True
        ):
            row.update(campaign=f"活动{n // 25}", phase=phase, groups=rows[n]["groups"], after=[])
            row.update(earliest=begin, latest=begin + pd.Timedelta(days=9))

"""What a review's document is made of beside a proposal's parts, and how its numbers are said; all text is untrusted."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit.charts import format_day, format_share, format_unit, plain
from toolkit.charts._review import span_words, times_words
from toolkit.export._book import brief
from toolkit.export._posts import word
from toolkit.export._proposal_parts import Note, Part
from toolkit.schema import OUTCOMES, is_missing

# half-width units that a name and a sentence of a table may take on a page; the workbook has them whole
NAME, SENTENCE = 56, 480
_MOST_SAID = 12


@dataclass(frozen=True)
class Line:
    """A line with a mark: its kind is a style of the page (pass, warn, info, muted)."""

    kind: str
    mark: str
    word: str
    text: str
    small: str = ""


@dataclass(frozen=True)
class Lines:
    """Lines below each other; those that are `folded` open under that text where a page can."""

    rows: tuple[Line, ...]
    folded: str = ""


@dataclass(frozen=True, eq=False)
class Drawn:
    """A chart for a plot's width in pixels: on a wide page and on a phone."""

    draw: Callable[[int], Any]
    wide: int
    narrow: int


ReviewPart = Part | Lines | Drawn


@dataclass(frozen=True)
class ReviewSection:
    """A section under its heading."""

    anchor: str
    title: str
    parts: tuple[ReviewPart, ...]


@dataclass(frozen=True)
class ReviewDocument:
    """The whole document: title, the line below it, the week in a sentence for each (anchor, sentence), sections."""

    title: str
    subtitle: str
    summary: tuple[tuple[str, str], ...]
    sections: tuple[ReviewSection, ...]


def records(frame: pd.DataFrame | None) -> list[dict[str, Any]]:
    """The rows of a frame; of none, none."""
    return [] if frame is None else list(frame.to_dict("records"))


def number(value: Any) -> float | None:
    """A finite number, or None.

    >>> number(2), number(float("inf")), number(None)
    (2.0, None, None)
    """
    if is_missing(value):
        return None
    found = float(value)
    return found if math.isfinite(found) else None


def count_of(value: Any) -> int | None:
    """A count, or None.

    >>> count_of(3), count_of(None)
    (3, None)
    """
    found = number(value)
    return None if found is None else round(found)


def name_of(value: Any, width: int = NAME) -> str:
    """A name on one line, cut where a page has no room.

    >>> name_of(" 甲\\n乙 "), name_of("")
    ('甲 乙', '（没有名称）')
    """
    return brief(" ".join(plain(value).split()), width) or "（没有名称）"


def sentence(value: Any) -> str:
    """A sentence on one line, cut where nobody would read on."""
    return brief(" ".join(plain(value).split()), SENTENCE)


def ratio(row: dict[str, Any]) -> str:
    """A value against the usual with its interval.

    >>> ratio({"value": 1.5, "low": 1.2, "high": 1.9}), ratio({"value": 1.5, "low": None, "high": 1.9})
    ('1.50 倍（1.20–1.90）', '1.50 倍（没有区间）')
    """
    if number(row["value"]) is None:
        return "—"
    return f"{times_words(row['value'])}（{span_words(row['low'], row['high']) or '没有区间'}）"


def share(rate: Any, low: Any, high: Any) -> str:
    """A share with its interval.

    >>> share(0.12, 0.1, 0.14), share(None, 0.1, 0.2), share(0.5, None, None)
    ('12%（10%–14%）', '—', '50%（没有区间）')
    """
    if number(rate) is None:
        return "—"
    ends = [number(end) for end in (low, high)]
    span = "没有区间" if None in ends else "–".join(format_share(end) for end in ends)
    return f"{format_share(number(rate))}（{span}）"


def plain_span(value: Any, low: Any, high: Any) -> str:
    """A number with its interval, both with two decimals at most.

    >>> plain_span(1.234, 1, 2), plain_span(None, 1, 2)
    ('1.23（1–2）', '—')
    """
    if number(value) is None:
        return "—"
    ends = [number(end) for end in (low, high)]
    span = "没有区间" if None in ends else "–".join(_short(end) for end in ends)
    return f"{_short(number(value))}（{span}）"


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:,.2f}".rstrip("0").rstrip(".")


def yuan(value: Any) -> str:
    """An amount as the tables give it; a dash for a missing one.

    >>> yuan(24800), yuan(None)
    ('24,800', '—')
    """
    found = number(value)
    return "—" if found is None else format_unit(found, "yuan")


def said_below(frame: pd.DataFrame, column: str) -> list[Note]:
    """The sentences of a table's rows as one remark below it, each once, a dozen at most."""
    lines = dict.fromkeys(line for value in frame[column] if (line := sentence(value)))
    return [Note("".join(list(lines)[:_MOST_SAID]))] if lines else []


def outcome_words(outcome: Any) -> str:
    """What posts were judged by.

    >>> outcome_words("ordered"), outcome_words("")
    ('按暗号的订单', '没有量到')
    """
    return word(outcome, "outcome") or "没有量到"


# an outcome in a cell that has no room for its whole name
_SHORT = {
    **{"ordered": "订单", "clicked": "点击", "replied": "回复", "opened": "阅读"},
    **{"day_orders": "当天订单", "day_active": "当天说话"},
}


def outcome_short(outcome: Any) -> str:
    """The outcome in two to four characters.

    >>> outcome_short("ordered"), outcome_short("")
    ('订单', '结果')
    """
    return _SHORT.get(outcome, "结果")


def judged_by(posts: pd.DataFrame) -> list[str]:
    """The outcomes that posts were judged by, the surest first."""
    found = set(posts.loc[posts["result"].notna(), "outcome"])
    return [name for name in OUTCOMES if name in found]


def when(moment: Any) -> str:
    """A time in a table: day, weekday and clock, without the clock where only the day is known."""
    if is_missing(moment):
        return "时间未知"
    clock = f" {moment:%H:%M}" if (moment.hour, moment.minute) != (0, 0) else ""
    return f"{format_day(moment)}{clock}"

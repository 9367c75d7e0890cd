"""What a proposal's document is made of, whatever it is written as: sections of parts, all text still untrusted."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from toolkit.charts import Spans, format_share, plain
from toolkit.schema import is_missing

# how a column reads: text (`below`: long, on a page under its row), numbers as they are, yuan, a share, a day
Kind = Literal["key", "text", "short", "below", "num", "money", "share", "day"]


@dataclass(frozen=True)
class Flag:
    """A cell that asks for a second look; writers put a mark beside it."""

    text: str


Cell = str | float | int | dt.date | Flag | None


@dataclass(frozen=True)
class Head:
    """A column's caption and kind."""

    caption: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Prose:
    """What somebody wrote, in paragraphs."""

    text: str


@dataclass(frozen=True)
class Note:
    """A remark in small type."""

    text: str


@dataclass(frozen=True)
class Gap:
    """What is not there yet, and what to do."""

    text: str


@dataclass(frozen=True)
class Heading:
    """A heading within a section, with a smaller line beside it."""

    text: str
    small: str = ""


@dataclass(frozen=True)
class Table:
    """A table; `total` is a last row that sums up; one that is `folded` opens under that line where a page can.

    `even` gives fixed widths, so that tables of the same columns below each other stand in line.
    """

    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()
    folded: str = ""
    even: bool = False


@dataclass(frozen=True)
class Fact:
    """One line of the overview: a caption, what there is to say, and whether it is the number that matters."""

    caption: str
    lines: tuple[str, ...]
    big: bool = False


@dataclass(frozen=True)
class Facts:
    """The overview's lines."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Finding:
    """What hangs in the air: how grave, what, and how to mend it."""

    severity: str
    message: str
    advice: str


@dataclass(frozen=True)
class Findings:
    """All that hangs in the air, the gravest first."""

    rows: tuple[Finding, ...]


@dataclass(frozen=True, eq=False)
class GanttPart:
    """A Gantt chart: its rows, and the tables a chart is drawn from."""

    spans: Spans
    actions: pd.DataFrame
    milestones: pd.DataFrame


@dataclass(frozen=True, eq=False)
class MoneyPart:
    """The chart of the budget's classes."""

    budget: pd.DataFrame


@dataclass(frozen=True)
class SignOff:
    """The line that a boss signs."""

    fields: tuple[str, ...] = ("提案人", "审批人", "日期")
    choices: tuple[str, ...] = ("同意", "改后再议", "不同意")


Part = Prose | Note | Gap | Heading | Table | Facts | Findings | GanttPart | MoneyPart | SignOff


@dataclass(frozen=True)
class Section:
    """A section under its heading."""

    anchor: str
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Document:
    """The whole document; days without a year are of `year`."""

    title: str
    year: int
    sections: tuple[Section, ...]


SEVERITY = {"block": ("✕", "先改"), "warn": ("!", "留意"), "info": ("·", "提示")}
NUMBERS = ("num", "money", "share")


def shown(cell: Cell, kind: Kind, year: int) -> str:
    """A cell as an editor reads it; a number that is missing is a dash.

    >>> shown(12345.5, "money", 2026), shown(12000, "num", 2026), shown(0.5, "share", 2026), shown(None, "money", 2026)
    ('12,345.5', '12,000', '50%', '—')
    >>> shown(dt.date(2026, 9, 1), "day", 2026), shown(dt.date(2027, 1, 5), "day", 2026), shown("甲", "text", 2026)
    ('9月1日', '2027年1月5日', '甲')
    """
    if isinstance(cell, Flag):
        return plain(cell.text)
    if is_missing(cell) or (isinstance(cell, float) and not math.isfinite(cell)):
        return "—" if kind in NUMBERS or kind == "day" else ""
    if isinstance(cell, str):
        return plain(cell)
    if isinstance(cell, dt.date):
        return day_words(cell, year)
    return format_share(cell) if kind == "share" else number_words(cell)


def number_words(value: Any) -> str:
    """A number with commas and at most two decimals.

    >>> number_words(1234567.891), number_words(0.5), number_words(-3.0), number_words(0.001)
    ('1,234,567.89', '0.5', '-3', '0.001')
    """
    if value and abs(value) < 0.01:
        return f"{value:.2g}"
    text = f"{float(value):,.2f}"
    return text.rstrip("0").rstrip(".")


def day_words(day: dt.date, year: int) -> str:
    """A day; one of another year carries its own.

    >>> day_words(dt.date(2026, 9, 1), 2026), day_words(dt.date(2027, 1, 5), 2026)
    ('9月1日', '2027年1月5日')
    """
    text = f"{day.month}月{day.day}日"
    return text if day.year == year else f"{day.year}年{text}"


def paragraphs(text: str) -> list[str]:
    """The lines of a prose text that hold anything."""
    return [line.strip() for line in plain(text).split("\n") if line.strip()]

"""Names on charts: on one line, short and still told apart, and placed so that none covers another."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from toolkit.charts._format import plain
from toolkit.charts._theme import _short

if TYPE_CHECKING:
    import altair as alt

LABEL_SIZE, TITLE_SIZE = 12, 14
# wider than the font's own 1.2: a letter with a tail must not touch the one below it
_LINE = 1.3
_WIDE_LATIN = frozenset("mwMW@%&")


def one_line(value: Any) -> str:
    r"""A value as text on one line, without control characters.

    >>> one_line("a\n  b\x00")
    'a b'
    """
    return " ".join(plain(value).split())


def text_width(text: str, size: float = LABEL_SIZE) -> float:
    """About how many pixels a text takes at a font size: Han 1 em, emoji 1.3, capitals 0.7, other letters 0.55.

    >>> text_width("桂花latte")
    57.0
    """
    return round(size * sum(_ems(letter) for letter in text), 2)


def _ems(letter: str) -> float:
    if ord(letter) >= 0x1F000:
        return 1.3
    if unicodedata.combining(letter):
        return 0.0
    # an ambiguous one (…, ①) is wide in a Chinese font
    if unicodedata.east_asian_width(letter) in "WFA":
        return 1.0
    if letter in _WIDE_LATIN:
        return 0.9
    return 0.7 if letter.isupper() else 0.55


def short_names(values: Iterable[Any], length: int, *, taken: Sequence[str] = ()) -> list[str]:
    """Each value on one line and cut to about `length` characters; what would read alike is numbered.

    >>> short_names(["秋天第一杯桂花拿铁", "秋天第一杯桂花乌龙", "桂花"], 7)
    ['秋天第一杯桂…', '秋天第一杯桂… 2', '桂花']
    """
    used = set(taken)
    names = []
    for value in values:
        short = _short(one_line(value), length) or "（空）"
        name, number = short, 1
        while name in used:
            number += 1
            name = f"{short} {number}"
        used.add(name)
        names.append(name)
    return names


def lines_within(parts: Iterable[str], width: float) -> list[str]:
    """The parts joined by ；into as few lines as fit the width in pixels; a part that is too long is cut into lines.

    >>> lines_within(["每周提到的篇数", "虚线是平均", "各图刻度不同"], 180)
    ['每周提到的篇数；虚线是平均', '各图刻度不同']
    """
    lines: list[str] = []
    for part in parts:
        if lines and text_width(f"{lines[-1]}；{part}") <= width:
            lines[-1] += f"；{part}"
        else:
            lines += _pieces(part, width)
    return lines


def _pieces(text: str, width: float, size: float = LABEL_SIZE) -> list[str]:
    """A text cut wherever a line is full."""
    lines = [""]
    for letter in text:
        if lines[-1] and text_width(lines[-1] + letter, size) > width:
            lines.append("")
        lines[-1] += letter
    return lines


def title_within(text: str, parts: Iterable[str], width: float) -> alt.TitleParams:
    """A chart's title and subtitle, broken where the chart ends."""
    from toolkit.charts._altair import alt

    lines = _pieces(text, width, TITLE_SIZE)
    return alt.TitleParams(lines[0] if len(lines) == 1 else lines, subtitle=lines_within(parts, width))


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def inside(self, width: float, height: float) -> bool:
        """Whether it lies within a plot of this size."""
        return self.left >= 0 and self.top >= 0 and self.right <= width and self.bottom <= height


def place_labels(
    labels: Sequence[str],
    dots: Sequence[tuple[float, float, float]],
    *,
    width: float,
    height: float,
) -> list[Box | None]:
    """A box for each label beside its dot (x, y, radius), or None where there is no room; the first go first.

    A box lies within the plot and meets neither another box nor any dot. Eight sides are tried, near and then
    farther (greedy placement; Christensen, Marks & Shieber 1995).

    >>> place_labels(["桂花"], [(50, 50, 4)], width=100, height=100)
    [Box(left=57, top=42.2, right=81.0, bottom=57.8)]
    """
    circles = [Box(x - radius, y - radius, x + radius, y + radius) for x, y, radius in dots]
    placed: list[Box | None] = []
    for label, dot in zip(labels, dots, strict=True):
        others = [*circles, *(box for box in placed if box is not None)]
        free = (
            box
            for box in _sides(text_width(label), LABEL_SIZE * _LINE, *dot)
            if box.inside(width, height) and not any(box.meets(other) for other in others)
        )
        placed.append(next(free, None))
    return placed


def _sides(wide: float, high: float, x: float, y: float, radius: float) -> Iterable[Box]:
    """Boxes around a dot, best first: right, left, above, below, then the corners."""
    straight = [(1, 0), (-1, 0), (0, -1), (0, 1)]
    for gap, (right, down) in product((3, 10), [*straight, (1, -1), (1, 1), (-1, -1), (-1, 1)]):
        away = radius + gap
        left = {1: x + away, 0: x - wide / 2, -1: x - away - wide}[right]
        top = {1: y + away, 0: y - high / 2, -1: y - away - high}[down]
        if right and down:  # a corner touches the dot's own box only by its tip, so it may come nearer
            left, top = left - right * gap, top - down * gap
        yield Box(*(round(edge, 2) for edge in (left, top, left + wide, top + high)))

"""A workbook's formats, sheets and cells: typed text, real dates, A4 landscape, widths that fit Chinese."""

from __future__ import annotations

import datetime as dt
import functools
import re
import unicodedata
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons
from toolkit.charts import ACCENT, INK, MUTED, plain, share_decimals, yuan_decimals
from toolkit.export._posts import captions, is_worded, joined, marks_of, units, word
from toolkit.schema import TIME_ZONE, InputError

FONT = "Microsoft YaHei"
# the sheet that is edited and read back
CALENDAR_SHEET = "排期总表"
MAX_ROWS = 1_048_576
# light tints of the Okabe–Ito colours, so that the text on them keeps its contrast
KIND_TINTS = {
    "value": "#DDF1E9",
    "discussion": "#DDEFFA",
    "promotion": "#FCE2D3",
    "event": "#FBEBC8",
    "red_packet": "#F6DEEA",
    "poll": "#DCE4F5",
    "notice": "#E9ECEF",
}
# kind of day to (fill, ink): the first that a day has counts
DAY_LOOKS = {
    "solemn": ("#D9DCE0", INK),
    "workday": ("#E3ECF5", "#2F6299"),
    "rest": ("#FBEDEA", ACCENT),
    "festival": ("#FFFFFF", ACCENT),
    "shopping": ("#FDF3DC", "#7A4B00"),
    "weekend": ("#FBEDEA", INK),
    "": ("#FFFFFF", INK),
}
# points: a line of 10-point type, what a cell leaves above and below, Excel's own ceiling for a row
LINE_HEIGHT, _AIR, _HIGHEST = 15, 4, 409
_MOST_LINES = 6
_MAX_TEXT, _MAX_SHEET_NAME, _MAX_BREAKS = 32_767, 31, 1_023
_CUT = "…（太长，Excel 一格放不下，后面省略）"
_WIDEST, _NARROWEST = 48, 8
# A4 landscape is 595 points high; margins and a tenth for printers that need more are taken off
_MARGINS = {"left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.6}
_PAGE = (595 - 72 * (0.5 + 0.6)) * 0.95


class Book:
    """A workbook in the house's look: `style` makes formats, `sheet` and `table` sheets, `put` and `cell` cells."""

    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        workbook.formats[0].set_font_name(FONT)
        workbook.formats[0].set_font_size(10)
        self._styles: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._names: set[str] = set()
        head = {"bold": True, "bottom": 1, "bottom_color": ACCENT, "text_wrap": True, "valign": "vcenter"}
        self.head, self.number_head = self.style(**head), self.style(**head, align="right", indent=1)
        self.text = self.style(text_wrap=True)
        self.band = self.style(bold=True, font_size=12, valign="vcenter", top=1, top_color=ACCENT)
        self.facts = self.style(font_color=MUTED, valign="vcenter", top=1, top_color=ACCENT)
        # text that stays text when someone types over it
        self._typed = self.style(text_wrap=True, num_format="@")
        self._count = self.style(num_format="#,##0", align="right", indent=1)
        self._score = self.style(num_format="0.00", align="right", indent=1)
        self._cents = self.style(num_format="#,##0.00", align="right", indent=1)
        self._shares = [self.style(num_format=form, align="right", indent=1) for form in ("0%", "0.0%")]
        self._time = self.style(num_format="yyyy-mm-dd hh:mm", align="left")
        self._date = self.style(num_format="yyyy-mm-dd", align="left")

    def style(self, **look: Any) -> Any:
        """A format of the house's type with this look; equal looks are one format."""
        key = tuple(sorted(look.items()))
        if key not in self._styles:
            font = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "top"}
            self._styles[key] = self.workbook.add_format({**font, **look})
        return self._styles[key]

    def day_style(self, day: dt.date, **look: Any) -> Any:
        """The format of a day's heading: its colour says what sort of day it is."""
        fill, ink = DAY_LOOKS[day_look(day)]
        return self.style(bold=True, text_wrap=True, align="center", font_color=ink, bg_color=fill, **look)

    def kind_style(self, kind: Any, **look: Any) -> Any:
        """The format of a post's field, tinted by its kind; an unknown kind has no tint."""
        tint = KIND_TINTS.get(plain(kind))
        return self.style(text_wrap=True, **({"bg_color": tint} if tint else {}), **look)

    def sheet(self, name: str) -> Any:
        """A new sheet set up for A4 landscape; the name is made legal and unique."""
        base = re.sub(r"[\[\]:*?/\\]", " ", plain(name)).replace("\n", " ").strip().strip("'") or "表"
        # "History" is a name Excel keeps for itself
        base = f"{base}表" if base.lower() == "history" else base
        legal, number = base[:_MAX_SHEET_NAME], 1
        while legal.lower() in self._names:
            number += 1
            legal = f"{base[: _MAX_SHEET_NAME - len(str(number)) - 2]}（{number}）"
        self._names.add(legal.lower())
        sheet = self.workbook.add_worksheet(legal)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.set_margins(**_MARGINS)
        sheet.set_footer("&L&A&R第 &P / &N 页")
        return sheet

    def table(
        self,
        name: str,
        frame: pd.DataFrame,
        *,
        heads: dict[Any, str] | None = None,
        printed: int | None = None,
        typed: Collection[str] = (),
    ) -> Any:
        """A frame as a sheet, which is returned: caption row frozen, filter on, columns as wide as their text.

        Rows are as high as their printed text, six lines at most; `printed` columns come out on paper (None: all).
        Columns `typed` are text even when someone types a number or a formula over them.
        """
        if len(frame) >= MAX_ROWS:
            raise InputError(
                f"表「{plain(name)}」有 {len(frame)} 行，Excel 一张表放不下。请先筛选，或改用 CSV。"
            )
        sheet = self.sheet(name)
        heads = captions(frame) if heads is None else heads
        known = units(frame)
        lines = [1] * (len(frame) + 1)
        for place, column in enumerate(frame.columns):
            head, text = plain(heads[column]), self._typed if column in typed else self.text
            number = frame.dtypes.iloc[place].kind in "iuf"
            sheet.write_string(0, place, head, self.number_head if number else self.head)
            widths = [width_of(head) + 4]
            words = column if is_worded(column) else None
            for row, value in enumerate(frame.iloc[:, place], start=1):
                unit = known.get(column, "")
                widths.append(self.cell(sheet, row, place, value, words=words, text=text, unit=unit))
            wide = _column_width(widths)
            sheet.set_column(place, place, wide, text if column in typed else self._usual(frame, place))
            # what is not printed may be read in its cell
            for row, width in enumerate(widths if place < (printed or frame.shape[1]) else []):
                lines[row] = max(lines[row], -(-width // wide))
        for row, count in enumerate(lines[1:], start=1):
            sheet.set_row(row, height_of(min(count, _MOST_LINES)))
        if printed and len(frame):
            sheet.print_area(0, 0, len(frame), printed - 1)
        sheet.freeze_panes(1, 1 if frame.shape[1] > 4 else 0)
        if frame.shape[1]:
            sheet.autofilter(0, 0, len(frame), frame.shape[1] - 1)
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)
        return sheet

    def _usual(self, frame: pd.DataFrame, place: int) -> Any:
        """The format of rows that someone adds below: dates look like dates there too."""
        return self._time if isinstance(frame.dtypes.iloc[place], pd.DatetimeTZDtype) else self.text

    def cell(
        self, sheet: Any, row: int, place: int, value: Any, *, words: Any, text: Any, unit: str = ""
    ) -> int:
        """Write one cell by its kind and unit, text in the format `text`; its width in half-width units."""
        if isinstance(value, str):
            return self.put(sheet, row, place, value if words is None else word(value, words), text)
        if isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
            return self.put(sheet, row, place, joined(value, "；" if unit == "sentence" else "、"), text)
        if value is None or pd.isna(value):
            return 0
        if isinstance(value, (bool, np.bool_)):
            return self.put(sheet, row, place, "是" if value else "否", text)
        if isinstance(value, dt.datetime):
            local = pd.Timestamp(value)
            local = local.tz_convert(TIME_ZONE).tz_localize(None) if local.tzinfo else local
            sheet.write_datetime(row, place, local.to_pydatetime(), self._time)
            return 16
        if isinstance(value, dt.date):
            sheet.write_datetime(row, place, value, self._date)
            return 10
        if isinstance(value, (int, float, np.integer, np.floating)) and np.isfinite(value):
            if unit == "share":
                sheet.write_number(row, place, value, self._shares[share_decimals(float(value))])
                return len(f"{value:.1%}")
            whole = isinstance(value, (int, np.integer))
            whole = whole or (unit == "yuan" and not yuan_decimals(float(value)))
            number = self._count if whole else self._cents if unit == "yuan" else self._score
            sheet.write_number(row, place, value, number)
            return len(f"{value:,.0f}") + (0 if whole else 3)
        return self.put(sheet, row, place, plain(value), text)

    def put(self, sheet: Any, row: int, place: int, text: str, style: Any) -> int:
        """Write text as text, cut where a cell cannot hold it, and return its width."""
        clean = plain(text)
        if len(clean) > _MAX_TEXT:
            clean = clean[: _MAX_TEXT - len(_CUT)] + _CUT
        if not clean:
            sheet.write_blank(row, place, None, style)
            return 0
        sheet.write_string(row, place, clean, style)
        return sum(width_of(line) for line in clean.split("\n"))


class Pages:
    """Page breaks of a sheet whose rows come in blocks: a block stays on one page where a page can hold it."""

    def __init__(self, sheet: Any, *, scale: int, head: float) -> None:
        """`scale` is the sheet's print scale in percent, `head` the height of the rows that each page repeats."""
        sheet.set_print_scale(scale)
        self._sheet = sheet
        self._whole = self._left = _PAGE * 100 / scale - head
        self._breaks: list[int] = []

    def room(self, row: int, height: float) -> bool:
        """Begin a new page at `row` unless rows of this height fit on the page begun; whether one was begun."""
        new = height > self._left and self._left < self._whole
        if new:
            self._breaks.append(row)
            self._left = self._whole
        return new

    def take(self, height: float) -> None:
        """Rows of this height are printed on the page begun."""
        self._left -= height

    def close(self) -> None:
        """Set the breaks: as many as Excel takes."""
        self._sheet.set_h_pagebreaks(self._breaks[:_MAX_BREAKS])


def day_look(day: dt.date) -> str:
    """What sort of day it is by DAY_LOOKS: the gravest mark, else weekend, else "".

    >>> day_look(dt.date(2026, 9, 18)), day_look(dt.date(2026, 9, 20)), day_look(dt.date(2026, 9, 25))
    ('solemn', 'workday', 'rest')
    """
    kinds = {kind for kind, _ in marks_of(day)}
    found = next((kind for kind in DAY_LOOKS if kind in kinds), "")
    return found or ("" if lexicons.is_workday(day) else "weekend")


@functools.lru_cache(maxsize=65_536)
def width_of(text: str) -> int:
    """Half-width units of the first 200 characters: a Han character and what stands as wide as one is 2.

    >>> width_of("9月"), width_of("“好”")
    (3, 6)
    """
    return sum(_letter_width(letter) for letter in text[:200])


def _letter_width(letter: str) -> int:
    wide = ord(letter) > 0xFF and unicodedata.east_asian_width(letter) in "WFA"
    return 2 if wide else 1


def brief(text: Any, width: int) -> str:
    """The text on one line in at most `width` half-width units, with … where it was cut.

    >>> brief("中秋前一周，大闸蟹怎么挑", 16)
    '中秋前一周，大…'
    """
    whole = plain(text).replace("\n", " ")
    if len(whole) <= width and width_of(whole) <= width:
        return whole
    out, used = "", 0
    for letter in whole:
        used += _letter_width(letter)
        if used > width - 2:
            break
        out += letter
    return out + "…"


def height_of(lines: int, *, size: int = 10) -> float:
    """The height of a row of so many lines in points, type of `size` points.

    >>> height_of(1), height_of(3), height_of(100)
    (19.0, 49.0, 409.0)
    """
    return min(float(_HIGHEST), lines * LINE_HEIGHT * size / 10 + _AIR)


def lines_of(text: str, width: int) -> int:
    """How many lines the text takes in a column of `width` half-width units.

    >>> lines_of("20:00\\n中秋前一周，大闸蟹怎么挑", 16)
    3
    """
    # a Han character that does not fit leaves one unit free
    return sum(max(1, -(-width_of(line) // (width - 1))) for line in text.split("\n"))


def _column_width(widths: list[int]) -> int:
    """The head and nine in ten cells fit on one line, within limits; the rest wraps."""
    usual = sorted(widths)[int(0.9 * (len(widths) - 1))]
    return max(_NARROWEST, min(_WIDEST, max(widths[0], usual) + 2))

"""A proposal as a workbook: a sheet for each section, typed cells, and a Gantt chart of coloured cells."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

from toolkit.charts import ACCENT, INK, LINE, MUTED, Span, Spans, plain
from toolkit.export._book import MAX_ROWS, Book, height_of, lines_of, width_of
from toolkit.export._proposal_parts import (
    NUMBERS,
    SEVERITY,
    Cell,
    Document,
    Fact,
    Facts,
    Findings,
    Flag,
    GanttPart,
    Gap,
    Head,
    Heading,
    Kind,
    MoneyPart,
    Note,
    Part,
    Prose,
    Section,
    SignOff,
    Table,
    paragraphs,
    shown,
)
from toolkit.schema import InputError, is_missing

# a fixed day in docProps/core.xml, so that the same input gives the same file
_CREATED = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the format has no zone
# half-width units: a column's least and most, and what a sheet has at least for its prose
_NARROWEST, _WIDEST, _SHEET = 10, 40, 96
_MOST_LINES = 25
_WARN, _GREY, _RED, _BLOCK = "#96610A", "#868E96", ACCENT, "#B3261E"
_SHAPES = {"num": "#,##0.##;-#,##0.##", "money": "#,##0.00", "share": "0.0%", "day": "yyyy-mm-dd"}
# units of the Gantt sheet's columns, each with the most of them that a sheet has
_MOST_WEEKS, _MOST_MONTHS = 54, 60
# so many columns have no room for a year and a month
_NARROW = 2
_GANTT_SHEET = "甘特图"


def as_workbook(document: Document) -> bytes:
    """The whole workbook."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as workbook:
        workbook.set_properties({"created": _CREATED, "author": "文案台", "title": document.title[:255]})
        book = Book(workbook)
        for section in document.sections:
            _Sheet(book, section, document).write()
            for part in section.parts:
                if isinstance(part, GanttPart):
                    _write_gantt(book, part.spans)
    return out.getvalue()


class _Sheet:
    """One section's sheet, its parts below each other in the same columns."""

    def __init__(self, book: Book, section: Section, document: Document) -> None:
        self._book, self._section, self._document = book, section, document
        self._sheet = book.sheet(section.title)
        self._widths = _widths(section, document.year)
        self._row = 0

    def write(self) -> None:
        """Write the heading and every part."""
        for place, width in enumerate(self._widths):
            self._sheet.set_column(place, place, width)
        overview = any(isinstance(part, Facts) for part in self._section.parts)
        title = self._document.title if overview else self._section.title
        self._across(title, bold=True, font_size=14, font_color=ACCENT, bottom=1, bottom_color=ACCENT)
        self._skip()
        tables = [part for part in self._section.parts if isinstance(part, Table)]
        for part in self._section.parts:
            if isinstance(part, Table) and part is tables[0] and len(self._section.parts) == 1:
                self._sheet.freeze_panes(self._row + 1, 1)
                self._sheet.repeat_rows(self._row)
            self._part(part)
        # the overview is the page to sign
        self._sheet.fit_to_pages(1, 1 if overview else 0)

    def _part(self, part: Part) -> None:
        match part:
            case Prose():
                for line in paragraphs(part.text):
                    self._across(line)
            case Note():
                self._across(part.text, font_color=MUTED)
            case Gap():
                self._across(part.text, font_color=MUTED, bg_color="#F0F1F3")
            case Heading():
                small = f"　{part.small}" if part.small else ""
                self._skip()
                self._across(f"{part.text}{small}", bold=True)
                return
            case Table():
                self._table(part)
            case Facts():
                for fact in part.facts:
                    self._fact(fact)
            case Findings():
                self._findings(part)
            case GanttPart():
                self._across(f"时间表画在「{_GANTT_SHEET}」表里。", font_color=MUTED)
            case MoneyPart():
                return
            case SignOff():
                self._sign_off(part)
        self._skip()

    def _skip(self) -> None:
        self._row += 1

    def _across(self, text: str, first: int = 0, **look: Any) -> None:
        """A text over all columns from `first` on, in a row as high as its lines."""
        self._room()
        style, last = self._book.style(text_wrap=True, **look), len(self._widths) - 1
        if last > first:
            self._sheet.merge_range(self._row, first, self._row, last, "", style)
        self._book.put(self._sheet, self._row, first, text, style)
        lines = lines_of(plain(text), int(sum(self._widths[first:]))) if text else 1
        self._sheet.set_row(self._row, height_of(min(lines, _MOST_LINES), size=look.get("font_size", 10)))
        self._row += 1

    def _room(self) -> None:
        if self._row >= MAX_ROWS:
            raise InputError("策划案太长，Excel 一张表放不下。请改写成 .html 或 .md。")

    def _fact(self, fact: Fact) -> None:
        for place, line in enumerate(fact.lines):
            big = fact.big and not place
            look = {"font_size": 14, "bold": True, "font_color": ACCENT} if big else {}
            self._across(line, 1, **look, **({} if place else {"top": 1, "top_color": LINE}))
            label = {"font_color": MUTED} | ({} if place else {"top": 1, "top_color": LINE})
            self._book.put(
                self._sheet, self._row - 1, 0, "" if place else fact.caption, self._book.style(**label)
            )

    def _findings(self, part: Findings) -> None:
        looks = {"block": _BLOCK, "warn": _WARN, "info": MUTED}
        for row in part.rows:
            mark, words = SEVERITY.get(row.severity, SEVERITY["info"])
            self._across(row.message, 1, top=1, top_color=LINE)
            style = self._book.style(font_color=looks.get(row.severity, MUTED), top=1, top_color=LINE)
            self._book.put(self._sheet, self._row - 1, 0, f"{mark} {words}", style)
            if row.advice:
                self._across(row.advice, 1, font_color=MUTED)

    def _sign_off(self, part: SignOff) -> None:
        self._skip()
        self._across("　".join(f"□ {choice}" for choice in part.choices), top=1, top_color=INK)
        self._skip()
        self._across("　　　".join(f"{name}：＿＿＿＿＿＿＿＿" for name in part.fields))

    def _table(self, table: Table) -> None:
        self._room()
        for place, head in enumerate(table.heads):
            style = self._book.number_head if head.kind in NUMBERS else self._book.head
            self._book.put(self._sheet, self._row, place, head.caption, style)
        self._sheet.set_row(self._row, height_of(self._lines([head.caption for head in table.heads])))
        self._row += 1
        for row in table.rows:
            self._line(row, table.heads, {"bottom": 1, "bottom_color": LINE, "valign": "vcenter"})
        if table.total:
            self._line(
                table.total, table.heads, {"bold": True, "top": 1, "top_color": INK, "valign": "vcenter"}
            )

    def _line(self, row: tuple[Cell, ...], heads: tuple[Head, ...], look: dict[str, Any]) -> None:
        self._room()
        year = self._document.year
        for place, (cell, head) in enumerate(zip(row, heads, strict=True)):
            self._cell(place, cell, head, look)
        texts = [shown(cell, head.kind, year) for cell, head in zip(row, heads, strict=True)]
        self._sheet.set_row(self._row, height_of(min(self._lines(texts), _MOST_LINES)))
        self._row += 1

    def _lines(self, texts: list[str]) -> int:
        return max(lines_of(text, int(width)) for text, width in zip(texts, self._widths, strict=False))

    def _cell(self, place: int, cell: Cell, head: Head, look: dict[str, Any]) -> None:
        right = {"align": "right", "indent": 1} if head.kind in NUMBERS else {}
        if isinstance(cell, Flag):
            style = self._book.style(text_wrap=True, font_color=_WARN, **right, **look)
            self._book.put(self._sheet, self._row, place, f"! {plain(cell.text)}", style)
        elif isinstance(cell, (int, float)) and not is_missing(cell):
            style = self._book.style(num_format=_shape(float(cell), head.kind), **right, **look)
            self._sheet.write_number(self._row, place, cell, style)
        elif isinstance(cell, dt.date):
            style = self._book.style(num_format=_SHAPES["day"], align="left", **look)
            self._sheet.write_datetime(self._row, place, cell, style)
        else:
            text = cell if isinstance(cell, str) else ""
            self._book.put(
                self._sheet, self._row, place, text, self._book.style(text_wrap=True, **right, **look)
            )


def _shape(number: float, kind: Kind) -> str:
    """The number format of a cell; decimals only where the number has them, as `shown` tells it."""
    if kind == "share":
        return "0%" if round(number * 100, 1).is_integer() else _SHAPES[kind]
    return "#,##0" if number.is_integer() else _SHAPES[kind]


def _widths(section: Section, year: int) -> list[float]:
    """Half-width units of a sheet's columns: nine in ten cells of its tables fit, and prose has room."""
    tables = [part for part in section.parts if isinstance(part, Table)]
    count = max([2, *(len(table.heads) for table in tables)])
    found: list[list[int]] = [[] for _ in range(count)]
    for table in tables:
        for row in (*table.rows, table.total):
            for place, cell in enumerate(row):
                found[place].append(width_of(shown(cell, table.heads[place].kind, year)))
    widths = [float(_NARROWEST)] * count
    for place, cells in enumerate(found):
        captions = [width_of(table.heads[place].caption) for table in tables if place < len(table.heads)]
        usual = sorted(cells)[-(-9 * len(cells) // 10) - 1] if cells else 0
        widths[place] = max(_NARROWEST, min(_WIDEST, max(usual, *captions, 0) + 4))
    # what is left goes to the last column: prose runs over all of them
    widths[-1] += max(0.0, _SHEET - sum(widths))
    return widths


# --- the Gantt chart --------------------------------------------------------------------------------------------------

_LEFT = (("行动和里程碑", 32), ("负责人", 12), ("开始", 12), ("结束", 12), ("类别", 10))


def _write_gantt(book: Book, spans: Spans) -> None:
    """A row for each action and milestone, a column for each week (month, year), its cells coloured while it runs."""
    columns, band, words = _columns(spans.start, spans.end)
    sheet = book.sheet(_GANTT_SHEET)
    first = len(_LEFT)
    for place, (head, width) in enumerate(_LEFT):
        sheet.set_column(place, place, width)
        book.put(sheet, 0, place, "", book.style(bold=True))
        book.put(sheet, 1, place, head, book.head)
    sheet.set_column(first, first + len(columns) - 1, 4)
    bands = [band(day) for day in columns]
    for place, day in enumerate(columns):
        # a band is named where it begins, and runs over the empty cells behind; a narrow one has a short name
        new = place == 0 or bands[place] != bands[place - 1]
        short = bands[place].partition("年")[2] if bands.count(bands[place]) <= _NARROW else ""
        book.put(
            sheet, 0, first + place, (short or bands[place]) if new else "", book.style(font_color=MUTED)
        )
        book.put(sheet, 1, first + place, words(day), book.style(font_color=MUTED, align="center", bottom=1))
    for row, span in enumerate(spans.rows, start=2):
        _write_span(book, sheet, row, span)
        ends = [*columns[1:], dt.date.max]
        for place, (begins, ends_before) in enumerate(zip(columns, ends, strict=True), start=first):
            runs = span.first < ends_before and (
                span.last >= begins or (place == first and span.last >= spans.start)
            )
            look, mark = _look(span) if runs else ({}, "")
            book.put(
                sheet,
                row,
                place,
                mark,
                book.style(align="center", valign="vcenter", bottom=1, bottom_color=LINE, **look),
            )
    foot = len(spans.rows) + 3
    book.put(sheet, foot, 0, "红色：关键行动　灰色：其他行动　◆：里程碑", book.style(font_color=MUTED))
    for place, sentence in enumerate(spans.left_out, start=1):
        book.put(sheet, foot + place, 0, sentence, book.style(font_color=MUTED))
    sheet.freeze_panes(2, 1)
    sheet.repeat_rows(0, 1)
    sheet.fit_to_pages(1, 0)


def _write_span(book: Book, sheet: Any, row: int, span: Span) -> None:
    under = {"bottom": 1, "bottom_color": LINE, "valign": "vcenter"}
    text, date = (
        book.style(text_wrap=True, **under),
        book.style(num_format="yyyy-mm-dd", align="left", **under),
    )
    sort = "里程碑" if span.is_milestone else "关键行动" if span.is_key else "行动"
    owner = span.owner or ("" if span.is_milestone else "没有负责人")
    for place, said in ((0, span.title), (1, owner), (4, sort)):
        book.put(sheet, row, place, said, text)
    for place, name, day in ((2, "starts", span.first), (3, "ends", span.last)):
        if span.unknown == name:
            book.put(sheet, row, place, "没写", text)
        else:
            sheet.write_datetime(row, place, day, date)
    lines = max(lines_of(span.title, _LEFT[0][1]), lines_of(owner, _LEFT[1][1]))
    sheet.set_row(row, height_of(min(lines, 6)))


def _look(span: Span) -> tuple[dict[str, Any], str]:
    """The fill of a cell in which an action runs, and the mark in it, so that no one needs the colour."""
    if span.is_milestone:
        return {"bold": True}, "◆"
    colour = _RED if span.is_key else _GREY
    return {"bg_color": colour, "font_color": colour}, "■"


def _columns(
    start: dt.date, end: dt.date
) -> tuple[list[dt.date], Callable[[dt.date], str], Callable[[dt.date], str]]:
    """First days of the weeks (months, years) from start to end, and the words of their two heading rows."""
    monday = start - dt.timedelta(days=start.weekday())
    weeks = [monday + dt.timedelta(days=7 * step) for step in range((end - monday).days // 7 + 1)]
    if len(weeks) <= _MOST_WEEKS:
        return weeks, lambda day: f"{day.year}年{day.month}月", lambda day: str(day.day)
    count = (end.year - start.year) * 12 + end.month - start.month + 1
    months = [
        dt.date(start.year + (start.month - 1 + step) // 12, (start.month - 1 + step) % 12 + 1, 1)
        for step in range(min(count, _MOST_MONTHS + 1))
    ]
    if len(months) <= _MOST_MONTHS:
        return months, lambda day: f"{day.year}年", lambda day: f"{day.month}"
    years = [dt.date(year, 1, 1) for year in range(start.year, end.year + 1)]
    return years, lambda _: "", lambda day: f"{day.year % 100:02d}"

"""Workbooks for editors: Chinese captions, real dates, frozen headers, A4 landscape, text that stays text."""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons
from toolkit.charts import WEEKDAYS, day_marks, format_day, plain
from toolkit.export._posts import (
    NOT_WRITTEN,
    calendar_notes,
    captions,
    contract_of,
    is_worded,
    joined,
    posts,
    word,
    write_bytes,
)
from toolkit.schema import (
    CALENDAR,
    GATE_MARKS,
    GROUPS,
    ITEMS,
    TIME_ZONE,
    UNPLACED,
    WORDS,
    InputError,
    Plan,
    check,
)

# a fixed day in docProps/core.xml, so that the same input gives the same file
_CREATED = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the format has no zone
_MOST_LINES = 6
_MAX_ROWS, _MAX_TEXT, _MAX_SHEET_NAME = 1_048_576, 32_767, 31
_CUT = "…（太长，Excel 一格放不下，后面省略）"
_WIDEST, _NARROWEST = 48, 8
_DAY_WIDTH, _DAYS_A_PAGE = 17, 7


def write_xlsx(
    plan_or_frame: Plan | pd.DataFrame | Mapping[str, pd.DataFrame],
    path: Path | str,
    *,
    items: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
) -> Path:
    """Write a workbook and return the path.

    A Plan gives the sheets 排期总表, 按群月历, 未排入 and 图例; a CALENDAR the same without 未排入; a
    mapping of sheet to frame one sheet each; any other frame one sheet. Captions and fixed values are
    Chinese, lists are joined by 、, times are Excel dates in Shanghai's time. Text is never a formula or a
    link. The same input gives the same bytes.

    Raises InputError for more rows than a sheet holds or a path that cannot be written, ColumnError for a
    post without a time.
    """
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as workbook:
        workbook.set_properties({"created": _CREATED, "author": "文案台"})
        book = _Book(workbook)
        if isinstance(plan_or_frame, Mapping):
            for name, frame in plan_or_frame.items():
                book.table(name, frame)
        elif isinstance(plan_or_frame, Plan) or contract_of(plan_or_frame) is CALENDAR:
            _write_calendar(book, plan_or_frame, items=items, groups=groups)
        else:
            contract = contract_of(plan_or_frame)
            book.table(contract.caption if contract else "表", plan_or_frame)
    return write_bytes(path, out.getvalue())


class _Book:
    """A workbook with the house's formats; each method writes one sheet."""

    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        font = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
        workbook.formats[0].set_font_name("Microsoft YaHei")
        workbook.formats[0].set_font_size(10)

        def made(**more: Any) -> Any:
            return workbook.add_format({**font, **more})

        self.head = made(bold=True, bottom=1, bottom_color="#B93A2B", text_wrap=True, valign="vcenter")
        self.text = made(text_wrap=True)
        self.count = made(num_format="#,##0")
        self.score = made(num_format="0.00")
        self.time = made(num_format="yyyy-mm-dd hh:mm", align="left")
        self.date = made(num_format="yyyy-mm-dd", align="left")
        self.day_head = made(bold=True, text_wrap=True, align="center", bottom=1, bottom_color="#B93A2B")
        self.off_head = made(bold=True, text_wrap=True, align="center", bottom=1, bg_color="#FBEDEA")
        self.solemn_head = made(bold=True, text_wrap=True, align="center", bottom=1, bg_color="#D9DCE0")
        self.field = made(text_wrap=True, border=1, border_color="#D9DCE0")
        self._names: set[str] = set()

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
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&A&R第 &P / &N 页")
        return sheet

    def table(
        self,
        name: str,
        frame: pd.DataFrame,
        *,
        heads: dict[Any, str] | None = None,
        printed: int | None = None,
    ) -> None:
        """A frame as a sheet: caption row frozen, filter on, columns as wide as their text.

        Rows are as high as their printed text, six lines at most; `printed` columns come out on paper (None: all).
        """
        if len(frame) >= _MAX_ROWS:
            raise InputError(
                f"表「{plain(name)}」有 {len(frame)} 行，Excel 一张表放不下。请先筛选，或改用 CSV。"
            )
        sheet = self.sheet(name)
        heads = captions(frame) if heads is None else heads
        lines = [1] * (len(frame) + 1)
        for place, column in enumerate(frame.columns):
            head = plain(heads[column])
            sheet.write_string(0, place, head, self.head)
            widths = [_width(head) + 4]
            for row, value in enumerate(frame.iloc[:, place], start=1):
                widths.append(self._write(sheet, row, place, value, worded=is_worded(column)))
            wide = _column_width(widths)
            sheet.set_column(place, place, wide)
            # what is not printed may be read in its cell
            for row, width in enumerate(widths if place < (printed or frame.shape[1]) else []):
                lines[row] = max(lines[row], -(-width // wide))
        for row, count in enumerate(lines[1:], start=1):
            sheet.set_row(row, 15 * min(count, _MOST_LINES))
        if printed and len(frame):
            sheet.print_area(0, 0, len(frame), printed - 1)
        sheet.freeze_panes(1, 1 if frame.shape[1] > 4 else 0)
        if frame.shape[1]:
            sheet.autofilter(0, 0, len(frame), frame.shape[1] - 1)
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)

    def _write(self, sheet: Any, row: int, place: int, value: Any, *, worded: bool) -> int:
        """Write one cell by its kind and return its width in half-width units."""
        if isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
            return self.put(sheet, row, place, joined(value), self.text)
        if value is None or pd.isna(value):
            return 0
        if isinstance(value, (bool, np.bool_)):
            return self.put(sheet, row, place, "是" if value else "否", self.text)
        if isinstance(value, dt.datetime):
            local = pd.Timestamp(value)
            local = local.tz_convert(TIME_ZONE).tz_localize(None) if local.tzinfo else local
            sheet.write_datetime(row, place, local.to_pydatetime(), self.time)
            return 16
        if isinstance(value, dt.date):
            sheet.write_datetime(row, place, value, self.date)
            return 10
        if isinstance(value, (int, float, np.integer, np.floating)) and np.isfinite(value):
            whole = isinstance(value, (int, np.integer))
            sheet.write_number(row, place, value, self.count if whole else self.score)
            return len(f"{value:,.0f}") + (0 if whole else 3)
        return self.put(sheet, row, place, word(value) if worded else plain(value), self.text)

    def put(self, sheet: Any, row: int, place: int, text: str, style: Any) -> int:
        """Write text as text, cut where a cell cannot hold it, and return its width."""
        clean = plain(text)
        if len(clean) > _MAX_TEXT:
            clean = clean[: _MAX_TEXT - len(_CUT)] + _CUT
        if not clean:
            sheet.write_blank(row, place, None, style)
            return 0
        sheet.write_string(row, place, clean, style)
        return sum(_width(line) for line in clean.split("\n"))


def _width(text: str) -> int:
    """Half-width units: a Han character is 2."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text[:200])


def _column_width(widths: list[int]) -> int:
    """The head and nine in ten cells fit on one line, within limits; the rest wraps."""
    usual = sorted(widths)[int(0.9 * (len(widths) - 1))]
    return max(_NARROWEST, min(_WIDEST, max(widths[0], usual) + 2))


def _write_calendar(
    book: _Book, plan: Plan | pd.DataFrame, *, items: pd.DataFrame | None, groups: pd.DataFrame | None
) -> None:
    frame = posts(plan, items=items, groups=groups)
    _write_list(book, frame)
    if isinstance(plan, Plan):
        people = plan.groups if groups is None else groups
        about = plan.items if items is None else items
        span = [plan.start + dt.timedelta(days=step) for step in range(plan.days)]
        _write_month(book, frame, people, span)
        _write_unplaced(book, plan.unplaced, about, people)
    else:
        _write_month(book, frame, groups, [])
    _write_legend(book, plan, frame)


def _write_list(book: _Book, frame: pd.DataFrame) -> None:
    """排期总表: every post by time; the ids stand last, so that the sheet can be read back."""
    days = [stamp.date() for stamp in frame["starts_at"]]
    shown = frame.assign(
        weekday=[WEEKDAYS[day.weekday()] for day in days],
        marks=["、".join(words for _, words in day_marks(day)) for day in days],
        copy=frame["copy"].fillna(NOT_WRITTEN),
    )
    heads = {
        **{name: CALENDAR.captions.get(name, ITEMS.captions.get(name, "")) for name in shown.columns},
        **{"weekday": "星期", "marks": "日子", "name": GROUPS.captions["name"], "segment": "人群"},
    }
    first = ["starts_at", "weekday", "marks", "name", "segment", "title", "kind", "status", "reason", "copy"]
    last = ["owner", "minutes", "value", "sequence", "code", "post_id", "item_id", "group_id"]
    book.table("排期总表", shown[[*first, *last]], heads=heads, printed=9)


def _write_month(book: _Book, frame: pd.DataFrame, groups: pd.DataFrame | None, span: list[dt.date]) -> None:
    """按群月历: a row for each group, a column for each day, in each field the time, kind and short title."""
    sheet = book.sheet("按群月历")
    live = frame[frame["status"] != "cancelled"]
    fields: dict[tuple[str, dt.date], list[str]] = {}
    for row in live.to_dict("records"):
        lines = fields.setdefault((str(row["group_id"]), row["starts_at"].date()), [])
        lines += [f"{row['starts_at']:%H:%M} {word(row['kind'])}".rstrip(), _brief(row["title"])]
    days = sorted({*span, *(day for _, day in fields)})
    if days:
        days = [days[0] + dt.timedelta(days=step) for step in range((days[-1] - days[0]).days + 1)]
    names = dict(zip(frame["group_id"], frame["name"], strict=True))
    if groups is not None:
        people = check(groups, GROUPS)
        names = dict(zip(people["group_id"], people["name"], strict=True)) | {
            group: name for group, name in names.items() if group not in set(people["group_id"])
        }
    sheet.write_string(0, 0, "群", book.head)
    sheet.set_column(0, 0, max([12, *(min(30, _width(plain(name)) + 2) for name in names.values())]))
    for place, day in enumerate(days, start=1):
        marks = day_marks(day)
        book.put(
            sheet, 0, place, "\n".join([format_day(day), *(words for _, words in marks)]), _head(book, day)
        )
    if days:
        sheet.set_column(1, len(days), _DAY_WIDTH)
        sheet.set_v_pagebreaks(range(1 + _DAYS_A_PAGE, len(days) + 1, _DAYS_A_PAGE))
    sheet.set_row(0, 15 * max([2, *(1 + len(day_marks(day)) for day in days)]))
    for number, (group, name) in enumerate(names.items(), start=1):
        book.put(sheet, number, 0, plain(name), book.text)
        rows = 1
        for place, day in enumerate(days, start=1):
            lines = fields.get((str(group), day), [])
            rows = max(rows, len(lines))
            book.put(sheet, number, place, "\n".join(lines), book.field)
        # Excel's own ceiling for a row's height is 409 points
        sheet.set_row(number, min(409, 15 * rows + 4))
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.repeat_columns(0)


def _head(book: _Book, day: dt.date) -> Any:
    kinds = {kind for kind, _ in day_marks(day)}
    if "solemn" in kinds:
        return book.solemn_head
    return book.day_head if lexicons.is_workday(day) else book.off_head


def _brief(title: Any) -> str:
    """A title in as many half-width units as a day's column holds."""
    text = plain(title).replace("\n", " ")
    out, used = "", 0
    for letter in text:
        used += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if used > _DAY_WIDTH - 3:
            return out + "…"
        out += letter
    return out


def _write_unplaced(
    book: _Book, unplaced: pd.DataFrame, items: pd.DataFrame, groups: pd.DataFrame | None
) -> None:
    frame = check(unplaced, UNPLACED)[UNPLACED.names]
    titles = dict(zip(items["item_id"], items["title"], strict=True))
    names = {} if groups is None else dict(zip(groups["group_id"], groups["name"], strict=True))
    frame.insert(0, "title", [titles.get(item, item) for item in frame["item_id"]])
    frame.insert(1, "name", [names.get(group, group) for group in frame["group_id"]])
    shown = frame[["title", "name", "reason", "rule_id", "item_id", "group_id"]]
    heads = {**UNPLACED.captions, "title": ITEMS.captions["title"], "name": GROUPS.captions["name"]}
    book.table("未排入", shown, heads=heads)


def _write_legend(book: _Book, plan: Plan | pd.DataFrame, frame: pd.DataFrame) -> None:
    """图例: what the words, marks and colours mean, and how near the plan is to its ceiling."""
    rows: list[tuple[str, str]] = []
    if isinstance(plan, Plan):
        if plan.days:
            last = plan.start + dt.timedelta(days=plan.days - 1)
            rows.append(("排期范围", f"{plan.start.isoformat()} 至 {last.isoformat()}"))
        rows += [
            ("已达上限", f"{(1 - plan.gap) * 100:.1f}%"),
            ("理论上限", "按同样的规则，任何排法的总价值都超不过的数"),
            ("总价值", f"{plan.value:.1f}（上限 {plan.bound:.1f}）"),
        ]
    kinds = ("value", "discussion", "promotion", "event", "red_packet", "poll", "notice")
    rows += [
        ("类型", "、".join(WORDS[kind] for kind in kinds)),
        ("状态", "待发：系统排的；已定：你固定的；已发；未发：到点没发；取消"),
        ("合规", "、".join(f"{mark} {WORDS[gate]}" for gate, mark in GATE_MARKS.items())),
        ("浅红的日期", "周末和放假的日子（调休上班的周末不算）"),
        ("灰色的日期", "庄重日：不发促销和红包，语气不推销、不玩笑、不喜庆"),
        ("改动次数", "这次发布的时间或状态变过几次；导入日历时用它更新旧日程"),
        ("时间", "都是北京时间"),
    ]
    rows += [("放假安排", note) for note in calendar_notes(frame["starts_at"])]
    book.table("图例", pd.DataFrame(rows, columns=["标记", "意思"], dtype="str"))

"""Workbooks for editors: Chinese captions, real dates, frozen headers, A4 landscape, text that stays text."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.charts import ACCENT, MUTED, WEEKDAYS
from toolkit.export._book import CALENDAR_SHEET, DAY_LOOKS, KIND_TINTS, MAX_ROWS, Book
from toolkit.export._grid import Grid, refuse_too_many_days, write_month, write_overview
from toolkit.export._legend import write_legend
from toolkit.export._owners import write_owners
from toolkit.export._plan import RULE_WORDS
from toolkit.export._posts import NOT_WRITTEN, contract_of, marks_of, posts, write_bytes
from toolkit.schema import (
    CALENDAR,
    CHECKS,
    GROUPS,
    ITEMS,
    POST_STATUSES,
    UNPLACED,
    WORDS,
    Plan,
    Rules,
    check,
)
from toolkit.schema._rules import RULES

# a fixed day in docProps/core.xml, so that the same input gives the same file
_CREATED = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the format has no zone
# rows below the list that have its drop-downs too, for posts that someone adds
_SPARE_ROWS = 500
# of what was left out or broken, more than anyone reads
_MOST_LISTED = 20_000
_SEVERITY = {"block": "违反规则", "warn": WORDS["warn"], "info": WORDS["info"]}


def write_xlsx(
    plan_or_frame: Plan | pd.DataFrame | Mapping[str, pd.DataFrame],
    path: Path | str,
    *,
    items: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
) -> Path:
    """Write a workbook and return the path.

    A Plan gives the sheets 排期总表 (one row a post, to edit and read back), 月历 (each group's weeks), 按群月历
    (groups × days), 按负责人 (minutes a day against the ceiling; where items are known), 未排入 and 检查 (where there
    are any), 图例. A CALENDAR gives the same without 未排入 and 检查, its ceilings those of `Rules()`. A mapping of
    sheet to frame gives one sheet each, any other frame one sheet. Of more than 20,000 rows 未排入 and 检查 list the
    first and say how many follow.

    Captions and fixed values are Chinese, lists are joined by 、, times are Excel dates in Shanghai's time. Text is
    never a formula or a link. The same input gives the same bytes.

    Raises InputError for more rows than a sheet holds or a path that cannot be written, ColumnError for a
    post without a time.
    """
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as workbook:
        workbook.set_properties({"created": _CREATED, "author": "文案台"})
        book = Book(workbook)
        if isinstance(plan_or_frame, Mapping):
            for name, frame in plan_or_frame.items():
                book.table(name, frame)
        elif isinstance(plan_or_frame, Plan) or contract_of(plan_or_frame) is CALENDAR:
            _write_calendar(book, plan_or_frame, items=items, groups=groups)
        else:
            contract = contract_of(plan_or_frame)
            book.table(contract.caption if contract else "表", plan_or_frame)
    return write_bytes(path, out.getvalue())


def _write_calendar(
    book: Book, given: Plan | pd.DataFrame, *, items: pd.DataFrame | None, groups: pd.DataFrame | None
) -> None:
    plan = given if isinstance(given, Plan) else None
    frame = posts(given, items=items, groups=groups)
    if plan is not None:
        items = plan.items if items is None else items
        groups = plan.groups if groups is None else groups
    _write_list(book, frame)
    grid = Grid(frame, groups, plan)
    refuse_too_many_days(grid)
    write_month(book, grid)
    write_overview(book, grid)
    write_owners(book, frame, plan.rules if plan else Rules())
    if plan is not None:
        _write_unplaced(book, plan.unplaced, items, groups)
        _write_checks(book, plan.checks)
    write_legend(book, plan, frame)


def _write_list(book: Book, frame: pd.DataFrame) -> None:
    """排期总表: every post by time; the ids stand last, so that the sheet can be read back."""
    days = [stamp.date() for stamp in frame["starts_at"]]
    words = {day: "、".join(text for _, text in marks_of(day)) for day in set(days)}
    shown = frame.assign(
        weekday=[WEEKDAYS[day.weekday()] for day in days],
        marks=[words[day] for day in days],
        copy=frame["copy"].where(frame["copy"].fillna("").str.strip() != "", NOT_WRITTEN),
    )
    heads = {
        **{name: CALENDAR.captions.get(name, ITEMS.captions.get(name, "")) for name in shown.columns},
        **{"weekday": "星期", "marks": "日子", "name": GROUPS.captions["name"], "segment": "人群"},
    }
    first = ["starts_at", "weekday", "marks", "name", "segment", "title", "kind", "status", "reason", "copy"]
    last = ["owner", "minutes", "value", "sequence", "code", "post_id", "item_id", "group_id"]
    typed = ("name", "title", "code", "post_id", "item_id", "group_id")
    columns = [*first, *last]
    sheet = book.table(CALENDAR_SHEET, shown[columns], heads=heads, printed=9, typed=typed)
    _add_choices(sheet, columns, len(shown))
    _add_colours(book, sheet, columns, len(shown))


def _add_choices(sheet: Any, columns: list[str], count: int) -> None:
    """What may be typed: a status from the list, a time that is one."""
    last = min(count + _SPARE_ROWS, MAX_ROWS - 1)
    states = [WORDS[status] for status in POST_STATUSES]
    place = columns.index("status")
    sheet.data_validation(
        *(1, place, last, place),
        {
            "validate": "list",
            "source": states,
            "error_title": "状态",
            "error_message": f"请从下拉里选：{'、'.join(states)}。",
        },
    )
    place = columns.index("starts_at")
    sheet.data_validation(
        *(1, place, last, place),
        {
            "validate": "date",
            "criteria": ">=",
            "value": dt.date(2000, 1, 1),
            "error_type": "warning",
            "error_title": "发布时间",
            "error_message": "这不像一个时间。请写成 2026-09-21 20:00 这样。",
        },
    )


def _add_colours(book: Book, sheet: Any, columns: list[str], count: int) -> None:
    """Colours that follow what is typed: kinds, days, and posts that are not sent."""
    last = min(count + _SPARE_ROWS, MAX_ROWS - 1)
    state = chr(ord("A") + columns.index("status"))
    for status in ("cancelled", "missed"):
        look = {"font_color": MUTED, "font_strikeout": status == "cancelled"}
        formula = f'=${state}2="{WORDS[status]}"'
        gone = {"type": "formula", "criteria": formula, "format": book.workbook.add_format(look)}
        sheet.conditional_format(1, 0, last, len(columns) - 1, gone)
    place = columns.index("kind")
    for kind, tint in KIND_TINTS.items():
        look = book.workbook.add_format({"bg_color": tint})
        rule = {"type": "cell", "criteria": "==", "value": f'"{WORDS[kind]}"', "format": look}
        sheet.conditional_format(1, place, last, place, rule)
    place = columns.index("marks")
    for kind, words in (("solemn", "庄重日"), ("workday", "调休上班"), ("rest", "放假")):
        fill, ink = DAY_LOOKS[kind]
        look = book.workbook.add_format({"bg_color": fill, "font_color": ink})
        rule = {"type": "text", "criteria": "containing", "value": words, "format": look}
        sheet.conditional_format(1, place, last, place, {**rule, "stop_if_true": True})


def _write_unplaced(book: Book, unplaced: pd.DataFrame, items: pd.DataFrame, groups: pd.DataFrame) -> None:
    """未排入: what found no place, with the rule in words and the full reason."""
    whole = check(unplaced, UNPLACED)[UNPLACED.names]
    frame = whole.head(_MOST_LISTED)
    titles = dict(zip(items["item_id"], items["title"], strict=True))
    names = dict(zip(groups["group_id"], groups["name"], strict=True))
    shown = pd.DataFrame(
        {
            "title": [titles.get(item, item) for item in frame["item_id"]],
            "name": [names.get(group, group) for group in frame["group_id"]],
            "rule": [RULE_WORDS.get(rule, rule) for rule in frame["rule_id"]],
            **{name: frame[name].to_list() for name in ("reason", "rule_id", "item_id", "group_id")},
        },
        dtype="str",
    )
    heads = {
        **UNPLACED.captions,
        "title": ITEMS.captions["title"],
        "name": GROUPS.captions["name"],
        "rule": "规则",
    }
    _write_part(book, "未排入", shown, heads, len(whole))


def _write_checks(book: Book, checks: pd.DataFrame) -> None:
    """检查: what the independent checker says of the calendar, the dearest first; no sheet where it says nothing."""
    whole = check(checks, CHECKS)[CHECKS.names]
    if whole.empty:
        return
    hard = (whole["severity"] != "block").rename("hard")
    order = (
        pd.DataFrame({"hard": hard, "cost": -whole["cost"]})
        .sort_values(["hard", "cost"], kind="stable")
        .index
    )
    frame = whole.loc[order].head(_MOST_LISTED)
    shown = pd.DataFrame(
        {
            "rule": pd.Series(
                [RULES[rule].name if rule in RULES else rule for rule in frame["rule_id"]], dtype="str"
            ),
            "grade": pd.Series([_SEVERITY[grade] for grade in frame["severity"]], dtype="str"),
            "message": frame["message"].to_list(),
            "cost": frame["cost"].where(frame["cost"] != 0).to_list(),
            "post_id": frame["post_id"].to_list(),
            "rule_id": frame["rule_id"].to_list(),
        }
    )
    heads = {**CHECKS.captions, "rule": "规则", "grade": CHECKS.captions["severity"], "post_id": "涉及的编号"}
    _write_part(book, "检查", shown, heads, len(whole))


def _write_part(book: Book, name: str, shown: pd.DataFrame, heads: dict[str, str], count: int) -> None:
    """A table that may be cut, and says so in its last row."""
    sheet = book.table(name, shown, heads=heads, typed=("title", "name", "item_id", "group_id", "post_id"))
    if count > len(shown):
        more = f"另有 {count - len(shown)} 行没有列在这里；要全部的行，请另存为 CSV。"
        book.put(sheet, len(shown) + 1, 0, more, book.style(bold=True, font_color=ACCENT))

"""The empty workbook of a proposal: a sheet for each table, choices to pick from, and one that explains each column."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from toolkit.campaigns._plan_read import GUIDE, HEAD, HEAD_LINES, SHEETS
from toolkit.schema import COLUMN_WORDS, Column, Contract, InputError, as_path

_ROWS = 1_000
# sheet and column: (what to fill in, example)
_HEAD_GUIDE = {
    "名称": ("策划案叫什么", "秋季街坊复购"),
    "开始": ("策划期的第一天", "2026-09-01"),
    "结束": ("策划期的最后一天", "2026-11-30"),
    "概述": ("几句话说清要做什么，给谁，做成什么样", "用三个月把买过一次的街坊变成常客。"),
    "为什么现在做": ("为什么是这个时候，有什么依据", "九月开学，晚饭回到家里吃。"),
    "怎么做": ("打算走哪条路", "先把老街坊的复购做稳，再谈拉新。"),
    "可行性": ("有利的、不利的，缺什么", "三个人手够用；冷链只有一辆车。"),
}
_GUIDE: dict[str, dict[str, tuple[str, str]]] = {
    "目标": {
        "goal_id": ("每个目标自己的编号，不能重复", "M1"),
        "title": ("要做到什么，具体到能看出做没做到", "每月复购的人到 300 位"),
        "goal_kind": ("从下拉里选；不填算销售。销售看成交，市场看人群和口碑，过程看做了多少", "销售"),
        "measure": ("用什么量", "复购人数"),
        "baseline": ("现在是多少，不知道就空着", "180"),
        "target": ("要到多少", "300"),
        "unit": ("单位", "人"),
        "due": ("哪天之前", "2026-11-30"),
        "owner": ("谁来看这个数", "阿禾"),
    },
    "策略": {
        "strategy_id": ("每条策略自己的编号，不能重复", "C1"),
        "title": ("选哪条路、不选哪条路；日子和数目写在行动里", "先把老街坊的复购做稳，再谈拉新"),
        "goals": ("为了哪个目标，写目标编号，用顿号隔开", "M1"),
    },
    "行动": {
        "action_id": ("每件行动自己的编号，不能重复", "X1"),
        "title": ("做什么", "每周三晚上接龙一次当季菜"),
        "strategies": ("属于哪条策略，写策略编号，用顿号隔开", "C1"),
        "goals": ("直接为了哪个目标，经过策略就不用填", ""),
        "owner": ("谁牵头，只写一个人", "阿禾"),
        "starts": ("从哪天开始", "2026-09-02"),
        "ends": ("到哪天结束", "2026-11-25"),
        "is_key": ("是不是关键行动，从下拉里选；不填算否", "是"),
        "share": ("估计承担目标的几成，0 到 1 之间，或写 60%", "0.3"),
        "items": ("内容条目编号或活动名，用顿号隔开", "中秋晚风集"),
    },
    "预算": {
        "line_id": ("每项预算自己的编号，不能重复", "Y1"),
        "title": ("钱用在什么上", "试吃食材"),
        "budget_class": ("从下拉里选：基础是工具和人工，品牌是面向消费者的，渠道是给合作方的", "品牌"),
        "actions": ("用于哪些行动，写行动编号，用顿号隔开", "X1、X2"),
        "amount": ("今年多少元", "3000"),
        "last_year": ("去年多少元，没有就空着", "2800"),
        "q1": ("一季度多少元；四个季度加起来等于今年", "0"),
        "q2": ("二季度多少元", "0"),
        "q3": ("三季度多少元", "1200"),
        "q4": ("四季度多少元", "1800"),
    },
    "花费": {
        "line_id": ("记在哪项预算上，写预算编号", "Y1"),
        "spent_on": ("哪天花的", "2026-09-20"),
        "amount": ("花了多少元；退款写负数", "260"),
        "note": ("说明", "第一场试吃"),
    },
    "团队": {
        "name": ("姓名，与负责人写得一样", "阿禾"),
        "role": ("角色", "买菜群群主"),
        "does": ("做什么", "接龙、到货、退换"),
    },
    "里程碑": {
        "title": ("到这一天要见到什么", "第一批试吃反馈收齐"),
        "due": ("哪天", "2026-09-30"),
    },
}
_WIDE = {"title": 36, "does": 28, "note": 28, "items": 20, "measure": 16}


def write_plan_template(path: str | Path) -> Path:
    """The path of a new XLSX to fill in: 策划案, a sheet for each table of a Proposal, and 填写说明.

    The tables are empty below their headings; `read_plan` reads the workbook back. A folder that is not there yet is
    made. The same bytes every time, but for docProps/core.xml.

    Raises InputError when `path` is a folder or lies below a file, PermissionError when the file is open in Excel or
    must not be written.
    """
    import xlsxwriter

    target = as_path(path, "策划表")
    _make_room(target)
    # xlsxwriter would wrap a PermissionError in an error of its own
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"})
        _first_sheet(book, head)
        for name, (_, contract) in SHEETS.items():
            sheet = book.add_worksheet(name)
            for place, column in enumerate(contract.columns):
                _column(book, sheet, place, column)
                sheet.write_string(0, place, column.caption, head)
            sheet.freeze_panes(1, 1)
        _explain(book, head)
        for sheet in book.worksheets():
            _set_up_print(sheet)
    target.write_bytes(data.getvalue())
    return target


def _set_up_print(sheet: Any) -> None:
    """A4 landscape, one page wide, the heading on every page."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _make_room(target: Path) -> None:
    """Make the folder of the file to be written."""
    if target.is_dir():
        raise InputError(f"{target} 是一个文件夹。请在后面加上文件名，如 策划表.xlsx。")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise InputError(f"建不了文件夹 {target.parent}：路径里有一段是文件。请换一个文件夹。") from error


def _first_sheet(book: Any, head: Any) -> None:
    """The sheet 策划案: a line for each thing to be said, days as text so that Excel keeps them as they are written."""
    sheet = book.add_worksheet(HEAD)
    sheet.set_column(0, 0, 16, head)
    sheet.set_column(1, 1, 80, book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}))
    for place, caption in enumerate(("项目", "内容")):
        sheet.write_string(0, place, caption, head)
    for row, line in enumerate(HEAD_LINES, start=1):
        sheet.write_string(row, 0, line, head)
    sheet.freeze_panes(1, 1)


def choices_of(column: Column) -> list[str]:
    """The words to pick from in a column, none for most.

    >>> from toolkit.schema import GOALS
    >>> choices_of(GOALS.columns[2]), choices_of(GOALS.columns[0])
    (['销售', '市场', '过程'], [])
    """
    if column.kind == "flag":
        return ["是", "否"]
    return [COLUMN_WORDS[column.name][choice] for choice in column.choices]


def _column(book: Any, sheet: Any, place: int, column: Column) -> None:
    """Width, format and choices of one column; ids and lists are text, or Excel would rewrite them."""
    shape = {"text": "@", "list": "@", "date": "yyyy-mm-dd"}.get(column.kind, "General")
    width = _WIDE.get(column.name, 14)
    sheet.set_column(place, place, width, book.add_format({"num_format": shape, "valign": "top"}))
    if choices := choices_of(column):
        sheet.data_validation(1, place, _ROWS, place, {"validate": "list", "source": choices})


def _explain(book: Any, head: Any) -> None:
    sheet = book.add_worksheet(GUIDE)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    captions = (("表", 10), ("列", 20), ("必填", 8), ("怎么填", 56), ("例子", 34), ("可以选", 24))
    for place, (caption, width) in enumerate(captions):
        sheet.set_column(place, place, width, wrap)
        sheet.write_string(0, place, caption, head)
    lines: list[tuple[str, ...]] = [(HEAD, name, "", *_HEAD_GUIDE[name], "") for name in HEAD_LINES]
    for name, (_, contract) in SHEETS.items():
        lines += [_line(name, contract, column) for column in contract.columns]
    for row, cells in enumerate(lines, start=1):
        for place, cell in enumerate(cells):
            sheet.write_string(row, place, cell)
    sheet.freeze_panes(1, 0)


def _line(sheet: str, contract: Contract, column: Column) -> tuple[str, ...]:
    needed = "必填" if column.name in contract.required else ""
    return (sheet, column.caption, needed, *_GUIDE[sheet][column.name], "、".join(choices_of(column)))

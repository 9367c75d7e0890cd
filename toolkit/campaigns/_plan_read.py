"""The door in for a proposal: a workbook, or a folder of tables, as an editor fills them in."""

from __future__ import annotations

import datetime as dt
import functools
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from toolkit import tables
from toolkit.campaigns._dates import checked_day
from toolkit.schema import (
    ACTIONS,
    BUDGET,
    COLUMN_WORDS,
    GOALS,
    MILESTONES,
    NOTES,
    REJECTED,
    SPENDING,
    STRATEGIES,
    TEAM,
    ChoiceError,
    ColumnError,
    InputError,
    Proposal,
    as_date,
    as_path,
    check,
    is_missing,
    shown_value,
)

HEAD = "策划案"
GUIDE = "填写说明"
# sheets that every workbook of write_plan has and no form
_WRITTEN = {"概述", "还悬着的事"}
# sheet to the proposal's table, in the order of the workbook
SHEETS = {
    "目标": ("goals", GOALS),
    "策略": ("strategies", STRATEGIES),
    "行动": ("actions", ACTIONS),
    "预算": ("budget", BUDGET),
    "花费": ("spending", SPENDING),
    "团队": ("team", TEAM),
    "里程碑": ("milestones", MILESTONES),
}
# the lines of the sheet 策划案, and which field each fills
HEAD_LINES = {
    "名称": "name",
    "开始": "start",
    "结束": "end",
    "概述": "overview",
    "为什么现在做": "rationale",
    "怎么做": "approach",
    "可行性": "feasibility",
}
_ALIASES = {
    **{"编号": "id", "id": "id", "标题": "title", "名称": "title", "指标名": "measure"},
    **{"基线": "baseline", "现状": "baseline", "目标值": "target", "截止": "due", "截止日期": "due"},
    **{"类别": "kind", "目标类型": "kind", "预算类型": "kind", "策略编号": "strategies", "目标编号": "goals"},
    **{"所属策略": "strategies", "策略": "strategies", "目标": "goals", "对应目标": "goals", "为了": "goals"},
    **{"开始日期": "starts", "结束日期": "ends", "关键": "is_key", "是否关键": "is_key", "比例": "share"},
    **{"占比": "share", "承担比例": "share", "内容": "items", "条目": "items", "活动": "items"},
    **{"项目": "title", "行动": "actions", "对应行动": "actions", "今年": "amount", "金额": "amount"},
    **{"去年": "last_year", "一季度": "q1", "二季度": "q2", "三季度": "q3", "四季度": "q4"},
    **{"第一季度": "q1", "第二季度": "q2", "第三季度": "q3", "第四季度": "q4", "花了": "amount"},
    **{"日期": "spent_on", "时间": "spent_on", "备注": "note", "职责": "does", "分工": "does", "人": "name"},
    **{"成员": "name", "到期": "due"},
}
_CHOICES = {"goal_kind": ("sales", "market", "process"), "budget_class": ("basic", "brand", "channel")}
_EXTRA_WORDS = {
    "goal_kind": {"销售目标": "sales", "市场目标": "market", "过程目标": "process"},
    "budget_class": {
        **{"基础类": "basic", "品牌类": "brand", "渠道类": "channel"},
        **{"消费者": "brand", "消费者/品牌": "brand", "消费者和品牌": "brand", "消费者与品牌": "brand"},
    },
}
_MONEY = ("amount", "last_year", "q1", "q2", "q3", "q4")
_PERCENT = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*[%％]")
_YUAN = re.compile(r"[¥￥]?\s*([+-]?[\d,，]+(?:\.\d+)?)\s*(万)?\s*元?")
_SHEET = re.compile(r"〔(.+)〕$")


class PlanRead(NamedTuple):
    """A proposal of the good rows; path, row, reason of the others; path, row, note of what was read otherwise."""

    proposal: Proposal
    rejected: pd.DataFrame
    notes: pd.DataFrame


@dataclass
class _Gathered:
    frames: dict[str, list[pd.DataFrame]] = field(default_factory=dict)
    head: dict[str, Any] = field(default_factory=dict)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    seen: dict[str, set[str]] = field(default_factory=dict)

    def note(self, path: str, row: int, note: str) -> None:
        self.notes.append({"path": path, "row": row, "note": note})


def read_plan(
    path: str | Path,
    *,
    name: str | None = None,
    start: dt.date | str | None = None,
    end: dt.date | str | None = None,
) -> PlanRead:
    """A Proposal from a workbook with the sheets 策划案, 目标, 策略, 行动, 预算, 花费, 团队 and 里程碑, or a folder of tables so named.

    Headings are the captions, common other words or the contracts' names; what is not there is empty. `name`, `start`
    and `end` win over the sheet 策划案; without either the name is the file's, the period that of the actions, goals
    and milestones, with a note. 60% is read as 0.6, 1.2万 as 12000. A row is rejected when its id or title is blank,
    its id stands above already, a class is unknown, or a row of 花费 has no amount; so is a file of a folder as a whole
    that cannot be opened. Other values that cannot be read are missing, with a note, and `check_plan` tells what the
    plan then lacks.

    Raises InputError when there is nothing to read, no period is to be found or the workbook is a proposal that
    `write_plan` wrote, ColumnError when no sheet has the needed columns, ChoiceError for a `name` that is no
    text, for no days and for an end before the start.
    """
    given = as_path(path, "策划表")
    asked = _asked(name, start, end)
    got = _Gathered()
    lacking: list[str] = []
    for sheet, table in _tables(given, got):
        if sheet == HEAD:
            _take_head(table, got)
        else:
            lacking += _take(table, sheet, got)
    if not any(got.frames.values()) and not got.head:
        if lacking:
            raise ColumnError(
                f"{given.name}：{'；'.join(lacking)}。请照 write_plan_template 写出的模板的表头填写。"
            )
        raise InputError(
            f"{given.name} 里没有策划案的表。表名要是 {'、'.join(SHEETS)}；可以先用 write_plan_template 写一份模板来填。"
        )
    kept = {
        field_name: check(pd.concat(got.frames[field_name], ignore_index=True), contract)
        for field_name, contract in SHEETS.values()
        if got.frames.get(field_name)
    }
    prose = _head_fields(given, kept, got, asked)
    return PlanRead(
        Proposal(**prose, **kept),
        pd.DataFrame(got.rejected, columns=REJECTED.names),
        pd.DataFrame(got.notes, columns=NOTES.names),
    )


def _asked(name: Any, start: Any, end: Any) -> dict[str, Any]:
    """The name and the period that were asked for, None where they were not."""
    if name is not None and not (isinstance(name, str) and name.strip()):
        raise ChoiceError(f"name 要写成策划案的名称这样的文字（现在是 {shown_value(name)}）。")
    days = {"start": start, "end": end}
    return {"name": name} | {
        what: None if day is None else checked_day(day, what) for what, day in days.items()
    }


def _tables(given: Path, got: _Gathered) -> list[tuple[str, tables.Table]]:
    """The tables that are the plan's with the name of their sheet, in the order of SHEETS; the others are noted."""
    if given.is_dir():
        files = sorted(file for file in given.iterdir() if file.suffix.lower() in tables.TABLE_SUFFIXES)
        found = [(file.stem, table) for file in files for table in _opened(file, file.stem, got)]
    elif given.is_file():
        found = []
        for table in tables.open_tables(given, is_header=_is_header):
            match = _SHEET.search(table.path)
            found.append((match[1] if match else given.stem, table))
    else:
        raise InputError(f"找不到 {given}。请核对文件名和所在的文件夹。")
    names = {name for name, _ in found}
    if names >= _WRITTEN and HEAD not in names:
        raise InputError(f"{given.name}：这是写好的策划案，不是填的表。请给填的那个 Excel（策划表.xlsx）。")
    order = [HEAD, *SHEETS]
    known = [(_sheet(name), table) for name, table in found]
    for (name, _), (sheet, table) in zip(found, known, strict=True):
        if not sheet and name != GUIDE:
            got.note(
                table.path, 1, f"「{_short(name)}」不是策划案的表，没有读。可以用的表名：{'、'.join(order)}"
            )
    return sorted(((s, t) for s, t in known if s), key=lambda pair: order.index(pair[0]))


def _opened(file: Path, stem: str, got: _Gathered) -> list[tables.Table]:
    """A file's tables; only those that may be the plan's are opened, one that cannot be read is rejected whole."""
    if not _sheet(stem):
        got.note(
            file.name, 1, f"「{stem}」不是策划案的表，没有读。可以用的表名：{'、'.join([HEAD, *SHEETS])}"
        )
        return []
    try:
        return [table for table in tables.open_tables(file, is_header=_is_header) if table.header]
    except InputError as error:
        got.rejected.append({"path": file.name, "row": 1, "reason": str(error)})
        return []


def _sheet(name: str) -> str:
    """The sheet that a name means, "" for none."""
    plain = name.strip().removesuffix("表")
    english = {field_name: sheet for sheet, (field_name, _) in SHEETS.items()} | {"proposal": HEAD}
    return plain if plain in (HEAD, *SHEETS) else english.get(plain.lower(), "")


@functools.cache
def _heads(sheet: str) -> dict[str, str]:
    """Further headings of a sheet to its columns."""
    contract = SHEETS[sheet][1]
    names = contract.names
    special = {
        "id": names[0] if names[0].endswith("_id") else "",
        "kind": next((name for name in ("goal_kind", "budget_class") if name in names), ""),
        "title": "name" if contract is TEAM else "title",
    }
    found = {}
    for head, column in _ALIASES.items():
        name = special.get(column, column)
        if contract is MILESTONES and column == "spent_on":
            name = "due"
        # in the goals' own sheet 目标 is the title
        if head == sheet:
            name = "title"
        if name in names:
            found[head] = name
    return found


def _is_header(cells: list[str]) -> bool:
    """Whether a row may be a heading: two columns of one table, or the first line of the sheet 策划案."""
    if cells and (cells[0] in HEAD_LINES or cells[:2] == ["项目", "内容"]):
        return True
    for sheet, (_, contract) in SHEETS.items():
        if len(tables.map_columns(cells, contract, aliases=_heads(sheet))) > 1:
            return True
    return False


def _take_head(table: tables.Table, got: _Gathered) -> None:
    """The lines of the sheet 策划案: what they are called, and what they say."""
    lines = [list(table.header), *table.records]
    numbers = [1, *table.row_numbers]
    fields = {**HEAD_LINES, **{name: name for name in HEAD_LINES.values()}}
    for number, line in zip(numbers, lines, strict=True):
        label = str(line[0]).strip().rstrip("：:")
        said = str(line[1]).strip() if len(line) > 1 else ""
        # the name that the reader of tables gives a heading that is blank
        said = "" if said == "第2列" else said
        if label in fields and said:
            got.head[fields[label]] = said
        elif label not in fields and label != "项目" and said:
            got.note(table.path, int(number), f"不认识的一项「{_short(label)}」，没有读")
    got.notes += table.notes
    got.rejected += table.rejected


def _short(text: str) -> str:
    """A text as a note shows it."""
    line = " ".join(text.split())
    return line if len(line) <= 20 else f"{line[:20]}…"


def _take(table: tables.Table, sheet: str, got: _Gathered) -> list[str]:
    """One sheet's good rows into what is gathered; what it lacks where it cannot be read."""
    field_name, contract = SHEETS[sheet]
    mapping = tables.map_columns(table.header, contract, aliases=_heads(sheet))
    missing = [contract.captions[name] for name in contract.required if name not in mapping.values()]
    if missing:
        note = f"「{sheet}」缺少列 {'、'.join(missing)}"
        got.note(table.path, 1, f"{note}，没有读。请补上这些列，或改好表头")
        return [note]
    columns = {mapping.get(head, ""): place for place, head in enumerate(table.header)}
    table.records = [
        [_cell(cell, mapping.get(head, "")) for head, cell in zip(table.header, row, strict=True)]
        for row in table.records
    ]
    frame, extra, troubles = tables.table_to_frame(table, contract, mapping)
    frame = _stripped(frame)
    good, bad = [], []
    for (number, row), record in zip(frame.iterrows(), table.records, strict=True):
        written = {name: record[place] for name, place in columns.items() if name}
        reason = _fault(row.to_dict(), written, sheet, got.seen.setdefault(sheet, set()))
        if reason:
            bad.append({"path": table.path, "row": number, "reason": reason})
        else:
            good.append(number)
    got.frames.setdefault(field_name, []).append(frame.loc[good])
    got.rejected += table.rejected + bad
    turned_away = {entry["row"] for entry in bad}
    got.notes += table.notes + [note for note in troubles if note["row"] not in turned_away]
    if others := [str(name) for name in extra.columns]:
        got.note(table.path, 1, f"这些列没有读：{'、'.join(map(_short, others))}")
    return []


def _cell(cell: Any, column: str) -> Any:
    """A cell as its column means it: ids without the .0 that Excel gives them, shares as parts, amounts in yuan."""
    if isinstance(cell, (dt.datetime, dt.date)):
        return cell.isoformat().removesuffix("T00:00:00").replace("T", " ")
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip()
    if column == "share" and (match := _PERCENT.fullmatch(text)):
        return f"{round(float(match[1]) / 100, 12):g}"
    if column in _MONEY and (match := _YUAN.fullmatch(text)):
        number = re.sub(r"[,，]", "", match[1])
        return str(round(float(number) * 10_000, 2)) if match[2] else number
    return text


def _stripped(frame: pd.DataFrame) -> pd.DataFrame:
    """Texts without blanks around them, and the words for classes as the contract's values."""
    out = {}
    for name in frame.columns:
        if str(frame[name].dtype) == "str":
            out[name] = frame[name].str.strip()
        if name in _CHOICES:
            words = COLUMN_WORDS[name]
            known = {word: value for value, word in words.items()} | _EXTRA_WORDS[name]
            out[name] = out[name].map(lambda cell, known=known: known.get(cell, cell))
    return frame.assign(**out)


def _fault(row: dict[str, Any], written: dict[str, Any], sheet: str, seen: set[str]) -> str:
    """Why a row cannot be used, "" when it can."""
    contract = SHEETS[sheet][1]
    key = contract.names[0]
    for name in contract.required:
        column = next(column for column in contract.columns if column.name == name)
        if column.kind == "text" and not row[name]:
            return f"没有写{contract.captions[name]}"
        if column.kind == "score" and is_missing(row[name]):
            said = str(written.get(name, "")).strip()
            return f"{contract.captions[name]}要写成数（现在是「{_short(said)}」）"
    for name, choices in _CHOICES.items():
        if row.get(name) and row[name] not in choices:
            listed = "、".join(COLUMN_WORDS[name][choice] for choice in choices)
            return f"不认识的{contract.captions[name]}「{_short(row[name])}」，可以填：{listed}"
    if key.endswith("_id") and contract is not SPENDING:
        if row[key] in seen:
            return f"{contract.captions[key]}「{_short(row[key])}」重复，前面已有一行"
        seen.add(row[key])
    return ""


def _head_fields(
    given: Path, kept: dict[str, pd.DataFrame], got: _Gathered, asked: dict[str, Any]
) -> dict[str, Any]:
    """Name, period and prose: what was asked for, else the sheet 策划案, else what the tables show."""
    fields: dict[str, Any] = dict(got.head)
    for name in ("start", "end"):
        if name in fields:
            fields[name] = _day(str(fields[name]), name, got, given)
    fields |= {name: value for name, value in asked.items() if value is not None}
    if not fields.get("name"):
        fields["name"] = given.stem
        got.note(given.name, 1, f"没有写名称，用了文件名「{_short(given.stem)}」")
    days = [
        day
        for table, name in (
            ("actions", "starts"),
            ("actions", "ends"),
            ("goals", "due"),
            ("milestones", "due"),
        )
        if table in kept
        for day in (None if is_missing(value) else as_date(value) for value in kept[table][name])
        if day is not None
    ]
    for name, pick, caption in (("start", min, "开始"), ("end", max, "结束")):
        if not is_missing(fields.get(name)):
            continue
        if not days:
            raise InputError(
                f"{given.name} 里找不到策划期。请在「{HEAD}」里写上开始和结束，"
                "或者给 start= 和 end=，如 start='2026-09-01'。"
            )
        fields[name] = pick(days)
        got.note(
            given.name,
            1,
            f"没有写{caption}，用了表里{'最早' if pick is min else '最晚'}的一天 {fields[name]}",
        )
    return fields


def _day(text: str, name: str, got: _Gathered, given: Path) -> dt.date | None:
    stamp, reason = tables.parse_time(text)
    if reason or pd.isna(stamp):
        caption = {"start": "开始", "end": "结束"}[name]
        got.note(
            given.name, 1, f"{HEAD}的{caption}：{reason or f'看不懂的日期 {shown_value(text)}'}，按空白处理"
        )
        return None
    return stamp.date()

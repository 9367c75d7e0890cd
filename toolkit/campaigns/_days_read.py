"""The door in for GROUP_DAYS: what groups did day by day, as editors and platforms count it, row by row with reasons."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from toolkit import schema, tables
from toolkit.schema import GROUP_DAYS, ColumnError, InputError, Read

# further headings that people and platforms use; names and captions of the contract are known anyway
_HEADINGS = {
    "group_id": ("群", "群名", "群名称", "社群", "群id", "id", "编号", "群聊"),
    "date": ("日", "统计日期", "数据日期", "时间", "day"),
    "members": ("群人数", "成员数", "群成员数", "总人数", "群成员总数", "当前人数", "客户群总人数"),
    "active": (
        "活跃人数",
        "活跃成员",
        "活跃成员数",
        "发言成员数",
        "发过消息的人数",
        "发过消息的成员数",
        "说话人数",
        "活跃",
    ),
    "messages": ("消息", "消息总数", "群消息数", "发言数", "发言条数", "聊天数"),
    "joined": ("入群", "入群人数", "进群人数", "新增", "新增人数", "新增成员", "新增群成员", "加入"),
    "left": ("退群人数", "退群成员", "流失", "流失人数", "离开", "退出", "退群数"),
    "orders": ("订单", "订单量", "下单数", "成交单数", "单数", "接龙数"),
    "repeat_orders": ("复购", "复购单数", "复购订单", "老客订单", "回头单"),
    "store_visits": ("到店", "到店人数", "到店次数", "进店人次", "核销人次"),
    "revenue": ("成交额", "销售额", "成交金额", "金额", "gmv", "营业额", "营收"),
    "promotions": ("促销数", "促销条数", "广告数"),
    "junk": ("杂讯", "垃圾消息", "垃圾消息数"),
    "answered": ("有人回应的促销",),
}
_COUNTS = tuple(column.name for column in GROUP_DAYS.columns if column.kind == "count")
# the first may not be more than the second: who writes is a member, a repeat order is an order
_WITHIN = (
    ("active", "members"),
    ("active", "messages"),
    ("repeat_orders", "orders"),
    ("promotions", "messages"),
    ("junk", "messages"),
    ("answered", "promotions"),
)
_GUIDE = "〔填写说明〕"
_Row = dict[str, Any]


def read_group_days(*paths: str | Path) -> Read:
    """A Read of GROUP_DAYS from .csv, .tsv, .xlsx or .jsonl files with Chinese headings or the contract's names.

    A row is one group's day. It is rejected when its group is blank, its date blank or unreadable, its members not
    above 0, a number negative, more people wrote than there are members or messages, more orders are repeats than
    there are orders, more joined than are there or left, or an earlier row has the same group and date. Another unreadable
    number is missing, with a note. Cells merged downwards count for each of their rows. Where a heading names the
    group by its name, that stands as its id. Amounts are yuan. `write_template(what="days")` writes an empty workbook
    for it, whose sheet 填写说明 is passed over.

    Raises InputError when no file is given or one cannot be read, ColumnError when no sheet of a file has group,
    date and members.
    """
    if not paths:
        raise InputError("没有给出文件。请给出群日报的文件名，例如 read_group_days('群日报.xlsx')。")
    got = tables.Gathered()
    for given in paths:
        _take_file(_existing(given), got)
    return got.read(GROUP_DAYS, ["group_id", "date"])


def _existing(given: str | Path) -> Path:
    path = schema.as_path(given, "群日报")
    if path.is_dir():
        raise InputError(f"{given} 是一个文件夹，这里要的是群日报的文件。请指到里面的文件。")
    if not path.is_file():
        raise InputError(f"找不到文件 {given}。请核对文件名和所在的文件夹。")
    return path


@functools.cache
def _aliases() -> dict[str, str]:
    return {head: name for name, heads in _HEADINGS.items() for head in heads}


def _mapped(header: list[str]) -> dict[str, str]:
    return tables.map_columns(header, GROUP_DAYS, aliases=_aliases())


def _is_header(header: list[str]) -> bool:
    return set(GROUP_DAYS.required) <= set(_mapped(header).values())


def _take_file(path: Path, got: tables.Gathered) -> None:
    before, missing = len(got.frames), len(got.missing)
    for table in tables.open_tables(path, is_header=_is_header):
        _take(table, got)
    if len(got.frames) == before:
        listed = "、".join(dict.fromkeys(got.missing[missing:])) or "全部"
        raise ColumnError(
            f"{path.name}：缺少列 {listed}。群日报每行要有群编号、日期和人数，别的列有多少填多少。请补上这些列。"
        )


def _take(table: tables.Table, got: tables.Gathered) -> None:
    """One sheet's rows, judged, and what became of it."""
    if table.path.endswith(_GUIDE) or not table.header:
        got.pass_over(table)
        return
    mapping = _mapped(table.header)
    lacking = [GROUP_DAYS.captions[name] for name in GROUP_DAYS.required if name not in mapping.values()]
    if got.lacks(table, GROUP_DAYS, mapping, lacking):
        return
    frame, extra, troubles = tables.table_to_frame(table, GROUP_DAYS, mapping)
    frame = schema.check(frame.assign(group_id=frame["group_id"].str.strip()), GROUP_DAYS)
    heads = {column: table.header.index(head) for head, column in mapping.items()}
    good, bad = [], []
    for (number, row), record in zip(frame.iterrows(), table.records, strict=True):
        written = {name: record[place] for name, place in heads.items()}
        cells = {str(name): value for name, value in row.items()}
        reason = _fault(cells, written)
        key = (cells["group_id"], cells["date"])
        if not reason and key in got.seen:
            reason = f"群「{key[0]}」{key[1]} 这一天前面已有一行（{got.seen[key]}），只留前面的"
        if reason:
            bad.append({"path": table.path, "row": number, "reason": reason})
        else:
            got.seen[key] = f"{table.path} 第 {number} 行"
            good.append(number)
    kept = extra.loc[good].assign(group_id=frame["group_id"], date=frame["date"])
    got.take(table, frame.loc[good], kept, bad, troubles)


def _fault(row: _Row, written: _Row) -> str:
    """What is wrong with a row, "" when nothing is."""
    captions = GROUP_DAYS.captions
    if not row["group_id"]:
        return "没有群编号"
    if schema.is_missing(row["date"]):
        reason = tables.parse_time(written["date"])[1]
        return f"日期读不出：{reason}，请写成 2026-09-01" if reason else "没有日期"
    for name in _COUNTS:
        reason = tables.parse_count(written.get(name, ""))[1]
        if reason.startswith("负数"):
            return f"{captions[name]}不能是{reason}"
    if schema.is_missing(row["members"]) or row["members"] <= 0:
        return f"人数要是大于 0 的整数（现在是「{str(written['members'])[:20]}」）"
    if not schema.is_missing(row["revenue"]) and not 0 <= row["revenue"] < float("inf"):
        return f"成交额要是 0 或更大的数（现在是 {row['revenue']:g}）"
    for part, whole in _WITHIN:
        if not schema.is_missing(row[part]) and not schema.is_missing(row[whole]) and row[part] > row[whole]:
            return f"{captions[part]} {row[part]} 比{captions[whole]} {row[whole]} 还多"
    joined, left = row["joined"], row["left"]
    if not schema.is_missing(joined) and not schema.is_missing(left) and joined > row["members"] + left:
        return f"进群 {joined} 比人数加退群还多"
    return ""

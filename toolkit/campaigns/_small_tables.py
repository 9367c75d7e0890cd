"""The doors in for GIFTS, KOLS, INCIDENTS, COSTS and TESTS: small tables that an editor keeps by hand, refused row by row with reasons."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit import schema, tables
from toolkit.campaigns._groups import figure
from toolkit.schema import (
    COLUMN_WORDS,
    COSTS,
    GIFTS,
    INCIDENTS,
    KOLS,
    TESTS,
    ColumnError,
    Contract,
    InputError,
    Read,
)

_Row = dict[str, Any]
_GUIDE = "〔填写说明〕"  # the sheet of a form that explains it
_CRITERIA = ("knowledge", "social", "honours")


@dataclass(frozen=True)
class _Door:
    """What a table is called, how its headings and words may be put, and what turns a row away."""

    contract: Contract
    headings: Mapping[str, tuple[str, ...]]  # further headings, by column
    words: Mapping[str, Mapping[str, tuple[str, ...]]]  # further words, by column and value
    units: Mapping[str, str]  # what may stand around a number, by column
    fault: Callable[[_Row, _Row], str]
    any_of: tuple[str, ...] = ()  # a sheet needs one of these beside the required columns
    computed: tuple[str, ...] = ()  # columns of the contract that are not read
    once: bool = False  # whether the key may stand in one row only

    @property
    def aliases(self) -> dict[str, str]:
        return {head: name for name, heads in self.headings.items() for head in heads}

    def value(self, column: str, word: str) -> str:
        """The contract's value for a word of a column of choices; an unknown word as it is."""
        for value, caption in COLUMN_WORDS[column].items():
            if word.lower() in (value, caption, *self.words[column].get(value, ())):
                return value
        return word


def read_gifts(path: str | Path) -> Read:
    """A Read of GIFTS from a .csv, .tsv, .xlsx or .jsonl with Chinese headings or the contract's names.

    Job and form may be Chinese words (拉新, 活跃, 回馈; 实物, 虚拟); a blank form is physical, a blank handling 0.
    Amounts are yuan. A row is rejected when its gift is blank, its job blank or unknown, its form unknown, its unit
    cost or number sent missing, or an amount or number below 0; unreadable ones too, but for the members it brought,
    which are then missing, with a note. A row that stands there twice is kept, with a note.

    Raises InputError when the file cannot be read, ColumnError when no sheet has the needed columns.

    >>> from toolkit import lexicons
    >>> read = read_gifts(lexicons.sample_folder() / "gifts.csv")
    >>> read.frame[["gift", "gift_job", "sent"]].values.tolist()[0]
    ['新邻居见面卡（菜车五元券）', 'acquire', 180]
    """
    return _read(path, _GIFT_DOOR)


def read_kols(path: str | Path) -> Read:
    """A Read of KOLS from a .csv, .tsv, .xlsx or .jsonl with Chinese headings or the contract's names.

    Scores are 0 to 5, missing where blank, and with a note where unreadable. A row is rejected when its name is blank
    or stands above already, or a score is outside 0 to 5. Rating and advice are not read, since `rate_kols` computes
    them: they come back in `extra`. A sheet without any of the three scores is not read, with a note.

    Raises InputError when the file cannot be read, ColumnError when no sheet has a name and a score.

    >>> from toolkit import lexicons
    >>> read = read_kols(lexicons.sample_folder() / "kols.csv")
    >>> read.frame[["kol", "knowledge", "social", "honours"]].values.tolist()[0]
    ['北岸灶台日记', 4.5, 4.0, 2.0]
    """
    return _read(path, _KOL_DOOR)


def read_incidents(path: str | Path) -> Read:
    """A Read of INCIDENTS from a .csv, .tsv, .xlsx or .jsonl with Chinese headings or the contract's names.

    What happened may be Chinese words (被删, 被禁言, 投诉, 退群, 没人回应); a blank count is 1. A row is rejected when
    its group is blank, what happened blank or unknown, or its count unreadable or below 1. An unreadable time is
    missing, with a note; a day without an hour is its 00:00. A row that stands there twice is kept, with a note. Where
    a heading names the group by its name, that stands as its id.

    Raises InputError when the file cannot be read, ColumnError when no sheet has a group and what happened.

    >>> from toolkit import lexicons
    >>> read = read_incidents(lexicons.sample_folder() / "incidents.csv")
    >>> read.frame[["group_id", "incident", "count"]].values.tolist()[0]
    ['g09', 'complaint', 1]
    """
    return _read(path, _INCIDENT_DOOR)


def read_costs(path: str | Path) -> Read:
    """A Read of COSTS from a .csv, .tsv, .xlsx or .jsonl with Chinese headings or the contract's names.

    Amounts are yuan; a campaign may have several rows. A row is rejected when its campaign is blank, its amount missing,
    or a number unreadable or below 0. A row that stands there twice is kept, with a note.

    Raises InputError when the file cannot be read, ColumnError when no sheet has a campaign and an amount.

    >>> from toolkit import lexicons
    >>> read = read_costs(lexicons.sample_folder() / "review" / "costs.csv")
    >>> read.frame[["campaign", "amount", "goods"]].values.tolist()[0]
    ['清凉周', 460.0, 430.0]
    """
    return _read(path, _COST_DOOR)


def read_tests(path: str | Path) -> Read:
    """A Read of TESTS from a .csv, .tsv, .xlsx or .jsonl with Chinese headings or the contract's names.

    A row names one version of a test and the item that carries it. A row with a blank cell is rejected; one that stands
    there twice is kept, with a note.

    Raises InputError when the file cannot be read, ColumnError when no sheet has the three columns.

    >>> from toolkit import lexicons
    >>> read = read_tests(lexicons.sample_folder() / "review" / "tests.csv")
    >>> read.frame.values.tolist()[0]
    ['葡萄怎么写', '只写价格', 's15']
    """
    return _read(path, _TEST_DOOR)


def _read(given: str | Path, door: _Door) -> Read:
    contract = door.contract
    path = schema.as_path(given, f"{contract.caption}表")
    if path.is_dir():
        raise InputError(
            f"{given} 是一个文件夹，这里要的是{contract.caption}表这一个文件。请指到里面的文件。"
        )
    if not path.is_file():
        raise InputError(f"找不到文件 {given}。请核对文件名和所在的文件夹。")
    got = tables.Gathered()
    for table in tables.open_tables(path, is_header=lambda header: not _lacking(_mapped(header, door), door)):
        _take(table, door, got)
    if not got.frames:
        listed = "、".join(dict.fromkeys(got.missing)) or "全部"
        raise ColumnError(f"{path.name}：缺少列 {listed}。请补上{contract.caption}表的这些列，或改好表头。")
    return got.read(contract, contract.names[:1])


def _mapped(header: list[str], door: _Door) -> dict[str, str]:
    found = tables.map_columns(header, door.contract, aliases=door.aliases)
    return {head: name for head, name in found.items() if name not in door.computed}


def _lacking(mapping: dict[str, str], door: _Door) -> list[str]:
    """The captions of the columns without which a sheet is not read."""
    captions, found = door.contract.captions, set(mapping.values())
    lacking = [captions[name] for name in door.contract.required if name not in found]
    if door.any_of and not found.intersection(door.any_of):
        lacking.append("或".join(captions[name] for name in door.any_of))
    return lacking


def _take(table: tables.Table, door: _Door, got: tables.Gathered) -> None:
    """One sheet's rows, judged, and what became of it."""
    contract = door.contract
    if table.path.endswith(_GUIDE) or not table.header:
        got.pass_over(table)
        return
    mapping = _mapped(table.header, door)
    if got.lacks(table, contract, mapping, _lacking(mapping, door)):
        return
    places = {name: table.header.index(head) for head, name in mapping.items()}
    for name, place in places.items():
        table.columns[place] = [_bare(cell, door.units.get(name, "")) for cell in table.columns[place]]
    frame, extra, troubles = tables.table_to_frame(table, contract, mapping)
    frame = schema.check(_in_values(frame, door), contract)
    good, bad = [], []
    for (number, row), record in zip(frame.iterrows(), table.records, strict=True):
        written = {name: record[place] for name, place in places.items()}
        cells = {str(name): value for name, value in row.items()}
        key = tuple(str(cells[name]) for name in contract.names[: 1 if door.once else None])
        reason, before = door.fault(cells, written), got.seen.get(key, "")
        if not reason and before and door.once:
            reason = (
                f"{contract.captions[contract.names[0]]}「{_short(key[0])}」重复，前面已有一行（{before}）"
            )
        if reason:
            bad.append({"path": table.path, "row": number, "reason": reason})
            continue
        if before:
            note = f"和前面的一行（{before}）一样，两行都留着；抄重了的话，请删去一行"
            got.notes.append({"path": table.path, "row": number, "note": note})
        got.seen.setdefault(key, f"{table.path} 第 {number} 行")
        good.append(number)
    key_column = contract.names[0]
    kept = extra.loc[good].assign(**{key_column: frame[key_column]})
    got.take(table, frame.loc[good], kept, bad, troubles)


def _bare(cell: Any, unit: str) -> Any:
    """A cell without what may stand around its number."""
    return re.sub(rf"^(?:{unit})\s*|\s*(?:{unit})$", "", cell.strip()) if isinstance(cell, str) else cell


def _in_values(frame: pd.DataFrame, door: _Door) -> pd.DataFrame:
    """Texts without blanks around them, and the words for choices as the contract's values."""
    out = {}
    for name in frame.columns:
        if str(frame[name].dtype) == "str":
            out[name] = frame[name].str.strip()
        if name in door.words:
            out[name] = out[name].map(functools.partial(door.value, name)).astype("str")
    return frame.assign(**out)


def _short(value: Any) -> str:
    """A cell as a message shows it."""
    line = " ".join(str(value).split())
    return line if len(line) <= 20 else f"{line[:20]}…"


def _text_fault(row: _Row, contract: Contract, *choices: str) -> str:
    """What is wrong with the key and the columns of choices."""
    captions, key = contract.captions, contract.names[0]
    if not row[key]:
        return f"没有写{captions[key]}"
    for name in choices:
        if row[name] not in COLUMN_WORDS[name]:
            listed = "、".join(COLUMN_WORDS[name].values())
            said = (
                f"不认识的{captions[name]}「{_short(row[name])}」" if row[name] else f"没有写{captions[name]}"
            )
            return f"{said}，可以填：{listed}"
    return ""


def _gift_fault(row: _Row, written: _Row) -> str:
    if fault := _text_fault(row, GIFTS, "gift_job", "gift_form"):
        return fault
    for name in ("unit_cost", "handling", "sent", "acquired"):
        said, caption = written.get(name, ""), GIFTS.captions[name]
        trouble = (tables.parse_count if name in ("sent", "acquired") else tables.parse_number)(said)[1]
        lacking = schema.is_missing(row[name])
        # who came is often not counted; `gift_costs` can do without
        if name == "acquired" and lacking and not trouble.startswith("负数"):
            continue
        if trouble or lacking or not 0 <= row[name] < float("inf"):
            return f"{caption}要写成 0 或更大的{'整数' if name in ('sent', 'acquired') else '数'}（现在是「{_short(said)}」）"
    return ""


def _kol_fault(row: _Row, _written: _Row) -> str:
    if fault := _text_fault(row, KOLS):
        return fault
    top = figure("kol_top")
    for name in _CRITERIA:
        if not schema.is_missing(row[name]) and not 0 <= row[name] <= top:
            return f"{KOLS.captions[name]}要在 0 到 {top:g} 之间（现在是 {row[name]:g}）"
    return ""


def _incident_fault(row: _Row, written: _Row) -> str:
    if fault := _text_fault(row, INCIDENTS, "incident"):
        return fault
    said = written.get("count", "")
    if tables.parse_count(said)[1] or row["count"] < 1:
        return f"次数或人数要写成 1 或更大的整数（现在是「{_short(said)}」）"
    return ""


def _cost_fault(row: _Row, written: _Row) -> str:
    if fault := _text_fault(row, COSTS):
        return fault
    for name in ("amount", "goods"):
        said = written.get(name, "")
        lacking = schema.is_missing(row[name])
        if name == "goods" and lacking and not str(said).strip():
            continue
        if tables.parse_number(said)[1] or lacking or not 0 <= row[name] < float("inf"):
            return f"{COSTS.captions[name]}要写成 0 或更大的数（现在是「{_short(said)}」）"
    return ""


def _test_fault(row: _Row, _written: _Row) -> str:
    blank = [caption for name, caption in TESTS.captions.items() if not row[name]]
    return f"没有写{'、'.join(blank)}。一行写一个版本" if blank else ""


_GIFT_DOOR = _Door(
    GIFTS,
    {
        "gift": ("礼品名称", "礼品名", "礼物", "赠品", "奖品", "名称", "品名"),
        "gift_job": ("用途", "目的", "作用", "做什么用", "为了什么"),
        "gift_form": ("类型", "类别", "礼品类型", "礼品形式", "实物或虚拟", "实物/虚拟"),
        "unit_cost": ("单价", "成本", "单位成本", "每份成本", "每份价格", "进价", "价格", "采购价"),
        "handling": ("每份运费和人工", "运费和人工", "运费", "邮费", "每份运费"),
        "sent": ("份数", "数量", "送出", "发出份数", "发放数量", "送出数量"),
        "acquired": ("新成员", "带来的人", "带来人数", "拉新人数", "新增人数", "新增", "进群人数"),
    },
    {
        "gift_job": {
            "acquire": ("引流", "获客", "涨粉", "拉人", "加人", "裂变"),
            "enliven": ("激活", "促活", "互动", "暖群", "活跃气氛"),
            "reward": ("答谢", "感谢", "回赠", "老客回馈", "奖励老客", "留存"),
        },
        "gift_form": {
            "physical": ("实体", "实物礼品", "实物类"),
            "virtual": ("电子", "线上", "电子券", "优惠券", "虚拟礼品", "虚拟类"),
        },
    },
    {
        **dict.fromkeys(("unit_cost", "handling"), r"[¥￥]|元/份|元|块"),
        **{"sent": "[份件张本盒套袋包只]", "acquired": "[人位户]"},
    },
    _gift_fault,
)
_KOL_DOOR = _Door(
    KOLS,
    {
        "kol": ("kol", "达人名称", "达人名", "账号", "博主", "名称", "名字", "昵称"),
        "knowledge": ("懂产品", "产品知识", "专业", "专业度", "来源广", "知识"),
        "social": ("社交", "社交能力", "会来往", "沟通", "亲和力"),
        "honours": ("荣誉", "报道", "荣誉或报道", "媒体报道", "奖项"),
        "evidence": ("证据", "凭据", "说明", "备注"),
        "knowledge_evidence": ("产品知识的依据", "专业的依据"),
        "social_evidence": ("社交的依据", "社交能力的依据"),
        "honours_evidence": ("荣誉和报道的依据", "报道的依据"),
    },
    {},
    dict.fromkeys(_CRITERIA, "分"),
    _kol_fault,
    any_of=_CRITERIA,
    computed=("rating", "advice"),
    once=True,
)
_INCIDENT_DOOR = _Door(
    INCIDENTS,
    {
        "group_id": ("群", "群id", "群名", "群名称", "社群", "编号", "群聊"),
        "happened_at": ("发生时间", "什么时候", "日期", "发生日期", "时刻"),
        "incident": ("事情", "事件", "出了什么事", "问题", "情况", "发生了什么"),
        "count": ("次数", "人数", "几次", "几人", "数量"),
        "note": ("备注", "描述", "经过", "详情"),
    },
    {
        "incident": {
            "deleted": ("删除", "删了", "删帖", "被删帖", "内容被删", "被撤", "被下架"),
            "muted": ("禁言", "被封", "封号", "被封号", "账号被封"),
            "complaint": ("被投诉", "举报", "被举报", "抱怨", "差评"),
            "left": ("退出", "离群", "有人退群", "流失"),
            "cold": ("冷场", "没人理", "没人回", "没人接话", "无人回应", "没有回应", "没反应"),
        }
    },
    {"count": "[人次位条]"},
    _incident_fault,
)
_COST_DOOR = _Door(
    COSTS,
    {
        "campaign": ("活动名", "活动名称", "名称"),
        "amount": ("花了", "花费", "金额", "费用", "活动花费"),
        "goods": ("货的成本", "货款", "进货", "进货成本", "成本"),
        "note": ("备注", "明细"),
    },
    {},
    dict.fromkeys(("amount", "goods"), r"[¥￥]|元|块"),
    _cost_fault,
)
_TEST_DOOR = _Door(
    TESTS,
    {
        "test": ("测试名", "测试名称", "哪个测试"),
        "arm": ("写法", "哪个版本", "组"),
        "item_id": ("编号", "条目", "内容编号"),
    },
    {},
    {},
    _test_fault,
)

"""The door in for ITEMS, GROUPS and RECURRING: tables as an editor fills them in, refused row by row with reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit import lexicons, schema, tables
from toolkit.schedule import _inputs, _recurring
from toolkit.schema import ITEM_KINDS, PHASES, TONES, WORDS, ColumnError, Contract, InputError, Read

_GUIDE = "填写说明"
_SERIES = "固定栏目"
_TEMPLATES = {"ITEMS": "内容.xlsx", "GROUPS": "群.xlsx", "RECURRING": f"{_SERIES}.xlsx"}
# further headings that people use; names and captions of the contract are known anyway
_HEADINGS = {
    "编号": ("item_id", "group_id"),
    "id": ("item_id", "group_id"),
    "栏目编号": ("item_id",),
    "内容标题": ("title",),
    "栏目": ("title",),
    "内容": ("copy",),
    "正文": ("copy",),
    "群": ("groups", "name"),
    "群组": ("groups", "name"),
    "名称": ("title", "name"),
    "成员数": ("members",),
    "群人数": ("members",),
    "发送时段": ("slots",),
    "分钟": ("minutes",),
    "批数": ("waves",),
    "周上限": ("posts_per_week",),
    "日上限": ("posts_per_day",),
    "时刻": ("clock",),
    "固定时刻": ("clock",),
    "发送时刻": ("clock",),
    "星期几": ("weekdays",),
    "周几": ("weekdays",),
    "每周几": ("weekdays",),
    "结束日期": ("until",),
    "跳过": ("skips",),
    "停发日期": ("skips",),
    "冷却天数": ("cooldown",),
}
# further words that people write, by column
_EXTRA_WORDS = {
    "phase": {"造势": "warmup", "预热/造势": "warmup"},
    "tone": {"普通": "neutral", "中性": "neutral"},
    "groups": {"全部": "all", "全部群": "all", "所有群": "all", "所有": "all"},
}


def read_items(path: str | Path) -> Read:
    """A Read of ITEMS from a .csv, .tsv, .xlsx or .jsonl with Chinese headings or the contract's names.

    Kind, tone, phase and must-send may be Chinese words (干货, 平实, 预热, 是). A row is rejected when its id is blank
    or repeated, its title blank, a word of choice unknown, its value negative, its waves below 1, a clock time none,
    its latest day before its earliest, or when it is to come after itself. An unreadable date or number is missing,
    with a note; so is told an item to come first that is not in the file, a festival that the calendar table does not
    know, and a phase without a campaign. Times of a date column are kept as given; only their day counts. A sheet
    named 固定栏目 is for `read_recurring` and passed over.

    Raises InputError when the file cannot be read, ColumnError when no sheet has an item id and a title.
    """
    return _read(path, _Judge(schema.ITEMS, _item_faults, _item_remarks, _loose_ends))


def read_groups(path: str | Path) -> Read:
    """A Read of GROUPS from a .csv, .tsv, .xlsx or .jsonl with Chinese headings or the contract's names.

    A row is rejected when its id is blank, repeated or a word for all groups, its name blank, its members not above
    0, a ceiling missing or unreadable, it has no slot, or a slot or quiet span cannot be read ("25:00"). A channel
    that is not known stays, with a note; a note also tells slots that lie in quiet hours and a ceiling of 0.

    Raises InputError when the file cannot be read, ColumnError when a needed column is in no sheet.
    """
    return _read(path, _Judge(schema.GROUPS, _group_faults, _group_remarks))


def read_recurring(path: str | Path) -> Read:
    """A Read of RECURRING from a .csv, .tsv, .xlsx or .jsonl with Chinese headings or the contract's names.

    Words, dates and lists are read as `read_items` reads them. A row is rejected for what `read_items` rejects an
    item for (it may come after itself, which means the occurrence before), and where its weekdays, skips or moves
    cannot be read, both or neither of weekdays and cool-down are given, its last day lies before its first, or a move
    takes a day that is none of its own. A sheet without a column for weekdays or cool-down is not read, with a note.

    Raises InputError when the file cannot be read, ColumnError when no sheet has an item id and a title.
    """
    return _read(path, _Judge(schema.RECURRING, _series_faults, _item_remarks))


_Row = dict[str, Any]


@dataclass(frozen=True)
class _Judge:
    """What a table must keep: a fault turns a row away, a remark goes with it, `across` looks at all good rows."""

    contract: Contract
    faults: Callable[[_Row], str]
    remarks: Callable[[_Row], str]
    across: Callable[[list[_Row]], Iterator[tuple[int, str]]] | None = None


@dataclass
class _Gathered(tables.Gathered):
    """What the sheets of a file gave so far, and sheet and row of each good row."""

    places: list[tuple[str, int]] = field(default_factory=list)


def _read(given: str | Path, judge: _Judge) -> Read:
    contract = judge.contract
    path = _existing(given, contract)
    key = contract.names[0]
    got = _Gathered()
    for table in tables.open_tables(path):
        _take(table, judge, got)
    if not got.frames:
        listed = "、".join(dict.fromkeys(got.missing)) or "全部"
        raise ColumnError(
            f"{path.name}：缺少列 {listed}。请照 {_TEMPLATES[contract.name]} 的表头填写，或补上这些列。"
        )
    read = got.read(contract, [key])
    across = [
        {"path": got.places[place][0], "row": got.places[place][1], "note": note}
        for place, note in (judge.across(_cells(read.frame)) if judge.across else ())
    ]
    notes = pd.DataFrame([*got.notes, *across], columns=tables.NOTE_COLUMNS)
    return read._replace(notes=notes)


def _take(table: tables.Table, judge: _Judge, got: _Gathered) -> None:
    """One sheet's rows, judged, and what became of it."""
    contract = judge.contract
    others = [_GUIDE] if contract is schema.RECURRING else [_GUIDE, _SERIES]
    if table.path.endswith(tuple(f"〔{name}〕" for name in others)) or not table.header:
        got.pass_over(table)
        return
    mapping = tables.map_columns(table.header, contract, aliases=_aliases(contract))
    if got.lacks(table, contract, mapping, _lacking(contract, set(mapping.values()))):
        return
    table.records = [[_plain(cell) for cell in record] for record in table.records]
    frame, extra, troubles = tables.table_to_frame(table, contract, mapping)
    raw = {column: table.header.index(head) for head, column in mapping.items()}
    good, bad = _sift(schema.check(_translated(frame), contract), table, raw, judge.faults, got.seen)
    key = contract.names[0]
    remarks = [
        {"path": table.path, "row": row, "note": remark}
        for row, cells in zip(good.index, _cells(good), strict=True)
        if (remark := judge.remarks(cells))
    ]
    got.notes += remarks
    got.take(table, good, extra.loc[good.index].assign(**{key: good[key]}), bad, troubles)
    got.places += [(table.path, int(row)) for row in good.index]


def _cells(frame: pd.DataFrame) -> list[_Row]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _lacking(contract: Contract, found: set[str]) -> list[str]:
    """The captions of the columns without which a sheet is not read."""
    lacking = [contract.captions[name] for name in contract.required if name not in found]
    if contract is schema.RECURRING and not found & {"weekdays", "cooldown"}:
        lacking.append("星期或间隔天数")
    return lacking


def _existing(given: str | Path, contract: Contract) -> Path:
    path = Path(given)
    if path.is_dir():
        raise InputError(
            f"{given} 是一个文件夹，这里要的是{contract.caption}表这一个文件。"
            f"请指到里面的文件，如 {_TEMPLATES[contract.name]}。"
        )
    if not path.is_file():
        raise InputError(f"找不到文件 {given}。请核对文件名和所在的文件夹。")
    return path


def _aliases(contract: Contract) -> dict[str, str]:
    found = {head: name for head, name in lexicons.header_aliases().items() if name in contract.names}
    for head, names in _HEADINGS.items():
        for name in names:
            if name in contract.names:
                found[head] = name
    return found


def _plain(cell: Any) -> Any:
    """Excel's own times, dates, numbers and truth values as the text that a list or id column means."""
    if isinstance(cell, dt.timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(cell, dt.time):
        return cell.strftime("%H:%M")
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ").removesuffix(" 00:00:00")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell) if isinstance(cell, (bool, int, float, dt.date)) else cell


def _translated(frame: pd.DataFrame) -> pd.DataFrame:
    """Chinese words as the contract's values; blanks of columns with a default as missing."""
    out = {}
    for name, choices, default in (
        ("kind", ITEM_KINDS, "value"),
        ("tone", TONES, "neutral"),
        ("phase", PHASES, ""),
        ("purpose", ("own", "link"), "own"),
        ("channel", (), "群"),
    ):
        if name in frame:
            words = {WORDS[choice]: choice for choice in choices if choice} | _EXTRA_WORDS.get(name, {})
            cells = [str(cell).strip() for cell in frame[name]]
            out[name] = pd.Series(
                [words.get(cell, cell) or default for cell in cells], index=frame.index, dtype="str"
            )
    if "groups" in frame:
        out["groups"] = pd.Series(
            [
                [_EXTRA_WORDS["groups"].get(part, part) for part in parts] or ["all"]
                for parts in frame["groups"]
            ],
            index=frame.index,
            dtype="object",
        )
    for name in ("item_id", "group_id", "segment", "campaign", "owner", "name", "title", "topic"):
        if name in frame:
            out[name] = frame[name].str.strip()
    for name in ("festival", "copy", "link", "region", "spending"):
        if name in frame:
            cells = frame[name].str.strip()
            out[name] = cells.where(cells != "")
    return frame.assign(**out)


def _sift(
    frame: pd.DataFrame,
    table: tables.Table,
    raw: dict[str, int],
    faults: Callable[[_Row], str],
    seen: dict[Any, str],
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """The good rows, and path, row and reason of the others."""
    good, bad = [], []
    key = str(frame.columns[0])
    for (number, row), record in zip(frame.iterrows(), table.records, strict=True):
        cells: dict[str, Any] = {str(name): value for name, value in row.items()}
        written = {f"written_{name}": record[place] for name, place in raw.items()}
        reason = faults({**cells, **written})
        if not reason and cells[key] in seen:
            reason = f"{'条目' if key == 'item_id' else '群'}编号「{cells[key]}」重复，前面已有一行"
        if reason:
            bad.append({"path": table.path, "row": number, "reason": reason})
        else:
            seen[cells[key]] = table.path
            good.append(number)
    return frame.loc[good], bad


def _item_faults(row: _Row) -> str:
    """What is wrong with an item, "" when nothing is."""
    if row["item_id"] in row["after"]:
        return "先发条目写了这一条自己"
    return _cell_faults(row)


def _series_faults(row: _Row) -> str:
    """What is wrong with a row of RECURRING, "" when nothing is."""
    if written := _unread(row, "cooldown", tables.parse_count):
        return f"间隔天数要填一个整数（现在是「{written}」）"
    if written := _unread(row, "until", tables.parse_time):
        return f"截止日期里有看不懂的「{written}」，请写成 2026-12-31 这样"
    return _cell_faults(row) or _recurring.row_faults(row)


def _unread(row: _Row, name: str, parse: Callable[[Any], tuple[Any, str]]) -> str:
    """What is written in a cell that cannot be read, "" for one that can, or is blank."""
    written = row.get(f"written_{name}", "")
    return str(written) if parse(written)[1] else ""


def _cell_faults(row: _Row) -> str:
    """What is wrong with the cells that ITEMS and RECURRING share."""
    if not row["item_id"] or not row["title"]:
        return "没有条目编号" if not row["item_id"] else "没有标题"
    for name, choices in (("kind", ITEM_KINDS), ("tone", TONES), ("phase", PHASES)):
        if row[name] not in choices:
            listed = "、".join(WORDS[choice] for choice in choices if choice)
            return f"不认识的{schema.ITEMS.captions[name]}「{row[name]}」，可以填：{listed}"
    if row["value"] < 0:
        return f"价值不能是负数（现在是 {row['value']:g}）"
    if row["value"] == float("inf"):
        return f"价值大得不合理（现在是「{row['written_value']}」）"
    if row["waves"] < 1:
        return f"群发批数至少是 1（现在是 {row['waves']}）"
    try:
        schema.parse_slots(row["clock"])
    except ValueError as error:
        return f"限定时刻里有看不懂的「{error}」，请写成 20:00 这样"
    first, last = schema.as_date(row["earliest"]), schema.as_date(row["latest"])
    if first is not None and last is not None and first > last:
        return f"最早日期 {first} 晚于最晚日期 {last}，哪天都发不了"
    return ""


def _item_remarks(row: _Row) -> str:
    """What an editor should look at in an item that is read all the same."""
    found = []
    occasion = lexicons.festival_name(row["festival"])
    if occasion and occasion not in _occasions():
        found.append(f"日历里没有节日「{row['festival']}」，不会按节日安排")
    if row["phase"] and not row["campaign"]:
        found.append(f"填了阶段「{WORDS[row['phase']]}」，没有填活动：阶段只在同一个活动里排先后")
    return "；".join(found)


def _occasions() -> frozenset[str]:
    """Every festival and dated day of the calendar table, as items name them."""
    return frozenset(map(lexicons.festival_name, lexicons.calendar()["name"]))


def _loose_ends(rows: list[_Row]) -> Iterator[tuple[int, str]]:
    """Items that are to come after one that is not in the file."""
    known = {row["item_id"] for row in rows}
    for place, row in enumerate(rows):
        if lost := [name for name in row["after"] if name not in known]:
            yield place, f"先发条目「{'、'.join(lost)}」不在读入的条目里，排期前请补上它，或改正编号"


def _group_faults(row: _Row) -> str:
    """What is wrong with a group, "" when nothing is."""
    if not row["group_id"] or not row["name"]:
        return "没有群编号" if not row["group_id"] else "没有群名"
    for name in ("group_id", "segment"):
        if row[name] in {_inputs.ALL_GROUPS, *_EXTRA_WORDS["groups"]}:
            caption = schema.GROUPS.captions[name]
            return f"{caption}不能叫「{row[name]}」：在「发给」里，它的意思是所有的群"
    if not str(row["written_members"]).strip():
        return "没有填人数"
    if pd.isna(row["members"]) or row["members"] <= 0:
        return f"人数要是大于 0 的整数（现在是「{row['written_members']}」）"
    for name in ("posts_per_day", "posts_per_week", "promos_per_week"):
        needed = name != "promos_per_week"
        if (pd.isna(row[name]) and needed) or _unread(row, name, tables.parse_count):
            written = row[f"written_{name}"]
            return f"{schema.GROUPS.captions[name]}要填一个不小于 0 的整数（现在是「{written}」）"
    if row["purpose"] not in ("own", "link"):
        return f"不认识的用途「{row['purpose']}」，可以填：自有、引流"
    if not row["slots"]:
        return "没有填时段，什么都发不了；请写成 08:30、12:30、20:00 这样"
    for name, parse, hint in (
        ("slots", schema.parse_slots, "20:00"),
        ("quiet", schema.parse_quiet, "22:00-08:00"),
    ):
        try:
            parse(row[name])
        except ValueError as error:
            return f"{schema.GROUPS.captions[name]}里有看不懂的「{error}」，请写成 {hint} 这样"
    return ""


def _group_remarks(row: _Row) -> str:
    """What an editor should look at in a group that is read all the same."""
    found = []
    if row["channel"] not in _inputs.CHANNELS:
        listed = "、".join(_inputs.CHANNELS)
        found.append(f"不认识的渠道「{row['channel']}」，照写的保留；常用的是：{listed}")
    for name in ("posts_per_day", "posts_per_week"):
        if row[name] == 0:
            found.append(f"{schema.GROUPS.captions[name]}是 0，这个群什么都不会排")
    spans = schema.parse_quiet(row["quiet"])
    still = [
        slot
        for slot in row["slots"]
        if any(first <= schema.parse_clock(slot) < last for first, last in spans)
    ]
    if len(still) == len(row["slots"]):
        found.append("免打扰盖住了全部时段，这个群什么都不会排")
    elif still:
        found.append(f"时段 {'、'.join(still)} 落在免打扰里，不会排")
    return "；".join(found)

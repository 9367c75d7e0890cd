"""The door in for ITEMS and GROUPS: tables as an editor fills them in, and the empty workbooks to fill in."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit import lexicons, schema, tables
from toolkit.schedule import _inputs
from toolkit.schema import ITEM_KINDS, PHASES, TONES, WORDS, ColumnError, Contract, InputError, Read

_GUIDE = "填写说明"
_TEMPLATES = {"ITEMS": "内容.xlsx", "GROUPS": "群.xlsx"}
# further headings that people use; names and captions of the contract are known anyway
_HEADINGS = {
    "编号": ("item_id", "group_id"),
    "id": ("item_id", "group_id"),
    "内容标题": ("title",),
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
    or repeated, its title blank, a word of choice unknown, its value negative, its waves below 1 or its latest day
    before its earliest. An unreadable date or number is missing, with a note. Times of a date column are kept as
    given; only their day counts.

    Raises InputError when the file cannot be read, ColumnError when no sheet has an item id and a title.
    """
    return _read(path, schema.ITEMS, _item_faults)


def read_groups(path: str | Path) -> Read:
    """A Read of GROUPS from a .csv, .tsv, .xlsx or .jsonl with Chinese headings or the contract's names.

    A row is rejected when its id is blank or repeated, its name blank, its members not above 0, a ceiling missing,
    it has no slot, or a slot or quiet span cannot be read ("25:00"). A channel that is not known stays, with a note.

    Raises InputError when the file cannot be read, ColumnError when a needed column is in no sheet.
    """
    return _read(path, schema.GROUPS, _group_faults, _group_remarks)


_Judge = Callable[[dict[str, Any]], str]


def _read(given: str | Path, contract: Contract, faults: _Judge, remarks: _Judge | None = None) -> Read:
    path = _existing(given, contract)
    key = contract.names[0]
    frames, extras, rejected, notes, columns, files = [], [], [], [], [], []
    missing: list[str] = []
    seen: set[str] = set()
    for table in tables.open_tables(path):
        about = functools.partial(tables.file_row, table.path, format=table.format, encoding=table.encoding)
        if table.path.endswith(f"〔{_GUIDE}〕") or not table.header:
            files.append(about(outcome="跳过"))
            continue
        mapping = tables.map_columns(table.header, contract, aliases=_aliases(contract))
        columns += tables.column_rows(table.path, table.header, contract, mapping)
        lacking = [name for name in contract.required if name not in mapping.values()]
        if lacking:
            captions = [contract.captions[name] for name in lacking]
            missing += captions
            notes.append(
                {"path": table.path, "row": 1, "note": f"这张表缺少列 {'、'.join(captions)}，没有读"}
            )
            files.append(about(outcome="没有读"))
            continue
        table.records = [[_plain(cell) for cell in record] for record in table.records]
        frame, extra, troubles = tables.table_to_frame(table, contract, mapping)
        raw = {column: table.header.index(head) for head, column in mapping.items()}
        good, bad = _sift(schema.check(_translated(frame), contract), table, raw, faults, seen)
        frames.append(good)
        extras.append(extra.loc[good.index].assign(**{key: good[key]}))
        bad = table.rejected + bad
        rejected += bad
        files.append(about(read=len(good), rejected=len(bad)))
        notes += [
            {"path": table.path, "row": row, "note": remark}
            for row, cells in zip(good.index, good.to_dict("records"), strict=True)
            if remarks and (remark := remarks({str(name): value for name, value in cells.items()}))
        ]
        turned_away = {entry["row"] for entry in bad}
        notes += table.notes + [note for note in troubles if note["row"] not in turned_away]
    if not frames:
        listed = "、".join(dict.fromkeys(missing)) or "全部"
        raise ColumnError(
            f"{path.name}：缺少列 {listed}。请照 {_TEMPLATES[contract.name]} 的表头填写，或补上这些列。"
        )
    frame = pd.concat(frames, ignore_index=True)
    extra = pd.concat(extras, ignore_index=True)
    return Read(
        schema.check(frame, contract)[contract.names],
        pd.DataFrame(rejected, columns=tables.REJECTED_COLUMNS),
        extra[[key, *[name for name in extra.columns if name != key]]],
        pd.DataFrame(notes, columns=tables.NOTE_COLUMNS),
        pd.DataFrame(columns, columns=tables.COLUMN_COLUMNS),
        pd.DataFrame(files, columns=tables.FILE_COLUMNS),
    )


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
    """Excel's own clock times and numbers as the text that a list or id column means."""
    if isinstance(cell, dt.time):
        return cell.strftime("%H:%M")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell) if isinstance(cell, (int, float)) and not isinstance(cell, bool) else cell


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
    faults: Callable[[dict[str, Any]], str],
    seen: set[str],
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
            seen.add(cells[key])
            good.append(number)
    return frame.loc[good], bad


def _item_faults(row: dict[str, Any]) -> str:
    """What is wrong with an item, "" when nothing is."""
    if not row["item_id"] or not row["title"]:
        return "没有条目编号" if not row["item_id"] else "没有标题"
    for name, choices in (("kind", ITEM_KINDS), ("tone", TONES), ("phase", PHASES)):
        if row[name] not in choices:
            listed = "、".join(WORDS[choice] for choice in choices if choice)
            return f"不认识的{schema.ITEMS.captions[name]}「{row[name]}」，可以填：{listed}"
    if row["value"] < 0:
        return f"价值不能是负数（现在是 {row['value']:g}）"
    if row["waves"] < 1:
        return f"群发批数至少是 1（现在是 {row['waves']}）"
    first, last = schema.as_date(row["earliest"]), schema.as_date(row["latest"])
    if first is not None and last is not None and first > last:
        return f"最早日期 {first} 晚于最晚日期 {last}，哪天都发不了"
    return ""


def _group_faults(row: dict[str, Any]) -> str:
    """What is wrong with a group, "" when nothing is."""
    if not row["group_id"] or not row["name"]:
        return "没有群编号" if not row["group_id"] else "没有群名"
    if not str(row["written_members"]).strip():
        return "没有填人数"
    if pd.isna(row["members"]) or row["members"] <= 0:
        return f"人数要是大于 0 的整数（现在是「{row['written_members']}」）"
    for name in ("posts_per_day", "posts_per_week"):
        if pd.isna(row[name]):
            return f"{schema.GROUPS.captions[name]}要填一个整数（现在是「{row[f'written_{name}']}」）"
    if row["purpose"] not in ("own", "link"):
        return f"不认识的用途「{row['purpose']}」，可以填：自有、引流"
    if not row["slots"]:
        return "没有填时段，什么都发不了；请写成 08:30、12:30、20:00 这样"
    for name, parse, hint in (
        ("slots", _inputs.parse_slots, "20:00"),
        ("quiet", _inputs.parse_quiet, "22:00-08:00"),
    ):
        try:
            parse(row[name])
        except ValueError as error:
            return f"{schema.GROUPS.captions[name]}里有看不懂的「{error}」，请写成 {hint} 这样"
    return ""


def _group_remarks(row: dict[str, Any]) -> str:
    """What an editor should look at in a group that is read all the same."""
    if row["channel"] in _inputs.CHANNELS:
        return ""
    return f"不认识的渠道「{row['channel']}」，照写的保留；常用的是：{'、'.join(_inputs.CHANNELS)}"

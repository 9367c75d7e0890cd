"""The rows of exports: which platform wrote them, what each column is, what is passed over; personal columns stay unread."""

from __future__ import annotations

import datetime as dt
import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit import lexicons, schema, tables
from toolkit.schema import MATCHES, NOTES, RESULTS, Column, ColumnError, Contract, InputError

ORDERS, COUNTS, LINKS, DAYS = "orders", "counts", "links", "days"
_ANY = "通用"
_COUNT_NAMES = (
    "reached",
    "opened",
    "readers",
    "reads",
    "clicked",
    "clicks",
    "replied",
    "ordered",
    "left",
    "invited",
)
_TEXT_NAMES = (
    "post_id",
    "item_id",
    "group",
    "code",
    "link",
    "title",
    "order_no",
    "line_no",
    "status",
    "refund",
    "goods",
)
_MONEY = ("line_amount", "amount", "paid", "refunded", "revenue")
_STATES = ("status", "refund")
_TIMES = ("at", "paid_at", "measured_at", "day")
_CAPTIONS = {
    **{"item_id": "条目编号", "group": "群编号", "code": "暗号", "link": "短链", "title": "标题"},
    **{
        "order_no": "订单号",
        "line_no": "序号",
        "status": "订单状态",
        "refund": "退款状态",
        "goods": "商品名称",
    },
    **{"readers": "总阅读人数", "reads": "阅读次数", "clicks": "点击次数", "quantity": "商品数量"},
    **{"line_amount": "商品金额", "amount": "订单金额", "paid": "实付金额", "refunded": "实际退款金额"},
    **{"at": "发布时间", "paid_at": "付款时间", "day": "统计日期"},
} | {
    name: caption
    for name, caption in RESULTS.captions.items()
    if name not in ("matched_by", "confidence", "source")
}
_KINDS: tuple[tuple[tuple[str, ...], Any], ...] = (
    (_TEXT_NAMES, "text"),
    (_TIMES, "time"),
    ((*_COUNT_NAMES, "quantity"), "count"),
    (_MONEY, "score"),
)
# what a column of an export may be; only readers of this room see it
EXPORT = Contract(
    "EXPORT",
    "导出",
    tuple(Column(name, kind, _CAPTIONS[name], True, None) for names, kind in _KINDS for name in names),
)
OUTCOME_NAMES = (*_COUNT_NAMES, "revenue")
_KEYS = frozenset(("post_id", "item_id", "code", "link", "title"))
_LARGEST_AMOUNT = 10_000_000
_MOST_NOTES = 200  # on one column of one table
# where an export says when it was made, above its header
_MADE = re.compile(r"(?:统计|下载|导出|数据|截至|截止|更新)")
_MOMENT = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[ T]?\d{1,2}:\d{2}(?::\d{2})?)?")
_ABOVE = "在表头上面"
_SIGNS_OF_MONEY = re.compile(r"[¥￥元\s,，]|rmb|cny", re.IGNORECASE)
_THOUSANDS = re.compile(r"(\d+(?:\.\d+)?)([万萬w千k])", re.IGNORECASE)
_NOTHING_LESS = re.compile(r"\s*[-−]\s*0+(?:\.0+)?\s*")
_ENDLESS = re.compile(r"\s*\+?(?:inf|infinity|∞|无穷大?|\d{16,}(?:\.\d+)?)\s*", re.IGNORECASE)
# a column of what was paid stands before one of the same thing that was asked
_PAID_BEFORE = {"商品金额": "商品实付金额"}
_OF_THE_SYSTEM = ("thumbs.db", "desktop.ini")
Entry = dict[str, Any]


@dataclass
class Export:
    """One table of an export: its columns by what they are, the texts in which a code is looked for, its row numbers."""

    path: str
    platform: str
    kind: str
    channel: str
    rows: list[int]
    cells: dict[str, list[Any]]
    said: list[list[str]]
    faults: dict[int, str]  # place of a row to what is impossible in it
    states: list[tuple[bool, list[str]]]  # columns of states, and whether they speak of refunds
    measured: pd.Timestamp
    numbered: bool = True


@dataclass
class Taken:
    """All exports, and what became of files and rows so far."""

    exports: list[Export] = field(default_factory=list)
    matches: list[Entry] = field(default_factory=list)
    rejected: list[Entry] = field(default_factory=list)
    notes: list[Entry] = field(default_factory=list)
    columns: list[Entry] = field(default_factory=list)
    files: list[Entry] = field(default_factory=list)
    states: set[tuple[bool, str]] = field(
        default_factory=set
    )  # the unknown states of orders that a note tells

    def note(self, path: str, row: int, note: str) -> None:
        """Keep a remark; it quotes nothing from the file."""
        self.notes.append(dict(zip(NOTES.names, (path, row, note), strict=True)))

    def reject(
        self,
        path: str,
        row: int,
        reason: str,
        *,
        unmatched: bool = False,
        ordered: Any = pd.NA,
        revenue: Any = None,
    ) -> None:
        """Turn a row away; `unmatched` is a good row whose post is not known."""
        self.rejected.append(
            {
                **{"path": path, "row": row, "reason": reason, "unmatched": unmatched},
                **{"ordered": ordered, "revenue": float("nan") if revenue is None else revenue},
            }
        )

    def match(self, path: str, row: int, post_id: str, by: str, confidence: float, said: str) -> None:
        """Keep which post a row went to."""
        self.matches.append(dict(zip(MATCHES.names, (post_id, path, row, by, confidence, said), strict=True)))


# ---- the lexicons


def _plain(head: str) -> str:
    """A header as the lexicon has it: half-width, lower case, no blanks, no unit in brackets."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(head))).lower().strip("*:\ufeff")
    return re.sub(r"\((?:次|个|人|条|篇|数|元)\)$", "", text)


@dataclass(frozen=True)
class _Platform:
    name: str
    kind: str
    channel: str
    columns: dict[str, str]
    tells: frozenset[str]


@functools.cache
def _platforms() -> tuple[_Platform, ...]:
    """The platforms of the lexicon `result-headers`, those with most telling headers first, the general one last."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in lexicons.rows("result-headers"):
        found.setdefault(row["platform"], []).append(row)
    made = [
        _Platform(
            name,
            rows[0]["table"],
            rows[0]["channel"],
            {_plain(row["header"]): row["column"] for row in rows},
            frozenset(_plain(row["header"]) for row in rows if row["tells"]),
        )
        for name, rows in found.items()
    ]
    return tuple(sorted(made, key=lambda one: -len(one.tells)))


@functools.cache
def words_of(role: str) -> tuple[str, ...]:
    """The words of the lexicon `result-words` for a role, the longest first."""
    return tuple(
        sorted((r["word"] for r in lexicons.rows("result-words") if r["role"] == role), key=len, reverse=True)
    )


def _platform_of(header: list[str]) -> _Platform | None:
    heads = {_plain(head) for head in header}
    return next((one for one in _platforms() if one.tells and one.tells <= heads), None)


def _roles(header: list[str], platform: _Platform | None) -> tuple[dict[str, str], dict[str, str]]:
    """Header to column of EXPORT, and header to person, said, ignored or nothing for the others."""
    general = next(one for one in _platforms() if one.name == _ANY).columns
    known = {**(platform.columns if platform else {})}
    known |= {head: column for head, column in general.items() if head not in known}
    plain = {head: _plain(head) for head in header}
    known |= {head: "refund" for head in plain.values() if head not in known and _tells_refunds(head)}
    shut = [head for head in plain if _PAID_BEFORE.get(plain[head]) in plain.values()]
    open_heads = [
        head
        for head in header
        if known.get(plain[head]) not in ("person", "said", "ignored") and head not in shut
    ]
    mapping = tables.map_columns(open_heads, EXPORT, aliases=known)
    others = {head: known.get(plain[head]) or _guess(plain[head]) for head in header if head not in mapping}
    # a second header of a column that is taken is read by nobody, unless it tells a state
    read = ("person", "said", *_STATES)
    return mapping, {head: role if role in read else "" for head, role in others.items()}


def _tells_refunds(head: str) -> bool:
    """Whether an unknown header is of a column that says if an order was given back."""
    return any(word in head for word in words_of("claim_head")) and not any(
        word in head for word in words_of("no_claim_head")
    )


def _guess(head: str) -> str:
    """Whether an unknown header is a person's, or one in which a code may stand."""
    if any(word in head for word in words_of("said")):
        return "said"
    if any(word in head for word in words_of("person")):
        return "person"
    return "" if any(word in head for word in words_of("no_code")) else "said"


def _kind_of(mapping: dict[str, str], platform: _Platform | None) -> str:
    """What a table holds, "" when it is none that can be read."""
    if platform is not None:
        return platform.kind
    names = set(mapping.values())
    outcomes = names & set(OUTCOME_NAMES)
    if names & {"order_no", "line_no"} and names & {"at", "paid_at", "status", *_MONEY}:
        return ORDERS
    if names & _KEYS and outcomes:
        return LINKS if "link" in names and outcomes <= {"clicked", "clicks"} else COUNTS
    if {"at", "status"} <= names or ({"at"} <= names and names & {"paid", "amount", "line_amount"}):
        return ORDERS
    return ""


def _is_header(header: list[str]) -> bool:
    platform = _platform_of(header)
    return bool(_kind_of(_roles(header, platform)[0], platform))


# ---- files


def read_exports(paths: tuple[str | Path, ...], now: dt.datetime | None) -> Taken:
    """The tables of all files, read and told apart; raises InputError where there is none that can be read."""
    if not paths:
        raise InputError(
            "没有给出文件。请给出导出文件或文件夹，例如 read_results('效果数据', calendar=排期)。"
        )
    taken = Taken()
    faults = [_fault(path, label, taken, now) for path, label in _files(paths, taken)]
    if faults and all(faults) and len(paths) == 1 and schema.as_path(paths[0]).is_file():
        raise next(fault for fault in faults if fault)
    return taken


def _files(paths: tuple[str | Path, ...], taken: Taken) -> Iterator[tuple[Path, str]]:
    seen: dict[Path, str] = {}
    for given in paths:
        path = schema.as_path(given, "效果数据")
        if not path.exists():
            raise InputError(f"找不到 {path}。请核对文件名，或把导出的文件放进「效果数据」文件夹。")
        inside = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
        for file in inside:
            label = file.name if file == path else file.relative_to(path).as_posix()
            why = _why_not(file, label) if file != path else ""
            if file.resolve() in seen:
                why = f"和「{seen[file.resolve()]}」是同一个文件，只读一次"
            if why:
                taken.note(label, 0, why)
                taken.files.append(tables.file_row(label, format=tables.suffix_of(file)[1:], outcome="跳过"))
                continue
            seen[file.resolve()] = label
            yield file, label


def _why_not(file: Path, label: str) -> str:
    """Why a file of a folder is passed over, "" when it is not."""
    if (
        any(part.startswith((".", "~$", "__MACOSX")) for part in Path(label).parts)
        or file.name.lower() in _OF_THE_SYSTEM
    ):
        return "隐藏的或系统的文件，没有读"
    if file.name.lower().split(".")[0] == "readme":
        return "说明文件，没有读"
    if tables.suffix_of(file) not in tables.TABLE_SUFFIXES:
        return "不是表格，没有读"
    return ""


def _fault(path: Path, label: str, taken: Taken, now: dt.datetime | None) -> InputError | ColumnError | None:
    """Take a file in, or reject it as a whole: what is wrong with it."""
    above: list[str] = []

    def is_header(cells: list[str]) -> bool:
        if _is_header(cells):
            return True
        line = " ".join(cells)
        above.extend(_MOMENT.findall(line) if _MADE.search(line) else [])
        return False

    try:
        found = tables.open_tables(path, label=label, is_header=is_header)
        made = max((m for m in map(_moment, above) if m is not None), default=pd.NaT)
        fits = [_take(table, made, taken, now) for table in found]
        if not any(fits):
            raise ColumnError(
                f"{label}：没有认出这张表。要有订单号和下单时间，或者暗号、发布编号、标题里的一列加上阅读、点击、订单这样的数字。"
                "请核对表头，或者按「发布编号、订单数、成交额」另做一张表。"
            )
    except (InputError, ColumnError) as error:
        taken.files = [row for row in taken.files if row["path"].split("〔")[0] != label]
        taken.files.append(
            tables.file_row(label, format=tables.suffix_of(path)[1:], rejected=1, outcome="没有读")
        )
        taken.reject(label, 0, str(error).removeprefix(f"{label}："))
        return error
    return None


def _moment(text: str) -> pd.Timestamp | None:
    found = tables.parse_time(text)[0]
    return None if pd.isna(found) else found


def _take(table: tables.Table, made: pd.Timestamp, taken: Taken, now: dt.datetime | None) -> bool:
    """One table's rows; whether it is one that this reader, or another one, is for."""
    outcome = "跳过"
    kind = ""
    if table.header:
        platform = _platform_of(table.header)
        mapping, others = _roles(table.header, platform)
        kind = _kind_of(mapping, platform)
        # what is no header of ours may be a row of people
        taken.columns += _column_rows(table, kind, mapping, others) if kind else []
        for entry in table.notes if kind else ():
            said = "在表头上面的一行，没有当作内容" if entry["note"].startswith(_ABOVE) else entry["note"]
            taken.note(entry["path"], entry["row"], said)
        if kind == DAYS:
            taken.note(
                table.path, 0, "这是群的每日统计，不是单条发布的结果；请用 read_group_days 读，得到群日报"
            )
        elif kind:
            outcome = "已读"
            for entry in table.rejected:
                taken.reject(entry["path"], entry["row"], entry["reason"])
            taken.exports.append(_export(table, platform, kind, mapping, others, made, taken, now))
        else:
            taken.note(table.path, 1, "没有认出这张表，没有读")
    taken.files.append(
        tables.file_row(table.path, format=table.format, encoding=table.encoding, outcome=outcome)
    )
    return bool(kind)


def _caption(name: str, kind: str) -> str:
    return "下单时间" if name == "at" and kind == ORDERS else EXPORT.captions[name]


def _column_rows(
    table: tables.Table, kind: str, mapping: dict[str, str], others: dict[str, str]
) -> list[Entry]:
    words = {"person": "个人信息，没有读", "said": "在里面找暗号", "": ""}
    names = mapping | {head: role for head, role in others.items() if role in _STATES}
    rows = [
        (table.path, head, names[head], _caption(names[head], kind))
        if head in names
        else (table.path, head, "", words[others[head]])
        for head in table.header
    ]
    return [dict(zip(tables.COLUMN_COLUMNS, row, strict=True)) for row in rows]


def _export(
    table: tables.Table,
    platform: _Platform | None,
    kind: str,
    mapping: dict[str, str],
    others: dict[str, str],
    made: pd.Timestamp,
    taken: Taken,
    now: dt.datetime | None,
) -> Export:
    """The rows that count, in their types; totals and continued rows are seen to here."""
    given = dict(zip(table.header, table.columns, strict=True))
    keep = _but_totals(table, {name: given[head] for head, name in mapping.items()}, taken)
    numbers = [int(table.row_numbers[place]) for place in keep]
    columns = {name: [given[head][place] for place in keep] for head, name in mapping.items()}
    said = [
        [_text(cells[place]) for place in keep]
        for head, cells in zip(table.header, table.columns, strict=True)
        if others.get(head) == "said"
    ]
    names = {head: role for head, role in (mapping | others).items() if role in _STATES}
    states = {head: [_text(given[head][place]) for place in keep] for head in names}
    if kind == ORDERS:
        _continue_orders(columns, list(states.values()), numbers, table.path, taken)
        _note_unread_refunds(table, mapping, others, taken)
    export = Export(
        table.path,
        platform.name if platform else _ANY,
        kind,
        platform.channel if platform else "",
        numbers,
        {},
        said,
        {},
        [(role == "refund", states[head]) for head, role in names.items()],
        made,
    )
    for name, cells in columns.items():
        export.cells[name] = _typed(name, cells, export, taken, now)
    _take_amounts(export, {head: states[head] for head, role in names.items() if role == "refund"})
    export.numbered = bool({"order_no", "line_no"} & set(columns))
    return export


def _take_amounts(export: Export, refunds: dict[str, list[str]]) -> None:
    """Amounts in a column that is only called 退款 are put with the yuan that were given back."""
    for head, cells in refunds.items():
        if "状态" in head or "是否" in head:
            continue
        values, _ = _money(cells)
        if any(value is not None for value in values):
            back = export.cells.setdefault("refunded", [None] * len(values))
            for place, value in enumerate(values):
                if value is not None:
                    back[place] = value if back[place] is None else back[place]
                    cells[place] = ""


def _note_unread_refunds(
    table: tables.Table, mapping: dict[str, str], others: dict[str, str], taken: Taken
) -> None:
    """A table that tells of refunds only in columns that are not understood is no witness that there were none."""
    if {"refund", "refunded"} & {*mapping.values(), *others.values()}:
        return
    for head, cells in zip(table.header, table.columns, strict=True):
        if others.get(head) == "" and "退" in head and any(map(_text, cells)):
            taken.note(table.path, 1, f"「{head}」这一列没有当作退款来读，请核对里面有没有退了款的单")


def _text(cell: Any) -> str:
    if type(cell) is str:
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _but_totals(table: tables.Table, columns: dict[str, list[Any]], taken: Taken) -> list[int]:
    """The places of the rows that are no totals: a word for total alone in the first cell, or in a name or number."""
    totals = set(words_of("total"))
    looked = [cells for name, cells in columns.items() if name in _TEXT_NAMES and name != "goods"]
    looked += [table.columns[0]] if table.columns else []
    away = {
        place
        for cells in looked
        for place, cell in enumerate(cells)
        if type(cell) is str and len(cell) < 12 and cell.strip().strip(":：") in totals
    }
    for place in sorted(away):
        taken.note(table.path, int(table.row_numbers[place]), "合计行，没有当作记录")
    return [place for place in range(len(table.row_numbers)) if place not in away]


def _continue_orders(
    columns: dict[str, list[Any]], states: list[list[str]], numbers: list[int], path: str, taken: Taken
) -> None:
    """Rows below an order that only name a further article belong to it; some exports leave the rest blank."""
    heads = [name for name in ("order_no", "at", "status") if name in columns]
    if "order_no" not in heads or "goods" not in columns or len(heads) < 2:
        return
    first = 0
    for place in range(1, len(numbers)):
        blank = all(not _text(columns[name][place]) for name in heads)
        if blank and _text(columns["goods"][place]) and _text(columns["order_no"][place - 1]):
            if not first:
                first = numbers[place]
            for name in (*heads, *(n for n in ("title", "group") if n in columns)):
                columns[name][place] = columns[name][place - 1]
            for cells in states:
                cells[place] = cells[place] or cells[place - 1]
    if first:
        taken.note(path, first, "从这一行起有的行只写了商品，算作上面那一单的")


def _typed(name: str, cells: list[Any], export: Export, taken: Taken, now: dt.datetime | None) -> list[Any]:
    """One column in its type; a negative number is the row's fault, another unreadable one missing with a note."""
    if name in _TEXT_NAMES:
        return [_text(cell) for cell in cells]
    index = pd.Index(range(len(cells)))
    values: list[Any]
    if name not in _TIMES:
        cells = ["0" if type(cell) is str and _NOTHING_LESS.fullmatch(cell) else cell for cell in cells]
    if name in _MONEY:
        values, troubles = _money(cells)
    else:
        kind = "time" if name in _TIMES else "count"
        series, troubles = tables.convert(cells, kind, index, now=now)
        if kind == "count":
            troubles = [(at, _TOO_LARGE if _too_large(cells[at], why) else why) for at, why in troubles]
        values = (
            _moments(series)
            if kind == "time"
            else series.astype("object").where(series.notna(), None).tolist()
        )
    caption = _CAPTIONS[name]
    unread = 0
    for place, reason in troubles:
        if reason.startswith(("负数", "大得", _TOO_LARGE)):
            export.faults.setdefault(place, f"{caption}{'是负数' if reason.startswith('负数') else reason}")
            continue
        unread += 1
        if unread <= _MOST_NOTES:
            # what stands in the cell is not quoted: it may be a remark or a number that slipped into this column
            said = reason.split("「", maxsplit=1)[0]
            taken.note(export.path, export.rows[place], f"{caption}读不出（{said}），按空白处理")
    if unread > _MOST_NOTES:
        taken.note(export.path, 0, f"{caption}另有 {unread - _MOST_NOTES} 格读不出，按空白处理")
    return values


_TOO_LARGE = "太大，请核对"


def _too_large(cell: Any, reason: str) -> bool:
    return reason.startswith("数字大得") or bool(_ENDLESS.fullmatch(str(cell)))


def _moments(series: pd.Series[Any]) -> list[int | None]:
    """Times as microseconds since 1970 in UTC."""
    plain = series.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
    numbers = plain.to_numpy().astype("int64").tolist()
    return [None if number < -(2**62) else number for number in numbers]


def _money(cells: list[Any]) -> tuple[list[float | None], list[tuple[int, str]]]:
    """Amounts in yuan, with ¥, 元 and 万 or not."""
    values: list[float | None] = []
    troubles: list[tuple[int, str]] = []
    known: dict[str, tuple[float | None, str]] = {}
    for place, cell in enumerate(cells):
        key = str(cell)
        if key not in known:
            text = _SIGNS_OF_MONEY.sub("", unicodedata.normalize("NFKC", key))
            if times := _THOUSANDS.fullmatch(text):
                number, reason = round(float(times[1]) * (1000 if times[2] in "千kK" else 10_000), 2), ""
            else:
                number, reason = tables.parse_number(text)
            if number < 0:
                number, reason = float("nan"), "负数"
            elif number > _LARGEST_AMOUNT or _ENDLESS.fullmatch(text):
                number, reason = float("nan"), f"大得不合理（超过 {_LARGEST_AMOUNT // 10_000} 万元）"
            known[key] = (None if number != number else number), reason
        value, reason = known[key]
        values.append(value)
        if reason:
            troubles.append((place, reason))
    return values, troubles

"""The one reader of rows: CSV, TSV, XLSX and JSONL (plain or .gz) in whatever encoding, to typed columns.

Nothing is dropped in silence: a record that cannot be used comes back in `rejected`, a value that cannot be read
becomes a missing value with a line in `notes`.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import gzip
import io
import json
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.schema import (
    TIME_DTYPE,
    TIME_ZONE,
    ColumnError,
    Contract,
    InputError,
    as_flag,
    as_list,
    as_time,
    checked_moment,
)

TABLE_SUFFIXES = (".csv", ".tsv", ".xlsx", ".jsonl")
REJECTED_COLUMNS = ["path", "row", "reason"]
NOTE_COLUMNS = ["path", "row", "note"]
# beyond this a .gz is taken for a bomb: the largest export we have seen is 0.3 GB
MAX_BYTES = 1_500_000_000
_SIGNATURES = {
    b"\x89PNG": "PNG 图片",
    b"\xff\xd8\xff": "JPEG 图片",
    b"GIF8": "GIF 图片",
    b"%PDF": "PDF 文件",
    b"PK\x03\x04": "压缩包或 Excel 工作簿",
    b"\xd0\xcf\x11\xe0": "旧版 Office 文件（xls、doc）",
    b"RIFF": "影音或图片文件",
    b"\x1f\x8b": "gz 压缩文件",
}


@dataclass
class Table:
    """One sheet or file as it stands: header, records with their row number (the header is row 1), and troubles."""

    path: str
    header: list[str]
    records: list[list[Any]]
    row_numbers: list[int]
    rejected: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)


def read_bytes(path: Path) -> bytes:
    """The file's bytes, a .gz unpacked. Raises InputError when it is damaged or unpacks to over 1.5 GB."""
    if path.suffix.lower() != ".gz":
        return path.read_bytes()
    try:
        with gzip.open(path) as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
        raise InputError(f"{path.name}：这个 gz 文件已损坏或不完整。请重新导出或下载。") from error
    if len(data) > MAX_BYTES:
        raise InputError(f"{path.name}：解压后超过 1.5 GB，没有读。请拆成几个文件。")
    return data


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text of bytes and the encoding it was read in. Raises InputError for what is no text.

    >>> decode("标题,正文".encode("gb18030"), "a.csv")
    ('标题,正文', 'gb18030')
    """
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            raise InputError(f"{name}：内容是{kind}，不是文字。请换成 CSV、Excel（xlsx）或文本文件。")
    for bom, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(bom):
            return data.decode(encoding, errors="replace"), encoding
    # a stray NUL in a cell is dirt, many of them are a program or a picture
    if data[:65536].count(b"\x00") > 8:
        raise InputError(f"{name}：文件里有二进制内容，不是文字。请重新导出为 CSV 或 Excel（xlsx）。")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _decode_other(data)


def _decode_other(data: bytes) -> tuple[str, str]:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000], cp_isolation=["gb18030", "big5"]).best()
    first = "big5" if best is not None and best.encoding == "big5" else "gb18030"
    for encoding in (first, "gb18030", "big5"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    damaged = {encoding: data.decode(encoding, errors="replace") for encoding in ("utf-8", "gb18030")}
    encoding = min(damaged, key=lambda name: damaged[name].count("\ufffd"))
    return damaged[encoding], encoding


def open_tables(path: Path, *, label: str | None = None) -> list[Table]:
    """All tables of a file: one for CSV, TSV and JSONL, one for each sheet of a workbook.

    Raises InputError when the file as a whole cannot be read.
    """
    label = label or path.name
    suffix = suffix_of(path)
    if suffix == ".xlsx":
        return _workbook(path, label)
    text, encoding = decode(read_bytes(path), label)
    if not text.strip():
        raise InputError(f"{label}：文件是空的，没有可读的内容。")
    table = _json_lines(text, label) if suffix == ".jsonl" else _delimited(text, label, suffix)
    if encoding not in ("utf-8", "utf-8-sig"):
        table.notes.append({"path": label, "row": 1, "note": f"按 {encoding} 编码读入"})
    if "\x00" in text:
        table.notes.append({"path": label, "row": 1, "note": "文件里夹着空字符，已去掉"})
    if "\ufffd" in text:
        table.notes.append({"path": label, "row": 1, "note": "有些字节无法解读，已用 \ufffd 代替"})
    return [table]


def suffix_of(path: Path) -> str:
    """The suffix that says what a file is, in lower case and without a trailing .gz."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    return suffixes[-2] if len(suffixes) > 1 and suffixes[-1] == ".gz" else (suffixes or [""])[-1]


def _delimited(text: str, label: str, suffix: str) -> Table:
    # a cell may hold a whole article; csv's own ceiling is 128 KB
    csv.field_size_limit(50_000_000)
    first = text.split("\n", 1)[0]
    delimiter = "\t" if suffix == ".tsv" else max(",\t;", key=first.count)
    table = Table(label, [], [], [])
    reader = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=delimiter)
    begin = 1
    try:
        for values in reader:
            _add_row(table, begin, [unquote_cell(value) for value in values])
            begin = reader.line_num + 1
    except csv.Error as error:
        table.rejected.append({"path": label, "row": begin, "reason": f"这一行起无法解析：{error}"})
    return table


def _workbook(path: Path, label: str) -> list[Table]:
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # missing default styles and the like say nothing about the cells
            book = openpyxl.load_workbook(io.BytesIO(read_bytes(path)), read_only=True, data_only=True)
            tables = []
            for sheet in book.worksheets:
                table = Table(f"{label}〔{sheet.title}〕", [], [], [])
                for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
                    _add_row(table, number, ["" if cell is None else cell for cell in cells])
                tables.append(table)
            book.close()
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, EOFError, TypeError, SyntaxError) as error:
        raise InputError(f"{label}：不是完好的 xlsx 工作簿。请在 Excel 里打开后另存为 xlsx 再试。") from error
    return tables


def _add_row(table: Table, number: int, values: list[Any]) -> None:
    """Take one row in: the first that is not blank is the header, a row with too many cells is rejected."""
    if all(str(value).strip() == "" for value in values):
        return
    if not table.header:
        table.header = [str(value).strip().lstrip("\ufeff") for value in values]
        while table.header and table.header[-1] == "":
            table.header.pop()
        return
    width = len(table.header)
    if len(values) > width and any(str(value).strip() for value in values[width:]):
        reason = f"这一行有 {len(values)} 格，表头只有 {width} 格；多半是正文里的逗号或引号没有配对"
        table.rejected.append({"path": table.path, "row": number, "reason": reason})
        return
    table.records.append((values + [""] * width)[:width])
    table.row_numbers.append(number)


def _json_lines(text: str, label: str) -> Table:
    found: list[tuple[int, dict[str, Any]]] = []
    rejected = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            rejected.append({"path": label, "row": number, "reason": "这一行不是完整的 JSON"})
            continue
        if isinstance(value, dict):
            found.append((number, value))
        else:
            rejected.append({"path": label, "row": number, "reason": "这一行的 JSON 不是「字段: 值」的形式"})
    header = list(dict.fromkeys(str(key) for _, value in found for key in value))
    records = [[_plain(value.get(key, "")) for key in header] for _, value in found]
    return Table(label, header, records, [number for number, _ in found], rejected)


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(str(part) for part in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value


# what a spreadsheet takes for the start of a formula, full-width forms included (OWASP, CSV Injection);
# apostrophes before it count too, so that taking one off again is exact
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def quote_cell(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it as a formula.

    >>> quote_cell("=1+1"), quote_cell("中秋")
    ("'=1+1", '中秋')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unquote_cell(text: str) -> str:
    """The text that `quote_cell` was given; reading a CSV file does so for every cell.

    >>> unquote_cell("'=1+1"), unquote_cell("'90 后")
    ('=1+1', "'90 后")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def map_columns(
    header: Iterable[str],
    contract: Contract,
    *,
    rename: Mapping[str, str] | None = None,
    aliases: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Header in the file to column of the contract; headers that no column claims are absent.

    `rename` wins, then a column's own name, its Chinese caption, and the aliases in the order of the file. Each
    column is claimed once.

    >>> from toolkit import lexicons
    >>> from toolkit.schema import DOCUMENTS
    >>> map_columns(["platform", "标题", "阅读量"], DOCUMENTS, aliases=lexicons.header_aliases())
    {'platform': 'source', '标题': 'title', '阅读量': 'reads'}
    """
    heads = list(dict.fromkeys(head for head in header if head))
    _check_rename(rename or {}, contract)
    captions = {caption: name for name, caption in contract.captions.items()}
    known = {alias: name for alias, name in (aliases or {}).items() if name in contract.names}
    renamed = dict(rename or {})
    found: dict[str, str] = {}
    ways: tuple[Callable[[str], str | None], ...] = (
        renamed.get,
        lambda head: head if head in contract.names else None,
        captions.get,
        lambda head: known.get(head.lower().replace(" ", "").strip("\u3000")),
    )
    for way in ways:
        for head in heads:
            column = way(head)
            if head not in found and column is not None and column not in found.values():
                found[head] = column
    return {head: found[head] for head in heads if head in found}


def _check_rename(rename: Mapping[str, str], contract: Contract) -> None:
    wrong = [name for name in rename.values() if name not in contract.names]
    if wrong:
        raise ColumnError(
            f"rename= 里的 {'、'.join(wrong)} 不是{contract.caption}表的列。可以用：{'、'.join(contract.names)}。"
        )


def table_to_frame(
    table: Table, contract: Contract, mapping: Mapping[str, str], *, now: dt.datetime | None = None
) -> tuple[pd.DataFrame, pd.DataFrame, list[dict[str, Any]]]:
    """The mapped columns in the contract's dtypes, the other columns as text, and a note for each unreadable value.

    Only columns that are mapped are in the first frame; both frames are indexed by the row number in the file.
    """
    index = pd.Index(table.row_numbers, dtype="int64")
    places = {head: place for place, head in reversed(list(enumerate(table.header)))}
    notes: list[dict[str, Any]] = []
    columns: dict[str, pd.Series[Any]] = {}
    for head, name in mapping.items():
        values = [record[places[head]] for record in table.records]
        kind = next(column.kind for column in contract.columns if column.name == name)
        series, troubles = convert(values, kind, index, now=now)
        columns[name] = series
        notes += [
            {"path": table.path, "row": row, "note": f"{head}：{reason}，按空白处理"}
            for row, reason in troubles
        ]
    claimed = {places[head] for head in mapping}
    others = {
        head or f"第{place + 1}列": [str(record[place]) for record in table.records]
        for place, head in enumerate(table.header)
        if place not in claimed
    }
    return pd.DataFrame(columns, index=index), pd.DataFrame(others, index=index, dtype="str"), notes


def convert(
    values: list[Any], kind: str, index: pd.Index[Any], *, now: dt.datetime | None = None
) -> tuple[pd.Series[Any], list[tuple[int, str]]]:
    """A list of cells as one typed column, and (row, reason) for each cell that could not be read."""
    parse = {
        "count": parse_count,
        "time": lambda value: parse_time(value, now=now),
        "date": lambda value: _day(parse_time(value, now=now)),
        "score": parse_number,
        "flag": parse_flag,
    }.get(kind)
    if parse is None:
        cells = [as_list(v) if kind == "list" else _cell_text(v) for v in values]
        return pd.Series(cells, index=index, dtype="object" if kind == "list" else "str"), []
    known: dict[Any, tuple[Any, str]] = {}
    troubles = []
    out = []
    for row, value in zip(index, values, strict=True):
        key = (type(value), value)
        if key not in known:
            known[key] = parse(value)
        result, reason = known[key]
        out.append(result)
        if reason:
            troubles.append((int(row), reason))
    dtypes = {"count": "Int64", "time": TIME_DTYPE, "score": "float64"}
    return pd.Series(out, index=index, dtype=dtypes.get(kind, "object")), troubles


def _day(parsed: tuple[pd.Timestamp, str]) -> tuple[dt.date | None, str]:
    stamp, reason = parsed
    return (None if pd.isna(stamp) else stamp.date()), reason


def _cell_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


_WIDE = str.maketrans("０１２３４５６７８９．，＋－：／　", "0123456789.,+-:/ ")
_COUNT = re.compile(
    r"(?:约|近|超|阅读|播放|点赞|评论|转发)?\s*(\d{1,3}(?:,\d{3})+|\d{1,15})(\.\d{1,6})?\s*([万萬w千k百m亿億]?)\+?"
    r"\s*(?:次|人|条|个|阅读|播放|浏览|赞|评论)*"
)
_UNITS = {
    "萬": 10_000,
    "億": 100_000_000,
    "百": 100,
    "万": 10_000,
    "w": 10_000,
    "千": 1_000,
    "k": 1_000,
    "亿": 100_000_000,
    "m": 1_000_000,
    "": 1,
}
_NOTHING = {"", "-", "--", "—", "——", "/", "n/a", "na", "nan", "none", "null", "无", "暂无", "未知"}


def parse_count(value: Any) -> tuple[int | None, str]:
    """A count as people write it, and the reason when it cannot be read ("" when it could, or was blank).

    >>> parse_count("10万+"), parse_count("1.2w"), parse_count("1,234"), parse_count("--")
    ((100000, ''), (12000, ''), (1234, ''), (None, ''))
    >>> parse_count("很多")
    (None, '看不懂的数字「很多」')
    """
    if isinstance(value, bool):
        return None, f"看不懂的数字「{value}」"
    text = str(value).translate(_WIDE).strip().lower()
    if text in _NOTHING:
        return None, ""
    match = _COUNT.fullmatch(text)
    if match is None:
        what = "负数" if re.fullmatch(r"-\d+(\.\d+)?", text) else "看不懂的数字"
        return None, f"{what}「{_short(value)}」"
    number = float(match[1].replace(",", "") + (match[2] or "")) * _UNITS[match[3]]
    if abs(number - round(number)) > 1e-6 * max(1.0, number):
        return None, f"不是整数「{_short(value)}」"
    return round(number), ""


def parse_number(value: Any) -> tuple[float, str]:
    """A decimal number, missing with a reason when it is none."""
    text = str(value).translate(_WIDE).strip().replace(",", "")
    if text.lower() in _NOTHING:
        return float("nan"), ""
    if re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", text):
        return float(text), ""
    return float("nan"), f"看不懂的数字「{_short(value)}」"


def parse_flag(value: Any) -> tuple[bool, str]:
    """Yes or no as people mark it, blank is no; no with a reason when it is neither.

    >>> parse_flag("是"), parse_flag("FALSE"), parse_flag("")
    ((True, ''), (False, ''), (False, ''))
    """
    try:
        return as_flag(value), ""
    except ValueError as error:
        return False, str(error)


_CLOCK = r"(?:\s*T?\s*(上午|下午|晚上|中午|凌晨|早上)?\s*(\d{1,2})[:时点](\d{1,2})(?:[:分](\d{1,2})秒?)?分?(?:\.\d+)?)?"
_WEEKDAY = re.compile(r"[（(]?(?:周|星期)[一二三四五六日天][)）]?")
_YMD = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?" + _CLOCK)
_YMD8 = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})()(?:(\d{2})(\d{2})(\d{2}))?")
_MD = re.compile(r"(\d{1,2})\s*[-/月]\s*(\d{1,2})\s*日?" + _CLOCK)
_THREE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{2}|\d{4})" + _CLOCK)
_AGO = re.compile(r"(\d{1,4})\s*(秒|分钟|小时|天|周)前")
_NAMED = re.compile(r"(刚刚|今天|昨天|前天)" + _CLOCK)
_ISO_ZONE = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})")
_EXCEL_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a serial has no zone; Shanghai is put on below
_AGO_UNITS = {"秒": "seconds", "分钟": "minutes", "小时": "hours", "天": "days", "周": "weeks"}


def parse_time(value: Any, *, now: dt.datetime | None = None) -> tuple[pd.Timestamp, str]:
    """A date or time as people write it, in Asia/Shanghai, and the reason when it cannot be read.

    Relative dates and dates without a year need `now`; without it they are missing with a reason. A date without a
    year is the latest one not after `now`. 03/04/05 is ambiguous and not guessed.

    >>> parse_time("2026年11月3日 08:30")[0].isoformat()
    '2026-11-03T08:30:00+08:00'
    >>> parse_time("03/04/05")[1]
    '日期有歧义「03/04/05」'
    """
    if isinstance(value, (dt.datetime, dt.date)):
        return as_time(value), ""
    now = None if now is None else checked_moment(now, "now")
    text = str(value).translate(_WIDE).strip()
    if text.lower() in _NOTHING:
        return pd.NaT, ""
    text = _WEEKDAY.sub("", text).strip() if re.search(r"\d", text) else text
    try:
        found = _read_time(text, now)
    except (ValueError, OverflowError, OSError):
        return pd.NaT, f"日期不存在「{_short(value)}」"
    if isinstance(found, str):
        return pd.NaT, f"{found}「{_short(value)}」"
    if not 1990 <= found.year <= 2100:
        return pd.NaT, f"年份不合理「{_short(value)}」"
    return pd.Timestamp(found).tz_convert(TIME_ZONE).as_unit("us"), ""


def _read_time(text: str, now: dt.datetime | None) -> dt.datetime | str:
    """The time a text means, or what is wrong with it."""
    if _ISO_ZONE.fullmatch(text):
        return dt.datetime.fromisoformat(text.replace("Z", "+00:00").replace(" +", "+"))
    if match := _YMD.fullmatch(text) or _YMD8.fullmatch(text):
        return _at(int(match[1]), int(match[2]), int(match[3]), match.groups()[3:])
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return _from_number(float(text))
    if match := _THREE.fullmatch(text):
        return _day_month(match)
    if match := _AGO.fullmatch(text):
        return (
            "没有给出 now，无法换算"
            if now is None
            else now - dt.timedelta(**{_AGO_UNITS[match[2]]: int(match[1])})
        )
    if match := _NAMED.fullmatch(text):
        if now is None:
            return "没有给出 now，无法换算"
        if match[1] == "刚刚":
            return now
        day = now.date() - dt.timedelta(days=["今天", "昨天", "前天"].index(match[1]))
        return _at(day.year, day.month, day.day, match.groups()[1:])
    if match := _MD.fullmatch(text):
        return _yearless(match, now)
    return _mail_time(text)


def _mail_time(text: str) -> dt.datetime | str:
    """Times as feeds and mails write them (RFC 5322): Sun, 20 Sep 2026 08:30:00 +0800."""
    from email.utils import parsedate_to_datetime

    if not re.search(r"[A-Za-z]{3}", text):
        return "看不懂的日期"
    try:
        return as_time(parsedate_to_datetime(text)).to_pydatetime()
    except (ValueError, TypeError, IndexError):
        return "看不懂的日期"


def _at(year: int, month: int, day: int, clock: tuple[str | None, ...]) -> dt.datetime:
    half, *numbers = clock
    hour, minute, second = (int(part or 0) for part in numbers)
    if half in ("下午", "晚上") and hour < 12:
        hour += 12
    return dt.datetime(year, month, day, hour, minute, second, tzinfo=TIME_ZONE)


def _from_number(number: float) -> dt.datetime | str:
    """Excel serials (1990 to 2100), epoch seconds and milliseconds."""
    if 32_874 <= number < 73_416:
        return (_EXCEL_EPOCH + dt.timedelta(seconds=round(number * 86_400))).replace(tzinfo=TIME_ZONE)
    if 631_152_000 <= number < 4_133_980_800:
        return dt.datetime.fromtimestamp(number, tz=TIME_ZONE)
    if 631_152_000_000 <= number < 4_133_980_800_000:
        return dt.datetime.fromtimestamp(number / 1000, tz=TIME_ZONE)
    return "看不懂的日期"


def _day_month(match: re.Match[str]) -> dt.datetime | str:
    """03/25/2026 and 25/03/2026 are clear; two-digit years and two parts up to 12 are not."""
    first, second, year = int(match[1]), int(match[2]), match[3]
    if len(year) == 2 or (first <= 12 and second <= 12 and first != second):
        return "日期有歧义"
    month, day = (second, first) if first > 12 else (first, second)
    return _at(int(year), month, day, match.groups()[3:])


def _yearless(match: re.Match[str], now: dt.datetime | None) -> dt.datetime | str:
    if now is None:
        return "没有给出 now，无法补上年份"
    for year in range(now.year, now.year - 8, -1):
        try:
            found = _at(year, int(match[1]), int(match[2]), match.groups()[2:])
        except ValueError:
            continue
        if found <= now:
            return found
    return "日期不存在"


def _short(value: Any) -> str:
    text = str(value).replace("\n", " ")
    return text if len(text) <= 20 else text[:20] + "…"

"""`open_tables`: a file's tables, told by what is in it first and by its name second."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from toolkit import schema
from toolkit.schema import Contract, InputError
from toolkit.tables._bytes import Lines, damaged, open_bytes, open_lines, read_bytes, suffix_of
from toolkit.tables._cells import unquote_cell
from toolkit.tables._delimited import read_delimited
from toolkit.tables._html import looks_like_page, read_page_tables
from toolkit.tables._json import read_json, read_json_lines
from toolkit.tables._rows import IsHeader, Rows, Table
from toolkit.tables._workbooks import read_old_workbook, read_workbook

_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_JSON_LINES = (".jsonl", ".ndjson")
TABLE_SUFFIXES = (".csv", ".tsv", *_WORKBOOKS, *_JSON_LINES, ".json")
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_LOOK_AHEAD = 20


def open_tables(
    path: Path,
    *,
    label: str | None = None,
    is_header: IsHeader | None = None,
    watch: Callable[[int], None] | None = None,
) -> list[Table]:
    """All tables of a file: one for CSV, TSV and JSON, one for each sheet of a workbook.

    The content decides over the name: a workbook named .csv, text or a web page named .xls are read as what they
    are, with a note. The header is the first row that `is_header` knows among the first ten, else the first row;
    rows above it are noted. `watch` gets how many bytes of the file have been read so far.

    Raises InputError when the file as a whole cannot be read.
    """
    label = label or path.name
    suffix = suffix_of(path)
    with open_bytes(path) as stream:
        start = stream.read(8)
    if start.startswith(_ZIP):
        tables = read_workbook(read_bytes(path), label, is_header)
    elif start.startswith(_OLE):
        tables = read_old_workbook(read_bytes(path), label, is_header)
    else:
        with open_lines(path, label, watch=watch) as lines:
            tables = _read_text(lines, suffix, label, is_header)
    if not any(table.header or table.rejected for table in tables):
        raise InputError(f"{label}：文件是空的，没有可读的内容。")
    for table in tables:
        _say_other_kind(table, suffix)
    return tables


def _read_text(lines: Lines, suffix: str, label: str, is_header: IsHeader | None) -> list[Table]:
    stream = iter(lines)
    head = list(itertools.islice(stream, _LOOK_AHEAD))
    start = "".join(head)[:2000].lstrip()
    text = itertools.chain(head, stream)
    if suffix not in (*_JSON_LINES, ".json") and looks_like_page(start):
        tables = read_page_tables(text, label, is_header)
    else:
        ours = lines.encoding == "utf-8-sig" and bool(head) and head[0].endswith("\r\n")
        tables = [_read_rows(text, suffix, start, Rows(label, is_header), ours=ours)]
    if lines.cut:
        _say_cut(tables, lines.cut, label)
    for table in tables:
        table.encoding = lines.encoding
        table.notes += [{"path": label, "row": 1, "note": note} for note in _remarks(lines)]
    return tables


def _say_cut(tables: list[Table], row: int, label: str) -> None:
    """Reject what follows the rows of a damaged gz file; where they are not told by line, the file as a whole."""
    if not any(table.row_numbers and table.format in ("csv", "tsv", "jsonl") for table in tables):
        raise damaged(label)
    reason = "gz 文件从这一行起已损坏或不完整，后面的没有读。请重新导出或下载"
    tables[0].rejected.append({"path": label, "row": row, "reason": reason})


def _read_rows(text: Iterator[str], suffix: str, start: str, rows: Rows, *, ours: bool) -> Table:
    if suffix == ".json" or (suffix in _JSON_LINES and start.startswith("[")):
        read_json(text, rows)
        table = rows.table(format="json")
    elif suffix in _JSON_LINES:
        read_json_lines(text, rows)
        table = rows.table(format="jsonl")
    else:
        delimiter = read_delimited(text, rows, prefer="\t" if suffix == ".tsv" else "")
        table = rows.table(format="tsv" if delimiter == "\t" and suffix != ".csv" else "csv")
        if ours and _is_own_header(table.header):
            table.columns = [[unquote_cell(cell) for cell in column] for column in table.columns]
    return table


def _remarks(lines: Lines) -> Iterator[str]:
    if lines.encoding not in ("utf-8", "utf-8-sig"):
        yield f"按 {lines.encoding} 编码读入"
    if lines.nuls:
        yield "文件里夹着空字符，已去掉"
    if lines.damaged:
        yield "文件里有损坏的字，显示为 \ufffd"


def _is_own_header(header: list[str]) -> bool:
    """Whether `write_csv` may have written this: the columns of one contract, its key first.

    Only there does an apostrophe before a formula sign mark what a spreadsheet would run; elsewhere it is text.
    """
    contracts = [value for value in vars(schema).values() if isinstance(value, Contract)]
    return any(
        header[0] == contract.names[0] and set(header) <= {*contract.names, "title", "name"}
        for contract in contracts
        if header
    )


def _say_other_kind(table: Table, suffix: str) -> None:
    kinds = {"csv": "文本表格", "tsv": "文本表格", "html": "网页表格"}
    if suffix in _WORKBOOKS and table.format in kinds:
        note = f"扩展名是 {suffix}，内容是{kinds[table.format]}，按{kinds[table.format]}读入"
    elif suffix not in _WORKBOOKS and f".{table.format}" in _WORKBOOKS:
        note = f"扩展名是 {suffix}，内容是 Excel 工作簿，按工作簿读入"
    else:
        note = ""
    if note and table.header:
        table.notes.append({"path": table.path, "row": 1, "note": note})


def table_of_lines(lines: Iterable[str], label: str) -> Table:
    """Lines of text as one table: cells copied from a sheet, split at tabs."""
    rows = Rows(label)
    read_delimited((f"{line}\n" for line in lines), rows, prefer="\t")
    return rows.table(format="tsv")

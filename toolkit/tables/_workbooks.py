"""Workbooks: xlsx by openpyxl; xls, xlsb and ods by calamine in a process of its own; web pages named .xls by lxml.

openpyxl keeps long numbers exactly and tells error cells, calamine does neither. calamine lays a sheet out as one
block, so that one stray cell far down and far right asks for hundreds of GB and ends the process: hence the process.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from toolkit.schema import InputError, ToolkitError
from toolkit.tables._bytes import BLOCK
from toolkit.tables._rows import IsHeader, Rows, Table, is_blank

# a bomb unpacks to a thousand times its size and more, sheets of repeated cells to a hundred; small ones do no harm
_MAX_UNPACKED = 1_500_000_000
_MAX_RATIO = 200
_RATIO_FROM = 200_000_000
_LAST_ROW = 1_048_576  # Excel's own
_ERRORS = {
    "#N/A",
    "#REF!",
    "#DIV/0!",
    "#VALUE!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
    "#GETTING_DATA",
    "#SPILL!",
    "#CALC!",
}
_DAMAGED = "不是完好的 {kind} 工作簿。请在 Excel 里打开后另存为 xlsx 再试。"
_LOCKED = "工作簿有密码，打不开。请在 Excel 里去掉密码后另存再试。"
_SECONDS = 120  # the largest xls there can be (65 536 rows a sheet) takes some ten
_UNVALUED = "是公式，文件里没有存它的结果，按空白处理。请在 Excel 里打开并保存，再读一次"
# what a linked cell shows: the last argument where it is plain text, else the address itself
_LINK = re.compile(r'=HYPERLINK\((?:.*,)?\s*"((?:[^"]|"")*)"\s*\)', re.IGNORECASE | re.DOTALL)
# in a sheet's XML: a formula, or cells of one column merged (A2:A5)
_MARK = re.compile(rb'<(?:\w+:)?(?:(f)[ />]|mergeCell [^>]*?ref="([A-Z]+)(\d+):\2(\d+)")')
_LONGEST_MARK = 100


def read_workbook(data: bytes, label: str, is_header: IsHeader | None) -> list[Table]:
    """Every sheet of a workbook that is a zip (xlsx, xlsm, xlsb, ods)."""
    kind = _kind_of_zip(data, label)
    if kind == "xlsx":
        try:
            return _by_openpyxl(data, label, is_header)
        except ToolkitError:
            raise
        except Exception:  # noqa: BLE001, S110 - openpyxl raises whatever a damaged or odd part makes it stumble over
            pass  # calamine asks less of styles and filters
    return _by_calamine(data, kind, label, is_header)


def read_old_workbook(data: bytes, label: str, is_header: IsHeader | None) -> list[Table]:
    """Every sheet of an xls file. Raises InputError when it is locked with a password or is something else."""
    try:
        return _by_calamine(data, "xls", label, is_header)
    except InputError as error:
        # the names of the parts of an OLE file are in UTF-16
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise InputError(f"{label}：{_LOCKED}") from error
        if "WordDocument".encode("utf-16-le") in data:
            raise InputError(
                f"{label}：这是 Word 文档，不是表格。请把内容存成文本文件或 Excel 表。"
            ) from error
        raise


def _kind_of_zip(data: bytes, label: str) -> str:
    """What a zip is, by its parts. Raises InputError for a damaged one, a bomb, and what is no workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            infos = parts.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError) as error:
        raise InputError(f"{label}：{_DAMAGED.format(kind='xlsx')}") from error
    size = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos) or 1
    if size > _MAX_UNPACKED or (size > _RATIO_FROM and size > _MAX_RATIO * packed):
        raise InputError(
            f"{label}：解压后过大（{size / 1e9:.1f} GB），没有读。请另存为 CSV，或拆成几个文件。"
        )
    names = {info.filename for info in infos}
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "content.xml" in names:
        return "ods"
    if any(name.lower().startswith("xl/") for name in names):
        return "xlsx"
    raise InputError(f"{label}：内容是压缩包或其他 Office 文件，不是 Excel 工作簿。请解压，或另存为 xlsx。")


def _by_openpyxl(data: bytes, label: str, is_header: IsHeader | None) -> list[Table]:
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # missing default styles and the like say nothing about the cells
        book = _load(data, data_only=True)
        formulas: Any = None
        for sheet in book.worksheets:
            rows = Rows(f"{label}〔{sheet.title}〕", is_header)
            if sheet.sheet_state != "visible":
                rows.note(1, "这是隐藏的工作表，也读了")
            calculated, merged = _marks(sheet)
            if calculated and formulas is None:
                formulas = _load(data, data_only=False)
            lines = _cells(sheet, formulas[sheet.title] if calculated else None, rows)
            for number, cells in enumerate(_filled(lines, merged, rows), start=1):
                if number > _LAST_ROW:
                    raise InputError(f"{label}：{_DAMAGED.format(kind='xlsx')}")
                _take(rows, number, cells)
            found.append(rows.table(format="xlsx"))
    return found


def _load(data: bytes, *, data_only: bool) -> Any:
    """The workbook as openpyxl has it, but for the shared texts: it would take each x005F_ out of them.

    Then a _x000D_ that somebody wrote could not be told from a line end.
    """
    from openpyxl.cell.text import Text
    from openpyxl.reader.excel import ExcelReader
    from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
    from openpyxl.xml.functions import iterparse

    reader = ExcelReader(io.BytesIO(data), read_only=True, data_only=data_only)

    def read_strings() -> None:
        part = reader.package.find(SHARED_STRINGS)
        if part is None:
            return
        with reader.archive.open(part.PartName[1:]) as source:
            for _, node in iterparse(source):
                if node.tag == f"{{{SHEET_MAIN_NS}}}si":
                    reader.shared_strings.append(Text.from_tree(node).content)
                    node.clear()

    reader.read_strings = read_strings
    reader.read()
    return reader.wb


def _marks(sheet: Any) -> tuple[bool, dict[int, dict[int, int]]]:
    """Whether a sheet has formulas, and what is merged downwards: first row to column to last row."""
    from openpyxl.utils import column_index_from_string

    calculated, before = False, b""
    merged: dict[int, dict[int, int]] = {}
    with sheet._get_source() as part:
        for block in iter(lambda: part.read(BLOCK), b""):
            for formula, column, first, last in _MARK.findall(before + block):
                if formula:
                    calculated = True
                else:
                    place = column_index_from_string(column.decode()) - 1
                    merged.setdefault(int(first), {})[place] = int(last)
            before = block[-_LONGEST_MARK:]
    return calculated, merged


def _cells(sheet: Any, formulas: Any, rows: Rows) -> Iterator[list[Any]]:
    """The cells of each row; a formula whose result was not saved is blank with a note, a link what it shows."""
    # many exporters write A1 as the size of every sheet, and openpyxl would believe it
    sheet.reset_dimensions()
    if formulas is None:
        for cells in sheet.iter_rows(values_only=True):
            yield [_unescaped(value) for value in cells]
        return
    formulas.reset_dimensions()
    for number, pair in enumerate(zip(sheet.iter_rows(), formulas.iter_rows(), strict=True), start=1):
        values = [_unescaped(cell.value) for cell in pair[0]]
        for place, (cell, formula) in enumerate(zip(*pair, strict=True)):
            # a result that is an empty text is of the type "str"
            if formula.data_type == "f" and cell.value is None and cell.data_type != "str":
                link = _LINK.fullmatch(str(formula.value))
                values[place] = link[1].replace('""', '"') if link else ""
                if not link:
                    rows.note(number, f"第 {place + 1} 列{_UNVALUED}")
        yield values


def _unescaped(value: Any) -> Any:
    """A cell of an xlsx with its _xHHHH_ (ECMA-376, ST_Xstring) as the characters they stand for, None as blank."""
    if type(value) is str and "_x" in value:
        from openpyxl.utils.escape import unescape

        return unescape(value).replace("\x00", "")
    return "" if value is None else value


def _filled(lines: Iterator[list[Any]], merged: dict[int, dict[int, int]], rows: Rows) -> Iterator[list[Any]]:
    """The rows with merged cells below the header filled down from the first one, as they look in Excel."""
    running: dict[int, tuple[int, Any]] = {}  # column to the last row and the value
    for number, values in enumerate(lines, start=1):
        for column, (last, value) in running.items():
            if number <= last and not is_blank(values):
                values.extend([""] * (column + 1 - len(values)))
                values[column] = value
        for column, last in merged.get(number, {}).items():
            if rows.header and column < len(values):
                if not running:
                    rows.note(number, "从这一行起有上下合并的单元格，合并的各行都按第一格读入")
                running[column] = (last, values[column])
        yield values


def _take(rows: Rows, number: int, values: list[Any]) -> None:
    for place, value in enumerate(values):
        if type(value) is str and value in _ERRORS:
            rows.note(number, f"第 {place + 1} 列是 Excel 的出错值 {value}，按空白处理")
            values[place] = ""
    rows.add(number, values)


def _by_calamine(data: bytes, kind: str, label: str, is_header: IsHeader | None) -> list[Table]:
    """The sheets as a child process reads them; whatever ends the child is a damaged file."""
    child = Path(__file__).with_name("_calamine.py")
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(child)],
            input=data,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # no black window on Windows
        )
        found = list(_sheets(done.stdout.splitlines(), kind, label, is_header))
    except ToolkitError:
        raise
    except subprocess.CalledProcessError as error:
        if b"password" in error.stderr.lower():
            raise InputError(f"{label}：{_LOCKED}") from error
        raise InputError(f"{label}：{_DAMAGED.format(kind=kind)}") from error
    except (subprocess.TimeoutExpired, OSError, ValueError) as error:
        raise InputError(f"{label}：{_DAMAGED.format(kind=kind)}") from error
    return found


def _sheets(lines: list[bytes], kind: str, label: str, is_header: IsHeader | None) -> Iterator[Table]:
    rows: Rows | None = None
    for line in lines:
        value = json.loads(line)
        if isinstance(value, dict):
            if rows is not None:
                yield rows.table(format=kind)
            rows = Rows(f"{label}〔{value['sheet']}〕", is_header)
            number = 0
            if value["hidden"]:
                rows.note(1, "这是隐藏的工作表，也读了")
        elif rows is not None:
            number += 1
            _take(rows, number, [_cell(cell) for cell in value])
    if rows is not None:
        yield rows.table(format=kind)


def _cell(value: Any) -> Any:
    """A cell as the child wrote it: dates and times come as {"datetime": ISO text} and the like."""
    kinds: dict[str, Any] = {"datetime": dt.datetime, "date": dt.date, "time": dt.time}
    if isinstance(value, dict):
        ((kind, text),) = value.items()
        return kinds[kind].fromisoformat(text)
    return value

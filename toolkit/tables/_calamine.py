"""Run by itself, never imported: reads a workbook from standard input with calamine, writes a JSON line for each row.

A line before each sheet names it: {"sheet": …, "hidden": …}.
"""

import contextlib
import datetime as dt
import io
import json
import sys
from typing import Any

# a sheet laid out as a block; Windows has no such limit and refuses what it cannot give
_MEMORY = 4_000_000_000


def cell(value: Any) -> Any:
    """A cell as JSON can say it; durations as text."""
    for kind in (dt.datetime, dt.date, dt.time):
        if isinstance(value, kind):
            return {kind.__name__: value.isoformat()}
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return str(value) if isinstance(value, dt.timedelta) else value


def main() -> None:
    """Write every sheet that has cells."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    book = CalamineWorkbook.from_object(io.BytesIO(sys.stdin.buffer.read()))
    for sheet in book.sheets_metadata:
        if sheet.typ != SheetTypeEnum.WorkSheet:
            continue
        data = book.get_sheet_by_name(sheet.name)
        hidden = sheet.visible != SheetVisibleEnum.Visible
        print(json.dumps({"sheet": sheet.name, "hidden": hidden}))
        for row in data.iter_rows():
            print(json.dumps([cell(value) for value in row]))


if __name__ == "__main__":
    main()

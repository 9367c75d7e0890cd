"""CSV as Excel likes it: a BOM, the contract's column names, and no cell that runs as a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toolkit.export._posts import joined, write_bytes

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
    """The text that `quote_cell` was given; readers of our CSV files call it on every text cell.

    >>> unquote_cell("'=1+1"), unquote_cell("'90 后")
    ('=1+1', "'90 后")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def write_csv(frame: pd.DataFrame, path: Path | str) -> Path:
    """Write a frame as CSV and return the path: the frame's column names, UTF-8 with BOM, CRLF line ends.

    Lists are joined by 、, times are ISO 8601 with their offset, yes and no are TRUE and FALSE, missing
    values are empty. Text that a spreadsheet would run gets an apostrophe before it (`unquote_cell` takes
    it off); numbers are untouched. An empty frame gives the header alone. Raises InputError when the path
    cannot be written.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([quote_cell(str(name)) for name in frame.columns])
    columns = [[_cell(value) for value in frame.iloc[:, place]] for place in range(frame.shape[1])]
    writer.writerows(zip(*columns, strict=True))
    # a lone surrogate is no character; U+FFFD says that something stood there
    text = re.sub("[\ud800-\udfff]", "\ufffd", out.getvalue())
    return write_bytes(path, text.encode("utf-8-sig"))


def _cell(value: Any) -> str:
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
        return quote_cell(joined(value))
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, (int, float, np.integer, np.floating)):
        return str(value)
    return quote_cell(str(value))

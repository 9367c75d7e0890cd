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

from toolkit.export._posts import joined, posts, write_bytes
from toolkit.schema import CALENDAR, Plan
from toolkit.tables import quote_cell


def write_csv(
    plan_or_frame: Plan | pd.DataFrame,
    path: Path | str,
    *,
    items: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
) -> Path:
    """Write a frame as CSV and return the path: the frame's column names, UTF-8 with BOM, CRLF line ends.

    A Plan, and a CALENDAR with `items` and `groups`, are written as CALENDAR with each post's title and group name
    behind.

    Lists are joined by 、, times are ISO 8601 with their offset, yes and no are TRUE and FALSE, missing
    values are empty. Text that a spreadsheet would run gets an apostrophe before it (`unquote_cell` takes
    it off, and reading the file does so by itself); numbers are untouched. A CALENDAR comes back through `read_calendar`.
    An empty frame gives the header alone. Raises InputError when the path
    cannot be written.
    """
    frame = _named(plan_or_frame, items, groups)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([quote_cell(str(name)) for name in frame.columns])
    columns = [[_cell(value) for value in frame.iloc[:, place]] for place in range(frame.shape[1])]
    writer.writerows(zip(*columns, strict=True))
    # a lone surrogate is no character; U+FFFD says that something stood there
    text = re.sub("[\ud800-\udfff]", "\ufffd", out.getvalue())
    return write_bytes(path, text.encode("utf-8-sig"))


def _named(
    plan_or_frame: Plan | pd.DataFrame, items: pd.DataFrame | None, groups: pd.DataFrame | None
) -> pd.DataFrame:
    if not isinstance(plan_or_frame, Plan) and items is None and groups is None:
        return plan_or_frame
    return posts(plan_or_frame, items=items, groups=groups)[[*CALENDAR.names, "title", "name"]]


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

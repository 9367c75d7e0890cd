"""Records to typed columns: headers mapped to a contract, cells converted, a note for each that could not be."""

from __future__ import annotations

import datetime as dt
import functools
import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from toolkit.schema import TIME_DTYPE, TIME_ZONE, ColumnError, Contract, as_list
from toolkit.tables._cells import parse_count, parse_flag, parse_number
from toolkit.tables._rows import Table, is_blank
from toolkit.tables._times import parse_time, plain_moment

# notes on one column of one table; more of the same kind say nothing new and take memory
_MOST_NOTES = 10_000
_REMEMBERED = 10_000
_NO_MOMENT = -(2**63)  # what numpy keeps for NaT


def map_columns(
    header: Iterable[str],
    contract: Contract,
    *,
    rename: Mapping[str, str] | None = None,
    aliases: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Header in the file to column of the contract; headers that no column claims are absent.

    `rename` wins, then a column's own name, its Chinese caption, and the aliases, earlier ones before later ones.
    Each column is claimed once. Blanks, letter case, full-width forms and a unit in brackets, （次） or （条）, do not
    count; （万） does, since its numbers are others.

    >>> from toolkit import lexicons
    >>> from toolkit.schema import DOCUMENTS
    >>> map_columns(["platform", "标题", "阅读量"], DOCUMENTS, aliases=lexicons.header_aliases())
    {'platform': 'source', '标题': 'title', '阅读量': 'reads'}
    """
    return _claims(header, contract, rename, aliases)[0]


def spare_columns(
    header: Iterable[str],
    contract: Contract,
    *,
    rename: Mapping[str, str] | None = None,
    aliases: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Header to the column that another header has in `map_columns`, in the order in which they fill its gaps; no counts.

    >>> from toolkit import lexicons
    >>> from toolkit.schema import DOCUMENTS
    >>> spare_columns(["标题", "title", "备注"], DOCUMENTS, aliases=lexicons.header_aliases())
    {'标题': 'title'}
    """
    # 在看 is no stand-in for 点赞: a count is filled from its own column only
    counts = {column.name for column in contract.columns if column.kind == "count"}
    spares = _claims(header, contract, rename, aliases)[1]
    return {head: name for head, name in spares.items() if name not in counts}


def _claims(
    header: Iterable[str],
    contract: Contract,
    rename: Mapping[str, str] | None,
    aliases: Mapping[str, str] | None,
) -> tuple[dict[str, str], dict[str, str]]:
    """What `map_columns` and `spare_columns` give."""
    heads = list(dict.fromkeys(head for head in header if head))
    _check_rename(rename or {}, heads, contract)
    captions = {caption: name for name, caption in contract.captions.items()}
    known = {alias: name for alias, name in (aliases or {}).items() if name in contract.names}
    plain = {head: _plain_head(head) for head in heads}
    rank = {alias: place for place, alias in enumerate(known)}
    ways: tuple[tuple[Iterable[str], Callable[[str], str | None]], ...] = (
        (heads, dict(rename or {}).get),
        (heads, lambda head: head if head in contract.names else None),
        (heads, captions.get),
        (sorted(heads, key=lambda head: rank.get(plain[head], 0)), lambda head: known.get(plain[head])),
    )
    found: dict[str, str] = {}
    spares: dict[str, str] = {}
    for ordered, way in ways:
        for head in ordered:
            column = way(head)
            if head in found or column is None:
                continue
            if column in found.values():
                spares.setdefault(head, column)
            else:
                found[head] = column
    return (
        {head: found[head] for head in heads if head in found},
        {head: column for head, column in spares.items() if head not in found},
    )


def _plain_head(head: str) -> str:
    """A header as the aliases have it: half-width, lower case, without blanks, a closing colon, star or unit."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", head)).lower().strip("*:\ufeff")
    return re.sub(r"\((?:次|个|人|条|篇|数|元)\)$", "", text)


def _check_rename(rename: Mapping[str, str], heads: list[str], contract: Contract) -> None:
    wrong = [name for name in rename.values() if name not in contract.names]
    if wrong:
        raise ColumnError(
            f"rename= 里的 {'、'.join(wrong)} 不是{contract.caption}表的列。可以用：{'、'.join(contract.names)}。"
        )
    wanted: dict[str, list[str]] = {}
    for head in heads:
        if head in rename:
            wanted.setdefault(rename[head], []).append(head)
    for column, claims in wanted.items():
        if len(claims) > 1:
            raise ColumnError(
                f"rename= 里的 {'、'.join(claims)} 都对应 {column}，一张表里一列只能有一个表头。请只留一个。"
            )


def table_to_frame(
    table: Table,
    contract: Contract,
    mapping: Mapping[str, str],
    *,
    now: dt.datetime | None = None,
    consume: bool = False,
    spares: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, list[dict[str, Any]]]:
    """The mapped columns in the contract's dtypes, the other columns as text, and a note for each unreadable value.

    Only columns that are mapped are in the first frame; both frames are indexed by the row number in the file.
    Blank cells are filled from the header's `spares`, which are among the other columns too. `consume` empties the table on the way, which a file of a gigabyte needs.
    """
    index = pd.Index(np.asarray(table.row_numbers, dtype="int64"))
    kinds = {column.name: column.kind for column in contract.columns}
    cells = dict(zip(table.header, table.columns, strict=True))
    if consume:
        table.columns = []
    for head, column in mapping.items():
        for spare in [other for other, wanted in (spares or {}).items() if wanted == column]:
            pairs = zip(cells[head], cells[spare], strict=True)
            cells[head] = [more if is_blank([cell]) else cell for cell, more in pairs]
    notes: list[dict[str, Any]] = []
    columns: dict[str, pd.Series[Any]] = {}
    others: dict[str, pd.Series[Any]] = {}
    for head in list(cells):
        kind = kinds[mapping[head]] if head in mapping else "text"
        series, troubles = convert(cells.pop(head), kind, index, now=now)
        (columns if head in mapping else others)[mapping.get(head, head)] = series
        notes += [
            {"path": table.path, "row": row, "note": f"{head}：{reason}，按空白处理"}
            for row, reason in troubles[:_MOST_NOTES]
        ]
        if len(troubles) > _MOST_NOTES:
            rest = f"{head}：另有 {len(troubles) - _MOST_NOTES} 格读不出，按空白处理"
            notes.append({"path": table.path, "row": troubles[_MOST_NOTES][0], "note": rest})
    extra = pd.DataFrame(
        others, index=index, columns=None if others else pd.Index([], dtype="str"), copy=False
    )
    return pd.DataFrame(columns, index=index, copy=False), extra, notes


def convert(
    values: list[Any], kind: str, index: pd.Index[Any], *, now: dt.datetime | None = None
) -> tuple[pd.Series[Any], list[tuple[int, str]]]:
    """A list of cells as one typed column, and (row, reason) for each cell that could not be read."""
    if kind in ("text", "records"):
        return pd.Series([_cell_text(value) for value in values], index=index, dtype="str"), []
    if kind == "list":
        return pd.Series([as_list(value) for value in values], index=index, dtype="object"), []
    if kind == "time":
        return _times(values, index, now)
    if kind == "count":
        return _counts(values, index)
    parse = {
        "date": lambda value: _day(parse_time(value, now=now)),
        "score": parse_number,
        "flag": parse_flag,
    }[kind]
    parsed = [parse(value) for value in values]
    dtype = "float64" if kind == "score" else "object"
    troubles = [(int(row), reason) for row, (_, reason) in zip(index, parsed, strict=True) if reason]
    return pd.Series([value for value, _ in parsed], index=index, dtype=dtype), troubles


def _counts(values: list[Any], index: pd.Index[Any]) -> tuple[pd.Series[Any], list[tuple[int, str]]]:
    """Counts as Int64: plain digits at once, anything else through `parse_count`."""
    parse = functools.lru_cache(maxsize=_REMEMBERED, typed=True)(parse_count)
    numbers, missing, troubles = array("q"), bytearray(), []
    for row, value in zip(index, values, strict=True):
        if type(value) is str and value.isascii() and value.isdigit() and len(value) < 16:
            numbers.append(int(value))
            missing.append(False)
            continue
        number, reason = parse(value)
        numbers.append(number or 0)
        missing.append(number is None)
        if reason:
            troubles.append((int(row), reason))
    mask = np.frombuffer(missing, dtype="bool").copy()
    found = pd.arrays.IntegerArray(np.frombuffer(numbers, dtype="int64").copy(), mask)
    return pd.Series(found, index=index), troubles


def _times(
    values: list[Any], index: pd.Index[Any], now: dt.datetime | None
) -> tuple[pd.Series[Any], list[tuple[int, str]]]:
    """Times in Shanghai: the commonest way of writing at once, anything else through `parse_time`."""
    parse = functools.lru_cache(maxsize=_REMEMBERED, typed=True)(functools.partial(parse_time, now=now))
    moments, troubles = array("q"), []
    for row, value in zip(index, values, strict=True):
        moment = plain_moment(value)
        if moment is None:
            stamp, reason = parse(value)
            moment = int(stamp.as_unit("us").asm8.astype("int64")) if not pd.isna(stamp) else _NO_MOMENT
            if reason:
                troubles.append((int(row), reason))
        moments.append(moment)
    found = np.frombuffer(moments, dtype="datetime64[us]").copy()
    times = pd.DatetimeIndex(found, tz="UTC").tz_convert(TIME_ZONE)
    return pd.Series(times, index=index, dtype=TIME_DTYPE), troubles


def _day(parsed: tuple[pd.Timestamp, str]) -> tuple[dt.date | None, str]:
    stamp, reason = parsed
    return (None if pd.isna(stamp) else stamp.date()), reason


def _cell_text(value: Any) -> str:
    if type(value) is str:
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)

"""`check`: a frame in its contract's columns and dtypes, blank cells filled, words read back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from toolkit.schema._columns import REQUIRED, Column, Contract
from toolkit.schema._values import (
    TIME_DTYPE,
    ColumnError,
    as_date,
    as_flag,
    as_list,
    as_time,
    is_missing,
    shown_value,
)
from toolkit.schema._words import COLUMN_WORDS, VALUES, WORDS


def check(frame: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """Give the frame with the contract's columns first and in its dtypes; further columns stay behind them.

    Columns with a default are filled in, blank cells too. Chinese captions are taken for the columns' names where
    those are absent, and the words an editor reads (促销, 待发) for the values. An empty frame gives an empty frame.

    Raises ColumnError for what is no frame, when a required column is absent, a name stands over two columns, or a
    column cannot be turned into its dtype.

    >>> from toolkit.schema import DOCUMENTS
    >>> check(pd.DataFrame({"doc_id": ["a"], "title": ["t"]}), DOCUMENTS)["reads"].dtype
    Int64Dtype()
    """
    frame = as_frame(frame, contract.caption)
    named = {c.caption: c.name for c in contract.columns if c.name not in frame and c.caption in frame}
    frame = frame.rename(columns=named) if named else frame
    missing = tuple(name for name in contract.required if name not in frame.columns)
    if missing:
        present = tuple(str(name) for name in frame.columns)
        captions = "、".join(f"{name}（{contract.captions[name]}）" for name in missing)
        raise ColumnError(
            f"{contract.caption}表缺少列 {captions}。现有的列：{'、'.join(present) or '无'}。"
            "请补上这些列，或把对应那一列的表头改成这个名字。",
            missing=missing,
            present=present,
        )
    columns = {column.name: _as_column(frame, column, contract) for column in contract.columns}
    rest = {name: frame[name] for name in frame.columns if name not in columns}
    return pd.DataFrame({**columns, **rest}, index=frame.index, copy=False)


def as_frame(value: Any, caption: str) -> pd.DataFrame:
    """The value, if it is a frame whose columns have different names; `caption` names the table in messages.

    Raises ColumnError for anything else.
    """
    if not isinstance(value, pd.DataFrame):
        raise ColumnError(
            f"这里要一张{caption}表（DataFrame），收到的是 {shown_value(value)}。"
            "请先用 read_documents 读进内容（条目用 read_items，群用 read_groups），再把结果的 frame 交进来；"
            "别的表请用得出它的那一步。"
        )
    twice = list(dict.fromkeys(str(name) for name in value.columns[value.columns.duplicated()]))
    if twice:
        raise ColumnError(
            f"{caption}表里列名重复：{'、'.join(twice)}。同一个名字只能有一列，请删去或改名其中一列，再交给这一步。",
            present=tuple(str(name) for name in value.columns),
        )
    return value


def _as_column(frame: pd.DataFrame, column: Column, contract: Contract) -> pd.Series[Any]:
    if column.name not in frame.columns:
        return _filled(column, frame.index)
    series = frame[column.name]
    try:
        return _converted(series, column)
    except (ValueError, TypeError, AttributeError) as error:
        raise ColumnError(
            f"{contract.caption}表的列 {column.name}（{column.caption}）里有不合要求的值：{error}。"
            "请先用 read_documents、read_items 等读入动作整理，再交给这一步。"
        ) from error


def _filled(column: Column, index: pd.Index[Any]) -> pd.Series[Any]:
    if column.kind == "list":
        return pd.Series([list(column.default or []) for _ in index], index=index, dtype="object")
    if column.kind == "time":
        return pd.Series(pd.NaT, index=index, dtype=TIME_DTYPE)
    value = pd.NA if column.default is None and column.kind == "count" else column.default
    # one value taken many times: a list of a million would be looked at value by value
    one = pd.Series([value], dtype=column.dtype).array
    return pd.Series(one.take(np.zeros(len(index), dtype=np.intp)), index=index)


def _converted(series: pd.Series[Any], column: Column) -> pd.Series[Any]:
    if column.kind == "time":
        return _as_times(series)
    if column.kind == "list":
        return pd.Series([as_list(value) for value in series], index=series.index, dtype="object")
    if column.kind == "records":
        return series.astype("object")
    if column.kind == "date":
        return pd.Series([_as_day(value) for value in series], index=series.index, dtype="object")
    if column.kind == "text":
        return _as_text(series, column)
    if column.kind == "flag":
        return pd.Series([as_flag(value) for value in series], index=series.index, dtype="bool")
    filled = series
    if not pd.api.types.is_numeric_dtype(series.dtype):
        blank = series.map(lambda value: isinstance(value, str) and not value.strip())
        filled = series.mask(blank.astype("bool"), None)
    if not column.optional and column.default is not REQUIRED:
        filled = filled.where(filled.notna(), column.default)
    try:
        return filled.astype(column.dtype)
    except (ValueError, TypeError, OverflowError):
        said = [value for value in filled if not is_missing(value)]
        for word, right in (("数字", _is_number), ("整数", _is_whole)):
            bad = [value for value in said if not right(value)]
            if bad:
                raise ValueError(f"「{str(bad[0])[:20]}」不是{word}") from None
        raise


def _is_whole(value: Any) -> bool:
    return float(value).is_integer() and abs(float(value)) < 2**63


def is_held_back(review: pd.Series[Any]) -> pd.Series[Any]:
    """Which items may not be sent yet, by their column `review`: those not approved, where any row says something.

    >>> list(is_held_back(pd.Series(["approved", "通过", None, "returned"])))
    [False, False, True, True]
    >>> list(is_held_back(pd.Series([None, ""])))
    [False, False]
    """
    words = pd.Series(
        ["" if is_missing(value) else str(value).strip().lower() for value in review], index=review.index
    )
    return (words != "").any() & ~words.isin(("approved", "通过", "已通过"))


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (ValueError, TypeError):
        return False
    return True


def _as_times(series: pd.Series[Any]) -> pd.Series[Any]:
    try:
        return to_shanghai(series)
    except (ValueError, TypeError):
        for value in series:
            _as_day(value)
        raise


def _as_day(value: Any) -> dt.date | None:
    try:
        return as_date(value)
    except (ValueError, TypeError):
        raise ValueError(f"「{str(value)[:20]}」不是日期或时间") from None


def _as_text(series: pd.Series[Any], column: Column) -> pd.Series[Any]:
    """Text with blank cells missing or defaulted, and words for values turned back into the values."""
    text = series.astype("str")
    if column.choices:
        own = {word: value for value, word in COLUMN_WORDS.get(column.name, {}).items()}
        known = {word: value for word, value in {**VALUES, **own}.items() if value in column.choices}
        text = text.map(lambda value: known.get(value, value)).astype("str")
    if column.optional:
        return text.mask(text == "")
    default = "" if column.default is REQUIRED else column.default
    text = text.fillna(default)
    text = text.mask(text == "", default) if default else text
    unknown = sorted(set(text) - set(column.choices)) if column.strict else []
    if unknown:
        listed = "、".join(f"{value}（{WORDS[value]}）" for value in column.choices)
        raise ValueError(f"「{unknown[0]}」不认识，可以用：{listed}")
    return text


def to_shanghai(series: pd.Series[Any]) -> pd.Series[Any]:
    """The series as times in Asia/Shanghai; times without a zone are taken as Shanghai's own.

    >>> str(to_shanghai(pd.Series(["2026-09-01 08:00"]))[0])
    '2026-09-01 08:00:00+08:00'
    """
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        return series.astype(TIME_DTYPE)
    return pd.Series([as_time(value) for value in series], index=series.index, dtype=TIME_DTYPE)

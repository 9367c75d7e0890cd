"""Errors an editor may meet, and single values: times, days, lists, yes and no."""

from __future__ import annotations

import datetime as dt
import hashlib
import numbers
import os
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

TIME_ZONE = ZoneInfo("Asia/Shanghai")


TIME_DTYPE = "datetime64[us, Asia/Shanghai]"


class ToolkitError(ValueError):
    """The root of every error meant for an editor; its text is Chinese and ends in what to do next."""


class InputError(ToolkitError):
    """A file, folder or page cannot be used at all."""


class ColumnError(ToolkitError):
    """A table lacks a column, or a column holds what it must not."""

    def __init__(self, message: str, *, missing: tuple[str, ...] = (), present: tuple[str, ...] = ()) -> None:
        """Keep the missing and the present column names beside the message."""
        super().__init__(message)
        self.missing = missing
        self.present = present


class ChoiceError(ToolkitError):
    """An argument is not one of the values that are known."""


class PlanError(ToolkitError):
    """Items, groups or rules cannot be planned with as they are."""


class PlaybookError(ToolkitError):
    """A playbook's file, or what is asked of it, cannot be used as it is."""


class StoreError(ToolkitError):
    """The workspace file cannot be used."""


def is_missing(value: Any) -> bool:
    """Whether a single value is None, NaN, NA or NaT.

    >>> is_missing(None), is_missing(pd.NA), is_missing(""), is_missing(0)
    (True, True, False, False)
    """
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


_YES = frozenset({"☑", "✔", "是", "true", "1", "y", "yes", "√", "✓", "对", "必发"})


_NO = frozenset({"否", "false", "0", "n", "no", "×", "✕", "不", "不是", "", "-", "--", "无", "nan", "none"})


def as_flag(value: Any) -> bool:
    """Yes or no from a truth value, a number, or what people write; missing is no. Raises ValueError for the rest.

    >>> as_flag("是"), as_flag("FALSE"), as_flag(None), as_flag(1)
    (True, False, False, True)
    """
    if is_missing(value):
        return False
    text = re.sub(r"\.0+$", "", str(value).strip().lower())
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise ValueError(f"看不懂的是否「{str(value)[:20]}」")


def as_whole(value: Any, name: str, least: int = 1, most: int | None = None) -> int:
    """A whole number given as the argument `name`, as an int; numpy's whole numbers are taken, True and 3.0 are not.

    Raises ChoiceError for anything else, and for a number below `least` or above `most`.

    >>> as_whole(7, "window_days")
    7
    """
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if whole and least <= int(value) and (most is None or int(value) <= most):
        return int(value)
    bounds = f"{least} 或更大" if most is None else f"{least} 到 {most} "
    said = name if name.endswith("）") else f"{name} "
    raise ChoiceError(f"{said}要写成 {bounds}的整数（现在是 {shown_value(value)}）。")


def shown_value(value: Any) -> str:
    """A value that was given as an argument, short, for a message.

    >>> shown_value("七天"), shown_value(None), shown_value(["很长很长的一个词"] * 9)
    ("'七天'", 'None', "['很长很长的一个词', '很长很长的一个词',…")
    """
    if isinstance(value, numbers.Integral):
        return str(value)
    if hasattr(value, "rejected"):
        return "读入的结果，它的表在 frame 里"
    if isinstance(value, pd.DataFrame):
        return "一张表"
    written = repr(value)
    return written if len(written) <= 24 else f"{written[:24]}…"


def checked_moment(value: Any, what: str) -> dt.datetime:
    """A moment given as an argument, in Asia/Shanghai; times without a zone are taken as Shanghai's own.

    Raises ChoiceError for what is no moment.
    """
    try:
        stamp = None if isinstance(value, (int, float)) else as_time(value)
    except (ValueError, TypeError):
        stamp = None
    if stamp is None or pd.isna(stamp):
        raise ChoiceError(
            f"{what} 要写成 2026-09-21 或 2026-09-21 09:00 这样的时间（现在是 {shown_value(value)}）。"
        )
    return stamp.to_pydatetime()


def as_time(value: Any) -> pd.Timestamp:
    """One value as a time in Asia/Shanghai (NaT for a missing one).

    >>> as_time("2026-09-01").isoformat()
    '2026-09-01T00:00:00+08:00'
    """
    if value is None or (not isinstance(value, str) and pd.isna(value)) or value == "":
        return pd.NaT
    stamp = pd.Timestamp(value)
    here = stamp.tz_localize(TIME_ZONE) if stamp.tzinfo is None else stamp.tz_convert(TIME_ZONE)
    if not dt.MINYEAR <= here.year <= dt.MAXYEAR:  # a zone can move a moment out of the years that dates have
        raise ValueError(value)
    return here


def as_date(value: Any) -> dt.date | None:
    """One value as a calendar day in Asia/Shanghai, or None for a missing one."""
    if type(value) is dt.date:
        return value
    stamp = as_time(value)
    return None if pd.isna(stamp) else stamp.date()


def asked_day(value: Any, name: str) -> dt.date | None:
    """An argument as a calendar day, or None where it is not given. Raises ChoiceError, which names it, for no day.

    >>> asked_day("2026-09-21", "since")
    datetime.date(2026, 9, 21)
    """
    try:
        if not isinstance(value, (int, float)):
            return as_date(value)
    except (ValueError, TypeError, NotImplementedError):  # the last from pandas, before year 1 or after 9999
        pass
    raise ChoiceError(f"{name} 要写成 2026-09-21 这样的日期（现在是 {shown_value(value)}）。")


def as_path(value: Any, what: str = "文件") -> Path:
    """A value as a path that the system can be asked about. Raises InputError, which names `what`, for what is none.

    >>> as_path("群.xlsx").name
    '群.xlsx'
    """
    fault = "" if isinstance(value, (str, os.PathLike)) and str(value).strip() else "不是文件名"
    if not fault:
        try:
            Path(value).stat()
            return Path(value)
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return Path(value)
        except (OSError, ValueError):
            fault = "太长，或者有不能用的字符"
    raise InputError(f"{what}要写文件名，如 '群.xlsx'；{shown_value(value)} {fault}。")


def as_list(value: Any) -> list[str]:
    """A list of texts from a list or from text split at 、 , ; or a line break.

    >>> as_list("08:00、12:30;20:00")
    ['08:00', '12:30', '20:00']
    >>> as_list(None)
    []
    """
    if value is None or (isinstance(value, float) and value != value):
        return []
    if isinstance(value, str):
        parts = value
        for mark in ("，", ",", ";", "；", "\n", "\r"):
            parts = parts.replace(mark, "、")
        return [part.strip() for part in parts.split("、") if part.strip()]
    if isinstance(value, (list, tuple, set, frozenset)):
        return [str(part) for part in value if not is_missing(part) and str(part).strip()]
    if hasattr(value, "tolist"):
        return [str(part) for part in value.tolist()]
    if value is pd.NA or value is pd.NaT:
        return []
    raise TypeError(f"不是列表：{value!r}")


def pseudonym(name: str, *, salt: str = "") -> str:
    """A stand-in for a person's name or member id: the same for the same name and salt, not to be read back.

    Without a secret `salt` whoever has a list of names can try them all; a Workspace uses a random one of its own.

    >>> pseudonym("王老师") == pseudonym("王老师"), pseudonym("王老师") == pseudonym("王老师", salt="x")
    (True, False)
    """
    data = f"{salt}\x00{name}".encode("utf-8", errors="surrogatepass")
    return f"成员-{hashlib.blake2b(data, digest_size=8).hexdigest()}"

"""What a contract is made of: columns with dtype, Chinese caption and default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from toolkit.schema._values import TIME_DTYPE

Kind = Literal["text", "count", "score", "time", "date", "flag", "list", "records"]
# what a number is of (a share of 1, yuan), and whether a list holds sentences
Unit = Literal["", "share", "yuan", "sentence"]


_DTYPES: dict[str, Any] = {
    "text": "str",
    "count": "Int64",
    "score": "float64",
    "time": TIME_DTYPE,
    "date": "object",  # datetime.date, or a missing value
    "flag": "bool",
    "list": "object",
    "records": "object",  # a list of dicts
}


REQUIRED = object()


@dataclass(frozen=True)
class Column:
    """One column of a contract: its name, kind of value, Chinese caption and default."""

    name: str
    kind: Kind
    caption: str
    optional: bool = False
    default: Any = REQUIRED
    choices: tuple[str, ...] = ()  # the values whose Chinese words are read back
    strict: bool = False  # other values are refused
    unit: Unit = ""  # how tables and workbooks show it

    @property
    def dtype(self) -> Any:
        """The pandas dtype of the column."""
        return _DTYPES[self.kind]


@dataclass(frozen=True)
class Contract:
    """A table's fixed columns, in order. The key comes first."""

    name: str
    caption: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The column names in order."""
        return [column.name for column in self.columns]

    @property
    def captions(self) -> dict[str, str]:
        """Column name to Chinese caption."""
        return {column.name: column.caption for column in self.columns}

    @property
    def required(self) -> list[str]:
        """The columns that have neither a default nor may be missing."""
        return [c.name for c in self.columns if not c.optional and c.default is REQUIRED]

    def empty(self) -> pd.DataFrame:
        """An empty frame with the contract's columns and dtypes.

        >>> contract("ARMS", "测试", text("arm", "版本"), count("shown", "看到人数")).empty().dtypes.astype(str).tolist()
        ['str', 'Int64']
        """
        return pd.DataFrame({c.name: pd.Series([], dtype=c.dtype) for c in self.columns})


def contract(name: str, caption: str, *columns: Column) -> Contract:
    """A contract of these columns."""
    return Contract(name, caption, columns)


def text(name: str, caption: str, **more: Any) -> Column:
    """A column of text."""
    return Column(name, "text", caption, **more)


def count(name: str, caption: str, **more: Any) -> Column:
    """A column of whole numbers."""
    return Column(name, "count", caption, **more)


def score(name: str, caption: str, **more: Any) -> Column:
    """A column of numbers."""
    return Column(name, "score", caption, **more)


def time(name: str, caption: str, **more: Any) -> Column:
    """A column of times."""
    return Column(name, "time", caption, **more)


def list_of(name: str, caption: str, **more: Any) -> Column:
    """A column of lists."""
    return Column(name, "list", caption, **more)


def flag(name: str, caption: str, **more: Any) -> Column:
    """A column of yes or no."""
    return Column(name, "flag", caption, **more)


MAYBE: dict[str, Any] = {"optional": True, "default": None}

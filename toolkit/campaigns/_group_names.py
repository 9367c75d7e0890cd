"""What a group may be called: its id or its name, as files and exports write them; and how many it has."""

from __future__ import annotations

import functools
import numbers
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from toolkit.schema import ChoiceError, ColumnError, is_missing, shown_value

_MOST = 1_000_000_000


def ids_of(groups: pd.DataFrame, argument: str) -> dict[str, str]:
    """Groups' ids by what they may be called: the id itself, and the name where only one group has it.

    Raises ColumnError, which names the argument, for what has no column group_id.

    >>> ids_of(pd.DataFrame({"group_id": ["g1", "g2"], "name": ["早安茶", "G1"]}), "groups")
    {'早安茶': 'g1', 'g1': 'g1', 'g2': 'g2'}
    """
    if not isinstance(groups, pd.DataFrame) or "group_id" not in groups:
        raise ColumnError(f"{argument} 表缺少列 group_id。请给出群表，例如 read_groups('群.xlsx').frame。")
    ids = [str(key) for key in groups["group_id"]]
    names = (
        ["" if is_missing(name) else _folded(str(name)) for name in groups["name"]]
        if "name" in groups
        else [""] * len(ids)
    )
    often = Counter(names)
    named = {name: key for name, key in zip(names, ids, strict=True) if name and often[name] == 1}
    return named | {key: key for key in ids}


def id_of(called: str, ids: Mapping[str, str]) -> str:
    """The id of the group that is so called, else what it is called.

    >>> ids = ids_of(pd.DataFrame({"group_id": ["g3"], "name": ["快闪群（节后散）"]}), "groups")
    >>> id_of("快闪群 (节后散)", ids), id_of("g3", ids), id_of("阿禾", ids)
    ('g3', 'g3', '阿禾')
    """
    return ids.get(called) or ids.get(_folded(called), called)


@functools.lru_cache(maxsize=1024)
def _folded(name: str) -> str:
    """A name with full and half width, upper and lower case alike, and without blanks: file systems change them."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).casefold()


def sizes_of(members: Mapping[str, int] | pd.DataFrame | None) -> dict[str, int | None]:
    """Group to its members.

    Raises ColumnError for a frame without groups or members, ChoiceError for what is neither a frame nor numbers.
    """
    if members is None:
        return {}
    if isinstance(members, pd.DataFrame):
        lacking = [name for name in ("group_id", "members") if name not in members]
        if lacking:
            raise ColumnError(f"members 表缺少列 {'、'.join(lacking)}。请给出群表，或写成 {{'g01': 180}}。")
        members = dict(zip(members["group_id"], members["members"], strict=True))
    if not isinstance(members, Mapping):
        raise ChoiceError(f"members 要写成 {{'g01': 180}} 或给出群表（现在是 {shown_value(members)}）。")
    return {str(key): _size(number) for key, number in members.items()}


def _size(number: Any) -> int | None:
    if is_missing(number):
        return None
    real = isinstance(number, numbers.Real) and not isinstance(number, bool)
    if not real or not 0 <= number < _MOST or number != int(number):
        raise ChoiceError(f"members 里的人数要是 0 或更大的整数（现在是 {shown_value(number)}）。")
    return int(number)

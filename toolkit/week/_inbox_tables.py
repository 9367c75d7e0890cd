"""The tables that the working folder has one file of each: read from what was dropped, written as that file."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from toolkit import tables
from toolkit.campaigns import read_costs, read_group_days, read_incidents, read_tests
from toolkit.schedule import read_groups, read_items
from toolkit.schema import (
    COSTS,
    GROUP_DAYS,
    GROUPS,
    INCIDENTS,
    ITEMS,
    REJECTED,
    TESTS,
    ColumnError,
    Contract,
    Read,
    ToolkitError,
)
from toolkit.week._sources import (
    COSTS_FILE,
    GROUP_DAYS_FILE,
    GROUPS_FILE,
    INCIDENTS_FILE,
    ITEMS_FILE,
    TESTS_FILE,
)


class OneFile(NamedTuple):
    """The one file of a kind, its contract and reader, the columns that tell its rows apart, whether new rows join old."""

    file: str
    contract: Contract
    reader: Callable[..., Read]
    keys: tuple[str, ...]
    joins: bool = False


TABLES = {
    "groups": OneFile(GROUPS_FILE, GROUPS, read_groups, ("group_id",)),
    "items": OneFile(ITEMS_FILE, ITEMS, read_items, ("item_id",)),
    "group_days": OneFile(GROUP_DAYS_FILE, GROUP_DAYS, read_group_days, ("group_id", "date"), joins=True),
    "costs": OneFile(COSTS_FILE, COSTS, read_costs, (), joins=True),
    "tests": OneFile(TESTS_FILE, TESTS, read_tests, (), joins=True),
    "incidents": OneFile(INCIDENTS_FILE, INCIDENTS, read_incidents, (), joins=True),
}


def read_tables(kind: str, folder: Path, names: list[str], rename: Mapping[str, str]) -> Read:
    """The files of a kind as one Read; where two have the same key the first one's row stays, the other is rejected.

    Raises the first file's error where none can be read, ColumnError when `rename` names no column.
    """
    one = TABLES[kind]
    unknown = [column for column in rename.values() if column not in one.contract.names]
    if unknown:
        raise ColumnError(f"{one.contract.caption}表里没有「{unknown[0]}」这一列。请从列名里选一个。")
    reads: list[Read] = []
    faults: list[tuple[str, ToolkitError]] = []
    for name in names:
        path = folder / name
        try:
            reads.append(_labelled(one.reader(_renamed(path, rename, one.contract)), path, name))
        except ToolkitError as error:
            faults.append((name, error))
    if not reads:
        raise faults[0][1]
    return _joined(reads, faults, one)


def _labelled(read: Read, path: Path, name: str) -> Read:
    """The reading with the file's whole name where its last part stands."""
    if name == path.name:
        return read

    def whole(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(
            path=[
                f"{name}{str(one)[len(path.name) :]}" if str(one).startswith(path.name) else one
                for one in frame["path"]
            ]
        )

    return read._replace(
        **{part: whole(getattr(read, part)) for part in ("rejected", "notes", "columns", "files")}
    )


def _renamed(path: Path, rename: Mapping[str, str], contract: Contract) -> Path:
    """The file, or its first sheet with the headers that the editor renamed, in its place under the same name."""
    if not rename:
        return path
    opened = [table for table in tables.open_tables(path) if set(table.header) & set(rename)]
    if not opened:
        return path
    table = opened[0]
    heads = [contract.captions[rename[head]] if head in rename else head for head in table.header]
    # a caption that another column bears gives way, or the first of the two would win
    given = {contract.captions[column] for column in rename.values()}
    heads = [
        f"原{head}" if head in given and table.header[place] not in rename else head
        for place, head in enumerate(heads)
    ]
    target = path.with_suffix(".csv")
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerows([heads, *table.records])
    return target


def _joined(reads: list[Read], faults: list[tuple[str, ToolkitError]], one: OneFile) -> Read:
    frame = pd.concat([read.frame for read in reads], ignore_index=True) if len(reads) > 1 else reads[0].frame
    parts = {
        name: pd.concat([getattr(read, name) for read in reads], ignore_index=True)
        for name in ("rejected", "extra", "notes", "columns", "files")
    }
    bad = [{"path": name, "row": 0, "reason": str(error).removeprefix(f"{name}：")} for name, error in faults]
    if one.keys and len(reads) > 1:
        again = frame.duplicated(list(one.keys))
        bad += [
            {"path": "", "row": 0, "reason": f"「{key}」前面的文件里已有一行，只留前面的"}
            for key in frame.loc[again, one.keys[0]]
        ]
        frame = frame[~again].reset_index(drop=True)
    if bad:
        parts["rejected"] = pd.concat(
            [parts["rejected"], pd.DataFrame(bad, columns=REJECTED.names)], ignore_index=True
        )
    return Read(frame, **parts)

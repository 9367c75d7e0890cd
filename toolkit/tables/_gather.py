"""What the sheets of one or more files give, put together as a Read: good rows, those turned away, and what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from toolkit import schema
from toolkit.schema import Contract, Read
from toolkit.tables._rows import (
    COLUMN_COLUMNS,
    FILE_COLUMNS,
    NOTE_COLUMNS,
    REJECTED_COLUMNS,
    Table,
    column_rows,
    file_row,
)

_Row = dict[str, Any]


@dataclass
class Gathered:
    """What was read so far; `missing` are captions of columns that sheets lacked, `seen` where each key stood first."""

    frames: list[pd.DataFrame] = field(default_factory=list)
    extras: list[pd.DataFrame] = field(default_factory=list)
    rejected: list[_Row] = field(default_factory=list)
    notes: list[_Row] = field(default_factory=list)
    columns: list[_Row] = field(default_factory=list)
    files: list[_Row] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    seen: dict[Any, str] = field(default_factory=dict)

    def pass_over(self, table: Table) -> None:
        """Note a sheet that is not for this reader."""
        self._file(table, outcome="跳过")

    def lacks(
        self, table: Table, contract: Contract, mapping: dict[str, str], lacking: Sequence[str]
    ) -> bool:
        """Note which header was taken for what; whether the sheet lacks columns and is not read."""
        self.columns += column_rows(table.path, table.header, contract, mapping)
        if lacking:
            self.missing += lacking
            note = f"这张表缺少列 {'、'.join(lacking)}，没有读"
            self.notes.append({"path": table.path, "row": 1, "note": note})
            self._file(table, outcome="没有读")
        return bool(lacking)

    def take(
        self, table: Table, good: pd.DataFrame, extra: pd.DataFrame, bad: list[_Row], troubles: list[_Row]
    ) -> None:
        """Add a sheet's good rows and those turned away; a remark on a row that was turned away is left out."""
        bad = table.rejected + bad
        away = {entry["row"] for entry in bad}
        self.frames.append(good)
        self.extras.append(extra)
        self.rejected += bad
        self.notes += table.notes + [note for note in troubles if note["row"] not in away]
        self._file(table, read=len(good), rejected=len(bad))

    def read(self, contract: Contract, keys: Sequence[str]) -> Read:
        """All of it as a Read; `extra` begins with the keys. Without any sheet read the frame is empty."""
        frame = pd.concat(self.frames, ignore_index=True) if self.frames else contract.empty()
        extra = pd.concat(self.extras, ignore_index=True) if self.extras else contract.empty()[list(keys)]
        return Read(
            schema.check(frame, contract)[contract.names],
            pd.DataFrame(self.rejected, columns=REJECTED_COLUMNS),
            extra[[*keys, *(name for name in extra.columns if name not in keys)]],
            pd.DataFrame(self.notes, columns=NOTE_COLUMNS),
            pd.DataFrame(self.columns, columns=COLUMN_COLUMNS),
            pd.DataFrame(self.files, columns=FILE_COLUMNS),
        )

    def _file(self, table: Table, **more: Any) -> None:
        self.files.append(file_row(table.path, format=table.format, encoding=table.encoding, **more))

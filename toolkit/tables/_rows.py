"""Rows as they stand in a file: the header found, cells kept by column with their row numbers, troubles beside them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from toolkit.schema import COLUMNS, FILES, NOTES, REJECTED, Contract, InputError
from toolkit.tables._cells import short

REJECTED_COLUMNS = REJECTED.names
NOTE_COLUMNS = NOTES.names
COLUMN_COLUMNS = COLUMNS.names
FILE_COLUMNS = FILES.names
# a table of posts has some dozens; thousands are another kind of file
MAX_COLUMNS = 1000
# a few bytes a row under a wide header would fill any memory with blanks; a gigabyte of posts has 50 million cells
_MOST_CELLS = 150_000_000
# the header is looked for in this many rows that are not blank
_TOP = 10
_BATCH = 2000
# short cells that repeat (accounts, counts, blanks) are kept once, up to so many different ones in a column
_SHORT = 16
_KNOWN = 50_000
IsHeader = Callable[[list[str]], bool]


@dataclass
class Table:
    """One sheet or file as it stands: header, cells by column, row numbers (a file's first row is 1), and troubles.

    Every name in `header` is there once and none is blank.
    """

    path: str
    header: list[str]
    columns: list[list[Any]]
    row_numbers: Sequence[int]
    rejected: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    format: str = ""
    encoding: str = ""
    headed: bool = True  # whether `is_header` knew the header, where one was given

    @property
    def records(self) -> list[list[Any]]:
        """The cells by row."""
        return [list(cells) for cells in zip(*self.columns, strict=True)]

    @records.setter
    def records(self, records: list[list[Any]]) -> None:
        self.columns = [[record[place] for record in records] for place in range(len(self.header))]


def column_rows(
    path: str,
    header: Iterable[str],
    contract: Contract,
    mapping: Mapping[str, str],
    spares: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """The rows of `Read.columns` for a table: which header was taken for which column, "" for none.

    `spares` are headers that fill the gaps of another one's column.
    """
    taken = {head: (column, contract.captions[column]) for head, column in mapping.items()}
    for head, column in (spares or {}).items():
        taken[head] = (column, f"{contract.captions[column]}（补空）")
    rows = [(path, head, *taken.get(head, ("", ""))) for head in header]
    return [dict(zip(COLUMN_COLUMNS, row, strict=True)) for row in rows]


def file_row(
    path: str, *, format: str, encoding: str = "", read: int = 0, rejected: int = 0, outcome: str = "已读"
) -> dict[str, Any]:
    """The row of `Read.files` for a file, sheet, page or pasted text: what became of it."""
    return dict(zip(FILE_COLUMNS, (path, format, encoding, read, rejected, outcome), strict=True))


class Rows:
    """ ""Takes the rows of one sheet or file in order and makes a Table of them.

    The header is the first row that `is_header` knows among the first ten that are not blank, else the first one.
    """

    def __init__(self, path: str, is_header: IsHeader | None = None) -> None:
        """Begin with nothing read."""
        self.path = path
        self.header: list[str] = []
        self.rejected: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []
        self._is_header = is_header
        self._headed = True
        self._first: Sequence[Any] = ()  # the header as it stands
        self._top: list[tuple[int, Sequence[Any]]] = []
        self._unnamed: set[int] = set()
        self._batch: list[Sequence[Any]] = []
        self._numbers = array("q")
        self._columns: list[list[Any]] = []
        self._known: list[dict[str, str]] = []

    def reject(self, number: int, reason: str) -> None:
        """Keep a row that cannot be used, with the reason."""
        self.rejected.append({"path": self.path, "row": number, "reason": reason})

    def note(self, number: int, note: str) -> None:
        """Keep a remark on a row."""
        self.notes.append({"path": self.path, "row": number, "note": note})

    def add(self, number: int, values: Sequence[Any]) -> None:
        """Take one row in; blank and repeated headers are passed over, too many cells rejected, few filled."""
        if not self.header:
            self._look_for_header(number, values)
            return
        if is_blank(values):
            return
        width = len(self.header)
        if len(values) != width:
            if not is_blank(values[width:]):
                reason = (
                    f"这一行有 {len(values)} 格，表头只有 {width} 格，多出的不知道算哪一列。"
                    "请补上表头，或检查这一行的逗号和引号"
                )
                self.reject(number, reason)
                return
            values = [*values[:width], *[""] * (width - len(values))]
        elif width > 1 and values == self._first:
            self.note(number, "与表头相同的一行，跳过")
            return
        self._numbers.append(number)
        self._batch.append(values)
        if len(self._batch) >= _BATCH:
            self._flush()

    def add_columns(self, number: int, values: Sequence[Any]) -> None:
        """Take cells as further headers: blank ones become 第3列, repeated ones 阅读量（第5列）."""
        self._flush()
        before = len(self.header)
        if before + len(values) > MAX_COLUMNS:
            raise InputError(f"{self.path}：表头超过 {MAX_COLUMNS} 列，不像内容表。请只导出需要的列。")
        for place, value in enumerate(values, start=before):
            name = clean_header(value)
            if not name:
                self._unnamed.add(place)
            elif name in self.header:
                self.note(number, f"表头「{short(name)}」不止一次，第 {place + 1} 列放进其他列")
            name = f"{name}（第{place + 1}列）" if name in self.header else name or f"第{place + 1}列"
            while name in self.header:
                name += "′"
            self.header.append(name)
            self._columns.append([""] * len(self._numbers))
            self._known.append({})

    def finish(self) -> None:
        """Settle what is still open when there are no more rows."""
        if self._top:
            self._headed = False
            self._settle(0)
        self._flush()

    def table(self, *, format: str) -> Table:
        """What has been taken in; columns without a name and without a cell are left out."""
        self.finish()
        keep = [
            place
            for place in range(len(self.header))
            if place not in self._unnamed or not is_blank(self._columns[place])
        ]
        return Table(
            self.path,
            [self.header[place] for place in keep],
            [self._columns[place] for place in keep],
            self._numbers,
            self.rejected,
            self.notes,
            format,
            headed=self._headed,
        )

    def _look_for_header(self, number: int, values: Sequence[Any]) -> None:
        if is_blank(values):
            return
        self._top.append((number, values))
        if self._is_header is None or self._is_header([clean_header(value) for value in values]):
            self._settle(len(self._top) - 1)
        elif len(self._top) == _TOP:
            self._headed = False
            self._settle(0)

    def _settle(self, place: int) -> None:
        top, self._top = self._top, []
        for number, values in top[:place]:
            line = " ".join(str(value) for value in values if not is_blank([value]))
            self.note(number, f"在表头上面，没有当作内容：「{short(line)}」")
        self._first = top[place][1]
        self.add_columns(*top[place])
        for number, values in top[place + 1 :]:
            self.add(number, values)

    def _flush(self) -> None:
        if len(self._numbers) * len(self.header) > _MOST_CELLS:
            raise InputError(f"{self.path}：表太大（{len(self.header)} 列），没有读。请只导出需要的列。")
        for known, column, cells in zip(
            self._known, self._columns, zip(*self._batch, strict=True), strict=False
        ):
            if len(known) > _KNOWN:
                column.extend(cells)
            else:
                column.extend(
                    known.setdefault(cell, cell) if type(cell) is str and len(cell) < _SHORT else cell
                    for cell in cells
                )
        self._batch = []


def is_blank(values: Sequence[Any]) -> bool:
    """Whether no cell holds anything but blanks.

    >>> is_blank(["", " ", "\\u3000"]), is_blank(["", 0])
    (True, False)
    """
    for value in values:
        if type(value) is not str:
            return False
        if value and not value.isspace():
            return False
    return True


def clean_header(value: Any) -> str:
    """A header cell as a name."""
    return str(value).strip().lstrip("\ufeff").strip()

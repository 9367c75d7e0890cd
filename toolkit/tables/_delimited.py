"""CSV and TSV as a stream: the delimiter told from the first rows, and quotes that do not pair kept to their line."""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import Any

from toolkit.tables._bytes import MAX_LINE
from toolkit.tables._rows import Rows, is_blank

# a record over several lines that grows past this has a quote that nobody closed
_MAX_RECORD = MAX_LINE
_DELIMITERS = ",\t;|"
_SAMPLE_LINES = 50
_SAMPLE_CHARACTERS = 200_000
_UNPAIRED = "这一行的引号没有配对，没有读。请在表格软件里补上引号再导出，或删掉多余的引号"
_MENDED = "引号没有按规则成对，按能看懂的样子读入，请核对这一行"


class _Physical:
    """Lines of a file for csv.reader, those of the record being read held so that they can be read once more."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.held: list[str] = []
        self._size = 0
        self.number = 1  # of the first line held

    def __iter__(self) -> _Physical:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.held.append(line)
        self._size += len(line)
        if self._size > _MAX_RECORD:
            raise csv.Error("record too long")
        return line

    def begin(self) -> None:
        """The lines held were one record: forget them."""
        self.number += len(self.held)
        self.held.clear()
        self._size = 0

    def put_back(self, keep: int) -> None:
        """Give back the lines held but for the first few."""
        self._again.extendleft(reversed(self.held[keep:]))
        del self.held[keep:]

    def sample(self) -> list[str]:
        """The first lines, to be read again."""
        size = 0
        for line in self._lines:
            self._again.append(line)
            size += len(line)
            if len(self._again) >= _SAMPLE_LINES or size > _SAMPLE_CHARACTERS:
                break
        return list(self._again)


def read_delimited(lines: Iterable[str], rows: Rows, *, prefer: str = "") -> str:
    """All records of a delimited text into `rows`; returns the delimiter, told from the text.

    `prefer` is taken where the first rows hold it at all. A line whose quotes do not pair is taken for itself where
    it is then whole and has as many cells as the header, else it is rejected with what seems to be the rest of it;
    the lines after it are read on, also after a quote that nobody closed.
    """
    # csv's own ceiling is 128 KB, and it is one for the whole process
    csv.field_size_limit(2 * _MAX_RECORD)
    physical = _Physical(iter(lines))
    sample = physical.sample()
    named = sample[0].strip().strip('"').lower() if sample else ""
    if named.startswith("sep=") and len(named) == 5:
        delimiter = named[4]
        next(physical)
        physical.begin()
    else:
        delimiter = prefer if prefer and any(prefer in line for line in sample) else find_delimiter(sample)
    widths: set[int] = set()  # of the rows read so far
    broken: _Broken | None = None
    while True:
        try:
            for values in csv.reader(physical, delimiter=delimiter, strict=True):
                if broken and not is_blank(values) and len(values) not in (len(rows.header), *widths):
                    broken.reaches(physical.number)
                else:
                    broken = None
                    rows.add(physical.number, values)
                    if len(values) > 1:
                        widths.add(len(values))
                physical.begin()
            return delimiter
        except csv.Error:
            broken = _mend(physical, rows, delimiter) or broken


class _Broken:
    """A rejected line whose quotes do not pair, and the lines after it that look like the rest of its record."""

    def __init__(self, entry: dict[str, Any]) -> None:
        self._entry, self._reason, self._first = entry, entry["reason"], 0

    def reaches(self, number: int) -> None:
        """This line too is a rest."""
        self._first = self._first or number
        span = f"第 {number} 行" if number == self._first else f"第 {self._first} 到 {number} 行"
        self._entry["reason"] = f"{self._reason}；{span}多半是它的后半段，也没有读"


def _mend(physical: _Physical, rows: Rows, delimiter: str) -> _Broken | None:
    """Take the first line of a broken record by itself, or reject it."""
    physical.put_back(1)
    line, number = physical.held[0], physical.number
    physical.begin()
    if len(line) > MAX_LINE:
        rows.reject(number, "这一行超过 1600 万字，没有读。请检查导出是否完整")
        return None
    values = _alone(line, delimiter)
    if rows.header and (line.count('"') % 2 or len(values) != len(rows.header)):
        rows.reject(number, _UNPAIRED)
        return _Broken(rows.rejected[-1]) if len(rows.header) > 1 else None
    rows.add(number, values)
    rows.note(number, _MENDED if '"' in line else "一格里夹着回车符，换成了空格")
    return None


def _alone(line: str, delimiter: str) -> list[str]:
    """The cells of one line by lenient rules."""
    try:
        return next(csv.reader([line.rstrip("\r\n").replace("\r", " ")], delimiter=delimiter), [])
    except csv.Error:
        return []


def find_delimiter(sample: list[str]) -> str:
    r"""The delimiter that cuts most of the first rows into the same number of cells.

    >>> find_delimiter(["标题\t正文\n", "早上,好\t今天;晴\n"])
    '\t'
    """
    best, chosen = (0.5, 0), ""
    for delimiter in _DELIMITERS:
        widths = Counter(len(values) for values in _lenient(sample, delimiter) if values)
        counted = [(number / widths.total(), width) for width, number in widths.items() if width > 1]
        if counted and max(counted) > best:
            best, chosen = max(counted), delimiter
    if chosen:
        return chosen
    first = next((line for line in sample if line.strip()), "")
    # without any in the header it is one column, and commas belong to the text
    return max(_DELIMITERS, key=first.count) if any(mark in first for mark in _DELIMITERS) else "\t"


def _lenient(sample: list[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(sample, delimiter=delimiter))
    except csv.Error:
        return [line.split(delimiter) for line in sample]

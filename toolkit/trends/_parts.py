"""Parts of a collection too large for one machine: frames cut small, stretches of JSONL and Parquet files."""

from __future__ import annotations

import gzip
import itertools
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toolkit.schema import DOCUMENTS, ChoiceError, ColumnError, InputError, check

MEMORY = ["doc_id", "source", "channel", "published_at", "reads"]
COLUMNS = [*MEMORY, "title", "body", "duplicate_of"]
SUFFIXES = (".parquet", ".jsonl", ".jsonl.gz")
# a row group is split where it is larger than this many chunks: each split reads it from its beginning
MOST_CHUNKS = 16
MISSING = '要先装并行计算的组件：pip install "wenan-toolkit[cluster]"。一台电脑够用时不写 engine。'
_KNOWN = {*COLUMNS, *(DOCUMENTS.captions[name] for name in COLUMNS)}


@dataclass(frozen=True)
class Part:
    """A stretch of a file: the lines that begin in bytes [first, last), or those rows of a Parquet row group.

    `last` is −1 for a file that is read to its end, `group` −1 for lines.
    """

    path: str
    first: int = 0
    last: int = -1
    group: int = -1


def parts_of(documents: Any, chunk_bytes: int) -> list[Part | pd.DataFrame]:
    """The parts of a DOCUMENTS frame, of a folder of files, or of a list of files, in order.

    A folder's files (SUFFIXES, in folders within it too) are taken by name. A .jsonl.gz is one part: it cannot be entered
    in its middle. Raises InputError where there is nothing to read, ChoiceError for another kind of file.
    """
    if isinstance(documents, pd.DataFrame):
        return _slices(check(documents, DOCUMENTS)[COLUMNS], chunk_bytes)
    if isinstance(documents, str | Path):
        return [part for path in _files(Path(documents)) for part in _stretches(path, chunk_bytes)]
    try:
        paths = [Path(path) for path in documents]
    except TypeError as error:
        raise ChoiceError(
            'engine="dask" 时，documents 可以是内容表、一个文件夹，或一串文件路径，'
            f"收到的是 {type(documents).__name__}。"
        ) from error
    return [part for path in paths for file in _files(path) for part in _stretches(file, chunk_bytes)]


def _slices(frame: pd.DataFrame, chunk_bytes: int) -> list[Part | pd.DataFrame]:
    # most characters are Han, three bytes each
    sizes = (frame["title"].str.len() + frame["body"].str.len()).to_numpy(np.int64) * 3
    chunk = (np.cumsum(sizes) - 1) // chunk_bytes
    bounds = [0, *(np.flatnonzero(np.diff(chunk)) + 1).tolist(), len(frame)]
    return [frame.iloc[first:last] for first, last in itertools.pairwise(bounds)]


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise InputError(f"{path}：没有这个文件或文件夹。请检查路径。")
    if path.is_file():
        if not path.name.endswith(SUFFIXES):
            raise ChoiceError(
                f"{path}：并行计算只读 {'、'.join(SUFFIXES)}。请先用 read_documents 读入再导出。"
            )
        return [path]
    found = sorted(file for file in path.rglob("*") if file.is_file() and file.name.endswith(SUFFIXES))
    if not found:
        raise InputError(f"{path}：文件夹里没有 {'、'.join(SUFFIXES)} 文件。请检查路径。")
    return found


def _stretches(path: Path, chunk_bytes: int) -> Iterable[Part]:
    name = str(path.resolve())
    if name.endswith(".gz"):
        return [Part(name)]
    if name.endswith(".parquet"):
        return _row_stretches(name, chunk_bytes * MOST_CHUNKS)
    size = path.stat().st_size
    return [Part(name, first, min(first + chunk_bytes, size)) for first in range(0, size, chunk_bytes)]


def _row_stretches(path: str, most_bytes: int) -> Iterator[Part]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise ChoiceError(f"读 Parquet 文件{MISSING}") from error
    try:
        metadata = parquet.read_metadata(path)
    except ArrowException as error:
        raise InputError(f"{path}：不是完整的 Parquet 文件（{error}）。请重新导出。") from error
    for group in range(metadata.num_row_groups):
        told = metadata.row_group(group)
        rows = max(1, told.num_rows * most_bytes // max(told.total_byte_size, 1))
        for first in range(0, told.num_rows, rows):
            yield Part(path, first, min(first + rows, told.num_rows), group)


def read(source: Part | pd.DataFrame, chunk_bytes: int) -> Iterator[pd.DataFrame]:
    """DOCUMENTS of a part, some `chunk_bytes` at a time."""
    if isinstance(source, pd.DataFrame):
        yield source
        return
    try:
        frames = _table_rows(source, chunk_bytes) if source.group >= 0 else _line_rows(source, chunk_bytes)
        for frame in frames:
            yield check(frame, DOCUMENTS)
    except ColumnError as error:
        raise InputError(f"{source.path}：{error}") from error
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"{source.path}：读不到（{error}）。请把文件放在集群里每台机器都用同一个路径看得到的地方。"
        ) from error


def _line_rows(part: Part, chunk_bytes: int) -> Iterator[pd.DataFrame]:
    records: list[dict[str, Any]] = []
    size = 0
    for line in _lines(part):
        records.append(_record(line, part.path))
        size += len(line)
        if size >= chunk_bytes:
            yield pd.DataFrame(records)
            records, size = [], 0
    if records:
        yield pd.DataFrame(records)


def _lines(part: Part) -> Iterator[bytes]:
    """The lines that are not blank and begin in the part's bytes."""
    opener: Any = gzip.open if part.path.endswith(".gz") else Path.open
    with opener(Path(part.path), "rb") as stream:
        place = part.first
        if place:
            # the line that runs over `first` belongs to the part before
            stream.seek(place - 1)
            place += len(stream.readline()) - 1
        while part.last < 0 or place < part.last:
            line = stream.readline()
            if not line:
                return
            place += len(line)
            if line.strip():
                yield line


def _record(line: bytes, path: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        shown = line[:60].decode("utf-8", errors="replace").strip()
        raise InputError(
            f"{path}：有一行不是「字段: 值」形式的完整 JSON：{shown}……。请改好或删掉这一行，再运行一次。"
        )
    return {key: value for key, value in record.items() if key in _KNOWN}


def _table_rows(part: Part, chunk_bytes: int) -> Iterator[pd.DataFrame]:
    from pyarrow import parquet

    with parquet.ParquetFile(part.path, buffer_size=1 << 16) as file:
        group = file.metadata.row_group(part.group)
        rows = max(1, group.num_rows * chunk_bytes // max(group.total_byte_size, 1))
        columns = [name for name in file.schema_arrow.names if name in _KNOWN]
        first = 0
        for batch in file.iter_batches(rows, row_groups=[part.group], columns=columns, use_threads=False):
            begin, end = max(part.first - first, 0), min(part.last - first, len(batch))
            first += len(batch)
            if begin < end:
                yield batch.slice(begin, end - begin).to_pandas()

"""Files and folders of whatever an editor has: tables, texts, saved pages, feeds."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from toolkit import lexicons, tables
from toolkit.documents._gather import Asked, Basket
from toolkit.documents._texts import PAGE_SUFFIXES, TEXT_SUFFIXES, kind_of, take_content
from toolkit.schema import DOCUMENTS, ChoiceError, InputError, Read, checked_moment

Progress = Callable[[int, int], object]
_OF_THE_SYSTEM = ("thumbs.db", "desktop.ini")
READABLE = (*tables.TABLE_SUFFIXES, *TEXT_SUFFIXES)


def read_documents(
    *paths: str | Path,
    source: str | None = None,
    channel: str | None = None,
    rename: Mapping[str, str] | None = None,
    now: dt.datetime | None = None,
    split: Literal["", "auto"] = "",
    progress: Progress | None = None,
) -> Read:
    """Documents from txt, md, html, csv, tsv, xlsx, xls, json and jsonl files, feeds (also .gz) and folders of them.

    `frame` is DOCUMENTS in the order of the paths, files of a folder by name; `doc_id` comes from source, title and
    body, so that the same content has the same id at the next read (repeats get -2, -3 …). `source` and `channel`
    fill what a file does not say; else a file in a sub-folder takes the sub-folder's name as its source. `rename`
    maps a file's header to a column; where two headers mean one column, the second fills the gaps of the first. Times
    are Asia/Shanghai; dates that need `now` are missing without it.
    Every record that is not blank is in `frame` or in `rejected` (path, row, reason); README files of a folder are
    passed over with a note. `columns` shows which header was taken for which column, `files` what became of each
    file and sheet. `progress(done, total)` is called with bytes of all files as they lie there.

    Raises InputError when a path does not exist, ChoiceError for an argument of the wrong kind, ColumnError when
    `rename` names no column, or one column for two headers of a table.

    >>> read_documents(lexicons.sample_folder() / "posts").frame.shape[0]
    270
    """
    _check_arguments(paths, source=source, channel=channel, rename=rename, split=split)
    now = None if now is None else checked_moment(now, "now")
    found = [entry for path in paths for entry in _files(Path(path))]
    basket = Basket()
    meter = _Meter(progress, sum(entry.size for entry in found))
    for entry in found:
        asked = Asked(
            source or entry.folder, channel or "", rename or {}, now, split, source_given=bool(source)
        )
        _read_file(entry, basket, asked, meter.watch)
        meter.finish(entry.size)
    heads = {row["header"] for row in basket.columns}
    for head in rename or {}:
        if head not in heads:
            basket.note("", 0, f"rename= 里的表头「{head}」，读到的文件里都没有，请核对写法")
    return basket.read()


def _check_arguments(paths: tuple[Any, ...], *, source: Any, channel: Any, rename: Any, split: Any) -> None:
    for path in paths:
        if not isinstance(path, (str, os.PathLike)):
            raise ChoiceError(
                f"read_documents 的每个路径要写成 '甲.csv' 这样的文字（现在是 {path!r}）。几个路径用逗号隔开："
                "read_documents('甲.csv', '乙.csv')；手里是一个列表时，前面加星号：read_documents(*列表)。"
            )
    for name, value in (("source", source), ("channel", channel)):
        if not (value is None or isinstance(value, str)):
            raise ChoiceError(f"{name}= 要写成文字，例如 {name}='果铺'（现在是 {value!r}）。")
    pairs = rename.items() if isinstance(rename, Mapping) else [] if rename is None else [(None, None)]
    if not all(isinstance(part, str) for pair in pairs for part in pair):
        raise ChoiceError(
            f"rename= 要写成「表头: 列」的对应，例如 rename={{'文章名': 'title'}}（现在是 {rename!r}）。"
        )
    tables.map_columns([], DOCUMENTS, rename=rename)  # ColumnError for what is no column
    if split not in ("", "auto"):
        raise ChoiceError(f"split= 只能是 ''（不拆）或 'auto'（自动拆成几篇）（现在是 {split!r}）。")


@dataclass
class _Meter:
    """Tells `progress` how many bytes of all files have been read, never fewer than before."""

    progress: Progress | None
    total: int
    done: int = 0

    def __post_init__(self) -> None:
        """Say that nothing has been read yet."""
        self.watch(0)

    def watch(self, count: int) -> None:
        """So many bytes of the present file have been read."""
        if self.progress is not None:
            self.progress(min(self.done + count, self.total), self.total)

    def finish(self, size: int) -> None:
        """The present file is done."""
        self.done += size
        self.watch(0)


class _Found(NamedTuple):
    """A file, the name shown for it, the sub-folder it lies in, its size, and why it is passed over, if so."""

    file: Path
    label: str
    folder: str
    size: int
    passed_over: str = ""


def _files(path: Path) -> list[_Found]:
    if not path.exists():
        raise InputError(f"找不到 {path}。请检查路径是否写对，或把文件放进「同行内容」文件夹。")
    if path.is_file():
        return [_Found(path, path.name, "", path.stat().st_size)]
    files = sorted(file for file in path.rglob("*") if file.is_file())
    # what a browser saves beside a page: its pictures, scripts and frames
    beside = {
        file.with_name(file.stem + tail): file.name
        for file in files
        if file.suffix.lower() in PAGE_SUFFIXES
        for tail in ("_files", ".files", "_文件")
    }
    found: list[_Found] = []
    for file in files:
        inner = file.relative_to(path)
        if any(part.startswith((".", "~$", "__MACOSX")) for part in inner.parts):
            continue
        if file.name.lower() in _OF_THE_SYSTEM:
            continue
        folders = [folder for folder in file.parents if folder in beside]
        if folders:
            label = folders[-1].relative_to(path).as_posix()
            if not found or found[-1].label != label:
                why = f"保存网页「{beside[folders[-1]]}」时带出的文件夹，没有当作内容"
                found.append(_Found(folders[-1], label, "", 0, why))
            continue
        parent = inner.parent.as_posix()
        folder = "" if parent == "." else parent
        why = "说明文件，没有当作内容" if file.name.lower().split(".")[0] == "readme" else ""
        found.append(_Found(file, inner.as_posix(), folder, file.stat().st_size, why))
    return found


def _read_file(found: _Found, basket: Basket, asked: Asked, watch: Callable[[int], None]) -> None:
    file, label = found.file, found.label
    suffix = tables.suffix_of(file)
    if found.passed_over:
        basket.note(label, 0, found.passed_over)
        basket.add_file(label, format="" if file.is_dir() else suffix[1:], outcome="跳过")
        return
    try:
        if suffix in tables.TABLE_SUFFIXES:
            _take_tables(file, label, basket, asked, watch)
        elif suffix in READABLE:
            _take_text(file, label, basket, asked)
        else:
            raise InputError(
                f"不支持的格式 {suffix or '（没有扩展名）'}；可以用：CSV、Excel、JSON、TXT、MD、网页、订阅源，以及它们的 .gz"
            )
    except InputError as error:
        basket.reject(label, 0, str(error).removeprefix(f"{label}："))
        basket.add_file(label, format=suffix[1:], rejected=1, outcome="没有读")


def _take_tables(file: Path, label: str, basket: Basket, asked: Asked, watch: Callable[[int], None]) -> None:
    """Take the tables of a file in, each let go before the next."""
    aliases = lexicons.header_aliases()

    def mapped(header: list[str]) -> dict[str, str]:
        return tables.map_columns(header, DOCUMENTS, rename=asked.rename, aliases=aliases)

    def is_header(cells: list[str]) -> bool:
        columns = set(mapped(cells).values())
        return len(columns) > 1 or bool(columns & {"title", "body"})

    found = tables.open_tables(file, label=label, is_header=is_header, watch=watch)
    found.reverse()
    while found:
        table = found.pop()
        before = len(basket.rejected)
        basket.rejected += table.rejected
        basket.notes += table.notes
        mapping = mapped(table.header)
        spares = tables.spare_columns(table.header, DOCUMENTS, rename=asked.rename, aliases=aliases)
        basket.add_columns(table.path, table.header, mapping, spares)
        read = take_table(table, mapping, basket, asked, spares=spares)
        rejected = len(basket.rejected) - before
        outcome = "没有读" if rejected and not read else "已读" if table.header else "跳过"
        basket.add_file(
            table.path,
            format=table.format,
            encoding=table.encoding,
            read=read,
            rejected=rejected,
            outcome=outcome,
        )


def take_table(
    table: tables.Table,
    mapping: dict[str, str],
    basket: Basket,
    asked: Asked,
    *,
    spares: Mapping[str, str] | None = None,
) -> int:
    """Take a table's rows in, gaps filled from `spares`; returns how many became documents."""
    if not table.header:
        return 0  # an empty second sheet is no mistake
    if not {"title", "body"} & set(mapping.values()):
        heads = "、".join(table.header)
        reason = f"没有标题列，也没有正文列（表头：{heads}）。请把标题那一列的表头改成「标题」"
        for row in table.row_numbers or [1]:
            basket.reject(table.path, int(row), reason)
        return 0
    if not table.row_numbers:
        if not table.rejected:
            basket.note(table.path, 1, "只有表头，没有内容")
        return 0
    frame, extra, notes = tables.table_to_frame(
        table, DOCUMENTS, mapping, now=asked.now, consume=True, spares=spares
    )
    basket.notes += notes
    for name, value in (("source", asked.source), ("channel", asked.channel)):
        if name not in frame:
            frame[name] = value
        elif value:
            blank = pd.Series(
                [not cell or cell.isspace() for cell in frame[name].to_numpy()], index=frame.index
            )
            frame[name] = frame[name].mask(blank, value)
    texts = [frame[name].to_numpy() for name in ("title", "body") if name in frame]
    good = np.array([any(cell and not cell.isspace() for cell in row) for row in zip(*texts, strict=True)])
    for row in frame.index[~good]:
        basket.reject(table.path, int(row), "这一行没有标题也没有正文")
    if not good.all():
        frame, extra = frame[good], extra[good]
    basket.frames.append(frame)
    basket.extras.append(extra)
    return len(frame)


def _take_text(file: Path, label: str, basket: Basket, asked: Asked) -> None:
    """Take a file in that holds one text, page or feed."""
    content, encoding = tables.decode(tables.read_bytes(file), label)
    if not content.strip():
        raise InputError(f"{label}：文件是空的，没有可读的内容。")
    take_content(content, kind_of(content, tables.suffix_of(file)), label, basket, asked, encoding=encoding)

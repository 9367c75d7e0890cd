"""Putting what was taken in into the working folder: the originals as they came, nothing ever lost or doubled."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from toolkit.export import write_csv, write_xlsx
from toolkit.schema import InputError, ToolkitError, checked_moment
from toolkit.week._inbox_names import clean_name, free_path, marked
from toolkit.week._inbox_tables import TABLES, OneFile
from toolkit.week._inbox_taken import Taken, readable
from toolkit.week._sources import (
    MESSAGES_FOLDER,
    OUTCOMES_FOLDER,
    OWN_FOLDER,
    RIVALS_FOLDER,
    _filled,
    make_folder,
)

FOLDERS = {
    "documents": RIVALS_FOLDER,
    "own": OWN_FOLDER,
    "results": OUTCOMES_FOLDER,
    "messages": MESSAGES_FOLDER,
}
_NO_HOME = "没有工作文件夹，存不进去。请用 run.py lab 打开文案台，或给出文件夹。"


def save_taken(home: str | Path | None, taken: Taken, *, now: dt.datetime | str | None = None) -> list[Path]:
    """The files newly written into the working folder `home`; empty where all of it was there already.

    Content, results and chats go into their folders as they came, under cleaned names: bytes that lie in the folder
    already are not put there again, another content under the same name is put beside it as name（2）. Where headers
    were renamed, what was read goes there as a table, so that the next reading needs no renaming. A table of which
    there is one file (群.xlsx, 内容.xlsx, …) takes the place of the old one once that is kept as 群（换下 2026-09-21
    0930）.xlsx; an untouched template is not kept. New days, costs, tests and incidents join the old rows. What could
    not be read at all is not saved. `now` names what is kept; without it the name says 换下 alone.

    Raises InputError without a home, where nothing of it can be saved, and where a file cannot be written.
    """
    if home is None or not str(home).strip():
        raise InputError(_NO_HOME)
    moment = None if now is None else checked_moment(now, "now")
    files = _to_save(taken)
    if not files:
        raise InputError(f"「{taken.label}」里没有能存的：什么都没有读出来。请看读入的结果里为什么。")
    desk = make_folder(Path(home))
    try:
        if taken.kind in TABLES:
            return _replace_table(desk, TABLES[taken.kind], taken, moment)
        folder = desk / FOLDERS[taken.kind]
        return [path for name, data in files.items() if (path := _put(folder, name, data)) is not None]
    except OSError as error:
        raise InputError(
            f"没有存下（{error.strerror or error}）。如果文件正在 Excel 里打开，请先关掉；再看看磁盘还有没有空间。"
        ) from error


def places_of(taken: Taken) -> tuple[str, ...]:
    """Where each file will lie once saved, or that it lies there already; and which are not saved."""
    files = _to_save(taken)
    lines = []
    if taken.kind in TABLES and files:
        lines.append(_place_of_table(taken))
    elif files:
        folder = FOLDERS[taken.kind]
        seen: dict[bytes, str] = {}
        for name, data in files.items():
            if seen.setdefault(data, name) != name:
                lines.append(f"{name}：和 {seen[data]} 一模一样，只存一份")
                continue
            lies = None if taken.home is None else _lies(taken.home / folder, data)
            as_table = "（按改过的列名存成表格）" if name not in taken.originals else ""
            lines.append(f"{name}：已经有了，是 {lies}" if lies else f"{name} → {folder}/{name}{as_table}")
    kept = set(readable(taken))
    lines += [f"{name}：没有读出内容，不存" for name in taken.originals if name not in kept]
    return tuple(lines)


def _place_of_table(taken: Taken) -> str:
    one = TABLES[taken.kind]
    target = None if taken.home is None else taken.home / one.file
    if target is None or _filled(target) is None:
        return f"存成 {one.file}"
    if _is_there(target, _table_bytes(target, one, taken)):
        return f"{one.file} 里已经有了"
    if one.joins:
        return f"和 {one.file} 里原有的行合在一起，原来的文件另存一份"
    return f"存成 {one.file}，原来的另存一份"


def _to_save(taken: Taken) -> Mapping[str, bytes]:
    """Cleaned name to bytes of what is to be put into a folder; of tables what was dropped."""
    names = readable(taken)
    if not taken.rename or taken.kind not in ("documents", "own"):
        return {clean_name(name): taken.originals[name] for name in names}
    heads = taken.columns[taken.columns["header"].isin(list(taken.rename))]
    touched = {str(path).split("〔")[0] for path in heads["path"]}
    plain = {clean_name(name): taken.originals[name] for name in names if name not in touched}
    return plain | _as_tables(taken, [name for name in names if name in touched])


def _as_tables(taken: Taken, names: list[str]) -> dict[str, bytes]:
    """What was read of each file whose headers were renamed, as a table that reads the same without renaming."""
    from toolkit.documents import read_documents

    out = {}
    for name in names:
        with tempfile.TemporaryDirectory() as place:
            path = Path(place, clean_name(name))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(taken.originals[name])
            frame = read_documents(Path(place), rename=dict(taken.rename)).frame
            table = write_csv(frame.dropna(axis="columns", how="all"), Path(place, "table"))
            out[f"{clean_name(name).rsplit('.', 1)[0]}（改过列名）.csv"] = table.read_bytes()
    return out


# ---- folders of many files


def _lies(folder: Path, data: bytes) -> str:
    """The name of a file of the folder with the same bytes, "" where there is none."""
    if not folder.is_dir():
        return ""
    for path in sorted(folder.rglob("*")):
        try:
            if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
                return path.relative_to(folder.parent).as_posix()
        except OSError:
            continue
    return ""


def put_file(folder: Path, name: str, data: bytes) -> Path:
    """The path of a file with these bytes in a folder, written there under a cleaned name where it is missing.

    Raises InputError where it cannot be written.
    """
    try:
        there = _lies(folder, data)
        return folder.parent / there if there else _put(folder, clean_name(name), data) or folder / name
    except OSError as error:
        raise InputError(
            f"「{name}」没有存下（{error.strerror or error}）。请看看磁盘是不是满了。"
        ) from error


def _put(folder: Path, name: str, data: bytes) -> Path | None:
    """The new file; None where the same bytes lie in the folder."""
    if _lies(folder, data):
        return None
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target = free_path(target)
    _write(target, data)
    return target


def _write(target: Path, data: bytes) -> None:
    """Write a whole file or nothing: a half-written one must never stand under its name."""
    half = target.with_name(f".{target.name[:80]}.part")
    try:
        half.write_bytes(data)
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)


# ---- tables of which there is one file


def _replace_table(desk: Path, one: OneFile, taken: Taken, now: dt.datetime | None) -> list[Path]:
    """The new file and where the old one is kept; nothing where the old one says it all."""
    target = desk / one.file
    data = _table_bytes(target, one, taken)
    if data is None or _is_there(target, data):
        return []
    kept: list[Path] = []
    if _filled(target) is not None:
        mark = "（换下）" if now is None else f"（换下 {now:%Y-%m-%d %H%M}）"
        old = free_path(target.with_name(marked(one.file, mark)))
        _write(old, target.read_bytes())
        kept = [old]
    _write(target, data)
    return [target, *kept]


def _is_there(target: Path, data: bytes | None) -> bool:
    return data is None or (target.is_file() and target.read_bytes() == data)


def _table_bytes(target: Path, one: OneFile, taken: Taken) -> bytes | None:
    """The workbook as it was dropped where it replaces the old one whole, else what was read, as a workbook.

    None where the old rows say all that is new.
    """
    names = readable(taken)
    old = _old_rows(target, one) if one.joins else one.contract.empty()
    if len(names) == 1 and names[0].lower().endswith(".xlsx") and not taken.rename and old.empty:
        return taken.originals[names[0]]
    frame = taken.frame
    if len(old):
        told = set(_cells(old))
        frame = frame[[row not in told for row in _cells(frame)]]
        if frame.empty:
            return None
        if one.keys:
            said = set(_cells(frame[list(one.keys)]))
            old = old[[row not in said for row in _cells(old[list(one.keys)])]]
        frame = pd.concat([old, frame], ignore_index=True)
    with tempfile.TemporaryDirectory() as place:
        return write_xlsx(frame.reset_index(drop=True), Path(place, one.file)).read_bytes()


def _cells(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """Each row's cells as texts, to tell rows apart."""
    return list(zip(*(frame[name].astype(str) for name in frame.columns), strict=True))


def _old_rows(target: Path, one: OneFile) -> pd.DataFrame:
    """What the file says so far; what cannot be read is kept beside, and joins nothing."""
    if _filled(target) is None:
        return one.contract.empty()
    try:
        return one.reader(target).frame
    except ToolkitError:
        return one.contract.empty()

"""Backup and restore: a backup is a workspace file, whatever the engine it is taken from or restored to."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from pathlib import Path

import sqlalchemy as sa

from toolkit.schema import StoreError
from toolkit.store._database import Database, refuse_foreign
from toolkit.store._tables import CONTENT, EARLIER, FRAMES
from toolkit.store._values import unpack

# rows that are in memory at once while copying; each may be a large frame
_AT_ONCE = 4


def backup(database: Database, path: Path, *, overwrite: bool) -> Path:
    """Write everything as it is at one moment to a workspace file; it is there whole or not at all."""
    _refuse_own(database, path)
    refuse_foreign(path)
    if path.exists() and not overwrite:
        raise StoreError(f"{path} 已经有了，没有覆盖。请换一个文件名，或写 overwrite=True。")
    _refuse_in_use(path)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        target = Database(_address(part), clock=database.clock, label=str(path))
        try:
            with database.transaction() as source, target.transaction("write") as into:
                _copy(source, into)
        finally:
            target.close()
        part.replace(path)
    except OSError as error:
        raise StoreError(f"{path} 写不进去。请检查文件夹、权限和磁盘空间。") from error
    finally:
        for end in ("", "-wal", "-shm"):
            part.with_name(part.name + end).unlink(missing_ok=True)
    return path


def restore(database: Database, path: Path) -> None:
    """Replace everything by what a backup holds, once it has been read whole; the backup is not touched."""
    _refuse_own(database, path)
    refuse_foreign(path)
    if not path.exists() or path.stat().st_size == 0:
        raise StoreError(f"{path} 不在，或是空的。工作区没有改动。请核对备份文件的位置。")
    _refuse_in_use(path)
    with tempfile.TemporaryDirectory() as folder:
        # a copy: opening an older backup brings it to the newest step
        copy = shutil.copyfile(path, Path(folder) / "backup.db")
        source = Database(_address(copy), clock=database.clock, label=str(path))
        try:
            with source.transaction() as rows:
                _check(rows, path)
                with database.transaction("write") as into:
                    for table in CONTENT:
                        into.execute(sa.delete(table))
                    _copy(rows, into)
        finally:
            source.close()


def _copy(source: sa.Connection, into: sa.Connection) -> None:
    for table in CONTENT:
        found = source.execution_options(yield_per=_AT_ONCE).execute(sa.select(table))
        for part in found.mappings().partitions():
            into.execute(sa.insert(table), [dict(row) for row in part])


def _check(source: sa.Connection, path: Path) -> None:
    """Raise StoreError where a content of the backup is damaged."""
    for table in (FRAMES, EARLIER):
        for row in source.execution_options(yield_per=_AT_ONCE).execute(sa.select(table)):
            unpack(row, where=f"备份 {path}")


def _refuse_own(database: Database, path: Path) -> None:
    if database.file is not None and path.resolve() == database.file.resolve():
        raise StoreError(f"{path} 就是正在用的工作区。请写另一个文件名。")


def _refuse_in_use(path: Path) -> None:
    # part of its content lies in that file, and a file put in its place would be mixed with it
    if path.with_name(f"{path.name}-wal").exists():
        raise StoreError(
            f"{path} 正开着，或上次没有关好（旁边有 -wal 文件）。请先用 Workspace 打开并关上它，再试一次。"
        )


def _address(file: Path) -> sa.URL:
    return sa.URL.create("sqlite", database=str(file))

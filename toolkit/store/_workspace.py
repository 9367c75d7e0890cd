"""The one class of the room: frames kept by name."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from toolkit.schema import TIME_DTYPE, TIME_ZONE, StoreError
from toolkit.store import _backup, _people
from toolkit.store._database import Database
from toolkit.store._merge import merge
from toolkit.store._tables import EARLIER, FRAMES, HISTORY
from toolkit.store._values import check_columns, decode, encode, unpack
from toolkit.store._versions import name_key, present, put


class Workspace:
    """Frames kept by name in a database, with a history of the saves that changed something.

    `url` is an SQLAlchemy address: "sqlite:///wenan.db" is a file in the current folder, a team's server is
    "postgresql+psycopg://user@host/database". `clock` gives the time that history notes (default: now, in
    Shanghai). Two programs may write at the same time: one waits for the other, up to a minute. Usable in a
    `with` block; else call `close`.

    Raises StoreError for a file that is not a workspace, is damaged, or was made by a later version; such
    a file is left as it is.

    >>> with Workspace("sqlite://") as workspace:
    ...     workspace.save("热词", pd.DataFrame({"term": ["大闸蟹"]}))
    ...     workspace.add("热词", pd.DataFrame({"term": ["大闸蟹", "桂花"]}))
    ...     workspace.load("热词")["term"].tolist(), workspace.names()
    1
    2
    (['大闸蟹', '桂花'], ['热词'])
    """

    def __init__(
        self, url: str = "sqlite:///wenan.db", *, clock: Callable[[], dt.datetime] | None = None
    ) -> None:
        self._database = Database(url, clock=clock or (lambda: dt.datetime.now(TIME_ZONE)))

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Workspace({self._database.label!r})"

    def close(self) -> None:
        """Let go of the database; on Windows the file can be moved only after that."""
        self._database.close()

    def save(
        self,
        name: str,
        frame: pd.DataFrame,
        *,
        personal: str | Sequence[str] = (),
        version: int | None = None,
    ) -> int:
        """Keep a frame under a name, replacing what it held, and return the version (1 for the first).

        The same content again changes nothing and returns the version there is. Column names must be texts, each
        once; the index is not kept. Raises StoreError for what cannot be kept exactly.

        Where two notebooks load, change and save the same name, the later save replaces the earlier one: use
        `add` where rows come from several, or give the `version` that was loaded (0: none yet). Where that is no
        longer the present one, StoreError says so and nothing changes.

        `personal` names columns that hold people (texts, numbers, lists of these): each value is replaced by
        a stand-in that only this workspace makes, in this save and in all later ones of the name. What was
        saved before stays, and so do names inside other texts; see `forget_people`.
        """
        check_columns(frame)
        key = name_key(name)
        with self._database.transaction("write") as connection:
            row = None if version is None else present(connection, key)
            if version is not None and version != (held := 0 if row is None else row.version):
                raise StoreError(
                    f"{name!r} 现在是第 {held} 版，不是第 {version} 版：这期间有人保存过，这一次没有存。"
                    "请重新 load，把改动做进去再 save；只添几行可以用 add。"
                )
            _people.remember(connection, key, frame, _listed(personal))
            return self._put(connection, key, _people.hide(connection, key, frame))

    def add(
        self,
        name: str,
        frame: pd.DataFrame,
        *,
        key: str | Sequence[str] | None = None,
        personal: str | Sequence[str] = (),
    ) -> int:
        """Merge rows into what a name holds, and return the version; the same rows again change nothing.

        A row whose key is known replaces the one there is, in its place; others are appended in order. `key`
        is one or more columns; by default the first, with date, measured_at, starts and rank where there are
        such columns, or the whole row where that has a value twice. A known row keeps its value in columns
        that `frame` lacks. Two programs that add at once lose nothing. `personal` is as in `save`.

        Raises StoreError for a `key` that is not in both tables or has a value twice.
        """
        check_columns(frame)
        place = name_key(name)
        with self._database.transaction("write") as connection:
            _people.remember(connection, place, frame, _listed(personal))
            new = _people.hide(connection, place, frame)
            row = present(connection, place)
            held = new.head(0)
            if row is not None:
                held = _people.hide(connection, place, decode(unpack(row, where=self._database.label)))
            return self._put(connection, place, merge(held, new, _listed(key)))

    def load(self, name: str, *, version: int | None = None) -> pd.DataFrame:
        """The frame kept under a name: columns, order, types, time zone, lists and missing values as saved.

        The index is 0, 1, 2 … `version` gives an earlier content; of each name the last ten (`KEPT`) are kept.
        Raises StoreError for an unknown name or version, or when the content does not match its sum.
        """
        key = name_key(name)
        with self._database.transaction() as connection:
            row = present(connection, key)
            if row is not None and version is not None and row.version != version:
                found = sa.select(EARLIER).where(EARLIER.c.name == key)
                earlier = connection.execute(found.where(EARLIER.c.version == version)).one_or_none()
                if earlier is None:
                    kept = connection.execute(found.with_only_columns(EARLIER.c.version)).scalars()
                    raise _unknown_version(name, version, [*kept, row.version])
                row = earlier
            if row is not None:
                return decode(unpack(row, where=self._database.label))
        known = "、".join(repr(other) for other in self.names()[:10])
        raise StoreError(f"工作区里没有 {name!r}。现有：{known or '还是空的'}。请核对名字，或先 save。")

    def history(self, name: str) -> pd.DataFrame:
        """A row for each save that changed the name's content, oldest first.

        The columns are version, saved_at, rows, and how many rows were added, removed and changed (missing for
        saves made before that was counted). Rows are matched by the first column, with date, measured_at,
        starts and rank where there are such columns; where that has a value twice, whole rows are compared and
        none counts as changed. An unknown name gives an empty frame.
        """
        columns = ["version", "saved_at", "rows", "added", "removed", "changed"]
        query = sa.select(*(HISTORY.c[column] for column in columns)).where(HISTORY.c.name == name_key(name))
        with self._database.transaction() as connection:
            rows = connection.execute(query.order_by(HISTORY.c.version)).all()
            frame = pd.DataFrame(rows, columns=columns)
            frame["saved_at"] = pd.to_datetime(frame["saved_at"], utc=True).astype(TIME_DTYPE)
            return frame.astype({column: "Int64" for column in columns if column != "saved_at"})

    def names(self) -> list[str]:
        """The names that hold a frame, sorted."""
        with self._database.transaction() as connection:
            return sorted(json.loads(key) for key in connection.execute(sa.select(FRAMES.c.name)).scalars())

    def backup(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write everything as it is at this moment to a file, and return its path; others may go on writing.

        The file is an SQLite workspace, also when this one is on a server: it can be opened as one, and be
        restored to either. It holds what makes stand-ins secret: keep it as safely as the workspace. Raises
        StoreError where the file is there already (unless `overwrite`, and then only for a workspace file).
        """
        return _backup.backup(self._database, Path(path), overwrite=overwrite)

    def restore(self, path: str | Path) -> None:
        """Replace everything here, history too, by what a backup holds.

        The backup is read whole first: a damaged or foreign file, or one of a later version, raises StoreError
        and nothing changes. People forgotten since the backup come back with it: forget them again.
        """
        _backup.restore(self._database, Path(path))

    def forget_people(self, *names: str) -> int:
        """Blank these people in all kept contents with `personal` columns, and return how many values that took.

        A name is written as it was before it was replaced, by `save` or by `read_text`. In personal columns a
        text becomes "", an entry of a list goes, any other value becomes missing; inside the texts of the
        same frames 某人 is written for a stand-in. A plain name inside other text stays: it may be part of a
        word. Without names everyone is blanked and the secret behind the stand-ins is thrown away, so that
        those in files given out can never be linked to a name again. Each name that held one gets a new
        version. Nothing of it stays in the file; backups made before still hold it, and on a server its own
        logs and backups may.
        """
        with self._database.transaction("write") as connection:
            database = self._database
            lost = _people.forget(connection, names, now=database.now, where=database.label)
        self._database.wipe()
        return lost

    def _put(self, connection: sa.Connection, key: str, frame: pd.DataFrame) -> int:
        return put(connection, key, encode(frame), now=self._database.now, where=self._database.label)


def _listed(columns: str | Sequence[str] | None) -> list[str]:
    return [columns] if isinstance(columns, str) else list(columns or ())


def _unknown_version(name: str, version: int, kept: list[int]) -> StoreError:
    there = "、".join(map(str, sorted(kept)))
    return StoreError(f"{name!r} 没有第 {version} 版，或已经不留着了。还留着的：{there}。")

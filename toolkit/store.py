"""The workspace: frames kept by name in one database, SQLite by default.

A frame is one row: its column names and types as JSON, its values as compressed JSON. That is slower to
query than one table a frame, but every name and every value is possible (NUL, lone surrogates, lists,
dates), types come back exactly, and a save is one statement that is there whole or not at all. Content is
compared by its SHA-256.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, cast

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

from toolkit.schema import TIME_DTYPE, TIME_ZONE, StoreError

# "Wena" in ASCII, in the header of every SQLite file of ours: told apart before the file is opened
APPLICATION_ID = 0x57656E61
_HEADER, _ID_PLACE = b"SQLite format 3\x00", 68
_BUSY_SECONDS = 5

_METADATA = sa.MetaData()
_STEPS = sa.Table(
    "wenan_schema",
    _METADATA,
    sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("applied_at", sa.Text, nullable=False),
)
_FRAMES = sa.Table(
    "wenan_frames",
    _METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("columns", sa.Text, nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
)
_HISTORY = sa.Table(
    "wenan_history",
    _METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("saved_at", sa.Text, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
)


def _create_tables(connection: sa.Connection) -> None:
    for table in (_FRAMES, _HISTORY):
        table.create(connection, checkfirst=True)


# applied in order, each once; a later form of the file is one more line here
MIGRATIONS: tuple[tuple[str, Callable[[sa.Connection], None]], ...] = (
    ("frames and their history", _create_tables),
)


class Workspace:
    """Frames kept by name in a database, with a history of the saves that changed something.

    `url` is an SQLAlchemy address: "sqlite:///wenan.db" is a file in the current folder. `clock` gives the
    time that history notes (default: now, in Shanghai). Two programs may save at the same time: each save
    waits up to five seconds for the other. Usable in a `with` block; else call `close`.

    Raises StoreError for a file that is not a workspace, is damaged, or was made by a later version; such
    a file is left as it is.

    >>> with Workspace("sqlite://") as workspace:
    ...     workspace.save("热词", pd.DataFrame({"term": ["大闸蟹"]}))
    ...     workspace.load("热词")["term"].tolist(), workspace.names()
    1
    (['大闸蟹'], ['热词'])
    """

    def __init__(
        self, url: str = "sqlite:///wenan.db", *, clock: Callable[[], dt.datetime] | None = None
    ) -> None:
        self._clock = clock or (lambda: dt.datetime.now(TIME_ZONE))
        try:
            address = sa.make_url(url)
            self._label = address.render_as_string(hide_password=True)
            self._file = _database_file(address)
            if self._file is not None:
                _refuse_foreign(self._file)
            self._engine = sa.create_engine(address)
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise StoreError(
                f"看不懂的数据库地址 {url!r}。请写成 sqlite:///文件名.db，或 postgresql+psycopg://…"
            ) from error
        self._sqlite = self._engine.dialect.name == "sqlite"
        if self._sqlite:
            sa.event.listen(self._engine, "connect", _on_connect)
            sa.event.listen(self._engine, "begin", _on_begin)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Workspace({self._label!r})"

    def close(self) -> None:
        """Let go of the database; on Windows the file can be moved only after that."""
        self._engine.dispose()

    def save(self, name: str, frame: pd.DataFrame) -> int:
        """Keep a frame under a name, replacing what it held, and return the version (1 for the first).

        The same content again changes nothing and returns the version there is. Column names must be texts, each
        once; the index is not kept. Raises StoreError for what cannot be kept exactly.
        """
        columns, content = _encode(frame)
        digest = hashlib.sha256(columns.encode("ascii") + b"\n" + content).hexdigest()
        payload = zlib.compress(content, level=6)
        key = _key(name)
        with self._transaction(write=True) as connection:
            found = connection.execute(
                sa.select(_FRAMES.c.version, _FRAMES.c.digest).where(_FRAMES.c.name == key).with_for_update()
            ).one_or_none()
            if found is not None and found.digest == digest:
                return int(found.version)
            version = 1 if found is None else int(found.version) + 1
            values = {"version": version, "digest": digest, "columns": columns, "payload": payload}
            if found is None:
                connection.execute(sa.insert(_FRAMES).values(name=key, **values))
            else:
                connection.execute(sa.update(_FRAMES).where(_FRAMES.c.name == key).values(**values))
            saved_at = self._clock().astimezone(TIME_ZONE).isoformat(timespec="microseconds")
            connection.execute(
                sa.insert(_HISTORY).values(
                    name=key, version=version, saved_at=saved_at, rows=len(frame), digest=digest
                )
            )
        return version

    def load(self, name: str) -> pd.DataFrame:
        """The frame kept under a name: columns, order, types, time zone, lists and missing values as saved.

        The index is 0, 1, 2 … Raises StoreError for an unknown name, or when the row does not match its sum.
        """
        query = sa.select(_FRAMES.c.digest, _FRAMES.c.columns, _FRAMES.c.payload)
        with self._transaction() as connection:
            found = connection.execute(query.where(_FRAMES.c.name == _key(name))).one_or_none()
        if found is None:
            known = "、".join(repr(other) for other in self.names()[:10])
            raise StoreError(f"工作区里没有 {name!r}。现有：{known or '还是空的'}。请核对名字，或先 save。")
        try:
            content = zlib.decompress(found.payload)
        except zlib.error:
            content = b""
        if hashlib.sha256(found.columns.encode("ascii") + b"\n" + content).hexdigest() != found.digest:
            raise StoreError(
                f"{self._label} 里的 {name!r} 已损坏。请从备份恢复这个文件，或重新 save 这张表。"
            )
        return _decode(found.columns, content)

    def history(self, name: str) -> pd.DataFrame:
        """A row for each save that changed the name's content: version, saved_at, rows; oldest first.

        An unknown name gives an empty frame. Earlier content itself is not kept.
        """
        query = sa.select(_HISTORY.c.version, _HISTORY.c.saved_at, _HISTORY.c.rows)
        with self._transaction() as connection:
            rows = connection.execute(
                query.where(_HISTORY.c.name == _key(name)).order_by(_HISTORY.c.version)
            ).all()
        times = [pd.Timestamp(row.saved_at).tz_convert(TIME_ZONE) for row in rows]
        return pd.DataFrame(
            {
                "version": pd.Series([row.version for row in rows], dtype="Int64"),
                "saved_at": pd.Series(times, dtype=TIME_DTYPE),
                "rows": pd.Series([row.rows for row in rows], dtype="Int64"),
            }
        )

    def names(self) -> list[str]:
        """The names that hold a frame, sorted."""
        with self._transaction() as connection:
            return sorted(json.loads(key) for key in connection.execute(sa.select(_FRAMES.c.name)).scalars())

    def _transaction(self, *, write: bool = False) -> AbstractContextManager[sa.Connection]:
        return _Transaction(self._engine.execution_options(wenan_write=write), self._label)

    def _prepare(self) -> None:
        """Check the file, then bring it to the newest step; of two programs one does it and the other waits."""
        with self._transaction() as connection:
            if self._sqlite:
                verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
                if verdict != "ok":
                    raise StoreError(f"{self._label} 已损坏（{verdict}）。文件没有改动，请从备份恢复。")
            done = self._applied(connection)
        if done < len(MIGRATIONS):
            with self._transaction(write=True) as connection:
                self._migrate(connection)
        if self._file is not None:
            self._use_wal()

    def _applied(self, connection: sa.Connection) -> int:
        if not sa.inspect(connection).has_table(_STEPS.name):
            return 0
        done = connection.execute(sa.select(sa.func.max(_STEPS.c.step))).scalar_one() or 0
        if done > len(MIGRATIONS):
            raise StoreError(f"{self._label} 是更新版本的文案台建的，这个版本读不了。请升级后再打开。")
        return int(done)

    def _migrate(self, connection: sa.Connection) -> None:
        _STEPS.create(connection, checkfirst=True)
        for step in range(self._applied(connection) + 1, len(MIGRATIONS) + 1):
            name, change = MIGRATIONS[step - 1]
            change(connection)
            now = self._clock().astimezone(TIME_ZONE).isoformat(timespec="microseconds")
            connection.execute(sa.insert(_STEPS).values(step=step, name=name, applied_at=now))
        if self._sqlite:
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")

    def _use_wal(self) -> None:
        """Readers do not wait for a writer. The switch needs the file alone: where that fails, all still works."""
        for _ in range(20):
            try:
                with self._engine.connect() as connection:
                    raw = cast(Any, connection.connection.dbapi_connection)
                    if raw.execute("PRAGMA journal_mode=WAL").fetchone()[0] == "wal":
                        return
            except Exception as error:  # noqa: BLE001 - the driver's own error class, for any driver
                if "locked" not in str(error):
                    return
            time.sleep(0.05)


class _Transaction(AbstractContextManager[sa.Connection]):
    """One transaction; the driver's errors come out as StoreError in plain words."""

    def __init__(self, engine: sa.Engine, label: str) -> None:
        self._begin = engine.begin()
        self._label = label

    def __enter__(self) -> sa.Connection:
        try:
            return self._begin.__enter__()
        except DatabaseError as error:
            raise self._explained(error) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._begin.__exit__(kind, error, trace)
        except DatabaseError as late:
            raise self._explained(late) from late
        if isinstance(error, DatabaseError):
            raise self._explained(error) from error

    def _explained(self, error: DatabaseError) -> StoreError:
        text = str(error.orig)
        if "locked" in text:
            return StoreError(f"{self._label} 正被别的程序占用，等了 {_BUSY_SECONDS} 秒。请稍后再试。")
        if "unable to open" in text or "readonly" in text:
            return StoreError(f"{self._label} 打不开或不能写入（{text}）。请检查文件夹和权限。")
        if "malformed" in text or "not a database" in text or "corrupt" in text:
            return StoreError(f"{self._label} 已损坏（{text}）。文件没有改动，请从备份恢复。")
        return StoreError(f"{self._label} 没有做成（{text}）。请检查数据库后再试。")


def _on_connect(connection: Any, _record: Any) -> None:
    # SQLAlchemy then sends every BEGIN itself; sqlite3's own deferred one fails under two writers
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={_BUSY_SECONDS * 1000}")
    connection.execute("PRAGMA synchronous=NORMAL")


def _on_begin(connection: sa.Connection) -> None:
    write = connection.get_execution_options().get("wenan_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _database_file(address: sa.URL) -> Path | None:
    """The file an address names, or None for a database in memory or on a server."""
    name = address.database
    if address.get_backend_name() != "sqlite" or not name or name == ":memory:" or name.startswith("file:"):
        return None
    return Path(name)


def _refuse_foreign(file: Path) -> None:
    """Look at the file's first bytes only: opening another program's database could already change it."""
    if file.is_dir():
        raise StoreError(f"{file} 是文件夹，不是工作区文件。请写上文件名，如 {file / 'wenan.db'}。")
    if not file.parent.is_dir():
        raise StoreError(f"文件夹 {file.parent} 不存在。请先建好它，或换一个位置。")
    try:
        with file.open("rb") as stream:
            start = stream.read(_ID_PLACE + 4)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"{file} 打不开（{error.strerror}）。请检查权限。") from error
    if start and (not start.startswith(_HEADER) or start[_ID_PLACE:] != APPLICATION_ID.to_bytes(4, "big")):
        raise StoreError(
            f"{file} 不是文案台的工作区文件，或已损坏。文件没有改动。请换一个文件名，或从备份恢复。"
        )


def _key(name: str) -> str:
    """A name as ASCII: no database refuses it, whatever the text."""
    if not isinstance(name, str):
        raise StoreError(f"名字要是文字（现在是 {type(name).__name__}）。")
    return json.dumps(name)


def _encode(frame: pd.DataFrame) -> tuple[str, bytes]:
    """Column names and types as ASCII JSON, and the values as JSON, one list a column."""
    names = list(frame.columns)
    wrong = [repr(name) for name in names if not isinstance(name, str)]
    if wrong or len(set(names)) != len(names):
        what = f"列名要是文字：{'、'.join(wrong)}" if wrong else "有重复的列名"
        raise StoreError(f"这张表存不了：{what}。请先改列名。")
    series = [frame.iloc[:, place] for place in range(frame.shape[1])]
    columns = json.dumps([[name, str(part.dtype)] for name, part in zip(names, series, strict=True)])
    values = {"rows": len(frame), "values": [_out(part) for part in series]}
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return columns, text.encode("utf-8", "surrogatepass")


def _decode(columns: str, content: bytes) -> pd.DataFrame:
    stored = json.loads(content.decode("utf-8", "surrogatepass"))
    index = pd.RangeIndex(stored["rows"])
    head = json.loads(columns)
    made = {
        name: _back(values, dtype, index)
        for (name, dtype), values in zip(head, stored["values"], strict=True)
    }
    return pd.DataFrame(made, index=index, columns=pd.Index([name for name, _ in head], dtype="str"))


def _out(series: pd.Series[Any]) -> list[Any]:
    """A column's values as JSON can hold them: times as counts since 1970 in the column's own unit."""
    dtype = series.dtype
    if isinstance(dtype, pd.DatetimeTZDtype) or dtype.kind in "mM":
        plain = series.dt.tz_convert("UTC").dt.tz_localize(None) if hasattr(dtype, "tz") else series
        counts = plain.to_numpy().astype("int64").tolist()
        return [None if lost else count for count, lost in zip(counts, series.isna(), strict=True)]
    if isinstance(dtype, np.dtype) and dtype.kind == "O":
        return [_out_object(value, str(series.name)) for value in series]
    if isinstance(dtype, pd.StringDtype):
        return [None if lost else str(value) for value, lost in zip(series, series.isna(), strict=True)]
    if isinstance(dtype, np.dtype) and dtype.kind in "biuf":
        return series.to_numpy().tolist()
    if dtype.kind in "biuf":
        return [None if value is pd.NA else value for value in series.astype(object).tolist()]
    raise StoreError(f"列 {series.name!r} 的类型 {dtype} 存不了。请先换成文字、数字、是否、时间或列表。")


def _back(values: list[Any], dtype: str, index: pd.Index[Any]) -> pd.Series[Any]:
    if dtype.startswith(("datetime64", "timedelta64")):
        zoned = "," in dtype
        bare = f"{dtype.partition(',')[0]}]" if zoned else dtype
        numbers = np.array([np.iinfo("int64").min if value is None else value for value in values], "int64")
        series = pd.Series(numbers.view(bare), index=index)
        return series.dt.tz_localize("UTC").astype(dtype) if zoned else series
    if dtype == "object":
        return pd.Series([_back_object(value) for value in values], index=index, dtype=object)
    return pd.Series(values, index=index, dtype=cast(Any, dtype))


def _out_object(value: Any, column: str) -> Any:
    """One value of a mixed column; what JSON has no word for is an object with one key that names its kind."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if value is pd.NA or value is pd.NaT:
        return {"missing": str(value)}
    if isinstance(value, (int, float, np.integer, np.floating, np.bool_)):
        return value.item() if isinstance(value, np.generic) else value
    if isinstance(value, (list, tuple)):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [_out_object(part, column) for part in value]}
    if isinstance(value, dict):
        return {"dict": [[_out_object(part, column) for part in pair] for pair in value.items()]}
    if isinstance(value, pd.Timestamp):
        return {"stamp": [value.value, value.unit, None if value.tz is None else str(value.tz)]}
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return {"date": value.isoformat()}
    raise StoreError(
        f"列 {column!r} 里有存不了的值（{type(value).__name__}）。请先换成文字、数字、日期或列表。"
    )


def _back_object(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    if kind == "missing":
        return pd.NA if inner == "<NA>" else pd.NaT
    if kind == "list":
        return [_back_object(part) for part in inner]
    if kind == "tuple":
        return tuple(_back_object(part) for part in inner)
    if kind == "dict":
        return {_back_object(key): _back_object(part) for key, part in inner}
    if kind == "stamp":
        nanoseconds, unit, zone = inner
        stamp = pd.Timestamp(nanoseconds, tz="UTC").as_unit(unit)
        return stamp.tz_localize(None) if zone is None else stamp.tz_convert(zone)
    return dt.date.fromisoformat(inner)

"""One database: opened, checked, brought to the newest step; its transactions and its errors in plain words."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from toolkit.schema import TIME_ZONE, StoreError, ToolkitError
from toolkit.store._tables import CONTENT, STEPS, STEPS_DONE

Mode = Literal["read", "write", "bare"]

# "Wena" in ASCII, in the header of every SQLite file of ours: told apart before the file is opened
APPLICATION_ID = 0x57656E61
_HEADER, _ID_PLACE = b"SQLite format 3\x00", 68
# adding to 100 000 documents holds the lock for some seven seconds (benchmarks/store.py)
_BUSY_SECONDS = 60

_DAMAGED = "已损坏。文件没有改动，请从备份恢复。"
# words of the drivers' messages (those stay in the error's cause), and what they mean to an editor
_MEANINGS = (
    (("locked", "lock timeout"), f"正被别的程序占用，等了 {_BUSY_SECONDS} 秒。请稍后再试。"),
    (("unable to open", "readonly", "read-only"), "打不开或不能写入。请检查文件夹和权限。"),
    (("malformed", "not a database", "corrupt", "decode to UTF-8"), _DAMAGED),
    (("connection",), "连不上。请检查地址、网络和数据库是否在运行。"),
    (("disk is full",), "所在的磁盘满了，这一次没有写进去。请腾出空间后再试。"),
)
_UNKNOWN = "没有做成，数据库报了错。请稍后再试；再不行，请把整段报错交给负责技术的同事。"


class Database:
    """The engine of one workspace. `label` names it in messages; `file` is its path, None on a server or in memory."""

    def __init__(self, url: str | sa.URL, *, clock: Callable[[], dt.datetime], label: str = "") -> None:
        self.clock = clock
        try:
            address = sa.make_url(url)
            if address.get_backend_name() not in ("sqlite", "postgresql"):
                raise NoSuchModuleError
            self.label = label or address.render_as_string(hide_password=True)
            self.file = _database_file(address)
            if address.get_backend_name() == "postgresql":
                # else a server set up as SQL_ASCII answers in bytes
                address = address.update_query_dict({"client_encoding": "utf8"})
            self._engine = sa.create_engine(address, pool_pre_ping=True)
        except ImportError as error:
            raise StoreError(
                f"连这种数据库要先装驱动（{error.name}）：pip install 'wenan-toolkit[team]'。"
                "地址写成 postgresql+psycopg://…"
            ) from error
        except (ArgumentError, NoSuchModuleError, ValueError) as error:
            shown = re.sub(r"//.*@", "//…@", str(url))  # it may hold a password
            raise StoreError(
                f"看不懂的数据库地址 {shown!r}。请写成 sqlite:///文件名.db，或 postgresql+psycopg://…"
            ) from error
        if self.file is not None:
            refuse_foreign(self.file)
        self.sqlite = self._engine.dialect.name == "sqlite"
        if self.sqlite:
            sa.event.listen(self._engine, "connect", _on_connect)
        sa.event.listen(self._engine, "begin", _begin_sqlite if self.sqlite else _begin_postgresql)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def transaction(self, mode: Mode = "read") -> Iterator[sa.Connection]:
        """One transaction. "read" sees one moment; of "write" there is one at a time, others wait; "bare" is none.

        The driver's errors come out as StoreError in plain words.
        """
        engine = self._engine.execution_options(wenan_mode=mode)
        if mode == "bare" and not self.sqlite:
            engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        # in one that only reads, a value that cannot be understood is the database's, not the caller's
        unreadable = (ValueError, TypeError) if mode == "read" else UnicodeDecodeError
        try:
            with engine.begin() as connection:
                yield connection
        except ToolkitError:
            raise
        except DBAPIError as error:
            found = (
                meaning for words, meaning in _MEANINGS if any(word in str(error.orig) for word in words)
            )
            raise StoreError(f"{self.label} {next(found, _UNKNOWN)}") from error
        except unreadable as error:
            raise StoreError(f"{self.label} {_DAMAGED}") from error

    def now(self) -> str:
        """The clock's time as the tables hold it."""
        return self.clock().astimezone(TIME_ZONE).isoformat(timespec="microseconds")

    def wipe(self) -> None:
        """Rewrite the database without what was deleted: no byte of it stays in the file or beside it."""
        with self.transaction("bare") as connection:
            if not self.sqlite:
                for table in CONTENT:
                    connection.exec_driver_sql(f"VACUUM FULL {table.name}")
                return
            connection.exec_driver_sql("VACUUM")
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        if busy:
            raise StoreError(
                f"已经抹去，但别的程序正开着 {self.label}，旧内容的痕迹还留在旁边的 -wal 文件里。"
                "请关掉别的程序，再运行一次 forget_people()。"
            )

    def _prepare(self) -> None:
        """Check the file, then bring it to the newest step; of two programs one does it and the other waits."""
        with self.transaction() as connection:
            if self.sqlite:
                verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
                if verdict != "ok":
                    raise StoreError(f"{self.label} {_DAMAGED}") from ValueError(verdict)
            done = self._applied(connection)
        if done < len(STEPS):
            with self.transaction("write") as connection:
                self._migrate(connection)
        if self.file is not None:
            self._use_wal()

    def _applied(self, connection: sa.Connection) -> int:
        if not sa.inspect(connection).has_table(STEPS_DONE.name):
            return 0
        done = connection.execute(sa.select(sa.func.max(STEPS_DONE.c.step))).scalar_one() or 0
        if done > len(STEPS):
            raise StoreError(f"{self.label} 是更新版本的文案台建的，这个版本读不了。请升级后再打开。")
        return int(done)

    def _migrate(self, connection: sa.Connection) -> None:
        STEPS_DONE.create(connection, checkfirst=True)
        blob, now = "BLOB" if self.sqlite else "BYTEA", self.now()
        for step in range(self._applied(connection) + 1, len(STEPS) + 1):
            name, statements = STEPS[step - 1]
            for statement in statements:
                connection.exec_driver_sql(statement.format(blob=blob))
            connection.execute(sa.insert(STEPS_DONE).values(step=step, name=name, applied_at=now))
        if self.sqlite:
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")

    def _use_wal(self) -> None:
        """Readers do not wait for a writer. The switch needs the file alone: where that fails, all still works."""
        for _ in range(20):
            try:
                with self.transaction("bare") as connection:
                    connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                return
            except StoreError:
                time.sleep(0.05)


def _on_connect(connection: Any, _record: Any) -> None:
    # SQLAlchemy then sends every BEGIN itself; sqlite3's own deferred one fails under two writers
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={_BUSY_SECONDS * 1000}")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")


def _mode(connection: sa.Connection) -> Mode:
    return connection.get_execution_options().get("wenan_mode", "read")


def _begin_sqlite(connection: sa.Connection) -> None:
    mode = _mode(connection)
    if mode != "bare":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if mode == "write" else "BEGIN")


def _begin_postgresql(connection: sa.Connection) -> None:
    mode = _mode(connection)
    if mode == "read":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    elif mode == "write":
        # one writer at a time, as in SQLite: a row lock would not hold off two first saves of a name
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_BUSY_SECONDS}s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({APPLICATION_ID})")


def _database_file(address: sa.URL) -> Path | None:
    """The file an address names, or None for a database in memory or on a server."""
    name = address.database
    if address.get_backend_name() != "sqlite" or not name or name == ":memory:" or name.startswith("file:"):
        return None
    return Path(name)


def refuse_foreign(file: Path) -> None:
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
        raise StoreError(f"{file} 打不开。请检查权限。") from error
    if start and (not start.startswith(_HEADER) or start[_ID_PLACE:] != APPLICATION_ID.to_bytes(4, "big")):
        raise StoreError(
            f"{file} 不是文案台的工作区文件，或已损坏。文件没有改动。请换一个文件名，或从备份恢复。"
        )

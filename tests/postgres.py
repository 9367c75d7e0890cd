"""What the store's tests share: the two engines, with a private PostgreSQL server where its programs are there; documents, a clock."""

from __future__ import annotations

import atexit
import datetime as dt
import functools
import itertools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pandas as pd
import psycopg
import pytest

from toolkit import schema
from toolkit.schema import TIME_ZONE

ENGINES = ("sqlite", "postgresql")
_NUMBERS = itertools.count(1)
_MISSING = "没有找到 PostgreSQL 的程序（initdb、pg_ctl）：请安装 postgresql，或把它的 bin 文件夹放进 PATH"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl: in PATH, or where Debian puts them, newest first."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    homes = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(homes, key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0)
    return newest[-1].parent if newest else None


@functools.cache
def server() -> Path:
    """The folder of a running private server, which is also that of its socket: no port, no password, no one else."""
    bin_folder = programs()
    if bin_folder is None or os.name == "nt":
        if os.environ.get("CI") == "true":
            pytest.fail(_MISSING)
        pytest.skip(_MISSING)
    folder = Path(tempfile.mkdtemp(prefix="wenan-pg-"))
    as_server: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL does not run as root
        shutil.chown(folder, "postgres")
        as_server = ["runuser", "-u", "postgres", "--"]
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        command = [*as_server, str(bin_folder / program), "-D", str(data), *arguments]
        with (folder / "log").open("ab") as log:
            done = subprocess.run(command, check=False, cwd=folder, stdout=log, stderr=log)
        if done.returncode:
            pytest.fail(f"{program}: {(folder / 'log').read_text(errors='replace')}")

    def stop() -> None:
        run("pg_ctl", "stop", "-m", "immediate")
        shutil.rmtree(folder, ignore_errors=True)

    run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=40"
    run("pg_ctl", "start", "-w", "-l", str(folder / "server.log"), "-o", options)
    atexit.register(stop)
    return folder


def query(sql: str, *, database: str = "postgres") -> None:
    """Send statements to the server, each on its own."""
    address = f"host={server()} user=postgres dbname={database}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.encode())


def new_address(engine: str, folder: Path) -> str:
    """The address of a workspace that is not there yet: a file in `folder`, or a database of the server."""
    if engine == "sqlite":
        return f"sqlite:///{folder / '我的 文案台.db'}"
    database = f"wenan_{next(_NUMBERS)}"
    query(f"CREATE DATABASE {database}")
    return f"postgresql+psycopg://postgres@/{database}?host={server()}"


def documents() -> pd.DataFrame:
    """Two documents, as the contract has them."""
    frame = pd.DataFrame(
        {
            "doc_id": ["a", "b"],
            "title": ["中秋的蟹", "=1+1"],
            "published_at": ["2026-09-18 08:30", None],
            "reads": [12345, None],
        }
    )
    return schema.check(frame, schema.DOCUMENTS)


class Ticking:
    """A clock that goes on by a minute at each look."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 9, 20, 8, 0, tzinfo=TIME_ZONE)

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(minutes=1)
        return self.now

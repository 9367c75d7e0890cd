"""What a workspace refuses to open and leaves as it is, and what earlier versions of it left behind."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pandas as pd
import psycopg
import pytest
import sqlalchemy as sa
from pandas.testing import assert_frame_equal
from postgres import ENGINES, Ticking, documents, new_address, query, server

from toolkit import schema
from toolkit.schema import StoreError
from toolkit.store import Workspace
from toolkit.store._tables import STEPS

FIXTURES = Path(__file__).resolve().parent / "fixtures"


def oddities() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "list": [["x", "\udfff"], []],
            "mixed": [dt.date(2026, 9, 20), None],
            "n\x00": [1.5, float("inf")],
            "flag": [True, False],
        }
    )


def old_workspace(engine: str, folder: Path) -> str:
    """A workspace as the first version left it: the dump of a database that it made."""
    url = new_address(engine, folder)
    if engine == "sqlite":
        script = (FIXTURES / "store-v1.sql").read_text(encoding="utf-8")
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.executescript(script)
    else:
        script = (FIXTURES / "store-v1-postgresql.sql").read_text(encoding="utf-8")
        database = str(sa.make_url(url).database)
        with psycopg.connect(f"host={server()} user=postgres dbname={database}") as connection:
            connection.execute(script.encode())
    return url


@pytest.mark.parametrize("engine", ENGINES)
def test_a_workspace_of_the_first_version_is_brought_up_with_all_it_holds(
    engine: str, tmp_path: Path
) -> None:
    with Workspace(old_workspace(engine, tmp_path), clock=Ticking()) as workspace:
        assert workspace.names() == sorted(["内容", "a\x00'\ud800", "空"])
        assert_frame_equal(workspace.load("内容"), documents())
        assert_frame_equal(workspace.load("a\x00'\ud800"), oddities())
        assert_frame_equal(workspace.load("空"), schema.CALENDAR.empty())
        assert workspace.add("内容", documents()) == 2
        assert workspace.save("内容", documents().tail(1)) == 3
        assert_frame_equal(workspace.load("内容", version=2), documents())
        with pytest.raises(StoreError, match="没有第 1 版，或已经不留着了。还留着的：2、3。"):
            workspace.load("内容", version=1)
        minutes = ["2026-09-20 08:02", "2026-09-20 08:03", "2026-09-20 08:02"]
        expected = pd.DataFrame(
            {
                "version": [1, 2, 3],
                "saved_at": schema.to_shanghai(pd.Series(minutes)),
                "rows": [1, 2, 1],
                "added": [None, None, 0],
                "removed": [None, None, 1],
                "changed": [None, None, 0],
            }
        ).astype(dict.fromkeys(["version", "rows", "added", "removed", "changed"], "Int64"))
        assert_frame_equal(workspace.history("内容"), expected)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_old_workspace_ends_up_like_a_new_one(engine: str, tmp_path: Path) -> None:
    def tables(url: str) -> dict[str, list[tuple[str, str, bool]]]:
        Workspace(url).close()
        made = sa.create_engine(url)
        with made.connect() as connection:
            seen = sa.inspect(connection)
            found = {
                table: [
                    (column["name"], str(column["type"]), column["nullable"])
                    for column in seen.get_columns(table)
                ]
                for table in seen.get_table_names()
            }
            steps = connection.exec_driver_sql("select step, name from wenan_schema order by step").all()
        made.dispose()
        assert [tuple(step) for step in steps] == [(n, step[0]) for n, step in enumerate(STEPS, 1)]
        return found

    (tmp_path / "new").mkdir()
    old, new = tables(old_workspace(engine, tmp_path)), tables(new_address(engine, tmp_path / "new"))
    assert old == new
    assert len(new) == 7


def foreign_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table bookmarks (url)")
        connection.commit()


@pytest.mark.parametrize("kind", ["text", "picture", "other database", "short"])
def test_a_foreign_file_is_refused_and_left_alone(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "wenan.db"
    contents = {"text": b"hello" * 50, "picture": b"\x89PNG\r\n\x1a\n" + bytes(200), "short": b"SQLite"}
    if kind in contents:
        path.write_bytes(contents[kind])
    else:
        foreign_database(path)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="不是文案台的工作区文件，或已损坏。文件没有改动"):
        Workspace(f"sqlite:///{path}")
    assert path.read_bytes() == before
    assert [other.name for other in tmp_path.iterdir()] == ["wenan.db"]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace file of some forty pages, with names, earlier contents and people."""
    path = tmp_path_factory.mktemp("sound") / "wenan.db"
    made = random.Random(5)  # noqa: S311
    with Workspace(f"sqlite:///{path}", clock=Ticking()) as workspace:
        for number in range(3):
            texts = [made.randbytes(40).hex() for _ in range(500)]
            workspace.save("x", pd.DataFrame({"a": texts}), personal="a" if number == 2 else ())
        workspace.save("内容", documents())
    return path


@pytest.mark.parametrize("damage", ["middle", "cut", "page size", "header only"])
def test_a_damaged_workspace_is_refused_and_left_alone(tmp_path: Path, sound: Path, damage: str) -> None:
    path = tmp_path / "wenan.db"
    data = bytearray(sound.read_bytes())
    if damage == "middle":
        data[4096:20480] = b"\xee" * 16384
    elif damage == "page size":
        data[16:18] = b"\x00\x03"
    else:
        del data[(len(data) // 2 if damage == "cut" else 100) :]
    path.write_bytes(bytes(data))
    with pytest.raises(StoreError) as caught:
        Workspace(f"sqlite:///{path}")
    # what the database says is in English, and for whoever mends it
    assert str(caught.value) in (
        f"sqlite:///{path} 已损坏。文件没有改动，请从备份恢复。",
        f"{path} 不是文案台的工作区文件，或已损坏。文件没有改动。请换一个文件名，或从备份恢复。",
    )
    assert (caught.value.__cause__ is None) == str(caught.value).startswith(str(path))
    assert path.read_bytes() == bytes(data)
    assert [other.name for other in tmp_path.iterdir()] == ["wenan.db"]


def test_flipped_bytes_anywhere_never_give_a_wrong_frame(tmp_path: Path, sound: Path) -> None:
    """Refused when opened or when loaded, in our words, or harmless: and the file stays as it was found."""
    path, places = tmp_path / "wenan.db", random.Random(7)  # noqa: S311
    with Workspace(f"sqlite:///{sound}") as workspace:
        frames = {name: workspace.load(name) for name in workspace.names()}
    refused = []
    for turn in range(150):
        data = bytearray(sound.read_bytes())
        for _ in range(3):
            place = places.randrange(len(data))
            if turn % 2:  # at the start of a page, where its structure is
                place = max(100, place - place % 4096 + places.randrange(100))
            data[place] ^= places.randrange(1, 256)
        if turn % 10 == 0:
            del data[len(data) - places.randrange(5000) :]
        path.write_bytes(bytes(data))
        try:
            with Workspace(f"sqlite:///{path}") as workspace:
                for name in workspace.names():
                    workspace.history(name)
                    if name in frames:
                        assert_frame_equal(workspace.load(name), frames[name])
        except StoreError as error:
            refused.append(str(error))
        assert path.read_bytes() == bytes(data)
        assert [other.name for other in tmp_path.iterdir()] == ["wenan.db"]
    assert len(refused) > 30
    assert [text for text in refused if "已损坏" not in text] == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_value_changed_behind_our_back_is_noticed(engine: str, tmp_path: Path) -> None:
    url = new_address(engine, tmp_path)
    with Workspace(url) as workspace:
        workspace.save("x", documents())
    made = sa.create_engine(url)
    with made.begin() as connection:
        connection.exec_driver_sql("update wenan_frames set columns = '[]'")
    made.dispose()
    with Workspace(url) as workspace:
        with pytest.raises(StoreError, match="'x' 已损坏。请从备份恢复，或重新 save 这张表"):
            workspace.load("x")
        with pytest.raises(StoreError, match="'x' 已损坏"):
            workspace.add("x", documents())
        assert workspace.save("x", documents()) == 1
        assert workspace.save("x", documents().head(1)) == 2
        assert workspace.history("x")["removed"].tolist() == [0, pd.NA]
        assert_frame_equal(workspace.load("x"), documents().head(1))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_workspace_of_a_later_version_is_refused(engine: str, tmp_path: Path) -> None:
    url = new_address(engine, tmp_path)
    Workspace(url).close()
    made = sa.create_engine(url)
    with made.begin() as connection:
        connection.exec_driver_sql("insert into wenan_schema values (99, 'later', '')")
    made.dispose()
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(StoreError, match="请升级后再打开"):
        Workspace(url)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_places_and_addresses_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="是文件夹"):
        Workspace(f"sqlite:///{tmp_path}")
    with pytest.raises(StoreError, match="不存在。请先建好它"):
        Workspace(f"sqlite:///{tmp_path / 'none' / 'wenan.db'}")
    for url in ("wenan.db", "nothing://x", "mysql://x/y", "oracle://x"):
        with pytest.raises(StoreError, match="看不懂的数据库地址"):
            Workspace(url)
    assert list(tmp_path.iterdir()) == []


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    nowhere = f"postgresql+psycopg://editor:geheim@/wenan?host={tmp_path}"
    for url in (nowhere, "postgresql+psycopg://editor:geheim@host:port/wenan", "x://editor:geheim@host/y"):
        with pytest.raises(StoreError) as caught:
            Workspace(url)
        assert "geheim" not in str(caught.value)
    with pytest.raises(StoreError, match="连不上。请检查地址、网络和数据库是否在运行。") as caught:
        Workspace(nowhere)
    assert "connection" in str(caught.value.__cause__)


def test_an_error_without_a_name_is_told_in_plain_words(tmp_path: Path) -> None:
    with Workspace(f"sqlite:///{tmp_path / 'wenan.db'}") as workspace:
        with closing(sqlite3.connect(tmp_path / "wenan.db")) as other:
            other.execute("drop table wenan_history")
        with pytest.raises(StoreError) as caught:
            workspace.history("x")
    assert str(caught.value) == (
        f"sqlite:///{tmp_path / 'wenan.db'} 没有做成，数据库报了错。"
        "请稍后再试；再不行，请把整段报错交给负责技术的同事。"
    )
    assert "no such table: wenan_history" in str(caught.value.__cause__)


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "wenan.db"
    monkeypatch.setattr(Path, "open", deny)
    with pytest.raises(StoreError) as caught:
        Workspace(f"sqlite:///{path}")
    assert str(caught.value) == f"{path} 打不开。请检查权限。"
    assert "Permission denied" in str(caught.value.__cause__)


def test_a_server_that_knows_no_encoding_works_as_well() -> None:
    query("CREATE DATABASE wenan_ascii TEMPLATE template0 ENCODING 'SQL_ASCII'")
    with Workspace(f"postgresql+psycopg://postgres@/wenan_ascii?host={server()}") as workspace:
        workspace.save("内容", documents())
        assert workspace.names() == ["内容"]
        assert_frame_equal(workspace.load("内容"), documents())


def test_a_missing_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"先装驱动（psycopg）：pip install 'wenan-toolkit\[team\]'"):
        Workspace("postgresql+psycopg://editor@host/wenan")


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """A folder in which this process may not write, though root may everywhere."""
    if not hasattr(os, "geteuid"):
        pytest.skip("Windows 的文件夹权限不是这样管的")
    root = os.geteuid() == 0
    folder = Path(tempfile.mkdtemp())
    with Workspace(f"sqlite:///{folder / 'wenan.db'}") as workspace:
        workspace.save("x", documents())
    folder.chmod(0o555)
    if root:
        os.seteuid(65534)
    yield folder
    if root:
        os.seteuid(0)
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["wenan.db", "new.db"])
def test_a_folder_that_may_not_be_written_is_refused_and_left_alone(closed_folder: Path, name: str) -> None:
    before = (closed_folder / "wenan.db").read_bytes()
    with pytest.raises(StoreError, match="打不开或不能写入。请检查文件夹和权限。"):
        Workspace(f"sqlite:///{closed_folder / name}")
    assert [path.name for path in closed_folder.iterdir()] == ["wenan.db"]
    assert (closed_folder / "wenan.db").read_bytes() == before


def test_a_new_file_is_in_wal_mode_and_marked_as_ours(tmp_path: Path) -> None:
    path = tmp_path / "wenan.db"
    Workspace(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("pragma journal_mode").fetchone() == ("wal",)
        assert connection.execute("pragma application_id").fetchone() == (0x57656E61,)

"""Backup and restore: whole or not at all, from one engine to the other."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from postgres import ENGINES, Ticking, new_address

from toolkit.schema import StoreError
from toolkit.store import KEPT, Workspace, _backup

FIXTURES = Path(__file__).resolve().parent / "fixtures"


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    (tmp_path / "home").mkdir()
    return new_address(request.param, tmp_path / "home")


def people() -> pd.DataFrame:
    return pd.DataFrame({"post_id": ["p1", "p2"], "buyer": ["王老师", "李婶"]})


def fill(workspace: Workspace) -> None:
    for number in range(KEPT + 2):
        workspace.save("数", pd.DataFrame({"n": range(number)}))
    workspace.save("a\x00'\ud800", people(), personal="buyer")


def everything(workspace: Workspace) -> dict[str, Any]:
    """All that can be asked of a workspace, as plain values."""
    found: dict[str, Any] = {}
    for name in workspace.names():
        history = workspace.history(name)
        for version in history["version"].tolist()[-KEPT:]:
            found[f"{name} {version}"] = workspace.load(name, version=version).to_dict("list")
        found[name] = history.astype(object).to_dict("list")
    return found


@pytest.mark.parametrize("engine", ENGINES)
def test_a_backup_moves_everything_to_another_workspace(url: str, engine: str, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with Workspace(url, clock=Ticking()) as workspace:
        fill(workspace)
        expected = everything(workspace)
        assert len(expected) == KEPT + 1 + 2
        path = workspace.backup(tmp_path / "备份.db")
        assert path == tmp_path / "备份.db"
    with Workspace(new_address(engine, tmp_path / "there")) as other:
        other.save("原有的", people())
        other.restore(path)
        assert everything(other) == expected
        # the secret came along: the same people are the same, and can be forgotten
        assert other.save("a\x00'\ud800", people()) == 1
        assert other.forget_people("王老师") == 1
    with Workspace(f"sqlite:///{path}") as opened:
        assert everything(opened) == expected


def test_a_workspace_comes_back_as_it_was(url: str, tmp_path: Path) -> None:
    with Workspace(url) as workspace:
        fill(workspace)
        expected, path = everything(workspace), workspace.backup(tmp_path / "b.db")
        data = path.read_bytes()
        workspace.save("数", people())
        workspace.save("新的", people())
        workspace.forget_people()
        workspace.restore(path)
        assert everything(workspace) == expected
        assert path.read_bytes() == data
        assert sorted(part.name for part in tmp_path.iterdir()) == ["b.db", "home"]


def test_a_backup_is_of_one_moment_while_another_writes(url: str, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with Workspace(url) as writer:
            number = 0
            while not stop.is_set():
                number += 1
                for name in ("先", "后"):
                    writer.save(name, pd.DataFrame({"n": [number] * 2000}))

    with Workspace(url) as workspace:
        for name in ("先", "后"):
            workspace.save(name, pd.DataFrame({"n": [0]}))
        thread = threading.Thread(target=write)
        thread.start()
        try:
            paths = [workspace.backup(tmp_path / f"{number}.db") for number in range(6)]
        finally:
            stop.set()
            thread.join()
    seen = []
    for path in paths:
        with Workspace(f"sqlite:///{path}") as opened:
            first, second = (int(opened.load(name)["n"].iloc[0]) for name in ("先", "后"))
            assert first - second in (0, 1)
            assert [len(opened.history(name)) for name in ("先", "后")] == [first + 1, second + 1]
            seen.append(first)
    assert seen == sorted(seen)
    assert seen[-1] > 0


def test_what_is_there_already_is_not_replaced_unasked(tmp_path: Path) -> None:
    path, note = tmp_path / "b.db", tmp_path / "note.db"
    note.write_text("买菜", encoding="utf-8")
    with Workspace(f"sqlite:///{tmp_path / 'wenan.db'}") as workspace:
        workspace.save("x", people())
        workspace.backup(path)
        workspace.save("x", people().head(1))
        before = path.read_bytes()
        with pytest.raises(StoreError, match="已经有了，没有覆盖。请换一个文件名，或写 overwrite=True"):
            workspace.backup(path)
        assert path.read_bytes() == before
        workspace.backup(str(path), overwrite=True)
        for overwrite in (False, True):
            with pytest.raises(StoreError, match="不是文案台的工作区文件"):
                workspace.backup(note, overwrite=overwrite)
        assert note.read_text(encoding="utf-8") == "买菜"
        for verb in (workspace.backup, workspace.restore):
            with pytest.raises(StoreError, match="就是正在用的工作区"):
                verb(tmp_path / "home" / ".." / "wenan.db")
        with pytest.raises(StoreError, match=r"文件夹 .* 不存在"):
            workspace.backup(tmp_path / "none" / "b.db")
        with Workspace(f"sqlite:///{path}") as opened:
            assert_frame_equal(opened.load("x"), people().head(1))
            opened.save("y", people())
            with pytest.raises(StoreError, match="正开着，或上次没有关好"):
                workspace.backup(path, overwrite=True)
            with pytest.raises(StoreError, match="正开着，或上次没有关好"):
                workspace.restore(path)


def test_a_backup_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_backup, "_copy", fail)
    with Workspace("sqlite://") as workspace:
        with pytest.raises(StoreError) as caught:
            workspace.backup(tmp_path / "b.db")
        assert str(caught.value) == f"{tmp_path / 'b.db'} 写不进去。请检查文件夹、权限和磁盘空间。"
        assert "No space left on device" in str(caught.value.__cause__)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "trouble", ["missing", "empty", "text", "cut", "flipped", "earlier flipped", "newer"]
)
def test_a_bad_backup_changes_nothing(url: str, trouble: str, tmp_path: Path) -> None:
    path = tmp_path / "b.db"
    with Workspace(f"sqlite:///{path}") as made:
        for _ in range(2):
            made.save("x", pd.DataFrame({"a": [os.urandom(40).hex() for _ in range(500)]}))
    change = {
        "flipped": "update wenan_frames set payload = substr(payload, 2)",
        "earlier flipped": "update wenan_earlier set digest = 'x'",
        "newer": "insert into wenan_schema values (99, 'later', '')",
    }
    if trouble in change:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(change[trouble])
            connection.commit()
    contents = {"empty": b"", "text": b"hello" * 50, "cut": path.read_bytes()[:20000]}
    if trouble in contents:
        path.write_bytes(contents[trouble])
    elif trouble == "missing":
        path.unlink()
    before = path.read_bytes() if path.exists() else None
    messages = {
        "missing": "不在，或是空的。工作区没有改动",
        "empty": "不在，或是空的。工作区没有改动",
        "text": "不是文案台的工作区文件",
        "newer": "请升级后再打开",
    }
    with Workspace(url) as workspace:
        fill(workspace)
        expected = everything(workspace)
        with pytest.raises(StoreError, match=messages.get(trouble, "已损坏")) as caught:
            workspace.restore(path)
        assert "b.db" in str(caught.value)
        assert everything(workspace) == expected
    assert (path.read_bytes() if path.exists() else None) == before
    assert [part.name for part in tmp_path.iterdir() if part.name.startswith("b.db")] == [
        "b.db"
    ] * path.exists()


def test_a_workspace_of_the_first_version_is_a_backup_too(url: str, tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((FIXTURES / "store-v1.sql").read_text(encoding="utf-8"))
    before = path.read_bytes()
    with Workspace(url) as workspace:
        workspace.restore(path)
        assert workspace.names() == sorted(["内容", "a\x00'\ud800", "空"])
        assert workspace.history("内容")["added"].tolist() == [pd.NA, pd.NA]
        assert workspace.load("内容")["title"].tolist() == ["中秋的蟹", "=1+1"]
    assert path.read_bytes() == before

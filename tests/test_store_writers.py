"""Real processes: two that write at once, and one that is killed in mid-save."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from postgres import ENGINES, new_address

from toolkit.schema import StoreError
from toolkit.store import Workspace, _database

BATCHES = 50


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_address(request.param, tmp_path)


# both open the same new workspace at the same moment, and each is the first to save under the same new names
WRITER = """
import sys
import pandas as pd
from toolkit.store import Workspace
url, who, batches = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
with Workspace(url) as workspace:
    for number in range(int(batches)):
        ids = [f"{who}-{number}-{row}" for row in range(3)]
        workspace.add("共同", pd.DataFrame({"id": [*ids, "两人都有"], "number": 1}))
        workspace.save("最新", pd.DataFrame({"who": [who], "number": [number]}))
"""


def test_two_programs_write_at_once_and_nothing_is_lost(url: str) -> None:
    command = [sys.executable, "-c", WRITER, url]
    writers = [
        subprocess.Popen(
            [*command, who, str(BATCHES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for who in ("甲", "乙")
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    assert [writer.communicate()[1] for writer in writers] == ["", ""]
    with Workspace(url) as workspace:
        assert workspace.names() == ["共同", "最新"]
        expected = {f"{who}-{n}-{row}" for who in ("甲", "乙") for n in range(BATCHES) for row in range(3)}
        assert sorted(workspace.load("共同")["id"]) == sorted(expected | {"两人都有"})
        history = workspace.history("共同")
        assert history["version"].tolist() == list(range(1, 2 * BATCHES + 1))
        assert history["added"].tolist() == [4] + [3] * (2 * BATCHES - 1)
        # every save of this name differs from the one before it, whoever wrote that
        assert workspace.history("最新")["version"].tolist() == list(range(1, 2 * BATCHES + 1))


def test_whoever_waits_too_long_is_told_so(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_database, "_BUSY_SECONDS", 1)
    frame = pd.DataFrame({"n": [1]})
    with Workspace(url) as first, Workspace(url) as second:
        with first._database.transaction("write"):
            assert second.names() == []  # a reader does not wait
            with pytest.raises(StoreError, match=r"正被别的程序占用.*请稍后再试"):
                second.save("x", frame)
        assert second.save("x", frame) == 1


SAVER = """
import sys
import pandas as pd
from toolkit.store import Workspace
with Workspace(sys.argv[1]) as workspace:
    number = len(workspace.history("行"))
    while True:
        number += 1
        workspace.save("行", pd.DataFrame({"number": [number] * 500, "text": [f"第{number}次"] * 500}))
        print(number, flush=True)
"""


def test_killed_in_mid_save_it_loses_at_most_that_save(tmp_path: Path) -> None:
    file, moments = tmp_path / "wenan.db", random.Random(11)  # noqa: S311
    told = 0
    for _ in range(5):
        command = [sys.executable, "-c", SAVER, f"sqlite:///{file}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as saver:
            assert saver.stdout is not None
            said = [saver.stdout.readline()]
            time.sleep(moments.uniform(0, 0.15))
            saver.kill()
            said += saver.stdout.readlines()
        acknowledged = max(int(line) for line in said if line.endswith("\n"))
        assert acknowledged > told
        with Workspace(f"sqlite:///{file}") as workspace:
            kept = workspace.load("行")
            told = int(kept["number"].iloc[0])
            assert told in (acknowledged, acknowledged + 1)
            assert kept["number"].tolist() == [told] * 500
            assert kept["text"].tolist() == [f"第{told}次"] * 500
            assert workspace.history("行")["version"].tolist() == list(range(1, told + 1))
            for version in range(max(1, told - 9), told):
                assert workspace.load("行", version=version)["number"].tolist() == [version] * 500
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]

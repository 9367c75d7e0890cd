"""What a workspace survives and what it costs.

    python benchmarks/store.py           50 kills; 1 000, 10 000 and 100 000 documents
    python benchmarks/store.py --small   two kills and 200 documents: what the tests do

Prints two tables. `kills`: a process that saves without end is killed at a random moment; how many saves it had
acknowledged in all, how many files were damaged afterwards, and how many acknowledged saves were lost (both are
to be 0). `speed`: seconds of each step, its ratio to pandas' own `to_sql` of the same rows in the same run, and the
size of the file, with the log beside it.
"""

from __future__ import annotations

import argparse
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from toolkit import lexicons, schema
from toolkit.schema import ToolkitError
from toolkit.store import Workspace

# saves numbered frames and says so after each save has returned
SAVER = """
import sys
import pandas as pd
from toolkit.store import Workspace
with Workspace(sys.argv[1]) as workspace:
    number = 1
    while True:
        workspace.save("行", pd.DataFrame({"number": [number] * 500, "text": [f"第{number}次"] * 500}))
        print(number, flush=True)
        number += 1
"""


def kill_once(folder: Path, delay: float) -> tuple[int, bool, int]:
    """Kill a saving process `delay` seconds after its first save: saves acknowledged, damaged or not, saves lost."""
    file = folder / "killed.db"
    url = f"sqlite:///{file}"
    with subprocess.Popen([sys.executable, "-c", SAVER, url], stdout=subprocess.PIPE, text=True) as saver:
        assert saver.stdout is not None
        said = [saver.stdout.readline()]
        time.sleep(delay)
        saver.kill()
        said += saver.stdout.readlines()
    told = max(int(line) for line in said if line.endswith("\n"))
    try:
        with Workspace(url) as workspace:
            kept = workspace.load("行")
            versions = workspace.history("行")["version"].tolist()
    except ToolkitError:
        return told, True, told
    number = int(kept["number"].iloc[0])
    with closing(sqlite3.connect(file)) as connection:
        sound = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    whole = len(kept) == 500 and set(kept["number"]) == {number} and set(kept["text"]) == {f"第{number}次"}
    return told, not (sound and whole and versions == list(range(1, number + 1))), max(0, told - number)


def kills(times: int, *, seed: int = 3) -> pd.DataFrame:
    """The table of kills: kills, acknowledged saves, damaged files, lost saves."""
    moments = random.Random(seed)  # noqa: S311 - moments, no secrets
    found = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            found.append(kill_once(Path(folder), moments.uniform(0, 0.4)))
    told, damaged, lost = zip(*found, strict=True)
    return pd.DataFrame(
        {"kills": [times], "acknowledged": [sum(told)], "damaged": [sum(damaged)], "lost": [sum(lost)]}
    )


def documents(rows: int, *, seed: int = 3) -> pd.DataFrame:
    """Documents of some 500 characters, mixed from the sentences of the sample world."""
    files = sorted((lexicons.sample_folder() / "posts").glob("*.csv"))
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    sentences = [part for part in re.split(r"(?<=[。！？\n])", text) if len(part.strip()) > 5]
    mixed = random.Random(seed)  # noqa: S311
    numbers = range(rows)
    frame = pd.DataFrame(
        {
            "doc_id": [f"d{number}" for number in numbers],
            "source": [f"账号{number % 50}" for number in numbers],
            "title": [mixed.choice(sentences).strip()[:30] for _ in numbers],
            "body": ["".join(mixed.choices(sentences, k=30))[:500] for _ in numbers],
            "published_at": pd.Timestamp("2026-09-01") + pd.to_timedelta(list(numbers), unit="min"),
            "reads": [mixed.randrange(100_000) for _ in numbers],
        }
    )
    return schema.check(frame, schema.DOCUMENTS)


def speed(rows: int, folder: Path) -> pd.DataFrame:
    """The table of one size: step, rows, seconds, ratio to to_sql, megabytes of the file."""
    frame = documents(rows)
    more = documents(rows + rows // 10).tail(rows // 10)
    steps: list[tuple[str, float, float]] = []

    def step(name: str, job: Callable[[], Any], file: Path) -> None:
        begin = time.perf_counter()
        job()
        seconds = time.perf_counter() - begin
        size = sum(part.stat().st_size for part in folder.glob(f"{file.name}*"))  # with the log beside it
        steps.append((name, seconds, size / 1e6))

    peer = folder / "peer.db"
    engine = sa.create_engine(f"sqlite:///{peer}")
    step("to_sql", lambda: frame.to_sql("documents", engine, index=False), peer)
    step("read_sql", lambda: pd.read_sql("documents", engine), peer)
    engine.dispose()
    file = folder / "ours.db"
    with Workspace(f"sqlite:///{file}") as workspace:
        step("save", lambda: workspace.save("documents", frame), file)
        step("save the same", lambda: workspace.save("documents", frame), file)
        step("load", lambda: workspace.load("documents"), file)
        step("add a tenth", lambda: workspace.add("documents", more), file)
        step("add the same", lambda: workspace.add("documents", more), file)
        step("backup", lambda: workspace.backup(folder / "backup.db"), folder / "backup.db")
    step("open", lambda: Workspace(f"sqlite:///{file}").close(), file)
    table = pd.DataFrame(steps, columns=["step", "seconds", "megabytes"])
    table.insert(1, "rows", rows)
    table.insert(3, "ratio", table["seconds"] / table["seconds"].iloc[0])
    return table


def main(arguments: list[str] | None = None) -> dict[str, pd.DataFrame]:
    """Measure, print and return the tables by name."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args(arguments)
    times, sizes = (2, [200]) if options.small else (options.kills, [1_000, 10_000, 100_000])
    parts = []
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            parts.append(speed(rows, Path(folder)))
    tables = {"kills": kills(times), "speed": pd.concat(parts, ignore_index=True)}
    for table in tables.values():
        print(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"), end="\n\n")
    return tables


if __name__ == "__main__":
    main(sys.argv[1:])

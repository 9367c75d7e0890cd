"""Trends of a folder of parts on a Dask cluster of two processes: does memory stay bounded as the text grows?

    python benchmarks/cluster.py                           folders of 5, 20 and 80 MB of text
    python benchmarks/cluster.py --megabytes 10 100        folders of these sizes
    python benchmarks/cluster.py --memory 400MB            what a worker may take (default 600MB: the program itself takes some 280)
    python benchmarks/cluster.py --small                   next to nothing: what the tests do

Prints seconds and peak memory (MB) of the client and of the larger worker, beside the same trends mined in one process
by pandas. The texts are sentences of the invented sample world in any order. Each run is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

import toolkit as tk
from toolkit import lexicons

PART = 10e6  # bytes of text in one file


def write_folder(folder: Path, megabytes: float) -> int:
    """Files of JSON lines and Parquet in turn with so much text in all; the number of documents."""
    posts = tk.read_documents(lexicons.sample_folder() / "posts").frame
    sentences = [line for body in posts["body"] for line in body.replace("。", "。\n").split("\n") if line]
    rng = random.Random(0)  # noqa: S311 - repeatable, no secret
    end = pd.Timestamp("2026-09-20 20:00", tz="Asia/Shanghai")
    documents, left = 0, megabytes * 1e6
    for number in range(int(-(-left // PART))):
        rows, size = [], 0
        while size < min(PART, left):
            body = "".join(rng.choices(sentences, k=8))
            rows.append(
                {
                    "doc_id": f"d{documents}",
                    "source": f"号{rng.randrange(60)}",
                    "title": rng.choice(sentences)[:20],
                    "body": body,
                    "published_at": end - pd.Timedelta(minutes=rng.randrange(60 * 24 * 60)),
                    "reads": rng.randrange(10_000),
                }
            )
            documents += 1
            size += len(body.encode()) + 40
        left -= size
        frame = pd.DataFrame(rows)
        if number % 2:
            frame.to_parquet(folder / f"{number:04}.parquet", row_group_size=2000)
        else:
            lines = frame.assign(published_at=frame["published_at"].map(str))
            lines.to_json(folder / f"{number:04}.jsonl", orient="records", lines=True, force_ascii=False)
    return documents


def peak() -> float:
    """The most memory this process has had, in MB (kilobytes are counted on Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(folder: Path, memory: str) -> dict[str, object]:
    """The trends of the folder on a cluster of two workers, or with pandas where `memory` is empty."""
    worker = 0.0
    if not memory:
        begin = time.perf_counter()
        frames = [
            pd.read_parquet(path)
            if path.suffix == ".parquet"
            else pd.read_json(path, lines=True, dtype=False)
            for path in sorted(folder.iterdir())
        ]
        terms = tk.mine_trends(pd.concat(frames, ignore_index=True))["term"].tolist()
        seconds = time.perf_counter() - begin
    else:
        from distributed import Client, LocalCluster

        with (
            LocalCluster(
                n_workers=2,
                threads_per_worker=1,
                host="127.0.0.1",
                memory_limit=memory,
                dashboard_address="127.0.0.1:0",
            ) as local,
            Client(local, set_as_default=False) as client,
        ):
            begin = time.perf_counter()
            terms = tk.mine_trends(folder, engine="dask", cluster=client)["term"].tolist()
            seconds = time.perf_counter() - begin
            worker = max(client.run(peak).values())
    return {"seconds": seconds, "client": peak(), "worker": worker, "terms": terms}


def main(arguments: list[str] | None = None) -> pd.DataFrame:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=float, nargs="+", default=[5, 20, 80])
    parser.add_argument("--memory", default="600MB")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.run:
        print(json.dumps(run(asked.run, asked.memory)))
        return pd.DataFrame()
    rows = []
    for megabytes in [0.2] if asked.small else asked.megabytes:
        with tempfile.TemporaryDirectory() as folder:
            documents = write_folder(Path(folder), megabytes)
            told = {}
            for engine, memory in (("dask", asked.memory), ("pandas", "")):
                command = [sys.executable, __file__, "--run", folder, "--memory", memory]
                output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                told[engine] = json.loads(output.splitlines()[-1])
                rows.append({"MB": megabytes, "documents": documents, "engine": engine} | told[engine])
            assert told["dask"]["terms"] == told["pandas"]["terms"]
    table = pd.DataFrame(rows).drop(columns="terms").round(1)
    print(table.to_string(index=False))
    return table


if __name__ == "__main__":
    main()

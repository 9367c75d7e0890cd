"""What comes in and what is a copy: speed and memory of reading, quality and speed of finding copies, damaged input.

    python benchmarks/sources.py                        on the invented sample world
    python benchmarks/sources.py --data FOLDER          on measuring data (FOLDER/data, FOLDER/articles)
    python benchmarks/sources.py --megabytes 1000       a CSV file of that size (default 200)
    python benchmarks/sources.py --small                a few documents, one run: what the tests do

Prints four tables. Reading runs in a process of its own, so that its peak memory is its own; the peer is what one
would write by hand, `pandas.read_csv`, on the same file.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "tests")]

import copies
import fuzzing

import toolkit as tk
from toolkit import lexicons

CHILD = """
import resource, sys, time
import {module}
begin = time.perf_counter()
frame = {call}
print(len(frame), time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
READERS = {
    "read_documents": ("toolkit as tk", "tk.read_documents(sys.argv[1]).frame"),
    "pandas.read_csv": ("pandas as pd", "pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)"),
}
FUZZED = (".csv", ".tsv", ".jsonl", ".json", ".xlsx", ".xls", ".html", ".xml", ".txt", ".md", ".csv.gz")


def write_csv(path: Path, texts: list[str], megabytes: float) -> int:
    """A CSV file of about that size, and its number of rows: account, title, body, date, reads."""
    rng = random.Random(0)  # noqa: S311 - repeatable, no secret
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write("账号,文章标题,正文,发布时间,阅读数\n")
        while stream.tell() < megabytes * 1e6:
            for _ in range(1000):
                body = rng.choice(texts).replace('"', "”")
                stream.write(
                    f'号{rows % 40},第{rows}篇,"{rows} {body}",2026-{1 + rows % 9:02}-11 08:30,{rows % 7}.{rows % 10}万\n'
                )
                rows += 1
                if stream.tell() >= megabytes * 1e6:
                    break
    return rows


def reading(texts: list[str], *, megabytes: float) -> pd.DataFrame:
    """By reader: rows, seconds, MB/s, peak memory of its process and per MB of file."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "导出.csv"
        written = write_csv(path, texts, megabytes)
        size = path.stat().st_size / 1e6
        for name, (module, call) in READERS.items():
            code = CHILD.format(module=module, call=call)
            done = subprocess.run(
                [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
            )
            count, seconds, peak = (float(value) for value in done.stdout.split())
            assert count == written
            rows.append((name, int(count), size, seconds, size / seconds, peak))
    return pd.DataFrame(rows, columns=["reader", "rows", "file MB", "seconds", "MB/s", "peak MB"])


def good_files(folder: Path) -> Iterator[Path]:
    """One whole file of each kind, to be damaged."""
    frame = tk.read_documents(lexicons.sample_folder() / "posts").frame.head(12)
    kept = frame[["source", "title", "body", "url", "reads"]]
    page = "".join(f"<p>{body}</p>" for body in frame["body"])
    items = "".join(
        f"<item><title>{row.title}</title><description>{row.body}</description></item>"
        for row in frame.itertuples()
    )
    kept.to_csv(folder / "a.csv", index=False)
    kept.to_csv(folder / "a.csv.gz", index=False)
    kept.to_csv(folder / "a.tsv", index=False, sep="\t")
    kept.to_json(folder / "a.jsonl", orient="records", lines=True, force_ascii=False)
    kept.to_json(folder / "a.json", orient="records", force_ascii=False)
    kept.to_excel(folder / "a.xlsx", index=False)
    kept.to_html(folder / "a.xls", index=False)  # as many back ends send their exports out
    texts = {
        "a.html": f"<html><head><title>标题</title></head><body>{page}</body></html>",
        "a.xml": f"<rss version='2.0'><channel><title>源</title>{items}</channel></rss>",
        "a.txt": "\n".join(frame["body"]),
        "a.md": "# 标题\n\n" + "\n\n".join(frame["body"]),
    }
    for name, content in texts.items():
        (folder / name).write_text(content, encoding="utf-8")
    yield from (folder / f"a{suffix}" for suffix in FUZZED)


def damage(*, inputs: int, seed: int) -> pd.DataFrame:
    """By format: damaged files tried, read with rows, refused with a reason, crashed (anything but our own error)."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, no secret
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in list(good_files(folder)):
            whole = path.read_bytes()
            suffix = "".join(path.suffixes)
            read = refused = crashed = 0
            for number in range(inputs):
                bad = folder / f"坏{number}{suffix}"
                bad.write_bytes(fuzzing.mutations(whole, rng))
                try:
                    found = tk.read_documents(bad)
                    read += bool(len(found.frame))
                    refused += not len(found.frame)
                except Exception as error:  # noqa: BLE001 - what is counted here
                    print(f"{suffix}: {error!r}")
                    crashed += 1
                bad.unlink()
            rows.append((suffix, inputs, read, refused, crashed))
    return pd.DataFrame(rows, columns=["format", "inputs", "read", "refused", "crashed"])


def main(arguments: list[str] | None = None) -> dict[str, pd.DataFrame]:
    """Measure, print and return the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--megabytes", type=float, default=200)
    parser.add_argument("--inputs", type=int, default=500, help="damaged files of each format")
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args(arguments)
    small = options.small
    texts = copies.read_texts(options.data)
    tables = {
        "reading": reading(texts, megabytes=1 if small else options.megabytes),
        "copies, half the texts (numbers were set on the other half)": copies.quality(
            texts[1::2], count=8 if small else 70, seeds=1 if small else 5
        ),
        "copies, time": copies.speed(
            texts, counts=(200, 400) if small else (10_000, 30_000, 100_000), size=500
        ),
        "damaged files": damage(inputs=5 if small else options.inputs, seed=0),
    }
    for title, table in tables.items():
        print(f"\n{title}\n{table.to_string(index=False, float_format=lambda value: f'{value:.3f}')}")
    return tables


if __name__ == "__main__":
    main(sys.argv[1:])

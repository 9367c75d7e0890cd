"""Coverage-guided fuzzing of every reader by atheris: inputs tried and inputs that crashed.

    python benchmarks/fuzz.py --runs 20000       each reader so many inputs
    python benchmarks/fuzz.py --small            a few inputs each: what the tests do

A crash is anything but an error meant for an editor. Without atheris (it has no wheel for every system) the same
targets get damaged copies of good texts instead, and the table says so. Each target runs in a process of its own.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import fuzzing

SEEDS = {
    "csv": '账号,文章标题,正文,发布时间,阅读数\n甲,标题,"正文，\n有换行",2026-09-14 08:00,1.2万\n'.encode(
        "gb18030"
    ),
    "jsonl": '{"title": "标题", "views": "10万+", "date": "昨天 12:30"}\n'.encode(),
    "html": "<html><head><title>标题</title></head><body><p>清早五点四十，头一网出水。</p></body></html>".encode(),
    "xml": "<rss version='2.0'><channel><title>源</title><item><title>题</title></item></channel></rss>".encode(),
    "txt": "⑴ 怎么挑\n看尾巴。\n⑵ 怎么存\n阴凉处。\n".encode(),
    "paste": "周姐 2026/9/20 18:02:11\n板栗还有吗\n标题 https://example.com/1\n".encode(),
    "copies": "清早五点四十，头一网出水，一百六十二斤。\x00清早五点四十，头一网出水。".encode(),
}


def target(name: str) -> Callable[[bytes], None]:
    """What is done with one input; it may raise nothing but a ToolkitError."""
    import toolkit as tk
    from toolkit.schema import ToolkitError

    folder = Path(tempfile.mkdtemp())
    now = pd.Timestamp("2026-09-21 09:00", tz="Asia/Shanghai")

    def run(data: bytes) -> None:
        try:
            if name == "paste":
                tk.read_text(data.decode("utf-8", errors="replace"), now=now)
            elif name == "copies":
                bodies = data.decode("utf-8", errors="replace").split("\x00")
                frame = pd.DataFrame({"doc_id": [str(i) for i in range(len(bodies))], "body": bodies})
                assert len(tk.mark_duplicates(frame.assign(title=""))) == len(bodies)
            else:
                path = folder / f"a.{name}"
                path.write_bytes(data)
                tk.read_documents(path, now=now, split="auto")
        except ToolkitError:
            pass

    return run


def child(name: str, runs: int) -> None:
    """In a process of its own: fuzz one target and say how many inputs it saw."""
    if importlib.util.find_spec("atheris") is None:
        run = target(name)
        rng = random.Random(0)  # noqa: S311 - repeatable, no secret
        for _ in range(runs):
            run(fuzzing.mutations(SEEDS[name], rng))
        print(f"Done {runs} runs")
        return
    import atheris

    with atheris.instrument_imports(include=["toolkit"]):
        import toolkit.documents  # noqa: F401 - its rooms are watched, pandas is not: that takes minutes
    run = target(name)
    corpus = Path(tempfile.mkdtemp())
    (corpus / "seed").write_bytes(SEEDS[name])
    atheris.Setup(
        [sys.argv[0], str(corpus), f"-runs={runs}", "-seed=1", "-max_len=2000", "-verbosity=1"], run
    )
    atheris.Fuzz()


def main(arguments: list[str] | None = None) -> pd.DataFrame:
    """Fuzz, print and return the table: reader, by (atheris or damaged copies), inputs, crashed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--child")
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args(arguments)
    runs = 20 if options.small else options.runs
    if options.child:
        child(options.child, runs)
        return pd.DataFrame()
    by = "damaged copies" if importlib.util.find_spec("atheris") is None else "atheris"
    rows = []
    for name in SEEDS:
        command = [sys.executable, __file__, "--child", name, "--runs", str(runs)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        seen = re.search(r"Done (\d+) runs", done.stdout + done.stderr)
        if done.returncode:
            print(done.stdout[-2000:], done.stderr[-2000:])
        rows.append((name, by, int(seen[1]) if seen else 0, int(done.returncode != 0)))
    table = pd.DataFrame(rows, columns=["reader", "by", "inputs", "crashed"])
    print(table.to_string(index=False))
    return table


if __name__ == "__main__":
    main(sys.argv[1:])

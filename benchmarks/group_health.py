"""How well promotion and junk are told in group messages, and how fast an export of messages is read.

    python benchmarks/group_health.py          both tables
    python benchmarks/group_health.py --small  fewer messages: what the tests do

`told`: the invented messages of cases/messages.csv, whose cues were tuned on the half `tuning` and which one person
wrote; and the group messages of cases/copy.jsonl, written for another purpose: the good text of each pair and the bad
one of promotions, where every second pair was used for tuning. `speed`: CPU seconds for an invented export in which
no two texts are alike.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pandas as pd

from toolkit import lexicons
from toolkit.campaigns._messages import message_days, read_messages, sort_message

CASES = lexicons.corpora_folder() / "cases"


def invented() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((CASES / "messages.csv").read_text(encoding="utf-8"))))


def drafts() -> list[dict[str, str]]:
    """The group messages of another set, in the columns of the invented ones."""
    found = []
    for place, line in enumerate((CASES / "copy.jsonl").read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        sold = row["kind"] == "promotion"
        for text in (row["good"], *([row["bad"]] if sold else [])):
            half = "held" if place % 2 else "tuning"
            found.append({"text": text, "is_promotion": str(int(sold)), "is_junk": "0", "half": half})
    return found


def told() -> pd.DataFrame:
    """Precision and recall of each flag by set and half."""
    rows = []
    for name, cases in (("invented", invented()), ("drafts", drafts())):
        for half in ("tuning", "held"):
            part = [case for case in cases if case["half"] == half]
            for place, flag in ((1, "is_promotion"), (2, "is_junk")):
                pairs = [(case[flag] == "1", bool(sort_message(case["text"])[place])) for case in part]
                both = sum(truth and found for truth, found in pairs)
                true, said = (sum(pair[side] for pair in pairs) for side in (0, 1))
                shares = [both / number if number else float("nan") for number in (said, true)]
                rows.append((name, half, flag, len(part), true, said, *shares))
    columns = ["set", "half", "flag", "messages", "true", "said", "precision", "recall"]
    return pd.DataFrame(rows, columns=columns)


def speed(number: int) -> pd.DataFrame:
    """CPU seconds to read an export of so many messages and to sum it up by day."""
    rng = random.Random(1)  # noqa: S311 - an invented export, no secret
    texts = [case["text"] for case in invented()]
    when = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - as an export writes it
    lines = []
    for place in range(number):
        when += dt.timedelta(seconds=rng.randrange(300))
        lines.append(f"成员{rng.randrange(400)} {when:%Y-%m-%d %H:%M:%S}\n{rng.choice(texts)}{place}\n")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "g01.txt"
        path.write_text("\n".join(lines), encoding="utf-8")
        start = time.process_time()
        read = read_messages(path, salt="benchmark salt")
        middle = time.process_time()
        message_days(read.frame)
        end = time.process_time()
    steps = [("read_messages", middle - start), ("message_days", end - middle)]
    return pd.DataFrame(
        [(step, len(read.frame), seconds) for step, seconds in steps], columns=["step", "messages", "seconds"]
    )


def main(argv: Sequence[str] | None = None) -> dict[str, pd.DataFrame]:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", action="store_true")
    given = parser.parse_args(argv)
    tables = {"told": told(), "speed": speed(500 if given.small else 100_000)}
    for name, table in tables.items():
        print(f"\n{name}\n{table.round(3).to_string(index=False)}")
    return tables


if __name__ == "__main__":
    main()

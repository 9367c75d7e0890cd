"""How well answers are told from the talk around them, and whether their themes are truer than chance.

    python benchmarks/answers.py            the invented chats of the tests and of the sample world, 300 shuffles
    python benchmarks/answers.py --small    two of them, 100 shuffles: what the tests do

By chat: `precision` and `recall` of the answers (those counted in another included); `coverage`, the share of answers
under a named theme; `purity`, the share of these that have the truth most common in their theme; `shuffled` and `high`, mean and 95 %
of the same after the themes were dealt anew to all answers; `p`, the share of shuffles that do as well (one added, Phipson
& Smyth 2010). `leaks`: how many names and numbers of the chat can be seen anywhere in what comes back.

`seen` chats were in view while rules and lexicon were written, the families of near words too: their figures are too good. `held`
chats were written after that and have changed nothing; their figures are what a new topic may expect. One person wrote all,
truth included. The row `held, all` deals each held chat's themes within the chat and pools them.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

import toolkit as tk
from toolkit import lexicons
from toolkit.documents import read_chat
from toolkit.review import Answers

CHATS = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "chats"
SEEN = ("books", "supper", "phones", "tidying", "sample")
HELD = ("commute", "breakfast")
UNNAMED = "各说各的"
SAMPLE_QUESTION = "睡前那半小时，怎么让孩子放下屏幕去翻书？"
MERGED = "说的相近|同一位群友说过"


class Chat(NamedTuple):
    """A chat, its question, the theme of each answer by its row, and what may not be seen."""

    text: str
    question: str
    themes: dict[int, str]
    private: list[str]


def chat_of(name: str) -> Chat:
    """A chat of the tests, or that of the sample world."""
    if name == "sample":
        return _sample()
    text = (CHATS / f"{name}.txt").read_text(encoding="utf-8")
    question, themes, private = "", {}, []
    with (CHATS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["row"] == "question":
                question = row["theme"]
            elif row["row"] == "private":
                private.append(row["theme"])
            elif row["label"] == "answer":
                themes[int(row["row"])] = row["theme"]
    return Chat(text, question, themes, private)


def _sample() -> Chat:
    folder = lexicons.sample_folder()
    text = (folder / "review" / "nightly_chat.txt").read_text(encoding="utf-8")
    truth = pd.read_csv(folder / "truth.csv", encoding="utf-8-sig", dtype=str, keep_default_na=False)
    said = truth[truth["kind"] == "chat_answer"]
    themes = {
        one.row: theme
        for theme, who, words in zip(said["term"], said["post"], said["original"], strict=True)
        for one in read_chat(text).said
        if one.name == who and one.text.startswith(words)
    }
    return Chat(text, SAMPLE_QUESTION, themes, truth.loc[truth["kind"] == "chat_private", "term"].tolist())


def purity_of(labels: Sequence[str], truth: Sequence[str]) -> float:
    """The share of the answers under a named theme whose truth is the most common of their theme; NaN without any."""
    named: dict[str, Counter[str]] = {}
    for label, theme in zip(labels, truth, strict=True):
        if label != UNNAMED:
            named.setdefault(label, Counter())[theme] += 1
    total = sum(counts.total() for counts in named.values())
    return sum(max(counts.values()) for counts in named.values()) / total if total else float("nan")


def leaks_of(chat: Chat, found: Answers) -> list[str]:
    """Names and private pieces of the chat that stand anywhere in what was found."""
    frames = (found.answers, found.themes, found.passed_over)
    seen = "\n".join([*(frame.to_csv() for frame in frames), found.outline, found.question, *found.notes])
    names = {who for one in read_chat(chat.text).said for who in (one.name, one.also) if len(who) > 1}
    return sorted(piece for piece in {*chat.private, *names} if piece in seen)


def measured(name: str, shuffles: int) -> tuple[dict[str, object], np.ndarray]:
    """The row of a chat, and the purity of each shuffle times the answers named."""
    chat = chat_of(name)
    found = tk.gather_answers(chat.text, chat.question)
    merged = found.passed_over.loc[found.passed_over["reason"].str.contains(MERGED), "row"]
    got = {int(row) for row in [*found.answers["row"], *merged]}
    right = len(got & set(chat.themes))
    truth = [chat.themes.get(int(row), "") for row in found.answers["row"]]
    labels = found.answers["theme"].to_numpy()
    purity = purity_of(labels.tolist(), truth)
    rng = np.random.default_rng(0)
    dealt = np.array([purity_of(rng.permutation(labels).tolist(), truth) for _ in range(shuffles)])
    named = int((labels != UNNAMED).sum())
    row: dict[str, object] = {
        "chat": name,
        "rules": "held" if name in HELD else "seen",
        "answers": len(labels),
        "precision": right / len(got),
        "recall": right / len(chat.themes),
        "themes": len(set(labels) - {UNNAMED}),
        "named": named,
        "coverage": named / len(labels),
        **_beside_chance(purity, dealt),
        "leaks": len(leaks_of(chat, found)),
    }
    return row, dealt


def _beside_chance(purity: float, dealt: np.ndarray) -> dict[str, object]:
    as_good = int((dealt >= purity - 1e-9).sum())
    return {
        "purity": purity,
        "shuffled": float(dealt.mean()),
        "high": float(np.quantile(dealt, 0.95)),
        "p": (as_good + 1) / (len(dealt) + 1),
    }


def table_of(names: Sequence[str], shuffles: int) -> pd.DataFrame:
    """A row for each chat, and one for all that were held back."""
    rows, dealt = zip(*(measured(name, shuffles) for name in names), strict=True)
    table = pd.DataFrame(list(rows))
    held = table[table["rules"] == "held"]
    if len(held) > 1:
        share = held["named"] / held["named"].sum()
        pooled = sum(dealt[place] * share[place] for place in held.index)
        row = {
            "chat": "held, all",
            "rules": "held",
            **held[["answers", "themes", "named", "leaks"]].sum(),
            "coverage": held["named"].sum() / held["answers"].sum(),
            **_beside_chance(float((held["purity"] * share).sum()), np.asarray(pooled)),
        }
        table = pd.concat([table, pd.DataFrame([row])], ignore_index=True)
    return table.astype({"answers": int, "themes": int, "named": int, "leaks": int})


def main(arguments: Sequence[str] | None = None) -> pd.DataFrame:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", action="store_true")
    small = parser.parse_args(arguments).small
    table = table_of(("tidying", "commute") if small else (*SEEN, *HELD), 100 if small else 300)
    print(table.round(3).to_string(index=False))
    return table


if __name__ == "__main__":
    main(sys.argv[1:])

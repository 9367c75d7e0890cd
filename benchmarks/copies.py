"""How many copies `mark_duplicates` finds, how many it invents, and how its time grows.

Texts come from a folder with measuring data (data/csl_keywords: abstracts, many of one subject, full of formulas);
without one, from the invented sample world. Copies are made here: `spin` swaps words for others of the same length
drawn by frequency, which is harder than near-synonyms, since those share characters.
"""

from __future__ import annotations

import random
import resource
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import toolkit as tk
from toolkit import lexicons, text

CHROME = (
    "登录后查看更多\n{}\n回复 举报 使用道具\n扫码关注我们，每天一篇干货\n上一篇：没有了\n下一篇：敬请期待"
)
DISTRACTORS = 10
# a text of two lines has too few words left when a quarter is cut and a quarter swapped
SHORTEST = 120


@dataclass(frozen=True)
class Pool:
    """Texts to copy and texts to stand around, with the words to spin with."""

    texts: list[str]
    words: dict[int, list[str]]
    counts: dict[int, list[int]]


def read_texts(data: Path | None) -> list[str]:
    if data is None:
        frame = tk.read_documents(lexicons.sample_folder() / "posts").frame
        return tk.mark_duplicates(frame).query("duplicate_of.isna()")["body"].tolist()
    folder = data / "data" / "csl_keywords"
    frames = [pd.read_csv(folder / name) for name in ("docs.csv.gz", "extra_docs.csv.gz")]
    texts = pd.concat(frames)["text"]
    texts = texts[~texts.str[:40].duplicated()]  # one abstract stands twice in the source
    return texts[texts.str.len() >= SHORTEST].tolist()


def pool(texts: list[str]) -> Pool:
    seen = Counter(
        word for tokens in text.segment(texts) for word in tokens if text.has_han(word) and len(word) > 1
    )
    words: dict[int, list[str]] = {}
    counts: dict[int, list[int]] = {}
    for word, count in seen.items():
        words.setdefault(min(len(word), 4), []).append(word)
        counts.setdefault(min(len(word), 4), []).append(count)
    return Pool(texts, words, counts)


def spin(content: str, strength: float, given: Pool, rng: random.Random) -> str:
    """The text with that share of its words swapped; words of one character and numbers stay."""
    tokens = text.segment([content])[0]
    places = [i for i, token in enumerate(tokens) if text.has_han(token) and len(token) > 1]
    words = sum(1 for token in tokens if text.has_han(token))
    for place in rng.sample(places, min(len(places), round(strength * words))):
        length = min(len(tokens[place]), 4)
        tokens[place] = rng.choices(given.words[length], given.counts[length])[0]
    return "".join(tokens)


def edit(content: str, rng: random.Random) -> str:
    """An edited copy: three small changes and a line of its own."""
    out = content
    for _ in range(3):
        place = rng.randrange(len(out))
        out = out[:place] + rng.choice(["", "，", "的", "2026"]) + out[place + 1 :]
    return f"{out}\n欢迎转给身边的朋友"


def cut_and_wrap(content: str, given: Pool, rng: random.Random) -> str:
    """A spun copy with a quarter of the text cut away and chrome around it."""
    size = len(content) // 4
    place = rng.randrange(len(content) - size)
    return CHROME.format(spin(content[:place] + content[place + size :], 0.25, given, rng))


def other_script(content: str) -> str:
    import opencc

    return str(opencc.OpenCC("s2twp").convert(content))


def planted(kind: str, given: Pool, count: int, rng: random.Random) -> tuple[list[str], dict[int, int]]:
    """Texts with `count` copies among ten times as many that are none, and which stands where: copy → original."""
    texts = rng.sample(given.texts, len(given.texts))
    if kind == "passage":
        pages = [texts[i : i + 5] for i in range(0, len(texts) - 4, 5)]
        count = min(count, len(pages) // (DISTRACTORS + 2))
        hosts = pages[count : 2 * count]
        # one section of a page stands in another page, whose own sections stand nowhere else
        lifted = [[*host[:2], page[2], *host[3:]] for page, host in zip(pages, hosts, strict=False)]
        rest = pages[2 * count : (DISTRACTORS + 2) * count]
        assert len(rest) == DISTRACTORS * count
        listed = ["\n".join(page) for page in pages[:count] + rest + lifted]
        return listed, {len(listed) - count + i: i for i in range(count)}
    make = {
        "exact": lambda content: f"  {content}\n",
        "near": lambda content: edit(content, rng),
        "script": other_script,
        "spun 10%": lambda content: spin(content, 0.10, given, rng),
        "spun 25%": lambda content: spin(content, 0.25, given, rng),
        "spun 40%": lambda content: spin(content, 0.40, given, rng),
        "spun, cut, chrome": lambda content: cut_and_wrap(content, given, rng),
    }[kind]
    count = min(count, len(texts) // (DISTRACTORS + 1))
    listed = texts[: (DISTRACTORS + 1) * count]
    copies = [make(content) for content in listed[:count]]
    return listed + copies, {len(listed) + i: i for i in range(count)}


KINDS = ("exact", "near", "script", "spun 10%", "spun 25%", "spun 40%", "spun, cut, chrome", "passage")


def quality(texts: list[str], *, count: int, seeds: int) -> pd.DataFrame:
    """By kind of copy: how many were planted, found with the right original, and marked without being one."""
    given = pool(texts)
    rows = []
    for kind in KINDS:
        planted_count = found_count = false_count = 0
        for seed in range(seeds):
            listed, truth = planted(kind, given, count, random.Random(seed))  # noqa: S311 - repeatable, no secret
            days = pd.date_range("2026-01-01", periods=len(listed), freq="min", tz="Asia/Shanghai")
            frame = pd.DataFrame(
                {"doc_id": [str(i) for i in range(len(listed))], "body": listed, "published_at": days}
            )
            marked = tk.mark_duplicates(frame.assign(title=""))["duplicate_of"]
            got = {i: int(value) for i, value in enumerate(marked) if isinstance(value, str)}
            right = sum(got.get(copy) == original for copy, original in truth.items())
            planted_count += len(truth)
            found_count += right
            false_count += len(got) - right
        marked_count = found_count + false_count
        precision = found_count / marked_count if marked_count else 1.0
        rows.append((kind, planted_count, found_count / planted_count, false_count, precision))
    return pd.DataFrame(rows, columns=["kind", "copies", "recall", "false", "precision"])


def stream(texts: list[str], count: int, size: int, *, seed: int = 0) -> list[str]:
    """Texts of a given size that read like the given ones: walks over which word follows which, copies sown in."""
    import numpy as np

    rng = np.random.default_rng(seed)
    tokens = [token for part in text.segment(texts) for token in [*part, "\n"]]
    codes, words = pd.factorize(np.array(tokens, dtype=object))
    order = np.argsort(codes[:-1], kind="stable")
    starts = np.searchsorted(codes[:-1][order], np.arange(len(words) + 1))
    steps = int(size / (sum(map(len, tokens)) / len(tokens))) + 1
    now = rng.integers(0, len(words) - 1, count)
    walked = np.empty((count, steps), dtype=np.int32)
    for step in range(steps):
        walked[:, step] = now
        width = np.maximum(starts[now + 1] - starts[now], 1)
        now = codes[1:][order[np.minimum(starts[now] + rng.integers(0, width), len(order) - 1)]]
    out = ["".join(words[row])[:size] for row in walked]
    # a third of the texts stands in clusters of ten near copies, the rest copies nothing
    for first in range(0, count - 9, 30):
        for copy in range(first + 1, first + 10):
            out[copy] = out[first][: size - 20] + out[copy][:20]
    return out


def speed(texts: list[str], *, counts: tuple[int, ...], size: int) -> pd.DataFrame:
    """By number of documents: seconds, microseconds a document, peak memory of the process so far."""
    rows = []
    for count in counts:
        frame = pd.DataFrame(
            {"doc_id": [str(i) for i in range(count)], "title": "", "body": stream(texts, count, size)}
        )
        begin = time.perf_counter()
        marked = tk.mark_duplicates(frame)
        seconds = time.perf_counter() - begin
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows.append(
            (count, size, int(marked["duplicate_of"].notna().sum()), seconds, 1e6 * seconds / count, peak)
        )
    return pd.DataFrame(rows, columns=["documents", "characters", "copies", "seconds", "us each", "peak MB"])

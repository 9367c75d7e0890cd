"""How many of the keywords that people gave a text are found, by ours and by jieba's two extractors.

    python benchmarks/keywords.py --data FOLDER             on measuring data (csl_keywords, weibo_hashtags)
    python benchmarks/keywords.py                           on a few invented posts
    python benchmarks/keywords.py --small                   the same: what the tests do

Prints one table: yardstick, method, macro F1 at 3, 5 or 10 keywords (exact match, letters in one case) with a 95%
interval from 2 000 bootstrap samples of the documents, documents, and CPU seconds for all texts of the yardstick (the
dictionaries loaded beforehand). Every method gets all texts of a yardstick with its own settings as they come. Of
Weibo posts those count whose tag stands in the text.

The numbers of toolkit.trends were set on the abstracts and posts whose text has an even CRC-32, and on csl_keywords'
extra_docs; what is printed is of those with an odd one. `--half even` prints the half they were set on, `--half both`
all: right for data of the same kind that were never seen.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
import warnings
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

import toolkit as tk

Keywords = list[list[str]]
# text and the keywords in it: invented
POSTS = [
    (
        "社区花园开放日来了。社区花园种了薄荷和迷迭香，开放日可以带走一盆薄荷，孩子还能学堆肥。",
        "社区花园|开放日|薄荷",
    ),
    ("手冲咖啡的水温怎么定？浅烘豆用九十三度。手冲咖啡先焖蒸，焖蒸三十秒再注水。", "手冲咖啡|焖蒸|水温"),
    (
        "旧衣改造课：把牛仔裤改成帆布包。旧衣改造不用缝纫机，一把剪刀、一卷布胶带就够。",
        "旧衣改造|牛仔裤|帆布包",
    ),
    ("雨天骑行，雨衣要选透气的。雨天骑行最怕刹车打滑，出发前先擦干刹车。", "雨天骑行|刹车|雨衣"),
    ("阳台种番茄，花盆要深。番茄喜光，阳台朝南最好，一周施一次薄肥。", "番茄|阳台|花盆"),
    ("夜跑团招新，夜跑团每周三在河边集合。新手先跑三公里，配速不重要，反光背心一定要穿。", "夜跑团|反光背心"),
    ("亲子阅读怎么坚持？亲子阅读每晚十分钟，绘本让孩子自己挑，读完聊聊绘本里的人。", "亲子阅读|绘本"),
    (
        "低糖月饼测评：六款低糖月饼，三款用代糖，甜度差得远。看配料表，别只看包装。",
        "低糖月饼|代糖|配料表",
    ),
]


def ours(texts: Sequence[str], top: int) -> Keywords:
    keywords = tk.extract_keywords(texts, top=top)
    found = keywords.groupby("doc_id")["term"].apply(list).to_dict()
    return [found.get(str(place), []) for place in range(len(texts))]


def tags(texts: Sequence[str], top: int) -> Keywords:
    import jieba.analyse

    return [jieba.analyse.extract_tags(text, topK=top) for text in texts]


def textrank(texts: Sequence[str], top: int) -> Keywords:
    import jieba.analyse

    return [jieba.analyse.textrank(text, topK=top) for text in texts]


METHODS: dict[str, Callable[[Sequence[str], int], Keywords]] = {
    "extract_keywords": ours,
    "jieba extract_tags": tags,
    "jieba textrank": textrank,
}


def f1(found: Sequence[str], gold: str, top: int) -> float:
    """F1 of the first `top` keywords against those of people, joined by |."""
    wanted = {keyword.strip().lower() for keyword in gold.split("|") if keyword.strip()}
    offered = [keyword.lower() for keyword in found[:top]]
    hits = len(wanted.intersection(offered))
    return 2 * hits / (len(offered) + len(wanted)) if hits else 0.0


def measure(
    yardstick: str, texts: list[str], gold: list[str], scored: np.ndarray, tops: list[int]
) -> pd.DataFrame:
    """A row for each method and number of keywords."""
    rng = np.random.default_rng(0)
    samples = rng.integers(0, scored.sum(), (2000, scored.sum()))
    rows = []
    for name, method in METHODS.items():
        method(texts[:1], max(tops))
        begin = time.process_time()
        found = method(texts, max(tops))
        seconds = time.process_time() - begin
        for top in tops:
            values = np.array([f1(*pair, top) for pair in zip(found, gold, strict=True)])[scored]
            low, high = np.quantile(values[samples].mean(axis=1), [0.025, 0.975])
            rows.append((yardstick, name, f"F1@{top}", values.mean(), low, high, len(values), seconds))
    columns = ["yardstick", "method", "measure", "value", "low", "high", "documents", "seconds"]
    return pd.DataFrame(rows, columns=columns)


def in_half(texts: Sequence[str], half: str) -> np.ndarray:
    """Which texts are in the half."""
    odd = np.array([zlib.crc32(text.encode()) % 2 == 1 for text in texts])
    return np.ones(len(texts), dtype=bool) if half == "both" else odd == (half == "odd")


def main(arguments: list[str] | None = None) -> pd.DataFrame:
    """Measure, print and return the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--half", choices=["odd", "even", "both"], default="odd")
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args(arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # jieba leaves its table open
        import jieba.analyse
    jieba.setLogLevel(logging.WARNING)
    if options.small or options.data is None:
        texts, gold = (list(column) for column in zip(*POSTS, strict=True))
        tables = [measure("invented posts", texts, gold, in_half(texts, "both"), [3, 5])]
    else:
        csl = pd.read_csv(options.data / "csl_keywords" / "docs.csv.gz", keep_default_na=False)
        weibo = pd.read_csv(options.data / "weibo_hashtags" / "posts.csv.gz", keep_default_na=False)
        abstracts, posts = csl["text"].tolist(), weibo["text"].tolist()
        tagged = in_half(posts, options.half) & (weibo["n_present"] > 0).to_numpy()
        chosen = in_half(abstracts, options.half)
        tables = [
            measure("CSL keywords", abstracts, csl["keywords"].tolist(), chosen, [5, 10]),
            measure("Weibo hashtags", posts, weibo["hashtags"].tolist(), tagged, [3]),
        ]
    table = pd.concat(tables, ignore_index=True)
    print(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))
    return table


if __name__ == "__main__":
    main(sys.argv[1:])

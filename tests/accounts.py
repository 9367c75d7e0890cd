"""Invented accounts: posts whose reads depend on their titles as much as the test says."""

import numpy as np
import pandas as pd

THINGS = (
    "石榴",
    "大闸蟹",
    "桂花拿铁",
    "绘本",
    "板栗",
    "砂锅",
    "书包",
    "月饼",
    "豆浆",
    "盲盒",
    "柚子",
    "毛衣",
)
PLAIN = ("{}今天到货了，还有一些", "说说最近的{}，还有别的", "{}上新了，大家来看看", "本周的{}，也说点别的")
USEFUL = ("{}怎么挑？3步看准", "{}怎么做？5步说清", "新手也会的{}做法", "{}怎么放不坏？2个办法说清")
PLACES = ("早市", "厨房", "楼下", "阳台", "书架前", "灶台边", "菜场", "学校门口")


def account(
    count: int = 300,
    *,
    effect: float = 0.8,
    seed: int = 0,
    noise: float = 0.6,
    authors: int = 0,
    dated: bool = True,
) -> pd.DataFrame:
    """Posts two a day: half say how to do something, which adds `effect` to the log of reads; the level rises slowly."""
    rng = np.random.default_rng(seed)
    useful = rng.random(count) < 0.5
    titles = []
    for place, useful_one in enumerate(useful):
        patterns = USEFUL if useful_one else PLAIN
        title = patterns[rng.integers(len(patterns))].format(THINGS[rng.integers(len(THINGS))])
        titles.append(f"{PLACES[rng.integers(len(PLACES))]}{place % 97}号：{title}")
    level = 6 + np.linspace(0, 1, count)
    log_reads = level + effect * useful + rng.normal(0, noise, count)
    posts = pd.DataFrame({"title": titles, "reads": np.exp(log_reads).round().astype(int)})
    if dated:
        start = pd.Timestamp("2026-01-01 08:00", tz="Asia/Shanghai")
        posts["published_at"] = start + pd.to_timedelta(np.arange(count) * 12, unit="h")
    if authors:
        who = rng.integers(authors, size=count)
        posts["author"] = [f"作者{one}" for one in who]
    return posts

"""Invented accounts whose truth is known: a number in the headline multiplies its reads, or nothing does."""

from __future__ import annotations

import headline_sets as sets
import numpy as np
import pandas as pd

from toolkit.schema import TIME_ZONE

TOPICS = (
    *("石榴", "黄桃", "大闸蟹", "围巾", "砂锅", "书架", "绿植", "门票"),
    *("热水袋", "手账", "咖啡", "雨伞", "毛毯", "台灯", "米粉", "拼图"),
)
FORMS = ("{2}{0}，{1}看这里", "{1}的{0}，{2}", "{0}到了，{1}{2}", "{2}：{1}都在问的{0}", "{1}{2}，聊聊{0}")
WHO = ("邻居们", "新手", "上班的人", "妈妈们", "周末不出门的人", "刚搬家的人", "爱下厨的人")
# what follows a number, and what is said without one
COUNTED = ("步收拾好", "个细节", "招学会", "样东西", "分钟讲清", "块钱起", "种搭配", "处要留心")
PLAIN = ("慢慢收拾好", "一些细节", "轻松学会", "好东西", "一次讲清", "便宜开团", "换着搭配", "别忘了留心")
NOISE = 0.5


def invented(posts: int, *, effect: float, seed: int = 0) -> pd.DataFrame:
    """A post a day: title, published_at, reads, author, month, cluster (six days), label (a number is in the title).

    Titles are all different. Two fifths have a number and exp(effect) times the reads of the others; the rest of a
    post's reads is a slow wave and noise.
    """
    chance = np.random.default_rng(seed)
    titles: dict[str, int] = {}
    while len(titles) < posts:
        counted, kind = chance.random() < 0.4, chance.integers(len(PLAIN))
        what = f"{chance.integers(2, 100)}{COUNTED[kind]}" if counted else PLAIN[kind]
        form, topic, who = (words[chance.integers(len(words))] for words in (FORMS, TOPICS, WHO))
        titles.setdefault(form.format(topic, who, what), int(counted))
    days = pd.date_range("2026-01-05 09:00", periods=posts, freq="D", tz=TIME_ZONE)
    frame = pd.DataFrame({"title": list(titles), "published_at": days.as_unit("us"), "author": "甲"})
    frame["label"] = list(titles.values())
    level = 6 + 0.1 * np.sin(np.arange(posts) / 30)
    frame["reads"] = np.exp(level + effect * frame["label"] + NOISE * chance.standard_normal(posts)).round()
    return frame.assign(month=days.strftime("%Y-%m"), cluster=(np.arange(posts) // 6).astype(str))


def invented_split(name: str, frame: pd.DataFrame) -> list[sets.Split]:
    """The last quarter of the months after those before."""
    months = frame["month"].unique()
    mark = frame.loc[frame["month"] == months[len(months) * 3 // 4], "published_at"].min()
    end = frame["published_at"].max() + pd.Timedelta(1, unit="s")
    train, test = next(sets.forward(frame, [mark, end]))
    views = (sets.Pairs(name, sets.pairs_in(test, "month"), "month", "month", ("month",)),)
    return [sets.Split(name, train, test, views, True)]

"""Why a post stands where it does, and why another got no place: one Chinese sentence each, from computed facts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons
from toolkit.schedule._ledger import MOVING_RULES, NOWHERE, Ledger
from toolkit.schedule._value import Array
from toolkit.schedule._world import World
from toolkit.schema import WORDS, as_date

_WEEKDAYS = "一二三四五六日"
# what each rule says when it is what keeps a post from a time
_SHORT = {
    "after": "先发的内容还没发",
    "phase": "要守活动阶段的先后",
    "minutes": "负责人当天的时间已满",
    "waves": "同批群发的时间已定",
    "promos_per_week": "那周促销已到上限",
    "per_week": "那周已发满",
    "per_day": "当天已发满",
    "min_gap": "离前后一条太近",
    "slot_clash": "时段已有别的内容",
    "outbid": "时段已有更合算的内容",
}


def day_words(day: dt.date) -> str:
    """A date as people write it.

    >>> day_words(dt.date(2026, 11, 3))
    '11月3日 周二'
    """
    return f"{day.month}月{day.day}日 周{_WEEKDAYS[day.weekday()]}"


def number_words(value: float) -> str:
    """A value with at most two decimals.

    >>> number_words(3.50), number_words(12.0)
    ('3.5', '12')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def why_here(world: World, ledger: Ledger, i: int, g: int, sources: tuple[Array, Array]) -> str:
    """The reason of a placed post; `sources` are the candidate groups and times of its item."""
    t = int(ledger.placed[i, g])
    row = world.items.iloc[i]
    date = world.date_at(world.day[t])
    parts = [text for text in (_window(row), _occasion(row, date), _relatives(world, ledger, i, g)) if text]
    others = int((ledger.placed[i] == t).sum()) - 1
    if others:
        parts.append(f"与另外 {others} 个群同批群发")
    parts.append(_earlier(ledger, (i, g, t), sources))
    must = "必发，" if row["must_send"] else ""
    return "；".join(parts) + f"；{must}价值 {number_words(world.worth[i, g])}"


def _window(row: pd.Series[Any]) -> str:
    first, last = as_date(row["earliest"]), as_date(row["latest"])
    if first and first == last:
        return f"只能在{first.month}月{first.day}日"
    if first and last:
        return f"须在{first.month}月{first.day}日至{last.month}月{last.day}日之间"
    if first:
        return f"不早于{first.month}月{first.day}日"
    return f"不晚于{last.month}月{last.day}日" if last else ""


def _occasion(row: pd.Series[Any], date: dt.date) -> str:
    name = lexicons.festival_name(row["festival"])
    if not name:
        return ""
    table = lexicons.calendar()
    dates = sorted({day for day in table.loc[table["name"] == name, "date"] if day >= date})
    ahead = (dates[0] - date).days if dates else -1
    if ahead == 0:
        return f"正逢{lexicons.spoken_festival(name)}"
    return f"{lexicons.spoken_festival(name)}前 {ahead} 天" if 0 < ahead <= 31 else ""


def _relatives(world: World, ledger: Ledger, i: int, g: int) -> str:
    """What of the same campaign or of `after` it comes behind or before, in this group."""
    day = ledger.placed_day[i, g]
    titles = world.items["title"].to_numpy()
    earlier = [j for j in world.needs[i] if ledger.placed[j, g] != NOWHERE and ledger.placed_day[j, g] < day]
    if earlier:
        return f"排在先发的「{titles[earlier[0]]}」之后"
    for j in world.before[i]:
        if ledger.placed[j, g] != NOWHERE:
            return f"{WORDS[world.items['phase'].iloc[i]]}排在{WORDS[world.items['phase'].iloc[j]]}「{titles[j]}」之后"
    for j in world.behind[i]:
        if ledger.placed[j, g] != NOWHERE:
            return f"{WORDS[world.items['phase'].iloc[i]]}赶在{WORDS[world.items['phase'].iloc[j]]}「{titles[j]}」之前"
    return ""


def _earlier(ledger: Ledger, place: tuple[int, int, int], sources: tuple[Array, Array]) -> str:
    """What bars the earlier times of this group, this post itself taken away."""
    i, g, t = place
    groups, times = sources
    own = times[(groups == g) & (times < t)]
    if not len(own):
        return "是这个群能发的最早时段"
    ledger.remove(i, g, t)
    bars = ledger.bars(i, np.full(len(own), g), own)
    ledger.add(i, g, t)
    free = ~np.any(list(bars.values()), axis=0)
    if free.any():
        return f"更早还有 {int(free.sum())} 个时段能发，价值相同"
    return f"更早的 {len(own)} 个时段排不下（{_SHORT[binding_rule(bars)]}）"


def binding_rule(bars: dict[str, Array]) -> str:
    """The rule that alone keeps most places shut; where none does alone, the one that bars most."""
    table = np.array([bars[name] for name in MOVING_RULES])
    alone = (table & (table.sum(axis=0) == 1)).sum(axis=1)
    counts = alone if alone.any() else table.sum(axis=1)
    return MOVING_RULES[int(np.argmax(counts))]


def why_not(world: World, ledger: Ledger, i: int, g: int, sources: tuple[Array, Array]) -> tuple[str, str]:
    """The rule that kept item i out of group g, and the sentence an editor reads."""
    groups, times = sources
    own = times[groups == g]
    still = own if len(own) else np.zeros(0, dtype=np.int64)
    if not len(still):
        rule = _static_rule(world, i, g)
        if rule != "standing":
            return rule, _static_sentence(world, i, g, rule)
        still = _static_times(world, i, g)
    rule = binding_rule(ledger.bars(i, np.full(len(still), g), still))
    rule = "outbid" if rule == "slot_clash" and not _standing_clash(world, g, still) else rule
    return rule, _moving_sentence(world, i, g, rule, len(still))


def _standing_clash(world: World, g: int, times: Array) -> bool:
    """Whether posts that stood beforehand hold all these times."""
    held = world.fixed.loc[world.fixed["group"] == g, "minute"].to_numpy()
    return bool(np.isin(world.minute[times], held).all())


def _static_times(world: World, i: int, g: int) -> Array:
    """The times that no rule of day or hour bars for item i in group g."""
    barred = world.barred["window"][i] | world.barred["solemn"][i] | world.barred["festival"][i]
    shut = barred[world.day] | world.closed[g, world.day] | world.quiet[g] | ~world.slot[g]
    return np.nonzero(~shut)[0]


def _static_rule(world: World, i: int, g: int) -> str:
    """The rule of day or hour that bars every time ("standing" when posts that already stand do)."""
    if len(_static_times(world, i, g)):
        return "standing"
    slots = np.nonzero(world.slot[g])[0]
    if not len(slots):
        return "slot"
    window = world.barred["window"][i][world.day] | world.closed[g, world.day]
    within = slots[~window[slots]]
    if not len(within):
        return "window"
    day = world.day[within]
    bars = {
        "quiet": world.quiet[g, within],
        "solemn": world.barred["solemn"][i][day],
        "festival": world.barred["festival"][i][day],
    }
    return max(bars, key=lambda name: int(bars[name].sum()))


def _static_sentence(world: World, i: int, g: int, rule: str) -> str:
    row, group = world.items.iloc[i], world.groups.iloc[g]
    if rule == "slot":
        return f"群「{group['name']}」没有填时段，什么都发不了。请补上时段"
    if rule == "quiet":
        return f"群「{group['name']}」在期限内的时段都落在免打扰里"
    if rule == "solemn":
        return "期限内能发的日子是庄重日，不发促销、红包，也不用推销、幽默、喜庆的语气"
    if rule == "festival":
        return "期限内能发的日子是节日，只发为这个节日准备的促销"
    closes = as_date(group["closes"])
    if closes is not None and closes < world.start:
        return f"群「{group['name']}」已在 {closes.month}月{closes.day}日 关闭"
    last = world.date_at(world.days - 1)
    span = f"{world.start.month}月{world.start.day}日 至 {last.month}月{last.day}日"
    return f"{_window(row) or '期限'}，这次排期是 {span}，没有合适的日子"


def _moving_sentence(world: World, i: int, g: int, rule: str, count: int) -> str:
    row, group = world.items.iloc[i], world.groups.iloc[g]
    name = group["name"]
    if rule == "after":
        titles = "、".join(f"「{world.items['title'].iloc[j]}」" for j in world.needs[i])
        return f"要先发{titles or '先发条目'}，它没有在更早的日子排进群「{name}」"
    sentences = {
        "phase": f"活动「{row['campaign']}」里别的阶段已占住前后日子，排不进群「{name}」",
        "minutes": f"负责人「{row['owner'] or '未填'}」能用的日子里时间不够（这条要 {row['minutes']} 分钟）",
        "waves": f"这条最多分 {row['waves']} 批群发，已定的时间里群「{name}」没有空",
        "promos_per_week": f"群「{name}」每周促销上限 {group['promos_per_week']} 次，已排满",
        "per_week": f"群「{name}」每周上限 {group['posts_per_week']} 次，已排满",
        "per_day": f"群「{name}」每天上限 {group['posts_per_day']} 次，能用的日子都已排满",
        "min_gap": f"群「{name}」能用的时段离前后一条不足 {world.rules.min_gap} 分钟",
        "slot_clash": f"群「{name}」能用的 {count} 个时段都已有定好的发布",
        "outbid": f"群「{name}」能用的 {count} 个时段都给了更合算的内容",
    }
    return sentences[rule]

"""Why a post stands where it does, and why another got no place: one Chinese sentence each, from computed facts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from toolkit import lexicons, schema
from toolkit.schedule._ledger import MOVING_RULES, NOWHERE, Ledger
from toolkit.schedule._value import Array
from toolkit.schedule._world import World
from toolkit.schema import WORDS, as_date

_WEEKDAYS = "一二三四五六日"
# the rule of what an editor has taken out: `Plan.unplaced` remembers the hand's choice by it
BY_HAND = "by_hand"
# what each rule says when it is what keeps a post from a time
_SHORT = {
    "after": "先发的内容还没发",
    "phase": "要守活动阶段的先后",
    "minutes": "负责人当天的时间已满",
    "waves": "同批群发的时间已定",
    "platform": "平台的限额已满",
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
    row = world.item_rows[i]
    date = world.date_at(world.day[t])
    parts = [window_words(row), _occasion(row, date), _relatives(world, ledger, i, g)]
    parts += factor_words(world, i, g, int(world.minute[t]))
    others = int((ledger.placed[i] == t).sum()) - 1
    if others:
        parts.append(f"与另外 {others} 个群同批群发")
    parts.append(_earlier(world, ledger, (i, g, t), sources))
    must = "必发，" if row["must_send"] else ""
    value = number_words(world.value_at(i, g, int(world.minute[t])))
    return "；".join(text for text in parts if text) + f"；{must}价值 {value}"


def factor_words(world: World, i: int, g: int, minute: int) -> list[str]:
    """What the slot, freshness and a festival make of a post's value, where they make anything of it."""
    slot, fresh, festival = factors_at(world, i, g, minute)
    found = [] if slot is None else [f"这个时段{against(slot, '平均')}"]
    if round(100 * fresh) != 100:
        found.append(f"选题还有 {100 * fresh:.0f}% 的新鲜度")
    if round(100 * festival) != 100:
        found.append(f"节日让价值{'多' if festival > 1 else '少'} {100 * abs(festival - 1):.0f}%")
    return found


def factors_at(world: World, i: int, g: int, minute: int) -> tuple[float | None, float, float]:
    """The factors of slot (None where nothing is known of it), freshness and festival, on a day of the plan."""
    day, clock = divmod(minute, schema.MINUTES_A_DAY)
    slot = world.factors.slots.get((g, (world.start.weekday() + day) % 7, clock))
    fresh = _freshness(world, i, day)
    return slot, fresh, float(world.factors.days[i, day]) / fresh


def against(ratio: float, what: str) -> str:
    """A ratio as a difference in per cent.

    >>> against(1.2, "平均"), against(1.0, "平均")
    ('比平均高 20%', '与平均相当')
    """
    percent = round(100 * (ratio - 1))
    return f"比{what}{'高' if percent > 0 else '低'} {abs(percent)}%" if percent else f"与{what}相当"


def _freshness(world: World, i: int, day: int) -> float:
    soft = world.rules.soft
    if soft is None or not soft.freshness_days or not world.item_rows[i]["topic"]:
        return 1.0
    earliest = as_date(world.item_rows[i]["earliest"])
    base = 0 if earliest is None else max(0, (earliest - world.start).days)
    return float(0.5 ** (max(0, day - base) / soft.freshness_days))


def window_words(row: dict[str, Any]) -> str:
    """The days on which an item may be sent, "" where it may on all."""
    first, last = as_date(row["earliest"]), as_date(row["latest"])
    if first and last and first > last:
        return "最早日期晚于最晚日期"
    if first and first == last:
        return f"只能在{first.month}月{first.day}日"
    if first and last:
        return f"须在{first.month}月{first.day}日至{last.month}月{last.day}日之间"
    if first:
        return f"不早于{first.month}月{first.day}日"
    return f"不晚于{last.month}月{last.day}日" if last else ""


def _occasion(row: dict[str, Any], date: dt.date) -> str:
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
    earlier = [j for j in world.needs[i] if ledger.placed[j, g] != NOWHERE and ledger.placed_day[j, g] < day]
    if earlier:
        return f"排在先发的「{world.item_rows[earlier[0]]['title']}」之后"
    for j in world.before[i]:
        if ledger.placed[j, g] != NOWHERE:
            return f"{WORDS[world.item_rows[i]['phase']]}排在{WORDS[world.item_rows[j]['phase']]}「{world.item_rows[j]['title']}」之后"
    for j in world.behind[i]:
        if ledger.placed[j, g] != NOWHERE:
            return f"{WORDS[world.item_rows[i]['phase']]}赶在{WORDS[world.item_rows[j]['phase']]}「{world.item_rows[j]['title']}」之前"
    return ""


def _earlier(world: World, ledger: Ledger, place: tuple[int, int, int], sources: tuple[Array, Array]) -> str:
    """What bars the earlier times of this group, this post itself taken away; else what those are worth."""
    i, g, t = place
    groups, times = sources
    own = times[(groups == g) & (times < t)]
    if not len(own):
        return "是这个群能发的最早时段"
    ledger.remove(i, g, t)
    bars = ledger.bars(i, np.full(len(own), g), own)
    ledger.add(i, g, t)
    free = ~np.any(list(bars.values()), axis=0)
    if not free.any():
        return f"更早的 {len(own)} 个时段排不下（{_SHORT[binding_rule(bars)]}）"
    here = world.value_at(i, g, int(world.minute[t]))
    values = [world.value_at(i, g, int(minute)) for minute in world.minute[own[free]]]
    better, same = sum(value > here for value in values), sum(value == here for value in values)
    if better:
        told = f"其中 {better} 个本身价值更高"
    elif same:
        told = "价值相同" if same == len(values) else f"其中 {same} 个价值相同，别的更低"
    else:
        told = "价值都更低"
    # the wishes can make equal times unequal
    told += "，软规则另算" if world.rules.soft is not None else ""
    return f"更早还有 {len(values)} 个时段能发，{told}"


def binding_rule(bars: dict[str, Array]) -> str:
    """The rule that alone keeps most places shut; where none does alone, the one that bars most."""
    table = np.array([bars[name] for name in MOVING_RULES])
    alone = (table & (table.sum(axis=0) == 1)).sum(axis=1)
    counts = alone if alone.any() else table.sum(axis=1)
    return MOVING_RULES[int(np.argmax(counts))]


def why_not(world: World, ledger: Ledger, i: int, g: int, sources: tuple[Array, Array]) -> tuple[str, str]:
    """The rule that kept item i out of group g, and the sentence an editor reads."""
    groups, times = sources
    still = times[groups == g]
    if not len(still):
        rule = static_rule(world, i, g)
        if rule:
            return rule, static_sentence(world, i, g, rule)
        still = static_times(world, i, g)
    bars = ledger.bars(i, np.full(len(still), g), still)
    free = int((~np.any(list(bars.values()), axis=0)).sum())
    if free:
        name = world.group_rows[g]["name"]
        return "outbid", f"群「{name}」还有 {free} 个时段能发，但多出的软规则代价不低于这条的价值"
    rule = binding_rule(bars)
    rule = "outbid" if rule == "slot_clash" and not _standing_clash(world, g, still) else rule
    return rule, moving_sentence(world, i, g, rule, len(still))


def _standing_clash(world: World, g: int, times: Array) -> bool:
    """Whether posts that stood beforehand hold all these times."""
    held = world.fixed.loc[world.fixed["group"] == g, "minute"].to_numpy()
    return bool(np.isin(world.minute[times], held).all())


def static_bars(world: World, i: int, g: int | Array, times: Array) -> dict[str, Array]:
    """For each time which rule of day or hour bars item i in group g (one, or one for each time)."""
    day = world.day[times]
    return {
        "slot": ~world.slot[g, times] | ~world.clocked[i, times],
        "quiet": world.quiet[g, times],
        "window": world.barred["window"][i][day] | world.closed[g, day],
        "solemn": world.barred["solemn"][i][day],
        "festival": world.barred["festival"][i][day],
    }


def static_times(world: World, i: int, g: int) -> Array:
    """The times that no rule of day or hour bars for item i in group g."""
    every = np.arange(len(world.minute))
    return np.nonzero(~np.any(list(static_bars(world, i, g, every).values()), axis=0))[0]


def static_rule(world: World, i: int, g: int) -> str:
    """The rule of day or hour that bars every time, "" where they leave one open."""
    if world.out[i, g]:
        return BY_HAND
    if world.held_back[i]:
        return "not_approved"
    bars = static_bars(world, i, g, np.arange(len(world.minute)))
    within = np.ones(len(world.minute), dtype=bool)
    # without a slot or a day there is nothing that the other rules could bar
    for name in ("slot", "window"):
        within &= ~bars[name]
        if not within.any():
            return name
    left = {name: int((bars[name] & within).sum()) for name in ("quiet", "solemn", "festival")}
    barred = np.any([bars[name] for name in left], axis=0)
    return "" if (within & ~barred).any() else max(left, key=lambda name: left[name])


def static_sentence(world: World, i: int, g: int, rule: str) -> str:
    """Why a rule of day or hour bars every time of group g for item i."""
    name = world.group_rows[g]["name"]
    if rule == BY_HAND:
        return "手工拿出，不会自动排回来。要发，就手工排进去"
    if rule == "not_approved":
        return "还没有审核通过。通过以后重排一次，它就会排进来"
    if rule == "slot" and not world.slot[g].any():
        return f"群「{name}」没有填时段，什么都发不了。请补上时段"
    if rule == "slot":
        return f"限定时刻 {'、'.join(world.item_rows[i]['clock'])}，群「{name}」没有这个时段"
    if rule == "quiet":
        return f"群「{name}」在期限内的时段都落在免打扰里"
    if rule == "solemn":
        return "期限内能发的日子是庄重日，不发促销、红包，也不用推销、幽默、喜庆的语气"
    if rule == "festival":
        return "期限内能发的日子是节日，只发为这个节日准备的促销"
    return _window_sentence(world, i, g)


def _window_sentence(world: World, i: int, g: int) -> str:
    row, group = world.item_rows[i], world.group_rows[g]
    first, last = as_date(row["earliest"]), as_date(row["latest"])
    if first and last and first > last:
        return f"{window_words(row)}（{first.month}月{first.day}日、{last.month}月{last.day}日）。请改正"
    own = ~world.barred["window"][i]
    closes = as_date(group["closes"])
    if closes is not None and closes < world.start:
        return f"群「{group['name']}」已在 {closes.month}月{closes.day}日 关闭"
    if own.any():
        days = [world.date_at(int(day)) for day in np.nonzero(own)[0]]
        shut = [day for day in days if (group["group_id"], day) in world.rules.shut]
        over = [day for day in days if closes is not None and day > closes]
        causes = [f"{span_words(shut)} 停发"] if shut else []
        causes += [f"{closes.month}月{closes.day}日 之后关闭"] if over and closes is not None else []
        return f"{window_words(row) or '期限不限'}，群「{group['name']}」{'，'.join(causes)}，没有合适的日子"
    end = world.date_at(world.days - 1)
    span = f"{world.start.month}月{world.start.day}日 至 {end.month}月{end.day}日"
    return f"{window_words(row)}，这次排期是 {span}，没有合适的日子"


def span_words(days: list[dt.date]) -> str:
    """Up to three days, else how many.

    >>> span_words([dt.date(2026, 9, 21), dt.date(2026, 9, 22)])
    '9月21日、9月22日'
    """
    named = "、".join(f"{day.month}月{day.day}日" for day in days[:3])
    return f"{named}等 {len(days)} 天" if len(days) > 3 else named


def quota_words(world: World, g: int) -> str:
    """The platforms' ceilings on a group, with their names."""
    parts = []
    for quota in world.rules.quotas:
        if quota.channel != world.group_rows[g]["channel"]:
            continue
        ceilings = (("每天", quota.per_day), ("每周", quota.per_week), ("每月", quota.per_month))
        told = [
            f"{when}次数不超过当月天数" if most == "days" else f"{when} {most} 次"
            for when, most in ceilings
            if most is not None
        ]
        parts.append(f"{quota.name}限{'、'.join(told)}")
    return "；".join(parts)


def moving_sentence(world: World, i: int, g: int, rule: str, count: int) -> str:
    """Why a rule that depends on other posts bars every one of `count` times of group g for item i."""
    row, group = world.item_rows[i], world.group_rows[g]
    name = group["name"]
    if rule == "after":
        titles = "、".join(f"「{world.item_rows[j]['title']}」" for j in world.needs[i])
        return f"要先发{titles or '先发条目'}，它没有在更早的日子排进群「{name}」"
    by_hand = f"，每个群另要 {world.by_hand[g]} 分钟手发" if world.by_hand[g] else ""
    sentences = {
        "phase": f"活动「{row['campaign']}」里别的阶段已占住前后日子，排不进群「{name}」",
        "minutes": f"负责人「{row['owner'] or '未填'}」能用的日子里时间不够（这条要 {row['minutes']} 分钟{by_hand}）",
        "waves": f"这条最多分 {row['waves']} 批群发，已定的时间里群「{name}」没有空",
        "platform": f"群「{name}」受平台限额：{quota_words(world, g)}，已排满",
        "promos_per_week": f"群「{name}」每周促销上限 {group['promos_per_week']} 次，已排满",
        "per_week": f"群「{name}」每周上限 {group['posts_per_week']} 次，已排满",
        "per_day": f"群「{name}」每天上限 {group['posts_per_day']} 次，能用的日子都已排满",
        "min_gap": f"群「{name}」能用的时段离前后一条不足 {world.rules.min_gap} 分钟",
        "slot_clash": f"群「{name}」能用的 {count} 个时段都已有定好的发布",
        "outbid": f"群「{name}」能用的 {count} 个时段都给了更合算的内容",
    }
    return sentences[rule]

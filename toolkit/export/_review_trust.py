"""说得准吗 and 怎么算的: how last week's advice held, and how every figure was made."""

from __future__ import annotations

from typing import Any

from toolkit.charts import format_count, format_share
from toolkit.export._book import brief
from toolkit.export._posts import word
from toolkit.export._proposal_parts import Gap, Head, Heading, Note, Prose, Table
from toolkit.export._review_parts import (
    Line,
    Lines,
    ReviewPart,
    count_of,
    judged_by,
    number,
    outcome_words,
    records,
    said_below,
    sentence,
    share,
)
from toolkit.export._review_told import Told
from toolkit.schema import OUTCOMES

_MOST_CALLS, _MOST_NOTES = 6, 20
# style and sign of a call that came out so
_CALLS = {"hit": ("pass", "✓"), "miss": ("block", "✕"), "unsure": ("muted", "○")}
# what stands only in the day totals of a group
_OF_A_DAY = ("day_orders", "day_active")


def trust(told: Told) -> list[ReviewPart]:
    """The parts of 说得准吗."""
    parts = [*_record(told), *_calls(told), *_skills(told)]
    return parts or [Gap("上次的建议还没有对账。下周这时候，拿这周的建议来对一对。")]


def _record(told: Told) -> list[ReviewPart]:
    if told.record.empty:
        return []
    rows = [
        (
            word(row["advice_kind"], "advice_kind"),
            *(
                count_of(row["given"]),
                count_of(row["right"]),
                count_of(row["wrong"]),
                count_of(row["unsure"]),
            ),
            share(row["rate"], row["low"], row["high"]),
            "—" if number(row["by_chance"]) is None else format_share(row["by_chance"]),
        )
        for row in records(told.record)
    ]
    heads = (
        *(Head("哪种建议", "key"), Head("给了", "num"), Head("说对", "num"), Head("说错", "num")),
        *(Head("还说不准", "num"), Head("说对占比（区间）", "num"), Head("不听也会对", "num")),
    )
    return [Heading("上次的建议"), Table(heads, tuple(rows)), *said_below(told.record, "sentence")]


def _calls(told: Told) -> list[ReviewPart]:
    frame = told.calls
    if frame.empty:
        return []
    counts = frame["outcome_of_call"].value_counts()
    said = "、".join(
        f"{word(name, 'outcome_of_call')} {counts[name]} 个" for name in _CALLS if counts.get(name, 0)
    )
    parts: list[ReviewPart] = [Heading("上次说的热词", said)]
    for name in ("hit", "miss"):
        rows = records(frame[frame["outcome_of_call"] == name])
        if rows:
            parts.append(Lines(tuple(_call(row) for row in rows[:_MOST_CALLS])))
        if rest := rows[_MOST_CALLS : 5 * _MOST_CALLS]:
            spoken = word(name, "outcome_of_call")
            parts.append(Lines(tuple(_call(row) for row in rest), f"另外 {len(rest)} 个{spoken}的"))
    return parts


def _call(row: dict[str, Any]) -> Line:
    kind, mark = _CALLS[row["outcome_of_call"]]
    came = f"后来 {format_count(row['came'])} 篇，平常一期 {format_count(row['usual'])} 篇"
    said = sentence(row["sentence"]) or f"「{sentence(row['term'])}」{came}"
    small = f"当时说{word(row['called'], 'called')} · {came}"
    return Line(kind, mark, word(row["outcome_of_call"], "outcome_of_call"), said, small)


def _skills(told: Told) -> list[ReviewPart]:
    if told.skills.empty:
        return []
    rows = [
        (
            word(row["when"], "when"),
            *(count_of(row["posts"]), share(row["accuracy"], row["low"], row["high"])),
            "—" if number(row["baseline"]) is None else format_share(row["baseline"]),
            brief(row["shown"], 16),
        )
        for row in records(told.skills)
    ]
    heads = (
        *(Head("什么时候", "key"), Head("学过几条", "num"), Head("两条标题猜对哪条好（区间）", "num")),
        *(Head("只看长短", "num"), Head("给不给胜出机会", "short")),
    )
    return [Heading("标题猜得准了吗"), Table(heads, tuple(rows)), *said_below(told.skills, "reason")]


def method(told: Told) -> list[ReviewPart]:
    """The parts of 怎么算的."""
    order = "、".join(outcome_words(name) for name in OUTCOMES)
    names = judged_by(told.posts) or ([told.review.outcome] if told.review.outcome else [])
    used = f"这次看的是{'、'.join(map(outcome_words, names))}。" if names else "这次没有能判断好坏的结果。"
    lines = [
        f"结果从最确定的看起：{order}。一次发布有前面的就不看后面的。{used}",
        "一次发布是平常的几倍：和同一个群、同样的星期、时段、类型的发布相比。群、类型、选题、时段的倍数：和其余的群、类型、选题、时段相比，别的条件算成一样。1 就是没有差别，发得少的会往 1 拉一些，免得一两次碰巧说了算。",
        "区间：真实的数有 95% 的把握在里面。倍数的区间里有 1，就还不能说好或不好。合计、次数和金额是数出来的，没有区间。",
        "没有量到的不当作零。个人微信群看不到触达和打开，所以不写。",
    ]
    if set(names) & set(_OF_A_DAY):
        lines.append("群当天的合计分不清是哪一次带来的，所以只用在当天那个群只发了一次的发布上。")
    ways = dict.fromkeys(sentence(row["interval"]) for row in records(told.funnel))
    if said := "、".join(way for way in ways if way):
        lines.append(f"漏斗的区间：{said}。")
    parts: list[ReviewPart] = [Prose("\n".join(lines))]
    if missing := _not_measured(told):
        parts.append(Prose(f"这次没有量到、所以没有写的：{'、'.join(missing)}。"))
    notes = [line for note in told.review.notes if (line := sentence(note))]
    parts += [Note(line) for line in notes[:_MOST_NOTES]]
    if len(notes) > _MOST_NOTES:
        parts.append(Note(f"另有 {len(notes) - _MOST_NOTES} 条说明，在 .xlsx 的复盘里。"))
    return parts


def _not_measured(told: Told) -> list[str]:
    """Outcomes that no post has, and tables that nothing was measured for: each is named once, here."""
    names = ("ordered", "clicked", "replied", "opened")
    found = [outcome_words(name) for name in names if told.posts[name].isna().all()]
    tables = {
        **{"漏斗": told.funnel, "到店和复购": told.visits, "投入产出": told.returns},
        **{"什么时候发": told.times, "标题测试": told.tests},
    }
    return found + [name for name, frame in tables.items() if frame.empty]

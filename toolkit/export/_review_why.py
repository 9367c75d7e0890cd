"""为什么 and 下一步: what to keep, post less or try again, what cannot be said yet, and what is proposed for it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from toolkit.charts import format_count, plain
from toolkit.charts._review import effect_bars, effect_name, time_heat, times_words
from toolkit.export._book import brief
from toolkit.export._posts import word
from toolkit.export._proposal_parts import Gap, Head, Heading, Note, Prose, Table
from toolkit.export._review_parts import (
    NAME,
    Drawn,
    Line,
    Lines,
    ReviewPart,
    count_of,
    name_of,
    number,
    outcome_words,
    ratio,
    records,
    said_below,
    sentence,
    share,
    when,
)
from toolkit.export._review_told import Told
from toolkit.schema import VERDICTS_OF_EFFECTS

# style and sign of a verdict; the word says it once more
MARKS = {"keep": ("info", "●"), "stop": ("accent", "▼"), "try": ("", "◇"), "unsure": ("muted", "○")}
# what a page shows of each list; the workbook has all
_MOST_SAID, _MOST_UNSURE, _MOST_FOLDED, _MOST_PROBLEMS, _MOST_WEIGHTS, _MOST_TESTS = 5, 4, 24, 8, 16, 12
_MOST_NAMED = 2
_EFFECTS, _HEAT = (300, 90), (560, 286)
# the words of a test that is over; every other goes on
_DECIDED = ("够了", "看不出差别")


def verdicts_in_short(told: Told) -> str:
    """What to keep, post less or try again by name, and how many cannot be said yet."""
    said = []
    for verdict in VERDICTS_OF_EFFECTS:
        rows = records(told.verdicts[told.verdicts["verdict"] == verdict])
        if verdict == "unsure" or not rows:
            continue
        # one name may stand there by several outcomes
        some = list(dict.fromkeys(_named(row, told, 24) for row in rows))
        more = f" 等 {len(rows)} 项" if len(rows) > _MOST_NAMED else ""
        said.append(f"{word(verdict, 'verdict')}：{'、'.join(some[:_MOST_NAMED])}{more}")
    unsure = int((told.verdicts["verdict"] == "unsure").sum())
    said += [] if said else ["还没有能下结论的"]
    return "；".join([*said, *([f"还说不准 {unsure} 项"] if unsure else [])])


def _named(row: dict[str, Any], told: Told, width: int = NAME) -> str:
    """The facet and name of an effect or a weight: 时段 20:00."""
    return (
        f"{word(row['facet'], 'facet')} {name_of(effect_name(row['facet'], row['name'], told.names), width)}"
    )


def _weight(value: Any) -> str:
    found = number(value)
    return "—" if found is None else f"{found:.2f}"


def reasons(told: Told) -> list[ReviewPart]:
    """The parts of 为什么."""
    parts: list[ReviewPart] = [Prose(told.why)] if told.why else []
    parts += _effects(told)
    parts += _judged(told)
    parts += _times(told)
    parts += _problems(told)
    return parts or [Gap("还没有量到结果，说不了为什么。")]


def _effects(told: Told) -> list[ReviewPart]:
    frame = told.verdicts
    if frame.empty:
        return []
    sure = frame[frame["verdict"] != "unsure"]
    unsure = frame[frame["verdict"] == "unsure"]
    parts: list[ReviewPart] = [Heading("什么起了作用")]
    if frame[["value", "low", "high"]].notna().all(axis=1).any():
        parts.append(Drawn(lambda width: _bars(told, width), *_EFFECTS))
    for verdict in dict.fromkeys((*VERDICTS_OF_EFFECTS, *sure["verdict"])):
        parts += _told_lines(records(sure[sure["verdict"] == verdict]), told, _MOST_SAID)
    if len(unsure):
        parts.append(Heading("还说不准的", "这很平常：发得还不够多，先照旧做"))
        parts += _told_lines(records(unsure), told, _MOST_UNSURE)
    return parts


def _told_lines(rows: list[dict[str, Any]], told: Told, most: int) -> list[ReviewPart]:
    """The first in sight, more of them folded, and how many are in the workbook alone."""
    parts: list[ReviewPart] = [Lines(tuple(_line(row, told) for row in rows[:most]))] if rows else []
    if folded := rows[most : most + _MOST_FOLDED]:
        named = word(rows[0]["verdict"], "verdict")
        parts.append(
            Lines(tuple(_line(row, told) for row in folded), f"其余 {len(folded)} 项{name_of(named, 24)}的")
        )
    return [*parts, *_more(len(rows) - most - _MOST_FOLDED)]


def _bars(told: Told, width: int) -> Any:
    by = told.review.outcome
    known = told.verdicts[["value", "low", "high"]].notna().all(axis=1)
    has = (known & (told.verdicts["outcome"] == by)).any()
    return effect_bars(told.verdicts, names=told.names, outcome=by if has else None, width=width)


def _line(row: dict[str, Any], told: Told) -> Line:
    """An effect as its sentence, with the figure, what it is of, and how many posts it still needs."""
    kind, mark = MARKS.get(row["verdict"], MARKS["unsure"])
    name = effect_name(row["facet"], row["name"], told.names)
    said = sentence(row["sentence"]) or f"{word(row['facet'], 'facet')}「{name_of(name)}」"
    facet, small = word(row["facet"], "facet"), []
    # a sentence that has the figure need not hear it again
    if times_words(row["value"]) in said:
        said = f"{facet}{'' if said.startswith('「') else ' '}{said}"
    else:
        small = [
            f"{facet}：{name_of(name)}",
            f"{outcome_words(row['outcome'])}是其余的 {ratio(row)}",
            f"{format_count(row['posts'])} 次发布",
        ]
        needed = count_of(row["needed"]) if row["verdict"] == "unsure" else None
        small += [f"大约还要 {format_count(needed)} 次才说得准"] if needed else []
    return Line(kind, mark, word(row["verdict"], "verdict"), said, " · ".join(small))


def _more(left: int) -> list[ReviewPart]:
    return [Note(f"另有 {left} 项，在 .xlsx 的复盘里。")] if left > 0 else []


def _judged(told: Told) -> list[ReviewPart]:
    """Tests that are over."""
    done = told.tests[told.tests["decided"].isin(_DECIDED)]
    if done.empty:
        return []
    return [Heading("测试的结论"), *_test_table(done)]


def _test_table(frame: pd.DataFrame) -> list[ReviewPart]:
    rows = [
        (
            *(
                name_of(f"{row['test']}　{row['arm']}", 40),
                name_of(row["title"], 40),
                outcome_words(row["outcome"]),
            ),
            *(count_of(row["shown"]), count_of(row["hits"]), share(row["rate"], row["low"], row["high"])),
            brief(row["decided"], 16),
        )
        for row in records(frame.head(_MOST_TESTS))
    ]
    heads = (
        *(Head("测试和版本", "key"), Head("标题"), Head("看什么"), Head("看到", "num")),
        *(Head("有反应", "num"), Head("比例（区间）", "num"), Head("结论", "short")),
    )
    notes = said_below(frame, "sentence")
    return [Table(heads, tuple(rows)), *notes, *_more(len(frame) - len(rows))]


def _times(told: Told) -> list[ReviewPart]:
    times = told.times
    if times.empty:
        return []
    groups = times["group_id"].nunique()
    small = f"画的是发得最多的群，{groups} 个群都在 .xlsx 的复盘里" if groups > 1 else ""
    drawn = Drawn(lambda width: time_heat(times, names=told.names, width=width), *_HEAT)
    return [Heading("什么时候发", small), drawn]


def _problems(told: Told) -> list[ReviewPart]:
    if told.problems.empty:
        return []
    rows = records(told.problems.head(_MOST_PROBLEMS))
    lines = tuple(_problem(row, told) for row in rows)
    note = Note("发布在前、事情在后，不等于就是这次发布引起的。")
    return [Heading("出的问题"), Lines(lines), note, *_more(len(told.problems) - len(rows))]


def _problem(row: dict[str, Any], told: Told) -> Line:
    unit = {"left": "人", "cold": "天"}.get(row["incident"], "次")
    said = f"{when(row['happened_at'])}，{name_of(told.group(row['group_id']), 24)}：{format_count(row['count'])} {unit}"
    usual = row["usual"]
    said += f"，平时一天约 {format_count(usual)} 人" if pd.notna(usual) else ""
    if plain(row["title"]).strip():
        said += f"。之前发的是「{name_of(row['title'], 40)}」"
        said += f"，隔了 {format_count(row['hours_after'])} 小时" if pd.notna(row["hours_after"]) else ""
    small = " · ".join(text for text in (sentence(row["why"]), sentence(row["change"])) if text)
    return Line("warn", "!", word(row["incident"], "incident"), said, small)


def next_week(told: Told) -> list[ReviewPart]:
    """The parts of 下一步."""
    parts: list[ReviewPart] = []
    if told.next_steps:
        steps = tuple(
            Line("accent", "□", f"第 {place} 件", step) for place, step in enumerate(told.next_steps, 1)
        )
        parts += [Heading("要做的事"), Lines(steps)]
    parts += _weights(told)
    parts += _to_test(told)
    return parts or [Gap("还没有写下一步。请写两三件下周要做的事，写清谁来做。")]


def _weights(told: Told) -> list[ReviewPart]:
    if told.weights.empty:
        return []
    rows = [
        (
            f"{word(row['facet'], 'facet')}：{name_of(effect_name(row['facet'], row['name'], told.names), 32)}",
            f"{_weight(row['now'])} → {_weight(row['proposed'])}",
            ratio({"value": row["proposed"], "low": row["low"], "high": row["high"]})
            .partition("倍")[2]
            .strip("（）")
            or "—",
            *(count_of(row["posts"]), outcome_words(row["outcome"]), sentence(row["why"])),
        )
        for row in records(told.weights.head(_MOST_WEIGHTS))
    ]
    heads = (
        *(Head("改什么", "key"), Head("现在 → 建议", "num"), Head("区间", "num")),
        *(Head("发布次数", "num"), Head("看什么"), Head("理由", "below")),
    )
    note = "都只是建议：编辑采纳哪一条，哪一条才生效；一条不采纳，排期照旧。"
    return [
        Heading("下周的权重", "建议"),
        Table(heads, tuple(rows)),
        Note(note),
        *_more(len(told.weights) - len(rows)),
    ]


def _to_test(told: Told) -> list[ReviewPart]:
    """Tests that go on, and effects that are worth one."""
    parts: list[ReviewPart] = []
    again = told.verdicts[told.verdicts["verdict"] == "try"]
    if len(again):
        lines = tuple(_again(row, told) for row in records(again.head(_MOST_TESTS)))
        parts += [Heading("值得试的"), Lines(lines)]
    on = told.tests[~told.tests["decided"].isin(_DECIDED)]
    return [*parts, Heading("还在测的"), *_test_table(on)] if len(on) else parts


def _again(row: dict[str, Any], told: Told) -> Line:
    needed = count_of(row["needed"])
    name = name_of(effect_name(row["facet"], row["name"], told.names))
    more = f"要是真有这么好，大约再发 {format_count(needed)} 次能看清" if needed else "有意多排几次，再看一回"
    said = f"{word(row['facet'], 'facet')}「{name}」：{more}"
    kind, mark = MARKS["try"]
    small = f"{outcome_words(row['outcome'])}现在看是其余的 {ratio(row)}"
    return Line(kind, mark, word("try", "verdict"), said, small)

"""The text that is really sent to a group: a gate, a craft score an editor can argue with, and advice by gain."""

from __future__ import annotations

import functools
import numbers
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit import compliance, lexicons
from toolkit.headlines._copy_fold import fold_of, folded_at
from toolkit.headlines._copy_parts import (
    BLANK,
    Check,
    Kind,
    Reading,
    advice_for,
    checks,
    kind_of,
    part_maxima,
    parts_of,
    points_of,
    read_message,
)
from toolkit.headlines._inputs import Wanted, wanted_for
from toolkit.schema import COPY, CRAFT_ADVICE, ColumnError, InputError, check, is_missing, shown_value

_FINDINGS_TOLD = 2
_ADVICE_KEPT = 4
_COLUMNS = ("copy", "text", "文案", "原文")
# what holds several messages; a mapping, a set or bytes would be read wrongly
_LISTS = (list, tuple, pd.Series, pd.Index, np.ndarray, pd.api.extensions.ExtensionArray, Iterator)
_WRITE = "还没有文字，先写一句看看。"


@dataclass(frozen=True)
class _Judged:
    """One message read, scored and gated."""

    text: str
    reading: Reading
    points: dict[str, int]
    found: list[compliance.Finding]
    blanks: list[str]


def explain_copy_parts() -> pd.DataFrame:
    """The rubric of group messages for showing: part (the column's name), caption, max, rewards and evidence, in order.

    The maxima add up to 100. Evidence is 经验 throughout: editors' convention, not yet measured on outcomes.

    >>> explain_copy_parts()[["part", "caption", "max"]].head(2).values.tolist()
    [['part_opening', '开头', 20], ['part_length', '长短', 10]]
    """
    frame = lexicons.table("copy-parts")
    return frame.assign(part="part_" + frame["part"], max=frame["max"].astype("Int64"))


def explain_copy_checks(kind: str = "value") -> pd.DataFrame:
    """The checks that one kind of message is held to: part, check, caption, points (Int64), advice, evidence.

    The points of a part's checks add up to the part's maximum for every kind. Raises ChoiceError for an unknown kind.

    >>> explain_copy_checks("poll")[["check", "points"]].head(2).values.tolist()
    [['open_topic', 10], ['open_who', 5]]
    """
    name = kind_of(kind).kind
    frame = lexicons.table("copy-checks")
    frame = frame.assign(part="part_" + frame["part"], points=frame[name].astype("Int64"))
    columns = ["part", "check", "caption", "points", "advice", "evidence"]
    return frame.loc[frame["points"] > 0, columns].reset_index(drop=True)


def score_copy(
    texts: Any,
    *,
    kind: str = "value",
    platform: str = "group",
    purpose: str = "promotion",
    audience: Any | None = None,
    rules: pd.DataFrame | tuple[Any, ...] | None = None,
    verdicts: pd.DataFrame | compliance.Lessons | None = None,
) -> pd.DataFrame:
    """COPY in the input's order, with `part_*` (points) after `craft` that add up to it exactly, and `opening`.

    `texts` is a list of messages, one message, a Series, or a frame (ITEMS too) with a column copy or text. Where a
    frame has a column kind, each row is read as its own kind, and `kind` is for rows without one. No messages give an
    empty frame with the same columns. Missing values count as blank; a message without letters or digits scores 0.

    `kind` is value, discussion, promotion, event, red_packet, poll or notice (or its Chinese word): each is held to its
    own checks, whose points add up to the same part maxima:

    - part_opening (20): what it is about 10, to whom 5, no empty phrases 5; all in what shows first (`opening`).
    - part_length (10): characters without links in the kind's range; less in proportion outside, or where the same
      words said again fill it.
    - part_action (20): one thing to do and not three, how to do it, nothing to forward or to recruit for it; half of it
      at most where nothing is asked and the kind's own substance (steps, a reason, what now) is not there either.
    - part_value (15): use before sale, few selling sentences, what the kind lives on (steps, an own answer, a place …).
    - part_facts (15): date and hour in one sentence, price beside its amount, one link on a line of its own.
    - part_people (5): speaks to people; with `audience` (a GROUPS row or a theme) also in its words.
    - part_layout (15): short paragraphs, few emoji and marks, no pressing, no @所有人.

    All of it is convention (经验), 写法检查，不是预测. Points for having no fault shrink where a message says less than its
    kind's shortest length (words said again do not count) or more than twice its longest. The rubric reads the first 3,000 characters, the gate all of them.

    `gate` and `findings` are those of `check_copy`; a message with blanks still open (【…价格】, {称呼}) is "block", and
    each blank counts as a finding. `length` is in code points. `folded_at` is the number of code points that show before the
    app folds the text, missing where it does not: lines are broken at line ends and at the platform's line width, and
    counted (lexicon `copy-folds`; most of its numbers are not verified, see its `certainty`). `opening` is the
    beginning on one line, as far as the chat list or the folded post shows it. `advice` is best first: blanks, findings, then edits with
    the score that the message would have.

    Raises ChoiceError for an unknown kind, platform or purpose; InputError for what is no text; ColumnError for a frame
    without messages and for rules and verdicts that cannot be used.

    >>> scored = score_copy("取菜的邻居，明天9月22日起自提点改到东门岗亭，时间不变，还是17:00到19:00。", kind="notice")
    >>> scored[["craft", "gate", "length", "folded_at"]].values.tolist()
    [[100.0, 'pass', 43, <NA>]]
    """
    wanted = _wanted(platform, purpose, audience, rules, verdicts)
    given = kind_of(kind)
    rows = [_row(_judge(text, own or given, wanted), wanted) for text, own in _messages(texts)]
    return _frame(rows)


def advise_copy(
    text: str,
    *,
    kind: str = "value",
    platform: str = "group",
    purpose: str = "promotion",
    audience: Any | None = None,
    rules: pd.DataFrame | tuple[Any, ...] | None = None,
    verdicts: pd.DataFrame | compliance.Lessons | None = None,
) -> pd.DataFrame:
    """CRAFT_ADVICE of one message: blanks to fill and findings first, then every edit in order of gain.

    `place` counts from 1; `part` is the column that would rise (empty for blanks and findings, whose gain is 0);
    `craft` is the score recomputed as if this edit alone were made. Nothing to change gives an empty frame. A missing
    value counts as blank. Raises what `score_copy` raises.

    >>> advise_copy("下午茶到了，大家尽快下单", kind="promotion")[["part", "gain"]].head(1).values.tolist()
    [['part_length', 26.0]]
    """
    wanted = _wanted(platform, purpose, audience, rules, verdicts)
    judged = _judge(_text(text), kind_of(kind), wanted)
    craft = float(sum(judged.points.values()))
    if judged.reading.blank:
        rows = [(_WRITE, "", 0.0)]
    else:
        rows = [(sentence, "", 0.0) for sentence in _must(judged, len(judged.found))]
        rows += [(f"{advice}。", f"part_{row.part}", float(gain)) for gain, row, advice in _gains(judged)]
    frame = pd.DataFrame(rows, columns=["advice", "part", "gain"])
    frame["place"] = range(1, len(frame) + 1)
    frame["craft"] = frame["gain"] + craft
    return check(frame, CRAFT_ADVICE)


def _wanted(platform: str, purpose: str, audience: Any, rules: Any, verdicts: Any) -> Wanted:
    return wanted_for(
        platform=platform, purpose=purpose, trends=None, audience=audience, rules=rules, verdicts=verdicts
    )


def _messages(texts: Any) -> list[tuple[str, Kind | None]]:
    """Each message with its row's own kind, where there is one."""
    if isinstance(texts, str):
        return [(texts, None)]
    if not isinstance(texts, pd.DataFrame):
        if not isinstance(texts, _LISTS):
            raise InputError(
                f"这里要一条或几条消息的文字，收到的是 {shown_value(texts)}。请给文字、列表或内容表。"
            )
        return [(_text(value), None) for value in texts]
    names = [name for name in _COLUMNS if name in texts.columns]
    if not names:
        present = tuple(str(name) for name in texts.columns)
        raise ColumnError(
            f"消息表缺少列 copy（现有的列：{'、'.join(present) or '无'}）。请把消息正文所在的列改名为 copy 或 text。",
            missing=("copy",),
            present=present,
        )
    values = [_text(value) for value in texts[names[0]]]
    column = next((name for name in ("kind", "类型") if name in texts.columns), None)
    if column is None:
        return [(value, None) for value in values]
    kinds = [None if is_missing(name) or not str(name) else kind_of(str(name)) for name in texts[column]]
    return list(zip(values, kinds, strict=True))


def _text(value: Any) -> str:
    """One message; a missing value is blank, and a cell that a sheet took for a number is written out."""
    if is_missing(value):
        return ""
    if isinstance(value, (str, numbers.Real)) and not isinstance(value, bool):
        return str(value)
    raise InputError(f"一条消息要是文字，这里给的是 {shown_value(value)}。请给文字，几条就放进一个列表。")


def _judge(text: str, kind: Kind, wanted: Wanted) -> _Judged:
    found = compliance.find(
        text,
        purpose=wanted.purpose,
        platform=wanted.platform.platform,
        rules=wanted.rules,
        verdicts=wanted.lessons,
    )
    reading = read_message(text, kind, wanted)
    return _Judged(text, reading, points_of(reading), found, BLANK.findall(text))


def _row(judged: _Judged, wanted: Wanted) -> dict[str, Any]:
    parts = parts_of(judged.points)
    return {
        "text": judged.text,
        "craft": float(sum(parts.values())),
        **{f"part_{part}": float(points) for part, points in parts.items()},
        "gate": "block" if judged.blanks else compliance.gate(judged.found),
        "findings": len(judged.found) + len(judged.blanks),
        "length": len(judged.text),
        "folded_at": folded_at(judged.text, fold_of(wanted.platform.platform)),
        "advice": _advice(judged),
        "opening": judged.reading.opening,
    }


def _advice(judged: _Judged) -> list[str]:
    if judged.reading.blank:
        return [_WRITE]
    craft = sum(judged.points.values())
    edits = [f"{advice}（照做约 {craft + gain} 分）。" for gain, _, advice in _gains(judged)[:_ADVICE_KEPT]]
    return _must(judged, _FINDINGS_TOLD) + edits


def _must(judged: _Judged, findings: int) -> list[str]:
    """What must be done before the message may be sent, and so many of what the gate found."""
    first = []
    if judged.blanks:
        named = "、".join(dict.fromkeys(judged.blanks))
        first.append(f"还有 {len(judged.blanks)} 处没有填：{named}。填好再发。")
    serious = [finding for finding in judged.found if finding.severity in ("block", "warn")]
    serious.sort(key=lambda finding: finding.severity != "block")
    return first + [
        f"「{finding.text}」要改：{finding.suggestion.rstrip('。')}。" for finding in serious[:findings]
    ]


def _gains(judged: _Judged) -> list[tuple[int, Check, str]]:
    """Gain, check and sentence of every check not met in full, best first."""
    reading, now = judged.reading, sum(judged.points.values())
    gains = []
    for row in checks():
        if reading.seen[row.check].share == 1 or (row.check == "theme" and not reading.themed):
            continue
        if reading.idle and row.part == "action" and not reading.seen[row.check].found:
            continue
        mended = {row.check: 1.0, **reading.also.get(row.check, {})}
        gain = sum(points_of(reading, **mended).values()) - now
        if gain > 0:
            gains.append((gain, row, advice_for(row, reading)))
    return sorted(gains, key=lambda each: -each[0])


@functools.cache
def _empty() -> pd.DataFrame:
    return COPY.empty()


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """COPY of the rows, built by hand: `schema.check` takes three times as long, too slow while typing."""
    parts = [f"part_{part}" for part in part_maxima()]
    names = [
        "text",
        "craft",
        *parts,
        *[name for name in COPY.names if name not in ("text", "craft")],
        "opening",
    ]
    text = _empty()["text"].dtype
    make: Any = text.construct_array_type()._from_sequence
    data: dict[str, Any] = {}
    for name in names:
        values = [row[name] for row in rows]
        if name == "advice":
            data[name] = pd.Series(values, dtype="object")
        elif name in ("findings", "length", "folded_at"):
            missing = np.array([value is None for value in values], dtype=bool)
            whole = np.array([value or 0 for value in values], dtype=np.int64)
            data[name] = pd.arrays.IntegerArray(whole, missing)
        elif name in ("text", "gate", "opening"):
            data[name] = make(values, dtype=text)
        else:
            data[name] = np.array(values, dtype=np.float64)
    return pd.DataFrame(data)

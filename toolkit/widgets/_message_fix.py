"""Changes of a message that the verbs themselves give: a passage that a rule says to delete, a wording that it names, a
sentence rewritten. Each is weighed again and offered only where it is better."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit.schema import ToolkitError

_MOST = 3
_RANK = {"pass": 0, "warn": 1, "block": 2}
_DELETE = ("删除", "删去")
# a rule that names the wording itself; one with blanks of its own (XX, ××, 某) only shows how
_NAMED = re.compile(r"(?:改成|换成|改为|写|写成|写作)“([^”X×某…0-9]{1,20})”")
_SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;]*")
_FIGURES = re.compile(r"\d+(?:\.\d+)?")

# what a text weighs: gate, number of findings, craft
Weight = tuple[str, int, float]


@dataclass(frozen=True)
class Fix:
    """One change: the finding it answers, the whole text before and after, the passage as it would stand, its weight."""

    rule_id: str
    start: int
    before: str
    after: str
    passage: str
    gate: str
    craft: float


def fixes_for(
    text: str,
    found: Sequence[Mapping[Any, Any]],
    *,
    weigh: Callable[[str], Weight],
    rewrite: Callable[..., pd.DataFrame] | None,
    **how: Any,
) -> list[Fix]:
    """At most one change for each of the first findings that warn or block; none where no verb gives a better text.

    `weigh` gives a text's gate, number of findings and craft. `rewrite` (rewrite_headline) is asked for the sentence
    alone, with `how`; a rewrite that loses a figure is passed over.
    """
    serious = [row for row in found if row["severity"] in _RANK and row["category"] != "exempt"]
    if not serious:
        return []
    now = weigh(text)
    fixes = [_fix(text, row, now, weigh, rewrite, how) for row in serious[:_MOST]]
    return [one for one in fixes if one is not None]


def _fix(
    text: str,
    row: Mapping[Any, Any],
    now: Weight,
    weigh: Callable[[str], Weight],
    rewrite: Callable[..., pd.DataFrame] | None,
    how: Mapping[str, Any],
) -> Fix | None:
    for start, end, passage in _passages(text, row, rewrite, how):
        after = text[:start] + passage + text[end:]
        if not any(map(str.isalnum, after)):
            continue
        gate, count, craft = weigh(after)
        if count <= now[1] and (_RANK[gate], count) < (_RANK[now[0]], now[1]):
            shown = passage.strip() or "（删去）"
            return Fix(str(row["rule_id"]), int(row["start"]), text, after, shown, gate, craft)
    return None


def _passages(
    text: str, row: Mapping[Any, Any], rewrite: Callable[..., pd.DataFrame] | None, how: Mapping[str, Any]
) -> list[tuple[int, int, str]]:
    """Start, end and what would stand there instead, the least change first."""
    start, end, advice = int(row["start"]), int(row["end"]), str(row["suggestion"]).rstrip("。")
    passages = []
    if named := _NAMED.fullmatch(advice):
        passages.append((start, end, named.group(1)))
    low, high = sentence_at(text, start)
    sentence = text[low:high]
    if rewrite is not None:
        passages += [(low, high, one) for one in _rewritten(sentence, rewrite, how)]
    if advice in _DELETE:
        passages.append((start, end, ""))
    return passages


def _rewritten(sentence: str, rewrite: Callable[..., pd.DataFrame], how: Mapping[str, Any]) -> list[str]:
    try:
        lines = rewrite(sentence.strip(), top=1, **how)["headline"].tolist()
    except ToolkitError:
        return []
    lead = sentence[: len(sentence) - len(sentence.lstrip())]
    end = sentence.rstrip()[-1:] if sentence.rstrip()[-1:] in "。！？!?；;" else ""
    figures = _FIGURES.findall(sentence)
    return [
        lead + (line if not end or line.endswith(tuple("。！？!?；;")) else line + end)
        for line in map(str, lines)
        if _FIGURES.findall(line) == figures
    ]


def sentence_at(text: str, place: int) -> tuple[int, int]:
    """Where the sentence that holds a place begins and ends.

    >>> sentence_at("到了。全城最低价！快来", 4)
    (3, 9)
    """
    for match in _SENTENCE.finditer(text):
        if match.start() <= place < match.end():
            return match.span()
    return place, place

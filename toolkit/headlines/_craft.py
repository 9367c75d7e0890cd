"""The craft score: a rubric an editor can argue with (写法检查，不是预测), read from `corpora/lexicons/headline-*.csv`."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit import compliance, lexicons
from toolkit.headlines._inputs import Wanted, content_words, texts_of, wanted_for
from toolkit.schema import HEADLINES, ChoiceError, check
from toolkit.text import cut_to_width, display_width, fold, segment

# a headline is read to here by the rubric; the gate reads all of it
_LONGEST_READ = 300
_ADVICE_KEPT = 4
# width in half-width units within which a trending word counts as standing at the front: six characters
_FRONT = 12
_DENSITY = (0, 3, 6, 8, 10)
_THINGS = (0, 3, 6)


@dataclass(frozen=True)
class _Kind:
    part: str
    kind: str
    points: int
    advice: str
    cue: re.Pattern[str] | None


@dataclass(frozen=True)
class _Reading:
    """What the rubric sees in one headline."""

    kinds: frozenset[str]
    width: int
    length_points: int
    keyword_points: int
    things: int
    found_term: str
    clickbait: float
    blank: bool


@functools.cache
def _maxima() -> dict[str, int]:
    return {row["part"]: int(row["max"]) for row in lexicons.rows("headline-parts")}


@functools.cache
def _kinds() -> tuple[_Kind, ...]:
    cues = {row["kind"]: re.compile(row["cue"]) for row in lexicons.rows("headline-cues")}
    return tuple(
        _Kind(row["part"], row["kind"], int(row["points"]), row["advice"], cues.get(row["kind"]))
        for row in lexicons.rows("headline-kinds")
    )


@functools.cache
def _abstract_words() -> frozenset[str]:
    cue = next(row["cue"] for row in lexicons.rows("headline-cues") if row["kind"] == "abstract")
    return frozenset(cue.split("|"))


def explain_parts() -> pd.DataFrame:
    """The craft rubric for showing: part (the column's name), caption, max, rewards and evidence, in order.

    The maxima add up to 100. Evidence is 经验 throughout: editors' convention, not yet measured on outcomes.

    >>> explain_parts()[["part", "caption", "max"]].head(2).values.tolist()
    [['part_length', '长短', 20], ['part_specific', '具体', 20]]
    """
    frame = lexicons.table("headline-parts")
    return frame.assign(part="part_" + frame["part"], max=frame["max"].astype("Int64"))


def score_headlines(
    headlines: Any,
    *,
    platform: str = "wechat",
    purpose: str = "promotion",
    trends: pd.DataFrame | Sequence[str] | None = None,
    audience: Any | None = None,
    model: None = None,
    rules: pd.DataFrame | tuple[Any, ...] | None = None,
    verdicts: pd.DataFrame | compliance.Lessons | None = None,
) -> pd.DataFrame:
    """HEADLINES in the input's order, with `part_*` (points) after `craft` that add up to it exactly.

    `headlines` is a list of texts, one text, a Series, or a frame with a column headline or title. No headlines
    give an empty frame with the same columns. Missing values count as blank; a headline without letters or digits
    scores 0.

    - part_length (20): width in the platform's recommended range; less in proportion outside, 0 above its limit.
    - part_specific (20): a number 8, a time 4, a place 4, nameable things 3 or 6.
    - part_benefit (15): how-to 8, saving, ease or a result 5 each.
    - part_hook (15): a question 7, a list or a contrast 5, an open detail or a story 4.
    - part_audience (10): people called by name 6, the reader addressed 4, the audience's own words 6.
    - part_keyword (10): a trending term at the front 10, in the visible part 8, later 5; without `trends` (and up to
      5 with them) how many different content words there are: 3, 6, 8, 10.
    - part_clarity (10): less for shouting, piled-up marks, clutter, ornaments, vague openings and clickbait.

    All of it is convention (经验), a check of craft and no forecast. `clickbait` is 1 − Π(1 − weight) over the
    clickbait kinds found and a finding of that category (0.5). `gate` and `findings` are those of `check_copy`.
    `advice` is best first: what must be changed, then edits with the points the rubric would give for them. `width`
    is in half-width units; `visible` is what the platform's list shows.

    `trends` is a TRENDS frame or a list of terms; `audience` a GROUPS row or a theme. There is no learned model
    yet: `chance` is missing throughout. `rules` are an editor's own (COPY_RULES) and `verdicts` what editors have said
    of findings (VERDICTS), as `check_copy` takes them; `own_rules` and `lessons_of` make them ready once for many calls.

    Raises ChoiceError for a model other than None and for an unknown platform or purpose; ColumnError for a frame
    without headlines and for rules and verdicts that cannot be used.

    >>> scored = score_headlines(["大闸蟹怎么挑？看准这3处，今晚就能蒸"])
    >>> scored[["craft", "gate", "width"]].values.tolist()
    [[79.0, 'pass', 35]]
    """
    if model is not None:
        raise ChoiceError(
            "还没有可用的标题模型，胜出机会暂时给不出来。请去掉 model= 再试，写法分和合规照常给出。"
        )
    wanted = wanted_for(platform, purpose, trends, audience, rules, verdicts)
    texts = texts_of(headlines)
    folded = fold(text[:_LONGEST_READ] for text in texts)
    words = segment(folded, words=lexicons.user_words())
    rows = [_row(text, low, cut, wanted) for text, low, cut in zip(texts, folded, words, strict=True)]
    return _frame(rows)


def _row(text: str, folded: str, words: list[str], wanted: Wanted) -> dict[str, Any]:
    found = compliance.find(
        text,
        purpose=wanted.purpose,
        platform=wanted.platform.platform,
        rules=wanted.rules,
        verdicts=wanted.lessons,
    )
    reading = _read(text, folded, words, found, wanted)
    parts = _points(reading, reading.kinds)
    return {
        "headline": text,
        "craft": float(sum(parts.values())),
        **{f"part_{part}": float(points) for part, points in parts.items()},
        "gate": compliance.gate(found),
        "findings": len(found),
        "clickbait": reading.clickbait,
        "width": reading.width,
        "visible": cut_to_width(text, wanted.platform.visible_width),
        "advice": _advice(reading, parts, found, wanted),
    }


def _read(
    text: str, folded: str, words: list[str], found: list[compliance.Finding], wanted: Wanted
) -> _Reading:
    kinds = {kind.kind for kind in _kinds() if kind.cue is not None and kind.cue.search(folded)}
    content = content_words(words)
    if wanted.theme is not None and any(word in folded for word in wanted.theme):
        kinds.add("theme")
    clickbait = _clickbait(kinds, found)
    if round(-_kind("hype").points * clickbait):
        kinds.add("hype")
    width = display_width(text)
    term, keyword = _keyword_points(folded, len(content), wanted)
    return _Reading(
        kinds=frozenset(kinds),
        width=width,
        length_points=_length_points(text, width, wanted.platform),
        keyword_points=keyword,
        things=len(content - _abstract_words()),
        found_term=term,
        clickbait=clickbait,
        blank=not any(character.isalnum() for character in text),
    )


@functools.cache
def _kind(name: str) -> _Kind:
    return next(kind for kind in _kinds() if kind.kind == name)


def _clickbait(kinds: set[str], found: list[compliance.Finding]) -> float:
    kept = 1.0
    for kind in _kinds():
        if kind.part == "clickbait" and kind.kind in kinds:
            kept *= 1 - kind.points / 100
    if any(finding.category == "clickbait" for finding in found):
        kept *= 0.5
    return round(1 - kept, 3)


def _length_points(text: str, width: int, platform: lexicons.Platform) -> int:
    most, low, high = _maxima()["length"], platform.best_low, platform.best_high
    if platform.max_chars and len(text) > platform.max_chars:
        return 0
    if width < low:
        return round(most * width / low)
    return round(most * max(0.0, 1 - max(0, width - high) / high))


def _keyword_points(folded: str, content: int, wanted: Wanted) -> tuple[str, int]:
    """The trending term that stands earliest and the points for it; "" and the density's points without one."""
    density = _DENSITY[min(content, len(_DENSITY) - 1)]
    if wanted.terms is None:
        return "", density
    places = [(folded.find(term), term) for term in wanted.terms if term in folded]
    if not places:
        return "", min(density, 5)
    place, term = min(places)
    before = display_width(folded[:place])
    inside = before + display_width(term) <= wanted.platform.visible_width
    return term, 10 if before <= _FRONT else 8 if inside else 5


def _points(reading: _Reading, kinds: frozenset[str]) -> dict[str, int]:
    """Points of each part, had the headline these kinds; each between 0 and the part's maximum."""
    if reading.blank:
        return dict.fromkeys(_maxima(), 0)
    points = dict.fromkeys(_maxima(), 0)
    points["length"] = reading.length_points
    points["keyword"] = reading.keyword_points
    points["specific"] = _THINGS[min(reading.things, len(_THINGS) - 1)]
    points["clarity"] = _maxima()["clarity"]
    for kind in _kinds():
        if kind.part in points and kind.kind in kinds:
            points[kind.part] += (
                round(kind.points * reading.clickbait) if kind.kind == "hype" else kind.points
            )
    return {part: min(max(value, 0), _maxima()[part]) for part, value in points.items()}


def _advice(
    reading: _Reading, parts: dict[str, int], found: list[compliance.Finding], wanted: Wanted
) -> list[str]:
    if reading.blank:
        return ["还没有文字，先写一句看看。"]
    serious = sorted(
        (finding for finding in found if finding.severity in ("block", "warn")),
        key=lambda finding: finding.severity != "block",
    )
    first = [f"「{finding.text}」要改：{finding.suggestion.rstrip('。')}。" for finding in serious[:2]]
    gains = [*_kind_gains(reading, parts, wanted), *_measure_gains(reading, parts, wanted)]
    best = sorted((gain for gain in gains if gain[0] > 0), key=lambda gain: -gain[0])
    return first + [f"{advice}（写法分约 +{gain}）。" for gain, advice in best[:_ADVICE_KEPT]]


def _kind_gains(reading: _Reading, parts: dict[str, int], wanted: Wanted) -> list[tuple[int, str]]:
    """For each part its best missing kind, and each fault, with the points that the change would bring."""
    gains: dict[str, tuple[int, str]] = {}
    for kind in _kinds():
        if not kind.advice or kind.part not in parts or (kind.kind == "theme" and wanted.theme is None):
            continue
        fault = kind.points < 0
        if fault != (kind.kind in reading.kinds):
            continue
        changed = reading.kinds - {kind.kind} if fault else reading.kinds | {kind.kind}
        gain = _points(reading, frozenset(changed))[kind.part] - parts[kind.part]
        key = kind.kind if fault else kind.part
        if gain > gains.get(key, (0, ""))[0]:
            example = f"，例如「{wanted.theme[0]}」" if kind.kind == "theme" and wanted.theme else ""
            gains[key] = (gain, kind.advice + example)
    return list(gains.values())


def _measure_gains(reading: _Reading, parts: dict[str, int], wanted: Wanted) -> list[tuple[int, str]]:
    row, most = wanted.platform, _maxima()
    if reading.width < row.best_low:
        length = f"再写长一点：{row.caption}推荐 {row.best_low // 2}–{row.best_high // 2} 个字"
    else:
        length = f"缩短一些：{row.caption}推荐 {row.best_low // 2}–{row.best_high // 2} 个字"
    gains = [(most["length"] - parts["length"], length)]
    missing = most["keyword"] - parts["keyword"]
    if wanted.terms and not reading.found_term:
        gains.append((missing, f"用上一个热词并放在开头，例如「{wanted.terms[0]}」"))
    elif reading.found_term:
        gains.append((missing, f"把「{reading.found_term}」挪到开头"))
    elif wanted.terms is None:
        gains.append((missing, "多放一两个实在的词，少用空话"))
    return gains


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    parts = [f"part_{part}" for part in _maxima()]
    names = ["headline", "craft", *parts, "gate", "findings", "clickbait", "width", "visible", "advice"]
    frame = check(pd.DataFrame(rows, columns=names), HEADLINES)
    frame[parts] = frame[parts].astype("float64")
    order = [name for name in frame.columns if name not in parts]
    return frame[order[:2] + parts + order[2:]]

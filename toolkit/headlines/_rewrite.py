"""Rewrites of the editor's own line: offending words swapped or dropped, clauses cut or moved, never a fact added.

The words are rows of `corpora/lexicons/headline-swaps.csv` and `headline-words.csv`; a rewrite is kept only
where gate and craft say so.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import pandas as pd

from toolkit import compliance, lexicons
from toolkit.headlines._craft import score_headlines
from toolkit.headlines._hook import Writer, ask_writer, prompt_for, same_facts
from toolkit.headlines._inputs import Wanted, wanted_for
from toolkit.headlines._patterns import cue, shape_groups
from toolkit.schema import InputError, as_whole, shown_value
from toolkit.text import display_width, fold

REWRITE, HOOK = "rewrite", "hook"
_RANK = {"pass": 0, "warn": 1, "block": 2}
# kinds of swap that need a finding: elsewhere the words may be plain facts (全国最大的湖)
_BY_FINDING = ("绝对化", "价格")
_CLAUSE = re.compile(r"[^，,。！!？?；;]+[，,。！!？?；;]*")
_STOPS = "，,。！!；;、：: "
_PAIRS = ("“”", "「」", "『』", "《》", "【】", "()", "（）", "‘’")
_LEAST_CHARS, _MOST_ROUNDS, _MOST_CUTS = 6, 8, 6
# a clause that boasts and is no longer says nothing else; one of a single word says nothing at all
_SHORT_CLAUSE, _LEAST_CLAUSE = 8, 3
# share of a clause that a finding covers from which the clause is nothing but that: a boast may go, a sentence may not
_ONLY_THAT = 0.5
# text read of a line; the rest is kept out of the rewrites
_LONGEST = 300


class _Draft(NamedTuple):
    text: str
    changes: tuple[str, ...]


@dataclass(frozen=True)
class _Swap:
    kind: str
    cue: re.Pattern[str]
    to: str
    why: str


@functools.cache
def _swaps() -> tuple[_Swap, ...]:
    return tuple(
        _Swap(row["kind"], re.compile(row["cue"]), row["to"], row["why"])
        for row in lexicons.rows("headline-swaps")
    )


def rewrite_headline(
    headline: str,
    *,
    platform: str = "wechat",
    purpose: str = "promotion",
    trends: pd.DataFrame | Sequence[str] | None = None,
    audience: Any | None = None,
    rules: pd.DataFrame | tuple[Any, ...] | None = None,
    verdicts: pd.DataFrame | compliance.Lessons | None = None,
    top: int = 5,
    write: Writer | None = None,
) -> pd.DataFrame:
    """HEADLINES with `changes` (sentences: what was changed and why) and `origin` (rewrite / hook): better versions of
    one line, best first.

    What is tried: offending words swapped for neutral ones or dropped (lexicon `headline-swaps`), the clause of a
    finding deleted, fillers, vague openings, ornaments and piled-up marks taken out, a line beyond the platform's best
    width cut at a clause (never a condition or a caution), the clause with a trending term moved to the front, an
    enumeration of goods counted. Nothing is added that the line does not hold: numbers stay as they are, or go with the
    words that `changes` quotes. What deleting words leaves must still say something: a bare noun is no version.

    A version is kept only where its gate is better, or, for a line that passes, still passes and its craft is better.
    What offends by what it says (a cure, a yield, somebody's data) is not trimmed until the gate is quiet: only
    categories of the lexicon `headline-mends` are mended. Where no version is left, the frame is empty and
    `frame.attrs["notes"]` says what to do. The same input gives the same rows. `write` is a callable prompt → list of
    texts as in suggest_headlines; its lines must hold the same numbers, names in Latin letters and quotations.

    Raises InputError for what is no text, ChoiceError for an unknown platform or purpose and a `top` that is no whole
    number from 0, ColumnError for rules and verdicts that cannot be used.

    >>> better = rewrite_headline("震惊！全城最低价的大闸蟹，三步教你蒸好")
    >>> better[["headline", "gate"]].values.tolist()[0]
    ['大闸蟹，三步教你蒸好', 'pass']
    """
    if not isinstance(headline, str):
        raise InputError(
            f"要改写的是一句标题，这里给的是 {type(headline).__name__}（{shown_value(headline)}）。请给文字，一次一句。"
        )
    top = as_whole(top, "top（最多要几条）", 0)
    wanted = wanted_for(platform, purpose, trends, audience, rules, verdicts)
    text = " ".join(headline[:_LONGEST].split())
    drafts = _drafts(text, wanted) if any(map(str.isalnum, text)) else []
    notes: list[str] = []
    written: list[_Draft] = []
    if write is not None:
        lines, notes = _faithful(text, write, platform, purpose, max(top, 1))
        written = [_Draft(line, ("整句由外来的写手改写，发之前请自己看一遍。",)) for line in lines]
    options: dict[str, Any] = {
        "platform": platform,
        "purpose": purpose,
        "trends": trends,
        "audience": audience,
        "rules": wanted.rules,
        "verdicts": wanted.lessons,
    }
    frame = _better(text, drafts, written, top, options)
    if frame.empty:
        notes.append(_advice(text, wanted))
    frame.attrs["notes"] = notes
    return frame


def _faithful(
    text: str, write: Writer, platform: str, purpose: str, count: int
) -> tuple[list[str], list[str]]:
    """The writer's lines that hold the facts of the text, and notes on the others."""
    if not text:
        return [], []
    prompt = prompt_for([text], platform=platform, purpose=purpose, count=count, rewrite=True)
    lines, notes = ask_writer(write, prompt, platform=platform)
    faithful = [line for line in lines if same_facts(text, line)]
    if len(faithful) < len(lines):
        notes.append(f"外来的标题有 {len(lines) - len(faithful)} 条改动了数字或名称，没有放进来。")
    return faithful, notes


def _better(
    text: str, drafts: list[_Draft], written: list[_Draft], top: int, options: dict[str, Any]
) -> pd.DataFrame:
    """The scored drafts that are better than the text, the best `top`."""
    origins = {draft.text: HOOK for draft in written} | {draft.text: REWRITE for draft in drafts}
    changes = {draft.text: list(draft.changes) for draft in [*written, *reversed(drafts)]}
    candidates = [line for line in changes if line != text]
    scored = score_headlines([text, *candidates], **options)
    told = dict(scored.attrs)
    rank = scored["gate"].map(_RANK)
    craft = scored["craft"]
    better = (rank < rank[0]) | ((rank == rank[0]) & (craft > craft[0]))
    if scored["gate"][0] != "pass":  # a nicer line that is still stopped helps nobody
        better = rank < rank[0]
    places = sorted(
        (place for place in range(1, len(scored)) if better[place]),
        key=lambda place: (rank[place], -craft[place], len(changes[scored["headline"][place]])),
    )
    frame = scored.loc[places[:top]].reset_index(drop=True)
    frame["changes"] = pd.Series([changes[line] for line in frame["headline"]], dtype="object")
    frame["origin"] = pd.Series([origins[line] for line in frame["headline"]], dtype="str")
    frame.attrs = told
    return frame


def _advice(text: str, wanted: Wanted) -> str:
    if not any(map(str.isalnum, text)):
        return "还没有文字，先写一句看看。"
    if serious := _serious(_findings(text, wanted)):
        first = next((one for one in serious if one.category not in _ways()), serious[0])
        if all(_ways().get(one.category) == "drop" for one in serious):
            return f"只去掉「{first.text}」还不够，整句要重新写。{first.suggestion.rstrip('。')}。"
        return f"问题在说的事，不在用的字：「{first.text}」要重新说。{first.suggestion.rstrip('。')}。"
    return "没有找到比原句更好的改法。可以看看建议，自己加一个具体的数字、场景或对象。"


# ---- drafts


def _drafts(text: str, wanted: Wanted) -> list[_Draft]:
    """Every version worth scoring, the simplest first; each reads as a whole line."""
    findings = _findings(text, wanted)
    if _hopeless(findings):
        return []
    start = _Draft(text, ())
    found = [start, *(draft for draft in _mended(start, wanted) if _tells(draft.text, text))]
    for step in (_tidied, _counted):
        found += [changed for draft in found for changed in step(draft) if changed.text != draft.text]
    found += [changed for draft in found for changed in _fronted(draft, wanted)]
    found += [changed for draft in found for changed in _shortened(draft, wanted)]
    if _serious(findings):  # what the rules flagged may not live on in other words that they miss
        found = [draft for draft in found if not _kind_cue("残留").search(draft.text)]
    kept = {draft.text: draft for draft in reversed(found) if draft.text != text and _reads(draft.text)}
    return list(kept.values())[::-1]


def _findings(text: str, wanted: Wanted) -> list[compliance.Finding]:
    return compliance.find(
        text,
        purpose=wanted.purpose,
        platform=wanted.platform.platform,
        rules=wanted.rules,
        verdicts=wanted.lessons,
    )


def _told(found: Iterable[compliance.Finding]) -> list[compliance.Finding]:
    return [one for one in found if one.category != "exempt"]


@functools.cache
def _ways() -> dict[str, str]:
    """Category of finding to how far a line of that kind can be mended: drop (its clause may go) or swap (words only)."""
    return {row["category"]: row["way"] for row in lexicons.rows("headline-mends")}


@functools.cache
def _doubts() -> dict[str, str]:
    """What a second look suggests to the category that it suspects."""
    return {row["suggestion"]: row["category"] for row in lexicons.rows("ad-categories")}


def _serious(found: Iterable[compliance.Finding]) -> list[compliance.Finding]:
    """What blocks or warns; a second look with the category that it suspects."""
    return [
        replace(one, category=_doubts().get(one.suggestion, one.category))
        if one.category == "second_look"
        else one
        for one in found
        if one.severity in ("block", "warn") or one.category == "second_look"
    ]


def _hopeless(found: list[compliance.Finding]) -> bool:
    """Whether what is wrong lies in what the line says, not in how: cutting words would only hide it."""
    return any(one.category not in _ways() for one in _serious(found))


def _mended(draft: _Draft, wanted: Wanted) -> Iterator[_Draft]:
    """The line with offending words swapped, and with the clauses of what is still found deleted."""
    swapped = draft
    for _ in range(_MOST_ROUNDS):
        spans = [(one.start, one.end) for one in _told(_findings(swapped.text, wanted))]
        changed = _swapped(swapped, _WORDS, spans)
        if changed.text == swapped.text:
            break
        swapped = changed
    if swapped.text != draft.text:
        yield swapped
        yield _boastless(swapped)
    for begin in (swapped, draft):
        cut = begin
        for _ in range(_MOST_ROUNDS):
            spans = [
                (one.start, one.end)
                for one in _findings(cut.text, wanted)
                if one.severity in ("block", "warn") and _ways().get(one.category) == "drop"
            ]
            clauses = _clauses(cut.text)
            hit = [clause for clause in clauses if _covered(clause, spans) >= _ONLY_THAT]
            if not hit or len(hit) == len(clauses):
                break
            cut = _without(cut, hit, "这半句有不能说的话")
            yield cut


def _boastless(draft: _Draft) -> _Draft:
    """The line without short clauses behind the first that only boast (品质第一), or that a swap left empty."""
    idle = []
    for span in _clauses(draft.text)[1:]:
        clause = draft.text[slice(*span)].strip(_STOPS)
        boast = len(clause) <= _SHORT_CLAUSE and _kind_cue("残留").search(clause)
        if boast or len(clause) < _LEAST_CLAUSE:
            idle.append(span)
    return _without(draft, idle, "这半句只有拔高的话") if idle else draft


@functools.cache
def _kind_cue(kind: str) -> re.Pattern[str]:
    """The cue of a kind that is looked for and never swapped."""
    return next(swap.cue for swap in _swaps() if swap.kind == kind)


_WORDS = ("绝对化", "价格", "标题党", "催促", "夸张", "程度")
_MARKS = ("啰嗦", "开头空", "叠字", "程度词", "装饰", "标点")


def _swapped(draft: _Draft, kinds: tuple[str, ...], found: list[tuple[int, int]]) -> _Draft:
    """The line with the swaps of these kinds; those that need a finding only where one of `found` stands."""
    text, changes = draft
    for swap in _swaps():
        if swap.kind not in kinds:
            continue
        by_finding = swap.kind in _BY_FINDING
        spots = [
            match
            for match in swap.cue.finditer(text)
            if match[0] and (not by_finding or _touches(match.span(), found))
        ]
        for match in spots[::-1]:
            new = match.expand(swap.to)
            text = text[: match.start()] + new + text[match.end() :]
            told = match[0].strip() if new else match[0].strip(_STOPS) or match[0]
            said = f"「{told}」改成「{new}」" if new else f"删去「{told}」"
            changes = (*changes, f"{said}：{swap.why}。")
        if spots and by_finding:
            break  # the spans of the findings hold no longer
    return _Draft(_neat(text), changes)


def _tidied(draft: _Draft) -> Iterator[_Draft]:
    yield _swapped(draft, _MARKS, [])


def _counted(draft: _Draft) -> Iterator[_Draft]:
    """An enumeration of goods before a question gets its number, which the line holds."""
    match = re.match(
        r"((?:[^、，。！？\s]{1,6}、){1,7}[^、，。！？\s]{1,6}?)(?=怎么|如何|该怎么|要不要)", draft.text
    )
    if match is None:
        return
    items = match[1].split("、")
    if all(shape_groups(item) & {"eat", "buy"} for item in items):
        text = f"{match[1]}这{len(items)}样{draft.text[match.end() :]}"
        yield _Draft(text, (*draft.changes, f"点明是{len(items)}样：原句里数得出来。"))


def _fronted(draft: _Draft, wanted: Wanted) -> Iterator[_Draft]:
    """The clause that holds a trending term moved before the one that does not."""
    clauses = [draft.text[start:end] for start, end in _clauses(draft.text)]
    if not wanted.terms or len(clauses) != 2 or clauses[0][-1] not in "，,":
        return
    first, second = (clause.rstrip(_STOPS) for clause in clauses)
    low_first, low_second = fold([first, second])
    if any(term in low_second for term in wanted.terms) and not any(
        term in low_first for term in wanted.terms
    ):
        mark = clauses[1][len(second) :].strip()
        text = f"{second}{'？' if mark in ('？', '?') else '，'}{first}"
        if not cue("torn-head").match(second) and not re.search("[这那它他她]", second):
            yield _Draft(text, (*draft.changes, f"把「{second}」挪到前面：热词先露出来。"))


def _shortened(draft: _Draft, wanted: Wanted) -> Iterator[_Draft]:
    """The line without clauses that say nothing new, then without its last ones, until it is no wider than the platform
    shows best. A condition or a caution is never cut, nor a clause before it.
    """
    row = wanted.platform
    cut = draft
    for _ in range(_MOST_CUTS):
        clauses = _clauses(cut.text)
        whole = cut is draft or not _waits(cut.text)
        if len(clauses) < 2 or (whole and display_width(cut.text) <= row.best_high):
            return
        light = [
            span
            for kind, span in (("轻句头", clauses[0]), ("轻句尾", clauses[-1]))
            if _kind_cue(kind).search(cut.text[slice(*span)].strip())
        ]
        over = bool(row.max_chars) and len(cut.text) > row.max_chars
        why = (
            f"超出{row.caption}的 {row.max_chars} 个字"
            if over
            else f"比{row.caption}推荐的 {row.best_high // 2} 个字长"
        )
        if light:
            cut = _without(cut, light[:1], "这半句不带新内容，整句又偏长")
        elif not cue("caveat").search(cut.text[slice(*clauses[-1])].strip()):
            cut = _without(cut, clauses[-1:], f"{why}，这半句的内容放进正文")
        else:
            return
        if not _waits(cut.text) and _tells(cut.text, draft.text):
            yield cut


# ---- small tools


def _clauses(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _CLAUSE.finditer(text)]


def _touches(span: tuple[int, int], spans: Iterable[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in spans)


def _covered(clause: tuple[int, int], spans: Iterable[tuple[int, int]]) -> float:
    inside = {place for start, end in spans for place in range(max(start, clause[0]), min(end, clause[1]))}
    return len(inside) / (clause[1] - clause[0])


def _without(draft: _Draft, spans: list[tuple[int, int]], why: str) -> _Draft:
    text, changes = draft
    for start, end in spans[::-1]:
        changes = (*changes, f"删去「{text[start:end].strip(_STOPS)}」：{why}。")
        text = text[:start] + text[end:]
    return _Draft(_neat(text), changes)


def _tells(text: str, before: str) -> bool:
    """Whether what was cut left no bare noun: some clause says something, and each that is new to the line does.

    The first may name a thing (大闸蟹，三步教你蒸好), but no empty one (食材，三步教你蒸好).
    """
    kept = {before[slice(*span)].strip(_STOPS) for span in _clauses(before)}
    clauses = [text[slice(*span)].strip(_STOPS) for span in _clauses(text)]
    says = [bool(cue("predicate").search(clause)) for clause in clauses]
    if not any(says):
        return False
    return all(
        clause in kept or ((said or place == 0) and not cue("empty").search(clause))
        for place, (clause, said) in enumerate(zip(clauses, says, strict=True))
    )


def _waits(text: str) -> bool:
    """Whether a clause waits for what was cut behind it: 如果想省事, or 先做三件事 before two of them."""
    clauses = [text[slice(*span)].strip(_STOPS) for span in _clauses(text)]
    listed = any(cue("announces").search(clause) for clause in clauses[:-1])
    return listed or bool(clauses and cue("hanging").match(clauses[-1]))


def _neat(text: str) -> str:
    """The line without doubled or dangling marks and empty brackets."""
    for pair in _PAIRS:
        text = text.replace(pair, "")
    text = re.sub(r"[，,、：:；;\s]+(?=[，,。！!？?；;])", "", text)
    text = re.sub(r"([，,。！!；;])[，,]+", r"\1", text)
    text = text.lstrip("，,。！!？?；;、：: ").rstrip("，,；;、：: ")
    return " ".join(text.split())


def _reads(text: str) -> bool:
    """Whether the line stands by itself: long enough, not torn out of a sentence, its brackets closed."""
    if sum(map(str.isalnum, text)) < _LEAST_CHARS or cue("torn-head").match(text):
        return False
    if cue("torn-tail").search(text.rstrip("。！!？?")) or "的的" in text:
        return False
    return all(text.count(pair[0]) == text.count(pair[1]) for pair in _PAIRS)

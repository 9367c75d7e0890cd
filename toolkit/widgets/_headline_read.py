"""What the desk asks the verbs about a title, gathered once for each key press; no widget stands here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from toolkit.schema import GATE_MARKS, WORDS, ToolkitError, is_missing

CRAFT_NOTE = "写法检查，不是预测"
# what is no more than a hint by its severity and yet belongs on the desk
SECOND_TIER = {"second_look": "请人看一眼", "exempt": "可以例外"}
MOST_ADVICE, MOST_VERSIONS, MOST_TERMS = 5, 4, 6
_RANK = {"pass": 0, "warn": 1, "block": 2}
# a text as long as a page is no headline: what is shown of it is cut
LONGEST_SHOWN = 160
# what `rewrite` reads of a line: of a longer one it would lose the rest
LONGEST_CHANGED = 300
_PLACEHOLDER = re.compile(r"[×xX]|…|\.\.\.|[（(]")
_WHOLE_CHANGE = re.compile(r"(?:改成|改为|换成)“([^“”]+)”(?:的)?。?")
_WORD_CHANGE = re.compile(r"把“([^“”]+)”换成“([^“”]+)”")
# a title that asks for every table once, so that the first key of an editor does not
_WARMING = "大闸蟹怎么挑？三步说清楚"

Row = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """What was chosen once, at the top of the desk."""

    platform: str
    purpose: str
    audience: Any = None


@dataclass(frozen=True)
class Version:
    """A title that the desk offers instead: the new text, its score and gate, and what was changed."""

    text: str
    craft: float
    gate: str
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Looked:
    """All that the desk says of one title."""

    text: str
    scored: Row
    found: list[Row]
    advice: list[Row]
    preview: Any
    chance: str
    terms: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    @property
    def blank(self) -> bool:
        return not self.text.strip()

    @property
    def gate_line(self) -> str:
        gate = self.scored["gate"]
        return f"合规：{WORDS[gate]} {GATE_MARKS[gate]}"

    @property
    def marks(self) -> list[Row]:
        """The findings as marks of the Editor, in reading order, what is worst first where two begin together."""
        shades = [(finding, _shade(finding)) for finding in self.found]
        listed = [
            {"start": int(one["start"]), "end": int(one["end"]), "severity": shade, "tip": tip_of(one)}
            for one, shade in shades
        ]
        order = ("block", "warn", "info")
        return sorted(listed, key=lambda mark: (mark["start"], order.index(mark["severity"])))

    def lines(self) -> list[str]:
        """What is told, as text lines: gate, score, chance, what a list shows, findings, advice."""
        shown = "（还没有标题）" if self.blank else self.preview.visible
        cut = " …（后面看不到）" if self.preview.hidden else ""
        craft = f"写法分 {self.scored['craft']:.0f}（{CRAFT_NOTE}）"
        chance = [f"胜出机会：{self.chance}"] if self.chance else []
        advice = [f"建议：{advice_line(row)}" for row in self.advice]
        found = [line for row in self.found for line in finding_lines(row)]
        return [self.gate_line, craft, *chance, f"列表里看到：{shown}{cut}", *found, *advice]


def _shade(finding: Mapping[str, Any]) -> str:
    return {"second_look": "warn", "exempt": "info"}.get(finding["category"], finding["severity"])


def word_of(finding: Mapping[str, Any]) -> str:
    """What a finding is called on the desk."""
    return str(SECOND_TIER.get(finding["category"], WORDS[finding["severity"]]))


def tip_of(finding: Mapping[str, Any]) -> str:
    """A finding in a few lines, for the pointer that rests on it."""
    return "\n".join(line.strip() for line in finding_lines(finding))


def finding_lines(finding: Mapping[str, Any]) -> list[str]:
    """What was found and why, by which clause, what to write instead."""
    return [
        f"{word_of(finding)}：「{finding['text']}」{finding['why']}",
        *([f"　依据：{finding['clause']}"] if finding["clause"] else []),
        f"　改法：{finding['suggestion']}",
    ]


def advice_line(row: Mapping[str, Any]) -> str:
    """An advice with the score it would bring; one of the gate brings none."""
    return f"{row['advice']}（照做约 {row['craft']:.0f} 分）" if row["gain"] else str(row["advice"])


def chance_words(row: Mapping[str, Any]) -> str:
    """The chance with its interval, and what it is a chance of."""
    span = f"{row['chance_low']:.0%}–{row['chance_high']:.0%}"
    return f"{row['chance']:.0%}（95% 区间 {span}），指好过这个账号一半的内容"


def short(text: str, length: int = LONGEST_SHOWN) -> str:
    """The beginning of a text that is longer.

    >>> short("大闸蟹怎么挑", 3)
    '大闸蟹…'
    """
    return text if len(text) <= length else f"{text[:length]}…"


def terms_of(trends: pd.DataFrame | Sequence[str] | None) -> tuple[str, ...]:
    """The words of a TRENDS frame or list, in its order, each once; of a frame those that fade are left out.

    >>> terms_of(["露营", "露营", ""])
    ('露营',)
    """
    if trends is None:
        return ()
    if isinstance(trends, pd.DataFrame):
        fading = trends["status"] == "fading" if "status" in trends else pd.Series(False, index=trends.index)
        listed: Iterable[Any] = trends.loc[~fading, "term"]
    else:
        listed = trends
    return tuple(dict.fromkeys(str(term) for term in listed if not is_missing(term) and str(term).strip()))


def records(frame: pd.DataFrame) -> list[Row]:
    """The rows as plain values, as `to_dict("records")` gives them in several times the time.

    >>> records(pd.DataFrame({"text": ["大闸蟹"], "start": [0]}))
    [{'text': '大闸蟹', 'start': 0}]
    """
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, values, strict=True)) for values in frame.to_numpy(dtype=object).tolist()]


@dataclass
class Verbs:
    """The verbs behind the desk and what is given to all of them."""

    score: Callable[..., pd.DataFrame]
    findings: Callable[..., pd.DataFrame]
    advise: Callable[..., pd.DataFrame]
    preview: Callable[..., Any]
    suggest: Callable[..., pd.DataFrame]
    rewrite: Callable[..., pd.DataFrame]
    trends: Any = None
    model: Any = None
    brand: Any = None
    rules: Any = None
    lessons: Any = None
    terms: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.terms = terms_of(self.trends)

    def warm(self, setting: Setting) -> None:
        """Have the verbs load their tables now, not at the first key."""
        self.look(_WARMING, setting)

    def _gate(self, setting: Setting) -> Row:
        return {
            "platform": setting.platform,
            "purpose": setting.purpose,
            "rules": self.rules,
            "verdicts": self.lessons,
        }

    def _craft(self, setting: Setting) -> Row:
        """What the rubric is asked with; what was not given is left to the verb's own defaults."""
        given = {"audience": setting.audience, "brand": self.brand}
        said = {name: value for name, value in given.items() if value is not None}
        return {**self._gate(setting), "trends": self.trends, **said}

    def scored(self, texts: Sequence[str], setting: Setting) -> pd.DataFrame:
        """HEADLINES of the texts."""
        return self.score(texts, model=self.model, **self._craft(setting))

    def look(self, text: str, setting: Setting) -> Looked:
        """Ask everything about one title."""
        frame = self.scored([text], setting)
        [scored] = records(frame)
        why = str(frame.attrs.get("chance", ""))
        known = not is_missing(scored["chance"]) and bool(text.strip())
        found = records(self.findings(text, **self._gate(setting)))
        return Looked(
            text=text,
            scored=scored,
            found=[row for row in found if row["severity"] != "info" or row["category"] in SECOND_TIER],
            advice=records(self.advise(text, **self._craft(setting)))[:MOST_ADVICE],
            preview=self.preview(text, platform=setting.platform),
            chance=chance_words(scored) if known else why,
            terms=self._used(text),
        )

    def _used(self, text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The trending words that the title holds, and the first ones that it does not."""
        folded = text.casefold()
        used = tuple(term for term in self.terms if term.casefold() in folded)
        return used, tuple(term for term in self.terms if term not in used)[:MOST_TERMS]

    def versions(self, looked: Looked, setting: Setting) -> tuple[list[Version], str]:
        """Better titles that the verbs make of this one, best first, and why there are none."""
        if looked.blank:
            return [], ""
        if len(looked.text) > LONGEST_CHANGED:
            return [], f"超过 {LONGEST_CHANGED} 个字，先缩短，再看改法。"
        options = {name: value for name, value in self._craft(setting).items() if name != "brand"}
        try:
            rewritten = self.rewrite(looked.text, top=MOST_VERSIONS, **options)
        except ToolkitError as error:
            return [], str(error)
        made = [
            Version(row["headline"], row["craft"], row["gate"], tuple(row["changes"]))
            for row in rewritten.to_dict("records")
        ]
        swapped = self._swapped(looked, setting)
        every = {one.text: one for one in [*swapped, *made]}
        best = sorted(every.values(), key=lambda one: (_RANK[one.gate], -one.craft))
        notes = rewritten.attrs.get("notes") or [""]
        return best[:MOST_VERSIONS], "" if best else str(notes[0])

    def _swapped(self, looked: Looked, setting: Setting) -> list[Version]:
        """The title with a finding's own words of replacement in its place, where it has some and they help."""
        changed = {
            looked.text[: int(one["start"])]
            + new
            + looked.text[int(one["end"]) :]: f"「{one['text']}」改成「{new}」"
            for one in looked.found
            if one["category"] not in SECOND_TIER and (new := replacement(one["text"], one["suggestion"]))
        }
        if not changed:
            return []
        before = sum(one["category"] not in SECOND_TIER for one in looked.found)
        made = []
        for row in self.scored(list(changed), setting).to_dict("records"):
            text = row["headline"]
            left = self.findings(text, **self._gate(setting))
            if (left["severity"] != "info").sum() < before:
                made.append(
                    Version(text, row["craft"], row["gate"], (changed[text] + "：这是规则自己给的写法。",))
                )
        return made

    def suggested(self, about: Any, setting: Setting, top: int) -> tuple[list[Row], list[str]]:
        """Suggestions for a topic or for terms, and the notes on them. Raises what `suggest` raises."""
        options = {name: value for name, value in self._craft(setting).items() if name != "brand"}
        frame = self.suggest(about, top=top, model=self.model, **options)
        return frame.to_dict("records"), [str(note) for note in frame.attrs.get("notes", [])]

    def duel(self, texts: Sequence[str]) -> str:
        """Which of two titles would win by the model, "" where no model may say so."""
        compare = getattr(self.model, "compare_pairs", None)
        if compare is None or not self.model.skill_.shown:
            return ""
        [row] = compare(list(texts)).to_dict("records")
        span = f"{row['chance']:.0%}（95% 区间 {row['low']:.0%}–{row['high']:.0%}）"
        told = "" if row["apart"] else "，区间跨过一半，分不出高下"
        return f"第一条胜过第二条的机会 {span}{told}。"


def replacement(text: str, suggestion: str) -> str:
    """The words that a rule itself gives for the offending ones; "" where it only says what to look into.

    >>> replacement("不为人知", "改成“容易忽略的”"), replacement("全网最低价", "改成“本店近30天较低价”并保留成交记录")
    ('容易忽略的', '')
    >>> replacement("最好吃", "把“最”换成“较”，或写出统计来源")
    '较好吃'
    """
    whole = _WHOLE_CHANGE.fullmatch(suggestion.strip())
    if whole:
        return "" if _PLACEHOLDER.search(whole[1]) else whole[1]
    word = _WORD_CHANGE.match(suggestion.strip())
    return text.replace(word[1], word[2]) if word and word[1] in text else ""


def audience_key(audience: Any, known: Mapping[str, Any]) -> str:
    """Under which choice an audience stands: its group's where it is a row of one, else its own words.

    >>> audience_key("亲子", {})
    '亲子'
    """
    if isinstance(audience, str):
        return audience
    row = dict(audience)
    group = row.get("group_id")
    if not is_missing(group) and str(group) in known:
        return str(group)
    return str(row.get("name") or row.get("theme") or "给定的对象")

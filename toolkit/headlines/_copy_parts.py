"""The rubric of group messages: what is seen in a text, and the points of each check by kind of message.

Checks, their points by kind, cues, actions and kinds are rows of `corpora/lexicons/copy-*.csv`.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from dataclasses import dataclass

from toolkit import lexicons
from toolkit.headlines._copy_fold import fold_of, opening_of
from toolkit.headlines._inputs import Wanted, content_words
from toolkit.schema import ITEM_KINDS, ChoiceError
from toolkit.text import fold, segment

# the rubric reads a message to here; the gate reads all of it
LONGEST_READ = 3000
_NEAR = 20  # characters between a price and its amount
_LABEL = 16  # characters that may stand before a link on its line
_BEFORE_SALE = 15  # letters and digits before the first word that sells
# of the characters of a message so many stand in words not said before; the least of the cases is 0.72
_NEW_WORDS = 0.7
# of the characters of a message at least so many are letters and digits, but where emoji fill it (cases: 0.73 and up)
_LETTERS = 0.7
# what an action gets that nobody is asked for
_IDLE = 0.5
_FAR_TOO_LONG = 2  # times the longest length, from where on the faults that are not there count less
_OPTIONS = range(2, 7)
_LINK = re.compile(r"(?:https?://|www\.)[!-~]*[a-z0-9/=#_-]|#小程序://[^\s,。]+", re.IGNORECASE)
_BASE = "[\u231a\u231b\u23e9-\u23fa\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
_EMOJI = re.compile(rf"{_BASE}[\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d{_BASE}[\ufe0f\U0001f3fb-\U0001f3ff]*)*")
_STICKER = re.compile(r"\[[\u4e00-\u9fff]{1,4}\]")
_EMOJI_RUN = re.compile(rf"(?:(?:{_EMOJI.pattern}|{_STICKER.pattern})\s*){{3,}}")
_AT_ALL = re.compile(r"@(?:所有人|全体成员|all\b)")
_SENTENCE_END = re.compile(r"[。!?;\n]+")
BLANK = re.compile(r"【[^【】\n]{0,20}…[^【】\n]{0,20}】|\{(?:称呼|好处|例子)(?::[^{}\n]{0,6})?\}")


@dataclass(frozen=True)
class Check:
    """One row of the rubric; `points` by kind. A fault is what should not be there."""

    check: str
    part: str
    fault: bool
    advice: str
    advice_more: str
    points: dict[str, int]


@dataclass(frozen=True)
class Kind:
    """What one kind of message asks for."""

    kind: str
    caption: str
    low: int
    high: int
    action: str
    sale_share: float
    sale_note: str
    not_sale: str
    time: str
    need: str
    do: str
    how: str
    wall: int
    emoji: int
    at_all: int
    questions: int


@dataclass(frozen=True)
class Seen:
    """How far a check is met (0 to 1), whether there is too much of it, and the words that show it."""

    share: float
    more: bool = False
    found: str = ""


@dataclass(frozen=True)
class Reading:
    """What the rubric sees in one message.

    `also` tells what else changes when a check is mended: the same words may stand in the way of two. `fullness` is
    how much of the shortest length there is, and less than 1 for what is far too long. `idle`: nothing is asked for,
    as the kind may, and nothing told that people could act on either.
    """

    kind: Kind
    seen: dict[str, Seen]
    also: dict[str, dict[str, float]]
    fullness: float
    opening: str
    themed: bool
    blank: bool
    idle: bool


@functools.cache
def part_maxima() -> dict[str, int]:
    """Part to its most points, in order; they add up to 100."""
    return {row["part"]: int(row["max"]) for row in lexicons.rows("copy-parts")}


@functools.cache
def checks() -> tuple[Check, ...]:
    """The rubric in order."""
    return tuple(
        Check(
            row["check"],
            row["part"],
            row["fault"] == "1",
            row["advice"],
            row["advice_more"],
            {kind: int(row[kind]) for kind in ITEM_KINDS},
        )
        for row in lexicons.rows("copy-checks")
    )


@functools.cache
def _kinds() -> dict[str, Kind]:
    whole = ("low", "high", "wall", "emoji", "at_all", "questions")
    kinds = {}
    for row in lexicons.rows("copy-kinds"):
        values = {
            name: int(value) if name in whole else value for name, value in row.items() if name != "evidence"
        }
        kinds[row["kind"]] = Kind(**{**values, "sale_share": float(row["sale_share"])})  # type: ignore[arg-type]
    return kinds


def kind_of(name: str) -> Kind:
    """A kind by its name or its caption. Raises ChoiceError that names the known ones."""
    known = _kinds()
    for kind in known.values():
        if name in (kind.kind, kind.caption):
            return kind
    listed = "、".join(f"{kind.kind}（{kind.caption}）" for kind in known.values())
    raise ChoiceError(f"不认识的消息类型 {name!r}。可以用的是：{listed}。")


@functools.cache
def _cue(name: str) -> tuple[re.Pattern[str], int]:
    row = next(row for row in lexicons.rows("copy-cues") if row["cue"] == name)
    return re.compile(row["pattern"], re.MULTILINE), int(row["at_least"])


@functools.cache
def _actions() -> tuple[tuple[str, bool, str, re.Pattern[str]], ...]:
    return tuple(
        (row["way"], row["strength"] == "strong", row["caption"], re.compile(row["pattern"], re.MULTILINE))
        for row in lexicons.rows("copy-actions")
    )


def _matches(name: str, text: str) -> list[re.Match[str]]:
    return list(_cue(name)[0].finditer(text))


def _has(name: str, text: str) -> bool:
    pattern, at_least = _cue(name)
    if at_least == 1:
        return pattern.search(text) is not None
    return len({match.group() for match in pattern.finditer(text)}) >= at_least


def _affirmed(pattern: re.Pattern[str], text: str) -> str:
    """The first match that no 不用, 别 … stands right before; "" without one."""
    negation = _cue("negation")[0]
    for match in pattern.finditer(text):
        before = text[max(0, match.start() - 5) : match.start()]
        if not any(len(before) - no.end() <= 2 for no in negation.finditer(before)):
            return match.group()
    return ""


@dataclass(frozen=True)
class _Message:
    """One message folded, whole and without its links."""

    text: str
    folded: str
    plain: str
    opening: str
    sentences: list[str]
    links: int


def _message(text: str, opening: str) -> _Message:
    folded, first = fold([text, opening])
    plain = _LINK.sub(" ", folded)
    sentences = [part for part in _SENTENCE_END.split(plain) if part.strip()]
    return _Message(text, folded, plain, first, sentences, len(_LINK.findall(folded)))


def read_message(text: str, kind: Kind, wanted: Wanted) -> Reading:
    """What the rubric sees in the text."""
    opening = opening_of(text[:LONGEST_READ], fold_of(wanted.platform.platform))
    message = _message(text[:LONGEST_READ], opening)
    length, said = len(_LINK.sub("", text).strip()), _said(message.plain)
    seen = {
        **_opening(message),
        "length": _length(length, said, kind),
        **_action(message, kind),
        **_value(message, kind),
        **_facts(message, kind),
        **_people(message, wanted),
        **_layout(message, kind),
    }
    also = _also(message, seen, kind)
    idle = (
        kind.action == "maybe" and not _ways(message) and not any(seen[name].share for name in _lives(kind))
    )
    if idle:
        for name in ("act_one", "act_free"):
            seen[name] = dataclasses.replace(seen[name], share=_IDLE * seen[name].share)
        also["act_free"] = {"act_free": _IDLE}
        also |= {name: {"act_one": 1.0, "act_free": 2 * seen["act_free"].share} for name in _lives(kind)}
    return Reading(
        kind=kind,
        seen=seen,
        also=also,
        fullness=min(1.0, said / kind.low, _FAR_TOO_LONG * kind.high / max(1, length)),
        opening=opening,
        themed=wanted.theme is not None,
        blank=not any(character.isalnum() for character in text),
        idle=idle,
    )


def _yes(held: bool, found: str = "") -> Seen:
    return Seen(float(held), found=found)


def _opening(message: _Message) -> dict[str, Seen]:
    opening = _LINK.sub(" ", message.opening)
    filler = _cue("filler")[0].search(opening)
    empty = _cue("empty")[0]
    words = [word for word in content_words(segment([opening])[0]) if not empty.fullmatch(word)]
    return {
        "open_topic": _yes(len(words) >= 2),
        "open_who": _yes(_has("people", opening) or _has("called", opening)),
        "open_plain": _yes(filler is None, filler.group().strip() if filler else ""),
    }


def _said(plain: str) -> float:
    """Letters and digits, of what is said again and again only as many as its words would fill."""
    written = sum(character.isalnum() for character in plain)
    new = sum(character.isalnum() for word in set(segment([plain])[0]) for character in word)
    return min(float(written), new / _NEW_WORDS)


@functools.cache
def _lives(kind: Kind) -> tuple[str, ...]:
    """The checks of what a kind lives on: steps, a reason, what to do now."""
    return tuple(
        check.check
        for check in checks()
        if check.part == "value" and not check.fault and check.points[kind.kind] > 0
    )


def _length(length: int, said: float, kind: Kind) -> Seen:
    if length < kind.low:
        return Seen(length / kind.low)
    if length <= kind.high and said < kind.low * _LETTERS:
        return Seen(said / kind.low / _LETTERS)
    over = max(0, length - kind.high)
    return Seen(max(0.0, 1 - over / kind.high), more=over > 0)


def _ways(message: _Message) -> dict[str, str]:
    """What the message asks people to do: way to its first caption. A weak one counts only where it is alone."""
    strong: dict[str, str] = {}
    weak: dict[str, str] = {}
    for way, is_strong, caption, pattern in _actions():
        if _affirmed(pattern, message.folded):
            (strong if is_strong else weak).setdefault(way, caption)
    return strong or dict(list(weak.items())[:1])


def _one_way(ways: int, kind: Kind) -> float:
    if ways == 0:
        return 0.0 if kind.action == "must" else 1.0
    return 1.0 if ways == 1 else 0.5 if ways == 2 else 0.0


def _action(message: _Message, kind: Kind) -> dict[str, Seen]:
    ways = list(_ways(message).values())
    condition = _affirmed(_cue("share")[0], message.plain)
    return {
        "act_one": Seen(_one_way(len(ways), kind), more=len(ways) > 1, found="、".join(ways)),
        "act_how": _yes(_has("how", message.folded)),
        "act_free": _yes(not condition, condition),
    }


def _selling(message: _Message, kind: Kind) -> tuple[int, int]:
    """How many sentences sell, and how many there are; a poll's options and a red packet's sum do not sell."""
    sold = message.plain
    if kind.not_sale:
        sold = re.sub(f"(?:{_cue(kind.not_sale)[0].pattern}).*", " ", sold, flags=re.MULTILINE)
    sentences = [part for part in _SENTENCE_END.split(sold) if part.strip()]
    return sum(_has("sale", part) for part in sentences), len(sentences)


def _value(message: _Message, kind: Kind) -> dict[str, Seen]:
    selling, sentences = _selling(message, kind)
    first = _cue("sale")[0].search(message.plain)
    before = message.plain[: first.start()] if first else message.plain
    before = _cue("filler")[0].sub("", before)
    return {
        "sale_share": _yes(selling <= kind.sale_share * max(1, sentences)),
        "value_first": _yes(sum(character.isalnum() for character in before) >= _BEFORE_SALE),
        **{name: _yes(_has(name, message.plain)) for name in ("use", "howto", "own", "place", "gift")},
        **{name: _yes(_has(name, message.plain)) for name in ("outcome", "arrange")},
    }


def _facts(message: _Message, kind: Kind) -> dict[str, Seen]:
    needed = kind.time.split("+") if kind.time else []
    timed = any(all(_has(cue, part) for cue in needed) for part in message.sentences)
    options = len(_matches("options", message.folded))
    questions = message.plain.count("?")
    return {
        "concrete": _yes(_has("concrete", message.plain)),
        "question": Seen(float(1 <= questions <= kind.questions), more=questions > kind.questions),
        "options": _yes(options in _OPTIONS),
        "amount": _yes(_has("amount", message.plain)),
        "time": _yes(timed),
        "price": _yes(any(_priced(part) for part in message.sentences)),
        "link": _link(message),
    }


def _priced(sentence: str) -> bool:
    """Whether a price stands near the amount it is for."""
    units = [match.span() for match in _matches("unit", sentence)]
    return any(
        start - price.end() <= _NEAR and price.start() - end <= _NEAR
        for price in _matches("price", sentence)
        for start, end in units
    )


def _link(message: _Message) -> Seen:
    if message.links == 0:
        return Seen(1.0)
    if message.links > 1:
        return Seen(0.0, more=True)
    line = next(line for line in message.folded.split("\n") if _LINK.search(line)).strip()
    match = _LINK.search(line)
    return _yes(match is not None and match.end() == len(line) and match.start() <= _LABEL)


def _people(message: _Message, wanted: Wanted) -> dict[str, Seen]:
    speaks = _yes(
        _has("you", message.plain) or _has("people", message.plain) or _has("called", message.opening)
    )
    theme = wanted.theme or ()
    found = any(word in message.plain for word in theme)
    return {"speaks": speaks, "theme": _yes(found, theme[0] if theme else "")}


def _also(message: _Message, seen: dict[str, Seen], kind: Kind) -> dict[str, dict[str, float]]:
    also: dict[str, dict[str, float]] = {}
    ways = _ways(message)
    if "share" in ways and not seen["act_free"].share:
        also["act_one"] = {"act_free": 1.0}
        also["act_free"] = {"act_one": _one_way(len(ways) - 1, kind)}
    filler = seen["open_plain"].found
    if filler:
        rest = message.folded.replace(filler, "", 1)
        emoji = message.text.replace(filler, "", 1)
        also["open_plain"] = {
            "at_all": float(len(_AT_ALL.findall(rest)) <= kind.at_all),
            "emoji": _emoji(emoji, kind).share,
        }
        if (
            _AT_ALL.search(filler)
            and _cue("filler")[0].search(_AT_ALL.sub("", message.opening).strip()) is None
        ):
            also["at_all"] = {"open_plain": 1.0}
    selling, sentences = _selling(message, kind)
    if selling + 1 > kind.sale_share * (sentences + 1):
        also["price"] = {"sale_share": 0.0}
    return also


def _emoji(text: str, kind: Kind) -> Seen:
    count = len(_EMOJI.findall(text)) + len(_STICKER.findall(text))
    return _yes(count <= kind.emoji and _EMOJI_RUN.search(text) is None)


def _layout(message: _Message, kind: Kind) -> dict[str, Seen]:
    lines = message.plain.split("\n")
    hurry = _affirmed(_cue("hurry")[0], message.plain)
    return {
        "wall": _yes(all(len(line.strip()) <= kind.wall for line in lines)),
        "emoji": _emoji(message.text, kind),
        "marks": _yes(not _has("marks", message.folded)),
        "hurry": _yes(not hurry, hurry),
        "at_all": _yes(len(_AT_ALL.findall(message.folded)) <= kind.at_all),
    }


def points_of(reading: Reading, **mended: float) -> dict[str, int]:
    """Points of each check, had the message these shares instead of those seen.

    A text that is hardly there, or endless, is not praised for having no faults: those points shrink with `fullness`.
    Without an audience the points for its words go with speaking to people.
    """
    if reading.blank:
        return {check.check: 0 for check in checks()}
    shares = {name: seen.share for name, seen in reading.seen.items()} | mended
    if not reading.themed:
        shares["theme"] = shares["speaks"]
    fullness = max(reading.fullness, shares["length"]) if "length" in mended else reading.fullness
    return {
        check.check: round(
            check.points[reading.kind.kind] * shares[check.check] * (fullness if check.fault else 1.0)
        )
        for check in checks()
    }


def parts_of(points: dict[str, int]) -> dict[str, int]:
    """Points of the checks added up by part, in the parts' order."""
    parts = dict.fromkeys(part_maxima(), 0)
    for check in checks():
        parts[check.part] += points[check.check]
    return parts


def advice_for(check: Check, reading: Reading) -> str:
    """The sentence for a check that is not met, without its end."""
    seen, kind = reading.seen[check.check], reading.kind
    text = check.advice_more if seen.more and check.advice_more else check.advice
    return text.format(
        found=seen.found,
        caption=kind.caption,
        low=kind.low,
        high=kind.high,
        sale=kind.sale_note,
        need=kind.need,
        do=kind.do,
        how=kind.how,
        wall=kind.wall,
        emoji=kind.emoji,
    )

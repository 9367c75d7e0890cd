"""What a term names, and the patterns of headlines that fit it, with their slots filled.

Shapes, patterns, words that are no topic and the cues of a sentence's pieces are rows of
`corpora/lexicons/headline-shapes.csv`, `headline-patterns.csv`, `headline-loose.txt` and `headline-words.csv`; here is
only how they are put together.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from toolkit import lexicons
from toolkit.schema import InputError, as_list, is_missing, shown_value
from toolkit.text import comparable, fold, has_han, segment, word_frequencies

LOOSE, GRAVE, STATE, NAME, WIDE, OTHER = "loose", "grave", "state", "name", "wide", ("other", "common")
_LIST_SIZES = ("3", "5", "4")
_SLOT = re.compile(r"\{(.+?)\}")
# a term beyond this is a sentence: it is no topic that a pattern could take in
_LONGEST_TERM, _LONGEST_SEASON = 30, 6
# characters from which what is not known reads as a clause, and what ends in a verb as a message
_CLAUSE, _MESSAGE = 7, 5
# characters beside its cue that a clause needs: somebody or something it tells of
_LEAST_MORE = {"change": 2, "event": 2, "phrase": 2}
# characters beside its cue beyond which it is not the cue that tells what the whole names
_MOST_MORE = 6
_DAYS = ("holiday", "term", "giftday", "shopday")
_FESTIVALS = ("holiday", "giftday", "folkday")
_RISING = ("new", "rising")
_EDGES = " \t,，。、;；:：!！?？…~|｜丨#＃-—_·"


class Filled(NamedTuple):
    """A pattern with its slots filled."""

    pattern: str
    intent: str
    headline: str


@dataclass(frozen=True)
class Slots:
    """What an editor, a topic and the trends bring beside the term itself; "" where nothing does."""

    second: str = ""
    people: str = ""
    benefit: str = ""
    season: str = ""
    number: str = ""


@dataclass(frozen=True)
class _Shape:
    shape: str
    groups: frozenset[str]
    words: frozenset[str]
    inside: re.Pattern[str] | None
    begins: tuple[str, ...]
    endings: tuple[str, ...]


@functools.cache
def _shapes() -> tuple[_Shape, ...]:
    def listed(text: str) -> tuple[str, ...]:
        return tuple(word.casefold() for word in text.split("|") if word)

    return tuple(
        _Shape(
            row["shape"],
            frozenset({row["shape"], *row["groups"].split(";")} - {""}),
            frozenset(listed(row["words"])),
            re.compile(row["inside"]) if row["inside"] else None,
            listed(row["begins"]),
            listed(row["endings"]),
        )
        for row in lexicons.rows("headline-shapes")
    )


@functools.cache
def cues(use: str) -> tuple[re.Pattern[str], ...]:
    """The cues of one use in headline-words.csv, in their order."""
    return tuple(re.compile(row["cue"]) for row in lexicons.rows("headline-words") if row["use"] == use)


def cue(use: str) -> re.Pattern[str]:
    """The only cue of its use."""
    (only,) = cues(use)
    return only


def _themes(text: str) -> frozenset[int]:
    """Which groups of the use `twice` the text speaks of.

    A pattern that does so too does not take it: 带老人孩子爸妈旅行, 周末元旦徒步.
    """
    return frozenset(place for place, found in enumerate(cues("twice")) if found.search(text))


@dataclass(frozen=True)
class _Pattern:
    """A row of headline-patterns.csv, ready to fill."""

    pattern: str
    intent: str
    fits: frozenset[str]
    line: str
    slots: tuple[str, ...]
    pairs: frozenset[str]  # neighbouring Han characters of its own words
    themes: frozenset[int]  # the groups that its own words speak of, see _themes
    size: str  # of its list; by the id, not by the place: a new pattern must not change the others' numbers


@functools.cache
def _patterns() -> tuple[_Pattern, ...]:
    out = []
    for row in lexicons.rows("headline-patterns"):
        bare = _SLOT.sub("|", row["pattern"])
        couples = (bare[place : place + 2] for place in range(len(bare) - 1))
        out.append(
            _Pattern(
                row["id"],
                row["intent"],
                frozenset(row["fits"].split(";")),
                row["pattern"],
                tuple(_SLOT.findall(row["pattern"])),
                frozenset(pair for pair in couples if all(map(has_han, pair))),
                _themes(bare),
                _LIST_SIZES[sum(row["id"].encode()) % len(_LIST_SIZES)],
            )
        )
    return tuple(out)


@functools.cache
def _loose() -> frozenset[str]:
    return frozenset(lexicons.words("headline-loose"))


def shape_of(term: str) -> str:
    """What the term names: the `shape` of a row of headline-shapes.csv.

    In this order: a word that is listed; words that are no topic by themselves and pieces of sentences (loose); what
    stands inside it; its beginning or ending, a clause's before others, then the longest; Latin letters; a word of
    jieba's dictionary (loose in two characters, common in more); a surname; a verb at its end; its length.

    >>> [shape_of(term) for term in ("大闸蟹", "取消调休", "孩子不爱吃饭", "张三离婚", "喜欢")]
    ['food', 'change', 'trouble', 'event', 'loose']
    """
    (low,) = fold([term])
    listed = next((row.shape for row in _shapes() if low in row.words), "")
    if listed or low in _loose() or sum(map(str.isalnum, low)) < 2 or cue("fragment").match(low):
        return listed or LOOSE
    if term.isascii() and ((term == low and term.isalpha()) or len(term.partition(" ")[0]) < 2):
        return LOOSE  # small Latin letters alone, or what begins with one: like, s Adventure
    return _by_parts(low) or _by_spelling(low)


def _by_parts(low: str) -> str:
    inside = (row.shape for row in _shapes() if row.inside and row.inside.search(low))
    if found := next(inside, ""):
        return found
    ends = [
        (len(part), place, row.shape)
        for row in _shapes()
        for place, part, fits in (
            *((0, start, low.startswith(start)) for start in row.begins if row.shape != NAME),
            *((1, ending, low.endswith(ending)) for ending in row.endings),
        )
        if fits
        and len(low) >= len(part) + _LEAST_MORE.get(row.shape, 2 * (len(part) == 1))
        and len(low) <= len(part) + _MOST_MORE
    ]
    # a clause is one whatever its parts name: 特斯拉降价 is no car
    clauses = [found for found in ends if found[2] in _LEAST_MORE]
    best = max(clauses or ends, default=(0, 0, ""))
    return NAME if best[0] == 1 and _is_name(low) and not cue("also-word").match(low) else best[2]


def _is_name(low: str) -> bool:
    return len(low) in (2, 3) and low.startswith(_surnames()) and not word_frequencies().get(low, 0)


def _surnames() -> tuple[str, ...]:
    return next(row.begins for row in _shapes() if row.shape == NAME)


def private_life(terms: Sequence[str]) -> str:
    """The term that tells of the private life of somebody in particular, "" where none does.

    Somebody is a public person (明星) or what reads as a name, in the same term or in another one.

    >>> private_life(["某某明星离婚"]), private_life(["刘亦菲", "恋情"]), private_life(["离婚"])
    ('某某明星离婚', '恋情', '')
    """
    private = [term for term in fold(terms) if cue("private").search(term)]
    someone = any(shape_of(term) == NAME for term in terms)
    return next((term for term in private if someone or _names_somebody(term)), "")


def _names_somebody(low: str) -> bool:
    if cue("public-person").search(low):
        return True
    before = cue("private").split(low, maxsplit=1)[0]
    if not before:
        return False
    words = segment([before])[0]
    singles = next((place for place, word in enumerate(words) if len(word) > 1), len(words))
    head = "".join(words[:singles]) if singles else words[0]
    # jieba's dictionary knows some names: three characters, a surname in front, no word for a kind of people
    known = len(head) == 3 and head.startswith(_surnames()) and shape_of(head) == "common"
    return shape_of(head) == NAME or (known and not cue("no-person").search(head))


def _by_spelling(low: str) -> str:
    if re.search("[a-z]{2}", low):
        return "latin"
    if word_frequencies().get(low, 0):
        return LOOSE if len(low) <= 2 else "common"
    if _is_name(low):
        return NAME
    words = segment([low])[0]
    if len(words[0]) == 1 < len(words) and len(low) > 3 and not cue("opener").match(words[0]):
        return LOOSE
    if len(words) > 1 and words[-1] in _loose():
        # it ends in a verb and no row knows which message that is: perhaps a piece of a sentence
        return "other" if len(low) >= _MESSAGE and words[0] not in _loose() else LOOSE
    if " " in low or sum(map(has_han, low)) >= _CLAUSE:
        return "event"
    return LOOSE if len(low) <= 2 else "other"


def shape_groups(term: str) -> frozenset[str]:
    """What the term names, and the wider groups that belongs to (eat, buy, do …).

    >>> sorted(shape_groups("大闸蟹"))
    ['buy', 'eat', 'food', 'pair']
    """
    shape = shape_of(term)
    return next((row.groups for row in _shapes() if row.shape == shape), frozenset({shape}))


def topic_terms(topic: Any) -> list[str]:
    """The usable terms of a term, a list of terms or a TOPICS row, cleaned, the leading one first, each once.

    Raises InputError for what is none of these.
    """
    if isinstance(topic, str):
        listed: Sequence[str] = [topic]
    elif isinstance(topic, pd.DataFrame):
        return topic_terms(topic.iloc[0].to_dict()) if len(topic) else []
    elif isinstance(topic, (Mapping, pd.Series)) and {"terms", "label"} & set(topic.keys()):
        label = "" if is_missing(topic.get("label")) else str(topic.get("label"))
        listed = as_list(topic.get("terms")) or [label]
        # a label that holds a term says more than it does: 桂花拿铁 for 桂花
        holds = any(str(term) and str(term) in label for term in listed)
        listed = [label, *listed] if holds else [*listed, label]
    else:
        listed = _listed(topic)
    cleaned = (clean_term(str(term)) for term in listed)
    return [term for term in dict.fromkeys(cleaned) if any(map(str.isalnum, term))]


def _listed(topic: Any) -> list[str]:
    """The terms of a list or a column; none of what is missing."""
    if is_missing(topic):
        return []
    if isinstance(topic, (bytes, Mapping)) or not isinstance(topic, Iterable):
        raise _no_topic(topic)
    terms = [term for term in topic if not is_missing(term)]
    for term in terms:
        if not isinstance(term, str):
            raise _no_topic(term)
    return terms


def _no_topic(given: Any) -> InputError:
    return InputError(
        f"写标题要一个词、几个词的列表，或选题表里的一行（现在是 {shown_value(given)}）。请改成文字再试。"
    )


def clean_term(text: str) -> str:
    """The term in plain glyphs and simplified characters, without marks at its edges; two Chinese words beside one
    blank are one.

    >>> clean_term("#张三  离婚？"), clean_term("iPhone 20"), clean_term("露營")
    ('张三离婚', 'iPhone 20', '露营')
    """
    (folded,) = comparable([text])
    plain = "".join(character if character.isprintable() else " " for character in folded)
    words = " ".join(plain.split()).strip(_EDGES).split(" ")
    if len(words) == 2 and all(map(has_han, words)):
        return "".join(words)
    return " ".join(words)


def slots_for(
    terms: list[str], trends: Any, *, people: str, benefit: str, season: str, number: int | None
) -> Slots:
    """The slots beside the leading term: a second one and a season may come from the trends."""
    lead, rising = terms[0], _rising(trends)
    shape = shape_of(lead)
    alike = (
        term
        for term in [*terms[1:], *rising]
        if term not in lead and lead not in term and shape_of(term) == shape
    )
    day = next((term for term in rising if shape_of(term) in _DAYS), "")
    return Slots(
        second=next(alike, ""),
        people=people,
        benefit=clean_term(benefit),
        season=_short_season(season) or day,
        number="" if number is None else str(number),
    )


def festival_slot(name: Any) -> str:
    """A festival as a line says it, "" for what is none: the calendar writes 母亲 for 母亲节.

    >>> festival_slot("中秋"), festival_slot("母亲"), festival_slot(None)
    ('中秋', '母亲节', '')
    """
    said = (name, f"{name}节") if isinstance(name, str) and name else ()
    return next((one for one in said if shape_of(one) in _FESTIVALS), "")


def _short_season(season: Any) -> str:
    cleaned = clean_term(season) if isinstance(season, str) else ""
    return cleaned if len(cleaned) <= _LONGEST_SEASON else ""


def _rising(trends: Any) -> list[str]:
    if trends is None:
        return []
    if isinstance(trends, pd.DataFrame):
        kept = trends[trends["status"].isin(_RISING)] if "status" in trends.columns else trends
        return topic_terms(kept["term"].tolist())
    return topic_terms(list(trends))


def fill(term: str, slots: Slots) -> list[Filled]:
    """Every pattern that fits what the term names and whose slots can be filled; none for what is no topic.

    `number` takes the place of the sizes of lists, which else depend on the pattern's name alone.
    """
    fits = shape_groups(term)
    if LOOSE in fits or len(term) > _LONGEST_TERM:
        return []
    given = {
        "词": term,
        "词2": slots.second,
        "人群": slots.people,
        "好处": slots.benefit,
        "时节": "" if set(slots.season) & set(term) else slots.season,
    }
    themes = _themes(term)
    out = []
    for one in _patterns():
        values = {**given, "数": slots.number or one.size}
        if fits.isdisjoint(one.fits) or not all(values[name] for name in one.slots):
            continue
        # its own words may not stand in the term already: 周末周末露营, 带老人孩子爸妈旅行
        if themes & one.themes or any(pair in term for pair in one.pairs):
            continue
        out.append(Filled(one.pattern, one.intent, one.line.format_map(values)))
    return out

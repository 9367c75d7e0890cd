"""Disguises: what is put into words, or written in their place, so that a word filter does not see them.

The lexicon `disguises` holds the data, one trick a row, by kind:

- `sign`, `quote`, `mark`: characters that get put into words, as members of a character class.
- `word`: words that signs and quotes may not part; alternatives by `|`.
- `spelling`: patterns for what stands for `plain`; alternatives by `|`, `~` a place for up to two signs, letters in
  either case. `plain` is one text for all alternatives or one for each.
- `pinyin`: the syllables of the words in `plain`; some of a word's characters, not all, may be written so.

`before` and `after` say what must stand beside it: alternatives by `|`, with a `!` in front what must not. In
`before` each alternative has a fixed length. Of spellings that begin at the same place the first in the file wins.

A gap is one to four signs and quotes, or one mark, between two Han characters or digits. Line ends, brackets, commas,
colons and an ellipsis always part. These gaps are closed:

- inside a word of the lexicon, and one beside such a word that looks the same as the one in it (减·肥·茶叶);
- between three or more single Han characters in a row, where all are blanks, or all signs, or all the same mark;
- at an end of such a row, where it is the same as the gap next to it and no mark.

Any other gap stays: blanks, dots and emoji part phrases. Quotes are such a gap only around a single character.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from toolkit import lexicons

# without the strokes 丨 and 丶, which serve as signs
_HAN = re.compile("[\u3400-\u4e27\u4e29-\u4e35\u4e37-\u9fff]")
_PART = re.compile(rf"{_HAN.pattern}|[0-9%]")
_LETTERS = re.compile(r"\[([^]]*)\]|([a-z])")


class Edit(NamedTuple):
    """The characters from `start` to `end` give way to `put`; where that is empty they were only in the way."""

    start: int
    end: int
    put: str


class Table(NamedTuple):
    """The lexicon compiled; `plains` holds what each group of `spelled` stands for."""

    gap: re.Pattern[str]
    quotes: frozenset[str]
    marks: frozenset[str]
    words: re.Pattern[str]
    spelled: re.Pattern[str]
    plains: list[str]


@functools.cache
def table() -> Table:
    """The lexicon made ready to match."""
    return compiled(lexicons.rows("disguises"))


def compiled(rows: Sequence[Mapping[str, str]]) -> Table:
    """Rows of the lexicon made ready to match; they are taken as sound."""
    signs, quotes, marks = (
        "".join(row["written"] for row in rows if row["kind"] == kind) for kind in ("sign", "quote", "mark")
    )
    words = [(row, word) for row in rows if row["kind"] == "word" for word in row["written"].split("|")]
    words.sort(key=lambda found: len(found[1]), reverse=True)
    by_first: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        if row["kind"] in ("spelling", "pinyin"):
            for first, rest, plain in spellings(row):
                by_first[first].append((rest.replace("~", f"[{signs}]{{0,2}}"), plain))
    # a branch for each first character is quick to refuse; the empty groups tell which alternative matched
    branches = [
        re.escape(first) + f"(?:{'|'.join(f'{rest}()' for rest, _ in found)})"
        for first, found in by_first.items()
    ]
    gap = rf"(?:(?!\.\.)[{signs}{quotes}]{{1,4}}|[{marks}])"
    return Table(
        gap=re.compile(f"(?<={_PART.pattern}){gap}(?={_PART.pattern})"),
        quotes=frozenset(quotes),
        marks=frozenset(marks),
        words=re.compile("|".join(word[0] + _beside(row, word[0], word[1:]) for row, word in words)),
        spelled=re.compile(f"(?=[{re.escape(''.join(by_first))}])(?:{'|'.join(branches)})"),
        plains=[plain for found in by_first.values() for _, plain in found],
    )


def spellings(row: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """A row of other spellings: their first character, the pattern of the rest, and what they stand for."""
    written, plains = row["written"].split("|"), row["plain"].split("|")
    plains *= len(written) // len(plains)
    for spelling, plain in zip(written, plains, strict=True):
        spelt = _mixed(spelling.split(), plain) if row["kind"] == "pinyin" else [_any_case(spelling)]
        for pattern in spelt:
            firsts, rest = pattern[1:].split("]", 1) if pattern[0] == "[" else (pattern[0], pattern[1:])
            for first in dict.fromkeys(firsts):
                yield first, _beside(row, first, rest), plain


def _mixed(syllables: list[str], word: str) -> Iterator[str]:
    """A word with some of its characters, not all, written as syllables: jian肥, JIAN肥, Jian肥."""
    for change in (str.lower, str.upper, str.capitalize):
        # 助Li: with two letters it is as likely a name
        latin = [change(syllable) for syllable in syllables if change != str.capitalize or len(syllable) > 2]
        if len(latin) == len(word):
            mixtures = map("".join, itertools.product(*zip(word, latin, strict=True)))
            yield from (mixed for mixed in mixtures if mixed not in (word, "".join(latin)))


def _any_case(pattern: str) -> str:
    """The pattern with every letter, and every set of characters, in both cases."""
    return _LETTERS.sub(lambda found: f"[{found[1] or found[2]}{(found[1] or found[2]).upper()}]", pattern)


def _beside(row: Mapping[str, str], first: str, rest: str) -> str:
    """The pattern behind its first character, with what must and must not stand beside the whole.

    Letters at either end are no part of longer runs of letters.
    """
    before, after = row["before"], row["after"]
    look = "(?<!{}{})" if before.startswith("!") else "(?<={}{})"
    looks = [look.format(piece, re.escape(first)) for piece in before.strip("!").split("|") if before]
    start = "".join(looks) if before.startswith("!") else f"(?:{'|'.join(looks)})"
    if first.isascii() and first.isalpha():
        start += f"(?<![A-Za-z]{first})"
    end = f"(?!{after[1:]})" if after.startswith("!") else f"(?={after})"
    return f"{start}{rest}(?:(?<![A-Za-z])|(?![A-Za-z])){end}"


def spelled_out(value: str) -> list[Edit]:
    """The other spellings in a text in its plain form, in order, none over another."""
    known = table()
    return [
        Edit(*found.span(), known.plains[found.lastindex - 1])
        for found in known.spelled.finditer(value)
        if found.lastindex
    ]


def closed_up(value: str) -> list[Edit]:
    """The gaps to close in a text in its plain form, in order."""
    known = table()
    gaps = [found.span() for found in known.gap.finditer(value) if _may_close(value, found, known.quotes)]
    if not gaps:
        return []
    unmarked = [gap for gap in gaps if value[gap[0]] not in known.marks]
    closed = {*_between_singles(value, gaps, known), *_inside_words(value, unmarked, known)}
    return [Edit(*gap, "") for gap in sorted(closed)]


def _may_close(value: str, gap: re.Match[str], quotes: frozenset[str]) -> bool:
    """Whether the gap holds no quotes, or such as stand around a single character (最“佳”)."""
    around = value[max(gap.start() - 2, 0) : gap.start()][:-1] + value[gap.end() + 1 : gap.end() + 2]
    return quotes.isdisjoint(gap[0]) or not quotes.isdisjoint(around)


def _inside_words(value: str, gaps: Sequence[tuple[int, int]], known: Table) -> Iterator[tuple[int, int]]:
    """The gaps inside of words of the lexicon, and one beside such a word that looks the same (减·肥·茶叶)."""
    ends = [0, *(end for _, end in gaps)]
    runs = [value[end:start] for end, (start, _) in zip(ends, gaps, strict=False)]
    places = list(itertools.accumulate(map(len, runs)))
    closed = "".join(runs) + value[ends[-1] :]
    place = 0
    while found := known.words.search(closed, place):
        first, last = bisect.bisect_right(places, found.start()), bisect.bisect_left(places, found.end())
        place = found.end() if first < last else found.start() + 1
        if first == last:
            continue
        yield from gaps[first:last]
        for beside, there in ((first - 1, found.start()), (last, found.end())):
            if 0 <= beside < len(gaps) and places[beside] == there:
                texts = {value[slice(*gaps[beside])], value[slice(*gaps[first])]}
                if len(texts) == 1 or texts <= known.quotes:
                    yield gaps[beside]


def _between_singles(value: str, gaps: Sequence[tuple[int, int]], known: Table) -> Iterator[tuple[int, int]]:
    """The gaps in and around rows of three or more single Han characters."""
    for row in _rows(value, gaps, known):
        first, last = row[0][0] - 1, row[-1][1]
        alone = (
            not _PART.match(value[max(first - 1, 0) : first]),
            not _PART.match(value[last + 1 : last + 2]),
        )
        singles = [value[end] for _, end in row[:-1]]
        singles += [value[place] for place, whole in zip((first, last), alone, strict=True) if whole]
        if len(_HAN.findall("".join(singles))) < 3:
            continue
        texts = [value[start:end] for start, end in row]
        if not alone[0] and (texts[0] in known.marks or texts[0] != texts[1]):
            del row[0], texts[0]
        if not alone[1] and (texts[-1] in known.marks or texts[-1] != texts[-2]):
            del row[-1], texts[-1]
        for (start, end), text in zip(row, texts, strict=True):
            if not text.strip() or (value[start - 1] + value[end]).isalpha():
                yield start, end


def _rows(value: str, gaps: Sequence[tuple[int, int]], known: Table) -> Iterator[list[tuple[int, int]]]:
    """The gaps in lists; in each one character stands between every two gaps, and all are of one manner."""
    row: list[tuple[int, int]] = []
    manner = ""
    for gap in gaps:
        text = value[gap[0] : gap[1]]
        latest = text if text in known.marks else text.strip() and "sign"
        if row and (gap[0] - row[-1][1] > 1 or latest != manner):
            yield row
            row = []
        manner = latest
        if known.quotes.isdisjoint(text):
            row.append(gap)
    if row:
        yield row

"""Whoever spoke in a chat, and whatever leads to a person, behind stand-ins before anything else looks at it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import NamedTuple

from toolkit import text as words
from toolkit.documents import Said, hider
from toolkit.review._answers_cues import cues, words_of

MEMBER = "群友"
STAND_IN = re.compile(r"〔[^〔〕]{1,5}〕|群友\d+")
# the app's own marks of an answer to a message: it quotes that message above a broken line or behind 引用
_QUOTED = re.compile(
    r"^\s*「(?P<who>[^:：\n]{1,60})[:：](?P<said>[^」]{0,2000})」?[^\n]{0,2000}\n\s*-(?: ?-)+\s*\n?"
)
_QUOTED_BELOW = re.compile(
    r"(?:^|\n)[ \t]*「?引用[ \t]?(?P<who>[^\n]{1,60}?)[ \t]?的消息[ \t]?[:：]?(?P<said>.*)", re.DOTALL
)
_STANDS = re.compile(f"({STAND_IN.pattern})")
_CALLED = "〔名字〕"
_KNOWN = 20  # jieba's table has names of people too, most of them seen less often than this
_PIECES = re.compile(r"[^\w]+|_+|(?<=[\u4e00-\u9fff])(?=[A-Za-z\d])|(?<=[A-Za-z\d])(?=[\u4e00-\u9fff])")


class Masked(NamedTuple):
    """A message without names: who (a stand-in), what was said, and what it answers."""

    row: int
    member: str
    sent_at: object
    text: str  # all of it
    own: str  # without the message that is quoted in it
    quoted: str  # whose message is quoted, "" for none
    quotes: str


class Mask:
    """Stand-ins for the speakers of one chat, by the order in which they first speak.

    A name is hidden as it stands, and by its parts: what is left without emoji, door numbers and 妈妈, the given name of a
    name of three. Rather too much is hidden than too little: a nickname that is an ordinary word takes that word along.
    """

    def __init__(self, said: Iterable[Said]) -> None:
        self.numbers: dict[str, str] = {}
        self.hidden = 0
        also: dict[str, str] = {}
        names = []
        said = list(said)
        for one in said:
            if one.name not in self.numbers:
                names.append(one.name)
                self.stand_in(one.name)
            if len(one.also) > 1:
                also[one.also] = one.name
        for name in names:
            also |= {part: name for part in _parts(name) if part not in self.numbers and part not in also}
        self._owner = {part.casefold(): name for part, name in also.items()}
        self._hide = hider(set(names), stand_in=self.stand_in, called_also=set(also))
        # whoever is named beside a kin word once is hidden in every message
        self._kin = set().union(*(kin_names(one.text) for one in said))

    def stand_in(self, name: str) -> str:
        """The stand-in of a name, the next free one for a name that is new."""
        name = getattr(self, "_owner", {}).get(name.casefold(), name) if name not in self.numbers else name
        return self.numbers.setdefault(name, f"{MEMBER}{len(self.numbers) + 1}")

    def text(self, text: str) -> str:
        """A text with stand-ins for names, numbers, ids, places and links in it."""
        text, number = self._hide(text)
        text, more = hide_private(text, called=self._kin)
        self.hidden += number + more
        return text

    def message(self, one: Said) -> Masked:
        """A message with stand-ins; what it quotes of another is told apart from what it says itself."""
        text = self.text(one.text)
        match = _QUOTED.search(text) or _QUOTED_BELOW.search(text)
        own = (text[: match.start()] + text[match.end() :]).strip() if match else text
        who, said = (match["who"].strip(), match["said"].strip()) if match else ("", "")
        return Masked(one.row, self.numbers[one.name], one.sent_at, text, own, who, said)


def _parts(name: str) -> set[str]:
    """What a speaker may be called beside the whole name."""
    common = re.compile(words_of("common"))
    suffix = re.compile(f"{words_of('suffix')}$")
    surname = re.compile(rf"(?:{words_of('surname')})(?P<given>[\u4e00-\u9fff]{{2}})")
    found = {piece for piece in _PIECES.split(name) if len(piece) > 1}
    bare = re.sub(r"[^\w]+|_+", "", name)
    found |= {bare, *(suffix.sub("", piece) for piece in (*found, bare))}
    found |= {match["given"] for piece in found if (match := surname.fullmatch(piece))}
    return {
        part
        for part in found
        if len(part) > 1
        and part != name
        and not (part.isdigit() and len(part) < 5)
        and not common.fullmatch(part)
    }


@functools.cache
def _safe() -> re.Pattern[str]:
    return re.compile(rf"({words_of('name_safe')}|〔[^〔〕]{{1,5}}〕|{MEMBER}\d+|《[^》]{{1,40}}》)")


# ---- names beside kin words


@functools.cache
def _kin() -> tuple[re.Pattern[str], ...]:
    """What stands beside a name: a kin word; 是我 or a phone number; a kin word that says what somebody is called."""
    kin, run = words_of("kin"), "[\u4e00-\u9fff]"
    phone = r"(?<!\d)1[3-9]\d{9}(?!\d)"
    return (
        re.compile(
            rf"(?:{kin})(?:的?(?:小名|大名|名字)?(?:名叫|叫做|叫|是|[:：（(「“\s])?\s?)(?=(?P<said>{run}{{2,5}}))"
        ),
        re.compile(
            rf"(?:我是|我叫|本人|姓名|联系人|收[件货]人|{phone})[是:：，,\s]?(?=(?P<said>{run}{{2,5}}))"
        ),
        re.compile(
            rf"(?=(?P<said>{run}{{2,3}})(?:是(?:我们家|我家|我们|我)的?(?:{kin})|[:：，,\s]?{phone}))"
        ),
        re.compile(
            rf"(?:{kin})(?:的?(?:小名|大名|名字))?(?:名叫|叫做|叫)"
            rf"(?P<said>(?!{words_of('called_not')}){run}{{2,4}}?)(?=[^\w]|的|$)"
        ),
    )


def kin_names(text: str) -> set[str]:
    """What is most likely a name beside a kin word: surname and one or two Han, 朵朵, 小雨, or two signs usual in names.

    >>> sorted(kin_names("我老公李建军说，我女儿朵朵和孩子慢慢就习惯了，儿子浩然也是，我妈高兴"))
    ['朵朵', '李建军', '浩然']
    """
    after, own, before, called = _kin()
    found = {_name_at(match["said"]) for match in after.finditer(text)}
    found |= {_full_name(match["said"]) for match in own.finditer(text)}
    found |= {said for match in called.finditer(text) if not _is_word(said := match["said"], 100)}
    for match in before.finditer(text):
        found |= {said for said in (match["said"], match["said"][1:]) if _name_at(said) == said}
    return found - {""}


def _name_at(said: str) -> str:
    """The name with which a run of Han begins, "" for none."""
    two, given = said[:2], words_of("given")
    ends = len(said) == 2 or re.match(words_of("given_end"), said[2:])
    if full := _full_name(said):
        return full
    if len(two) < 2 or re.match(f"{words_of('doubled_not')}|{words_of('little_not')}", two):
        return ""
    if two[0] == two[1]:
        return two if two[0] in given or not _is_word(two) else ""
    if two[0] in "小阿":
        return said[:3] if said[1:2] == said[2:3] else two if ends else ""
    usual = two[0] in given and (two[1] in given or two[1] == "宝")
    return two if usual and not _is_word(two, 100) and (ends or _is_word(said[2:4])) else ""


def _full_name(said: str) -> str:
    """A surname and one or two Han at the beginning of a run, "" where that is no name."""
    match = re.match(words_of("surname"), said)
    size = len(match[0]) if match else 0
    first, second = said[size : size + 1], said[size + 1 : size + 2]
    usual, ending = words_of("given"), re.compile(words_of("given_end"))
    sure = bool(re.fullmatch(words_of("surname_sure"), said[:size]))
    if second and second not in usual and (ending.match(second) or _is_word(said[size + 1 : size + 3])):
        second = ""
    known = _is_word(said[: size + 1]) and not (sure and re.match(words_of("given_only"), first))
    # 王子 is a word, 王子涵 is none
    if known and sure and second in usual:
        known = not second or _is_word(said[size + 1 : size + 3])
    little = first == "小" and second
    longer = [said[: size + more] for more in (2, 3) if len(said) >= size + more]
    if not match or not first or known or any(_is_word(one) for one in longer):
        return ""
    if not little and (ending.match(first) or (first in words_of("given_not") and not second)):
        return ""
    return said[: size + 1] + second if sure or little or first in usual else ""


def _is_word(said: str, often: int = _KNOWN) -> bool:
    return len(said) > 1 and words.word_frequencies().get(said, 0) >= often


def _also(name: str) -> set[str]:
    """A name, and the given name of a name of three where that is no word."""
    given = name[1:] if re.match(words_of("surname"), name) and len(name) == 3 else ""
    return {name, given} if given and given[0] != name[0] and not _is_word(given, 100) else {name}


# ---- everything that leads to a person


def hide_private(text: str, *, called: Iterable[str] = ()) -> tuple[str, int]:
    """A text with stand-ins for whatever leads to a person and is no speaker's name, and how many were put in.

    `called` are further names to hide: those that stand beside a kin word elsewhere.

    >>> hide_private("电话 138 0013 8000，找王姐，住3栋2单元502，我女儿朵朵说")
    ('电话 〔手机号〕，找〔称呼〕，住〔地址〕，我女儿〔名字〕说', 4)
    """
    total = 0
    if names := {part for name in {*called, *kin_names(text)} for part in _also(name)}:
        longest = sorted(names, key=lambda name: (-len(name), name))
        parts = _STANDS.split(text)
        for place in range(0, len(parts), 2):
            parts[place], number = re.subn("|".join(longest), _CALLED, parts[place])
            total += number
        text = "".join(parts)
    for name, _, pattern in cues("mask"):
        text, number = pattern.subn(name, text)
        total += number
    for name, _, pattern in cues("name"):
        # ordinary words, titles of works and stand-ins are stepped over
        parts = _safe().split(text)
        for place in range(0, len(parts), 2):
            parts[place], number = pattern.subn(name, parts[place])
            total += number
        text = "".join(parts)
    return text, total

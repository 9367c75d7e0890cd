"""Whoever spoke in a chat, and whatever leads to a person, behind stand-ins before anything else looks at it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import NamedTuple

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

    def stand_in(self, name: str) -> str:
        """The stand-in of a name, the next free one for a name that is new."""
        name = getattr(self, "_owner", {}).get(name.casefold(), name) if name not in self.numbers else name
        return self.numbers.setdefault(name, f"{MEMBER}{len(self.numbers) + 1}")

    def text(self, text: str) -> str:
        """A text with stand-ins for names, numbers, ids, places and links in it."""
        text, number = self._hide(text)
        text, more = hide_private(text)
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


def hide_private(text: str) -> tuple[str, int]:
    """A text with stand-ins for whatever leads to a person and is no speaker's name, and how many were put in.

    >>> hide_private("电话 138 0013 8000，找王姐，住3栋2单元502")
    ('电话 〔手机号〕，找〔称呼〕，住〔地址〕', 3)
    """
    total = 0
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

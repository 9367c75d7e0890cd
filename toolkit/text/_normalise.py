"""Text made comparable: one plain glyph for each look-alike, simplified characters."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NamedTuple

from toolkit import lexicons

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

# NFKC makes plain digits of these signs (①, ⒈, ², ½, ㏠) and of the end of these units (㎡); a test holds both complete
_NUMERALS = (
    "\u00b2\u00b3\u00b9\u00bc-\u00be\u2070\u2074-\u2079\u2080-\u2089\u2150-\u215f\u2189\u2460-\u2473\u2488-\u249b\u24ea-\u24ff"
    "\u2776-\u2793\u3251-\u325f\u32b1-\u32bf\u32c0-\u32cb\u3358-\u3370\u33e0-\u33fe\U0001f100-\U0001f10c"
)

_UNITS = "\u3378\u3379\u339f-\u33a6\u33a8\u33af"

# … and would run them into the digits beside them: ①2026 is no 12026, 10² no 102, 89㎡3室 no m23.
# \u20e3 is the frame of a keycap (1️⃣): framed digits stay together, a digit that follows them does not.
_FUSED = re.compile(
    rf"(?<=\d)(?=[{_NUMERALS}])|(?<=[{_NUMERALS}{_UNITS}])(?=\d)|(?<=\u20e3)(?=\d(?!\ufe0f?\u20e3))"
    "|[™℠\U0001f16a-\U0001f16c]+"  # NFKC makes letters of the marks of trade: iPhone™ is no word iPhoneTM
)

_HAS_FUSED = re.compile(rf"[{_NUMERALS}{_UNITS}\u20e3™℠\U0001f16a-\U0001f16c]")

_BREAKS = "\r\x0b\x0c\x85\u2028\u2029"

# blanks that NFKC leaves; private-use signs are icons of a page's own font: they part words as blanks do
_BLANKS = "\t\u1680\u2800\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"

_DROPPED = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters
    # Unicode's Default_Ignorable_Code_Point: zero-width, bidi controls, variation selectors, tags, fillers
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\u20e3\ufff9-\ufffc®"
)

_MARKS = "\u0300-\u036f\u0483-\u0489\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"

# Chinese knows no combining marks: on a Han character they strike it out for show or hide it
_STRUCK = re.compile(rf"(?<={_HAN.pattern})[{_MARKS}]+")

_MARK = re.compile(rf"[{_MARKS}]")

_GREEK_OR_CYRILLIC = re.compile(r"[\u0370-\u052f]")

_IS_BLANK = re.compile(rf"[{_BLANKS}]")

_IS_DROPPED = re.compile(rf"[{_DROPPED}]")

_GAP = re.compile(r" +\n[ \n]*|\n[ \n]+| {2,}")

_SURROGATE = re.compile(r"[\ud800-\udfff]")


@functools.cache
def _simplifier() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


class _Glyphs(NamedTuple):
    """The glyph lexicon compiled; `odd` finds what may not stay as it is."""

    odd: re.Pattern[str]
    plain: dict[str, str]
    letters: dict[int, str]
    mixed: re.Pattern[str]


@functools.cache
def _glyphs() -> _Glyphs:
    rows = lexicons.rows("glyphs")
    plain = {row["glyph"]: row["plain"] for row in rows if row["kind"] != "mixed-letter"}
    letters = {ord(row["glyph"]): row["plain"] for row in rows if row["kind"] == "mixed-letter"}
    # beyond the BMP a pattern that lists single characters is slow: whole ranges, all but the emoji's
    listed = "".join(re.escape(glyph) for glyph in plain if glyph <= "\uffff")
    beyond = "\U0001bca0-\U0001f2ff\U00020000-\U0010ffff"
    swaps = "".join(map(chr, letters))
    # a word in which a Latin letter stands and which turns Latin as a whole; Russian and Greek words never do
    word = rf"(?<![A-Za-z\u0370-\u052f])(?=[{swaps}]*[A-Za-z])[A-Za-z{swaps}]+(?![A-Za-z\u0370-\u052f])"
    return _Glyphs(
        odd=re.compile(rf"[{listed}{swaps}{_BREAKS}{_BLANKS}{_DROPPED}{_MARKS}{beyond}]"),
        plain=plain | dict.fromkeys(_BREAKS, "\n"),
        letters=letters,
        mixed=re.compile(word),
    )


def normalise(text: str) -> str:
    """The text for comparing: NFKC, one plain glyph for each look-alike, no invisible marks, single blanks. Idempotent.

    Editors are always shown the original; this is for counting, matching and copies.

    >>> normalise("Ｌａｔｔｅ\u200b　①2026年，89㎡3室")
    'Latte 1 2026年,89m2 3室'
    >>> normalise("⽣活⺠宿，优惠劵，加VХ")  # a radical for 民, a variant of 券, a Cyrillic Х
    '生活民宿,优惠券,加VX'

    - NFKC makes full-width punctuation ASCII: the patterns of our lexicons are written for that.
    - Exceptions: ①, ² and ㎡ keep apart from the digits beside them, and ™ does not become letters.
    - Look-alike and variant glyphs are those of the lexicon `glyphs`. A Cyrillic or Greek letter turns Latin only in
      a word that also holds Latin letters.
    - Control and other invisible characters go. Any run of blanks is one blank, any run of blanks with line ends in
      it one line end. Both ends keep theirs, so that a text can be normalised character by character (spans).
      Blanks between Han characters stay: 中秋 国庆 are two words.
    - Lone surrogates stay.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if _HAS_FUSED.search(text):
        text = _FUSED.sub(lambda found: "" if found[0] else " ", text)
    text = unicodedata.normalize("NFKC", text)
    if _glyphs().odd.search(text):
        before = ""
        while text != before:  # what is taken out may let its neighbours compose
            before, text = text, _without_odd(text)
    if "\n" in text or "  " in text:
        text = _GAP.sub(lambda found: "\n" if "\n" in found[0] else " ", text)
    return text


def _without_odd(text: str) -> str:
    glyphs = _glyphs()
    plain = latin_letters(glyphs.odd.sub(lambda found: _plain(found[0], glyphs.plain), text))
    if _MARK.search(plain):
        plain = _STRUCK.sub("", plain)
    return text if plain == text else unicodedata.normalize("NFKC", plain)


def latin_letters(text: str) -> str:
    """The text with Cyrillic and Greek look-alikes made Latin where a word mixes them; places stay the same.

    >>> latin_letters("加VХ，学Хорошо")  # both Х are Cyrillic
    '加VX，学Хорошо'
    """
    glyphs = _glyphs()
    if not _GREEK_OR_CYRILLIC.search(text):
        return text
    return glyphs.mixed.sub(lambda found: found[0].translate(glyphs.letters), text)


def _plain(character: str, plain: Mapping[str, str]) -> str:
    """What stands for a character: its plain glyph, a blank, nothing, or itself."""
    if character in plain:
        return plain[character]
    if _IS_BLANK.match(character):
        return " "
    return "" if _IS_DROPPED.match(character) else character


def simplify(text: str) -> str:
    """The text in simplified characters and nothing else changed but a lone surrogate (U+FFFD).

    >>> simplify("網路營銷  LATTE")
    '网路营销  LATTE'
    """
    converted: str = _simplifier().convert(_SURROGATE.sub("\ufffd", text))
    return converted


def has_han(text: str) -> bool:
    """Whether the text holds any Han character."""
    return bool(_HAN.search(text))

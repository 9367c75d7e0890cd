"""Text made comparable: folding, cutting into words, phrases, and fingerprints of copies.

The only room that knows jieba, rjieba and OpenCC. jieba is the reference, rjieba does the work: the same tokens on
Han text at some twenty times the speed; a test holds the two equal.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from toolkit import lexicons
from toolkit.schema import ChoiceError, is_missing

# one native call cuts a chunk of this many characters: 1 to 8 MB are equally fast, single documents ten times slower
CHUNK_CHARACTERS = 1_000_000
_SEPARATOR = "\x01"
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# jieba cuts Han characters outside its block one by one, rjieba keeps runs of them
_RARE_HAN = re.compile(r"[\u3400-\u4dbf]{2,}")
_WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|[A-Za-z][A-Za-z0-9+#.&'-]*")
_DIGITS = r"(?=.*[\d十百千万亿〇零一二三四五六七八九两几半])[\d.,%十百千万亿〇零一二三四五六七八九两几半第]+"
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


def fold(texts: Iterable[str]) -> list[str]:
    """Each text normalised, in simplified characters and lower case: what counting works on.

    >>> fold(["網路營銷 LATTE", "乾燥的頭髮，發展", "乾隆和蕭乾"])
    ['网路营销 latte', '干燥的头发,发展', '乾隆和萧乾']

    Where a traditional character has several simplified ones, OpenCC's word list decides by the word around it. A lone
    surrogate becomes U+FFFD, since neither OpenCC nor the segmenters take one.
    """
    out: list[str] = []
    for chunk in _chunks([normalise(text) for text in texts]):
        out += simplify(_SEPARATOR.join(chunk)).lower().split(_SEPARATOR)
    return out


def simplify(text: str) -> str:
    """The text in simplified characters and nothing else changed but a lone surrogate (U+FFFD).

    >>> simplify("網路營銷  LATTE")
    '网路营销  LATTE'
    """
    converted: str = _simplifier().convert(_SURROGATE.sub("\ufffd", text))
    return converted


def _chunks(texts: Sequence[str]) -> Iterable[list[str]]:
    chunk: list[str] = []
    size = 0
    for text in texts:
        chunk.append(text)
        size += len(text) + 1
        if size >= CHUNK_CHARACTERS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def word_list(
    words: Mapping[str, int] | Iterable[tuple[str, int]] | Any | None,
) -> tuple[tuple[str, int], ...]:
    """User words as sorted (term, frequency) pairs, from a mapping, pairs, or a frame with those two columns.

    A word needs a frequency: without one the dictionary's own words win (a word "双十一" without it stays cut).
    """
    if words is None:
        return ()
    pairs: Any = words
    if isinstance(words, Mapping):
        pairs = words.items()
    elif hasattr(words, "columns"):
        frame: Any = words
        pairs = zip(frame["term"], frame["frequency"], strict=True)
    try:
        return tuple(sorted((str(term), int(frequency)) for term, frequency in pairs))
    except (TypeError, ValueError) as error:
        raise ChoiceError(
            'words 里每个词都要带一个频次，例如 {"双十一": 100}。没有频次的词切不出来。'
        ) from error


@functools.lru_cache(maxsize=4)
def _cutter(words: tuple[tuple[str, int], ...]) -> Any:
    """One dictionary per word list; jieba itself where rjieba has no wheel."""
    try:
        import rjieba
    except ImportError:
        return _jieba_cutter(words)
    cutter = rjieba.Jieba()
    for term, frequency in words:
        cutter.add_word(term, frequency, "n")
    return cutter


def _jieba_cutter(words: tuple[tuple[str, int], ...]) -> Any:
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for term, frequency in words:
        tokenizer.add_word(term, frequency)
    return tokenizer


def segment(texts: Iterable[str], *, words: Any | None = None) -> list[list[str]]:
    """A list of tokens for each text, equal to `jieba.lcut` on Han text (punctuation and blanks included).

    `words` adds words with a frequency: a mapping, (term, frequency) pairs, or a frame. No texts give no lists.

    >>> segment(["社区团购的团长"])
    [['社区', '团购', '的', '团长']]
    >>> segment(["双十一种草"], words={"双十一": 100, "种草": 100})
    [['双十一', '种草']]
    """
    cutter = _cutter(word_list(words))
    listed = [texts] if isinstance(texts, str) else texts
    out: list[list[str]] = []
    for chunk in _chunks(["" if is_missing(text) else str(text).replace(_SEPARATOR, " ") for text in listed]):
        tokens: list[str] = []
        for token in cutter.cut(_SEPARATOR.join(chunk)):
            if token == _SEPARATOR:
                out.append(tokens)
                tokens = []
            elif _RARE_HAN.fullmatch(token):
                tokens += token
            else:
                tokens.append(token)
        out.append(tokens)
    return out


@dataclass(frozen=True)
class Tokens:
    """Texts as integer ids: `ids[i]` is the token at place i, `documents[i]` its text; `words` the vocabulary.

    `edge` says for each vocabulary entry whether a phrase may begin or end with it; `inner` whether it may stand
    inside one (no punctuation, no blanks); `term` whether it can be a term by itself.
    """

    words: np.ndarray
    ids: np.ndarray
    documents: np.ndarray
    edge: np.ndarray
    inner: np.ndarray
    term: np.ndarray
    texts: int


def tokenise(texts: Sequence[str], *, words: Any | None = None) -> Tokens:
    """The folded texts as one flat array of ids. `words=None` takes the user-word lexicon."""
    import pandas as pd

    chosen = lexicons.user_words() if words is None else words
    cutter = _cutter(word_list(chosen))
    parts: list[np.ndarray] = []
    places: list[np.ndarray] = []
    vocabulary: dict[str, int] = {}
    first = 0
    for chunk in _chunks(fold(texts)):
        found = np.array(cutter.cut(_SEPARATOR.join(chunk)), dtype=object)
        codes, unique = pd.factorize(found)
        table = np.array([vocabulary.setdefault(word, len(vocabulary)) for word in unique], dtype=np.int32)
        flat = table[codes] if len(codes) else np.zeros(0, dtype=np.int32)
        separator = vocabulary.get(_SEPARATOR, -1)
        breaks = flat == separator
        places.append((np.cumsum(breaks) + first).astype(np.int32))
        parts.append(flat)
        first += len(chunk)
    ids = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int32)
    documents = np.concatenate(places) if places else np.zeros(0, dtype=np.int32)
    entries = np.array(list(vocabulary), dtype=object)
    stop = set(lexicons.words("stopwords"))
    inner = np.array([bool(_WORD.fullmatch(word)) or _is_number(word) for word in entries], dtype=bool)
    edge = np.array(
        [bool(_WORD.fullmatch(word)) and word not in stop and not _is_number(word) for word in entries],
        dtype=bool,
    )
    term = edge & np.array([len(word) > 1 for word in entries], dtype=bool)
    return Tokens(entries, ids, documents, edge, inner, term, len(texts))


@functools.cache
def _number_pattern() -> re.Pattern[str]:
    measures = "|".join(re.escape(word) for word in lexicons.words("measures"))
    return re.compile(rf"{_DIGITS}(?:{measures})?|[年月日时分秒点]+")


def _is_number(word: str) -> bool:
    """A number, or a number with a measure word: 十五块, 2026年."""
    return bool(_number_pattern().fullmatch(word))


def phrases(
    tokens: Tokens, *, longest: int = 4, support: int = 2
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Every term occurrence as (term id, text) arrays with the list of terms: words and phrases up to `longest` tokens.

    A phrase begins and ends with a word that is no stop word, crosses no punctuation, holds no stop word but in its
    middle, and stands in at least `support` different texts.
    """
    ids, documents = tokens.ids, tokens.documents
    vocabulary = len(tokens.words)
    if not len(ids):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32), []
    is_term = tokens.term[ids]
    used = np.unique(ids[is_term])
    lookup = np.full(vocabulary, -1, dtype=np.int64)
    lookup[used] = np.arange(len(used))
    terms = [str(word) for word in tokens.words[used]]
    all_ids, all_documents = [lookup[ids[is_term]]], [documents[is_term]]
    edge, inner = tokens.edge[ids], tokens.inner[ids]
    keys = ids.astype(np.int64)
    starts = np.flatnonzero(edge)
    for length in range(2, longest + 1):
        starts = starts[starts + length <= len(ids)]
        last = starts + length - 1
        starts = starts[inner[last] & (documents[last] == documents[starts])]
        last = starts + length - 1
        # ids of longer runs are made from the shorter run's id and the next word's
        pair = keys[starts] * vocabulary + ids[last]
        _, dense = np.unique(pair, return_inverse=True)
        keys = np.zeros(len(ids), dtype=np.int64)
        keys[starts] = dense
        whole = edge[last]
        kept, kept_documents, names = _supported(tokens, dense[whole], starts[whole], length, support)
        all_ids.append(kept + len(terms))
        all_documents.append(kept_documents)
        terms += names
    return np.concatenate(all_ids), np.concatenate(all_documents), terms


def _supported(
    tokens: Tokens, dense: np.ndarray, starts: np.ndarray, length: int, support: int
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """The runs that stand in enough texts, renumbered, with their texts and names."""
    documents = tokens.documents[starts]
    pairs = (
        np.unique(np.stack([dense, documents.astype(np.int64)]), axis=1)
        if len(dense)
        else np.zeros((2, 0), int)
    )
    runs, frequency = np.unique(pairs[0], return_counts=True)
    good = runs[frequency >= support]
    place = np.searchsorted(good, dense) if len(good) else np.zeros(len(dense), dtype=np.int64)
    place = np.minimum(place, max(len(good) - 1, 0))
    keep = (good[place] == dense) if len(good) else np.zeros(len(dense), dtype=bool)
    kept = place[keep]
    first = np.zeros(len(good), dtype=np.int64)
    first[kept[::-1]] = starts[keep][::-1]
    names = [_join(tokens.words[tokens.ids[start : start + length]]) for start in first]
    return kept, documents[keep], names


def _join(words: Iterable[str]) -> str:
    """Words put together as people write them: a blank only between two Latin words."""
    out = ""
    for word in words:
        if out and out[-1].isascii() and word[0].isascii():
            out += " "
        out += word
    return out


def has_han(text: str) -> bool:
    """Whether the text holds any Han character."""
    return bool(_HAN.search(text))


def display_width(text: str) -> int:
    """Width in half-width units: a Han or other wide character is 2, a Latin letter 1, a combining mark 0.

    >>> display_width("手冲 latte")
    10
    """
    return sum(character_width(character) for character in text)


def character_width(character: str) -> int:
    """Width of one character in half-width units."""
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Cc", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F", "A") and ord(character) > 0xFF else 1


def cut_to_width(text: str, width: int) -> str:
    """The longest beginning of the text that is at most `width` half-width units wide.

    >>> cut_to_width("手冲咖啡 latte", 7)
    '手冲咖'
    """
    total = 0
    for place, character in enumerate(text):
        total += character_width(character)
        if total > width:
            return text[:place]
    return text


@functools.cache
def _letters() -> np.ndarray:
    """For each code point whether it is a letter, a digit or Han; U+0001 too, which parts the texts."""
    table = np.array([chr(code).isalnum() for code in range(0x110000)], dtype=bool)
    table[ord(_SEPARATOR)] = True
    return table


def shingles(texts: Sequence[str], *, size: int = 4) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """64-bit hashes of the `size`-character runs of letters, digits and Han in folded texts, in reading order.

    Comes in chunks (first, hashes, texts): a run's text is `first` plus its number in `texts`.

    >>> [(first, len(hashes), texts.tolist()) for first, hashes, texts in shingles(["五点四十开网", "开", "五点，四十"])]
    [(0, 4, [0, 0, 0, 2])]
    """
    first = 0
    for chunk in _chunks(texts):
        codes = np.frombuffer(_SEPARATOR.join(chunk).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        codes = codes[_letters()[codes]]
        owners = np.cumsum(codes == ord(_SEPARATOR), dtype=np.int32)
        count = max(0, len(codes) - size + 1)
        mixed = np.zeros(count, dtype=np.uint64)
        for offset in range(size):
            # FNV-1a's 64-bit prime, applied to code points instead of bytes
            mixed = (mixed ^ codes[offset : offset + count]) * np.uint64(0x100000001B3)
            mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(
            0x9E3779B97F4A7C15
        )  # golden-ratio multiplier: spreads the low bits before sampling
        mixed ^= mixed >> np.uint64(32)
        whole = (owners[:count] == owners[size - 1 : size - 1 + count]) & (codes[:count] != ord(_SEPARATOR))
        yield first, mixed[whole], owners[:count][whole]
        first += len(chunk)

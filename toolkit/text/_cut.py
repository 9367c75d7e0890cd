"""Texts cut into words: jieba is the reference, rjieba does the work."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any

from toolkit.schema import ChoiceError, is_missing
from toolkit.text._chunks import _SEPARATOR, _chunks

_SURROGATE = re.compile(r"[\ud800-\udfff]")
# jieba cuts these Han characters one by one, rjieba makes words of them
_RARE_HAN = re.compile(r"([\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")


def word_list(
    words: Mapping[str, int] | Iterable[tuple[str, int]] | Any | None,
) -> tuple[tuple[str, int], ...]:
    """User words as sorted (term, frequency) pairs, from a mapping, pairs, or a frame with those two columns.

    A word needs a frequency: without one the dictionary's own words win (a word "双十一" without it stays cut).
    Raises ChoiceError for words without one, and for one below 0.
    """
    if words is None:
        return ()
    pairs: Any = words
    try:
        if isinstance(words, Mapping):
            pairs = words.items()
        elif hasattr(words, "columns"):
            frame: Any = words
            pairs = zip(frame["term"], frame["frequency"], strict=True)
        listed = tuple(sorted((str(term), int(frequency)) for term, frequency in pairs))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ChoiceError(
            'words 里每个词都要带一个频次，例如 {"双十一": 100}。没有频次的词切不出来。'
        ) from error
    below = [f"「{term}」是 {frequency}" for term, frequency in listed if frequency < 0]
    if below:
        raise ChoiceError(f'words 里词的频次不能小于 0（{below[0]}），例如 {{"双十一": 100}}。请改正后再试。')
    return listed


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


def cut_joined(cutter: Any, joined: str) -> Iterable[str]:
    """The words of a text (or of many, joined), rare Han characters one by one."""
    if not _RARE_HAN.search(joined):
        return cutter.cut(joined)
    words: list[str] = []
    for place, piece in enumerate(_RARE_HAN.split(joined)):
        words += [piece] if place % 2 else cutter.cut(piece)
    return words


def segment(texts: Iterable[str], *, words: Any | None = None) -> list[list[str]]:
    """A list of tokens for each text, equal to `jieba.lcut` (punctuation and blanks included) but inside ASCII runs.

    Runs of ASCII letters and digits with . - _ between them stay whole: mail.com, Wi-Fi6, 1.5L. `words` adds words
    with a frequency: a mapping, (term, frequency) pairs, or a frame. No texts give no lists.

    >>> segment(["社区团购的团长"])
    [['社区', '团购', '的', '团长']]
    >>> segment(["双十一种草"], words={"双十一": 100, "种草": 100})
    [['双十一', '种草']]
    """
    cutter = _cutter(word_list(words))
    listed = [texts] if isinstance(texts, str) else texts
    out: list[list[str]] = []
    plain = ["" if is_missing(text) else str(text) for text in listed]
    if any(_SURROGATE.search(text) for text in plain):
        return _cut_broken(plain, words)
    for chunk in _chunks(plain):
        joined = _SEPARATOR.join(chunk)
        if joined.count(_SEPARATOR) >= len(chunk):
            out += [list(cut_joined(cutter, text)) for text in chunk]
            continue
        tokens: list[str] = []
        for token in cut_joined(cutter, joined):
            if token == _SEPARATOR:
                out.append(tokens)
                tokens = []
            else:
                tokens.append(token)
        out.append(tokens)
    return out


def _cut_broken(texts: list[str], words: Any) -> list[list[str]]:
    """Texts with lone surrogates, which rjieba refuses: cut as if U+FFFD stood there."""
    out = []
    for text, tokens in zip(
        texts, segment([_SURROGATE.sub("\ufffd", text) for text in texts], words=words), strict=True
    ):
        ends = list(itertools.accumulate(map(len, tokens)))
        out.append([text[end - len(token) : end] for end, token in zip(ends, tokens, strict=True)])
    return out

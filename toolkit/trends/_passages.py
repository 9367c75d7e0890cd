"""A term in the sentences it stands in, as they were published."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit import lexicons, text
from toolkit.schema import DOCUMENTS, PASSAGES, ChoiceError, as_whole, check, is_missing, shown_value
from toolkit.trends._counts import Counts, document_texts

# a sentence with its stops and the closing marks behind them
_STOPS = "。！？!?"
_SENTENCE = re.compile(rf"[^{_STOPS}\r\n\u2028\u2029]+(?:[{_STOPS}]+[”’」』）)\]】》]*)?")
_LINK = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True)
class _Folded:
    """A sentence in the form that matching works on, and where each of its characters stands in the original."""

    value: str
    starts: Sequence[int]
    ends: Sequence[int]


def concordance(
    term: str | Sequence[str],
    documents: pd.DataFrame,
    *,
    width: int = 40,
    limit: int = 50,
    words: Any | None = None,
) -> pd.DataFrame:
    """PASSAGES: the sentences that hold a term, as they were published, newest document first, at most `limit`.

    `term` is one way of writing it or several (a trend's term with its variants); the column `term` has the one that
    stands there. Traditional, full-width and differently cased originals are found too. `sentence` is a piece of the
    original title or body: the sentence, cut to `width` characters before and after the term where it is longer.
    `start` and `end` are the term's code points in it, end exclusive. A sentence has one row, a second one only
    where the term stands again beyond the cut; a sentence that a document repeats (a title on top of its body) is
    shown once.

    A match that begins or ends inside a word and reaches into the next is none (面包 does not stand in 方面包括),
    unless that is all there is; `words` are the user words for cutting (default: the user-word lexicon). `url` is kept where it begins with http or https. Undated documents come last. Copies
    (`duplicate_of` is set, or exact repeats where none is) are left out; `frame.attrs["notes"]` counts them. A term nobody uses gives an empty frame
    with a note.

    Raises ChoiceError for a term that is blank or no text, for Counts (they hold no original text), and for a `width`
    that is no whole number from 0 or a `limit` that is none from 1.

    >>> frame = pd.DataFrame({"doc_id": ["a"], "title": ["秋天到了"], "body": ["今天上新。桂花拿鐵ＬＡＴＴＥ半價！"]})
    >>> concordance("拿铁latte", frame)[["sentence", "start", "end"]].values.tolist()
    [['桂花拿鐵ＬＡＴＴＥ半價！', 2, 9]]
    """
    if isinstance(documents, Counts):
        raise ChoiceError("词频里没有原文，找不到句子。请给内容表，例如 concordance(词, documents)。")
    width = as_whole(width, "width（词的前后各留几个字）", least=0)
    limit = as_whole(limit, "limit（最多列出几句）")
    forms = _forms([term] if isinstance(term, str) or not isinstance(term, Iterable) else term)
    pattern = _pattern(forms)
    frame = check(documents, DOCUMENTS)
    copies = frame["duplicate_of"].notna()
    if not copies.any():
        copies = frame.duplicated(["source", "title", "body"])
    notes = [f"{int(copies.sum())} 篇转抄没有列出。"] if copies.any() else []
    frame = frame[~copies].sort_values(
        ["published_at", "doc_id"], ascending=[False, True], na_position="last", kind="stable"
    )
    holds = [pattern.search(value) is not None for value in text.fold(document_texts(frame))]
    found = frame[holds].to_dict("records")
    chosen = lexicons.user_words() if words is None else words
    rows: list[tuple[Any, ...]] = []
    for cut in (chosen, None):
        passages = (row for document in found for row in _passages(document, pattern, forms, width, cut))
        rows = rows or list(itertools.islice(passages, limit))
    if not rows:
        notes.append(f"没有内容里写到「{next(iter(forms.values()))}」。请换一种写法，或检查读入的内容。")
    out = pd.DataFrame(rows, columns=PASSAGES.names)
    out = check(out, PASSAGES) if rows else PASSAGES.empty()
    out.attrs["notes"] = notes
    return out


def _forms(terms: Iterable[str]) -> dict[str, str]:
    """The folded form of each term with the term as it was given."""
    written = [term for term in terms if not is_missing(term)]
    wrong = [term for term in written if not isinstance(term, str)]
    if wrong:
        raise ChoiceError(f'要找的词要写成文字，例如 "桂花拿铁"（现在是 {shown_value(wrong[0])}）。')
    given = [term.strip() for term in written]
    forms: dict[str, str] = {}
    for form, term in zip(text.fold(given), given, strict=True):
        if form.strip():
            forms.setdefault(form.strip(), term)
    if not forms:
        raise ChoiceError('没有要找的词：请给一个词，或一组写法，例如 concordance("桂花拿铁", documents)。')
    return forms


def _pattern(forms: Mapping[str, str]) -> re.Pattern[str]:
    """Finds any of the folded forms, the longest where several stand; ai does not stand in said."""
    parts = []
    for number, form in sorted(enumerate(forms), key=lambda pair: (-len(pair[1]), pair[1])):
        # terms are joined with a blank between Latin words, where the text may have none: 3.5 mm
        inner = " ?".join(re.escape(piece) for piece in form.split())
        before, after = (_same_kind(form[place]) for place in (0, -1))
        parts.append(f"(?P<form{number}>(?<!{before}){inner}(?!{after}))")
    return re.compile("|".join(parts))


def _same_kind(character: str) -> str:
    """What may not stand beside a term that ends in this character; for Han that is a matter of words."""
    if character.isascii() and character.isalpha():
        return "[a-z]"
    return "[0-9]" if character.isdigit() else r"[^\s\S]"


def _passages(
    document: Mapping[str, Any], pattern: re.Pattern[str], forms: Mapping[str, str], width: int, words: Any
) -> Iterator[tuple[Any, ...]]:
    """The rows of one document, in reading order."""
    given = list(forms.values())
    link = document["url"] if not is_missing(document["url"]) and _LINK.match(document["url"]) else None
    sentences = _sentences(document["title"], document["body"])
    for sentence, value in zip(sentences, text.fold(sentences), strict=True):
        if not pattern.search(value):
            continue
        shown_to = -1
        folded = _folded(sentence)
        for found in _matches(folded, pattern, words):
            start, end = folded.starts[found.start()], folded.ends[found.end() - 1]
            if start < shown_to:
                continue
            first, shown_to = max(0, start - width), min(len(sentence), end + width)
            piece = sentence[first:shown_to]
            first += len(piece) - len(piece.lstrip())
            yield (
                given[int(str(found.lastgroup).removeprefix("form"))],
                document["doc_id"],
                document["source"],
                document["published_at"],
                document["title"],
                piece.strip(),
                start - first,
                end - first,
                link,
            )


def _sentences(*texts: str) -> list[str]:
    """The different sentences of the texts, in order."""
    found = (match[0].strip() for value in texts for match in _SENTENCE.finditer(value))
    different: dict[str, str] = {}
    for sentence in found:
        if sentence:
            different.setdefault(sentence.rstrip(_STOPS), sentence)
    return list(different.values())


def _matches(folded: _Folded, pattern: re.Pattern[str], words: Any | None) -> Iterator[re.Match[str]]:
    """The places of the terms; where `words` are given, none that cuts through a word and reaches into the next."""
    found = pattern.finditer("".join(map(_lower, folded.value)))
    if words is None:
        yield from found
        return
    owner: list[int] = []
    inside: list[bool] = []
    for number, word in enumerate(text.segment([folded.value], words=words)[0]):
        owner += [number] * len(word)
        inside += [False, *([True] * (len(word) - 1))]
    inside.append(False)
    for match in found:
        start, end = match.span()
        if owner[start] == owner[end - 1] or not (inside[start] or inside[end]):
            yield match


def _lower(character: str) -> str:
    lower = character.lower()
    return lower if len(lower) == 1 else character


def _folded(sentence: str) -> _Folded:
    """The sentence folded but for letter case, character by character, each with the marks that combine with it."""
    known: dict[str, str] = {}
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    place, blank = 0, False
    plain = text.latin_letters(sentence)
    while place < len(plain):
        end = place + 1
        while end < len(plain) and unicodedata.combining(plain[end]):
            end += 1
        written = plain[place:end]
        if written not in known:
            known[written] = text.normalise(written)
        piece = known[written]
        if not (blank and piece == " "):  # a run of blanks is one
            pieces.append(piece)
            starts += [place] * len(piece)
            ends += [end] * len(piece)
            blank = piece == " " or (blank and not piece)
        place = end
    value = "".join(pieces)
    simple = text.simplify(value)
    if len(simple) != len(value):
        simple = "".join(
            one if len(one := text.simplify(character)) == 1 else character for character in value
        )
    return _Folded(simple, starts, ends)

"""A text in the form that rules are written for, each of its characters with its place in what was typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from toolkit.compliance._disguises import Edit, closed_up, spelled_out
from toolkit.text import latin_letters, normalise, simplify


@dataclass(frozen=True)
class Form:
    """A text written in one way, and where each of its characters stands in the original.

    `disguised` is empty for the plain form. In the form whose disguises were taken off it holds a flag for each
    character: True where the character was put in for another spelling or something in front of it was taken out.
    """

    value: str
    starts: Sequence[int]
    ends: Sequence[int]
    disguised: Sequence[bool] = ()

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of a place in this form."""
        return self.starts[start], self.ends[end - 1]

    def edited(self, edits: Sequence[Edit]) -> Form:
        """This form with the edits made; they are in order and none lies over another.

        Of a spelling as long as what it stands for each character keeps its place, else all have that of the whole.
        """
        if not edits:
            return self
        flags = self.disguised or [False] * len(self.value)
        values: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        disguised: list[bool] = []
        done, opened = 0, False
        for start, end, put in (*edits, Edit(len(self.value), len(self.value), "")):
            values += [self.value[done:start], put]
            starts += self.starts[done:start]
            ends += self.ends[done:start]
            disguised += flags[done:start]
            if opened and done < start:
                disguised[done - start] = True
            one_for_one = len(put) == end - start
            starts += self.starts[start:end] if one_for_one else [self.starts[start]] * len(put)
            ends += self.ends[start:end] if one_for_one else [self.ends[end - 1]] * len(put)
            disguised += [True] * len(put)
            done, opened = end, not put
        return Form("".join(values), starts, ends, disguised)

    def shows(self, match: re.Match[str]) -> bool:
        """Whether this form has something to say with the match: one without any disguise is the plain form's."""
        return not self.disguised or any(self.disguised[match.start() : match.end()])


def forms_of(text: str) -> tuple[Form, ...]:
    """The text in its plain form, and, where it holds a disguise, once more with the disguises taken off.

    What counts as a disguise is told in `_disguises` and its lexicon.

    >>> [form.value for form in forms_of("稳 賺 不 賠，加薇❤")]
    ['稳 赚 不 赔,加薇❤', '稳赚不赔,加微信']
    """
    plain = bare = form_of(text)
    for find_edits in (spelled_out, closed_up):
        bare = bare.edited(find_edits(bare.value))
    if bare is plain:
        return (plain,)
    return plain, bare.edited(spelled_out(bare.value))


def form_of(text: str) -> Form:
    text = latin_letters(text)
    if unicodedata.is_normalized("NFKC", text) and normalise(text) == text:
        return _simplified(as_typed(text))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    place = 0
    while place < len(text):
        end = place + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        piece = normalise(text[place:end])
        pieces.append(piece)
        starts += [place] * len(piece)
        ends += [end] * len(piece)
        place = end
    return _simplified(Form("".join(pieces), starts, ends))


def as_typed(text: str) -> Form:
    return Form(text, range(len(text)), range(1, len(text) + 1))


def _simplified(form: Form) -> Form:
    """The same with traditional characters simplified, one for one; letters keep their case."""
    value = simplify(form.value)
    if len(value) != len(form.value):
        value = "".join(_simplify_one(character) for character in form.value)
    return replace(form, value=value)


def _simplify_one(character: str) -> str:
    simple = simplify(character)
    return simple if len(simple) == 1 else character

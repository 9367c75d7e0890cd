"""The verbs behind a message's desk, asked with the same options throughout."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from toolkit.widgets._message_fix import Fix, Weight, fixes_for
from toolkit.widgets._message_state import Group, Message, reached, segments_of, themes_of
from toolkit.widgets._message_view import Reading, Variant

Frames = Callable[..., pd.DataFrame]
PLATFORM = "group"
_MOST_KNOWN = 64
_GAIN = re.compile(r"(.*)（照做约 (\d+) 分）。", re.DOTALL)


@dataclass
class Verbs:
    """The verbs, and what each of them is asked with; `purpose` changes while the desk is in use."""

    score: Frames
    findings: Frames
    advise: Frames
    vary: Frames
    rewrite: Frames | None
    frame: pd.DataFrame | None
    groups: list[Group]
    rules: Any = None
    verdicts: Any = None
    purpose: str = "promotion"
    _read: dict[tuple[str, ...], Reading] = field(default_factory=dict)
    _weighed: dict[tuple[str, ...], Reading] = field(default_factory=dict)

    def _how(self) -> dict[str, Any]:
        own = {"rules": self.rules, "verdicts": self.verdicts}
        return {"platform": PLATFORM, "purpose": self.purpose} | {
            name: value for name, value in own.items() if value is not None
        }

    def read(self, text: str, kind: str, segment: str = "") -> Reading:
        """All that is shown of one text, as a segment hears it."""
        key = (text, kind, segment, self.purpose)
        if key not in self._read:
            _keep(self._read, key, self._ask(text, kind, segment))
        return self._read[key]

    def _ask(self, text: str, kind: str, segment: str) -> Reading:
        audience = {"audience": themes_of(segment, self.groups)} if segment else {}
        how = {"kind": kind, **audience, **self._how()}
        scored = self.score([text], **how).iloc[0].to_dict()
        found = self.findings(text, **self._how()).to_dict("records")
        advice = self.advise(text, **how).to_dict("records")
        return Reading(text, scored, found, advice, max(0, int(scored["findings"]) - len(found)))

    def weigh(self, text: str, kind: str, segment: str = "") -> Reading:
        """The same without asking for advice, at half the time: what the score says of it is read again."""
        key = (text, kind, segment, self.purpose)
        if key in self._read:
            return self._read[key]
        if key not in self._weighed:
            audience = {"audience": themes_of(segment, self.groups)} if segment else {}
            scored = self.score([text], kind=kind, **audience, **self._how()).iloc[0].to_dict()
            found = self.findings(text, **self._how()).to_dict("records")
            advice = [_advice_row(line) for line in scored["advice"]]
            blanks = max(0, int(scored["findings"]) - len(found))
            _keep(self._weighed, key, Reading(text, scored, found, advice, blanks))
        return self._weighed[key]

    def fixes(self, read: Reading, kind: str) -> list[Fix]:
        """The changes that the verbs give for what was found."""

        def weight(text: str) -> Weight:
            row = self.score([text], kind=kind, **self._how()).iloc[0]
            return str(row["gate"]), int(row["findings"]), float(row["craft"])

        return fixes_for(read.text, read.found, weigh=weight, rewrite=self.rewrite, **self._how())

    def swapped(self, message: Message, segments: Sequence[str]) -> dict[str, tuple[str, list[str]]]:
        """For each segment the text in its words, and what was changed."""
        if not segments or not message.text.strip():
            return {name: (message.text, []) for name in segments}
        options = {"segments": list(segments), "groups": self.frame, "kind": message.kind}
        rows = self.vary(message.text, **options, **self._how()).to_dict("records")
        return {str(row["segment"]): (str(row["text"]), list(row["changes"])) for row in rows}

    def audiences(self, message: Message) -> list[str]:
        """The segments that a message could be told in own words; none where it reaches one only."""
        named = segments_of(reached(message.to, self.groups))
        return named if len(named) > 1 else []

    def variants(self, message: Message) -> list[Variant]:
        """One text for each segment that the message reaches."""
        named = self.audiences(message)
        auto = self.swapped(message, [name for name in named if name not in message.own])
        meant = reached(message.to, self.groups)
        return [
            self._variant(message, name, auto, [one for one in meant if one.segment == name])
            for name in named
        ]

    def _variant(
        self, message: Message, name: str, auto: Mapping[str, tuple[str, list[str]]], groups: Sequence[Group]
    ) -> Variant:
        if name in message.shared:
            return Variant(name, len(groups), message.text, shared=True)
        if name in message.own:
            own = message.own[name]
            return Variant(name, len(groups), own.text, own=True, stale=own.base != message.text)
        text, changes = auto.get(name, (message.text, []))
        return Variant(name, len(groups), text, changes)


def _advice_row(line: str) -> dict[Any, Any]:
    """A sentence of a score's advice as a row: those without a gain are what must be done first.

    >>> _advice_row("开头点明对谁说（照做约 41 分）。")
    {'advice': '开头点明对谁说。', 'part': 'craft', 'craft': 41.0}
    """
    match = _GAIN.fullmatch(line)
    if match is None:
        return {"advice": line, "part": ""}
    return {"advice": f"{match.group(1)}。", "part": "craft", "craft": float(match.group(2))}


def _keep(known: dict[tuple[str, ...], Reading], key: tuple[str, ...], read: Reading) -> None:
    """Remember a reading; the oldest makes way."""
    while len(known) >= _MOST_KNOWN:
        known.pop(next(iter(known)))
    known[key] = read

"""One finding, as the rooms that check many texts pass it on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One row of FINDINGS; `start` and `end` are code points of the original text, end exclusive."""

    rule_id: str
    category: str
    severity: str
    start: int
    end: int
    text: str
    clause: str
    why: str
    suggestion: str

"""FINDINGS of a text, and the gate they make."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from toolkit.compliance._find import Finding, find
from toolkit.schema import FINDINGS, is_missing


def check_copy(text: str, *, purpose: str = "promotion", platform: str | None = None) -> pd.DataFrame:
    """FINDINGS of one text in reading order; no findings, and an empty text, give an empty frame.

    Matching is done on the text with full-width and other compatibility forms unified, invisible marks removed
    and traditional characters simplified; `start`, `end` and `text` are of the original.

    - `purpose="editorial"` leaves out the rules that bind advertisements only (scope `ad`); rules that bind
      every text (rumours, privacy, induced sharing …) stay.
    - `platform=None` means that the text may go anywhere: the rules of every platform apply, and `why` names
      the platforms. With a platform only its own and the general rules apply.
    - A match whose sentence reports about offences, or whose text is labelled as an advertisement where only
      the label was missing, has category `exempt` and severity `info`: shown, but no reason to stop.
    - A finding that lies within another of the same category and at least the same severity is left out.

    Raises ChoiceError for an unknown purpose or platform.

    >>> check_copy("这款锅全城最低价")[["rule_id", "severity", "start", "end", "text"]].values.tolist()
    [['absolute-008', 'block', 3, 8, '全城最低价']]
    >>> check_copy("曝光：全城最低价是骗局")["category"].tolist()
    ['exempt']
    """
    return _frame(find("" if is_missing(text) else text, purpose=purpose, platform=platform))


def gate(findings: pd.DataFrame | Iterable[Finding]) -> str:
    """The gate of FINDINGS: "block" if any blocks, "warn" if any warns or asks for a second look, else "pass".

    >>> gate(check_copy("今天的黄桃到了"))
    'pass'
    """
    if isinstance(findings, pd.DataFrame):
        pairs = set(zip(findings["severity"], findings["category"], strict=True))
    else:
        pairs = {(finding.severity, finding.category) for finding in findings}
    severities = {severity for severity, _ in pairs}
    if "block" in severities:
        return "block"
    return "warn" if "warn" in severities or any(kind == "second_look" for _, kind in pairs) else "pass"


@functools.cache
def _empty() -> pd.DataFrame:
    return FINDINGS.empty()


def _frame(found: list[Finding]) -> pd.DataFrame:
    """FINDINGS of the values, built by hand: `schema.check` takes three times as long, too slow while typing."""
    if not found:
        return _empty().copy()
    data: dict[str, Any] = {name: [getattr(finding, name) for finding in found] for name in FINDINGS.names}
    for name in ("start", "end"):
        data[name] = pd.arrays.IntegerArray(
            np.array(data[name], dtype=np.int64), np.zeros(len(found), dtype=bool)
        )
    return pd.DataFrame(data)

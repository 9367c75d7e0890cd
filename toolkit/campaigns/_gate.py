"""What the gate says of a playbook's outlines."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from toolkit import compliance
from toolkit.campaigns._blanks import filled
from toolkit.campaigns._shape import Playbook
from toolkit.schema import COLUMN_WORDS


@dataclass(frozen=True)
class Blocked:
    """An outline that may not be sent: its item, its key (title or copy), the words at fault, what they are, the clause
    and the reason.
    """

    item: str
    key: str
    text: str
    category: str
    clause: str
    why: str


@functools.lru_cache(maxsize=4096)
def _faults(text: str) -> tuple[tuple[str, str, str, str], ...]:
    """The blocking findings of a text for groups: words, category, clause, why."""
    # a second look asks for a person's eye and never blocks
    found = compliance.find(text, platform="group", second_look=False)
    return tuple((one.text, one.category, one.clause, one.why) for one in found if one.severity == "block")


def in_place_of(outline: str) -> str:
    """What stands in place of a title or outline that may not be sent, as it is; "" where it may.

    >>> in_place_of("街坊们，板栗到了。")
    ''
    """
    faults = _faults(filled(outline, {}))
    if not faults:
        return ""
    kinds = "、".join(dict.fromkeys(COLUMN_WORDS["category"].get(fault[1], fault[1]) for fault in faults))
    return f"【…改写：这一条的原文涉及{kinds}，不能发】"


def blocked_outlines(book: Playbook) -> list[Blocked]:
    """Every outline of a playbook that the gate blocks, bare or with the examples in its blanks."""
    examples = {row["blank"]: row["example"] for row in book.blanks}
    found: dict[tuple[str, str], Blocked] = {}
    for item in book.items:
        for key, outline in (("title", item.title), ("copy", item.copy)):
            for values in ({}, examples):
                for text, category, clause, why in _faults(filled(outline, values)):
                    found.setdefault(
                        (item.item, clause), Blocked(item.item, key, text, category, clause, why)
                    )
    return list(found.values())

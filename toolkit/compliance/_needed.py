"""Which characters a text must hold before a rule can match it: most rules are passed over by that alone."""

from __future__ import annotations

from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

# a set of more characters hardly keeps any text out
_MOST = 12
_REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT)


def needed(pattern: str) -> tuple[frozenset[str], ...]:
    """Sets of characters: a text without one of each set cannot match. Empty where nothing can be said.

    >>> [sorted(one) for one in needed("(?:全城|全网).{0,4}[低便]")]
    [['全'], ['城', '网'], ['低', '便']]
    """
    found = dict.fromkeys(one for one in _of(parser.parse(pattern)) if len(one) <= _MOST)
    return tuple(sorted(found, key=len))


def _of(tree: Any) -> list[frozenset[str]]:
    """A set for each part in a row that has to stand there."""
    sets: list[frozenset[str]] = []
    for operator, argument in tree:
        if operator is constants.LITERAL:
            sets.append(frozenset(chr(argument)))
        elif operator is constants.IN:
            if all(kind is constants.LITERAL for kind, _ in argument):
                sets.append(frozenset(chr(code) for _, code in argument))
        elif operator is constants.SUBPATTERN:
            sets += _of(argument[-1])
        elif operator in _REPEATS and argument[0] > 0:
            sets += _of(argument[2])
        elif operator is constants.ASSERT:
            sets += _of(argument[1])
        elif operator is constants.BRANCH:
            sets += _either([_of(branch) for branch in argument[1]])
    return sets


def _either(branches: list[list[frozenset[str]]]) -> list[frozenset[str]]:
    """One of the branches has to stand there: the first sets of all together, then the second ones, …"""
    return [frozenset().union(*row) for row in zip(*branches, strict=False)]

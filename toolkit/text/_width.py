"""Width of text in half-width units."""

from __future__ import annotations

import unicodedata


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

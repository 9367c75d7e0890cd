"""Clock times of a day as people write them, in whole minutes."""

from __future__ import annotations

import re
from collections.abc import Sequence

MINUTES_A_DAY = 1440
_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})")


def parse_clock(text: str) -> int:
    """Minutes after midnight of an "HH:MM" (24:00 included). Raises ValueError for anything else.

    >>> parse_clock("08:30"), parse_clock("24:00")
    (510, 1440)
    """
    match = _CLOCK.fullmatch(text.strip())
    minutes = int(match[1]) * 60 + int(match[2]) if match else -1
    if match is None or int(match[2]) > 59 or minutes > MINUTES_A_DAY:
        raise ValueError(text)
    return minutes


def parse_slots(values: Sequence[str]) -> list[int]:
    """Slots as sorted minutes after midnight, each once. Raises ValueError with the slot that is none."""
    minutes = {parse_clock(value): value for value in values}
    if MINUTES_A_DAY in minutes:
        raise ValueError(minutes[MINUTES_A_DAY])
    return sorted(minutes)


def parse_quiet(values: Sequence[str]) -> list[tuple[int, int]]:
    """Quiet spans as half-open minute pairs within one day; a span over midnight becomes two.

    >>> parse_quiet(["22:00-08:00"])
    [(1320, 1440), (0, 480)]
    """
    spans = []
    for value in values:
        begin, mark, end = re.sub("[－–—~～至]", "-", value).partition("-")
        if not mark:
            raise ValueError(value)
        try:
            first, last = parse_clock(begin) % MINUTES_A_DAY, parse_clock(end)
        except ValueError as error:
            raise ValueError(value) from error
        spans += [(first, last)] if first < last else [(first, MINUTES_A_DAY), (0, last)]
    return [span for span in spans if span[0] < span[1]]

"""Where in a TOML text each table and key stands: what the parser of the standard library does not tell."""

from __future__ import annotations

import re
from collections import Counter

Place = tuple[str | int, ...]

_TABLE = re.compile(r"\s*\[(\[)?\s*([\w-]+)\s*\]")
_KEY = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*=")
_ONE_LINE_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')


def key_lines(text: str) -> dict[Place, int]:
    """Line (from 1) of each table and key of a text that parses: ("items", 0), ("items", 0, "kind"), ("name",).

    Tables are one level deep, as in playbooks; a table that comes once is ("rules",), its keys ("rules", "min_gap").

    >>> key_lines('name = "a"\\n[[items]]\\ncopy = \"\"\"\\nkind = 1\\n\"\"\"\\nkind = "b"\\n')
    {('name',): 1, ('items', 0): 2, ('items', 0, 'copy'): 3, ('items', 0, 'kind'): 6}
    """
    found: dict[Place, int] = {}
    seen: Counter[str] = Counter()
    here: Place = ()
    quote, depth = "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not quote and not depth:
            if table := _TABLE.match(line):
                name = table[2]
                here = (name, seen[name]) if table[1] else (name,)
                seen[name] += 1
                found.setdefault(here, number)
                continue
            if key := _KEY.match(line):
                found.setdefault((*here, key[1]), number)
        quote, depth = _after(line, quote, depth)
    return found


def _after(line: str, quote: str, depth: int) -> tuple[str, int]:
    """The long quote that stands open after a line ("" for none), and how many brackets do."""
    i = 0
    while i < len(line):
        three = line[i : i + 3]
        if quote:
            if line[i] == "\\" and quote == '"""':
                i += 2
                continue
            if three == quote:
                quote, i = "", i + 3
                continue
        elif three in ('"""', "'''"):
            quote, i = three, i + 3
            continue
        elif line[i] == "#":
            break
        elif string := _ONE_LINE_STRING.match(line, i):
            i = string.end()
            continue
        elif line[i] in "[{":
            depth += 1
        elif line[i] in "]}":
            depth -= 1
        i += 1
    return quote, depth

"""Names of files that came from outside, made fit for any disk, and a free one beside those that are there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

# bytes of one part of a path: disks take 255, and （换下 2026-09-21 0930） may be put into it
_LONGEST = 200
# folders that a file may lie in; one that came deeper lies in the innermost of them
_DEEPEST = 3
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
_BARRED = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
_SUFFIX = re.compile(r"(?:\.[A-Za-z0-9]{1,8}){1,2}$")
NAMELESS = "未命名"


def clean_name(name: str) -> str:
    """A file's name or path from outside as a relative path with / that any disk takes and that leads nowhere else.

    Steps upwards, drives, control characters and those that turn the reading direction, marks that Windows bars, dots
    and blanks at either end go; names that Windows keeps for devices get a _ before them; long ones are cut, their
    suffix kept.

    >>> clean_name("../../etc/甲.csv"), clean_name("CON.txt"), clean_name("C:\\\\表\\\\群.xlsx")
    ('etc/甲.csv', '_CON.txt', '表/群.xlsx')
    """
    parts = [
        _clean_part(part)
        for part in re.sub(r"^[A-Za-z]:(?=[\\/])", "", str(name)).replace("\\", "/").split("/")
    ]
    kept = [part for part in parts if part]
    return "/".join([*kept[:-1][-_DEEPEST:], kept[-1]]) if kept else NAMELESS


def _clean_part(part: str) -> str:
    """One part of a path, "" for one that names nothing."""
    plain = unicodedata.normalize("NFC", re.sub("[\ud800-\udfff]", "", part))
    shown = "".join(
        one for one in plain if unicodedata.category(one) not in ("Cc", "Cf", "Co", "Cn", "Zl", "Zp")
    )
    # ~$ stands before what Excel keeps beside an open file, and every reader passes it over
    text = shown.translate(_BARRED).strip(". \u3000").removeprefix("~$").strip(". \u3000")
    if _RESERVED.fullmatch(text.split(".")[0].strip()):
        text = f"_{text}"
    return _cut(text)


def _cut(text: str) -> str:
    if len(text.encode()) <= _LONGEST:
        return text
    found = _SUFFIX.search(text)
    suffix = found[0] if found else ""
    room = _LONGEST - len(suffix.encode())
    return text.removesuffix(suffix).encode()[:room].decode(errors="ignore").rstrip(". ") + suffix


def numbered(name: str, number: int) -> str:
    """The name with a number before its suffix.

    >>> numbered("同行/甲.csv.gz", 2)
    '同行/甲（2）.csv.gz'
    """
    return marked(name, f"（{number}）")


def marked(name: str, mark: str) -> str:
    """The name with a mark before its suffix."""
    found = _SUFFIX.search(name)
    suffix = found[0] if found else ""
    return f"{name.removesuffix(suffix)}{mark}{suffix}"


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name, or the name with the first number that is not taken; letter case does not tell names apart.

    >>> free_name("甲.csv", ["甲.CSV", "甲（2）.csv"])
    '甲（3）.csv'
    """
    known = {one.casefold() for one in taken}
    number, found = 1, name
    while found.casefold() in known:
        number += 1
        found = numbered(name, number)
    return found


def free_path(path: Path) -> Path:
    """The path, or one beside it whose name no file has."""
    beside = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
    return path.with_name(free_name(path.name, beside))

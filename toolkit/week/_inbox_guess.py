"""What kind of thing a file is that somebody dropped: told by its headers and its text first, by its name second."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from toolkit import lexicons, tables
from toolkit.campaigns import read_costs, read_group_days, read_incidents, read_messages, read_tests
from toolkit.review._results_rows import LINKS, ORDERS, read_exports
from toolkit.schedule import read_groups, read_items
from toolkit.schema import DOCUMENTS, ITEMS, InputError, ToolkitError

# of a large table so much tells what it is
_HEAD = 200_000
_HEADED = (".csv", ".tsv", ".jsonl", ".ndjson")
_CHATS = (".txt", ".log")
_OWN = re.compile(r"自己|我们|自家|本号|我的号|own[_ -]?posts", re.IGNORECASE)
# what only a table of content says of a row
_OF_CONTENT = {"source", "doc_id"}
# what of an export that no platform's headers name says that it is of our own posts
_OF_OURS = {"post_id", "code"}
# what only a table of items to be sent says of a row
_OF_ITEMS = {
    "tone",
    "waves",
    "must_send",
    "earliest",
    "latest",
    "groups",
    "phase",
    "clock",
    "after",
    "value",
    "minutes",
}


# the platform of an export whose headers name none
_ANY = "通用"
# readers that know their own headers and take nobody else's
_TABLES: dict[str, tuple[Callable[..., object], str]] = {
    "groups": (read_groups, "表头里有群编号、人数和时段"),
    "group_days": (read_group_days, "表头里有群编号、日期和人数"),
    "costs": (read_costs, "表头里有活动和金额"),
    "tests": (read_tests, "表头里有测试、版本和条目编号"),
    "incidents": (read_incidents, "表头里有群编号和什么事"),
    "messages": (read_messages, "表头里有发送人和内容，像群聊的导出"),
}


class Guess(NamedTuple):
    """A kind and the sentence that says why."""

    kind: str
    reason: str


def guess_kind(path: Path, name: str) -> Guess:
    """The kind of a file and why; what nothing tells is content of rivals."""
    suffix = tables.suffix_of(path)
    if suffix in tables.TABLE_SUFFIXES:
        return _of_table(path, suffix, name)
    if suffix in _CHATS and _reads(read_messages, path):
        return Guess("messages", "里面一条条有昵称和时间，像群聊的导出")
    return _of_name(name, "是文章、网页或订阅")


def _of_name(name: str, why: str) -> Guess:
    if _OWN.search(name):
        return Guess("own", "名字像自己发过的内容")
    return Guess("documents", f"{why}，当作同行内容")


def _of_table(path: Path, suffix: str, name: str) -> Guess:
    with tempfile.TemporaryDirectory() as folder:
        head = _head_of(path, suffix, Path(folder))
        for kind, (reader, reason) in _TABLES.items():
            if _reads(reader, head):
                return Guess(kind, reason)
        items, content = _columns(head)
        if items & _OF_ITEMS and _reads(read_items, head):
            return Guess("items", "表头里有条目编号和标题，还有怎么排的列")
        # a platform's own headers are surer than titles and counts, which tables of content have too
        platform, sure = _platform(head)
        if platform and (sure or not content & _OF_CONTENT):
            return Guess("results", f"表头像{platform}效果数据")
        if {"item_id", "title"} <= items and not content & _OF_CONTENT:
            return Guess("items", "表头里有条目编号和标题")
    return _of_name(name, "表头里有标题或正文" if content & {"title", "body"} else "表头认不出来")


def _head_of(path: Path, suffix: str, folder: Path) -> Path:
    """The file, or its first rows where it is a large table in plain text."""
    if suffix not in _HEADED or path.suffix.lower() == ".gz" or path.stat().st_size <= _HEAD:
        return path
    with path.open("rb") as stream:
        start = stream.read(_HEAD)
    head = folder / path.name
    head.write_bytes(start[: start.rfind(b"\n") + 1] or start)
    return head


def _reads(reader: Callable[..., object], path: Path) -> bool:
    """Whether a reader knows the headers."""
    try:
        reader(path)
    except (ToolkitError, ValueError, OSError):
        return False
    return True


def _columns(path: Path) -> tuple[set[str], set[str]]:
    """The columns of ITEMS and of DOCUMENTS that the headers of a file name, over all its sheets."""
    aliases = lexicons.header_aliases()

    def of_content(header: list[str]) -> set[str]:
        return set(tables.map_columns(header, DOCUMENTS, aliases=aliases).values())

    items: set[str] = set()
    content: set[str] = set()
    try:
        opened = tables.open_tables(path, is_header=lambda header: len(of_content(header)) > 1)
    except InputError:
        return items, content
    for table in opened:
        items |= set(tables.map_columns(table.header, ITEMS).values())
        content |= of_content(table.header)
    return items, content


def tells_content(path: Path) -> bool:
    """Whether the headers of a table name a title or a body."""
    return bool(_columns(path)[1] & {"title", "body"})


def _platform(path: Path) -> tuple[str, bool]:
    """Whose export of ours a file is in words, "" for none; and whether it lists orders or links, as no content does."""
    try:
        exports = read_exports((path,), None).exports
    except (ToolkitError, ValueError, OSError):
        return "", False
    named = [one for one in exports if one.platform != _ANY or _OF_OURS & set(one.cells)]
    if not named:
        return "", False
    word = "自己记的" if named[0].platform == _ANY else f"{named[0].platform}导出的"
    return word, named[0].kind in (ORDERS, LINKS)

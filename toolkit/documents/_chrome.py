"""What is no content: log-in prompts, buttons, follow-me lines and tails of pages, and lines that a site repeats.

The lines are data: `corpora/lexicons/page-chrome.csv` (kind, where, pattern, example, counter_example) and
`blocked-pages.csv`. A pattern must match a whole line as `_bare` leaves it; `<date>` in it stands for any date or time.
`where` says where such a line is chrome: 全文 anywhere, 首尾 before or after all but `ENDS` lines of the text (in its
middle it may be an author's own), 帖子 anywhere in a forum's thread.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable

import pandas as pd

from toolkit import lexicons, text

# the longest line that is looked at; copyright tails reach this, and it bounds the time a pattern can take
LONGEST_LINE = 200
ENDS = 2
# a repeated line shorter than this may be a heading of the author's own (准备食材)
SHORTEST_SLOGAN = 12
LONGEST_QUOTE = 60
_DATE = (
    r"(?:\d{4}[-/.年]\s*\d{1,2}[-/.月]\s*\d{1,2}日?(?:\s*t?\d{1,2}:\d{2}(?::\d{2})?)?|\d{1,2}[-月]\d{1,2}日?(?:\s*\d{1,2}:\d{2})?"
    r"|刚刚|半小时前|\d{1,4}\s*(?:秒|分钟|小时|天|周|个月|年)前|[昨今前]天(?:\s*\d{1,2}:\d{2})?)"
)
# a question mark at the end stays: who asks is no button
_EDGES = re.compile(r"^[\W_]+|(?:[^\w?]|_)+$")
_GAPS = re.compile(r"[\s|·•/>»【】\[\]]+")


@functools.cache
def _pattern(where: str, kind: str = "") -> re.Pattern[str]:
    """One pattern for the lines that are chrome there, of every kind or of one."""
    found = [
        row["pattern"].replace("<date>", _DATE)
        for row in lexicons.rows("page-chrome")
        if where in row["where"] and (row["kind"] == kind if kind else row["kind"] != "站名")
    ]
    return re.compile("|".join(f"(?:{pattern})" for pattern in found))


def _bare(lines: Iterable[str]) -> list[str]:
    """Each line as the patterns see it: folded, without marks at its ends; empty where it is too long to be chrome."""
    short = [line if len(line) <= LONGEST_LINE else "" for line in lines]
    return [_EDGES.sub("", line) for line in text.fold(short)]


def _where(line: str, *, thread: bool = False) -> str:
    """Where a line as `_bare` leaves it is chrome: 全文, 首尾 or "" for nowhere."""
    if not line:
        return ""
    if _pattern("全文").fullmatch(line) or (thread and _pattern("帖子").fullmatch(line)):
        return "全文"
    if _pattern("首尾").fullmatch(line):
        return "首尾"
    words = _GAPS.split(line)
    sure = [bool(_pattern("全文", "按钮").fullmatch(word)) for word in words]
    if not all(
        known or _pattern("首尾", "按钮").fullmatch(word) for known, word in zip(sure, words, strict=True)
    ):
        return ""
    return "全文" if any(sure) else "首尾"


def clean_lines(content: str, *, thread: bool = False) -> tuple[str, list[str]]:
    """The text without the lines that are chrome from end to end, and these lines in order.

    `thread` marks the posts of a forum. A text that would be left without any line comes back as it is.

    >>> clean_lines("看底部的小嘴。\\n登录后查看更多\\n回复 举报")
    ('看底部的小嘴。', ['登录后查看更多', '回复 举报'])
    """
    lines = content.split("\n")
    where = [
        "" if line.lstrip().startswith("#") else _where(bare, thread=thread)
        for line, bare in zip(lines, _bare(lines), strict=True)
    ]
    gone = {place for place, found in enumerate(where) if found == "全文"}
    told = [place for place, line in enumerate(lines) if line.strip() and place not in gone]
    for order in (told, told[::-1]):
        passed = 0
        for place in order:
            if where[place]:
                gone.add(place)
            else:
                passed += 1
            if passed == ENDS:
                break
    kept = [line for place, line in enumerate(lines) if place not in gone]
    if not gone or not any(line.strip() for line in kept):
        return content, []
    return "\n".join(kept).strip("\n"), [lines[place].strip() for place in sorted(gone)]


def cleaning_note(removed: list[str]) -> str:
    """What an editor reads about the lines that were taken out: each of them, once.

    >>> cleaning_note(["登录后查看更多", "顶", "顶"])
    '去掉 3 行网页杂项：「登录后查看更多」「顶」'
    """
    return f"去掉 {len(removed)} 行网页杂项：{_quoted(removed)}"


def _quoted(lines: list[str]) -> str:
    """Each different line in quotes, a long one cut."""
    cut = [
        line if len(line) <= LONGEST_QUOTE else f"{line[:LONGEST_QUOTE]}…" for line in dict.fromkeys(lines)
    ]
    return "".join(f"「{line}」" for line in cut)


def site_part(part: str) -> bool:
    """Whether the end of a page's title is the name of its site (网易订阅, Powered by Discuz!)."""
    return bool(_pattern("", "站名").fullmatch(_bare([part])[0]))


def blocked_reason(title: str, visible: list[str], main: str, scripts: str) -> str:
    """Why a page is no document (verification, deleted, log-in, preview, error page), else "".

    The page is one only where little else stands on it: a long article about 环境异常 is an article.
    """
    # what scripts are missing for (noscript) is in the main text alone
    lines = _bare(dict.fromkeys([*visible, *main.split("\n")]))
    heading = _bare([title])[0]
    said = [row for row in lexicons.rows("blocked-pages") if _says(row, heading, lines, scripts)]
    if not said:
        return ""
    everything = [
        re.compile(row["pattern"]) for row in lexicons.rows("blocked-pages") if row["where"] == "line"
    ]
    rest = 0
    for line, bare in zip(main.split("\n"), _bare(main.split("\n")), strict=True):
        if not (_where(bare) or any(pattern.fullmatch(bare) for pattern in everything)):
            rest += len("".join(line.split()))
    return next((row["reason"] for row in said if rest <= int(row["longest"])), "")


def _says(row: dict[str, str], title: str, lines: list[str], scripts: str) -> bool:
    pattern = re.compile(row["pattern"])
    if row["where"] == "title":
        return bool(pattern.fullmatch(title))
    if row["where"] == "script":
        return bool(pattern.search(scripts))
    return any(
        pattern.fullmatch(part) for line in lines if line for part in {line, *re.split(r"[。,!]\s*", line)}
    )


def drop_repeated(
    frame: pd.DataFrame, pages: list[tuple[str, list[int]]], note: Callable[[str, int, str], None]
) -> None:
    """Take out of `frame` the slogans that a source's pages begin or end with: see `_repeated_lines`.

    `pages` are the name and the rows of each page. A document that would be left empty keeps its text, with a note.
    """
    sources: dict[str, list[tuple[str, list[int]]]] = {}
    for path, rows in pages:
        sources.setdefault(str(frame["source"].iloc[rows[0]]), []).append((path, rows))
    for source, group in sources.items():
        repeated = _repeated_lines(frame, group)
        dropped: list[str] = []
        for path, rows in group:
            for row in rows if repeated else []:
                dropped += _drop_from(frame, row, repeated, path, note)
        if dropped:
            told = f"「{source}」的" if source else ""
            note(
                group[0][0],
                0,
                f"去掉 {len(dropped)} 行在{told}半数以上网页首尾重复出现的行：{_quoted(dropped)}",
            )


def _repeated_lines(frame: pd.DataFrame, group: list[tuple[str, list[int]]]) -> set[str]:
    """Lines on at least half and at least three of the pages, in the first or last quarter of each that has them.

    Short lines and list entries are left alone: recipes repeat 准备食材 and 少许盐. Pages of one title or with the same
    longest line count once, so that copies do not make each other's text a repeated line.
    """
    counts: Counter[str] = Counter()
    inside: set[str] = set()
    known: set[str] = set()
    pages = 0
    for _, rows in group:
        bodies = [str(frame["body"].iloc[row]).split("\n") for row in rows]
        lines = [line.strip() for body in bodies for line in body if line.strip()]
        near = min(3, max(1, len(lines) // 4))
        middle = lines[near:-near]
        edges = {*lines[:near], *lines[-near:]}
        inside.update(set(middle) - edges)
        marks = {str(frame["title"].iloc[rows[0]]).strip(), max(middle or lines, key=len, default="")} - {""}
        if not marks & known:
            pages += 1
            counts.update(line for line in edges - marks if len(line) >= SHORTEST_SLOGAN)
        known |= marks
    enough = max(3, pages / 2)
    return {
        line
        for line, count in counts.items()
        if count >= enough and line not in inside and not re.match(r"[-•|\d]", line)
    }


def _drop_from(
    frame: pd.DataFrame, row: int, repeated: set[str], path: str, note: Callable[[str, int, str], None]
) -> list[str]:
    title, lines = str(frame["title"].iloc[row]).strip(), str(frame["body"].iloc[row]).split("\n")
    gone = [line.strip() for line in lines if line.strip() in repeated - {title}]
    kept = [line for line in lines if line.strip() not in gone]
    if not gone:
        return []
    if not any(line.strip() for line in kept):
        note(path, 0, "正文每一行都在同一来源的多数网页里出现，仍按原样保留")
        return []
    frame.iloc[row, frame.columns.get_loc("body")] = "\n".join(kept).strip("\n")
    return gone

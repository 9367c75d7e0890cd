"""What is no content: log-in prompts, buttons, follow-me lines and tails of pages, and lines that a site repeats.

The lines are data: `corpora/lexicons/page-chrome.csv` (kind, pattern, example, counter_example) and
`blocked-pages.csv`. A pattern must match a whole line as `_bare` leaves it; `<date>` in it stands for any date or time.
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
# what may follow the head of a list of links, and what it is known by not to hold
LONGEST_LINK = 45
_SENTENCE = re.compile(r"[。；;]|[，,].*[，,]")
_DATE = (
    r"(?:\d{4}[-/.年]\s*\d{1,2}[-/.月]\s*\d{1,2}日?(?:\s*t?\d{1,2}:\d{2}(?::\d{2})?)?|\d{1,2}[-月]\d{1,2}日?(?:\s*\d{1,2}:\d{2})?"
    r"|刚刚|半小时前|\d{1,4}\s*(?:秒|分钟|小时|天|周|个月|年)前|[昨今前]天(?:\s*\d{1,2}:\d{2})?)"
)
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_GAPS = re.compile(r"[\s|·•/>»【】\[\]]+")


@functools.cache
def _pattern(kinds: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for the kinds named, or for every kind that is a line of its own."""
    rows = [row for row in lexicons.rows("page-chrome") if (row["kind"] in kinds or not kinds)]
    found = [row["pattern"].replace("<date>", _DATE) for row in rows if kinds or row["kind"] != "站名"]
    return re.compile("|".join(f"(?:{pattern})" for pattern in found))


def _bare(lines: Iterable[str]) -> list[str]:
    """Each line as the patterns see it: folded, without marks at its ends; empty where it is too long to be chrome."""
    short = [line if len(line) <= LONGEST_LINE else "" for line in lines]
    return [_EDGES.sub("", line) for line in text.fold(short)]


def _is_chrome(line: str) -> bool:
    if not line:
        return False
    if _pattern(()).fullmatch(line):
        return True
    return all(_pattern(("按钮",)).fullmatch(word) for word in _GAPS.split(line))


def clean_lines(content: str, *, lists: bool = False) -> tuple[str, list[str]]:
    """The text without the lines that are chrome from end to end, and these lines in order.

    `lists` also drops the short lines under the head of a list of links (相关阅读, 猜你喜欢). A text that would be
    left without any line comes back as it is.

    >>> clean_lines("看底部的小嘴。\\n登录后查看更多\\n回复 举报")
    ('看底部的小嘴。', ['登录后查看更多', '回复 举报'])
    """
    lines = content.split("\n")
    kept: list[str] = []
    removed: list[str] = []
    in_list = False
    for line, bare in zip(lines, _bare(lines), strict=True):
        chrome = not line.lstrip().startswith("#") and _is_chrome(bare)
        if chrome:
            in_list = lists and bool(_pattern(("推荐",)).fullmatch(bare))
        elif in_list and bare:
            in_list = chrome = len(line.strip()) <= LONGEST_LINK and not _SENTENCE.search(line)
        if chrome:
            removed.append(line.strip())
        else:
            kept.append(line)
    if not removed or not any(line.strip() for line in kept):
        return content, []
    return "\n".join(kept).strip("\n"), removed


def cleaning_note(removed: list[str]) -> str:
    """What an editor reads about the lines that were taken out.

    >>> cleaning_note(["登录后查看更多", "回复 举报"])
    '去掉 2 行网页杂项，例如「登录后查看更多」'
    """
    return f"去掉 {len(removed)} 行网页杂项，例如「{_short(removed[0])}」"


def _short(line: str) -> str:
    return line if len(line) <= 24 else f"{line[:24]}…"


def site_part(part: str) -> bool:
    """Whether the end of a page's title is the name of its site (网易订阅, Powered by Discuz!)."""
    return any(_pattern(("站名",)).fullmatch(bare) for bare in _bare([part]))


def blocked_reason(title: str, visible: list[str], main: str, scripts: str) -> str:
    """Why a page is no document (verification, deleted, log-in, preview, error page), else "".

    The page is one only where little else stands on it: a long article about 环境异常 is an article.
    """
    lines = _bare(visible)
    heading = _bare([title])[0]
    said = [row for row in lexicons.rows("blocked-pages") if _says(row, heading, lines, scripts)]
    if not said:
        return ""
    everything = [
        re.compile(row["pattern"]) for row in lexicons.rows("blocked-pages") if row["where"] == "line"
    ]
    rest = 0
    for line, bare in zip(main.split("\n"), _bare(main.split("\n")), strict=True):
        if not (_is_chrome(bare) or any(pattern.fullmatch(bare) for pattern in everything)):
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
    """Take out of `frame` the lines that stand on at least half and at least three of a source's pages.

    `pages` are the name and the rows of each page. Pages of one title count once, so that copies do not make each
    other's text a repeated line. A document that would be left empty keeps its text, with a note.
    """
    sources: dict[str, list[tuple[str, list[int]]]] = {}
    for path, rows in pages:
        sources.setdefault(str(frame["source"].iloc[rows[0]]), []).append((path, rows))
    for source, group in sources.items():
        repeated = _repeated_lines(frame, group)
        if not repeated:
            continue
        dropped: list[str] = []
        for path, rows in group:
            for row in rows:
                dropped += _drop_from(frame, row, repeated, path, note)
        if dropped:
            told = f"「{source}」的" if source else ""
            note(
                group[0][0],
                0,
                f"去掉 {len(dropped)} 行在{told}半数以上网页里重复出现的行，例如「{_short(dropped[0])}」",
            )


def _repeated_lines(frame: pd.DataFrame, group: list[tuple[str, list[int]]]) -> set[str]:
    pages: dict[str, set[str]] = {}
    for _, rows in group:
        title = str(frame["title"].iloc[rows[0]]).strip()
        bodies = [str(frame["body"].iloc[row]) for row in rows]
        lines = {line.strip() for body in bodies for line in body.split("\n")}
        pages.setdefault(title or bodies[0], set()).update(lines - {"", title})
    counts = Counter(line for lines in pages.values() for line in lines)
    return {line for line, count in counts.items() if count >= max(3, len(pages) / 2)}


def _drop_from(
    frame: pd.DataFrame, row: int, repeated: set[str], path: str, note: Callable[[str, int, str], None]
) -> list[str]:
    title, body = str(frame["title"].iloc[row]).strip(), str(frame["body"].iloc[row])
    lines = body.split("\n")
    kept = [line for line in lines if line.strip() == title or line.strip() not in repeated]
    if len(kept) == len(lines):
        return []
    if not any(line.strip() for line in kept):
        note(path, 0, "正文每一行都在同一来源的多数网页里出现，仍按原样保留")
        return []
    frame.iloc[row, frame.columns.get_loc("body")] = "\n".join(kept).strip("\n")
    return [line.strip() for line in lines if line.strip() in repeated and line.strip() != title]

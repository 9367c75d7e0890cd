"""Replies counted in a group's own chat: how many people wrote a post's code or word within a day of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from toolkit import tables
from toolkit.documents import read_chat
from toolkit.review._answers_mask import Mask
from toolkit.review._match import EARLY_MINUTES, Posts, bared, moment_of
from toolkit.schema import (
    ITEMS,
    RESULTS,
    ChoiceError,
    InputError,
    as_path,
    check,
    checked_moment,
    is_missing,
    shown_value,
)

_MINUTE = 60_000_000
_HOUR = 60 * _MINUTE
# signs of a title or copy by which the post itself is known in a chat, and fewer than these are none; our own choice
_OPENING, _SHORTEST = 12, 6


class _Message(NamedTuple):
    at: int
    member: str
    text: str


def replies_by_keyword(
    chats: Mapping[str, str | Path],
    calendar: pd.DataFrame,
    *,
    items: pd.DataFrame,
    keywords: Mapping[str, str] | None = None,
    hours: float = 24,
    now: dt.datetime | dt.date | str | None = None,
) -> pd.DataFrame:
    """RESULTS with `replied`: how many different people wrote a post's code or word in its group, within `hours` of it.

    `chats` has for each group_id its chat: pasted text, or a Path to a text export, in the shapes of `read_chat`. A
    post's word is its item's topic, or what `keywords` says by item_id ("" for the code alone). Width, case, blanks and
    marks do not count. A word goes to the last post before it that has the word, a code to its post. What a message
    quotes of another does not count, nor who first wrote the beginning of the post's title or copy: that is the post
    itself. A word is no code: whoever says it in passing is counted too.

    Counted are posts of status 已发 that lie within the chat, with 0 where nobody wrote; posts that still say 待发 or
    已定 only by their code. What a chat does not cover, and a post without code and word, has no row. `measured_at` is
    the end of the hours, or of the chat where it ends before; `matched_by` is "code", or "id" where a word was needed.
    Names stay in this function: nothing of a chat is in the frame but numbers. The rows go beside those of
    `read_results` by `pd.concat`, or as a file in its folder. No chats give an empty frame.

    Raises InputError for a chat that cannot be read; ChoiceError for a group that the calendar lacks and for hours that
    are not between 0 and 168; ColumnError for tables that break their contract.

    >>> post = {"post_id": "p", "item_id": "i", "group_id": "g", "starts_at": "2026-09-14 20:00", "status": "sent"}
    >>> chat = "小棠 2026-09-14 20:00:05\\n石榴到货今晚接龙\\n\\n李四 2026-09-14 20:16:02\\n石榴怎么卖\\n\\n张三 2026-09-14 20:17\\nk7wq2"
    >>> topic = pd.DataFrame([{"item_id": "i", "title": "石榴到货，今晚接龙", "topic": "石榴"}])
    >>> replies_by_keyword({"g": chat}, pd.DataFrame([post | {"code": "K7WQ2"}]), items=topic)["replied"].tolist()
    [2]
    """
    if not 0 < hours <= 168:
        raise ChoiceError(f"hours 要在 0 到 168 之间（现在是 {shown_value(hours)}），例如 24。")
    moment = None if now is None else checked_moment(now, "now")
    posts = Posts(calendar, items, None)
    if unknown := [group for group in chats if group not in posts.groups]:
        raise ChoiceError(
            f"排期里没有群 {shown_value(unknown[0])}。chats 要按群编号给，例如 {{'g01': 聊天记录}}。"
        )
    words, openings = _known(items, keywords or {})
    found: dict[int, tuple[int, int, str]] = {}
    for group, chat in chats.items():
        found |= _replied(_messages(chat, moment), group, posts, words, openings, round(hours * _HOUR))
    rows = [
        {
            **{"post_id": posts.ids[place], "replied": number, "measured_at": moment_of(at)},
            **{"matched_by": by, "confidence": 1.0, "source": f"群聊 {posts.groups[place]}"},
        }
        for place, (number, at, by) in sorted(found.items())
    ]
    return check(pd.DataFrame(rows), RESULTS) if rows else RESULTS.empty()


def _known(items: pd.DataFrame, keywords: Mapping[str, str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """By item: the word that counts as a reply, and the beginnings by which the post itself is known."""
    words, openings = {}, {}
    for row in check(items, ITEMS)[["item_id", "title", "topic", "copy"]].itertuples(index=False):
        item, title, topic, copy = ("" if is_missing(cell) else str(cell) for cell in row)
        words[item] = bared(keywords.get(item, topic))
        openings[item] = [
            begin for text in (title, copy) if len(begin := bared(text)[:_OPENING]) >= _SHORTEST
        ]
    return words, openings


def _messages(chat: str | Path, now: dt.datetime | None) -> list[_Message]:
    """What was said, by stand-ins, without quotes and without what has no time."""
    if isinstance(chat, Path):
        path = as_path(chat)
        if not path.is_file():
            raise InputError(f"找不到 {path}。请核对聊天记录的文件名。")
        chat = tables.decode(tables.read_bytes(path), path.name)[0]
    said = [one for one in read_chat(chat, now=now).said if not pd.isna(one.sent_at)]
    mask = Mask(said)
    told = [mask.message(one) for one in said]
    return sorted(
        _Message(round(one.sent_at.timestamp() * 1e6), masked.member, masked.own)
        for one, masked in zip(said, told, strict=True)
    )


def _replied(
    messages: list[_Message],
    group: str,
    posts: Posts,
    words: dict[str, str],
    openings: dict[str, list[str]],
    reach: int,
) -> dict[int, tuple[int, int, str]]:
    """By post of a group: how many replied, until when, and by what they are known."""
    if not messages:
        return {}
    first, last, early = messages[0].at, messages[-1].at, EARLY_MINUTES * _MINUTE
    near = [
        place
        for place, known in enumerate(posts.groups)
        if known == group
        and posts.status[place] not in ("missed", "cancelled")
        and first - early <= posts.at[place] <= last
    ]
    near.sort(key=lambda place: (int(posts.at[place]), place))
    coded: dict[int, set[str]] = {place: set() for place in near}
    worded: dict[int, set[str]] = {place: set() for place in near}
    senders: dict[int, str] = {}
    for message in messages:
        text = bared(message.text)
        then = [place for place in near if -early <= message.at - posts.at[place] <= reach]
        for place in then:
            if any(opening in text for opening in openings.get(posts.items[place], ())):
                senders.setdefault(place, message.member)
        named = {place for code in posts.book.find(message.text) for place in posts.book.places[code]}
        for place in named & set(then):
            coded[place].add(message.member)
        asked = [p for p in then if posts.sent[p] and (word := words.get(posts.items[p])) and word in text]
        if asked and not named:
            worded[asked[-1]].add(message.member)
    found = {}
    for place in near:
        by_code, people = (who - {senders.get(place)} for who in (coded[place], coded[place] | worded[place]))
        countable = posts.sent[place] and (posts.codes[place] or words.get(posts.items[place]))
        if people or countable:
            end = min(int(posts.at[place]) + reach, last)
            found[place] = (len(people), end, "code" if people == by_code and posts.codes[place] else "id")
    return found

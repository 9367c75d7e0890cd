"""Whether a message can be written into the items, what is written, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from toolkit.widgets._message_media import too_many
from toolkit.widgets._message_state import Message, reached
from toolkit.widgets._message_verbs import Verbs
from toolkit.widgets._message_view import BASE

_TITLE_LENGTH = 20


def first_line(text: str) -> str:
    """The beginning of the first line that is not blank: a title for a message that has none.

    >>> first_line("\\n 石榴到了 \\n39元")
    '石榴到了'
    """
    return next((line.strip()[:_TITLE_LENGTH] for line in text.splitlines() if line.strip()), "")


def own_texts(verbs: Verbs, message: Message) -> dict[str, str]:
    """Segment to its text, where that is another than the text for all."""
    return {
        one.segment: one.text
        for one in verbs.variants(message)
        if not one.shared and one.text.strip() and one.text != message.text
    }


def snapshot(message: Message, parts: Mapping[str, str]) -> dict[str, Any]:
    """What is written into the items, as plain values."""
    return {
        "title": message.title.strip() or first_line(message.text) or message.item_id,
        "kind": message.kind,
        "text": message.text,
        "link": message.link.strip(),
        "media": [one.path for one in message.media],
        "to": list(message.to),
        "parts": dict(parts),
    }


def texts_sent(verbs: Verbs, message: Message, parts: Mapping[str, str]) -> dict[str, str]:
    """Every text that goes out by who gets it; "" is for the groups that get the text for all."""
    meant = reached(message.to, verbs.groups)
    rest = not parts or any(one.segment not in parts for one in meant)
    return {**({"": message.text} if rest else {}), **parts}


def in_the_way(verbs: Verbs, message: Message, parts: Mapping[str, str]) -> list[str]:
    """Why the message cannot be written in, sentence by sentence; nothing where it can."""
    if not message.text.strip() and not message.media and not message.link.strip():
        return ["还没有文字。先写一句，或放一张图。"]
    lines = [too_many(message.media)]
    if len(message.link.split()) > 1:
        lines.append("链接只放一个，多的先去掉。")
    for name, text in texts_sent(verbs, message, parts).items():
        if blanks := verbs.weigh(text, message.kind, name).blanks_said:
            lines.append(f"「{name}」：{blanks}" if name else blanks)
    return [line for line in lines if line]


def written_said(verbs: Verbs, message: Message, parts: Mapping[str, str]) -> list[str]:
    """What is said of a message written in, and of texts in it that may not go out as they are."""
    texts = texts_sent(verbs, message, parts)
    said = f"写进条目了：{message.title}。"
    if parts:
        rest = "，其余的群发底稿" if "" in texts else ""
        said = f"写进条目了，共 {len(texts)} 条：{'、'.join(parts)} 各一条{rest}。"
    blocked = [
        name or BASE for name, text in texts.items() if verbs.weigh(text, message.kind, name).gate == "block"
    ]
    return [said, f"{'、'.join(blocked)}：合规是不可用，改好再发。"] if blocked else [said]

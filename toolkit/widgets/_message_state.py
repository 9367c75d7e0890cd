"""One group message as the desk holds it: read from a row of ITEMS or a draft, kept as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from toolkit.schema import GROUPS, ITEM_KINDS, check, is_missing

MOST_PICTURES = 9
EVERYONE = "all"
# how the name of a film ends, whoever wrote it
_FILMS = (".mp4", ".mov", ".m4v", ".webm", ".avi", ".mkv", ".3gp")
# characters of a small picture kept in a draft; a larger one is shown by its name after a restart
_MOST_THUMB = 40_000


def is_film(name: str) -> bool:
    """Whether a file's name is that of a video.

    >>> is_film("开箱.MP4"), is_film("芋头1.jpg")
    (True, False)
    """
    return name.lower().endswith(_FILMS)


@dataclass
class Medium:
    """A picture or a video: its name, the path it is kept under (the name alone where nobody keeps it), a small picture."""

    name: str
    path: str
    thumb: str = ""

    @property
    def film(self) -> bool:
        """Whether it is a video."""
        return is_film(self.name)


@dataclass
class Own:
    """A segment's own wording, and the text for all as it stood when that was written."""

    text: str
    base: str


@dataclass
class Message:
    """One message: `to` as in ITEMS.groups, `own` what was written for a segment by hand, `shared` who gets the text for all."""

    item_id: str
    title: str = ""
    kind: str = ITEM_KINDS[0]
    text: str = ""
    link: str = ""
    to: list[str] = field(default_factory=lambda: [EVERYONE])
    media: list[Medium] = field(default_factory=list)
    own: dict[str, Own] = field(default_factory=dict)
    shared: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """The message as plain values for a draft."""
        return {
            "title": self.title,
            "kind": self.kind,
            "text": self.text,
            "link": self.link,
            "to": list(self.to),
            "media": [
                {
                    "name": one.name,
                    "path": one.path,
                    "thumb": one.thumb if len(one.thumb) <= _MOST_THUMB else "",
                }
                for one in self.media
            ],
            "own": {name: {"text": own.text, "base": own.base} for name, own in self.own.items()},
            "shared": list(self.shared),
        }


def message_of_item(row: Mapping[Any, Any]) -> Message:
    """The message that a row of ITEMS holds.

    >>> message_of_item({"item_id": "i1", "title": "芋头", "copy": "到了", "media": ["店/芋头.jpg"]}).media[0].name
    '芋头.jpg'
    """
    media = row.get("media")
    return Message(
        item_id=_text(row.get("item_id")),
        title=_text(row.get("title")),
        kind=_kind(row.get("kind")),
        text=_text(row.get("copy")),
        link=_text(row.get("link")),
        to=_texts(row.get("groups")) or [EVERYONE],
        media=[Medium(file_name(path), path) for path in _texts(media)],
    )


def message_of_draft(item_id: str, draft: Any, start: Message | None = None) -> Message | None:
    """The message that a draft holds; what is broken in it is as in `start`. None for what is no draft at all."""
    if not isinstance(draft, Mapping):
        return None
    begun = start or Message(item_id)
    own = draft.get("own")
    own = own if isinstance(own, Mapping) else {}
    return Message(
        item_id=item_id,
        title=_text(draft.get("title"), begun.title),
        kind=_kind(draft.get("kind"), begun.kind),
        text=_text(draft.get("text"), begun.text),
        link=_text(draft.get("link"), begun.link),
        to=_texts(draft.get("to")) or begun.to,
        media=_media(draft["media"]) if isinstance(draft.get("media"), list) else begun.media,
        own={
            str(name): Own(_text(one.get("text")), _text(one.get("base")))
            for name, one in own.items()
            if isinstance(one, Mapping)
        },
        shared=_texts(draft.get("shared")),
    )


def file_name(path: str) -> str:
    """The last part of a path, however it was written.

    >>> file_name("店里\\\\芋头.jpg"), file_name("a/b.png")
    ('芋头.jpg', 'b.png')
    """
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def _text(value: Any, instead: str = "") -> str:
    return value if isinstance(value, str) and not is_missing(value) else instead


def _texts(values: Any) -> list[str]:
    return (
        [one for one in values if isinstance(one, str) and one] if isinstance(values, (list, tuple)) else []
    )


def _kind(value: Any, instead: str = ITEM_KINDS[0]) -> str:
    return value if value in ITEM_KINDS else instead


def _media(values: Sequence[Any]) -> list[Medium]:
    rows = [one for one in values if isinstance(one, Mapping) and _text(one.get("name"))]
    return [
        Medium(_text(one["name"]), _text(one.get("path"), _text(one["name"])), _text(one.get("thumb")))
        for one in rows
    ]


@dataclass(frozen=True)
class Group:
    """What the desk asks of a group."""

    group_id: str
    name: str
    segment: str
    theme: str
    members: int
    owner: str


def groups_of(frame: pd.DataFrame | None) -> list[Group]:
    """The groups of a GROUPS frame in its order; none without a frame. Raises ColumnError for what is no GROUPS."""
    if frame is None:
        return []
    rows = check(frame, GROUPS).to_dict("records")
    return [
        Group(
            row["group_id"], row["name"], row["segment"], row["theme"], int(row["members"]), str(row["owner"])
        )
        for row in rows
    ]


def reached(to: Sequence[str], groups: Sequence[Group]) -> list[Group]:
    """The groups meant by "all", a segment or a group_id."""
    named = set(to)
    return [one for one in groups if EVERYONE in named or named & {one.group_id, one.segment or one.group_id}]


def segments_of(groups: Sequence[Group]) -> list[str]:
    """The segments of groups in their order; groups without one count for none."""
    return list(dict.fromkeys(one.segment for one in groups if one.segment))


def themes_of(segment: str, groups: Sequence[Group]) -> str:
    """A segment and the themes of its groups in one text: the audience of a score."""
    themes = [one.theme for one in groups if one.segment == segment and one.theme]
    return " ".join([segment, *dict.fromkeys(themes)])

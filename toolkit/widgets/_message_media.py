"""Pictures and a video for a message: brought in by the browser, listed with what moves and removes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import traitlets

from toolkit.schema import ToolkitError
from toolkit.widgets._message_state import MOST_PICTURES, Medium
from toolkit.widgets._view import View, button, module, node

# bytes of a file that still go through the browser's line
LARGEST = 8_000_000
_LONGEST_NAME = 80

KeepMedia = Callable[[str, bytes], Any]


class Pictures(View):
    """Where pictures and a video are chosen, dropped or pasted; `tiles` (nodes) are those that the message has.

    `bring` is called with what stands in a file's message (name, type, size, thumb) and its bytes, empty for one that
    is too large. Events: `earlier`, `later` and `out`, each with a place.
    """

    _esm = module("pictures")
    tiles = traitlets.List().tag(sync=True)
    label = traitlets.Unicode("图片和视频").tag(sync=True)
    largest = traitlets.Int(LARGEST).tag(sync=True)

    def __init__(self, bring: Callable[[Mapping[str, Any], bytes], Any], **values: Any) -> None:
        super().__init__(**values)
        self._bring = bring
        self.on_msg(lambda _view, sent, buffers: self.take(sent, buffers))

    def take(self, sent: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        """Pass a file on; any other message is none of it."""
        if sent.get("event") == "file":
            self._bring(sent, bytes(buffers[0]) if buffers else b"")


def tiles_of(media: Sequence[Medium]) -> list[dict[str, Any]]:
    """One line for each picture and video: the small picture, its name, what moves it and takes it out."""
    return [_tile(place, one, len(media)) for place, one in enumerate(media)]


def _tile(place: int, one: Medium, count: int) -> dict[str, Any]:
    moves = [
        button(
            "前移",
            "earlier",
            value=place,
            label=f"前移：{one.name}",
            key=f"earlier-{place}",
            disabled=place == 0,
        ),
        button(
            "后移",
            "later",
            value=place,
            label=f"后移：{one.name}",
            key=f"later-{place}",
            disabled=place == count - 1,
        ),
        button("移出", "out", value=place, label=f"移出：{one.name}", key=f"out-{place}"),
    ]
    name = node("span", one.name[:_LONGEST_NAME], css="wn-picture-name", title=one.name)
    return node("li", picture(one), name, node("span", moves, css="wn-row"), css="wn-picture")


def picture(one: Medium, css: str = "wn-thumb") -> dict[str, Any]:
    """The small picture, or a plate that says what is there where there is none."""
    if one.thumb and not one.film:
        return node("img", css=css, src=one.thumb, alt=one.name)
    return node("span", "▶ 视频" if one.film else "图", css=f"{css} wn-plate", title=one.name)


def added(media: Sequence[Medium], one: Medium) -> tuple[list[Medium], str]:
    """The list with one more, pictures before the video, and why it was refused ("" where it was not).

    >>> added([Medium("a.mp4", "a.mp4")], Medium("b.mp4", "b.mp4"))[1]
    '一条消息只带一个视频，b.mp4 没有收。先移出原来的。'
    """
    pictures = [each for each in media if not each.film]
    films = [each for each in media if each.film]
    if one.film and films:
        return list(media), f"一条消息只带一个视频，{one.name} 没有收。先移出原来的。"
    if not one.film and len(pictures) >= MOST_PICTURES:
        return list(media), f"最多 {MOST_PICTURES} 张图，{one.name} 没有收。先移出一张。"
    return ([*pictures, *films, one] if one.film else [*pictures, one, *films]), ""


def kept(sent: Mapping[str, Any], content: bytes, keep: KeepMedia | None) -> tuple[Medium | None, str]:
    """A file brought in, as `keep` has kept it, and what is to be said of it; None for what is no picture or video."""
    name = str(sent.get("name") or "图.png").replace("\\", "/").rsplit("/", 1)[-1][-_LONGEST_NAME:]
    sort = str(sent.get("type", ""))
    if not sort.startswith(("image/", "video/")):
        return None, f"{name} 不是图片，也不是视频，没有收。"
    thumb = sent.get("thumb")
    one = Medium(name, name, thumb if isinstance(thumb, str) else "")
    if sort.startswith("video/") and not one.film:
        one = Medium(f"{name}.mp4", f"{name}.mp4")
    if keep is None:
        return one, ""
    if not content:
        return one, f"{name} 太大，只记了名字。发的时候从原处取。"
    try:
        one.path = str(keep(one.name, content))
    except (ToolkitError, OSError) as error:
        return one, f"{name} 没有存下，只记了名字：{error}"
    return one, ""


def moved(media: Sequence[Medium], place: int, by: int) -> list[Medium]:
    """The list with one moved by a place; as it is where there is nothing to move."""
    listed = list(media)
    if 0 <= place < len(listed) and 0 <= place + by < len(listed):
        listed.insert(place + by, listed.pop(place))
    return listed


def too_many(media: Sequence[Medium]) -> str:
    """What is to be said of more than a message holds; "" for none."""
    films = sum(one.film for one in media)
    pictures = len(media) - films
    if pictures > MOST_PICTURES:
        return (
            f"图片有 {pictures} 张，一条消息最多 {MOST_PICTURES} 张，先移出 {pictures - MOST_PICTURES} 张。"
        )
    return f"视频有 {films} 个，一条消息只带一个，先移出多的。" if films > 1 else ""

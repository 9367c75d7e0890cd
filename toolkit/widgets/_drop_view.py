"""A place to drop, choose or paste files and text: files come in pieces, so that large ones arrive whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import traitlets

from toolkit.widgets._view import View, module

# what may come at once; more belongs into the working folder by hand
LIMIT = 200_000_000
MOST_FILES = 2_000


@dataclass
class _Coming:
    """Files on their way: names and sizes as announced, and the pieces so far."""

    names: list[str]
    sizes: list[int]
    pieces: list[bytearray] = field(default_factory=list)

    @property
    def got(self) -> int:
        return sum(map(len, self.pieces))


class DropZone(View):
    """Files and text of an editor: the event "files" brings the bytes by name, "text" what was pasted.

    `progress` says what became of the last files: `batch`, `got` and `size` in bytes, `state` ("sending", "whole",
    "refused"). `text` is what stands in the text field. `said` is told below it and to screen readers, `busy` dims it.
    """

    _esm = module("drop")
    text = traitlets.Unicode("").tag(sync=True)
    said = traitlets.Unicode("").tag(sync=True)
    busy = traitlets.Bool(False).tag(sync=True)
    limit = traitlets.Int(LIMIT).tag(sync=True)
    most = traitlets.Int(MOST_FILES).tag(sync=True)
    progress = traitlets.Dict().tag(sync=True)

    def __init__(self, **values: Any) -> None:
        self._coming: dict[str, _Coming] = {}
        super().__init__(**values)
        self.on_msg(lambda _view, sent, buffers: self.receive(sent, buffers))

    def receive(self, sent: Mapping[str, Any], buffers: Sequence[Any] = ()) -> None:
        """Take a message about files: `begin` announces them, `chunk` brings a piece, `end` hands them over.

        Whatever does not add up (a piece never announced, more than was announced, more than `limit`) is refused whole.
        """
        event, batch = str(sent.get("event", "")), str(sent.get("batch", ""))
        if event == "begin":
            self._begin(batch, sent.get("files"))
        elif event == "chunk" and batch in self._coming:
            self._add(batch, sent.get("file"), buffers)
        elif event == "end" and batch in self._coming:
            self._end(batch)
        elif event == "cancel":
            self._coming.pop(batch, None)
            self._tell(batch, "refused")

    def _begin(self, batch: str, files: Any) -> None:
        try:
            names = [str(one["name"]) for one in files]
            sizes = [int(one["size"]) for one in files]
        except (TypeError, KeyError, ValueError):
            self._tell(batch, "refused")
            return
        # a file that will never be finished must not stay in memory beside the next
        self._coming.clear()
        if not names or len(names) > self.most or min(sizes) < 0 or sum(sizes) > self.limit:
            self._tell(batch, "refused")
            return
        self._coming[batch] = _Coming(names, sizes, [bytearray() for _ in names])
        self._tell(batch, "sending", size=sum(sizes))

    def _add(self, batch: str, place: Any, buffers: Sequence[Any]) -> None:
        coming = self._coming[batch]
        piece = b"".join(bytes(one) for one in buffers)
        fits = isinstance(place, int) and 0 <= place < len(coming.names)
        if not fits or len(coming.pieces[place]) + len(piece) > coming.sizes[place]:
            del self._coming[batch]
            self._tell(batch, "refused")
            return
        coming.pieces[place] += piece
        self._tell(batch, "sending", got=coming.got, size=sum(coming.sizes))

    def _end(self, batch: str) -> None:
        coming = self._coming.pop(batch)
        if [len(piece) for piece in coming.pieces] != coming.sizes:
            self._tell(batch, "refused")
            return
        self._tell(batch, "whole", got=coming.got, size=coming.got)
        files: dict[str, bytes] = {}
        for name, piece in zip(coming.names, coming.pieces, strict=True):
            files[free_name(name, files)] = bytes(piece)
        self.hear({"event": "files", "value": files})

    def _tell(self, batch: str, state: str, *, got: int = 0, size: int = 0) -> None:
        self.progress = {"batch": batch, "state": state, "got": got, "size": size}


def free_name(name: str, taken: Mapping[str, Any]) -> str:
    """The name, or the name with the first number that is not taken.

    >>> free_name("甲.csv", {"甲.csv": b""})
    '甲（2）.csv'
    """
    stem, dot, suffix = name.rpartition(".") if "." in name.strip(".") else (name, "", "")
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{stem}（{number}）{dot}{suffix}"
    return found

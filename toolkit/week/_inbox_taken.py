"""What one kind of what was dropped or pasted gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from toolkit.schema import Read


@dataclass(frozen=True)
class Taken:
    """What one kind of what was dropped or pasted gave, before it is saved anywhere.

    `kind` and its caption `label`; `reason` says why it was taken for that kind ("" where the editor said so). `read`
    is None where nothing could be read at all; `frame` keeps the kind's contract (of content with copies among the new
    ones marked), `rejected`, `notes`, `columns` and `files` are those of `read`. `copies` is what `list_copies` says of
    the new content against itself and 同行内容 (None for other kinds, and where there is too much to compare).
    `problems` are sentences about what could not be read at all, `places` say where each file will lie once saved.
    `originals` are the bytes as they came, by cleaned name, `text` what was pasted, `rename` what the editor said of
    headers. `home` is the working folder that `places` spoke of, None without one.
    """

    kind: str
    label: str
    reason: str
    read: Read | None = field(repr=False)
    frame: pd.DataFrame = field(repr=False)
    rejected: pd.DataFrame = field(repr=False)
    notes: pd.DataFrame = field(repr=False)
    columns: pd.DataFrame = field(repr=False)
    files: pd.DataFrame = field(repr=False)
    copies: pd.DataFrame | None = field(default=None, repr=False)
    problems: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    originals: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    text: str = field(default="", repr=False)
    rename: Mapping[str, str] = field(default_factory=dict)
    home: Path | None = None

    @property
    def usable(self) -> bool:
        """Whether anything was read that can be saved."""
        return bool(readable(self))


def readable(taken: Taken) -> list[str]:
    """The names of the originals of which something was read; of results also those whose posts are not known yet."""
    files = taken.files
    good = files[(files["outcome"] == "已读") & ((files["read"] > 0) | (taken.kind == "results"))]
    heads = {str(path).split("〔")[0] for path in good["path"]}
    if taken.kind == "results":
        heads |= set(files.loc[files["outcome"] == "已读", "path"].str.split("〔").str[0])
    return [name for name in taken.originals if name in heads or name.split("〔")[0] in heads]

"""What every way in shares: what has been read so far, and how it becomes one `Read`."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from toolkit import tables
from toolkit.documents._chrome import drop_repeated
from toolkit.schema import DOCUMENTS, ChoiceError, Read, check, checked_moment


@dataclass(frozen=True)
class Record:
    """One document as found on a page, in a feed or in pasted text; `published_at` as it is written there."""

    title: str
    body: str
    published_at: Any = ""
    url: str = ""
    source: str = ""
    channel: str = ""


@dataclass(frozen=True)
class Asked:
    """What the caller says about a file: what fills its gaps, its headers, and the moment that 昨天 is counted from."""

    source: str = ""
    channel: str = ""
    rename: Mapping[str, str] = field(default_factory=dict)
    now: dt.datetime | None = None
    split: str = ""
    # False where `source` is only a folder's name, which a page's own account goes before
    source_given: bool = True


@dataclass
class Basket:
    """What has been read so far."""

    frames: list[pd.DataFrame] = field(default_factory=list)
    extras: list[pd.DataFrame] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    # place in `frames` and name of each saved or fetched page
    pages: list[tuple[int, str]] = field(default_factory=list)

    def reject(self, path: str, row: int, reason: str) -> None:
        """Keep a record that cannot be used, with the reason in Chinese."""
        self.rejected.append({"path": path, "row": row, "reason": reason})

    def note(self, path: str, row: int, note: str) -> None:
        """Keep a remark: what was read otherwise than it stands."""
        self.notes.append({"path": path, "row": row, "note": note})

    def add_file(self, path: str, **cells: Any) -> None:
        """Keep what became of a file, sheet, page or pasted text, in the words of `tables.file_row`."""
        self.files.append(tables.file_row(path, **cells))

    def add_columns(
        self,
        path: str,
        header: Iterable[str],
        mapping: Mapping[str, str],
        spares: Mapping[str, str] | None = None,
    ) -> None:
        """Keep which header was taken for which column."""
        self.columns += tables.column_rows(path, header, DOCUMENTS, mapping, spares)

    def add_records(self, records: Iterable[Record], path: str, asked: Asked, *, page: bool = False) -> int:
        """Take records in, those without title and body as rejected; rows count from 1. Returns how many came in.

        A date that cannot be read is missing with a note. `page` marks what may hold a site's repeated lines.
        """
        rows = []
        for number, record in enumerate(records, start=1):
            if not record.title.strip() and not record.body.strip():
                self.reject(path, number, "这一条没有标题也没有正文")
                continue
            stamp, reason = tables.parse_time(record.published_at, now=asked.now)
            if reason:
                self.note(path, number, f"{reason}，按没有日期处理")
            rows.append(
                {
                    "source": record.source or asked.source,
                    "channel": record.channel or asked.channel,
                    "title": record.title,
                    "body": record.body,
                    "published_at": stamp,
                    "url": record.url or None,
                }
            )
        if rows:
            frame = pd.DataFrame(rows)
            if page:
                self.pages.append((len(self.frames), path))
            self.frames.append(frame)
            self.extras.append(pd.DataFrame(index=frame.index))
        return len(rows)

    def read(self) -> Read:
        """Everything as one `Read`, ids given."""
        if self.frames:
            frame = pd.concat(self.frames, ignore_index=True)
            extra = pd.concat(self.extras, ignore_index=True)
        else:
            frame, extra = DOCUMENTS.empty(), pd.DataFrame()
        if "doc_id" not in frame:
            frame["doc_id"] = ""
        for name in ("source", "title", "body"):
            frame[name] = frame[name].fillna("") if name in frame else ""
        frame["doc_id"] = document_ids(frame)
        # after the ids: they must not depend on what else was read
        self._drop_repeated(frame)
        extra.insert(0, "doc_id", frame["doc_id"].to_numpy())
        return Read(
            check(frame, DOCUMENTS),
            pd.DataFrame(self.rejected, columns=tables.REJECTED_COLUMNS),
            extra,
            pd.DataFrame(self.notes, columns=tables.NOTE_COLUMNS),
            pd.DataFrame(self.columns, columns=tables.COLUMN_COLUMNS),
            pd.DataFrame(self.files, columns=tables.FILE_COLUMNS),
        )

    def _drop_repeated(self, frame: pd.DataFrame) -> None:
        """Take the lines that a site repeats out of its pages."""
        starts = [0]
        for part in self.frames:
            starts.append(starts[-1] + len(part))
        pages = [(path, list(range(starts[place], starts[place + 1]))) for place, path in self.pages]
        drop_repeated(frame, pages, self.note)


def document_ids(frame: pd.DataFrame) -> list[str]:
    """An id for each row: the one it has, else a hash of source, title and body; repeats get -2, -3 …"""
    given = frame["doc_id"] if "doc_id" in frame else pd.Series("", index=frame.index)
    seen: dict[str, int] = {}
    out = []
    columns = [column.to_numpy() for column in (given, frame["source"], frame["title"], frame["body"])]
    for known, source, title, body in zip(*columns, strict=True):
        base = known if isinstance(known, str) and known else _hash_id(source, title, body)
        number = seen.get(base, 0) + 1
        name = base if number == 1 else f"{base}-{number}"
        while number > 1 and name in seen:
            number += 1
            name = f"{base}-{number}"
        seen[base] = number
        seen.setdefault(name, 1)
        out.append(name)
    return out


def _hash_id(*parts: str) -> str:
    data = "\x00".join(parts).encode("utf-8", errors="surrogatepass")
    return "d" + hashlib.blake2b(data, digest_size=6).hexdigest()


def monday_after(documents: pd.DataFrame, *, now: dt.datetime | None = None) -> dt.date:
    """The Monday after the last dated document, where a plan made from it begins; without dates the one after `now`.

    Raises ChoiceError when there are neither dates nor `now`.

    >>> monday_after(pd.DataFrame({"doc_id": ["a"], "published_at": ["2026-09-20 20:00"]}))
    datetime.date(2026, 9, 21)
    """
    last = check(documents, DOCUMENTS)["published_at"].max()
    if pd.isna(last) and now is None:
        raise ChoiceError("这批内容没有日期，算不出排期从哪天起。请用 start= 指明，例如 2026-09-21。")
    day = checked_moment(now, "now").date() if pd.isna(last) else last.date()
    return day + dt.timedelta(days=7 - day.weekday())

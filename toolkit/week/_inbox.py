"""What an editor drops or pastes: told apart by kind, read, and shown before anything is saved.

`take_in` reads, `save_taken` (`_inbox_save`) puts the originals into the working folder.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from toolkit import documents as content
from toolkit.schedule import read_groups
from toolkit.schema import (
    COLUMNS,
    COPIES,
    DOCUMENTS,
    FILES,
    INBOX_KINDS,
    NOTES,
    REJECTED,
    ChoiceError,
    Read,
    ToolkitError,
    checked_moment,
)
from toolkit.week._inbox_guess import guess_kind, tells_content
from toolkit.week._inbox_names import clean_name, free_name
from toolkit.week._inbox_save import places_of
from toolkit.week._inbox_tables import TABLES, read_tables
from toolkit.week._inbox_taken import Taken
from toolkit.week._sent import read_sent
from toolkit.week._sources import RIVALS_FOLDER, Sources, week_sources

PASTED = "粘贴"
# of what lies in 同行内容 already, more would keep an editor waiting
_MOST_BYTES = 5_000_000
_MOST_FILES = 500
_MOST_COMPARED = 20_000
_OLD = "在："


class _Part(NamedTuple):
    """Files of one kind that are read together, laid out in a folder."""

    kind: str
    reason: str
    names: list[str]
    text: str = ""


class _World(NamedTuple):
    """What there is already to hold new things against."""

    sources: Sources | None
    now: dt.datetime | None


def take_in(
    sources: Sources | str | Path | None,
    files: Mapping[str, bytes],
    text: str = "",
    *,
    kind: str | None = None,
    rename: Mapping[str, str] | None = None,
    now: dt.datetime | str | None = None,
) -> list[Taken]:
    """What was dropped (`files`, bytes by name, a folder's with /) and pasted (`text`), one Taken for each kind.

    Each file's kind is guessed by its headers, its text and its name unless `kind`, a key of INBOX_KINDS, says it for
    all. `rename` maps a header to a column. `sources` are what a week is made from, or the working folder: copies are
    looked for in its 同行内容, results held against its calendar, chats against its groups; None compares with nothing.
    `now` resolves 昨天 and names what was pasted. Names are cleaned: nothing can leave the folder it is put into.

    Content comes first, the others in the order of INBOX_KINDS. Nothing given gives an empty list. A file that cannot be
    read raises nothing: `rejected` and `problems` say why. Raises ChoiceError for an unknown kind and when `now` is no
    moment, ColumnError when `rename` names no column of the kind.

    >>> taken = take_in(None, {"甲.csv": "标题,正文\\n石榴到了,今早两筐".encode()})
    >>> [(one.kind, len(one.frame)) for one in taken]
    [('documents', 1)]
    """
    if kind is not None and kind not in INBOX_KINDS:
        raise ChoiceError(f"kind 要写成 {'、'.join(INBOX_KINDS)} 里的一个（现在是 {kind!r}）。")
    moment = None if now is None else checked_moment(now, "now")
    world = _World(_sources_of(sources), moment)
    named: dict[str, bytes] = {}
    for name, data in files.items():
        named[free_name(clean_name(name), named)] = bytes(data)
    taken: list[Taken] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if text.strip():
            taken += _take_text(text, kind, rename, world, folder / "pasted")
        for part in _parts(named, kind, folder / "all"):
            taken.append(_take(part, named, dict(rename or {}), world, folder / part.kind))
    order = list(INBOX_KINDS)
    return sorted(taken, key=lambda one: order.index(one.kind))


def _sources_of(given: Sources | str | Path | None) -> Sources | None:
    return given if given is None or isinstance(given, Sources) else week_sources(home=given)


def _lay(named: Mapping[str, bytes], folder: Path) -> Path:
    """The folder with the files in it."""
    for name, data in named.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def _parts(named: Mapping[str, bytes], kind: str | None, folder: Path) -> list[_Part]:
    """The files by kind, with a reason where it was guessed."""
    if kind is not None:
        return [_Part(kind, "", list(named))] if named else []
    found: dict[str, list[tuple[str, str]]] = {}
    for name in named:
        guess = guess_kind(_lay({name: named[name]}, folder) / name, name)
        found.setdefault(guess.kind, []).append((name, guess.reason))
    return [_Part(kind, _reasons(told), [name for name, _ in told]) for kind, told in found.items()]


def _reasons(told: list[tuple[str, str]]) -> str:
    """Why the files were taken for their kind: each reason once, with the files it is said of where there are several."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in told:
        by_reason.setdefault(reason, []).append(name)
    if len(by_reason) == 1:
        return f"{told[0][1]}。"
    return (
        "；".join(
            f"{names[0]}{f' 等 {len(names)} 个' if len(names) > 1 else ''}：{reason}"
            for reason, names in by_reason.items()
        )
        + "。"
    )


# ---- reading files of one kind


def _take(
    part: _Part, named: Mapping[str, bytes], rename: dict[str, str], world: _World, folder: Path
) -> Taken:
    originals = {name: named[name] for name in part.names}
    _lay(originals, folder)
    readers: dict[str, Callable[[], Read]] = {
        "documents": lambda: content.read_documents(folder, rename=rename, now=world.now),
        "own": lambda: content.read_documents(folder, rename=rename, now=world.now),
        "results": lambda: _read_results(folder, world),
        "messages": lambda: _read_messages(folder, part.names, world),
    }
    reader = readers.get(part.kind, lambda: read_tables(part.kind, folder, part.names, rename))
    read, problems = _tried(reader)
    return _taken(part, read, problems, originals, rename, world)


def _tried(reader: Callable[[], Read]) -> tuple[Read | None, tuple[str, ...]]:
    """What a reader gives, or why it gave nothing."""
    try:
        return reader(), ()
    except ToolkitError as error:
        return None, (str(error),)
    except (OSError, ValueError, ArithmeticError, LookupError) as error:
        return None, (f"没有读出来（{type(error).__name__}）。请另存成 xlsx 或 CSV 再放一次。",)


def _taken(
    part: _Part,
    read: Read | None,
    problems: tuple[str, ...],
    originals: Mapping[str, bytes],
    rename: dict[str, str],
    world: _World,
) -> Taken:
    frame = _empty(part.kind) if read is None else read.frame
    copies = None
    notes = NOTES.empty() if read is None else read.notes
    if part.kind in ("documents", "own") and read is not None:
        frame, copies, said = _marked(frame, world.sources if part.kind == "documents" else None)
        rows = [{"path": "", "row": 0, "note": note} for note in said]
        notes = (
            pd.concat([notes, pd.DataFrame(rows, columns=NOTES.names)], ignore_index=True) if rows else notes
        )
        read = read._replace(frame=frame, notes=notes)
    taken = Taken(
        kind=part.kind,
        label=INBOX_KINDS[part.kind],
        reason=part.reason,
        read=read,
        frame=frame,
        rejected=REJECTED.empty() if read is None else read.rejected,
        notes=notes,
        columns=COLUMNS.empty() if read is None else read.columns,
        files=FILES.empty() if read is None else read.files,
        copies=copies,
        problems=problems,
        originals=dict(originals),
        text=part.text,
        rename=rename,
        home=None if world.sources is None else world.sources.home,
    )
    return replace(taken, places=places_of(taken))


def _empty(kind: str) -> pd.DataFrame:
    from toolkit.schema import MESSAGES, RESULTS

    if kind in TABLES:
        return TABLES[kind].contract.empty()
    return {"results": RESULTS, "messages": MESSAGES}.get(kind, DOCUMENTS).empty()


def _read_results(folder: Path, world: _World) -> Read:
    """Exports held against the calendar that was carried out; without one only their rows and headers are looked at."""
    from toolkit.review import read_results
    from toolkit.schema import CALENDAR

    calendar = CALENDAR.empty()
    if world.sources is not None:
        with contextlib.suppress(ToolkitError):
            calendar = read_sent(world.sources).frame
    read = read_results(folder, calendar=calendar, now=world.now)
    if len(calendar) or "unmatched" not in read.rejected:
        return read
    waiting = read.rejected["unmatched"].astype(bool)
    rows = [
        {
            "path": "",
            "row": 0,
            "note": f"还没有发过的排期，{int(waiting.sum())} 行对不上是哪一次发布。存下后，复盘时再对",
        }
    ]
    notes = pd.DataFrame(rows if waiting.any() else [], columns=NOTES.names)
    return read._replace(
        rejected=read.rejected[~waiting], notes=pd.concat([notes, read.notes], ignore_index=True)
    )


def _read_messages(folder: Path, names: list[str], world: _World) -> Read:
    """Exports of chats; people's names are replaced on the way in, by stand-ins that hold for this reading only."""
    from toolkit.campaigns import read_messages

    groups = None
    if world.sources is not None:
        with contextlib.suppress(ToolkitError):
            groups = read_groups(world.sources.groups).frame
    paths = [folder / name for name in names]
    return read_messages(*paths, groups=groups, salt=secrets.token_hex(16))


# ---- copies


def _marked(
    frame: pd.DataFrame, sources: Sources | None
) -> tuple[pd.DataFrame, pd.DataFrame | None, list[str]]:
    """The new content with copies among it marked, who copied whom with what is there already, and what to say of it."""
    if len(frame) > _MOST_COMPARED:
        return frame, None, [f"一次有 {len(frame):,} 篇，转载和抄写在做周报时再比"]
    old, said = _known(sources)
    if frame.empty:
        return frame, COPIES.empty(), said
    again = int(frame["doc_id"].isin(old["doc_id"]).sum())
    if again:
        said.append(f"{again} 篇和「{RIVALS_FOLDER}」里已有的一模一样")
    known = old.assign(doc_id=_OLD + old["doc_id"])
    both = content.mark_duplicates(pd.concat([frame, known], ignore_index=True) if len(old) else frame)
    new = both.iloc[: len(frame)]
    copies = content.list_copies(both)
    named = copies["doc_id"].isin(new["doc_id"]) | copies["original_id"].isin(new["doc_id"])
    copies = copies[named].reset_index(drop=True)
    for name in ("doc_id", "original_id"):
        copies[name] = copies[name].str.removeprefix(_OLD)
    # what is the same text as one that lies there is told above
    copies = copies[copies["doc_id"] != copies["original_id"]].reset_index(drop=True)
    within = new["duplicate_of"].isin(new["doc_id"])
    out = new.assign(
        duplicate_of=new["duplicate_of"].where(within), similarity=new["similarity"].where(within)
    )
    return out.reset_index(drop=True), copies, said


def _known(sources: Sources | None) -> tuple[pd.DataFrame, list[str]]:
    """What lies in the working folder's 同行内容, where it is little enough to be read at once."""
    folder = None if sources is None or sources.home is None else sources.home / RIVALS_FOLDER
    if folder is None or not folder.is_dir():
        return DOCUMENTS.empty(), []
    sizes = list(_sizes(folder))
    if len(sizes) > _MOST_FILES or sum(sizes) > _MOST_BYTES:
        return DOCUMENTS.empty(), [
            f"「{RIVALS_FOLDER}」里内容很多，只比了这一批之内的转载；全部的在做周报时比"
        ]
    try:
        return content.read_documents(folder).frame, []
    except (ToolkitError, OSError):
        return DOCUMENTS.empty(), []


def _sizes(folder: Path) -> Iterator[int]:
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file():
                yield path.stat().st_size


# ---- pasted text


def _take_text(
    text: str, kind: str | None, rename: Mapping[str, str] | None, world: _World, folder: Path
) -> list[Taken]:
    """What was pasted: a table or chat as the file it would be, else content."""
    name = PASTED if world.now is None else f"{PASTED} {world.now:%Y-%m-%d %H%M}"
    data = text.replace("\r\n", "\n").encode(errors="replace")
    first = next(line for line in text.splitlines() if line.strip())
    suffix = ".tsv" if "\t" in first else ".txt"
    whole = {f"{name}{suffix}": data}
    path = _lay(whole, folder) / f"{name}{suffix}"
    guess = guess_kind(path, name) if kind is None else None
    found = guess.kind if guess is not None else kind or "documents"
    if found == "messages" and guess is not None:
        # no file's name says which group it was: content until the editor says that it is a group of ours
        return [
            _content(
                text,
                "documents",
                "像群聊记录：里面的人名换成了代号。是自己群里的，就改成「群聊」。",
                name,
                world,
            )
        ]
    if found not in ("documents", "own") or (suffix == ".tsv" and tells_content(path)):
        reason = "" if guess is None else f"{guess.reason}。"
        part = _Part(found, reason, list(whole), text)
        return [_take(part, whole, dict(rename or {}), world, folder / "read")]
    return [_content(text, found, "" if guess is None else "是粘贴的文字，当作同行内容。", name, world)]


def _content(text: str, kind: str, reason: str, name: str, world: _World) -> Taken:
    """Pasted content; its original is the text where the text alone reads the same later, else the table that it gave."""
    from toolkit.export import write_csv

    read, problems = _tried(lambda: content.read_text(text, now=world.now))
    originals: dict[str, bytes] = {}
    if read is not None and len(read.frame):
        with tempfile.TemporaryDirectory() as place:
            plain = Path(place, f"{name}.txt")
            plain.write_text(text, encoding="utf-8", errors="replace")
            again, _ = _tried(lambda: content.read_documents(plain, now=world.now))
            if again is None or not _same(again.frame, read.frame):
                plain = write_csv(read.frame.dropna(axis="columns", how="all"), Path(place, f"{name}.csv"))
            originals = {plain.name: plain.read_bytes()}
        read = read._replace(files=read.files.assign(path=next(iter(originals))))
    return _taken(_Part(kind, reason, list(originals), text), read, problems, originals, {}, world)


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    names = ["source", "title", "body", "published_at", "url"]
    return one[names].equals(other[names])

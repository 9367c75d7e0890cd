"""The door in: files, pages and folders of competitors' content to one DOCUMENTS frame, copies marked."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons, tables, text
from toolkit.schema import DOCUMENTS, ChoiceError, InputError, Read, check, checked_moment

TEXT_SUFFIXES = (".txt", ".md")
PAGE_SUFFIXES = (".html", ".htm")
READABLE = (*tables.TABLE_SUFFIXES, *TEXT_SUFFIXES, *PAGE_SUFFIXES)
# a first line longer than this is the text's beginning, not its title
LONGEST_TITLE = 64
# the share of common 4-character runs that makes a copy, by the length of the shorter text in runs. Unrelated texts
# of one subject share 2 to 6% of the shorter one, texts spun word by word 10 to 35%, edited copies over 60% (measured
# on the sample world); the shorter the texts, the more a shared title or phrase weighs, and bare titles must agree.
COPY_SHARES = ((100, 0.15), (40, 0.4))
TITLE_COPY_SHARE = 0.85
# runs that stand in more texts than this say nothing about who copied whom
COMMON_SHINGLE = 40
SAMPLED_SHINGLES = 6_000_000


@dataclass
class _Basket:
    """What has been read so far."""

    frames: list[pd.DataFrame] = field(default_factory=list)
    extras: list[pd.DataFrame] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class _Asked:
    """What the caller says about a file: what fills its gaps, its headers, and the moment that 昨天 is counted from."""

    source: str
    channel: str
    rename: Mapping[str, str]
    now: dt.datetime | None


def read_documents(
    *paths: str | Path,
    source: str | None = None,
    channel: str | None = None,
    rename: Mapping[str, str] | None = None,
    now: dt.datetime | None = None,
) -> Read:
    """Documents from txt, md, html, csv, tsv, xlsx and jsonl files (also .gz of these) and folders of them.

    `frame` is DOCUMENTS in the order of the paths, files of a folder by name; `doc_id` comes from source, title and
    body, so that the same content has the same id at the next read (repeats get -2, -3 …). `source` and `channel`
    fill what a file does not say; else a file in a sub-folder takes the sub-folder's name as its source. `rename`
    maps a file's header to a column. Times are Asia/Shanghai; dates that need `now` are missing without it.
    Every record that is not blank is in `frame` or in `rejected` (path, row, reason); README files are passed over
    with a note.

    Raises InputError when a path does not exist.

    >>> read_documents(lexicons.sample_folder() / "posts").frame.shape[0]
    270
    """
    basket = _Basket()
    for path in [Path(path) for path in paths]:
        if not path.exists():
            raise InputError(f"找不到 {path}。请检查路径是否写对，或把文件放进「同行内容」文件夹。")
        for file, label, folder in _files(path, basket):
            _read_file(file, label, basket, _Asked(source or folder, channel or "", rename or {}, now))
    return _gather(basket)


def _files(path: Path, basket: _Basket) -> list[tuple[Path, str, str]]:
    """Each readable file with the name shown for it and the sub-folder it lies in; the others are accounted for."""
    if path.is_file():
        return [(path, path.name, "")]
    found = []
    for file in sorted(file for file in path.rglob("*") if file.is_file()):
        label = file.relative_to(path).as_posix()
        if any(part.startswith((".", "~$", "__MACOSX")) for part in file.relative_to(path).parts):
            continue
        if file.name.lower().split(".")[0] == "readme":
            basket.notes.append({"path": label, "row": 0, "note": "说明文件，没有当作内容"})
            continue
        parent = file.parent.relative_to(path).as_posix()
        found.append((file, label, "" if parent == "." else parent))
    return found


def _read_file(file: Path, label: str, basket: _Basket, asked: _Asked) -> None:
    suffix = tables.suffix_of(file)
    try:
        if suffix in tables.TABLE_SUFFIXES:
            for table in tables.open_tables(file, label=label):
                _take_table(table, basket, asked)
        elif suffix in READABLE:
            _take_text(file, label, basket, asked)
        else:
            reason = (
                f"不支持的格式 {suffix or '（没有扩展名）'}；可以用：{'、'.join(READABLE)}，以及它们的 .gz"
            )
            basket.rejected.append({"path": label, "row": 0, "reason": reason})
    except InputError as error:
        basket.rejected.append({"path": label, "row": 0, "reason": str(error)})


def _take_table(table: tables.Table, basket: _Basket, asked: _Asked) -> None:
    basket.rejected += table.rejected
    basket.notes += table.notes
    if not table.header:
        return  # an empty second sheet is no mistake
    present = {head: column for head, column in asked.rename.items() if head in table.header}
    mapping = tables.map_columns(table.header, DOCUMENTS, rename=present, aliases=lexicons.header_aliases())
    if not {"title", "body"} & set(mapping.values()):
        heads = "、".join(table.header) or "无"
        reason = f"没有标题列，也没有正文列（表头：{heads}）。请把标题那一列的表头改成「标题」"
        rows = table.row_numbers or [1]
        basket.rejected += [{"path": table.path, "row": row, "reason": reason} for row in rows]
        return
    if not table.records and not table.rejected:
        basket.notes.append({"path": table.path, "row": 1, "note": "只有表头，没有内容"})
        return
    frame, extra, notes = tables.table_to_frame(table, DOCUMENTS, mapping, now=asked.now)
    basket.notes += notes
    for name, value in (("source", asked.source), ("channel", asked.channel)):
        frame[name] = frame[name].mask(frame[name].str.strip() == "", value) if name in frame else value
    blank = pd.Series(True, index=frame.index)
    for name in ("title", "body"):
        if name in frame:
            blank &= frame[name].str.strip() == ""
    reason = "这一行没有标题也没有正文"
    basket.rejected += [{"path": table.path, "row": int(row), "reason": reason} for row in frame.index[blank]]
    basket.frames.append(frame[~blank])
    basket.extras.append(extra[~blank])


def _take_text(file: Path, label: str, basket: _Basket, asked: _Asked) -> None:
    suffix = tables.suffix_of(file)
    content, encoding = tables.decode(tables.read_bytes(file), label)
    if encoding not in ("utf-8", "utf-8-sig"):
        basket.notes.append({"path": label, "row": 0, "note": f"按 {encoding} 编码读入"})
    if not content.strip():
        raise InputError(f"{label}：文件是空的，没有可读的内容。")
    page = (
        _page(content, label) if suffix in PAGE_SUFFIXES else _plain_text(content, markdown=suffix == ".md")
    )
    row = {"source": asked.source, "channel": asked.channel, **page}
    frame = pd.DataFrame([row])
    if "published_at" in frame:
        stamp, reason = tables.parse_time(page["published_at"])
        frame["published_at"] = stamp
        if reason:
            basket.notes.append({"path": label, "row": 0, "note": f"{reason}，按没有日期处理"})
    basket.frames.append(frame)
    basket.extras.append(pd.DataFrame(index=frame.index))


def _plain_text(content: str, *, markdown: bool) -> dict[str, Any]:
    """Title and body of a text file: the first line is the title where it is short enough to be one."""
    lines = content.replace("\r\n", "\n").strip("\n\ufeff").split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    first = lines[0].strip() if lines else ""
    title = re.sub(r"^#{1,6}\s+", "", first) if markdown else first
    if len(title) > LONGEST_TITLE:
        return {"title": "", "body": "\n".join(lines).strip()}
    return {"title": title, "body": "\n".join(lines[1:]).strip()}


def _page(content: str, label: str) -> dict[str, Any]:
    """Title, main text, date and address of a saved page, by trafilatura; only dates that the page states are taken."""
    import trafilatura
    from trafilatura.settings import use_config

    config = use_config()
    config.set("DEFAULT", "EXTRACTION_TIMEOUT", "0")
    # the default of 250 characters is for English prose; below it the whole page with its menus would be taken
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "40")
    found = trafilatura.bare_extraction(
        content,
        with_metadata=True,
        include_comments=False,
        config=config,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if found is None or not (found.text or "").strip():
        raise InputError(f"{label}：这个网页里找不到正文。请把正文复制到 txt 文件再试。")
    page = {"title": found.title or "", "body": found.text or "", "url": found.url}
    return {**page, "published_at": found.date} if found.date else page


def _gather(basket: _Basket) -> Read:
    if basket.frames:
        frame = pd.concat(basket.frames, ignore_index=True)
        extra = pd.concat(basket.extras, ignore_index=True)
    else:
        frame, extra = DOCUMENTS.empty(), pd.DataFrame()
    if "doc_id" not in frame:
        frame["doc_id"] = ""
    for name in ("source", "title", "body"):
        frame[name] = frame[name].fillna("") if name in frame else ""
    frame["doc_id"] = document_ids(frame)
    extra.insert(0, "doc_id", frame["doc_id"].to_numpy())
    return Read(
        check(frame, DOCUMENTS),
        pd.DataFrame(basket.rejected, columns=tables.REJECTED_COLUMNS),
        extra,
        pd.DataFrame(basket.notes, columns=tables.NOTE_COLUMNS),
    )


def document_ids(frame: pd.DataFrame) -> list[str]:
    """An id for each row: the one it has, else a hash of source, title and body; repeats get -2, -3 …"""
    given = frame["doc_id"] if "doc_id" in frame else pd.Series("", index=frame.index)
    seen: dict[str, int] = {}
    out = []
    for known, source, title, body in zip(given, frame["source"], frame["title"], frame["body"], strict=True):
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


def mark_duplicates(documents: pd.DataFrame) -> pd.DataFrame:
    """DOCUMENTS with `duplicate_of` (the original's doc_id) and `similarity` (the copy's share found in it, 0 to 1).

    Exact copies, edited ones, copies in the other script and most spun ones are found by shared runs of four
    characters of the folded title and body. The original is the earliest dated one, else the longest, else the first. Texts too short
    for four characters are copies only when equal. An empty frame gives an empty frame.

    >>> body = "清早五点四十，头一网出水，一百六十二斤，比他估的多十来斤。"
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "title": ["开网", "開網"], "body": [body, body]})
    >>> mark_duplicates(posts)["duplicate_of"].tolist()
    [nan, 'a']
    """
    frame = check(documents, DOCUMENTS)
    if frame.empty:
        return frame
    folded = text.fold([f"{t}\n{b}" for t, b in zip(frame["title"], frame["body"], strict=True)])
    order = _originals_first(frame, folded)
    original, similarity = _exact_copies(folded, order)
    _near_copies(folded, order, original, similarity)
    ids = frame["doc_id"].to_numpy()
    # a copy of a copy belongs to the first text
    for place in order:
        if original[place] >= 0:
            while original[original[place]] >= 0:
                original[place] = original[original[place]]
    frame["duplicate_of"] = pd.Series(
        [ids[o] if o >= 0 else None for o in original], index=frame.index, dtype="str"
    )
    frame["similarity"] = pd.Series(similarity, index=frame.index, dtype="float64")
    return frame


def _originals_first(frame: pd.DataFrame, folded: list[str]) -> np.ndarray:
    times = frame["published_at"].astype("int64").where(frame["published_at"].notna(), np.iinfo("int64").max)
    lengths = np.array([len(value) for value in folded])
    return np.lexsort((np.arange(len(frame)), -lengths, times.to_numpy()))


def _exact_copies(folded: list[str], order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    original = np.full(len(folded), -1, dtype=np.int64)
    similarity = np.full(len(folded), np.nan)
    first: dict[str, int] = {}
    for place in order:
        key = "".join(folded[place].split())
        if first.setdefault(key, int(place)) != place:
            original[place], similarity[place] = first[key], 1.0
    return original, similarity


def _near_copies(folded: list[str], order: np.ndarray, original: np.ndarray, similarity: np.ndarray) -> None:
    """Fill in near copies: candidates share rare runs, the share itself is counted on all runs."""
    from scipy import sparse

    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    open_places = [int(place) for place in order if original[place] < 0]
    sets = {place: text.shingles(folded[place]) for place in open_places}
    total = sum(len(runs) for runs in sets.values())
    rate = max(1, -(-total // SAMPLED_SHINGLES))
    kept = [runs[runs % np.uint64(rate) == 0] if len(runs) > 160 else runs for runs in sets.values()]
    flat = np.concatenate(kept) if kept else np.zeros(0, dtype=np.uint64)
    rows = np.repeat(np.arange(len(kept)), [len(runs) for runs in kept])
    if not len(flat):
        return
    _, codes, counts = np.unique(flat, return_inverse=True, return_counts=True)
    rare = (counts[codes] > 1) & (counts[codes] <= COMMON_SHINGLE)
    _, columns = np.unique(codes[rare], return_inverse=True)
    ones = np.ones(int(rare.sum()), dtype=np.int32)
    matrix = sparse.csr_matrix(
        (ones, (rows[rare], columns)), shape=(len(kept), max(1, columns.max(initial=0) + 1))
    )
    step = 20_000
    for begin in range(0, len(kept), step):
        shared = sparse.coo_matrix(matrix[begin : begin + step] @ matrix.T)
        later = shared.row + begin
        earlier = shared.col
        sizes = np.minimum([len(kept[i]) for i in later], [len(kept[i]) for i in earlier])
        chosen = (earlier < later) & (shared.data >= 0.12 * sizes)
        for late, early in zip(later[chosen], earlier[chosen], strict=True):
            _judge_pair(open_places[late], open_places[early], sets, original, similarity)


def _judge_pair(
    copy: int, first: int, sets: dict[int, np.ndarray], original: np.ndarray, similarity: np.ndarray
) -> None:
    """Mark `copy` when enough of the shorter text stands in the other; of several originals the closest wins."""
    ours, theirs = sets[copy], sets[first]
    common = len(np.intersect1d(ours, theirs, assume_unique=True))
    shorter, longer = sorted((len(ours), len(theirs)))
    bar = next((share * shorter for runs, share in COPY_SHARES if shorter >= runs), TITLE_COPY_SHARE * longer)
    if not common or common < bar:
        return
    share = common / len(ours)
    if original[copy] < 0 or share > similarity[copy]:
        original[copy], similarity[copy] = first, share


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

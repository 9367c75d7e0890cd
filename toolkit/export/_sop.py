"""What to send on each day: a page to tick off and a text to copy from, in one folder."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.charts import format_day, plain
from toolkit.export._posts import NOT_WRITTEN, calendar_notes, marks_of, posts, word, write_bytes
from toolkit.export._sop_page import (
    HOW_CODES,
    MARK,
    NOBODY,
    Day,
    Message,
    Target,
    by_owner,
    day_page,
    has_codes,
    index_page,
)
from toolkit.schema import (
    GROUPS,
    ITEMS,
    ChoiceError,
    InputError,
    Plan,
    as_date,
    check,
    is_held_back,
    shown_value,
)

# a text file that begins with these words is ours and may be replaced or removed
TEXT_MARK = "文案台发布清单"
_OWN_NAME = re.compile(r"index\.html|\d{4}-\d\d-\d\d\.(?:html|txt)")


def write_sop(
    plan_or_frame: Plan | pd.DataFrame,
    path: Path | str,
    *,
    items: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
    media: Path | str | None = None,
    owner: str | None = None,
    day: Any = None,
) -> Path:
    """Write what is to be sent into the folder `path` and return it: 2026-09-21.html and .txt a day, and index.html.

    A page goes by owner, then by time: one send with its text, pictures, link and a box to tick for each group, for
    a day is worked off by the clock, and one text goes to many groups at once. Below, the same posts stand group by
    group, and the page can be narrowed to one owner or one group. Ticks are kept in the browser by post, time and
    sequence. The text file (UTF-8 with BOM, CRLF: old editors on Windows need both) holds the messages between lines,
    to be copied one by one. A message without `copy` says 待写. Sent posts are shown as done; missed and cancelled
    ones are listed apart.

    `items` and `groups` are looked up as in the other writers. The owner of a message is the item's, else the
    group's. Where the items have a column `review`, posts still to be sent of items that are not approved there are
    left out and listed. `media` is the folder of the pictures: names that are not in it are marked. `owner` and
    `day` narrow the whole to one person's posts or one day in Shanghai.

    The folder then holds this call's sheets: pages and texts of an earlier call that are no longer asked for are
    removed, other files are never touched. Same input, same bytes. An empty calendar gives an index.html that says so.

    Raises ColumnError for a post without a time, ChoiceError for an unknown owner or what is no day, InputError when
    the folder cannot be written, holds a file of somebody else under one of our names, or `media` is no folder.

    >>> import tempfile
    >>> from toolkit.schema import CALENDAR
    >>> folder = write_sop(CALENDAR.empty(), Path(tempfile.mkdtemp()) / "发布清单")
    >>> [file.name for file in folder.iterdir()]
    ['index.html']
    """
    if isinstance(plan_or_frame, Plan):
        items = plan_or_frame.items if items is None else items
        groups = plan_or_frame.groups if groups is None else groups
    only = _only_day(day)
    frame = _with_people(posts(plan_or_frame, items=items, groups=groups), items, groups)
    frame = _of_owner(frame, owner)
    if only is not None:
        frame = frame[frame["starts_at"].dt.date == only]
    sheets = _sheets(frame, _held_items(items), _names_in(media))
    days = [sheet.day for sheet in sheets]
    files = {
        "index.html": index_page(
            sheets, calendar_notes(frame["starts_at"]), whose=plain(owner), why=_nothing(only, owner)
        )
    }
    for sheet in sheets:
        files[f"{sheet.day}.html"] = day_page(sheet, days)
        files[f"{sheet.day}.txt"] = _day_text(sheet)
    return _write_folder(Path(path), files)


def _only_day(day: Any) -> dt.date | None:
    if day is None:
        return None
    try:
        found = None if isinstance(day, int | float) else as_date(day)
    except (ValueError, TypeError):
        found = None
    if found is None:
        raise ChoiceError(f"day 要写成 2026-09-21 这样的日期（现在是 {shown_value(day)}）。")
    return found


def _nothing(day: dt.date | None, owner: str | None) -> str:
    if day is not None:
        return f"{format_day(day)} 没有要发的。要看别的日子，请换一个日期，或不写日期。"
    if owner is not None:
        return f"{plain(owner)} 没有要发的。"
    return "排期里还没有发布。请先把内容条目和群排成排期，再写一次发布清单。"


def _with_people(
    frame: pd.DataFrame, items: pd.DataFrame | None, groups: pd.DataFrame | None
) -> pd.DataFrame:
    """The posts with media and link, and with the group's owner where the item names none."""
    about_items = check(ITEMS.empty() if items is None else items, ITEMS).drop_duplicates("item_id")
    about_groups = check(GROUPS.empty() if groups is None else groups, GROUPS).drop_duplicates("group_id")
    by_item, by_group = about_items.set_index("item_id"), about_groups.set_index("group_id")
    own = frame["owner"].map(one_line)
    keeper = frame["group_id"].map(by_group["owner"]).map(one_line)
    return frame.assign(
        owner=own.mask(own == "", keeper),
        media=frame["item_id"].map(by_item["media"]),
        link=frame["item_id"].map(by_item["link"]),
    )


def _of_owner(frame: pd.DataFrame, owner: str | None) -> pd.DataFrame:
    if owner is None:
        return frame
    known = sorted({str(name) for name in frame["owner"]})
    if frame.empty or one_line(owner) in known:
        return frame[frame["owner"] == one_line(owner)]
    listed = "、".join(name or f'""（{NOBODY}）' for name in known)
    raise ChoiceError(f"排期里没有负责人 {shown_value(owner)} 的发布。可以用：{listed}。")


def _held_items(items: pd.DataFrame | None) -> set[str]:
    """The items that may not go out: those not approved, where their column `review` is used at all."""
    if items is None:
        return set()
    checked = check(items, ITEMS).drop_duplicates("item_id")
    return set(checked.loc[is_held_back(checked["review"]), "item_id"])


def _names_in(media: Path | str | None) -> set[str] | None:
    """The file names in the folder of pictures, None where none was given."""
    if media is None:
        return None
    try:
        return {file.name for file in Path(media).iterdir()}
    except OSError as error:
        raise InputError(
            f"图片文件夹 {media} 打不开（{error.strerror or error}）。请检查文件夹的位置。"
        ) from error


def one_line(value: Any) -> str:
    """A value as text on one line, blanks at the ends taken off.

    >>> one_line(" 晨跑\\n一群 "), one_line(None)
    ('晨跑 一群', '')
    """
    return " ".join(plain(value).split())


def _sheets(frame: pd.DataFrame, held: set[str], pictures: set[str] | None) -> list[Day]:
    """The days in order; posts of one item, time and owner make one message."""
    sheets: dict[dt.date, Day] = {}
    found: dict[tuple[Any, ...], Message] = {}
    for row in frame.to_dict("records"):
        place = row["status"] if row["status"] in {"missed", "cancelled"} else "messages"
        if place == "messages" and row["status"] != "sent" and row["item_id"] in held:
            place = "held"
        key = (place, row["starts_at"], row["item_id"], row["owner"])
        if key not in found:
            found[key] = _message(row, pictures)
            day = row["starts_at"].date()
            sheet = sheets.setdefault(day, Day(day))
            getattr(sheet, place).append(found[key])
        found[key].targets.append(_target(row))
    return list(sheets.values())


def _message(row: dict[Any, Any], pictures: set[str] | None) -> Message:
    text = plain(row["copy"])
    paths = row["media"] if isinstance(row["media"], list) else []
    # the last part, however the path was written
    names = tuple(name for name in (re.split(r"[\\/]", one_line(path))[-1] for path in paths) if name)
    return Message(
        starts_at=row["starts_at"],
        owner=row["owner"],
        title=one_line(row["title"]),
        kind=one_line(word(row["kind"])),
        minutes=0 if pd.isna(row["minutes"]) else int(row["minutes"]),
        text=text if text.strip() else "",
        media=names,
        absent=() if pictures is None else tuple(name for name in names if name not in pictures),
        link=one_line(row["link"]),
    )


def _target(row: dict[Any, Any]) -> Target:
    return Target(
        group_id=one_line(row["group_id"]),
        name=one_line(row["name"]) or one_line(row["group_id"]),
        channel=one_line(row["channel"]),
        status=row["status"],
        code=one_line(row["code"]),
        # a later plan may use the ids again: the time keeps its ticks apart
        key=f"{plain(row['post_id'])}|{int(row['sequence'])}|{row['starts_at']:%Y-%m-%dT%H:%M}",
    )


def _day_text(sheet: Day) -> str:
    """The day as plain text: each message still to be sent between two lines that stand in none of the texts."""
    todo = [message for messages in by_owner(sheet.messages).values() for message in messages]
    todo = [message for message in todo if message.waiting]
    top, bottom = _fences([message.text for message in todo])
    marks = "".join(f" · {words}" for _, words in marks_of(sheet.day))
    lines = [f"{TEXT_MARK} {sheet.day.year} 年 {format_day(sheet.day)}{marks}", sheet.summary]
    if todo:
        lines.append("每条消息：从「从这里复制」的下一行选到「到这里为止」的上一行，复制，贴到群里。")
    if has_codes(todo):
        lines.append(HOW_CODES)
    for number, message in enumerate(todo, start=1):
        who = message.owner or NOBODY
        lines += ["", "", f"【{number}/{len(todo)}】 {message.starts_at:%H:%M} · {who} · {message.title}"]
        lines += _facts(message)
        lines += ["", top, message.text, bottom] if message.text else ["文字：" + NOT_WRITTEN]
    done = [message for message in sheet.messages if len(message.waiting) < len(message.targets)]
    lines += _listed("已发", done, "sent")
    for caption, what, messages in sheet.apart:
        lines += _listed(f"{caption}：{what}", messages, None)
    text = "\n".join(lines) + "\n"
    return "\ufeff" + text.replace("\n", "\r\n")


def _fences(texts: Iterable[str]) -> tuple[str, str]:
    """The lines around a message, drawn longer than any that a text itself holds."""
    joined, dash = "\n".join(texts), "─" * 8
    while f"{dash} 从这里复制" in joined or f"{dash} 到这里为止" in joined:
        dash += "─"
    return f"{dash} 从这里复制 {dash}", f"{dash} 到这里为止 {dash}"


def _facts(message: Message) -> list[str]:
    """Kind, minutes, groups, pictures and link, a line each."""
    about = [message.kind, f"约 {message.minutes} 分钟" if message.minutes else ""]
    lines = ["类型：" + " · ".join(part for part in about if part)] if any(about) else []
    targets = message.waiting
    caption = f"同批群发 {len(targets)} 个群" if len(targets) > 1 else "群"
    if any(target.code for target in targets):
        coded = [f"　{target.name}" + (f"　暗号 {target.code}" if target.code else "") for target in targets]
        lines += [f"{caption}：", *coded] if len(targets) > 1 else [f"{caption}：{coded[0].strip()}"]
    else:
        lines.append(f"{caption}：{'、'.join(target.name for target in targets)}")
    if message.media:
        names = [name + ("（文件夹里没有）" if name in message.absent else "") for name in message.media]
        lines.append(f"图片 {len(names)} 张：{'、'.join(names)}")
    return [*lines, f"链接：{message.link}"] if message.link else lines


def _listed(caption: str, messages: Sequence[Message], status: str | None) -> list[str]:
    """What is not to be sent, under its caption: time, title, groups; of a `status` only the groups with it."""
    lines = []
    for message in messages:
        names = [target.name for target in message.targets if status in {None, target.status}]
        lines.append(f"{message.starts_at:%H:%M} {message.title}（{'、'.join(names)}）")
    return ["", "", f"◇ {caption}", *lines] if lines else []


def _write_folder(folder: Path, files: dict[str, str]) -> Path:
    """Write the files and remove our own older ones; nothing is written where one of the names is somebody else's."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} 是一个文件，发布清单要放进文件夹。请换一个名字。")
    old = [file for file in folder.glob("*") if _OWN_NAME.fullmatch(file.name)] if folder.is_dir() else []
    foreign = [file.name for file in old if file.name in files and not _is_ours(file)]
    if foreign:
        raise InputError(
            f"{folder} 里的 {'、'.join(sorted(foreign)[:3])} 不是发布清单写的，没有覆盖它。请换一个文件夹。"
        )
    for name, text in files.items():
        write_bytes(folder / name, text.encode("utf-8"))
    for file in old:
        if file.name not in files and _is_ours(file):
            _remove(file)
    return folder


def _is_ours(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            start = stream.read(2048).decode("utf-8-sig", errors="replace")
    except OSError:
        return False
    return MARK in start if file.suffix == ".html" else start.startswith(TEXT_MARK)


def _remove(file: Path) -> None:
    try:
        file.unlink()
    except OSError as error:
        raise InputError(
            f"{file} 是上一次的清单，排期里已经没有这一天，但删不掉（{error.strerror or error}）。"
            "如果它正在别的程序里打开，请先关掉，再写一次。"
        ) from error

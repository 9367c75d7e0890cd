"""The door in for playbook files: read, checked key by key, and told with line and expectation where one is at fault."""

from __future__ import annotations

import datetime as dt
import functools
import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from toolkit import lexicons
from toolkit.campaigns import _links
from toolkit.campaigns._lines import key_lines
from toolkit.campaigns._shape import TABLES, TOP, Field, Outline, Phase, Playbook, Table
from toolkit.schema import VALUES, InputError, PlaybookError, as_path, shown_value

# so many faults a message names; the rest come up once these are mended
_LISTED = 8
_SYNTAX_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")


class Fault(NamedTuple):
    """What is wrong at a line of a file (1 = the first), and what was expected."""

    line: int
    what: str
    expected: str


def playbook_files(folder: str | Path | None = None) -> list[Path]:
    """The playbook files of the lexicons, then those of the editor's own folder, each sorted by name.

    Raises InputError where the folder is none.
    """
    files = sorted((lexicons.corpora_folder() / "lexicons" / "playbooks").glob("*.toml"))
    if folder is None:
        return files
    own = as_path(folder, "folder ")
    if not own.is_dir():
        raise InputError(f"没有这个文件夹：{own}。请写出放打法文件（.toml）的文件夹。")
    return files + sorted(own.glob("*.toml"))


def find_playbook(name: str | Path, folder: str | Path | None = None) -> Playbook:
    """A playbook by its number (b8-presale), name (爆款预售), system where only one has it (B8), or file.

    Raises PlaybookError for a name that is not known or means several, and for a file at fault.
    """
    if isinstance(name, Path) or (isinstance(name, str) and name.endswith(".toml")):
        return load_playbook(name)
    if not isinstance(name, str) or not name.strip():
        raise PlaybookError(f"打法要写名称或编号，如 爆款预售（现在是 {shown_value(name)}）。")
    wanted = name.strip()
    files = playbook_files(folder)
    if paths := [path for path in files if path.stem.lower() == wanted.lower()]:
        return load_playbook(paths[-1])
    known = [load_playbook(path) for path in files]
    by_name = [book for book in known if book.name == wanted]
    if found := by_name or [book for book in known if wanted.upper() in book.system.split("、")]:
        if len(found) > 1:
            listed = "、".join(f"{book.name}（{book.playbook}）" for book in found)
            raise PlaybookError(
                f"「{wanted}」有 {len(found)} 个打法：{listed}。请写括号里的编号，或给自己的那份改个名称。"
            )
        return found[0]
    listed = "、".join(book.name for book in known)
    raise PlaybookError(
        f"没有叫「{wanted[:20]}」的打法。可以用的是：{listed}；自己的打法请写文件的路径（.toml）。"
    )


def load_playbook(path: str | Path) -> Playbook:
    """The playbook of a file. Raises PlaybookError that names each fault's line and what is expected there."""
    path = as_path(path, "打法")
    return _load(path, read_playbook_text(path))


@functools.lru_cache(maxsize=256)
def _load(path: Path, text: str) -> Playbook:
    book, faults = parse_playbook(path, text)
    if book is None:
        shown = [f"第 {fault.line} 行：{fault.what}。{fault.expected}" for fault in faults[:_LISTED]]
        rest = f"\n另有 {len(faults) - _LISTED} 处，改完这些会再列出。" if len(faults) > _LISTED else ""
        raise PlaybookError(f"打法文件 {path.name} 有 {len(faults)} 处要改：\n" + "\n".join(shown) + rest)
    return book


def read_playbook_text(path: Path) -> str:
    """The text of a file. Raises PlaybookError where there is none or it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        raise PlaybookError(f"没有这个打法文件：{path}。请检查文件名和所在的文件夹。") from None
    except UnicodeDecodeError:
        raise PlaybookError(f"打法文件 {path.name} 不是 UTF-8 编码。请用 UTF-8 另存一次。") from None
    except OSError:
        raise PlaybookError(f"打不开打法文件 {path}。请检查文件是否被占用，或有没有权限。") from None


def parse_playbook(path: Path, text: str) -> tuple[Playbook | None, list[Fault]]:
    """The playbook, or None with every fault found, in the order of the lines."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _SYNTAX_LINE.search(str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        return None, [
            Fault(line, "这里不合 TOML 的写法", "文字要用引号括起来，一行一项；长文案用三个引号括住。")
        ]
    except RecursionError:
        return None, [Fault(1, "括号套得太深", "一项里只写文字、数字或一层列表。")]
    lines = key_lines(text)
    faults: list[Fault] = []
    values = _top(raw, lines, faults)
    for name, table in TABLES.items():
        values[name] = _rows(raw.get(name), name, table, lines, faults)
    if not faults:
        book = _built(path, values, lines)
        faults = [
            Fault(lines.get(place, 1), what, expected) for place, what, expected in _links.loose_ends(book)
        ]
        if not faults:
            return book, []
    return None, sorted(set(faults))


def _top(raw: dict[str, Any], lines: dict[Any, int], faults: list[Fault]) -> dict[str, Any]:
    strange = [key for key in raw if key not in TOP.fields and key not in TABLES]
    for key in strange:
        listed = "、".join([*TOP.fields, *TABLES])
        faults.append(
            Fault(lines.get((key,), lines.get((key, 0), 1)), f"不认识的项 {key}", f"可以写的是：{listed}。")
        )
    return _row({key: raw[key] for key in raw if key in TOP.fields}, (), TOP, lines, faults)


def _rows(raw: Any, name: str, table: Table, lines: dict[Any, int], faults: list[Fault]) -> Any:
    """The checked rows of a table that comes again, or the one row of a table that does not."""
    header = f"[[{name}]]" if table.repeats else f"[{name}]"
    if raw is None:
        if table.at_least:
            last = max(lines.values(), default=1)
            faults.append(
                Fault(last, f"缺少{table.caption}", f"至少写一个 {header}，写法见 docs/playbooks.md。")
            )
        return () if table.repeats else {}
    if not table.repeats:
        if not isinstance(raw, dict):
            faults.append(
                Fault(
                    _line_of(lines, name),
                    f"{table.caption}写成了别的样子",
                    f"请写成 {header}，下面一行一项。",
                )
            )
            return {}
        return _row(raw, (name,), table, lines, faults)
    if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw):
        faults.append(
            Fault(
                _line_of(lines, name),
                f"{table.caption}写成了别的样子",
                f"每一个前面要有 {header}，两层方括号。",
            )
        )
        return ()
    return tuple(_row(row, (name, place), table, lines, faults) for place, row in enumerate(raw))


def _line_of(lines: dict[Any, int], name: str) -> int:
    return lines.get((name,), lines.get((name, 0), 1))


def _row(
    raw: dict[str, Any],
    place: tuple[str | int, ...],
    table: Table,
    lines: dict[Any, int],
    faults: list[Fault],
) -> dict[str, Any]:
    """A row's checked values; what is at fault goes to `faults`, and its key is left out."""
    head = lines.get(place, 1)
    what = f"{table.caption}里" if place else ""
    row: dict[str, Any] = {}
    for key, field in table.fields.items():
        if key not in raw:
            if field.needed:
                faults.append(Fault(head, f"{what}缺少 {key}（{field.caption}）", _wanted(field, key)))
            continue
        value, fault = _value(raw[key], field)
        if fault:
            faults.append(
                Fault(
                    lines.get((*place, key), head),
                    f"{what}的 {key}（{field.caption}）{fault}",
                    _wanted(field, key),
                )
            )
        else:
            row[key] = value
    for key in raw:
        if place and key not in table.fields:
            listed = "、".join(table.fields)
            faults.append(
                Fault(lines.get((*place, key), head), f"{what}有不认识的项 {key}", f"可以写的是：{listed}。")
            )
    return row


_SHAPES = {
    "text": "写成带引号的文字",
    "texts": '写成 ["甲", "乙"] 这样的列表',
    "whole": "写成整数",
    "number": "写成数字",
    "flag": "写成 true 或 false",
    "span": "写成 [0, 2] 这样的两个整数，前小后大",
    "wholes": "写成 [0, 7, 14] 这样的整数列表，从 0 开始，由小到大",
    "date": "写成 2026-09-01 这样的日期，不加引号",
    "when": '写成 {"需求" = "高频"} 这样，选项名加引号',
}


def _wanted(field: Field, key: str) -> str:
    """What a key takes, as a sentence."""
    told = f"请把 {key} {_SHAPES[field.kind]}"
    if field.choices:
        told += f"，只能用：{'、'.join(field.choices)}" + ('，或空着（""）' if field.blank else "")
    elif field.kind in ("whole", "number", "span", "wholes") and field.high < float("inf"):
        told += f"，在 {field.low:g} 到 {field.high:g} 之间"
    elif field.kind in ("whole", "number"):
        told += f"，不小于 {field.low:g}"
    return told + "。"


def _value(value: Any, field: Field) -> tuple[Any, str]:
    """The value in its form, and what is wrong with it ("" when nothing is)."""
    if field.kind == "text":
        if not isinstance(value, str):
            return None, f"是 {shown_value(value)}，不是文字"
        text = value.strip("\n").rstrip()
        if not text.strip() and not field.blank:
            return None, "是空的"
        return text, _stranger((text,) if text else (), field)
    if field.kind == "texts":
        if (
            not isinstance(value, list)
            or not all(isinstance(part, str) and part.strip() for part in value)
            or not value
        ):
            return None, f"是 {shown_value(value)}，不是文字的列表"
        return tuple(value), _stranger(tuple(value), field)
    if field.kind == "flag":
        return (value, "") if isinstance(value, bool) else (None, f"是 {shown_value(value)}")
    if field.kind == "date":
        plain = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
        return (value, "") if plain else (None, f"是 {shown_value(value)}，不是日期")
    if field.kind == "when":
        return _when(value)
    return _numbers(value, field)


def _stranger(texts: tuple[str, ...], field: Field) -> str:
    strange = [text for text in texts if field.choices and text not in field.choices]
    return f"里有不认识的「{'、'.join(text[:20] for text in strange)}」" if strange else ""


def _when(value: Any) -> tuple[Any, str]:
    pairs: list[tuple[str, tuple[str, ...]]] = []
    for option, wanted in value.items() if isinstance(value, dict) else [("", None)]:
        listed = [wanted] if isinstance(wanted, str) else wanted
        if not isinstance(listed, list) or not listed or not all(isinstance(part, str) for part in listed):
            return None, f"是 {shown_value(value)}"
        pairs.append((option, tuple(listed)))
    return tuple(pairs), ""


def _numbers(value: Any, field: Field) -> tuple[Any, str]:
    listed = value if field.kind in ("span", "wholes") else [value]
    good = (int, float) if field.kind == "number" else (int,)
    if (
        not isinstance(listed, list)
        or not listed
        or not all(isinstance(n, good) and not isinstance(n, bool) for n in listed)
    ):
        return None, f"是 {shown_value(value)}"
    if not all(field.low <= n <= field.high for n in listed):
        return None, f"是 {shown_value(value)}，超出了范围"
    if field.kind == "span" and (len(listed) != 2 or listed[0] > listed[1]):
        return None, f"是 {shown_value(value)}，前后不对"
    if field.kind == "wholes" and (listed[0] != 0 or sorted(set(listed)) != listed):
        return None, f"是 {shown_value(value)}，次序不对"
    return (tuple(listed) if field.kind in ("span", "wholes") else value), ""


def _built(path: Path, values: dict[str, Any], lines: dict[Any, int]) -> Playbook:
    """The checked values as a Playbook, kinds and phases in the code's words."""
    codes = {"预热": "warmup", "促销": "promotion", "复盘": "review", "": ""}
    phases = tuple(Phase(**{**row, "phase": codes[row["phase"]]}) for row in values["phases"])
    items = tuple(
        Outline(**{**row, "kind": VALUES[row["kind"]], "tone": VALUES[row["tone"]]})
        for row in values["items"]
    )
    return Playbook(
        **{**values, "playbook": path.stem, "path": path, "phases": phases, "items": items, "lines": lines}
    )

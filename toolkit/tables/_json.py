"""JSON Lines as a stream, and JSON files that hold one list of objects."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from toolkit.schema import InputError
from toolkit.tables._cells import short
from toolkit.tables._rows import Rows

# a whole JSON document takes some five times its size while it is read; JSON Lines has no such limit
_MAX_WHOLE = 300_000_000
_MOST_DIGITS = 4000
_BROKEN = "这一行不是完整的 JSON"
_REPEATED = "同一条里的字段「{}」不止一次，用了最后一个"


def read_json_lines(lines: Iterable[str], rows: Rows) -> None:
    """Every line that is an object into `rows`, the others rejected."""
    keys: dict[str, None] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            value = _loaded(line, number, rows)
        except (ValueError, RecursionError):
            rows.reject(number, _BROKEN)
            continue
        _add(rows, keys, number, value, "这一行的 JSON 不是「字段: 值」的形式")


def read_json(lines: Iterable[str], rows: Rows) -> None:
    """A list of objects, an object with one such list in it, or JSON Lines with another suffix, into `rows`.

    Rows count from 1 in the list. Raises InputError for any other JSON.
    """
    parts: list[str] = []
    size = 0
    for line in lines:
        parts.append(line)
        size += len(line)
        if size > _MAX_WHOLE:
            raise InputError(f"{rows.path}：JSON 文件太大，没有读。请导出为 JSONL（每行一条）或 CSV。")
    try:
        value = _loaded("".join(parts), 1, rows)
    except RecursionError as error:
        raise InputError(f"{rows.path}：JSON 嵌套太深，没有读。请导出为 CSV 或 JSONL。") from error
    except ValueError as error:
        if not _has_objects_by_line(parts):
            raise InputError(
                f"{rows.path}：不是完整的 JSON（{_place(error)}）。请重新导出，或导出为 CSV。"
            ) from error
        read_json_lines(parts, rows)
        return
    keys: dict[str, None] = {}
    for number, record in enumerate(_the_list(value, rows.path), start=1):
        _add(rows, keys, number, record, "这一条不是「字段: 值」的形式")


def _loaded(text: str, number: int, rows: Rows) -> Any:
    """The value of a JSON text, with a note on the row where an object has the same key twice."""
    repeated: dict[str, None] = {}

    def to_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            counted = Counter(key for key, _ in pairs)
            repeated.update((key, None) for key in found if counted[key] > 1)
        return found

    value = json.loads(
        text,
        object_pairs_hook=to_object,
        parse_int=_whole,
        parse_constant=lambda name: None if name == "NaN" else name,
    )
    if repeated:
        rows.note(number, _REPEATED.format(short("、".join(repeated))))
    return value


def _whole(digits: str) -> int | str:
    """A number, as text where Python refuses to turn so many digits into one."""
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _place(error: ValueError) -> str:
    line = getattr(error, "lineno", 0)
    return f"第 {line} 行附近读不通" if line else "内容读不通"


def _has_objects_by_line(parts: list[str]) -> bool:
    """Whether the first lines that are not blank are objects by themselves."""
    first = [line for line in parts[:100] if line.strip()][:1]
    try:
        return all(isinstance(json.loads(line, parse_int=_whole), dict) for line in first) and bool(first)
    except (ValueError, RecursionError):
        return False


def _the_list(value: Any, path: str) -> list[Any]:
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        raise InputError(f"{path}：这个 JSON 里没有内容列表。请导出为 CSV，或每行一条的 JSONL。")
    found = dict(_lists_in(value, ""))
    if len(found) > 1:
        raise InputError(
            f"{path}：JSON 里有 {len(found)} 个列表（{'、'.join(found)}），不知道该读哪一个。"
            "请只留下内容那一个列表，或导出为 CSV。"
        )
    return next(iter(found.values()), [value])


def _lists_in(value: dict[str, Any], name: str) -> Iterator[tuple[str, list[Any]]]:
    """Each list of objects in an object and in the objects within it, with its name."""
    for key, inner in value.items():
        full = f"{name}.{key}" if name else str(key)
        if isinstance(inner, dict):
            yield from _lists_in(inner, full)
        elif isinstance(inner, list) and any(isinstance(part, dict) for part in inner):
            yield full, inner


def _add(rows: Rows, keys: dict[str, None], number: int, record: Any, reason: str) -> None:
    """Take one object in; `keys` are those seen so far, in the order of the columns."""
    if not isinstance(record, dict):
        rows.reject(number, reason)
        return
    new = [key for key in record if key not in keys]
    if new:
        rows.add_columns(0, new)
        keys.update(dict.fromkeys(new))
    rows.add(number, [_plain(record.get(key, "")) for key in keys])


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(str(part) for part in value if part is not None)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value

"""Tables of web pages and of Excel's old XML, as many back ends send them out under the name .xls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from toolkit.schema import InputError
from toolkit.tables._rows import MAX_COLUMNS, IsHeader, Rows, Table

_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"
_STARTS = ("<!doctype html", "<html", "<table", "<meta", "<head", "<style", "<div", "<body", "<?xml")
_BREAKS = {"br", "p", "div", "li"}
# a page takes some twenty times its size while it is read
_MAX_PAGE = 100_000_000


def looks_like_page(start: str) -> bool:
    """Whether a text is a web page or XML rather than rows.

    >>> looks_like_page("<html><table><tr><td>标题</td></tr></table>"), looks_like_page("标题,<b>正文</b>")
    (True, False)
    """
    return start.lower().startswith(_STARTS)


def read_page_tables(lines: Iterable[str], label: str, is_header: IsHeader | None) -> list[Table]:
    """The tables of a page whose header is known, else its longest one. Raises InputError when there is none."""
    content = _joined(lines, label)
    found = []
    for place, element in enumerate(_tables(content), start=1):
        rows = Rows(f"{label}〔表{place}〕", is_header)
        for number, line in enumerate(_tagged(element, "tr", "row"), start=1):
            values: list[str] = []
            for cell in _tagged(line, "td", "th", "cell"):
                _put(values, cell)
            rows.add(number, values)
        found.append(rows.table(format="html"))
    found = [table for table in found if table.header]
    if not found:
        raise InputError(f"{label}：内容是网页，里面没有表格（登录过期时常这样）。请重新登录后再导出。")
    known = [table for table in found if table.headed] if is_header else []
    return known or [max(found, key=lambda table: len(table.row_numbers))]


def _joined(lines: Iterable[str], label: str) -> str:
    parts, size = [], 0
    for line in lines:
        parts.append(line)
        size += len(line)
        if size > _MAX_PAGE:
            raise InputError(f"{label}：网页太大，没有读。请重新导出为 Excel 或 CSV。")
    return "".join(parts)


def _tables(content: str) -> list[Any]:
    """The tables that hold no other one: those only lay out a page."""
    from lxml import etree

    # the text is decoded already, whatever it says of itself
    if _SPREADSHEET in content[:5000]:
        parser: Any = etree.XMLParser(encoding="utf-8", recover=True, resolve_entities=False, huge_tree=True)
    else:
        parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        page = etree.fromstring(content.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return []
    if page is None:
        return []
    tables = [page, *_tagged(page, "table")] if _name(page) == "table" else list(_tagged(page, "table"))
    return [table for table in tables if next(_tagged(table, "table"), None) is None]


def _tagged(element: Any, *names: str) -> Iterator[Any]:
    """The elements within one that have one of the names, in order."""
    return (node for node in element.iterdescendants() if _name(node) in names)


def _name(element: Any) -> str:
    """An element's name in lower case, without its namespace."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _put(values: list[str], cell: Any) -> None:
    """Put a cell's text behind the others, with blanks for the columns it spans or skips."""
    skipped = _number(cell.get(f"{{{_SPREADSHEET}}}Index")) - 1 - len(values)
    values += [""] * max(0, skipped)
    parts: list[str] = []
    for node in cell.iter():
        if isinstance(node.tag, str):
            if _name(node) in _BREAKS and any(parts):
                parts.append("\n")
            parts.append(node.text or "")
        if node is not cell:
            parts.append(node.tail or "")
    values.append("".join(parts).replace("\xa0", " ").strip())
    values += [""] * (_number(cell.get("colspan")) - 1)


def _number(text: str | None) -> int:
    return min(int(text), MAX_COLUMNS) if text and text.isascii() and text.isdigit() else 0

"""Cells as people write them: counts, numbers, flags; the mark that keeps a spreadsheet from running text."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from toolkit.schema import as_flag

# what a spreadsheet takes for the start of a formula, full-width forms included (OWASP, CSV Injection);
# apostrophes before it count too, so that taking one off again is exact
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def quote_cell(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it as a formula.

    >>> quote_cell("=1+1"), quote_cell("中秋")
    ("'=1+1", '中秋')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unquote_cell(text: str) -> str:
    """The text that `quote_cell` was given; reading a CSV file that `write_csv` wrote does so for every cell.

    >>> unquote_cell("'=1+1"), unquote_cell("'90 后")
    ('=1+1', "'90 后")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


# full-width forms as ASCII, odd blanks as blanks, marks that nobody sees as nothing
WIDE = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys((0x3000, 0xA0, 0x2002, 0x2003, 0x2009), " "),
    **dict.fromkeys((0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF)),
}
_WHAT = "阅读|播放|浏览|观看|点赞|评论|转发|分享|留言|在看|喜欢|热度|赞"
_UNITS = {
    **{"": 1, "百": 100, "千": 1_000, "k": 1_000, "万": 10_000, "萬": 10_000, "w": 10_000},
    **{"百万": 1_000_000, "m": 1_000_000, "千万": 10_000_000, "亿": 100_000_000, "億": 100_000_000},
}
_COUNT = re.compile(
    rf"(?:(?:{_WHAT})(?:次数|量|数)?\s*:?)?\s*(?:约|近|超过|超|>|≈|~)?\s*"
    r"(\d{1,3}(?:,\d{3})+|\d{1,15})(\.\d{1,6})?\s*(百万|千万|[万萬w千k百m亿億]?)\s*(?:[+多余]|以上)?"
    rf"\s*(?:次|人|条|个|篇|看过|读过|{_WHAT})*"
)
_SCIENTIFIC = re.compile(r"\d(\.\d{1,15})?e\+?\d{1,2}")
_LARGEST = 10**16
NOTHING = {
    "",
    "—",
    "——",
    "/",
    "\\n",
    "n/a",
    "#n/a",
    "na",
    "nan",
    "none",
    "null",
    "无",
    "暂无",
    "暂无数据",
    "未知",
}


def is_nothing(text: str) -> bool:
    """Whether a cell in lower case says that there is no value."""
    return text in NOTHING or not text.strip("-")


def parse_count(value: Any) -> tuple[int | None, str]:
    """A count as people write it, and the reason when it cannot be read ("" when it could, or was blank).

    >>> parse_count("10万+"), parse_count("1.2w"), parse_count("1,234"), parse_count("--")
    ((100000, ''), (12000, ''), (1234, ''), (None, ''))
    >>> parse_count("很多")
    (None, '看不懂的数字「很多」')
    """
    if isinstance(value, bool):
        return None, f"看不懂的数字「{value}」"
    text = str(value).translate(WIDE).strip().lower()
    if is_nothing(text):
        return None, ""
    match = _COUNT.fullmatch(text.replace("十万", "10万"))
    if match is not None:
        number = Decimal(match[1].replace(",", "") + (match[2] or "")) * _UNITS[match[3]]
    elif _SCIENTIFIC.fullmatch(text):
        number = Decimal(text)
    else:
        what = "负数" if re.fullmatch(r"-\d+(\.\d+)?", text) else "看不懂的数字"
        return None, f"{what}「{short(value)}」"
    if number > _LARGEST:
        return None, f"数字大得不合理「{short(value)}」"
    if number != number.to_integral_value():
        return None, f"不是整数「{short(value)}」"
    return int(number), ""


def parse_number(value: Any) -> tuple[float, str]:
    """A decimal number, missing with a reason when it is none."""
    text = str(value).translate(WIDE).strip().replace(",", "")
    if is_nothing(text.lower()):
        return float("nan"), ""
    if re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", text):
        return float(text), ""
    return float("nan"), f"看不懂的数字「{short(value)}」"


def parse_flag(value: Any) -> tuple[bool, str]:
    """Yes or no as people mark it, blank is no; no with a reason when it is neither.

    >>> parse_flag("是"), parse_flag("FALSE"), parse_flag("")
    ((True, ''), (False, ''), (False, ''))
    """
    try:
        return as_flag(value), ""
    except ValueError as error:
        return False, str(error)


def short(value: Any) -> str:
    """A cell as a message shows it: one line, 20 characters at most."""
    text = str(value).replace("\n", " ")
    return text if len(text) <= 20 else text[:20] + "…"

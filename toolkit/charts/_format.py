"""Chinese formats of numbers and times, and the one escaping helper of the house."""

from __future__ import annotations

import datetime as dt
import html
import math
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pandas as pd

from toolkit import lexicons
from toolkit.schema import (
    as_date,
    as_time,
)

if TYPE_CHECKING:
    pass

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")

_MISSING = "—"

_DROPPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_BROKEN = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

_URL = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)


def plain(value: Any) -> str:
    r"""A value as text that any file format can hold; a missing one is "".

    Control characters and characters that turn the reading direction are dropped (they can make a title
    read as another), lone surrogates become U+FFFD, line ends become a plain newline.

    >>> plain("A\x00B\u202eC"), plain(None), plain(3)
    ('ABC', '', '3')
    """
    if value is None or (not isinstance(value, str) and pd.api.types.is_scalar(value) and pd.isna(value)):
        return ""
    text = re.sub("\r\n?|\u2028|\u2029", "\n", str(value))
    return _BROKEN.sub("\ufffd", _DROPPED.sub("", text))


def escape(value: Any) -> str:
    """A value as text that is safe inside HTML elements and quoted attributes.

    >>> escape('"><img onerror=x>')
    '&quot;&gt;&lt;img onerror=x&gt;'
    """
    return html.escape(plain(value), quote=True)


def safe_link(url: Any, text: Any) -> str:
    """A link in HTML for an http or https address, else the escaped text alone.

    Addresses with a user name before @ are shown as text: they pretend to lead elsewhere.

    >>> safe_link("javascript:alert(1)", "点我")
    '<bdi>点我</bdi>'
    >>> safe_link("https://example.com/a?b=1&c=2", "点我")
    '<a href="https://example.com/a?b=1&amp;c=2" rel="noopener noreferrer nofollow"><bdi>点我</bdi></a>'
    """
    address = plain(url).strip()
    label = f"<bdi>{escape(text) or escape(address)}</bdi>"
    try:
        host = urlsplit(address).netloc if _URL.fullmatch(address) else ""
    except ValueError:
        host = ""
    if not host or "@" in host:
        return label
    return f'<a href="{escape(address)}" rel="noopener noreferrer nofollow">{label}</a>'


def format_count(value: Any) -> str:
    """A count as people write it; a dash for a missing one.

    >>> format_count(12345), format_count(9999), format_count(230_000_000), format_count(None)
    ('1.2万', '9999', '2.3亿', '—')
    """
    if value is None or pd.isna(value):
        return _MISSING
    number = float(value)
    for size, unit in ((1e8, "亿"), (1e4, "万")):
        # 99 996 000 would else read 10000万
        if abs(number) >= size * 0.99995:
            return f"{number / size:.1f}".removesuffix(".0") + unit
    return f"{number:.1f}".removesuffix(".0")


def format_share(value: Any) -> str:
    """A fraction as a percentage with one decimal; a dash for a missing one.

    >>> format_share(0.034), format_share(1), format_share(0.0004), format_share(0)
    ('3.4%', '100%', '<0.1%', '0%')
    """
    if value is None or pd.isna(value):
        return _MISSING
    share = float(value) * 100
    if 0 < share < 0.05:
        return "<0.1%"
    return f"{share:.1f}".removesuffix(".0") + "%"


def share_decimals(value: float) -> int:
    """How many decimals a table gives a share in percent: one below 10% and just below 100%, where it says something.

    >>> share_decimals(0.127), share_decimals(0.034), share_decimals(0.05), share_decimals(-0.034), share_decimals(0.997)
    (0, 1, 0, 1, 1)
    """
    percent = abs(value) * 100
    return int((percent < 9.95 or 99.5 <= percent < 100) and abs(percent - round(percent)) >= 0.05)


def yuan_decimals(value: float) -> int:
    """How many decimals a table gives yuan: two where there are cents.

    >>> yuan_decimals(24800.0), yuan_decimals(3.5)
    (0, 2)
    """
    return 0 if abs(value - round(value)) < 0.005 else 2


def format_unit(value: Any, unit: str) -> str:
    """A number of a table by its contract's unit, share or yuan, without the sign that its caption has; "" if missing.

    >>> format_unit(0.127, "share"), format_unit(-0.034, "share"), format_unit(0.0002, "share"), format_unit(0, "share")
    ('13%', '-3.4%', '<0.1%', '0%')
    >>> format_unit(0.9997, "share"), format_unit(1.0, "share")
    ('>99.9%', '100%')
    >>> format_unit(24800.0, "yuan"), format_unit(-3.5, "yuan"), format_unit(None, "yuan")
    ('24,800', '-3.50', '')
    """
    if value is None or pd.isna(value):
        return ""
    number = float(value)
    if not math.isfinite(number):
        return str(number)
    if unit == "yuan":
        # no minus before nothing
        return f"{round(number, 2) + 0.0:,.{yuan_decimals(number)}f}"
    if 0 < abs(number) < 0.0005:
        return "<0.1%" if number > 0 else ">-0.1%"
    if 0.9995 <= number < 1:
        return ">99.9%"
    return f"{number:.{share_decimals(number)}%}"


def format_yuan(value: Any) -> str:
    """An amount in a chart's words: 万 from ten thousand on, below with commas as in the tables.

    >>> format_yuan(24800), format_yuan(1800), format_yuan(950.5)
    ('2.5万元', '1,800 元', '950.50 元')
    """
    if abs(value) >= 1e4 * 0.99995:
        return f"{format_count(value)}元"
    return f"{format_unit(value, 'yuan')} 元"


def format_day(value: Any) -> str:
    """A day with its weekday; a dash for a missing one.

    >>> format_day("2026-11-03")
    '11月3日 周二'
    """
    day = as_date(value)
    return _MISSING if day is None else f"{day.month}月{day.day}日 {WEEKDAYS[day.weekday()]}"


def format_time(value: Any) -> str:
    """A time in Shanghai as people write it; a dash for a missing one.

    >>> format_time("2026-11-03 20:00")
    '11月3日 周二 20:00'
    """
    stamp = as_time(value)
    return _MISSING if pd.isna(stamp) else f"{format_day(stamp)} {stamp:%H:%M}"


def day_marks(day: dt.date) -> list[tuple[str, str]]:
    """What is special about a day, as (kind, words): festival, rest, workday (调休) and solemn days.

    >>> day_marks(dt.date(2026, 9, 18))
    [('solemn', '庄重日：九一八')]
    """
    festival = lexicons.days_of("festival").get(day)
    solemn = lexicons.days_of("solemn").get(day)
    marks = []
    if festival and festival != solemn:
        marks.append(("festival", lexicons.spoken_festival(festival)))
    if solemn:
        marks.append(("solemn", f"庄重日：{solemn}"))
    if day in lexicons.days_of("rest"):
        marks.append(("rest", "放假"))
    if day in lexicons.days_of("workday"):
        marks.append(("workday", "调休上班"))
    return marks

"""Dates and times as people write them, to Asia/Shanghai."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pandas as pd

from toolkit.schema import TIME_ZONE, as_time, checked_moment
from toolkit.tables._cells import WIDE, is_nothing, short

# part of the day, hour, minutes and seconds (8:30, 8时30分, 8点, 8点半), AM or PM
_CLOCK = (
    r"(?:\s*T?\s*(上午|早上|清晨|凌晨|中午|下午|傍晚|晚上)?\s*(\d{1,2})"
    r"(?::(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?|[时時点點](?:(\d{1,2}|半)分?(?:(\d{1,2})秒)?)?)\s*([AaPp][Mm])?)?"
)
_WEEKDAY = re.compile(r"\(?(?:周|週|星期)[一二三四五六日天]\)?")
_LABEL = re.compile(
    r"^(?:(?:发布|发表|编辑|更新|创建)?(?:于|时间|日期)|发布|发表)\s*:?\s*|(?<=\S)\s*(?:发布|发表|编辑|更新|创建)$"
)
_YMD = re.compile(r"(\d{4}|\d{2}(?=\s*年))\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?" + _CLOCK)
_DIGITS = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")
_MD = re.compile(r"(\d{1,2})\s*[-/月]\s*(\d{1,2})\s*[日号]?" + _CLOCK)
_THREE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{2}|\d{4})" + _CLOCK)
_AGO = re.compile(r"(\d{1,4}|[半一二两三四五六七八九十])\s*个?\s*(秒|分|小时|天|周|星期|月|年)(?:钟)?之?前")
_NAMED = re.compile(r"(今天|今日|昨天|昨日|前天|前日|大前天)" + _CLOCK)
_OF_WEEK = re.compile(r"(上|本|这)?(?:个)?(?:周|星期)([一二三四五六日天])" + _CLOCK)
_ISO_ZONE = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}(:?\d{2})?)")
_SIMPLE = str.maketrans("鐘鍾時點號週個剛後發佈", "钟钟时点号周个刚后发布")
_EXCEL_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a serial has no zone; Shanghai is put on below
_AGO_UNITS = {"秒": 1, "分": 60, "小时": 3600, "天": 86_400, "周": 604_800, "星期": 604_800}
_NUMERALS = dict(zip("一二三四五六七八九十", range(1, 11), strict=True)) | {"两": 2, "半": 0.5}
_NO_NOW = "没有给出 now，无法换算"
# besides RFC 5322: microblog interfaces, browsers, English pages
_ENGLISH = (
    *(
        "%a %b %d %H:%M:%S %z %Y",
        "%a %b %d %Y %H:%M:%S GMT%z",
        "%b %d, %Y",
        "%B %d, %Y",
        "%d %b %Y",
        "%d %B %Y",
    ),
    *("%b %d, %Y %H:%M", "%B %d, %Y %H:%M", "%b %d, %Y %I:%M %p", "%B %d, %Y %I:%M %p"),
)
# Shanghai's midnight of 1970-01-01 in naive time of UTC; its offset has been the same since 1992
_ORIGIN = dt.datetime(1970, 1, 1, 8)  # noqa: DTZ001
_MICROSECOND = dt.timedelta(microseconds=1)


def parse_time(value: Any, *, now: dt.datetime | None = None) -> tuple[pd.Timestamp, str]:
    """A date or time as people write it, in Asia/Shanghai, and the reason when it cannot be read.

    Relative dates and dates without a year need `now`; without it they are missing with a reason. A date without a
    year, or a weekday alone, is the latest one not after `now`. 03/04/05 is ambiguous and not guessed.

    >>> parse_time("2026年11月3日 08:30")[0].isoformat()
    '2026-11-03T08:30:00+08:00'
    >>> parse_time("03/04/05")[1]
    '日期有歧义「03/04/05」'
    """
    now = None if now is None else checked_moment(now, "now")
    try:
        if isinstance(value, (dt.datetime, dt.date)):
            found: dt.datetime | str = as_time(value)
            if pd.isna(found):
                return pd.NaT, ""
        else:
            text = _LABEL.sub("", str(value).translate(WIDE).translate(_SIMPLE).strip())
            if is_nothing(text.lower()):
                return pd.NaT, ""
            found = _read_time(text, now)
    except (ValueError, OverflowError, OSError):
        return pd.NaT, f"日期不存在「{short(value)}」"
    if isinstance(found, str):
        return pd.NaT, f"{found}「{short(value)}」"
    if not 1990 <= found.year <= 2100:
        return pd.NaT, f"年份不合理「{short(value)}」"
    return pd.Timestamp(found).tz_convert(TIME_ZONE).as_unit("us"), ""


def plain_moment(value: Any) -> int | None:
    """Microseconds since 1970 in UTC of 2026-11-03, 2026-11-03 08:30 or 2026-11-03 08:30:05 in Shanghai, else None.

    Twenty times as fast as `parse_time`, and the same for these.
    """
    if type(value) is not str or len(value) not in (10, 16, 19) or value[4] != "-" or value[7] != "-":
        return None
    if value[10:11] not in ("", " ", "T"):
        return None
    try:
        found = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    if found.tzinfo is not None or not 1992 <= found.year <= 2100:
        return None
    return (found - _ORIGIN) // _MICROSECOND


def _read_time(text: str, now: dt.datetime | None) -> dt.datetime | str:
    """The time a text means, or what is wrong with it."""
    if _ISO_ZONE.fullmatch(text):
        return dt.datetime.fromisoformat(re.sub(r"\s+(?=[Z+-])", "", text))
    if match := _OF_WEEK.fullmatch(text):
        return _of_week(match, now)
    text = _WEEKDAY.sub(" ", text).strip() if re.search(r"\d", text) else text
    if match := _YMD.fullmatch(text):
        year = int(match[1]) + (2000 if len(match[1]) == 2 else 0)
        return _at(year, int(match[2]), int(match[3]), match.groups()[3:])
    if match := _DIGITS.fullmatch(text):
        parts = [int(part) for part in match.groups() if part]
        return dt.datetime(*parts, tzinfo=TIME_ZONE)  # type: ignore[arg-type,misc]
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return _from_number(float(text))
    if match := _THREE.fullmatch(text):
        return _day_month(match)
    if match := _AGO.fullmatch(text):
        return _ago(match, now)
    if text == "刚刚":
        return _NO_NOW if now is None else now
    if match := _NAMED.fullmatch(text):
        if now is None:
            return _NO_NOW
        back = ["今", "昨", "前", "大"].index(match[1][0])
        day = now.date() - dt.timedelta(days=back)
        return _at(day.year, day.month, day.day, match.groups()[1:])
    if match := _MD.fullmatch(text):
        return _yearless(match, now)
    if re.fullmatch(_CLOCK, text):
        return "只有钟点，没有日期"
    return _in_english(text)


def _in_english(text: str) -> dt.datetime | str:
    """Times as feeds, mails and interfaces write them: Sun, 20 Sep 2026 08:30:00 +0800."""
    from email.utils import parsedate_to_datetime

    if not re.search(r"[A-Za-z]{3}", text):
        return "看不懂的日期"
    text = re.sub(r"\s*\(.*\)$", "", text)
    for form in _ENGLISH:
        try:
            return as_time(dt.datetime.strptime(text, form)).to_pydatetime()  # noqa: DTZ007 - as_time puts it on
        except ValueError:
            continue
    try:
        return as_time(parsedate_to_datetime(text)).to_pydatetime()
    except (ValueError, TypeError, IndexError):
        return "看不懂的日期"


def _at(year: int, month: int, day: int, clock: tuple[str | None, ...]) -> dt.datetime | str:
    half, hours, *minutes, noon = clock
    noon = (noon or "").upper()
    hour = int(hours or 0)
    # minutes and seconds of 8:30:05, of 8时30分05秒
    minute, second = (
        30 if part == "半" else int(part or 0)
        for part in (minutes[0] or minutes[2], minutes[1] or minutes[3])
    )
    late = half in ("下午", "傍晚", "晚上") or noon == "PM" or (half == "中午" and hour < 11)
    if hour == 12 and half in ("晚上", "傍晚"):
        return "钟点有歧义"
    if late and hour < 12:
        hour += 12
    elif hour == 12 and (half in ("上午", "早上", "清晨", "凌晨") or noon == "AM"):
        hour = 0
    if (hour, minute, second) == (24, 0, 0):
        return dt.datetime(year, month, day, tzinfo=TIME_ZONE) + dt.timedelta(days=1)
    return dt.datetime(year, month, day, hour, minute, second, tzinfo=TIME_ZONE)


def _from_number(number: float) -> dt.datetime | str:
    """Excel serials (1990 to 2100), epoch seconds, milliseconds and microseconds."""
    if 32_874 <= number < 73_416:
        return (_EXCEL_EPOCH + dt.timedelta(seconds=round(number * 86_400))).replace(tzinfo=TIME_ZONE)
    for unit in (1, 1_000, 1_000_000):
        if 631_152_000 <= number / unit < 4_133_980_800:
            return dt.datetime.fromtimestamp(number / unit, tz=TIME_ZONE)
    return "看不懂的日期"


def _ago(match: re.Match[str], now: dt.datetime | None) -> dt.datetime | str:
    if match[2] not in _AGO_UNITS:
        return "只说到月或年，定不了日期"
    number = _NUMERALS.get(match[1]) or int(match[1])
    return _NO_NOW if now is None else now - dt.timedelta(seconds=number * _AGO_UNITS[match[2]])


def _of_week(match: re.Match[str], now: dt.datetime | None) -> dt.datetime | str:
    """周三 is the latest Wednesday not after `now`; 上周三 and 本周三 are those of weeks from Monday to Sunday."""
    if now is None:
        return _NO_NOW
    weekday = "一二三四五六日".index(match[2].replace("天", "日"))
    day = now.date() - dt.timedelta(days=now.weekday() - weekday + (7 if match[1] == "上" else 0))
    found = _at(day.year, day.month, day.day, match.groups()[2:])
    if not match[1] and isinstance(found, dt.datetime) and found > now:
        found -= dt.timedelta(days=7)
    return found


def _day_month(match: re.Match[str]) -> dt.datetime | str:
    """03/25/2026 and 25/03/2026 are clear; two-digit years and two parts up to 12 are not."""
    first, second, year = int(match[1]), int(match[2]), match[3]
    if len(year) == 2 or (first <= 12 and second <= 12 and first != second):
        return "日期有歧义"
    month, day = (second, first) if first > 12 else (first, second)
    return _at(int(year), month, day, match.groups()[3:])


def _yearless(match: re.Match[str], now: dt.datetime | None) -> dt.datetime | str:
    if now is None:
        return "没有给出 now，无法补上年份"
    for year in range(now.year, now.year - 8, -1):
        try:
            found = _at(year, int(match[1]), int(match[2]), match.groups()[2:])
        except ValueError:
            continue
        if isinstance(found, str) or found <= now:
            return found
    return "日期不存在"

"""Numbers as an editor reads them in a sentence."""

from __future__ import annotations

_TENTHS = "零一二三四五六七八九十"


def percent(share: float) -> str:
    """A share as a percentage with two digits that count.

    >>> percent(0.0512), percent(0.2), percent(0.00456), percent(1.234)
    ('5.1%', '20%', '0.46%', '123%')
    """
    value = share * 100
    size = abs(value)
    digits = 0 if size >= 9.95 else 1 if size >= 0.995 else 2
    text = f"{value:.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


def people(number: float) -> str:
    """A number of people; from ten thousand on in 万.

    >>> people(820), people(12414)
    ('820 人', '1.24万人')
    """
    if number < 10_000:
        return f"{round(number)} 人"
    value = number / 10_000
    return f"{value:.2f}万人" if value < 10 else f"{value:,.0f}万人"


def tenths(share: float) -> str:
    """How many times in ten.

    >>> tenths(0.8)
    '八'
    """
    return _TENTHS[min(9, max(1, round(share * 10)))]


def listed(names: list[str], most: int = 4) -> str:
    """Names in a row, the rest as a number.

    >>> listed(["甲", "乙", "丙"], most=2)
    '甲、乙等 3 个'
    """
    return "、".join(names) if len(names) <= most else f"{'、'.join(names[:most])}等 {len(names)} 个"

"""Numbers as an editor reads them in a sentence."""

from __future__ import annotations

import math

_MOST_DIGITS = 12
_TENTHS = "零一二三四五六七八九十"


def percent(share: float) -> str:
    """A share as a percentage with two digits that count.

    >>> percent(0.0512), percent(0.2), percent(0.00456), percent(1.234), percent(0.000001)
    ('5.1%', '20%', '0.46%', '123%', '0.0001%')
    """
    value = share * 100
    size = abs(value)
    digits = 0 if size >= 9.95 else 1 if size >= 0.995 else 2
    if 0 < size < 0.1:
        digits = 1 - math.floor(math.log10(size))
    return _written(value, digits)


def percents(share: float, other: float) -> tuple[str, str]:
    """Two shares as percentages, with as many digits as their difference needs to be told within a tenth.

    >>> percents(0.05, 0.06), percents(0.05, 0.05005)
    (('5%', '6%'), ('5%', '5.005%'))
    """
    told = percent(share), percent(other)
    for digits in range(_MOST_DIGITS):
        gap = float(told[1][:-1]) - float(told[0][:-1])
        if math.isclose(gap, (other - share) * 100, rel_tol=0.09):
            break
        told = _written(share * 100, digits), _written(other * 100, digits)
    return told


def _written(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


def people(number: float) -> str:
    """A number of people; from ten thousand on in 万, from a hundred million on in 亿.

    >>> people(820), people(12414), people(454_250_000)
    ('820 人', '1.24万人', '4.54亿人')
    """
    if round(number) < 10_000:
        return f"{round(number)} 人"
    value, unit = (number / 10_000, "万") if round(number / 10_000) < 10_000 else (number / 10**8, "亿")
    return f"{value:.2f}{unit}人" if value < 9.995 else f"{value:,.0f}{unit}人"


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

"""Blanks of titles and outlines: which there are, and filling them."""

from __future__ import annotations

import re
from collections.abc import Mapping

_BLANK = re.compile(r"\{([^{}\n]*)\}")


def blanks_in(text: str) -> list[str]:
    """The names of the blanks of a title or copy, in order, each once.

    >>> blanks_in("{商品}到了，{价格}，{商品}当天取")
    ['商品', '价格']
    """
    return list(dict.fromkeys(_BLANK.findall(text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its blanks filled; what is not given stays in sight as 【…名称】, and the lines of a blank that is
    given as "" are left out, as `fill_template` does.

    >>> filled("{商品}：{价格}", {"商品": "板栗"})
    '板栗：【…价格】'
    >>> filled("{商品}到了。\\n{评价}。", {"商品": "板栗", "评价": ""})
    '板栗到了。'
    """
    lines = [
        line for line in text.split("\n") if all(values.get(name) != "" for name in _BLANK.findall(line))
    ]
    return _BLANK.sub(lambda match: values.get(match[1], f"【…{match[1]}】"), "\n".join(lines))

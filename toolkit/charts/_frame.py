"""A frame for reading: a pandas frame that Jupyter draws as the house draws tables.

Cells are written by others, so each reaches the page through `escape` or `safe_link`. What is chosen or changed with
pandas afterwards is drawn the same way.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from toolkit.charts._format import escape, plain, safe_link
from toolkit.schema import CONTRACTS

# rows drawn before the rest is only counted
SHOWN_ROWS = 60
# characters of one cell before it is cut
LONGEST_CELL = 600
# a column that holds no wider text stands on one line
ONE_LINE = 18

# captions under which addresses stand
_ADDRESSES = frozenset(
    contract.captions[name] for contract in CONTRACTS for name in ("url", "link") if name in contract.captions
)
_NUMBER = re.compile(r"[<>]?[-−+]?\d[\d,]*(?:\.\d+)?%?")

# surfaces and ink are JupyterLab's; the classes repeat what stands on the cells, for pages that keep no style sheet
_STYLE = """<style>
.wn-frame{border-collapse:collapse;margin:0 0 8px;table-layout:auto;color:var(--jp-content-font-color1,inherit);\
font:14px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","WenQuanYi Micro Hei",sans-serif;\
font-variant-numeric:tabular-nums}
.wn-frame tr,.wn-frame tbody tr:nth-child(n){background:none}
.wn-frame th,.wn-frame td{padding:4px 16px 4px 0;border:0;border-bottom:1px solid var(--jp-border-color2,#d9dce0);\
vertical-align:baseline;font-weight:400;white-space:pre-line;overflow-wrap:anywhere;max-width:44em}
.wn-frame thead th{font-size:12px;color:var(--jp-ui-font-color1,inherit);white-space:nowrap;vertical-align:bottom}
.wn-frame .wn-num{text-align:right}
.wn-frame .wn-text{text-align:left}
.wn-frame .wn-line{white-space:nowrap}
.wn-frame .wn-wide{min-width:12em}
.wn-frame tbody tr:nth-child(n):hover{background:var(--jp-layout-color2,#eef0f2)}
</style>"""


class WordFrame(pd.DataFrame):
    """A frame of captions and values for reading, drawn by Jupyter as an HTML table; in all else a pandas frame."""

    @property
    def _constructor(self) -> type[WordFrame]:
        return WordFrame

    def _repr_html_(self) -> str | None:
        return draw(self) if pd.get_option("display.notebook_repr_html") else None


def draw(frame: pd.DataFrame) -> str:
    """A frame as an HTML table: texts on the left, numbers on the right, long cells wrapped, the index where it is named.

    Of more than 60 rows the first 60 are drawn and the rest is counted; a cell is cut after 600 characters.

    >>> "<td" in draw(pd.DataFrame({"热词": ["石榴"]})), "没有内容" in draw(pd.DataFrame({"热词": []}))
    (True, True)
    """
    shown = frame.head(SHOWN_ROWS)
    if any(name is not None for name in shown.index.names):
        shown = shown.reset_index(allow_duplicates=True)
    # by place: captions can stand twice
    columns = [_Column(_caption(name), shown.iloc[:, place]) for place, name in enumerate(shown.columns)]
    head = "".join(column.head for column in columns)
    rows = ["".join(cells) for cells in zip(*(column.cells for column in columns), strict=True)]
    left = len(frame) - len(rows)
    if left or not rows:
        said = f"…还有 {left} 行" if left else "没有内容"
        rows.append(
            f'<td class="wn-text" style="text-align:left" colspan="{max(1, len(columns))}">{said}</td>'
        )
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'{_STYLE}\n<table class="wn-frame"><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>'
    )


class _Column:
    """One column as its head and cells in HTML."""

    def __init__(self, caption: str, series: pd.Series[Any]) -> None:
        values = series.tolist()
        decimals = _decimals(values)
        texts = [_text(value, decimals) for value in values]
        told = [text for text in texts if text]
        numbers = bool(told) and all(_NUMBER.fullmatch(text) for text in told)
        self._address = caption in _ADDRESSES
        widest = max(map(len, texts), default=0)
        kind = "wn-num wn-line" if numbers else "wn-text wn-line" if widest <= ONE_LINE else "wn-text wn-wide"
        # on the cell itself too: a notebook that is opened but not run loses its style sheet
        self._open = f'class="{kind}" style="text-align:{"right" if numbers else "left"}"'
        self.head = f'<th scope="col" {self._open}>{escape(caption)}</th>'
        self.cells = [f"<td {self._open}>{self._inside(text)}</td>" for text in texts]

    def _inside(self, text: str) -> str:
        cut = text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…（共 {len(text)} 字）"
        return safe_link(text, cut) if self._address and text else escape(cut)


def _caption(name: Any) -> str:
    """A column's name as text; the levels of a pivot's beside each other."""
    return " ".join(plain(part) for part in name if plain(part)) if isinstance(name, tuple) else plain(name)


def _decimals(values: list[Any]) -> int:
    """How many decimals the floats of a column need, at most two."""
    floats = [value for value in values if isinstance(value, float) and value == value]
    return next((n for n in (0, 1) if all(abs(value - round(value, n)) < 1e-9 for value in floats)), 2)


def _text(value: Any, decimals: int) -> str:
    """One cell as text; a missing one is "", yes is 是 and no is blank.

    >>> _text(3.5, 2), _text(True, 0), _text(pd.NaT, 0), _text(["a", "b"], 0), _text(pd.Timestamp("2026-09-21 20:00"), 0)
    ('3.50', '是', '', 'a、b', '2026-09-21 20:00')
    """
    if isinstance(value, (list, tuple)):
        return plain("、".join(map(str, value)))
    if pd.api.types.is_bool(value):
        return "是" if value else ""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    if isinstance(value, float):
        # no minus before nothing
        return f"{round(value, decimals) + 0.0:.{decimals}f}"
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, pd.Timestamp) else plain(value)

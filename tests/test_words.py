"""Tables for reading: what `in_words` gives, and how Jupyter draws it."""

from __future__ import annotations

import pickle
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from toolkit import charts, schema
from toolkit.charts._frame import LONGEST_CELL, SHOWN_ROWS, WordFrame, draw

HOSTILE = (
    "<script>window.hit=1</script>",
    "</td></tr></table><img src=x onerror=window.hit=1>",
    "\" onmouseover=window.hit=1 '",
    "<style>*{display:none}</style>",
    "\u202eevil\u2066\u200f",
    "&lt;b&gt;",
    "长" * 5000,
    "\ud83d",
    "👩‍🌾🥢",
)
ALLOWED = {"style", "table", "thead", "tbody", "tr", "th", "td", "a", "bdi"}


class Seen(HTMLParser):
    """The table as a browser would take it: its tags, its attributes, and the text of each cell."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str | None] = []
        self.rows: list[list[str]] = []
        self.classes: list[list[str]] = []
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]
        if tag == "tr":
            self.rows.append([])
            self.classes.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.classes[-1].append(dict(attrs).get("class") or "")
            self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = "" if tag == self._inside else self._inside

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data


def drawn(frame: pd.DataFrame) -> Seen:
    made = WordFrame(frame)._repr_html_()
    assert made is not None
    return Seen(made)


def test_texts_stand_left_and_numbers_right_as_they_are_told() -> None:
    frame = pd.DataFrame(
        {
            "term": ["石榴", "2026-09-21", "大闸蟹"],
            "lift": [3.5, 2.0, float("nan")],
            "documents": [12, 3, 40],
            "share": ["12%", "<0.1%", ""],
            "yuan": ["24,800", "-3.50", "9"],
            "mixed": ["3 篇", "4", "5"],
        }
    )
    seen = drawn(frame)
    assert seen.rows[0] == list(frame.columns)
    assert seen.rows[1] == ["石榴", "3.5", "12", "12%", "24,800", "3 篇"]
    assert seen.rows[3] == ["大闸蟹", "", "40", "", "9", "5"]
    assert ["wn-num" in css for css in seen.classes[1]] == [False, True, True, True, True, False]
    assert seen.classes[0] == seen.classes[1] == seen.classes[3], "a head stands over its cells"


def test_a_float_has_as_many_decimals_as_its_column_needs() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [1.5, 2.0], "c": [0.126, 2.0], "d": [-0.0001, float("inf")]})
    assert drawn(frame).rows[1:] == [["1", "1.5", "0.13", "0.00"], ["2", "2.0", "2.00", "inf"]]


def test_other_values_are_told_in_words() -> None:
    when = pd.Timestamp("2026-09-21 20:00", tz="Asia/Shanghai")
    frame = pd.DataFrame(
        {"a": [True, False], "b": [when, pd.NaT], "c": [["一", "二"], []], "d": [None, "一\n二"]}
    )
    assert drawn(frame).rows[1:] == [["是", "2026-09-21 20:00", "一、二", ""], ["", "", "", "一\n二"]]


def test_the_index_is_drawn_where_it_has_a_name() -> None:
    grid = pd.DataFrame({"人群": ["甲", "乙"], "群": ["一", "二"], "合适": [0.5, 1.0]})
    assert drawn(grid.set_index([pd.Index([7, 8])])).rows[0] == ["人群", "群", "合适"]
    pivot = grid.pivot(index="人群", columns="群", values="合适")
    assert drawn(pivot).rows == [["人群", "一", "二"], ["乙", "", "1"], ["甲", "0.5", ""]]
    wide = grid.pivot(index="人群", columns="群", values=["合适"])
    assert drawn(wide).rows[0] == ["人群", "合适 一", "合适 二"]


def test_of_many_rows_the_rest_is_counted_and_no_row_is_said() -> None:
    many = drawn(pd.DataFrame({"a": range(SHOWN_ROWS + 13)}))
    assert len(many.rows) == SHOWN_ROWS + 2
    assert many.rows[-1] == ["…还有 13 行"]
    assert drawn(pd.DataFrame({"a": range(SHOWN_ROWS)})).rows[-1] == [str(SHOWN_ROWS - 1)]
    assert drawn(pd.DataFrame({"a": [], "b": []})).rows == [["a", "b"], ["没有内容"]]
    assert drawn(pd.DataFrame()).rows == [[], ["没有内容"]]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_others_wrote_is_text_in_cells_heads_index_and_links(text: str) -> None:
    frame = pd.DataFrame({text: [text], "链接": [text], "热词": [[text, text]]})
    for made in (frame, frame.set_index(text)):
        seen = drawn(made)
        assert seen.tags <= ALLOWED - {"a"}
        assert seen.attributes <= {"class", "style", "scope", "colspan"}
        told = charts.plain(text)
        cut = told if len(told) <= LONGEST_CELL else f"{told[:LONGEST_CELL]}…（共 {len(told)} 字）"
        assert seen.rows[1][:2] == [cut, cut]


@given(st.lists(st.text(max_size=40), min_size=1, max_size=3))
def test_any_text_comes_back_as_it_was_cleaned(texts: list[str]) -> None:
    seen = drawn(pd.DataFrame({"a": texts, "链接": texts}))
    assert [row[0] for row in seen.rows[1:]] == [charts.plain(text) for text in texts]
    assert seen.tags <= ALLOWED
    assert all(re.match("https?://", link or "") for link in seen.links)


def test_an_address_is_a_link_in_its_own_column_alone() -> None:
    address = "https://example.com/a?b=1&c=2"
    frame = schema.check(
        pd.DataFrame(
            {"doc_id": ["1", "2"], "title": [address, "二"], "url": [address, "javascript:alert(1)"]}
        ),
        schema.DOCUMENTS,
    )
    shown = charts.in_words(frame, "title", "url")
    assert drawn(shown).links == [address]
    assert drawn(shown).rows[1:] == [[address, address], ["二", "javascript:alert(1)"]]


def test_own_captions_stand_behind_and_name_unknown_columns_too() -> None:
    frame = pd.DataFrame({"title": ["石榴"], "reads": [3], "size": [2.0], "tags": [["一", "二"]]})
    shown = charts.in_words(frame, "title", size="次数", tags="说法")
    assert shown.to_dict("list") == {"标题": ["石榴"], "次数": [2.0], "说法": ["一、二"]}
    assert list(charts.in_words(frame, reads="多少人看")) == ["多少人看"]
    with pytest.raises(schema.ColumnError, match="没有列 none 可以显示"):
        charts.in_words(frame, none="没有")
    with pytest.raises(schema.ColumnError, match="没有列 size 可以显示"):
        charts.in_words(frame, "title", "size")


def test_all_that_pandas_does_still_works_and_is_drawn_alike() -> None:
    frame = pd.DataFrame({"title": ["石榴", "柿子", "石榴"], "reads": [3, 1, 2]})
    shown = charts.in_words(frame)
    plain = pd.DataFrame({"标题": frame["title"], "阅读数": frame["reads"]})
    assert_frame_equal(shown, plain)
    changed = (
        shown.sort_values("阅读数").assign(甲=1).rename(columns={"标题": "题"}).head(2).reset_index(drop=True)
    )
    assert isinstance(changed, WordFrame)
    assert isinstance(shown.groupby("标题").sum(), WordFrame)
    assert isinstance(shown.merge(plain, on="标题"), WordFrame)
    assert isinstance(shown["阅读数"], pd.Series)
    assert shown["阅读数"].sum() == 6
    assert_frame_equal(pickle.loads(pickle.dumps(shown)), plain)  # noqa: S301 - our own
    assert shown.to_string() == plain.to_string() == repr(shown)
    assert_frame_equal(shown.copy(), plain)
    assert_frame_equal(pd.concat([shown, plain]), pd.concat([plain, plain]))


def test_a_reader_who_wants_no_html_gets_none() -> None:
    with pd.option_context("display.notebook_repr_html", False):
        assert WordFrame({"a": [1]})._repr_html_() is None


def test_the_style_takes_both_themes_from_the_page() -> None:
    made = draw(pd.DataFrame({"a": ["一"]}))
    colours = re.findall(r"(?:color|background|solid)[: ](?!none)([^;}]+)", made)
    assert colours and all(colour.startswith("var(--jp-") for colour in colours)

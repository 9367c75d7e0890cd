"""A review as a workbook: what it says in sentences, then every table with every row."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import pandas as pd

from toolkit.charts import WEEKDAYS, plain
from toolkit.charts._review import effect_name
from toolkit.export._book import Book
from toolkit.export._proposal_parts import Gap, Heading, Note, Prose, paragraphs
from toolkit.export._review_parts import Lines, ReviewDocument, ReviewPart
from toolkit.export._review_told import Told
from toolkit.schema import (
    ADVICE_RECORD,
    EFFECTS,
    FUNNEL,
    POST_REVIEWS,
    PROBLEMS,
    RETURNS,
    SKILLS,
    TEST_VERDICTS,
    TIMES,
    TREND_CALLS,
    VISITS,
    WEIGHTS,
    Contract,
)

# a fixed day in docProps/core.xml, so that the same input gives the same file
_CREATED = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the format has no zone
# columns that others filled in: they stay text when someone types over them
_TYPED = (
    "title",
    "name",
    "group",
    "topic",
    "campaign",
    "term",
    "note",
    "test",
    "arm",
    "group_id",
    "post_id",
    "item_id",
)
_GROUP = "群名"
# what a review leaves out where nobody measured it: said once, in 怎么算的
_DROPPED = ("ordered", "revenue", "clicked", "replied", "opened", "left", "cost", "goods", "roi", "profit")


def as_workbook(document: ReviewDocument, told: Told) -> bytes:
    """The whole workbook."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as workbook:
        workbook.set_properties({"created": _CREATED, "author": "文案台", "title": document.title[:255]})
        book = Book(workbook)
        said = pd.DataFrame(list(_sentences(document, told)), columns=["part", "text"], dtype="str")
        sheet = book.table("复盘", said, heads={"part": "部分", "text": "说了什么"}, typed=("text",))
        # sentences are read, not compared: one wide column
        sheet.set_column(1, 1, 110, book.text)
        for frame, contract in _tables(told):
            _write(book, frame, contract, told)
    return out.getvalue()


def _write(book: Book, frame: pd.DataFrame, contract: Contract, told: Told) -> None:
    """One table with its contract's captions, groups and effects by their names."""
    shown = frame[[*contract.names, *(["outcome"] if contract is TIMES and "outcome" in frame else [])]]
    heads: dict[Any, str] = {**EFFECTS.captions, **contract.captions}
    if {"facet", "name"} <= set(shown):
        spoken = [effect_name(*pair, told.names) for pair in zip(shown["facet"], shown["name"], strict=True)]
        shown = shown.assign(name=pd.Series(spoken, index=shown.index, dtype="str"))
    if contract is TIMES:
        days = [WEEKDAYS[day] if 0 <= day <= 6 else "" for day in shown["weekday"].fillna(-1)]
        shown = shown.assign(weekday=pd.Series(days, index=shown.index, dtype="str"))
        heads["weekday"] = "星期"
    if "group_id" in shown:
        named = [told.group(group) or "全部" for group in shown["group_id"]]
        shown = shown.copy()
        shown.insert(0, "group", pd.Series(named, index=shown.index, dtype="str"))
        heads["group"] = _GROUP
    # a column that holds nothing is no column
    empty = [name for name in shown if name in _DROPPED and shown[name].isna().all()]
    book.table(contract.caption, shown.drop(columns=empty), heads=heads, typed=_TYPED)


def _tables(told: Told) -> Iterator[tuple[pd.DataFrame, Contract]]:
    given = (
        *((told.posts, POST_REVIEWS), (told.verdicts, EFFECTS), (told.funnel, FUNNEL), (told.visits, VISITS)),
        *((told.returns, RETURNS), (told.problems, PROBLEMS), (told.weights, WEIGHTS), (told.times, TIMES)),
        *((told.tests, TEST_VERDICTS), (told.record, ADVICE_RECORD), (told.calls, TREND_CALLS)),
        (told.skills, SKILLS),
    )
    for frame, contract in given:
        if len(frame):
            yield frame, contract


def _sentences(document: ReviewDocument, told: Told) -> Iterator[tuple[str, str]]:
    """What the document says beside its tables, in order; every remark of the review at the end."""
    yield "标题", document.title
    yield "时间", document.subtitle
    for _, line in document.summary:
        yield "要点", line
    for section in document.sections:
        for part in section.parts:
            for line in _lines(part):
                yield section.title, line
    for note in told.review.notes:
        yield "说明", plain(note)


def _lines(part: ReviewPart) -> list[str]:
    if isinstance(part, (Prose, Note, Gap)):
        return paragraphs(part.text)
    if isinstance(part, Lines):
        return [f"{row.word}　{row.text}" + (f"（{row.small}）" if row.small else "") for row in part.rows]
    if isinstance(part, Heading) and part.small:
        return [f"{part.text}：{part.small}"]
    return []

"""The review as a document to forward: what it was for, what happened, why, what next, and how far to trust it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.charts import format_count, plain
from toolkit.export._posts import write_bytes
from toolkit.export._proposal_parts import Gap, Part, Prose
from toolkit.export._review_book import as_workbook
from toolkit.export._review_happened import BROUGHT, carried_out, happened
from toolkit.export._review_page import as_html, as_markdown
from toolkit.export._review_parts import ReviewDocument, ReviewSection, judged_by, outcome_words, yuan
from toolkit.export._review_told import Told
from toolkit.export._review_trust import method, trust
from toolkit.export._review_why import next_week, reasons, verdicts_in_short
from toolkit.schema import (
    ADVICE_RECORD,
    EFFECTS,
    FUNNEL,
    GROUPS,
    ITEMS,
    POST_REVIEWS,
    PROBLEMS,
    RETURNS,
    SKILLS,
    TEST_VERDICTS,
    TIMES,
    TREND_CALLS,
    VISITS,
    WEIGHTS,
    ChoiceError,
    Contract,
    Review,
    as_path,
    check,
    shown_value,
)

_FRAMES: dict[str, Contract] = {
    **dict.fromkeys(("groups", "kinds", "verdicts", "topics", "phases", "slots", "headlines"), EFFECTS),
    **{"posts": POST_REVIEWS, "funnel": FUNNEL, "problems": PROBLEMS, "visits": VISITS, "returns": RETURNS},
    "weights": WEIGHTS,
}
_SUFFIXES = (".html", ".md", ".xlsx")


def write_review(
    review: Review,
    path: Path | str,
    *,
    title: str | None = None,
    purpose: str = "",
    why: str = "",
    next_steps: Sequence[str] = (),
    tests: pd.DataFrame | None = None,
    skills: pd.DataFrame | None = None,
    calls: pd.DataFrame | None = None,
    record: pd.DataFrame | None = None,
    times: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
    items: pd.DataFrame | None = None,
) -> Path:
    """Write a Review as a document to forward and return the path: .html (one page, offline), .md or .xlsx by suffix.

    In order: 目的 (`purpose`, typed), 发生了什么 (counts by outcome, the plan against its result, best and worst posts,
    funnel, visits, returns), 为什么 (`why`, typed; effects that say keep, stop or try, then what cannot be said yet and
    how many posts it still needs; judged `tests`, TEST_VERDICTS; posting `times`, TIMES; problems), 下一步 (WEIGHTS as
    proposals, tests to run, `next_steps`, typed), 说得准吗 (`record`, ADVICE_RECORD; `calls`, TREND_CALLS; `skills`,
    SKILLS) and 怎么算的. Estimates stand beside their 95 % intervals, as the frames have them, and name the outcome they
    were judged by. What was not measured is named once, in 怎么算的. `groups` and `items` give names and titles for ids.

    Page and text keep to what is worth reading and say how much more there is; the workbook has every row, with a
    frozen header, Chinese captions, shares as percentages and no formula. All text is data in each of the three; the
    same input gives the same bytes.

    Raises ChoiceError for what is no Review, for another suffix and for typed texts that are none, ColumnError for a
    table without its columns, InputError where the file cannot be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = write_review(Review.empty(), Path(folder) / "复盘.md", purpose="看看群里爱买什么")
    ...     page.read_text("utf-8").splitlines()[4:9:2]
    ['## 目的', '看看群里爱买什么', '## 发生了什么']
    """
    path, suffix = _place(review, path)
    told = _told(
        review,
        title=_typed(title or "", "title"),
        purpose=_typed(purpose, "purpose"),
        why=_typed(why, "why"),
        next_steps=tuple(line for step in _steps(next_steps) if (line := plain(step).strip())),
        tests=_checked(tests, TEST_VERDICTS),
        skills=_checked(skills, SKILLS),
        calls=_checked(calls, TREND_CALLS),
        record=_checked(record, ADVICE_RECORD),
        times=_checked(times, TIMES),
        groups=_checked(groups, GROUPS),
        items=_checked(items, ITEMS),
    )
    document = _document(told)
    write = {".html": as_html, ".md": as_markdown}.get(suffix)
    return write_bytes(path, as_workbook(document, told) if write is None else write(document))


def _place(review: Any, path: Any) -> tuple[Path, str]:
    if not isinstance(review, Review):
        raise ChoiceError(
            f"write_review 要一份复盘（review_posts 给出的 Review），现在是 {shown_value(review)}。请先用 review_posts 做好复盘。"
        )
    path = as_path(path, "复盘")
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise ChoiceError(
            f"复盘可以写成 {'、'.join(_SUFFIXES)}（现在是 {shown_value(str(path))}）。请改文件名的后缀。"
        )
    return path, suffix


def _typed(text: Any, name: str) -> str:
    if not isinstance(text, str):
        raise ChoiceError(f"{name} 要写成一段文字，现在是 {shown_value(text)}。")
    return plain(text).strip()


def _steps(steps: Any) -> list[str]:
    """The next steps; one text alone is one step."""
    listed = [steps] if isinstance(steps, str) else steps
    if not isinstance(listed, (list, tuple)) or not all(isinstance(step, str) for step in listed):
        raise ChoiceError(f"next_steps 要写成几句话的列表，现在是 {shown_value(steps)}。")
    return list(listed)


def _checked(frame: pd.DataFrame | None, contract: Contract) -> pd.DataFrame:
    return contract.empty() if frame is None else check(frame, contract)


def _told(review: Review, **given: Any) -> Told:
    """Everything there is to tell, with titles in place of ids where they are known."""
    frames = {name: check(getattr(review, name), contract) for name, contract in _FRAMES.items()}
    groups, items = given.pop("groups"), given.pop("items")
    names = {
        str(key): plain(name) or str(key)
        for key, name in zip(groups["group_id"], groups["name"], strict=True)
    }
    titles = dict(zip(items["item_id"], items["title"], strict=True))
    posts = frames.pop("posts")
    shown = [
        plain(title).strip() or plain(titles.get(item, "")).strip() or plain(item)
        for title, item in zip(posts["title"], posts["item_id"], strict=True)
    ]
    posts = posts.assign(title=pd.Series(shown, index=posts.index, dtype="str"))
    verdicts = frames.pop("verdicts")
    if verdicts.empty:
        facets = ("groups", "kinds", "topics", "phases", "slots", "headlines")
        parts = [frames[name] for name in facets if len(frames[name])]
        verdicts = pd.concat(parts, ignore_index=True) if parts else verdicts
    kept = {name: frames[name] for name in ("funnel", "problems", "visits", "returns", "weights")}
    return Told(review=review, posts=posts, verdicts=verdicts, names=names, titles=titles, **kept, **given)


def _document(told: Told) -> ReviewDocument:
    sections = (
        ReviewSection("purpose", "目的", _purpose(told)),
        ReviewSection("happened", "发生了什么", tuple(happened(told))),
        ReviewSection("why", "为什么", tuple(reasons(told))),
        ReviewSection("next", "下一步", tuple(next_week(told))),
        ReviewSection("trust", "说得准吗", tuple(trust(told))),
        ReviewSection("method", "怎么算的", tuple(method(told))),
    )
    return ReviewDocument(told.title or "复盘", _subtitle(told), tuple(_summary(told)), sections)


def _purpose(told: Told) -> tuple[Part, ...]:
    if told.purpose:
        return (Prose(told.purpose),)
    return (Gap("还没写这次复盘要回答什么。请用一两句话写清想弄明白的事。"),)


def _subtitle(told: Told) -> str:
    review = told.review
    names = judged_by(told.posts) or ([review.outcome] if review.outcome else [])
    outcome = f"判断好坏看的是：{'、'.join(map(outcome_words, names))}" if names else "没有能判断好坏的结果"
    if review.start is None or review.end is None:
        return f"没有日期　{outcome}"
    return f"{_day(review.start)} 到 {_day(review.end, review.start.year)}　{outcome}"


def _day(day: dt.date, year: int = 0) -> str:
    return f"{'' if day.year == year else f'{day.year}年'}{day.month}月{day.day}日"


def _summary(told: Told) -> list[tuple[str, str]]:
    """The review in a sentence for each section that has something to say."""
    lines = []
    if len(told.posts):
        sent = carried_out(told.posts)
        said = f"排了 {format_count(len(told.posts))} 次，发了 {format_count(len(sent))} 次"
        outcome = told.review.outcome
        if outcome in BROUGHT and (counts := sent[outcome].dropna()).size:
            said += f"；{outcome_words(outcome)}共 {counts.sum():,.0f} {BROUGHT[outcome]}（量到 {len(counts)} 次）"
        money = sent["revenue"].dropna()
        said += f"；成交额 {yuan(money.sum())} 元" if len(money) else ""
        lines.append(("happened", said))
    if len(told.verdicts):
        lines.append(("why", verdicts_in_short(told)))
    if len(told.weights) or told.next_steps:
        parts = [f"建议改 {len(told.weights)} 个权重，等编辑采纳"] if len(told.weights) else []
        parts += [f"{len(told.next_steps)} 件要做的事"] if told.next_steps else []
        lines.append(("next", "；".join(parts)))
    # that posts went out as planned is no prophecy
    advice = told.record[told.record["advice_kind"] != "calendar"]
    if len(advice):
        counts = {name: format_count(advice[name].sum()) for name in ("right", "wrong", "unsure")}
        lines.append(
            ("trust", "上次的建议说对 {right} 条，说错 {wrong} 条，还说不准 {unsure} 条".format(**counts))
        )
    return lines

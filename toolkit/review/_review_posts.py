"""The review of a span of posts: plan against result, what did better, what cannot be said yet, what to change.

Posts count as sent where their status says so, or where something was measured of them. They are judged by the outcomes
that an editor can get, the surest first (`schema.OUTCOMES`): each that at least 20 posts have gets its EFFECTS, among
posts whose kind is made for it (lexicon `kind-outcomes`). `Review.outcome` is the first of them (or `outcome`), and each
of `posts` is told by the surest that its kind is made for: `expected` is what a post of that group, kind, day and hour
usually brings, `value` the ratio to it with its middle 95 %, drawn to 1 by as much as posts vary anyhow (gamma
posterior). `verdicts` are keep, stop and try, the surest first, then what cannot be said; `weights` is what to change
next week: nothing changes until `adopt_weights`. The funnel has only stages that were measured; visits hold the span
against the days before. Methods: `_effects`, `_rates`, `campaign_funnel`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from toolkit.review._effects import Fit, effects_of_fit, fit_outcome, made_for, spoken
from toolkit.review._history import (
    FEWEST_POSTS,
    RIPE_HOURS,
    exposure,
    join_results,
    measured_outcomes,
    was_sent,
)
from toolkit.review._problems import push_problems
from toolkit.review._result_funnel import joined_funnel
from toolkit.review._returns import campaign_returns
from toolkit.review._visits import visit_changes
from toolkit.review._weights import MOST_MOVED, WEIGHED, standing, time_weights
from toolkit.schema import (
    CALENDAR,
    COLUMN_WORDS,
    COSTS,
    EFFECTS,
    GROUP_DAYS,
    INCIDENTS,
    ITEMS,
    OUTCOMES,
    POST_REVIEWS,
    VISITS,
    WEIGHTS,
    WORDS,
    ChoiceError,
    Contract,
    Review,
    asked_day,
    check,
    is_missing,
)

_ORDER = ("keep", "stop", "try", "unsure")


def review_posts(
    calendar: pd.DataFrame,
    results: pd.DataFrame,
    *,
    items: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
    days: pd.DataFrame | None = None,
    incidents: pd.DataFrame | None = None,
    costs: pd.DataFrame | None = None,
    times: pd.DataFrame | None = None,
    outcome: str | None = None,
    since: dt.date | str | None = None,
    until: dt.date | str | None = None,
) -> Review:
    """What came of the posts of `calendar` from `since` to `until` (both included), and what is known from it.

    `results` keeps RESULTS (as `read_results` gives it); `items` tell kinds, topics, campaigns and phases, `groups` how
    many people could see a post, `days` (GROUP_DAYS) the groups' totals, `incidents` what went wrong, `costs` (COSTS)
    what campaigns cost, `times` (from `posting_times`) what hours are worth. Effects are learned from all posts given up
    to `until`, so hand in the months before too; the rest is that of the span. How it is judged stands above.

    An empty calendar gives an empty review. Raises ColumnError for tables that break their contract, ChoiceError for an
    unknown outcome or days that are none or run backwards.

    >>> posts = pd.DataFrame([{"post_id": "p", "item_id": "i", "group_id": "g", "starts_at": "2026-09-01 20:00"}])
    >>> review = review_posts(posts, pd.DataFrame([{"post_id": "p", "ordered": 3}]))
    >>> review.outcome, review.posts["ordered"].tolist()
    ('', [3])
    """
    first, last = _days_asked(since, until)
    history = join_results(calendar, results, items=items, groups=groups, days=days)
    left_out = {**history.attrs, "undated": int(history["starts_at"].isna().sum())}
    history = history[history["starts_at"].notna()].sort_values("starts_at", kind="stable")
    history = _between(history, None, last)
    outcomes = measured_outcomes(history, outcome=outcome)
    span = _between(history, first, last)
    if span.empty:
        return Review.empty()
    fits = [fit for name in outcomes if (fit := fit_outcome(history, name)) is not None]
    effects = _joined([effects_of_fit(fit) for fit in fits], EFFECTS)
    begins, ends = min(span["starts_at"]).date(), max(span["starts_at"]).date()
    told = _days_between(days, first or begins, last)
    return Review(
        posts=_posts(span, fits),
        **_by_facet(effects),
        funnel=joined_funnel(span, days=told),
        problems=push_problems(
            span[CALENDAR.names],
            incidents=_incidents(incidents, first or begins, last),
            days=told,
            items=items,
        ),
        visits=_visits(days, groups, first, last),
        returns=campaign_returns(span, costs=_costs(costs, history, span)),
        weights=_weights(effects, items, times),
        outcome=fits[0].outcome if fits else "",
        start=begins,
        end=ends,
        notes=(*_left_out(left_out), *_notes(span, history, fits)),
    )


def _days_asked(since: Any, until: Any) -> tuple[dt.date | None, dt.date | None]:
    first, last = (asked_day(value, name) for value, name in ((since, "since"), (until, "until")))
    if first and last and first > last:
        raise ChoiceError(f"since（{first}）在 until（{last}）之后。把两天对调一下。")
    return first, last


def _between(history: pd.DataFrame, first: dt.date | None, last: dt.date | None) -> pd.DataFrame:
    days = history["starts_at"].dt.date
    inside = pd.Series(True, index=history.index)
    if first:
        inside &= days >= first
    if last:
        inside &= days <= last
    return history[inside]


def _days_between(days: pd.DataFrame | None, first: dt.date, last: dt.date | None) -> pd.DataFrame | None:
    """The groups' days of the span; a day or two after its last post still belong to it, so no end is cut unasked."""
    if days is None:
        return None
    days = check(days, GROUP_DAYS)
    inside = days["date"].map(
        lambda day: not is_missing(day) and first <= day and (last is None or day <= last)
    )
    return days[inside.astype(bool)]


def _incidents(incidents: pd.DataFrame | None, first: dt.date, last: dt.date | None) -> pd.DataFrame | None:
    """What went wrong within the span, and what has no time."""
    if incidents is None:
        return None
    told = check(incidents, INCIDENTS)
    days = told["happened_at"].dt.date
    inside = days.map(lambda day: is_missing(day) or (first <= day and (last is None or day <= last)))
    return told[inside.astype(bool)]


def _costs(costs: pd.DataFrame | None, history: pd.DataFrame, span: pd.DataFrame) -> pd.DataFrame | None:
    """Costs but those of campaigns that went out before the span only: they are another review's."""
    if costs is None:
        return None
    told = check(costs, COSTS)
    earlier = set(history["campaign"]) - set(span["campaign"])
    return told[~told["campaign"].isin(earlier)]


def _visits(
    days: pd.DataFrame | None, groups: pd.DataFrame | None, first: dt.date | None, last: dt.date | None
) -> pd.DataFrame:
    """All days up to the last, those of the span against those before it: a week alone says little of habits."""
    told = _days_between(days, dt.date.min, last)
    if told is None or told.empty:
        return VISITS.empty()
    earlier = first is not None and min(told["date"]) < first <= max(told["date"])
    return visit_changes(told, groups=groups, half=first if earlier else None)


def _joined(frames: list[pd.DataFrame], contract: Contract) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if frames else contract.empty()


def _by_facet(effects: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The fields of a Review that are effects."""
    facets = {"groups": ["group"], "kinds": ["kind"], "topics": ["topic"], "phases": ["phase"]}
    facets |= {"slots": ["slot", "weekday"], "headlines": ["headline"]}
    return {"verdicts": _ordered(effects), **{name: _of(effects, *part) for name, part in facets.items()}}


def _of(effects: pd.DataFrame, *facets: str) -> pd.DataFrame:
    """The rows of some facets, each outcome's and facet's best first."""
    found = effects[effects["facet"].isin(facets)]
    order = found["outcome"].map(OUTCOMES.index)
    found = found.assign(order=order).sort_values(
        ["order", "facet", "value", "name"], ascending=[True, True, False, True], kind="stable"
    )
    return found.drop(columns="order").reset_index(drop=True)


def _ordered(effects: pd.DataFrame) -> pd.DataFrame:
    """Keep, stop and try, each the surest first, then what cannot be said yet with the fewest posts needed first."""
    sure = (effects["p_better"] - 0.5).abs()
    keys = pd.DataFrame(
        {
            "verdict": effects["verdict"].map(_ORDER.index),
            "needed": effects["needed"].where(effects["verdict"] == "unsure").fillna(0),
            "sure": -sure,
            "name": effects["name"],
        }
    )
    return effects.loc[keys.sort_values(list(keys), kind="stable").index].reset_index(drop=True)


def _posts(span: pd.DataFrame, fits: list[Fit]) -> pd.DataFrame:
    """POST_REVIEWS of the span, each post by the surest outcome that its kind is made for and that was measured of it.

    Where enough posts have that outcome it is held against the usual; a post that something was measured of was sent.
    """
    told = span.rename(columns={"value": "planned"}).assign(
        outcome="",
        result=pd.Series(pd.NA, index=span.index, dtype="Int64"),
        **dict.fromkeys(("expected", "value", "low", "high"), np.nan),
    )
    sent = was_sent(span)
    told["status"] = span["status"].mask(sent, "sent")
    for name in reversed(OUTCOMES):
        rows = span.index[sent & made_for(span["kind"], name) & span[name].notna()]
        told.loc[rows, "outcome"] = name
        told.loc[rows, "result"] = span.loc[rows, name].astype("Int64")
    for fit in reversed(fits):
        held = _against_usual(fit)
        rows = told.index.intersection(held.index)
        told.loc[rows, "outcome"] = fit.outcome
        told.loc[rows, "result"] = span.loc[rows, fit.outcome].astype("Int64")
        told.loc[rows, list(held.columns)] = held.loc[rows]
    told["note"] = _post_notes(span, judged=told["expected"].notna(), measured=told["result"].notna())
    return check(told[POST_REVIEWS.names].reset_index(drop=True), POST_REVIEWS)


def _against_usual(fit: Fit) -> pd.DataFrame:
    """What each post usually brings and its own ratio to it: a gamma of mean 1 and the posts' spread, updated by the count."""
    from scipy.stats import gamma

    usual, shape = fit.usual(), 1 / max(fit.spread(), 1e-6)
    own, scale = shape + fit.counts, 1 / (shape + usual)
    return pd.DataFrame(
        {
            "expected": usual,
            "value": own * scale,
            "low": gamma.ppf(0.025, own, scale=scale),
            "high": gamma.ppf(0.975, own, scale=scale),
        },
        index=fit.posts.index,
    )


def _post_notes(span: pd.DataFrame, *, judged: pd.Series[Any], measured: pd.Series[Any]) -> list[str]:
    sent = was_sent(span)
    notes = []
    for place, row in enumerate(span.to_dict("records")):
        if row["status"] in ("missed", "cancelled"):
            notes.append("没有发，不算")
        elif not sent.iloc[place]:
            notes.append("没有标已发，也没有结果，不算")
        elif judged.iloc[place]:
            notes.append("")
        elif not measured.iloc[place]:
            notes.append("发了，能用来比较的结果没有量到")
        elif not row["ripe"]:
            notes.append(f"统计时发出不到 {RIPE_HOURS} 小时，先不算")
        elif is_missing(row["members"]) and is_missing(row["reached"]):
            notes.append("不知道群里有多少人，比不了")
        else:
            notes.append("这种结果量到的发布还不多，先不比较")
    return notes


def _weights(effects: pd.DataFrame, items: pd.DataFrame | None, times: pd.DataFrame | None) -> pd.DataFrame:
    """Proposals for kinds and topics that were called, by the surest outcome that did; then for times."""
    rows: dict[str, dict[str, Any]] = {}
    told = effects[effects["facet"].isin(WEIGHED) & effects["verdict"].isin(["keep", "stop"])]
    for row in told.to_dict("records"):
        word = spoken(row["facet"], row["name"]).strip("「」")
        same = {name: row[name] for name in ("facet", "name", "low", "high", "posts", "outcome")}
        key = f"{COLUMN_WORDS['facet'][row['facet']]}：{word}"
        rows.setdefault(key, {**same, "now": 1.0, "proposed": row["value"], "why": row["sentence"]})
    if not rows:
        return WEIGHTS.empty() if times is None else time_weights(times)
    own = check(pd.DataFrame([{"weight_id": key, **row} for key, row in rows.items()]), WEIGHTS)
    if items is not None:
        own["now"] = standing(check(items, ITEMS), own).fillna(1.0).round(2)
    proposed = own["proposed"].clip(own["now"] / MOST_MOVED, own["now"] * MOST_MOVED).round(2)
    cut = (proposed - own["proposed"]).abs() > 0.01
    own["why"] += [
        f"一次最多改一倍，先改到 {to:.2f}。" if far else "" for to, far in zip(proposed, cut, strict=True)
    ]
    own["proposed"] = proposed
    return own if times is None else pd.concat([own, time_weights(times)], ignore_index=True)


def _left_out(counts: dict[str, int]) -> Iterator[str]:
    """What was handed in and not used."""
    if counts["unknown"]:
        yield f"有 {counts['unknown']} 次结果的发布编号不在排期里，没有用。"
    if counts["repeated"]:
        yield f"排期里有 {counts['repeated']} 行的发布编号前面写过，用的是后面那一行。"
    if counts["undated"]:
        yield f"排期里有 {counts['undated']} 行没有时间，没有用。"
    if counts["negative"]:
        yield f"结果里有 {counts['negative']} 个小于 0 的数，没有用。"


def _notes(span: pd.DataFrame, history: pd.DataFrame, fits: list[Fit]) -> Iterator[str]:
    words = COLUMN_WORDS["outcome"]
    counts = {name: int((span["status"] == name).sum()) for name in ("missed", "cancelled")}
    others = "".join(
        f"，{word} {counts[name]} 次"
        for name, word in (("missed", "未发"), ("cancelled", "取消"))
        if counts[name]
    )
    yield f"排了 {len(span)} 次，发出 {int(was_sent(span).sum())} 次{others}。"
    for fit in fits:
        yield f"{words[fit.outcome]}：{len(fit.posts)} 次发布能用来比较（{_kinds(fit)}）。"
    if not fits:
        yield _why_nothing(history)
    young = int((was_sent(history) & ~history["ripe"]).sum())
    if young:
        yield f"{young} 次发布统计得太早（发出不到 {RIPE_HOURS} 小时），下次再算。"


def _why_nothing(history: pd.DataFrame) -> str:
    """Why no outcome can be compared, by the surest one that anything was measured of."""
    words = COLUMN_WORDS["outcome"]
    for name in OUTCOMES:
        told = history[was_sent(history) & history[name].notna()]
        if len(told) < FEWEST_POSTS:
            continue
        said = f"{words[name]}量到了 {len(told)} 次发布，还比不了："
        if not exposure(told, name).gt(0).any():
            return f"{said}不知道群里有多少人。请给出群的表，把人数写上。"
        if not made_for(told["kind"], name).sum() >= FEWEST_POSTS:
            return f"{said}其中为它发的不到 {FEWEST_POSTS} 次，别的类型不拿它评好坏。"
        if not told[name].sum() > 0:
            return f"{said}全是 0。"
        return f"{said}满 {RIPE_HOURS} 小时再统计的不到 {FEWEST_POSTS} 次。"
    return f"还没有一种结果量到 {FEWEST_POSTS} 次发布，先不比较好坏。量得到的依次是：{'、'.join(words[name] for name in OUTCOMES)}。"


def _kinds(fit: Fit) -> str:
    kinds = [WORDS.get(kind, "没有写类型") for kind in fit.names.get("kind", fit.posts["kind"].unique())]
    return "、".join(kinds)

"""The review of a span of posts: plan against result, what did better, what cannot be said yet, what to change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit.review._effects import Fit, effects_of_fit, fit_outcome, made_for
from toolkit.review._history import FEWEST_POSTS, RIPE_HOURS, join_results, measured_outcomes, was_sent
from toolkit.review._problems import push_problems
from toolkit.review._result_funnel import joined_funnel
from toolkit.review._returns import campaign_returns
from toolkit.review._visits import visit_changes
from toolkit.review._weights import time_weights
from toolkit.schema import (
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
    as_date,
    check,
    is_missing,
    shown_value,
)

# a proposed weight moves no further than this from where it was, however good a topic looked (our own choice)
_MOST_MOVED = 2.0
_ORDER = ("keep", "stop", "try", "unsure")
_WEIGHED = ("kind", "topic")


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
    what campaigns cost, `times` (from `posting_times`) what hours are worth. Posts count as sent where their status says so, or where something was measured of them.

    Effects are learned from all posts given up to `until`, so hand in the months before too; posts, funnel,
    returns and problems are those of the span, and visits hold it against the days before. Judged by the outcomes that an editor can get, the surest first
    (`schema.OUTCOMES`): each that at least 20 posts have gets its EFFECTS; `Review.outcome` is the first of them (or
    `outcome`), and each of `posts` is told by the surest that its kind is made for (lexicon `kind-outcomes`): `expected`
    is what a post of that group, kind, day and hour usually brings, `value` the ratio to it with its middle 95 %, drawn to 1 by as much as posts vary anyhow (gamma posterior).
    `verdicts` are keep, stop and try, the surest first, then what cannot be said; `weights` is what to change next
    week: nothing changes until `adopt_weights`. The funnel has only stages that were measured. Methods: `_effects`,
    `_rates`, `campaign_funnel`.

    An empty calendar gives an empty review. Raises ColumnError for tables that break their contract, ChoiceError for an
    unknown outcome or days that run backwards.

    >>> posts = pd.DataFrame([{"post_id": "p", "item_id": "i", "group_id": "g", "starts_at": "2026-09-01 20:00"}])
    >>> review = review_posts(posts, pd.DataFrame([{"post_id": "p", "ordered": 3}]))
    >>> review.outcome, review.posts["ordered"].tolist()
    ('', [3])
    """
    first, last = _day(since, "since"), _day(until, "until")
    if first and last and first > last:
        raise ChoiceError(f"since（{first}）在 until（{last}）之后。把两天对调一下。")
    history = join_results(calendar, results, items=items, groups=groups, days=days)
    unknown = history.attrs["unknown"]
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
    sent = calendar[calendar["post_id"].isin(span["post_id"])]
    return Review(
        posts=_posts(span, fits),
        groups=_of(effects, "group"),
        kinds=_of(effects, "kind"),
        topics=_of(effects, "topic"),
        phases=_of(effects, "phase"),
        slots=_of(effects, "slot", "weekday"),
        headlines=_of(effects, "headline"),
        verdicts=_ordered(effects),
        funnel=joined_funnel(span, days=told),
        problems=push_problems(
            sent, incidents=_incidents(incidents, first or begins, last), days=told, items=items
        ),
        visits=_visits(days, groups, first, last),
        returns=campaign_returns(span, costs=_costs(costs, history, span)),
        weights=_weights(effects, times),
        outcome=fits[0].outcome if fits else "",
        start=begins,
        end=ends,
        notes=tuple(_notes(span, history, fits, unknown)),
    )


def _day(value: Any, name: str) -> dt.date | None:
    try:
        return as_date(value)
    except (ValueError, TypeError, NotImplementedError):  # the last from pandas, before year 1 or after 9999
        raise ChoiceError(f"{name} 要写成 2026-09-21 这样的日期（现在是 {shown_value(value)}）。") from None


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


def _weights(effects: pd.DataFrame, times: pd.DataFrame | None) -> pd.DataFrame:
    """Proposals for kinds and topics that got a verdict, by the surest outcome that gave one; then for times."""
    rows, told = [], set()
    for row in effects[effects["facet"].isin(_WEIGHED) & (effects["verdict"] != "unsure")].to_dict("records"):
        key = f"{row['facet']}:{row['name']}"
        if key in told:
            continue
        told.add(key)
        proposed = round(float(np.clip(row["value"], 1 / _MOST_MOVED, _MOST_MOVED)), 2)
        rows.append(
            {
                **{"weight_id": key, "now": 1.0, "proposed": proposed},
                **{name: row[name] for name in ("facet", "name", "low", "high", "posts", "outcome")},
                "why": row["sentence"],
            }
        )
    own = check(pd.DataFrame(rows), WEIGHTS) if rows else WEIGHTS.empty()
    return own if times is None else pd.concat([own, time_weights(times)], ignore_index=True)


def _notes(span: pd.DataFrame, history: pd.DataFrame, fits: list[Fit], unknown: int) -> Iterator[str]:
    words = COLUMN_WORDS["outcome"]
    if unknown:
        yield f"有 {unknown} 次结果的发布编号不在排期里，没有用。"
    sent = int(was_sent(span).sum())
    missed = int((span["status"] == "missed").sum())
    yield f"计划 {len(span) - int((span['status'] == 'cancelled').sum())} 次，发出 {sent} 次{f'，标明未发 {missed} 次' if missed else ''}。"
    for fit in fits:
        yield f"{words[fit.outcome]}：{len(fit.posts)} 次发布能用来比较（{_kinds(fit)}）。"
    if not fits:
        yield f"还没有一种结果量到 {FEWEST_POSTS} 次发布，先不比较好坏。量得到的依次是：{'、'.join(words[name] for name in OUTCOMES)}。"
    young = int((was_sent(history) & ~history["ripe"]).sum())
    if young:
        yield f"{young} 次发布统计得太早（发出不到 {RIPE_HOURS} 小时），下次再算。"


def _kinds(fit: Fit) -> str:
    kinds = [WORDS.get(kind, "没有写类型") for kind in fit.names.get("kind", fit.posts["kind"].unique())]
    return "、".join(kinds)


def adopt_weights(items: pd.DataFrame, weights: pd.DataFrame, *, adopt: Sequence[str]) -> pd.DataFrame:
    """ITEMS with the value of what the adopted proposals speak of multiplied; everything else as it was.

    `adopt` are `weight_id`s of `weights` (WEIGHTS) that an editor chose; an item under several of them gets each once.
    A proposal for a time is adopted by `plan_posts(times=…)` instead. No id leaves all as it is.

    Raises ChoiceError for an unknown id or one of a time, ColumnError for tables that break their contract.

    >>> items = pd.DataFrame([{"item_id": "i", "title": "早市", "kind": "promotion"}])
    >>> weights = pd.DataFrame([{"weight_id": "kind:promotion", "facet": "kind", "name": "promotion", "now": 1.0,
    ...     "proposed": 1.3, "posts": 40, "outcome": "ordered", "why": ""}])
    >>> adopt_weights(items, weights, adopt=["kind:promotion"])["value"].tolist()
    [1.3]
    """
    items, weights = check(items, ITEMS), check(weights, WEIGHTS)
    chosen = [adopt] if isinstance(adopt, str) else list(dict.fromkeys(adopt))
    known = weights.set_index("weight_id")
    for name in chosen:
        if name not in known.index:
            raise ChoiceError(
                f"没有编号是 {shown_value(name)} 的建议。可以用：{'、'.join(map(str, known.index)) or '（没有建议）'}。"
            )
        row = known.loc[name]
        if row["facet"] not in _WEIGHED:
            raise ChoiceError(f"「{name}」说的是时间：采用它，请把时段表交给 plan_posts 的 times。")
        items = items.assign(
            value=items["value"].where(
                items[row["facet"]] != row["name"], items["value"] * row["proposed"] / row["now"]
            )
        )
    return items

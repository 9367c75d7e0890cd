"""What went wrong in groups, laid beside the post that stood before it; never more than a possible reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons
from toolkit.review._words import percent
from toolkit.schema import (
    CALENDAR,
    COLUMN_WORDS,
    GROUP_DAYS,
    INCIDENTS,
    ITEM_KINDS,
    ITEMS,
    PROBLEMS,
    TIME_ZONE,
    WORDS,
    ColumnError,
    as_whole,
    check,
    is_missing,
)

_MOST_HOURS = 24 * 28
# below this nothing is said of a group's days: its usual days are not known
LEAST_DAYS = 14
# the last days of a group, held against those before
_LATE_DAYS = 7
# the part of false calls among calls that is put up with (Benjamini and Hochberg 1995)
MAX_Q = 0.05
# smaller changes are no news to an editor, however sure; our own choice
_LEAST_LEFT, _LEAST_TIMES, _COLD_SHARE = 3, 2.0, 0.5
# variance over mean of a day's leaves that are tried; 1 would be people who leave alone
_CLUMPINGS = np.concatenate([np.arange(1.05, 2, 0.05), np.arange(2, 8.1, 0.25)])
# the largest clumping whose log-likelihood is at most this much below the best is taken
_LIKELY = 1.0


def push_problems(
    calendar: pd.DataFrame,
    *,
    incidents: pd.DataFrame | None = None,
    days: pd.DataFrame | None = None,
    items: pd.DataFrame | None = None,
    hours: int = 48,
) -> pd.DataFrame:
    """What went wrong and which post stood before it, oldest first, then what has no time.

    Each of `incidents` (INCIDENTS) is laid beside the last post to that group in the `hours` before it; a time of 00:00
    means that only the day is known, then the day's own posts count too and `hours_after` is missing. From `days`
    (GROUP_DAYS, groups with at least 14 of them) come two more, `found_by` "days": days on which unusually many left,
    and groups that went cold. A day's leaves are held against the group's own other days (beta-binomial tail given the
    total; how much people leave in company is estimated over all groups), at least 3 people and twice the usual; a
    group is cold where its
    last 7 days have at most half the speakers (or messages) of those before, by the rank test of Mann and Whitney.
    Both are called at a q-value (Benjamini–Hochberg over all days, and over all groups) of at most 0.05. What an
    incident already tells of the same group and day is not told again.

    Gives PROBLEMS: `post_id` and `hours_after` missing and `why` says so where no post stood before; `count` people or
    times, for a cold group the days; `usual` leaves, or speakers, on an ordinary day. `why` and `change` come from the
    lexicon `push-problems`, by what happened and by the kind of the post (from `items`). That a post stood before is no
    proof that it was the reason. Cancelled and missed posts are no posts.

    Nothing to tell gives an empty frame. Raises ColumnError for tables that break their contract, an unknown incident,
    or a count below 1, and ChoiceError for `hours` outside 1 to 672.

    >>> posts = pd.DataFrame([{"post_id": "p", "item_id": "i", "group_id": "g", "starts_at": "2026-09-01 20:00"}])
    >>> told = pd.DataFrame([{"group_id": "g", "happened_at": "2026-09-01 21:30", "incident": "被删"}])
    >>> push_problems(posts, incidents=told)[["incident", "post_id", "hours_after"]].values.tolist()
    [['deleted', 'p', 1.5]]
    """
    hours = as_whole(hours, "hours（往前看几小时）", 1, _MOST_HOURS)
    posts = _posts(calendar, items)
    told = _incidents(incidents)
    rows = [_reported(row, posts, hours) for row in told.to_dict("records")]
    known = {(row["incident"], row["group_id"], _date(row["happened_at"])) for row in rows}
    for row in _from_days(days, posts, hours):
        if (row["incident"], row["group_id"], _date(row["happened_at"])) not in known:
            rows.append(row)
    if not rows:
        return PROBLEMS.empty()
    return (
        check(pd.DataFrame(rows), PROBLEMS)
        .sort_values(["happened_at", "group_id"], kind="stable", na_position="last")
        .reset_index(drop=True)
    )


def _date(moment: Any) -> dt.date | None:
    return None if is_missing(moment) else moment.date()


def _posts(calendar: pd.DataFrame, items: pd.DataFrame | None) -> pd.DataFrame:
    """What was sent, in order of time, with title and kind."""
    calendar = check(calendar, CALENDAR)
    items = check(items, ITEMS) if items is not None else ITEMS.empty()
    posts = calendar[~calendar["status"].isin(("cancelled", "missed")) & calendar["starts_at"].notna()]
    told = {
        name: [known.get(item, "") for item in posts["item_id"]]
        for name in ("title", "kind")
        for known in [dict(zip(items["item_id"], items[name], strict=True))]
    }
    return posts.assign(**told).sort_values("starts_at", kind="stable")


def _incidents(incidents: pd.DataFrame | None) -> pd.DataFrame:
    told = check(incidents, INCIDENTS) if incidents is not None else INCIDENTS.empty()
    words = COLUMN_WORDS["incident"]
    for place, row in enumerate(told.to_dict("records"), start=1):
        if row["incident"] not in words:
            raise ColumnError(
                f"出了什么事：第 {place} 行的「{row['incident'][:20]}」不认识，可以写：{'、'.join(words.values())}。"
            )
        if is_missing(row["count"]) or row["count"] < 1:
            raise ColumnError(
                f"出了什么事：第 {place} 行的次数或人数要写成 1 或更大的整数。没有发生的就删去这一行。"
            )
    return told


def _reported(row: dict[str, Any], posts: pd.DataFrame, hours: int) -> dict[str, Any]:
    """An incident beside the post before it."""
    moment = row["happened_at"]
    base = {name: row[name] for name in ("incident", "group_id", "happened_at", "count")}
    if is_missing(moment):
        return {**base, **_advice(row["incident"], ""), "why": "没有写时间，对不上是哪一次发布。"}
    return {**base, **_beside(row["incident"], row["group_id"], moment, posts, hours)}


def _beside(
    incident: str, group: str, moment: pd.Timestamp, posts: pd.DataFrame, hours: int
) -> dict[str, Any]:
    """The last post of the group before a moment, or up to the end of a day that is known without its hour."""
    is_day = moment == moment.normalize()
    until = moment + pd.Timedelta(days=1) - pd.Timedelta(microseconds=1) if is_day else moment
    since = moment - pd.Timedelta(hours=hours)
    near = posts[(posts["group_id"] == group) & posts["starts_at"].between(since, until)]
    if near.empty:
        told = _advice(incident, "none")
        return {**told, "why": f"之前 {hours} 小时里这个群没有发布，可能是{told['why']}。"}
    post = near.iloc[-1]
    told = _advice(incident, post["kind"])
    same = int((near["starts_at"] >= moment).sum()) if is_day else 0
    unsure = "只知道是哪一天，" if is_day else ""
    if same > 1:
        unsure += f"那天发了 {same} 次，这里写的是后面那次，"
    gap = None if is_day else (moment - post["starts_at"]) / pd.Timedelta(hours=1)
    return {
        **{"post_id": post["post_id"], "hours_after": gap, "title": post["title"], "kind": post["kind"]},
        **{"why": f"{unsure}可能是{told['why']}。", "change": told["change"]},
    }


def _advice(incident: str, kind: str) -> dict[str, str]:
    """The lexicon's row for what happened after a post of this kind; of any kind where it has none."""
    found = {(row["incident"], row["kind"]): row for row in lexicons.rows("push-problems")}
    row = found.get((incident, kind)) or found[incident, ""]
    return {"why": row["why"], "change": f"{row['change']}。"}


def _from_days(days: pd.DataFrame | None, posts: pd.DataFrame, hours: int) -> Iterator[dict[str, Any]]:
    """Unusual leave-days and cold groups, called over all groups together."""
    if days is None:
        return
    days = check(days, GROUP_DAYS)
    if days.duplicated(["group_id", "date"]).any() or days["date"].isna().any():
        raise ColumnError(
            "群日报里，每个群每一天要有一行，也只能有一行，每行要有日期。用 read_group_days 读入会指出是哪几行。"
        )
    groups = list(days.sort_values("date", kind="stable").groupby("group_id", sort=False))
    leaves = list(_leaves(groups))
    for row, q_value in zip(leaves, false_calls([row["p"] for row in leaves]), strict=True):
        if q_value <= MAX_Q:
            yield _leave_day(row, q_value, posts, hours)
    cold = [row for group, part in groups for row in _chill(str(group), part)]
    for row, q_value in zip(cold, false_calls([row["p"] for row in cold]), strict=True):
        if q_value <= MAX_Q and row["late"] <= _COLD_SHARE * row["usual"]:
            yield _cold(row, q_value, posts)


def _leaves(groups: list[tuple[Any, pd.DataFrame]]) -> Iterator[dict[str, Any]]:
    """Each day of each group with its leaves, the usual ones, and the chance of so many on an ordinary day.

    Given a group's total, an ordinary day's part of it is beta-binomial: leaves come in company, and the clumping (the
    variance over the mean) says how much: the likeliest over all groups and days but the one asked about, and a little
    more to be safe. Days that would be no news anyhow have the chance 1.
    """
    from scipy.stats import betabinom

    told = []
    for group, part in groups:
        used = part[(part["left"] >= 0).fillna(False) & (part["members"] > 0).fillna(False)]
        if len(used) >= LEAST_DAYS:
            left, members = (used[name].to_numpy(dtype=float) for name in ("left", "members"))
            told.append((str(group), used["date"].tolist(), left, members))
    likely = [_likely(left, members) for _, _, left, members in told]
    whole = np.sum(likely, axis=0)
    for (group, dates, left, members), own in zip(told, likely, strict=True):
        share, total = members / members.sum(), left.sum()
        usual = (total - left) / (members.sum() - members) * members
        for place, day in enumerate(dates):
            chance = 1.0
            if left[place] >= max(_LEAST_LEFT, _LEAST_TIMES * usual[place]):
                without = whole - own + _likely(np.delete(left, place), np.delete(members, place))
                clumping = _CLUMPINGS[np.flatnonzero(without >= without.max() - _LIKELY)[-1]]
                size, part_of = total / (clumping - 1), share[place]
                chance = betabinom.sf(left[place] - 1, total, size * part_of, size * (1 - part_of))
            yield {
                **{"group_id": group, "date": day, "count": int(left[place]), "usual": float(usual[place])},
                **{"p": float(chance), "others": len(dates) - 1},
            }


def _likely(left: np.ndarray, members: np.ndarray) -> np.ndarray:
    """The log-likelihood of a group's leaves, given their total, for each clumping that is tried."""
    from scipy.special import gammaln

    total = left.sum()
    if not total:
        return np.zeros(len(_CLUMPINGS))
    size = total / (_CLUMPINGS - 1)
    days = size[:, None] * (members / members.sum())
    likely: np.ndarray = (
        gammaln(size) - gammaln(size + total) + (gammaln(days + left) - gammaln(days)).sum(axis=1)
    )
    return likely


def _chill(group: str, part: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """A group's last days against those before, by speakers or, where those are not told, by messages."""
    from scipy.stats import mannwhitneyu

    for column, word in (("active", "人说话"), ("messages", "条消息")):
        told = part[(part[column] >= 0).fillna(False)]
        if len(told) < LEAST_DAYS:
            continue
        counts = told[column].to_numpy(dtype=float)
        early, late = counts[:-_LATE_DAYS], counts[-_LATE_DAYS:]
        chance = float(mannwhitneyu(late, early, alternative="less").pvalue) if np.ptp(counts) else 1.0
        span = (told["date"].iloc[-_LATE_DAYS], told["date"].iloc[-1])
        if (span[1] - span[0]).days >= 2 * _LATE_DAYS:  # rows of long ago are no last days
            return
        yield {
            "group_id": group,
            "span": span,
            "late": late.mean(),
            "usual": early.mean(),
            "p": chance,
            "word": word,
        }
        return


def _leave_day(row: dict[str, Any], q_value: float, posts: pd.DataFrame, hours: int) -> dict[str, Any]:
    moment = pd.Timestamp(row["date"], tz=TIME_ZONE)
    told = _beside("left", row["group_id"], moment, posts, hours)
    counted = f"这天退了 {row['count']} 人，另外 {row['others']} 天平均一天 {row['usual']:.1f} 人。"
    return {
        **{"incident": "left", "group_id": row["group_id"], "happened_at": moment, "count": row["count"]},
        **{**told, "why": counted + told["why"]},
        **{"found_by": "days", "usual": row["usual"], "q_value": q_value},
    }


def _cold(row: dict[str, Any], q_value: float, posts: pd.DataFrame) -> dict[str, Any]:
    """A cold group beside all that was sent from a week before it on: no single post stands for it."""
    first, last = row["span"]
    days = posts["starts_at"].dt.date
    near = posts[
        (posts["group_id"] == row["group_id"]) & (days >= first - dt.timedelta(_LATE_DAYS)) & (days <= last)
    ]
    kinds = near["kind"][near["kind"] != ""].value_counts()
    most = str(kinds.index[0]) if len(kinds) and 2 * kinds.iloc[0] >= len(near) else ""
    told = _advice("cold", most if len(near) else "none")
    sent = "、".join(f"{WORDS[kind]} {kinds[kind]} 次" for kind in ITEM_KINDS if kind in kinds)
    said = (
        f"从一周前起发了 {len(near)} 次{f'（{sent}）' if sent else ''}。"
        if len(near)
        else "这段时间没有发布。"
    )
    drop = percent(row["late"] / row["usual"])
    return {
        **{"incident": "cold", "group_id": row["group_id"], "count": _LATE_DAYS, "change": told["change"]},
        **{
            "happened_at": pd.Timestamp(first, tz=TIME_ZONE),
            "kind": most,
            "found_by": "days",
            "q_value": q_value,
        },
        "usual": row["usual"],
        "why": f"后 {_LATE_DAYS} 天平均每天 {row['late']:.1f} {row['word']}，是之前（{row['usual']:.1f}）的 {drop}。"
        f"{said}可能是{told['why']}。",
    }


def false_calls(chances: list[float]) -> np.ndarray:
    """The q-values of p-values by Benjamini and Hochberg (1995), in the same order.

    >>> false_calls([0.01, 0.5, 0.02]).tolist()
    [0.03, 0.5, 0.03]
    """
    p = np.array(chances, dtype=float)
    order = np.argsort(p)[::-1]
    q = np.empty(len(p))
    q[order] = np.minimum.accumulate(p[order] * len(p) / np.arange(len(p), 0, -1))
    return np.minimum(q, 1.0)

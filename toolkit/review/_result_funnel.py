"""A campaign's funnel from what came of its own posts, and beside it the one from its groups' days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons
from toolkit.review._funnel import INTERVALS, campaign_funnel, garwood, wilson
from toolkit.review._history import exposure, was_sent
from toolkit.review._words import listed
from toolkit.schema import CALENDAR, FUNNEL, ITEMS, ChoiceError, ColumnError, check, shown_value

# fewer items (or posts) do not tell how much they differ; our own choice
FEWEST = 5
_TAIL, _DEVIATE = 0.025, 1.959964
# what `join_results` puts behind a calendar's columns and these tables need
_NEEDED = ("reached", "clicked", "replied", "ordered", "revenue", "invited", "campaign", "members", "ripe")
_STAGES = next(column.choices for column in FUNNEL.columns if column.name == "stage")


def campaign_posts(history: pd.DataFrame, *, campaign: str | None = None) -> pd.DataFrame:
    """Posts of campaigns that went out, with `shown` (how many could have seen each) and `day`.

    Raises ColumnError for a history that `join_results` did not make, ChoiceError for a campaign that it does not have.
    """
    history = check(history, CALENDAR)
    missing = [name for name in _NEEDED if name not in history]
    if missing:
        raise ColumnError(f"这张表没有 {listed(missing)}。先用 join_results 把排期和结果合成一张表。")
    posts = history[was_sent(history) & history["campaign"].fillna("").ne("") & history["starts_at"].notna()]
    if campaign is not None:
        if not (posts["campaign"] == campaign).any():
            known = listed(list(dict.fromkeys(posts["campaign"])), 8) or "无"
            raise ChoiceError(f"没有活动 {shown_value(campaign)} 发出过的内容。有的活动：{known}。")
        posts = posts[posts["campaign"] == campaign]
    return posts.assign(shown=exposure(posts, "ordered"), day=posts["starts_at"].dt.date)


def result_funnel(history: pd.DataFrame, *, campaign: str | None = None) -> pd.DataFrame:
    """The stages of each campaign that its own posts' results measure, for each group and ("") for all its groups.

    `history` is what `join_results` gives. Gives FUNNEL, campaigns and groups in the history's order with "" last. What no
    post's result measures is no row. `measured_by` says what was divided by what (lexicon `funnel-results`): 激活 by
    replies and, a row of its own, by clicks, both over all who could have seen the posts, counted once for each; 成交 and
    转介绍 over the groups' mean members, as in `campaign_funnel`. `days` counts days with a measured post.

    `interval` names the 95 % interval: Wilson's score (1927) for shares, Garwood's exact one of a Poisson mean (1936) for
    what one may do twice; both widened by as much as the campaign's items differ more than chance does (Pearson's χ²
    per degree of freedom, with Student's deviate; its posts, where it has fewer than five items, which are then taken as
    given), and a share never taken for surer than one look at each member. Posts with counts that cannot be are left out of a stage and `note` says so.

    An empty history gives an empty frame. Raises ColumnError for a history without its columns, ChoiceError for an
    unknown campaign.
    """
    posts = campaign_posts(history, campaign=campaign)
    rows: list[dict[str, Any]] = []
    for name, part in posts.groupby("campaign", sort=False):
        rows += _rows(str(name), part)
    return check(pd.DataFrame(rows), FUNNEL) if rows else FUNNEL.empty()


def joined_funnel(
    history: pd.DataFrame,
    *,
    days: pd.DataFrame | None = None,
    items: pd.DataFrame | None = None,
    campaign: str | None = None,
    start: dt.date | str | None = None,
    end: dt.date | str | None = None,
) -> pd.DataFrame:
    """Both funnels in one table: by the posts' own results and by days of the groups (`campaign_funnel`).

    Gives FUNNEL, sorted by campaign, group ("" last) and stage; of a stage the rows by results come first, for they tell
    of the campaign's posts alone. `measured_by` tells them apart. Campaigns none of whose groups `days` counts have rows by
    results only. `items` is wanted only where the history was joined without them. Raises what both functions
    raise, and ChoiceError where `days` has none of the history's groups at all.
    """
    if items is not None:
        campaigns = check(items, ITEMS).set_index("item_id")["campaign"].to_dict()
        history = history.assign(campaign=history["item_id"].map(campaigns).fillna(""))
    own = result_funnel(history, campaign=campaign)
    if days is None or days.empty or history.empty:
        return own
    posts = campaign_posts(history, campaign=campaign)
    everywhere = posts["group_id"]
    counted = set(check(history, CALENDAR)["group_id"]) & set(days.get("group_id", []))
    here = posts.groupby("campaign", sort=False)["group_id"].agg(lambda ids: bool(set(ids) & counted))
    if counted:
        posts = posts[posts["campaign"].isin(here.index[here.astype(bool)])]
    if posts.empty:
        return own
    told = posts.drop_duplicates("item_id").assign(title=lambda found: found["item_id"])
    told = told[["item_id", "title", "campaign"]]
    totals = campaign_funnel(days, calendar=posts, items=told, start=start, end=end)
    places = {
        name: place for place, name in enumerate(dict.fromkeys([*own["campaign"], *totals["campaign"]]))
    }
    groups = {name: place for place, name in enumerate([*dict.fromkeys(everywhere), ""])}
    both = pd.concat([own, totals], ignore_index=True)
    order = pd.DataFrame(
        {
            "campaign": both["campaign"].map(places),
            "group": both["group_id"].map(groups).fillna(len(groups)),
            "stage": both["stage"].map({name: place for place, name in enumerate(_STAGES)}),
        }
    ).sort_values(["campaign", "group", "stage"], kind="stable")
    return check(both.loc[order.index].reset_index(drop=True), FUNNEL)


def _rows(campaign: str, posts: pd.DataFrame) -> Iterator[dict[str, Any]]:
    same = {"campaign": campaign, "starts": min(posts["day"]), "ends": max(posts["day"])}
    groups = list(dict.fromkeys(posts["group_id"]))
    for key in [*groups, ""]:
        part = posts[posts["group_id"] == key] if key else posts
        for row in lexicons.rows("funnel-results"):
            told = part[part[row["column"]].notna()]
            if told.empty:
                continue
            used, faults = _usable(told, row)
            yield {
                **{**same, "group_id": key, "stage": row["stage"], "measured_by": row["measured_by"]},
                **_measured(used, row),
                "note": "；".join(_notes(part, told, used, faults, row["column"])),
            }


def _usable(told: pd.DataFrame, row: dict[str, str]) -> tuple[pd.DataFrame, list[str]]:
    """Posts whose counts can be, and what is wrong with the others."""
    passed, shown = told[row["column"]].astype("float64"), told["shown"]
    size = told["members"].astype("float64").fillna(shown) if row["base"] == "members" else shown
    too_many = (passed > shown) & (row["interval"] == "Wilson")
    wrong = {"没有人数": ~(size > 0), "比看得到的人还多": too_many & (size > 0)}
    faults = [f"{int(mask.sum())} 次发布{why}" for why, mask in wrong.items() if mask.any()]
    bad = np.logical_or.reduce([mask.to_numpy(dtype=bool) for mask in wrong.values()])
    return told.assign(passed=passed, size=size)[~bad], faults


def _measured(used: pd.DataFrame, row: dict[str, str]) -> dict[str, Any]:
    """Counts, rate and interval of a stage."""
    members = float(used.groupby("group_id")["size"].mean().sum())
    entered = members if row["base"] == "members" else float(used["size"].sum())
    passed = float(used["passed"].sum())
    told = {"entered": round(entered), "passed": round(passed), "days": used["day"].nunique()}
    if not entered:
        return told
    swing = _swing(used, is_share=row["interval"] == "Wilson")
    if row["interval"] == "Wilson":
        low, high = wilson(passed / entered, max(1.0, min(members, entered / swing)))
    else:
        low, high = garwood(passed / swing, entered / swing)
    rates = {"rate": passed / entered, "low": low, "high": high}
    return {**told, **rates, "interval": INTERVALS[row["interval"]]}


def _swing(used: pd.DataFrame, *, is_share: bool) -> float:
    """How many times the items' (posts') variance is that of chance; 1 where it is less, or where they are too few.

    Items and not posts, for one item that goes down well does so in all its groups. Told from few, it is raised to
    what Student's deviate wants.
    """
    from scipy.stats import t

    unit = "item_id" if used["item_id"].nunique() >= FEWEST else "post_id"
    sums = used.groupby(unit)[["passed", "size"]].sum().to_numpy(dtype=float)
    total, base = sums.sum(axis=0)
    if len(sums) < FEWEST or not total:
        return 1.0
    expected = total / base * sums[:, 1]
    chance = expected * (max(1 - total / base, 1e-9) if is_share else 1)
    freedom = len(sums) - 1
    swing = float(((sums[:, 0] - expected) ** 2 / chance).sum() / freedom)
    return max(1.0, swing * float(t.isf(_TAIL, freedom) / _DEVIATE) ** 2)


def _notes(
    part: pd.DataFrame, told: pd.DataFrame, used: pd.DataFrame, faults: list[str], column: str
) -> Iterator[str]:
    """What else is to be known of a row."""
    if faults:
        yield f"没有算进来：{listed(faults)}"
    if used.empty:
        yield "没有一次发布的数能用"
    if len(told) < len(part):
        yield f"{len(part)} 次发布里 {len(told)} 次量到"
    young = int((~used["ripe"].astype(bool)).sum())
    if young:
        yield f"{young} 次发布的数取得太早（不到一天）"
    if column == "clicked" and (used["passed"] > used["shown"]).any():
        yield "有的发布点击比人还多，点击是按次数算的"

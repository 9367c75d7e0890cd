"""Every chart of the house over small frames that hold a given word wherever others write."""

from __future__ import annotations

from typing import Any

import pandas as pd
from review_frames import make_effects, make_funnel, make_posts, make_times
from test_charts_plans import GROUPS, ITEMS, PLACES, make_plan
from test_charts_trends import make_contrast, make_drivers, make_history, make_trends
from test_plan_charts import ACTIONS, BUDGET, MILESTONES

from toolkit import charts, schema
from toolkit.headlines import score_headlines
from toolkit.schema import check

POSTS = (
    ("rice", "g1", "18 08:00"),
    ("chat", "g1", "18 20:00"),
    ("chat", "g2", "18 20:00"),
    ("rice", "g2", "20 08:00"),
    ("book", "g2", "20 20:00"),
)


def every_chart(word: str) -> dict[str, Any]:
    """Each chart by its name; what an editor or her rivals may write is `word`."""
    return {**_of_words(word), **_of_plans(word), **_of_reviews(word)}


def _of_words(word: str) -> dict[str, Any]:
    weekly, daily = (
        make_history({word: [1, 6]}, [20, 20]),
        make_history({word: [1, 6], "b": [1, 0]}, [20, 0], days=1),
    )
    copies = pd.DataFrame([dict.fromkeys(schema.COPIES.names, word)]).assign(similarity=0.9)
    return {
        "trend_bars": charts.trend_bars(make_trends((word, "new"), ("乙", "rising"))),
        "term_lines": charts.term_lines(weekly, trends=make_trends((word, "new"))),
        "term_calendar": charts.term_calendar(daily, term=word),
        "term_calendar_many": charts.term_calendar(daily),
        "contrast_scatter": charts.contrast_scatter(make_contrast((word, -2.0, 0, 5), ("b", 2.0, 5, 0))),
        "driver_bars": charts.driver_bars(
            make_drivers(*((word, f"{word}{n}" if n else "乙", 5, 0.1) for n in range(10)))
        ),
        "copy_bars": charts.copy_bars(check(copies, schema.COPIES)),
        "score_parts": charts.score_parts(score_headlines([word, "三步挑出膏满的大闸蟹，周末上桌不踩坑"])),
    }


def _of_plans(word: str) -> dict[str, Any]:
    items = ITEMS.assign(title=word, owner=word)
    plan = make_plan(*POSTS, items=items, groups=GROUPS.assign(name=word, segment=word, owner=word))
    return {
        "calendar_load": charts.calendar_load(plan.calendar, plan.groups),
        "plan_heat": charts.plan_heat(plan),
        "plan_heat_posts": charts.plan_heat(plan, by="posts"),
        "plan_mix": charts.plan_mix(plan),
        "owner_minutes": charts.owner_minutes(plan),
        "why_here": charts.why_here(PLACES.assign(reason=word)),
        "gantt": charts.gantt(
            ACTIONS.assign(title=word, owner=word), milestones=MILESTONES.assign(title=word)
        ),
        "budget_bars": charts.budget_bars(BUDGET.assign(title=word)),
    }


def _of_reviews(word: str) -> dict[str, Any]:
    return {
        "effect_bars": charts.effect_bars(make_effects().assign(name=word)),
        "funnel_steps": charts.funnel_steps(make_funnel().assign(campaign=word)),
        "time_heat": charts.time_heat(make_times().assign(group_id=word)),
        "plan_against_result": charts.plan_against_result(make_posts().assign(title=word)),
    }

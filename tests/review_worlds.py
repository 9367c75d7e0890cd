"""Posts and results drawn around rates that a test knows: what a review must find, and what it must not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

# both are made for orders and clicks, so all of their posts are judged
KINDS = ("promotion", "event")
SLOTS = ("08:00", "12:15", "18:10", "20:00")
TOPICS = ("大闸蟹", "绘本", "咖啡", "青菜")
MONDAY = pd.Timestamp("2026-06-01", tz="Asia/Shanghai")


@dataclass(frozen=True)
class World:
    """What a review is handed."""

    calendar: pd.DataFrame
    results: pd.DataFrame
    items: pd.DataFrame
    groups: pd.DataFrame

    def asked(self) -> dict[str, Any]:
        """As the arguments of `review_posts`."""
        return {"items": self.items, "groups": self.groups}


def make_world(
    seed: int = 0,
    *,
    weeks: int = 10,
    number: int = 10,
    per_week: int = 12,
    rate: float = 2.0,
    outcome: str = "ordered",
    times: Mapping[str, float] | None = None,
    kinds: tuple[str, ...] = KINDS,
    item_spread: float = 0.25,
    dispersion: float = 0.2,
) -> World:
    """A world in which a post brings `rate` for each 250 people, times what `times` says of its group, kind, topic or slot."""
    rng, effect = np.random.default_rng(seed), dict(times or {})
    members = rng.integers(120, 480, number)
    posts, items = [], []
    for week in range(weeks):
        luck = np.exp(rng.normal(0, 0.1, 7))
        for place in range(per_week):
            item = f"w{week:02}i{place:02}"
            kind, topic, slot = (str(rng.choice(choices)) for choices in (kinds, TOPICS, SLOTS))
            items.append({"item_id": item, "title": f"{topic}{place}", "kind": kind, "topic": topic})
            own, day = np.exp(rng.normal(0, item_spread)), int(rng.integers(7))
            for group in sorted(rng.choice(number, min(4, number), replace=False)):
                mean = rate * members[group] / 250 * own * luck[day]
                for name in (f"g{group:02}", kind, topic, slot):
                    mean *= effect.get(name, 1.0)
                posts.append(
                    {
                        **{"post_id": f"{item}@g{group:02}", "item_id": item, "group_id": f"g{group:02}"},
                        "starts_at": MONDAY + pd.Timedelta(days=7 * week + day) + pd.Timedelta(f"{slot}:00"),
                        **{
                            "status": "sent",
                            outcome: rng.poisson(mean * rng.gamma(1 / dispersion, dispersion)),
                        },
                    }
                )
    table = pd.DataFrame(posts)
    groups = pd.DataFrame(
        {
            **{"group_id": [f"g{n:02}" for n in range(number)], "name": [f"第{n}群" for n in range(number)]},
            **{"members": members, "slots": [list(SLOTS)] * number, "posts_per_day": 2, "posts_per_week": 9},
        }
    )
    return World(table.drop(columns=outcome), table[["post_id", outcome]], pd.DataFrame(items), groups)

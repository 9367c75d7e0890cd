"""Gifts: what each cost in all, by piece and by member it brought, and the same for each job."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from toolkit.schema import GIFT_COSTS, GIFT_JOBS, GIFTS, ChoiceError, check, is_missing

_JOBS = ("acquire", "enliven", "reward")


class GiftCosts(NamedTuple):
    """Costs by gift in the table's order, and by job: acquire, enliven, reward, then other words that stand there."""

    gifts: pd.DataFrame
    jobs: pd.DataFrame


def gift_costs(gifts: pd.DataFrame) -> GiftCosts:
    """What gifts cost in yuan: in all, by piece (unit cost and handling) and by member they brought.

    `per_member` is missing where nobody came or nobody counted, with the reason in `why`; a job's is the cost of the
    gifts whose members were counted / those members. The word of some 3 yuan a head is practitioners', unverified,
    and not used. An empty table gives empty frames.

    Raises ColumnError for a table that lacks a column, ChoiceError for an amount or number that is missing or below 0.

    >>> found = gift_costs(pd.DataFrame({"gift": ["种子卡", "帆布袋"], "gift_job": ["acquire", "reward"],
    ...     "unit_cost": [1.2, 9.0], "handling": [0.3, 0.0], "sent": [200, 10], "acquired": [60, None]}))
    >>> found.gifts[["total", "per_piece", "per_member", "why"]].values.tolist()
    [[300.0, 1.5, 5.0, ''], [90.0, 9.0, nan, '没有数带来了多少人']]
    """
    table = check(gifts, GIFTS)
    rows = [_gift(number, row) for number, row in enumerate(table.to_dict("records"), start=1)]
    if not rows:
        return GiftCosts(GIFT_COSTS.empty(), GIFT_JOBS.empty())
    frame = check(pd.DataFrame(rows), GIFT_COSTS)
    names = set(frame["gift_job"])
    known = [name for name in _JOBS if name in names]
    others = [name for name in dict.fromkeys(frame["gift_job"]) if name not in _JOBS]
    jobs = [_job(name, frame[frame["gift_job"] == name]) for name in (*known, *others)]
    return GiftCosts(frame, check(pd.DataFrame(jobs), GIFT_JOBS))


def _gift(number: int, row: dict[str, Any]) -> dict[str, Any]:
    for name in ("unit_cost", "handling", "sent", "acquired"):
        value = row[name]
        lacking = is_missing(value)
        if (lacking and name != "acquired") or (not lacking and not 0 <= value < float("inf")):
            caption = GIFTS.captions[name]
            said = "没有写" if lacking else f"是 {value}"
            raise ChoiceError(
                f"礼品表第 {number} 行「{row['gift']}」的{caption}{said}，要写成 0 或更大的数。请改好再算。"
            )
    sent = int(row["sent"])
    piece = float(row["unit_cost"]) + float(row["handling"])
    acquired = None if is_missing(row["acquired"]) else int(row["acquired"])
    total = sent * piece
    return {
        **{name: row[name] for name in ("gift", "gift_job", "gift_form")},
        "sent": sent,
        "total": total,
        "per_piece": piece,
        "acquired": acquired,
        "per_member": total / acquired if acquired else None,
        "why": _why(acquired),
    }


def _why(acquired: int | None) -> str:
    if acquired is None:
        return "没有数带来了多少人"
    return "" if acquired else "没有带来新成员，除不了"


def _job(name: str, gifts: pd.DataFrame) -> dict[str, Any]:
    """One job's gifts together; the cost of a member counts only gifts whose members were counted."""
    counted = gifts[gifts["acquired"].notna()]
    acquired = int(counted["acquired"].sum()) if len(counted) else None
    sent, total = int(gifts["sent"].sum()), float(gifts["total"].sum())
    left = len(gifts) - len(counted)
    partly = f"{left} 种没有数带来了多少人，没有算进每个新成员的花费" if left and len(counted) else ""
    return {
        "gift_job": name,
        "gifts": len(gifts),
        "sent": sent,
        "total": total,
        "per_piece": total / sent if sent else None,
        "acquired": acquired,
        "per_member": float(counted["total"].sum()) / acquired if acquired else None,
        "why": "；".join(part for part in (_why(acquired), partly) if part),
    }

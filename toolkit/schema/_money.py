"""Yuan of a budget: a line's year, and whether it moves much against last year's."""

from __future__ import annotations

import pandas as pd

QUARTERS = ("q1", "q2", "q3", "q4")
# practitioners' figure (D6), unverified: a line that moves more should be looked at
MOVED = 0.15


def with_amounts(budget: pd.DataFrame) -> pd.DataFrame:
    """BUDGET in which a line without an amount has the sum of its quarters, where it has any.

    >>> line = {"amount": [None, 5.0], "q1": [None, 1.0], "q2": [None, 1.0], "q3": [600.0, 1.0], "q4": [400.0, 1.0]}
    >>> with_amounts(pd.DataFrame(line, dtype="float64"))["amount"].to_list()
    [1000.0, 5.0]
    """
    return budget.assign(amount=budget["amount"].fillna(budget[list(QUARTERS)].sum(axis=1, min_count=1)))


def moved(amount: float | None, last_year: float | None) -> float | None:
    """The change of a line against last year as a share of last year; None where last year has no amount above 0.

    >>> moved(120.0, 100.0), moved(120.0, 0.0)
    (0.2, None)
    """
    if amount is None or last_year is None or last_year <= 0:
        return None
    return (amount - last_year) / last_year


def moves_much(change: float | None) -> bool:
    """Whether a line moves by more than 15%; exactly 15% does not count, nor what cannot be compared.

    >>> moves_much(0.15), moves_much(-0.16), moves_much(None)
    (False, True, False)
    """
    return change is not None and abs(change) > MOVED + 1e-9

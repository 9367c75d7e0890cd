"""How surprising a count is: negative-binomial tail, moving mean, q-values, score, status.

- tail: the chance of a count at least this high (mid-p; fading: this low) under a negative binomial whose mean
  comes from the baseline. Without dispersion it is the conditional (binomial) test of two Poisson rates
  (Przyborowski and Wilenski 1940); the dispersion is each term's own by moments, drawn to that of all terms.
- z: SigniTrend's distance from the exponentially weighted mean in standard deviations (Schubert et al. 2014).
- score: 50 + 50 s / (2 + |s|), where s is the mean of four times the tail's normal deviate and once z, the tail
  being that of a rise by more than RARE_DOCUMENTS. 50 is a rise by just that, 75 two standard
  deviations more. It depends on other terms only through the pooled dispersion, so that weeks can be compared. Without
  a baseline it is the percentile of the count.
- q_value and status: see _false_alarms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

# a share of false alarms that an editor can live with among the words called new, rising or fading
MAX_Q = 0.1

# the moving mean forgets half of what it knew in a week, however long a window is
HALF_LIFE_DAYS = 7.0

# SigniTrend's bias against words too rare to tell: documents added to the expected count, variance added to its own
RARE_DOCUMENTS = 3.0
RARE_VARIANCE = 2.0

# terms with so many documents in the baseline measure how much counts vary
COMMON = 8

# a word's own dispersion counts against the pooled one like this sum of squared expected counts
PRIOR_SQUARES = 8.0
MOST_DISPERSION = 4.0

# before any word is known, counts are taken to vary so much more than Poisson; ten frequent words weigh as much
DEFAULT_DISPERSION = 0.15
FREQUENT_SQUARES = 25.0

# the z at which a score stands half-way between 50 (a rise by RARE_DOCUMENTS) and 100
HALF_SCORE_Z = 2.0


@dataclass(frozen=True)
class _Judged:
    """The terms worth a row: `rows` are their places in the counts, every other array runs beside it.

    `needed` is the least number of documents at which a term never seen before could be called new; `too_few` says
    that it is more than half of the window, so that nothing was called anything.
    """

    rows: np.ndarray
    expected: np.ndarray
    lift: np.ndarray
    tail: np.ndarray
    z: np.ndarray
    q_value: np.ndarray
    score: np.ndarray
    status: np.ndarray
    needed: int
    too_few: bool


def judged_terms(
    table: pd.DataFrame, sizes: np.ndarray, *, window_days: int, min_documents: int, totals: np.ndarray
) -> tuple[pd.DataFrame, int]:
    """The rows of `table` worth showing with lift, q_value, score and status; and the documents a new term needs.

    `table` has part0, part1, … (documents by part), before and rises; the rest is kept as it is.
    """
    counts = table[[f"part{number}" for number in range(len(sizes))]].to_numpy()
    judged = _judge_counts(
        counts,
        sizes,
        table["before"].to_numpy(),
        window_days=window_days,
        min_documents=min_documents,
        allowed=table["rises"].to_numpy(bool),
        totals=totals,
    )
    names = ("lift", "q_value", "score", "status")
    return table.iloc[judged.rows].assign(**{name: getattr(judged, name) for name in names}), judged.needed


def _judge_counts(
    counts: np.ndarray,
    sizes: np.ndarray,
    before: np.ndarray,
    *,
    window_days: int,
    min_documents: int = 3,
    allowed: np.ndarray | None = None,
    totals: np.ndarray | None = None,
) -> _Judged:
    """Surprise, z, q-values, score and status of the terms that rise or fade.

    `counts` is terms × stretches (documents; column 0 the window, then the baseline, newest first), `sizes` the
    documents of each stretch, `before` the documents of each term at any time before the window. `allowed` marks the
    terms that may be called new or rising (enough sources). `totals[n]` is how many terms have n documents in window
    and baseline together, where `counts` leaves out terms that can have no row and are not common. A term has a row
    if it is allowed and stands in `min_documents` of the window, or if it surely fades.
    """
    allowed = np.ones(len(counts), dtype=bool) if allowed is None else allowed
    sizes = np.asarray(sizes, dtype=float)
    enough = allowed & (counts[:, 0] >= min_documents)
    if not sizes[1:].any():
        return _plain_counts(counts, np.flatnonzero(enough))
    past, ratio = counts[:, 1:].sum(axis=1), sizes[0] / sizes[1:].sum()
    fallen = (past * ratio >= min_documents) & (counts[:, 0] < past * ratio)
    rows = np.flatnonzero(enough | fallen)
    stretches = np.flatnonzero(sizes[1:] > 0) + 1
    pooled = _pooled_dispersion(counts, past, sizes, stretches)
    totals = np.bincount(counts[:, 0] + past) if totals is None else totals
    needed, family = _family(totals, ratio, pooled)
    too_few = bool(2 * needed > sizes[0])

    counts, enough, fallen = counts[rows], enough[rows], fallen[rows]
    seen, past = counts[:, 0].astype(float), past[rows].astype(float)
    dispersion = _dispersions(counts, past, sizes, stretches, pooled)
    # a rarer term is judged as if the missing documents had been seen before: never better than one that had them
    at_least = np.maximum(past, needed - seen)
    up = np.where(enough, _mid_tail(seen, at_least, ratio, dispersion), 1.0)
    tail = np.where(fallen, _lower_tail(seen, past, ratio, dispersion), up)
    q_value = _false_alarms(tail, fallen, seen + past < needed, family)
    called = q_value <= MAX_Q
    status = np.select(
        [~called | too_few, fallen, before[rows] == 0], ["steady", "fading", "new"], default="rising"
    )
    z = _ewma_z(counts, sizes, window_days)
    score = _score(_upper_tail(seen, past, ratio, dispersion, extra=RARE_DOCUMENTS), z)
    kept = enough | (status == "fading")
    return _Judged(
        rows=rows[kept],
        expected=(past * ratio)[kept],
        lift=(seen / ((past + 1) * ratio))[kept],
        tail=tail[kept],
        z=z[kept],
        q_value=q_value[kept],
        score=score[kept],
        status=status[kept],
        needed=needed,
        too_few=too_few,
    )


def _false_alarms(tail: np.ndarray, fallen: np.ndarray, rare: np.ndarray, family: int) -> np.ndarray:
    """The q-value of each term: Benjamini–Hochberg (1995), rises and falls apart.

    The `family` is every term, risen or not, that has enough documents in window and baseline together to be called
    new if all of them were in the window (`needed`; Tarone 1990, Gilbert 2005): choosing by that sum favours neither
    period. `rare` terms have fewer; their tails are those of a term that had the missing ones before the window, and
    they make the family larger.
    """
    q_value = np.ones(len(tail))
    for side in (fallen, ~fallen):
        q_value[side] = _q_values(tail[side], family + int((side & rare).sum()))
    return q_value


def _plain_counts(counts: np.ndarray, rows: np.ndarray) -> _Judged:
    """Without a baseline: the most frequent terms, none of them called anything."""
    seen = counts[rows, 0].astype(float)
    order = np.sort(seen)
    rank = (np.searchsorted(order, seen, "left") + 1 + np.searchsorted(order, seen, "right")) / 2
    unknown = np.full(len(rows), np.nan)
    return _Judged(
        rows=rows,
        expected=unknown,
        lift=unknown,
        tail=np.ones(len(rows)),
        z=unknown,
        q_value=np.ones(len(rows)),
        score=rank / max(len(rows), 1) * 100,
        status=np.full(len(rows), "steady"),
        needed=0,
        too_few=False,
    )


def _excess(
    counts: np.ndarray, past: np.ndarray, sizes: np.ndarray, stretches: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """By term: the variance between stretches beyond Poisson's, summed, and the sum of squared expected counts."""
    mean = np.outer(past, sizes[stretches] / sizes[stretches].sum())
    # dividing by n−1 of n stretches makes the estimate unbiased: the mean comes from the same counts
    variance = ((counts[:, stretches] - mean) ** 2).sum(axis=1) * len(stretches) / (len(stretches) - 1)
    return variance - past, (mean**2).sum(axis=1)


def _pooled_dispersion(
    counts: np.ndarray, past: np.ndarray, sizes: np.ndarray, stretches: np.ndarray
) -> float:
    """How much more counts vary between stretches than Poisson: variance = mean + value × mean², by moments.

    From the COMMON terms; a very frequent one weighs no more than a frequent one.
    """
    common = past >= COMMON
    if len(stretches) < 2 or not common.any():
        return DEFAULT_DISPERSION
    excess, squares = _excess(counts[common], past[common], sizes, stretches)
    weight = np.minimum(squares, FREQUENT_SQUARES)
    ratio = np.clip(excess / squares, -1.0, MOST_DISPERSION)
    prior = 10 * FREQUENT_SQUARES
    pooled = ((ratio * weight).sum() + prior * DEFAULT_DISPERSION) / (weight.sum() + prior)
    return float(np.clip(pooled, 0.0, 2.0))


def _dispersions(
    counts: np.ndarray, past: np.ndarray, sizes: np.ndarray, stretches: np.ndarray, pooled: float
) -> np.ndarray:
    """The dispersion of each term, drawn to the pooled one where it has few documents."""
    if len(stretches) < 2:
        return np.full(len(counts), pooled)
    excess, squares = _excess(counts, past, sizes, stretches)
    return np.clip((excess + PRIOR_SQUARES * pooled) / (squares + PRIOR_SQUARES), 0.0, MOST_DISPERSION)


def _upper_tail(
    seen: np.ndarray, past: np.ndarray, ratio: float, dispersion: np.ndarray | float, extra: float = 0.0
) -> np.ndarray:
    """P(count ≥ seen); the size of the negative binomial also holds what the baseline leaves unknown of the mean."""
    from scipy import special

    mean = (past + 1) * ratio + extra
    size = 1 / (1 / (past + 1) + dispersion)
    tail: np.ndarray = special.betainc(np.maximum(seen, 1), size, mean / (size + mean))
    return np.where(seen > 0, tail, 1.0)


def _mid_tail(seen: np.ndarray, past: np.ndarray, ratio: float, dispersion: np.ndarray | float) -> np.ndarray:
    """Mid-p: of the chance of the very count seen only half, since tails of counts are too wide (Lancaster 1961)."""
    tails = [_upper_tail(count, past, ratio, dispersion) for count in (seen, seen + 1)]
    return (tails[0] + tails[1]) / 2


def _lower_tail(seen: np.ndarray, past: np.ndarray, ratio: float, dispersion: np.ndarray) -> np.ndarray:
    """P(count ≤ seen)."""
    from scipy import special

    size = 1 / (1 / np.maximum(past, 1) + dispersion)
    tail: np.ndarray = special.betainc(size, seen + 1, size / (size + past * ratio))
    return tail


def _family(totals: np.ndarray, ratio: float, dispersion: float) -> tuple[int, int]:
    """The least documents with which a term never seen before could be called new, and how many terms have as many."""
    most = np.arange(1, 401, dtype=float)
    chance = _mid_tail(most, np.zeros(len(most)), ratio, dispersion)
    with_more = np.cumsum(totals[::-1])[::-1]
    for documents, tail in zip(range(1, len(most) + 1), chance, strict=True):
        family = int(with_more[documents]) if documents < len(with_more) else 0
        if tail * max(family, 1) <= MAX_Q:
            break
    return documents, family


def _ewma_z(counts: np.ndarray, sizes: np.ndarray, window_days: int) -> np.ndarray:
    """Distance of the window's count from the baseline's moving mean, in standard deviations.

    The variance is the moving one plus Poisson's plus RARE_VARIANCE.
    """
    weight = 1 - 0.5 ** (window_days / HALF_LIFE_DAYS)
    mean: np.ndarray | None = None
    variance: np.ndarray = np.zeros(len(counts))
    stretches = 0
    for stretch in range(len(sizes) - 1, 0, -1):
        if sizes[stretch] == 0:
            continue
        scaled = counts[:, stretch] * (sizes[0] / sizes[stretch])
        stretches += 1
        if mean is None:
            mean = scaled
            continue
        # a plain mean until there are enough stretches for the weight to bite
        now = max(weight, 1 / stretches)
        step = scaled - mean
        mean = mean + now * step
        variance = (1 - now) * (variance + now * step**2)
    mean = np.zeros(len(counts)) if mean is None else mean
    return (counts[:, 0] - mean) / np.sqrt(variance + mean + RARE_VARIANCE)


def _score(tail: np.ndarray, z: np.ndarray) -> np.ndarray:
    from scipy import special

    deviate = -special.ndtri(np.clip(tail, 1e-300, 1 - 1e-15))
    mean = (4 * deviate + z) / 5
    return 50 + 50 * mean / (HALF_SCORE_Z + np.abs(mean))


def _q_values(p: np.ndarray, family: int | None = None) -> np.ndarray:
    """Benjamini–Hochberg adjusted p-values; `family` counts the tests, also those whose p is not given (taken as 1).

    >>> _q_values(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.04, 0.04]
    >>> _q_values(np.array([0.01, 0.04]), 10).tolist()
    [0.1, 0.2]
    """
    order = np.argsort(p, kind="stable")
    adjusted = p[order] * max(family or 0, len(p)) / np.arange(1, len(p) + 1)
    out = np.empty(len(p))
    out[order] = np.minimum(np.minimum.accumulate(adjusted[::-1])[::-1], 1.0)
    return out

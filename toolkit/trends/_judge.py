"""How surprising a count is: negative-binomial tail, moving mean, q-values, status."""

from __future__ import annotations

import numpy as np
import pandas as pd

# a share of false alarms that an editor can live with among the words called new, rising or fading
MAX_Q = 0.1

EWMA_WEIGHT = 0.4

RARE_VARIANCE = 2.0


def _overdispersion(table: pd.DataFrame, sizes: np.ndarray) -> float:
    """How much more counts vary between stretches than Poisson: variance = mean + value × mean², by moments."""
    stretches = [s for s in range(1, len(sizes)) if sizes[s] > 0]
    common = table[table["baseline_documents"] >= 8]
    if len(stretches) < 2 or len(common) < 5:
        return 0.1
    share = sizes[stretches] / sizes[stretches].sum()
    mean = np.outer(common["baseline_documents"], share)
    seen = common[[f"part{s}" for s in stretches]].to_numpy()
    # dividing by n−1 of n stretches makes the estimate unbiased: the mean comes from the same counts
    excess = ((seen - mean) ** 2).sum() * len(stretches) / (len(stretches) - 1) - mean.sum()
    return float(np.clip(excess / (mean**2).sum(), 0.0, 2.0))


def _judge(table: pd.DataFrame, overdispersion: float, sizes: np.ndarray) -> pd.DataFrame:
    """Surprise, z, q-values, score and status of each candidate."""
    from scipy import special

    window, before = float(sizes[0]), float(sizes[1:].sum())
    seen = table["documents"].to_numpy(float)
    past = table["baseline_documents"].to_numpy(float)
    if before == 0:
        judged = table.assign(lift=np.nan, q_value=1.0, score=_percentile(seen), status="steady")
        return judged[judged["rises"]]
    # Jeffreys-like half count, spread over the exposure in which half an average term would be seen
    typical = (seen + past).mean() / (window + before)
    mean = window * (past + 0.5) / (before + 0.5 / typical)
    size = 1 / (1 / (past + 0.5) + overdispersion)
    up = np.where(seen > 0, special.betainc(np.maximum(seen, 1), size, mean / (size + mean)), 1.0)
    down = special.betainc(size, seen + 1, size / (size + mean))
    z = _ewma_z(table, sizes)
    q_up, q_down = _q_values(up), _q_values(down)
    score = (_percentile(-np.log(np.maximum(up, 1e-300))) + _percentile(z)) / 2
    status = np.select(
        [(q_up <= MAX_Q) & (table["before"] == 0), q_up <= MAX_Q, (q_down <= MAX_Q) & (seen < mean)],
        ["new", "rising", "fading"],
        "steady",
    )
    q_value = np.where(seen < mean, q_down, q_up)
    judged = table.assign(lift=seen / mean, q_value=q_value, score=score, status=status)
    # a word too rare now to be a trend and not surely fading says nothing
    return judged[judged["rises"] | (judged["status"] == "fading")]


def _ewma_z(table: pd.DataFrame, sizes: np.ndarray) -> np.ndarray:
    """Distance of the window's count from the baseline's moving mean, in standard deviations.

    The variance is at least Poisson's plus RARE_VARIANCE, SigniTrend's bias against words too rare to tell.
    """
    mean: np.ndarray | None = None
    variance: np.ndarray = np.zeros(len(table))
    for stretch in range(len(sizes) - 1, 0, -1):
        if sizes[stretch] == 0:
            continue
        scaled = table[f"part{stretch}"].to_numpy(float) * sizes[0] / sizes[stretch]
        if mean is None:
            mean = scaled
            continue
        step = scaled - mean
        mean = mean + EWMA_WEIGHT * step
        variance = (1 - EWMA_WEIGHT) * (variance + EWMA_WEIGHT * step**2)
    mean = np.zeros(len(table)) if mean is None else mean
    return (table["documents"].to_numpy(float) - mean) / np.sqrt(variance + mean + RARE_VARIANCE)


def _q_values(p: np.ndarray) -> np.ndarray:
    """Benjamini–Hochberg adjusted p-values.

    >>> _q_values(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.04, 0.04]
    """
    order = np.argsort(p)
    adjusted = p[order] * len(p) / np.arange(1, len(p) + 1)
    out = np.empty(len(p))
    out[order] = np.minimum(np.minimum.accumulate(adjusted[::-1])[::-1], 1.0)
    return out


def _percentile(values: np.ndarray) -> np.ndarray:
    """Rank of each value in percent: 100 for the largest, ties share the mean."""
    return (pd.Series(values).rank(method="average") / max(len(values), 1) * 100).to_numpy()

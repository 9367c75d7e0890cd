"""Several factors' effects together, with how far their levels lie apart weighed and not guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from toolkit.review._rates import Rates, inverse

_SWEEPS = 3
_SMALLEST = 1e-6
# spreads that are tried, in units of the factor's scale
_TRIED = np.concatenate([[0.01], np.geomspace(0.05, 5, 30)])


@dataclass(frozen=True)
class Joint:
    """Effects of several factors: normal with this mean and covariance, the factors' levels one after the other."""

    mean: np.ndarray
    covariance: np.ndarray

    def part(self, size: int) -> Joint:
        """The first so many effects, whatever the others are."""
        return Joint(self.mean[:size], self.covariance[:size, :size])

    def variance(self, rows: sparse.csr_matrix) -> np.ndarray:
        """The variance of each row's sum of effects."""
        wide = np.asarray(rows @ self.covariance)
        return np.maximum(np.asarray(rows.multiply(wide).sum(axis=1)).ravel(), 0.0)

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """Effects drawn at random."""
        values, axes = np.linalg.eigh(self.covariance)
        normal = rng.standard_normal(len(values))
        return np.asarray(self.mean + axes @ (np.sqrt(np.maximum(values, 0.0)) * normal))


def no_effects(sizes: Mapping[str, int], scales: Mapping[str, float]) -> Joint:
    """The priors alone: mean 0, and each factor's variance the mean of its half-normal prior."""
    variance = np.concatenate([np.full(sizes[name], scales[name] ** 2) for name in sizes] or [np.empty(0)])
    return Joint(np.zeros(len(variance)), np.diag(variance))


def left_over(
    residuals: np.ndarray, weights: np.ndarray, codes: np.ndarray, size: int, scale: float
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of one more factor's effects, found in what a fit left over.

    Cheaper than fitting a level for each of thousands of cells; what the fit took for its own stays with it, so the
    effects are a little too small rather than too large. Levels without posts have the prior's variance.
    """
    sharp = np.bincount(codes, weights, minlength=size)
    pull = np.bincount(codes, weights * residuals, minlength=size)
    variance = _mean_variance(sharp, pull**2, scale)
    return pull / (sharp + 1 / variance), 1 / (sharp + 1 / variance)


def settle(
    rates: Rates, sizes: Mapping[str, int], seen: Mapping[str, int], scales: Mapping[str, float]
) -> Joint:
    """The effects of the factors that `sizes` names, of which a fit has seen the first `seen` levels.

    Each factor's spread has a half-normal prior with its scale; its variance is set to the posterior mean given the
    others', by turns. So a spread is never 0, and intervals do not close before the data close them.
    """
    columns = np.concatenate([np.arange(rates.places[n].start, rates.places[n].stop) for n in sizes])
    fitted = np.concatenate([np.full(seen[n], max(rates.spreads[n] ** 2, _SMALLEST)) for n in sizes])
    whole = inverse(rates.covariance[np.ix_(columns, columns)])
    places, at, kept = {}, 0, []
    for name, size in sizes.items():
        places[name] = slice(at, at + size)
        kept.append(np.arange(at, at + seen[name]))
        at += size
    place = np.concatenate(kept)
    # what the data alone say, levels that no post has with nothing at all
    told, pull = np.zeros((at, at)), np.zeros(at)
    told[np.ix_(place, place)] = whole - np.diag(1 / fitted)
    pull[place] = whole @ np.concatenate([rates.means[n] for n in sizes])
    variances = {name: scale**2 for name, scale in scales.items()}
    for _ in range(_SWEEPS):
        for name, where in places.items():
            covariance, mean = _posterior(told, pull, places, variances)
            variances[name] = _variance(mean[where], covariance[where, where], variances[name], scales[name])
    covariance, mean = _posterior(told, pull, places, variances)
    return Joint(mean, covariance)


def _posterior(
    told: np.ndarray, pull: np.ndarray, places: Mapping[str, slice], variances: Mapping[str, float]
) -> tuple[np.ndarray, np.ndarray]:
    sharp = np.concatenate(
        [np.full(place.stop - place.start, 1 / variances[n]) for n, place in places.items()]
    )
    covariance = inverse(told + np.diag(sharp))
    return covariance, covariance @ pull


def _variance(mean: np.ndarray, covariance: np.ndarray, before: float, scale: float) -> float:
    """The posterior mean of a factor's variance, the other factors integrated out with theirs as they are."""
    whole = inverse(covariance)
    alone = whole - np.eye(len(mean)) / before
    values, axes = np.linalg.eigh((alone + alone.T) / 2)
    values = np.maximum(values, 0.0)
    turned = (axes.T @ (whole @ mean)) ** 2
    return _mean_variance(values, turned, scale)


def _mean_variance(sharp: np.ndarray, pulls: np.ndarray, scale: float) -> float:
    """The posterior mean of a variance under a half-normal prior, from independent directions (pulls squared)."""
    square = (_TRIED[:, None] * scale) ** 2
    likely = -0.5 * np.log1p(square * sharp).sum(axis=1) + 0.5 * (pulls / (sharp + 1 / square)).sum(axis=1)
    likely -= 0.5 * _TRIED**2
    chance = np.exp(likely - likely.max()) * np.gradient(_TRIED)
    return float((chance * square[:, 0]).sum() / chance.sum())

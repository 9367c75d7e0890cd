"""From scores to chances: how often posts of such a score did better than the account's middle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# the slope over a standard deviation of scores is expected to lie within ±0.8: of accounts of 300 to 1 000 posts it was
# 0.3 to 0.6 (two posts put right in 58 to 63% of pairs). Fifty tested posts alone would say less than this
HOLD = 6.0
SURE = 1.96


@dataclass(frozen=True)
class Curve:
    """A logistic curve of the score, with the covariance of its constant and slope."""

    constant: float
    slope: float
    covariance: np.ndarray

    @property
    def known(self) -> bool:
        """Whether the score says anything at all."""
        return self.slope > 0

    def chance(self, scores: np.ndarray) -> np.ndarray:
        """The chance at each score, between 0 and 1."""
        return _logistic(self.constant + self.slope * scores)

    def interval(self, scores: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The 95% interval of the chance, the scores having that variance themselves."""
        middle = self.constant + self.slope * scores
        own = (
            self.covariance[0, 0]
            + 2 * scores * self.covariance[0, 1]
            + scores**2 * self.covariance[1, 1]
            + self.slope**2 * variance
        )
        reach = SURE * np.sqrt(np.maximum(own, 0.0))
        return _logistic(middle - reach), _logistic(middle + reach)


FLAT = Curve(0.0, 0.0, np.zeros((2, 2)))


def fit_curve(scores: np.ndarray, above: np.ndarray, *, constant: bool = True) -> Curve:
    """The curve that best tells `above` (0 or 1) from the scores; never a falling one.

    >>> steep = fit_curve(np.array([-2.0, -1, 1, 2] * 20), np.array([0, 0, 1, 1] * 20))
    >>> bool(steep.slope > 1), steep.chance(np.array([0.0])).round(2).tolist()
    (True, [0.5])
    """
    if len(scores) < 2 or not np.std(scores):
        return FLAT
    wide = float(np.std(scores))
    matrix = np.column_stack([np.ones(len(scores)), scores / wide])
    held = np.diag([0.0 if constant else 1e9, HOLD])
    found = np.zeros(2)
    for _ in range(50):
        chance = _logistic(matrix @ found)
        slope = matrix.T @ (above - chance) - held @ found
        bend = (matrix * (chance * (1 - chance))[:, None]).T @ matrix + held + 1e-9 * np.eye(2)
        step = np.linalg.solve(bend, slope)
        found = found + np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-9:
            break
    if found[1] <= 0:
        return FLAT
    scale = np.diag([1.0, 1 / wide])
    return Curve(float(found[0]), float(found[1] / wide), scale @ np.linalg.inv(bend) @ scale)


def _logistic(value: np.ndarray) -> np.ndarray:
    from scipy.special import expit

    return expit(value)

"""Counts by several causes: an exact reference on small data, and what no renumbering may change."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import minimize

from toolkit.review._joint import left_over, no_effects, settle
from toolkit.review._rates import Rates, _Design, fit_rates, inverse

Drawn = tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]


def drawn(seed: int, rows: int = 240, mean: float = 3.0) -> Drawn:
    rng = np.random.default_rng(seed)
    factors = {
        name: np.concatenate([np.arange(size), rng.integers(size, size=rows - size)])
        for name, size in {"hour": 4, "day": 7, "item": 40}.items()
    }
    effects = {name: rng.normal(0, 0.3, int(codes.max()) + 1) for name, codes in factors.items()}
    exposure = rng.uniform(50, 400, rows)
    rate = exposure * mean / 200 * np.exp(sum(effects[name][codes] for name, codes in factors.items()))
    counts = rng.negative_binomial(1 / 0.3, 1 / (1 + 0.3 * rate)).astype(float)
    return counts, exposure, factors


def fit(data: Drawn, **changed: Any) -> Rates:
    counts, exposure, factors = data
    return fit_rates(changed.get("counts", counts), changed.get("exposure", exposure), factors, away="item")


def test_the_means_are_the_maximum_of_the_penalised_likelihood() -> None:
    counts, exposure, factors = drawn(1, rows=90)
    spreads, dispersion = {"hour": 0.3, "day": 0.2, "item": 0.4}, 0.25
    design = _Design(counts, exposure, factors, {n: int(c.max()) + 1 for n, c in factors.items()}, "item")
    # for a fixed log-likelihood of counts the steps are scoring steps, so they end where its slope is 0
    for _ in range(60):
        design.solve(spreads, dispersion)
    ends = np.cumsum([1, 4, 7, 40])

    def loss(beta: np.ndarray) -> float:
        parts = dict(zip(factors, np.split(beta, ends)[1:4], strict=True))
        linear = np.log(exposure) + beta[0] + sum(parts[name][codes] for name, codes in factors.items())
        mean = np.exp(linear)
        likely = counts * linear - (counts + 1 / dispersion) * np.log1p(dispersion * mean)
        return float(-likely.sum() + sum((parts[n] ** 2).sum() / (2 * spreads[n] ** 2) for n in parts))

    start = np.zeros(52)
    start[0] = np.log(counts.sum() / exposure.sum())
    best = minimize(loss, start, method="BFGS", options={"gtol": 1e-7, "maxiter": 2000}).x
    found = np.concatenate([design.mean_rest, design.mean_own])
    assert found == pytest.approx(best, abs=2e-4)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_order_of_rows_and_the_numbers_of_levels_mean_nothing(seed: int) -> None:
    counts, exposure, factors = drawn(seed)
    first = fit((counts, exposure, factors))
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(counts))
    names = {name: rng.permutation(int(codes.max()) + 1) for name, codes in factors.items()}
    again = fit((counts[order], exposure[order], {n: names[n][c][order] for n, c in factors.items()}))
    assert again.expected == pytest.approx(first.expected[order], rel=1e-6)
    assert again.dispersion == pytest.approx(first.dispersion, abs=1e-6)
    for name in ("hour", "day"):
        old, new = first.effects(name), again.effects(name)
        for part in ("mean", "sd", "low", "high", "above"):
            assert getattr(new, part)[names[name]] == pytest.approx(getattr(old, part), abs=1e-5)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10**6), scale=st.floats(0.01, 100))
def test_more_people_for_the_same_counts_move_the_intercept_alone(seed: int, scale: float) -> None:
    data = drawn(seed)
    first, again = fit(data), fit(data, exposure=data[1] * scale)
    assert again.intercept == pytest.approx(first.intercept - np.log(scale), abs=1e-6)
    assert again.expected == pytest.approx(first.expected, rel=1e-6)
    assert again.effects("hour").mean == pytest.approx(first.effects("hour").mean, abs=1e-6)


def test_no_counts_at_all_have_no_effects() -> None:
    data = drawn(2)
    found = fit(data, counts=np.zeros(len(data[0])))
    for name in ("hour", "day"):
        effects = found.effects(name)
        assert np.abs(effects.mean).max() < 0.1
        assert ((effects.low < 0) & (effects.high > 0)).all()


def test_one_level_has_no_effect() -> None:
    counts, exposure, factors = drawn(3)
    one = fit((counts, exposure, {**factors, "hour": np.zeros(len(counts), dtype=int)})).effects("hour")
    assert one.mean == pytest.approx([0], abs=1e-6) and one.above == pytest.approx([0.5], abs=1e-6)
    assert one.low[0] < 0 < one.high[0]


def test_equal_levels_are_rarely_told_apart_and_a_planted_one_is_found() -> None:
    called, found, held = 0, 0, 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        hour, item = rng.integers(4, size=400), rng.integers(80, size=400)
        truth = np.log([1, 1, 1.4, 1])
        against = (truth - truth.mean()) * 4 / 3
        for planted in (False, True):
            mean = 3 * np.exp(rng.normal(0, 0.3, 80)[item] + planted * truth[hour])
            counts = rng.negative_binomial(1 / 0.3, 1 / (1 + 0.3 * mean)).astype(float)
            effects = fit_rates(counts, np.ones(400), {"hour": hour, "item": item}, away="item").effects(
                "hour"
            )
            sure = (effects.low > 0) | (effects.high < 0)
            if planted:
                found += effects.low[2] > 0
                held += int(((effects.low <= against) & (effects.high >= against)).sum())
            else:
                called += int(sure.sum())
    assert called / 80 <= 0.05
    assert found >= 14
    assert held / 80 >= 0.9


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), size=st.integers(1, 30))
def test_the_fast_inverse_is_the_inverse(seed: int, size: int) -> None:
    half = np.random.default_rng(seed).normal(size=(size, size))
    matrix = half @ half.T + 0.1 * np.eye(size)
    assert inverse(matrix) @ matrix == pytest.approx(np.eye(size), abs=1e-8)
    assert (inverse(matrix) == inverse(matrix).T).all()


def test_a_matrix_that_is_not_positive_is_inverted_the_general_way() -> None:
    assert inverse(np.array([[0.0, 2.0], [2.0, 0.0]])) == pytest.approx(np.array([[0, 0.5], [0.5, 0]]))


def test_settled_effects_are_those_of_the_fit_and_unseen_levels_keep_their_prior() -> None:
    data = drawn(5, rows=2000)
    rates = fit(data)
    joint = settle(rates, {"hour": 6, "day": 7}, {"hour": 4, "day": 7}, {"hour": 0.3, "day": 0.3})
    hours = rates.effects("hour").mean
    # each against the mean of the other three
    assert (joint.mean[:4] - joint.mean[:4].mean()) * 4 / 3 == pytest.approx(hours, abs=0.03)
    assert joint.mean[4:6].tolist() == [0, 0]
    unseen = joint.variance(sparse.csr_matrix(np.eye(13)[4:6]))
    seen = joint.variance(sparse.csr_matrix(np.eye(13)[:1] - np.eye(13)[1:2]))
    assert unseen[0] == unseen[1] > seen[0]


def test_without_data_the_prior_stands() -> None:
    joint = no_effects({"a": 2, "b": 1}, {"a": 0.2, "b": 0.3})
    assert joint.mean.tolist() == [0, 0, 0]
    assert joint.variance(sparse.csr_matrix([[1, 0, 1]])).tolist() == pytest.approx([0.13])
    draws = np.array([joint.draw(np.random.default_rng(seed)) for seed in range(2000)])
    assert draws.std(axis=0) == pytest.approx([0.2, 0.2, 0.3], rel=0.06)


def test_what_is_left_over_is_drawn_to_nothing_unless_it_is_large() -> None:
    codes = np.repeat(np.arange(3), 400)
    mean, variance = left_over(np.array([0.0, 0.3, -0.3])[codes], np.ones(1200), codes, 4, 0.1)
    assert mean == pytest.approx([0, 0.27, -0.27, 0], abs=0.03)
    assert (variance[:3] < 0.003).all() and variance[3] > 0.01
    quiet, _ = left_over(np.zeros(1200), np.ones(1200), codes, 4, 0.1)
    assert quiet.tolist() == [0, 0, 0, 0]

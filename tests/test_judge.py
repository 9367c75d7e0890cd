"""The judgement of counts against textbook statistics and against what was put in."""

import numpy as np
import pytest
from scipy import stats

from toolkit.trends import _judge
from toolkit.trends._judge import MAX_Q, _judge_counts

SIZES = np.array([40, 40, 40, 40, 40])


def judged(*rows: list[int], sizes: np.ndarray = SIZES, totals: np.ndarray | None = None) -> _judge._Judged:
    counts = np.array(rows)
    return _judge_counts(counts, sizes, counts[:, 1:].sum(axis=1), window_days=7, totals=totals)


def test_tail_without_dispersion_is_the_binomial_test_of_two_rates() -> None:
    seen, past = np.array([9.0, 4, 3]), np.array([0.0, 8, 30])
    tail = _judge._upper_tail(seen, past, 0.25, np.zeros(3))
    expected = [
        stats.binomtest(int(n), int(n + p), 0.2, "greater").pvalue for n, p in zip(seen, past, strict=True)
    ]
    assert tail == pytest.approx(expected)


def test_tails_with_dispersion_are_the_negative_binomials() -> None:
    seen, past, dispersion = np.array([9.0, 4]), np.array([0.0, 8]), np.array([0.2, 0.5])
    size, mean = 1 / (1 / (past + 1) + dispersion), (past + 1) * 0.25
    upper = stats.nbinom.sf(seen - 1, size, size / (size + mean))
    assert _judge._upper_tail(seen, past, 0.25, dispersion) == pytest.approx(upper)
    lower = stats.nbinom.cdf(1, 1.6, 1.6 / (1.6 + 2.0))
    assert _judge._lower_tail(np.array([1.0]), np.array([8.0]), 0.25, np.array([0.5]))[0] == pytest.approx(
        lower
    )


def test_status_of_each_kind() -> None:
    found = judged([9, 0, 0, 0, 0], [9, 1, 0, 1, 0], [3, 3, 3, 3, 3], [0, 12, 11, 12, 13], [2, 0, 0, 0, 0])
    assert found.rows.tolist() == [0, 1, 2, 3]
    assert found.status.tolist() == ["new", "rising", "steady", "fading"]
    assert found.expected.tolist() == [0.0, 0.5, 3.0, 12.0]
    assert found.lift == pytest.approx([9 / 0.25, 9 / 0.75, 3 / 3.25, 0])
    assert (found.q_value[[0, 1, 3]] <= MAX_Q).all() and found.q_value[2] > MAX_Q
    assert found.score[0] > found.score[1] > 50 > found.score[2] > found.score[3]


def test_a_term_met_only_before_the_baseline_is_not_new() -> None:
    found = _judge_counts(np.array([[9, 0, 0, 0, 0]]), SIZES, np.array([1]), window_days=7)
    assert found.status.tolist() == ["rising"]


def test_too_few_sources_have_no_row() -> None:
    counts = np.array([[9, 0, 0, 0, 0], [9, 0, 0, 0, 0]])
    found = _judge_counts(counts, SIZES, np.zeros(2), window_days=7, allowed=np.array([False, True]))
    assert found.rows.tolist() == [1]


def test_terms_that_could_never_be_called_do_not_weigh_on_those_that_could() -> None:
    """Tarone: a term seen three times in all can hide no trend, so a thousand of them change nothing."""
    story = [[9, 0, 0, 0, 0], [4, 2, 2, 1, 3]]
    rare = [[0, 1, 0, 1, 0], [1, 0, 0, 1, 0]] * 1000
    alone, crowded = judged(*story), judged(*story, *rare)
    assert crowded.status.tolist() == alone.status.tolist() == ["new", "steady"]
    assert crowded.q_value[0] == pytest.approx(alone.q_value[0])
    by_totals = judged(*story, totals=np.bincount([9, 12, *[2] * 2000]))
    assert by_totals.q_value == pytest.approx(crowded.q_value)


def test_terms_needed_grow_with_the_terms_looked_at() -> None:
    needed = [judged([9, 0, 0, 0, 0], *[[2, 2, 2, 2, 1]] * count).needed for count in (0, 10, 100, 1000)]
    assert needed == sorted(needed)
    tail = [stats.binomtest(n, n, 0.2, "greater").pvalue for n in (1, 2, 3)]
    assert tail[0] > MAX_Q >= tail[1] > tail[2]
    assert _judge._family(np.bincount([9]), 0.25, 0.0) == (2, 1)


def test_a_window_too_small_to_tell_calls_nothing() -> None:
    found = judged([4, 0, 0, 0, 0], [4, 3, 3, 2, 2], *[[1, 1, 1, 1, 1]] * 40, sizes=np.array([4, 5, 5, 5, 5]))
    assert found.too_few and 2 * found.needed > 4
    assert set(found.status) == {"steady"}


def test_without_a_baseline_the_score_is_the_percentile_of_the_count() -> None:
    found = judged([3, 0], [9, 0], [3, 0], [2, 0], sizes=np.array([40, 0]))
    assert found.rows.tolist() == [0, 1, 2]
    assert found.score == pytest.approx([50, 100, 50])
    assert found.status.tolist() == ["steady"] * 3 and found.q_value.tolist() == [1.0] * 3


def test_a_score_does_not_depend_on_what_else_is_talked_about() -> None:
    quiet = judged([9, 0, 0, 0, 0], [5, 1, 0, 1, 0])
    busy = judged([9, 0, 0, 0, 0], [5, 1, 0, 1, 0], [30, 0, 0, 0, 0], [25, 1, 1, 1, 0])
    assert busy.score[:2] == pytest.approx(quiet.score)


def test_moving_mean_forgets_by_the_day_whatever_the_window() -> None:
    """After a change that lasted two weeks the moving mean has forgotten three quarters of what was before."""
    weekly = np.array([[0, 8, 8, 0, 0, 0, 0, 0, 0, 0, 0]])
    daily = np.repeat(weekly[:, 1:], 7, axis=1)
    for counts, days in ((weekly, 7), (np.concatenate([weekly[:, :1], daily], axis=1), 1)):
        z = _judge._ewma_z(counts, np.full(counts.shape[1], 10.0), days)
        deviation = float(-z[0])
        assert 0.8 < deviation < 2.2
    weights = np.array([[1.0, 0.0, 0.0, 0.0, 0.0, 64.0]])
    mean = 64 * (1 / 2) * (1 / 2) * (1 / 2) * (1 / 2)
    z = _judge._ewma_z(weights, np.full(6, 10.0), 7)[0]
    variance = 0.0
    level = 64.0
    for _ in range(4):
        step = -level
        variance = 0.5 * (variance + 0.5 * step**2)
        level += 0.5 * step
    assert level == mean
    assert z == pytest.approx((1 - mean) / np.sqrt(variance + mean + 2))


def test_dispersion_is_recovered_from_negative_binomial_counts() -> None:
    rng = np.random.default_rng(7)
    mean = rng.uniform(10, 40, size=2000)[:, None] * np.ones(8)
    counts = rng.negative_binomial(1 / 0.4, (1 / 0.4) / (1 / 0.4 + mean))
    counts = np.concatenate([np.zeros((2000, 1), dtype=int), counts], axis=1)
    past, sizes, stretches = counts[:, 1:].sum(axis=1), np.full(9, 100.0), np.arange(1, 9)
    pooled = _judge._pooled_dispersion(counts, past, sizes, stretches)
    assert pooled == pytest.approx(0.4, abs=0.06)
    own = _judge._dispersions(counts, past.astype(float), sizes, stretches, pooled)
    assert own.mean() == pytest.approx(0.4, abs=0.06) and own.min() >= 0


def test_a_few_words_do_not_say_how_much_counts_vary() -> None:
    burst = np.array([[0, 20, 0, 0, 0]])
    sizes = np.full(5, 40.0)
    pooled = _judge._pooled_dispersion(burst, np.array([20]), sizes, np.arange(1, 5))
    assert _judge.DEFAULT_DISPERSION < pooled < 0.6
    none = _judge._pooled_dispersion(burst, np.array([0]), sizes, np.arange(1, 5))
    assert none == _judge.DEFAULT_DISPERSION


def test_noise_alone_is_hardly_ever_called_anything() -> None:
    """Over 200 weeks of Poisson words at most the promised share has an alarm (with room for chance)."""
    rng = np.random.default_rng(11)
    weeks_with_alarm = 0
    for _ in range(200):
        rate = rng.gamma(0.3, 5, size=300)
        counts = rng.poisson(rate[:, None] * np.ones(5))
        found = judged(*counts.tolist(), sizes=np.full(5, 120))
        weeks_with_alarm += bool((found.status != "steady").any())
    assert weeks_with_alarm <= 30


def test_q_values_are_benjamini_hochbergs_over_the_family() -> None:
    p = np.array([0.001, 0.2, 0.012, 0.03])
    every = stats.false_discovery_control(np.concatenate([p, np.ones(6)]))[:4]
    assert _judge._q_values(p, 10) == pytest.approx(every)
    assert _judge._q_values(p) == pytest.approx(stats.false_discovery_control(p))
    assert _judge._q_values(np.zeros(0), 10).tolist() == []

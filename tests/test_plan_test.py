"""How large a test must be: against textbook sizes, against drawn paths, and the words an editor reads."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from toolkit.review import plan_test, seen_lift
from toolkit.review._rule import drift, level
from toolkit.review._words import percents
from toolkit.schema import ChoiceError

# Fleiss, Levin and Paik (2003), two-sided 0.05 and power 0.8, with their correction: rates and people for each
TEXTBOOK = [(0.3, 0.5, 103), (0.1, 0.2, 219), (0.05, 0.1, 474), (0.6, 0.8, 91)]


@pytest.mark.parametrize(("rate", "better", "people"), TEXTBOOK)
def test_one_look_at_two_versions_needs_the_textbook_size(rate: float, better: float, people: int) -> None:
    plan = plan_test(rate, lift=better / rate - 1, looks=1)
    assert plan.per_arm == pytest.approx(people, rel=0.015)
    assert plan.total == 2 * plan.per_arm


def test_a_plan_says_people_days_and_what_can_be_seen() -> None:
    plan = plan_test(0.05, lift=0.2, per_day=2_000)
    assert (plan.per_arm, plan.total, plan.days) == (12_621, 25_242, 13)
    assert (plan.rate, plan.lift, plan.arms, plan.power, plan.looks) == (0.05, 0.2, 2, 0.8, 10)
    assert plan.seen == pytest.approx(3.57, abs=0.02)
    assert plan.sentence == (
        "要看出点开率从 5% 到 6%（多 20%），每个版本要 1.26万人看到，2 个版本共 2.52万人。照每天看到的人数，约要 13 天。"
        "真有这么大的差别，十次里约有八次能看出来；更小的差别多半看不出。"
        "只有 200 人时，要到 23%（多 357%）才看得出，平常的差别看不出。"
    )


@pytest.mark.parametrize(
    ("lift", "told"),
    [
        (0.001, "从 5% 到 5.005%（多 0.1%），每个版本要 4.54亿人看到，2 个版本共 9.09亿人。"),
        (0.01, "从 5% 到 5.05%（多 1%），每个版本要 457万人看到，2 个版本共 913万人。"),
        (1e-6, "从 5% 到 5.000005%（多 0.0001%），每个版本要 4,539,967亿人看到"),
    ],
)
def test_a_small_lift_is_told_with_the_digits_it_needs(lift: float, told: str) -> None:
    assert told in plan_test(0.05, lift=lift).sentence


@given(share=st.floats(0.001, 0.9), lift=st.floats(1e-5, 0.1))
def test_two_rates_are_told_as_far_apart_as_they_are(share: float, lift: float) -> None:
    now, then = (float(text.removesuffix("%")) for text in percents(share, share * (1 + lift)))
    assert then - now == pytest.approx(100 * share * lift, rel=0.1)


def test_without_people_a_day_there_are_no_days() -> None:
    plan = plan_test(0.3, lift=1.0, members=1_000)
    assert plan.days is None
    assert plan.total <= 1_000 and "天" not in plan.sentence and "只有" not in plan.sentence


def test_a_handful_of_people_show_nothing_at_all() -> None:
    plan = plan_test(0.05, lift=0.2, members=8)
    assert plan.seen is None
    assert plan.sentence.endswith("只有 8 人时，再大的差别也多半看不出。")


def test_the_price_of_ten_looks_is_that_of_a_bar_at_2_807() -> None:
    """Ten equal looks at 2.807: the power found by recursive integration over the path's density."""
    bar, looks = 2.8070338, 10
    assert level(0.05, looks) == 0.0025 and -ndtri(0.0025) == pytest.approx(bar)
    end = drift(bar, looks=looks, arms=2, power=0.8)
    step = end / math.sqrt(looks)  # the walk's drift between looks, its variance 1
    grid = np.linspace(-12.0, bar * math.sqrt(looks), 4_001)
    width = grid[1] - grid[0]
    density = np.exp(-((grid - step) ** 2) / 2) / math.sqrt(2 * math.pi) * (grid < bar)
    for look in range(2, looks + 1):
        moved = np.exp(-((np.arange(-4_000, 4_001) * width - step) ** 2) / 2) / math.sqrt(2 * math.pi)
        density = np.convolve(density, moved)[4_000:8_001] * width * (grid < bar * math.sqrt(look))
    assert 1 - density.sum() * width == pytest.approx(0.8, abs=0.006)


@pytest.mark.parametrize("arms", [2, 3, 6])
def test_one_look_at_several_versions(arms: int) -> None:
    """The best passes the bar over all others: an integral over its own deviate."""
    end = drift(1.96, looks=1, arms=arms, power=0.8)
    own = np.linspace(-8, 8, 2_001)
    density = np.exp(-(own**2) / 2) / math.sqrt(2 * math.pi) * (own[1] - own[0])
    found = (density * ndtr(own + (end - 1.96) * math.sqrt(2)) ** (arms - 1)).sum()
    assert found == pytest.approx(0.8, abs=0.006)


@settings(max_examples=20, deadline=None)
@given(rate=st.floats(0.005, 0.4), lift=st.floats(0.05, 1.0), arms=st.integers(2, 5))
def test_larger_lifts_need_fewer_people_and_more_versions_more(rate: float, lift: float, arms: int) -> None:
    plan = plan_test(rate, lift=lift, arms=arms)
    assert plan_test(rate, lift=lift * 1.2, arms=arms).per_arm < plan.per_arm
    assert plan_test(rate, lift=lift, arms=arms + 1).per_arm > plan.per_arm
    assert plan_test(rate, lift=lift, arms=arms, design=2.0).per_arm == pytest.approx(2 * plan.per_arm, abs=1)
    back = seen_lift(plan.total, rate=rate, arms=arms)
    assert back is not None and back == pytest.approx(lift, rel=0.02)


BAD = [
    ({"rate": 5}, "rate（现在的点开率） 要大于 0、小于 1（现在是 5）。百分之五写成 0.05。"),
    ({"rate": 0}, "rate（现在的点开率） 要大于 0、小于 1（现在是 0）。百分之五写成 0.05。"),
    ({"rate": "5%"}, "rate（现在的点开率） 要大于 0、小于 1（现在是 '5%'）。百分之五写成 0.05。"),
    (
        {"lift": 20},
        "点开率 5% 再提升 2000% 就过了 100%。lift（想看出的提升）是相对的：多两成写成 0.2。请改小一些。",
    ),
    ({"lift": 0}, "lift（想看出的提升） 要大于 0（现在是 0）。多两成写成 0.2。"),
    ({"lift": float("nan")}, "lift（想看出的提升） 要大于 0（现在是 nan）。多两成写成 0.2。"),
    ({"power": 1.0}, "power（看出来的机会） 要大于 0、小于 0.999（现在是 1.0）。十次里看出八次写成 0.8。"),
    ({"arms": 1}, "arms（版本数）要写成 2 到 26 的整数（现在是 1）。"),
    ({"per_day": 0}, "per_day（每天看到的人数）要写成 1 或更大的整数（现在是 0）。"),
    ({"looks": 0}, "looks（看几次）要写成 1 到 100 的整数（现在是 0）。"),
    ({"design": 0.5}, "design（群内相像的倍数）要写成 1 或更大的数（现在是 0.5）。"),
]


@pytest.mark.parametrize(("options", "message"), BAD, ids=lambda value: str(value)[:30])
def test_numbers_that_make_no_test_are_told(options: dict[str, object], message: str) -> None:
    given_ = {"rate": 0.05, "lift": 0.2, **options}
    with pytest.raises(ChoiceError) as raised:
        plan_test(given_.pop("rate"), **given_)  # type: ignore[arg-type]
    assert str(raised.value) == message

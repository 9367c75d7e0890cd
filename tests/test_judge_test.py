"""What a test's counts say: winners, patience, no difference; bad shares, mixed groups, whole groups, dirty tables."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from toolkit.review import judge_test
from toolkit.review._compare import exact_tail
from toolkit.review._posterior import chances, fit_prior, within_zone
from toolkit.schema import ARMS, ChoiceError, ColumnError

Row = tuple[Any, ...]
CLEAR = [("A", 1_000, 50), ("B", 1_000, 95)]


def table(rows: list[Row], *more: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["arm", "shown", "hits", *more])


def test_a_clear_winner_is_enough_and_says_why() -> None:
    found = judge_test(table(CLEAR))
    assert (found.verdict, found.best) == ("够了", "B")
    assert found.sentence == (
        "够了：用「B」。点开率 9.5%，比第二名「A」（5%）约高 90%（36% 到 165%）。"
        "中途看 10 次也算在内，认错赢家的机会不到 5%；提前看出的差距往往偏大。"
    )
    assert found.notes == ("没有给以往的数据，只按这次的数据算（弱先验）。",)
    assert found.arms.columns.tolist() == [*ARMS.names, "comparable"]
    assert found.arms["arm"].tolist() == ["A", "B"]
    assert found.arms["rate"].tolist() == found.arms["comparable"].tolist() == [0.05, 0.095]
    assert found.arms["shown"].dtype == "Int64" and found.arms["p_best"].sum() == pytest.approx(1)
    posterior = [stats.beta(hits + 0.5, 1_000 - hits + 0.5) for hits in (50, 95)]
    assert found.arms["low"].tolist() == pytest.approx([beta.ppf(0.025) for beta in posterior])
    assert found.arms["high"].tolist() == pytest.approx([beta.ppf(0.975) for beta in posterior])
    assert found.pairs["arm"].tolist() == ["A"] and found.pairs["beaten"].tolist() == [True]
    fisher = stats.fisher_exact([[95, 905], [50, 950]], alternative="greater").pvalue
    assert found.pairs["p_value"].tolist() == pytest.approx([fisher])
    assert found.split_p == 1 and math.isnan(found.spread_p) and found.design == 1
    assert found.groups.empty and found.rejected.empty


def test_a_lead_that_may_be_luck_goes_on_and_says_how_many_people_it_takes() -> None:
    found = judge_test(table([("A", 200, 10), ("B", 200, 14)]))
    assert (found.verdict, found.best) == ("继续", "B")
    assert found.sentence == (
        "继续：眼下「B」领先（7% 对「A」5%），「B」最好的把握是 80%，还不能定。"
        "差距真有这么大的话，每个版本约要 3469 人看到（现在最少的有 200 人）。"
    )


def test_two_looks_allowed_are_less_strict_than_a_hundred() -> None:
    counts = table([("A", 2_000, 100), ("B", 2_000, 142)])
    verdicts = [judge_test(counts, looks=looks).verdict for looks in (1, 10, 100)]
    assert verdicts == ["够了", "继续", "继续"]
    assert judge_test(counts, looks=10).pairs["p_value"][0] == pytest.approx(0.00322, abs=0.00001)


def test_versions_within_three_per_cent_are_alike_even_where_one_is_surely_ahead() -> None:
    alike = judge_test(table([("A", 1_000_000, 50_000), ("B", 1_000_000, 50_100)]))
    assert (alike.verdict, alike.best) == ("看不出差别", "B")
    assert alike.sentence == "看不出差别：各版本相差多半在 ±3% 之内，用哪个都行。"
    ahead = table([("A", 10_000_000, 500_000), ("B", 10_000_000, 505_000)])
    assert judge_test(ahead).verdict == "看不出差别" and judge_test(ahead).pairs["beaten"].all()
    assert judge_test(ahead, zone=0.005).verdict == "够了"


def test_a_test_that_is_over_or_hopeless_ends() -> None:
    counts = table([("A", 200, 10), ("B", 200, 12)])
    over, hopeless = judge_test(counts, left=0), judge_test(counts, left=200)
    assert [over.verdict, hopeless.verdict, judge_test(counts, left=50_000).verdict] == [
        *("看不出差别", "看不出差别", "继续")
    ]
    assert over.sentence == (
        "看不出差别：眼下「B」领先（6% 对「A」5%），「B」最好的把握是 67%，人已经看完。用哪个都可以，别当成结论。"
    )
    assert hopeless.sentence == (
        "看不出差别：眼下「B」领先（6% 对「A」5%），剩下的人都看到，多半也分不出高下。可以停了，用哪个都可以。"
    )
    assert judge_test(table(CLEAR), left=0).verdict == "够了"


def test_a_winner_must_beat_every_other_version() -> None:
    found = judge_test(table([("A", 2_000, 60), ("B", 2_000, 150), ("C", 2_000, 140)]))
    assert (found.verdict, found.best) == ("继续", "B")
    assert found.pairs["arm"].tolist() == ["C", "A"]
    assert found.pairs["beaten"].tolist() == [False, True]


def test_shares_that_are_off_forbid_a_winner() -> None:
    counts = table([("A", 2_000, 100), ("B", 1_500, 160)])
    off = judge_test(counts)
    assert (off.verdict, off.best) == ("继续", "B")
    assert off.split_p == pytest.approx(stats.chisquare([2_000, 1_500]).pvalue)
    assert off.notes[0] == (
        "各版本看到人数（A 2000、B 1500）和原定的比例对不上，这样的偏差靠运气出现的机会不到千分之一。"
        "多半是分配或统计出了错，先查清再下结论；本来就不是均分的，请写明 split。"
    )
    assert judge_test(counts, left=0).verdict == "看不出差别"
    for split in ({"A": 4, "B": 3}, [0.57, 0.43], "any"):
        assert judge_test(counts, split=split).verdict == "够了"
    assert math.isnan(judge_test(counts, split="any").split_p)


def test_a_version_shown_in_livelier_groups_does_not_win_by_that() -> None:
    """Simpson: A is better put together, B in every group."""
    lively = [(("A", 900, 270), ("B", 100, 38)), (("A", 100, 4), ("B", 900, 80))]
    rows = [(*cell, f"g{number}") for number in range(6) for cell in lively[number % 2]]
    found = judge_test(table(rows, "group_id"))
    assert (found.verdict, found.best) == ("够了", "B")
    assert found.arms["rate"].tolist() == [0.274, 0.118]
    assert found.arms["comparable"].tolist() == pytest.approx([0.1805, 0.2449], abs=0.0001)
    assert found.notes[0] == ("合在一起看是「A」高，那是因为它多发在点开率高的群；同一个群里比，是「B」高。")
    bare = table([(arm, shown, hits) for arm, shown, hits in (("A", 3_000, 822), ("B", 3_000, 354))])
    assert judge_test(bare).best == "A"
    assert found.groups.iloc[0].tolist() == ["g0", "A", 900, 270, 0.3]
    assert len(found.groups) == 12


def test_days_are_strata_too_and_turns_are_told() -> None:
    rows = [
        (arm, 400, hits, "g1", f"2026-09-0{day}") for day in (1, 2, 3) for arm, hits in (("A", 20), ("B", 44))
    ]
    daily = judge_test(table(rows, "group_id", "day"))
    assert daily.best == "B" and daily.split_p == 1
    turns = [
        (arm, 400, hits, f"g{group}", f"2026-09-0{day}")
        for group in (1, 2, 3)
        for day, arm, hits in ((1, "A", 20), (2, "B", 44))
    ]
    found = judge_test(table(turns, "群编号", "日期"))
    assert math.isnan(found.split_p)
    assert "各版本在同一个群里是分日子发的，日子的差别也算在里面；没有核对人数的比例。" in found.notes


def whole_groups(rates: list[float], members: int = 200) -> pd.DataFrame:
    rows = [
        ("AB"[place % 2], members, round(members * rate), f"g{place}") for place, rate in enumerate(rates)
    ]
    return table(rows, "group_id")


def test_whole_groups_are_compared_with_whole_groups() -> None:
    uneven = whole_groups([0.02, 0.10, 0.10, 0.04, 0.03, 0.20, 0.05, 0.06, 0.06, 0.12])
    found = judge_test(uneven)
    bare = judge_test(uneven.drop(columns="group_id").groupby("arm", as_index=False).sum())
    assert (bare.verdict, found.verdict, found.best) == ("够了", "继续", "B")
    assert (
        found.design == pytest.approx(970 / 142.5, abs=0.01)
        and found.spread_p < 0.001
        and math.isnan(found.split_p)
    )
    assert found.notes[0] == "整群只发一个版本：比的是群和群，一个人约抵 0.15 个人用，区间已按此放宽。"
    widths = [(judged.arms["high"] - judged.arms["low"]).sum() for judged in (found, bare)]
    assert widths[0] > 2 * widths[1]
    steady = judge_test(whole_groups([0.05, 0.12] * 6))
    assert (steady.verdict, steady.best, steady.design) == ("够了", "B", 1)


def test_one_whole_group_a_version_cannot_be_judged() -> None:
    found = judge_test(whole_groups([0.05, 0.30]))
    assert found.verdict == "继续"
    assert found.notes[0] == "整群只发一个版本，群又太少，分不清是版本的差别还是群的差别。请再多换几个群。"


def test_groups_that_disagree_widen_what_is_said() -> None:
    rows = [
        (arm, 1_000, hits, f"g{n}")
        for n, pair in enumerate([(50, 120), (90, 60), (40, 130)])
        for arm, hits in zip("AB", pair, strict=True)
    ]
    found = judge_test(table(rows, "group_id"))
    assert found.verdict == "继续" and found.design > 5 and found.spread_p < 0.001
    assert found.notes[0] == "各群的结果不太一致，区间已放宽。看看是不是不同的群喜欢不同的版本。"
    bare = judge_test(table([("A", 3_000, 180), ("B", 3_000, 310)]))
    assert bare.verdict == "够了"


def test_groups_with_one_version_are_left_out_and_told() -> None:
    rows = [(*cell, f"g{n}") for n in range(4) for cell in CLEAR]
    found = judge_test(table([*rows, ("B", 500, 0, "g9")], "group_id"), split="any")
    assert (found.verdict, found.best) == ("够了", "B")
    assert "有 500 人所在的群只有一个版本可看，没法比，没有算进去。" in found.notes


def test_the_past_of_the_account_is_the_prior() -> None:
    random = np.random.default_rng(7)
    rates = random.beta(8, 92, 60)
    shown = random.integers(100, 3_000, 60)
    past = pd.DataFrame({"看到人数": shown, "点开人数": random.binomial(shown, rates)})
    found = judge_test(table([("A", 50, 0), ("B", 50, 3)]), history=past)
    a, b = found.prior
    assert a / (a + b) == pytest.approx(0.08, abs=0.01) and 50 < a + b < 200
    assert found.arms["low"][0] > 0.01
    assert found.notes[-1].startswith("按以往 60 条的点开率作参照：平均约 7.7%，相当于 ")
    few = judge_test(table(CLEAR), history=past.head(7))
    assert few.prior == (0.5, 0.5)
    assert few.notes[-1] == "以往的数据太少（7 条能用），只按这次的数据算（弱先验）。"
    given_ = judge_test(table(CLEAR), prior=(5, 95))
    assert given_.notes[-1] == "按给定的先验算：点开率约 5%，相当于 100 人的数据。"
    assert judge_test(table(CLEAR), history=past.head(0)).prior == (0.5, 0.5)


def test_equal_rates_and_near_winners_are_put_plainly() -> None:
    level_ = judge_test(table([("A", 400, 20), ("B", 400, 20)]))
    assert level_.sentence.startswith(
        "继续：眼下「A」和「B」不分上下（都约 5%），「A」最好的把握是 50%，还不能定。"
    )
    near = judge_test(table([("A", 2_000, 100), ("B", 2_000, 142)]))
    assert near.sentence == (
        "继续：眼下「B」领先（7.1% 对「A」5%），「B」最好的把握是 99% 以上，还不能定。"
        "中途要看 10 次，只看这一次的把握不算数。差距真有这么大的话，每个版本约要 3174 人看到（现在最少的有 2000 人）。"
    )


def test_a_prior_alone_makes_no_winner() -> None:
    assert judge_test(table([("A", 200, 10), ("B", 200, 12)]), prior=(500, 9_500)).verdict == "继续"


def test_alike_past_posts_count_as_five_hundred_people_at_most() -> None:
    fitted = fit_prior(np.full(40, 10_000.0), np.full(40, 500.0))
    assert fitted is not None and fitted == pytest.approx((25, 475))


def test_tables_as_excel_gives_them() -> None:
    sheet = pd.DataFrame(
        {
            "版本": ["甲", "乙"],
            "看到人数": ["1,204", "1.2千"],
            "点开人数": ["５０", "61 人"],
            "备注": ["", "x"],
        }
    )
    found = judge_test(sheet)
    assert found.arms[["arm", "shown", "hits"]].to_numpy().tolist() == [["甲", 1_204, 50], ["乙", 1_200, 61]]
    numbered = judge_test(pd.DataFrame({"arm": [1.0, 2.0], "reached": [10.0, 10.0], "opened": [1, 2]}))
    assert numbered.arms["arm"].tolist() == ["1", "2"]


REASONS: list[tuple[Row, str]] = [
    (("C", 10, 12), "点开人数（12）比看到人数（10）多，看看是不是把次数当成了人数"),
    (("C", -5, 0), "看到人数：负数「-5」"),
    (("C", 10.5, 1), "看到人数：不是整数「10.5」"),
    (("C", 10, "很多"), "点开人数：看不懂的数字「很多」"),
    (("C", None, 1), "没有看到人数"),
    (("C", 10, ""), "没有点开人数"),
    (("C", 10, pd.NA), "没有点开人数"),
    (("C", pd.NaT, 1), "没有看到人数"),
    (("", 10, 1), "没有写是哪个版本"),
]


@pytest.mark.parametrize(("row", "reason"), REASONS, ids=lambda value: str(value)[:20])
def test_rows_that_cannot_be_used_come_back_and_forbid_a_winner(row: Row, reason: str) -> None:
    found = judge_test(table([*CLEAR, row]))
    assert found.rejected.to_numpy().tolist() == [[3, row[0], reason]]
    assert found.verdict == "继续" and found.arms["arm"].tolist() == ["A", "B"]
    assert found.notes[0] == f"有 1 行没有用上：第 3 行{reason}。改好再看一次，现在不下结论。"


def test_rows_without_their_group_or_day_come_back() -> None:
    rows = [
        (*CLEAR[0], "g1", "2026-09-01"),
        (*CLEAR[1], "g1", "2026-09-01"),
        ("A", 9, 1, "", "2026-09-01"),
        ("A", 9, 1, "g1", None),
        ("A", 9, 1, "g1", "某天"),
    ]
    found = judge_test(table(rows, "group_id", "day"))
    assert found.rejected["row"].tolist() == [3, 4, 5]
    assert found.rejected["reason"].tolist() == [
        *("别的行有群编号，这一行没有", "别的行有日期，这一行没有", "看不懂的日期「某天」")
    ]


BAD_TABLES: list[tuple[Any, str]] = [
    (
        table([("A", 10, 1), ("A", 20, 2), ("B", 20, 2)]),
        "版本「A」有几行说的是同一处（第 1、2 行）。分不清是该相加，还是前后两次的累计数。"
        "同一个群、同一天、同一版本请只留一行；不同的群或日子请写上群编号或日期。",
    ),
    (
        table([("A", 10, 1)]),
        "测试数据里只有一个版本「A」能用，没有可比的。至少要两个版本，每个版本写一行：版本、看到人数、点开人数。",
    ),
    (
        table([("A", 10, 1), ("B", 1, 2)]),
        "测试数据里只有一个版本「A」能用，没有可比的。没用上的：第 2 行点开人数（2）比看到人数（1）多，"
        "看看是不是把次数当成了人数。至少要两个版本，每个版本写一行：版本、看到人数、点开人数。",
    ),
    (
        pd.DataFrame({"版本": ["A"], "看到次数": [10], "点开人数": [1]}),
        "测试数据缺少列 shown（看到人数）。现有的列：版本、看到次数、点开人数。"
        "「看到次数」数的是次数，一个人看几次就算几次，这里要人数。"
        "每个版本写一行：版本、看到人数、点开人数；分群统计的再加一列群编号。",
    ),
]


@pytest.mark.parametrize(("counts", "message"), BAD_TABLES, ids=["twice", "one arm", "one left", "times"])
def test_tables_that_cannot_be_judged_are_told(counts: Any, message: str) -> None:
    with pytest.raises(ColumnError) as raised:
        judge_test(counts)
    assert str(raised.value) == message


@pytest.mark.parametrize("counts", [None, 5, "A", [("A", 1, 1)]], ids=str)
def test_what_is_no_table_is_told(counts: Any) -> None:
    with pytest.raises(ColumnError, match=r"^这里要一张测试数据表"):
        judge_test(counts)


BAD_OPTIONS: list[tuple[dict[str, Any], str]] = [
    ({"looks": 0}, "looks（看几次）要写成 1 到 100 的整数（现在是 0）。"),
    ({"alpha": 5}, "alpha（认错的机会） 要大于 0、小于 0.5（现在是 5）。百分之五写成 0.05。"),
    ({"zone": 0}, "zone（算作没差别的幅度） 要大于 0、小于 1（现在是 0）。上下百分之三写成 0.03。"),
    ({"left": -1}, "left（还没看到的人数）要写成 0 或更大的整数（现在是 -1）。"),
    ({"prior": (0, 1)}, "prior 要写成两个大于 0 的数，如 (2, 38)（现在是 (0, 1)）。"),
    ({"prior": 3}, "prior 要写成两个大于 0 的数，如 (2, 38)（现在是 3）。"),
    (
        {"prior": (1, 1), "history": table(CLEAR)},
        "history 和 prior 只要给一个：给了以往的数据，先验就由它算出。",
    ),
    *(
        (
            {"split": split},
            f"split 要给每个版本一个大于 0 的份数，如 {{A: 1、B: 1}}；不是随机分给人的写 'any'（现在是 {split!r}）。",
        )
        for split in ([1], [1, 0], {"A": 1, "C": 1}, {"A": 1, "B": 1, "C": 1}, "half", 2)
    ),
]


@pytest.mark.parametrize(("options", "message"), BAD_OPTIONS, ids=lambda value: str(value)[:30])
def test_options_that_make_no_sense_are_told(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ChoiceError) as raised:
        judge_test(table(CLEAR), **options)
    assert str(raised.value) == message


def test_no_rows_give_empty_frames() -> None:
    found = judge_test(table([]))
    assert found.arms.columns.tolist() == [*ARMS.names, "comparable"] and found.arms.empty
    assert found.arms.dtypes[ARMS.names].equals(ARMS.empty().dtypes)
    assert (found.verdict, found.best) == ("继续", "")
    assert found.sentence == "还没有数据。每个版本写一行：版本、看到人数、点开人数。"
    full = judge_test(table(CLEAR))
    assert found.pairs.columns.equals(full.pairs.columns) and found.groups.columns.equals(full.groups.columns)


def test_versions_that_nobody_saw() -> None:
    found = judge_test(table([*CLEAR, ("C", 0, 0)]))
    assert (found.verdict, found.best) == ("继续", "B")
    assert found.notes[0] == "版本 C 还没有可比的人看到，不能下结论。"
    assert np.isnan(found.arms.loc[2, ["rate", "p_best", "expected_loss", "comparable"]].astype(float)).all()
    none = judge_test(table([("A", 0, 0), ("B", 0, 0)]))
    assert none.sentence == "继续：还没有两个版本有人看到，等有了数再看。"
    assert none.best == ""


def test_a_rejected_row_is_no_sign_of_a_wrong_split() -> None:
    rows = [("A", 1_000, 50, "g1"), ("A", 1_000, 50, "g2"), ("B", 1_000, 60, "g1"), ("B", 1_000, "？", "g2")]
    found = judge_test(table(rows, "group_id"))
    assert math.isnan(found.split_p)
    assert not any("原定的比例" in note for note in found.notes)
    assert "没有用上" in found.sentence and "原定的比例" not in found.sentence
    off = judge_test(table([("A", 1_000, 50), ("B", 2_000, 120)]))
    assert off.split_p < 0.001 and "原定的比例" in off.notes[0]


def test_many_versions_are_judged_and_told() -> None:
    found = judge_test(table([(f"v{n}", 500, 25 + (n == 3) * 60) for n in range(12)]))
    assert (found.verdict, found.best) == ("够了", "v3")
    assert "版本有 12 个，每个分到的人少，要分出高下得有很多人。" in found.notes
    assert found.arms["p_best"].sum() == pytest.approx(1)


def test_quadrature_agrees_with_an_adaptive_one() -> None:
    a, b = np.array([3.5, 20.5, 8.5]), np.array([60.5, 300.5, 150.5])
    found = chances(a, b)
    arms = [stats.beta(*pair) for pair in zip(a, b, strict=True)]
    for place, arm in enumerate(arms):
        others = [other for other in arms if other is not arm]

        def under(x: float, others: list[Any] = others) -> float:
            return float(np.prod([other.cdf(x) for other in others]))

        best = integrate.quad(lambda x, arm=arm, under=under: arm.pdf(x) * under(x), 0, 0.5, limit=200)[0]
        loss = integrate.quad(lambda x, arm=arm, under=under: arm.cdf(x) * (1 - under(x)), 0, 0.5, limit=200)[
            0
        ]
        assert found.best[place] == pytest.approx(best, abs=0.0005)
        assert found.loss[place] == pytest.approx(loss, rel=0.002)
    near = integrate.quad(lambda x: arms[0].pdf(x) * (arms[1].cdf(1.03 * x) - arms[1].cdf(0.97 * x)), 0, 0.5)[
        0
    ]
    assert within_zone(found, 1, 0.03)[0] == pytest.approx(near, abs=0.0005)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30)),
        min_size=1,
        max_size=4,
    )
)
def test_the_exact_tail_is_that_of_all_deals_of_openers(strata: list[tuple[int, int, int, int]]) -> None:
    counts = np.array([[(one, a), (two, b)] for a, one, b, two in strata], dtype=float)
    hits, shown = counts[..., 1], counts.sum(axis=-1)
    sums = np.ones(1)
    for (n1, n2), (h1, h2) in zip(shown, hits, strict=True):
        sums = np.convolve(sums, stats.hypergeom(n1 + n2, h1 + h2, n1).pmf(np.arange(h1 + h2 + 1)))
    p_value = exact_tail(shown, hits)
    expected = float(sums[int(hits[:, 0].sum()) :].sum())
    assert p_value == pytest.approx(min(1.0, expected), abs=1e-9) or (p_value == 1 and expected > 0.4)


def test_large_counts_have_the_same_tail_as_the_exact_one() -> None:
    shown, hits = np.array([[60_000.0, 40_000.0]]), np.array([[6_300.0, 3_900.0]])
    exact = stats.hypergeom(100_000, 10_200, 60_000).sf(6_299)
    big = np.repeat(shown, 2, axis=0), np.repeat(hits, 2, axis=0)
    assert exact_tail(shown, hits) == pytest.approx(exact, rel=0.02)
    assert exact_tail(*big) < exact


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.sampled_from("xyz"), st.integers(0, 400), st.floats(0, 1)),
        min_size=2,
        max_size=9,
        unique_by=lambda row: row[:2],
    ).filter(lambda rows: len({row[0] for row in rows}) > 1),
    st.randoms(),
)
def test_any_counts_get_one_answer_whatever_their_order(
    rows: list[tuple[str, str, int, float]], random: Any
) -> None:
    counts = table(
        [(arm, shown, round(shown * share), group) for arm, group, shown, share in rows], "group_id"
    )
    found = judge_test(counts)
    order = list(range(len(rows)))
    random.shuffle(order)
    again = judge_test(counts.iloc[order])
    columns = ["shown", "hits", "low", "high", "p_best", "expected_loss", "comparable"]
    one, two = (judged.arms.sort_values("arm")[columns].to_numpy(float) for judged in (found, again))
    assert np.allclose(one, two, atol=1e-6, equal_nan=True)
    assert found.verdict == again.verdict
    seen = found.arms["p_best"].dropna()
    assert seen.empty or seen.sum() == pytest.approx(1)
    assert ((found.arms["low"] <= found.arms["high"]) & (found.arms["low"] >= 0)).all()

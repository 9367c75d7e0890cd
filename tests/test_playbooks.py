"""Every playbook of the lexicons: whole, sendable or said not to be, and placed for the sample groups with no broken rule."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import itertools
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import toolkit as tk
from toolkit import compliance, headlines, lexicons
from toolkit.campaigns import _gate
from toolkit.campaigns._blanks import blanks_in, filled
from toolkit.campaigns._file import load_playbook, playbook_files
from toolkit.campaigns._shape import Playbook
from toolkit.schema import (
    BUDGET,
    FITS,
    ITEMS,
    OUTLINE,
    PLAYBOOKS,
    ChoiceError,
    InputError,
    PlaybookError,
    Rules,
)

FIXTURE = Path(__file__).parent / "fixtures" / "presale.toml"
# a clause as an editor reads it
WIDE = str.maketrans("();", "（）；")
STEMS = [path.stem for path in playbook_files()]
STARTS = ("2026-09-21", "2026-12-07")


@functools.cache
def book_of(stem: str) -> Playbook:
    return load_playbook(next(path for path in playbook_files() if path.stem == stem))


@functools.cache
def sample_groups() -> pd.DataFrame:
    return tk.read_groups(lexicons.sample_folder() / "groups.csv").frame


def choices_of(book: Playbook) -> list[dict[str, Any]]:
    """One set of choices for each value of each option, the others at their defaults."""
    sets: list[dict[str, Any]] = [{}]
    for option in book.options:
        sets += [{option["option"]: value} for value in option["values"] if value != option["default"]]
    return sets


# each playbook from two starts, each other value of an option from one
CASES = [
    (stem, choices, start)
    for stem in STEMS
    for choices in choices_of(book_of(stem))
    for start in (STARTS if not choices else STARTS[:1])
]


@pytest.mark.parametrize(("stem", "choices", "start"), CASES)
def test_every_playbook_is_placed_for_the_sample_groups(
    stem: str, choices: dict[str, Any], start: str
) -> None:
    book, groups = book_of(stem), sample_groups()
    items = tk.expand_playbook(stem, start=start, groups=groups, owners="阿禾", **choices)
    # its own rules as far as they bar; what it merely wishes is measured in benchmarks/campaigns.py
    rules = dataclasses.replace(tk.playbook_rules(stem), soft=None)
    plan = tk.plan_posts(items, groups, start=start, days=book.days, rules=rules)
    judged = tk.check_calendar(plan.calendar, items, groups, rules=rules)
    assert judged.loc[judged["severity"] == "block", "message"].to_list() == []
    sent = set(plan.calendar["item_id"])
    assert items["item_id"].isin(sent).mean() >= 0.8
    assert len(plan.calendar) >= 0.8 * sum(len(targets) for targets in items["groups"])
    assert items.loc[items["must_send"], "item_id"].isin(sent).all()
    assert not (plan.unplaced["item_id"].isin(items.loc[items["must_send"], "item_id"])).any()
    label = items["campaign"].iloc[0]
    names = {
        item_id.removeprefix(f"{label}-").rpartition("@")[0] or item_id.removeprefix(f"{label}-")
        for item_id in sent
    }
    assert {item.phase for item in book.items if item.item in names} == {phase.name for phase in book.phases}
    days = pd.to_datetime(plan.calendar["starts_at"]).dt.date
    assert days.min() >= dt.date.fromisoformat(start)
    assert days.max() <= dt.date.fromisoformat(start) + dt.timedelta(days=book.days - 1)


@pytest.mark.parametrize("stem", STEMS)
def test_every_option_leaves_each_phase_an_item(stem: str) -> None:
    book = book_of(stem)
    for values in itertools.product(*(option["values"] for option in book.options)):
        given = dict(zip([option["option"] for option in book.options], values, strict=True))
        kept = [item for item in book.items if all(given[name] in wanted for name, wanted in item.when)]
        assert {item.phase for item in kept} == {phase.name for phase in book.phases}, given


@pytest.mark.parametrize("stem", STEMS)
def test_outlines_are_sendable_or_the_playbook_is_not_advised(stem: str) -> None:
    book = book_of(stem)
    row = tk.list_playbooks().set_index("playbook").loc[stem]
    blocked = _gate.blocked_outlines(book)
    if book.discouraged:
        assert blocked, "a playbook said to be unlawful must show it"
        assert row["verdict"] == "discouraged" and book.discouraged["clause"].translate(WIDE) in row["why"]
    else:
        assert blocked == []
        assert row["verdict"] == "usable" and row["why"] == ""


@pytest.mark.parametrize("stem", [stem for stem in STEMS if not book_of(stem).discouraged])
def test_outlines_read_well_with_their_examples(stem: str) -> None:
    book = book_of(stem)
    examples = {row["blank"]: row["example"] for row in book.blanks}
    for item in book.items:
        scored = tk.score_copy([filled(item.copy, examples)], kind=item.kind).iloc[0]
        assert scored["gate"] != "block", item.item
        assert scored["craft"] >= 60, (item.item, scored["craft"], scored["advice"])
        if blanks_in(item.copy):
            assert tk.score_copy([filled(item.copy, {})], kind=item.kind)["gate"].iloc[0] == "block"


def test_no_two_playbooks_share_an_outline() -> None:
    lines: dict[str, str] = {}
    for stem in STEMS:
        for item in book_of(stem).items:
            text = re.sub(r"\s+", "", item.copy)
            assert lines.setdefault(text, f"{stem}/{item.item}") == f"{stem}/{item.item}"


@pytest.mark.parametrize("stem", STEMS)
def test_what_is_declined_names_rules_that_exist(stem: str) -> None:
    known = {row["rule_id"] for row in lexicons.rows("ad-rules")}
    book = book_of(stem)
    named = [row["rule"] for row in book.declined] + [book.discouraged.get("rule", "")]
    assert {rule for rule in named if rule} <= known
    instead = book.discouraged.get("instead", "")
    assert not instead or instead in set(tk.list_playbooks()["name"]) | set(STEMS)


def test_the_list_filters_and_puts_usable_ones_first() -> None:
    books = tk.list_playbooks()
    assert list(books.columns) == PLAYBOOKS.names
    assert sorted(books["playbook"]) == sorted(STEMS) and books["name"].is_unique
    verdicts = books["verdict"].to_list()
    assert verdicts == sorted(verdicts, reverse=True)  # usable before discouraged
    for goal in ("拉新", "活跃", "成交", "复购", "转介绍", "口碑", "内容", "谋划"):
        found = tk.list_playbooks(goal=goal)
        assert len(found) and all(goal in goals for goals in found["goals"])
    assert all("低频" in needs for needs in tk.list_playbooks(need="low")["needs"])
    small = tk.list_playbooks(members=30)
    assert (small["members_low"] <= 30).all() and len(small) < len(books)
    cheap = tk.list_playbooks(budget=0)
    assert (cheap["budget_low"] == 0).all() and 0 < len(cheap) < len(books)
    three = tk.list_playbooks(groups=3).set_index("playbook")["budget_high"]
    assert (three >= books.set_index("playbook")["budget_high"]).all()
    assert (
        tk.list_playbooks(members=500, budget=0, goal="成交", need="小众").columns.to_list()
        == PLAYBOOKS.names
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"goal": "发财"}, "goal（目标）不能是 '发财'"),
        ({"need": "中频"}, "need（需求类型）不能是 '中频'"),
        ({"budget": -1}, "budget 要写成不小于 0 的钱数"),
        ({"budget": True}, "budget 要写成不小于 0 的钱数"),
        ({"members": 0}, "members"),
        ({"groups": 0}, "groups"),
    ],
)
def test_the_list_refuses_what_it_does_not_know(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ChoiceError, match=re.escape(said)):
        tk.list_playbooks(**asked)


def test_suggestions_come_with_reasons_and_what_to_mind() -> None:
    groups = sample_groups()
    fits = tk.suggest_playbooks("转介绍", groups, need="高频", budget=200, top=99)
    assert list(fits.columns) == FITS.names
    assert all(reasons for reasons in fits["reasons"])
    verdicts = fits["verdict"].to_list()
    assert verdicts == sorted(verdicts, reverse=True) and "discouraged" in verdicts
    refused = fits[fits["verdict"] == "discouraged"].iloc[0]
    assert any(text.startswith("不建议：") for text in refused["cautions"])
    assert tk.suggest_playbooks("成交", groups.head(0)).columns.to_list() == FITS.names
    first = tk.suggest_playbooks("成交", groups, need="低频", top=1).iloc[0]
    assert "适合低频的需求" in first["reasons"]
    with pytest.raises(ChoiceError, match="goal"):
        tk.suggest_playbooks("发财", groups)


@pytest.mark.parametrize("stem", STEMS)
def test_a_playbook_is_told_part_by_part(stem: str) -> None:
    book = book_of(stem)
    told = tk.explain_playbook(stem)
    assert list(told.columns) == OUTLINE.names
    parts = told["part"].value_counts()
    assert parts["条目"] == len(book.items) and parts["阶段"] == len(book.phases)
    assert parts.get("不做", 0) == len(book.declined)
    assert ("不建议" in parts.index) == bool(book.discouraged)


@pytest.mark.parametrize("stem", STEMS)
def test_a_draft_of_a_proposal_holds_every_item_once(stem: str) -> None:
    groups = sample_groups()
    draft = tk.draft_proposal(stem, start="2026-09-21", groups=groups, owners="阿禾")
    items = tk.expand_playbook(stem, start="2026-09-21", groups=groups, owners="阿禾")
    held = [item for listed in draft.actions["items"] for item in listed]
    assert sorted(held) == sorted(items["item_id"])
    assert list(draft.budget.columns)[: len(BUDGET.names)] == BUDGET.names
    row = tk.list_playbooks(groups=len(groups)).set_index("playbook").loc[stem]
    assert draft.budget["amount"].sum() == row["budget_high"]
    assert draft.budget["low"].sum() == row["budget_low"]


def test_a_playbook_brings_its_rules() -> None:
    rules = tk.playbook_rules(FIXTURE, minutes_by_hand=2)
    assert (rules.min_gap, rules.minutes_by_hand, rules.soft) == (180, 2, None)
    kept = [tk.playbook_rules(stem) for stem in STEMS]
    assert any(rules != Rules() for rules in kept)


def test_items_carry_what_the_editor_chose() -> None:
    groups = sample_groups()
    items = tk.expand_playbook(
        FIXTURE,
        start=dt.date(2026, 9, 21),
        groups=groups[groups["segment"] == "街坊买菜"],
        campaign="中秋前的板栗",
        topic="t1",
        owners={"群编辑": "阿禾", "店员": "小棠"},
        without=["问口味"],
        商品="东堤板栗",
        价格="12元一斤",
    )
    assert list(items.columns) == ITEMS.names
    assert items["item_id"].to_list() == ["中秋前的板栗-来历", "中秋前的板栗-接龙", "中秋前的板栗-反馈"]
    assert items["owner"].to_list() == ["阿禾", "阿禾", "小棠"]
    assert set(items["campaign"]) == {"中秋前的板栗"} and set(items["topic"]) == {"t1"}
    assert items["after"].to_list() == [[], ["中秋前的板栗-来历"], ["中秋前的板栗-接龙"]]
    order = items.set_index("item_id").loc["中秋前的板栗-接龙"]
    assert order["title"] == "今天下单，明天来取：东堤板栗"
    assert "12元一斤，【…取货】。" in order["copy"]
    assert order["groups"] == ["g01", "g02", "g03"] and order["waves"] == 1  # all three have 20:00
    assert (order["earliest"].date(), order["latest"].date()) == (dt.date(2026, 9, 23), dt.date(2026, 9, 24))
    assert items["clock"].iloc[0] == []


def test_an_item_that_waited_for_a_dropped_one_waits_no_longer() -> None:
    items = tk.expand_playbook(FIXTURE, start="2026-09-21", groups="all", without="来历")
    assert items.set_index("item_id")["after"].loc["板栗预售@2026-09-21-接龙"] == []


def test_a_group_that_closes_gets_only_what_ends_before() -> None:
    groups = sample_groups()  # g03 closes on 2026-10-02
    items = tk.expand_playbook(FIXTURE, start="2026-09-29", groups=groups).set_index("item_id")
    with_g03 = [item for item, targets in items["groups"].items() if "g03" in targets]
    ends = items["latest"].dt.date
    assert with_g03 == [item for item in items.index if ends[item] <= dt.date(2026, 10, 2)]
    assert 0 < len(with_g03) < len(items)
    with pytest.raises(PlaybookError, match="都关闭了"):
        tk.expand_playbook(FIXTURE, start="2026-10-05", groups=groups[groups["group_id"] == "g03"])


def test_a_discouraged_outline_never_reaches_the_items() -> None:
    refused = [stem for stem in STEMS if book_of(stem).discouraged]
    assert len(refused) >= 2
    for stem in refused:
        items = tk.expand_playbook(stem, start="2026-09-21", groups="all")
        for text in items["copy"]:
            found = compliance.check_copy(text, platform="group")
            assert compliance.gate(found) != "block", text
        assert items["copy"].str.contains("【…改写：").any()
        assert headlines.score_copy(items["copy"].to_list())["gate"].eq("block").any()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"name": "没有的打法"}, "没有叫「没有的打法」的打法。可以用的是："),
        ({"name": "C4"}, "「C4」有 7 个打法"),
        ({"name": ""}, "打法要写名称或编号"),
        ({"start": "明天"}, "start 要写成 2026-09-21 这样的日期（现在是 '明天'）"),
        ({"start": None}, "start 要写成"),
        ({"start": "9999-12-31"}, "start 的年份 9999 不在 1990–2100 里"),
        ({"name": "打" * 500}, "没有叫「" + "打" * 20 + "」的打法"),
        ({"groups": []}, "groups 要给群表"),
        ({"groups": 3}, "groups 要给群表"),
        ({"商品名": "板栗"}, "里没有「商品名」。可以写的是：商品（"),
        ({"商品": ["板栗"]}, "「商品」要填文字或数字"),
        ({"without": ["没有"]}, "里没有条目「没有」"),
        ({"without": 5}, "without 要写名字，或一组名字（现在是 5）"),
        ({"without": ["来历", "问口味", "接龙", "反馈"]}, "的条目都去掉了"),
        ({"owners": {"老板": "阿禾"}}, "里没有角色「老板」"),
        ({"owners": 3}, "owners 要写一个人名"),
        ({"campaign": " "}, "campaign 是空的"),
    ],
)
def test_expanding_refuses_what_it_cannot_use(asked: dict[str, Any], said: str) -> None:
    given = {"name": FIXTURE, "start": "2026-09-21", "groups": "all", **asked}
    with pytest.raises((PlaybookError, ChoiceError), match=re.escape(said)):
        tk.expand_playbook(given.pop("name"), **given)


def test_unknown_groups_of_a_target_are_named() -> None:
    stem, target = next((stem, book_of(stem).targets[0]["target"]) for stem in STEMS if book_of(stem).targets)
    with pytest.raises(PlaybookError, match=re.escape(f"「{target}」里的「g99」不在群表里。现有的人群：")):
        tk.expand_playbook(stem, start="2026-09-21", groups=sample_groups(), **{target: ["g99"]})  # type: ignore[arg-type]
    items = tk.expand_playbook(stem, start="2026-09-21", groups=sample_groups(), **{target: ["g07"]})  # type: ignore[arg-type]
    assert ["g07"] in items["groups"].to_list()


def test_an_option_out_of_its_values_is_refused() -> None:
    stem, option = next((stem, book_of(stem).options[0]) for stem in STEMS if book_of(stem).options)
    with pytest.raises(
        PlaybookError, match=re.escape(f"「{option['option']}」不能是 '没有这个'。可以用的是：")
    ):
        tk.expand_playbook(stem, start="2026-09-21", groups="all", **{option["option"]: "没有这个"})


def test_a_start_on_a_solemn_day_names_a_better_one(tmp_path: Any) -> None:
    text = FIXTURE.read_text("utf-8")
    path = tmp_path / "own.toml"
    # the order on one day only: 2026-09-18 is solemn
    path.write_text(
        text.replace('phase = "当天下单"\ndays = [2, 3]', 'phase = "当天下单"\ndays = [2, 2]'),
        encoding="utf-8",
    )
    with pytest.raises(PlaybookError) as caught:
        tk.expand_playbook(path, start="2026-09-16", groups="all")
    said = str(caught.value)
    assert "只能在 2026-09-18 发，这几天是九一八" in said
    assert "请把 start 改到 2026-09-17" in said and "without=['接龙']" in said
    moved = tk.expand_playbook(path, start="2026-09-17", groups="all")
    assert len(moved) == 4


def test_the_same_question_gives_the_same_items() -> None:
    first, second = (
        tk.expand_playbook(STEMS[0], start="2026-09-21", groups=sample_groups()) for _ in range(2)
    )
    pd.testing.assert_frame_equal(first, second)


def test_a_playbook_asks_for_the_wishes_it_names_and_no_others(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    text = FIXTURE.read_text("utf-8")
    path.write_text(text.replace("min_gap = 180", "promotion_share = 0.25"), encoding="utf-8")
    soft = tk.playbook_rules(path).soft
    assert soft is not None
    prices = (soft.mix, soft.weekly_minimum, soft.spacing, soft.fairness, soft.overlap, soft.festival_bonus)
    assert (soft.promotion_share, *prices) == (0.25, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_a_blank_given_as_nothing_takes_its_lines_out() -> None:
    items = tk.expand_playbook(FIXTURE, start="2026-09-21", groups="all", 商品="板栗", 来历="")
    assert items["copy"].iloc[0] == "街坊们，说说板栗。\n照片在下面，想问什么直接问。"
    assert (
        "【…商品】" in tk.expand_playbook(FIXTURE, start="2026-09-21", groups="all", 商品="")["title"].iloc[0]
    )


def test_rules_that_are_none_are_refused() -> None:
    with pytest.raises(ChoiceError, match="可以用的是：minutes_workday、"):
        tk.playbook_rules(FIXTURE, foo=1)
    stem, target = next((stem, book_of(stem).targets[0]["target"]) for stem in STEMS if book_of(stem).targets)
    with pytest.raises(ChoiceError, match=f"{target} 要写名字"):
        tk.expand_playbook(stem, start="2026-09-21", groups=sample_groups(), **{target: 5})  # type: ignore[arg-type]


def test_the_rest_of_a_channel_stays_in_the_channel(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    targets = (
        '[[targets]]\ntarget = "小群"\nhint = "最小的"\npick = "smallest"\n\n'
        '[[targets]]\ntarget = "其余"\nhint = "其余企微群"\npick = "rest"\nchannel = ["企微群"]\n\n[[phases]]'
    )
    text = FIXTURE.read_text("utf-8").replace("[[phases]]", targets, 1)
    text = text.replace('item = "来历"', 'item = "来历"\ntarget = "小群"').replace(
        'item = "问口味"', 'item = "问口味"\ntarget = "其余"'
    )
    path.write_text(text, encoding="utf-8")
    groups = sample_groups()
    items = tk.expand_playbook(path, start="2026-09-21", groups=groups).set_index("item_id")
    smallest = groups.loc[groups["members"].idxmin(), "group_id"]
    wecom = groups.loc[(groups["channel"] == "企微群") & (groups["group_id"] != smallest), "group_id"]
    assert items["groups"].iloc[0] == [smallest]
    assert items["groups"].iloc[1] == wecom.to_list()


def test_groups_that_take_no_promotion_get_none() -> None:
    groups = sample_groups()
    none = groups.assign(promos_per_week=groups["promos_per_week"].mask(groups["group_id"] == "g01", 0))
    items = tk.expand_playbook(FIXTURE, start="2026-09-21", groups=none).set_index("item_id")
    with_g01 = [
        kind for kind, targets in zip(items["kind"], items["groups"], strict=True) if "g01" in targets
    ]
    assert "promotion" in set(items["kind"]) and set(with_g01) == set(items["kind"]) - {"promotion"}
    with pytest.raises(PlaybookError, match="「接龙」是必发的，可这些群都不收促销"):
        tk.expand_playbook(FIXTURE, start="2026-09-21", groups=groups.assign(promos_per_week=0))


@pytest.mark.parametrize("path", [None, 5, ["a.toml"], "\0.toml", "\ud800.toml", "长" * 300 + ".toml", " "])
def test_what_is_no_path_is_refused_in_chinese(path: Any) -> None:
    for ask in (tk.check_playbook, lambda given: tk.copy_playbook("爆款预售", given)):
        with pytest.raises(InputError, match="打法要写文件名"):
            ask(path)


@pytest.mark.parametrize("stem", STEMS)
def test_a_draft_lacks_only_what_the_editor_alone_knows(stem: str) -> None:
    draft = tk.draft_proposal(stem, start="2026-09-21", groups=sample_groups(), owners="阿禾")
    lacking = set(tk.check_plan(draft)["rule_id"])
    known = {"goal_no_target", "goal_no_owner", "goal_kinds", "share_missing", "budget_zero"}
    assert lacking <= known | {"action_no_budget", "budget_no_action"}


def test_slots_that_cannot_be_read_are_named_with_their_group() -> None:
    groups = sample_groups()
    wrong = groups.assign(slots=[["晚上八点"]] * len(groups))
    with pytest.raises(ChoiceError, match=r"群 g01（.+）的时段里有看不懂的「晚上八点」"):
        tk.expand_playbook(FIXTURE, start="2026-09-21", groups=wrong)
    unknown = groups.assign(members=pd.array([None] * len(groups), dtype="Int64"))
    assert tk.suggest_playbooks("活跃", unknown)["fit"].eq(0).all()

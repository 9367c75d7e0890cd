"""The proposal as a page, a text and a workbook: what it says, what it says is missing, and that text stays text."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from frames import make_plan, make_trends
from test_report import HTML_TAGS, Page

from toolkit import schema
from toolkit.campaigns._budget import budget_changes, budget_quarters
from toolkit.export import _report, write_plan
from toolkit.export._proposal import DOUBT, _doubt
from toolkit.schema import (
    HEALTH,
    PLAN_CHECKS,
    ChoiceError,
    ColumnError,
    InputError,
    Proposal,
    ToolkitError,
    check,
)

SUFFIXES = (".html", ".md", ".xlsx")
TAGS = {*HTML_TAGS, "dl", "dt", "dd"}
SECTIONS = [
    *("概述", "为什么现在做", "目标", "可行性", "怎么做"),
    *("团队", "里程碑", "内容排期", "预算", "还悬着的事"),
]

GOALS = pd.DataFrame(
    [
        {
            "goal_id": "G1",
            "title": "新增家庭成员",
            "goal_kind": "market",
            "measure": "群成员",
            "baseline": 2180,
        }
        | {"target": 2600, "unit": "人", "due": "2026-11-30", "owner": "阿禾"},
        {"goal_id": "G2", "title": "把名声做好", "goal_kind": "process"},
    ]
)
STRATEGIES = pd.DataFrame(
    {"strategy_id": ["S1", "S2"], "title": ["选择先试吃再谈买", "选择少发"], "goals": [["G1", "G9"], []]}
)
ACTIONS = pd.DataFrame(
    [
        {
            "action_id": "A1",
            "title": "请人试吃",
            "strategies": ["S1"],
            "owner": "阿禾",
            "starts": "2026-09-01",
        }
        | {"ends": "2026-09-10", "is_key": True, "share": 0.3, "items": ["i1", "x9"]},
        {"action_id": "A2", "title": "预售", "strategies": ["S9", "S1"], "owner": "", "starts": "2026-09-11"}
        | {"ends": "2026-09-24", "items": []},
        {"action_id": "A3", "title": "回访", "goals": ["G1"], "owner": "林舟", "starts": "2026-10-08"},
        {"action_id": "A4", "title": "小册子", "owner": "林舟"},
    ]
)
BUDGET = pd.DataFrame(
    [
        {"line_id": "B1", "title": "试吃食材", "budget_class": "brand", "actions": ["A1"], "amount": 4600}
        | {"last_year": 4000, "q3": 4000, "q4": 600},
        {
            "line_id": "B2",
            "title": "包装",
            "budget_class": "basic",
            "actions": ["A2", "A9"],
            "amount": 18000.5,
        }
        | {"last_year": 15000, "q3": 18000},
        {
            "line_id": "B3",
            "title": "补贴",
            "budget_class": "channel",
            "amount": 9000,
            "last_year": 9000,
            "q4": 9000,
        },
    ]
)
SPENDING = pd.DataFrame(
    [
        {"line_id": "B1", "spent_on": "2026-09-30", "amount": 4500.0},
        {"line_id": "B2", "spent_on": "2026-09-12", "amount": 20000.0},
        {"line_id": "B2", "spent_on": "2026-10-01", "amount": 10.0},
        {"line_id": "B2", "spent_on": "2025-12-31", "amount": 7.0},
        {"line_id": "B2", "spent_on": None, "amount": 8.0},
        {"line_id": "BX", "spent_on": "2026-09-12", "amount": 9.0},
    ]
)
TEAM = pd.DataFrame({"name": ["阿禾", "林舟"], "role": ["总负责", ""], "does": ["看预算", "问答"]})
MILESTONES = pd.DataFrame({"title": ["复盘会", "开售", "尾款"], "due": ["2027-01-05", "2026-09-16", None]})


def make_proposal(**more: Any) -> Proposal:
    whole: dict[str, Any] = {
        "name": "秋季拉新",
        "start": "2026-09-01",
        "end": "2027-01-31",
        "overview": "先试吃，再预售。\n\n做给老街坊。",
        "rationale": "同行写得多了起来。",
        "approach": "一步一步来。",
        "feasibility": "三个人够用。",
        "goals": GOALS,
        "strategies": STRATEGIES,
        "actions": ACTIONS,
        "budget": BUDGET,
        "spending": SPENDING,
        "team": TEAM,
        "milestones": MILESTONES,
    }
    return Proposal(**{**whole, **more})


def make_checks() -> pd.DataFrame:
    rows = [
        ("no_owner", "warn", "actions", "A2", "行动「预售」没有负责人。", "请写上一个人的名字。"),
        ("no_budget", "info", "actions", "A3", "行动「回访」没有预算。", "不花钱就不用管。"),
        ("no_dates", "block", "actions", "A4", "行动「小册子」没有日期。", "请补上开始和结束。"),
    ]
    return check(pd.DataFrame(rows, columns=PLAN_CHECKS.names), PLAN_CHECKS)


def make_health() -> pd.DataFrame:
    rows = [
        {
            "group_id": "g1",
            "name": "一群",
            "days": 28,
            "members": 320,
            "active_share": 0.21,
            "state": "lively",
        }
        | {"reasons": ["每天有人说话", "有订单", "第三条"]},
        {"group_id": "g2", "name": "", "days": 3, "state": "unknown", "reasons": ["天数太少"]},
    ]
    return check(pd.DataFrame(rows), HEALTH)


def whole(path: Path, proposal: Proposal | None = None, **more: Any) -> Path:
    given_frames: dict[str, Any] = {
        "trends": make_trends(),
        "plan": make_plan(),
        "checks": make_checks(),
        "health": make_health(),
    }
    return write_plan(proposal or make_proposal(), path, **{**given_frames, **more})


def markdown(path: Path) -> str:
    return path.read_text("utf-8")


def part(text: str, title: str) -> list[str]:
    """The lines of a Markdown document's section that hold anything."""
    return [
        line
        for line in text.split(f"\n## {title}\n")[1].split("\n## ", maxsplit=1)[0].split("\n")
        if line.strip()
    ]


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(path)
    return {
        sheet.title: [
            [value for value in row if value is not None]
            for row in sheet.iter_rows(values_only=True)
            if any(value is not None for value in row)
        ]
        for sheet in book
    }


# --- what it says -----------------------------------------------------------------------------------------------------


def test_the_first_page_is_one_to_approve(tmp_path: Path) -> None:
    text = markdown(whole(tmp_path / "a.md"))
    assert text.startswith("# 秋季拉新\n\n策划案\n\n## 概述\n")
    assert part(text, "概述") == [
        "- **时间**：2026年9月1日 到 2027年1月31日，共 153 天",
        "- **总预算**",
        "  - 31,600.5 元",
        "  - 去年 28,000 元，今年多 12.9%",
        "- **目标**",
        "  - 新增家庭成员：从 2,180 到 2,600 人，11月30日前",
        "  - 把名声做好：还没写要到多少、到哪天",
        "- **关键日期**",
        "  - 9月16日 开售",
        "  - 2027年1月5日 复盘会",
        "- **谁来做**：阿禾（总负责）、林舟",
        "- **还悬着的事**：1 处先改，1 处留意，1 处提示，逐条见文末。",
        "先试吃，再预售。",
        "做给老街坊。",
        "□ 同意　□ 改后再议　□ 不同意",
        "提案人：＿＿＿＿＿＿　审批人：＿＿＿＿＿＿　日期：＿＿＿＿＿＿",
    ]
    assert re.findall(r"^## (.*)$", text, flags=re.MULTILINE) == SECTIONS


def test_the_evidence_is_what_rose_with_how_far_it_can_be_trusted(tmp_path: Path) -> None:
    lines = part(markdown(whole(tmp_path / "a.md")), "为什么现在做")
    assert lines[:6] == [
        "同行写得多了起来。",
        "### 同行这一期写得多起来的词",
        "| 热词 | 状态 | 本期篇数 | 前期篇数 | 升幅 | 来源数 | 误报率 |",
        "| --- | --- | ---: | ---: | --- | ---: | --- |",
        "| 大闸蟹 | ↑ 上升 | 7 | 3 | 9.3 倍 | 3 | &lt;0.1%，很稳 |",
        "| 桂花拿铁 | ＋ 新出现 | 5 | 0 | 7.0 倍 | 3 | 3%，较稳 |",
    ]
    steady = markdown(whole(tmp_path / "b.md", trends=make_trends().tail(1)))
    assert part(steady, "为什么现在做")[1:] == ["*这一期没有明显上升的词，热词不能作依据。*"]
    assert _doubt(None) == "—" and _doubt(0.5) == "50%，看不准"
    # the report says the same words for the same number
    for q_value in (0.0, 0.01, 0.011, 0.05, 0.2, 0.21, 1.0):
        assert _doubt(q_value).split("，")[1] in _report._doubt(q_value)
    assert len(DOUBT) == 3


def test_goals_and_groups_are_tables(tmp_path: Path) -> None:
    text = markdown(whole(tmp_path / "a.md"))
    assert part(text, "目标")[2:] == [
        "| 新增家庭成员 | 市场 | 群成员 | 2,180 | 2,600 | 人 | 11月30日 | 阿禾 |",
        "| 把名声做好 | 过程 |  | — | — |  | — |  |",
    ]
    assert part(text, "可行性") == [
        "三个人够用。",
        "### 群的现状（热闹 1 个、说不准 1 个）",
        "| 群 | 状态 | 人数 | 每天发言的人占 | 促销占比 | 依据 |",
        "| --- | --- | ---: | ---: | ---: | --- |",
        "| 一群 | 热闹 | 320 | 21% | — | 每天有人说话；有订单 |",
        "| g2 | 说不准 | — | — | — | 天数太少 |",
    ]


def test_every_action_stands_once_under_what_it_serves(tmp_path: Path) -> None:
    lines = part(markdown(whole(tmp_path / "a.md")), "怎么做")
    heads = [
        "| 行动 | 负责人 | 开始 | 结束 | 关键 | 承担目标 | 内容 |",
        "| --- | --- | --- | --- | --- | ---: | --- |",
    ]
    assert lines == [
        "一步一步来。",
        "### 选择先试吃再谈买（为了：新增家庭成员、G9）",
        *heads,
        "| 请人试吃 | 阿禾 | 9月1日 | 9月10日 | 关键 | 30% | 中秋前一周，大闸蟹怎么挑、x9 |",
        "| 预售 | ! 没有 | 9月11日 | 9月24日 |  | — |  |",
        "### 选择少发（还没写为了哪个目标）",
        "> 这条策略还没写行动。",
        "### 直接为目标做的（没有经过哪条策略）",
        *heads,
        "| 回访 | 林舟 | 10月8日 | — |  | — |  |",
        "### 还没有归属的行动（没写为了哪条策略或哪个目标）",
        *heads,
        "| 小册子 | 林舟 | — | — |  | — |  |",
    ]
    bare = make_proposal(actions=ACTIONS.drop(columns=["share", "items"]))
    assert "| 行动 | 负责人 | 开始 | 结束 | 关键 |" in part(
        markdown(whole(tmp_path / "b.md", bare)), "怎么做"
    )
    none = make_proposal(actions=schema.ACTIONS.empty())
    assert part(markdown(whole(tmp_path / "c.md", none)), "怎么做")[-1] == "> 还没写行动。"


def test_the_gantt_chart_is_drawn_in_letters(tmp_path: Path) -> None:
    lines = part(markdown(whole(tmp_path / "a.md")), "里程碑")
    drawn = [[part.strip(" .") for part in line.split("  ") if part.strip()] for line in lines]
    assert drawn[:6] == [
        ["2026-09-01", "2027-01-31"],
        ["开售", "*", "9/16"],
        ["复盘会", "*", "27/1/5"],
        ["请人试吃", "####", "9/1–9/10　阿禾"],
        ["预售", "=====", "9/11–9/24"],
        ["回访", "=", "10/8 起，没写结束　林舟"],
    ]
    assert {len(line.split("  ")[-2]) for line in lines[1:6]} == {52}
    assert lines[6:] == [
        "    = 行动　# 关键行动　* 里程碑",
        "*2 项没有日期，没有画。*",
        "| 里程碑 | 日期 |",
        "| --- | --- |",
        "| 开售 | 9月16日 |",
        "| 复盘会 | 2027年1月5日 |",
        "| 尾款 | ! 日期未定 |",
    ]


def test_the_posts_are_counted_by_week_and_group(tmp_path: Path) -> None:
    lines = part(markdown(whole(tmp_path / "a.md")), "内容排期")
    assert lines == [
        "3 条内容发给 3 个群，共 4 次发布，已达上限的 98.6%。",
        "*有 2 次没有排进去，原因在排期的工作簿里。*",
        "| 群（发几次） | 9月21日那周 | 合计 |",
        "| --- | ---: | ---: |",
        "| 柳塘鲜友一群 | 2 | 2 |",
        "| 东堤鲜友二群 | 1 | 1 |",
        "| 望湖故事群 | 1 | 1 |",
        "| **合计** | **4** | **4** |",
        "| 内容 | 类型 | 阶段 | 负责人 | 首次发布 | 次数 |",
        "| --- | --- | --- | --- | --- | ---: |",
        "| 中秋前一周，大闸蟹怎么挑 | 干货 |  | 小满 | 9月21日 | 2 |",
        "| 减法礼盒到货 | 促销 |  | 小满 | 9月25日 | 1 |",
        "| 睡前共读：第一本书 | 话题 |  | 阿苇 | 9月27日 | 1 |",
    ]


@pytest.mark.parametrize(
    ("later", "heads"),
    [
        (14, ["9月21日那周", "9月28日那周", "10月5日那周", "合计"]),
        (60, ["9月", "10月", "11月", "合计"]),
        (800, ["2026年", "2027年", "2028年", "合计"]),
    ],
)
def test_a_long_calendar_is_counted_by_month_or_year(tmp_path: Path, later: int, heads: list[str]) -> None:
    plan = make_plan()
    calendar = plan.calendar.copy()
    calendar.loc[3, "starts_at"] += pd.Timedelta(days=later)
    calendar.loc[3, "starts_at"] -= pd.Timedelta(days=6)
    path = whole(tmp_path / "a.md", plan=dataclasses.replace(plan, calendar=calendar))
    row = next(line for line in part(markdown(path), "内容排期") if line.startswith("| 群（"))
    assert row.strip("| ").split(" | ")[1:] == heads


def test_without_a_calendar_the_items_are_listed(tmp_path: Path) -> None:
    items = make_plan().items.assign(earliest=[dt.date(2026, 9, 14), None, None])
    lines = part(markdown(whole(tmp_path / "a.md", plan=None, items=items)), "内容排期")
    assert lines[0] == "> 还没有排期，先列出要发的内容。"
    assert lines[3:] == [
        "| 中秋前一周，大闸蟹怎么挑 | 干货 |  | 小满 | 9月14日 | — |",
        "| 减法礼盒到货 | 促销 |  | 小满 | — | — |",
        "| 睡前共读：第一本书 | 话题 |  | 阿苇 | — | — |",
    ]


def test_the_budget_adds_up_and_marks_what_moved(tmp_path: Path) -> None:
    lines = part(markdown(whole(tmp_path / "a.md")), "预算")
    assert lines == [
        "| 类别 | 今年（元） | 占比 | 去年（元） | 今年比去年 |",
        "| --- | ---: | ---: | ---: | --- |",
        "| 基础 | 18,000.5 | 57% | 15,000 | 多 20% |",
        "| 品牌 | 4,600 | 14.6% | 4,000 | 多 15% |",
        "| 渠道 | 9,000 | 28.5% | 9,000 | 持平 |",
        "| **合计** | **31,600.5** | **100%** | **28,000** | **多 12.9%** |",
        "### 逐条",
        "| 用途 | 类别 | 用于行动 | 今年（元） | 去年（元） | 今年比去年 |",
        "| --- | --- | --- | ---: | ---: | --- |",
        "| 试吃食材 | 品牌 | 请人试吃 | 4,600 | 4,000 | 多 15% |",
        "| 包装 | 基础 | 预售、A9 | 18,000.5 | 15,000 | ! 多 20% |",
        "| 补贴 | 渠道 | 没有写 | 9,000 | 9,000 | 持平 |",
        "*和去年相差超过 15% 的行标「!」。15% 是从业者的说法，用来提醒再看一眼，不是规定。*",
        "### 分季度（2026 年）",
        "| 季度 | 基础（元） | 品牌（元） | 渠道（元） | 计划合计（元） | 已花（元） | 还剩（元） |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| 一季度 | — | — | — | — | 0 | — |",
        "| 二季度 | — | — | — | — | 0 | — |",
        "| 三季度 | 18,000 | 4,000 | — | 22,000 | 24,500 | ! 超出 2,500 |",
        "| 四季度 | — | 600 | 9,000 | 9,600 | 10 | 9,590 |",
        "| **四季合计** | **18,000** | **4,600** | **9,000** | **31,600** | **24,510** | **7,090** |",
        "*四个季度合计 31,600 元，全年写的是 31,600.5 元，两个数还对不上。*",
        "*有 1 笔花费（9 元）花在预算里没有的条目上，没有算进来。*",
        "*有 1 笔花费（8 元）没有日期，没有算进来。*",
        "*有 1 笔花费（7 元）不在 2026 年，没有算进来。*",
    ]


def test_what_cannot_be_compared_with_last_year_says_so(tmp_path: Path) -> None:
    budget = BUDGET.drop(columns=["q3", "q4"]).assign(
        last_year=[None, 0, 9000], amount=[4600, 18000, None], budget_class=["brand", "basic", "公关"]
    )
    text = markdown(whole(tmp_path / "a.md", make_proposal(budget=budget, spending=schema.SPENDING.empty())))
    lines = part(text, "预算")
    assert [
        line for line in lines if line.startswith(("| 基础", "| 品牌", "| 渠道", "| 未分类", "| **合计"))
    ] == [
        "| 基础 | 18,000 | 79.6% | 0 | 去年没有 |",
        "| 品牌 | 4,600 | 20.4% | — | 没写去年 |",
        "| 渠道 | — | — | — | — |",
        "| 未分类 | — | — | 9,000 | 没写今年 |",
        "| **合计** | **22,600** | **100%** | **9,000** | **1 条没写今年，不好比** |",
    ]
    assert lines[-1] == "*还没分季度。*"
    assert "  - 去年 9,000 元，1 条没写今年，不好比" in part(text, "概述")


def test_the_budget_says_what_the_budget_verbs_say(tmp_path: Path) -> None:
    """Two rooms add up the same lines; neither may import the other."""
    lines = part(markdown(whole(tmp_path / "a.md")), "预算")
    changes = budget_changes(BUDGET)
    marked = [line.split(" | ")[0].strip("| ") for line in lines if "| ! " in line and "季度" not in line]
    assert marked == changes.loc[changes["flagged"], "title"].to_list()
    known = SPENDING[SPENDING["line_id"].isin(BUDGET["line_id"])].dropna(subset="spent_on")
    frame = budget_quarters(BUDGET, known[known["spent_on"] > "2026"], year=2026).frame
    total = frame[frame["budget_class"] == ""].set_index("quarter")
    rows = {line.split(" | ")[0].strip("| *"): line.split(" | ") for line in lines}
    for quarter, words in (("q1", "一季度"), ("q2", "二季度"), ("q3", "三季度"), ("q4", "四季度")):
        cells = [rows[words][place].strip("|* ").replace(",", "") for place in (4, 5)]
        assert [float(cell.replace("—", "0")) for cell in cells] == total.loc[
            quarter, ["planned", "spent"]
        ].to_list()


def test_what_hangs_in_the_air_stands_gravest_first(tmp_path: Path) -> None:
    assert part(markdown(whole(tmp_path / "a.md")), "还悬着的事") == [
        "- ✕ 先改　行动「小册子」没有日期。 怎么改：请补上开始和结束。",
        "- ! 留意　行动「预售」没有负责人。 怎么改：请写上一个人的名字。",
        "- · 提示　行动「回访」没有预算。 怎么改：不花钱就不用管。",
    ]
    good = markdown(whole(tmp_path / "b.md", checks=PLAN_CHECKS.empty()))
    assert part(good, "还悬着的事") == ["查过了，没有悬着的事：目标、策略、行动、预算和日期都接得上。"]
    assert "- **还悬着的事**：查过了，没有。" in part(good, "概述")


def test_what_is_not_written_yet_is_said_under_every_heading(tmp_path: Path) -> None:
    bare = Proposal("空的", "2026-09-01", "2026-09-01")  # type: ignore[arg-type]
    text = markdown(write_plan(bare, tmp_path / "a.md"))
    assert [part(text, title) for title in SECTIONS[1:]] == [
        [
            "> 还没写为什么现在做。请写清看到了什么机会、为什么不等到以后。",
            "*没有附上热词，这一节没有数据作依据。*",
        ],
        ["> 还没写目标。目标要写清指标、从多少到多少、到哪天、谁负责。"],
        ["> 还没写可行性。请写清凭什么做得到、最怕什么、怎么防。"],
        ["> 还没写做法。", "> 还没写策略和行动。"],
        ["> 还没写团队。请写清每个人是谁、做什么。"],
        ["> 还没写里程碑，行动也没有日期，画不出时间表。"],
        ["> 还没有排期。排好之后附上，这里会列出每个群每周发几次。"],
        ["> 还没写预算。请分基础、品牌、渠道三类写，每一条写清用于哪个行动、今年多少、去年多少。"],
        ["> 还没有检查。查过之后附上，这里会列出要先改的和要留意的。"],
    ]
    assert part(text, "概述")[:7] == [
        "- **时间**：2026年9月1日 到 9月1日，共 1 天",
        "- **总预算**：还没写预算。",
        "- **目标**：还没写目标。",
        "- **关键日期**：还没写里程碑。",
        "- **谁来做**：还没写团队。",
        "- **还悬着的事**：还没有检查。",
        "> 还没写概述。请用两三句话写清要做什么、做给谁、做到什么程度。",
    ]
    page = Page(write_plan(bare, tmp_path / "a.html"))
    assert page.tags.count("h2") == 10 and "svg" not in page.tags
    assert list(sheets(write_plan(bare, tmp_path / "a.xlsx"))) == SECTIONS


# --- the three files --------------------------------------------------------------------------------------------------


def test_the_page_says_the_same_and_needs_nothing_from_outside(tmp_path: Path) -> None:
    path = whole(tmp_path / "a.html")
    page, raw = Page(path), path.read_text("utf-8")
    assert set(page.tags) <= TAGS and not page.links()
    assert not [a for a in page.attributes if a[1].startswith("on") or a[1] in {"src", "srcset", "action"}]
    assert not re.search(r"https?:|@import", raw) and "url(" not in raw.replace("url(#", "")
    assert "default-src 'none'; style-src 'unsafe-inline'" in raw
    # two charts, each for two widths
    assert page.tags.count("svg") == 4 and page.tags.count("title") == 1
    for sentence in (
        "秋季拉新 策划案",
        "总预算31,600.5 元去年 28,000 元，今年多 12.9%",
        "□ 同意 □ 改后再议 □ 不同意提案人：审批人：日期：",
        "大闸蟹↑ 上升739.3 倍3<0.1%，很稳",
        "选择先试吃再谈买为了：新增家庭成员、G9",
        "请人试吃阿禾9月1日9月10日关键30%内容：中秋前一周，大闸蟹怎么挑、x9",
        "预售! 没有9月11日9月24日—",
        "3 项行动一项接一项，2026年10月8日结束",
        "包装基础预售、A918,000.515,000! 多 20%",
        "✕ 先改 行动「小册子」没有日期。请补上开始和结束。",
    ):
        assert sentence in page.text, sentence


def test_the_workbook_has_typed_cells_and_a_gantt_chart_of_coloured_ones(tmp_path: Path) -> None:
    path = whole(tmp_path / "a.xlsx")
    found = sheets(path)
    assert list(found) == [*SECTIONS[:7], "甘特图", *SECTIONS[7:]]
    assert found["目标"] == [
        ["目标"],
        ["目标", "类别", "指标", "现在", "要到", "单位", "到期", "负责人"],
        ["新增家庭成员", "市场", "群成员", 2180, 2600, "人", dt.datetime(2026, 11, 30), "阿禾"],  # noqa: DTZ001
        ["把名声做好", "过程"],
    ]
    assert ["合计", 31600.5, 1, 28000, "多 12.9%"] in found["预算"]
    assert ["包装", "基础", "预售、A9", 18000.5, 15000, "! 多 20%"] in found["预算"]
    assert found["概述"][:4] == [
        ["秋季拉新"],
        ["时间", "2026年9月1日 到 2027年1月31日，共 153 天"],
        ["总预算", "31,600.5 元"],
        ["去年 28,000 元，今年多 12.9%"],
    ]
    sheet = openpyxl.load_workbook(path)["甘特图"]
    assert [cell.value for cell in sheet[2]][:9] == [
        *("行动和里程碑", "负责人", "开始", "结束", "类别"),
        *("31", "7", "14", "21"),
    ]
    # a week stands under the month of its Monday, and a band of one week has no room for the year
    bands = [(cell.column - 5, cell.value) for cell in sheet[1] if cell.value]
    assert bands == [
        *((1, "8月"), (2, "2026年9月"), (6, "2026年10月"), (10, "2026年11月")),
        *((15, "2026年12月"), (19, "2027年1月")),
    ]
    assert sheet.max_column == 5 + 22
    budget = openpyxl.load_workbook(path)["预算"]
    shares = {cell.value: cell.number_format for row in budget for cell in row if "%" in cell.number_format}
    assert {form for value, form in shares.items() if float(round(value * 100, 1)).is_integer()} == {"0%"}
    assert {form for value, form in shares.items() if not float(round(value * 100, 1)).is_integer()} == {
        "0.0%"
    }
    fills = {
        row[0].value: [cell.column - 5 for cell in row[5:] if cell.fill.fill_type == "solid" or cell.value]
        for row in sheet.iter_rows(min_row=3, max_row=7)
    }
    assert fills == {"开售": [3], "复盘会": [19], "请人试吃": [1, 2], "预售": [2, 3, 4], "回访": [6]}
    assert [row[0].fill.fgColor.rgb for row in sheet["F5:F5"]] == ["FFB93A2B"]
    assert [cell.value for cell in sheet[7]][:5] == [
        *("回访", "林舟", dt.datetime(2026, 10, 8), "没写", "行动"),  # noqa: DTZ001
    ]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_input_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    first, second = whole(tmp_path / f"a{suffix}"), whole(tmp_path / f"b{suffix.upper()}")
    assert first == tmp_path / f"a{suffix}"
    assert first.read_bytes() == second.read_bytes()


# --- errors -----------------------------------------------------------------------------------------------------------


def test_what_cannot_be_written_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(
        ChoiceError, match=r"write_plan 要一份策划案（Proposal），现在是 一张表。请先用 read_plan"
    ):
        write_plan(GOALS, tmp_path / "a.md")
    with pytest.raises(ChoiceError, match=r"策划案可以写成 \.html、\.md、\.xlsx（现在是 '.*"):
        write_plan(make_proposal(), "a.docx")
    with pytest.raises(ChoiceError, match="plan 要写成 plan_posts 给出的 Plan，现在是 一张表"):
        write_plan(make_proposal(), tmp_path / "a.md", plan=make_plan().calendar)
    with pytest.raises(ColumnError, match="热词表缺少列"):
        write_plan(make_proposal(), tmp_path / "a.md", trends=GOALS)
    (tmp_path / "folder.md").mkdir()
    with pytest.raises(InputError, match="写不进去"):
        write_plan(make_proposal(), tmp_path / "folder.md")
    assert issubclass(ChoiceError, ToolkitError)

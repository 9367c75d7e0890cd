"""The proposal's files with hostile text and with much of everything: text stays text, and nothing is lost."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path
from typing import Any

import mistune
import openpyxl
import pandas as pd
import pytest
from frames import make_plan, make_trends
from hypothesis import given
from hypothesis import strategies as st
from test_report import HOSTILE, Page, hostile
from test_write_plan import (
    ACTIONS,
    BUDGET,
    GOALS,
    MILESTONES,
    SECTIONS,
    STRATEGIES,
    SUFFIXES,
    TAGS,
    TEAM,
    make_checks,
    make_health,
    make_proposal,
    markdown,
    part,
    sheets,
    whole,
)

from toolkit import schema
from toolkit.export import write_plan
from toolkit.export._proposal_text import escape_markdown
from toolkit.schema import Proposal, check

NASTY = [
    *HOSTILE,
    '=HYPERLINK("https://evil.example","点")',
    "[点我](javascript:alert(1)) ![x](https://evil.example/x.png)",
    "```\n<script>alert(1)</script>\n```",
    "| a | b |\n| --- | --- |\n# 大标题\n- 列表\n> 引用\n---",
    "<https://evil.example> www.evil.example \\[x\\](y)",
    "**粗** _斜_ ~~删~~ `码` $x^2$",
]


def nasty(text: str) -> tuple[Proposal, dict[str, Any]]:
    plan = make_plan()
    more = {
        "trends": hostile(make_trends(), text, "status", "evidence"),
        "plan": dataclasses.replace(
            plan,
            items=hostile(plan.items, text, "item_id"),
            groups=hostile(plan.groups, text, "group_id"),
            bound_by=text,
        ),
        "checks": hostile(make_checks(), text, "severity"),
        "health": hostile(make_health(), text, "group_id"),
    }
    frames = {
        "goals": hostile(check(GOALS, schema.GOALS), text, "goal_id"),
        "strategies": hostile(check(STRATEGIES, schema.STRATEGIES), text, "strategy_id"),
        "actions": hostile(check(ACTIONS, schema.ACTIONS), text, "action_id", "strategies"),
        "budget": hostile(check(BUDGET, schema.BUDGET), text, "line_id"),
        "team": hostile(check(TEAM, schema.TEAM), text),
        "milestones": hostile(check(MILESTONES, schema.MILESTONES), text),
    }
    prose = dict.fromkeys(("name", "overview", "rationale", "approach", "feasibility"), text)
    return make_proposal(**frames, **prose), more


@pytest.mark.parametrize("text", NASTY)
def test_hostile_text_is_text_in_all_three(tmp_path: Path, text: str) -> None:
    proposal, more = nasty(text)
    path = write_plan(proposal, tmp_path / "a.html", **more)
    page = Page(path)
    assert set(page.tags) <= TAGS and not page.links() and page.tags.count("style") == 1
    assert not [a for a in page.attributes if a[1].startswith("on") or a[1] in {"src", "srcdoc", "action"}]
    assert page.tags.count("h2") == 10
    raw = markdown(write_plan(proposal, tmp_path / "a.md", **more))
    # a reader that lets HTML through, with tables, links and strike-through
    html = mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "url", "math"])(raw)
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z][a-zA-Z0-9]*)", str(html)))
    shapes = {"h1", "h2", "h3", "p", "ul", "li", "strong", "em", "blockquote", "pre", "code"}
    assert tags <= shapes | {"table", "thead", "tbody", "tr", "th", "td"}, tags
    assert re.findall(r"<h2>(.*?)</h2>", str(html)) == SECTIONS
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", path.read_text("utf-8") + raw)
    for sheet in openpyxl.load_workbook(write_plan(proposal, tmp_path / "a.xlsx", **more)):
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]


@given(st.text(max_size=60))
def test_a_text_in_markdown_reads_as_it_was(text: str) -> None:
    escaped = escape_markdown(text)
    assert "\n" not in escaped
    raw = str(
        mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "url"])(f"甲\n\n{escaped}")
    )
    inner = re.sub(r"^<p>甲</p>\n(<p>(.*)</p>\n)?$", r"\2", raw, flags=re.DOTALL)
    assert not re.search(r"<\w", inner), inner


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_sixty_actions_over_two_years_with_long_names_are_all_there(tmp_path: Path, suffix: str) -> None:
    day = dt.date(2026, 9, 1)
    count = 60
    actions = pd.DataFrame(
        {
            "action_id": [f"a{place:02d}" for place in range(count)],
            "title": [f"第{place:02d}步" + "很长" * 98 for place in range(count)],
            "strategies": [["S1"] if place % 2 else [] for place in range(count)],
            "owner": "一个名字也写得很长很长的人" * 15,
            "starts": [day + dt.timedelta(days=place) if place % 5 else None for place in range(count)],
            "ends": [day + dt.timedelta(days=730) if place % 7 else None for place in range(count)],
            "is_key": True,
        }
    )
    path = whole(tmp_path / f"a{suffix}", make_proposal(end="2028-12-31", actions=actions))
    if suffix == ".xlsx":
        found = sheets(path)
        text = "\n".join(str(row[0]) for row in found["怎么做"])
        # over 54 weeks the columns are months
        assert openpyxl.load_workbook(path)["甘特图"].max_column == 5 + 28
        assert len([row for row in found["甘特图"] if str(row[0]).startswith("第")]) == 58
    else:
        text = path.read_text("utf-8")
    assert all(f"第{place:02d}步" + "很长" * 98 in text for place in range(count))


def test_many_goals_days_and_people_leave_the_first_page_one(tmp_path: Path) -> None:
    goals = pd.DataFrame({"goal_id": list("abcdefgh"), "title": list("甲乙丙丁戊己庚辛")})
    marks = pd.DataFrame({"title": list("甲乙丙丁戊己庚"), "due": [f"2026-09-0{day}" for day in range(1, 8)]})
    team = pd.DataFrame({"name": [f"人{place}" for place in range(14)]})
    lines = part(
        markdown(whole(tmp_path / "a.md", make_proposal(goals=goals, milestones=marks, team=team))), "概述"
    )
    assert "  - 另有 2 个，见「目标」" in lines and "  - 另有 1 个，见「里程碑」" in lines
    assert next(line for line in lines if "谁来做" in line).endswith("、人11等 14 人")

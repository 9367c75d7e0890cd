"""The review as a page, a text and a workbook: its order, its figures, what it leaves out, and that text stays text."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import mistune
import openpyxl
import pandas as pd
import pytest
from review_frames import (
    make_calls,
    make_effects,
    make_funnel,
    make_groups,
    make_posts,
    make_problems,
    make_record,
    make_returns,
    make_review,
    make_skills,
    make_tests,
    make_times,
    make_visits,
    make_weights,
    whole_review,
)
from test_report import HTML_TAGS, Page, hostile
from test_write_plan_hostile import NASTY

from toolkit import schema
from toolkit.export._review import write_review
from toolkit.schema import ChoiceError, ColumnError, InputError, Review

SUFFIXES = (".html", ".md", ".xlsx")
SECTIONS = ["目的", "发生了什么", "为什么", "下一步", "说得准吗", "怎么算的"]
NOTHING = {
    "verdicts": schema.EFFECTS.empty(),
    "groups": schema.EFFECTS.empty(),
    "kinds": schema.EFFECTS.empty(),
} | {
    "funnel": schema.FUNNEL.empty(),
    "visits": schema.VISITS.empty(),
    "returns": schema.RETURNS.empty(),
    "weights": schema.WEIGHTS.empty(),
    "problems": schema.PROBLEMS.empty(),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The whole review, written once as each kind of file; nobody changes them."""
    folder = tmp_path_factory.mktemp("whole")
    return {
        suffix: write_review(make_review(), folder / f"a{suffix}", **whole_review()) for suffix in SUFFIXES
    }


def markdown(path: Path) -> str:
    return path.read_text("utf-8")


def part(text: str, title: str) -> str:
    """What a Markdown document says under one of its headings."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, flags=re.DOTALL | re.MULTILINE)
    assert found is not None, title
    return found.group(1)


def sheets(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    return {
        sheet.title: [tuple(cell.value for cell in row) for row in sheet.iter_rows()]
        for sheet in openpyxl.load_workbook(path)
    }


def test_the_page_tells_what_happened_why_and_what_next_in_order(whole: dict[str, Path]) -> None:
    text = markdown(whole[".md"])
    assert re.findall(r"^## (.*)$", text, flags=re.MULTILINE) == SECTIONS
    assert text.splitlines()[0] == "# 复盘：八月下旬到九月中旬"
    assert text.splitlines()[2] == "2026年8月24日 到 9月20日 判断好坏看的是：按暗号的订单"
    assert text.splitlines()[4:8] == [
        "- 排了 60 次，发了 54 次；按暗号的订单共 119 单（量到 45 次）；成交额 4,641 元",
        "- 保留：时段 20:00、类型 促销；少发：选题 绘本；再试试：标题写法 带数字；还说不准 6 项",
        "- 建议改 2 个权重，等编辑采纳；2 件要做的事",
        "- 上次的建议说对 2 条，说错 1 条，还说不准 4 条",
    ]
    happened = part(text, "发生了什么")
    for line in (
        "3 个群，20 条内容，排了 60 次：已发 54 次、未发 4 次、取消 2 次。",
        "| 按暗号的订单 | 119 单 | 45 | 9 | 1–3 单 |",
        "| 促销 | 15 | 13 | 74 | 46 |",
        "| 中秋 | 激活 | 说话人数 ÷ 群人数 | 15,540 | 1,321 | 8.5%（7.1%–10.1%） |",
        "| 柳塘鲜友一群 | 到店 | 3.2（2.6–3.9） 人次/天 | 1.18 倍（0.92–1.51） | 28 |",
        "| 中秋 | 30 | 66 | 2,574 | 600 | 774 | 129%（71%–198%） | 9.09 |",
    ):
        assert line in happened.splitlines(), line


def test_best_and_worst_posts_are_ranked_by_how_far_and_how_sure(tmp_path: Path) -> None:
    posts = make_posts(8).assign(value=None, low=None, high=None)
    posts = schema.check(posts, schema.POST_REVIEWS)
    # a lucky single post has the largest value and a wide interval; p0001 is surely better
    for place, (value, low, high) in enumerate(
        [(3.0, 0.8, 9.0), (1.6, 1.3, 2.0), (0.3, 0.05, 1.4), (0.7, 0.5, 0.9)]
    ):
        posts.loc[place, ["value", "low", "high", "title"]] = [value, low, high, f"第{place}条"]
    text = markdown(write_review(make_review(posts=posts), tmp_path / "a.md", groups=make_groups()))
    best = text.split("### 高于平常的几次")[1].split("### ")[0]
    worst = text.split("### 低于平常的几次")[1].split("*")[0]
    assert re.findall(r"第(\d)条", best) == ["1", "0"] and re.findall(r"第(\d)条", worst) == ["3", "2"]
    assert "（1 次的区间整个在平常之外）" in best
    assert "| 8月27日 20:00 | 订单 1／1.8 | 1.60 倍（1.30–2.00） |" in best


def test_every_effect_has_its_figure_interval_outcome_and_count(whole: dict[str, Path]) -> None:
    why = part(markdown(whole[".md"]), "为什么")
    lines = [line for line in why.splitlines() if line.startswith("- **")]
    assert lines[0] == (
        "- **● 保留** 晚上八点发的，订单比别的时段多，留着。"
        "（时段：20:00 · 按暗号的订单是其余的 1.52 倍（1.25–1.85） · 24 次发布）"
    )
    marks = [re.findall(r"\*\*(.*?)\*\*", line)[0] for line in lines]
    assert marks[:4] == ["● 保留", "● 保留", "▼ 少发", "◇ 再试试"] and marks[4:10] == ["○ 还说不准"] * 6
    for line in lines[:10]:
        assert re.search(r"按暗号的订单是其余的 [\d.]+ 倍（[\d.]+–[\d.]+） · \d+ 次发布", line), line
    # a group by its name, a sentence of our own where the review has none, and how many posts are still needed
    assert "群：望湖故事群" in lines[4] and "大约还要 20 次才说得准" in lines[4]
    assert "类型「话题」" in lines[6] and "还要" not in lines[8]


def test_a_sentence_with_its_figure_is_not_told_twice(tmp_path: Path) -> None:
    said = "促销：按暗号的订单是平常的 1.31 倍（1.11 到 1.55），发了 24 次，可以保留。"
    effects = make_effects().iloc[1:2].assign(sentence=said)
    why = part(markdown(write_review(make_review(verdicts=effects), tmp_path / "a.md")), "为什么")
    assert f"- **● 保留** 类型 {said}" in why.splitlines()


def test_problems_stand_beside_the_post_before_them_without_blame(whole: dict[str, Path]) -> None:
    why = part(markdown(whole[".md"]), "为什么")
    assert (
        "- **! 退群** 9月3日 周四 21:00，柳塘鲜友一群：6 人，平时一天约 1.2 人。之前发的是「减法礼盒到货，今晚开团」，"
        "隔了 1 小时（一天里发了两次促销 · 促销隔一天再发）"
    ) in why
    assert "不等于就是这次发布引起的" in why


def test_weights_are_proposals_and_tests_that_go_on_stand_under_next(whole: dict[str, Path]) -> None:
    text = markdown(whole[".md"])
    after = part(text, "下一步")
    assert "- **□ 第 1 件** 周三前把绘本的两条改成共读活动（阿苇）" in after
    assert "| 类型：促销 | 1.00 → 1.30 | 1.11–1.55 | 24 | 按暗号的订单 | 促销的订单多于平常。 |" in after
    assert "编辑采纳哪一条，哪一条才生效" in after
    assert "标题写法「带数字」：要是真有这么好，大约再发 12 次能看清" in after
    assert "共读时间 晚" in after and "礼盒标题" not in after
    assert "礼盒标题 乙" in part(text, "为什么") and "共读时间" not in part(text, "为什么")


def test_last_weeks_advice_is_held_to_account(whole: dict[str, Path]) -> None:
    trust = part(markdown(whole[".md"]), "说得准吗")
    assert "| 热词 | 4 | 2 | 1 | 1 | 66.7%（20.8%–93.9%） | 21% |" in trust
    assert "| 时段 | 3 | 0 | 0 | 3 | — | — |" in trust
    assert "上次说的热词（说对 2 个、说错 1 个、还说不准 1 个）" in trust
    assert "- **✕ 说错** 露营：后来 2 篇，没有多起来。（当时说上升 · 后来 2 篇，平常一期 2.5 篇）" in trust
    assert "| 之后 | 188 | 57%（53.1%–61%） | 52% | 给 |" in trust


def test_what_was_not_measured_is_said_once(tmp_path: Path) -> None:
    for review, named in (
        (make_review(), "按链接的点击、账号报的阅读、什么时候发、标题测试"),
        (
            make_review(**NOTHING),
            "按链接的点击、账号报的阅读、漏斗、到店和复购、投入产出、什么时候发、标题测试",
        ),
    ):
        text = markdown(write_review(review, tmp_path / "a.md"))
        assert text.count(f"这次没有量到、所以没有写的：{named}。") == 1
        assert text.count("账号报的阅读") == 2  # the order of outcomes names it too
    assert "### 漏斗" not in text and "### 投入产出" not in text


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_review_says_what_to_do(tmp_path: Path, suffix: str) -> None:
    path = write_review(Review.empty(), tmp_path / f"a{suffix}")
    if suffix == ".xlsx":
        assert list(sheets(path)) == ["复盘"]
        text = "\n".join(str(row[1]) for row in sheets(path)["复盘"])
    else:
        text = path.read_text("utf-8")
    for said in (
        "还没写这次复盘要回答什么。",
        "这段时间没有发布。",
        "还没有量到结果，说不了为什么。",
        "还没有写下一步。",
        "上次的建议还没有对账。",
    ):
        assert text.count(said) == 1
    if suffix == ".html":
        page = Page(path)
        assert "svg" not in page.tags and "table" not in page.tags


def test_a_review_without_outcome_tells_what_was_sent_and_no_more(tmp_path: Path) -> None:
    posts = make_posts(outcome="").assign(replied=None)
    review = make_review(posts=schema.check(posts, schema.POST_REVIEWS), outcome="", **NOTHING)
    text = markdown(write_review(review, tmp_path / "a.md"))
    assert text.splitlines()[2].endswith("没有能判断好坏的结果")
    assert "没有量到一种结果，只能说发了什么，说不了好坏。" in part(text, "发生了什么")
    assert "| 促销 | 15 | 13 | 74 |" in text.splitlines()
    assert "还没有量到结果，说不了为什么。" in part(text, "为什么")
    assert "倍（" not in text and "nan" not in text.lower() and "<NA>" not in text


def test_nothing_but_uncertainty_is_told_calmly(tmp_path: Path) -> None:
    unsure = make_effects().assign(verdict="unsure")
    text = markdown(write_review(make_review(verdicts=unsure), tmp_path / "a.md"))
    assert "- 还没有能下结论的；还说不准 10 项" in text.splitlines()
    assert "（这很平常：发得还不够多，先照旧做）" in part(text, "为什么")
    assert "！" not in text


def test_of_900_posts_the_page_shows_few_and_the_workbook_all(tmp_path: Path) -> None:
    review = make_review(posts=make_posts(900))
    page = Page(write_review(review, tmp_path / "a.html", **whole_review()))
    assert len(re.findall(r"第 \d+ 期", page.text)) == 10
    # every third dot, twice: for a wide page and for a phone
    drawn = sum(tag == "path" for tag in page.tags)
    assert 2 * 233 <= drawn < 700
    assert "每 3 次画一次，共 699 次" in page.text
    found = sheets(write_review(review, tmp_path / "a.xlsx", **whole_review()))
    assert len(found["发布复盘"]) == 901


def test_long_lists_fold_and_say_how_much_more_there_is(tmp_path: Path) -> None:
    effects = pd.concat([make_effects().assign(verdict="unsure")] * 5, ignore_index=True)
    page = Page(write_review(make_review(verdicts=effects), tmp_path / "a.html"))
    assert page.tags.count("details") == 1
    assert "其余 24 项" in page.text and "另有 22 项，在 .xlsx 的复盘里。" in page.text
    assert "另有 34 项没有画" in page.text
    found = sheets(write_review(make_review(verdicts=effects), tmp_path / "a.xlsx"))
    assert len(found["效果"]) == 51


def test_outcomes_are_never_added_up_nor_compared_unsaid(tmp_path: Path) -> None:
    posts = make_posts()
    talks = posts["kind"] == "discussion"
    posts.loc[talks & posts["replied"].notna(), ["outcome", "result"]] = ["replied", 50]
    effects = make_effects()
    effects.loc[effects["name"] == "discussion", "outcome"] = "replied"
    more = {"posts": schema.check(posts, schema.POST_REVIEWS), "verdicts": effects}
    page = Page(write_review(make_review(**more), tmp_path / "a.html"))
    assert "判断好坏看的是：按暗号的订单、按关键词的回复" in page.text
    assert "1 项看的是别的结果，没有画" in page.text
    text = markdown(write_review(make_review(**more), tmp_path / "a.md"))
    # orders of talks, not their 50 replies each
    assert "| 话题 | 15 | 14 | 44.4 | 31 |" in text.splitlines()
    assert re.search(r"\| 回复 50／[\d.]+ \|", text) and re.search(r"\| 订单 \d+／[\d.]+ \|", text)


def test_effects_of_the_fields_stand_in_where_there_are_no_verdicts(tmp_path: Path) -> None:
    review = make_review(verdicts=schema.EFFECTS.empty())
    text = markdown(write_review(review, tmp_path / "a.md"))
    assert "- 保留：类型 促销；还说不准 3 项" in text.splitlines()


def test_titles_come_from_the_items_where_posts_have_none(tmp_path: Path) -> None:
    posts = make_posts(12).assign(title="")
    items = schema.check(pd.DataFrame({"item_id": ["i0"], "title": ["早市的第一笼包子"]}), schema.ITEMS)
    found = sheets(write_review(make_review(posts=posts), tmp_path / "a.xlsx", items=items))["发布复盘"]
    place = found[0].index("标题")
    assert [row[place] for row in found[1:5]] == ["早市的第一笼包子"] * 3 + ["i1"]


def test_the_page_needs_nothing_from_outside(whole: dict[str, Path]) -> None:
    path = whole[".html"]
    page = Page(path)
    assert set(page.tags) <= HTML_TAGS
    assert re.findall(r"<h2>(.*?)</h2>", path.read_text("utf-8")) == SECTIONS
    assert {link for link in page.links() if not link.startswith("#")} == set()
    assert not [a for a in page.attributes if a[1].startswith("on") or a[1] in {"src", "srcdoc", "action"}]
    policy = next(value for _, name, value in page.attributes if name == "content" and "default-src" in value)
    assert policy.startswith("default-src 'none'") and "script" not in page.tags
    assert "://" not in path.read_text("utf-8")
    # each chart twice: for a wide page and for a phone
    assert page.tags.count("svg") == 8
    for title in (
        "计划里看得重的，结果也多一些（排序一致程度 0.52，区间 0.25 到 0.72）",
        "中秋：拉新 4.9%、激活 8.5%、成交 1.4%",
        "保留 2 项、少发 1 项、再试试 1 项，6 项还说不准",
        "柳塘鲜友一群：2 个时段好于平常，周六 20:00 最好",
    ):
        assert page.text.count(title) >= 1, title


def test_the_workbook_has_every_table_with_typed_cells(whole: dict[str, Path]) -> None:
    path = whole[".xlsx"]
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [
        *("复盘", "发布复盘", "效果", "漏斗", "到店和复购", "投入产出", "问题"),
        *("下周权重建议", "时段价值", "测试结论", "建议对账", "热词对账", "标题预测的本事"),
    ]
    found = sheets(path)
    for sheet in book:
        assert sheet.freeze_panes in {"A2", "B2"} and sheet.page_setup.orientation == "landscape"
        # no caption is a column's English name
        assert all(re.search("[\u4e00-\u9fff]", str(cell)) for cell in found[sheet.title][0]), sheet.title
        assert not [
            cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f" or cell.hyperlink
        ]
    funnel = book["漏斗"]
    share = funnel.cell(2, found["漏斗"][0].index("比例") + 1)
    assert share.value == 0.0486 and share.number_format == "0.0%"
    row = dict(zip(found["效果"][0], found["效果"][1], strict=True))
    assert row["看哪一面"] == "时段" and row["按什么看"] == "按暗号的订单" and row["结论"] == "保留"
    names = [dict(zip(found["效果"][0], row, strict=True))["名称"] for row in found["效果"][1:]]
    assert names[1] == "促销" and names[4] == "望湖故事群" and names[8] == "周三"
    times = [dict(zip(found["时段价值"][0], row, strict=True)) for row in found["时段价值"][1:]]
    assert times[0]["群名"] == "柳塘鲜友一群" and times[0]["星期"] == "周一" and len(times) == 42
    posts = [dict(zip(found["发布复盘"][0], row, strict=True)) for row in found["发布复盘"][1:]]
    assert posts[0]["群名"] == "柳塘鲜友一群" and posts[0]["类型"] == "促销" and posts[0]["状态"] == "已发"
    # nobody measured clicks: no column of blanks
    assert "点击数" not in posts[0] and "回复数" in posts[0]
    said = found["复盘"]
    assert said[0] == ("部分", "说了什么") and ("说明", "3 行结果没有对上发布，没有算。") in said


def nasty(text: str) -> tuple[Review, dict[str, Any]]:
    frames = {
        "posts": hostile(make_posts(), text, "post_id", "status", "outcome"),
        "verdicts": hostile(make_effects(), text, "facet", "verdict", "outcome"),
        "funnel": hostile(make_funnel(), text, "group_id", "stage"),
        "visits": hostile(make_visits(), text, "measure"),
        "returns": hostile(make_returns(), text),
        "problems": hostile(make_problems(), text, "incident", "found_by"),
        "weights": hostile(make_weights(), text, "facet", "outcome"),
    }
    more = {
        "tests": hostile(make_tests(), text, "outcome"),
        "skills": hostile(make_skills(), text, "when"),
        "calls": hostile(make_calls(), text, "called", "outcome_of_call"),
        "record": hostile(make_record(), text, "advice_kind"),
        "times": hostile(make_times(), text, "outcome"),
        "groups": hostile(make_groups(), text, "group_id"),
        "title": text,
        "purpose": text,
        "why": text,
        "next_steps": [text, text],
    }
    return make_review(**frames, notes=(text, text)), more


@pytest.mark.parametrize(
    "text", [*NASTY, "长" * 5_000, "<img src=x onerror=alert(1)>" * 200, "@SUM(A1)", "+1+1"]
)
def test_hostile_text_is_text_in_all_three(tmp_path: Path, text: str) -> None:
    review, more = nasty(text)
    path = write_review(review, tmp_path / "a.html", **more)
    page = Page(path)
    assert set(page.tags) <= HTML_TAGS and page.tags.count("style") == 1 and page.tags.count("h2") == 6
    assert not [a for a in page.attributes if a[1].startswith("on") or a[1] in {"src", "srcdoc", "action"}]
    assert {link for link in page.links() if not link.startswith("#")} == set()
    raw = markdown(write_review(review, tmp_path / "a.md", **more))
    # a reader that lets HTML through, with tables, links and strike-through
    html = str(mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "url", "math"])(raw))
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z][a-zA-Z0-9]*)", html))
    shapes = {"h1", "h2", "h3", "p", "ul", "li", "strong", "em", "blockquote"}
    assert tags <= shapes | {"table", "thead", "tbody", "tr", "th", "td"}, tags
    assert re.findall(r"<h2>(.*?)</h2>", html) == SECTIONS
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", path.read_text("utf-8") + raw)
    for sheet in openpyxl.load_workbook(write_review(review, tmp_path / "a.xlsx", **more)):
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_unknown_words_and_missing_numbers_are_no_accident(tmp_path: Path) -> None:
    blank = {
        "verdicts": make_effects().assign(low=None, high=None, needed=None),
        "weights": make_weights().assign(low=None, high=None),
        "returns": make_returns().assign(roi=None, low=None, high=None, cost=None),
        "funnel": make_funnel().assign(rate=None, low=None, high=None),
        "visits": make_visits().assign(value=None, change=None),
    }
    text = markdown(
        write_review(make_review(**blank), tmp_path / "a.md", times=make_times().assign(low=None, posts=None))
    )
    assert "nan" not in text.lower() and "<NA>" not in text and "None" not in text
    assert "1.52 倍（没有区间）" in text
    page = Page(write_review(make_review(**blank), tmp_path / "a.html", times=make_times().assign(low=None)))
    assert "哪个时段好，还说不准" in page.text and "没有可用的数" in page.text
    assert "nan" not in page.text.lower() and "undefined" not in page.text


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_input_gives_the_same_bytes(whole: dict[str, Path], tmp_path: Path, suffix: str) -> None:
    first = whole[suffix]
    second = write_review(make_review(), tmp_path / f"b{suffix}", **whole_review())
    assert first.read_bytes() == second.read_bytes()


def test_nothing_given_is_changed(tmp_path: Path) -> None:
    review, more = make_review(), whole_review()
    write_review(review, tmp_path / "a.html", **more)
    write_review(review, tmp_path / "a.xlsx", **more)
    fresh, again = make_review(), whole_review()
    for field in dataclasses.fields(Review):
        value = getattr(fresh, field.name)
        if isinstance(value, pd.DataFrame):
            pd.testing.assert_frame_equal(getattr(review, field.name), value)
    for name, value in again.items():
        if isinstance(value, pd.DataFrame):
            pd.testing.assert_frame_equal(more[name], value)


def test_what_cannot_be_written_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ChoiceError, match="要一份复盘"):
        write_review(make_posts(), tmp_path / "a.html")
    with pytest.raises(ChoiceError, match=r"\.html、\.md、\.xlsx"):
        write_review(make_review(), tmp_path / "a.docx")
    with pytest.raises(ChoiceError, match="next_steps 要写成几句话的列表"):
        write_review(make_review(), tmp_path / "a.md", next_steps=3)  # type: ignore[arg-type]
    with pytest.raises(ChoiceError, match="purpose 要写成一段文字"):
        write_review(make_review(), tmp_path / "a.md", purpose=3)  # type: ignore[arg-type]
    with pytest.raises(ColumnError):
        write_review(make_review(), tmp_path / "a.md", times=pd.DataFrame({"x": [1]}))
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(InputError):
        write_review(make_review(), tmp_path / "file" / "a.md")
    assert not list(tmp_path.glob("*.docx"))


def test_one_step_may_be_given_as_a_text(tmp_path: Path) -> None:
    text = markdown(write_review(make_review(), tmp_path / "a.md", next_steps="周三前改好"))
    assert "- **□ 第 1 件** 周三前改好" in text

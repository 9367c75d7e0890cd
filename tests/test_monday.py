"""The Monday page: what it says and in which order, what it says where there is nothing, and that text stays text."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from frames import make_groups, make_headlines, make_rivals, make_topics, make_trends
from test_report import HOSTILE, HTML_TAGS, Page, hostile

from toolkit.export._monday import _unlike, write_monday
from toolkit.schema import (
    ADVICE_RECORD,
    EFFECTS,
    POST_REVIEWS,
    RIVALS,
    TREND_CALLS,
    ColumnError,
    InputError,
    Review,
    check,
)


def make_record() -> pd.DataFrame:
    rows = [
        ("trends", 9, 4, 2, 3, 4 / 6, 0.30, 0.90, 0.12, "热词：9 条里 4 条说对。"),
        ("topics", 3, 0, 0, 3, None, None, None, None, "3 个选题：还说不准 3。有 2 个还没有发过。"),
        ("calendar", 84, None, None, None, None, None, None, None, "排期：84 条里发了 80 条。"),
        ("times", 0, 0, 0, 0, None, None, None, None, "没有时段建议。"),
    ]
    names = [
        "advice_kind",
        "given",
        "right",
        "wrong",
        "unsure",
        "rate",
        "low",
        "high",
        "by_chance",
        "sentence",
    ]
    told = pd.DataFrame(rows, columns=names).assign(sent=[None, None, 80, None], missed=[None, None, 4, None])
    return check(told, ADVICE_RECORD)


def make_calls() -> pd.DataFrame:
    told = [
        *(("桂花拿铁", "new", "hit"), ("大闸蟹", "rising", "hit"), ("露营咖啡", "rising", "miss")),
        *(("减法礼盒", "new", "unsure"), ("老师", "steady", "hit"), ("粽子", "fading", "hit")),
    ]
    rows = [
        {"term": term, "called": called, "documents": 6, "usual": 1.5, "came": 5, "outcome_of_call": outcome}
        for term, called, outcome in told
    ]
    return check(pd.DataFrame(rows), TREND_CALLS)


def make_review(**more: Any) -> Review:
    def effect(facet: str, name: str, verdict: str, sentence: str) -> dict[str, Any]:
        sure = {"value": 1.4, "low": 1.1, "high": 1.8, "p_better": 0.99, "posts": 20, "total": 60}
        told = {"facet": facet, "name": name, "verdict": verdict, "sentence": sentence}
        return {**sure, **told, "outcome": "ordered"}

    verdicts = [
        effect("slot", "20:00", "keep", "20:00 发的，订单是平常的 1.4 倍（1.1–1.8 倍）。"),
        effect("group", "g08", "stop", "g08 的订单是平常的 0.5 倍（0.3–0.8 倍）。"),
        effect("topic", "t9", "try", "绘本可能好一些，再发 5 次看看。"),
        *(effect("topic", f"t{number}", "unsure", "还说不准。") for number in range(14)),
    ]
    post = {"item_id": "i1", "group_id": "g1", "status": "sent", "outcome": "ordered"}
    posts = [
        {**post, "post_id": f"p{n}", "starts_at": "2026-09-15 20:00", "result": None if n % 5 == 0 else n}
        for n in range(20)
    ]
    told = {"outcome": "ordered", "start": dt.date(2026, 9, 14), "end": dt.date(2026, 9, 20), **more}
    return Review(
        check(pd.DataFrame(posts), POST_REVIEWS), verdicts=check(pd.DataFrame(verdicts), EFFECTS), **told
    )


def monday(path: Path, **more: Any) -> Page:
    told: dict[str, Any] = {
        **{"rivals": make_rivals(), "topics": make_topics(), "trends": make_trends()},
        **{"headlines": make_headlines().assign(topic=["t1", "t2"])},
        **{"record": make_record(), "calls": make_calls(), "review": make_review()},
        **{"since": dt.date(2026, 9, 13), "asof": "2026-09-20", "notes": ["示例世界。"]},
    }
    return Page(write_monday(path, **{**told, **more}))


def test_the_page_tells_rivals_topics_and_the_record_in_this_order(tmp_path: Path) -> None:
    text = monday(tmp_path / "a.html").text
    order = [
        "周一早上看一眼 内容截至 2026 年 9月20日 周日",
        "9月13日以来，同行做了什么 2 个来源发了 9 篇；平常同样长的时间约 6 篇。",
        "鲜邻优选社5 篇，平常 3.5 篇石门岭的蟹到了，母蟹先红阅读 1.2万",
        "澜江周末簿4 篇",
        "新出现：桂花拿铁（5 篇）",
        "上升：大闸蟹（7 篇）",
        "没有发：慢烘研究所。",
        "本周三个选题 1. 大闸蟹为什么：「大闸蟹」上升，3 个来源发了 7 篇，前期共 3 篇",
        "角度：算账：一家三口吃一顿要多少钱（同行 3 篇里没人用）",
        "标题：一斤四只还是三只，大闸蟹的账这样算",
        "2. 桂花拿铁 ! 留意为什么：「桂花拿铁」新出现，3 个来源发了 5 篇，前期共 0 篇",
        "标题：还没有能用的，请自己拟一个。",  # the only one is barred
        "上周的建议，对了几条",
        "热词9423说对占 67%（30%–90%），没点名的 12%",
        "选题3003有 2 个还没有发过。",
        "说对：桂花拿铁、大闸蟹、粽子",
        "说错：露营咖啡",
        "还说不准：减法礼盒",
        "排期：排了 84 次，发了 80 次，没发 4 次。",
        "9月14日至9月20日，16 次发布有结果，看的是按暗号的订单。",
        "保留：20:00 发的，订单是平常的 1.4 倍（1.1–1.8 倍）。",
        "少发：g08 的订单是平常的 0.5 倍（0.3–0.8 倍）。",
        "再试试：绘本可能好一些，再发 5 次看看。",
        "14 项还说不准，照原样发，再攒几次。",
        "示例世界。",
    ]
    places = [text.find(part) for part in order]
    assert [part for part, place in zip(order, places, strict=True) if place < 0] == []
    assert places == sorted(places)
    assert "老师" not in text, "of a steady word nobody was told anything"
    assert "排期84" not in text, "that posts went out is no advice that held"
    assert "没有时段建议" not in text and "时段0" not in text, "advice that nobody gave is no row"


def rival(source: str, documents: int, before: float | None) -> dict[str, Any]:
    return {"source": source, "documents": documents, "before": before, "top_titles": []}


def test_sources_that_do_other_than_usual_come_first_and_are_named(tmp_path: Path) -> None:
    rows = [
        *(rival("忙的", 30, 28.0), rival("突然多", 20, 3.0), rival("突然少", 1, 15.0)),
        *(rival("新来的", 2, 0.0), rival("没前情", 9, None), rival("第六", 1, 1.0)),
    ]
    page = monday(tmp_path / "a.html", rivals=check(pd.DataFrame(rows), RIVALS))
    found = re.findall(
        r"(?:忙的|突然多|突然少|新来的|没前情|第六)[^▲▼。]*?篇[^▲▼忙突新没第]*[▲▼]?", page.text
    )
    assert [line[:3] for line in found][:4] == ["突然多", "突然少", "忙的3", "新来的"]
    assert "突然多20 篇，平常 3 篇 ▲ 明显多" in page.text
    assert "突然少1 篇，平常 15 篇 ▼ 明显少" in page.text
    assert page.text.count("明显") == 2
    assert "新来的2 篇，前四周没有发过" in page.text
    assert "没前情9 篇" in page.text
    assert "也发了：第六。" in page.text


def test_ordinary_weeks_of_many_sources_are_seldom_called_unusual() -> None:
    # 400 worlds of twelve sources in which nothing changed; the test on counts is exact, so below its 5%
    rng = np.random.default_rng(9)
    now, then = rng.poisson(6, (400, 12)), rng.poisson(24, (400, 12)) / 4
    called = [
        any(_unlike(int(k), float(usual), 7) < 0.05 / 12 for k, usual in zip(*world, strict=True))
        for world in zip(now, then, strict=True)
    ]
    assert 1 <= sum(called) <= 20


def test_what_is_missing_is_said_once(tmp_path: Path) -> None:
    text = Page(write_monday(tmp_path / "a.html", rivals=None, topics=None)).text
    said = [
        *("内容没有日期", "同行这周做了什么 没有同行的内容可以说。", "本周三个选题 没有选题。"),
        *("还没有上一次的建议可以对账。", "还没有能算的效果数据。"),
    ]
    assert [line for line in said if text.count(line) != 1] == []
    unmeasured = monday(tmp_path / "b.html", review=Review.empty(), record=None, calls=None)
    assert "还没有上一次的建议可以对账。" in unmeasured.text and "没有结果可看。" in unmeasured.text
    unsent = make_record().query("advice_kind == 'calendar'").assign(sent=0, missed=0)
    page = monday(tmp_path / "d.html", record=unsent, calls=None)
    assert "还没有上一次的建议可以对账。" in page.text and "说对" not in page.text.replace("说对几条", "")
    assert "排期：排了 84 次，发了 0 次，没有标发没发 84 次。" in page.text
    calm = make_review()
    object.__setattr__(calm, "verdicts", calm.verdicts[calm.verdicts["verdict"] == "unsure"])
    page = monday(tmp_path / "c.html", review=calm)
    assert "没有哪一项明显好或明显差，不用改。14 项还说不准，照原样发，再攒几次。" in page.text


def test_much_of_everything_is_cut_and_counted(tmp_path: Path) -> None:
    rivals = check(pd.DataFrame([rival(f"来源{k:02d}", 20 - k, 1.0) for k in range(20)]), RIVALS)
    trends = pd.concat([make_trends()] * 20, ignore_index=True)
    trends["term"] = [f"词{number:02d}" for number in range(60)]
    calls = pd.concat([make_calls()] * 10, ignore_index=True)
    calls["term"] = [f"叫{number:02d}" for number in range(60)]
    review = make_review()
    object.__setattr__(review, "verdicts", pd.concat([review.verdicts] * 3, ignore_index=True))
    told = {"rivals": rivals, "trends": trends, "calls": calls, "review": review}
    text = monday(tmp_path / "a.html", notes=[f"说明{k}" for k in range(9)], **told).text
    for line in (
        "等 15 个来源。",
        "等 20 个词",
        "等 30 个词",
        "另有 5 项写在复盘里；42 项还说不准",
        "另有 6 条说明。",
    ):
        assert line in text, line
    assert "词59" not in text and "说明3" not in text
    long = make_topics().assign(label="长" * 5000, angle="长" * 5000)
    assert len(monday(tmp_path / "b.html", topics=long, notes=["长" * 5000]).text) < 2000


def test_each_verdict_has_its_surest_row_before_any_has_two(tmp_path: Path) -> None:
    review = make_review()
    keep = review.verdicts.head(1)
    more = pd.concat([keep.assign(sentence=f"保留的第 {n} 项") for n in range(5)] + [review.verdicts[1:]])
    object.__setattr__(review, "verdicts", more.reset_index(drop=True))
    text = monday(tmp_path / "a.html", review=review).text
    said = re.findall(r"(?:保留|少发|再试试)：\S+", text)
    assert said == [
        *("保留：保留的第", "保留：保留的第", "少发：g08", "再试试：绘本可能好一些，再发"),
    ]
    assert "保留：保留的第 0 项" in text and "保留：保留的第 1 项" in text and "另有 3 项写在复盘里" in text


def test_groups_in_verdicts_are_called_by_their_names(tmp_path: Path) -> None:
    review = make_review()
    verdicts = review.verdicts.assign(sentence=["「g1」不错。", "「g1」不好。", "「g1」试试。", *["x"] * 14])
    object.__setattr__(review, "verdicts", verdicts.assign(name="g1"))
    name = make_groups().set_index("group_id")["name"]["g1"]
    text = monday(tmp_path / "a.html", review=review, groups=make_groups()).text
    assert f"少发：「{name}」不好。" in text and "保留：「g1」不错。" in text, (
        "only a group's row names a group"
    )


def test_topics_in_verdicts_are_called_by_their_labels(tmp_path: Path) -> None:
    review = make_review()
    verdicts = review.verdicts.assign(facet="topic", name="t1")
    object.__setattr__(review, "verdicts", verdicts.assign(sentence="「t1」不错，比「t2」好。"))
    label = make_topics().set_index("topic_id")["label"]["t1"]
    text = monday(tmp_path / "a.html", review=review).text
    assert f"保留：「{label}」不错，比「t2」好。" in text and "「t1」" not in text


def test_results_that_cannot_be_compared_yet_are_told_with_the_reason(tmp_path: Path) -> None:
    reasons = (
        "排了 20 次，发出 20 次。",
        "有 1 次结果没有用。",
        "按暗号的订单量到了 16 次，还比不了：不到 20 次。",
    )
    review = make_review(outcome="", notes=reasons)
    posts = review.posts.assign(result=pd.NA, ordered=[n or None for n in range(20)], clicked=2)
    object.__setattr__(review, "posts", check(posts, POST_REVIEWS))
    text = monday(tmp_path / "a.html", review=review).text
    assert (
        "9月14日至9月20日，20 次发布有结果：按暗号的订单 190、按链接的点击 40。"
        "有 1 次结果没有用。按暗号的订单量到了 16 次，还比不了：不到 20 次。"
    ) in text
    assert "还没有能算的效果数据" not in text and "排了 20 次" not in text


def test_why_there_is_no_result_is_told(tmp_path: Path) -> None:
    review = make_review(outcome="")
    object.__setattr__(review, "posts", review.posts.assign(result=pd.array([pd.NA] * 20, dtype="Int64")))
    text = monday(tmp_path / "a.html", review=review).text
    assert "9月14日至9月20日，排了 20 次，还没有一次量到结果。看看效果数据是不是这几天的" in text
    assert "这几天没有排过发布，没有结果可看。" in monday(tmp_path / "b.html", review=Review.empty()).text


def test_a_word_called_in_several_weeks_is_named_once(tmp_path: Path) -> None:
    calls = pd.concat([make_calls()] * 3, ignore_index=True)
    assert "说对：桂花拿铁、大闸蟹、粽子说错：露营咖啡" in monday(tmp_path / "a.html", calls=calls).text


def test_a_week_without_calls_of_change_says_so(tmp_path: Path) -> None:
    text = monday(tmp_path / "a.html", calls=make_calls().assign(called="steady"), record=None).text
    assert "上次没有说哪个词会升或会降。" in text and "还没有上一次的建议" not in text


@pytest.mark.parametrize("text", [*HOSTILE, "=HYPERLINK(1)", "长" * 5000])
def test_hostile_text_is_never_markup(tmp_path: Path, text: str) -> None:
    rivals = make_rivals().assign(source=text, channel=text, before=[0.1, None, 2.0])
    rivals["top_titles"] = [[{"title": text, "url": text, "reads": 1, "published_at": None}]] * 3
    review = make_review()
    object.__setattr__(review, "verdicts", hostile(review.verdicts, text, "verdict"))
    path = tmp_path / "a.html"
    page = monday(
        path,
        title=text,
        rivals=rivals,
        trends=hostile(make_trends(), text, "status", "evidence"),
        topics=hostile(make_topics(), text, "topic_id").assign(gate="warn"),
        headlines=make_headlines().assign(topic=["t1", "t2"], headline=text),
        record=hostile(make_record(), text, "advice_kind"),
        calls=hostile(make_calls(), text, "called", "outcome_of_call"),
        review=review,
        notes=[text],
    )
    assert set(page.tags) <= HTML_TAGS
    assert not [a for a in page.attributes if a[1].startswith("on") or a[1] in {"src", "srcdoc", "action"}]
    assert page.links() == []
    assert page.tags.count("html") == 1 and page.tags.count("style") == 1
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", path.read_text("utf-8"))


def test_the_page_needs_nothing_from_outside_and_is_the_same_each_time(tmp_path: Path) -> None:
    first, second = tmp_path / "a.html", tmp_path / "b.html"
    page = monday(first)
    monday(second)
    assert first.read_bytes() == second.read_bytes()
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    assert ("meta", "content", policy) in page.attributes
    raw = first.read_text("utf-8")
    assert set(re.findall(r"https?://[^/\"'\s]+", raw)) == {"https://example.com"}
    assert "url(" not in raw and "@import" not in raw and "script" not in page.tags


def test_frames_without_their_columns_and_places_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ColumnError, match="本期篇数"):
        monday(tmp_path / "a.html", rivals=pd.DataFrame({"source": ["a"]}))
    (tmp_path / "b.html").mkdir()
    with pytest.raises(InputError, match="写不进去"):
        monday(tmp_path / "b.html")

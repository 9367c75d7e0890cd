"""The desk without a browser: set a value, click, read the result."""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import ipywidgets as ipw
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import toolkit as tk
from toolkit.headlines import Skill
from toolkit.schema import HEADLINES, StoreError
from toolkit.widgets import HeadlineDesk, MessageDesk
from toolkit.widgets._view import Panel

GOOD, BAD = "三步挑出黄满的大闸蟹，周末上桌不踩坑", "国家级品质面膜今晚开抢"
Node = dict[str, Any]


def nodes(view: Panel | list[Any] | Node | str) -> Iterator[Node]:
    """Every element that a panel shows, the outer before the inner."""
    if isinstance(view, Panel):
        view = view.content
    if isinstance(view, dict):
        yield view
        view = view.get("children", [])
    if not isinstance(view, str):
        for child in view:
            yield from nodes(child)


def words(view: Panel | list[Any] | Node | str) -> str:
    """What a panel says."""
    if isinstance(view, Panel):
        view = view.content
    if isinstance(view, str):
        return view
    return "".join(words(child) for child in (view.get("children", []) if isinstance(view, dict) else view))


def buttons(panel: Panel, event: str = "") -> dict[str, Node]:
    """The buttons of a panel that can be clicked, by what stands on them."""
    found = [one for one in nodes(panel) if one["tag"] == "button" and not one.get("disabled")]
    return {words(one): one for one in found if event in ("", one.get("event"))}


def press(panel: Panel, text: str) -> None:
    """Click the button with this text."""
    pressed = buttons(panel)[text]
    panel.hear({"event": pressed["event"], "value": pressed.get("value")})


GROUPS = pd.DataFrame(
    {"group_id": ["g1"], "name": ["小区妈妈群"], "segment": ["亲子妈妈"], "theme": ["亲子"], "members": [120]}
)


def found(desk: HeadlineDesk) -> list[str]:
    """The lines told of findings."""
    told = desk.told
    start = next(n for n, line in enumerate(told) if line.startswith("列表里看到")) + 1
    return [line for line in told[start:] if not line.startswith("建议：")]


def test_typing_shows_what_the_verbs_say() -> None:
    desk = HeadlineDesk()
    for text in (GOOD, BAD):
        desk.title.value = text
        scored = tk.score_headlines([text]).iloc[0]
        assert desk.told[1] == f"写法分 {scored['craft']:.0f}（写法检查，不是预测）"
        assert desk.told[0] == {"pass": "合规：通过 ✓", "block": "合规：不可用 ✕"}[scored["gate"]]
        bars = [one for one in nodes(desk.readout) if one.get("css") == "wn-bar"]
        points = [words(bar["children"][-1]).split(" / ") for bar in bars]
        assert sum(float(got) for got, _ in points) == scored["craft"]
        assert sum(float(most) for _, most in points) == 100
        fills = [one["bar"] for bar in bars for one in nodes(bar) if one.get("css") == "wn-bar-fill"]
        assert fills == [pytest.approx(float(got) / float(most)) for got, most in points]
        advice = tk.advise_headline(text).head(5)["advice"].tolist()
        told = [line.removeprefix("建议：") for line in desk.told if line.startswith("建议：")]
        assert [line.split("（照做约")[0] for line in told] == advice
        assert scored["visible"] in words(desk.readout)
        assert all(line.strip() in words(desk.readout) for line in desk.told[4:] if "建议" not in line)
    assert found(desk)[0].startswith("不可用：「国家级")
    assert found(desk)[1].startswith("　依据：广告法第九条")


def test_offending_words_are_marked_with_the_clause() -> None:
    desk = HeadlineDesk()
    desk.title.value = "🎉" + BAD
    [mark] = desk.title.marks
    # places count code points: an emoji is one
    assert (mark["start"], mark["end"], mark["severity"]) == (1, 4, "block")
    assert "广告法第九条" in mark["tip"] and "改法：" in mark["tip"]
    desk.title.value = GOOD
    assert desk.title.marks == []


def test_platform_and_purpose_are_used() -> None:
    desk = HeadlineDesk()
    desk.title.value = BAD
    desk.purpose.value = "editorial"
    assert desk.told[0] == "合规：通过 ✓"
    desk.title.value = GOOD
    desk.platform.value = "xiaohongshu"
    scored = tk.score_headlines([GOOD], platform="xiaohongshu", purpose="editorial").iloc[0]
    assert desk.told[1].startswith(f"写法分 {scored['craft']:.0f}（")


def test_candidates_are_kept_dropped_and_saved() -> None:
    saved: list[list[str]] = []
    desk = HeadlineDesk([GOOD], save=lambda frame: saved.append(frame["headline"].tolist()))
    desk.title.value = "  秋天第一锅粥怎么煮？ "
    desk.keep_button.click()
    desk.keep_button.click()
    assert words(desk.said) == "1 条已经在备选里。"
    assert desk.result["headline"].tolist() == [GOOD, "秋天第一锅粥怎么煮？"]
    desk.table.selected = desk.table.rows[0]["key"]
    desk.drop_button.click()
    assert desk.table.selected == desk.table.rows[0]["key"]
    assert desk.result["headline"].tolist() == ["秋天第一锅粥怎么煮？"]
    assert saved == [[GOOD, "秋天第一锅粥怎么煮？"], ["秋天第一锅粥怎么煮？"]]
    assert repr(desk) == "HeadlineDesk（1 个备选）"
    desk.drop_button.click()
    desk.drop_button.click()
    assert (words(desk.said), desk.table.selected, len(desk.result)) == ("先在备选里点一条。", "", 0)


def test_the_result_keeps_the_contract_even_when_empty() -> None:
    empty = HeadlineDesk().result
    assert empty.empty
    assert set(HEADLINES.names) <= set(empty.columns)
    frame = tk.score_headlines([GOOD, BAD])
    assert HeadlineDesk(frame).result["headline"].tolist() == [GOOD, BAD]


def test_the_verbs_are_arguments() -> None:
    asked: list[Any] = []

    def score(texts: list[str], **how: Any) -> pd.DataFrame:
        asked.append((texts, how.get("platform"), how.get("purpose"), how.get("audience", "none given")))
        return tk.score_headlines(texts, **how)

    desk = HeadlineDesk(score=score, platform="toutiao")
    desk.title.value = GOOD
    assert asked[-1] == ([GOOD], "toutiao", "promotion", "none given")


def test_the_first_key_waits_for_no_table() -> None:
    asked: list[str] = []

    def findings(text: str, **how: Any) -> pd.DataFrame:
        asked.append(text)
        return tk.check_copy(text, **how)

    HeadlineDesk(findings=findings)
    assert any(text for text in asked)


def test_a_key_press_changes_two_traits_and_no_more() -> None:
    desk = HeadlineDesk([GOOD], groups=GROUPS, trends=["大闸蟹"])
    desk.title.value = "国家"
    changes: list[tuple[str, str]] = []
    shown: list[ipw.Widget] = [desk]
    while shown:
        widget = shown.pop()
        shown += getattr(widget, "children", ())
        widget.observe(lambda change: changes.append((type(change["owner"]).__name__, change["name"])))
    desk.title.value = "国家级"
    assert [one for one in changes if one != ("Editor", "value")] == [
        ("Editor", "marks"),
        ("Panel", "content"),
    ]


def test_hostile_titles_stay_text() -> None:
    desk = HeadlineDesk()
    hostile = "<img src=x onerror=alert(1)><script>alert(1)</script>\u202e"
    desk.title.value = hostile
    desk.keep_button.click()
    shown: list[ipw.Widget] = [desk]
    while shown:
        widget = shown.pop()
        assert not isinstance(widget, (ipw.HTML, ipw.HTMLMath, ipw.Output))
        shown += getattr(widget, "children", ())
    assert desk.result["headline"].tolist() == [hostile]
    assert "\u202e" not in words(desk.readout)


# ---- pasting, comparing, noting


def test_pasted_lines_become_candidates_and_are_counted() -> None:
    saved: list[int] = []
    desk = HeadlineDesk([GOOD], save=lambda frame: saved.append(len(frame)))
    desk.title.hear(
        {"event": "lines", "value": ["秋天第一锅粥怎么煮？", GOOD, " ", "秋天第一锅粥怎么煮？", BAD]}
    )
    assert words(desk.said) == "收进 2 条备选。2 条已经在备选里。"
    assert desk.result["headline"].tolist() == [GOOD, "秋天第一锅粥怎么煮？", BAD]
    assert saved == [3]
    desk.title.hear({"event": "lines", "value": [f"第 {n} 句标题" for n in range(230)]})
    assert words(desk.said) == "收进 200 条备选。一次最多收 200 条，后面 30 条没有收。"
    assert len(desk.result) == 203


def test_enter_keeps_and_a_blank_title_is_not_kept() -> None:
    desk = HeadlineDesk()
    desk.title.hear({"event": "enter", "value": ""})
    assert (words(desk.said), len(desk.result)) == ("先写一个标题。", 0)
    # the last keys may arrive after the Enter that followed them
    desk.title.value = GOOD[:-1]
    desk.title.hear({"event": "enter", "value": GOOD})
    assert desk.result["headline"].tolist() == [GOOD]


def test_stars_and_notes() -> None:
    desk = HeadlineDesk([GOOD, BAD])
    first, second = (row["key"] for row in desk.table.rows)
    desk.table.hear({"event": "star", "key": second, "value": True})
    desk.table.hear({"event": "note", "key": first, "value": "给妈妈群"})
    desk.table.hear({"event": "star", "key": "gone", "value": True})
    assert desk.starred == [BAD]
    assert [(row["star"], row["note"]) for row in desk.table.rows] == [(False, "给妈妈群"), (True, "")]
    assert [row["gate:order"] for row in desk.table.rows] == [0, 2]
    desk.table.hear({"event": "remove", "key": second})
    assert desk.result["headline"].tolist() == [GOOD]


def test_two_candidates_are_compared() -> None:
    desk = HeadlineDesk([GOOD, BAD, "秋天第一锅粥怎么煮？"], model=Learned(shown=True))
    keys = [row["key"] for row in desk.table.rows]
    desk.table.chosen = [keys[0]]
    assert words(desk.compared) == "再勾一条，就并排比较。"
    desk.table.chosen = [keys[1], keys[0]]
    said = [words(row) for row in nodes(desk.compared) if row["tag"] == "tr"]
    scored = tk.score_headlines([GOOD, BAD])
    assert said[0] == GOOD + BAD
    assert said[1] == "合规通过 ✓不可用 ✕"
    assert said[2] == "写法分" + "".join(f"{craft:.0f}" for craft in scored["craft"])
    better = [
        words(one) for one in nodes(desk.compared) if one.get("css") == "wn-strong" and one["tag"] == "td"
    ]
    assert better[0] == f"{scored['craft'].max():.0f}"
    assert words(desk.compared).endswith(
        "第一条胜过第二条的机会 80%（95% 区间 45%–95%），区间跨过一半，分不出高下。"
    )
    desk.table.chosen = keys
    assert words(desk.compared) == "一次比两条，多勾的先去掉。"
    desk.table.chosen = [keys[1], keys[2]]
    desk.table.hear({"event": "remove", "key": keys[2]})
    assert desk.table.chosen == [keys[1]]


def test_a_candidate_is_taken_up_again() -> None:
    desk = HeadlineDesk([GOOD])
    desk.title.value = BAD
    desk.table.hear({"event": "open", "key": desk.table.rows[0]["key"]})
    assert desk.title.value == GOOD
    desk.undo_button.click()
    assert desk.title.value == BAD


# ---- changes with one click


def test_only_changes_of_the_verbs_are_offered_and_undone() -> None:
    text = "震惊！全网最低价的大闸蟹，三步教你挑"
    desk = HeadlineDesk()
    desk.title.value = text
    assert "改成这句" not in buttons(desk.readout)
    desk.title.hear({"event": "rest", "value": text})
    better = tk.rewrite_headline(text, top=4)
    offered = [one["value"] for one in nodes(desk.readout) if one.get("event") == "apply"]
    assert offered == better["headline"].tolist()
    for craft in better["craft"]:
        assert f"{craft:.0f} 分" in words(desk.readout)
    desk.readout.hear({"event": "apply", "value": offered[0]})
    assert (desk.title.value, desk.title.caret) == (offered[0], len(offered[0]))
    assert desk.told[0] == "合规：通过 ✓"
    desk.title.value += "吗"
    desk.undo_button.click()
    assert (desk.title.value, desk.undo_button.disabled) == (text, True)
    desk.undo_button.click()
    assert desk.title.value == text


def test_changes_of_an_older_text_cannot_be_clicked() -> None:
    desk = HeadlineDesk()
    desk.title.value = BAD
    press(desk.readout, "看看改法")
    assert "改成这句" in buttons(desk.readout)
    desk.title.value = BAD + "了"
    assert "改成这句" not in buttons(desk.readout)
    assert "改成这句" in words(desk.readout)


def test_the_words_of_a_rule_are_offered_in_their_place() -> None:
    text = "99%的人不知道的挑蟹办法"
    rules = pd.DataFrame(
        {"pattern": ["挑蟹"], "severity": ["warn"], "suggestion": ["改成“选蟹”"], "examples": ["挑蟹办法"]}
    )
    desk = HeadlineDesk(rules=rules)
    desk.title.value = "秋天的挑蟹办法，三步说清楚"
    desk.title.hear({"event": "rest"})
    offered = [one["value"] for one in nodes(desk.readout) if one.get("event") == "apply"]
    assert "秋天的选蟹办法，三步说清楚" in offered
    desk.title.value = text
    assert "挑蟹" in words(desk.readout)


def test_where_no_verb_has_a_better_line_it_says_so() -> None:
    desk = HeadlineDesk()
    desk.title.value = "吃它三天治好糖尿病"
    desk.title.hear({"event": "rest"})
    assert "改成这句" not in buttons(desk.readout)
    assert tk.rewrite_headline("吃它三天治好糖尿病").attrs["notes"][0] in words(desk.readout)
    desk.title.value = f"{BAD}，" * 60
    desk.title.hear({"event": "rest"})
    assert "先缩短，再看改法" in words(desk.readout)


def test_trending_words_are_told_and_put_in_at_the_caret() -> None:
    trends = ["桂花拿铁", "大闸蟹", "露营"]
    desk = HeadlineDesk(trends=trends)
    desk.title.value = "三步挑大闸蟹"
    assert "用上了：大闸蟹" in words(desk.readout)
    assert list(buttons(desk.readout, "insert")) == ["桂花拿铁", "露营"]
    desk.title.caret = 2
    press(desk.readout, "露营")
    assert (desk.title.value, desk.title.caret) == ("三步露营挑大闸蟹", 4)
    desk.undo_button.click()
    assert desk.title.value == "三步挑大闸蟹"
    fading = pd.DataFrame({"term": ["月饼", "露营"], "status": ["fading", "rising"]})
    assert list(buttons(HeadlineDesk(trends=fading).readout, "insert")) == ["露营"]


def test_suggestions_come_on_request_and_are_taken_in() -> None:
    topics = pd.DataFrame(
        {"topic_id": ["t1"], "label": ["大闸蟹"], "terms": [["大闸蟹"]], "score": [80.0], "evidence": [[]]}
    )
    desk = HeadlineDesk(topics=topics)
    assert desk.suggestions.content == []
    desk.suggest_button.click()
    wanted = tk.suggest_headlines(topics.iloc[0].to_dict(), top=12)["headline"].tolist()
    listed = [one["value"] for one in nodes(desk.suggestions) if one.get("event") == "take"]
    assert listed == wanted
    press(desk.suggestions, "收进备选")
    assert desk.result["headline"].tolist() == [wanted[-1]]
    assert "已在备选" in words(desk.suggestions)
    desk.suggestions.hear({"event": "edit", "value": wanted[1]})
    assert desk.title.value == wanted[1]
    desk.terms.value = "国务院"
    desk.suggest_button.click()
    assert words(desk.suggestions) == tk.suggest_headlines("国务院").attrs["notes"][0]


def test_whom_it_is_for_is_chosen_from_the_groups() -> None:
    text = "宝妈看过来：三步挑出大闸蟹"
    desk = HeadlineDesk([text], groups=GROUPS)
    assert [caption for caption, _ in desk.audience.options] == ["不限", "小区妈妈群"]
    desk.title.value = text
    desk.audience.value = "g1"
    scored = tk.score_headlines([text], audience=GROUPS.iloc[0].to_dict()).iloc[0]
    assert desk.told[1].startswith(f"写法分 {scored['craft']:.0f}（")
    assert desk.result["craft"].tolist() == [scored["craft"]]
    assert HeadlineDesk(groups=GROUPS, audience=GROUPS.iloc[0]).audience.value == "g1"
    assert HeadlineDesk(audience="亲子").audience.label == "亲子"


def test_the_message_desk_is_the_second_tab_with_the_same_purpose() -> None:
    message = ipw.VBox([])
    message.purpose = ipw.Dropdown(options=["promotion", "editorial"])
    desk = HeadlineDesk(message=message, purpose="editorial")
    assert message.purpose.value == "editorial"
    assert list(buttons(desk.tabs)) == ["标题", "群消息"]
    assert (desk.children[2].layout.display, message.layout.display) == (None, "none")
    press(desk.tabs, "群消息")
    assert (desk.children[2].layout.display, message.layout.display) == ("none", None)
    desk.purpose.value = "promotion"
    assert message.purpose.value == "promotion"
    assert desk.tabs not in HeadlineDesk().children


def test_items_make_a_message_desk_whose_draft_is_kept() -> None:
    items = pd.DataFrame({"item_id": ["m1"], "title": ["开锅"], "kind": ["value"]})
    states: list[dict[str, Any]] = []
    desk = HeadlineDesk(items=items, save_draft=states.append)
    message = desk.children[-1]
    assert isinstance(message, MessageDesk)
    message.text.value = "今晚八点开锅"
    held = json.loads(json.dumps(states[-1]))
    again = HeadlineDesk(items=items, draft=held).children[-1]
    assert isinstance(again, MessageDesk) and again.text.value == "今晚八点开锅"


# ---- drafts


def test_a_draft_looks_the_same_after_a_restart() -> None:
    states: list[dict[str, Any]] = []
    desk = HeadlineDesk([GOOD], groups=GROUPS, save_draft=states.append)
    assert states == []
    desk.title.value = BAD
    desk.keep_button.click()
    desk.table.hear({"event": "star", "key": desk.table.rows[1]["key"], "value": True})
    desk.table.hear({"event": "note", "key": desk.table.rows[1]["key"], "value": "再看"})
    desk.platform.value, desk.purpose.value, desk.audience.value = "toutiao", "editorial", "g1"
    desk.terms.value = "露营"
    desk.table.sort = ["craft", True]
    assert len(states) == 9
    assert all(one != other for one, other in pairwise(states))
    held = json.loads(json.dumps(states[-1]))
    assert held == desk.state()
    again = HeadlineDesk([GOOD, "别的"], groups=GROUPS, draft=held, save_draft=states.append)
    assert again.state() == held
    assert again.readout.content == desk.readout.content
    without_keys = [{**row, "key": ""} for row in desk.table.rows]
    assert [{**row, "key": ""} for row in again.table.rows] == without_keys
    assert_frame_equal(again.result, desk.result)
    assert len(states) == 9


def test_nothing_is_saved_twice() -> None:
    states: list[dict[str, Any]] = []
    desk = HeadlineDesk([GOOD], save_draft=states.append)
    key = desk.table.rows[0]["key"]
    desk.table.hear({"event": "star", "key": key, "value": True})
    desk.table.hear({"event": "star", "key": key, "value": True})
    desk.title.hear({"event": "rest"})
    desk.title.hear({"event": "lines", "value": [GOOD]})
    assert len(states) == 1


@pytest.mark.parametrize(
    "draft",
    [
        {"text": 3, "platform": "nowhere", "purpose": None, "audience": "gone", "terms": []},
        {"candidates": [{"text": 1}, "a", {"star": True}, {"text": GOOD, "star": "yes", "note": 5}]},
        {"candidates": "x", "sort": ["a"], "unknown": {}},
    ],
)
def test_a_broken_draft_is_no_reason_to_stop(draft: dict[str, Any]) -> None:
    desk = HeadlineDesk([GOOD], draft=draft)
    assert desk.result["headline"].tolist() == [GOOD]
    assert (desk.title.value, desk.platform.value, desk.starred) == ("", "wechat", [])


def test_what_a_saving_raises_is_said_and_nothing_is_lost() -> None:
    def full(_what: Any) -> None:
        raise StoreError("工作区写不进去。请检查磁盘空间。")

    desk = HeadlineDesk(save=full, save_draft=full)
    desk.title.value = GOOD
    assert words(desk.said) == "草稿没有存下：工作区写不进去。请检查磁盘空间。"
    desk.keep_button.click()
    assert words(desk.said) == "备选没有存下：工作区写不进去。请检查磁盘空间。"
    assert desk.result["headline"].tolist() == [GOOD]


class Learned:
    """A model that has proved itself, or not."""

    def __init__(self, *, shown: bool) -> None:
        self.skill_ = Skill(80, 0.6, 0.55, 0.65, 0.52, shown, reason="两者分不开，所以不给胜出机会。")

    def chances(self, titles: Any) -> np.ndarray:
        return np.tile([0.634, 0.518, 0.731], (len(titles), 1))

    def compare_pairs(self, titles: Any) -> pd.DataFrame:
        pair = {"first": titles[0], "second": titles[1], "chance": 0.8, "low": 0.45, "high": 0.95}
        return pd.DataFrame([{**pair, "apart": False}])


def test_a_model_that_proved_itself_shows_the_chance_with_its_interval() -> None:
    desk = HeadlineDesk(model=Learned(shown=True))
    desk.title.value = "石榴怎么剥？3步不脏手"
    assert desk.told[2] == "胜出机会：63%（95% 区间 52%–73%），指好过这个账号一半的内容"
    by_css = {one.get("css"): one for one in nodes(desk.readout)}
    upto, span, tick = (by_css[f"wn-headline-{name}"]["bar"] for name in ("upto", "span", "tick"))
    assert (upto, tick, upto * (1 - span)) == (0.731, 0.634, pytest.approx(0.518))
    desk.keep_button.click()
    assert desk.result[["chance", "chance_low", "chance_high"]].values.tolist() == [[0.634, 0.518, 0.731]]


def test_a_model_that_did_not_says_why_instead() -> None:
    desk = HeadlineDesk(model=Learned(shown=False))
    desk.title.value = "石榴怎么剥？3步不脏手"
    assert desk.told[2] == "胜出机会：两者分不开，所以不给胜出机会。"
    assert "wn-headline-range" not in {one.get("css") for one in nodes(desk.readout)}
    assert "chance" not in {column["name"] for column in desk.table.columns}
    assert desk.result["chance"].isna().all()


def test_the_marks_of_the_candidates_follow_platform_and_purpose() -> None:
    desk = HeadlineDesk(["全城最低价，今晚开抢"])
    assert words(desk.table.rows[0]["gate"]) == "不可用 ✕"
    desk.purpose.value = "editorial"
    assert words(desk.table.rows[0]["gate"]) == "通过 ✓"

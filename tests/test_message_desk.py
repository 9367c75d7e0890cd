"""The group message's desk without a browser: type, choose, write, read the result."""

from __future__ import annotations

import copy
import functools
import itertools
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import toolkit as tk
from toolkit import lexicons
from toolkit.schema import GROUPS, ITEMS, ColumnError, StoreError, check
from toolkit.widgets import _message_view as view
from toolkit.widgets._message_items import write_message
from toolkit.widgets._message_state import groups_of
from toolkit.widgets.message_desk import NEW, MessageDesk

TEXT = "邻居们，软籽石榴到了，剥开不用吐籽，省时省力。\n5斤装39元，周四20:00截单，回“石榴+箱数”。"
BOASTING = "全城最低价的大闸蟹到店了，5斤39元。"
SEGMENTS = ["街坊买菜", "亲子妈妈", "长辈养生", "咖啡同好"]


@functools.cache
def sample(name: str) -> pd.DataFrame:
    read = {"items": tk.read_items, "groups": tk.read_groups}[name]
    return read(lexicons.sample_folder() / f"{name}.csv").frame


def desk_of(**more: Any) -> MessageDesk:
    return MessageDesk(sample("items"), groups=sample("groups"), **more)


def rest(desk: MessageDesk) -> None:
    """What the page tells when whoever types stops."""
    desk.text.hear({"event": "rest", "value": desk.text.value})


def texts_in(nodes: Any) -> list[str]:
    """Every text that nodes show, in order."""
    if isinstance(nodes, str):
        return [nodes]
    if isinstance(nodes, dict):
        return texts_in(nodes["children"])
    return [text for one in nodes for text in texts_in(one)]


def buttons_in(nodes: Any) -> list[dict[str, Any]]:
    if isinstance(nodes, dict):
        return ([nodes] if nodes["tag"] == "button" else []) + buttons_in(nodes["children"])
    return [found for one in nodes if not isinstance(one, str) for found in buttons_in(one)]


def said(desk: MessageDesk) -> str:
    return "".join(texts_in(desk.said.content))


def picture(name: str = "芋头.jpg", sort: str = "image/jpeg") -> dict[str, Any]:
    return {"event": "file", "name": name, "type": sort, "size": 3, "thumb": "data:image/jpeg;base64,AAAA"}


def test_typing_shows_what_the_verbs_say() -> None:
    desk = desk_of()
    desk.kind.value = "promotion"
    for text in (TEXT, BOASTING):
        desk.text.value = text
        scored = tk.score_copy([text], kind="promotion").iloc[0]
        shown = texts_in(desk.readout.content)
        assert view.gate_words(scored["gate"]) in shown
        assert f"{scored['craft']:.0f}" in shown
        bars = [one for one in shown if " / " in one]
        assert sum(int(one.split(" / ")[0]) for one in bars) == scored["craft"]
        assert desk.told[:2] == [
            view.gate_words(scored["gate"]),
            f"写法分 {scored['craft']:.0f}（写法检查，不是预测）",
        ]
        advice = tk.advise_copy(text, kind="promotion")
        edits = advice[advice["part"] != ""].head(4)
        assert [one for one in shown if one.startswith("照做约")] == [
            f"照做约 {n:.0f} 分" for n in edits["craft"]
        ]
    found = tk.check_copy(BOASTING, platform="group")
    assert [(mark["start"], mark["end"], mark["severity"]) for mark in desk.text.marks] == found[
        ["start", "end", "severity"]
    ].apply(tuple, axis=1).tolist()
    assert (
        found["clause"][0] in desk.text.marks[0]["tip"]
        and found["suggestion"][0] in desk.text.marks[0]["tip"]
    )


def test_one_key_costs_at_most_three_messages() -> None:
    desk = desk_of()
    rest(desk)
    changed: list[str] = []
    for name, widget in vars(desk).items():
        if hasattr(widget, "keys") and hasattr(widget, "observe") and name != "item":
            widget.observe(
                lambda change, name=name: changed.append(f"{name}.{change['name']}"),
                names=[key for key in widget.keys if not key.startswith("_")],
            )
    desk.text.value = "史上最甜的石榴"
    # the first key after a pause also says that what can be copied is of a moment before
    mine = {"text.value", "text.marks", "readout.content", "bubble.content"}
    assert set(changed) == mine | {"overview.content"}
    assert all(one["disabled"] for one in buttons_in(desk.overview.content) if "copy" in one)
    changed.clear()
    desk.text.value = "史上最甜的石榴，史上最低价"
    assert sorted(changed) == sorted(mine)
    rest(desk)
    assert not any(one["disabled"] for one in buttons_in(desk.overview.content) if "copy" in one)


def test_kind_and_purpose_are_used() -> None:
    desk = MessageDesk()
    desk.text.value = BOASTING
    desk.kind.value = "event"
    craft = tk.score_copy([BOASTING], kind="event")["craft"].iloc[0]
    assert desk.told[1].startswith(f"写法分 {craft:.0f}（")
    desk.purpose.value = "editorial"
    assert desk.told[0] == view.gate_words(tk.score_copy([BOASTING], purpose="editorial")["gate"].iloc[0])
    assert MessageDesk(purpose="editorial").purpose.value == "editorial"


def test_a_change_the_verbs_give_is_made_and_taken_back() -> None:
    desk = MessageDesk()
    desk.text.value = f"{TEXT}\n{BOASTING}"
    assert [one for one in buttons_in(desk.readout.content) if one["event"] == "fix"] == []
    rest(desk)
    [fix] = [one for one in buttons_in(desk.readout.content) if one["event"] == "fix"]
    assert fix["children"] == ["改成：大闸蟹到店了，5斤39元。"]
    desk.readout.hear(fix)
    assert desk.text.value == f"{TEXT}\n大闸蟹到店了，5斤39元。"
    assert desk.told[0] == "合规：通过 ✓"
    [undo] = [one for one in buttons_in(desk.readout.content) if one["event"] == "undo"]
    desk.readout.hear(undo)
    assert desk.text.value == f"{TEXT}\n{BOASTING}"
    assert [one["event"] for one in buttons_in(desk.readout.content)] == ["fix"]
    # one offered for an older text is not made
    desk.text.value = "别的话"
    desk.readout.hear(fix)
    assert desk.text.value == "别的话"


def test_what_no_verb_makes_better_is_not_offered() -> None:
    asked: list[str] = []

    def rewrite(text: str, **_: Any) -> pd.DataFrame:
        asked.append(text)
        return pd.DataFrame({"headline": ["全城最低价的大闸蟹到店了，5斤39元", "史上最低价，5斤39元"]})

    desk = MessageDesk(rewrite=rewrite)
    desk.text.value = BOASTING
    rest(desk)
    assert asked == [BOASTING]
    assert buttons_in(desk.readout.content) == []

    def loses_a_figure(_text: str, **_: Any) -> pd.DataFrame:
        return pd.DataFrame({"headline": ["大闸蟹到店了"]})

    desk = MessageDesk(rewrite=loses_a_figure)
    desk.text.value = BOASTING
    rest(desk)
    assert buttons_in(desk.readout.content) == []


def test_emoji_go_where_the_caret_is() -> None:
    desk = MessageDesk()
    assert len(view.emoji()) == len(set(view.emoji())) >= 40
    assert "❤️" in view.emoji() and all(0 < len(one) <= 2 for one in view.emoji())
    desk.text.value, desk.text.caret = "桂花到了", 2
    [flower] = [one for one in buttons_in(desk.emoji.content) if one["value"] == "🌸"]
    desk.emoji.hear(flower)
    assert desk.text.value == "桂花🌸到了"
    assert desk.state()["messages"]["m1"]["text"] == "桂花🌸到了"


def test_the_bubble_shows_the_fold() -> None:
    desk = desk_of()
    long = "\n".join(f"第{n}样：石榴五斤三十九元" for n in range(40))
    desk.text.value = long
    at = int(tk.score_copy([long])["folded_at"].iloc[0])
    shown = texts_in(desk.bubble.content)
    assert long[:at] in shown and long[at:] in shown and "全文" in shown
    assert shown[0] == sample("groups")["name"].iloc[0]
    desk.text.value = "一句话"
    assert "全文" not in texts_in(desk.bubble.content)


def test_a_message_is_written_into_its_item() -> None:
    saved: list[pd.DataFrame] = []
    desk = MessageDesk(sample("items"), save=saved.append)
    desk.item.value = "i02"
    before = sample("items").set_index("item_id")
    assert desk.text.value == before.loc["i02", "copy"]
    desk.text.value, desk.link.value, desk.kind.value = TEXT, "https://shop.example/a", "promotion"
    desk.bring(picture(), b"abc")
    assert "写进" not in said(desk)
    desk.write_button.click()
    after = desk.result.set_index("item_id")
    assert list(after.index) == list(before.index)
    assert after.loc["i02", "copy"] == TEXT
    assert after.loc["i02", "link"] == "https://shop.example/a"
    assert after.loc["i02", "media"] == [*before.loc["i02", "media"], "芋头.jpg"]
    assert after.loc["i02", "kind"] == "promotion"
    others = [name for name in before.index if name != "i02"]
    pd.testing.assert_frame_equal(after.loc[others], before.loc[others])
    pd.testing.assert_frame_equal(saved[0], desk.result)
    assert said(desk) == f"写进条目了：{before.loc['i02', 'title']}。"
    assert repr(desk) == "MessageDesk（30 个条目）"


def test_a_new_message_becomes_an_item() -> None:
    desk = MessageDesk()
    assert desk.item.options == ((NEW, "m1"),)
    assert list(desk.result.columns) == list(ITEMS.empty().columns)
    desk.write_button.click()
    assert said(desk) == "还没有文字。先写一句，或放一张图。"
    assert desk.result.empty
    desk.text.value = TEXT
    desk.write_button.click()
    row = desk.result.iloc[0]
    assert (row["item_id"], row["title"], row["copy"]) == ("m1", TEXT[:20], TEXT)
    check(desk.result, ITEMS)
    assert [name for _, name in desk.item.options] == ["m1", "m2"]
    desk.item.value = "m2"
    assert desk.text.value == ""


def test_each_segment_gets_its_own_item_and_no_group_two() -> None:
    desk = desk_of()
    desk.text.value = TEXT
    desk.write_button.click()
    varied = tk.vary_copy(TEXT, groups=sample("groups"), kind="notice")
    result = desk.result.set_index("item_id")
    rows = [name for name in result.index if name.startswith("i01")]
    assert rows == [f"i01-{name}" for name in SEGMENTS]
    assert result.loc[rows, "copy"].tolist() == varied["text"].tolist()
    assert result.loc[rows, "groups"].tolist() == [[name] for name in SEGMENTS]
    assert "共 4 条" in said(desk)
    # written again, for all alike: the four make way
    for name in SEGMENTS:
        desk.overview.hear({"event": "share", "value": name})
    desk.write_button.click()
    assert [name for name in desk.result["item_id"] if name.startswith("i01")] == ["i01"]
    assert desk.result.set_index("item_id").loc["i01", "groups"] == ["all"]


def test_a_segment_without_own_words_keeps_the_item() -> None:
    desk = desk_of()
    desk.text.value = "街坊们，软籽石榴到了。"
    desk.write_button.click()
    result = desk.result.set_index("item_id")
    assert result.loc["i01", "groups"] == ["街坊买菜"]
    assert result.loc["i01", "copy"] == "街坊们，软籽石榴到了。"
    assert result.loc["i01-亲子妈妈", "copy"] == "爸妈们，软籽石榴到了。"
    assert "其余的群发底稿" in said(desk)


def test_only_the_groups_meant_are_told_and_what_follows_follows_all() -> None:
    frame = sample("groups")
    groups = groups_of(frame)
    items = check(
        pd.DataFrame(
            {
                "item_id": ["a", "b"],
                "title": ["甲", "乙"],
                "groups": [["g01", "g04"], ["all"]],
                "after": [[], ["a"]],
            }
        ),
        ITEMS,
    )
    message = {"item_id": "a", "title": "甲", "kind": "value", "text": "底稿", "to": ["g01", "g04"]}
    written = write_message(items, {**message, "parts": {"亲子妈妈": "爸妈们"}}, groups)
    assert written[["item_id", "copy"]].values.tolist()[:2] == [["a", "底稿"], ["a-亲子妈妈", "爸妈们"]]
    assert written["groups"].tolist() == [["g01"], ["g04"], ["all"]]
    assert written["after"].tolist() == [[], [], ["a", "a-亲子妈妈"]]
    again = write_message(written, message, groups)
    pd.testing.assert_frame_equal(
        again[["item_id", "groups", "after"]], items[["item_id", "groups", "after"]]
    )
    calendar = tk.plan_posts(written, frame, start="2026-09-21", days=7).calendar
    assert len(calendar) > 2
    told = calendar[calendar["item_id"].str.startswith("a")]
    assert told["group_id"].is_unique and set(told["group_id"]) == {"g01", "g04"}
    assert tk.check_calendar(calendar, written, frame)["severity"].isin(["block"]).sum() == 0


def test_what_is_written_by_hand_is_not_overwritten() -> None:
    desk = desk_of()
    desk.text.value = TEXT
    desk.tabs.hear({"event": "tab", "value": "亲子妈妈"})
    auto = desk.text.value
    assert auto.startswith("爸妈们") and "绘本" not in auto
    desk.text.value = "爸妈们，石榴到了，娃能自己剥。"
    desk.tabs.hear({"event": "tab", "value": ""})
    assert desk.text.value == TEXT
    desk.text.value = TEXT + "\n周五送到。"
    rest(desk)
    shown = "".join(texts_in(desk.overview.content))
    assert "爸妈们，石榴到了，娃能自己剥。" in shown and view.STALE in shown
    assert shown.count(view.STALE) == 1
    desk.overview.hear({"event": "settle", "value": "亲子妈妈"})
    assert view.STALE not in "".join(texts_in(desk.overview.content))
    desk.overview.hear({"event": "follow", "value": "亲子妈妈"})
    desk.tabs.hear({"event": "tab", "value": "亲子妈妈"})
    assert desk.text.value == auto + "\n周五送到。"
    desk.readout.hear({"event": "undo"})
    assert desk.text.value == "爸妈们，石榴到了，娃能自己剥。"
    copies = [one["copy"] for one in buttons_in(desk.overview.content) if "copy" in one]
    assert copies[0] == TEXT + "\n周五送到。" and copies[2] == "爸妈们，石榴到了，娃能自己剥。"


def test_blanks_are_told_and_stop_the_writing() -> None:
    desk = desk_of()
    desk.text.value = "邻居们，石榴到了，【…价格】元一箱。"
    desk.write_button.click()
    assert "还有 1 处没有填：【…价格】" in said(desk)
    assert "i01" in set(desk.result["item_id"])
    assert any("【…价格】" in line for line in desk.told)
    # slots that each segment fills do not stand in the way; one that a segment cannot fill does
    desk.text.value = "{称呼}，石榴到了，{好处:省时}。"
    desk.write_button.click()
    assert "共 4 条" in said(desk)
    assert not desk.result["copy"].str.contains("{", regex=False, na=False).any()
    desk.text.value = "{称呼}，石榴到了，{例子:一顿}。"
    desk.write_button.click()
    assert "「咖啡同好」：还有 1 处没有填" in said(desk)


def test_pictures_a_video_and_their_limits() -> None:
    kept: list[tuple[str, bytes]] = []

    def keep(name: str, content: bytes) -> Path:
        kept.append((name, content))
        return Path("图") / name

    desk = MessageDesk(keep_media=keep)
    desk.text.value = TEXT
    desk.pictures.take(picture("店里\\开箱.mp4", "video/mp4"), [b"film"])
    for number in range(10):
        desk.pictures.take(picture(f"{number}.jpg"), [memoryview(b"abc")])
    assert said(desk) == "最多 9 张图，9.jpg 没有收。先移出一张。"
    desk.bring(picture("b.mov", "video/quicktime"), b"film")
    assert said(desk) == "一条消息只带一个视频，b.mov 没有收。先移出原来的。"
    desk.bring(picture("a.pdf", "application/pdf"), b"x")
    assert said(desk) == "a.pdf 不是图片，也不是视频，没有收。"
    assert kept[:2] == [("开箱.mp4", b"film"), ("0.jpg", b"abc")]
    desk.pictures.hear({"event": "later", "value": 0})
    desk.pictures.hear({"event": "out", "value": 2})
    desk.write_button.click()
    names = [1, 0, 3, 4, 5, 6, 7, 8]
    assert desk.result["media"].iloc[0] == [str(Path("图") / f"{n}.jpg") for n in names] + [
        str(Path("图") / "开箱.mp4")
    ]
    shots = [one for one in desk.attached.content if one.get("css") == "wn-shots"]
    assert len(shots[0]["children"]) == 8
    desk.link.value = "https://a.example https://b.example"
    desk.write_button.click()
    assert said(desk) == "链接只放一个，多的先去掉。"


def test_a_picture_that_cannot_be_kept_is_told() -> None:
    def keep(_name: str, _content: bytes) -> str:
        raise OSError("盘满了")

    desk = MessageDesk(keep_media=keep)
    desk.bring(picture(), b"abc")
    assert said(desk) == "芋头.jpg 没有存下，只记了名字：盘满了"
    desk.bring(picture("大.jpg"), b"")
    assert "太大，只记了名字" in said(desk)
    assert [one["name"] for one in desk.state()["messages"]["m1"]["media"]] == ["芋头.jpg", "大.jpg"]
    items = check(
        pd.DataFrame({"item_id": ["a"], "title": ["甲"], "media": [[f"{n}.jpg" for n in range(11)]]}), ITEMS
    )
    desk = MessageDesk(items)
    desk.write_button.click()
    assert "先移出 2 张" in said(desk)


def test_drafts_are_kept_at_once_and_never_twice() -> None:
    drafts: list[dict[str, Any]] = []
    desk = desk_of(save_draft=lambda state: drafts.append(copy.deepcopy(state)))
    assert drafts == []
    desk.text.value = TEXT
    assert len(drafts) == 1 and drafts[0]["messages"]["i01"]["text"] == TEXT
    rest(desk)
    desk.tabs.hear({"event": "tab", "value": "亲子妈妈"})
    assert len(drafts) == 1
    desk.text.value = "爸妈们好"
    desk.bring(picture(), b"abc")
    desk.link.value = "https://shop.example"
    desk.purpose.value = "editorial"
    desk.item.value = "i03"
    assert len(drafts) == 6
    assert all(one != two for one, two in itertools.pairwise(drafts))
    state = json.loads(json.dumps(drafts[-1]))
    again = desk_of(draft=state)
    assert again.state() == state == desk.state()
    assert again.item.value == "i03" and again.purpose.value == "editorial"
    again.item.value = "i01"
    assert again.text.value == TEXT and again.link.value == "https://shop.example"
    again.tabs.hear({"event": "tab", "value": "亲子妈妈"})
    assert again.text.value == "爸妈们好"
    assert again.pictures.tiles[-1]["children"][0]["src"] == picture()["thumb"]


@pytest.mark.parametrize(
    "draft",
    [
        {"item": "nothing", "messages": {"i01": None, "x": 3}, "unknown": 1},
        {"item": 3, "messages": [], "purpose": "no", "done": "x", "written": {"i01": {"text": 1}, "i02": []}},
        {
            "messages": {
                "i01": {"text": 5, "kind": "none", "media": [1, {"name": 2}], "own": {"a": 1}, "to": 7}
            }
        },
    ],
)
def test_a_broken_draft_is_passed_over(draft: dict[str, Any]) -> None:
    desk = desk_of(draft=draft)
    assert desk.item.value == "i01"
    assert desk.text.value == sample("items")["copy"].iloc[0]
    assert desk.purpose.value == "promotion"
    pd.testing.assert_frame_equal(desk.result, sample("items"))


def test_what_was_written_and_not_saved_comes_back_with_the_draft() -> None:
    desk = desk_of()
    desk.text.value = TEXT
    desk.write_button.click()
    again = desk_of(draft=json.loads(json.dumps(desk.state())))
    pd.testing.assert_frame_equal(again.result, desk.result)
    assert again.text.value == TEXT
    saving = desk_of(save=lambda _frame: None)
    saving.text.value = TEXT
    saving.write_button.click()
    assert saving.state()["written"] == {}
    # the saved items with the draft: the message is still there to be changed, its parts are found again
    later = MessageDesk(saving.result, groups=sample("groups"), draft=saving.state())
    assert later.item.value == "i01" and later.text.value == TEXT
    later.text.value = TEXT.replace("39", "49")
    later.write_button.click()
    assert list(later.result["item_id"]) == list(saving.result["item_id"])
    assert later.result["copy"].iloc[0].count("49") == 1


def test_a_draft_or_save_that_fails_is_told_and_loses_nothing() -> None:
    def refuse(_given: Any) -> None:
        raise StoreError("盘满了")

    desk = desk_of(save=refuse, save_draft=refuse)
    desk.text.value = TEXT
    assert said(desk) == "草稿没有存下：盘满了。字还在这里。"
    desk.write_button.click()
    assert "没有存下：盘满了。写进的内容还在这里。" in said(desk)
    assert said(desk).endswith("草稿没有存下：盘满了。字还在这里。")
    assert desk.text.value == TEXT and f"i01-{SEGMENTS[0]}" in set(desk.result["item_id"])
    desk = desk_of(save=lambda _frame: Path("工作 文件夹") / "内容条目.csv")
    desk.write_button.click()
    assert "已存到 工作 文件夹/内容条目.csv。" in said(desk)


def test_a_blocked_message_is_written_and_told() -> None:
    desk = MessageDesk()
    desk.text.value = BOASTING
    desk.write_button.click()
    assert "底稿：合规是不可用，改好再发。" in said(desk)
    assert desk.result["copy"].tolist() == [BOASTING]


def test_the_verbs_are_arguments() -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    def spied(name: str, verb: Any) -> Any:
        def call(*args: Any, **more: Any) -> Any:
            asked.append((name, more))
            return verb(*args, **more)

        return call

    verbs = {
        "score": tk.score_copy,
        "findings": tk.check_copy,
        "advise": tk.advise_copy,
        "vary": tk.vary_copy,
    }
    desk = desk_of(**{name: spied(name, verb) for name, verb in verbs.items()}, verdicts=None)
    asked.clear()
    desk.text.value = TEXT
    rest(desk)
    assert {name for name, _ in asked} == set(verbs)
    assert {more["purpose"] for _, more in asked} == {"promotion"}
    assert {more["platform"] for _, more in asked} == {"group"}
    audiences = [more["audience"] for name, more in asked if name == "score" and "audience" in more]
    assert [one.split()[0] for one in audiences] == SEGMENTS


def test_own_rules_reach_the_gate() -> None:
    rules = pd.DataFrame(
        {"rule_id": ["own-1"], "pattern": ["石榴"], "severity": ["block"], "examples": ["石榴到了"]}
    )
    desk = MessageDesk(rules=rules)
    desk.text.value = "石榴到了"
    assert desk.told[0] == "合规：不可用 ✕"
    with pytest.raises(ColumnError):
        MessageDesk(rules=pd.DataFrame({"x": [1]}))


def test_what_is_no_frame_of_the_contract_is_refused() -> None:
    with pytest.raises(ColumnError):
        MessageDesk(pd.DataFrame({"x": [1]}))
    with pytest.raises(ColumnError):
        MessageDesk(groups=pd.DataFrame({"x": [1]}))
    assert MessageDesk(ITEMS.empty(), groups=GROUPS.empty()).told[0] == "合规：通过 ✓"


def test_hostile_texts_stay_texts() -> None:
    hostile = "<script>alert(1)</script>\u202e<img src=x onerror=alert(1)>{称呼\x00}" + "长" * 6000
    items = check(
        pd.DataFrame({"item_id": ["i-1"], "title": [hostile], "copy": [hostile], "link": ["javascript:1"]}),
        ITEMS,
    )
    desk = MessageDesk(items, groups=sample("groups"))
    assert desk.text.value == hostile
    tags = {one["tag"] for one in desk.readout.content} | {one["tag"] for one in desk.attached.content}
    assert tags <= {"div", "p", "ul", "ol"}
    assert "\u202e" not in "".join(texts_in([*desk.bubble.content, *desk.overview.content]))
    assert "不是网址" in "".join(texts_in(desk.attached.content))
    desk.write_button.click()
    assert desk.result["item_id"].tolist() == ["i-1"]

"""The desk without a browser: set a value, click, read the result."""

from pathlib import Path
from typing import Any

import ipywidgets as ipw
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import toolkit as tk
from toolkit.headlines import Skill
from toolkit.schema import HEADLINES, VERDICTS, ColumnError, StoreError
from toolkit.widgets import HeadlineDesk

GOOD, BAD = "三步挑出黄满的大闸蟹，周末上桌不踩坑", "国家级品质面膜今晚开抢"
OWN = pd.DataFrame(
    {"rule_id": ["own-7"], "pattern": ["不踩坑"], "severity": ["block"], "examples": ["买蟹不踩坑"]}
)


def labels(box: ipw.Box) -> list[str]:
    return [label.value for label in box.children]


def offered(desk: HeadlineDesk) -> list[str]:
    """The verdicts that can be clicked."""
    return [button.description for button in desk.verdict_buttons.values() if not button.disabled]


def test_typing_shows_what_the_verbs_say() -> None:
    desk = HeadlineDesk()
    for text in (GOOD, BAD):
        desk.title.value = text
        scored = tk.score_headlines([text]).iloc[0]
        assert desk.craft_label.value == f"写法分 {scored['craft']:.0f}（写法检查，不是预测）"
        assert desk.gate_label.value == {"pass": "合规：通过 ✓", "block": "合规：不可用 ✕"}[scored["gate"]]
        bars = {bar.description: bar.value for bar in (row.children[0] for row in desk.parts.children)}
        assert sum(bars.values()) == scored["craft"]
        assert labels(desk.advice) == [f"· {line}" for line in scored["advice"][:3]]
        assert scored["visible"] in desk.visible_label.value
    assert labels(desk.problems)[0].startswith("不可用：「国家级")
    assert labels(desk.problems)[1].startswith("　依据：广告法第九条")


def test_platform_and_purpose_are_used() -> None:
    desk = HeadlineDesk()
    desk.title.value = BAD
    desk.purpose.value = "editorial"
    assert desk.gate_label.value == "合规：通过 ✓"
    desk.title.value = GOOD
    desk.platform.value = "xiaohongshu"
    scored = tk.score_headlines([GOOD], platform="xiaohongshu", purpose="editorial").iloc[0]
    assert desk.craft_label.value.startswith(f"写法分 {scored['craft']:.0f}（")


def test_candidates_are_kept_dropped_and_saved() -> None:
    saved: list[list[str]] = []
    desk = HeadlineDesk([GOOD], save=lambda frame: saved.append(frame["headline"].tolist()))
    desk.title.value = "  秋天第一锅粥怎么煮？ "
    desk.keep_button.click()
    desk.keep_button.click()
    assert desk.result["headline"].tolist() == [GOOD, "秋天第一锅粥怎么煮？"]
    desk.kept_list.value = GOOD
    desk.drop_button.click()
    assert desk.result["headline"].tolist() == ["秋天第一锅粥怎么煮？"]
    assert saved == [[GOOD, "秋天第一锅粥怎么煮？"], ["秋天第一锅粥怎么煮？"]]
    assert repr(desk) == "HeadlineDesk（1 个备选）"


def test_the_result_keeps_the_contract_even_when_empty() -> None:
    empty = HeadlineDesk().result
    assert empty.empty
    assert set(HEADLINES.names) <= set(empty.columns)
    frame = tk.score_headlines([GOOD, BAD])
    assert HeadlineDesk(frame).result["headline"].tolist() == [GOOD, BAD]


def test_the_verbs_are_arguments() -> None:
    asked: list[Any] = []

    def score(texts: list[str], **how: Any) -> pd.DataFrame:
        asked.append((texts, how.get("platform"), how.get("purpose")))
        return tk.score_headlines(texts, **how)

    desk = HeadlineDesk(score=score, platform="toutiao")
    desk.title.value = GOOD
    assert asked[-1] == ([GOOD], "toutiao", "promotion")


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


# ---- an editor's own rules and verdicts


def test_own_rules_reach_gate_findings_list_and_result() -> None:
    desk = HeadlineDesk([GOOD], rules=OWN)
    desk.title.value = GOOD
    assert desk.gate_label.value == "合规：不可用 ✕"
    assert labels(desk.problems)[0] == "不可用：「不踩坑」自家约定不写「不踩坑」"
    assert desk.kept_list.options[0][0].startswith("✕")
    assert desk.result["gate"].tolist() == ["block"]
    with pytest.raises(ColumnError, match="第 2 行不能用"):
        HeadlineDesk(rules=pd.DataFrame({"pattern": ["蟹"], "examples": ["大闸蟹"]}))


def test_a_false_alarm_is_noted_shown_and_taken_back() -> None:
    desk = HeadlineDesk([GOOD, BAD])
    desk.title.value = BAD
    desk.kept_list.value = BAD
    assert desk.which.options[0][0].startswith("不可用：「国家级」")
    assert offered(desk) == ["误报", "判对了"]
    desk.note.value = "证书在手里"
    desk.verdict_buttons["wrong"].click()
    told = "记下了：误报「国家级」。同一句话里的这一处，以后算可以例外。只记在这张台上，还没有存下。"
    assert desk.told_label.value == told
    assert desk.gate_label.value == "合规：通过 ✓"
    assert labels(desk.problems)[0].startswith("可以例外：「国家级」你判过误报：证书在手里；原来的理由：")
    assert desk.kept_list.value == BAD
    assert [label[0] for label, _ in desk.kept_list.options] == ["✓", "✓"]
    assert desk.result["gate"].tolist() == ["pass", "pass"]
    assert desk.note.value == ""
    assert offered(desk) == ["判对了"]
    assert desk.verdicts.iloc[0].drop("judged_at").to_dict() == {
        "text": BAD,
        "purpose": "promotion",
        "platform": "wechat",
        "verdict": "wrong",
        "rule_id": "absolute-001",
        "passage": "国家级",
        "category": "absolute",
        "note": "证书在手里",
        "by": "",
    }
    desk.verdict_buttons["right"].click()
    assert desk.gate_label.value == "合规：不可用 ✕"
    assert desk.verdicts[["verdict", "category"]].to_numpy().tolist() == [["right", "absolute"]]


def test_what_was_missed_gets_a_second_look_and_that_can_be_taken_back() -> None:
    desk = HeadlineDesk()
    # two sentences: nobody at the desk can say which passage is meant
    desk.title.value = "秋天第一锅粥怎么煮？三步说清楚"
    assert desk.which.options == (("整句，没有报出来", ()),)
    assert offered(desk) == ["漏判"]
    desk.verdict_buttons["missed"].click()
    assert desk.gate_label.value == "合规：留意 !"
    assert labels(desk.problems) == [
        "请人看一眼：「秋天第一锅粥怎么煮？三步说清楚」你判过漏判。没有规则说它不行，请人看一眼再发。",
        "　改法：照那次的判断改写；拿不准就问负责合规的同事",
    ]
    assert offered(desk) == ["误报", "判对了"]
    desk.verdict_buttons["wrong"].click()
    assert desk.gate_label.value == "合规：通过 ✓"
    assert desk.verdicts[["verdict", "rule_id"]].to_numpy().tolist() == [["missed", ""], ["wrong", "verdict"]]


def test_one_of_several_findings_is_judged() -> None:
    desk = HeadlineDesk(rules=OWN)
    desk.title.value = "国家级面膜，买了不踩坑"
    assert [label[:9] for label, _ in desk.which.options] == ["不可用：「国家级」", "不可用：「不踩坑」"]
    desk.which.value = desk.which.options[1][1]
    desk.verdict_buttons["wrong"].click()
    assert desk.verdicts[["rule_id", "passage"]].to_numpy().tolist() == [["own-7", "不踩坑"]]
    assert desk.gate_label.value == "合规：不可用 ✕"
    assert desk.which.label.startswith("可以例外：「不踩坑」")
    desk.title.value += "。"
    assert desk.which.label.startswith("不可用：「国家级」")
    desk.title.value = "国家级面膜，买了真不踩坑"
    desk.which.value = desk.which.options[1][1]
    desk.title.value += "呢"
    assert desk.which.label.startswith("不可用：「不踩坑」")


def test_without_a_title_there_is_nothing_to_judge() -> None:
    desk = HeadlineDesk()
    assert (desk.judging.layout.display, offered(desk)) == ("none", [])
    desk.title.value = GOOD
    assert (desk.judging.layout.display, offered(desk)) == (None, ["漏判"])


def test_verdicts_are_saved_and_come_back_from_a_workspace(tmp_path: Path) -> None:
    with tk.Workspace(f"sqlite:///{tmp_path / 'w.db'}") as workspace:
        desk = HeadlineDesk(save_verdicts=lambda frame: workspace.save("verdicts", frame))
        desk.title.value = BAD
        desk.verdict_buttons["wrong"].click()
        assert desk.told_label.value == "记下了：误报「国家级」。同一句话里的这一处，以后算可以例外。"
        desk.title.value = GOOD
        desk.verdict_buttons["missed"].click()
        kept = workspace.load("verdicts")
    assert kept["verdict"].tolist() == ["wrong", "missed"]
    again = HeadlineDesk([GOOD, BAD], verdicts=kept)
    assert_frame_equal(again.verdicts, desk.verdicts)
    assert again.result["gate"].tolist() == ["warn", "pass"]


def test_what_judge_is_asked_and_what_it_refuses() -> None:
    asked: list[dict[str, Any]] = []

    def judge(text: str, **about: Any) -> pd.DataFrame:
        asked.append({"text": text, **about})
        return tk.judge_copy(text, by="小王", **about)

    saved: list[pd.DataFrame] = []
    desk = HeadlineDesk(judge=judge, save_verdicts=saved.append, platform="toutiao")
    desk.title.value, desk.note.value = "……！", "不好"
    desk.verdict_buttons["missed"].click()
    assert desk.told_label.value == "这段文字里没有字，不用判。"
    assert (desk.note.value, len(desk.verdicts), saved) == ("不好", 0, [])
    assert_frame_equal(asked[0].pop("verdicts"), VERDICTS.empty())
    assert asked[0] == {
        "text": "……！",
        "verdict": "missed",
        "rule_id": "",
        "passage": "……！",
        "category": "",
        "note": "不好",
        "purpose": "promotion",
        "platform": "toutiao",
        "rules": (),
    }
    desk.title.value = GOOD
    assert desk.told_label.value == ""
    desk.verdict_buttons["missed"].click()
    assert [frame["by"].tolist() for frame in saved] == [["小王"]]


def test_a_verdict_that_cannot_be_saved_stays_on_the_desk() -> None:
    def full(_frame: pd.DataFrame) -> None:
        raise StoreError("工作区写不进去。请检查磁盘空间。")

    desk = HeadlineDesk(save_verdicts=full)
    desk.title.value = BAD
    desk.verdict_buttons["wrong"].click()
    assert desk.told_label.value.endswith("还没有存下：工作区写不进去。请检查磁盘空间。")
    assert (desk.gate_label.value, len(desk.verdicts)) == ("合规：通过 ✓", 1)


def test_a_saving_that_breaks_off_is_not_told_as_done() -> None:
    def broken(_frame: pd.DataFrame) -> None:
        raise RuntimeError

    desk = HeadlineDesk(save_verdicts=broken)
    desk.title.value = BAD
    # ipywidgets logs what a callback raises, where no editor looks
    desk.verdict_buttons["wrong"].click()
    assert desk.told_label.value == "判定已生效，还没有存下。"
    assert len(desk.verdicts) == 1


class Learned:
    """A model that has proved itself, or not."""

    def __init__(self, *, shown: bool) -> None:
        self.skill_ = Skill(80, 0.6, 0.55, 0.65, 0.52, shown, reason="两者分不开，所以不给胜出机会。")

    def chances(self, titles: Any) -> np.ndarray:
        return np.tile([0.634, 0.518, 0.731], (len(titles), 1))


def test_a_model_that_proved_itself_shows_the_chance_with_its_interval() -> None:
    desk = HeadlineDesk(model=Learned(shown=True))
    desk.title.value = "石榴怎么剥？3步不脏手"
    assert desk.chance_label.value == "胜出机会：63%（95% 区间 52%–73%），指好过这个账号一半的内容"
    desk.keep_button.click()
    assert desk.result[["chance", "chance_low", "chance_high"]].values.tolist() == [[0.634, 0.518, 0.731]]


def test_a_model_that_did_not_says_why_instead() -> None:
    desk = HeadlineDesk(model=Learned(shown=False))
    desk.title.value = "石榴怎么剥？3步不脏手"
    assert desk.chance_label.value == "胜出机会：两者分不开，所以不给胜出机会。"
    assert desk.result["chance"].isna().all()


def test_the_marks_of_the_candidates_follow_platform_and_purpose() -> None:
    desk = HeadlineDesk(["全城最低价，今晚开抢"])
    assert desk.kept_list.options[0][0].startswith("✕")
    desk.purpose.value = "editorial"
    assert desk.kept_list.options[0][0].startswith("✓")

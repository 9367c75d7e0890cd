"""An editor's own rules and verdicts at the headline desk: judged, saved, taken back."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from test_widgets import BAD, GOOD, buttons, found, press, words

import toolkit as tk
from toolkit.schema import VERDICTS, ColumnError, StoreError
from toolkit.widgets import HeadlineDesk

OWN = pd.DataFrame(
    {"rule_id": ["own-7"], "pattern": ["不踩坑"], "severity": ["block"], "examples": ["买蟹不踩坑"]}
)


def offered(desk: HeadlineDesk) -> list[str]:
    """The verdicts that can be clicked."""
    return list(buttons(desk.readout, "judge"))


def judge(desk: HeadlineDesk, verdict: str, place: int) -> None:
    desk.readout.hear({"event": "judge", "value": {"verdict": verdict, "place": place}})


def test_own_rules_reach_gate_findings_list_and_result() -> None:
    desk = HeadlineDesk([GOOD], rules=OWN)
    desk.title.value = GOOD
    assert desk.told[0] == "合规：不可用 ✕"
    assert found(desk)[0] == "不可用：「不踩坑」自家约定不写「不踩坑」"
    assert words(desk.table.rows[0]["gate"]) == "不可用 ✕"
    assert desk.result["gate"].tolist() == ["block"]
    with pytest.raises(ColumnError, match="第 2 行不能用"):
        HeadlineDesk(rules=pd.DataFrame({"pattern": ["蟹"], "examples": ["大闸蟹"]}))


def test_a_false_alarm_is_noted_shown_and_taken_back() -> None:
    desk = HeadlineDesk([GOOD, BAD])
    desk.title.value = BAD
    desk.table.selected = desk.table.rows[1]["key"]
    assert found(desk)[0].startswith("不可用：「国家级」")
    assert offered(desk) == ["误报", "判对了"]
    desk.note.value = "证书在手里"
    press(desk.readout, "误报")
    told = "记下了：误报「国家级」。同一句话里的这一处，以后算可以例外。只记在这张台上，还没有存下。"
    assert words(desk.said) == told
    assert desk.told[0] == "合规：通过 ✓"
    assert found(desk)[0].startswith("可以例外：「国家级」你判过误报：证书在手里；原来的理由：")
    assert desk.table.selected == desk.table.rows[1]["key"]
    assert [words(row["gate"]) for row in desk.table.rows] == ["通过 ✓", "通过 ✓"]
    assert desk.result["gate"].tolist() == ["pass", "pass"]
    assert desk.note.value == ""
    # taken back, or something else in the sentence was missed
    assert offered(desk) == ["判对了", "漏判"]
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
    press(desk.readout, "判对了")
    assert desk.told[0] == "合规：不可用 ✕"
    assert desk.verdicts[["verdict", "category"]].to_numpy().tolist() == [["right", "absolute"]]


def test_what_was_missed_gets_a_second_look_and_that_can_be_taken_back() -> None:
    desk = HeadlineDesk()
    # two sentences: nobody at the desk can say which passage is meant
    desk.title.value = "秋天第一锅粥怎么煮？三步说清楚"
    assert found(desk) == []
    assert offered(desk) == ["漏判"]
    press(desk.readout, "漏判")
    assert desk.told[0] == "合规：留意 !"
    assert found(desk) == [
        "请人看一眼：「秋天第一锅粥怎么煮？三步说清楚」你判过漏判。没有规则说它不行，请人看一眼再发。",
        "　改法：照那次的判断改写；拿不准就问负责合规的同事",
    ]
    assert offered(desk) == ["误报", "判对了"]
    press(desk.readout, "误报")
    assert desk.told[0] == "合规：通过 ✓"
    assert desk.verdicts[["verdict", "rule_id"]].to_numpy().tolist() == [["missed", ""], ["wrong", "verdict"]]


def test_one_of_several_findings_is_judged() -> None:
    desk = HeadlineDesk(rules=OWN)
    desk.title.value = "国家级面膜，买了不踩坑"
    assert [line[:9] for line in found(desk)[::3]][:1] == ["不可用：「国家级」"]
    assert offered(desk) == ["误报", "判对了"]
    judge(desk, "wrong", 1)
    assert desk.verdicts[["rule_id", "passage"]].to_numpy().tolist() == [["own-7", "不踩坑"]]
    assert desk.told[0] == "合规：不可用 ✕"
    assert any(line.startswith("可以例外：「不踩坑」") for line in found(desk))
    assert any(line.startswith("不可用：「国家级」") for line in found(desk))


def test_without_a_title_there_is_nothing_to_judge() -> None:
    desk = HeadlineDesk()
    assert offered(desk) == []
    desk.title.value = GOOD
    assert offered(desk) == ["漏判"]


def test_verdicts_are_saved_and_come_back_from_a_workspace(tmp_path: Path) -> None:
    with tk.Workspace(f"sqlite:///{tmp_path / 'w.db'}") as workspace:
        desk = HeadlineDesk(save_verdicts=lambda frame: workspace.save("verdicts", frame))
        desk.title.value = BAD
        press(desk.readout, "误报")
        assert words(desk.said) == "记下了：误报「国家级」。同一句话里的这一处，以后算可以例外。"
        desk.title.value = GOOD
        press(desk.readout, "漏判")
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
    press(desk.readout, "漏判")
    assert words(desk.said) == "这段文字里没有字，不用判。"
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
    assert words(desk.said) == ""
    press(desk.readout, "漏判")
    assert [frame["by"].tolist() for frame in saved] == [["小王"]]


def test_a_verdict_that_cannot_be_saved_stays_on_the_desk() -> None:
    def full(_frame: pd.DataFrame) -> None:
        raise StoreError("工作区写不进去。请检查磁盘空间。")

    desk = HeadlineDesk(save_verdicts=full)
    desk.title.value = BAD
    press(desk.readout, "误报")
    assert words(desk.said).endswith("还没有存下：工作区写不进去。请检查磁盘空间。")
    assert (desk.told[0], len(desk.verdicts)) == ("合规：通过 ✓", 1)


def test_a_saving_that_breaks_off_is_not_told_as_done() -> None:
    def broken(_frame: pd.DataFrame) -> None:
        raise RuntimeError

    desk = HeadlineDesk(save_verdicts=broken)
    desk.title.value = BAD
    # ipywidgets logs what a callback raises, where no editor looks
    with pytest.raises(RuntimeError):
        press(desk.readout, "误报")
    assert words(desk.said) == "判定已生效，还没有存下。"
    assert len(desk.verdicts) == 1

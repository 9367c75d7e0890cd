"""Verdicts: what may be judged, what it changes in which texts, and the cases and counts made of it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import schema
from toolkit.compliance import Finding, cases_of, check_cases, check_copy, gate, judge_copy, rule_record
from toolkit.compliance._forms import form_of, forms_of
from toolkit.compliance._lessons import Lessons, Letters, lessons_of
from toolkit.compliance._own_rules import own_rules
from toolkit.compliance._verdicts import interval
from toolkit.export import write_csv, write_xlsx
from toolkit.schema import CASE_CHECKS, CASES, RULE_RECORD, VERDICTS, ChoiceError, ColumnError
from toolkit.store import Workspace

CHEAP = "全城最低价"  # absolute-008 blocks it
RULE = "absolute-008"
DAY = dt.date(2026, 9, 1)


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the second look's model learned is no matter here."""
    monkeypatch.setattr("toolkit.compliance._check.look", lambda *_, **__: [])


def verdicts(*rows: dict[str, Any]) -> pd.DataFrame:
    return schema.check(pd.DataFrame(list(rows), columns=VERDICTS.names), VERDICTS)


def row(verdict: str, text: str = CHEAP, **more: Any) -> dict[str, Any]:
    judged = {} if verdict == "missed" else {"rule_id": RULE, "passage": CHEAP}
    return {"text": text, "verdict": verdict, **judged, **more}


def seen(text: str, judged: pd.DataFrame, **how: Any) -> list[tuple[str, str, str]]:
    found = check_copy(text, verdicts=judged, **how)
    return list(found[["rule_id", "category", "text"]].itertuples(index=False, name=None))


# ---- what may be judged


def test_a_verdict_is_a_row_with_all_that_was_said() -> None:
    judged = judge_copy(
        "今晚全城最低价",
        verdict="误报",
        rule_id=RULE,
        platform="公众号",
        note="城\n名\x00 ",
        by=" 王 ",
        at="2026-09-01 08:00",
    )
    assert judged.iloc[0].to_dict() == {
        "text": "今晚全城最低价",
        "purpose": "promotion",
        "platform": "wechat",
        "verdict": "wrong",
        "rule_id": RULE,
        "passage": CHEAP,
        "category": "absolute",
        "note": "城 名",
        "by": "王",
        "judged_at": pd.Timestamp("2026-09-01 08:00", tz=schema.TIME_ZONE),
    }
    assert judged.dtypes.tolist() == VERDICTS.empty().dtypes.tolist()
    missed = judge_copy("喝了就不疼", verdict="missed", category="医疗", purpose="内容").iloc[0]
    assert missed[["rule_id", "passage", "category", "purpose"]].tolist() == ["", "", "medical", "editorial"]
    assert pd.isna(missed["judged_at"])


@pytest.mark.parametrize(
    ("text", "how", "words"),
    [
        (
            CHEAP,
            {"verdict": "错"},
            "不认识的判定 '错'。可以用的是：wrong（误报）、right（判对了）、missed（漏判）。",
        ),
        (None, {"verdict": "missed"}, "这段文字里没有字"),
        (5, {"verdict": "missed"}, "这段文字里没有字"),
        ("🎉\x00！", {"verdict": "missed"}, "这段文字里没有字"),
        (CHEAP, {"verdict": "wrong"}, "没有规则 ''"),
        (
            CHEAP,
            {"verdict": "wrong", "rule_id": "own-001"},
            "没有规则 'own-001'。请照合规发现里的规则编号写；自家规则请用 rules=",
        ),
        (CHEAP, {"verdict": "right", "rule_id": "absolute-001"}, "absolute-001 在这段文字里没有报问题"),
        ("骗局：全城最低价", {"verdict": "wrong", "rule_id": RULE}, "已经按例外放过，不会拦"),
        (CHEAP, {"verdict": "wrong", "rule_id": RULE, "purpose": "editorial"}, "没有报问题"),
        (
            CHEAP,
            {"verdict": "wrong", "rule_id": RULE, "passage": "最低"},
            "报的是「全城最低价」，不是这条规则报的",
        ),
        (
            "全城最低价，全国最低价",
            {"verdict": "wrong", "rule_id": RULE},
            "报的是「全城最低价」、「全国最低价」，报了不止一处",
        ),
        (CHEAP, {"verdict": "missed"}, "这段文字现在已是「不可用」，不算漏判"),
        ("今天。明天", {"verdict": "missed"}, "这段文字有 2 句，请用 passage= 写明"),
        ("今天。明天", {"verdict": "missed", "passage": "后天"}, "原文里找不到「后天」"),
        ("今天", {"verdict": "missed", "rule_id": RULE}, "漏判不属于哪条规则"),
        (
            "今天",
            {"verdict": "missed", "category": "医学"},
            "不认识的类别 '医学'。可以留空，或用：绝对化用语、",
        ),
        ("今天", {"verdict": "missed", "purpose": "广告"}, "不认识的用途 '广告'"),
        ("今天", {"verdict": "missed", "platform": "论坛"}, "不认识的平台 '论坛'"),
        ("今天", {"verdict": "missed", "at": "昨天"}, "at 要写成 2026-09-21"),
    ],
)
def test_what_cannot_be_judged(text: Any, how: dict[str, Any], words: str) -> None:
    with pytest.raises(ChoiceError, match=re.escape(words)):
        judge_copy(text, **how)


def test_the_passage_may_be_left_out_and_is_matched_without_its_spaces() -> None:
    assert judge_copy("全城最低价，全城最低价", verdict="right", rule_id=RULE)["passage"].tolist() == [CHEAP]
    text = "全城最低价，全国最低价"
    assert judge_copy(text, verdict="right", rule_id=RULE, passage="全国 最低價")["passage"].tolist() == [
        "全国最低价"
    ]


def test_a_later_verdict_takes_the_place_of_the_earlier_one() -> None:
    first = judge_copy(CHEAP, verdict="wrong", rule_id=RULE, by="王")
    other = judge_copy(CHEAP, verdict="wrong", rule_id=RULE, platform="zhihu", verdicts=first)
    both = judge_copy(CHEAP, verdict="right", rule_id=RULE, by="李", verdicts=other)
    assert both[["verdict", "by", "platform"]].values.tolist() == [
        ["wrong", "", "zhihu"],
        ["right", "李", ""],
    ]
    assert first["verdict"].tolist() == ["wrong"]
    chinese = first.rename(columns=VERDICTS.captions).replace({"wrong": "误报"}).assign(店=["一店"])
    third = judge_copy("今天", verdict="missed", verdicts=chinese)
    assert third["verdict"].tolist() == ["wrong", "missed"] and third["店"].tolist()[0] == "一店"


# ---- false alarms


def test_a_false_alarm_is_shown_as_exempt_with_who_and_why() -> None:
    judged = judge_copy(CHEAP, verdict="wrong", rule_id=RULE, by="王", note="店名。", at=DAY)
    found = check_copy("本店叫：全城最低价", verdicts=judged)
    assert gate(found) == "block"  # another sentence
    found = check_copy(CHEAP, verdicts=judged)
    plain = check_copy(CHEAP)
    assert found[["category", "severity"]].values.tolist() == [["exempt", "info"]] and gate(found) == "pass"
    assert found["why"][0] == f"你（王）在 2026-09-01 判过误报：店名。；原来的理由：{plain['why'][0]}"
    same = ["rule_id", "start", "end", "text", "clause", "suggestion"]
    pd.testing.assert_frame_equal(found[same], plain[same])


@pytest.mark.parametrize(
    ("text", "how", "expected"),
    [
        ("今晚全城最低价，快来", {}, "pass"),
        ("今晚 全城最低价 快来", {}, "pass"),
        ("今晚全城最低價，快來", {}, "pass"),
        ("「今晚」全城\u200b最低价…快来🎉", {}, "pass"),
        ("早。今晚全城最低价，快来！明天见", {}, "pass"),
        ("今晚全城最低价，快来", {"platform": "zhihu"}, "pass"),
        ("今晚全城最低价，快来呀", {}, "block"),
        ("今晚全城最低价。快来", {}, "block"),
        ("今晚全国最低价，快来", {}, "block"),
        ("今晚全城最低价，快来。全城最低价", {}, "block"),
    ],
)
def test_where_a_false_alarm_stays_away(text: str, how: dict[str, Any], expected: str) -> None:
    judged = verdicts(row("wrong", "早。今晚全城最低价，快来。明天见", platform="wechat"))
    assert gate(check_copy(text, verdicts=judged, **how)) == expected


def test_another_rule_and_another_purpose_are_not_touched() -> None:
    text = "分享到朋友圈领资料"
    rule = check_copy(text, purpose="editorial")["rule_id"][0]
    judged = judge_copy(text, verdict="wrong", rule_id=rule, purpose="editorial")
    assert gate(check_copy(text, purpose="editorial", verdicts=judged)) == "pass"
    assert gate(check_copy(text, verdicts=judged)) == "block"
    assert gate(check_copy(CHEAP, verdicts=verdicts(row("wrong", rule_id="absolute-001")))) == "block"


def test_a_passage_of_signs_alone_is_told_by_its_signs() -> None:
    finding = Finding("x", "diversion", "warn", 4, 5, "❤", "", "", "")
    judged = lessons_of(verdicts(row("wrong", "今晚来吧❤", rule_id="x", passage="❤")))

    def category(text: str, sign: str, start: int) -> str:
        one = Finding("x", "diversion", "warn", start, start + 1, sign, "", "", "")
        return judged.apply(text, forms_of(text), [one], purpose="promotion")[0].category

    assert (
        judged.apply("今晚来吧❤", forms_of("今晚来吧❤"), [finding], purpose="promotion")[0].category
        == "exempt"
    )
    assert category("今晚来吧 ❤", "❤", 5) == "exempt"
    assert category("今晚来吧☎", "☎", 4) == category("明晚来吧❤", "❤", 4) == "diversion"


def test_a_context_that_excuses_keeps_its_own_words() -> None:
    judged = verdicts(row("wrong", f"骗局：{CHEAP}"))
    assert check_copy(f"骗局：{CHEAP}", verdicts=judged)["why"][0].startswith("这里在讲识别、查处或普法")


def test_of_a_sentence_without_end_only_what_is_near_counts() -> None:
    judged = verdicts(row("wrong", "好" * 300 + CHEAP))
    assert gate(check_copy("坏" * 50 + "好" * 250 + CHEAP, verdicts=judged)) == "pass"
    assert gate(check_copy("坏" * 150 + "好" * 150 + CHEAP, verdicts=judged)) == "block"


def test_own_rules_are_judged_like_the_shipped_ones() -> None:
    rules = pd.DataFrame({"rule_id": ["a"], "pattern": ["清仓"], "examples": ["清仓"]})
    judged = judge_copy("今晚清仓", verdict="wrong", rule_id="a", rules=rules)
    assert gate(check_copy("今晚清仓", rules=rules)) == "warn"
    assert gate(check_copy("今晚清仓", rules=rules, verdicts=judged)) == "pass"
    assert gate(check_copy("明晚清仓", rules=rules, verdicts=judged)) == "warn"


def test_a_second_look_of_the_model_is_judged_like_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    look = Finding("second_look", "second_look", "info", 0, 4, "今晚来吧", "条", "像", "改")
    monkeypatch.setattr("toolkit.compliance._check.look", lambda *_, **__: [look])
    judged = judge_copy("今晚来吧", verdict="wrong", rule_id="second_look", passage="今晚来吧")
    assert gate(check_copy("今晚来吧")) == "warn" and gate(check_copy("今晚来吧", verdicts=judged)) == "pass"


# ---- right and wrong on one passage


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([("wrong", None), ("right", None)], "block"),
        ([("right", None), ("wrong", None)], "pass"),
        ([("wrong", "2026-09-02"), ("right", "2026-09-01")], "pass"),
        ([("right", "2026-09-02"), ("wrong", "2026-09-01")], "block"),
        ([("wrong", "2026-09-02"), ("right", None)], "block"),
        ([("wrong", None), ("right", "2026-09-02")], "block"),
        ([("right", None), ("wrong", "2026-09-01 08:00"), ("right", "2026-09-01 07:00")], "pass"),
        ([("wrong", "2026-09-01"), ("right", "2026-09-01")], "block"),
        ([("right", "2026-09-03"), ("wrong", None), ("wrong", "2026-09-01")], "pass"),
    ],
)
def test_the_later_verdict_counts(given: list[tuple[str, str | None]], expected: str) -> None:
    judged = verdicts(*(row(verdict, judged_at=time) for verdict, time in given))
    assert gate(check_copy(CHEAP, verdicts=judged)) == expected


# ---- missed


def test_a_missed_passage_gets_a_second_look_wherever_it_stands() -> None:
    judged = judge_copy(
        "这杯茶，喝完能祛百病",
        verdict="missed",
        passage="祛百病",
        category="medical",
        at=DAY,
        by="王",
        note="没证据",
    )
    assert seen("每天喝，祛百病", judged) == []  # three characters: in their sentence only
    assert seen("这杯茶 喝完能祛百病！", judged) == [("verdict", "second_look", "祛百病")]
    judged = judge_copy(
        "这杯茶，喝完能祛百病", verdict="missed", passage="能祛百病", category="medical", at=DAY
    )
    text = "早。朋友说，喝了能 祛「百病」的。能祛百病"
    found = check_copy(text, verdicts=judged)
    assert found[["start", "end", "text", "severity", "clause"]].values.tolist() == [
        [8, 14, "能 祛「百病", "info", ""],
        [17, 21, "能祛百病", "info", ""],
    ]
    assert found["why"][0] == "你在 2026-09-01 判过漏判（医疗）。没有规则说它不行，请人看一眼再发。"
    assert found["suggestion"][0] == "删去病名、疗效和病人经历；药品和器械只用批准的说明"
    assert gate(found) == "warn" and seen(text, judged, purpose="editorial") == []


def test_a_missed_sentence_is_that_sentence() -> None:
    judged = judge_copy("今晚来，有惊喜", verdict="missed")
    expected = [("verdict", "second_look", "今晚来有惊喜")]
    assert seen("好。今晚来有惊喜！走", judged) == expected
    assert seen("今晚来，有惊喜哦", judged) == seen("就今晚来，有惊喜", judged) == []
    assert seen("今晚来。有惊喜", judged) == [("verdict", "second_look", "今晚来。有惊喜")]
    sign = judge_copy("今晚来💊", verdict="missed", passage="💊")
    assert seen("今晚来", sign) == [("verdict", "second_look", "今晚来")]


def test_what_a_rule_warns_of_by_now_gets_no_second_look() -> None:
    judged = verdicts(row("missed", passage=CHEAP))
    assert [one[0] for one in seen(CHEAP, judged)] == [RULE]
    beside = verdicts(row("missed", "有大惊喜", passage="有大惊喜"))
    assert [one[2] for one in seen(f"有大惊喜{CHEAP}有大惊喜", beside)] == ["有大惊喜", CHEAP, "有大惊喜"]
    assert seen("骗局：全城最低价", judged) == [
        (RULE, "exempt", CHEAP),
        ("verdict", "second_look", CHEAP),
    ]


def test_the_models_second_look_gives_way_to_the_editors() -> None:
    look = Finding("second_look", "second_look", "info", 0, 6, "今晚来有惊喜", "", "", "")
    judged = lessons_of(verdicts(row("missed", "今晚来有惊喜")))
    forms = forms_of("今晚来有惊喜")
    found = judged.apply("今晚来有惊喜", forms, [look], purpose="promotion")
    assert [one.rule_id for one in found] == ["verdict"]
    assert Lessons({}, {}).apply("今晚来有惊喜", forms, [look], purpose="promotion") == [look]


def test_a_missed_verdict_can_be_taken_back_and_given_again() -> None:
    judged = judge_copy("今晚有大惊喜", verdict="missed", passage="有大惊喜")
    assert gate(check_copy("今晚有大惊喜", verdicts=judged)) == "warn"
    judged = judge_copy("今晚有大惊喜", verdict="wrong", rule_id="verdict", verdicts=judged)
    assert seen("今晚有大惊喜", judged) == [("verdict", "exempt", "有大惊喜")]
    judged = judge_copy("今晚有大惊喜", verdict="missed", passage="有大惊喜", verdicts=judged)
    assert judged["verdict"].tolist() == ["wrong", "missed"]
    assert gate(check_copy("今晚有大惊喜", verdicts=judged)) == "warn"


def test_several_passages_of_a_text_can_be_missed() -> None:
    text = "今晚有大惊喜，明天翻一番"
    judged = judge_copy(text, verdict="missed", passage="有大惊喜")
    judged = judge_copy(text, verdict="missed", passage="明天翻一番", verdicts=judged)
    assert [one[2] for one in seen(text, judged)] == ["有大惊喜", "明天翻一番"]


# ---- frames as people keep them


def test_verdicts_come_back_from_a_workspace_and_from_files(tmp_path: Path) -> None:
    judged = judge_copy(
        "\ud800全城最低价\x00", verdict="wrong", rule_id=RULE, at="2026-09-01 08:00", by="=王"
    )
    judged = judge_copy("今晚有大惊喜", verdict="missed", passage="有大惊喜", verdicts=judged)
    with Workspace("sqlite://") as workspace:
        workspace.save("verdicts", judged)
        loaded = workspace.load("verdicts")
    pd.testing.assert_frame_equal(loaded, judged)
    assert lessons_of(loaded) is lessons_of(judged)
    judged = judge_copy(CHEAP, verdict="wrong", rule_id=RULE, at="2026-09-01 08:00", verdicts=judged[1:])
    excel = pd.read_excel(write_xlsx(judged, tmp_path / "a.xlsx"), engine="openpyxl")
    assert list(excel.columns) == [VERDICTS.captions[name] for name in VERDICTS.names]
    words = excel.assign(判定=["漏判", "误报"], 用途="推广")
    for read in (pd.read_csv(write_csv(judged, tmp_path / "a.csv")), excel, words):
        pd.testing.assert_frame_equal(schema.check(read, VERDICTS), judged)
        assert seen(CHEAP, read) == [(RULE, "exempt", CHEAP)]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"verdict": "对"}, "第 3 行用不上：不认识的判定「对」，可以填：误报、判对了、漏判"),
        ({"purpose": "广告"}, "第 3 行用不上：不认识的用途「广告」，可以填：推广、内容"),
        ({"text": float("nan")}, "第 3 行用不上：没有原文"),
        ({"rule_id": None}, "第 3 行用不上：误报和判对了要写规则编号和片段"),
        ({"passage": ""}, "第 3 行用不上：误报和判对了要写规则编号和片段"),
        ({"passage": "最高价"}, "第 3 行用不上：原文里找不到这个片段"),
        ({"verdict": "missed", "text": "🎉"}, "第 3 行用不上：原文里只有符号，没有字"),
    ],
)
def test_a_row_that_says_nothing_is_named(cells: dict[str, Any], words: str) -> None:
    judged = verdicts(row("right"), {**row("wrong"), **cells})
    with pytest.raises(ColumnError, match=re.escape(words)):
        check_copy("你好", verdicts=judged)


@pytest.mark.parametrize("wrong", [5, "判定", ["判定"], {"text": ["甲"]}])
def test_what_is_no_frame_is_refused(wrong: Any) -> None:
    for call in (lessons_of, cases_of, rule_record, check_cases, own_rules):
        with pytest.raises(ColumnError, match="表（DataFrame）"):
            call(wrong)


def test_nothing_judged_changes_nothing() -> None:
    plain = check_copy(CHEAP)
    for nothing in (None, VERDICTS.empty(), verdicts(row("right"))):
        pd.testing.assert_frame_equal(check_copy(CHEAP, verdicts=nothing), plain)
    assert check_copy("", verdicts=verdicts(row("missed", "今天"))).empty
    pd.testing.assert_frame_equal(cases_of(VERDICTS.empty()), CASES.empty())
    pd.testing.assert_frame_equal(check_cases(CASES.empty()), CASE_CHECKS.empty())
    pd.testing.assert_frame_equal(rule_record(VERDICTS.empty()), RULE_RECORD.empty())


def test_verdicts_are_remembered_by_what_the_frame_holds() -> None:
    judged = verdicts(row("wrong"))
    assert lessons_of(judged) is lessons_of(judged.copy())
    judged.loc[0, "verdict"] = "right"
    assert gate(check_copy(CHEAP, verdicts=judged)) == "block"


@pytest.mark.parametrize(
    "text", [CHEAP * 20_000, f"{CHEAP}。" * 16_000, "好" * 99_995 + CHEAP, "。" * 99_995 + CHEAP], ids=len
)
def test_long_texts_are_judged_and_checked(text: str) -> None:
    judged = judge_copy(text, verdict="wrong", rule_id=RULE)
    judged = verdicts(*judged.to_dict("records"), row("missed", "好好好好" + text[:50_000].replace("全", "")))
    assert gate(check_copy(text, verdicts=judged)) == "pass"


@pytest.mark.parametrize(
    ("text", "expected"), [("今晚有大惊喜" * 16_000, 16_000), (CHEAP * 20_000, 0)], ids=["looks", "none"]
)
def test_a_missed_passage_may_stand_in_a_text_ever_so_often(text: str, expected: int) -> None:
    judged = verdicts(row("missed", "有大惊喜", passage="有大惊喜"), row("missed", passage="全城最低"))
    found = check_copy(text, verdicts=judged)
    assert (found["rule_id"] == "verdict").sum() == expected


# ---- letters


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("甲乙A１。！ \n❤㋿é\u0301\u200b"), max_size=20), st.data())
def test_letters_have_places_and_sentences(text: str, data: st.DataObject) -> None:
    letters = Letters(form_of(text))
    assert letters.stops[0] == 0 and letters.stops[-1] == len(letters.text)
    first = data.draw(st.integers(0, len(letters.text)))
    last = data.draw(st.integers(first, len(letters.text)))
    low, high = letters.sentence(first, last)
    assert low <= first and last <= high and {low, high} <= set(letters.stops)
    if first < last:
        start, end = letters.original(first, last)
        assert Letters(form_of(text[start:end])).text.find(letters.text[first:last]) >= 0
        assert (first, last) == letters.between(*letters.original(first, last)) or "㋿" in text
        assert letters.text[first:last] in [
            letters.text[a:b] for a, b in letters.find(letters.text[first:last])
        ]


# ---- cases and counts


def test_each_verdict_becomes_a_case_that_holds() -> None:
    judged = judge_copy(CHEAP, verdict="wrong", rule_id=RULE, by="王", note="店名")
    judged = judge_copy("今晚全国最低价", verdict="right", rule_id=RULE, platform="zhihu", verdicts=judged)
    judged = judge_copy("今晚有大惊喜", verdict="missed", purpose="editorial", verdicts=judged)
    judged = judge_copy("集满28个赞送鸡蛋，全城最低价", verdict="wrong", rule_id=RULE, verdicts=judged)
    cases = cases_of(judged)
    assert cases.values.tolist() == [
        [CHEAP, "promotion", "", "pass", f"误报 {RULE}「全城最低价」，店名，王"],
        ["今晚全国最低价", "promotion", "zhihu", "flagged", f"判对了 {RULE}「全国最低价」"],
        ["今晚有大惊喜", "editorial", "", "flagged", "漏判 整句"],
        ["集满28个赞送鸡蛋，全城最低价", "promotion", "", "block", f"误报 {RULE}「全城最低价」"],
    ]
    checks = check_cases(cases, verdicts=judged)
    assert checks["got"].tolist() == ["pass", "block", "warn", "block"] and checks["holds"].all()
    without = check_cases(cases)
    assert without["holds"].tolist() == [False, True, False, True]
    assert without.dtypes.tolist() == CASE_CHECKS.empty().dtypes.tolist()


def test_cases_as_the_corpora_hold_them_are_checked() -> None:
    cases = pd.DataFrame(
        {"原文": ["甲", CHEAP], "应得": ["通过", "不可用"], "平台": [None, "公众号"], "label": ["x", "y"]}
    )
    checks = check_cases(cases)
    assert checks["holds"].tolist() == [True, True] and checks["label"].tolist() == ["x", "y"]
    with pytest.raises(
        ChoiceError, match="不认识的合规结果 '好'。可以用的是：通过、留意、不可用、留意或不可用"
    ):
        check_cases(pd.DataFrame({"text": ["甲"], "expect": ["好"]}))


def test_a_text_of_which_the_missed_verdict_was_taken_back_need_not_be_flagged() -> None:
    judged = judge_copy("今晚有大惊喜", verdict="missed", passage="有大惊喜")
    judged = judge_copy("今晚有大惊喜", verdict="wrong", rule_id="verdict", verdicts=judged)
    assert cases_of(judged)["expect"].tolist() == ["pass"]
    signs = judge_copy("今晚💊来", verdict="missed", passage="💊")
    again = judge_copy("好。今晚来", verdict="wrong", rule_id="verdict", verdicts=signs)
    assert cases_of(again)["expect"].tolist() == ["pass", "pass"]
    again = judge_copy("今晚💊来", verdict="missed", passage="💊", verdicts=again)
    assert cases_of(again)["expect"].tolist() == ["warn", "flagged"]


def test_the_record_counts_the_last_verdict_on_each_finding_worst_rule_first() -> None:
    def judged(rule: str, right: int, wrong: int) -> list[dict[str, Any]]:
        kinds = ["right"] * right + ["wrong"] * wrong
        return [row(kind, f"{place}{CHEAP}", rule_id=rule) for place, kind in enumerate(kinds)]

    frame = verdicts(
        *judged("some", 3, 1), *judged("good", 16, 0), *judged("young", 3, 0), *judged("bad", 1, 4), *judged("mixed", 15, 5), row("missed", "今天"),
        *(row("wrong", f"0{CHEAP}", rule_id="good", judged_at=DAY), row("right", f"0{CHEAP}", rule_id="good", judged_at=DAY)),
    )  # fmt: skip
    record = rule_record(frame)
    assert record.drop(columns=["low", "high", "share_right"]).values.tolist() == [
        ["bad", 1, 4, "误报偏多，考虑给它加一个例外"],
        ["mixed", 15, 5, "误报偏多，考虑给它加一个例外"],
        ["some", 3, 1, "样本太少，再判几条"],
        ["good", 16, 0, "可以照用"],
        ["young", 3, 0, "样本太少，再判几条"],
    ]
    assert record["share_right"].tolist() == [0.2, 0.75, 0.75, 1.0, 1.0]
    assert record[["low", "high"]].round(3).values.tolist()[0] == [0.036, 0.624]
    assert record.dtypes.tolist() == RULE_RECORD.empty().dtypes.tolist()


@pytest.mark.parametrize(
    ("hits", "tries", "expected"), [(0, 10, (0.0, 0.278)), (10, 10, (0.722, 1.0)), (81, 263, (0.255, 0.366))]
)
def test_wilsons_interval(hits: int, tries: int, expected: tuple[float, float]) -> None:
    """81 of 263 is the example of Newcombe, Statistics in Medicine 17 (1998), table I: 0.2553 to 0.3662."""
    assert tuple(round(bound, 3) for bound in interval(hits, tries)) == expected


# ---- any verdicts at all

TEXTS = st.lists(
    st.sampled_from(
        [CHEAP, "全国最低价", "集满28个赞送", "今晚来", "有惊喜", "。", "，", " ", "！", "❤", "骗局", "\n"]
    ),
    min_size=1,
    max_size=6,
).map("".join)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(TEXTS, st.sampled_from(["wrong", "right", "missed"]), st.integers(0, 9)), max_size=6),
    TEXTS,
)
def test_verdicts_never_hide_a_finding_and_their_cases_hold(
    said: list[tuple[str, str, int]], other: str
) -> None:
    judged = VERDICTS.empty()
    for text, verdict, place in said:
        found = check_copy(text, verdicts=judged)
        shown = found.iloc[place % len(found)] if len(found) else {"rule_id": RULE, "text": ""}
        about = {} if verdict == "missed" else {"rule_id": shown["rule_id"], "passage": shown["text"]}
        try:
            judged = judge_copy(text, verdict=verdict, verdicts=judged, **about)
        except ChoiceError:
            continue
    assert check_cases(cases_of(judged), verdicts=judged)["holds"].all()
    for text in [other, *judged["text"]]:
        found, plain = check_copy(text, verdicts=judged), check_copy(text)
        kept = found[found["rule_id"] != "verdict"]
        assert (
            kept[["rule_id", "start", "end"]].values.tolist()
            == plain[["rule_id", "start", "end"]].values.tolist()
        )
        assert [text[start:end] for start, end in zip(found["start"], found["end"], strict=True)] == list(
            found["text"]
        )

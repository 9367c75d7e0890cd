"""An editor's own rules: what a table may leave out, and each reason for which a row is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import schema
from toolkit.compliance._find import by_rules
from toolkit.compliance._forms import forms_of
from toolkit.compliance._own_rules import check_rules, own_rules, read_rules
from toolkit.export import write_csv, write_xlsx
from toolkit.schema import COPY_RULES, ColumnError, InputError
from toolkit.store import Workspace

GOOD = {"pattern": "全场清仓", "examples": "今晚全场清仓"}


def checked(*rows: dict[str, Any]) -> schema.Read:
    columns = list(dict.fromkeys(name for row in ({"pattern": "", "examples": ""}, *rows) for name in row))
    return check_rules(pd.DataFrame([dict(row) for row in rows], columns=columns))


def reason(**cells: Any) -> str:
    read = checked({**GOOD, **cells})
    assert len(read.frame) + len(read.rejected) == 1
    return "".join(read.rejected["reason"])


# ---- what a row becomes


def test_a_pattern_and_an_example_are_enough() -> None:
    read = checked(GOOD)
    assert read.frame.iloc[0].to_dict() == {
        "rule_id": "own-001",
        "category": "own",
        "severity": "warn",
        "scope": "ad",
        "platforms": "all",
        "kind": "literal",
        "pattern": "全场清仓",
        "exclude": "",
        "needs": "",
        "examples": "今晚全场清仓",
        "counter_examples": "",
        "clause": "自家规则",
        "source_date": "",
        "why": "自家约定不写「全场清仓」",
        "suggestion": "换一个说法",
    }
    assert read.rejected.empty and read.frame.dtypes.tolist() == COPY_RULES.empty().dtypes.tolist()
    assert read.notes.values.tolist() == [
        ["", 2, "从这一行起有 1 条没有编号，编成了 own-001 这样的。请写进表里，以后增删别的行它们也不变"]
    ]


def test_chinese_words_are_taken_for_the_contracts() -> None:
    row = {
        "规则编号": " 店规-1 ",
        "类别": "绝对化用语",
        "轻重": "不可用",
        "管哪些文案": "推广和内容",
        "平台": "公众号、社群；zhihu",
        "类型": "正则",
        "要找的字": "全场.{0,4}清仓",
        "放过的语境": "在讲识别、查处或普法；labelled",
        "必须的语境": "",
        "例句": "全场冬装清仓；全场清仓\n全场，清仓",
        "反例": "全场都在清仓管理系统里；清仓",
        "改法": "写清楚折扣",
    }
    read = check_rules(pd.DataFrame([row | {"反例": "清仓；全场都在等他们的清仓"}]))
    assert read.rejected.empty
    found = read.frame.iloc[0].to_dict()
    expected = {
        **{"rule_id": "店规-1", "category": "absolute", "severity": "block", "scope": "any", "kind": "regex"},
        **{
            "platforms": "wechat;group;zhihu",
            "exclude": "report;exposed;explained;labelled",
            "suggestion": "写清楚折扣",
        },
        **{
            "examples": "全场冬装清仓;全场清仓;全场，清仓",
            "why": "自家约定不写「全场冬装清仓」这样的话",
        },
    }
    assert {name: found[name] for name in expected} == expected
    assert "反例「全场都在清仓管理系统里」也会报" in check_rules(pd.DataFrame([row])).rejected["reason"][0]


@pytest.mark.parametrize(
    ("column", "words", "value"),
    [
        ("severity", ["要改", "留意", "警告", "warn", ""], "warn"),
        ("severity", ["禁用", "block", "不能用"], "block"),
        ("severity", ["提示", "提醒"], "info"),
        ("scope", ["推广", "只管推广", "广告"], "ad"),
        ("scope", ["全部", "都管", "any"], "any"),
        ("kind", ["词语", "文字", "literal"], "literal"),
        ("platforms", ["全部", "all", "", "不限", "公众号；全部"], "all"),
        ("platforms", ["公众号", "wechat", "公众号、wechat"], "wechat"),
        ("category", ["", "own"], "own"),
        ("category", ["医疗", "medical"], "medical"),
        ("category", ["店规"], "店规"),
    ],
)
def test_words_people_write(column: str, words: list[str], value: str) -> None:
    for word in words:
        assert checked({**GOOD, column: word}).frame[column].tolist() == [value], word


def test_a_literal_is_kept_as_texts_are_matched_and_said_so() -> None:
    read = checked({"rule_id": "a", "pattern": "全場清倉！", "examples": "今晚全场清仓!"})
    assert read.frame["pattern"].tolist() == ["全场清仓!"]
    assert read.notes["note"].tolist() == ["「全場清倉！」按检查前统一的写法记成「全场清仓!」"]


def test_numbers_pass_over_what_the_table_has() -> None:
    read = checked(GOOD, {**GOOD, "rule_id": "own-001"}, GOOD, {**GOOD, "rule_id": "own-003"})
    assert read.frame["rule_id"].tolist() == ["own-002", "own-001", "own-004", "own-003"]


# ---- what is refused


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"pattern": " "}, "没有写要找的字"),
        ({"examples": float("nan")}, "没有例句。请写一句它应当找到的话"),
        ({"examples": "；;\n"}, "没有例句"),
        ({"severity": "很重"}, "不认识的轻重「很重」，可以填：不可用、留意、提示"),
        ({"scope": "x"}, "不认识的管哪些文案「x」，可以填：只管推广、推广和内容"),
        ({"kind": "通配"}, "不认识的类型「通配」，可以填：词语、正则"),
        ({"platforms": "公众号;论坛"}, "不认识的平台「论坛」，可以填：全部、公众号、"),
        ({"needs": "节日"}, "必须的语境里有不认识的「节日」，可以填：report（在讲识别、查处或普法）"),
        ({"exclude": "report、节日"}, "放过的语境里有不认识的「节日」"),
        ({"category": "exempt"}, "类别不能叫「可以例外」"),
        ({"category": "请人看一眼"}, "类别不能叫「请人看一眼」"),
        ({"rule_id": "absolute-001"}, "编号「absolute-001」是内置的"),
        ({"rule_id": "verdict"}, "编号「verdict」是内置的"),
        ({"pattern": "好", "examples": "好"}, "「好」只有一个字，处处都会报"),
        ({"pattern": "\u200b", "examples": "好"}, "在检查前会被去掉"),
        ({"pattern": "清" * 101}, "要找的字有 101 个，最多 100 个"),
        ({"kind": "正则", "pattern": "全场.*清仓"}, "「.*」可以没完没了地重复"),
        ({"kind": "正则", "pattern": "全场(清仓"}, "括号「(」没有配上「)」"),
        (
            {"kind": "正则", "pattern": "全場清倉！"},
            "请把「場」写成「场」、「倉」写成「仓」、「！」写成「!」",
        ),
        ({"kind": "正则", "pattern": "全场\u200b清仓"}, "请把去掉「\u200b」"),
        ({"pattern": "半价清仓"}, "在例句「今晚全场清仓」里找不到「半价清仓」"),
        ({"pattern": "全场.{0,2}清仓"}, "找不到「全场.{0,2}清仓」；如果写的是正则，请把类型填成「正则」"),
        ({"examples": "全场清仓；全场打折"}, "在例句「全场打折」里找不到"),
        ({"exclude": "exposed", "examples": "骗局：全场清仓"}, "被放过的语境放过了"),
        ({"needs": "labelled"}, "例句「今晚全场清仓」里没有必须的语境"),
        ({"counter_examples": "不是全场清仓"}, "反例「不是全场清仓」也会报"),
        ({"counter_examples": "不是全 場 清 倉"}, "反例「不是全 場 清 倉」也会报"),
        ({"kind": "正则", "pattern": "[一-龥]{2}", "examples": "你好"}, "太宽：内置的合规例句里有"),
    ],
)
def test_each_reason_for_refusing_a_row(cells: dict[str, Any], words: str) -> None:
    assert words in reason(**cells)


def test_a_wide_rule_may_still_hint_and_a_little_width_is_told() -> None:
    hint = checked({"rule_id": "a", "pattern": "孩子", "examples": "孩子", "severity": "提示"})
    assert len(hint.frame) == 1 and "句也会报" in hint.notes["note"][0]
    assert "太宽" in reason(pattern="孩子", examples="孩子")
    few = checked({"rule_id": "a", "pattern": "奥斯卡最佳影片", "examples": "奥斯卡最佳影片"})
    assert few.notes["note"].tolist() == [
        "内置的合规例句里有 1 句也会报，如「奥斯卡最佳影片揭晓」。请看看这是不是你要的"
    ]


def test_of_two_rows_with_one_id_the_first_good_one_stays() -> None:
    read = checked(
        {**GOOD, "rule_id": "a", "examples": "别的"}, {**GOOD, "rule_id": "a"}, {**GOOD, "rule_id": "a"}
    )
    assert read.frame["rule_id"].tolist() == ["a"]
    assert read.rejected[["row", "reason"]].values.tolist() == [
        [2, "在例句「别的」里找不到「全场清仓」"],
        [4, "编号「a」重复，前面已有一行"],
    ]


# ---- tables


def test_a_csv_with_chinese_headings_under_a_title_row(tmp_path: Path) -> None:
    path = tmp_path / "店规.csv"
    path.write_text(
        "本店不说的话,,\n禁用词,示例,谁提的\n全场清仓,今晚全场清仓,老王\n,没有词,\n\n亏本甩卖,亏本甩卖啦,小李\n",
        encoding="gb18030",
    )
    read = read_rules(path)
    assert read.frame[["rule_id", "pattern"]].values.tolist() == [
        ["own-001", "全场清仓"],
        ["own-002", "亏本甩卖"],
    ]
    assert read.rejected.values.tolist() == [["店规.csv", 4, "没有写要找的字"]]
    assert read.extra.to_dict("records") == [
        {"rule_id": "own-001", "谁提的": "老王"},
        {"rule_id": "own-002", "谁提的": "小李"},
    ]
    assert read.files[["path", "read", "rejected", "outcome"]].values.tolist() == [["店规.csv", 2, 1, "已读"]]
    assert read.columns[["header", "column"]].values.tolist() == [
        ["禁用词", "pattern"],
        ["示例", "examples"],
        ["谁提的", ""],
    ]


def test_files_that_we_wrote_come_back_whole(tmp_path: Path) -> None:
    frame = checked(
        {**GOOD, "rule_id": "=1", "severity": "block", "scope": "any", "platforms": "公众号；社群"},
        {
            "pattern": "\\+?全场清仓{1,2}",
            "kind": "regex",
            "examples": "全场清仓；全场清仓仓",
            "exclude": "report",
        },
        {"pattern": "+86", "examples": "+86", "counter_examples": "86\n八十六"},
    ).frame
    csv, xlsx = write_csv(frame, tmp_path / "a.csv"), write_xlsx(frame, tmp_path / "b.xlsx")
    for path in (csv, xlsx):
        read = read_rules(path)
        assert read.rejected.empty and read.notes.empty
        pd.testing.assert_frame_equal(read.frame, frame)
    both = read_rules(csv, xlsx)
    assert both.frame["rule_id"].tolist() == frame["rule_id"].tolist()
    assert set(both.rejected["path"]) == {"b.xlsx〔自家规则〕"} and len(both.rejected) == 3
    with Workspace("sqlite://") as workspace:
        workspace.save("rules", frame)
        pd.testing.assert_frame_equal(check_rules(workspace.load("rules")).frame, frame)


def test_what_cannot_be_read_at_all(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="找不到文件"):
        read_rules(tmp_path / "无.csv")
    other = tmp_path / "别的.csv"
    other.write_text("标题,阅读\n甲,1\n", encoding="utf-8")
    with pytest.raises(ColumnError, match=r"别的\.csv.*缺「要找的字」「例句」"):
        read_rules(other)
    with pytest.raises(ColumnError, match="自家规则表缺少列 pattern（要找的字）"):
        check_rules(pd.DataFrame({"examples": ["a"]}))


def test_nothing_in_nothing_out(tmp_path: Path) -> None:
    header = tmp_path / "空.csv"
    header.write_text("要找的字,例句\n", encoding="utf-8")
    for read in (read_rules(), read_rules(header), check_rules(COPY_RULES.empty())):
        pd.testing.assert_frame_equal(read.frame, COPY_RULES.empty())
        assert read.rejected.empty and list(read.rejected.columns) == schema.REJECTED.names
        assert list(read.extra.columns) == ["rule_id"]
    assert own_rules(None) == own_rules(COPY_RULES.empty()) == ()


# ---- rules at work


def test_own_rules_find_what_they_say() -> None:
    frame = checked({**GOOD, "rule_id": "a", "severity": "block", "platforms": "公众号"}).frame
    rules = own_rules(frame)
    found = by_rules("今晚全 場 清 倉", forms_of("今晚全 場 清 倉"), rules)
    assert [(one.rule_id, one.severity, one.text) for one in found] == [("a", "block", "全 場 清 倉")]
    assert found[0].why.endswith("自家约定不写「全场清仓」（公众号的规则）")
    assert rules[0].ad_only and rules[0].platforms == {"wechat"}


def test_compiled_rules_are_remembered_by_what_the_frame_holds() -> None:
    frame = pd.DataFrame([GOOD])
    assert own_rules(frame) is own_rules(frame.copy())
    rules = own_rules(frame)
    assert own_rules(rules) is rules
    frame.loc[0, "pattern"] = "今晚全场"
    assert own_rules(frame)[0].pattern.pattern == "今晚全场"


def test_a_frame_that_was_not_checked_is_refused_as_a_whole() -> None:
    with pytest.raises(ColumnError, match=r"自家规则第 3 行不能用：「.\*」可以没完没了.*check_rules"):
        own_rules(pd.DataFrame([GOOD | {"kind": "literal"}, GOOD | {"kind": "regex", "pattern": "全.*仓"}]))


# ---- any table at all

CELL = st.one_of(
    st.none(),
    st.just(float("nan")),
    st.integers(0, 99),
    st.text(max_size=8),
    st.sampled_from(
        ["全场清仓", "全场.{0,3}清仓", "(", "[", "\ud800", "\x00", "own-001", "regex", "正则", "公众号", "；"]
    ),
)
ROW = st.fixed_dictionaries(
    {"pattern": CELL, "examples": CELL},
    optional={name: CELL for name in COPY_RULES.names if name not in COPY_RULES.required},
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ROW, max_size=5))
def test_every_row_is_kept_or_refused_and_what_is_kept_is_kept_again(rows: list[dict[str, Any]]) -> None:
    frame = pd.DataFrame(rows, columns=COPY_RULES.names, dtype="object")
    read = check_rules(frame)
    assert len(read.frame) + len(read.rejected) == len(rows)
    assert read.rejected["reason"].map(bool).all() and read.frame["rule_id"].is_unique
    again = check_rules(read.frame)
    pd.testing.assert_frame_equal(again.frame, read.frame)
    rules = own_rules(read.frame)
    for rule, examples in zip(rules, read.frame["examples"], strict=True):
        for text in examples.split(";"):
            assert by_rules(text, forms_of(text), [rule])

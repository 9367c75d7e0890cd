"""The gate: every rule against every example, places in the original text, contexts, and bounded patterns."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import compliance, lexicons
from toolkit.compliance import check_copy, find, gate
from toolkit.compliance._find import by_rules
from toolkit.compliance._forms import forms_of
from toolkit.schema import FINDINGS, ChoiceError, ColumnError, InputError
from toolkit.text import fold

RULES = lexicons.rows("ad-rules")
CASES = [
    json.loads(line)
    for line in (lexicons.corpora_folder() / "cases" / "compliance.jsonl").read_text("utf-8").splitlines()
]


def places(frame: pd.DataFrame) -> list[tuple[str, int, int, str]]:
    return list(frame[["rule_id", "start", "end", "text"]].itertuples(index=False, name=None))


# ---- the rules as data


def test_rules_file_is_well_formed() -> None:
    ids = [row["rule_id"] for row in RULES]
    assert len(ids) == len(set(ids)) >= 304
    contexts = {row["name"] for row in lexicons.rows("ad-contexts")}
    for row in RULES:
        assert row["kind"] in ("regex", "literal"), row["rule_id"]
        assert row["severity"] in ("block", "warn", "info"), row["rule_id"]
        assert row["scope"] in ("ad", "any"), row["rule_id"]
        for column in ("exclude", "needs"):
            assert set(row[column].split(";")) <= contexts | {""}, row["rule_id"]
        assert row["platforms"] == "all" or set(row["platforms"].split(";")) <= set(lexicons.platforms())
        for column in ("clause", "why", "suggestion", "examples", "counter_examples"):
            assert row[column].strip(), (row["rule_id"], column)


@pytest.mark.parametrize("row", RULES, ids=lambda row: row["rule_id"])
def test_each_rule_hits_its_examples(row: dict[str, str]) -> None:
    rule = next(rule for rule in compliance._rules.rules() if rule.rule_id == row["rule_id"])
    for example in row["examples"].split(";"):
        found = by_rules(example, forms_of(example), [rule])
        assert [one.severity for one in found if one.category != "exempt"][:1] == [row["severity"]], example


def test_no_counter_example_is_flagged_by_any_rule() -> None:
    flagged = [
        (row["rule_id"], text, [finding.rule_id for finding in found])
        for row in RULES
        for text in row["counter_examples"].split(";")
        if gate(found := by_rules(text, forms_of(text), compliance._rules.rules())) != "pass"
    ]
    assert flagged == []


def test_rules_passed_over_by_their_characters_could_not_have_matched() -> None:
    texts = [text for row in RULES for text in (row["examples"] + ";" + row["counter_examples"]).split(";")]
    rules = compliance._rules.rules()
    book = compliance._rules.book_of(rules)
    for text in texts[::7]:
        value = forms_of(text)[0].value
        candidates = {rule.rule_id for rule in book.candidates(frozenset(value))}
        assert {rule.rule_id for rule in rules if rule.pattern.search(value)} <= candidates, text
    kept = [len(book.candidates(frozenset(text))) for text in texts]
    assert sum(kept) / len(kept) < len(rules) / 4


def test_patterns_are_written_for_the_unified_form() -> None:
    """Texts are unified before matching, so a full-width or traditional character in a pattern could never match."""
    changed = [
        row["rule_id"]
        for row in RULES
        if fold([row["pattern"]])[0] != row["pattern"].lower()
        and unicodedata.is_normalized("NFKC", row["pattern"])
    ]
    assert changed == []
    assert [rule.rule_id for rule in compliance._rules.rules() if rule.as_typed] == ["absolute-028"]


# ---- the cases an editor can add to


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=pytest.mark.xfail(reason=case["comment"]) if case["label"] == "fail" else ())
        for case in CASES
    ],
    ids=lambda case: case["comment"],
)
def test_cases(case: dict[str, Any]) -> None:
    findings = check_copy(case["text"], purpose=case["purpose"], platform=case["platform"])
    assert gate(findings) == case["expect"]


# ---- places in the original text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("这款锅全城最低价", [("absolute-008", 3, 8, "全城最低价")]),
        ("這款鍋全城最低價", [("absolute-008", 3, 8, "全城最低價")]),
        ("锅\u200b全\u200b城\ufeff最低价", [("absolute-008", 2, 9, "全\u200b城\ufeff最低价")]),
        ("１００％有效", [("absolute-020", 0, 6, "１００％有效")]),
        ("㋿全城最低价", [("absolute-008", 1, 6, "全城最低价")]),
        ("e\u0301全城最低价", [("absolute-008", 2, 7, "全城最低价")]),
        ("第①铺", [("absolute-028", 0, 2, "第①")]),
    ],
    ids=[
        "plain",
        "traditional",
        "zero-width",
        "full-width",
        "one sign, two letters",
        "combining",
        "as typed",
    ],
)
def test_places_are_of_the_original_text(text: str, expected: list[tuple[str, int, int, str]]) -> None:
    assert places(check_copy(text)) == expected


def test_findings_are_whole_rows_in_reading_order() -> None:
    frame = check_copy("集满28个赞送鸡蛋，全城最低价", platform="wechat")
    assert places(frame) == [
        ("induced_share-014", 0, 7, "集满28个赞送"),
        ("absolute-008", 10, 15, "全城最低价"),
    ]
    assert frame["severity"].tolist() == ["block", "block"]
    assert frame["why"].tolist()[0].endswith("（公众号、社群、小红书的规则）")


def test_a_finding_inside_another_of_its_category_is_left_out() -> None:
    frame = check_copy("全网最便宜的面霜")
    assert places(frame) == [("absolute-037", 0, 5, "全网最便宜")]
    kept = check_copy("全网最低价")
    assert kept["rule_id"].tolist() == ["absolute-008"]


# ---- purpose, platform and context


def test_editorial_purpose_leaves_out_what_binds_advertisements_only() -> None:
    assert check_copy("全城最低价", purpose="editorial").empty
    ids = {rule.rule_id for rule in compliance._rules.rules_for("editorial", None).rules}
    assert ids == {row["rule_id"] for row in RULES if row["scope"] == "any"}


def test_platform_rules_apply_where_they_belong_and_without_a_platform() -> None:
    text = "分享到朋友圈领资料"
    fired = {
        name: not check_copy(text, platform=name).empty
        for name in (None, "wechat", "group", "zhihu", "weibo")
    }
    assert fired == {None: True, "wechat": True, "group": True, "zhihu": False, "weibo": False}


def test_a_guard_excuses_its_sentence_only_and_never_hides() -> None:
    excused = check_copy("骗局：7天瘦10斤的果冻")
    assert set(excused["category"]) == {"exempt"} and set(excused["severity"]) == {"info"}
    assert gate(excused) == "pass"
    assert excused["why"].tolist()[0].startswith("这里在讲识别、查处或普法，不按违规算")
    assert gate(check_copy("这是骗局。7天瘦10斤的果冻")) == "block"


def test_a_guard_far_away_in_a_text_without_stops_does_not_excuse() -> None:
    assert gate(find("骗局：" + "啊" * 300 + "全城最低价", second_look=False)) == "block"
    assert gate(find("骗局：" + "啊" * 100 + "全城最低价", second_look=False)) == "pass"


def test_gate_words() -> None:
    row = dict.fromkeys(FINDINGS.names, "") | {"start": 0, "end": 1}

    def one(severity: str, category: str) -> pd.DataFrame:
        return pd.DataFrame([row | {"severity": severity, "category": category}])

    assert gate(FINDINGS.empty()) == "pass"
    assert gate(one("info", "clickbait")) == "pass"
    assert gate(one("info", "second_look")) == "warn"
    assert gate(one("warn", "price")) == "warn"
    assert gate(pd.concat([one("warn", "price"), one("block", "price")])) == "block"


def test_the_gate_reads_findings_from_a_workbook_and_never_opens_for_a_word_it_does_not_know() -> None:
    found = check_copy("全城最低价")
    assert gate(found.assign(severity="不可用")) == "block"
    assert gate(found.rename(columns=FINDINGS.captions)) == "block"
    with pytest.raises(ColumnError, match="「轻重」里有不认识的「怪」"):
        gate(found.assign(severity="怪"))


def test_empty_result_keeps_the_contract() -> None:
    pd.testing.assert_frame_equal(check_copy(""), FINDINGS.empty())
    found = check_copy("全城最低价")
    assert found.dtypes.tolist() == FINDINGS.empty().dtypes.tolist()
    found.loc[0, "why"] = "改过"
    assert check_copy("好天气").empty and check_copy("全城最低价")["why"][0] != "改过"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"purpose": "ad"}, "不认识的用途 'ad'。可以用的是：promotion（推广）、editorial（内容）。"),
        ({"platform": "qq"}, "不认识的平台 'qq'"),
    ],
)
def test_unknown_choices_are_refused_in_chinese(arguments: dict[str, str], message: str) -> None:
    with pytest.raises(ChoiceError, match=re.escape(message)):
        check_copy("你好", **arguments)


# ---- any text at all

PIECES = st.sampled_from(
    [
        "全城最低价",
        "集满28个赞送",
        "\u200b",
        "e\u0301",
        "１００％",
        "有效",
        "。",
        "！",
        "\n",
        "骗局",
        "網",
        "㍿",
        "😀",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map("".join)))
def test_findings_of_any_text(text: str) -> None:
    frame = check_copy(text)
    assert [text[start:end] for start, end in zip(frame["start"], frame["end"], strict=True)] == list(
        frame["text"]
    )
    assert ((frame["start"] >= 0) & (frame["end"] > frame["start"]) & (frame["end"] <= len(text))).all()
    assert frame["start"].is_monotonic_increasing
    assert frame[["category", "start", "end"]].duplicated().sum() == 0


@pytest.mark.parametrize("text", ["\ud800全城最低价", "全城最低价" * 2_000, "1" * 20_000, "\u0301" * 5_000])
def test_odd_and_long_texts_are_read(text: str) -> None:
    assert len(check_copy(text)) == text.count("全城最低价")


def test_what_is_no_text_is_refused_in_chinese() -> None:
    with pytest.raises(InputError, match="要检查的是一段文字，这里给的是 int"):
        check_copy(123)  # type: ignore[arg-type]
    assert check_copy(None).empty and check_copy(float("nan")).empty  # type: ignore[arg-type]


def test_what_one_law_excuses_does_not_hide_what_another_says() -> None:
    """Two excused findings of different kinds are both shown, even where one lies within the other."""
    rules = {rule.rule_id: rule for rule in compliance._rules.rules()}
    outer = replace(rules["absolute-008"], category="price", written="这款.{0,4}最低价", needed=())
    text = "曝光：这款锅最低价是骗局"
    inner = replace(rules["absolute-008"], written="最低价", needed=())
    for rule in (outer, inner):
        assert [one.category for one in by_rules(text, forms_of(text), [rule])] == ["exempt"]
    assert [one.text for one in by_rules(text, forms_of(text), [outer, inner])] == ["这款锅最低价", "最低价"]


def test_a_text_that_may_go_anywhere_is_held_to_every_platform() -> None:
    with (lexicons.corpora_folder() / "cases" / "compliance-unseen.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        rows = list(csv.DictReader(file))[::6]
    ranks = ["pass", "warn", "block"]
    for row in rows:
        anywhere = ranks.index(gate(find(row["text"], purpose=row["purpose"])))
        for platform in ("group", "xiaohongshu", "zhihu"):
            there = ranks.index(gate(find(row["text"], purpose=row["purpose"], platform=platform)))
            assert there <= anywhere, (row["text"], platform)

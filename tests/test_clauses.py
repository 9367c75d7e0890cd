"""The clauses of the rules name statutes of the table, with its dates, and the page is what the tables say."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit import lexicons
from toolkit.compliance import _clauses
from toolkit.compliance._clauses import BEGIN, END, STATUSES, cited, newest, page, page_path, statutes
from toolkit.schema import InputError

RULES = lexicons.rows("ad-rules")
STATUTES = lexicons.rows("statutes")
LOOKED_UP = max(row["checked"] for row in STATUTES)


def is_date(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


# ---- the table


def test_every_statute_says_what_it_is() -> None:
    shorts = [name for row in STATUTES for name in row["short"].split("|")]
    assert len(shorts) == len(set(shorts))
    for row in STATUTES:
        for column in ("short", "name", "issuer", "source"):
            assert row[column].strip(), (row["short"], column)
        assert row["status"] in STATUSES, row["short"]
        assert is_date(row["checked"]), row["short"]
        if row["in_force"] or row["status"] in ("现行", "待施行"):
            assert is_date(row["in_force"]), row["short"]
        assert (row["in_force"] > row["checked"]) == (row["status"] == "待施行"), row["short"]


# ---- the rules


def test_every_clause_names_statutes_of_the_table() -> None:
    rows = [(row["rule_id"], row["clause"]) for row in RULES]
    rows += [(row["category"], row["clause"]) for row in lexicons.rows("ad-categories")]
    named = {name: [short for short, _ in cited(clause)] for name, clause in rows}
    assert {name: shorts for name, shorts in named.items() if not shorts or "" in shorts} == {}


def test_every_rule_has_the_date_of_the_newest_statute_it_names() -> None:
    wrong = {
        row["rule_id"]: (row["source_date"], newest(row["clause"]))
        for row in RULES
        if row["source_date"] != (newest(row["clause"]) or row["source_date"])
        or not is_date(row["source_date"])
        or not "1990-01-01" <= row["source_date"] <= LOOKED_UP
    }
    assert wrong == {}


# ---- reading a clause


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("", []),
        ("；;", []),
        ("第九条", [("", "第九条")]),
        ("家规第一条;第二条", [("", "家规第一条；第二条")]),
        ("广告法第九条；第十条", [("广告法", "第九条；第十条")]),
        ("广告法第九条;价格法第十四条;广告法第九条", [("广告法", "第九条"), ("价格法", "第十四条")]),
        ("药品另见广告法第十六条", [("", "药品另见广告法第十六条")]),
        ("药品(广告法第十六条)", [("", "药品(广告法第十六条)")]),
        ("生态治理规定第七条", [("网络信息内容生态治理规定", "第七条")]),
        ("GB 7718-2025(2027年施行)", [("GB 7718-2025", "(2027年施行)")]),
        ("医疗广告管理办法第七条", [("医疗广告管理办法", "第七条")]),
        ("互联网广告法", [("", "互联网广告法")]),
        (
            "小红书社区公约、抖音社区自律公约(站外引流)",
            [("小红书社区公约", ""), ("抖音社区自律公约", "(站外引流)")],
        ),
        (
            "消费者权益保护法第二十条;消费者权益保护法实施条例第九条",
            [("消费者权益保护法", "第二十条"), ("消费者权益保护法实施条例", "第九条")],
        ),
    ],
)
def test_cited(clause: str, expected: list[tuple[str, str]]) -> None:
    assert cited(clause) == expected


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(statutes())), st.sampled_from(["", "第一条", "第三条、第四条"])),
        unique_by=lambda pair: pair[0],
    )
)
def test_what_is_joined_is_read_back(pairs: list[tuple[str, str]]) -> None:
    assert cited(";".join(short + said for short, said in pairs)) == pairs


@given(st.text())
def test_a_part_that_names_nothing_is_kept(clause: str) -> None:
    parts = [part.strip() for part in re.split("[;；]", clause) if part.strip()]
    assert cited(clause) == ([("", "；".join(dict.fromkeys(parts)))] if parts else [])


def test_newest() -> None:
    assert newest("广告法第九条;反不正当竞争法第九条") == "2025-10-15"
    assert newest("抖音社区自律公约") == newest("家规") == newest("") == ""


# ---- the page


def test_the_page_is_what_the_tables_say() -> None:
    text = page_path().read_text(encoding="utf-8")
    assert page(text) == text, "python -m toolkit.compliance writes it anew"


@given(st.text().filter(lambda text: "<!--" not in text), st.text().filter(lambda text: "<!--" not in text))
def test_only_what_lies_between_the_marks_changes(before: str, after: str) -> None:
    written = page(f"{before}{BEGIN}old{END}{after}")
    assert written.startswith(before + BEGIN)
    assert written.endswith(END + after)
    assert "old" not in written[len(before) : len(written) - len(after)]
    assert page(written) == written


@pytest.mark.parametrize("text", ["", BEGIN, END, END + BEGIN, BEGIN + BEGIN + END, BEGIN + END + END])
def test_a_page_without_its_marks_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="按依据列出的规则"):
        page(text)


def test_links_end_where_chinese_begins() -> None:
    assert _clauses._linked("见（https://a.cn/b?c=d_1），又见 http://e.cn") == (
        "见（<https://a.cn/b?c=d_1>），又见 <http://e.cn>"
    )


def test_a_rule_stands_under_the_first_statute_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    real = lexicons.rows
    common = {"category": "absolute", "severity": "warn"}
    rules = (
        {
            **common,
            "rule_id": "absolute-002",
            "clause": "民法典第一条;英雄烈士保护法第二条",
            "scope": "any",
            "platforms": "wechat;group",
            "examples": "甲|乙*;丙",
        },
        {
            **common,
            "rule_id": "absolute-001",
            "clause": "英雄烈士保护法第三条",
            "scope": "ad",
            "platforms": "all",
            "examples": "丁",
        },
    )
    three = {short: statutes()[short] for short in ("民法典", "英雄烈士保护法", "人力资源市场暂行条例")}
    monkeypatch.setattr(lexicons, "rows", lambda name: rules if name == "ad-rules" else real(name))
    monkeypatch.setattr(_clauses, "statutes", lambda: three)
    assert _clauses.rules_by_clause() == "\n".join(
        [
            "2 条规则，2 份依据。",
            "",
            "| 依据 | 施行或版本日期 | 状态 | 规则 |",
            "|---|---|---|---|",
            "| 民法典 | 2021-01-01 | 现行 | 1 |",
            "| 英雄烈士保护法 | 2018-05-01 | 现行 | 2 |",
            "",
            "## 民法典",
            "",
            "《中华人民共和国民法典》；全国人民代表大会；2020-05-28 通过；现行文本施行于 2021-01-01；现行，2026-11-22 查过；"
            "可以在这里读：国家法律法规数据库 <https://flk.npc.gov.cn/>。",
            "公开转录的国家法律法规数据库状态到 2026-10-09 仍为有效。",
            "",
            "| 规则 | 管什么 | 条款 | 轻重 | 范围 | 平台 | 例句 |",
            "|---|---|---|---|---|---|---|",
            r"| `absolute-002` | 绝对化用语 | 第一条 | 留意 | 推广和内容 | 公众号、社群 | 甲\|乙\* |",
            "",
            "## 英雄烈士保护法",
            "",
            "《中华人民共和国英雄烈士保护法》；全国人民代表大会常务委员会；2018-04-27 通过；现行文本施行于 2018-05-01；"
            "现行，2026-11-22 查过；可以在这里读：国家法律法规数据库 <https://flk.npc.gov.cn/>。",
            "",
            "| 规则 | 管什么 | 条款 | 轻重 | 范围 | 平台 | 例句 |",
            "|---|---|---|---|---|---|---|",
            "| `absolute-001` | 绝对化用语 | 第三条 | 留意 | 只管推广 | 全部 | 丁 |",
            "",
            "另外，这些规则也引用它：`absolute-002`。",
            "",
            "## 已经知道、还没有规则引用的",
            "",
            "- 《人力资源市场暂行条例》；国务院；国务院令第700号；现行文本施行于 2018-10-01；现行，2026-11-22 查过；"
            "可以在这里读：国家法律法规数据库 <https://flk.npc.gov.cn/>。版本与公开资料的引文一致。",
        ]
    )

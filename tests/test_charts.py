from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit import charts, schema
from toolkit.charts import escape, format_count, format_share, format_time, plain, safe_link
from toolkit.schema import ColumnError, check

TRENDS = check(
    pd.DataFrame(
        {
            "term": ["绘本", "大闸蟹", "桂花拿铁"],
            "score": [99.0, 92.4, 80.0],
            "q_value": [0.5, 0.0001, 0.03],
            "lift": [1.0, 9.3, 7.0],
            "documents": [6, 7, 12345],
            "baseline_documents": [24, 3, 0],
            "sources": [2, 3, 3],
            "tfidf": [0.1, 0.3, 0.2],
            "first_seen": ["2026-06-30", "2026-09-02", "2026-09-15"],
            "status": ["steady", "rising", "new"],
            "is_new_word": [False, False, True],
            "variants": [[], [], []],
            "evidence": [[], [], []],
        }
    ),
    schema.TRENDS,
)


def title(chart: object) -> str:
    head = chart.to_dict()["title"]  # type: ignore[attr-defined]
    return head if isinstance(head, str) else head["text"]


def values(chart: object) -> list[dict[str, object]]:
    spec = chart.to_dict()  # type: ignore[attr-defined]
    return spec["data"]["values"] if "data" in spec else spec["layer"][0]["data"]["values"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (9999, "9999"),
        (10_000, "1万"),
        (12_345, "1.2万"),
        (99_999_999, "1亿"),
        (3.5, "3.5"),
        (-20_000, "-2万"),
    ],
)
def test_counts_are_written_as_people_write_them(value: float, text: str) -> None:
    assert format_count(value) == text


def test_missing_values_are_a_dash() -> None:
    for value in (None, float("nan"), pd.NA, pd.NaT):
        assert format_count(value) == format_share(value) == "—"
    assert format_time(None) == format_time(pd.NaT) == charts.format_day(None) == "—"


def test_times_are_shown_in_shanghai() -> None:
    assert format_time(dt.datetime(2026, 11, 3, 12, 0, tzinfo=dt.UTC)) == "11月3日 周二 20:00"
    assert format_share(0.9871) == "98.7%"


def test_days_carry_their_marks() -> None:
    days = ["2026-09-18", "2026-09-20", "2026-09-25", "2026-04-05", "2026-09-22"]
    assert [charts.day_marks(dt.date.fromisoformat(day)) for day in days] == [
        [("solemn", "庄重日：九一八")],
        [("workday", "调休上班")],
        [("festival", "中秋"), ("rest", "放假")],
        [("solemn", "庄重日：清明"), ("rest", "放假")],
        [],
    ]


class Markup(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.words += data


@given(st.text(st.characters()))
def test_escaped_text_reads_as_it_was_and_is_no_markup(text: str) -> None:
    markup = Markup(f'<p title="{escape(text)}">{escape(text)}</p>')
    assert markup.found == [("p", [("title", plain(text))])]
    assert markup.words == plain(text)


@given(st.text(st.characters()))
def test_plain_text_fits_any_file(text: str) -> None:
    clean = plain(text)
    clean.encode("utf-8")
    assert plain(clean) == clean
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", clean)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>",
        "//evil.example",
        "/etc/passwd",
        "file:///etc/passwd",
        "https://",
        "https://bank.example@evil.example",
        'https://a.example/"onmouseover="x',
        "https://[::1",
        "https://a.example/ b",
        "http:\\\\evil.example",
        "",
        None,
    ],
)
def test_only_plain_web_addresses_become_links(url: str | None) -> None:
    assert safe_link(url, "看<看") == "<bdi>看&lt;看</bdi>"


def test_a_link_without_text_shows_its_address() -> None:
    assert (
        Markup(safe_link("HTTPS://Example.com/中秋?a=1&b=2", "")).words == "HTTPS://Example.com/中秋?a=1&b=2"
    )


def test_trend_bars_name_the_strongest_rise() -> None:
    chart = charts.trend_bars(TRENDS)
    assert title(chart) == "上升最快：大闸蟹"
    assert values(chart) == [
        {"term": "大闸蟹", "score": 92.4, "status": "上升", "label": "↑ 上升　7 篇（前期 3）"},
        {"term": "桂花拿铁", "score": 80.0, "status": "新出现", "label": "＋ 新出现　1.2万 篇（前期 0）"},
    ]
    assert len(values(charts.trend_bars(TRENDS, top=1))) == 1


def test_charts_of_nothing_are_a_sentence() -> None:
    assert title(charts.trend_bars(schema.TRENDS.empty())) == "这一期没有明显上升的词"
    assert title(charts.trend_bars(TRENDS.head(1))) == "这一期没有明显上升的词"
    counts = pd.DataFrame({"term": [], "week": [], "documents": []})
    assert title(charts.term_lines(counts)) == "还没有可画的词"
    assert title(charts.calendar_load(schema.CALENDAR.empty(), schema.GROUPS.empty())) == "排期里还没有发布"
    assert title(charts.score_parts(schema.HEADLINES.empty())) == "还没有可拆开看的写法分"
    for chart in (charts.trend_bars(TRENDS.head(1)), charts.term_lines(counts)):
        assert charts.to_svg(chart).startswith("<svg")


def test_term_lines_fill_silent_weeks_with_zero() -> None:
    weeks = [dt.date(2026, 9, 1), dt.date(2026, 9, 15), dt.date(2026, 9, 15)]
    for name in ("week", "starts"):
        counts = pd.DataFrame({"term": ["大闸蟹", "大闸蟹", "绘本"], name: weeks, "documents": [1, 6, 2]})
        counts = pd.concat(
            [counts, pd.DataFrame({"term": ["绘本"], name: [dt.date(2026, 9, 8)], "documents": [3]})]
        )
        chart = charts.term_lines(counts)
        assert title(chart) == "涨得最多：大闸蟹（6 篇，之前平均 0.5 篇）"
        spec = chart.to_dict()
        assert [(row["term"], row["week"], row["documents"]) for row in spec["data"]["values"]] == [
            ("大闸蟹", "9月1日", 1),
            ("大闸蟹", "9月8日", 0),
            ("大闸蟹", "9月15日", 6),
            ("绘本", "9月1日", 0),
            ("绘本", "9月8日", 3),
            ("绘本", "9月15日", 2),
        ]


def test_term_lines_name_a_missing_column() -> None:
    with pytest.raises(ColumnError, match="词频表缺少列 documents。现有的列：term、week"):
        charts.term_lines(pd.DataFrame({"term": ["a"], "week": ["2026-09-01"]}))


def test_calendar_load_counts_posts_by_day_and_segment() -> None:
    groups = check(
        pd.DataFrame(
            {
                "group_id": ["g1", "g2"],
                "name": ["甲", "乙"],
                "segment": ["生鲜", ""],
                "members": [1, 1],
                "slots": [["08:00"], ["08:00"]],
                "posts_per_day": [1, 1],
                "posts_per_week": [1, 1],
            }
        ),
        schema.GROUPS,
    )
    calendar = check(
        pd.DataFrame(
            {
                "post_id": ["a", "b", "c", "d"],
                "item_id": ["i", "i", "j", "k"],
                "group_id": ["g1", "g2", "g1", "g1"],
                "starts_at": ["2026-09-21 08:00", "2026-09-21 08:00", "2026-09-23 08:00", "2026-09-23 20:00"],
                "status": ["draft", "draft", "draft", "cancelled"],
            }
        ),
        schema.CALENDAR,
    )
    chart = charts.calendar_load(calendar, groups)
    assert title(chart) == "最忙的一天：9月21日 周一，2 次发布"
    assert [(row["day"], row["segment"], row["posts"]) for row in values(chart)] == [
        ("9/21 周一", "未分人群", 1),
        ("9/22 周二", "未分人群", 0),
        ("9/23 周三", "未分人群", 0),
        ("9/21 周一", "生鲜", 1),
        ("9/22 周二", "生鲜", 0),
        ("9/23 周三", "生鲜", 1),
    ]


HEADLINES = check(
    pd.DataFrame(
        {
            "headline": ["大闸蟹怎么挑", "一百元的礼盒"],
            "craft": [65.0, 72.0],
            "part_a": [70.0, 30.0],
            "part_b": [-5.0, 42.0],
            "gate": ["pass", "pass"],
            "findings": [0, 0],
            "clickbait": [0.0, 0.0],
            "width": [12, 12],
            "visible": ["", ""],
            "advice": [[], []],
        }
    ),
    schema.HEADLINES,
)


def test_score_parts_name_the_best_and_add_up() -> None:
    chart = charts.score_parts(HEADLINES)
    assert title(chart) == "写法分最高：一百元的礼盒"
    spec = chart.to_dict()
    points = [(row["headline"], row["part"], row["points"]) for row in spec["layer"][0]["data"]["values"]]
    assert points == [
        ("1. 大闸蟹怎么挑", "a", 70.0),
        ("1. 大闸蟹怎么挑", "b", -5.0),
        ("2. 一百元的礼盒", "a", 30.0),
        ("2. 一百元的礼盒", "b", 42.0),
    ]
    assert [row["label"] for row in spec["layer"][1]["data"]["values"]] == ["65", "72"]


def test_svg_is_chinese_static_and_the_same_each_time() -> None:
    trends = TRENDS.assign(term=["绘本", "</text><script>x</script>", "桂花拿铁"])
    svg = charts.to_svg(charts.trend_bars(trends))
    assert "桂花拿铁" in svg and "新出现" in svg
    assert svg == charts.to_svg(charts.trend_bars(trends))
    assert not re.search(r"<script|<image|<foreignObject|\son\w+=|href", svg)
    assert set(re.findall(r"https?://[^\"]+", svg)) == {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert {int(size) for size in re.findall(r'font-size="(\d+)px"', svg)} == {12, 14}
    assert charts.ACCENT.lower() in svg.lower()


def test_the_theme_draws_offline() -> None:
    import altair as alt

    charts.use_theme()
    assert (alt.theme.active, alt.renderers.active) == ("wenan", "mimetype")
    spec = charts.trend_bars(TRENDS).to_dict()
    assert spec["config"]["range"]["category"] == list(charts.OKABE_ITO)
    assert "Microsoft YaHei" in spec["config"]["font"]


def test_figures_are_shown_by_what_they_are_of() -> None:
    health = pd.DataFrame(
        {"group_id": ["g1", "g2"], "name": ["一群", "二群"], "days": [28, 3], "members": [180, None]}
    )
    health = health.assign(
        active_share=[0.127, None],
        net_growth=[-0.034, 0.0002],
        orders_per_100=[4.128, None],
        revenue_per_member=[1234.5, 24800.0],
        state=["lively", "unknown"],
        reasons=[["28 天里有 28 天，到了 10%", "没有量到：订单"], []],
    )
    assert charts.in_words(schema.check(health, schema.HEALTH)).drop(columns=["天数", "状态"]).to_dict(
        "list"
    ) == {
        **{"群编号": ["g1", "g2"], "群名": ["一群", "二群"], "人数": [180, ""]},
        **{"规模（200 人的说法未经验证）": ["", ""], "每天发言的人占": ["13%", ""], "沉默占比": ["", ""]},
        **{"杂讯占比": ["", ""], "促销占比": ["", ""], "促销有人接话": ["", ""], "每天消息": ["", ""]},
        **{"净增比例": ["-3.4%", "<0.1%"], "每百人订单": [4.13, ""], "复购占比": ["", ""]},
        **{"每百人到店": ["", ""], "人均成交（元）": ["1,234.50", "24,800"]},
        **{"依据": ["28 天里有 28 天，到了 10%；没有量到：订单", ""], "怎么办": ["", ""]},
    }


def test_a_share_is_known_by_its_own_table() -> None:
    rates = {"rate": [0.125], "low": [0.04], "high": [0.271]}
    funnel = pd.DataFrame(
        {"campaign": ["秋集"], "stage": ["revenue"], "entered": [8], "passed": [1], **rates}
    )
    assert charts.in_words(funnel).iloc[0].tolist() == ["秋集", "成交", 8, 1, "12%", "4%", "27%"]
    # a slot's bounds are ratios
    slots = pd.DataFrame(
        {"group_id": ["g1"], "weekday": [0], "slot": ["20:00"], "value": [1.2], "low": [0.9]}
    )
    assert charts.in_words(slots).iloc[0].tolist() == ["g1", 0, "20:00", 1.2, 0.9]


def test_days_flags_stand_ins_and_gaps_are_shown_as_people_write_them() -> None:
    day, moment = (
        pd.Timestamp("2026-09-21", tz="Asia/Shanghai"),
        pd.Timestamp("2026-09-21 20:00", tz="Asia/Shanghai"),
    )
    items = pd.DataFrame({"title": ["甲", "乙"], "earliest": [day, pd.NaT], "latest": [day, moment]})
    items = items.assign(must_send=[True, False], link=[None, "k"], kind=["value", "poll"])
    assert charts.in_words(items).to_dict("list") == {
        **{
            "标题": ["甲", "乙"],
            "最早日期": ["2026-09-21", ""],
            "最晚日期": ["2026-09-21 00:00", "2026-09-21 20:00"],
        },
        **{"必发": ["是", ""], "链接": ["", "k"], "类型": ["干货", "投票"]},
    }
    said = pd.DataFrame(
        {"group_id": ["g1"] * 3, "member": [schema.pseudonym("甲"), "", "成员-abc"], "length": [1, 2, 3]}
    )
    assert charts.in_words(said)["成员（代号）"].tolist() == [schema.pseudonym("甲")[:9], "", "成员-abc"]
    assert charts.in_words(said.head(0)).empty


def test_the_grammar_of_addresses_waits_until_one_is_checked() -> None:
    pytest.importorskip("rfc3987_syntax")
    job = (
        "import sys, toolkit.charts._altair, jsonschema\n"
        "print('rfc3987_syntax' in sys.modules)\n"
        "asked = jsonschema.FormatChecker()\n"
        "print([asked.conforms(one, 'iri') for one in ('https://example.org/新米', '::: ')])\n"
        "print('rfc3987_syntax' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", job], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.split("\n")[:3] == ["False", "[True, False]", "True"]

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit import schema
from toolkit.export import write_csv, write_ics, write_report, write_xlsx
from toolkit.schema import ColumnError, InputError, Plan, check
from toolkit.tables import quote_cell, unquote_cell

WEEK = ["2026-09-21", "2026-09-22", "2026-09-25", "2026-09-27"]


def make_groups() -> pd.DataFrame:
    return check(
        pd.DataFrame(
            {
                "group_id": ["g1", "g2", "g3"],
                "name": ["柳塘鲜友一群", "东堤鲜友二群", "望湖故事群"],
                "segment": ["生鲜", "生鲜", "童书"],
                "members": [320, 180, 240],
                "slots": [["08:00", "20:00"], ["20:00"], ["12:30"]],
                "posts_per_day": [2, 1, 1],
                "posts_per_week": [6, 4, 4],
            }
        ),
        schema.GROUPS,
    )


def make_items() -> pd.DataFrame:
    return check(
        pd.DataFrame(
            {
                "item_id": ["i1", "i2", "i3"],
                "title": ["中秋前一周，大闸蟹怎么挑", "减法礼盒到货", "睡前共读：第一本书"],
                "kind": ["value", "promotion", "discussion"],
                "minutes": [30, 0, 20],
                "owner": ["小满", "小满", "阿苇"],
                "copy": ["看肚脐，掂分量，捏蟹腿。", None, "今晚读哪一本？"],
            }
        ),
        schema.ITEMS,
    )


def make_plan() -> Plan:
    calendar = check(
        pd.DataFrame(
            {
                "post_id": ["p1", "p2", "p3", "p4", "p5"],
                "item_id": ["i1", "i1", "i2", "i3", "i2"],
                "group_id": ["g1", "g2", "g1", "g3", "g2"],
                "starts_at": [
                    "2026-09-21 20:00",
                    "2026-09-21 20:00",
                    "2026-09-25 08:00",
                    "2026-09-27 12:30",
                    "2026-09-22 20:00",
                ],
                "status": ["draft", "draft", "pinned", "draft", "cancelled"],
                "value": [3.2, 1.8, 6.4, 2.4, 0.0],
                "reason": ["晚上读的人多", "晚上读的人多", "你固定的", "周日中午故事群最活跃", ""],
                "sequence": [0, 0, 2, 0, 1],
            }
        ),
        schema.CALENDAR,
    )
    unplaced = check(
        pd.DataFrame(
            {
                "item_id": ["i2", "i3"],
                "group_id": ["g3", "g1"],
                "rule_id": ["festival", "outbid"],
                "reason": ["中秋当天只发和中秋有关的促销", "位置让给了「减法礼盒到货」"],
            }
        ),
        schema.UNPLACED,
    )
    return Plan(
        calendar=calendar,
        unplaced=unplaced,
        value=13.8,
        bound=14.0,
        gap=0.2 / 14.0,
        items=make_items(),
        groups=make_groups(),
        start=dt.date(2026, 9, 21),
        days=7,
    )


def make_documents() -> pd.DataFrame:
    return check(
        pd.DataFrame(
            {
                "doc_id": ["d1", "d2", "d3"],
                "source": ["鲜邻优选社", "澜江周末簿", "鲜邻优选社"],
                "channel": ["公众号", "抖音", "公众号"],
                "title": ["石门岭的蟹到了，母蟹先红", "带娃去望月湖看蟹农起笼", "一斤四只，账算给你看"],
                "body": ["正文一", "正文二", "正文三"],
                "published_at": ["2026-09-18 08:00", "2026-09-19 12:00", "2026-09-20"],
                "url": ["https://example.com/1", None, "https://example.com/3?a=1&b=2"],
                "reads": [12345, 860, None],
            }
        ),
        schema.DOCUMENTS,
    )


def make_trends() -> pd.DataFrame:
    return check(
        pd.DataFrame(
            {
                "term": ["大闸蟹", "桂花拿铁", "绘本"],
                "score": [92.4, 80.0, 12.0],
                "q_value": [0.0001, 0.03, 0.8],
                "lift": [9.3, 7.0, 1.0],
                "documents": [7, 5, 6],
                "baseline_documents": [3, 0, 24],
                "sources": [3, 3, 2],
                "tfidf": [0.3, 0.2, 0.1],
                "first_seen": ["2026-09-02 08:00", "2026-09-15", "2026-06-30"],
                "status": ["rising", "new", "steady"],
                "is_new_word": [False, True, False],
                "variants": [["母蟹"], [], []],
                "evidence": [["d1", "d2", "d3"], ["d2"], []],
            }
        ),
        schema.TRENDS,
    )


def make_topics() -> pd.DataFrame:
    return check(
        pd.DataFrame(
            {
                "topic_id": ["t1", "t2"],
                "label": ["大闸蟹", "桂花拿铁"],
                "terms": [["大闸蟹", "母蟹"], ["桂花拿铁"]],
                "score": [81.2, 64.9],
                "part_heat": [-0.03, -0.12],
                "part_spread": [-0.04, -0.2],
                "gate": ["pass", "warn"],
                "angle": ["算账：一家三口吃一顿要多少钱（同行 3 篇里没人用）", ""],
                "evidence": [["d1", "d2", "d3"], ["d2"]],
            }
        ),
        schema.TOPICS,
    )


def make_headlines() -> pd.DataFrame:
    return check(
        pd.DataFrame(
            {
                "headline": ["一斤四只还是三只，大闸蟹的账这样算", "全网最低价的桂花拿铁"],
                "craft": [78.0, 41.0],
                "part_length": [18.0, 9.0],
                "part_specific": [15.0, 8.0],
                "part_other": [45.0, 24.0],
                "gate": ["pass", "block"],
                "findings": [0, 1],
                "chance": [0.58, None],
                "chance_low": [0.51, None],
                "chance_high": [0.65, None],
                "clickbait": [0.1, 0.7],
                "width": [34, 20],
                "visible": ["一斤四只还是三只，大闸蟹的账", "全网最低价的桂花拿铁"],
                "advice": [["把「这样算」换成具体的数"], ["删去「全网最低价」"]],
            }
        ),
        schema.HEADLINES,
    )


def make_rivals() -> pd.DataFrame:
    best = [
        {
            "title": "石门岭的蟹到了，母蟹先红",
            "url": "https://example.com/1",
            "reads": 12345,
            "published_at": pd.Timestamp("2026-09-18 08:00", tz="Asia/Shanghai"),
        }
    ]
    return pd.DataFrame(
        {
            "source": ["鲜邻优选社", "澜江周末簿", "慢烘研究所"],
            "channel": ["公众号", "抖音", "B站"],
            "documents": [5, 4, 0],
            "before": [3.5, float("nan"), 2.0],
            "copied": [0.2, 0.0, float("nan")],
            "top_titles": [best, [], []],
        }
    )


def make_history() -> pd.DataFrame:
    starts = [dt.date(2026, 9, 7), dt.date(2026, 9, 14)]
    return pd.DataFrame({"term": ["大闸蟹"] * 2, "starts": starts, "documents": [1, 7], "total": [24, 30]})


def full_report(path: Path, **more: Any) -> Path:
    given_frames = {
        "trends": make_trends(),
        "topics": make_topics(),
        "headlines": make_headlines(),
        "plan": make_plan(),
        "documents": make_documents(),
        "rivals": make_rivals(),
        "history": make_history(),
        "notes": ["有 3 篇没有发布时间，没有算进升降"],
        "rejected": pd.DataFrame({"path": ["a.csv"], "row": [7], "reason": ["没有标题也没有正文"]}),
    }
    return write_report(path, **{**given_frames, **more})


# --- ICS ---------------------------------------------------------------------------------------------------------


def events(path: Path) -> list[Any]:
    import icalendar

    return list(icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT"))


def test_ics_says_what_the_calendar_says(tmp_path: Path) -> None:
    found = events(write_ics(make_plan(), tmp_path / "排期.ics"))
    assert [
        (
            str(e["UID"]),
            e.decoded("DTSTART").isoformat(),
            e.decoded("DURATION"),
            int(e["SEQUENCE"]),
            str(e["STATUS"]),
        )
        for e in found
    ] == [
        ("p2@wenan", "2026-09-21T20:00:00+08:00", dt.timedelta(minutes=30), 0, "CONFIRMED"),
        ("p1@wenan", "2026-09-21T20:00:00+08:00", dt.timedelta(minutes=30), 0, "CONFIRMED"),
        ("p5@wenan", "2026-09-22T20:00:00+08:00", dt.timedelta(minutes=15), 1, "CANCELLED"),
        ("p3@wenan", "2026-09-25T08:00:00+08:00", dt.timedelta(minutes=15), 2, "CONFIRMED"),
        ("p4@wenan", "2026-09-27T12:30:00+08:00", dt.timedelta(minutes=20), 0, "CONFIRMED"),
    ]
    assert [
        (str(e["SUMMARY"]), str(e["DESCRIPTION"]), e["CATEGORIES"].to_ical().decode()) for e in found[1:4]
    ] == [
        ("柳塘鲜友一群｜中秋前一周，大闸蟹怎么挑", "看肚脐，掂分量，捏蟹腿。", "干货"),
        ("东堤鲜友二群｜减法礼盒到货", "待写", "促销"),
        ("柳塘鲜友一群｜减法礼盒到货", "待写", "促销"),
    ]
    stamps = [e.decoded("DTSTAMP").isoformat() for e in found]
    assert stamps == [f"2026-09-20T16:0{minute}:00+00:00" for minute in (0, 0, 1, 2, 0)]
    pinned = {name: str(found[3][f"X-WENAN-{name}"]) for name in ("ITEM-ID", "GROUP-ID", "STATUS", "REASON")}
    assert pinned == {"ITEM-ID": "i2", "GROUP-ID": "g1", "STATUS": "pinned", "REASON": "你固定的"}


def test_ics_carries_its_time_zone_and_short_lines(tmp_path: Path) -> None:
    data = write_ics(make_plan(), tmp_path / "a.ics").read_bytes()
    assert b"BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\n" in data
    assert b"TZOFFSETTO:+0800" in data
    assert b"DTSTART;TZID=Asia/Shanghai:20260921T200000" in data
    assert max(len(line) for line in data.split(b"\r\n")) <= 75


def test_ics_of_a_frame_equals_ics_of_its_plan(tmp_path: Path) -> None:
    plan = make_plan()
    first = write_ics(plan, tmp_path / "a.ics").read_bytes()
    shuffled = plan.calendar.sample(frac=1, random_state=1)
    assert write_ics(shuffled, tmp_path / "b.ics", items=plan.items, groups=plan.groups).read_bytes() == first
    bare = events(write_ics(plan.calendar, tmp_path / "c.ics"))
    assert [str(event["SUMMARY"]) for event in bare][:2] == ["g1｜i1", "g2｜i1"]
    assert events(write_ics(schema.CALENDAR.empty(), tmp_path / "d.ics")) == []


def test_posts_without_time_or_with_one_id_are_refused(tmp_path: Path) -> None:
    calendar = make_plan().calendar
    lost = calendar.assign(starts_at=calendar["starts_at"].where(calendar["post_id"] != "p3"))
    with pytest.raises(ColumnError, match="1 次发布（如 p3）没有发布时间"):
        write_ics(lost, tmp_path / "a.ics")
    with pytest.raises(ColumnError, match="p1）的发布编号和前面的重复"):
        write_xlsx(pd.concat([calendar, calendar.head(1)]), tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


# --- CSV ---------------------------------------------------------------------------------------------------------


def test_csv_holds_every_kind_of_cell(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "title": ["=HYPERLINK(1)", "-5℃，早餐", None, "正常，带\n换行"],
            "reads": pd.array([1, -2, None, 3], dtype="Int64"),
            "score": [1.5, float("nan"), -0.25, 2.0],
            "published_at": schema.to_shanghai(pd.Series(["2026-09-18 08:30", None, None, "2026-09-20"])),
            "slots": [["08:00", "20:00"], [], ["=1"], ["a"]],
            "must_send": [True, False, True, False],
        }
    )
    data = write_csv(frame, tmp_path / "a.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").split("\r\n") == [
        "title,reads,score,published_at,slots,must_send",
        "'=HYPERLINK(1),1,1.5,2026-09-18T08:30:00+08:00,08:00、20:00,TRUE",
        "'-5℃，早餐,-2,,,,FALSE",
        ",,-0.25,,'=1,TRUE",
        '"正常，带\n换行",3,2.0,2026-09-20T00:00:00+08:00,a,FALSE',
        "",
    ]
    assert (
        write_csv(schema.TRENDS.empty(), tmp_path / "b.csv").read_text("utf-8-sig")
        == ",".join(schema.TRENDS.names) + "\n"
    )


@given(st.text(st.characters(), max_size=8) | st.from_regex(r"'{0,3}[=+\-@\t]\w?", fullmatch=True))
def test_quoting_a_cell_is_undone_exactly(text: str) -> None:
    quoted = quote_cell(text)
    assert unquote_cell(quoted) == text
    assert not re.match(r"[=+\-@\t\r\n]", quoted)


def test_a_lone_surrogate_does_not_stop_any_writer(tmp_path: Path) -> None:
    frame = make_documents()
    frame.loc[0, "title"] = "坏\ud800字\x00\x0b"
    cells = list(csv.reader(io.StringIO(write_csv(frame, tmp_path / "a.csv").read_text("utf-8-sig"))))
    assert cells[1][3] == "坏\ufffd字\x00\x0b"
    assert sheets(write_xlsx(frame, tmp_path / "a.xlsx"))["内容"][1][3] == "坏\ufffd字"
    assert "坏\ufffd字" in full_report(tmp_path / "a.html", documents=frame).read_text("utf-8")
    plan = make_plan()
    plan.items.loc[0, "title"] = "坏\ud800字\x00"
    assert str(events(write_ics(plan, tmp_path / "a.ics"))[0]["SUMMARY"]) == "东堤鲜友二群｜坏\ufffd字"


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    for write in (write_csv, write_xlsx):
        with pytest.raises(InputError, match="写不进去"):
            write(make_documents(), tmp_path)
    assert write_csv(make_documents(), tmp_path / "新 文件夹" / "a.csv").is_file()


# --- XLSX --------------------------------------------------------------------------------------------------------


def workbook(path: Path) -> Any:
    import openpyxl

    return openpyxl.load_workbook(path)


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in workbook(path)}


def test_xlsx_of_a_plan_has_four_sheets(tmp_path: Path) -> None:
    book = sheets(write_xlsx(make_plan(), tmp_path / "a.xlsx"))
    assert list(book) == ["排期总表", "按群月历", "未排入", "图例"]
    assert book["排期总表"][0] == [
        *("发布时间", "星期", "日子", "群名", "人群", "标题", "类型", "状态", "为什么排在这里", "文案"),
        *("负责人", "所需分钟", "价值", "改动次数", "暗号", "发布编号", "条目编号", "群编号"),
    ]
    assert book["排期总表"][4] == [
        *(dt.datetime(2026, 9, 25, 8, 0), "周五", "中秋、放假", "柳塘鲜友一群", "生鲜", "减法礼盒到货"),  # noqa: DTZ001
        *("促销", "已定", "你固定的", "待写", "小满", 0, 6.4, 2, None, "p3", "i2", "g1"),
    ]
    assert book["未排入"] == [
        ["标题", "群名", "原因", "规则编号", "条目编号", "群编号"],
        ["减法礼盒到货", "望湖故事群", "中秋当天只发和中秋有关的促销", "festival", "i2", "g3"],
        ["睡前共读：第一本书", "柳塘鲜友一群", "位置让给了「减法礼盒到货」", "outbid", "i3", "g1"],
    ]
    assert ["已达上限", "98.6%"] in book["图例"]


def test_the_month_has_a_row_for_each_group_and_a_column_for_each_day(tmp_path: Path) -> None:
    month = sheets(write_xlsx(make_plan(), tmp_path / "a.xlsx"))["按群月历"]
    assert month[0] == [
        *("群", "9月21日 周一", "9月22日 周二", "9月23日 周三\n农民丰收", "9月24日 周四"),
        *("9月25日 周五\n中秋\n放假", "9月26日 周六\n放假", "9月27日 周日\n放假"),
    ]
    blank = [None] * 7
    assert [row[0] for row in month[1:]] == ["柳塘鲜友一群", "东堤鲜友二群", "望湖故事群"]
    assert month[1][1:] == ["20:00 干货\n中秋前一周，大…", *blank[:3], "08:00 促销\n减法礼盒到货", None, None]
    # the cancelled post of the second group is no part of the month
    assert month[2][1:] == ["20:00 干货\n中秋前一周，大…", *blank[:6]]
    assert month[3][1:] == [*blank[:6], "12:30 话题\n睡前共读：第一…"]


def test_a_workbook_is_set_up_for_reading_and_printing(tmp_path: Path) -> None:
    book = workbook(write_xlsx(make_plan(), tmp_path / "a.xlsx"))
    for sheet in book:
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.freeze_panes is not None
    table = book["排期总表"]
    assert (table.freeze_panes, table.auto_filter.ref, table.print_title_rows) == ("B2", "A1:R6", "$1:$1")
    assert table["A2"].number_format == "yyyy-mm-dd hh:mm"
    # a Han character is two units wide: "东堤鲜友二群" needs twelve
    assert table.column_dimensions["D"].width > 13


def test_xlsx_of_other_frames_has_chinese_captions_and_values(tmp_path: Path) -> None:
    book = sheets(write_xlsx({"热词": make_trends(), "标题/备选": make_headlines()}, tmp_path / "a.xlsx"))
    assert list(book) == ["热词", "标题 备选"]
    assert book["热词"][0] == [*schema.TRENDS.captions.values()]
    assert book["热词"][2] == [
        *("桂花拿铁", 80, 0.03, 7, 5, 0, 3, 0.2, dt.datetime(2026, 9, 15), "新出现", "是", None, "d2"),  # noqa: DTZ001
    ]
    assert [book["标题 备选"][row][2] for row in (0, 1, 2)] == ["合规", "通过", "不可用"]
    assert list(sheets(write_xlsx(schema.DOCUMENTS.empty(), tmp_path / "b.xlsx"))["内容"][0]) == list(
        schema.DOCUMENTS.captions.values()
    )


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "http://example.com", "=cmd|'/c calc'!A0", "mailto:a@b"]


def test_no_text_is_ever_a_formula_or_a_link(tmp_path: Path) -> None:
    plan = make_plan()
    frame = pd.DataFrame(
        {text: [text] * 2 for text in FORMULAS} | {"list": [[text] for text in FORMULAS[:2]]}
    )
    plan.items["title"] = FORMULAS[:3]
    plan.groups["name"] = FORMULAS[3:6]
    for path in (write_xlsx({"=1": frame}, tmp_path / "a.xlsx"), write_xlsx(plan, tmp_path / "b.xlsx")):
        with zipfile.ZipFile(path) as book:
            for name in book.namelist():
                text = book.read(name).decode("utf-8")
                assert not re.search(r"<f[ >]|<hyperlink|TargetMode", text), name
    assert sheets(tmp_path / "a.xlsx")["=1"][1] == [*FORMULAS, "=1+1"]


def test_long_text_and_odd_sheet_names_are_made_to_fit(tmp_path: Path) -> None:
    frame = pd.DataFrame({"title": ["长" * 40_000]})
    names = ["[甲]:*?", "", "长" * 40, "长" * 41, "History", "a", "A"]
    book = sheets(write_xlsx(dict.fromkeys(names, frame), tmp_path / "a.xlsx"))
    assert list(book) == ["甲", "表", "长" * 31, "长" * 28 + "（2）", "History表", "a", "A（2）"]
    cell = book["a"][1][0]
    assert (len(cell), cell[-5:]) == (32_767, "后面省略）")


# --- the report --------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a browser would see: tags, attributes, and the text outside style."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self._style = False
        self.feed(path.read_text("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._style = self._style and tag != "style"

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))

    def links(self) -> list[str]:
        return [value for tag, name, value in self.attributes if tag == "a" and name == "href"]


HTML_TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "header",
        "section",
        "article",
        "figure",
        "details",
    ),
    *(
        "summary",
        "h1",
        "h2",
        "h3",
        "p",
        "ul",
        "ol",
        "li",
        "a",
        "b",
        "i",
        "br",
        "bdi",
        "small",
        "span",
        "div",
        "table",
    ),
    *("thead", "tbody", "tr", "th", "td", "svg", "g", "path", "text", "rect", "line", "defs", "clippath"),
}


def test_the_report_opens_with_the_rivals_and_tells_the_week(tmp_path: Path) -> None:
    page = Page(full_report(tmp_path / "a.html", sample_groups=True))
    text = page.text
    order = [
        "同行这周发了什么",
        "上升最快：大闸蟹",
        "涨得最多：大闸蟹（7 篇，之前平均 1 篇）",
        "选题分由下面",
        "写法检查，不是预测",
        "已达上限的 98.6%",
        "说明",
    ]
    places = [text.rindex(part) for part in order]
    assert places == sorted(places)
    for sentence in (
        "示例群内容截至 2026 年 9月20日 周日",
        "3 个同行来源，本期发了 9 篇",
        "2 个词在上升：大闸蟹、桂花拿铁",
        "3 条内容发给 3 个群，共 4 次发布，已达上限的 98.6%",
        "本期 5 篇，前期同样长的时间平均 3.5 篇（多 1.5 篇）；20% 与别家更早的内容重复",
        "石门岭的蟹到了，母蟹先红 阅读 1.2万 · 9月18日 周五 08:00",
        "这一期没有发文：慢烘研究所",
        "大闸蟹包含：母蟹↑ 上升739.3 倍39月2日<0.1% 很稳出处 3 篇",
        "桂花拿铁 新词＋ 新出现507.0 倍39月15日3% 较稳出处 1 篇",
        "1. 大闸蟹选题分 81.2关键词：大闸蟹、母蟹角度：算账：一家三口吃一顿要多少钱（同行 3 篇里没人用）热度×0.97扩散×0.96",
        "2. 桂花拿铁选题分 64.9 ! 留意",
        "一斤四只还是三只，大闸蟹的账这样算✓ 通过7858% 51% 至 65%把「这样算」换成具体的数",
        "写法分的分项长短18/20具体15/20other45",
        "全网最低价的桂花拿铁✕ 不可用41暂无删去「全网最低价」",
        "9月25日 周五中秋放假",
        "08:00减法礼盒到货 已定促销柳塘鲜友一群你固定的",
        "20:00中秋前一周，大闸蟹怎么挑干货东堤鲜友二群、柳塘鲜友一群晚上读的人多",
        "未排入 2 次节日当天不发无关促销：1 次位置让给了价值更高的内容：1 次",
        "有 3 篇没有发布时间，没有算进升降",
        "没有标题也没有正文：1 行",
        "a.csv 第 7 行：没有标题也没有正文",
    ):
        assert sentence in text, sentence
    assert set(page.links()) == {
        *("#rivals", "#trends", "#topics", "#plan"),
        *("https://example.com/1", "https://example.com/3?a=1&b=2"),
    }


def test_the_report_needs_nothing_from_outside(tmp_path: Path) -> None:
    path = full_report(tmp_path / "a.html")
    page = Page(path)
    assert set(page.tags) <= HTML_TAGS
    assert not [a for a in page.attributes if a[1].startswith("on") or a[1] in {"src", "srcset", "action"}]
    raw = path.read_text("utf-8")
    assert set(re.findall(r"https?://[^/\"'\s]+", raw)) == {"https://example.com"}
    assert "url(" not in raw.replace("url(#", "") and "@import" not in raw
    assert (
        "meta",
        "content",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    ) in (page.attributes)


def test_a_report_of_nothing_says_why(tmp_path: Path) -> None:
    undated = make_documents().assign(published_at=pd.NaT)
    page = Page(
        write_report(
            tmp_path / "a.html", documents=undated, asof="2026-09-20", notes=["这批内容没有日期，看不出升降"]
        )
    )
    for sentence in (
        "内容没有日期",
        "没有同行的内容可以列。",
        "没有算出热词。",
        "没有选题。",
        "没有备选标题。",
        "没有排期。",
        "说明 这批内容没有日期，看不出升降",
    ):
        assert sentence in page.text, sentence
    reasons = {"trends": "这批内容没有日期，看不出升降。"}
    empty = full_report(
        tmp_path / "b.html",
        trends=schema.TRENDS.empty(),
        topics=schema.TOPICS.empty(),
        headlines=schema.HEADLINES.empty(),
        rivals=make_rivals().head(0),
        documents=schema.DOCUMENTS.empty(),
        plan=None,
        rejected=None,
        notes=(),
        reasons=reasons,
    )
    assert "热词 这批内容没有日期，看不出升降。" in Page(empty).text
    assert "读入的内容都用上了，没有要说明的。" in Page(empty).text


def test_a_report_without_chances_or_evidence_says_so(tmp_path: Path) -> None:
    headlines = make_headlines().assign(chance=float("nan"))
    text = Page(full_report(tmp_path / "a.html", headlines=headlines, documents=None)).text
    assert "胜出机会暂无：本账号的历史成绩还不够，经不起检验的数字不给。" in text
    assert "出处 3 篇（没有附上内容，列不出标题）" in text


def test_long_lists_fold_away_and_are_not_dropped(tmp_path: Path) -> None:
    trends = pd.concat([make_trends()] * 10, ignore_index=True)
    trends["term"] = [f"词{number:02d}" for number in range(30)]
    page = Page(full_report(tmp_path / "a.html", trends=trends))
    assert "其余 10 个词" in page.text
    assert all(f"词{number:02d}" in page.text for number in range(30))


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><script src=https://evil.example/x.js></script>",
    "</svg><iframe srcdoc='x'>",
    "javascript:alert(1)",
    "\u202e蟹闸大\u2066<b onclick=x>",
    "&lt;script&gt; &#x3c;script",
    "</bdi></td></table><form action=https://evil.example>",
]


def hostile(frame: pd.DataFrame, text: str, *keep: str) -> pd.DataFrame:
    """The frame with a hostile text in every text and list column but the ones that are keys."""
    frame = frame.copy()
    for name in frame.columns:
        if name in keep:
            continue
        if isinstance(frame[name].dtype, pd.StringDtype):
            frame[name] = text
        elif frame[name].dtype == object and isinstance(frame[name].iloc[0], list):
            frame[name] = [[text] for _ in range(len(frame))]
    return frame


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_never_markup(tmp_path: Path, text: str) -> None:
    plan = make_plan()
    object.__setattr__(plan, "items", hostile(plan.items, text, "item_id"))
    object.__setattr__(plan, "groups", hostile(plan.groups, text, "group_id"))
    object.__setattr__(
        plan, "calendar", hostile(plan.calendar, text, "post_id", "item_id", "group_id", "status")
    )
    object.__setattr__(plan, "unplaced", hostile(plan.unplaced, text, "item_id"))
    rivals = make_rivals().assign(source=text, channel=text)
    rivals["top_titles"] = [[{"title": text, "url": text, "reads": 1, "published_at": None}]] * 3
    trends = hostile(make_trends(), text, "status", "evidence")
    path = full_report(
        tmp_path / "a.html",
        title=text,
        rivals=rivals,
        trends=trends,
        history=make_history().assign(term=text),
        documents=hostile(make_documents(), text, "doc_id"),
        topics=hostile(make_topics(), text, "evidence"),
        headlines=hostile(make_headlines(), text).rename(columns={"part_length": f"part_{text}"}),
        plan=plan,
        notes=[text],
        rejected=pd.DataFrame({"path": [text], "row": [text], "reason": [text]}),
        reasons={"plan": text},
    )
    page = Page(path)
    assert set(page.tags) <= HTML_TAGS
    assert not [a for a in page.attributes if a[1].startswith("on") or a[1] in {"src", "srcdoc", "action"}]
    assert {link for link in page.links() if not link.startswith("#")} == set()
    assert page.tags.count("html") == 1
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", path.read_text("utf-8"))


def test_same_input_same_bytes(tmp_path: Path) -> None:
    def write(folder: Path) -> dict[str, bytes]:
        full_report(folder / "report.html")
        write_ics(make_plan(), folder / "calendar.ics")
        write_xlsx(make_plan(), folder / "calendar.xlsx")
        write_csv(make_trends(), folder / "trends.csv")
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

    first = write(tmp_path / "一")
    assert list(first) == ["calendar.ics", "calendar.xlsx", "report.html", "trends.csv"]
    assert write(tmp_path / "二") == first


def test_writers_leave_their_input_alone(tmp_path: Path) -> None:
    plan, before = make_plan(), make_plan()
    write_ics(plan, tmp_path / "a.ics")
    write_xlsx(plan, tmp_path / "a.xlsx")
    full_report(tmp_path / "a.html", plan=plan)
    for name in ("calendar", "unplaced", "items", "groups"):
        pd.testing.assert_frame_equal(getattr(plan, name), getattr(before, name))


def test_a_year_without_known_days_off_is_named(tmp_path: Path) -> None:
    plan = make_plan()
    plan.calendar["starts_at"] += pd.Timedelta(days=3650)
    assert "2036 年的放假安排没有收录，只按周末算。" in Page(full_report(tmp_path / "a.html", plan=plan)).text


def test_the_parts_are_called_what_the_verbs_call_them() -> None:
    from toolkit import topics
    from toolkit.charts import part_caption

    assert {name: part_caption(f"part_{name}") for name in topics.PARTS} == {
        name: caption for name, (caption, _) in topics.PARTS.items()
    }

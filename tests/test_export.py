"""Calendar files, tables and workbooks: what is in them, and that nothing in them runs."""

import csv
import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from frames import (
    full_report,
    make_documents,
    make_headlines,
    make_plan,
    make_trends,
)
from hypothesis import given
from hypothesis import strategies as st

import toolkit as tk
from toolkit import schema
from toolkit.export import write_csv, write_ics, write_xlsx
from toolkit.schema import ColumnError, InputError
from toolkit.tables import quote_cell, unquote_cell

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


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    import openpyxl

    book = openpyxl.load_workbook(path)
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


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


def test_the_parts_are_called_what_the_verbs_call_them() -> None:
    from toolkit import topics
    from toolkit.charts import part_caption

    assert {name: part_caption(f"part_{name}") for name in topics.PARTS} == {
        name: caption for name, (caption, _) in topics.PARTS.items()
    }


def test_no_heading_or_part_of_what_verbs_give_stays_english() -> None:
    """What an editor opens in Excel: columns that verbs add behind a contract, parts of messages, values of `part`."""
    from toolkit.export._posts import captions, word

    message = "邻居们，石榴到了，5斤39元，今晚20:00截单，接龙写“石榴+份数”。"
    frames = [
        tk.score_copy([message], kind="promotion"),
        tk.advise_copy(message, kind="promotion"),
        tk.vary_copy(message, segments=["亲子妈妈"]),
        tk.rewrite_headline("全城最低价！软籽石榴今天到货，孩子一剥就会"),
        tk.season_topics(dt.date(2026, 9, 21)),
        tk.topic_parts(),
    ]
    for frame in frames:
        heads = captions(frame)
        assert [head for head in heads.values() if re.search("[a-z]{3}", head)] == []
        assert len(set(heads.values())) == len(heads)
    assert (
        captions(pd.DataFrame({"topic_id": ["t"], "label": ["甲"], "score": [1.0], "rank": [1]}))["score"]
        == "选题分"
    )
    assert [word(part, "part") for part in ("length", "part_action", "part_heat")] == [
        "长短",
        "动作",
        "热度与新鲜",
    ]

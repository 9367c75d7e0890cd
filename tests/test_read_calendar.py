"""A calendar comes back as it went out, from workbook, CSV and ICS; what cannot be read is told row by row."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from frames import make_plan
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from toolkit import schema
from toolkit.charts import plain
from toolkit.export import write_csv, write_ics, write_xlsx
from toolkit.export._read import read_calendar
from toolkit.schedule import plan_posts
from toolkit.schema import CALENDAR, ColumnError, InputError, Plan, Read

WRITERS = {"a.xlsx": write_xlsx, "a.csv": write_csv, "a.ics": write_ics}
DAY = dt.datetime(2026, 9, 21, 20)  # noqa: DTZ001 - a workbook's times have no zone


def real_plan() -> Plan:
    """A fortnight of six items for three groups, planned, with posts of every status."""
    groups = pd.DataFrame(
        {
            "group_id": ["g1", "g2", "g3"],
            "name": ["=柳塘一群", "东堤，二群", "望湖群"],
            "members": [320, 181, 77],
            "slots": [["08:30", "20:00"], ["12:30", "20:00"], ["00:00"]],
            "posts_per_day": 1,
            "posts_per_week": 4,
        }
    )
    items = pd.DataFrame(
        {
            "item_id": [*"abcde", "每晚话题@2026-09-24"],
            "title": ["=1+1", "+减法", "-5℃的早晨", "@所有人", "'引号'", "今晚读什么"],
            "value": [1.1, 2.7, 0.3, 1 / 3, 2.0, 1.0],
            "minutes": [30, 0, 20, 15, 5, 10],
            "waves": 3,
        }
    )
    plan = plan_posts(items, groups, start="2026-09-21", days=14)
    size = len(plan.calendar)
    statuses = [schema.POST_STATUSES[number % 5] for number in range(size)]
    signs = ["=", "+", "-", "@", "'", "'=", "''-"]
    reasons = [f"{signs[number % 7]}第{number}条，“看”;\\n\n换行" for number in range(size)]
    changed = plan.calendar.assign(
        status=statuses, reason=reasons, sequence=pd.array(range(size), dtype="Int64")
    )
    changed.loc[0, "code"] = None
    changed.loc[1, "code"] = "007"
    return Plan(**{**vars(plan), "calendar": schema.check(changed, CALENDAR)})


def by_post(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values("post_id").reset_index(drop=True)


def refused(read: Read) -> list[tuple[int, str, str]]:
    rows = read.rejected[["row", "post_id", "reason"]].itertuples(index=False)
    return [(int(row), post, reason) for row, post, reason in rows]


# --- round trips -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WRITERS)
def test_a_planned_calendar_comes_back_equal(tmp_path: Path, name: str) -> None:
    plan = real_plan()
    assert len(plan.calendar) == 18
    assert set(plan.calendar["status"]) == set(schema.POST_STATUSES)
    read = read_calendar(WRITERS[name](plan, tmp_path / name))
    # a workbook keeps sixteen digits of a number
    exact = name != "a.xlsx"
    assert_frame_equal(by_post(read.frame), by_post(plan.calendar), check_exact=exact, rtol=1e-14)
    assert (len(read.rejected), len(read.notes)) == (0, 0)
    assert read.files["outcome"].iloc[0] == "已读"
    assert list(read.extra["post_id"]) == list(read.frame["post_id"])
    again = WRITERS[name](read.frame, tmp_path / f"2{name}", items=plan.items, groups=plan.groups)
    assert_frame_equal(by_post(read_calendar(again).frame), by_post(read.frame))


@pytest.mark.parametrize("name", WRITERS)
def test_an_empty_calendar_comes_back_empty(tmp_path: Path, name: str) -> None:
    read = read_calendar(WRITERS[name](CALENDAR.empty(), tmp_path / name))
    assert_frame_equal(read.frame, CALENDAR.empty())
    assert (len(read.rejected), read.extra.columns[0]) == (0, "post_id")


def test_the_files_of_one_person_come_back_together(tmp_path: Path) -> None:
    plan = real_plan()
    folder = write_ics(plan, tmp_path / "a", by="group")
    parts = [read_calendar(path).frame for path in sorted(folder.iterdir())]
    assert [len(part) for part in parts] == [6, 6, 6]
    assert_frame_equal(by_post(pd.concat(parts)), by_post(plan.calendar))


TEXTS = st.text(st.characters(), max_size=30) | st.text(
    st.sampled_from("'=+-@\t\r\n,;\\\"蟹🦀 \ud800"), max_size=9
)


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.sampled_from(sorted(WRITERS)))
def test_any_reason_comes_back(tmp_path_factory: pytest.TempPathFactory, text: str, name: str) -> None:
    plan = make_plan()
    plan.calendar.loc[[0, 3], "reason"] = text
    plan.calendar.loc[1, "code"] = text
    path = WRITERS[name](plan, tmp_path_factory.mktemp("read") / name)
    found = read_calendar(path).frame.set_index("post_id")
    if (
        name == "a.csv"
    ):  # keeps controls, but for what is no character, no cell, or a line end of another kind
        text = "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in text)
        wanted = text.replace("\x00", "")
    elif name == "a.ics":
        wanted = plain(text).replace("\ufeff", "")
    else:
        wanted = plain(text)
    wanted = wanted if name != "a.xlsx" or wanted not in ERRORS else ""
    assert list(found.loc[["p1", "p4"], "reason"]) == [wanted] * 2
    code = found.loc["p2", "code"]
    assert ("" if pd.isna(code) else code) == wanted


ERRORS = {"#N/A", "#REF!", "#VALUE!"}


# --- CSV and workbooks that someone changed ----------------------------------------------------------------------

HEAD = ["发布编号", "条目编号", "群编号", "发布时间", "状态", "价值", "改动次数", "备注"]


def book(path: Path, *rows: list[Any], head: list[str] = HEAD, sheet: str = "排期总表") -> Path:
    workbook = openpyxl.Workbook()
    table: Any = workbook.active
    table.title = sheet
    for row in [head, *rows]:
        table.append(row)
    workbook.save(path)
    return path


def post(number: int, at: Any, status: Any = "待发", **more: Any) -> list[Any]:
    cells = {
        "id": f"p{number}",
        "item": f"i{number}",
        "group": "g1",
        "value": 1,
        "sequence": 0,
        "note": "",
        **more,
    }
    return [
        cells["id"],
        cells["item"],
        cells["group"],
        at,
        status,
        cells["value"],
        cells["sequence"],
        cells["note"],
    ]


def test_an_edited_workbook_gives_what_it_says(tmp_path: Path) -> None:
    path = write_xlsx(real_plan(), tmp_path / "a.xlsx")
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["排期总表"]
    heads = [cell.value for cell in sheet[1]]
    where = {str(head): heads.index(head) + 1 for head in heads}
    wanted = read_calendar(path).frame
    sheet.cell(2, where["发布时间"]).value = dt.datetime(2026, 9, 30, 8, 30)  # noqa: DTZ001
    sheet.cell(3, where["状态"]).value = "取消"
    sheet.cell(4, where["暗号"]).value = None
    sheet.delete_rows(5)
    # columns are known by name: one more in front changes nothing
    sheet.insert_cols(1)
    sheet.cell(1, 1).value = "我的备注"
    sheet.cell(2, 1).value = "改到月底"
    workbook.save(path)
    read = read_calendar(path)
    wanted.loc[0, "starts_at"] = pd.Timestamp("2026-09-30 08:30", tz="Asia/Shanghai")
    wanted.loc[1, "status"] = "cancelled"
    wanted.loc[2, "code"] = None
    assert_frame_equal(read.frame, wanted.drop(index=3).reset_index(drop=True))
    assert list(read.extra["我的备注"])[:2] == ["改到月底", ""]
    assert len(read.rejected) == 0


def test_every_bad_row_comes_back_with_its_reason(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        post(1, DAY),
        post(2, "2027-02-29 20:00"),
        post(3, "明天"),
        post(4, "9月21日 08:00"),
        post(5, None),
        post(6, "2026-09-21"),
        post(7, "03/04/2026 20:00"),
        post(8, DAY, "排着"),
        post(1, DAY, item="z"),
        post(9, DAY, id=None, item="新", group="g2"),
        post(10, DAY, id="", item=""),
        post(11, DAY, item=" "),
        post(12, DAY, group=None),
        post(13, "20:00"),
        post(14, dt.time(20, 0)),
        post(15, DAY, " 已定 "),
    )
    read = read_calendar(path)
    form = "请写成 2026-09-21 20:00 这样"
    assert refused(read) == [
        (3, "p2", f"发布时间：日期不存在「2027-02-29 20:00」，{form}"),
        (4, "p3", f"发布时间：看不懂的日期「明天」，{form}"),
        (5, "p4", f"发布时间没有写全年月日「9月21日 08:00」，{form}"),
        (6, "p5", f"没有发布时间，{form}"),
        (7, "p6", f"发布时间只有日期，没有钟点「2026-09-21」，{form}"),
        (8, "p7", f"发布时间：日期有歧义「03/04/2026 20:00」，{form}"),
        (9, "p8", "不认识的状态「排着」，可以填：待发、已定、已发、未发、取消"),
        (10, "p1", "发布编号「p1」重复，前面已有一个"),
        (11, "", "没有发布编号。新加的发布请写成「条目编号@群编号」，这里是 新@g2"),
        (12, "", "没有发布编号。新加的发布请写成「条目编号@群编号」"),
        (13, "p11", "没有条目编号"),
        (14, "p12", "没有群编号"),
        (15, "p13", f"发布时间：只有钟点，没有日期「20:00」，{form}"),
        (16, "p14", f"发布时间：只有钟点，没有日期「20:00:00」，{form}"),
    ]
    assert set(read.rejected["path"]) == {"a.xlsx〔排期总表〕"}
    assert read.frame[["post_id", "status"]].values.tolist() == [["p1", "draft"], ["p15", "pinned"]]
    assert list(read.files[["read", "rejected", "outcome"]].itertuples(index=False, name=None)) == [
        (2, 14, "已读")
    ]
    assert len(read.notes) == 0


@pytest.mark.parametrize(
    "written",
    [
        *(
            "2026/9/21 8:00",
            "2026-9-21 8:00",
            "2026年9月21日 8点",
            "2026年9月21日 上午8:00",
            "46286.333333333336",
        ),
        *(
            "2026-09-21T00:00:00Z",
            "2026-09-20T20:00:00-04:00",
            "2026-09-21 08:00:00",
            "2026.9.21 周一 08：00",
        ),
        *("9/21/2026 8:00", "20260921080000", 46286.333333333336, dt.datetime(2026, 9, 21, 8)),  # noqa: DTZ001
    ],
)
def test_times_as_spreadsheets_leave_them_are_read(tmp_path: Path, written: Any) -> None:
    read = read_calendar(book(tmp_path / "a.xlsx", post(1, written)))
    assert refused(read) == []
    assert list(read.frame["starts_at"]) == [pd.Timestamp("2026-09-21 08:00", tz="Asia/Shanghai")]


def test_midnight_is_a_time_and_a_day_is_none(tmp_path: Path) -> None:
    midnight = dt.datetime(2026, 9, 21)  # noqa: DTZ001
    read = read_calendar(
        book(tmp_path / "a.xlsx", post(1, "2026-09-21 00:00"), post(2, midnight), post(3, "2026年9月21日"))
    )
    assert list(read.frame["starts_at"]) == [pd.Timestamp("2026-09-21", tz="Asia/Shanghai")] * 2
    assert [row for row, _, _ in refused(read)] == [4]


def test_numbers_that_cannot_be_read_are_noted(tmp_path: Path) -> None:
    read = read_calendar(
        book(
            tmp_path / "a.xlsx",
            post(1, DAY, value="很多", sequence="-1"),
            post(2, DAY, "", value="", sequence=3.0),
        )
    )
    assert list(read.notes[["row", "note"]].itertuples(index=False, name=None)) == [
        (2, "价值：看不懂的数字「很多」，按空白处理"),
        (2, "改动次数：负数「-1」，按空白处理"),
    ]
    assert read.frame[["status", "value", "sequence"]].values.tolist() == [
        ["draft", 0.0, 0],
        ["draft", 0.0, 3],
    ]


def test_ids_that_look_like_numbers_stay_as_written(tmp_path: Path) -> None:
    read = read_calendar(book(tmp_path / "a.xlsx", post(1, DAY, id=1001, item=7, group=" 03 ")))
    assert read.frame[["post_id", "item_id", "group_id"]].values.tolist() == [["1001", "7", "03"]]


def test_only_the_list_is_read_and_a_hand_made_sheet_will_do(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", post(1, DAY))
    workbook = openpyxl.load_workbook(path)
    copy: Any = workbook.copy_worksheet(workbook["排期总表"])
    copy.title = "小满"
    workbook.save(path)
    read = read_calendar(path)
    assert list(read.files["outcome"]) == ["已读", "跳过"]
    assert (len(read.frame), len(read.rejected)) == (1, 0)
    own = book(tmp_path / "b.xlsx", post(2, DAY), sheet="Sheet1", head=[*CALENDAR.names[:6], "sequence", "x"])
    assert list(read_calendar(own).frame["post_id"]) == ["p2"]


def test_rows_above_the_head_do_not_hide_it(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", HEAD, post(1, DAY), head=["九月排期"])
    read = read_calendar(path)
    assert list(read.frame["post_id"]) == ["p1"]
    assert list(read.notes["note"]) == ["在表头上面，没有当作内容：「九月排期」"]


def test_a_table_without_the_columns_says_which(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", ["p1", DAY], head=["发布编号", "发布时间"])
    with pytest.raises(ColumnError, match=r"a\.xlsx：缺少列 条目编号、群编号，不像我们写出的排期。") as error:
        read_calendar(path)
    assert error.value.missing == ("item_id", "group_id")
    with pytest.raises(ColumnError, match="缺少列 发布编号、条目编号、群编号、发布时间"):
        read_calendar(book(tmp_path / "b.xlsx", ["a"], head=["标题"]))


def saved(data: bytes, encoding: str, end: str) -> bytes:
    """Our CSV as another program writes it."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end).writerows(rows)
    return out.getvalue().encode(encoding)


@pytest.mark.parametrize(("encoding", "end"), [("gb18030", "\r\n"), ("utf-8", "\n"), ("utf-8-sig", "\r\n")])
def test_a_csv_saved_by_another_program_has_no_apostrophes_left(
    tmp_path: Path, encoding: str, end: str
) -> None:
    plan = real_plan()
    path = write_csv(plan, tmp_path / "a.csv")
    assert b",'=" in path.read_bytes()
    path.write_bytes(saved(path.read_bytes(), encoding, end))
    assert_frame_equal(by_post(read_calendar(path).frame), by_post(plan.calendar))


def test_what_is_no_calendar_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="是一个文件夹，这里要的是一份排期"):
        read_calendar(tmp_path)
    with pytest.raises(InputError, match=r"找不到文件 .*没有\.xlsx。请核对文件名"):
        read_calendar(tmp_path / "没有.xlsx")
    for name, data in (("a.ics", b"hello"), ("b.ics", b"")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match="不是日历文件（开头没有 BEGIN:VCALENDAR）"):
            read_calendar(tmp_path / name)
    (tmp_path / "c.csv").write_bytes(b"")
    with pytest.raises(InputError, match="文件是空的"):
        read_calendar(tmp_path / "c.csv")
    # the content decides
    ics = write_ics(make_plan(), tmp_path / "d.csv")
    assert len(read_calendar(ics).frame) == 5


# --- ICS that another program changed ----------------------------------------------------------------------------


def event(*lines: str, uid: str = "i1@g1@wenan") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"])


def ics(path: Path, *parts: str, head: str = "") -> Path:
    text = "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", *([head] if head else []), *parts, "END:VCALENDAR", ""]
    )
    path.write_bytes(text.encode())
    return path


NEW_YORK_SPRING, NEW_YORK_AUTUMN = (
    "TZID=America/New_York:20260308T023000",
    "TZID=America/New_York:20261101T013000",
)


@pytest.mark.parametrize(
    ("start", "wanted", "notes"),
    [
        ("DTSTART:20260921T120000Z", "2026-09-21 20:00", []),
        ("DTSTART;TZID=Asia/Shanghai:20260921T203000", "2026-09-21 20:30", []),
        ('DTSTART;X-A=1;TZID="China Standard Time":20260921T200000', "2026-09-21 20:00", []),
        ("DTSTART;VALUE=DATE-TIME;TZID=Europe/Berlin:20260921T140000", "2026-09-21 20:00", []),
        # an hour that summer time leaves out is read with the offset before it, one that comes twice as the first
        (f"DTSTART;{NEW_YORK_SPRING}", "2026-03-08 15:30", []),
        (f"DTSTART;{NEW_YORK_AUTUMN}", "2026-11-01 13:30", []),
        ("DTSTART:20260921T200000", "2026-09-21 20:00", ["日程「粥」的时间没有写时区，按北京时间读入"]),
        ("dtstart:20260921T200005Z", "2026-09-22 04:00:05", []),
    ],
)
def test_times_of_any_zone_become_shanghais(
    tmp_path: Path, start: str, wanted: str, notes: list[str]
) -> None:
    lines = ("SUMMARY:粥", "X-WENAN-ITEM-ID:i1", "X-WENAN-GROUP-ID:g1", "DURATION:PT3H", start)
    read = read_calendar(ics(tmp_path / "a.ics", event(*lines)))
    assert refused(read) == []
    assert list(read.frame["starts_at"]) == [pd.Timestamp(wanted, tz="Asia/Shanghai")]
    assert list(read.notes["note"]) == notes


ZONE = """BEGIN:VTIMEZONE
TZID:{name}
BEGIN:STANDARD
DTSTART:16011101T020000
{rule}
TZOFFSETFROM:{summer}
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010301T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:{summer}
END:DAYLIGHT
END:VTIMEZONE"""


def zone(name: str, rule: str = "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", summer: str = "+0200") -> str:
    return ZONE.format(name=name, rule=rule, summer=summer).replace("\n", "\r\n")


def test_a_zone_that_the_file_defines_is_known_in_this_file_only(tmp_path: Path) -> None:
    start = "DTSTART;TZID=办公室:20260921T140000"
    for summer, wanted in (("+0200", "20:00"), ("+0300", "19:00")):
        read = read_calendar(ics(tmp_path / "a.ics", zone("办公室", summer=summer), event(start)))
        assert [f"{at:%H:%M}" for at in read.frame["starts_at"]] == [wanted]
    reason = "日程的时区「办公室」不认识。请改用北京时间"
    assert refused(read_calendar(ics(tmp_path / "b.ics", event(start)))) == [(3, "i1@g1", reason)]


@pytest.mark.parametrize(
    "rule", ["RRULE:FREQ=SECONDLY", "RRULE:FREQ=YEARLY;BYSECOND=1,2,3", "RRULE;X=1:FREQ=SECONDLY"]
)
def test_a_zone_that_would_be_counted_through_for_hours_is_not_known(tmp_path: Path, rule: str) -> None:
    path = ics(tmp_path / "a.ics", zone("钟", rule), event("DTSTART;TZID=钟:20261221T140000"))
    assert [reason for _, _, reason in refused(read_calendar(path))] == [
        "日程的时区「钟」不认识。请改用北京时间"
    ]


def test_what_another_program_took_away_is_made_up(tmp_path: Path) -> None:
    start = "DTSTART:20260921T120000Z"
    path = ics(
        tmp_path / "a.ics",
        event(start, "STATUS:CONFIRMED", "SEQUENCE:4", uid="每晚话题@2026-09-21@g1@wenan"),
        event(
            start,
            "STATUS:CANCELLED",
            "X-WENAN-STATUS:pinned",
            "X-WENAN-ITEM-ID:a",
            "X-WENAN-GROUP-ID:g2",
            uid="p2@wenan",
        ),
        event(start, "STATUS:TENTATIVE", "X-WENAN-STATUS:cancelled", uid="c@g3@wenan"),
        event(start, "X-WENAN-POST-ID:d@g4", "X-WENAN-VALUE:abc", "SEQUENCE:-2", uid="0400-NEW"),
        event(start, uid="p6@wenan"),
    )
    read = read_calendar(path)
    at = pd.Timestamp("2026-09-21 20:00", tz="Asia/Shanghai")
    wanted = pd.DataFrame(
        {
            "post_id": ["每晚话题@2026-09-21@g1", "p2", "c@g3", "d@g4"],
            "item_id": ["每晚话题@2026-09-21", "a", "c", "d"],
            "group_id": ["g1", "g2", "g3", "g4"],
            "starts_at": at,
            "status": ["draft", "cancelled", "draft", "draft"],
            "sequence": [4, 0, 0, 0],
        }
    )
    wanted = schema.check(wanted, CALENDAR)
    assert_frame_equal(read.frame, wanted)
    assert list(read.notes["note"]) == [
        "日程没有条目编号和群编号，按发布编号读出",
        "日程没有条目编号和群编号，按发布编号读出",
        "日程不再是取消，按待发读入",
        "日程没有条目编号和群编号，按发布编号读出",
        "日程的价值：看不懂的数字「abc」，按 0 处理",
        "日程的改动次数：负数「-2」，按 0 处理",
    ]
    reason = "日程没有条目编号和群编号，别的程序把它们去掉了。请用我们写出的日历再改一次"
    assert [(post, why) for _, post, why in refused(read)] == [("p6", reason)]


def test_events_that_are_no_posts_come_back_with_their_reason(tmp_path: Path) -> None:
    start = "DTSTART:20260921T120000Z"
    path = ics(
        tmp_path / "a.ics",
        event("SUMMARY:牙医", start, uid="x@example.com"),
        event("DTSTART;VALUE=DATE:20260921"),
        event(start, "RRULE:FREQ=WEEKLY"),
        event(start, "RECURRENCE-ID:20260921T120000Z"),
        event("DTSTART:20270229T080000"),
        event("DTSTART:昨天"),
        event(),
        event("DTSTART:08120921T120000Z"),
        event(start, "X-WENAN-STATUS:done"),
        event(start, "就这样"),
        event(start),
        "BEGIN:VTODO\r\nSUMMARY:买墨\r\nEND:VTODO",
        "BEGIN:VEVENT\r\nUID:p9@wenan",
    )
    read = read_calendar(path)
    assert [(post, why) for _, post, why in refused(read)] == [
        ("", "日程「牙医」不是文案台写出的，没有发布编号"),
        ("i1@g1", "日程是全天日程，没有钟点。请改成有钟点的日程"),
        ("i1@g1", "日程是重复的日程，一次发布只能有一个时间。请改成单次"),
        ("i1@g1", "日程是重复的日程，一次发布只能有一个时间。请改成单次"),
        ("i1@g1", "日程的日期不存在「20270229T080000」"),
        ("i1@g1", "日程的发布时间看不懂「昨天」"),
        ("i1@g1", "日程没有开始时间"),
        ("i1@g1", "日程的年份不合理「08120921T120000Z」"),
        ("i1@g1", "不认识的状态「done」，可以填：待发、已定、已发、未发、取消"),
        ("i1@g1", "发布编号「i1@g1」重复，前面已有一个"),
        ("", "日程「买墨」不是日程（VTODO），没有读"),
        ("p9", "日程没有写完，文件可能不完整。请重新导出"),
    ]
    # rows are lines of the file
    lines = path.read_text(encoding="utf-8").splitlines()
    assert {lines[int(row) - 1] for row in read.rejected["row"]} == {"BEGIN:VEVENT", "BEGIN:VTODO"}
    assert list(read.frame["post_id"]) == ["i1@g1"]
    assert "这一行看不懂，跳过：「就这样」" in list(read.notes["note"])
    assert list(read.files[["format", "read", "rejected"]].itertuples(index=False, name=None)) == [
        ("ics", 1, 12)
    ]


def test_a_calendar_of_cancellations_cancels(tmp_path: Path) -> None:
    path = ics(tmp_path / "a.ics", event("DTSTART:20260921T120000Z"), head="METHOD:CANCEL")
    assert list(read_calendar(path).frame["status"]) == ["cancelled"]


def test_lines_folded_within_a_character_and_odd_line_ends_are_read(tmp_path: Path) -> None:
    data = ics(
        tmp_path / "a.ics", event("DTSTART:20260921T120000Z", "X-WENAN-REASON:蟹\\, 膏\\n满\\\\")
    ).read_bytes()
    crab = "蟹".encode()
    for end in (b"\r\n", b"\n", b"\r"):
        (tmp_path / "b.ics").write_bytes(
            b"\xef\xbb\xbf" + data.replace(crab, crab[:1] + b"\r\n " + crab[1:]).replace(b"\r\n", end)
        )
        read = read_calendar(tmp_path / "b.ics")
        assert list(read.frame["reason"]) == ["蟹, 膏\n满\\"]
        assert list(read.extra) == ["post_id", "SUMMARY", "DESCRIPTION"]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_damaged_ics_raises_anything_but_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("ics")
    lines = write_ics(make_plan(), folder / "a.ics").read_bytes().split(b"\r\n")
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(1, len(lines) - 1))
        what = data.draw(st.sampled_from(["drop", "cut", "noise", "twice", "swap"]))
        if what == "drop":
            del lines[place]
        elif what == "cut":
            lines[place] = lines[place][: data.draw(st.integers(0, 20))]
        elif what == "noise":
            lines[place] += data.draw(st.binary(max_size=8))
        elif what == "twice":
            lines.insert(place, lines[place])
        else:
            lines[place - 1 : place + 1] = lines[place - 1 : place + 1][::-1]
    (folder / "b.ics").write_bytes(b"\r\n".join(lines))
    try:
        read = read_calendar(folder / "b.ics")
    except InputError:
        return
    kept = schema.check(read.frame, CALENDAR)
    assert not kept["starts_at"].isna().any()
    assert kept["post_id"].is_unique
    assert all(read.rejected["reason"])

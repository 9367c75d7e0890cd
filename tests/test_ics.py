"""Calendar files: valid by the letter of RFC 5545 and for a second parser, one for each person or group, called off."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import vobject
from frames import make_groups, make_items, make_plan
from hypothesis import example, given, settings
from hypothesis import strategies as st

from toolkit import schema
from toolkit.charts import plain
from toolkit.export import write_ics
from toolkit.export._ics import safe_name
from toolkit.schema import ChoiceError, ColumnError, InputError

# --- a strict reader of RFC 5545 ---------------------------------------------------------------------------------

_LINE = re.compile(r'([A-Z0-9-]+)((?:;[A-Z0-9-]+=(?:"[^"\x00-\x1f]*"|[^";:,\x00-\x1f]*))*):(.*)', re.DOTALL)
_TEXT = re.compile(r"(?:[^\\;,\n]|\\[\\;,nN])*")
_VALUES = {
    "DTSTAMP": re.compile(r"\d{8}T\d{6}Z"),
    "DTSTART": re.compile(r"\d{8}T\d{6}"),
    "DURATION": re.compile(r"P(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?)?"),
    "TRIGGER": re.compile(r"-?P(?:\d+D|\d+W)?(?:T(?:\d+H)?(?:\d+M)?)?"),
    "SEQUENCE": re.compile(r"\d+"),
    "STATUS": re.compile("CONFIRMED|CANCELLED|TENTATIVE"),
    "ACTION": re.compile("DISPLAY"),
    "METHOD": re.compile("PUBLISH"),
    "VERSION": re.compile(r"2\.0"),
    "CALSCALE": re.compile("GREGORIAN"),
    "TZOFFSETTO": re.compile(r"[+-]\d{4}"),
    "TZOFFSETFROM": re.compile(r"[+-]\d{4}"),
}
_NEEDED = {
    "VCALENDAR": ("PRODID", "VERSION"),
    "VTIMEZONE": ("TZID",),
    "STANDARD": ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"),
    "VEVENT": ("UID", "DTSTAMP", "DTSTART", "DURATION", "SEQUENCE", "STATUS", "SUMMARY"),
    "VALARM": ("ACTION", "TRIGGER", "DESCRIPTION"),
}


def faults(data: bytes) -> list[str]:
    """Everything in a calendar file that RFC 5545 forbids, of what our writer could get wrong."""
    found = []
    if not data.endswith(b"\r\n") or re.search(rb"(?<!\r)\n|\r(?!\n)", data):
        found.append("line ends")
    physical = data.removesuffix(b"\r\n").split(b"\r\n")
    found += [f"{len(octets)} octets" for octets in physical if len(octets) > 75]
    for octets in physical:
        try:
            octets.decode("utf-8")
        except UnicodeDecodeError:
            found.append("folded within a character")
    text = re.sub("\r\n[ \t]", "", data.decode("utf-8", errors="replace")).removesuffix("\r\n")
    stack: list[tuple[str, list[str]]] = []
    zones, used, uids = [], [], []
    for line in text.split("\r\n"):
        match = _LINE.fullmatch(line)
        if match is None or re.search("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]", line):
            found.append(f"no content line: {line!r}")
            continue
        name, params, value = match.groups()
        if name == "BEGIN":
            stack.append((value, []))
        elif name == "END":
            kind, names = stack.pop() if stack else ("", [])
            if kind != value:
                found.append(f"END:{value} of {kind}")
            found += [f"{kind} with {names.count(n)} {n}" for n in _NEEDED[value] if names.count(n) != 1]
        else:
            stack[-1][1].append(name)
            if not _VALUES.get(name, _TEXT).fullmatch(value):
                found.append(f"{name}: {value!r}")
            zones += [value] if name == "TZID" else []
            uids += [value] if name == "UID" else []
            used += re.findall("TZID=([^;:]*)", params)
    found += [f"zone {zone} is not defined" for zone in used if zone not in zones]
    found += ["not ended"] if stack else []
    return found + (["one UID twice"] if len(set(uids)) < len(uids) else [])


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"\r\nSTATUS:CONFIRMED", b"\nSTATUS:CONFIRMED", "line ends"),
        (b"STATUS:CONFIRMED", b"STATUS:DONE", "STATUS: 'DONE'"),
        (b"SEQUENCE:2\r\n", b"", "VEVENT with 0 SEQUENCE"),
        (b"UID:p1@wenan", b"UID:p2@wenan", "one UID twice"),
        (b"VERSION:2.0", b"VERSION:2.0\r\n" + b"x" * 76, "76 octets"),
        (b"TZID:Asia/Shanghai", b"TZID:Asia/Tokyo", "zone Asia/Shanghai is not defined"),
        (b"X-WENAN-STATUS:pinned", b"X-WENAN-STATUS:a;b", "X-WENAN-STATUS: 'a;b'"),
        (b"X-WENAN-STATUS:pinned", b"X-WENAN-STATUS:a\x0bb", "no content line: 'X-WENAN-STATUS:a\\x0bb'"),
        ("｜".encode(), "｜".encode()[:2] + b"\r\n " + "｜".encode()[2:], "folded within a character"),
        (b"END:VCALENDAR\r\n", b"", "not ended"),
    ],
)
def test_the_strict_reader_finds_what_is_wrong(tmp_path: Path, old: bytes, new: bytes, fault: str) -> None:
    data = write_ics(make_plan(), tmp_path / "a.ics").read_bytes()
    assert faults(data) == []
    assert fault in faults(data.replace(old, new, 1))


# --- any text ----------------------------------------------------------------------------------------------------

_ODD = st.text(
    st.sampled_from(list('，,;:\\"\n\r\t\x00\x0b\x85\u2028\ud83d\ufeff=^n N蟹🦀👨‍👩‍👧')),
    max_size=60,
)
_ANY = st.text(st.characters(), max_size=200) | _ODD


def second_reading(data: bytes) -> list[Any]:
    return list(getattr(vobject.readOne(data.decode("utf-8")), "vevent_list", []))


@settings(max_examples=150, deadline=None)
@given(_ANY, _ANY, _ANY, _ANY)
@example("", "\ufeff", "", "")
def test_no_text_breaks_the_format_for_a_strict_and_for_a_second_reader(
    tmp_path_factory: pytest.TempPathFactory, title: str, copy: str, name: str, code: str
) -> None:
    plan = make_plan()
    plan.items.loc[2, ["title", "copy"]] = [title, copy]
    plan.groups.loc[2, "name"] = name
    plan.calendar.loc[3, ["reason", "code"]] = [title, code]
    folder = tmp_path_factory.mktemp("ics")
    data = write_ics(plan, folder / "a.ics", alarm=15).read_bytes()
    assert faults(data) == []
    event = second_reading(data)[4]
    assert (event.uid.value, event.dtstart.value.isoformat()) == ("p4@wenan", "2026-09-27T12:30:00+08:00")
    name, title, copy = (
        plain(text).replace("\ufeff", "").replace("\\N", "＼N") for text in (name, title, copy)
    )
    assert event.summary.value == f"{name}｜{title}".replace("\n", " ")
    assert event.description.value == (copy if copy.strip() else "待写")


def test_a_second_reader_sees_every_post(tmp_path: Path) -> None:
    data = write_ics(make_plan(), tmp_path / "a.ics").read_bytes()
    assert [
        (e.uid.value, e.dtstart.value.isoformat(), e.duration.value, e.sequence.value, e.status.value)
        for e in second_reading(data)
    ] == [
        ("p2@wenan", "2026-09-21T20:00:00+08:00", dt.timedelta(minutes=30), "0", "CONFIRMED"),
        ("p1@wenan", "2026-09-21T20:00:00+08:00", dt.timedelta(minutes=30), "0", "CONFIRMED"),
        ("p5@wenan", "2026-09-22T20:00:00+08:00", dt.timedelta(minutes=15), "1", "CANCELLED"),
        ("p3@wenan", "2026-09-25T08:00:00+08:00", dt.timedelta(minutes=15), "2", "CONFIRMED"),
        ("p4@wenan", "2026-09-27T12:30:00+08:00", dt.timedelta(minutes=20), "0", "CONFIRMED"),
    ]
    assert b"\r\nMETHOD:PUBLISH\r\n" in data
    assert b"ORGANIZER" not in data


def test_a_post_rings_before_its_time_while_it_is_to_be_sent(tmp_path: Path) -> None:
    plan = make_plan()
    plan.calendar["status"] = ["draft", "sent", "pinned", "missed", "cancelled"]
    data = write_ics(plan, tmp_path / "a.ics", alarm=30).read_bytes()
    assert faults(data) == []
    found = {
        e.uid.value: [
            (a.action.value, a.trigger.value, a.description.value) for a in e.contents.get("valarm", [])
        ]
        for e in second_reading(data)
    }
    before = dt.timedelta(minutes=-30)
    assert found == {
        "p1@wenan": [("DISPLAY", before, "柳塘鲜友一群｜中秋前一周，大闸蟹怎么挑")],
        "p3@wenan": [("DISPLAY", before, "柳塘鲜友一群｜减法礼盒到货")],
        **{"p2@wenan": [], "p4@wenan": [], "p5@wenan": []},
    }
    on_time = write_ics(plan, tmp_path / "b.ics", alarm=0).read_bytes()
    assert [e.valarm.trigger.value for e in second_reading(on_time) if "valarm" in e.contents] == [
        dt.timedelta(0)
    ] * 2
    for alarm in (-1, 1.5, True, "30", 40_321):
        with pytest.raises(ChoiceError, match="alarm（提前几分钟提醒）要写成 0 到 40320 的整数"):
            write_ics(plan, tmp_path / "c.ics", alarm=alarm)  # type: ignore[arg-type]
    assert not (tmp_path / "c.ics").exists()


# --- one for each person or group --------------------------------------------------------------------------------


def held(folder: Path) -> dict[str, list[str]]:
    """File name to the posts in it."""
    found = {}
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        assert faults(data) == []
        found[path.name] = [event.uid.value.removesuffix("@wenan") for event in second_reading(data)]
    return found


def test_each_owner_gets_a_file(tmp_path: Path) -> None:
    plan = make_plan()
    plan.items["owner"] = ["小满", " ", ""]
    plan.groups["owner"] = ["", "阿苇\n", "阿苇"]
    folder = write_ics(plan, tmp_path / "日历", by="owner")
    assert folder == tmp_path / "日历"
    # the item's owner, else the group's, else nobody
    assert held(folder) == {"小满.ics": ["p2", "p1"], "未填.ics": ["p3"], "阿苇.ics": ["p5", "p4"]}
    assert "X-WR-CALNAME:文案台排期 · 阿苇\r\n" in (folder / "阿苇.ics").read_bytes().decode()
    again = write_ics(
        plan.calendar.iloc[::-1], tmp_path / "再写", by="owner", items=plan.items, groups=plan.groups
    )
    assert {p.name: p.read_bytes() for p in again.iterdir()} == {
        p.name: p.read_bytes() for p in folder.iterdir()
    }


def test_each_group_gets_a_file_that_ends_in_its_id(tmp_path: Path) -> None:
    plan = make_plan()
    assert held(write_ics(plan, tmp_path / "a", by="group")) == {
        "东堤鲜友二群-g2.ics": ["p2", "p5"],
        "望湖故事群-g3.ics": ["p4"],
        "柳塘鲜友一群-g1.ics": ["p1", "p3"],
    }
    # without the table of groups the id alone
    assert list(held(write_ics(plan.calendar, tmp_path / "b", by="group"))) == ["g1.ics", "g2.ics", "g3.ics"]
    assert held(write_ics(schema.CALENDAR.empty(), tmp_path / "c", by="group")) == {}


def test_names_that_clash_or_are_not_legal_get_files_of_their_own(tmp_path: Path) -> None:
    owners = ["ANNA", "Anna", "a/b", "a?b", "NUL", "x" * 300]
    items = pd.DataFrame({"item_id": list("123456"), "title": "标题", "owner": owners})
    calendar = pd.DataFrame(
        {
            "post_id": list("123456"),
            "item_id": list("123456"),
            "group_id": "g",
            "starts_at": "2026-09-21 20:00",
        }
    )
    found = held(write_ics(calendar, tmp_path / "a", by="owner", items=items))
    assert sorted(found.values()) == [[post] for post in "123456"]
    by_post = {posts[0]: name for name, posts in found.items()}
    assert (by_post["1"], re.sub("-[0-9a-f]{6}", "-?", by_post["2"])) == ("ANNA.ics", "Anna-?.ics")
    # an owner's file has the same name whoever else there is
    alone = held(write_ics(calendar.iloc[[2, 4]], tmp_path / "b", by="owner", items=items))
    assert alone == {by_post["3"]: ["3"], by_post["5"]: ["5"]}


@given(
    st.text(st.characters(), max_size=120)
    | st.from_regex(r"(?i)(con|lpt1|com¹|nul)(\.\w)?[. ]*", fullmatch=True)
)
def test_a_safe_name_is_legal_everywhere_and_tells_texts_apart(text: str) -> None:
    name = safe_name(text)
    assert name == name.strip() == unicodedata.normalize("NFC", name)
    assert re.fullmatch(r'[^<>:"/\\|?*.\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,60}', name)
    assert len(name.encode("utf-8")) <= 220
    assert not re.fullmatch(r"(?i)con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³]", name)
    assert safe_name(name + "/") != name


def test_arguments_that_cannot_be_are_told(tmp_path: Path) -> None:
    with pytest.raises(
        ChoiceError, match=r"by 不能是 'team'。可以用：owner（每位负责人一份）、group（每个群一份），或不写。"
    ):
        write_ics(make_plan(), tmp_path / "a", by="team")  # type: ignore[arg-type]
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match=r"建不成文件夹.*请换一个名字。"):
        write_ics(make_plan(), tmp_path / "file", by="owner")
    calendar = make_plan().calendar.assign(post_id=["p\u200e", "p", "c", "d", "e"])
    with pytest.raises(ColumnError, match=r"发布编号 'p' 和另一个只差看不见的字符"):
        write_ics(calendar, tmp_path / "a.ics")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# --- brought up to date ------------------------------------------------------------------------------------------


def states(data: bytes) -> dict[str, tuple[str, str, int]]:
    return {
        e.uid.value: (f"{e.dtstart.value:%m-%d %H:%M}", e.status.value, int(e.sequence.value))
        for e in second_reading(data)
    }


def test_posts_that_are_gone_are_called_off(tmp_path: Path) -> None:
    plan, before = make_plan(), make_plan()
    before.calendar["sequence"] = pd.array([3, 0, 2, 0, 4], dtype="Int64")
    plan = with_calendar(plan, plan.calendar[plan.calendar["post_id"].isin(["p2", "p3"])])
    plan.calendar.loc[plan.calendar["post_id"] == "p2", "starts_at"] += pd.Timedelta(days=1)
    data = write_ics(plan, tmp_path / "a.ics", previous=before, alarm=5).read_bytes()
    assert faults(data) == []
    assert states(data) == {
        "p1@wenan": ("09-21 20:00", "CANCELLED", 4),
        # moved, and its sequence had not grown
        "p2@wenan": ("09-22 20:00", "CONFIRMED", 1),
        # was cancelled before
        "p5@wenan": ("09-22 20:00", "CANCELLED", 4),
        "p3@wenan": ("09-25 08:00", "CONFIRMED", 2),
        "p4@wenan": ("09-27 12:30", "CANCELLED", 1),
    }
    gone = second_reading(data)[0]
    assert (gone.summary.value, "valarm" in gone.contents) == (
        "柳塘鲜友一群｜中秋前一周，大闸蟹怎么挑",
        False,
    )
    # a bare calendar stands for the earlier plan just as well
    assert write_ics(plan, tmp_path / "b.ics", previous=before.calendar, alarm=5).read_bytes() == data


def test_what_has_happened_is_not_called_off(tmp_path: Path) -> None:
    before = make_plan().calendar.assign(status=["sent", "missed", "draft", "draft", "draft"])
    now = with_calendar(make_plan(), before.iloc[[3]], start=dt.date(2026, 9, 23))
    assert states(write_ics(now, tmp_path / "a.ics", previous=before).read_bytes()) == {
        "p3@wenan": ("09-25 08:00", "CANCELLED", 3),
        "p4@wenan": ("09-27 12:30", "CONFIRMED", 0),
    }
    # a bare calendar has no first day
    assert states(write_ics(now.calendar, tmp_path / "b.ics", previous=before).read_bytes()) == {
        "p5@wenan": ("09-22 20:00", "CANCELLED", 2),
        "p3@wenan": ("09-25 08:00", "CANCELLED", 3),
        "p4@wenan": ("09-27 12:30", "CONFIRMED", 0),
    }


def test_a_post_that_is_gone_is_called_off_in_its_owners_file(tmp_path: Path) -> None:
    before = make_plan()
    now = with_calendar(make_plan(), before.calendar.iloc[[3]], items=make_items().tail(1))
    folder = write_ics(now, tmp_path / "a", by="owner", previous=before)
    assert held(folder) == {"小满.ics": ["p2", "p1", "p5", "p3"], "阿苇.ics": ["p4"]}


def test_an_unknown_item_and_group_have_no_owner(tmp_path: Path) -> None:
    strange = make_plan().calendar.assign(item_id="x", group_id="y")
    folder = write_ics(strange, tmp_path / "a", by="owner", items=make_items(), groups=make_groups())
    assert held(folder) == {"未填.ics": ["p1", "p2", "p5", "p3", "p4"]}


def with_calendar(plan: schema.Plan, calendar: pd.DataFrame, **more: Any) -> schema.Plan:
    return schema.Plan(**{**vars(plan), "calendar": calendar.copy(), **more})

"""Exports of group chats: what is kept of a message, and that no name and no text is."""

import csv
import datetime as dt
import io
import json
import re
import traceback
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from toolkit import lexicons
from toolkit.campaigns import _messages
from toolkit.campaigns._health import group_health
from toolkit.campaigns._messages import message_days, read_messages, sort_message
from toolkit.schema import GROUP_DAYS, MESSAGES, ChoiceError, ColumnError, InputError, Read, pseudonym

SALT = "只在测试里用的盐"
CASES = lexicons.corpora_folder() / "cases" / "messages.csv"


def export(folder: Path, text: str, name: str = "g01.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    return path


def table(folder: Path, rows: list[list[str]], name: str = "g01.csv") -> Path:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return export(folder, out.getvalue(), name)


def told(read: Read) -> str:
    """Everything that a reader gave back, as text."""
    return "\n".join(part.to_csv() + repr(part.to_dict("list")) + repr(part.attrs) for part in read)


def rows(read: Read) -> list[tuple[str, str, str, int]]:
    shown = ["sent_at", "member", "message_kind", "length"]
    return [
        ("" if pd.isna(when) else f"{when:%m-%d %H:%M:%S}", who, kind, int(length))
        for when, who, kind, length in read.frame[shown].itertuples(index=False)
    ]


def member(name: str) -> str:
    return pseudonym(name, salt=SALT)


# ---- the usual shapes


@pytest.mark.parametrize(
    "text",
    [
        "王老师 2026/9/14 20:15:33\n石榴到了\n\n李四 2026/9/14 20:16:02\n@王老师 来两斤\n要甜的\n",
        "2026-09-14 20:15:33 王老师\n石榴到了\n\n2026-09-14 20:16:02 李四\n@王老师 来两斤\n要甜的\n",
        "[2026-09-14 20:15:33] 王老师: 石榴到了\n[2026-09-14 20:16:02] 李四: @王老师 来两斤\n要甜的\n",
        "2026-09-14 20:15:33 王老师：石榴到了\r\n2026-09-14 20:16:02 李四：@王老师 来两斤\r\n要甜的",
        "—————  2026-9-14  —————\n王老师 20:15:33\n石榴到了\n李四 20:16:02\n@王老师 来两斤\n要甜的",
    ],
)
def test_text_exports_are_read_alike(tmp_path: Path, text: str) -> None:
    read = read_messages(export(tmp_path, text), group_id="g01", salt=SALT)
    assert rows(read) == [
        ("09-14 20:15:33", member("王老师"), "text", 4),
        ("09-14 20:16:02", member("李四"), "text", 12),
    ]
    assert read.frame.columns.tolist() == MESSAGES.names
    assert read.frame["group_id"].tolist() == ["g01", "g01"]
    assert len(read.rejected) == 0
    assert len(read.notes) == 0


def test_a_number_stands_for_the_member_whatever_the_name(tmp_path: Path) -> None:
    text = "2026-09-14 20:15:33 老王(12345)\n在吗\n2026-09-15 8:16:02 王 改名(12345)\n在\n"
    read = read_messages(export(tmp_path, text), salt=SALT)
    assert read.frame["member"].tolist() == [member("12345")] * 2
    assert read.notes["note"].tolist() == ["没有给群编号，用文件名「g01」当群编号。要改请给 group_id="]


def test_times_without_a_day_are_missing_and_said(tmp_path: Path) -> None:
    read = read_messages(export(tmp_path, "昵称(12345) 20:13\n内容在这里\n"), group_id="g", salt=SALT)
    assert rows(read) == [("", member("12345"), "text", 5)]
    assert read.notes["note"].tolist() == ["时间读不出，按空白处理"]


def test_lines_before_the_first_message_are_told_without_what_they_say(tmp_path: Path) -> None:
    text = "消息记录\n消息对象:秘密群\n\n2026-09-14 20:15:33 老王(12345)\n在吗\n"
    read = read_messages(export(tmp_path, text), group_id="g", salt=SALT)
    assert len(read.frame) == 1
    assert read.notes["note"].tolist() == ["第一条消息在第 4 行，它前面的几行没有当作消息"]


def test_tables_are_read_by_their_headings(tmp_path: Path) -> None:
    grid = [
        ["消息时间", "昵称", "wxid", "消息内容", "类型", "心情"],
        ["2026-09-14 20:15:33", "王老师", "wx_1", "石榴到了", "文本", "好"],
        ["2026/9/14 20:16", "李四", "", "[图片]", "图片", "好"],
        ["不知道", "李四", "", "好的", "", ""],
        ["2026-09-14 20:17", "", "", '"小周"邀请"甲、乙"加入了群聊', "系统消息", ""],
        ["2026-09-14 20:18", "", "", "谁说的", "", ""],
        ["2026-09-14 20:19", "李四", "", "", "", ""],
    ]
    read = read_messages(table(tmp_path, grid), group_id="g", salt=SALT)
    assert rows(read) == [
        ("09-14 20:15:33", member("wx_1"), "text", 4),
        ("09-14 20:16:00", member("李四"), "media", 4),
        ("", member("李四"), "text", 2),
        ("09-14 20:17:00", "", "system", 16),
    ]
    assert read.frame["joined"].tolist() == [0, 0, 0, 2]
    assert read.rejected[["row", "reason"]].values.tolist() == [[6, "没有发送人"], [7, "没有内容"]]
    assert read.columns["header"].tolist() == ["消息时间", "昵称", "wxid", "消息内容", "类型", "第 6 列"]
    assert read.files[["read", "rejected"]].values.tolist() == [[4, 2]]


def test_a_workbook_names_no_sheet_and_a_column_gives_groups(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "和赵六的聊天"
    book.create_sheet("孙七")
    for page in book:
        page.append(["群编号", "日期", "时间", "发送人", "内容"])
        page.append(["g07", dt.date(2026, 9, 14), "20:15:33", "赵六", "在吗"])
    book.save(tmp_path / "a.xlsx")
    read = read_messages(tmp_path / "a.xlsx", salt=SALT)
    assert read.frame["group_id"].tolist() == ["g07", "g07"]
    assert read.frame["sent_at"].dt.strftime("%H:%M:%S").tolist() == ["20:15:33"] * 2
    assert read.files["path"].tolist() == ["a.xlsx〔第 1 张表〕", "a.xlsx〔第 2 张表〕"]
    assert "赵六" not in told(read)
    assert "孙七" not in told(read)


def test_a_folder_stands_for_its_files(tmp_path: Path) -> None:
    export(tmp_path, "王老师 2026/9/14 20:15:33\n在吗\n", "g01.txt")
    table(tmp_path, [["时间", "发送人", "内容"], ["2026-09-14 20:15", "李四", "在"]], "g02.csv")
    (tmp_path / "照片.jpg").write_bytes(b"x")
    (tmp_path / "~$g02.xlsx").write_bytes(b"x")
    (tmp_path / "里面").mkdir()
    export(tmp_path / "里面", "王老师 2026/9/14 20:15:33\n在吗\n", "g03.txt")
    read = read_messages(tmp_path, salt=SALT)
    assert read.frame["group_id"].tolist() == ["g01", "g02"]
    assert sorted(read.files[["path", "outcome"]].values.tolist()) == [
        ["g01.txt", "已读"],
        ["g02.csv", "已读"],
        ["~$g02.xlsx", "跳过"],
        ["照片.jpg", "跳过"],
        ["里面", "跳过"],
    ]


GROUPS = pd.DataFrame(
    {
        "group_id": ["g03", "g07", "g08", "g09"],
        "name": ["北岸备节菜快闪群（节后散）", "早安茶", "同名", "同名"],
        "members": [126, 88, 60, 70],
    }
)


def test_a_group_may_be_called_by_its_name(tmp_path: Path) -> None:
    text = "王老师 2026/9/14 20:15:33\n在吗\n"
    for name in ("北岸备节菜快闪群（节后散）", "北岸 备节菜快闪群(节后散) ", "g07", "同名", "和赵六的聊天"):
        export(tmp_path, text, f"{name}.txt")
    head = ["时间", "发送人", "内容", "群名"]
    table(tmp_path, [head, ["2026-09-14 20:15", "李四", "在", "早安茶"]], "all.csv")
    read = read_messages(tmp_path, groups=GROUPS, salt=SALT)
    found = dict(zip([path for path, _ in origin(read)], read.frame["group_id"], strict=True))
    assert found == {
        "北岸备节菜快闪群（节后散）.txt": "g03",
        "北岸 备节菜快闪群(节后散) .txt": "g03",
        "g07.txt": "g07",
        "同名.txt": "同名",
        "和赵六的聊天.txt": "和赵六的聊天",
        "all.csv": "g07",
    }
    why = "群表里没有这个群编号或群名，用文件名「{}」当群编号。要改请给 group_id="
    assert sorted(read.notes[["path", "note"]].values.tolist()) == [
        ["同名.txt", why.format("同名")],
        ["和赵六的聊天.txt", why.format("和赵六的聊天")],
    ]
    assert read_messages(tmp_path / "g07.txt", group_id="早安茶", groups=GROUPS, salt=SALT).frame[
        "group_id"
    ].tolist() == ["g07"]


def origin(read: Read) -> list[tuple[str, int]]:
    """The file of each message, by how many of it were read."""
    counts = read.files[read.files["outcome"] == "已读"]
    return [
        (path, place)
        for path, number in counts[["path", "read"]].itertuples(index=False)
        for place in range(number)
    ]


def test_days_of_a_group_that_is_called_by_its_name_and_its_id_are_one(tmp_path: Path) -> None:
    export(tmp_path, "王老师 2026/9/14 20:15:33\n在吗\n", "早安茶.txt")
    export(tmp_path, "李四 2026/9/14 21:15:33\n在\n", "g07.txt")
    read = read_messages(tmp_path, salt=SALT)
    found = message_days(read.frame, members=GROUPS)
    assert found[["group_id", "date", "members", "active", "messages"]].values.tolist() == [
        ["g07", dt.date(2026, 9, 14), 88, 2, 2]
    ]
    nameless = message_days(read.frame, members=GROUPS[["group_id", "members"]])
    assert nameless["group_id"].tolist() == ["早安茶", "g07"]
    assert message_days(read.frame, members={"早安茶": 9})["group_id"].tolist() == ["早安茶", "g07"]


def test_groups_without_ids_are_refused(tmp_path: Path) -> None:
    path = export(tmp_path, "王老师 2026/9/14 20:15:33\n在吗\n")
    with pytest.raises(ColumnError, match="groups 表缺少列 group_id"):
        read_messages(path, groups=GROUPS[["name"]], salt=SALT)


def test_system_lines_are_counted_and_belong_to_nobody(tmp_path: Path) -> None:
    text = (
        '王老师 2026/9/14 20:15:33\n欢迎\n"阿禾"邀请"甲、乙、丙"加入了群聊\n你将"丁"移出了群聊\n'
        '王老师 2026/9/14 20:16:33\n"小周"撤回了一条消息\n'
    )
    read = read_messages(export(tmp_path, text), group_id="g", salt=SALT)
    assert read.frame["message_kind"].tolist() == ["text", "system", "system", "system"]
    assert read.frame["member"].tolist() == [member("王老师"), "", "", ""]
    assert (read.frame["joined"].tolist(), read.frame["left"].tolist()) == ([0, 3, 0, 0], [0, 0, 1, 0])


def test_the_same_words_for_the_third_time_in_a_day_are_junk(tmp_path: Path) -> None:
    said = [f"王老师 2026/9/14 20:1{place}:00\n有人一起去公园走走吗" for place in range(4)]
    said += [
        "王老师 2026/9/15 20:10:00\n有人一起去公园走走吗",
        "李四 2026/9/14 20:50:00\n有人一起去公园走走吗",
    ]
    said += [f"李四 2026/9/14 21:1{place}:00\n收到" for place in range(4)]
    read = read_messages(export(tmp_path, "\n".join(said)), group_id="g", salt=SALT)
    assert read.frame["is_junk"].tolist() == [False, False, True, True] + [False] * 6


IDS = ["wx_1", "wx_2", "wx_1", "wx_3", "wx_4", "wx_2"]
NICKNAMES = ["王老师", "李四", "王老师（出差）", "小周", "李四", "李四"]


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
@pytest.mark.parametrize("called", ["昵称", "发送人", "sender", "nickname", "from"])
@pytest.mark.parametrize(
    "number", ["wxid", "微信号", "成员ID", "userid", "UserId", "senderId", "sender_id", "成员编号"]
)
def test_an_id_wins_over_a_nickname(tmp_path: Path, number: str, called: str, kind: str) -> None:
    grid = [
        [called, number, "时间", "内容"],
        *([name, key, "2026-09-14 20:15", "在"] for name, key in zip(NICKNAMES, IDS, strict=True)),
    ]
    if kind == "csv":
        path = table(tmp_path, grid)
    else:
        said = [json.dumps(dict(zip(grid[0], row, strict=True)), ensure_ascii=False) for row in grid[1:]]
        path = export(tmp_path, "\n".join(said), "g01.jsonl")
    read = read_messages(path, group_id="g", salt=SALT)
    assert read.frame["member"].tolist() == [member(key) for key in IDS]


def test_of_two_ids_the_fuller_wins(tmp_path: Path) -> None:
    grid = [
        ["微信号", "wxid", "昵称", "时间", "内容"],
        ["", "wx_1", "王老师", "2026-09-14 20:15", "在"],
        ["teacher", "wx_1", "王老师", "2026-09-14 20:16", "在"],
    ]
    read = read_messages(table(tmp_path, grid), group_id="g", salt=SALT)
    assert read.frame["member"].tolist() == [member("wx_1")] * 2


def test_a_sender_without_an_id_is_known_by_what_is_there(tmp_path: Path) -> None:
    grid = [
        ["sender", "nickname", "时间", "内容"],
        ["wx_1", "王老师", "2026-09-14 20:15", "在"],
        ["", "李四", "2026-09-14 20:16", "在"],
    ]
    read = read_messages(table(tmp_path, grid), group_id="g", salt=SALT)
    assert read.frame["member"].tolist() == [member("wx_1"), member("李四")]


# ---- names and texts


def test_stand_ins_depend_on_the_salt_and_a_random_one_is_told(tmp_path: Path) -> None:
    path = export(tmp_path, "王老师 2026/9/14 20:15:33\n在吗\n")
    fixed = [
        read_messages(path, group_id="g", salt=salt).frame["member"][0] for salt in (SALT, SALT, f"{SALT}2")
    ]
    assert fixed[0] == fixed[1] != fixed[2]
    drawn = [read_messages(path, group_id="g") for _ in range(2)]
    assert drawn[0].frame["member"][0] != drawn[1].frame["member"][0]
    assert "下次读入会换" in drawn[0].notes["note"][0]


@pytest.mark.parametrize("salt", ["", "短短短", 12345678, b"12345678"])
def test_a_salt_that_protects_nothing_is_refused_and_never_shown(tmp_path: Path, salt: object) -> None:
    path = export(tmp_path, "王老师 2026/9/14 20:15:33\n在吗\n")
    with pytest.raises(ChoiceError, match="至少 8 个字") as caught:
        read_messages(path, salt=salt)  # type: ignore[arg-type]
    assert not str(salt) or str(salt) not in str(caught.value)


# a mark that no sentence of ours holds, so that finding it is finding a name or a text
_NAME = st.text(
    st.one_of(
        st.sampled_from("王@()（）:：,，\"'\t=<>[]+- 0123456789\u200b\ud83d"),
        st.characters(blacklist_categories=["Cc", "Zl", "Zp"]),
    ),
    max_size=20,
).map(lambda part: f"名㊙{part}")
_TEXT = st.text(st.sampled_from("字@名㊙ \n:：,\"'=[]0123456789-/群聊加入了"), max_size=40).map(
    lambda part: f"话㊙{part}"
)
_QUIET = [HealthCheck.function_scoped_fixture]


def says_nothing(given_back: str) -> None:
    assert "㊙" not in given_back


@settings(max_examples=80, suppress_health_check=_QUIET, deadline=None)
@given(
    st.lists(st.tuples(_NAME, _TEXT), min_size=1, max_size=5),
    st.sampled_from(["dated", "first", "line", "none"]),
)
@example([("名㊙ 2026-09-14 20:15:33", "名㊙ 2026-09-14 20:15:33\n话㊙")], "dated")
@example([("名㊙", '"名㊙"邀请"名㊙"加入了群聊')], "first")
def test_no_text_export_lets_a_name_or_a_text_through(
    tmp_path: Path, drawn: list[tuple[str, str]], shape: str
) -> None:
    forms = {
        "dated": "{0} 2026-09-14 20:15:33\n{1}\n",
        "first": "2026-09-14 20:15:33 {0}(1㊙)\n{1}\n",
        "line": "[2026-09-14 20:15:33] {0}: {1}\n",
        "none": "{0}说 {1}\n",
    }
    path = export(tmp_path, "".join(forms[shape].format(*pair) for pair in drawn))
    try:
        says_nothing(told(read_messages(path, salt=SALT)))
    except (InputError, ColumnError) as error:
        says_nothing(
            "".join(traceback.format_exception(error)) + repr(error.__dict__) + repr(error.__context__)
        )


@settings(max_examples=80, suppress_health_check=_QUIET, deadline=None)
@given(
    st.lists(st.tuples(_NAME, _TEXT, st.booleans()), min_size=1, max_size=5),
    st.sampled_from(["headed", "headless", "wrong", "quote"]),
)
def test_no_table_lets_a_name_or_a_text_through(
    tmp_path: Path, drawn: list[tuple[str, str, bool]], shape: str
) -> None:
    grid = [["时间", "发送人", "内容", "备注"]] if shape in ("headed", "quote") else []
    grid += [["标题", "㊙列", "时间"]] if shape == "wrong" else []
    for name, text, long in drawn:
        grid.append(["2026-09-14 20:15" if not long else text, name, text, name, *([text] if long else [])])
    path = table(tmp_path, grid)
    if shape == "quote":
        path.write_text(
            path.read_text(encoding="utf-8", errors="surrogatepass") + '"没有关上 ㊙',
            encoding="utf-8",
            errors="surrogatepass",
        )
    try:
        read = read_messages(path, salt=SALT)
        says_nothing(told(read))
        if shape == "headed":
            assert len(read.frame) + len(read.rejected) == len(drawn)
    except (InputError, ColumnError) as error:
        says_nothing(
            "".join(traceback.format_exception(error)) + repr(error.__dict__) + repr(error.__context__)
        )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("g.json", '{"发送人": "名㊙", 话㊙'),
        ("g.csv", "名㊙,话㊙\n"),
        ("g.txt", "名㊙说话㊙\n"),
        ("g.xlsx", "名㊙说话㊙\n"),
        ("g.html", "<table><tr><td>名㊙</td></tr></table>"),
        ("g.txt", ""),
    ],
)
def test_files_that_are_no_export_are_refused_without_a_word_of_them(
    tmp_path: Path, name: str, text: str
) -> None:
    path = export(tmp_path, text, name)
    with pytest.raises((InputError, ColumnError), match=path.name) as caught:
        read_messages(path, salt=SALT)
    says_nothing("".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__))


def test_a_line_that_is_no_record_is_rejected_without_what_it_says(tmp_path: Path) -> None:
    path = export(tmp_path, '{"发送人": "名㊙", "内容": "话㊙"}\n名㊙ 坏行\n', "g.jsonl")
    read = read_messages(path, salt=SALT)
    assert rows(read) == [("", member("名㊙"), "text", 2)]
    assert read.rejected[["row", "reason"]].values.tolist() == [[2, "这一行的格数和表头对不上，或者读不出"]]
    says_nothing(told(read))


def test_arguments_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有给出文件"):
        read_messages()
    with pytest.raises(InputError, match="找不到文件"):
        read_messages(tmp_path / "没有.txt")
    with pytest.raises(ChoiceError, match="group_id"):
        read_messages(export(tmp_path, "甲 2026/9/14 20:15:33\n在\n"), group_id=3)  # type: ignore[arg-type]


# ---- what kind of message


def cases(half: str) -> list[dict[str, str]]:
    lines = io.StringIO(CASES.read_text(encoding="utf-8"))
    return [row for row in csv.DictReader(lines) if row["half"] == half]


@pytest.mark.parametrize(("half", "least"), [("tuning", 0.95), ("held", 0.85)])
@pytest.mark.parametrize(("flag", "place"), [("is_promotion", 1), ("is_junk", 2)])
def test_promotion_and_junk_are_told_in_both_halves(half: str, least: float, flag: str, place: int) -> None:
    got = [(row[flag] == "1", bool(sort_message(row["text"])[place])) for row in cases(half)]
    right = sum(truth and found for truth, found in got)
    assert right / sum(found for _, found in got) >= 0.95
    assert right / sum(truth for truth, _ in got) >= least


@pytest.mark.parametrize("half", ["tuning", "held"])
def test_kinds_are_told_in_both_halves(half: str) -> None:
    assert [sort_message(row["text"])[0] for row in cases(half)] == [row["kind"] for row in cases(half)]


@pytest.mark.parametrize("table_name", ["message-cues", "message-shapes"])
def test_each_cue_and_shape_finds_its_own_example(table_name: str) -> None:
    for row in lexicons.rows(table_name):
        shape = row["pattern"].replace("<DAY>", _messages._DAY).replace("<CLOCK>", _messages._CLOCK)
        if table_name == "message-cues":
            assert re.search(shape, row["example"], re.IGNORECASE), row
        elif row["example"]:
            assert re.fullmatch(shape, row["example"]), row


@settings(max_examples=100)
@given(
    st.text(
        st.sampled_from('啊0123456789元.，。买送折帮我砍[]图片"“”拍了加入群聊邀请：:/-年月日 \n'),
        max_size=3000,
    )
)
def test_any_text_is_sorted_and_junk_is_no_promotion(text: str) -> None:
    kind, promotion, junk = sort_message(text)
    assert kind in ("text", "media", "link", "red_packet", "system")
    assert not (promotion and junk)
    assert kind in ("text", "link") or not (promotion or junk)


# ---- totals of days


def messages(*said: tuple[str, str, str, bool]) -> pd.DataFrame:
    """MESSAGES of (time, member, kind, promotion)."""
    frame = pd.DataFrame(said, columns=["sent_at", "member", "message_kind", "is_promotion"])
    return frame.assign(group_id="a", length=3, is_junk=False)


def test_days_are_totals_and_silent_days_are_zero() -> None:
    frame = messages(
        ("2026-09-01 09:00", "x", "text", True),
        ("2026-09-01 10:59", "y", "text", False),
        ("2026-09-01 20:00", "x", "text", True),
        ("2026-09-01 20:30", "x", "text", False),
        ("2026-09-01 22:30", "z", "media", False),
        ("2026-09-03 08:00", "", "system", False),
    )
    found = message_days(frame.assign(joined=[0, 0, 0, 0, 0, 2]), members={"a": 50})
    assert found.columns.tolist() == GROUP_DAYS.names
    shown = ["date", "members", "active", "messages", "promotions", "answered", "joined"]
    assert found[shown].values.tolist() == [
        [dt.date(2026, 9, 1), 50, 3, 5, 2, 1, 0],
        [dt.date(2026, 9, 2), 50, 0, 0, 0, 0, 0],
        [dt.date(2026, 9, 3), 50, 0, 0, 0, 0, 2],
    ]
    assert found[["left", "orders", "revenue"]].isna().all().all()


def test_days_before_and_after_are_known_only_where_the_export_reaches() -> None:
    frame = messages(("2026-09-02 09:00", "x", "text", False))
    assert len(message_days(frame)) == 1
    wider = message_days(frame, start="2026-09-01", until="2026-09-04")
    assert wider["messages"].tolist() == [0, 1, 0, 0]
    assert wider["members"].isna().all()
    assert wider["joined"].isna().all()
    assert message_days(MESSAGES.empty()).columns.tolist() == GROUP_DAYS.names
    assert len(message_days(messages(("", "x", "text", False)))) == 0


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 3000), st.sampled_from("xyz"), st.booleans(), st.booleans()), max_size=25
    )
)
def test_totals_agree_with_counting_one_by_one(drawn: list[tuple[int, str, bool, bool]]) -> None:
    start = pd.Timestamp("2026-09-01", tz="Asia/Shanghai")
    said = sorted(drawn, key=lambda row: row[0])
    frame = pd.DataFrame(said, columns=["minute", "member", "is_promotion", "is_junk"]).assign(
        group_id="a", message_kind="text", length=1
    )
    frame["is_junk"] = frame["is_junk"].astype(bool) & ~frame["is_promotion"].astype(bool)
    frame["sent_at"] = [start + pd.Timedelta(minutes=row[0]) for row in said]
    found = message_days(frame)
    answered = sum(
        any(
            row[0] <= other[0] <= row[0] + 120 and other[1] != row[1] and not other[2] and not other[3]
            for other in said[place + 1 :]
        )
        for place, row in enumerate(said)
        if row[2]
    )
    assert int(found["answered"].sum()) == answered
    assert int(found["messages"].sum()) == len(said)
    assert int(found["promotions"].sum()) == sum(row[2] for row in said)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9), st.booleans()), max_size=120), st.data())
def test_fewer_messages_never_make_a_group_livelier(
    drawn: list[tuple[int, int, bool]], data: st.DataObject
) -> None:
    said = [(f"2026-09-{day + 1:02d} 09:00", f"m{who}", "text", sold) for day, who, sold in drawn]
    gone = data.draw(st.sets(st.integers(0, max(len(said) - 1, 0))))
    span = {"start": "2026-09-01", "until": "2026-09-21", "members": {"a": 20}}
    kept = [row for place, row in enumerate(said) if place not in gone]
    states = [
        group_health(message_days(messages(*part), **span))["state"].tolist()  # type: ignore[arg-type]
        for part in (said, kept)
    ]
    order = ["dead", "dying", "quiet", "lively"]
    if states[0] and states[1]:
        assert order.index(states[1][0]) <= order.index(states[0][0])


def test_messages_fill_what_days_lack() -> None:
    frame = messages(
        *((f"2026-09-{day:02d} 09:0{who}", who, "text", False) for day in range(1, 21) for who in "123")
    )
    counts = pd.DataFrame(
        {"group_id": "a", "date": pd.date_range("2026-09-01", periods=20), "members": 20, "orders": 1}
    )
    both = group_health(counts, messages=frame).iloc[0]
    assert both[["state", "days", "active_share", "silent_share", "orders_per_100"]].tolist() == [
        *("lively", 20, pytest.approx(0.15), pytest.approx(0.85)),
        pytest.approx(140.0),
    ]
    alone = group_health(GROUP_DAYS.empty(), messages=frame).iloc[0]
    assert (alone["state"], alone["days"]) == ("unknown", 20)


def test_the_sample_gives_health_from_messages_alone() -> None:
    folder = lexicons.sample_folder() / "messages"
    read = read_messages(folder, salt=SALT)
    assert (len(read.frame), len(read.rejected)) == (591, 0)
    days = message_days(read.frame, members={"g03": 142, "g08": 198, "g10": 97})
    found = group_health(days, messages=read.frame).set_index("group_id")
    assert found["state"].to_dict() == {"g03": "lively", "g08": "dead", "g10": "quiet"}
    assert found.loc["g08", ["silent_share", "promotion_share", "answered_share"]].round(3).tolist() == [
        *(0.99, 0.98),
        0.0,
    ]
    assert found["orders_per_100"].isna().all()


def test_a_few_days_of_messages_say_nothing_of_the_silent() -> None:
    frame = messages(*((f"2026-09-{day:02d} 09:00", "x", "text", False) for day in range(1, 14)))
    days = message_days(frame, members={"a": 50}, until="2026-09-20")
    assert pd.isna(group_health(days, messages=frame)["silent_share"][0])

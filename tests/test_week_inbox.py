"""Taking in what was dropped or pasted, and putting it into the working folder: nothing lost, nothing doubled."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from toolkit import lexicons, tables
from toolkit.documents import read_documents
from toolkit.schedule import read_groups, read_items, write_template
from toolkit.schema import INBOX_KINDS, TIME_ZONE, ChoiceError, InputError
from toolkit.week import Taken, save_taken, take_in, week_sources
from toolkit.week._inbox_names import clean_name, free_name

SAMPLE = lexicons.sample_folder()
NOW = "2026-09-21 09:30"
ARTICLE = """石榴到了
清早五点四十，青禾镇的车进了后门，软籽石榴一共四十二筐，比老周估的多出三筐。
挑的时候先看皮：皮薄得能看见籽的棱，捏着沉手，就是熟透的。颜色深浅不作数，背阴那一面本来就淡。
放在阴凉处能存半个月，剥好的籽盖紧进冰箱，两天里吃完。今晚街坊群里接龙，一筐起拼，明早到店自提。"""
CHAT = "王老师 2026/9/14 20:15:33\n石榴到了\n\n李四 2026/9/14 20:16:02\n@王老师 来两斤"
GROUPS = "群编号,群名,人群,人数,时段,每天上限,每周上限\ng1,街坊,妈妈,20,20:00,1,5\n"


def files_of(*paths: Path) -> dict[str, bytes]:
    """Files, and the files of folders under their paths in them."""
    found: dict[str, bytes] = {}
    for path in paths:
        inside = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())
        found |= {
            one.relative_to(path).as_posix() if one != path else one.name: one.read_bytes() for one in inside
        }
    return found


def only(taken: list[Taken]) -> Taken:
    (one,) = taken
    return one


def lying(home: Path) -> list[str]:
    return sorted(path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file())


# ---- names


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("..\\..\\Windows\\甲.csv", "Windows/甲.csv"),
        ("/etc/甲.csv", "etc/甲.csv"),
        ("C:\\表\\甲.csv", "表/甲.csv"),
        ("CON.txt", "_CON.txt"),
        ("lpt1", "_lpt1"),
        ("con /甲.txt", "_con/甲.txt"),
        ("甲\u202e\u200bvsc.exe", "甲vsc.exe"),
        ("甲\x00\n乙.csv", "甲乙.csv"),
        ('a<b>:"|?*.csv', "a_b______.csv"),
        (".hidden.csv", "hidden.csv"),
        ("~$群.xlsx", "群.xlsx"),
        ("甲. . .", "甲"),
        ("", "未命名"),
        ("../..", "未命名"),
        ("a/b/c/d/e/f.csv", "c/d/e/f.csv"),
        ("\ud800甲.csv", "甲.csv"),
    ],
)
def test_names_from_outside_are_fit_for_any_disk(given: str, kept: str) -> None:
    assert clean_name(given) == kept
    assert clean_name(kept) == kept


def test_long_names_are_cut_and_keep_their_suffix(tmp_path: Path) -> None:
    name = clean_name("长" * 300 + ".csv.gz")
    assert len(name.encode()) <= 255 and name.endswith("长.csv.gz")
    (tmp_path / name).write_bytes(b"")


def test_a_free_name_minds_no_letter_case() -> None:
    assert free_name("A.csv", ["a.csv"]) == "A（2）.csv"


@pytest.mark.parametrize(
    "name",
    ["../../x.csv", "/x.csv", "..\\x.csv", "C:\\x.csv", "CON.csv", "\u202evsc.csv", "长" * 300 + ".csv"],
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    home = tmp_path / "家"
    home.mkdir()
    taken = only(take_in(home, {name: "标题,正文\n石榴,两筐".encode()}))
    (path,) = save_taken(home, taken)
    assert path.resolve().is_relative_to(home.resolve() / "同行内容")
    assert path.read_bytes() == "标题,正文\n石榴,两筐".encode()
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == [path]


# ---- reading


def test_the_messy_inbox_is_read_as_a_folder_of_it_is() -> None:
    taken = only(take_in(None, files_of(SAMPLE / "inbox"), now=NOW))
    plain = read_documents(SAMPLE / "inbox", now=NOW)  # type: ignore[arg-type]
    assert taken.kind == "documents" and taken.frame["doc_id"].tolist() == plain.frame["doc_id"].tolist()
    assert len(taken.rejected) == len(plain.rejected) and len(taken.rejected) > 0
    assert taken.copies is not None and len(taken.copies) > 0
    assert "选题会纪要.docx：没有读出内容，不存" in taken.places


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("groups.csv", "groups"),
        ("items.csv", "items"),
        ("group_days.csv", "group_days"),
        ("own_posts.csv", "own"),
        ("incidents.csv", "incidents"),
        ("review/costs.csv", "costs"),
        ("review/tests.csv", "tests"),
        ("review/exports/有赞.csv", "results"),
        ("review/exports/公众号后台.xlsx", "results"),
        ("review/exports/群接龙.xlsx", "results"),
        ("messages/g03.txt", "messages"),
        ("messages/g08.csv", "messages"),
        ("posts/澜江菜篮子.csv", "documents"),
        ("inbox/公众号数据导出_0914-0920.csv", "documents"),
    ],
)
def test_a_kind_is_guessed_and_the_reason_told(path: str, kind: str) -> None:
    taken = only(take_in(None, files_of(SAMPLE / path)))
    assert taken.kind == kind and taken.label == INBOX_KINDS[kind]
    assert taken.reason.endswith("。") and taken.usable


def test_several_kinds_at_once_come_in_their_order() -> None:
    files = files_of(SAMPLE / "groups.csv", SAMPLE / "items.csv", SAMPLE / "posts" / "澜江菜篮子.csv")
    assert [one.kind for one in take_in(None, files)] == ["documents", "groups", "items"]


def test_an_editor_says_the_kind_and_what_a_header_is() -> None:
    data = {"表.csv": "怪名,话\n石榴怎么挑,看皮\n".encode()}
    assert only(take_in(None, data)).frame.empty
    taken = only(take_in(None, data, kind="own", rename={"怪名": "title"}))
    assert taken.kind == "own" and taken.frame["title"].tolist() == ["石榴怎么挑"] and taken.reason == ""


def test_a_header_of_a_table_of_groups_is_renamed() -> None:
    data = {"群.csv": GROUPS.replace("人数", "几个人").encode()}
    taken = only(take_in(None, data, kind="groups"))
    assert taken.read is None and "人数" in taken.problems[0] and not taken.usable
    taken = only(take_in(None, data, kind="groups", rename={"几个人": "members"}))
    assert taken.frame["members"].tolist() == [20]


def test_two_tables_of_groups_are_one() -> None:
    data = {
        "一.csv": GROUPS.encode(),
        "二.csv": GROUPS.replace("g1,街坊", "g2,邻居").encode() + b"g1,x,x,3,20:00,1,5\n",
    }
    taken = only(take_in(None, data))
    assert taken.frame["group_id"].tolist() == ["g1", "g2"]
    assert taken.rejected["reason"].tolist() == ["「g1」前面的文件里已有一行，只留前面的"]


@pytest.mark.parametrize(
    "data", [b"", b"\x00\xff" * 99, b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0broken", b"<html", b"\xef\xbb\xbf"]
)
@pytest.mark.parametrize("kind", [None, *INBOX_KINDS])
def test_what_cannot_be_read_is_told_and_never_saved(tmp_path: Path, data: bytes, kind: str | None) -> None:
    for name in ("坏.xlsx", "坏.csv", "坏.txt"):
        for taken in take_in(tmp_path, {name: data}, kind=kind):
            if taken.usable:
                continue
            assert taken.problems or len(taken.rejected) or len(taken.notes)
            with pytest.raises(InputError, match="没有能存的"):
                save_taken(tmp_path, taken)
    assert [name for name in lying(tmp_path) if name.startswith("群")] == []


def test_nothing_gives_nothing_and_arguments_are_checked() -> None:
    assert take_in(None, {}) == [] and take_in(None, {}, "  \n") == []
    with pytest.raises(ChoiceError, match="kind"):
        take_in(None, {}, kind="照片")
    with pytest.raises(ChoiceError, match="now"):
        take_in(None, {}, now="昨天")


def test_copies_of_what_lies_there_are_told(tmp_path: Path) -> None:
    save_taken(tmp_path, only(take_in(tmp_path, {}, ARTICLE, now=NOW)), now=NOW)
    again = only(take_in(tmp_path, {"改过.txt": (ARTICLE + "欢迎转发到群里。").encode()}))
    assert again.copies is not None and again.copies["original_title"].tolist() == ["石榴到了"]
    same = only(take_in(tmp_path, {"同样.txt": ARTICLE.encode()}))
    assert "1 篇和「同行内容」里已有的一模一样" in same.notes["note"].tolist()
    assert same.copies is not None and same.copies.empty
    assert same.places == ("同样.txt：已经有了，是 同行内容/粘贴 2026-09-21 0930.txt",)


# ---- pasted text


def test_pasted_text_reads_the_same_from_the_folder(tmp_path: Path) -> None:
    links = "https://a.example/x 石榴怎么挑\nhttps://a.example/y 柿子怎么挑"
    several = f"{ARTICLE}\n-----\n柿子也到了\n" + "软的今晚吃，硬的放两天。" * 6
    for number, text in enumerate((ARTICLE, links, several, CHAT)):
        home = tmp_path / str(number)
        taken = only(take_in(home, {}, text, now=NOW))
        assert taken.kind == "documents" and len(taken.frame) == (1, 2, 2, 2)[number]
        (path,) = save_taken(home, taken, now=NOW)
        assert path.stem == "粘贴 2026-09-21 0930"
        names = ["title", "body", "url", "published_at"]
        again = read_documents(home / "同行内容", now=dt.datetime(2026, 9, 21, 9, 30, tzinfo=TIME_ZONE)).frame
        assert again[names].fillna("").astype(str).equals(taken.frame[names].fillna("").astype(str))


def test_names_of_a_pasted_chat_never_reach_the_folder(tmp_path: Path) -> None:
    save_taken(tmp_path, only(take_in(tmp_path, {}, CHAT, now=NOW)), now=NOW)
    (name,) = lying(tmp_path)
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert "石榴到了" in text and "王老师" not in text and "李四" not in text


def test_a_pasted_chat_of_a_group_of_ours_goes_to_the_chats(tmp_path: Path) -> None:
    taken = only(take_in(tmp_path, {}, CHAT, kind="messages", now=NOW))
    assert len(taken.frame) == 2 and not taken.frame["member"].str.contains("王老师").any()
    assert [path.relative_to(tmp_path).as_posix() for path in save_taken(tmp_path, taken)] == [
        "群聊导出/粘贴 2026-09-21 0930.txt"
    ]


def test_rows_copied_from_a_sheet_are_told_by_their_headers() -> None:
    assert only(take_in(None, {}, GROUPS.replace(",", "\t"))).kind == "groups"
    taken = only(take_in(None, {}, "标题\t正文\n石榴\t两筐"))
    assert taken.kind == "documents" and taken.frame["title"].tolist() == ["石榴"]


# ---- saving


def test_without_a_folder_saving_is_refused_in_words() -> None:
    taken = only(take_in(None, {"甲.csv": "标题\n石榴".encode()}))
    for home in (None, "", "  "):
        with pytest.raises(InputError, match="没有工作文件夹"):
            save_taken(home, taken)


def test_the_same_bytes_are_not_saved_twice_and_another_content_takes_no_place(tmp_path: Path) -> None:
    first = only(take_in(tmp_path, {"甲.csv": "标题\n石榴".encode()}))
    other = only(take_in(tmp_path, {"甲.csv": "标题\n柿子".encode()}))
    assert [path.name for path in save_taken(tmp_path, first)] == ["甲.csv"]
    assert save_taken(tmp_path, first) == []
    assert [path.name for path in save_taken(tmp_path, other)] == ["甲（2）.csv"]
    assert (tmp_path / "同行内容" / "甲.csv").read_text(encoding="utf-8") == "标题\n石榴"


def test_one_of_two_files_with_the_same_bytes_is_saved(tmp_path: Path) -> None:
    taken = only(take_in(tmp_path, {"甲.csv": "标题\n石榴".encode(), "乙.csv": "标题\n石榴".encode()}))
    assert taken.places[1] == "乙.csv：和 甲.csv 一模一样，只存一份"
    assert len(save_taken(tmp_path, taken)) == 1


def test_a_table_takes_the_place_of_the_old_one_which_is_kept(tmp_path: Path) -> None:
    write_template(tmp_path / "群.xlsx", what="groups")
    taken = only(take_in(tmp_path, {"我的群.csv": GROUPS.encode()}))
    assert taken.places == ("存成 群.xlsx",)
    assert [path.name for path in save_taken(tmp_path, taken, now=NOW)] == ["群.xlsx"]
    before = (tmp_path / "群.xlsx").read_bytes()
    assert save_taken(tmp_path, taken, now=NOW) == []
    other = only(take_in(tmp_path, {"群.csv": GROUPS.replace("街坊", "邻居").encode()}))
    assert other.places == ("存成 群.xlsx，原来的另存一份",)
    names = [path.name for path in save_taken(tmp_path, other, now=NOW)]
    assert names == ["群.xlsx", "群（换下 2026-09-21 0930）.xlsx"]
    assert (tmp_path / names[1]).read_bytes() == before
    assert read_groups(tmp_path / "群.xlsx").frame["name"].tolist() == ["邻居"]
    assert week_sources(home=tmp_path).groups == tmp_path / "群.xlsx"


def test_a_workbook_of_items_is_kept_as_it_came(tmp_path: Path) -> None:
    from toolkit.export import write_xlsx

    book = write_xlsx(read_items(SAMPLE / "items.csv").frame, tmp_path / "排的内容.xlsx").read_bytes()
    home = tmp_path / "家"
    save_taken(home, only(take_in(home, {"排的内容.xlsx": book})))
    assert (home / "内容.xlsx").read_bytes() == book


@pytest.mark.parametrize(("name", "reader"), [("groups.csv", read_groups), ("items.csv", read_items)])
def test_a_csv_becomes_the_workbook_that_reads_the_same(tmp_path: Path, name: str, reader: object) -> None:
    taken = only(take_in(tmp_path, files_of(SAMPLE / name)))
    (path,) = save_taken(tmp_path, taken)
    again = reader(path).frame  # type: ignore[operator]
    assert again.fillna("").astype(str).equals(reader(SAMPLE / name).frame.fillna("").astype(str))  # type: ignore[operator]


def test_new_days_join_the_old_ones_and_the_newer_counts(tmp_path: Path) -> None:
    head = "群编号,日期,人数\n"
    for number, rows in enumerate(
        ("g1,2026-09-01,20\ng1,2026-09-02,21\n", "g1,2026-09-02,22\ng1,2026-09-03,23\n")
    ):
        save_taken(tmp_path, only(take_in(tmp_path, {f"{number}.csv": (head + rows).encode()})), now=NOW)
    from toolkit.campaigns import read_group_days

    assert read_group_days(tmp_path / "群日报.xlsx").frame["members"].tolist() == [20, 22, 23]
    again = only(take_in(tmp_path, {"1.csv": (head + "g1,2026-09-03,23\n").encode()}))
    assert again.places == ("群日报.xlsx 里已经有了",) and save_taken(tmp_path, again) == []


def test_renamed_headers_need_no_renaming_at_the_next_reading(tmp_path: Path) -> None:
    data = {"表.csv": "怪名,话\n石榴怎么挑,看皮\n".encode(), "好.csv": "标题\n柿子".encode()}
    taken = only(take_in(tmp_path, data, rename={"怪名": "title"}))
    names = [path.name for path in save_taken(tmp_path, taken)]
    assert sorted(names) == ["好.csv", "表（改过列名）.csv"]
    assert sorted(read_documents(tmp_path / "同行内容").frame["title"]) == ["柿子", "石榴怎么挑"]


def test_results_chats_and_own_posts_go_where_the_week_looks(tmp_path: Path) -> None:
    files = files_of(
        SAMPLE / "review" / "exports" / "有赞.csv", SAMPLE / "messages" / "g03.txt", SAMPLE / "own_posts.csv"
    )
    for taken in take_in(tmp_path, files | {"甲.csv": "标题\n石榴".encode()}, now=NOW):
        save_taken(tmp_path, taken)
    assert lying(tmp_path) == [
        "同行内容/甲.csv",
        "效果数据/有赞.csv",
        "群聊导出/g03.txt",
        "自己发过的/own_posts.csv",
    ]
    sources = week_sources(home=tmp_path)
    assert (sources.results, sources.messages, sources.own) == (
        tmp_path / "效果数据",
        tmp_path / "群聊导出",
        tmp_path / "自己发过的",
    )


def test_results_without_a_calendar_wait_for_it(tmp_path: Path) -> None:
    home = tmp_path / "家"
    (home / "同行内容").mkdir(parents=True)
    (home / "同行内容" / "甲.csv").write_text("标题\n石榴", encoding="utf-8")
    taken = only(take_in(home, files_of(SAMPLE / "review" / "exports" / "有赞.csv")))
    assert taken.usable and taken.notes["note"].str.contains("还没有发过的排期").any()


def test_a_folder_keeps_its_sub_folders_which_name_the_source(tmp_path: Path) -> None:
    taken = only(take_in(tmp_path, {"果铺/甲.csv": "标题\n石榴".encode()}))
    assert taken.frame["source"].tolist() == ["果铺"]
    save_taken(tmp_path, taken)
    assert lying(tmp_path) == ["同行内容/果铺/甲.csv"]


def test_a_file_in_the_way_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "同行内容").write_text("x", encoding="utf-8")
    taken = only(take_in(tmp_path, {"甲.csv": "标题\n石榴".encode()}))
    with pytest.raises(InputError, match="没有存下"):
        save_taken(tmp_path, taken)


def test_a_large_table_is_told_by_its_first_rows_and_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    plain = tables.open_tables

    def watched(path: Path, **how: object) -> object:
        sizes.append(path.stat().st_size)
        return plain(path, **how)  # type: ignore[arg-type]

    monkeypatch.setattr("toolkit.tables.open_tables", watched)
    data = ("标题,正文\n" + "石榴到了,今早两筐\n" * 21_000).encode()
    taken = only(take_in(None, {"大.csv": data}, kind=None))
    assert len(taken.frame) == 21_000 and taken.copies is None
    assert "转载和抄写在做周报时再比" in taken.notes["note"].iloc[-1]
    assert [size for size in sizes if size > 300_000] == [len(data)]

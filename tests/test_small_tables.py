"""The doors in for gifts, KOLs and incidents: words and headings as people write them, and why a row is turned away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import toolkit as tk
from toolkit import lexicons
from toolkit.campaigns import (
    gift_costs,
    rate_kols,
    read_costs,
    read_gifts,
    read_incidents,
    read_kols,
    read_tests,
)
from toolkit.review import push_problems
from toolkit.schema import (
    BUDGET_BY_QUARTER,
    COLUMN_WORDS,
    COSTS,
    GIFT_JOBS,
    GIFTS,
    INCIDENTS,
    KOLS,
    PLAYBOOK_CHOICES,
    TESTS,
    ColumnError,
    Contract,
    InputError,
    Read,
)

SAMPLE = lexicons.sample_folder()
DOORS: list[tuple[Callable[[Path], Read], Contract, str]] = [
    (read_gifts, GIFTS, "礼品,用途,单价,份数"),
    (read_kols, KOLS, "达人,懂产品"),
    (read_incidents, INCIDENTS, "群,什么事"),
    (read_costs, COSTS, "活动,花费"),
    (read_tests, TESTS, "测试,版本,条目编号"),
]


def sheet(folder: Path, *lines: str, name: str = "表.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def rows(frame: pd.DataFrame, *names: str) -> list[list[Any]]:
    """The cells, missing ones as None."""
    return [
        [None if not isinstance(value, list) and pd.isna(value) else value for value in row]
        for row in frame[list(names) or list(frame.columns)].itertuples(index=False, name=None)
    ]


# ---- the sample


def test_the_samples_are_read_whole() -> None:
    gifts, kols, incidents = (
        read_gifts(SAMPLE / "gifts.csv"),
        read_kols(SAMPLE / "kols.csv"),
        read_incidents(SAMPLE / "incidents.csv"),
    )
    for read, contract, size in ((gifts, GIFTS, 8), (kols, KOLS, 6), (incidents, INCIDENTS, 9)):
        assert read.frame.columns.tolist() == contract.names
        assert [str(dtype) for dtype in read.frame.dtypes] == [str(c.dtype) for c in contract.columns]
        assert (len(read.frame), len(read.rejected), len(read.notes)) == (size, 0, 0)
        assert read.extra.columns.tolist() == contract.names[:1]
        assert (read.columns["column"] != "").all()
    assert rows(gifts.frame)[3] == ["兔子灯材料包", "enliven", "physical", 6.8, 1.2, 90, None]
    groups = set(tk.read_groups(SAMPLE / "groups.csv").frame["group_id"])
    assert set(incidents.frame["group_id"]) <= groups
    assert set(incidents.frame["incident"]) == set(COLUMN_WORDS["incident"])
    assert incidents.frame["happened_at"].between("2026-09-21", "2026-09-28").all()


def test_the_samples_go_on_to_their_verbs() -> None:
    jobs = gift_costs(read_gifts(SAMPLE / "gifts.csv").frame)
    assert rows(jobs.jobs, "gift_job", "gifts", "total", "acquired") == [
        ["acquire", 3, pytest.approx(180 * 5 + 120 * 5.4 + 150 * 11), 86],
        ["enliven", 3, pytest.approx(90 * 8 + 240 * 3.5 + 60 * 0.5), 38],
        ["reward", 2, pytest.approx(65 * 9.6 + 12 * 38), 0],
    ]
    rated = rate_kols(read_kols(SAMPLE / "kols.csv").frame)
    assert rows(rated, "kol", "rating") == [
        ["北岸灶台日记", 3.5],
        ["钟楼巷讲绘本的人", 4.5],
        ["望湖手冲笔记", pytest.approx(8.5 / 3)],
        ["柳塘慢跑队", pytest.approx(7 / 3)],
        ["茶亭街辅食本", None],
        ["江堤慢慢拍", pytest.approx(9.5 / 3)],
    ]
    posts = pd.DataFrame(
        {"post_id": ["p"], "item_id": ["i14"], "group_id": ["g07"], "starts_at": ["2026-09-22 07:20"]}
    )
    problems = push_problems(posts, incidents=read_incidents(SAMPLE / "incidents.csv").frame)
    beside = problems[problems["post_id"].notna()]
    assert rows(beside, "group_id", "incident", "count", "hours_after") == [["g07", "complaint", 2, 0.5]]


# ---- headings, words and file types


def test_gifts_as_people_write_them(tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        "礼品,目的,类型,单价（元）,运费,份数,带来人数,库房",
        '帆布袋, 引流 ,实体,¥9.5,1.5元,"1,200份",9人,东',
        "种子卡,促活,,1.2,,200个,,西",
        "签名书,回馈,虚拟,0,0,3,0,",
        "甜汤券,ENLIVEN,电子券,3.5元,0,10,--,",
    )
    read = read_gifts(path)
    assert rows(read.frame) == [
        ["帆布袋", "acquire", "physical", 9.5, 1.5, 1200, 9],
        ["种子卡", "enliven", "physical", 1.2, 0.0, 200, None],
        ["签名书", "reward", "virtual", 0.0, 0.0, 3, 0],
        ["甜汤券", "enliven", "virtual", 3.5, 0.0, 10, None],
    ]
    assert read.rejected.empty
    assert read.notes.empty
    assert rows(read.extra) == [["帆布袋", "东"], ["种子卡", "西"], ["签名书", ""], ["甜汤券", ""]]
    assert rows(read.columns)[0] == ["表.csv", "礼品", "gift", "礼品"]
    assert rows(read.files, "path", "read", "rejected", "outcome") == [["表.csv", 4, 0, "已读"]]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        *[(word, value) for value, word in COLUMN_WORDS["incident"].items()],
        *[(value, value) for value in COLUMN_WORDS["incident"]],
        *(("删帖", "deleted"), ("禁言", "muted"), ("举报", "complaint"), ("退出", "left"), ("冷场", "cold")),
    ],
)
def test_words_for_what_happened(tmp_path: Path, word: str, value: str) -> None:
    read = read_incidents(sheet(tmp_path, "群,发生时间,事件,人数", f"g01,2026-09-22 21:40,{word},3人"))
    assert rows(read.frame) == [["g01", pd.Timestamp("2026-09-22 21:40+08:00"), value, 3, ""]]


def test_a_workbook_with_a_title_dates_and_other_sheets(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    first.title = "出事"
    for line in (
        ["九月出了什么事"],
        ["群编号", "时间", "什么事", "次数或人数", "说明"],
        ["g01", dt.datetime(2026, 9, 22, 21, 40), "退群", 3, "说消息太多"],  # noqa: DTZ001 - a cell has no zone
        ["g02", dt.date(2026, 9, 23), "被删", None, None],
    ):
        first.append(line)
    other = book.create_sheet("团队")
    other.append(["姓名", "角色"])
    other.append(["阿禾", "群主"])
    path = tmp_path / "记录.xlsx"
    book.save(path)
    read = read_incidents(path)
    assert rows(read.frame) == [
        ["g01", pd.Timestamp("2026-09-22 21:40+08:00"), "left", 3, "说消息太多"],
        ["g02", pd.Timestamp("2026-09-23 00:00+08:00"), "deleted", 1, ""],
    ]
    assert rows(read.files, "path", "read", "outcome") == [
        ["记录.xlsx〔出事〕", 2, "已读"],
        ["记录.xlsx〔团队〕", 0, "没有读"],
    ]
    assert rows(read.notes) == [
        ["记录.xlsx〔出事〕", 1, "在表头上面，没有当作内容：「九月出了什么事」"],
        ["记录.xlsx〔团队〕", 1, "这张表缺少列 群编号、什么事，没有读"],
    ]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("达人.tsv", ["博主\t专业\t社交\t荣誉\t评分\t建议", "甲\t5\t4.5分\t\t3\t先谈"]),
        ("达人.jsonl", ['{"kol": "甲", "knowledge": 5, "social": "4.5", "评分": 3, "建议": "先谈"}']),
    ],
)
def test_kols_from_other_files_without_what_is_computed(tmp_path: Path, name: str, lines: list[str]) -> None:
    read = read_kols(sheet(tmp_path, *lines, name=name))
    assert rows(read.frame) == [["甲", 5.0, 4.5, None, "", "", "", "", None, []]]
    assert rows(read.extra) == [["甲", "3", "先谈"]]
    assert read.rejected.empty


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("door", "name"),
    [
        (read_gifts, "gifts"),
        (read_kols, "kols"),
        (read_incidents, "incidents"),
        (read_costs, "review/costs"),
        (read_tests, "review/tests"),
    ],
)
def test_what_is_written_out_is_read_back(
    tmp_path: Path, door: Callable[[Path], Read], name: str, suffix: str
) -> None:
    frame = door(SAMPLE / f"{name}.csv").frame
    write = tk.write_csv if suffix == "csv" else tk.write_xlsx
    again = door(write(frame, tmp_path / f"表.{suffix}"))
    pd.testing.assert_frame_equal(again.frame, frame)
    assert again.rejected.empty


# ---- bad rows


def test_gifts_that_are_turned_away(tmp_path: Path) -> None:
    read = read_gifts(
        sheet(
            tmp_path,
            "礼品,用来做什么,形式,单价（元）,每份运费和人工（元）,送出份数,带来的新成员",
            ",拉新,实物,1,0,1,1",
            "甲,,实物,1,0,1,1",
            "乙,好看,实物,1,0,1,1",
            "丙,拉新,纸的,1,0,1,1",
            "丁,拉新,实物,-1,0,1,1",
            "戊,拉新,实物,一块多,0,1,1",
            "己,拉新,实物,,0,1,1",
            "庚,拉新,实物,1,没算,1,1",
            "辛,拉新,实物,1,0,-2,1",
            "壬,拉新,实物,1,0,很多,1",
            "癸,拉新,实物,1,0,1.5,1",
            "子,拉新,实物,1,0,1,-1",
            "丑,拉新,实物,1e999,0,1,1",
            "寅,拉新,实物,1,0,1,不少",
        )
    )
    assert rows(read.rejected, "row", "reason") == [
        [2, "没有写礼品"],
        [3, "没有写用来做什么，可以填：拉新、活跃、回馈"],
        [4, "不认识的用来做什么「好看」，可以填：拉新、活跃、回馈"],
        [5, "不认识的形式「纸的」，可以填：实物、虚拟"],
        [6, "单价（元）要写成 0 或更大的数（现在是「-1」）"],
        [7, "单价（元）要写成 0 或更大的数（现在是「一块多」）"],
        [8, "单价（元）要写成 0 或更大的数（现在是「」）"],
        [9, "每份运费和人工（元）要写成 0 或更大的数（现在是「没算」）"],
        [10, "送出份数要写成 0 或更大的整数（现在是「-2」）"],
        [11, "送出份数要写成 0 或更大的整数（现在是「很多」）"],
        [12, "送出份数要写成 0 或更大的整数（现在是「1.5」）"],
        [13, "带来的新成员要写成 0 或更大的整数（现在是「-1」）"],
        [14, "单价（元）要写成 0 或更大的数（现在是「1e999」）"],
    ]
    assert rows(read.frame) == [["寅", "acquire", "physical", 1.0, 0.0, 1, None]]
    assert rows(read.notes) == [["表.csv", 15, "带来的新成员：看不懂的数字「不少」，按空白处理"]]
    assert rows(read.files, "read", "rejected") == [[1, 13]]


def test_kols_that_are_turned_away(tmp_path: Path) -> None:
    read = read_kols(
        sheet(
            tmp_path,
            "达人,懂产品、来源广,会打交道,荣誉和报道",
            "甲,5,0,2.5",
            ",5,4,3",
            "乙,5.1,4,3",
            "丙,5,-0.5,3",
            "甲,1,1,1",
            "丁,很懂,4,3",
        )
    )
    assert rows(read.rejected, "row", "reason") == [
        [3, "没有写达人"],
        [4, "懂产品、来源广要在 0 到 5 之间（现在是 5.1）"],
        [5, "会打交道要在 0 到 5 之间（现在是 -0.5）"],
        [6, "达人「甲」重复，前面已有一行（表.csv 第 2 行）"],
    ]
    assert rows(read.frame, "kol", "knowledge", "social", "honours") == [
        ["甲", 5.0, 0.0, 2.5],
        ["丁", None, 4.0, 3.0],
    ]
    assert rows(read.notes) == [["表.csv", 7, "懂产品、来源广：看不懂的数字「很懂」，按空白处理"]]


def test_incidents_that_are_turned_away_and_times_that_are_missing(tmp_path: Path) -> None:
    read = read_incidents(
        sheet(
            tmp_path,
            "群编号,时间,什么事,次数或人数",
            ",2026-09-22,退群,1",
            "g01,2026-09-22,,1",
            "g01,2026-09-22,吵架,1",
            "g01,2026-09-22,退群,0",
            "g01,2026-09-22,退群,-1",
            "g01,2026-09-22,退群,好几个",
            "g01,前几天晚上,退群,2",
            "g01,,冷场,",
            "g01,,冷场,",
        )
    )
    words = "被删、被禁言、投诉、退群、没人回应"
    assert rows(read.rejected, "row", "reason") == [
        [2, "没有写群编号"],
        [3, f"没有写什么事，可以填：{words}"],
        [4, f"不认识的什么事「吵架」，可以填：{words}"],
        [5, "次数或人数要写成 1 或更大的整数（现在是「0」）"],
        [6, "次数或人数要写成 1 或更大的整数（现在是「-1」）"],
        [7, "次数或人数要写成 1 或更大的整数（现在是「好几个」）"],
    ]
    assert rows(read.frame, "group_id", "happened_at", "incident", "count") == [
        ["g01", None, "left", 2],
        ["g01", None, "cold", 1],
        ["g01", None, "cold", 1],
    ]
    assert rows(read.notes, "row", "note") == [
        [10, "和前面的一行（表.csv 第 9 行）一样，两行都留着；抄重了的话，请删去一行"],
        [8, "时间：看不懂的日期「前几天晚上」，按空白处理"],
    ]


@pytest.mark.parametrize(("door", "contract", "header"), DOORS)
def test_a_heading_alone_gives_an_empty_frame(
    tmp_path: Path, door: Callable[[Path], Read], contract: Contract, header: str
) -> None:
    read = door(sheet(tmp_path, header))
    pd.testing.assert_frame_equal(read.frame, contract.empty())
    assert read.rejected.empty
    assert read.extra.columns.tolist() == contract.names[:1]


@pytest.mark.parametrize(("door", "contract", "header"), DOORS)
def test_what_cannot_be_read_at_all(
    tmp_path: Path, door: Callable[[Path], Read], contract: Contract, header: str
) -> None:
    with pytest.raises(InputError, match=f"是一个文件夹，这里要的是{contract.caption}表"):
        door(tmp_path)
    with pytest.raises(InputError, match="找不到文件"):
        door(tmp_path / "没有.csv")
    with pytest.raises(InputError, match="文件是空的"):
        door(sheet(tmp_path, ""))
    with pytest.raises(ColumnError, match=rf"表\.csv：缺少列 {contract.captions[contract.names[0]]}、"):
        door(sheet(tmp_path, "天气,心情", "晴,好"))


def test_names_without_a_score_are_no_table_of_kols(tmp_path: Path) -> None:
    with pytest.raises(ColumnError, match="缺少列 懂产品、来源广或会打交道或荣誉和报道"):
        read_kols(sheet(tmp_path, "名字,角色", "阿禾,群主"))


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8), min_size=4, max_size=4
    ).filter(lambda cells: any(cell.strip() for cell in cells))
)
def test_every_row_is_read_or_turned_away(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    """Whatever the cells say; and what is read is good enough for the verbs."""
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    folder = tmp_path_factory.mktemp("rows")
    gifts = read_gifts(sheet(folder, "礼品,用途,单价,份数", "甲,拉新,1,1", quoted))
    assert len(gifts.frame) + len(gifts.rejected) == 2
    gift_costs(gifts.frame)
    kols = read_kols(sheet(folder, "达人,懂产品,社交,荣誉", "甲,1,1,1", quoted))
    assert len(kols.frame) + len(kols.rejected) == 2
    rate_kols(kols.frame)
    told = read_incidents(sheet(folder, "群,什么事,次数,备注", "g01,退群,1,", quoted))
    assert len(told.frame) + len(told.rejected) == 2


# ---- the words of the tables that the verbs give


def test_tables_of_campaigns_are_shown_in_words() -> None:
    quarter = pd.DataFrame(
        {"budget_class": ["brand"], "quarter": ["year"], "planned": [2.0], "spent": [1.0], "left": [1.0]}
    )
    shown = tk.in_words(quarter.assign(share=0.5)[BUDGET_BY_QUARTER.names])
    assert list(shown.columns) == [column.caption for column in BUDGET_BY_QUARTER.columns]
    assert shown.iloc[0, :2].tolist() == ["品牌", "全年"]
    jobs = gift_costs(read_gifts(SAMPLE / "gifts.csv").frame).jobs
    assert list(tk.in_words(jobs).columns) == list(GIFT_JOBS.captions.values())
    assert tk.in_words(jobs)["用来做什么"].tolist() == ["拉新", "活跃", "回馈"]
    choices = tk.playbook_choices("爆款预售")
    assert list(tk.in_words(choices).columns) == list(PLAYBOOK_CHOICES.captions.values())


@pytest.mark.parametrize("path", [None, 5, [], "", "x" * 50_000, "\0", "\ud800"])
@pytest.mark.parametrize("read", [read_gifts, read_kols, read_incidents, read_costs, read_tests])
def test_a_path_that_is_none_is_refused(read: Any, path: object) -> None:
    with pytest.raises(InputError, match="表要写文件名") as caught:
        read(path)
    assert len(str(caught.value)) < 100


# ---- the forms of a review


def test_costs_that_are_turned_away(tmp_path: Path) -> None:
    read = read_costs(
        sheet(
            tmp_path,
            "活动名称,花费,货的成本,备注",
            "清凉周,¥460 元,430,碗勺",
            "清凉周,0,,",
            ",5,,",
            "甲,,,",
            "乙,-1,,",
            "丙,一百多,,",
            "丁,5,不知道,",
            "清凉周,0,,",
        )
    )
    assert rows(read.frame, "campaign", "amount", "goods", "note") == [
        ["清凉周", 460.0, 430.0, "碗勺"],
        *[["清凉周", 0.0, None, ""]] * 2,
    ]
    assert rows(read.rejected, "row", "reason") == [
        [4, "没有写活动"],
        [5, "花了（元）要写成 0 或更大的数（现在是「」）"],
        [6, "花了（元）要写成 0 或更大的数（现在是「-1」）"],
        [7, "花了（元）要写成 0 或更大的数（现在是「一百多」）"],
        [8, "货的成本（元）要写成 0 或更大的数（现在是「不知道」）"],
    ]
    assert [note for note in read.notes["note"] if "一样" in note] == [
        "和前面的一行（表.csv 第 3 行）一样，两行都留着；抄重了的话，请删去一行"
    ]


def test_versions_without_a_test_or_an_item_are_turned_away(tmp_path: Path) -> None:
    read = read_tests(sheet(tmp_path, "测试,版本,条目编号", "标题,旧, a1 ", "标题,新,", ",,a3"))
    assert rows(read.frame) == [["标题", "旧", "a1"]]
    assert rows(read.rejected, "row", "reason") == [
        [3, "没有写条目编号。一行写一个版本"],
        [4, "没有写测试、版本。一行写一个版本"],
    ]

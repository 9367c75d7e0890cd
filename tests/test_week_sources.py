"""What a week and a campaign are made from: the working folder's files once they are filled, else none."""

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from toolkit.campaigns import read_group_days, read_messages, read_plan, write_plan_template
from toolkit.schedule import write_template
from toolkit.schema import GROUP_DAYS, InputError
from toolkit.week import Sources, week_sources


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A working folder as run.py makes it."""
    home = tmp_path / "我的 文案台"
    for folder in ("同行内容", "群聊导出", "结果"):
        (home / folder).mkdir(parents=True)
    write_template(home / "群.xlsx", what="groups")
    write_template(home / "内容.xlsx", what="items")
    write_plan_template(home / "策划表.xlsx")
    write_template(home / "群日报.xlsx", what="days")
    return home


def put(path: Path, sheet: str, cell: str, value: Any) -> None:
    book = openpyxl.load_workbook(path)
    book[sheet][cell] = value
    book.save(path)


def of_a_campaign(sources: Sources) -> tuple[Path | None, Path | None, Path | None]:
    return sources.plan, sources.group_days, sources.messages


def test_what_is_not_filled_is_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert of_a_campaign(week_sources(home=home)) == (None, None, None)
    monkeypatch.delenv("WENAN_HOME", raising=False)
    assert of_a_campaign(week_sources()) == (None, None, None)
    assert of_a_campaign(week_sources(home=home / "没有这个")) == (None, None, None)
    (home / "群聊导出" / ".DS_Store").write_bytes(b"x")
    (home / "群聊导出" / "~$g01.xlsx").write_bytes(b"x")
    (home / "群聊导出" / "里面").mkdir()
    (home / "群聊导出" / "里面" / "g01.txt").write_text("x", encoding="utf-8")
    assert of_a_campaign(week_sources(home=home)) == (None, None, None)


@pytest.mark.parametrize(
    ("sheet", "cell", "value"),
    [("策划案", "B2", "秋季街坊复购"), ("目标", "B2", "复购"), ("团队", "A2", "阿禾"), ("里程碑", "B2", "x")],
)
def test_a_plan_counts_once_anything_is_filled_in(home: Path, sheet: str, cell: str, value: str) -> None:
    put(home / "策划表.xlsx", sheet, cell, value)
    assert of_a_campaign(week_sources(home=home)) == (home / "策划表.xlsx", None, None)


def test_what_is_filled_is_found_and_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for cell, value in (("B2", "秋"), ("B3", "2026-09-01"), ("B4", "2026-11-30")):
        put(home / "策划表.xlsx", "策划案", cell, value)
    for cell, value in (("A2", "g01"), ("B2", "2026-09-01"), ("C2", "80")):
        put(home / "群日报.xlsx", "群日报", cell, value)
    (home / "群聊导出" / "g01.txt").write_text("阿禾 2026-09-01 20:13:11\n在吗\n", encoding="utf-8")
    monkeypatch.setenv("WENAN_HOME", str(home))
    sources = week_sources()
    assert of_a_campaign(sources) == (home / "策划表.xlsx", home / "群日报.xlsx", home / "群聊导出")
    assert (sources.sample_documents, sources.sample_groups, sources.items is None) == (True, True, False)
    assert sources.plan and sources.group_days and sources.messages
    assert read_plan(sources.plan).proposal.name == "秋"
    days = read_group_days(sources.group_days).frame
    assert days[["group_id", "date", "members"]].values.tolist() == [["g01", dt.date(2026, 9, 1), 80]]
    assert read_messages(sources.messages, salt="只在测试里用的盐").frame["group_id"].tolist() == ["g01"]


def test_a_workbook_that_cannot_be_opened_is_left_to_its_reader(home: Path) -> None:
    (home / "策划表.xlsx").write_bytes(b"")
    (home / "群日报.xlsx").write_bytes(b"PK\x03\x04 damaged")
    sources = week_sources(home=home)
    assert of_a_campaign(sources) == (home / "策划表.xlsx", home / "群日报.xlsx", None)
    assert sources.plan and sources.group_days
    with pytest.raises(InputError, match=r"策划表\.xlsx：文件是空的"):
        read_plan(sources.plan)
    with pytest.raises(InputError, match=r"^群日报\.xlsx"):
        read_group_days(sources.group_days)


# ---- the form for what groups do day by day


def test_the_form_for_days_is_explained_and_its_examples_are_in_order(tmp_path: Path) -> None:
    path = write_template(tmp_path / "群日报.xlsx", what="days")
    blank = read_group_days(path)
    assert (len(blank.frame), len(blank.rejected), len(blank.notes)) == (0, 0, 0)
    assert blank.files[["path", "outcome"]].values.tolist() == [
        ["群日报.xlsx〔群日报〕", "已读"],
        ["群日报.xlsx〔填写说明〕", "跳过"],
    ]
    book = openpyxl.load_workbook(path)
    captions = list(GROUP_DAYS.captions.values())
    assert [cell.value for cell in book["群日报"][1]] == captions
    explained = list(book["填写说明"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in explained] == captions
    assert [row[0] for row in explained if row[1] == "必填"] == ["群编号", "日期", "人数"]
    assert all(row[2] and row[3] for row in explained)
    book["群日报"].append([row[3] for row in explained])
    book.save(path)
    read = read_group_days(path)
    assert (len(read.rejected), len(read.notes)) == (0, 0)
    values = ["G03", dt.date(2026, 9, 21), 186, 23, 64, 2, 1, 12, 5, 3, 486.5, 2, 1, 1]
    assert read.frame[GROUP_DAYS.names].values.tolist() == [values]


@pytest.mark.parametrize("what", ["items", "groups", "recurring", "days"])
def test_forms_print_on_a4_landscape(what: Any, tmp_path: Path) -> None:
    for sheet in openpyxl.load_workbook(write_template(tmp_path / "a.xlsx", what=what)).worksheets:
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert (sheet.page_setup.fitToHeight, sheet.print_title_rows) == (0, "$1:$1")

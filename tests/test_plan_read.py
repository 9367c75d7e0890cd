"""A proposal read from a workbook or a folder, rows refused with reasons, and the template for it."""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import export, lexicons
from toolkit.campaigns._plan_read import SHEETS, PlanRead, read_plan
from toolkit.campaigns._plan_template import write_plan_template
from toolkit.schema import WORDS, ChoiceError, ColumnError, InputError, Proposal

SAMPLE = lexicons.sample_folder() / "proposal"
GOALS = ["目标编号", "目标", "目标类别", "要到", "到期日"]
PERIOD: dict[str, Any] = {"name": "秋", "start": "2026-09-01", "end": "2026-11-30"}


def write_csv(path: Path, *rows: list[Any]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows(rows)
    return path


def write_book(path: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def sample_rows(name: str) -> list[list[str]]:
    with (SAMPLE / f"{name}.csv").open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.reader(lines))


def reasons(read: PlanRead) -> list[tuple[str, int, str]]:
    return list(read.rejected.itertuples(index=False, name=None))


def notes(read: PlanRead) -> list[tuple[str, int, str]]:
    return list(read.notes.itertuples(index=False, name=None))


def same(one: Proposal, other: Proposal) -> None:
    for name in ("name", "start", "end", "overview", "rationale", "approach", "feasibility"):
        assert getattr(one, name) == getattr(other, name)
    for name, _ in SHEETS.values():
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


def test_the_sample_is_read_whole() -> None:
    read = read_plan(SAMPLE)
    assert (read.proposal.name, read.proposal.start, read.proposal.end) == (
        "秋天把街坊留下来",
        dt.date(2026, 9, 1),
        dt.date(2026, 11, 30),
    )
    counts = {name: len(getattr(read.proposal, name)) for name, _ in SHEETS.values()}
    assert counts == {
        **{"goals": 4, "strategies": 4, "actions": 8, "budget": 7, "spending": 17, "team": 3},
        **{"milestones": 5},
    }
    first = read.proposal.actions.iloc[0].to_dict()
    assert first == {
        **{
            "action_id": "X1",
            "title": "中秋晚风集：吃的、旧书、兔子灯摆一院子",
            "strategies": ["C2"],
            "goals": [],
        },
        **{"owner": "小棠", "starts": dt.date(2026, 9, 14), "ends": dt.date(2026, 9, 28), "is_key": True},
        **{"share": 0.35, "items": ["中秋晚风集"]},
    }
    assert read.proposal.goals["goal_kind"].tolist() == ["sales", "market", "process", "market"]


def test_a_filled_template_reads_back_as_the_folder(tmp_path: Path) -> None:
    path = write_plan_template(tmp_path / "新" / "策划案.xlsx")
    book = openpyxl.load_workbook(path)
    for name in ("策划案", *SHEETS):
        sheet = book[name]
        for number, row in enumerate(sample_rows(name)[1:], start=2):
            for place, value in enumerate(row, start=1):
                sheet.cell(number, place, typed(value, sheet.cell(1, place).value))
    book.save(path)
    read = read_plan(path)
    assert reasons(read) == []
    assert notes(read) == []
    same(read.proposal, read_plan(SAMPLE).proposal)


def typed(value: str, caption: str) -> Any:
    """A value as Excel keeps it: numbers as numbers, days as days, but for texts."""
    if caption in ("开始", "结束", "到期日", "日期") and value:
        return dt.datetime.fromisoformat(value)
    try:
        return float(value)
    except ValueError:
        return value or None


def test_the_template_explains_every_column_and_offers_the_words(tmp_path: Path) -> None:
    path = write_plan_template(tmp_path / "策划案.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["策划案", *SHEETS, "填写说明"]
    for name, (_, contract) in SHEETS.items():
        assert [cell.value for cell in book[name][1]] == list(contract.captions.values())
    told = [(row[0].value, row[1].value) for row in book["填写说明"].iter_rows(min_row=8 + 1)]
    assert told == [
        (name, caption) for name, (_, contract) in SHEETS.items() for caption in contract.captions.values()
    ]
    offered = {
        sheet.title: [(str(rule.sqref), rule.formula1) for rule in sheet.data_validations.dataValidation]
        for sheet in book.worksheets
        if sheet.data_validations.dataValidation
    }
    assert offered == {
        "目标": [("C2:C1001", '"销售,市场,过程"')],
        "行动": [("H2:H1001", '"是,否"')],
        "预算": [("C2:C1001", '"基础,品牌,渠道"')],
    }
    again = write_plan_template(tmp_path / "再来.xlsx")
    with zipfile.ZipFile(path) as one, zipfile.ZipFile(again) as other:
        parts = [name for name in one.namelist() if name != "docProps/core.xml"]
        assert [one.read(name) for name in parts] == [other.read(name) for name in parts]


def test_an_empty_template_needs_a_period_and_is_then_an_empty_proposal(tmp_path: Path) -> None:
    path = write_plan_template(tmp_path / "策划案.xlsx")
    with pytest.raises(InputError, match=r"^策划案\.xlsx 里找不到策划期。请在「策划案」里写上开始和结束"):
        read_plan(path)
    read = read_plan(path, **PERIOD)
    assert [len(getattr(read.proposal, name)) for name, _ in SHEETS.values()] == [0] * 7


def test_a_written_proposal_is_no_form_and_is_refused(tmp_path: Path) -> None:
    sample = read_plan(SAMPLE).proposal
    bare = Proposal(name="冬", start=dt.date(2026, 12, 1), end=dt.date(2026, 12, 31))
    for name, proposal in (("写好", sample), ("只有名称", bare)):
        path = export.write_plan(proposal, tmp_path / f"{name}.xlsx")
        with pytest.raises(InputError) as caught:
            read_plan(path, **PERIOD)
        told = "这是写好的策划案，不是填的表。请给填的那个 Excel（策划表.xlsx）。"
        assert str(caught.value) == f"{name}.xlsx：{told}"


def test_a_form_with_sheets_of_ones_own_is_still_a_form(tmp_path: Path) -> None:
    own: dict[str, Any] = {"概述": [["先看这里"]], "还悬着的事": [["问阿禾"]]}
    path = write_book(tmp_path / "a.xlsx", **own, 策划案=[["项目", "内容"], ["名称", "秋"]])
    assert read_plan(path, **(PERIOD | {"name": None})).proposal.name == "秋"


def test_the_template_prints_on_a4_landscape(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_plan_template(tmp_path / "a.xlsx"))
    setups = {(sheet.page_setup.paperSize, sheet.page_setup.orientation) for sheet in book.worksheets}
    assert setups == {(9, "landscape")}
    assert {(sheet.page_setup.fitToHeight, sheet.print_title_rows) for sheet in book.worksheets} == {
        (0, "$1:$1")
    }


def test_bad_rows_come_back_with_reasons_and_good_ones_stay(tmp_path: Path) -> None:
    write_csv(
        tmp_path / "目标.csv",
        GOALS,
        ["M1", "复购到三百户", "销售目标", "300", "2026-11-30"],
        ["", "没有编号", "销售", "1", ""],
        ["M1", "又一次", "销售", "1", ""],
        ["M2", "", "市场", "1", ""],
        ["M3", "什么类别", "别的", "1", ""],
        ["M4", "看不懂的数和日子", "", "很多", "下个月"],
    )
    write_csv(
        tmp_path / "花费.csv", ["预算编号", "日期", "花了（元）"], ["Y1", "", "没算"], ["Y1", "", "12.5元"]
    )
    read = read_plan(tmp_path, **PERIOD)
    assert read.proposal.goals[["goal_id", "goal_kind"]].values.tolist() == [["M1", "sales"], ["M4", "sales"]]
    assert read.proposal.spending["amount"].tolist() == [12.5]
    assert reasons(read) == [
        ("目标.csv", 3, "没有写目标编号"),
        ("目标.csv", 4, "目标编号「M1」重复，前面已有一行"),
        ("目标.csv", 5, "没有写目标"),
        ("目标.csv", 6, "不认识的目标类别「别的」，可以填：销售、市场、过程"),
        ("花费.csv", 2, "花了（元）要写成数（现在是「没算」）"),
    ]
    assert [(path, row) for path, row, _ in notes(read)] == [("目标.csv", 7), ("目标.csv", 7)]
    assert notes(read)[0][2] == "要到：看不懂的数字「很多」，按空白处理"


@pytest.mark.parametrize(
    ("written", "share"),
    [("60%", 0.6), ("７０％", 0.7), ("37.5%", 0.375), ("0.35", 0.35), (0.2, 0.2), ("", None), ("60", 60.0)],
)
def test_shares_as_people_write_them(written: Any, share: float | None, tmp_path: Path) -> None:
    path = write_book(
        tmp_path / "案.xlsx", 行动=[["行动编号", "行动", "承担目标的比例"], ["X1", "接龙", written]]
    )
    read = read_plan(path, **PERIOD)
    got = read.proposal.actions["share"].iloc[0]
    assert (None if pd.isna(got) else got) == share
    assert notes(read) == []


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1.2万", 12_000.0),
        ("¥3,000", 3000.0),
        ("500元", 500.0),
        (640, 640.0),
        ("-20", -20.0),
        ("1.5万元", 15_000.0),
    ],
)
def test_amounts_as_people_write_them(written: Any, amount: float, tmp_path: Path) -> None:
    path = write_book(
        tmp_path / "案.xlsx", 预算=[["编号", "用途", "类别", "今年"], ["Y1", "灯", "品牌类", written]]
    )
    budget = read_plan(path, **PERIOD).proposal.budget
    assert budget[["budget_class", "amount"]].values.tolist() == [["brand", amount]]


def test_contract_names_and_english_sheets_are_taken_and_others_are_told(tmp_path: Path) -> None:
    path = write_book(
        tmp_path / "plan.xlsx",
        goals=[["goal_id", "title", "goal_kind"], ["M1", "a", "market"]],
        Strategies=[["秋天的打算", None], ["编号", "策略", "目标"], [7.0, "先稳后拓", "M1、M2"]],
        备忘=[["随手记"], ["买灯"]],
    )
    read = read_plan(path, **PERIOD)
    assert read.proposal.goals[["goal_id", "goal_kind"]].values.tolist() == [["M1", "market"]]
    assert read.proposal.strategies.values.tolist() == [["7", "先稳后拓", ["M1", "M2"]]]
    assert (
        notes(read)[0][2]
        == "「备忘」不是策划案的表，没有读。可以用的表名：策划案、目标、策略、行动、预算、花费、团队、里程碑"
    )
    assert notes(read)[1][2] == "在表头上面，没有当作内容：「秋天的打算」"


def test_the_period_is_told_by_the_arguments_the_sheet_or_the_days(tmp_path: Path) -> None:
    rows = [["行动编号", "行动", "开始", "结束"], ["X1", "接龙", "2026-09-05", "2026-10-01"]]
    path = write_book(tmp_path / "秋.xlsx", 策划案=[["名称", "秋集"], ["开始", "九月初"]], 行动=rows)
    read = read_plan(path, end="2026-10-31")
    assert (read.proposal.name, read.proposal.start, read.proposal.end) == (
        "秋集",
        dt.date(2026, 9, 5),
        dt.date(2026, 10, 31),
    )
    assert [note for _, _, note in notes(read)] == [
        "策划案的开始：看不懂的日期「九月初」，按空白处理",
        "没有写开始，用了表里最早的一天 2026-09-05",
    ]
    bare = read_plan(write_book(tmp_path / "冬.xlsx", 行动=rows))
    assert (bare.proposal.name, bare.proposal.start, bare.proposal.end) == (
        "冬",
        dt.date(2026, 9, 5),
        dt.date(2026, 10, 1),
    )
    assert [note for _, _, note in notes(bare)] == [
        "没有写名称，用了文件名「冬」",
        "没有写开始，用了表里最早的一天 2026-09-05",
        "没有写结束，用了表里最晚的一天 2026-10-01",
    ]
    with pytest.raises(ChoiceError, match="结束"):
        read_plan(path, start="2026-12-01", end="2026-11-01")


def test_what_cannot_be_read_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="找不到"):
        read_plan(tmp_path / "没有.xlsx")
    with pytest.raises(
        InputError, match="里没有策划案的表。表名要是 目标、策略、行动、预算、花费、团队、里程碑"
    ):
        read_plan(tmp_path)
    write_csv(tmp_path / "预算.csv", ["用途", "今年"], ["灯", "20"])
    with pytest.raises(ColumnError, match="「预算」缺少列 预算编号、预算类别"):
        read_plan(tmp_path, **PERIOD)
    (tmp_path / "文件").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="路径里有一段是文件"):
        write_plan_template(tmp_path / "文件" / "案.xlsx")
    with pytest.raises(InputError, match="是一个文件夹"):
        write_plan_template(tmp_path)


def test_a_sheet_that_lacks_a_column_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    write_csv(tmp_path / "团队.csv", ["角色"], ["群主"])
    write_csv(tmp_path / "目标.csv", GOALS, ["M1", "复购", "", "1", "2026-11-30"])
    (tmp_path / "里程碑.csv").write_text("", encoding="utf-8")
    read = read_plan(tmp_path, **PERIOD)
    assert (len(read.proposal.goals), len(read.proposal.team)) == (1, 0)
    assert reasons(read) == [("里程碑.csv", 1, "里程碑.csv：文件是空的，没有可读的内容。")]
    assert [note for _, _, note in notes(read)] == [
        "「团队」缺少列 姓名，没有读。请补上这些列，或改好表头",
    ]


words = st.text(alphabet="秋集灯, \"'=+-\n;|%<>{}甲乙1", min_size=1, max_size=12).filter(
    lambda text: text.strip()
)


@given(rows=st.lists(st.tuples(words, words, st.sampled_from(["销售", "市场", "乱写"])), max_size=6))
@settings(max_examples=40, deadline=None)
def test_every_row_is_kept_or_refused(tmp_path_factory: Any, rows: list[tuple[str, str, str]]) -> None:
    folder = tmp_path_factory.mktemp("案")
    write_csv(folder / "目标.csv", ["目标编号", "目标", "目标类别"], *[list(row) for row in rows])
    read = read_plan(folder, **PERIOD)
    assert len(read.proposal.goals) + len(read.rejected) == len(rows)
    assert set(read.proposal.goals["goal_kind"]) <= {"sales", "market"}
    assert read.proposal.goals["goal_id"].is_unique
    assert WORDS["block"] not in "".join(read.rejected["reason"])


@pytest.mark.parametrize("name", [pd.DataFrame(), pd.NA, 5, "", " "])
def test_a_name_that_is_no_text_is_refused(tmp_path: Path, name: object) -> None:
    with pytest.raises(ChoiceError, match=r"^name 要写成策划案的名称这样的文字（现在是 .*）。$"):
        read_plan(tmp_path, name=name)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", [None, 5, [], "", "x" * 50_000, "\0", "\ud800"])
def test_a_path_that_is_none_is_refused(path: object) -> None:
    for call in (read_plan, write_plan_template):
        with pytest.raises(InputError, match=r"^策划表要写文件名") as caught:
            call(path)  # type: ignore[arg-type]
        assert len(str(caught.value)) < 100

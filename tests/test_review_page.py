"""The review page with other parameters: another span, and an editor's own exports, run to its end."""

from __future__ import annotations

import ast
import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

import toolkit as tk
from toolkit import lexicons
from toolkit.review._weights import standing

PAGE = Path(__file__).resolve().parent.parent / "notebooks" / "07_review.ipynb"
WORLD = lexicons.sample_folder()
SAMPLE = WORLD / "review"
OWN_NAMES = {"g01": "东街菜友", "g02": "西街菜友", "g05": "放学路上"}


class Page:
    """The page after it ran: what each section (its heading) showed and printed, its variables, its folder."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str], **given: Any) -> None:
        self.values: dict[str, Any] = {}
        self.shown: dict[str, list[Any]] = {}
        self.said: dict[str, str] = {}
        self.out = home / "结果"
        heading = ""
        for cell in nbformat.read(PAGE, as_version=4).cells:
            if cell.cell_type == "markdown":
                heading = cell.source.splitlines()[0].lstrip("# ") if cell.source[0] == "#" else heading
                continue
            self._run(cell.source, heading)
            self.said[heading] = self.said.get(heading, "") + capsys.readouterr().out
            if "parameters" in cell.metadata.get("tags", []):
                assert set(given) <= set(self.values), "a parameter that the page does not have"
                self.values |= given

    def _run(self, source: str, heading: str) -> None:
        *body, last = ast.parse(source).body
        body += [] if isinstance(last, ast.Expr) else [last]
        exec(compile(ast.Module(body, []), "cell", "exec"), self.values)  # noqa: S102 - our own page
        if isinstance(last, ast.Expr):
            shown = eval(compile(ast.Expression(last.value), "cell", "eval"), self.values)  # noqa: S307
            self.shown.setdefault(heading, []).append(shown)

    def tables(self, heading: str = "") -> list[pd.DataFrame]:
        """Every table that is shown, or those of one section."""
        made = (
            self.shown.get(heading, []) if heading else [one for some in self.shown.values() for one in some]
        )
        return [value for value in made if isinstance(value, pd.DataFrame)]

    def cells(self) -> set[str]:
        """Every cell of every table, as text."""
        return {str(cell) for table in self.tables() for cell in table.to_numpy().ravel()}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the page in a working folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WENAN_HOME", str(tmp_path))
    with pd.option_context("display.max_colwidth", 50):
        yield lambda **given: Page(tmp_path, capsys, **given)


def sample_groups() -> pd.DataFrame:
    return tk.read_groups(WORLD / "groups.csv").frame


def own_folder(home: Path, *, status: str) -> pd.DataFrame:
    """A working folder with three groups under other names, their calendar and two of the exports; the calendar."""
    exports = home / "效果数据"
    exports.mkdir()
    for name in ("快团团.xlsx", "短链.csv"):
        shutil.copyfile(SAMPLE / "exports" / name, exports / name)
    groups = sample_groups()
    groups = groups[groups["group_id"].isin(OWN_NAMES)]
    tk.write_xlsx({"群": groups.assign(name=groups["group_id"].map(OWN_NAMES))}, home / "群.xlsx")
    items = tk.read_items(SAMPLE / "sent_items.csv").frame
    tk.write_xlsx({"内容": items.assign(groups=[["all"]] * len(items))}, home / "内容.xlsx")
    calendar = tk.read_calendar(SAMPLE / "sent.csv").frame
    calendar = calendar[calendar["group_id"].isin(OWN_NAMES)]
    calendar = calendar.assign(status=calendar["status"].replace("sent", status)).reset_index(drop=True)
    (home / "结果").mkdir()
    tk.write_xlsx({"排期": calendar}, home / "结果" / "calendar.xlsx")
    return calendar


def test_another_span_ends_where_it_says_and_adopts_only_what_is_listed(run: Any) -> None:
    page = run(since="2026-08-10", until="2026-09-06", adopt=["类型：促销"])
    review, values = page.values["review"], page.values
    assert "用的是示例" in "".join(page.said.values())
    assert (review.start, review.end) == (dt.date(2026, 8, 10), dt.date(2026, 9, 6))
    assert values["today"] == pd.Timestamp("2026-09-07", tz="Asia/Shanghai")
    assert values["posts"]["starts_at"].between(values["monday"], values["today"]).all()
    assert values["history"]["starts_at"].max() < values["today"]
    # what is proposed changes nothing but what was listed, and to as much as it says
    row = review.weights[review.weights["weight_id"] == "类型：促销"].reset_index(drop=True)
    before, after = values["coming"], tk.read_items(page.out / "下周内容.xlsx").frame
    assert after["value"].equals(before["value"]) is False
    others = before["kind"] != "promotion"
    assert after["value"][others].tolist() == before["value"][others].tolist()
    assert standing(after, row).tolist() == pytest.approx(row["proposed"].tolist())
    written = {path.name for path in page.out.iterdir()}
    assert written >= {"复盘.html", "复盘.md", "复盘.xlsx", "monday.html", "下周内容.xlsx", "夜聊草稿.md"}
    assert "采纳的权重：类型：促销" in (page.out / "复盘.md").read_text(encoding="utf-8")


def test_own_exports_groups_and_tables_are_looked_at_alone(run: Any, tmp_path: Path) -> None:
    own_folder(tmp_path, status="sent")
    costs = pd.DataFrame([("开学加油站", 90, 200)], columns=["活动", "花了（元）", "货的成本（元）"])
    tk.write_xlsx({"花费": costs}, tmp_path / "花费.xlsx")
    told = pd.DataFrame([("g01", "2026-09-18 21:30", "投诉")], columns=["群编号", "时间", "什么事"])
    told.to_csv(tmp_path / "出过的事.csv", index=False, encoding="utf-8")
    chat = "小周 2026/9/14 20:00:00\n不爱吃菜怎么办？\n\n李四 2026/9/14 20:01:00\n我家先焯水再切碎拌进肉馅，孩子每次能吃半碗\n"
    (tmp_path / "夜聊.txt").write_text(chat, encoding="utf-8")
    page = run(
        costs_file="花费.xlsx",
        incidents_file="出过的事.csv",
        chat_file="夜聊.txt",
        question="不爱吃菜怎么办？",
    )
    values, review = page.values, page.values["review"]
    assert "用的是你的效果数据" in "".join(page.said.values())
    # two exports: orders and clicks are measured, replies and reads are missing and not 0
    measured = values["results"][["ordered", "clicked", "replied", "opened"]].notna().any()
    assert measured.to_dict() == {"ordered": True, "clicked": True, "replied": False, "opened": False}
    assert set(review.posts["group_id"]) == set(OWN_NAMES)
    theirs = set(sample_groups()["name"])
    assert not page.cells() & (theirs | set(OWN_NAMES))
    assert set(page.tables("五、出过的问题")[0]["群名"]) == {"东街菜友"}
    assert review.problems["incident"].tolist() == ["complaint"]
    campaign = review.returns.set_index("campaign").loc["开学加油站"]
    assert campaign["cost"] == 90
    assert campaign["profit"] == pytest.approx(campaign["revenue"] - 290)
    assert review.visits.empty, "no day totals were given, and the sample's are another editor's"
    assert values["judged"].empty and values["learned"].skills["when"].tolist() == ["before", "after"]
    assert values["talk"].answers["text"].tolist() == ["我家先焯水再切碎拌进肉馅，孩子每次能吃半碗"]
    assert "李四" not in (page.out / "夜聊草稿.md").read_text(encoding="utf-8")
    assert not theirs & set((page.out / "复盘.md").read_text(encoding="utf-8").split())


def test_a_calendar_without_marks_asks_for_them(run: Any, tmp_path: Path) -> None:
    own_folder(tmp_path, status="draft")
    shutil.copyfile(SAMPLE / "exports" / "公众号后台.xlsx", tmp_path / "效果数据" / "公众号后台.xlsx")
    for name in ("快团团.xlsx", "短链.csv"):
        (tmp_path / "效果数据" / name).unlink()
    with pytest.raises(tk.ToolkitError, match="排期里没有一条是「已发」"):
        run()


def test_a_day_up_to_which_all_went_out_stands_for_the_marks(run: Any, tmp_path: Path) -> None:
    calendar = own_folder(tmp_path, status="draft")
    page = run(sent_until="2026-09-06")
    due = calendar["starts_at"] < pd.Timestamp("2026-09-07", tz="Asia/Shanghai")
    drafts = calendar["status"] == "draft"
    marked = page.values["calendar"].set_index("post_id")["status"]
    assert set(marked[marked == "sent"].index) == set(calendar.loc[due & drafts, "post_id"])
    # what says 待发 later on takes results where a code names it, but nothing of it counts as 0
    later = set(calendar.loc[~due & drafts, "post_id"])
    results = page.values["results"].set_index("post_id")
    named = results.index.isin(later)
    assert named.any() and not (results.loc[named, "ordered"] == 0).any()
    assert (results.loc[~named, "ordered"] == 0).any()

"""The campaign page with other parameters: any playbook, and an editor's own tables, run to its end."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import toolkit as tk
from toolkit import lexicons

PAGE = Path(__file__).resolve().parent.parent / "notebooks" / "06_campaign.ipynb"
SAMPLE = lexicons.sample_folder()


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

    def tables(self) -> list[pd.DataFrame]:
        """Every table that is shown."""
        return [value for made in self.shown.values() for value in made if isinstance(value, pd.DataFrame)]

    def group_names(self, heading: str) -> set[str]:
        """The group names in a section's tables."""
        tables = [shown for shown in self.shown[heading] if isinstance(shown, pd.DataFrame)]
        return {str(name) for table in tables if "群名" in table for name in table["群名"]}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the page in a working folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WENAN_HOME", str(tmp_path))
    with pd.option_context("display.max_colwidth", 50):
        yield lambda **given: Page(tmp_path, capsys, **given)


def sample_groups() -> pd.DataFrame:
    return tk.read_groups(SAMPLE / "groups.csv").frame


def own_groups(path: Path) -> pd.DataFrame:
    """Three groups with ids and names that the sample does not have, written to a file."""
    groups = sample_groups().head(3)
    groups = groups.assign(group_id=["甲1", "甲2", "甲3"], name=["东街菜友", "西街菜友", "南街菜友"])
    tk.write_xlsx({"群": groups}, path)
    return groups


def ids_shown(page: Page, groups: pd.DataFrame) -> list[str]:
    """Group ids that stand in a table where a name should."""
    cells = {str(cell) for table in page.tables() for cell in table.to_numpy().ravel()}
    return sorted(cells & set(groups["group_id"]))


@pytest.mark.parametrize("playbook", ["同好社群", "小店六环", "发圈有奖"])
def test_any_playbook_runs_to_the_end(playbook: str, run: Any) -> None:
    page = run(playbook=playbook)
    asked = tk.playbook_choices(playbook)
    examples = {name: text for name, text in zip(asked["name"], asked["example"], strict=True) if text}
    wanted = tk.expand_playbook(
        playbook, start="2026-09-21", groups=sample_groups(), owners="阿禾", **examples
    )
    assert_frame_equal(page.values["items"], wanted)
    assert_frame_equal(tk.read_items(page.out / "活动内容.xlsx").frame, wanted)
    days = int(tk.list_playbooks().set_index("name").loc[playbook, "days"])
    assert 0 < page.values["length"] <= days
    assert "没有违反规矩的地方" in page.said["五、排一排，守不守规矩"]
    assert not ids_shown(page, sample_groups())
    assert page.values["desk"].book.value == tk.list_playbooks().set_index("name").loc[playbook, "playbook"]
    warned = page.said["边选边看"].startswith("不建议照做，改用：老友带新。展开了 ")
    assert warned == (playbook == "发圈有奖")


def test_own_blanks_win_over_the_examples(run: Any) -> None:
    page = run(own={"商品": "鲜玉米"})
    assert page.values["items"]["title"].iloc[0] == "鲜玉米是怎么来的"
    assert not page.values["items"]["copy"].str.contains("【…", regex=False).any()


def test_own_groups_without_own_days_look_at_the_sample_and_say_so(run: Any, tmp_path: Path) -> None:
    groups = own_groups(tmp_path / "群.xlsx")
    page = run()
    assert set(page.values["plan"].calendar["group_id"]) == set(groups["group_id"])
    assert "还没有你的群日报，下面各节用示例的群。" in page.said["十、群好不好"]
    known = set(sample_groups()["name"])
    assert page.group_names("五、排一排，守不守规矩") <= set(groups["name"])
    for heading in (
        "十、群好不好",
        "十三、这次活动走到哪一步",
        "十四、哪里出了问题",
        "十五、群消息里不留名字",
    ):
        assert page.group_names(heading) <= known, heading
    assert not ids_shown(page, pd.concat([groups, sample_groups()]))


def test_own_groups_and_days_are_looked_at_alone(run: Any, tmp_path: Path) -> None:
    groups = own_groups(tmp_path / "群.xlsx")
    days = tk.read_group_days(SAMPLE / "group_days.csv").frame
    days = days[days["group_id"].isin(["g01", "g02"])].replace(
        {"group_id": {"g01": "甲1", "g02": "西街菜友"}}
    )
    tk.write_xlsx({"群日报": days}, tmp_path / "日报.xlsx")
    reported = pd.DataFrame([("甲1", "2026-09-12 21:30", "投诉")], columns=["群编号", "时间", "什么事"])
    reported.to_csv(tmp_path / "出过的事.csv", index=False, encoding="utf-8")
    page = run(days_file="日报.xlsx", incidents_file="出过的事.csv")
    own = set(groups["name"])
    assert page.group_names("十、群好不好") == own
    assert page.group_names("十三、这次活动走到哪一步") == {"东街菜友", "西街菜友"}
    assert page.group_names("十四、哪里出了问题") <= own
    assert page.values["problems"]["group_id"].to_list() == ["甲1"]
    assert "记下 1 件事，没能读入 0 行" in page.said["十四、哪里出了问题"]
    assert not ids_shown(page, groups)


def test_a_plan_of_ones_own_takes_nothing_from_the_sample(run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "明年的策划"
    shutil.copytree(SAMPLE / "proposal", folder)
    head = "项目,内容\n名称,春天的街坊\n开始,2027-02-01\n结束,2027-04-30\n"
    (folder / "策划案.csv").write_text(head, encoding="utf-8")
    page = run(proposal_file="明年的策划")
    assert (page.values["quarter"], page.values["proposal"].start.year) == ("q1", 2027)
    told = page.said["七、钱花在哪"].splitlines()
    assert sum(line.startswith("没有算进去：") for line in told) == len(page.values["proposal"].spending)
    text = (page.out / "策划案.md").read_text(encoding="utf-8")
    assert "没有附上热词" in text and "还没有排期" in text
    assert not page.values["found"]["message"].str.contains("i01", regex=False).any()


def test_the_sample_plan_is_laid_out_with_its_own_items(run: Any) -> None:
    page = run()
    named = {name for items in page.values["proposal"].actions["items"] for name in items}
    planned = page.values["attached"]["plan"].items
    assert named <= {*planned["item_id"], *planned["campaign"], *planned["topic"]}


def test_chats_of_ones_own_are_told_by_the_groups_names(run: Any, tmp_path: Path) -> None:
    groups = own_groups(tmp_path / "群.xlsx")
    folder = tmp_path / "群聊导出"
    folder.mkdir()
    shutil.copyfile(SAMPLE / "messages" / "g03.txt", folder / "西街菜友.txt")
    own_words = "七月的青石板路上"
    page = run(secret=own_words)
    assert set(page.values["messages"]["group_id"]) == {"甲2"}
    assert page.group_names("十五、群消息里不留名字") == {"西街菜友"}
    again = tk.read_messages(folder, groups=groups, salt=own_words).frame
    assert_frame_equal(page.values["messages"], again)

"""What a week, a campaign and a review are made from: what is given, the working folder, or the sample world."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit import lexicons, tables
from toolkit.schema import InputError

HOME_NAME = "我的文案台"
RIVALS_FOLDER = "同行内容"
OWN_FOLDER = "自己发过的"
OUTCOMES_FOLDER = "效果数据"
RESULTS_FOLDER = "结果"
GROUPS_FILE = "群.xlsx"
ITEMS_FILE = "内容.xlsx"
PLAN_FILE = "策划表.xlsx"
GROUP_DAYS_FILE = "群日报.xlsx"
COSTS_FILE = "活动花费.xlsx"
TESTS_FILE = "对比测试.xlsx"
INCIDENTS_FILE = "出过的事.xlsx"
CALENDAR_FILE = "calendar.xlsx"
MESSAGES_FOLDER = "群聊导出"
DATABASE = "文案台.db"


@dataclass(frozen=True)
class Sources:
    """What a week, a campaign and a review are made from: paths, and whether the sample world stands in for them.

    `own` is what she published herself (the folder 自己发过的 once a file lies in it; the sample's beside sample
    documents). `plan`, `group_days` and `messages` are the editor's own or None. `results` is where the exports of what came back
    lie, `sent` the file that knows what was sent, `costs`, `tests` and `incidents` the tables beside them; each is None
    where there is none yet, and the sample's where `sample_results` says so.
    """

    documents: tuple[Path, ...]
    groups: Path
    items: Path | None
    own: Path | None
    out: Path
    home: Path | None
    sample_documents: bool
    sample_groups: bool
    plan: Path | None
    group_days: Path | None
    messages: Path | None
    results: Path | None
    sent: Path | None
    costs: Path | None
    tests: Path | None
    incidents: Path | None
    sample_results: bool


def week_sources(
    *,
    home: str | Path | None = None,
    documents: Sequence[str | Path] | None = None,
    groups: str | Path | None = None,
    items: str | Path | None = None,
    out: str | Path | None = None,
) -> Sources:
    """What a week is made from: what is given, else the editor's working folder, else the sample world.

    The working folder is `home`, else the one that `run.py lab` names in WENAN_HOME. It counts as filled once its
    同行内容 holds a file; 群.xlsx and 内容.xlsx count once they hold a row. Results go to `out`, else to the working
    folder's 结果, else to `out` in the project.

    For a campaign there are `plan` (策划表.xlsx once anything is filled in), `group_days` (群日报.xlsx once it holds a
    row) and `messages` (the folder 群聊导出 once a file lies in it; its subfolders are not looked into). Each is None
    otherwise. A workbook that cannot be opened counts as filled: its own reader says what is wrong with it.

    For a review there are `results` (the folder 效果数据 once a file lies in it), `sent` (the calendar.xlsx where the
    results go, else 文案台.db; `read_sent` reads either) and `costs`, `tests` and `incidents` (活动花费.xlsx,
    对比测试.xlsx, 出过的事.xlsx once they hold a row). Where the sample world stands in for everything, and none of
    these nor 群日报.xlsx is filled in, its own stand in for them all.

    >>> week_sources(documents=["a.csv"]).sample_groups
    True
    """
    found = home or os.environ.get("WENAN_HOME")
    desk = Path(found) if found else None
    sample = lexicons.sample_folder()
    own = desk is not None and _has_files(desk / RIVALS_FOLDER)
    sample_documents = documents is None and not own
    paths = [desk / RIVALS_FOLDER] if desk is not None and own else [sample / "posts"]
    my_groups = groups or (_filled(desk / GROUPS_FILE) if desk else None)
    my_items = items or (_filled(desk / ITEMS_FILE) if desk else None)
    if my_items is None and sample_documents and my_groups is None:
        my_items = sample / "items.csv"
    folder = Path(out or (desk / RESULTS_FOLDER if desk else _project_folder() / "out"))
    back = _came_back(desk, folder)
    group_days = _filled(desk / GROUP_DAYS_FILE) if desk else None
    # a calendar is laid by every week, the others by an editor alone
    own_tables = [group_days, *(path for name, path in back.items() if name != "sent")]
    sample_results = my_items == sample / "items.csv" and items is None and not any(own_tables)
    return Sources(
        documents=tuple(Path(path) for path in documents or paths),
        groups=Path(my_groups or sample / "groups.csv"),
        items=Path(my_items) if my_items else None,
        own=sample / "own_posts.csv" if sample_documents else _own_posts(desk),
        out=folder,
        home=desk,
        sample_documents=sample_documents,
        sample_groups=my_groups is None,
        plan=_filled(desk / PLAN_FILE, every_sheet=True) if desk else None,
        group_days=group_days,
        messages=desk / MESSAGES_FOLDER if desk and _has_files(desk / MESSAGES_FOLDER, deep=False) else None,
        sample_results=sample_results,
        **(_sample_review(sample) if sample_results else back),
    )


def _own_posts(desk: Path | None) -> Path | None:
    """The folder of what the editor published herself, once a file lies in it."""
    return desk / OWN_FOLDER if desk is not None and _has_files(desk / OWN_FOLDER) else None


def _came_back(desk: Path | None, folder: Path) -> dict[str, Path | None]:
    """What the working folder has for a review, and the calendar that was carried out."""
    forms = {"costs": COSTS_FILE, "tests": TESTS_FILE, "incidents": INCIDENTS_FILE}
    return {
        "results": desk / OUTCOMES_FOLDER if desk and _has_files(desk / OUTCOMES_FOLDER) else None,
        "sent": next((path for path in _calendars(folder, desk) if _is_file(path)), None),
        **{name: _filled(desk / file) if desk else None for name, file in forms.items()},
    }


def _calendars(folder: Path, desk: Path | None) -> list[Path]:
    """Where a calendar that was carried out can lie, the surest first."""
    return [folder / CALENDAR_FILE, *([desk / DATABASE] if desk else [])]


def _is_file(path: Path) -> bool:
    """Whether there is such a file; a name that no system takes is none, and is told where the folder is made."""
    try:
        return path.is_file()
    except OSError:
        return False


def _sample_review(sample: Path) -> dict[str, Path | None]:
    """The sample world's exports, the calendar they came of and the tables beside them."""
    review = sample / "review"
    return {
        **{"results": review / "exports", "sent": review / "sent.csv"},
        **{"costs": review / "costs.csv", "tests": review / "tests.csv"},
        "incidents": sample / "incidents.csv",
    }


def _project_folder() -> Path:
    """The checkout, or the current folder where the toolkit is installed without one."""
    folder = lexicons.corpora_folder().parent
    return folder if (folder / "pyproject.toml").is_file() else Path.cwd()


def _has_files(folder: Path, *, deep: bool = True) -> bool:
    if not folder.is_dir():
        return False
    found = folder.rglob("*") if deep else folder.iterdir()
    return any(p.is_file() and not p.name.startswith((".", "~$")) for p in found)


def _filled(path: Path, *, every_sheet: bool = False) -> Path | None:
    """The workbook where its first (or any) sheet is filled in; an untouched template counts as none."""
    if not path.is_file():
        return None
    try:
        first, *others = tables.open_tables(path)
    except InputError:
        return path
    # 策划表 opens with lines whose first cell says what is asked for
    asked = first.header[:2] == ["项目", "内容"]
    rows = [row[1:] if asked else row for row in first.records]
    if every_sheet:
        rows += [row for table in others if not table.path.endswith("〔填写说明〕") for row in table.records]
    return path if any(str(cell).strip() for row in rows for cell in row) else None


def usable_folder(folder: Path) -> Path:
    """The folder, where files can be laid into it or it can be made. Raises InputError where it cannot; makes none."""
    nearest = folder
    try:
        while not nearest.exists() and nearest != nearest.parent:
            nearest = nearest.parent
    except OSError as error:
        raise InputError(f"{folder} 不能用作文件夹：名字太长或写法不对。请用 --out 另给一个。") from error
    if nearest == folder and not folder.is_dir():
        raise InputError(f"{folder} 是一个文件，不能把结果放进去。请用 --out 另给一个文件夹。")
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise InputError(f"建不了文件夹 {folder}：{nearest} 里写不进去。请用 --out 另给一个。")
    return folder


def make_folder(folder: Path) -> Path:
    """The folder, made where it is missing. Raises InputError when it cannot be."""
    try:
        usable_folder(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"建不了文件夹 {folder}：这个位置写不进去，或名字太长。请用 --out 另给一个。"
        ) from error
    return folder

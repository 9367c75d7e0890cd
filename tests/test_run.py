"""run.py and wenan.cmd, without network: the environment, the working folder, the commands."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import openpyxl
import pytest

import run

TOO_OLD = (
    "文案台需要 Python 3.11 到 3.13，现在用的是 3.9。"
    "请从 python.org 下载安装 Python 3.13，再运行 python3.13 run.py（Windows：py -3.13 run.py）。"
)
PYTHON = Path("/环境/bin/python")


# --- an unfit Python, a hurry ---


@pytest.mark.parametrize("version", [(3, 11), (3, 12, 4), (3, 13, 0, "final", 0)])
def test_fitting_python_is_no_problem(version: tuple[int, ...]) -> None:
    assert run.python_problem(version) == ""


@pytest.mark.parametrize(("version", "found"), [((3, 6), "3.6"), ((3, 9, 2), "3.9"), ((3, 14), "3.14")])
def test_unfit_python_is_named(version: tuple[int, ...], found: str) -> None:
    assert run.python_problem(version) == TOO_OLD.replace("是 3.9", f"是 {found}")


def test_old_python_reads_run_py_as_far_as_the_sentence() -> None:
    source = (run.ROOT / "run.py").read_text(encoding="utf-8")
    assert isinstance(ast.parse(source, feature_version=(3, 6)), ast.Module)
    code = (
        "import runpy, sys; sys.version_info = (3, 9, 2, 'final', 0); sys.argv = ['run.py', 'test']; "
        f"runpy.run_path({str(run.ROOT / 'run.py')!r}, run_name='__main__')"
    )
    answer = subprocess.run([sys.executable, "-X", "utf8", "-c", code], capture_output=True, check=False)
    assert (answer.returncode, answer.stdout.decode("utf-8").strip()) == (1, TOO_OLD)


@pytest.mark.parametrize("arguments", [["--help"], ["lab", "-h"]])
def test_help_needs_no_environment(arguments: list[str], tmp_path: Path) -> None:
    alone = tmp_path / "一个 文件夹" / "run.py"
    alone.parent.mkdir()
    alone.write_bytes((run.ROOT / "run.py").read_bytes())
    command = [sys.executable, "-X", "utf8", str(alone), *arguments]
    answer = subprocess.run(command, capture_output=True, check=True, timeout=20)
    assert answer.stdout.decode("utf-8").splitlines() == run.HELP.splitlines()
    assert [path.name for path in alone.parent.iterdir()] == ["run.py"]


def test_unknown_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["weak"]) == 2
    assert capsys.readouterr().out.splitlines()[0] == "不认识的命令 weak。可以用：lab、week、review、test。"


def test_first_option_means_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    def note(arguments: list[str]) -> int:
        seen.append(arguments)
        return 0

    monkeypatch.setattr(run, "open_lab", note)
    assert run.main([]) == run.main(["--port", "8899"]) == run.main(["lab", "--no-browser"]) == 0
    assert seen == [[], ["--port", "8899"], ["--no-browser"]]


def test_console_that_cannot_show_a_character() -> None:
    code = "import run; run.say('排期 ✓')"
    answer = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        cwd=run.ROOT,
        env={**os.environ, "PYTHONIOENCODING": "gb2312"},
    )
    assert answer.stdout.decode("gb2312").strip() == "排期 ?"


# --- the environment ---


def test_place_of_the_interpreter() -> None:
    assert run.venv_python(Path("我的 项目/.venv"), "nt").as_posix() == "我的 项目/.venv/Scripts/python.exe"
    assert run.venv_python(Path("我的 项目/.venv"), "posix").as_posix() == "我的 项目/.venv/bin/python"


def test_variables_that_would_slow_or_mix_are_dropped() -> None:
    given = {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PythonPath": "x",
        "VIRTUAL_ENV": "y",
        "PIP_USER": "1",
        "KEEP": "z",
    }
    assert run.child_environment(given) == {"KEEP": "z", "PIP_USER": "0", "PYTHONIOENCODING": ":replace"}
    assert run.child_environment({"PYTHONIOENCODING": "utf-8"})["PYTHONIOENCODING"] == "utf-8"


def test_version_of_an_environment(tmp_path: Path) -> None:
    assert run.venv_version(Path(sys.executable)) == "{}.{}".format(*sys.version_info[:2])
    assert run.venv_version(tmp_path / "python") == ""
    broken = tmp_path / "broken"
    broken.write_text("no program", encoding="utf-8")
    broken.chmod(0o755)
    assert run.venv_version(broken) == ""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "下载 的 项目"
    root.mkdir()
    for name in ("pyproject.toml", "constraints.txt"):
        (root / name).write_text(name, encoding="utf-8")
    return root


def test_stamp_knows_everything_the_environment_is_made_from(checkout: Path, tmp_path: Path) -> None:
    first = run.stamp_of(checkout, "3.11", run.EDITOR)
    (checkout / "README.md").write_text("other", encoding="utf-8")
    assert run.stamp_of(checkout, "3.11", run.EDITOR) == first
    others = {
        first,
        run.stamp_of(checkout, "3.12", run.EDITOR),
        run.stamp_of(checkout, "3.11", run.EVERYTHING),
    }
    (checkout / "constraints.txt").write_text("numpy==1", encoding="utf-8")
    others.add(run.stamp_of(checkout, "3.11", run.EDITOR))
    (checkout / "pyproject.toml").write_text("", encoding="utf-8")
    others.add(run.stamp_of(checkout, "3.11", run.EDITOR))
    moved = checkout.rename(tmp_path / "moved")
    others.add(run.stamp_of(moved, "3.11", run.EDITOR))
    assert len(others) == 6


def test_pip_settings_become_options_of_uv() -> None:
    settings = """\
global.cert='/a/b.crt'
global.index-url='https://one.example/simple'
global.extra-index-url='file:///b\\nfile:///c'
global.find-links='/wheels'
install.trusted-host='one.example'
:env:.index-url='https://two.example/simple'
list.format=columns
"""
    assert run.uv_options(settings) == [
        "--default-index",
        "https://two.example/simple",
        "--index",
        "file:///b",
        "--index",
        "file:///c",
        "--find-links",
        "/wheels",
        "--allow-insecure-host",
        "one.example",
        "--index-strategy",
        "unsafe-best-match",
    ]
    assert run.uv_options("") == run.uv_options("ERROR: unknown command") == []


class Installer:
    """Stands in for venv, pip and uv: notes what is asked and fails where told."""

    def __init__(self, venv: Path, *fails: str) -> None:
        self.venv, self.fails, self.asked = venv, set(fails), list[str]()
        self.extras: list[str] = []

    def __call__(self, command: list[str], environment: dict[str, str]) -> tuple[int, str]:
        assert "PYTHONDONTWRITEBYTECODE" not in environment
        what = self.name(command)
        self.asked.append(what)
        if what in self.fails:
            return 1, "working\nERROR: no route\n"
        if what == "venv":
            run.venv_python(self.venv).parent.mkdir(parents=True, exist_ok=True)
            run.venv_python(self.venv).touch()
            (self.venv / "wenan-stamp").unlink(missing_ok=True)
        return 0, "global.index-url='file:///mirror'" if what == "settings" else ""

    def name(self, command: list[str]) -> str:
        words = command[2:]
        known = {
            "venv": "venv",
            "pip --version": "pip?",
            "ensurepip": "ensurepip",
            "pip config": "settings",
            "uv pip install": "uv",
        }
        for begin, name in known.items():
            if words[: len(begin.split())] == begin.split():
                if name == "uv":
                    options = ["--default-index", "file:///mirror"]
                    assert words[-6:-1] == [*options, "-c", "constraints.txt", "-e"]
                    self.extras.append(words[-1])
                return name
        assert words[:2] == ["pip", "install"]
        return {"uv": "get uv", "pip": "newer pip"}.get(words[-1], "pip")


Prepare = Callable[..., list[str]]


@pytest.fixture
def prepare(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Prepare:
    """Runs `run.prepare` with an Installer that fails at the named steps, and gives what it was asked."""
    monkeypatch.setattr(run, "venv_version", lambda python: "3.11" if python.exists() else "")

    def prepared(*fails: str) -> list[str]:
        installer = Installer(checkout / ".venv", *fails)
        try:
            python = run.prepare(run.EDITOR, checkout, checkout / ".venv", run=installer)
        except run.SetupError as error:
            return [*installer.asked, str(error)]
        assert python == run.venv_python(checkout / ".venv")
        return installer.asked

    return prepared


FIRST_START = ["venv", "pip?", "get uv", "settings", "uv"]


def test_first_start_sets_up_and_the_second_does_nothing(
    prepare: Prepare, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prepare() == FIRST_START
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "正在准备环境（第一次约 1–3 分钟，需要联网）…"
    assert [line[:8] for line in told[1:-1]] == ["  第 1 步：", "  第 2 步：", "  第 3 步："]
    assert told[-1] == "环境准备好了，用时 0 秒。"
    assert prepare() == []
    assert capsys.readouterr().out == ""


def test_an_editor_gets_no_test_tools_and_the_tests_add_theirs(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "venv_version", lambda python: "3.11" if python.exists() else "")
    installer = Installer(checkout / ".venv")
    for extras in (run.EDITOR, run.EVERYTHING, run.EDITOR, run.EVERYTHING):
        run.prepare(extras, checkout, checkout / ".venv", run=installer)
    assert installer.extras == [".[lab]", ".[lab,test]"]


def test_changed_pins_are_installed_into_the_same_environment(prepare: Prepare, checkout: Path) -> None:
    prepare()
    (checkout / "constraints.txt").write_text("numpy==2.5.5", encoding="utf-8")
    assert prepare() == FIRST_START[1:]
    assert prepare() == []


def test_environment_that_somebody_else_made_is_kept(prepare: Prepare, checkout: Path) -> None:
    Installer(checkout / ".venv")(["python", "-m", "venv"], {})
    assert prepare("pip?") == ["pip?", "ensurepip", "get uv", "settings", "uv"]
    assert prepare() == []


@pytest.mark.parametrize("step", ["get uv", "uv"])
def test_pip_steps_in_for_uv(prepare: Prepare, step: str) -> None:
    assert prepare(step)[-2:] == ["newer pip", "pip"]
    assert prepare() == []


def test_without_network_the_sentence_says_what_to_do_and_the_next_start_mends(prepare: Prepare) -> None:
    assert prepare("get uv", "newer pip", "pip") == [
        "venv",
        "pip?",
        "get uv",
        "newer pip",
        "pip",
        "组件没有装好，多半是网络不通。请检查网络或代理，再运行一次同样的命令，会接着准备。"
        "如果公司用内部镜像，请先运行 pip config set global.index-url 镜像网址。"
        "\n程序最后的话：\n  ERROR: no route",
    ]
    assert prepare() == FIRST_START
    assert prepare() == []


def test_broken_environment_is_made_anew(prepare: Prepare, checkout: Path) -> None:
    prepare()
    run.venv_python(checkout / ".venv").unlink()
    assert prepare() == FIRST_START


def test_setup_error_reaches_the_editor_as_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_extras: str) -> Path:
        raise run.SetupError("没有装好。请再试一次。")

    monkeypatch.setattr(run, "prepare", fail)
    assert run.main(["week"]) == 1
    assert capsys.readouterr().out == "没有装好。请再试一次。\n"


def test_program_out_of_sight() -> None:
    code, output = run.run_quietly(
        [sys.executable, "-c", "print('done'); raise SystemExit(3)"], dict(os.environ)
    )
    assert (code, output.strip()) == (3, "done")


# --- the working folder ---


def test_working_folder_from_the_arguments(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    assert run.take_home(["--no-browser", "--port", "8899"]) == (
        tmp_path / "我的文案台",
        ["--no-browser", "--port", "8899"],
    )
    assert run.take_home(["--port=1", "--home", "工作 夹"]) == (tmp_path / "工作 夹", ["--port=1"])
    assert run.take_home([f"--home={tmp_path / '别处'}", "-y"]) == (tmp_path / "别处", ["-y"])
    with pytest.raises(run.SetupError, match="--home 后面要写一个文件夹"):
        run.take_home(["--home"])


def write(path: Path, *sources: str, output: str = "") -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    if output:
        notebook.cells[0].outputs = [nbformat.v4.new_output("stream", text=output)]
    nbformat.write(notebook, path)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    source, home = tmp_path / "notebooks", tmp_path / "她的 电脑" / "我的文案台"
    source.mkdir()
    home.mkdir(parents=True)
    write(source / "00_week.ipynb", "first")
    return source, home


def notebooks(home: Path) -> dict[str, list[str]]:
    return {
        path.name: [cell.source for cell in nbformat.read(path, as_version=4).cells]
        for path in sorted(home.glob("*.ipynb"))
    }


def test_notebook_is_copied_and_run_copies_are_replaced_by_new_versions(folders: tuple[Path, Path]) -> None:
    source, home = folders
    assert run.refresh_notebooks(source, home) == []
    assert (home / "00_week.ipynb").read_bytes() == (source / "00_week.ipynb").read_bytes()
    write(home / "00_week.ipynb", "first", output="she ran it")
    ran = (home / "00_week.ipynb").read_bytes()
    assert run.refresh_notebooks(source, home) == []
    assert (home / "00_week.ipynb").read_bytes() == ran
    write(source / "00_week.ipynb", "second")
    assert run.refresh_notebooks(source, home) == ["笔记本 00_week.ipynb 已换成新版"]
    assert notebooks(home) == {"00_week.ipynb": ["second"]}


def test_changed_notebook_stays_and_the_new_one_is_put_beside_once(folders: tuple[Path, Path]) -> None:
    source, home = folders
    run.refresh_notebooks(source, home)
    write(home / "00_week.ipynb", "first", "hers")
    assert run.refresh_notebooks(source, home) == []
    write(source / "00_week.ipynb", "second")
    told = "笔记本 00_week.ipynb 你改过，已保留；新版放在旁边：00_week（新版）.ipynb"
    assert run.refresh_notebooks(source, home) == [told]
    assert notebooks(home) == {"00_week.ipynb": ["first", "hers"], "00_week（新版）.ipynb": ["second"]}
    assert run.refresh_notebooks(source, home) == []
    write(source / "00_week.ipynb", "third")
    assert run.refresh_notebooks(source, home) == [told]
    assert notebooks(home)["00_week（新版）.ipynb"] == ["third"]
    write(home / "00_week（新版）.ipynb", "third", "hers too")
    write(source / "00_week.ipynb", "fourth")
    assert run.refresh_notebooks(source, home) == [told.replace("新版）", "新版2）")]
    assert notebooks(home) == {
        "00_week.ipynb": ["first", "hers"],
        "00_week（新版）.ipynb": ["third", "hers too"],
        "00_week（新版2）.ipynb": ["fourth"],
    }


def test_notebook_of_hers_that_was_there_before_is_not_touched(folders: tuple[Path, Path]) -> None:
    source, home = folders
    (home / "00_week.ipynb").write_text("not even a notebook", encoding="utf-8")
    assert len(run.refresh_notebooks(source, home)) == 1
    assert (home / "00_week.ipynb").read_text(encoding="utf-8") == "not even a notebook"


def test_deleted_notebook_comes_back_and_a_damaged_record_loses_nothing(folders: tuple[Path, Path]) -> None:
    source, home = folders
    run.refresh_notebooks(source, home)
    (home / "00_week.ipynb").unlink()
    assert run.refresh_notebooks(source, home) == []
    write(home / "00_week.ipynb", "hers")
    (home / ".wenan" / "notebooks.json").write_text("{", encoding="utf-8")
    assert len(run.refresh_notebooks(source, home)) == 1
    assert notebooks(home) == {"00_week.ipynb": ["hers"], "00_week（新版）.ipynb": ["first"]}


def test_working_folder_is_furnished_and_her_settings_stay(
    tmp_path: Path, folders: tuple[Path, Path]
) -> None:
    home = tmp_path / "新 电脑" / "我的文案台"
    assert run.furnish_home(home, folders[0]) == []
    settings = home / ".wenan" / "settings" / "@jupyterlab"
    language = settings / "translation-extension" / "plugin.jupyterlab-settings"
    news = settings / "apputils-extension" / "notification.jupyterlab-settings"
    assert sorted(path.name for path in home.iterdir()) == [
        ".wenan",
        "00_week.ipynb",
        "同行内容",
        "效果数据",
        "结果",
        "群聊导出",
        "自己发过的",
    ]
    assert json.loads(language.read_text(encoding="utf-8")) == {"locale": "zh_CN"}
    assert json.loads(news.read_text(encoding="utf-8")) == {"fetchNews": "false", "checkForUpdates": False}
    language.write_text('{"locale": "en"}', encoding="utf-8")
    run.furnish_home(home, folders[0])
    assert language.read_text(encoding="utf-8") == '{"locale": "en"}'


def test_file_in_the_place_of_the_working_folder(tmp_path: Path, folders: tuple[Path, Path]) -> None:
    taken = tmp_path / "我的文案台"
    taken.write_text("", encoding="utf-8")
    with pytest.raises(run.SetupError, match=r"没法使用.*或换一个：python3 run\.py lab --home 文件夹。"):
        run.furnish_home(taken, folders[0])


def test_templates_are_written_where_missing(tmp_path: Path) -> None:
    home = tmp_path / "我的 文案台"
    home.mkdir()
    (home / "群.xlsx").write_bytes(b"hers")
    assert run.write_templates(Path(sys.executable), home) == []
    assert (home / "群.xlsx").read_bytes() == b"hers"
    first = {
        path.name: openpyxl.load_workbook(path).sheetnames[0]
        for path in home.iterdir()
        if path.name != "群.xlsx"
    }
    plain = ("内容", "群日报", "活动花费", "对比测试", "出过的事")
    assert first == {"策划表.xlsx": "策划案", **{f"{name}.xlsx": name for name in plain}}


def test_a_working_folder_of_before_gets_what_is_new_and_keeps_the_rest(
    tmp_path: Path, folders: tuple[Path, Path]
) -> None:
    home = tmp_path / "我的文案台"
    (home / "同行内容").mkdir(parents=True)
    old = {"群.xlsx": b"groups", "内容.xlsx": b"items", "策划表.xlsx": b"plan", "同行内容/a.txt": b"a"}
    for name, data in old.items():
        (home / name).write_bytes(data)
    run.furnish_home(home, folders[0])
    assert run.write_templates(Path(sys.executable), home) == []
    assert {name: (home / name).read_bytes() for name in old} == old
    for name in ("群日报", "活动花费", "对比测试", "出过的事"):
        assert openpyxl.load_workbook(home / f"{name}.xlsx").sheetnames == [name, "填写说明"]
    assert (home / "群聊导出").is_dir() and (home / "效果数据").is_dir()


def test_templates_that_fail_do_not_stop_the_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "run_quietly", lambda *_: (1, "a\nPermissionError: locked\n"))
    assert run.write_templates(Path(sys.executable), tmp_path) == [
        "表格模板 群.xlsx、内容.xlsx、策划表.xlsx、群日报.xlsx、活动花费.xlsx、对比测试.xlsx、出过的事.xlsx 没有写成，"
        "其他功能不受影响。"
        "\n程序最后的话：\n  a\n  PermissionError: locked"
    ]


# --- the commands ---


def test_lab_command(tmp_path: Path) -> None:
    fixed = [
        "--LabApp.extension_manager=readonly",
        "--ServerApp.answer_yes=True",
        "--ServerApp.log_level=WARN",
        "--LabApp.log_level=WARN",
        "--LanguageServerManager.autodetect=False",
    ]
    begin = [str(PYTHON), "-m", "jupyterlab", f"--ServerApp.root_dir={tmp_path}"]
    assert run.lab_command(PYTHON, tmp_path, [], as_root=False) == [
        *begin,
        "--LabApp.default_url=/lab",
        *fixed,
    ]
    (tmp_path / "00_week.ipynb").touch()
    assert run.lab_command(PYTHON, tmp_path, ["--no-browser", "--port", "8899"], as_root=True) == [
        *begin,
        "--LabApp.default_url=/lab/tree/00_week.ipynb",
        *fixed,
        "--allow-root",
        "--no-browser",
        "--port",
        "8899",
    ]


def test_lab_environment(tmp_path: Path) -> None:
    hidden = tmp_path / ".wenan"
    assert run.lab_environment(tmp_path, {"PYTHONHOME": "x"}) == {
        "PYTHONIOENCODING": ":replace",
        "PIP_USER": "0",
        "JUPYTER_CONFIG_DIR": str(hidden / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(hidden / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(hidden / "workspaces"),
        "WENAN_HOME": str(tmp_path),
    }


@pytest.mark.parametrize("verb", ["week", "review"])
def test_week_command(verb: str) -> None:
    begin = [str(PYTHON), "-P", "-m", "toolkit.cli", verb]
    assert run.week_command(PYTHON, verb, []) == begin
    given = ["--documents", "同行 内容", "--out", "这里", "--home", "家"]
    assert run.week_command(PYTHON, verb, given) == [*begin, *given]


@pytest.mark.parametrize("verb", ["week", "review"])
def test_week_keeps_the_persons_folder(verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run, "prepare", lambda _extras: Path(sys.executable))
    command = [sys.executable, "-c", "open('here', 'w').close()"]
    monkeypatch.setattr(run, "week_command", lambda *_: command)
    assert run.main([verb]) == 0
    assert (tmp_path / "here").exists()


@pytest.mark.parametrize(("cores", "processes"), [(None, 2), (2, 3), (16, 4)])
def test_checks_are_what_ci_runs(cores: int | None, processes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    begin = f"{PYTHON} -m "
    commands = [" ".join(command).removeprefix(begin) for _, command in run.checks(PYTHON, [])]
    assert commands == [
        "ruff check .",
        "ruff format --check .",
        "mypy",
        "pytest --nbval --nbval-sanitize-with tests/sanitize.cfg -W default notebooks "
        "-n auto --maxprocesses 4 --dist loadfile",
        f"pytest -n {processes} --dist loadfile",
    ]
    assert run.checks(PYTHON, ["-k", "headline"]) == [
        ("测试（pytest）", [str(PYTHON), "-m", "pytest", "-k", "headline"])
    ]


def test_all_checks_run_and_one_failure_is_enough(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = iter([0, 3, 0, 1, 0])
    monkeypatch.setattr(run, "prepare", lambda _extras: PYTHON)
    monkeypatch.setattr(run, "run_shown", lambda *_, **__: next(codes))
    assert run.run_checks([]) == 3
    assert capsys.readouterr().out.splitlines()[-1] == (
        "检查结果：代码（ruff check） 通过 0 秒、格式（ruff format） 未通过 0 秒、类型（mypy） 通过 0 秒、"
        "笔记本（nbval） 未通过 0 秒、测试（pytest） 通过 0 秒；共 0 秒。"
    )


# --- wenan.cmd ---


def test_double_click_starter() -> None:
    data = (run.ROOT / "wenan.cmd").read_bytes()
    lines = data.decode("utf-8").split("\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    # cmd.exe finds a label by counting bytes and loses count after other characters: those come last
    chinese = [number for number, line in enumerate(lines) if not line.isascii()]
    assert [lines[number - 1] for number in chinese] == [":missing"]
    assert lines[chinese[0]].startswith("echo 没有找到 Python。请从 python.org 下载安装 Python 3.13")
    assert [line for line in lines if "-c" in line and not line.startswith("rem")] == [
        "for %%V in (3.13 3.12 3.11 3) do if not defined WENAN_PYTHON "
        '(py -%%V -c "" >nul 2>nul && set "WENAN_PYTHON=py -%%V")',
        'if not defined WENAN_PYTHON (python -c "" >nul 2>nul && set "WENAN_PYTHON=python")',
    ]
    assert '%WENAN_PYTHON% "%~dp0run.py" %*' in lines
    assert lines.index("chcp 65001 >nul") < chinese[0]

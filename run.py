"""Starts everything with the standard library alone: `python3 run.py lab | week | review | test`.

Sets up `.venv` beside this file when something in it is missing or out of date, then does the job. This file
must parse on Python 3.6, so that an old Python meets one clear sentence instead of a SyntaxError.
"""

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 13)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
HOME_NAME = "我的文案台"
HIDDEN = ".wenan"  # in the working folder: what JupyterLab and this file remember
FIRST_NOTEBOOK = "00_week.ipynb"
FOLDERS = ("同行内容", "自己发过的", "群聊导出", "效果数据", "结果")
TEMPLATES = (
    ("群.xlsx", "groups"),
    ("内容.xlsx", "items"),
    ("策划表.xlsx", "plan"),
    ("群日报.xlsx", "days"),
    ("活动花费.xlsx", "costs"),
    ("对比测试.xlsx", "tests"),
    ("出过的事.xlsx", "incidents"),
)
# what an editor needs, and what the tests need besides (a browser's driver, a cluster)
EDITOR, EVERYTHING = "lab", "lab,test"
UNFINISHED = "unfinished"
HELP = f"""\
文案台。用法：python3 run.py [lab | week | review | test] [其他参数]

  lab    打开文案台（默认）。--home 文件夹：换一个工作文件夹
         其余参数交给 JupyterLab，例如 --no-browser --port 8899
  week   不开界面，跑完一周：--documents 文件或文件夹、--out 文件夹等；全部参数见 python3 run.py week --help
  review 不开界面，复盘已经发出去的：读「效果数据」里的导出，写 复盘.html 和 复盘.xlsx；参数见 python3 run.py review --help
  test   运行全部检查；带参数时只运行 pytest，例如 python3 run.py test -k headline

第一次运行会在 .venv 里准备环境，需要联网，约 1–3 分钟。工作文件夹默认是 {Path("~") / HOME_NAME}。"""
LAB_SETTINGS = {
    "@jupyterlab/translation-extension/plugin": {"locale": "zh_CN"},
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


class SetupError(Exception):
    """The environment or the working folder could not be made; the text is for the editor."""


def say(text: str) -> None:
    """Print, whatever the console's encoding can show."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, errors="replace").decode(encoding, errors="replace"), flush=True)


def python_problem(version: tuple) -> str:
    """What to tell somebody whose Python does not fit; "" when it does."""
    if OLDEST <= tuple(version[:2]) <= NEWEST:
        return ""
    found = ".".join(str(part) for part in version[:2])
    return (
        f"文案台需要 Python 3.11 到 3.13，现在用的是 {found}。"
        "请从 python.org 下载安装 Python 3.13，再运行 python3.13 run.py（Windows：py -3.13 run.py）。"
    )


# Before the functions below: their annotations would already fail on the Pythons that this sentence is for.
if python_problem(sys.version_info):
    say(python_problem(sys.version_info))
    sys.exit(1)


# --- the environment ---

# what runs a program out of sight: command and variables to exit code and output
Runner = Callable[[list[str], dict[str, str]], tuple[int, str]]


def venv_python(venv: Path, os_name: str = os.name) -> Path:
    """The interpreter inside a virtual environment of this operating system."""
    return venv / "Scripts" / "python.exe" if os_name == "nt" else venv / "bin" / "python"


def child_environment(environ: dict[str, str]) -> dict[str, str]:
    """The variables that programs started from here get."""
    # with DONTWRITEBYTECODE every start compiles everything anew (40 s instead of 4–9 s for Lab); PYTHONPATH,
    # PYTHONHOME and VIRTUAL_ENV of another environment would mix its packages into ours
    dropped = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
    kept = {name: value for name, value in environ.items() if name.upper() not in dropped}
    # a GBK console must not stop a program at a character that it cannot show
    kept.setdefault("PYTHONIOENCODING", ":replace")
    kept["PIP_USER"] = "0"  # `user = true` in somebody's pip settings makes pip refuse a virtual environment
    return kept


def stamp_of(root: Path, version: str, extras: str) -> str:
    """The sum of all that the environment was made from."""
    # the place counts too: an editable install and a virtual environment's scripts break when it is moved
    parts = [(root / "pyproject.toml").read_bytes(), (root / "constraints.txt").read_bytes()]
    parts += [version.encode(), extras.encode(), str(root).encode("utf-8", errors="surrogateescape")]
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def run_quietly(command: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Exit code and output of a program, with a line every 20 seconds so that nobody thinks it hangs."""
    begin = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=str(ROOT),
        )
        try:
            while True:
                try:
                    code = process.wait(timeout=20)
                    break
                except subprocess.TimeoutExpired:
                    say(f"  还在进行，已用 {time.monotonic() - begin:.0f} 秒…")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        output.seek(0)
        return code, output.read().decode("utf-8", errors="replace")


def venv_version(python: Path) -> str:
    """The version of an environment's Python, such as "3.11"; "" when it is missing, broken or unfit."""
    if not python.exists():
        return ""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [str(python), "-c", code], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    version = answer.stdout.strip()
    fit = [f"{OLDEST[0]}.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
    return version if answer.returncode == 0 and version in fit else ""


def uv_options(pip_settings: str) -> list[str]:
    """uv's options for what `pip config list` prints: uv does not read pip's settings itself."""
    found: dict[str, str] = {}
    # later lines win: pip lets its variables overrule [install], and that overrules [global]
    for section in ("global.", "install.", ":env:."):
        for line in pip_settings.splitlines():
            key, _, value = line.strip().partition("=")
            if key.startswith(section):
                try:
                    found[key[len(section) :]] = str(ast.literal_eval(value))
                except (ValueError, SyntaxError):
                    continue
    names = {
        "index-url": "--default-index",
        "extra-index-url": "--index",
        "find-links": "--find-links",
        "trusted-host": "--allow-insecure-host",
    }
    values = [(option, value) for key, option in names.items() for value in found.get(key, "").split()]
    options = [part for pair in values for part in pair]
    # pip takes the best version of all indexes, uv by itself the first index that knows the name
    return [*options, "--index-strategy", "unsafe-best-match"] if "--index" in options else options


def prepare(extras: str, root: Path = ROOT, venv: Path = VENV, *, run: Runner = run_quietly) -> Path:
    """The Python of an environment that has all that `extras` (EDITOR, EVERYTHING) needs, made or mended.

    Raises SetupError with what to do next.
    """
    python, stamp = venv_python(venv), venv / "wenan-stamp"
    known = stamp.read_text(encoding="utf-8").strip() if stamp.is_file() else ""
    version = "" if known == UNFINISHED else venv_version(python)
    if version and known in (stamp_of(root, version, extras), stamp_of(root, version, EVERYTHING)):
        return python
    begin = time.monotonic()
    environment = child_environment(dict(os.environ))
    say("正在准备环境（第一次约 1–3 分钟，需要联网）…")
    if not version:
        _make_venv(venv, environment, run)
    stamp.write_text(UNFINISHED, encoding="utf-8")
    _install(python, extras, environment, run)
    stamp.write_text(stamp_of(root, venv_version(python), extras), encoding="utf-8")
    say(f"环境准备好了，用时 {time.monotonic() - begin:.0f} 秒。")
    return python


def _make_venv(venv: Path, environment: dict[str, str], run: Runner) -> None:
    say("  第 1 步：建立独立的 Python 环境（.venv）")
    code, output = run([sys.executable, "-m", "venv", "--clear", str(venv)], environment)
    if code == 0:
        return
    if "ensurepip" in output:
        raise SetupError(
            "这台电脑的 Python 缺少 venv 部件，没法建立独立环境。"
            "Debian、Ubuntu 请先运行 sudo apt-get install python3-venv，再运行一次。"
        )
    raise SetupError(
        f"没能在 {venv} 建立独立环境。如果文案台还开着，请先关掉；再确认磁盘有 1 GB 空间、"
        f"这个文件夹可以写入，然后再运行一次。{_last_lines(output)}"
    )


def _install(python: Path, extras: str, environment: dict[str, str], run: Runner) -> None:
    """Install with uv (25 s), with pip (135 s) where uv cannot be had or fails."""
    if run([str(python), "-m", "pip", "--version"], environment)[0] != 0:
        run([str(python), "-m", "ensurepip", "--default-pip"], environment)
    pip = [str(python), "-m", "pip"]
    wanted = ["-c", "constraints.txt", "-e", f".[{extras}]"]
    say("  第 2 步：取得安装工具")
    code, _ = run([*pip, "install", "--disable-pip-version-check", "uv"], environment)
    if code == 0:
        say("  第 3 步：下载并安装所需的组件（约占 1 GB）")
        options = uv_options(run([*pip, "config", "list"], environment)[1])
        uv = [str(python), "-m", "uv", "pip", "install", "--python", str(python)]
        code, _ = run([*uv, *options, *wanted], environment)
        if code == 0:
            return
    say("  换一种较慢的方式安装（pip，约 3 分钟）")
    # pip 23.2, which comes with Python 3.11, overlooks the extra lxml[html_clean], and trafilatura needs it
    run([*pip, "install", "--disable-pip-version-check", "--upgrade", "pip"], environment)
    code, output = run([*pip, "install", "--disable-pip-version-check", *wanted], environment)
    if code != 0:
        raise SetupError(
            "组件没有装好，多半是网络不通。请检查网络或代理，再运行一次同样的命令，会接着准备。"
            "如果公司用内部镜像，请先运行 pip config set global.index-url 镜像网址。" + _last_lines(output)
        )


def _last_lines(output: str) -> str:
    """The lines of a failed program that say most: its last errors, else its last lines."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    told = (errors or lines)[-4:]
    return "\n程序最后的话：\n" + "\n".join(f"  {line}" for line in told) if told else ""


# --- lab ---


def take_home(arguments: list[str]) -> tuple[Path, list[str]]:
    """The working folder that `--home` names (else the usual one) and the other arguments."""
    rest, chosen = [], ""
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--home":
            chosen = next(waiting, "")
            if not chosen:
                raise SetupError("--home 后面要写一个文件夹，例如 --home D:\\文案台。")
        elif argument.startswith("--home="):
            chosen = argument[len("--home=") :]
        else:
            rest.append(argument)
    home = Path(chosen).expanduser() if chosen else Path.home() / HOME_NAME
    return Path(os.path.abspath(home)), rest  # noqa: PTH100 - resolve() would rewrite mapped drives and links


def notebook_sum(path: Path) -> str:
    """The sum of a notebook's cells without outputs: running a notebook is no change, writing in it is."""
    data = path.read_bytes()
    try:
        cells = json.loads(data.decode("utf-8"))["cells"]
        sources = [[cell["cell_type"], "".join(cell["source"])] for cell in cells]
        data = json.dumps(sources).encode("ascii")
    except (ValueError, KeyError, TypeError):
        pass  # no notebook any more; then every byte counts
    return hashlib.sha256(data).hexdigest()


def refresh_notebooks(source: Path, home: Path) -> list[str]:
    """Bring the working folder's notebooks up to date and return what to tell the editor.

    A copy that she did not change is replaced by the new version. One that she changed stays; the new version
    is put beside it, once.
    """
    record = home / HIDDEN / "notebooks.json"
    given: dict[str, str] = _read_record(record)
    messages = []
    for new in sorted(source.glob("*.ipynb")):
        mine, fresh = home / new.name, notebook_sum(new)
        current = notebook_sum(mine) if mine.is_file() else ""
        if current and current not in (fresh, given.get(new.name)):
            if given.get(new.name) != fresh:
                beside = _free_name(home, new.stem, given)
                shutil.copyfile(new, beside)
                given[beside.name] = fresh
                messages.append(f"笔记本 {new.name} 你改过，已保留；新版放在旁边：{beside.name}")
        elif current != fresh:
            shutil.copyfile(new, mine)
            if current:
                messages.append(f"笔记本 {new.name} 已换成新版")
        given[new.name] = fresh
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(given, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
    return messages


def _read_record(record: Path) -> dict[str, str]:
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _free_name(home: Path, stem: str, given: dict[str, str]) -> Path:
    """名字（新版）.ipynb, or a number more where she has changed that one too."""
    number = 1
    while True:
        path = home / f"{stem}（新版{'' if number == 1 else number}）.ipynb"
        if not path.exists() or notebook_sum(path) == given.get(path.name):
            return path
        number += 1


def furnish_home(home: Path, source: Path) -> list[str]:
    """Make the working folder with its folders, settings and notebooks; return what to tell the editor."""
    try:
        for folder in FOLDERS:
            (home / folder).mkdir(parents=True, exist_ok=True)
        for name, settings in LAB_SETTINGS.items():
            path = home / HIDDEN / "settings" / f"{name}.jupyterlab-settings"
            if not path.exists():  # afterwards they are hers to change
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(settings), encoding="utf-8")
        return refresh_notebooks(source, home)
    except OSError as error:
        raise SetupError(
            f"工作文件夹 {home} 没法使用（{error.strerror or error}）。"
            "请确认它可以写入，或换一个：python3 run.py lab --home 文件夹。"
        ) from error


def write_templates(python: Path, home: Path) -> list[str]:
    """Put the workbooks that are not there yet into the working folder; return what to tell the editor."""
    missing = [(str(home / name), what) for name, what in TEMPLATES if not (home / name).exists()]
    if not missing:
        return []
    code = (
        "import sys; from pathlib import Path\n"
        "from toolkit.campaigns import write_plan_template\n"
        "from toolkit.schedule import write_template\n"
        "for path, what in zip(sys.argv[1::2], sys.argv[2::2]):\n"
        "    write_plan_template(Path(path)) if what == 'plan' else write_template(Path(path), what=what)"
    )
    command = [str(python), "-P", "-c", code, *(part for pair in missing for part in pair)]
    status, output = run_quietly(command, child_environment(dict(os.environ)))
    lost = [Path(path).name for path, _ in missing if not Path(path).exists()]
    if status == 0 or not lost:
        return []
    return [f"表格模板 {'、'.join(lost)} 没有写成，其他功能不受影响。{_last_lines(output)}"]


def lab_environment(home: Path, environ: dict[str, str]) -> dict[str, str]:
    """The variables for JupyterLab: its settings lie in the working folder, apart from other installs."""
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    values = {name: str(home / HIDDEN / folder) for name, folder in places.items()}
    return {**child_environment(environ), **values, "WENAN_HOME": str(home)}


def lab_command(python: Path, home: Path, arguments: list[str], *, as_root: bool) -> list[str]:
    """The command that starts JupyterLab in the working folder; what the person asks for comes last."""
    page = f"/lab/tree/{FIRST_NOTEBOOK}" if (home / FIRST_NOTEBOOK).is_file() else "/lab"
    return [
        str(python),
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={home}",
        f"--LabApp.default_url={page}",
        "--LabApp.extension_manager=readonly",
        "--ServerApp.answer_yes=True",
        "--ServerApp.log_level=WARN",
        "--LabApp.log_level=WARN",
        "--LanguageServerManager.autodetect=False",  # it would start npm to look for language servers
        *(["--allow-root"] if as_root else []),
        *arguments,
    ]


def is_root() -> bool:
    """Whether this is the root account, as in containers; Windows has none."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def open_lab(arguments: list[str]) -> int:
    """Set up, open JupyterLab in the working folder, and stay until it ends."""
    home, rest = take_home(arguments)
    python = prepare(EDITOR)
    for message in [*furnish_home(home, ROOT / "notebooks"), *write_templates(python, home)]:
        say(message)
    if is_root():
        say("现在用的是 root 账户，JupyterLab 已加上 --allow-root 启动。")
    say(f"工作文件夹：{home}")
    say("正在打开文案台。浏览器没有自动打开时，请复制下面带 token 的网址。要结束，请在这个窗口按 Ctrl+C。")
    command = lab_command(python, home, rest, as_root=is_root())
    return run_shown(command, lab_environment(home, dict(os.environ)), cwd=home)


# --- week, review and test ---


def week_command(python: Path, verb: str, arguments: list[str]) -> list[str]:
    """The command for a week, or its review, without a screen."""
    # -P: a random.py in the person's own folder must not stand in for the library's
    return [str(python), "-P", "-m", "toolkit.cli", verb, *arguments]


def run_week(arguments: list[str]) -> int:
    """Run the main job; relative paths are the person's own."""
    return run_verb("week", arguments)


def run_review(arguments: list[str]) -> int:
    """Look back at what was sent; relative paths are the person's own."""
    return run_verb("review", arguments)


def run_verb(verb: str, arguments: list[str]) -> int:
    """Run one of the toolkit's own commands."""
    return run_shown(week_command(prepare(EDITOR), verb, arguments), child_environment(dict(os.environ)))


def checks(python: Path, arguments: list[str]) -> list[tuple[str, list[str]]]:
    """Name and command of every check, the fast ones first; with arguments pytest alone gets them."""
    base = [str(python), "-m"]
    if arguments:
        return [("测试（pytest）", [*base, "pytest", *arguments])]
    # a file's tests share what is slow to make, so files are dealt to processes, not tests
    side_by_side = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile"]
    # one process more than cores: with two cores a sixth of their time went by waiting for browsers
    one_more = ["-n", str(min(4, (os.cpu_count() or 1) + 1)), "--dist", "loadfile"]
    # a kernel's warnings are no errors here, so that a notebook fails by its outputs alone
    nbval = ["--nbval", "--nbval-sanitize-with", "tests/sanitize.cfg", "-W", "default", "notebooks"]
    return [
        ("代码（ruff check）", [*base, "ruff", "check", "."]),
        ("格式（ruff format）", [*base, "ruff", "format", "--check", "."]),
        ("类型（mypy）", [*base, "mypy"]),
        ("笔记本（nbval）", [*base, "pytest", *nbval, *side_by_side]),
        ("测试（pytest）", [*base, "pytest", *one_more]),
    ]


def run_checks(arguments: list[str]) -> int:
    """Run all checks, each even where one before it failed; the exit code of the first that failed."""
    environment = child_environment(dict(os.environ))
    begin, results = time.monotonic(), []
    todo = checks(prepare(EVERYTHING), arguments)
    for number, (name, command) in enumerate(todo, start=1):
        say(f"[{number}/{len(todo)}] {name} …")
        started = time.monotonic()
        results.append((name, run_shown(command, environment, cwd=ROOT), time.monotonic() - started))
    told = [f"{name} {'通过' if code == 0 else '未通过'} {spent:.0f} 秒" for name, code, spent in results]
    say(f"检查结果：{'、'.join(told)}；共 {time.monotonic() - begin:.0f} 秒。")
    return next((code for _, code, _ in results if code != 0), 0)


def run_shown(command: list[str], environment: dict[str, str], *, cwd: "Path | None" = None) -> int:
    """Exit code of a program that shares this window."""
    process = subprocess.Popen(command, env=environment, cwd=None if cwd is None else str(cwd))
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # the program got the same Ctrl+C and is on its way out


def main(arguments: list[str]) -> int:
    """Do what the first word says; without one, open the desk."""
    verbs = {"lab": open_lab, "week": run_week, "review": run_review, "test": run_checks}
    first = arguments[0] if arguments else "lab"
    verb = "lab" if first.startswith("-") else first
    rest = arguments if first.startswith("-") else arguments[1:]
    if verb == "lab" and any(argument in ("-h", "--help") for argument in rest):
        say(HELP)
        return 0
    if verb not in verbs:
        say(f"不认识的命令 {verb}。可以用：lab、week、review、test。\n\n{HELP}")
        return 2
    try:
        return verbs[verb](rest)
    except SetupError as error:
        say(str(error))
        return 1
    except OSError as error:
        say(f"读写文件出错：{error}。请确认文案台的文件夹完整、可以写入，磁盘没有满，再运行一次。")
        return 1
    except KeyboardInterrupt:
        say("已停止。再运行一次会接着准备。")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

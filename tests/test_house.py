"""The shape of the house: rooms import downwards only, `import toolkit` is cheap, every verb is named in the README."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import toolkit

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ROOT / "toolkit"
PUBLIC: list[str] = vars(toolkit)["__all__"]


def allowed() -> dict[str, set[str]]:
    """The table of ARCHITECTURE.md: room to the rooms it may import."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    section = text.split("## Rooms and who may import whom")[1].split("##")[0]
    found = re.findall(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", section, flags=re.MULTILINE)
    table = {room: set(re.findall(r"[a-z]+", may)) for room, may in found}
    table["cli"] = set(table) - {"widgets", "cli"}
    return table


def room_of(path: Path) -> str:
    return path.relative_to(ROOMS).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> set[str]:
    """Rooms that a file imports anywhere, but for what stands under `if TYPE_CHECKING:`."""
    found: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for branch in node.orelse:
                found |= imports(ast.Module(body=[branch], type_ignores=[]))
            continue
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "rooms import each other by their full name"
            module = node.module or ""
            names = [f"{module}.{alias.name}" for alias in node.names] if module == "toolkit" else [module]
        else:
            names = []
        found |= {name.split(".")[1] for name in names if name.startswith("toolkit.")}
        found |= {"toolkit"} & set(names)
        found |= imports(node)
    return found


def python_files() -> list[Path]:
    return [path for path in sorted(ROOMS.rglob("*.py")) if path != ROOMS / "__init__.py"]


def test_the_table_lists_exactly_the_rooms() -> None:
    assert set(allowed()) == {room_of(path) for path in python_files()}


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOMS)))
def test_imports_run_downwards(path: Path) -> None:
    room = room_of(path)
    found = imports(ast.parse(path.read_text(encoding="utf-8")))
    if room == "cli":
        found -= {"toolkit"}  # the console alone reaches the verbs by `import toolkit as tk`
    extra = found - allowed()[room] - {room}
    assert not extra, f"{path.name} imports {sorted(extra)}"


def test_the_parser_sees_imports_in_functions_and_skips_type_checking() -> None:
    source = "if TYPE_CHECKING:\n    import toolkit.store\ndef f():\n    from toolkit import text\n"
    assert imports(ast.parse(source)) == {"text"}
    assert imports(ast.parse("import toolkit as tk")) == {"toolkit"}


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOMS)))
def test_only_text_knows_the_segmenters_and_only_widgets_ipywidgets(path: Path) -> None:
    modules = set(
        re.findall(r"^\s*(?:import|from) (\w+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    room = room_of(path)
    homes = {
        "jieba": "text",
        "rjieba": "text",
        "opencc": "text",
        "sqlalchemy": "store",
        "ipywidgets": "widgets",
        "anywidget": "widgets",
    }
    assert {name for name in modules & set(homes) if homes[name] != room} == set()


def test_import_toolkit_loads_nothing_slow() -> None:
    code = (
        "import sys, toolkit; print(sorted({'pandas','numpy','sklearn','jieba','altair'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def exported_for_type_checkers() -> set[str]:
    tree = ast.parse((ROOMS / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    return {
        alias.asname or alias.name
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_lazy_names_and_typed_names_agree_and_load() -> None:
    assert exported_for_type_checkers() == set(PUBLIC)
    for name in PUBLIC:
        assert getattr(toolkit, name).__name__ == name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="fetch_nothing"):
        _ = toolkit.fetch_nothing  # type: ignore[attr-defined]


def test_every_verb_is_named_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    verbs = [name for name in PUBLIC if name[0].islower()]
    assert [name for name in verbs if f"`{name}" not in readme] == []


def test_every_dependency_has_its_reason() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    names = {re.split(r"[<>=!~ ]", line)[0] for line in [*project["dependencies"], *extras]}
    reasons = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("## Dependencies")[1]
    assert [name for name in sorted(names) if name not in reasons] == []


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOMS)))
def test_no_raw_html_sink(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert (
        re.findall(r"\b(?:HTMLMath|HTML|Markdown|Latex)\(|display\(HTML|escape=False|innerHTML", source) == []
    )


@pytest.mark.parametrize("path", sorted(ROOMS.rglob("*.js")), ids=lambda path: path.name)
def test_scripts_of_ours_write_no_markup_and_load_nothing(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    sinks = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|\beval\(|new Function|https?://(?!www\.w3\.org)"
    assert re.findall(sinks, source) == []
    assert len(source.splitlines()) <= 600
    # local wall time only: a Date would bring the reader's own time zone in
    assert re.findall(r"new Date|Date\.(?:now|parse|UTC)|toISOString", source) == []


def test_no_file_grows_past_one_room() -> None:
    long = {
        str(path.relative_to(ROOMS)): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files()
    }
    assert {name: lines for name, lines in long.items() if lines > 600} == {}

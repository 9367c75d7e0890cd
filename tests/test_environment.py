"""environment.yml, pyproject.toml, run.py and constraints.txt say the same."""

from __future__ import annotations

import re
import tomllib

import yaml  # type: ignore[import-untyped]
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import run

PROJECT = tomllib.loads((run.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((run.ROOT / "environment.yml").read_text(encoding="utf-8"))
CONSTRAINTS = (run.ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()


def pip_lines() -> list[str]:
    [lines] = [entry["pip"] for entry in CONDA["dependencies"] if isinstance(entry, dict)]
    return list(lines)


def test_conda_asks_for_the_same_python_and_channel() -> None:
    [python] = [entry for entry in CONDA["dependencies"] if str(entry).startswith("python")]
    assert SpecifierSet(python.removeprefix("python")) == SpecifierSet(PROJECT["requires-python"])
    assert CONDA["channels"] == ["conda-forge"]


def test_run_py_accepts_the_pythons_of_the_project() -> None:
    allowed = SpecifierSet(PROJECT["requires-python"])
    versions = [(3, minor) for minor in range(6, 20)]
    fit = [version for version in versions if run.python_problem(version) == ""]
    assert fit == [version for version in versions if f"{version[0]}.{version[1]}" in allowed]


def test_conda_installs_this_project_with_extras_that_exist() -> None:
    constraints, project = pip_lines()
    assert constraints == "-c constraints.txt"
    match = re.fullmatch(r"-e \.\[([a-z,]+)\]", project)
    assert match is not None
    assert match[1].split(",") == list(PROJECT["optional-dependencies"])


def test_every_dependency_is_pinned_and_fits() -> None:
    extras = PROJECT["optional-dependencies"].values()
    wanted = [Requirement(line) for lines in (PROJECT["dependencies"], *extras) for line in lines]
    pins: dict[str, list[str]] = {}
    for line in CONSTRAINTS:
        pin = Requirement(line)
        [specifier] = pin.specifier
        assert specifier.operator == "=="
        pins.setdefault(canonicalize_name(pin.name), []).append(specifier.version)
    misfits = [
        str(requirement)
        for requirement in wanted
        for version in pins.get(canonicalize_name(requirement.name), [""])
        if version == "" or not requirement.specifier.contains(version, prereleases=True)
    ]
    assert misfits == []


def test_constraints_name_no_place() -> None:
    assert [line for line in CONSTRAINTS if "://" in line or line.startswith("-") or "@" in line] == []

"""Word lists, rules and dated tables by name; the only room that knows where `corpora` lies.

An editor changes a list by changing its file: the lists are plain UTF-8 CSV and TXT. `python -m toolkit.lexicons`
writes `corpora/manifest.csv` anew after that.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.schema import ChoiceError, InputError, as_date

CALENDAR_KINDS = ("rest", "workday", "festival", "solemn", "shopping", "term", "school")
_SATURDAY = 5


def corpora_folder() -> Path:
    """The folder `corpora`: beside `toolkit` in a checkout, inside it in an installed wheel."""
    here = Path(__file__).resolve().parent
    for folder in (here.parent / "corpora", here / "corpora"):
        if (folder / "lexicons").is_dir():
            return folder
    raise InputError(f"找不到词表文件夹 corpora（应在 {here.parent} 里）。请重新下载完整的项目。")


def sample_folder() -> Path:
    """The folder of the invented sample world."""
    return corpora_folder() / "sample"


@functools.cache
def words(name: str) -> tuple[str, ...]:
    """The lines of `lexicons/<name>.txt` in order, without blank lines and lines that begin with #.

    >>> "的" in words("stopwords")
    True
    """
    path = _existing(f"{name}.txt")
    lines = (line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


@functools.cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    path = _existing(f"{name}.csv")
    return tuple(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def rows(name: str) -> tuple[dict[str, str], ...]:
    """The records of `lexicons/<name>.csv`, every value a text. Raises InputError when there is no such list."""
    return _rows(name)


def table(name: str) -> pd.DataFrame:
    """The same as a fresh frame of texts."""
    records = _rows(name)
    return pd.DataFrame(list(records), dtype="str")


def _existing(file_name: str) -> Path:
    path = corpora_folder() / "lexicons" / file_name
    if not path.is_file():
        raise InputError(f"词表 {file_name} 不在 {path.parent} 里。请从项目里把它补回来。")
    return path


@functools.cache
def user_words() -> dict[str, int]:
    """Extra words for segmentation with their frequency (occurrences in a jieba-sized corpus)."""
    return {row["term"]: int(row["frequency"]) for row in _rows("user-words")}


@functools.cache
def header_aliases() -> dict[str, str]:
    """Header as people write it (lower case, no blanks) to the contract's column name.

    >>> header_aliases()["阅读量"]
    'reads'
    """
    return {row["alias"].lower().replace(" ", ""): row["column"] for row in _rows("headers")}


@dataclass(frozen=True)
class Platform:
    """One platform's dated conventions.

    `visible_width` counts half-width units (a Han character is 2) that a list shows before it cuts; `max_chars` is
    the platform's own limit in characters (0 = none known).
    """

    platform: str
    caption: str
    max_chars: int
    visible_width: int
    best_low: int
    best_high: int
    note: str
    source: str
    checked: str
    certainty: str


@functools.cache
def _platforms() -> dict[str, Platform]:
    numbers = ("max_chars", "visible_width", "best_low", "best_high")
    return {
        row["platform"]: Platform(**{k: int(v) if k in numbers else v for k, v in row.items()})  # type: ignore[arg-type]
        for row in _rows("platforms")
    }


def platforms() -> dict[str, Platform]:
    """All platforms by name."""
    return dict(_platforms())


def platform(name: str) -> Platform:
    """One platform's row. Raises ChoiceError that names the known ones.

    >>> platform("wechat").caption
    '公众号'
    """
    known = _platforms()
    if name not in known:
        listed = "、".join(f"{key}（{row.caption}）" for key, row in known.items())
        raise ChoiceError(f"不认识的平台 {name!r}。可以用的是：{listed}。")
    return known[name]


@functools.cache
def _calendar() -> pd.DataFrame:
    frame = table("calendar")
    frame["date"] = [dt.date.fromisoformat(value) for value in frame["date"]]
    return frame


def calendar() -> pd.DataFrame:
    """Dated days: date, name, kind (rest / workday / festival / solemn / shopping / term / school), favours, bars,
    status (official / estimated / unknown), source, checked. Fresh copy, sorted by date and kind.
    """
    return _calendar().copy()


@functools.cache
def days_of(kind: str) -> dict[dt.date, str]:
    """Date to name of every day of one kind in the calendar table."""
    if kind not in CALENDAR_KINDS:
        raise ChoiceError(f"日历里没有 {kind!r} 这一类。可以用的是：{'、'.join(CALENDAR_KINDS)}。")
    frame = _calendar()
    chosen = frame[frame["kind"] == kind]
    return dict(zip(chosen["date"], chosen["name"], strict=True))


@functools.cache
def calendar_years() -> dict[int, str]:
    """Each year in the calendar table to the status of its holidays: official or estimated."""
    frame = _calendar()
    rest = frame[frame["kind"] == "rest"]
    years = pd.Series([day.year for day in rest["date"]], index=rest.index)
    return {
        int(year): "official" if (part == "official").all() else "estimated"
        for year, part in rest["status"].groupby(years)
    }


def is_workday(day: dt.date) -> bool:
    """Whether people in mainland China work on this day, by the calendar table (weekends else).

    >>> is_workday(dt.date(2026, 9, 20)), is_workday(dt.date(2026, 10, 1))
    (True, False)
    """
    day = as_date(day) or day
    if day in days_of("workday"):
        return True
    return day not in days_of("rest") and day.weekday() < _SATURDAY


def festival_name(name: Any) -> str:
    """A festival's name as the table writes it: without a trailing 节.

    >>> festival_name("中秋节"), festival_name("春节")
    ('中秋', '春节')
    """
    text = "" if name is None or name is pd.NA or name != name else str(name).strip()
    return text if text == "春节" else re.sub("节$", "", text)


def spoken_festival(name: str) -> str:
    """A festival as people say it: the table's name, with 节 where it does not stand by itself.

    >>> spoken_festival("中秋"), spoken_festival("教师")
    ('中秋', '教师节')
    """
    return name if name in words("festivals-short") else f"{name}节"


def manifest() -> pd.DataFrame:
    """`corpora/manifest.csv`: file, rows, sha256, licence, source, date, all as text."""
    path = corpora_folder() / "manifest.csv"
    return pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")


def describe_file(path: Path) -> tuple[str, str]:
    """The rows (records without the header for tables, lines for txt, else "") and sha256 of a file.

    What is no UTF-8 has no rows to count: the sample inbox holds such files on purpose.
    """
    data = path.read_bytes()
    suffix = path.suffix if _is_utf8(data) else ""
    text = data.decode("utf-8-sig") if suffix in {".csv", ".tsv", ".jsonl", ".txt"} else ""
    if suffix in {".csv", ".tsv"}:
        reader = csv.reader(io.StringIO(text), delimiter="\t" if suffix == ".tsv" else ",")
        count = str(sum(1 for row in reader if row) - 1)
    elif suffix in {".jsonl", ".txt"}:
        lines = text.splitlines()
        count = str(sum(1 for line in lines if line.strip()) if suffix == ".jsonl" else len(lines))
    else:
        count = ""
    return count, hashlib.sha256(data).hexdigest()


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def corpora_files() -> list[Path]:
    """Every file of `corpora` but the manifest itself, sorted by path."""
    folder = corpora_folder()
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    listed = [path for path in files if path != folder / "manifest.csv"]
    return sorted(listed, key=lambda path: path.relative_to(folder).as_posix())


def write_manifest(*, today: dt.date) -> Path:
    """Write `corpora/manifest.csv` anew and return its path; known files keep licence, source and date of the old
    one unless their sum changed, then the date becomes `today`.
    """
    folder = corpora_folder()
    path = folder / "manifest.csv"
    old = {row["file"]: row for row in manifest().to_dict("records")} if path.is_file() else {}
    records = []  # all before the first is written: a file that cannot be read leaves the manifest as it is
    for file in corpora_files():
        name = file.relative_to(folder).as_posix()
        count, digest = describe_file(file)
        known = old.get(name, {})
        date = known["date"] if known.get("sha256") == digest else today.isoformat()
        licence = known.get("licence") or "MIT"
        records.append([name, count, digest, licence, known.get("source") or "written by us", date])
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["file", "rows", "sha256", "licence", "source", "date"])
        writer.writerows(records)
    return path


if __name__ == "__main__":
    print(write_manifest(today=dt.date.today()))  # noqa: DTZ011 - the person's own day

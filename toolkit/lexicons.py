"""Word lists, rules and dated tables by name; the only room that knows where `corpora` lies.

An editor changes a list by changing its file: the lists are plain UTF-8 CSV and TXT. `python -m toolkit.lexicons`
writes `corpora/manifest.csv` anew after that. Next year's days off are added as a file `calendar-2028.csv` beside
`calendar.csv`, with the same columns: it is read by itself.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import hashlib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.schema import ChoiceError, InputError, as_date, as_list, shown_value

CALENDAR_KINDS = ("rest", "workday", "festival", "solemn", "shopping", "term", "school")
CALENDAR_STATUSES = ("official", "estimated", "unknown")
CALENDAR_COLUMNS = ("date", "name", "kind", "favours", "bars", "status", "source", "checked")
Day = dict[str, Any]  # a row of the calendar: `date` is a datetime.date, the rest are texts
_DAYS_OFF = ("rest", "workday")
# what a day favours and bars for its kind alone
_KIND_WORDS = {
    "solemn": ("neutral、solemn", "promotion、red_packet、sales、humorous、festive"),
    "shopping": ("promotion、event", ""),
    "term": ("value、discussion", ""),
    "school": ("value、notice", ""),
}
_SATURDAY = 5
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_DATE = re.compile(r"(\d{4})\s*(?:[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?|(\d{2})(\d{2}))")


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
    the platform's own limit (0 = none known), in characters, or where `limit_by` is "width" in pairs of half-width
    units, so that two Latin letters count as one.
    """

    platform: str
    caption: str
    max_chars: int
    limit_by: str
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
    """One platform's row, by its name or its caption. Raises ChoiceError that names the known ones.

    >>> platform("wechat").caption, platform("公众号").platform
    ('公众号', 'wechat')
    """
    known = _platforms()
    name = next((key for key, row in known.items() if row.caption == name), name)
    if name not in tuple(known):
        listed = "、".join(f"{key}（{row.caption}）" for key, row in known.items())
        raise ChoiceError(f"不认识的平台 {name!r}。可以用的是：{listed}。")
    return known[name]


def parse_day(text: str) -> tuple[dt.date | None, str]:
    """A day as people write it with its year, and the reason when it is none (Chinese).

    >>> parse_day("2027年2月5日"), parse_day("2027-02-29")[1]
    ((datetime.date(2027, 2, 5), ''), '2027 年 2 月没有 29 日')
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None, f"看不懂的日期「{text.strip()[:20]}」，请写成 2027-02-05"
    year, month, day = (int(part) for part in match.groups() if part)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None, f"年份 {year} 不在 {_FIRST_YEAR}–{_LAST_YEAR} 里"
    if not 1 <= month <= 12:
        return None, f"没有 {month} 月"
    try:
        return dt.date(year, month, day), ""
    except ValueError:
        return None, f"{year} 年 {month} 月没有 {day} 日"


def day_fault(row: Day) -> str:
    """What is wrong with a row of the calendar, in Chinese; "" when nothing is."""
    if not isinstance(row["date"], dt.date):
        return "没有日期"
    if not row["name"]:
        return "没有名称"
    if row["kind"] not in CALENDAR_KINDS:
        return f"不认识的类别「{row['kind']}」，可以用的是：{'、'.join(CALENDAR_KINDS)}"
    if row["status"] not in CALENDAR_STATUSES:
        return f"不认识的状态「{row['status']}」，可以用的是：{'、'.join(CALENDAR_STATUSES)}"
    return ""


def clashing_days(days: Iterable[Day]) -> list[dt.date]:
    """The dates that stand both as a day off and as a workday, in order."""
    found: dict[str, set[dt.date]] = {kind: set() for kind in _DAYS_OFF}
    for row in days:
        if row["kind"] in found:
            found[row["kind"]].add(row["date"])
    return sorted(found["rest"] & found["workday"])


def _days_in(name: str) -> list[Day]:
    """The days of `lexicons/<name>.csv`. Raises InputError for a file or row that cannot be used."""
    advice = "请改好它，或者把这个文件移走。"
    try:
        records = rows(name)
    except UnicodeDecodeError as error:
        raise InputError(
            f"词表 {name}.csv 不是 UTF-8 编码。请在表格软件里另存为“CSV UTF-8”，或移走它。"
        ) from error
    days = []
    for number, record in enumerate(records, start=2):
        lacking = [column for column in CALENDAR_COLUMNS if record.get(column) is None]
        if lacking:
            raise InputError(f"词表 {name}.csv 第 {number} 行缺少 {'、'.join(lacking)}。{advice}")
        day: Day = {column: record[column].strip() for column in CALENDAR_COLUMNS}
        day["date"], fault = parse_day(day["date"])
        if fault := fault or day_fault(day):
            raise InputError(f"词表 {name}.csv 第 {number} 行：{fault}。{advice}")
        days.append(day)
    if clashes := clashing_days(days):
        raise InputError(f"词表 {name}.csv 里 {clashes[0]} 又是放假又是上班。{advice}")
    return days


def merge_days(days: list[Day], more: list[Day]) -> tuple[list[Day], list[Day], list[Day]]:
    """The days with `more` taken in; which of the old ones went, and which new ones were not taken.

    A new row takes the place of the old one of the same date, kind and name; of days off and workdays each date keeps
    one row. Official days off or workdays of a year put out all that year's days off and workdays that were not
    official; another official row those of its year, kind and name that were not. What is not official is not taken
    where an official day off or workday stands on that date.
    """
    sure = {row["date"] for row in days if row["kind"] in _DAYS_OFF and row["status"] == "official"}
    refused = [
        row
        for row in more
        if row["kind"] in _DAYS_OFF and row["status"] != "official" and row["date"] in sure
    ]
    taken = [row for row in more if row not in refused]
    same = {(row["date"], row["kind"], row["name"]) for row in taken}
    swapped = {row["date"] for row in taken if row["kind"] in _DAYS_OFF}
    official = [row for row in taken if row["status"] == "official"]
    named = {(row["date"].year, row["kind"], row["name"]) for row in official}
    noticed = {row["date"].year for row in official if row["kind"] in _DAYS_OFF}

    def goes(row: Day) -> bool:
        if (row["date"], row["kind"], row["name"]) in same:
            return True
        open_still = row["status"] != "official"
        if row["kind"] in _DAYS_OFF:
            return row["date"] in swapped or (open_still and row["date"].year in noticed)
        return open_still and (row["date"].year, row["kind"], row["name"]) in named

    gone = [row for row in days if goes(row)]
    kept = [row for row in days if not goes(row)]
    order = {kind: place for place, kind in enumerate(CALENDAR_KINDS)}
    return sorted(kept + taken, key=lambda row: (row["date"], order[row["kind"]])), gone, refused


@functools.cache
def _filed_days() -> tuple[Day, ...]:
    """The days of `calendar.csv` and of the files `calendar-*.csv` beside it, in the order of their names."""
    days = _days_in("calendar")
    for path in sorted((corpora_folder() / "lexicons").glob("calendar-*.csv")):
        days = merge_days(days, [filled_day(row) for row in _days_in(path.stem)])[0]
    return tuple(days)


@functools.cache
def _usual_words() -> dict[tuple[str, str], tuple[str, str]]:
    """Kind and name to favours and bars of the last such day in `calendar.csv`."""
    return {(row["kind"], row["name"]): (row["favours"], row["bars"]) for row in rows("calendar")}


def filled_day(row: Day) -> Day:
    """A day that a person adds, as the table writes it: a festival without a trailing 节; where it neither favours nor
    bars anything, the words of the last day of its kind and name, else of its kind.

    >>> added = {"date": dt.date(2036, 10, 4), "kind": "festival", "name": "中秋节", "favours": "", "bars": ""}
    >>> filled_day(added)["name"], filled_day(added)["bars"]
    ('中秋', 'promotion')
    """
    name = festival_name(row["name"]) if row["kind"] == "festival" else row["name"]
    favours, bars = row["favours"], row["bars"]
    if not favours and not bars:
        usual = _usual_words().get((row["kind"], name), _KIND_WORDS.get(row["kind"], ("", "")))
        favours, bars = usual
    return {**row, "name": name, "favours": favours, "bars": bars}


_session_days: list[Day] = []  # what `use_days` of this session has put on top of the files


@functools.cache
def _calendar() -> pd.DataFrame:
    days = merge_days(list(_filed_days()), _session_days)[0]
    text = {column: pd.Series([row[column] for row in days], dtype="str") for column in CALENDAR_COLUMNS[1:]}
    return pd.DataFrame({"date": pd.Series([row["date"] for row in days], dtype="object"), **text})


def set_session_days(days: Iterable[Day]) -> tuple[list[Day], list[Day], list[Day]]:
    """Put days on top of the calendar files for this session, in place of earlier ones; none goes back to the files.

    Returns the days taken in, the filed days that went for them, and the days that were not taken.
    """
    fresh = [filled_day(row) for row in days]
    _, gone, refused = merge_days(list(_filed_days()), fresh)
    _session_days[:] = fresh
    _ask_again()
    return [row for row in fresh if row not in refused], gone, refused


def _ask_again() -> None:
    for cached in (_calendar, names_of, days_of, _festival_days, calendar_years):
        cached.cache_clear()


def forget_calendar() -> None:
    """Read the calendar's files again at the next question: for one who has just changed them. Ends `use_days`."""
    for cached in (_rows, _filed_days, _usual_words):
        cached.cache_clear()
    _session_days.clear()
    _ask_again()


def calendar() -> pd.DataFrame:
    """Dated days: date, name, kind (rest / workday / festival / solemn / shopping / term / school), favours, bars,
    status (official / estimated / unknown), source, checked. Fresh copy, sorted by date and kind.
    """
    return _calendar().copy()


def _known_kind(kind: str) -> str:
    if kind not in CALENDAR_KINDS:
        raise ChoiceError(f"日历里没有 {kind!r} 这一类。可以用的是：{'、'.join(CALENDAR_KINDS)}。")
    return kind


@functools.cache
def names_of(kind: str) -> dict[dt.date, tuple[str, ...]]:
    """Date to the names of every day of one kind in the calendar table, in the table's order.

    >>> names_of("festival")[dt.date(2031, 10, 1)]
    ('中秋', '国庆')
    """
    frame = _calendar()
    chosen = frame[frame["kind"] == _known_kind(kind)]
    found: dict[dt.date, tuple[str, ...]] = {}
    for day, name in zip(chosen["date"], chosen["name"], strict=True):
        found[day] = (*found.get(day, ()), name)
    return found


@functools.cache
def days_of(kind: str) -> dict[dt.date, str]:
    """Date to name of every day of one kind in the calendar table; several names of a day are joined by 、.

    >>> days_of("festival")[dt.date(2024, 5, 12)]
    '母亲、护士'
    """
    return {day: "、".join(names) for day, names in names_of(kind).items()}


def festival_days() -> dict[dt.date, set[str]]:
    """Each day that bars promotion (春节, 中秋 and so on) with the festivals on it, by the calendar table.

    >>> festival_days()[dt.date(2026, 9, 25)]
    {'中秋'}
    """
    return {day: set(names) for day, names in _festival_days().items()}


@functools.cache
def _festival_days() -> dict[dt.date, tuple[str, ...]]:
    found: dict[dt.date, tuple[str, ...]] = {}
    for row in _calendar().to_dict("records"):
        if row["kind"] == "festival" and "promotion" in as_list(row["bars"]):
            found[row["date"]] = (*found.get(row["date"], ()), row["name"])
    return found


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


def quotas(day: dt.date | str) -> pd.DataFrame:
    """Platforms' ceilings on sends that hold on a day: the rows of `platform-quotas.csv` in its order.

    Columns: platform, channel (as in GROUPS), name, way (how the account counts: month / week / day), per_day and
    per_week (Int64, missing: none), per_month (text: a number, "days" = as many as the month has, "" none), from and
    until (dates or None: open), source, checked, certainty (what of it is not verified). Raises ChoiceError for what
    is no day.

    >>> quotas("2026-11-22").loc[lambda rows: rows["channel"] == "企微群", "way"].tolist()
    ['month', 'week', 'day']
    """
    try:
        when = None if isinstance(day, (int, float)) else as_date(day)
    except (ValueError, TypeError):
        when = None
    if when is None:
        raise ChoiceError(f"day 要写成 2026-11-22 这样的日期（现在是 {shown_value(day)}）。")
    frame = table("platform-quotas")
    for column in ("per_day", "per_week"):
        frame[column] = pd.array([int(cell) if cell else None for cell in frame[column]], dtype="Int64")
    for column in ("from", "until"):
        dates = [dt.date.fromisoformat(cell) if cell else None for cell in frame[column]]
        frame[column] = pd.Series(dates, dtype="object")
    holds = [
        (first is None or first <= when) and (last is None or when <= last)
        for first, last in zip(frame["from"], frame["until"], strict=True)
    ]
    return frame[holds].reset_index(drop=True)


def festival_name(name: Any) -> str:
    """A festival's name as the table writes it: without a trailing 节.

    >>> festival_name("中秋节"), festival_name("春节")
    ('中秋', '春节')
    """
    text = "" if name is None or name is pd.NA or name != name else str(name).strip()
    return text if text == "春节" else re.sub("节$", "", text)


def spoken_festival(name: str) -> str:
    """A festival as people say it: the table's name, with 节 where it does not stand by itself; joined names one by
    one. A name that a person has added is said as it was given.

    >>> spoken_festival("中秋"), spoken_festival("教师"), spoken_festival("母亲、护士"), spoken_festival("店庆")
    ('中秋', '教师节', '母亲节、护士节', '店庆')
    """
    known = {row["name"] for row in rows("calendar") if row["kind"] == "festival"} - {
        *words("festivals-short")
    }
    return "、".join(f"{part}节" if part in known else part for part in name.split("、"))


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

"""Days that a person adds: next year's notice, the house's own days; read from a table, used for this session."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit import lexicons, schema, tables
from toolkit.lexicons import Day
from toolkit.schema import ITEM_KINDS, TONES, VALUES, Column, ColumnError, Contract, InputError, Read

_TABLE = Contract(
    "DAYS",
    "日历",
    (
        Column("date", "text", "日期"),
        Column("last", "text", "结束日期", default=""),
        Column("name", "text", "名称"),
        Column("kind", "text", "类别"),
        Column("favours", "text", "适合", default=""),
        Column("bars", "text", "不宜", default=""),
        Column("status", "text", "状态", default=""),
        Column("source", "text", "来源", default=""),
        Column("checked", "text", "核对日期", default=""),
    ),
)
_HEADINGS = {
    **dict.fromkeys(("起止", "起止日期", "时间", "开始日期", "开始", "起", "放假日期"), "date"),
    **dict.fromkeys(("截止日期", "结束", "截止", "止"), "last"),
    **dict.fromkeys(("名字", "节日", "节假日", "事项"), "name"),
    **dict.fromkeys(("类型", "种类", "性质"), "kind"),
    **dict.fromkeys(("宜", "适合内容"), "favours"),
    **dict.fromkeys(("忌", "不适合", "不宜内容"), "bars"),
    **dict.fromkeys(("出处", "依据", "文号"), "source"),
    **dict.fromkeys(("核对", "查证日期"), "checked"),
}
# the first word of a kind is the one that editors see
_KINDS = {
    "rest": ("放假", "休息", "休", "假期"),
    "workday": ("上班", "调休上班", "补班", "班"),
    "festival": ("节日", "节庆"),
    "solemn": ("庄重日", "庄重", "纪念日"),
    "shopping": ("购物节", "大促", "购物"),
    "term": ("节气",),
    "school": ("学校", "考试", "校历"),
}
_STATUSES = {
    "official": ("正式", "官方", "已公布", ""),
    "estimated": ("估计", "推算", "预计"),
    "unknown": ("不详", "未知", "未定"),
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in (kind, *words)}
_STATUS_OF = {word: status for status, words in _STATUSES.items() for word in (status, *words)}
_LONGEST = 366
_EXCEL_EPOCH = dt.date(1899, 12, 30)
_ASIDE = re.compile(r"[(（][^)）]*[)）]|(?:周|星期)[一二三四五六日天]|(?<=\d)[ T]0?0:00(?::00)?(?:\.0+)?")
_TO = re.compile(r"\s*(?:至|到|~|～|—+|–|－|\s-\s)\s*")
_PARTIAL = re.compile(r"(?:(\d{1,2})\s*[-/.月]\s*)?(\d{1,2})\s*[日号]?")


def read_days(path: str | Path) -> Read:
    """A Read of days from a .csv, .tsv, .xlsx or .jsonl with the headings 日期, 名称 and 类别.

    日期 is a day (2027-02-05, 2027年2月5日), a span (2027-02-05 至 2027-02-11, 2027年2月5日至11日) or several joined by
    、; 结束日期 may stand in a column of its own. 类别 is 放假, 上班, 节日, 庄重日, 购物节, 节气 or 学校. 适合, 不宜 (干货、
    促销, 庄重 …), 状态 (正式, 估计, 不详; blank is 正式: the person vouches for it), 来源 (blank is the file's name) and
    核对日期 may be there.

    `frame` has the calendar's columns (date, name, kind, favours, bars, status, source, checked), a row for each day.
    A row is rejected for a day that does not exist, no name, an unknown kind or status, or when it repeats an
    earlier one; a date that stands as 放假 and as 上班 is left out of both rows, and both are named in `rejected`.
    Use the days with `use_days(read.frame)`. An empty table gives an empty frame.

    Raises InputError when the file cannot be read, ColumnError when no sheet has 日期, 名称 and 类别.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError(
            f"找不到文件 {path}。这里要一张日历表（.xlsx 或 .csv），请核对文件名和所在的文件夹。"
        )
    opened = tables.open_tables(file, is_header=_is_header)
    used = [table for table in opened if _is_header(table.header)]
    if not used:
        raise ColumnError(f"{file.name}：表头里要有 日期、名称、类别 这三列。请补上后再读。")
    days, rejected, notes = _sifted(row for table in used for row in _rows(table, file.name))
    rejected = [entry for table in used for entry in table.rejected] + rejected
    notes = [entry for table in used for entry in table.notes] + notes + _missing_holidays(days, file.name)
    columns, files = [], []
    for table in opened:
        mapping = tables.map_columns(table.header, _TABLE, aliases=_HEADINGS)
        columns += tables.column_rows(table.path, table.header, _TABLE, mapping)
        read = {day["row"] for day in days if day["path"] == table.path}
        bad = [entry for entry in rejected if entry["path"] == table.path]
        files.append(
            tables.file_row(
                table.path,
                format=table.format,
                encoding=table.encoding,
                read=len(read),
                rejected=len(bad),
                outcome="已读" if table in used else "没有读",
            )
        )
    spare = list(dict.fromkeys(name for day in days for name in day["extra"]))
    extra = [{"date": day["date"], **{name: day["extra"].get(name, "") for name in spare}} for day in days]
    return Read(
        _frame(days),
        pd.DataFrame(rejected, columns=tables.REJECTED_COLUMNS),
        pd.DataFrame(extra, columns=["date", *spare]),
        pd.DataFrame(notes, columns=tables.NOTE_COLUMNS),
        pd.DataFrame(columns, columns=tables.COLUMN_COLUMNS),
        pd.DataFrame(files, columns=tables.FILE_COLUMNS),
    )


def use_days(days: pd.DataFrame | None) -> pd.DataFrame:
    """Put days on top of the calendar for this session: planner, checker, charts and exports all see them.

    `days` is `read_days(…).frame`, or any frame with date, name and kind (favours, bars, status, source and checked
    may be there); None goes back to the calendar's own files. A second call takes the place of the first. Official
    days off or workdays of a year put out the estimated ones of that year.

    Returns what differs from the files: date, change (新增 / 替换 / 去掉 / 未采用), kind (放假, 上班 …), name, before
    (what stood there; for 未采用 what stays). Without a difference the frame is empty.

    Raises ColumnError when it is no such frame, or a row of it cannot be used.

    >>> fair = pd.DataFrame({"date": ["2027-03-20"], "name": ["店庆节"], "kind": ["节日"]})
    >>> use_days(fair)[["change", "kind", "name"]].values.tolist()
    [['新增', '节日', '店庆']]
    >>> len(use_days(None))
    0
    """
    taken, gone, refused = lexicons.set_session_days([] if days is None else _checked(days))
    filed = {_place(row): row for row in gone}
    changes = []
    for row in taken:
        before = filed.pop(_place(row), None)
        if before != row:
            changes.append(_change(row, "新增" if before is None else "替换", before))
    changes += [_change(row, "去掉", row) for row in filed.values()]
    held = {row: lexicons.days_of(row) for row in ("rest", "workday")}
    for row in refused:
        stays = next(kind for kind in held if row["date"] in held[kind])
        before = {"kind": stays, "name": held[stays][row["date"]], "status": "official"}
        changes.append(_change(row, "未采用", before))
    changes.sort(key=lambda entry: (entry["date"], entry["kind"], entry["name"]))
    return pd.DataFrame(changes, columns=["date", "change", "kind", "name", "before"])


def days_note(year: int) -> str:
    """What of a year's calendar is official, estimated or unknown, in one Chinese sentence.

    >>> days_note(2028)
    '2028 年的放假和调休没有收录，只按周末算；其余的日子有公布的日期，或按历法算得出来。'
    """
    year = schema.as_whole(year, "year", 1990, 2100)
    table = lexicons.calendar()
    table = table[[day.year == year for day in table["date"]]]
    if table.empty:
        return f"日历里没有 {year} 年，这一年只按周末算。"
    open_still = table[table["status"] != "official"]
    counts = open_still.groupby(["status", "kind"]).size().to_dict()
    off = counts.pop(("estimated", "rest"), 0)
    state = lexicons.calendar_years().get(year, "")
    said = {
        "official": "的放假和调休是公布的安排",
        "estimated": f"的放假只有 {off} 天按法定节日推算，连休和调休以国务院通知为准",
        "": "的放假和调休没有收录，只按周末算",
    }
    parts = [f"{year} 年{said[state]}"]
    for status, words in (("estimated", "按往年估计"), ("unknown", "没有查到日期，只作提醒")):
        found = [
            f"{_KINDS[kind][0]} {counts[status, kind]} 天"
            for kind in lexicons.CALENDAR_KINDS
            if (status, kind) in counts
        ]
        if found:
            parts.append(f"{'、'.join(found)}{words}")
    return "；".join([*parts, "其余的日子有公布的日期，或按历法算得出来"]) + "。"


def _is_header(header: list[str]) -> bool:
    found = set(tables.map_columns(header, _TABLE, aliases=_HEADINGS).values())
    return {"date", "name", "kind"} <= found


def _rows(table: tables.Table, source: str) -> Iterator[Day]:
    """Each row as the calendar writes it, with its `dates`, the `fault` that makes it unusable, and remarks."""
    mapping = tables.map_columns(table.header, _TABLE, aliases=_HEADINGS)
    for number, record in zip(table.row_numbers, table.records, strict=True):
        cells = dict.fromkeys(_TABLE.names, "")
        extra = {}
        for head, cell in zip(table.header, record, strict=True):
            if head in mapping:
                cells[mapping[head]] = _text(cell)
            else:
                extra[head] = _text(cell)
        remarks: list[str] = []
        row = _understood({**cells, "source": cells["source"] or source}, remarks)
        yield {**row, "path": table.path, "row": number, "extra": extra, "remarks": remarks}


def _text(cell: Any) -> str:
    if schema.is_missing(cell):
        return ""
    if isinstance(cell, (dt.datetime, dt.date)):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _understood(cells: dict[str, str], remarks: list[str]) -> Day:
    """The cells of a row as the calendar writes them, with its `dates` and its `fault`."""
    kind, status = _KIND_OF.get(cells["kind"], ""), _STATUS_OF.get(cells["status"], "")
    dates, fault = parse_span(f"{cells['date']} 至 {cells['last']}" if cells["last"] else cells["date"])
    if not kind:
        listed = "、".join(words[0] for words in _KINDS.values())
        fault = fault or f"不认识的类别「{cells['kind'][:20]}」，可以填：{listed}"
    if not status:
        listed = "、".join(words[0] for words in _STATUSES.values())
        fault = fault or f"不认识的状态「{cells['status'][:20]}」，可以填：{listed}"
    if not cells["name"]:
        fault = fault or "没有名称"
    return {
        **cells,
        "kind": kind,
        "status": status,
        "favours": _words(cells["favours"], "适合", remarks),
        "bars": _words(cells["bars"], "不宜", remarks),
        "dates": dates,
        "fault": fault,
    }


def _words(cell: str, caption: str, remarks: list[str]) -> str:
    """Kinds and tones of a cell as the calendar writes them; others are left out, with a remark."""
    found = []
    for part in schema.as_list(cell):
        word = VALUES.get(part, part)
        if word in (*ITEM_KINDS, *TONES):
            found.append(word)
        else:
            remarks.append(f"{caption}里不认识「{part[:20]}」，没有用")
    return "、".join(found)


def parse_span(text: str) -> tuple[list[dt.date], str]:
    """The days of 2027-02-05, of 2027-02-05 至 2027-02-11 or of several joined by 、, and the reason when it is none.

    Words in brackets (农历除夕、周五) do not count; a later part may leave out the year or month of the one before.

    >>> len(parse_span("2027年2月5日（除夕）至11日")[0])
    7
    >>> parse_span("2027-02-11 至 2027-02-05")[1]
    '起止反了：2027-02-11 在 2027-02-05 之后'
    """
    plain = _ASIDE.sub("", text).strip()
    if not plain:
        return [], "没有日期"
    if re.fullmatch(r"\d{5}", plain):  # a workbook's own number of a day
        plain = f"{_EXCEL_EPOCH + dt.timedelta(days=int(plain))}"
    days: list[dt.date] = []
    before: dt.date | None = None
    for given in schema.as_list(plain):
        piece = given.replace("-", "至") if re.search("[./月]", given) else given  # 2027.2.5-2.11
        ends: list[dt.date] = []
        for part in _TO.split(piece):
            before, fault = _day(part, before)
            if before is None:
                return [], fault
            ends.append(before)
        first, last = ends[0], ends[-1]
        if len(ends) > 2:
            return [], f"看不懂的起止「{piece[:30]}」，请写成 2027-02-05 至 2027-02-11"
        if last < first:
            return [], f"起止反了：{first} 在 {last} 之后"
        if (last - first).days >= _LONGEST:
            return [], f"从 {first} 到 {last} 超过 {_LONGEST} 天，请核对年份"
        days += [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    return days, ""


def _day(part: str, before: dt.date | None) -> tuple[dt.date | None, str]:
    match = _PARTIAL.fullmatch(part.strip())
    if match and before is None:
        return None, f"「{part.strip()}」没有写年份，请写成 2027-02-05"
    if match and before is not None:
        part = f"{before.year}-{match[1] or before.month}-{match[2]}"
    return lexicons.parse_day(part)


def _sifted(rows: Iterable[Day]) -> tuple[list[Day], list[dict[str, Any]], list[dict[str, Any]]]:
    """The days of the good rows, the rows that cannot be used with the reason, and the remarks on the others."""
    days, bad, notes = [], [], []
    seen: dict[tuple[dt.date, str, str], int] = {}
    for row in rows:
        where = {"path": row["path"], "row": row["row"]}
        fresh = []
        for date in row["dates"]:
            day = lexicons.filled_day({**row, "date": date})
            key = (date, day["kind"], day["name"])
            if key in seen and not row["fault"]:
                row["fault"] = f"{date} 的「{day['name']}」重复，第 {seen[key]} 行已有"
            fresh.append((key, day))
        if row["fault"]:
            bad.append({**where, "reason": row["fault"]})
            continue
        seen |= {key: row["row"] for key, _ in fresh}
        days += [day for _, day in fresh]
        notes += [{**where, "note": remark} for remark in row["remarks"]]
    clashes = set(lexicons.clashing_days(days))
    kept = [day for day in days if day["date"] not in clashes or day["kind"] not in ("rest", "workday")]
    bad += _clash_reasons(days, clashes)
    for day in kept:
        if day["kind"] == "workday" and day["date"].weekday() < 5:
            weekday = "一二三四五"[day["date"].weekday()]
            note = f"{day['date']} 是周{weekday}，本来就上班；请核对日期"
            notes.append({"path": day["path"], "row": day["row"], "note": note})
    return kept, bad, sorted(notes, key=lambda note: note["row"])


def _clash_reasons(days: list[Day], clashes: set[dt.date]) -> list[dict[str, Any]]:
    """A reason for each row with dates that stand both as a day off and as a workday."""
    rows: dict[dt.date, list[int]] = {}
    for day in days:
        if day["date"] in clashes and day["kind"] in ("rest", "workday"):
            rows.setdefault(day["date"], []).append(day["row"])
    out: dict[int, dict[str, Any]] = {}
    for day in days:
        if day["row"] in out or day["date"] not in clashes or day["kind"] not in ("rest", "workday"):
            continue
        others = "、".join(str(number) for number in rows[day["date"]] if number != day["row"])
        reason = f"{day['date']} 又写成放假又写成上班（另见第 {others} 行），这一天没有收；请只留一个"
        out[day["row"]] = {"path": day["path"], "row": day["row"], "reason": reason}
    return list(out.values())


def _missing_holidays(days: list[Day], path: str) -> list[dict[str, Any]]:
    """A remark for each year whose days off are given as official but leave out a statutory holiday."""
    off = {day["date"] for day in days if day["kind"] == "rest" and day["status"] == "official"}
    filed = lexicons.calendar()
    filed = filed[filed["name"].isin(["春节", "清明", "端午", "中秋"])]
    moving = {(date.year, name): date for date, name in zip(filed["date"], filed["name"], strict=True)}
    notes = []
    for year in sorted({date.year for date in off}):
        due = {"元旦": dt.date(year, 1, 1), "劳动": dt.date(year, 5, 1), "国庆": dt.date(year, 10, 1)}
        due |= {name: date for (of_year, name), date in moving.items() if of_year == year}
        lacking = [
            f"{name}（{date}）"
            for name, date in sorted(due.items(), key=lambda item: item[1])
            if date not in off
        ]
        if lacking:
            note = f"{year} 年的放假里没有 {'、'.join(lacking)}；如果是整年的通知，请补上，否则这几天不算放假"
            notes.append({"path": path, "row": 1, "note": note})
    return notes


def _frame(days: list[Day]) -> pd.DataFrame:
    days = sorted(days, key=lambda day: (day["date"], lexicons.CALENDAR_KINDS.index(day["kind"])))
    text = {
        name: pd.Series([day[name] for day in days], dtype="str") for name in lexicons.CALENDAR_COLUMNS[1:]
    }
    return pd.DataFrame({"date": pd.Series([day["date"] for day in days], dtype="object"), **text})


def _checked(frame: pd.DataFrame) -> list[Day]:
    """The rows of a given frame as days. Raises ColumnError for what cannot be used."""
    frame = schema.as_frame(frame, "日历")
    lacking = [name for name in ("date", "name", "kind") if name not in frame.columns]
    if lacking:
        raise ColumnError(
            f"日历表缺少列 {'、'.join(lacking)}。请用 read_days 读进来，把结果的 frame 交进来。",
            missing=tuple(lacking),
            present=tuple(str(name) for name in frame.columns),
        )
    days = []
    for number, record in enumerate(frame.to_dict("records"), start=1):
        cells = {name: _text(record.get(name)) for name in _TABLE.names}
        row = _understood({**cells, "last": ""}, [])
        if not row["fault"] and len(row["dates"]) != 1:
            row["fault"] = f"「{cells['date']}」不是一天"
        if row["fault"]:
            raise ColumnError(f"日历表第 {number} 行：{row['fault']}。请改好这一行再用。")
        day = {name: row[name] for name in lexicons.CALENDAR_COLUMNS if name != "date"}
        days.append({"date": row["dates"][0], **day})
    if clashes := lexicons.clashing_days(days):
        raise ColumnError(f"日历表里 {clashes[0]} 又是放假又是上班。请只留一个再用。")
    return days


def _place(row: Day) -> tuple[Any, ...]:
    """What two rows share of which one takes the other's place on the same date."""
    if row["kind"] in ("rest", "workday"):
        return (row["date"], "")
    return (row["date"], row["kind"], row["name"])


def _change(row: Day, change: str, before: Day | None) -> dict[str, Any]:
    def said(day: Day) -> str:
        return f"{_KINDS[day['kind']][0]}：{day['name']}（{_STATUSES[day['status']][0]}）"

    return {
        "date": row["date"],
        "change": change,
        "kind": _KINDS[row["kind"]][0],
        "name": row["name"],
        "before": "" if before is None else said(before),
    }

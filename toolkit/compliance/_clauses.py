"""The clauses of the rules: which texts they name, and the page that lists the rules by them.

The lexicon `statutes` has a row for each law, regulation, notice and platform rule. `short` is how clauses begin when
they name it, other ways of writing parted by |; `in_force` the day since which the text now in force applies, empty
where no date is known; `status` 现行, 平台规则, 待施行 (published, not yet in force) or 未核实 (not confirmed).
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from toolkit import lexicons
from toolkit.schema import COLUMN_WORDS, WORDS, InputError

STATUSES = ("现行", "平台规则", "待施行", "未核实")
BEGIN = "<!-- 按依据列出的规则：由 python -m toolkit.compliance 写成，不要手改 -->"
END = "<!-- 按依据列出的规则：到此为止 -->"
_PARTS = re.compile("[;；]")
_HAN = "[\u4e00-\u9fff]"
_LINK = re.compile("https?://[!-~]+")
_MARKUP = re.compile(r"([\\`*_{}\[\]<>|#~])")


@functools.cache
def statutes() -> dict[str, dict[str, str]]:
    """The rows of the lexicon `statutes` by their first short name, in its order."""
    return {row["short"].split("|")[0]: row for row in lexicons.rows("statutes")}


@functools.cache
def _first_name() -> dict[str, str]:
    return {name: short for short, row in statutes().items() for name in row["short"].split("|")}


@functools.cache
def _names() -> re.Pattern[str]:
    """Every way of naming a statute. A name inside a longer word is another statute's: 教育法 in 职业教育法."""
    longest_first = sorted(_first_name(), key=len, reverse=True)
    return re.compile(rf"(?<!{_HAN})(?:{'|'.join(map(re.escape, longest_first))})")


def cited(clause: str) -> list[tuple[str, str]]:
    """The statutes that a clause names, each with what it says of it, in its order.

    Parts are parted by ; and one that begins with 第 goes on with the statute before. A part that begins
    otherwise, and with no statute of the lexicon, has the name "".

    >>> cited("广告法第四条、第二十八条;第十一条;反不正当竞争法第九条;家规第一条")
    [('广告法', '第四条、第二十八条；第十一条'), ('反不正当竞争法', '第九条'), ('', '家规第一条')]
    """
    found: dict[str, list[str]] = {}
    last = ""
    for part in (piece.strip() for piece in _PARTS.split(clause)):
        names = list(_names().finditer(part))
        if part and (not names or names[0].start()):
            found.setdefault(last if part.startswith("第") else "", []).append(part)
            continue
        for place, name in enumerate(names):
            last = _first_name()[name[0]]
            end = names[place + 1].start() if place + 1 < len(names) else len(part)
            found.setdefault(last, []).append(part[name.end() : end].strip("、 "))
    return [(short, "；".join(dict.fromkeys(filter(None, said)))) for short, said in found.items()]


def newest(clause: str) -> str:
    """The day since which the newest statute applies that a clause names; "" where no date is known.

    What is not in force yet on the day on which it was looked up does not count.

    >>> newest("广告法第二十八条;GB 7718-2025")
    '2021-04-29'
    """
    rows = [statutes()[short] for short, _ in cited(clause) if short]
    return max((row["in_force"] for row in rows if row["in_force"] <= row["checked"]), default="")


def rules_by_clause() -> str:
    """Markdown: each statute that a rule names, since when it applies and where to read it, with its rules.

    A rule's row stands under the statute that it names first; under the others it is named by its id. Statutes that no
    rule names come last.
    """
    rows = sorted(lexicons.rows("ad-rules"), key=lambda row: row["rule_id"])
    own: dict[str, list[list[str]]] = defaultdict(list)
    further: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        for place, (short, said) in enumerate(cited(row["clause"])):
            if place:
                further[short].append(f"`{row['rule_id']}`")
            else:
                own[short].append(_cells(row, said))
    named = [short for short in statutes() if own[short] or further[short]]
    lines = [f"{len(rows)} 条规则，{len(named)} 份依据。", "", *_overview(named, own, further)]
    for short in named:
        lines += ["", f"## {_plain(short)}", "", *_about(short), *_tables(own[short], further[short])]
    if rest := [short for short in statutes() if short not in named]:
        lines += ["", "## 已经知道、还没有规则引用的", ""]
        lines += [f"- {''.join(_about(short))}" for short in rest]
    return "\n".join(lines)


def page(text: str) -> str:
    """The page with the part between the two marks written anew. Raises InputError where the marks are missing."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise InputError(f"页面里要有一行「{BEGIN}」，它后面有一行「{END}」。请把这两行补上。")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n\n{rules_by_clause()}\n\n{END}{rest.split(END)[1]}"


def page_path() -> Path:
    """The page of the rules in a checkout. Raises InputError where there is none, as in an installed package."""
    path = lexicons.corpora_folder().parent / "docs" / "compliance-rules.md"
    if not path.is_file():
        raise InputError(f"找不到 {path}。这一页只在项目文件夹里有。")
    return path


def write_page() -> Path:
    """Write the page anew from the tables and return its path; only what lies between the marks changes."""
    path = page_path()
    path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    return path


def _overview(
    named: Iterable[str], own: Mapping[str, list[list[str]]], further: Mapping[str, list[str]]
) -> Iterator[str]:
    yield "| 依据 | 施行或版本日期 | 状态 | 规则 |"
    yield "|---|---|---|---|"
    for short in named:
        row = statutes()[short]
        yield _row(
            [short, row["in_force"] or "不明", row["status"], str(len(own[short]) + len(further[short]))]
        )


def _about(short: str) -> Iterator[str]:
    row = statutes()[short]
    since = {"平台规则": "版本日期 ", "待施行": "将施行于 "}.get(row["status"], "现行文本施行于 ")
    said = [
        f"《{_plain(row['name'])}》",
        _plain(row["issuer"]),
        _plain(row["number"]),
        f"{since}{row['in_force']}" if row["in_force"] else "版本日期不明",
        f"{row['status']}，{row['checked']} 查过",
        f"可以在这里读：{_linked(row['source'])}",
    ]
    yield "；".join(filter(None, said)) + "。"
    if row["note"]:
        yield f"{_linked(row['note'])}。"


def _tables(own: Iterable[list[str]], further: list[str]) -> Iterator[str]:
    if own:
        yield ""
        yield "| 规则 | 管什么 | 条款 | 轻重 | 范围 | 平台 | 例句 |"
        yield "|---|---|---|---|---|---|---|"
        yield from map(_row, own)
    if further:
        yield ""
        yield f"{'另外，' if own else ''}这些规则也引用它：{'、'.join(further)}。"


def _cells(rule: Mapping[str, str], said: str) -> list[str]:
    captions = {row["category"]: row["caption"] for row in lexicons.rows("ad-categories")}
    platforms = [lexicons.platform(name).caption for name in rule["platforms"].split(";") if name != "all"]
    return [
        f"`{rule['rule_id']}`",
        captions.get(rule["category"], rule["category"]),
        _plain(said),
        WORDS[rule["severity"]],
        COLUMN_WORDS["scope"][rule["scope"]],
        "、".join(platforms) or "全部",
        _plain(rule["examples"].split(";")[0]),
    ]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _linked(text: str) -> str:
    return _LINK.sub(lambda link: f"<{link[0]}>", text)


def _plain(text: str) -> str:
    """A text that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))

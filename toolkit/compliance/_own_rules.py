"""An editor's own rules: read from her table, refused row by row with the reason, made ready to match."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit import lexicons, tables
from toolkit.compliance._bounded import fault_of
from toolkit.compliance._find import by_rules
from toolkit.compliance._forms import Form, form_of, forms_of
from toolkit.compliance._rules import Rule, compiled, contexts
from toolkit.schema import (
    COLUMN_WORDS,
    COPY_RULES,
    WORDS,
    ColumnError,
    InputError,
    Read,
    as_frame,
    check,
    is_missing,
)

# findings that are no rule's have these ids
RESERVED = ("second_look", "verdict")
# so many contexts are named to someone who wrote an unknown one
_LISTED = 12
# what the gate makes of a finding hangs on these categories
_RESERVED_CATEGORIES = ("exempt", "second_look")
# a rule that stops more of the lexicon's lawful sentences than these would be in the way
_FEW = 3
_LONGEST_LITERAL = 100
_GUIDE = "填写说明"
_LIST = re.compile(r"[;；\r\n]+")
_COMMAS = re.compile(r"[、,，/]")
# further headings that people use; names and captions of the contract are known anyway
_HEADINGS = {
    **{
        "编号": "rule_id",
        "id": "rule_id",
        "规则": "pattern",
        "词": "pattern",
        "词语": "pattern",
        "禁用词": "pattern",
    },
    **{
        "规则内容": "pattern",
        "关键词": "pattern",
        "轻重程度": "severity",
        "级别": "severity",
        "范围": "scope",
    },
    **{"适用平台": "platforms", "写法": "kind", "例子": "examples", "示例": "examples", "正例": "examples"},
    **{"例外": "counter_examples", "不算的": "counter_examples", "反例句": "counter_examples"},
    **{"法条": "clause", "日期": "source_date", "说明": "why", "建议": "suggestion", "怎么改": "suggestion"},
}
# further words that people write, by column; those of the contract are known anyway
_SAID = {
    "severity": {
        "要改": "warn",
        "警告": "warn",
        "禁用": "block",
        "禁止": "block",
        "不能用": "block",
        "提醒": "info",
    },
    "scope": {
        **dict.fromkeys(("广告", "推广", "促销"), "ad"),
        **dict.fromkeys(("全部", "所有", "都管", "不限", "all"), "any"),
    },
    "kind": {"词": "literal", "原文": "literal", "文字": "literal", "正则表达式": "regex"},
    "platforms": dict.fromkeys(("", "全部", "所有", "不限", "全平台", "所有平台"), "all"),
}
_CHOICES = {"severity": ("block", "warn", "info"), "scope": ("ad", "any"), "kind": ("literal", "regex")}
_LOOKS_LIKE_REGEX = re.compile(r"[\[({|*+?\\]|\.[*+{]")


@dataclass(frozen=True)
class ByContent:
    """A frame that is found again in a cache by what is in it."""

    key: tuple[Any, ...]
    frame: pd.DataFrame = field(compare=False, repr=False)

    @classmethod
    def of(cls, frame: Any, caption: str) -> ByContent:
        """The frame with its values as the key; the index does not count. Raises ColumnError for what is no frame."""
        frame = as_frame(frame, caption)
        return cls(tuple((str(name), _values(frame.iloc[:, at])) for at, name in enumerate(frame)), frame)


def _values(series: pd.Series[Any]) -> tuple[Any, ...]:
    if series.dtype.kind == "M" or isinstance(series.dtype, pd.DatetimeTZDtype):
        return tuple(series.astype("int64").tolist())
    return tuple(value if type(value) is str else repr(value) for value in series.tolist())


def read_rules(*paths: str | Path) -> Read:
    """A Read of COPY_RULES from tables of own rules (.csv, .tsv, .xlsx or .jsonl), headings Chinese or the contract's.

    Only the text to look for (`pattern`, 要找的字) and one example are a must: a rule without an id gets own-001 and so
    on, its category is own, its severity warn, its scope ad; it is for all platforms and literal. Examples, counter-
    examples, platforms and contexts are parted by ; or line ends. Platforms are names or captions (公众号), contexts
    those of the lexicon ad-contexts. A literal is kept as texts are before they are matched (simplified, half-width),
    with a note.

    A row is rejected when what it looks for is blank, one character, or a pattern whose work has no ceiling (see
    `fault_of`) or that holds characters no text has when it is matched; when it does not find one of its examples or
    finds one of its counter-examples; when it would warn of or block more than three of the lexicon's lawful sentences;
    when its id is taken; and where a platform, context or word is unknown.

    Without paths the frame is empty. Raises InputError when a file cannot be read, ColumnError when no sheet has the
    columns 要找的字 and 例句.
    """
    got = _Gathered()
    lacking: list[str] = []
    for given in paths:
        path = _existing(given)
        for table in tables.open_tables(path, is_header=_is_header):
            _take(table, got, lacking)
    if paths and not any(row["read"] or row["rejected"] for row in got.files) and lacking:
        raise ColumnError(
            f"{Path(paths[0]).name} 等：没有一张表有「要找的字」和「例句」两列，缺少的是：{'；'.join(lacking)}。"
            "请把对应那一列的表头改成这个名字。"
        )
    return got.read()


def check_rules(frame: pd.DataFrame) -> Read:
    """A Read of COPY_RULES from a frame, by the same rules as `read_rules`: for a table that is edited on the page.

    In `rejected` and `notes` the frame's first row is row 2, as if it had been read from a file. An empty frame gives
    an empty one. Raises ColumnError where the columns `pattern` and `examples` are missing.

    >>> read = check_rules(pd.DataFrame({"pattern": ["全场清仓", "好"], "examples": ["今晚全场清仓", "真好"]}))
    >>> read.frame[["rule_id", "pattern", "severity"]].values.tolist(), read.rejected["reason"].tolist()
    ([['own-001', '全场清仓', 'warn']], ['「好」只有一个字，处处都会报。请写得更长'])
    """
    checked = check(frame, COPY_RULES)
    got = _Gathered()
    others = [name for name in checked.columns if name not in COPY_RULES.names]
    for place, row in enumerate(checked.to_dict("records")):
        cells = {name: _text(row[name]) for name in COPY_RULES.names}
        got.rows.append(_Row("", place + 2, cells, {str(name): row[name] for name in others}))
    return got.read()


def own_rules(frame: pd.DataFrame | tuple[Rule, ...] | None) -> tuple[Rule, ...]:
    """COPY_RULES ready to match, remembered by their content; what is ready already comes back as it is.

    None and an empty frame give no rules; of what `read_rules` returned the good rows are taken. Raises ColumnError for
    a frame that `check_rules` would not take as a whole, and for what is no table.

    >>> [rule.rule_id for rule in own_rules(pd.DataFrame({"pattern": ["全场清仓"], "examples": ["今晚全场清仓"]}))]
    ['own-001']
    """
    if isinstance(frame, Read):
        frame = frame.frame
    if frame is None or (isinstance(frame, tuple) and all(isinstance(rule, Rule) for rule in frame)):
        return frame or ()
    return _ready(ByContent.of(frame, COPY_RULES.caption))


@functools.lru_cache(maxsize=8)
def _ready(content: ByContent) -> tuple[Rule, ...]:
    read = check_rules(content.frame)
    if len(read.rejected):
        first = read.rejected.iloc[0]
        raise ColumnError(
            f"自家规则第 {first['row']} 行不能用：{first['reason']}。请用 check_rules 看全部原因，只留下可用的。"
        )
    return tuple(compiled(row) for row in _records(read.frame))


def _records(frame: pd.DataFrame) -> Iterator[dict[str, str]]:
    return ({str(name): str(value) for name, value in row.items()} for row in frame.to_dict("records"))


@dataclass
class _Row:
    """A row as it was written, and where; `others` are cells of columns that no contract knows."""

    path: str
    number: int
    cells: dict[str, str]
    others: dict[str, Any]


@dataclass
class _Gathered:
    """What was read so far."""

    rows: list[_Row] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)

    def read(self) -> Read:
        """The good rows, and what became of the others."""
        good, kept = [], []
        numbers = _numbers(row.cells["rule_id"] for row in self.rows)
        seen: set[str] = set()
        unnamed: list[_Row] = []
        for row in self.rows:
            cells, reason, notes = _judged(row.cells, seen)
            if reason:
                self.rejected.append({"path": row.path, "row": row.number, "reason": reason})
                continue
            if not cells["rule_id"]:
                cells["rule_id"] = next(numbers)
                unnamed.append(row)
            seen.add(cells["rule_id"])
            good.append(cells)
            kept.append({"rule_id": cells["rule_id"], **row.others})
            self.notes += [{"path": row.path, "row": row.number, "note": note} for note in notes]
        if unnamed:
            note = f"从这一行起有 {len(unnamed)} 条没有编号，编成了 own-001 这样的。请写进表里，以后增删别的行它们也不变"
            self.notes.append({"path": unnamed[0].path, "row": unnamed[0].number, "note": note})
        lost = {(entry["path"], entry["row"]) for entry in self.rejected}
        for entry in self.files:
            bad = sum(path == entry["path"] for path, _ in lost)
            entry["read"], entry["rejected"] = entry["read"] - bad, bad
        frame = check(pd.DataFrame(good), COPY_RULES)[COPY_RULES.names] if good else COPY_RULES.empty()
        return Read(
            frame,
            pd.DataFrame(self.rejected, columns=tables.REJECTED_COLUMNS),
            pd.DataFrame(kept) if kept else pd.DataFrame({"rule_id": pd.Series([], dtype="str")}),
            pd.DataFrame(self.notes, columns=tables.NOTE_COLUMNS),
            pd.DataFrame(self.columns, columns=tables.COLUMN_COLUMNS),
            pd.DataFrame(self.files, columns=tables.FILE_COLUMNS),
        )


def _numbers(taken: Iterable[str]) -> Iterator[str]:
    """own-001 and so on, without those that are written in the table."""
    known = {name.strip() for name in taken}
    number = 0
    while True:
        number += 1
        if (name := f"own-{number:03d}") not in known:
            yield name


def _existing(given: str | Path) -> Path:
    path = Path(given)
    if not path.is_file():
        raise InputError(f"找不到文件 {given}。请核对文件名和所在的文件夹。")
    return path


def _is_header(header: list[str]) -> bool:
    return {"pattern", "examples"} <= set(_mapping(header).values())


def _mapping(header: Iterable[str]) -> dict[str, str]:
    return tables.map_columns(header, COPY_RULES, aliases=_HEADINGS)


def _take(table: tables.Table, got: _Gathered, lacking: list[str]) -> None:
    """One sheet's rows, not yet judged."""
    about = functools.partial(tables.file_row, table.path, format=table.format, encoding=table.encoding)
    if table.path.endswith(f"〔{_GUIDE}〕") or not table.header:
        got.files.append(about(outcome="跳过"))
        return
    mapping = _mapping(table.header)
    got.columns += tables.column_rows(table.path, table.header, COPY_RULES, mapping)
    if missing := [COPY_RULES.captions[name] for name in COPY_RULES.required if name not in mapping.values()]:
        lacking.append(f"{table.path} 缺「{'」「'.join(missing)}」")
        note = f"这张表缺少列 {'、'.join(missing)}，没有读"
        got.notes.append({"path": table.path, "row": 1, "note": note})
        got.files.append(about(outcome="没有读"))
        return
    frame, extra, troubles = tables.table_to_frame(table, COPY_RULES, mapping)
    for (number, row), (_, others) in zip(check(frame, COPY_RULES).iterrows(), extra.iterrows(), strict=True):
        cells = {name: _text(row[name]) for name in COPY_RULES.names}
        got.rows.append(_Row(table.path, int(str(number)), cells, {str(k): v for k, v in others.items()}))
    got.rejected += table.rejected
    got.notes += table.notes + troubles
    got.files.append(about(read=len(frame) + len(table.rejected)))


def _text(value: Any) -> str:
    return "" if is_missing(value) else str(value).removesuffix(" 00:00:00").strip()


# ---- one rule


def _judged(cells: dict[str, str], seen: set[str]) -> tuple[dict[str, str], str, list[str]]:
    """The row as the lexicon would have it, why it cannot be used ("" when it can), and remarks on it."""
    row, reason = _in_our_words(cells)
    reason = reason or _id_fault(row["rule_id"], seen)
    if reason:
        return row, reason, []
    if row["kind"] == "regex":
        if reason := fault_of(row["pattern"]) or _never_matches(row["pattern"]):
            return row, reason, []
        notes = []
    else:
        plain = form_of(row["pattern"]).value.strip()
        if reason := _literal_fault(row["pattern"], plain):
            return row, reason, []
        said = f"「{_short(row['pattern'])}」按检查前统一的写法记成「{_short(plain)}」"
        notes = [said] if plain != row["pattern"] else []
        row["pattern"] = plain
    row = {**row, **_usual_words(row)}
    rule = compiled(row)
    if reason := _example_fault(row, rule):
        return row, reason, []
    hits = [text for text, forms in _lawful() if _fires(rule, text, forms)]
    some = "".join(f"「{_short(text)}」" for text in hits[:_FEW])
    if len(hits) > _FEW and row["severity"] != "info":
        return (
            row,
            f"太宽：内置的合规例句里有 {len(hits)} 句也会报，如{some}。请写得更具体，或把轻重改成「提示」",
            [],
        )
    if hits:
        notes.append(f"内置的合规例句里有 {len(hits)} 句也会报，如{some}。请看看这是不是你要的")
    return row, "", notes


def _in_our_words(cells: dict[str, str]) -> tuple[dict[str, str], str]:
    """The row with Chinese words turned into the contract's, and what of it is not known."""
    row = dict(cells)
    for name in ("examples", "counter_examples"):
        row[name] = ";".join(_parts(row[name]))
    if not row["pattern"] or not row["examples"]:
        return row, "没有写要找的字" if not row["pattern"] else "没有例句。请写一句它应当找到的话"
    for name, choices in _CHOICES.items():
        row[name] = _SAID[name].get(row[name], row[name])
        if row[name] not in choices:
            listed = "、".join(COLUMN_WORDS.get(name, WORDS)[value] for value in choices)
            return row, f"不认识的{COPY_RULES.captions[name]}「{_short(row[name])}」，可以填：{listed}"
    captions = {about["caption"]: about["category"] for about in lexicons.rows("ad-categories")}
    row["category"] = captions.get(row["category"], row["category"])
    if row["category"] in _RESERVED_CATEGORIES:
        word = COLUMN_WORDS["category"].get(row["category"], row["category"])
        return row, f"类别不能叫「{word}」，这个名字另有用处。可以留空"
    row["platforms"], reason = _platforms(row["platforms"])
    for name in ("exclude", "needs"):
        if not reason:
            row[name], reason = _contexts(row[name], COPY_RULES.captions[name])
    return row, reason


def _platforms(written: str) -> tuple[str, str]:
    known = lexicons.platforms()
    captions = {row.caption: name for name, row in known.items()}
    found = []
    for part in (piece.strip() for piece in _COMMAS.split(";".join(_parts(written)).replace(";", ","))):
        if _SAID["platforms"].get(part, part) == "all":
            return "all", ""
        if (name := captions.get(part, part)) not in known:
            return written, f"不认识的平台「{_short(part)}」，可以填：全部、{'、'.join(captions)}"
        found.append(name)
    return ";".join(dict.fromkeys(found)), ""


def _contexts(written: str, column: str) -> tuple[str, str]:
    """The names of contexts that an editor wrote by name or caption; a caption stands for all that share it."""
    captions: dict[str, list[str]] = {}
    for name, context in contexts().items():
        captions.setdefault(context.caption, []).append(name)
    found: list[str] = []
    for whole in _parts(written):
        for part in [whole] if whole in captions else [piece.strip() for piece in _COMMAS.split(whole)]:
            if part not in captions and part not in contexts():
                some = list(captions.items())[:_LISTED]
                listed = "；".join(f"{names[0]}（{caption}）" for caption, names in some)
                return (
                    written,
                    f"{column}里有不认识的「{_short(part)}」，可以填：{listed}；等 {len(captions)} 种，见词表 ad-contexts",
                )
            found += captions.get(part, [part])
    return ";".join(dict.fromkeys(found)), ""


def _parts(written: str) -> list[str]:
    return [part.strip() for part in _LIST.split(written) if part.strip()]


def _id_fault(name: str, seen: set[str]) -> str:
    if name in RESERVED or any(row["rule_id"] == name for row in lexicons.rows("ad-rules")):
        return f"编号「{name}」是内置的，请换一个，或留空"
    return f"编号「{_short(name)}」重复，前面已有一行" if name in seen else ""


def _literal_fault(written: str, plain: str) -> str:
    if len(plain) > _LONGEST_LITERAL:
        return f"要找的字有 {len(plain)} 个，最多 {_LONGEST_LITERAL} 个。请只写关键的几个字"
    if not plain:
        return f"「{_short(written)}」在检查前会被去掉，什么也找不到。请写看得见的字"
    return f"「{plain}」只有一个字，处处都会报。请写得更长" if len(plain) == 1 else ""


def _never_matches(pattern: str) -> str:
    """What of a regex no text holds when it is matched, since texts are written one way before that."""
    whole = form_of(pattern).value
    if whole == pattern:
        return ""
    changed = [(sign, form_of(sign).value) for sign in dict.fromkeys(pattern) if form_of(sign).value != sign]
    said = "、".join(f"「{sign}」写成「{plain}」" if plain else f"去掉「{sign}」" for sign, plain in changed)
    how = f"请把{said}" if changed else f"请写成「{_short(whole)}」"
    return f"检查前文字会统一成简体、半角，这样的字永远等不到。{how}"


def _usual_words(row: dict[str, str]) -> dict[str, str]:
    """Why, clause and what to write instead, where the editor has said nothing."""
    named = (
        f"「{_short(row['pattern'])}」"
        if row["kind"] == "literal"
        else f"「{_short(row['examples'].split(';')[0])}」这样的话"
    )
    return {
        "clause": row["clause"] or "自家规则",
        "why": row["why"] or f"自家约定不写{named}",
        "suggestion": row["suggestion"] or "换一个说法",
    }


def _example_fault(row: dict[str, str], rule: Rule) -> str:
    """Which example the rule does not find, or which counter-example it does."""
    for text in _parts(row["examples"]):
        forms = forms_of(text)
        if _fires(rule, text, forms):
            continue
        if by_rules(text, forms, [rule]):
            return f"例句「{_short(text)}」里的这一处被放过的语境放过了。请换一个例句，或去掉这个语境"
        if any(rule.pattern.search(form.value) for form in forms):
            return f"例句「{_short(text)}」里没有必须的语境。请换一个例句，或去掉这个语境"
        hint = "；如果写的是正则，请把类型填成「正则」" if _meant_as_regex(row, forms) else ""
        return f"在例句「{_short(text)}」里找不到「{_short(row['pattern'])}」{hint}"
    for text in _parts(row["counter_examples"]):
        if _fires(rule, text, forms_of(text)):
            return f"反例「{_short(text)}」也会报。请把要找的字写得更具体，或改掉这条反例"
    return ""


def _meant_as_regex(row: dict[str, str], forms: tuple[Form, ...]) -> bool:
    pattern = row["pattern"]
    if row["kind"] == "regex" or not _LOOKS_LIKE_REGEX.search(pattern) or fault_of(pattern):
        return False
    return any(re.search(pattern, form.value) for form in forms)


def _fires(rule: Rule, text: str, forms: tuple[Form, ...]) -> bool:
    """Whether the rule finds something in the text that no context excuses."""
    if not any(rule.pattern.search(form.value) for form in forms):
        return False
    return any(finding.category != "exempt" for finding in by_rules(text, forms, [rule]))


@functools.cache
def _lawful() -> tuple[tuple[str, tuple[Form, ...]], ...]:
    """The lexicon's sentences that no rule may stop."""
    texts = [text for row in lexicons.rows("ad-rules") for text in row["counter_examples"].split(";")]
    return tuple((text, forms_of(text)) for text in dict.fromkeys(texts))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 20 else f"{flat[:20]}…"

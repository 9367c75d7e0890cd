"""A proposal as Markdown: every text of others escaped, so that it stays the text it was."""

from __future__ import annotations

import datetime as dt
import re

from toolkit.charts import Span, Spans, plain
from toolkit.export._book import brief, width_of
from toolkit.export._proposal_parts import (
    NUMBERS,
    SEVERITY,
    Cell,
    Document,
    Facts,
    Finding,
    Findings,
    Flag,
    GanttPart,
    Gap,
    Head,
    Heading,
    MoneyPart,
    Note,
    Part,
    Prose,
    SignOff,
    Table,
    paragraphs,
    shown,
)

# what could begin emphasis, code, a link, a picture, a table's cell, a formula, strike-through or an address
_SPECIAL = re.compile(r"([\\`*_\[\]|~$@^])")
# what could begin a heading, a list, a quotation, a rule or an underlined heading
_OPENING = re.compile(r"^(?=#|:|[-+](?:\s|$)|--|=+$)|(?<=^\d)(?=[.)](?:\s|$))|(?<=^\d\d)(?=[.)](?:\s|$))")
_ADDRESS = re.compile(r"(?<=[A-Za-z]):(?=/)|(?<=[Ww]{3})\.")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# no mark-up has a meaning in a code block, but not every viewer knows where one begins
_DRAWN = str.maketrans({"<": "＜", ">": "＞", "&": "＆", "`": "｀"})
# half-width units of a name, and letters of a bar, in the drawn Gantt chart
_NAME, _BAR = 24, 52


def escape_markdown(value: object) -> str:
    r"""A value as text on one line that Markdown shows as it is: no mark-up, no HTML, no link.

    >>> escape_markdown("# *a* <b>|https://x")
    '\\# \\*a\\* &lt;b&gt;\\|https\\://x'
    >>> escape_markdown("1. 一"), escape_markdown("多 12.5%")
    ('1\\. 一', '多 12.5%')
    """
    text = " ".join(plain(value).split())
    text = _SPECIAL.sub(r"\\\1", text).translate(_HTML)
    text = _ADDRESS.sub(lambda found: f"\\{found.group()}", text)
    return _OPENING.sub(r"\\", text, count=1)


def as_markdown(document: Document) -> bytes:
    """The whole text, UTF-8."""
    blocks = [f"# {escape_markdown(document.title)}", "策划案"]
    for section in document.sections:
        blocks.append(f"## {escape_markdown(section.title)}")
        blocks += [block for part in section.parts if (block := _part(part, document))]
    return ("\n\n".join(blocks) + "\n").encode("utf-8")


def _part(part: Part, document: Document) -> str:
    match part:
        case Prose():
            return "\n\n".join(escape_markdown(line) for line in paragraphs(part.text))
        case Note():
            return f"*{escape_markdown(part.text)}*"
        case Gap():
            return f"> {escape_markdown(part.text)}"
        case Heading():
            small = f"（{escape_markdown(part.small)}）" if part.small else ""
            return f"### {escape_markdown(part.text)}{small}"
        case Table():
            return _table(part, document.year)
        case Facts():
            return _facts(part)
        case Findings():
            return "\n".join(_finding(row) for row in part.rows)
        case GanttPart():
            return _gantt(part.spans)
        case MoneyPart():
            # the table below it has the same numbers
            return ""
        case SignOff():
            return _sign_off(part)


def _table(table: Table, year: int) -> str:
    rows = [_row([_cell(cell, head, year) for cell, head in _pairs(row, table)]) for row in table.rows]
    if table.total:
        rows.append(_row([f"**{_cell(cell, head, year)}**" for cell, head in _pairs(table.total, table)]))
    rule = _row(["---:" if head.kind in NUMBERS else "---" for head in table.heads])
    return "\n".join([_row([escape_markdown(head.caption) for head in table.heads]), rule, *rows])


def _pairs(row: tuple[Cell, ...], table: Table) -> list[tuple[Cell, Head]]:
    return list(zip(row, table.heads, strict=True))


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell, head: Head, year: int) -> str:
    text = escape_markdown(shown(cell, head.kind, year))
    return f"! {text}" if isinstance(cell, Flag) else text


def _facts(part: Facts) -> str:
    lines = []
    for fact in part.facts:
        first, *more = [escape_markdown(line) for line in fact.lines]
        if more:
            lines += [f"- **{escape_markdown(fact.caption)}**", *(f"  - {line}" for line in (first, *more))]
        else:
            lines.append(f"- **{escape_markdown(fact.caption)}**：{first}")
    return "\n".join(lines)


def _finding(row: Finding) -> str:
    mark, words = SEVERITY.get(row.severity, SEVERITY["info"])
    advice = f" 怎么改：{escape_markdown(row.advice)}" if row.advice else ""
    return f"- {mark} {words}　{escape_markdown(row.message)}{advice}"


def _sign_off(part: SignOff) -> str:
    choices = "　".join(f"□ {escape_markdown(choice)}" for choice in part.choices)
    fields = "　".join(f"{escape_markdown(name)}：＿＿＿＿＿＿" for name in part.fields)
    return f"{choices}\n\n{fields}"


# --- a Gantt chart in letters -----------------------------------------------------------------------------------------


def _gantt(spans: Spans) -> str:
    """A block of code: a name, a bar and the dates on each line; letters that are one cell wide everywhere."""
    ends = f"{spans.start:%Y-%m-%d}".ljust(_BAR - 10) + f"{spans.end:%Y-%m-%d}"
    lines = [f"{' ' * _NAME}  {ends}"]
    for span in spans.rows:
        name = brief(span.title.translate(_DRAWN), _NAME)
        room = " " * max(0, _NAME - width_of(name))
        owner = brief(span.owner.translate(_DRAWN), 12)
        lines.append(f"{name}{room}  {_bar(span, spans)}  {span.words}{f'　{owner}' if owner else ''}")
    lines.append("")
    lines.append("= 行动　# 关键行动　* 里程碑")
    drawn = "\n".join(f"    {line}".rstrip() if line else "" for line in lines)
    return f"{drawn}\n\n*{'；'.join(spans.left_out)}。*" if spans.left_out else drawn


def _bar(span: Span, spans: Spans) -> str:
    days = (spans.end - spans.start).days + 1

    def place(day: dt.date) -> int:
        return min(_BAR - 1, max(0, (day - spans.start).days) * _BAR // days)

    first, last = place(span.first), place(span.last)
    letter = "*" if span.is_milestone else "#" if span.is_key else "="
    return ("." * first + letter * (last - first + 1)).ljust(_BAR, ".")

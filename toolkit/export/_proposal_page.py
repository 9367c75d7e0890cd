"""A proposal as one HTML page: offline, light and dark, on A4 and on a phone; the first printed page is to approve."""

from __future__ import annotations

from toolkit import charts
from toolkit.charts import escape
from toolkit.export import _page
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
    Kind,
    MoneyPart,
    Note,
    Part,
    Prose,
    SignOff,
    Table,
    paragraphs,
    shown,
)
from toolkit.export._report import inline_svg

_STYLE = """
h3{margin-top:24px;padding-bottom:8px}
section>p+p{margin-top:8px}
.facts{display:grid;grid-template-columns:max-content 1fr;margin:16px 0}
.facts dt,.facts dd{margin:0;padding-top:8px;padding-bottom:8px;border-top:1px solid var(--line)}
.facts dt{font-size:12px;padding-right:24px;line-height:24px;color:var(--muted)}
.facts p+p{margin-top:0}
.facts .big+p{color:var(--muted)}
.total td{border-top:1px solid var(--ink);font-weight:500}
.even table{table-layout:fixed}
.even .more p{padding-bottom:8px}
.even th:first-child{width:36%}.even th:nth-child(5){width:48px}
.even .warn{white-space:normal}
.gantt{margin-bottom:24px}
.sign{display:flex;flex-wrap:wrap;gap:24px;margin-top:32px;padding-top:16px;border-top:1px solid var(--ink)}
.sign span{flex:1 1 160px;white-space:nowrap}
.sign i{display:inline-block;width:8em;border-bottom:1px solid var(--ink)}
.open{list-style:none;padding:0}
.open li{padding:8px 0;border-top:1px solid var(--line)}
.open small{display:block;margin:0}
.sign small{flex:1 1 100%}
@media (max-width:560px){.facts{grid-template-columns:1fr}.facts dd{padding-top:0;border-top:0}.facts dt{padding-bottom:0}
.total{border-top:1px solid var(--ink)}.total td{border-top:0}}
@media print{#overview{break-after:page}#overview h2{margin-top:16px}.sign{margin-top:48px}.chart{break-inside:avoid}
#posts>p{break-after:avoid}}
"""
# widths of the plots on a wide page and on a phone
_GANTT, _BARS = (320, 120), (360, 80)


def as_html(document: Document) -> bytes:
    """The whole page."""
    sections = "".join(
        _page.section(section.anchor, section.title, "".join(_part(part, document) for part in section.parts))
        for section in document.sections
    )
    head = f'<header>\n<h1>{escape(document.title)}</h1>\n<p class="muted">策划案</p>\n</header>\n'
    whole = _page.page(document.title, head + sections)
    # the first end of a style sheet is the page's own: the title before it is escaped
    return whole.replace("</style>", f"{_STYLE}</style>", 1).encode("utf-8")


def _part(part: Part, document: Document) -> str:
    match part:
        case Prose():
            return "".join(f"<p>{escape(line)}</p>\n" for line in paragraphs(part.text))
        case Note():
            return f'<p class="note">{escape(part.text)}</p>\n'
        case Gap():
            return f"{_page.empty(part.text)}\n"
        case Heading():
            small = f"<small>{escape(part.small)}</small>" if part.small else ""
            return f"<h3>{escape(part.text)}{small}</h3>\n"
        case Table():
            return _table(part, document.year)
        case Facts():
            return _facts(part)
        case Findings():
            return f'<ul class="open">{"".join(_finding(row) for row in part.rows)}</ul>\n'
        case GanttPart():
            return _gantt(part)
        case MoneyPart():
            return _figures(*(charts.budget_bars(part.budget, width=width) for width in _BARS))
        case SignOff():
            return _sign_off(part)


def _table(table: Table, year: int) -> str:
    # a column of long texts would be a narrow one: it stands under its row
    across = [place for place, head in enumerate(table.heads) if head.kind != "below"]
    heads = [(table.heads[place].caption, _class(table.heads[place].kind)) for place in across]
    bodies = []
    for row in table.rows:
        cells = _cells(row, table.heads, year)
        long = [
            f'<p class="muted">{escape(head.caption)}：{cell}</p>'
            for cell, head in zip(cells, table.heads, strict=True)
            if head.kind == "below" and cell
        ]
        bodies.append(([cells[place] for place in across], "".join(long)))
    html = _page.table(heads, bodies)
    if table.total:
        sums = _cells(table.total, table.heads, year)
        line = "".join(
            f'<td class="{kind}"{_label(caption, kind)}>{sums[place]}</td>'
            for place, (caption, kind) in zip(across, heads, strict=True)
        )
        html = html.removesuffix("</table>") + f'<tbody class="total"><tr>{line}</tr></tbody>\n</table>'
    if table.even:
        return f'<div class="even">{html}</div>\n'
    return (_page.details(table.folded, html) if table.folded else html) + "\n"


def _label(caption: str, kind: str) -> str:
    return "" if kind == "key" else f' data-label="{escape(caption)}"'


def _class(kind: Kind) -> str:
    """The style of a column; days and short words stay on one line."""
    if kind in NUMBERS:
        return "num"
    return {"key": "key", "short": "nowrap", "day": "nowrap"}.get(kind, "")


def _cells(row: tuple[Cell, ...], heads: tuple[Head, ...], year: int) -> list[str]:
    return [_cell(cell, head.kind, year) for cell, head in zip(row, heads, strict=True)]


def _cell(cell: Cell, kind: Kind, year: int) -> str:
    text = escape(shown(cell, kind, year))
    if isinstance(cell, Flag):
        return f'<span class="warn">! {text}</span>'
    return f"<bdi>{text}</bdi>" if kind == "key" else text


def _facts(part: Facts) -> str:
    lines = []
    for fact in part.facts:
        said = [
            f"<p{' class=big' if fact.big and not place else ''}>{escape(line)}</p>"
            for place, line in enumerate(fact.lines)
        ]
        lines.append(f"<dt>{escape(fact.caption)}</dt><dd>{''.join(said)}</dd>")
    return f'<dl class="facts">{"".join(lines)}</dl>\n'


def _finding(row: Finding) -> str:
    kind = row.severity if row.severity in SEVERITY else "info"
    mark, words = SEVERITY[kind]
    advice = f"<small>{escape(row.advice)}</small>" if row.advice else ""
    return f'<li><span class="{kind}">{mark} {words}</span>　{escape(row.message)}{advice}</li>'


def _gantt(part: GanttPart) -> str:
    drawn = [
        charts.gantt(
            part.actions,
            milestones=part.milestones,
            start=part.spans.start,
            end=part.spans.end,
            width=width,
        )
        for width in _GANTT
    ]
    return f'<div class="gantt">{_figures(*drawn)}</div>\n'


def _figures(wide: object, narrow: object) -> str:
    """The same chart drawn for two widths, so that its letters stay readable on a phone."""
    return "".join(
        f'<figure class="chart {kind}">{inline_svg(charts.to_svg(chart))}</figure>\n'
        for kind, chart in (("wide", wide), ("narrow", narrow))
    )


def _sign_off(part: SignOff) -> str:
    fields = "".join(f"<span>{escape(name)}：<i></i></span>" for name in part.fields)
    choices = "　".join(f"□ {escape(choice)}" for choice in part.choices)
    return f'<div class="sign"><small>{choices}</small>{fields}</div>\n'

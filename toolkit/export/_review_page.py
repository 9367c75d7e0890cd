"""A review as one HTML page and as Markdown; what both share with a proposal is a proposal's own."""

from __future__ import annotations

from toolkit.charts import escape
from toolkit.export import _page
from toolkit.export._proposal_page import _figures
from toolkit.export._proposal_page import _part as _html_part
from toolkit.export._proposal_parts import Document
from toolkit.export._proposal_text import _part as _markdown_part
from toolkit.export._proposal_text import escape_markdown
from toolkit.export._review_parts import Drawn, Line, Lines, ReviewDocument, ReviewPart

_STYLE = """
h3{margin-top:32px;padding-bottom:8px}
h2+h3{margin-top:8px}
.note+.note{margin-top:-8px}
section>p+p{margin-top:8px}
section>p+table{margin-top:8px}
section>.chart{margin:24px 0}
h3+.chart,h3+.chart+.chart{margin-top:8px}
.more p{padding-bottom:8px}
.told{list-style:none;padding:0}
.told li{padding:8px 0 8px 96px;border-top:1px solid var(--line);position:relative}
.told li>b{position:absolute;left:0;width:88px;font-weight:500;white-space:nowrap}
.told small{display:block;margin:0;word-break:keep-all}
.told .muted{font-size:14px}
@media (max-width:560px){.told li{padding-left:0}.told li>b{position:static;display:block}}
@media print{.chart,.told li{break-inside:avoid}.note{break-before:avoid}.summary li{padding:4px 0}
h2{margin-top:32px}h3{margin-top:16px}th,td,.told li{padding-top:4px;padding-bottom:4px}section>.chart{margin:8px 0}}
"""
# a proposal's parts ask its document for nothing but the year of its days, and a review's tables have none
_NO_DOCUMENT = Document("", 0, ())


def as_html(document: ReviewDocument) -> bytes:
    """The whole page: no script, nothing to load."""
    listed = "".join(f'<li><a href="#{anchor}">{escape(line)}</a></li>' for anchor, line in document.summary)
    head = (
        f'<header>\n<h1>{escape(document.title)}</h1>\n<p class="muted">{escape(document.subtitle)}</p>\n'
        f'<ul class="summary">{listed}</ul>\n</header>\n'
    )
    body = "".join(
        _page.section(section.anchor, section.title, "".join(_html(part) for part in section.parts))
        for section in document.sections
    )
    whole = _page.page(document.title, head + body)
    # the first end of a style sheet is the page's own: the title before it is escaped
    return whole.replace("</style>", f"{_STYLE}</style>", 1).encode("utf-8")


def _html(part: ReviewPart) -> str:
    if isinstance(part, Lines):
        rows = "".join(_html_line(row) for row in part.rows)
        told = f'<ul class="told">{rows}</ul>\n'
        return _page.details(part.folded, told) + "\n" if part.folded else told
    if isinstance(part, Drawn):
        return _figures(part.draw(part.wide), part.draw(part.narrow))
    return _html_part(part, _NO_DOCUMENT)


def _html_line(row: Line) -> str:
    small = f"<small>{escape(row.small)}</small>" if row.small else ""
    return (
        f'<li><b class="{row.kind}">{row.mark} {escape(row.word)}</b>'
        f"<span><bdi>{escape(row.text)}</bdi></span>{small}</li>"
    )


def as_markdown(document: ReviewDocument) -> bytes:
    """The whole text, UTF-8; charts are left out, since the tables have their numbers."""
    blocks = [f"# {escape_markdown(document.title)}", escape_markdown(document.subtitle)]
    if document.summary:
        blocks.append("\n".join(f"- {escape_markdown(line)}" for _, line in document.summary))
    for section in document.sections:
        blocks.append(f"## {escape_markdown(section.title)}")
        blocks += [block for part in section.parts if (block := _markdown(part))]
    return ("\n\n".join(blocks) + "\n").encode("utf-8")


def _markdown(part: ReviewPart) -> str:
    if isinstance(part, Lines):
        lines = [f"- **{row.mark} {row.word}** {escape_markdown(row.text)}{_small(row)}" for row in part.rows]
        return "\n".join([f"*{escape_markdown(part.folded)}*\n", *lines] if part.folded else lines)
    return "" if isinstance(part, Drawn) else _markdown_part(part, _NO_DOCUMENT)


def _small(row: Line) -> str:
    return f"（{escape_markdown(row.small)}）" if row.small else ""

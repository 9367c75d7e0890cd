"""The report's paper and type: its style sheet and HTML shapes; arguments named `html` are already safe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from toolkit.charts import ACCENT, INK, LINE, MUTED, PAPER, STATUS_COLOURS, escape

# three sizes: 20 for what matters, 14 to read, 12 for the rest; every distance is a multiple of 8 px
STYLE = """
:root{color-scheme:light dark;--ink:#1F2328;--muted:#5C636B;--line:#D9DCE0;--bar:#9AA1A9;--paper:#FFFFFF;--wash:#F0F1F3;
--accent:#B93A2B;--pass:#1B7F5C;--warn:#96610A;--block:#B3261E;--info:#2F6299}
@media (prefers-color-scheme:dark){:root{--ink:#E6E8EB;--muted:#A4ABB3;--line:#3A3F46;--bar:#79818A;--paper:#17191C;
--wash:#212429;--accent:#F0806F;--pass:#63C9A3;--warn:#E3B061;--block:#F79189;--info:#8FBCEB}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
font:14px/1.7 system-ui,"PingFang SC","Microsoft YaHei",
"Noto Sans CJK SC","WenQuanYi Micro Hei",sans-serif;line-break:strict;overflow-wrap:anywhere;
text-spacing-trim:trim-start;font-variant-numeric:tabular-nums}
main{max-width:720px;margin:0 auto;padding:40px 16px 64px}
h1,h2,h3,p,ol,ul,table,figure{margin:0}
h1,h2{font-size:20px;line-height:32px;font-weight:500}
h1{padding-top:16px;border-top:4px solid var(--accent)}
h2{margin:56px 0 8px;padding-top:16px;border-top:1px solid var(--ink)}
h3{font-size:14px;font-weight:500}
h3 small{font-weight:400;margin-left:8px}
small,.muted,.note,th,summary,.tag{font-size:12px}
small,.muted,.note,th{color:var(--muted)}
.note{margin:8px 0 16px}
.empty{padding:16px;background:var(--wash)}
.summary{list-style:none;padding:0;margin-top:16px}
.summary li{padding:8px 0;border-top:1px solid var(--line)}
.summary a{color:inherit;text-decoration:none;display:block}
.summary a:hover{color:var(--accent)}
a{color:inherit;text-decoration-color:var(--muted);text-decoration-thickness:1px;text-underline-offset:3px}
a:hover{color:var(--accent)}
a:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
article{padding:16px 0;border-top:1px solid var(--line)}
ol,ul{padding-left:24px}
article>ol,article>ul,details ol,details ul{margin-top:8px}
li::marker{color:var(--muted)}
table{width:100%;border-collapse:collapse}
th{position:sticky;top:0;background:var(--paper);font-weight:400;text-align:left;
border-bottom:1px solid var(--ink)}
th,td{padding:8px 16px 8px 0;vertical-align:top}
th:last-child,td:last-child{padding-right:0}
tbody{border-bottom:1px solid var(--line)}
tbody:hover{background:var(--wash)}
.num{text-align:right;white-space:nowrap}
tr.more td{padding:0}
.meta{display:inline-block;margin-left:8px}
td small{margin-left:8px}
br+small{margin-left:0}
.big{font-size:20px;line-height:32px;color:var(--accent)}
.tag{display:inline-block;color:var(--muted);border:1px solid var(--line);padding:0 8px;margin:0 8px 0 0}
.sample{color:var(--warn);border-color:var(--warn)}
.gone{text-decoration:line-through;color:var(--muted)}
.rising,.accent{color:var(--accent)}.new,.info,.workday{color:var(--info)}.steady,.fading,.solemn{color:var(--muted)}
.pass{color:var(--pass)}.warn{color:var(--warn)}.block{color:var(--block)}.festival,.rest{color:var(--accent)}
.new,.rising,.steady,.fading,.pass,.warn,.block{white-space:nowrap}
summary{cursor:pointer;color:var(--muted);line-height:32px}
details[open]{padding-bottom:8px}
.day{margin-top:24px}
.day h3{padding:8px 0}
.day h3 span{font-size:12px;font-weight:400;margin-left:8px}
.day th{position:static}
.day table{table-layout:fixed}
.day th:nth-child(1){width:56px}.day th:nth-child(2){width:32%}.day th:nth-child(3){width:56px}
.day th:nth-child(4){width:26%}
.time,.nowrap{white-space:nowrap}
.advice ul{padding-left:16px}
.parts{display:grid;grid-template-columns:repeat(2,max-content 1fr max-content);gap:0 16px;margin:8px 0;
font-size:12px;align-items:center}
.parts i{display:block;height:8px;background:var(--wash)}
.parts b{display:block;height:8px;background:var(--bar)}
.parts .minus{background:var(--block)}
.chart{margin:16px 0;overflow-x:auto}
.chart svg{max-width:100%;height:auto;display:block}
.narrow{display:none}
@media (max-width:560px){
main{padding:16px 16px 48px}
h2{margin-top:40px}
.wide{display:none}.narrow{display:block}
table,tbody,tr{display:block;width:100%}
.parts{grid-template-columns:max-content 1fr max-content}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tbody{padding:8px 0}
td,td.num,td:last-child{display:inline-block;padding:0 16px 0 0;text-align:left;white-space:normal}
td.key,td.text,tr.more td{display:block}
.day td.key{display:inline;padding-right:16px}
td[data-label]::before{content:attr(data-label) " ";font-size:12px;color:var(--muted)}
td:empty{display:none}
}
@media print{
:root{color-scheme:light;--ink:#000;--muted:#444;--line:#BBB;--paper:#FFF;--wash:#F3F3F3;--accent:#B93A2B;
--pass:#1B7F5C;--warn:#96610A;--block:#B3261E;--info:#2F6299}
@page{size:A4;margin:16mm 14mm}
main{max-width:none;padding:0}
h2,h3,summary{break-after:avoid}
article,tbody,.day tr{break-inside:avoid}
th{position:static}
details::details-content{content-visibility:visible;block-size:auto}
}
"""


def _chart_colours() -> str:
    """Rules that let a static SVG follow the page's light or dark ink."""
    bars = {STATUS_COLOURS["new"]: "info", ACCENT: "accent"}
    names = {INK: "ink", MUTED: "muted", LINE: "line", PAPER: "paper", **bars}
    return "".join(
        f'.chart svg [{place}="{colour}" i]{{{place}:var(--{name})}}\n'
        for colour, name in names.items()
        for place in ("fill", "stroke")
    )


def page(title: str, html: str) -> str:
    """One whole page: no script, no address to load from, and a policy that forbids both."""
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}{_chart_colours()}</style>\n</head>\n"
        f"<body>\n<main>\n{html}\n</main>\n</body>\n</html>\n"
    )


def section(anchor: str, title: str, html: str) -> str:
    """One section under its heading."""
    return f'<section id="{anchor}">\n<h2>{escape(title)}</h2>\n{html}\n</section>\n'


def empty(sentence: str) -> str:
    """What stands where there is nothing to show: why, and what to do."""
    return f'<p class="empty">{escape(sentence)}</p>'


def table(heads: Sequence[tuple[str, str]], bodies: Iterable[tuple[Sequence[str], str]]) -> str:
    """A table of (caption, class) heads and bodies of (cells in HTML, HTML below them over the whole width).

    On a phone each body becomes a card, its cells labelled by the captions; empty cells are left out.
    """
    line = "".join(f'<th class="{kind}" scope="col">{escape(caption)}</th>' for caption, kind in heads)
    parts = [f"<table>\n<thead><tr>{line}</tr></thead>\n"]
    for cells, below in bodies:
        parts.append("<tbody><tr>")
        for (caption, kind), html in zip(heads, cells, strict=True):
            label = "" if kind in {"key", "time"} else f' data-label="{escape(caption)}"'
            parts.append(f'<td class="{kind}"{label}>{html}</td>')
        parts.append("</tr>")
        if below:
            parts.append(f'<tr class="more"><td colspan="{len(heads)}">{below}</td></tr>')
        parts.append("</tbody>\n")
    parts.append("</table>")
    return "".join(parts)


def details(summary: str, html: str) -> str:
    """Something that opens on a click and is printed open."""
    return f"<details><summary>{escape(summary)}</summary>{html}</details>" if html else ""


def bullets(html: Iterable[str], *, kind: str = "ul") -> str:
    """A list of lines in HTML; none give nothing."""
    lines = "".join(f"<li>{line}</li>" for line in html)
    return f"<{kind}>{lines}</{kind}>" if lines else ""

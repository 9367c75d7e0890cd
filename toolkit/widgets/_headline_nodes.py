"""What the headline desk shows, as nodes: the lights of one title, two titles side by side, suggestions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from toolkit.compliance import VERDICT_WORDS
from toolkit.schema import GATE_MARKS, WORDS, is_missing
from toolkit.widgets._headline_read import (
    CRAFT_NOTE,
    Looked,
    Row,
    Version,
    advice_line,
    chance_words,
    finding_lines,
    short,
    word_of,
)
from toolkit.widgets._view import button, node

Node = dict[str, Any]

# what each verdict is for, and what it changes
VERDICT_HINTS = {
    "wrong": ("这一处不该报", "同一句话里的这一处，以后算可以例外"),
    "right": ("这一处报得对", "以后照报"),
    "missed": ("没有报出来，其实不妥", "以后再见到这句话，会请人看一眼"),
}
_SHADES = {"second_look": "warn", "exempt": "info"}
_MARKS = {"block": "✕", "warn": "!", "info": "·"}


def gate_node(gate: str, *, label: str = "") -> Node:
    """The gate in a word, a mark and a colour."""
    return node("span", f"{label}{WORDS[gate]} {GATE_MARKS[gate]}", css=f"wn-strong wn-{gate}")


def readout(
    looked: Looked,
    parts: Sequence[Mapping[str, Any]],
    *,
    offered: Mapping[int, Sequence[str]],
    versions: Sequence[Version],
    fresh: bool,
    why: str,
) -> list[Node]:
    """All lights of one title. `offered` are the verdicts that may be given on each finding (-1: on the whole title)."""
    left = [
        node("div", gate_node(looked.scored["gate"], label="合规："), css="wn-headline-gate", live="polite"),
        *_findings(looked, offered),
        *_advice(looked),
        *_versions(looked, versions, fresh=fresh, why=why),
    ]
    right = [*_craft(looked, parts), *_chance(looked), *_preview(looked), *_terms(looked)]
    return [node("section", left, css="wn-stack"), node("section", right, css="wn-stack")]


def _findings(looked: Looked, offered: Mapping[int, Sequence[str]]) -> list[Node]:
    listed = [
        node("li", _finding(finding), _verdicts(place, offered.get(place, ()), finding["text"]))
        for place, finding in enumerate(looked.found)
    ]
    if -1 in offered:
        listed.append(
            node(
                "li",
                node("span", "整句有没有漏掉的？", css="wn-muted"),
                _verdicts(-1, offered[-1], looked.text),
            )
        )
    return [node("ul", listed, css="wn-headline-found", label="合规发现")] if listed else []


def _finding(finding: Row) -> Node:
    shade = str(_SHADES.get(finding["category"], finding["severity"]))
    first, *more = finding_lines(finding)
    word = word_of(finding)
    return node(
        "div",
        node(
            "p",
            node("span", f"{_MARKS[shade]} {word}", css=f"wn-strong wn-{shade}"),
            "：",
            node("bdi", short(first.removeprefix(f"{word}："))),
        ),
        [node("p", line.strip(), css="wn-small") for line in more],
    )


def _verdicts(place: int, verdicts: Sequence[str], about: str) -> Node:
    return node(
        "div",
        [
            button(
                VERDICT_WORDS[verdict],
                "judge",
                value={"verdict": verdict, "place": place},
                key=f"{verdict}-{place}",
                title=VERDICT_HINTS[verdict][0],
                label=f"{VERDICT_WORDS[verdict]}：{short(about, 20)}",
                css="wn-headline-small",
            )
            for verdict in verdicts
        ],
        css="wn-row",
    )


def _advice(looked: Looked) -> list[Node]:
    if looked.blank:
        return [node("p", "先写一句，合规、写法分和建议会随着输入变化。", css="wn-muted")]
    if not looked.advice:
        return []
    lines = [node("li", node("bdi", short(advice_line(row)))) for row in looked.advice]
    return [node("h4", "建议"), node("ul", lines, css="wn-headline-list", label="建议")]


def _versions(looked: Looked, versions: Sequence[Version], *, fresh: bool, why: str) -> list[Node]:
    if looked.blank:
        return []
    title = node("h4", "可以直接换上的改法")
    if not fresh and not versions:
        return [title, node("p", button("看看改法", "versions", key="versions"))]
    if not versions:
        return [title, node("p", node("bdi", short(why)), css="wn-muted")]
    listed = [
        node(
            "li",
            node("p", node("bdi", short(one.text))),
            node(
                "p",
                gate_node(one.gate),
                f"　{one.craft:.0f} 分　",
                node("bdi", short(" ".join(one.changes))),
                css="wn-small",
            ),
            button(
                "改成这句",
                "apply",
                value=one.text,
                key=f"apply-{place}",
                label=f"改成这句：{short(one.text, 30)}",
                disabled=not fresh,
            ),
        )
        for place, one in enumerate(versions)
    ]
    return [title, node("ul", listed, css="wn-headline-versions", label="改法")]


def _craft(looked: Looked, parts: Sequence[Mapping[str, Any]]) -> list[Node]:
    scored = looked.scored
    return [
        node(
            "p",
            "写法分 ",
            node("span", f"{scored['craft']:.0f}", css="wn-big"),
            node("small", f"　{CRAFT_NOTE}"),
        ),
        node("div", [_bar(row, scored) for row in parts], css="wn-stack wn-headline-bars"),
        node(
            "details",
            node("summary", "每一项看什么"),
            node(
                "dl",
                [
                    [node("dt", f"{row['caption']}（{row['max']} 分）"), node("dd", row["rewards"])]
                    for row in parts
                ],
                css="wn-small",
            ),
            key="rewards",
        ),
    ]


def _bar(part: Mapping[str, Any], scored: Row) -> Node:
    most = float(part["max"])
    points = float(scored[part["part"]])
    return node(
        "div",
        node("span", part["caption"]),
        node("div", node("span", css="wn-bar-fill", bar=max(0.0, points) / most), css="wn-bar-track"),
        node("span", f"{points:.0f} / {most:.0f}", css="wn-bar-number"),
        css="wn-bar",
        title=part["rewards"],
    )


def _chance(looked: Looked) -> list[Node]:
    if not looked.chance:
        return []
    shown = [node("h4", "胜出机会")]
    if not is_missing(looked.scored["chance"]) and not looked.blank:
        shown.append(range_bar(looked.scored))
    return [*shown, node("p", looked.chance, css="" if len(shown) > 1 else "wn-muted")]


def range_bar(row: Mapping[str, Any]) -> Node:
    """The interval as a bar from 0 to 100%, a tick where the chance is and a thin line at one half."""
    low, high, middle = (float(row[name]) for name in ("chance_low", "chance_high", "chance"))
    return node(
        "div",
        node("span", css="wn-headline-half"),
        node(
            "span",
            node("span", css="wn-headline-span", bar=(high - low) / high if high else 0.0),
            css="wn-headline-upto",
            bar=high,
        ),
        node("span", css="wn-headline-tick", bar=middle),
        css="wn-headline-range",
        role="img",
        label=chance_words(row),
    )


def _preview(looked: Looked) -> list[Node]:
    if looked.blank:
        return []
    shown = looked.preview
    seen = [node("span", node("bdi", short(shown.visible, 400)))]
    if shown.hidden:
        seen.append(node("span", "…", css="wn-headline-cut", title="列表里到这里为止"))
        seen.append(
            node("span", node("bdi", short(shown.hidden)), css="wn-headline-hidden", label="看不到的部分")
        )
    width = f"宽 {shown.width}，约 {(shown.width + 1) // 2} 个字。" + (
        "灰色部分在列表里看不到。" if shown.hidden else ""
    )
    return [
        node("h4", "在列表里"),
        node("div", seen, css="wn-headline-shown"),
        node("p", width + shown.note, css="wn-small"),
    ]


def _terms(looked: Looked) -> list[Node]:
    used, free = looked.terms
    if not used and not free:
        return []
    shown = [node("h4", "热词")]
    told = "用上了：" + "、".join(short(term, 20) for term in used[:5]) if used else "还没有用上热词。"
    shown.append(node("p", node("bdi", told)))
    if free:
        listed = [
            button(
                short(term, 20), "insert", value=term, key=f"term-{n}", label=f"放进标题：{short(term, 20)}"
            )
            for n, term in enumerate(free)
        ]
        shown.append(node("div", node("span", "点一下放到光标处：", css="wn-small"), listed, css="wn-row"))
    return shown


def compared(rows: Sequence[Row], parts: Sequence[Mapping[str, Any]], duel: str) -> list[Node]:
    """Two titles side by side; what is better of a number stands in bold."""

    def line(caption: str, cells: Sequence[Any], worth: Sequence[float] | None = None) -> Node:
        best = None if worth is None or worth[0] == worth[1] else max(worth)
        shown = [
            node("td", cell, css="wn-strong" if best is not None and worth and worth[n] == best else "")
            for n, cell in enumerate(cells)
        ]
        return node("tr", node("th", caption, scope="row"), shown)

    crafts = [float(row["craft"]) for row in rows]
    lines = [
        line("合规", [gate_node(row["gate"]) for row in rows]),
        line("写法分", [f"{craft:.0f}" for craft in crafts], crafts),
    ]
    for part in parts:
        points = [float(row[part["part"]]) for row in rows]
        lines.append(line(part["caption"], [f"{one:.0f} / {part['max']}" for one in points], points))
    lines.append(line("宽度", [f"{row['width']}" for row in rows]))
    lines.append(line("列表里看到", [node("bdi", short(row["visible"], 80)) for row in rows]))
    if not any(is_missing(row["chance"]) for row in rows):
        lines.append(line("胜出机会", [_chance_span(row) for row in rows]))
    names = [node("th", node("bdi", short(row["headline"], 80)), scope="col") for row in rows]
    head = node("thead", node("tr", node("td", ""), names))
    table = node("table", head, node("tbody", lines), css="wn-table wn-headline-compare")
    return [node("h4", "两条比一比"), table, *([node("p", duel)] if duel else [])]


def suggestions(rows: Sequence[Row], notes: Sequence[str], kept: Sequence[str]) -> list[Node]:
    """Suggested titles with gate, score and intent, each with a button that takes it in."""
    listed = [
        node(
            "li",
            node("div", node("bdi", short(row["headline"]))),
            gate_node(row["gate"]),
            node("span", f"{row['craft']:.0f} 分", css="wn-headline-points"),
            button(
                "已在备选" if row["headline"] in kept else "收进备选",
                "take",
                value=row["headline"],
                key=f"take-{place}",
                label=f"收进备选：{short(row['headline'], 30)}",
                disabled=row["headline"] in kept,
            ),
            button(
                "拿来改",
                "edit",
                value=row["headline"],
                key=f"edit-{place}",
                label=f"拿来改：{short(row['headline'], 30)}",
            ),
        )
        for place, row in enumerate(rows)
    ]
    told = [node("p", node("bdi", note), css="wn-small") for note in notes]
    return [*([node("ol", listed, css="wn-headline-suggested", label="建议的标题")] if listed else []), *told]


def _chance_span(row: Mapping[str, Any]) -> str:
    return f"{row['chance']:.0%}（{row['chance_low']:.0%}–{row['chance_high']:.0%}）"


def candidate_columns(*, chance: bool) -> list[dict[str, Any]]:
    """The columns of the candidates' table."""
    return [
        {"name": "star", "caption": "星标", "kind": "star"},
        {"name": "headline", "caption": "备选标题", "kind": "text"},
        {"name": "gate", "caption": "合规", "kind": "gate"},
        {"name": "craft", "caption": "写法分", "kind": "number", "hint": CRAFT_NOTE},
        {"name": "width", "caption": "宽", "kind": "number", "hint": "两个半角位是一个汉字"},
        *(
            [
                {
                    "name": "chance",
                    "caption": "胜出机会",
                    "kind": "number",
                    "hint": "好过这个账号一半的内容，括号里是 95% 区间",
                }
            ]
            if chance
            else []
        ),
        {"name": "note", "caption": "备注", "kind": "note", "placeholder": "写一句"},
    ]


def candidate_row(key: str, row: Row, *, star: bool, note: str) -> Row:
    """One candidate as a row of the table."""
    known = not is_missing(row["chance"])
    order = {"pass": 0, "warn": 1, "block": 2}[row["gate"]]
    return {
        "key": key,
        "name": short(row["headline"], 30),
        "star": star,
        "headline": short(row["headline"]),
        "gate": gate_node(row["gate"]),
        "gate:order": order,
        "craft": int(row["craft"]),
        "width": int(row["width"]),
        "chance": _chance_span(row) if known else "",
        "chance:order": float(row["chance"]) if known else None,
        "note": note,
    }

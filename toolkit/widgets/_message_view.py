"""What a message's desk shows, as nodes: the readout, the chat bubble, what goes with it, one text for each segment."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from toolkit.charts import format_count
from toolkit.schema import GATE_MARKS, WORDS, is_missing
from toolkit.widgets._message_fix import Fix
from toolkit.widgets._message_media import picture
from toolkit.widgets._message_state import Group, Medium
from toolkit.widgets._view import button, copy_button, node

CRAFT_NOTE = "写法检查，不是预测"
# what is no more than a hint by its severity and yet belongs on the desk
SECOND_TIER = {"second_look": "请人看一眼", "exempt": "可以例外"}
BASE = "底稿"
STALE = "底稿改过，看看要不要跟着改"
EMOJI = "😀😄😊😍🤔😋👍👏🙏💪🎉🎁🧧🌹🌸🌞🌙⭐🔥✨❤️💡📣📌✅❌⏰📅📦🚚🛒🏠👶👵🐶🐱🍎🍊🍇🥬🍅🍠🍲🍜🍵☕🥮📚"
_MOST_ADVICE, _MOST_FOUND, _MOST_TEXT = 4, 6, 160
_JOINED = re.compile(r".\ufe0f?", re.DOTALL)

Node = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """What the verbs say of one text: its row of the score, what was found, the advice; `blanks` are not filled in."""

    text: str
    scored: Mapping[Any, Any]
    found: list[dict[Any, Any]]
    advice: list[dict[Any, Any]]
    blanks: int = 0

    @property
    def gate(self) -> str:
        """The gate as the verb gives it."""
        return str(self.scored["gate"])

    @property
    def craft(self) -> float:
        """The craft score."""
        return float(self.scored["craft"])

    @property
    def blanks_said(self) -> str:
        """The sentence on blanks that are not filled in; "" without any."""
        if not self.blanks:
            return ""
        said = [str(row["advice"]) for row in self.advice if not row["part"]]
        return said[0] if said else f"还有 {self.blanks} 处没有填。填好再发。"


@dataclass(frozen=True)
class Variant:
    """One segment's text: `changes` say what was swapped, `own` whether it was written by hand, `stale` whether the text
    for all has changed since, `shared` that the segment gets the text for all."""

    segment: str
    groups: int
    text: str
    changes: list[str] = field(default_factory=list)
    own: bool = False
    stale: bool = False
    shared: bool = False


def emoji() -> list[str]:
    """The pictures of the picker, one by one."""
    return _JOINED.findall(EMOJI)


def emoji_nodes() -> list[Node]:
    """A fold with a button for each of the picker's pictures."""
    buttons = [
        button(one, "emoji", value=one, css="wn-emoji", label=f"插入 {one}", key=f"emoji-{n}")
        for n, one in enumerate(emoji())
    ]
    grid = node("div", buttons, css="wn-emojis")
    return [node("details", node("summary", "表情：点一个，放到光标那里"), grid, key="emojis")]


def gate_words(gate: str) -> str:
    """The gate in words with its mark."""
    return f"合规：{WORDS[gate]} {GATE_MARKS[gate]}"


def found_shown(found: Sequence[dict[Any, Any]]) -> list[dict[Any, Any]]:
    """What belongs on the desk: not what is a mere hint."""
    return [row for row in found if row["severity"] != "info" or row["category"] in SECOND_TIER]


def said_of(row: Mapping[Any, Any]) -> str:
    """One finding in a sentence."""
    word = SECOND_TIER.get(row["category"], WORDS[row["severity"]])
    return f"{word}：「{_short(row['text'], 40)}」{row['why']}"


def marks_of(found: Sequence[dict[Any, Any]]) -> list[dict[str, Any]]:
    """Where the text is underlined, and what the pointer is told there."""
    rows = sorted(found_shown(found), key=lambda row: (row["start"], row["end"]))
    return [
        {
            "start": int(row["start"]),
            "end": int(row["end"]),
            "severity": row["severity"],
            "tip": "\n".join(
                one for one in (said_of(row), _clause(row), f"改法：{row['suggestion']}") if one
            ),
        }
        for row in rows
    ]


def _clause(row: Mapping[Any, Any]) -> str:
    return f"依据：{row['clause']}" if row["clause"] else ""


def _short(text: Any, length: int) -> str:
    return str(text) if len(str(text)) <= length else f"{str(text)[:length]}…"


def told_of(read: Reading) -> list[str]:
    """The readout in lines of text."""
    lines = [gate_words(read.gate), f"写法分 {read.craft:.0f}（{CRAFT_NOTE}）"]
    if read.blanks_said:
        lines.append(read.blanks_said)
    lines += [said_of(row) for row in found_shown(read.found)]
    return lines + [f"{line}{gain}" for line, gain in _advice(read)]


def _advice(read: Reading) -> list[tuple[str, str]]:
    rows = [row for row in read.advice if row["part"]][:_MOST_ADVICE]
    if not read.text.strip() and read.advice:
        return [(str(read.advice[0]["advice"]), "")]
    return [(str(row["advice"]), f"照做约 {row['craft']:.0f} 分") for row in rows]


def readout(
    read: Reading,
    parts: Sequence[Mapping[Any, Any]],
    fixes: Sequence[Fix],
    *,
    stale: str = "",
    undo: bool = False,
) -> list[Node]:
    """Gate, craft, findings with what answers them, parts as bars, advice; `stale` names a segment to look at again."""
    head = node(
        "div",
        node("b", gate_words(read.gate), css=f"wn-{read.gate}"),
        node(
            "span",
            node("span", f"{read.craft:.0f}", css="wn-big"),
            " 写法分",
            node("small", f"（{CRAFT_NOTE}）"),
        ),
        node("small", f"{len(read.text)} 字"),
        css="wn-row wn-message-head",
    )
    nodes = [head]
    if stale:
        nodes.append(_stale(stale))
    if read.blanks_said:
        nodes.append(node("p", read.blanks_said, css="wn-block"))
    nodes += _found(read, fixes)
    if undo:
        nodes.append(
            node("div", button("撤销上一处改动", "undo", key="undo" if fixes else "fix-0"), css="wn-row")
        )
    nodes.append(node("div", [_bar(row, read) for row in parts], css="wn-stack wn-message-bars"))
    advice = [node("li", line, " ", node("small", gain)) for line, gain in _advice(read)]
    return [*nodes, node("ol", advice, css="wn-advice", label="建议")] if advice else nodes


def _stale(segment: str) -> Node:
    return node(
        "div",
        node("span", f"! {STALE}", css="wn-warn"),
        button("跟着底稿改", "follow", value=segment, key=f"follow-{segment}"),
        button("就用这条", "settle", value=segment, key=f"settle-{segment}"),
        css="wn-row",
    )


def _found(read: Reading, fixes: Sequence[Fix]) -> list[Node]:
    rows = found_shown(read.found)
    if not rows:
        return []
    listed = [_problem(row, fixes) for row in rows[:_MOST_FOUND]]
    if len(rows) > _MOST_FOUND:
        listed.append(node("li", f"还有 {len(rows) - _MOST_FOUND} 处，改好上面的再看。", css="wn-muted"))
    return [node("ul", listed, css="wn-problems", label="合规发现")]


def _problem(row: Mapping[Any, Any], fixes: Sequence[Fix]) -> Node:
    lines = [node("div", said_of(row), css=f"wn-{row['severity']}")]
    lines += [
        node("small", one, css="wn-line") for one in (_clause(row), f"改法：{row['suggestion']}") if one
    ]
    for place, fix in enumerate(fixes):
        if (fix.rule_id, fix.start) == (row["rule_id"], row["start"]):
            text = f"改成：{_short(fix.passage, 60)}"
            weight = node("small", f"{gate_words(fix.gate)}，写法分 {fix.craft:.0f}")
            lines.append(
                node(
                    "div",
                    button(text, "fix", value=place, css="wn-fix", key=f"fix-{place}"),
                    weight,
                    css="wn-row",
                )
            )
    return node("li", lines)


def _bar(row: Mapping[Any, Any], read: Reading) -> Node:
    value = read.scored.get(row["part"])
    points = 0.0 if is_missing(value) else max(0.0, float(value or 0))
    most = float(row["max"])
    return node(
        "div",
        node("span", row["caption"]),
        node("div", node("span", css="wn-bar-fill", bar=points / most if most else 0), css="wn-bar-track"),
        node("span", f"{points:.0f} / {most:.0f}", css="wn-bar-number"),
        css="wn-bar",
        title=row["rewards"],
    )


def bubble(read: Reading, group: Group | None, audience: str) -> list[Node]:
    """The message as a member sees it: the group's name, who speaks, the text as far as the app shows it."""
    name = group.name if group else audience or "群聊"
    members = f"（{format_count(group.members)}）" if group and group.members else ""
    sender = (group.owner if group else "") or "我"
    folded = read.scored.get("folded_at")
    shown = len(read.text) if is_missing(folded) or folded is None else int(folded)
    text: list[Any] = [node("span", read.text[:shown], css="wn-said-text")]
    if shown < len(read.text):
        rest = node("span", read.text[shown:], css="wn-said-text wn-folded")
        text.append(node("details", node("summary", "全文"), rest, key="fold"))
    if not read.text.strip():
        text = [node("span", "写下的字会出现在这里", css="wn-muted")]
    said = [node("small", sender), node("div", text, css="wn-bubble")]
    if shown < len(read.text):
        said.append(
            node("small", f"第 {shown} 个字后收起，后面 {len(read.text) - shown} 个字点「全文」才看得到")
        )
    chat = [node("span", sender[:1], css="wn-avatar"), node("div", said, css="wn-speech")]
    opening = node("small", f"聊天列表里露出：{read.scored.get('opening') or '（还没有字）'}", css="wn-line")
    return [
        node("div", name, members, css="wn-phone-top"),
        node("div", chat, css="wn-chat"),
        node("div", opening, css="wn-phone-note"),
    ]


def attachments(media: Sequence[Medium], link: str, title: str) -> list[Node]:
    """The pictures as a grid of three columns, the video and the link as cards; nothing where there is none."""
    pictures = [one for one in media if not one.film]
    nodes = []
    if pictures:
        cells = [picture(one, "wn-shot") for one in pictures]
        nodes.append(node("div", cells, css="wn-shots", role="group", label=f"图片 {len(pictures)} 张"))
    for film in [one for one in media if one.film]:
        nodes.append(_card("▶", film.name, "视频"))
    if link.strip():
        host = _host(link)
        nodes.append(_card("↗", title or "链接", host or "不是网址，发之前自己点开看看"))
    return nodes


def _card(sign: str, name: str, about: str) -> Node:
    text = node("div", node("div", name, css="wn-card-name"), node("small", about), css="wn-card-text")
    return node("div", node("span", sign, css="wn-card-sign"), text, css="wn-card")


def _host(link: str) -> str:
    try:
        parts = urlsplit(link.strip())
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in ("http", "https") else ""


def tabs(variants: Sequence[Variant], chosen: str) -> list[Node]:
    """A button for the text for all and for each segment; none where there is one audience only."""
    if not variants:
        return []
    marks = {one.segment: " · 自己写的" if one.own else " · 用底稿" if one.shared else "" for one in variants}
    buttons = [_tab(BASE, "", chosen), *[_tab(name + mark, name, chosen) for name, mark in marks.items()]]
    return [node("div", buttons, css="wn-row wn-tabs", role="group", label="看哪一条")]


def _tab(text: str, segment: str, chosen: str) -> Node:
    pressed = "true" if segment == chosen else "false"
    return button(text, "tab", value=segment, pressed=pressed, key=f"tab-{segment}")


def overview(read: Reading, variants: Sequence[tuple[Variant, Reading]], *, fresh: bool = True) -> list[Node]:
    """Each text that would go out, with its gate, its craft and a button that copies it.

    While somebody types, the texts are those of a moment before: `fresh` is False, and nothing can be copied.
    """
    if not read.text.strip() and not any(one.text.strip() for one, _ in variants):
        return []
    rows = [_line(BASE, read, [], copy=read.text, fresh=fresh)]
    rows += [_variant(one, its, fresh) for one, its in variants]
    head = node("h4", "一群一个说法" if variants else "发出去的字")
    return [head, node("ul", rows, css="wn-variants")]


def _variant(one: Variant, read: Reading, fresh: bool) -> Node:
    notes: list[Node] = []
    if one.stale:
        notes.append(_stale(one.segment))
    elif one.own:
        notes.append(node("small", "自己写的，底稿改了也不动它", css="wn-line"))
    if one.shared:
        notes.append(node("small", "这群人发底稿，不单独发", css="wn-line"))
    notes += [node("small", line, css="wn-line") for line in one.changes]
    more = [
        button("改这条", "tab", value=one.segment, label=f"改这条：{one.segment}", key=f"edit-{one.segment}")
    ]
    text, event = ("单独发", "alone") if one.shared else ("发底稿", "share")
    more.append(
        button(text, event, value=one.segment, label=f"{text}：{one.segment}", key=f"share-{one.segment}")
    )
    return _line(f"{one.segment}（{one.groups} 个群）", read, notes, copy=one.text, more=more, fresh=fresh)


def _line(
    name: str, read: Reading, notes: Sequence[Node], *, copy: str, more: Sequence[Node] = (), fresh: bool
) -> Node:
    gate = node("span", gate_words(read.gate), css=f"wn-{read.gate}")
    copied = copy_button(copy) | {"label": f"复制：{name}", "key": f"copy-{name}", "disabled": not fresh}
    head = node("div", node("b", name), gate, node("span", f"写法分 {read.craft:.0f}"), css="wn-row")
    text = node("p", _short(read.text, _MOST_TEXT), css="wn-variant-text")
    blanks = [node("p", read.blanks_said, css="wn-block")] if read.blanks_said else []
    return node("li", head, text, blanks, list(notes), node("div", copied, list(more), css="wn-row"))

"""What the board says beside the calendar: how the plan stands, what an edit changed, why a post is where it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from toolkit.schema import Plan
from toolkit.widgets._board_course import LIVE, Course, Step
from toolkit.widgets._board_posts import (
    Names,
    called,
    line,
    moves_together,
    number,
    rule_name,
    signed,
    time_words,
)
from toolkit.widgets._view import button, node

Node = dict[str, Any]
_LISTED, _FOLDED, _MESSAGES, _BEST = 6, 60, 30, 5
_WAYS = (
    ("view", "看法", (("groups", "群和日子"), ("month", "按月"))),
    ("colour", "颜色", (("kind", "按类型"), ("phase", "按阶段"))),
)
_MARKS = {"block": ("✕", "wn-block"), "warn": ("!", "wn-warn"), "info": ("·", "wn-info")}


def reach(plan: Plan) -> str:
    """How near a plan comes to its bound; "" where no bound was worked out.

    >>> from types import SimpleNamespace
    >>> reach(SimpleNamespace(value=98.7, bound=100.0, bound_by="lagrange"))
    '已达上限的 98.7%'
    """
    if not plan.bound_by or plan.bound <= 0 or plan.value < 0:
        return ""
    percent = 100 * plan.value / plan.bound
    # what falls short is not told as the whole
    told = percent if percent >= 100 else min(percent, 99.9)
    return f"已达上限的 {told:.1f}".removesuffix(".0") + "%"


def summary(plan: Plan, unplaced: int, shown: int | None) -> list[str]:
    """How the plan stands, in a few short parts."""
    live = int(plan.calendar["status"].isin(LIVE).sum())
    hard = int((plan.checks["severity"] == "block").sum())
    soft = len(plan.checks) - hard
    parts = [f"{live} 次发布", f"价值 {number(plan.value)}", reach(plan)]
    parts.append(f"{unplaced} 条未排入" if unplaced else "")
    parts.append(f"✕ {hard} 处不合规则" if hard else "✓ 没有不合规则的")
    parts.append(f"! {soft} 处留意" if soft else "")
    parts.append("" if shown is None else f"按筛选显示 {shown} 次")
    return [part for part in parts if part]


def bar_nodes(course: Course, parts: Sequence[str], *, looks: Mapping[str, str], direct: bool) -> list[Node]:
    """The line above the calendar: how the plan stands, how it is looked at, and the way back and forth."""
    last, later = course.last, course.next
    ways = [
        node(
            "div",
            [_way(event, value, word, looks[event]) for value, word in words],
            css="wn-row",
            role="group",
            label=name,
        )
        for event, name, words in _WAYS
    ]
    tools = [
        button(
            "↶ 撤销",
            "undo",
            key="undo",
            disabled=not course.at,
            title=f"撤销：{last.words}" if course.at else "",
        ),
        button(
            "↷ 重做",
            "redo",
            key="redo",
            disabled=later is None,
            title=f"重做：{later.words}" if later else "",
        ),
        button(
            "✓ 直接采用" if direct else "直接采用",
            "direct",
            key="direct",
            pressed="true" if direct else "false",
            title="每次改动立即采用，不用再点；仍然可以撤销",
        ),
    ]
    told = [node("span", part, css=_tint(part)) for part in parts]
    return [
        node(
            "div",
            node("div", told, css="wn-row wn-board-told"),
            node("div", *ways, node("div", tools, css="wn-row"), css="wn-row wn-board-tools"),
            css="wn-board-bar",
        )
    ]


def _way(event: str, value: str, word: str, now: str) -> Node:
    on = "true" if value == now else "false"
    return button(
        f"✓ {word}" if value == now else word, event, value=value, pressed=on, key=f"{event}-{value}"
    )


def _tint(part: str) -> str:
    return {"✕": "wn-block", "!": "wn-warn", "✓": "wn-pass"}.get(part[0], "")


def change_words(row: dict[str, Any], names: Names) -> str:
    """One row of CHANGES as a sentence."""
    what = f"{names.title(row['item_id'])}（{names.group_name(row['group_id'])}）"
    if row["change"] == "moved":
        return f"{what}{time_words(row['was'])} → {time_words(row['starts_at'])}"
    if row["change"] == "added":
        return f"{what}排入 {time_words(row['starts_at'])}"
    if row["change"] == "removed":
        return f"{what}移走，原在 {time_words(row['was'])}"
    return f"{what}改了状态"


def difference(
    steps: Sequence[Step], changes: pd.DataFrame, names: Names, before: Plan, after: Plan, *, waits: bool
) -> tuple[list[Node], str]:
    """What edits have changed, with the buttons to accept or undo where they wait; and the same as a sentence."""
    if not steps:
        return [], ""
    touched = frozenset().union(*(step.touched for step in steps))
    rows = changes.to_dict("records")
    rest = [row for row in rows if (row["item_id"], row["group_id"]) not in touched]
    worth = after.value - before.value
    head = [step.words for step in steps]
    value = f"价值 {signed(worth)}" + (f"，{reach(after)}" if reach(after) else "")
    follows = f"随之改动 {len(rest)} 处" if rest else "别的都没有动"
    sentence = f"{head[-1]}。{follows}，{value}。"
    lines = [change_words(row, names) for row in rest[:_FOLDED]]
    done = node("p", node("b", "等你决定：" if waits else "已采用："), "；".join(head[-_LISTED:]))
    parts: list[Node] = [
        node("div", _decisions(len(steps)) if waits else [], done, css="wn-row"),
        node("p", f"{follows}{'：' if lines else ''}", node("span", f"　{value}", css="wn-muted")),
    ]
    if new := _new_breaks(before, after):
        parts.append(node("p", f"! 新的提醒：{new}", css="wn-warn"))
    if lines:
        parts.append(node("ul", [node("li", text) for text in lines[:_LISTED]]))
    if len(rest) > _LISTED:
        more = [node("li", text) for text in lines[_LISTED:]]
        more += [node("li", f"另有 {len(rest) - _FOLDED} 处")] if len(rest) > _FOLDED else []
        parts.append(
            node("details", node("summary", f"还有 {len(rest) - _LISTED} 处"), node("ul", more), key="more")
        )
    return [node("section", parts, css="wn-stack wn-board-change")], sentence


def _decisions(steps: int) -> list[Node]:
    found = [
        button("采用" if steps == 1 else f"采用这 {steps} 步", "accept", key="accept", css="wn-main"),
        button("退回" if steps == 1 else "退回一步", "back", key="back"),
    ]
    return found if steps == 1 else [*found, button("全部退回", "back_all", key="back_all")]


def _new_breaks(before: Plan, after: Plan) -> str:
    """The rules that are broken more often than before, with their names."""
    was, now = (plan.checks["rule_id"].value_counts() for plan in (before, after))
    more = [(rule, int(count - was.get(rule, 0))) for rule, count in now.items() if count > was.get(rule, 0)]
    return "、".join(f"{rule_name(rule)} {count} 处" for rule, count in sorted(more))


def refusal(text: str) -> list[Node]:
    """What was not done and why."""
    return [node("p", f"✕ {text}", css="wn-block", role="alert")]


def rule_nodes(checks: pd.DataFrame, known: frozenset[str]) -> list[Node]:
    """Broken rules by name, hard ones first; what they say of a post on the board leads there."""
    if checks.empty:
        return [node("h4", "规则"), node("p", "✓ 没有不合规则的，也没有要留意的。", css="wn-pass")]
    parts: list[Node] = []
    for severity in ("block", "warn", "info"):
        own = checks[checks["severity"] == severity]
        for rule, rows in own.groupby("rule_id", sort=False):
            parts.append(_rule(str(rule), severity, rows, known))
    return [node("h4", "规则"), *parts]


def _rule(rule: str, severity: str, rows: pd.DataFrame, known: frozenset[str]) -> Node:
    mark, css = _MARKS[severity]
    cost = float(rows["cost"].sum())
    price = f"，代价 {number(cost)}" if cost else ""
    head = node("summary", node("span", f"{mark} {rule_name(rule)}", css=css), f"　{len(rows)} 处{price}")
    lines = []
    for n, (post_id, message) in enumerate(zip(rows["post_id"], rows["message"], strict=True)):
        if n == _MESSAGES:
            lines.append(node("li", f"还有 {len(rows) - _MESSAGES} 处", css="wn-muted"))
            break
        text = line(message, 160)
        link = button(text, "select", value=post_id, css="wn-board-link", key=f"{rule}-{post_id}-{n}")
        lines.append(node("li", link if post_id in known else text))
    opened = severity == "block"
    return node("details", head, node("ul", lines), key=f"rule-{severity}-{rule}", open=opened)


def no_choice() -> list[Node]:
    """What stands where no post is chosen."""
    return [
        node("h4", "为什么排在这里"),
        node("p", "点一次发布，这里说它为什么排在这里、还能放哪里。", css="wn-muted"),
    ]


def why_nodes(row: Mapping[str, Any], reason: str, names: Names, places: pd.DataFrame | None) -> list[Node]:
    """Why a post stands where it does, what is broken there, and where else it could stand.

    `row` is the post as the page shows it. Without `places` (PLACES) it can be asked for them.
    """
    facts = [names.group_name(row["group"]), time_words(row["at"])]
    facts += [row[name] for name in ("kind_word", "phase_word", "status_word", "owner")]
    parts = [
        node("h4", "为什么排在这里"),
        node("p", node("bdi", line(names.item(row["item"])["title"], 400)), css="wn-board-title"),
        node("p", " · ".join(fact for fact in facts if fact), css="wn-small"),
        node("p", line(reason, 400) or "没有写原因。"),
    ]
    for found in row["broken"]:
        mark, css = _MARKS[found["severity"]]
        parts.append(node("p", node("b", f"{mark} {found['name']}：", css=css), found["message"]))
    if row["status"] in ("draft", "pinned"):
        ask = [button("看看还能放哪里", "ask", key="ask")] if places is None else []
        parts.append(node("div", *ask, button("拿出来", "out", key="out"), css="wn-row"))
        parts += [] if places is None else _places(places)
    elif row["status"] == "sent":
        parts.append(node("p", "已经发出，不能再移动。", css="wn-muted"))
    return [node("div", parts, css="wn-stack")]


def _places(places: pd.DataFrame) -> list[Node]:
    """The best other places, and what bars the rest."""
    others = places[~places["chosen"]].to_dict("records")
    together = [row for row in others if moves_together(row["rule_id"], row["reason"])]
    free = sorted((row for row in others if pd.isna(row["rule_id"])), key=lambda row: -row["value_change"])
    barred = [row for row in others if not pd.isna(row["rule_id"]) and row not in together]
    parts: list[Node] = []
    if free:
        rows = [_place(row, signed(float(row["value_change"]))) for row in free[:_BEST]]
        parts += [node("h5", f"还能放 {len(free)} 处，最好的是"), node("ul", rows, css="wn-board-places")]
    if together:
        rows = [_place(row, "整批移") for row in together[:_BEST]]
        parts += [
            node("h5", f"同批的群一起移，还能放 {len(together)} 处"),
            node("ul", rows, css="wn-board-places"),
        ]
    if not free and not together:
        parts.append(node("p", "这个群里没有别的时间能放。", css="wn-muted"))
    if barred:
        parts.append(_barred(barred))
    return parts


def _barred(rows: Sequence[dict[str, Any]]) -> Node:
    """What bars the other places, by rule and then one by one."""
    counts = Counter(rule_name(row["rule_id"]) for row in rows)
    told = "、".join(f"{name} {count} 处" for name, count in counts.most_common())
    lines = [
        node("li", f"{time_words(row['starts_at'])}：{rule_name(row['rule_id'])}。{line(row['reason'], 120)}")
        for row in rows[:_MESSAGES]
    ]
    if len(rows) > _MESSAGES:
        lines.append(node("li", f"还有 {len(rows) - _MESSAGES} 处", css="wn-muted"))
    return node("details", node("summary", f"不能放的：{told}"), node("ul", lines), key="barred")


def _place(row: dict[str, Any], change: str) -> Node:
    at = f"{row['starts_at']:%Y-%m-%d %H:%M}"
    when = time_words(row["starts_at"])
    go = button("移到这里", "go", value=at, key=f"go-{at}", label=f"移到 {when}")
    return node(
        "li",
        node("span", when),
        node("span", change, css="wn-bar-number"),
        go,
        title=line(row["reason"], 200),
    )


def tray_nodes(entry: dict[str, Any], names: Names) -> list[Node]:
    """Why something found no place, and how it gets one by hand. `entry` is a row of the tray."""
    return [
        node(
            "div",
            node("h4", "为什么没有排入"),
            node("p", node("bdi", line(names.item(entry["item"])["title"], 400)), css="wn-board-title"),
            node("p", f"{names.group_name(entry['group'])} · {entry['rule']}", css="wn-small"),
            node("p", entry["reason"] or "没有写原因。"),
            node("p", "拖到格子里就排进去；不用拖动，也可以在下面选日子和时刻。", css="wn-muted"),
            css="wn-stack",
        )
    ]


def gone_words(title: str) -> str:
    """What is said of a post that the edits removed."""
    return f"{called(title)}在这次改动里移走了；退回就回来。"

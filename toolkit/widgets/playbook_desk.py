"""The desk for a campaign: choose a goal and a playbook, fill its blanks, get its content items."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as ipw
import pandas as pd

from toolkit.campaigns import expand_playbook, explain_playbook, list_playbooks
from toolkit.campaigns import playbook_choices as choices_of
from toolkit.campaigns._shape import GOAL_WORDS
from toolkit.schema import ITEMS, ToolkitError, checked_moment
from toolkit.widgets._view import Panel

ANY = "都看"
# Han characters of 13 px that stand beside each other on the desk
LINE = 46
VERDICT_MARKS = {"usable": "✓", "discouraged": "✕"}
# the parts that an editor reads before she decides, in their order
FIRST_PARTS = ("不建议", "概要", "目标", "角色", "阶段", "条目", "预算", "风险", "不能做", "不做")


class PlaybookDesk(ipw.VBox):
    """A desk for one campaign: goal, playbook, first day, groups, blanks and options, and the items they give.

    `groups` is a GROUPS frame, `start` the first day. `books`, `explain`, `choices` and `expand` are the verbs behind
    it; `save` is called with the items each time they are made, and where it gives a path the desk tells it. `result`
    is the ITEMS frame made last, empty before. What a verb refuses is said on the desk, and the items made before stay.

    >>> import pandas as pd
    >>> groups = pd.DataFrame({"group_id": ["g1"], "name": ["街坊"], "members": [180], "slots": [["20:00"]],
    ...                        "posts_per_day": [1], "posts_per_week": [5]})
    >>> desk = PlaybookDesk(groups, start="2026-09-21")
    >>> desk.book.value = "b8-presale"
    >>> desk.make.click()
    >>> len(desk.result) > 0
    True
    """

    def __init__(
        self,
        groups: pd.DataFrame,
        *,
        start: Any,
        books: Callable[..., pd.DataFrame] = list_playbooks,
        explain: Callable[..., pd.DataFrame] = explain_playbook,
        choices: Callable[..., pd.DataFrame] = choices_of,
        expand: Callable[..., pd.DataFrame] = expand_playbook,
        save: Callable[[pd.DataFrame], Any] | None = None,
    ) -> None:
        self._groups, self._books, self._explain = groups, books, explain
        self._choices, self._expand, self._save = choices, expand, save
        self._warning = ""
        self._examples: dict[str, str] = {}
        self.result = ITEMS.empty()
        wide = ipw.Layout(width="auto")
        listed = {goal for goals in books()["goals"] for goal in goals}
        goals = [goal for goal in GOAL_WORDS if goal in listed]
        self.goal = ipw.Dropdown(options=[ANY, *goals], value=ANY, description="目标")
        self.book = ipw.Dropdown(options=[], description="打法", layout=wide)
        self.start = ipw.DatePicker(value=checked_moment(start, "start").date(), description="第一天")
        self.campaign = ipw.Text(description="活动名", placeholder="不写就用打法名和日期", layout=wide)
        self.owner = ipw.Text(description="负责人", placeholder="一个人包办时写这里", layout=wide)
        self.fields = ipw.VBox([])
        self.fill = ipw.Button(description="用例子填满", tooltip="没填的空都填上打法里的例子，填过的不动")
        self.make = ipw.Button(description="展开成条目", tooltip="照上面填的，展开成可以排期的内容条目")
        self.told = ipw.Label(layout=ipw.Layout(width="100%"))
        self.outline = ipw.VBox([])
        self.items = ipw.VBox([])
        super().__init__(
            [
                ipw.HBox([self.goal, self.start]),
                self.book,
                self.outline,
                self.campaign,
                self.owner,
                self.fields,
                ipw.HBox([self.fill, self.make]),
                self.told,
                self.items,
                # brings the house's style sheet, and keeps the desk's keys from JupyterLab
                Panel(),
            ]
        )
        for name in ("wn-plain", "wn-book"):
            self.add_class(name)
        self.layout = ipw.Layout(max_width="720px", padding="8px 0")
        self.goal.observe(lambda _change: self._show_books(), names="value")
        self.book.observe(lambda _change: self._show_book(), names="value")
        self.fill.on_click(lambda _button: self._fill())
        self.make.on_click(lambda _button: self._make())
        self._show_books()

    def __repr__(self) -> str:
        """The same text in every run, so that a notebook's output can be compared."""
        return f"PlaybookDesk（{len(self.book.options)} 个打法，{len(self.result)} 个条目）"

    def _show_books(self) -> None:
        """Offer the goal's playbooks, and keep the chosen one where it is among them."""
        chosen = self.book.value
        goal = None if self.goal.value == ANY else self.goal.value
        rows = self._books(goal=goal, groups=max(1, len(self._groups))).to_dict("records")
        self.book.options = [
            (f"{VERDICT_MARKS[row['verdict']]} {row['name']}　{row['days']} 天", row["playbook"])
            for row in rows
        ]
        if chosen in {row["playbook"] for row in rows}:
            self.book.value = chosen

    def _show_book(self) -> None:
        """What the playbook says, folded by part, and a field for each choice that it leaves open."""
        if self.book.value is None:
            return
        told = self._explain(self.book.value)
        parts = [part for part in FIRST_PARTS if part in set(told["part"])]
        fold = ipw.Accordion([_lines(told[told["part"] == part]) for part in parts], titles=parts)
        fold.selected_index = 0
        self.outline.children = [fold]
        self._warning = _warning(told[told["part"] == "不建议"])
        self.fields.children = []
        self._show_fields()
        self._tell("")

    def _show_fields(self) -> None:
        """A field for each choice that is open under the options chosen; what was filled in stays."""
        given = self._given()
        options = {field.description: field.value for field in self._options()}
        asked = self._choices(self.book.value, **options).to_dict("records")
        self._examples = {row["name"]: row["example"] for row in asked}
        self.fields.children = [_field(row, given.get(row["name"])) for row in asked]
        for field in self._options():
            field.observe(lambda _change: self._show_fields(), names="value")

    def _options(self) -> list[ipw.Widget]:
        return [field for field in self.fields.children if isinstance(field, ipw.Dropdown)]

    def _given(self) -> dict[str, str]:
        values = {field.description: str(field.value or "").strip() for field in self.fields.children}
        return {name: value for name, value in values.items() if value}

    def _fill(self) -> None:
        """Put the example into every blank that is still empty."""
        for field in self.fields.children:
            if isinstance(field, ipw.Text) and not field.value.strip():
                field.value = self._examples.get(field.description, "")

    def _make(self) -> None:
        """Ask `expand`, show its items; what was there stays where it refuses."""
        if self.book.value is None:
            self._tell("先在上面选一个打法。")
            return
        try:
            items = self._expand(
                self.book.value,
                start=self.start.value,
                groups=self._groups,
                campaign=self.campaign.value.strip() or None,
                owners=self.owner.value.strip() or None,
                **self._given(),
            )
        except ToolkitError as error:
            self._tell(str(error))
            return
        self.result = items
        self.items.children = [_item(row) for row in items.to_dict("records")]
        open_blanks = int(items["copy"].str.contains("【…", regex=False).sum())
        blanks = f"，其中 {open_blanks} 条还有要填的空" if open_blanks else ""
        self._tell(f"展开了 {len(items)} 个条目{blanks}。{self._keep(items)}")

    def _keep(self, items: pd.DataFrame) -> str:
        """Hand the items to `save`; where they lie now, or why they could not be kept."""
        if self._save is None:
            return ""
        try:
            path = self._save(items)
        except ToolkitError as error:
            return f"没有存下：{error}"
        return f"已存到 {path.parent.name}/{path.name}" if isinstance(path, Path) else ""

    def _tell(self, text: str) -> None:
        """Say a sentence below the buttons, after the warning of a playbook that is not advised."""
        self.told.value = self.told.tooltip = self._warning + text


def _warning(told: pd.DataFrame) -> str:
    """What the desk says before all else of a playbook that is not advised; "" for any other."""
    instead = "、".join(told.loc[told["name"] == "改用", "text"])
    if told.empty:
        return ""
    return f"不建议照做，改用：{instead}。" if instead else "不建议照做。"


def _lines(rows: pd.DataFrame) -> ipw.VBox:
    """Each row of an outline as a line with its name, and what it says below."""
    boxes: list[ipw.Widget] = []
    for row in rows.to_dict("records"):
        head = "　".join(part for part in (row["name"], row["when"]) if part)
        boxes += [ipw.Label(head)] if head else []
        boxes.append(_text(row["text"]))
    return ipw.VBox(boxes)


def _text(text: str) -> ipw.VBox:
    """A text as labels, which run nothing but do not wrap: its lines cut at the desk's width."""
    lines = [line[at : at + LINE] for line in text.splitlines() for at in range(0, max(1, len(line)), LINE)]
    return ipw.VBox([ipw.Label(f"　{line}", layout=ipw.Layout(height="24px")) for line in lines])


def _field(row: dict[Any, Any], value: str | None) -> ipw.Widget:
    about = {
        "description": row["name"],
        "tooltip": row["hint"],
        "layout": ipw.Layout(width="auto"),
    }
    if row["values"]:
        return ipw.Dropdown(options=row["values"], value=value or row["default"], **about)
    hint = f"例：{row['example']}" if row["example"] else row["hint"]
    return ipw.Text(value=value or "", placeholder=hint, **about)


def _item(row: dict[Any, Any]) -> ipw.VBox:
    head = ipw.Label(f"{_span(row['earliest'], row['latest'])}　{row['title']}", tooltip=row["title"])
    return ipw.VBox([head, _text(row["copy"])])


def _span(first: pd.Timestamp, last: pd.Timestamp) -> str:
    """Two days as an editor writes them.

    >>> days = [pd.Timestamp(day) for day in ("2026-09-28", "2026-09-30", "2026-10-02")]
    >>> _span(days[0], days[0]), _span(days[0], days[1]), _span(days[1], days[2])
    ('9月28日', '9月28日–30日', '9月30日–10月2日')
    """
    begin = f"{first.month}月{first.day}日"
    if first == last:
        return begin
    return f"{begin}–{last.day}日" if first.month == last.month else f"{begin}–{last.month}月{last.day}日"

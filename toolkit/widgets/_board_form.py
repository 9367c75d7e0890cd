"""Everything that the board's dragging does, by plain controls: choose, pick a day, a time and a group, press a button."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ipywidgets as ipw
import pandas as pd

from toolkit.charts import format_day
from toolkit.schema import Plan
from toolkit.widgets._board_posts import Names, called, line
from toolkit.widgets._view import Panel, button

TITLE = "不用拖动也能改"
# a longer list is found in by writing a few characters
_MOST = 200
_WIDE = {"width": "auto", "min_width": "240px", "flex": "1 1 240px"}
_NARROW = {"width": "208px"}


@dataclass(frozen=True, eq=False)
class Offer:
    """What can be chosen from: the plan as it stands, its posts and tray as the page shows them, its days."""

    plan: Plan
    names: Names
    posts: Sequence[Mapping[str, Any]] = ()
    tray: Sequence[Mapping[str, Any]] = ()
    days: Sequence[Mapping[str, Any]] = ()
    groups: Sequence[Mapping[str, Any]] = field(default=())


class PlainForm(ipw.VBox):
    """The controls, folded; `ask(event, values)` hears what was asked for, in the words of the calendar's own events.

    Its lists are made when it is open: a board redrawn by dragging has no time for them.
    """

    def __init__(self, ask: Callable[[str, dict[str, Any]], Any], *, opened: bool) -> None:
        self._ask, self._filling = ask, False
        self._offer: Offer | None = None
        self._make_post_controls()
        self._make_other_controls()
        self.head = Panel(label=TITLE)
        self.head.on("fold", lambda _sent: self.open_or_fold(not self.opened))
        self.body = ipw.VBox(
            [
                _part("一次发布", self.find, self.post),
                _part("", self.day, self.time, self.group, self.move, self.regroup, self.take_out),
                _part("未排入的", self.entry),
                _part("", self.entry_day, self.entry_time, self.entry_group, self.place),
                _part("推迟一条内容", self.item, self.later, self.delay),
                _part("某群停一天", self.shut_group, self.shut_day, self.shut),
            ]
        )
        super().__init__([self.head, self.body])
        self.open_or_fold(opened)

    def open_or_fold(self, opened: bool) -> None:
        """Show the controls, or their heading alone."""
        self.opened = opened
        self.body.layout.display = "" if opened else "none"
        mark, state = ("▾", "true") if opened else ("▸", "false")
        self.head.content = [button(f"{mark} {TITLE}", "fold", key="fold", expanded=state)]
        self._fill()

    def _make_post_controls(self) -> None:
        self.find = ipw.Text(
            description="找", placeholder="标题、群名、日期里的几个字", layout=ipw.Layout(**_NARROW)
        )
        self.post = _dropdown("发布", _WIDE)
        self.day, self.time, self.group = _dropdown("日子"), _dropdown("时刻"), _dropdown("群")
        self.move = _button("移动", "在它自己的群里移到选的日子和时刻")
        self.regroup = _button("换群", "换到选的群，在选的日子和时刻")
        self.take_out = _button("拿出", "从排期里拿出来，放到未排入里")
        self.find.observe(lambda _change: self._fill(), names="value")
        self.post.observe(lambda _change: self._choose_post(look=True), names="value")
        self.group.observe(lambda _change: self._choose_times(), names="value")
        self.move.on_click(lambda _button: self._ask_move(own=True))
        self.regroup.on_click(lambda _button: self._ask_move(own=False))
        self.take_out.on_click(lambda _button: self._ask("takeout", {"id": self.post.value}))

    def _make_other_controls(self) -> None:
        self.entry = _dropdown("内容", _WIDE)
        self.entry_day, self.entry_time = _dropdown("日子"), _dropdown("时刻")
        self.entry_group = _dropdown("群")
        self.place = _button("放进来", "排到选的群，在选的日子和时刻")
        self.item, self.shut_group = _dropdown("内容", _WIDE), _dropdown("群", _WIDE)
        self.later = ipw.BoundedIntText(
            value=1, min=1, max=731, description="天数", layout=ipw.Layout(**_NARROW)
        )
        self.delay = _button("推迟", "在所有群里都往后放，先看随之改动了什么")
        self.shut_day = _dropdown("日子")
        self.shut = _button("停发", "这一天什么都不发给这个群")
        self.entry.observe(lambda _change: self._choose_entry(), names="value")
        self.entry_group.observe(lambda _change: self._choose_entry_times(), names="value")
        self.place.on_click(lambda _button: self._ask("untray", self._entry_place()))
        self.delay.on_click(
            lambda _button: self._ask("delay", {"item": self.item.value, "days": self.later.value})
        )
        self.shut.on_click(
            lambda _button: self._ask("shut", {"group": self.shut_group.value, "date": self.shut_day.value})
        )

    def offer(self, offered: Offer) -> None:
        """Take what can be chosen from."""
        self._offer = offered
        self._fill()

    def look_at(self, key: str) -> None:
        """Choose a post or an entry of the tray, where the form is open and offers it."""
        for control in (self.post, self.entry):
            if key != control.value and key in [value for _, value in control.options]:
                control.value = key

    def _fill(self) -> None:
        """Make the lists anew; what was chosen stays where it is still offered."""
        if not self.opened or self._offer is None:
            return
        offered, self._filling = self._offer, True
        groups = [(f"{row['name']}", row["id"]) for row in offered.groups]
        days = [(f"{row['label']} {row['weekday']}", row["date"]) for row in offered.days]
        items = offered.plan.items
        titles = [(called(title), name) for name, title in zip(items["item_id"], items["title"], strict=True)]
        for control, options in (
            *((one, groups) for one in (self.group, self.entry_group, self.shut_group)),
            *((one, days) for one in (self.day, self.entry_day, self.shut_day)),
            (self.item, titles),
            (self.post, self._posts(offered)),
            (self.entry, [(_entry_words(row, offered.names), row["id"]) for row in offered.tray]),
        ):
            _refill(control, options)
        self._filling = False
        self._choose_post()
        self._choose_entry()

    def _posts(self, offered: Offer) -> list[tuple[str, str]]:
        """The posts that can be moved and that hold each of the words written, by time."""
        wanted = self.find.value.split()
        rows = [
            row
            for row in offered.posts
            if row["status"] in ("draft", "pinned") and row["changed"] != "removed"
        ]
        found = [
            (words, row["id"])
            for row in sorted(rows, key=lambda row: (row["at"], row["group"]))
            if all(one in (words := _post_words(row, offered.names)) for one in wanted or [""])
        ]
        held = [pair for pair in found[_MOST:] if pair[1] == self.post.value]
        return found[:_MOST] + held

    def _choose_post(self, *, look: bool = False) -> None:
        """Set day, time and group to where the chosen post stands; where the editor chose it, show it on the board."""
        row = self._row(self.post.value)
        if row is None or self._filling:
            return
        self._filling = True
        _choose(self.group, row["group"])
        _choose(self.day, row["at"][:10])
        self._filling = False
        self._choose_times()
        if look:
            self._ask("look", {"id": row["id"]})

    def _choose_times(self) -> None:
        row = self._row(self.post.value)
        if self._offer is None or self._filling:
            return
        own = [row["at"][11:16]] if row is not None else []
        _refill(self.time, _times(self._offer, self.group.value, own))
        if own and row is not None and row["group"] == self.group.value:
            _choose(self.time, own[0])

    def _choose_entry(self) -> None:
        if self._offer is None or self._filling:
            return
        entry = next((row for row in self._offer.tray if row["id"] == self.entry.value), None)
        if entry is not None:
            _choose(self.entry_group, entry["group"])
        self._choose_entry_times()

    def _choose_entry_times(self) -> None:
        if self._offer is not None and not self._filling:
            _refill(self.entry_time, _times(self._offer, self.entry_group.value, []))

    def _row(self, key: Any) -> Mapping[str, Any] | None:
        rows = self._offer.posts if self._offer is not None else ()
        return next((row for row in rows if row["id"] == key), None)

    def _ask_move(self, *, own: bool) -> None:
        row = self._row(self.post.value)
        group = row["group"] if own and row is not None else self.group.value
        values = {"id": self.post.value, "group": group, "date": self.day.value, "time": self.time.value}
        self._ask("drop" if own else "regroup", values)

    def _entry_place(self) -> dict[str, Any]:
        place = {"group": self.entry_group.value, "date": self.entry_day.value, "time": self.entry_time.value}
        return {"id": self.entry.value, **place}


def _part(heading: str, *controls: ipw.Widget) -> ipw.VBox:
    row = ipw.HBox(list(controls), layout=ipw.Layout(flex_flow="row wrap", align_items="center"))
    # a part without a heading goes on with what was chosen above
    return ipw.VBox([ipw.Label(heading), row] if heading else [row])


def _dropdown(description: str, layout: Mapping[str, str] | None = None) -> ipw.Dropdown:
    return ipw.Dropdown(
        options=[],
        description=description,
        layout=ipw.Layout(**(layout or _NARROW)),
        style={"description_width": "40px"},
    )


def _button(description: str, tooltip: str) -> ipw.Button:
    return ipw.Button(
        description=description, tooltip=tooltip, layout=ipw.Layout(width="88px", height="32px")
    )


def _refill(control: ipw.Dropdown, options: list[tuple[str, Any]]) -> None:
    """Give a list new options, keeping what was chosen where it is still among them."""
    if list(control.options) == options:
        return
    held = control.value
    control.options = options
    if options and control.value is None:
        control.index = 0
    _choose(control, held)


def _choose(control: ipw.Dropdown, value: Any) -> None:
    if value in [one for _, one in control.options]:
        control.value = value


def _times(offered: Offer, group_id: Any, own: list[str]) -> list[tuple[str, str]]:
    """The slots of a group, and the post's own time, in order."""
    slots: list[str] = next((row["slots"] for row in offered.groups if row["id"] == group_id), [])
    return [(clock, clock) for clock in sorted({*slots, *own})]


def _post_words(row: Mapping[str, Any], names: Names) -> str:
    when = f"{format_day(pd.Timestamp(row['at'][:10]))} {row['at'][11:16]}"
    return f"{when}　{names.group_name(row['group'])}　{line(row['title'], 40)}　{row['status_word']}"


def _entry_words(row: Mapping[str, Any], names: Names) -> str:
    return f"{line(row['title'], 40)}　{names.group_name(row['group'])}　{row['rule']}"

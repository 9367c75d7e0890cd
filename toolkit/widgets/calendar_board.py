"""The desk for a calendar: posts moved by mouse or keys, each edit answered by what it changed, to accept or undo."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ipywidgets as ipw
import pandas as pd

from toolkit import lexicons
from toolkit.schedule import (
    check_calendar,
    close_day,
    compare_plans,
    delay_item,
    explain_post,
    move_post,
    place_post,
    regroup_post,
    take_out_post,
)
from toolkit.schema import CHANGES, ITEM_KINDS, WORDS, Plan, Rules, ToolkitError
from toolkit.widgets import _board_course as course
from toolkit.widgets import _board_posts as shapes
from toolkit.widgets import _board_words as words
from toolkit.widgets._board_edits import Edits
from toolkit.widgets._board_form import Offer, PlainForm
from toolkit.widgets._calendar_view import CalendarView
from toolkit.widgets._view import NOT_KEPT, Panel, node

_EVERY = "全部"
_HINT = "拖动一次发布，或用键盘拿起它：随之改动了什么，先在这里说清楚，由你决定采用还是退回。"
_MOVABLE = ("draft", "pinned")
_FILTERS = ("owner", "segment", "kind", "campaign", "status")


class CalendarBoard(ipw.VBox):
    """A calendar to look at and to change by hand: groups by days, or weeks of a month.

    `calendar`, `items` and `groups` keep CALENDAR, ITEMS and GROUPS; with `plan` all is taken from it. Without one,
    `rules`, `unplaced`, `start` and `days` (by default the whole weeks of the calendar's posts) say what is not in
    the frames, and no bound is told. `move`, `place`, `take_out`, `regroup`, `delay` and `close` are the verbs behind the
    edits, `check`, `explain` and `compare` say what is told of them; `days_table` gives the table of days.

    An edit is shown with all that it changed, and waits to be accepted or undone. `result` is the CALENDAR and `plan`
    the Plan of what was accepted; `save` is called with that CALENDAR each time it becomes another one. `save_draft` is
    called with `state()` after each change; `draft` is such a state, taken up where it belongs to this calendar. With
    `plain` the form that needs no dragging is open from the start. What a verb refuses is said on the board, and
    nothing changes.

    >>> import pandas as pd
    >>> groups = pd.DataFrame([{"group_id": "g1", "name": "妈妈群", "members": 200, "slots": ["08:00", "20:00"],
    ...                         "posts_per_day": 1, "posts_per_week": 5}])
    >>> items = pd.DataFrame([{"item_id": "a", "title": "新米到了"}])
    >>> post = {"post_id": "a@g1", "item_id": "a", "group_id": "g1", "starts_at": "2026-09-21 20:00"}
    >>> board = CalendarBoard(pd.DataFrame([post]), items, groups)
    >>> board.grid.hear({"event": "drop", "id": "a@g1", "group": "g1", "date": "2026-09-23", "time": None})
    >>> board.accept()
    >>> f"{board.result['starts_at'].iloc[0]:%m-%d %H:%M}"
    '09-23 20:00'
    """

    def __init__(
        self,
        calendar: pd.DataFrame,
        items: pd.DataFrame,
        groups: pd.DataFrame,
        *,
        plan: Plan | None = None,
        rules: Rules | None = None,
        unplaced: pd.DataFrame | None = None,
        start: Any = None,
        days: int | None = None,
        move: Callable[..., Plan] = move_post,
        place: Callable[..., Plan] = place_post,
        take_out: Callable[..., Plan] = take_out_post,
        regroup: Callable[..., Plan] = regroup_post,
        delay: Callable[..., Plan] = delay_item,
        close: Callable[..., Plan] = close_day,
        check: Callable[..., pd.DataFrame] = check_calendar,
        explain: Callable[..., pd.DataFrame] = explain_post,
        compare: Callable[..., pd.DataFrame] = compare_plans,
        days_table: Callable[[], pd.DataFrame] = lexicons.calendar,
        save: Callable[[pd.DataFrame], Any] | None = None,
        draft: Mapping[str, Any] | None = None,
        save_draft: Callable[[dict[str, Any]], Any] | None = None,
        plain: bool = False,
    ) -> None:
        verbs = (move, place, take_out, regroup, delay, close)
        self._verbs = dict(
            zip(("move", "place", "take_out", "regroup", "delay", "close"), verbs, strict=True)
        )
        self._judge, self._explain, self._compare = check, explain, compare
        self._save, self._save_draft = save, save_draft
        asked = {"rules": rules, "unplaced": unplaced, "start": start, "days": days}
        opened = course.open_plan(calendar, items, groups, **asked) if plan is None else course.Opened(plan)
        self._begin(opened, days_table(), judged=plan is not None)
        self._make_parts(plain)
        super().__init__(
            [self.bar, self.filters, self.changes, self.grid, self.beside, self.form],
            layout=ipw.Layout(width="100%"),
        )
        self.add_class("wn-plain")
        self._resume(draft)
        self._hang_on()
        self._show()
        self._last_state = self.state()

    def _begin(self, opened: course.Opened, days: pd.DataFrame, *, judged: bool) -> None:
        """The course from the plan that it begins with, and what is kept beside it."""
        first = self._judged(opened.plan) if judged else course.checked(opened.plan, self._judge)
        self._course, self._base, self._aside = course.Course(first), first, opened.aside
        # items and groups are looked up by their ids; made anew only when an edit has made others of them
        self._known, self._names = first, shapes.Names.of(first)
        self._days, self._groups = shapes.day_rows(first, days), list[dict[str, Any]]()
        self._posts: dict[str, dict[str, Any]] = {}
        self._tray: dict[str, dict[str, Any]] = {}
        self._places: dict[str, pd.DataFrame] = {}
        self._changes, self._difference = CHANGES.empty(), list[dict[str, Any]]()
        self._said = self._refused = self._decision = ""
        self._direct = False

    # --- what it gives ------------------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """How many changes are shown and neither accepted nor taken back: they are not in `result`."""
        return len(self._course.pending)

    @property
    def plan(self) -> Plan:
        """The plan as it was accepted last."""
        return self._course.accepted

    @property
    def result(self) -> pd.DataFrame:
        """The CALENDAR that was accepted last."""
        return course.with_aside(self._course.accepted.calendar, self._aside)

    @property
    def told(self) -> list[str]:
        """What the board says: how the plan stands, what the last edit changed, and what was refused."""
        return [*self._parts(), *(text for text in (self._said, self._refused) if text)]

    def state(self) -> dict[str, Any]:
        """The whole board as plain values, to be given again as `draft`."""
        kept, shown = self._course.accepted, self._course.shown
        return {
            "base": course.digest(self._base),
            "kept_as": course.digest(kept),
            "kept": None if kept is self._base else course.written(kept, self._base),
            "shown": None if shown is kept else course.written(shown, self._base),
            "steps": [[step.words, sorted(map(list, step.touched))] for step in self._course.pending],
            "filters": {name: getattr(self, name).value for name in (*_FILTERS, "broken")},
            "view": [self.grid.view, self.grid.month_group, self.grid.colour_by],
            "direct": self._direct,
        }

    def __repr__(self) -> str:
        """The same text in every run, so that a notebook's output can be compared."""
        made = self._course.accepted
        return f"CalendarBoard（{len(self.result)} 次发布，{len(made.groups)} 个群，{made.days} 天）"

    # --- its parts ----------------------------------------------------------------------------------------------------

    def _make_parts(self, plain: bool) -> None:
        self.grid = CalendarView(label="排期")
        self.bar, self.changes = Panel(label="排期的情况"), Panel(label="改动", css="wn-board-say")
        self.why, self.rules = (
            Panel(label="为什么排在这里", css="wn-board-beside"),
            Panel(label="规则", css="wn-board-beside"),
        )
        self.beside = ipw.HBox([self.why, self.rules], layout=ipw.Layout(flex_flow="row wrap", width="100%"))
        items, groups = self._base.items, self._base.groups
        self.owner = _filter("负责人", [*items["owner"], *groups["owner"]])
        self.segment = _filter("人群", groups["segment"])
        self.kind = _filter(
            "类型", [], [(WORDS[kind], kind) for kind in ITEM_KINDS if (items["kind"] == kind).any()]
        )
        self.campaign = _filter("活动", items["campaign"])
        self.status = _filter("状态", [], [(WORDS[status], status) for status in ("draft", "pinned", "sent")])
        self.broken = ipw.Checkbox(description="只看有问题的", indent=False, layout=ipw.Layout(width="136px"))
        self.month_group = _filter(
            "月里看", [], list(zip(groups["name"].map(shapes.line), groups["group_id"], strict=True))
        )
        self.month_group.layout.display = "none"
        controls = [*(getattr(self, name) for name in _FILTERS), self.broken, self.month_group]
        self.filters = ipw.HBox(controls, layout=ipw.Layout(flex_flow="row wrap", align_items="center"))
        self.form = PlainForm(self._heard, opened=plain)

    def _hang_on(self) -> None:
        for event in ("drop", "untray", "takeout", "select", "pick", "open"):
            self.grid.on(event, lambda sent: self._heard(sent["event"], sent))
        for event in ("accept", "back", "back_all", "undo", "redo", "direct", "view", "colour"):
            for panel in (self.bar, self.changes):
                panel.on(event, lambda sent: self._heard(sent["event"], sent))
        for event in ("go", "ask", "out"):
            self.why.on(event, lambda sent: self._heard(sent["event"], sent))
        self.rules.on("select", lambda sent: self._heard("look", {"id": sent.get("value")}))
        for name in (*_FILTERS, "broken"):
            getattr(self, name).observe(lambda _change: self._filter(), names="value")
        self.month_group.observe(
            lambda _change: self._look(month_group=self.month_group.value), names="value"
        )

    def _heard(self, event: str, sent: Mapping[str, Any]) -> None:
        """Do what was asked for, by the calendar, a panel or the form."""
        doings: dict[str, Callable[[], Any]] = {
            "select": lambda: self._select(str(sent.get("id")), ask=True),
            "open": lambda: self._open(str(sent.get("id"))),
            "look": lambda: self._select(str(sent.get("id")), ask=False),
            "ask": lambda: self._select(self.grid.selected, ask=True),
            "pick": lambda: self._pick(str(sent.get("id"))),
            "accept": self.accept,
            "back": self.undo,
            "back_all": self._back_all,
            "undo": self.undo,
            "redo": self.redo,
            "direct": self._turn_direct,
            "view": lambda: self._look(view=str(sent.get("value"))),
            "colour": lambda: self._look(colour_by=str(sent.get("value"))),
        }
        doings.get(event, lambda: self._change(event, sent))()

    @property
    def _edits(self) -> Edits:
        return Edits(self._verbs, self._names, self._posts, self._tray, self.grid.selected)

    # --- edits --------------------------------------------------------------------------------------------------------

    def _change(self, event: str, sent: Mapping[str, Any]) -> None:
        """Show what an edit gives; where it is refused say why, and leave all as it was."""
        before = self._course.shown
        self.grid.busy = True
        try:
            edit = self._edits.edit(event, sent)
            after = edit.make(before)
        except ToolkitError as error:
            self._refuse(str(error))
            return
        if after is before:
            self._refuse("和原来一样，没有改动。")
            return
        # what judged its plan anew need not be judged again
        fresh = self._judge is check_calendar and after.checks is not before.checks
        step = course.Step(after if fresh else self._judged(after), edit.told, frozenset(edit.touched))
        self._course.add(step)
        self._refused = ""
        self._chosen_after(edit.touched, after)
        if self._direct:
            self._course.accept()
        self._show()
        if self._direct:
            self._hand_over()
        self._keep_draft()

    def _judged(self, plan: Plan) -> Plan:
        """The plan with what the judge says of it now."""
        asked: dict[str, Any] = {"rules": plan.rules, "overlap": plan.overlap}
        asked |= {"start": plan.start, "days": plan.days} if plan.days else {}
        return dataclasses.replace(plan, checks=self._judge(plan.calendar, plan.items, plan.groups, **asked))

    def _chosen_after(self, touched: Sequence[tuple[str, str]], plan: Plan) -> None:
        """Keep what the hand has moved chosen: as the post it is now, or as an entry of the tray."""
        if not touched:
            return
        item, group = touched[-1]
        frame = plan.calendar
        found = frame.loc[(frame["item_id"] == item) & (frame["group_id"] == group), "post_id"]
        self.grid.selected = str(found.iloc[0]) if len(found) else f"{item}@{group}"

    def _refuse(self, text: str) -> None:
        self._refused = text
        self._show_changes()
        self.grid.told = ""
        self.grid.told = text
        self.grid.places, self.grid.busy = [], False

    # --- decisions ----------------------------------------------------------------------------------------------------

    def accept(self) -> None:
        """Accept what is shown."""
        if self._course.pending:
            self._course.accept()
            self._decided("已采用。", another=True)

    def undo(self) -> None:
        """Take the last edit back; one already accepted too."""
        taken = self._course.last.words
        if self._course.at:
            self._decided(f"已撤销：{taken}。", another=self._course.back())

    def redo(self) -> None:
        """Make the edit that was taken back last once more."""
        later = self._course.next
        if later is not None:
            self._decided(f"已重做：{later.words}。", another=self._course.forward())

    def _back_all(self) -> None:
        while self._course.pending:
            self._course.back()
        self._decided("已全部退回。", another=False)

    def _decided(self, told: str, *, another: bool) -> None:
        self._refused = ""
        self._show(told)
        if another:
            self._hand_over()
        self._keep_draft()

    def _hand_over(self) -> None:
        """Give the accepted calendar to `save`; say where it lies, or why it could not be kept."""
        if self._save is None:
            return
        try:
            path = self._save(self.result)
        except (ToolkitError, OSError) as error:
            self._refused = f"没有存下：{error}"
        else:
            self._decision += f"已存到 {path.parent.name}/{path.name}。" if isinstance(path, Path) else ""
            self._said = self._decision or self._said
        self._show_changes()

    def _turn_direct(self) -> None:
        """Whether each edit is accepted at once; what waits stays waiting."""
        self._direct = not self._direct
        self._show_bar()
        self._keep_draft()

    # --- what it shows ------------------------------------------------------------------------------------------------

    def _show(self, told: str = "") -> None:
        """Draw all anew: the calendar first, in one message, then what is said beside it; `told` is a decision."""
        shown = self._course.shown
        if shown.items is not self._known.items or shown.groups is not self._known.groups:
            self._known, self._names = shown, shapes.Names.of(shown)
        self._places.clear()
        self._changes, self._difference, sentence = self._compared(told)
        self._said, self._decision = told or sentence, told
        self._draw()
        self._show_changes()
        self.rules.content = words.rule_nodes(shown.checks, frozenset(self._posts) | frozenset(self._tray))
        self._show_why(self.grid.selected)
        rows = (list(self._posts.values()), list(self._tray.values()))
        self.form.offer(Offer(shown, self._names, *rows, self._days, self._groups))

    def _draw(self) -> None:
        """The calendar itself."""
        shown, colour = self._course.shown, self.grid.colour_by
        full = course.with_aside(shown.calendar, self._aside)
        posts = shapes.post_rows(full, self._names, shown.checks, self._changes, colour_by=colour)
        tray = shapes.tray_rows(shown, self._names, colour_by=colour)
        self._posts, self._tray = ({row["id"]: row for row in some} for some in (posts, tray))
        self._groups = shapes.group_rows(shown, self._names)
        with self.grid.hold_sync():
            self.grid.posts, self.grid.tray, self.grid.days = posts, tray, self._days
            self.grid.legend, self.grid.places = shapes.legend_rows(colour), []
            self.grid.busy, self.grid.told = False, self._said
            self._narrow()

    def _compared(self, told: str) -> tuple[pd.DataFrame, list[dict[str, Any]], str]:
        """What the edits that wait have changed, or the one just accepted: as CHANGES, as nodes and as a sentence."""
        steps, before, waits = self._course.pending, self._course.accepted, True
        if not steps and self._direct and self._course.at and not told:
            steps, before, waits = [self._course.last], self._course.steps[self._course.at - 1].plan, False
        if not steps:
            return CHANGES.empty(), [], ""
        changes = self._compare(before, self._course.shown)
        found = words.difference(steps, changes, self._names, before, self._course.shown, waits=waits)
        return changes, *found

    def _show_changes(self) -> None:
        """What was refused, what was just decided, what the edits that wait have changed; else a hint."""
        found = words.refusal(self._refused) if self._refused else []
        found += [node("p", self._decision)] if self._decision else []
        self.changes.content = [*found, *self._difference] or [node("p", _HINT, css="wn-muted")]
        self._show_bar()

    def _show_bar(self) -> None:
        looks = {"view": self.grid.view, "colour": self.grid.colour_by}
        self.bar.content = words.bar_nodes(self._course, self._parts(), looks=looks, direct=self._direct)

    def _parts(self) -> list[str]:
        shown = None if self.grid.shown is None else len(self.grid.shown)
        return words.summary(self._course.shown, len(self._tray), shown)

    def _show_why(self, key: str) -> None:
        row, entry = self._posts.get(key), self._tray.get(key)
        if entry is not None:
            self.why.content = words.tray_nodes(entry, self._names)
        elif row is None:
            self.why.content = words.no_choice()
        elif row["changed"] == "removed":
            self.why.content = [node("p", words.gone_words(row["title"]))]
        else:
            self.why.content = words.why_nodes(row, self._reason(key), self._names, self._places.get(key))

    def _reason(self, key: str) -> str:
        """The whole reason of a post; a chip has but its beginning."""
        for calendar in (self._course.shown.calendar, self._aside):
            found = calendar.loc[calendar["post_id"] == key, "reason"]
            if len(found):
                return str(found.iloc[0])
        return ""

    # --- looking around -----------------------------------------------------------------------------------------------

    def _select(self, key: str, *, ask: bool) -> None:
        """Look at a post or an entry of the tray: what is known at once, then (where asked for) its other places."""
        self.grid.selected = key
        self._show_why(key)
        if ask and key not in self._places and self._posts.get(key, {}).get("status") in _MOVABLE:
            self._places_of(key)
            self._show_why(key)
        self.form.look_at(key)

    def _open(self, key: str) -> None:
        """Look at a post in the plain form."""
        self.form.open_or_fold(True)
        self._select(key, ask=True)

    def _places_of(self, key: str) -> pd.DataFrame | None:
        """Where else a post may stand; None where nobody can say."""
        if key not in self._places:
            try:
                self._places[key] = self._explain(self._course.shown, key)
            except ToolkitError as error:
                self._refuse(str(error))
        return self._places.get(key)

    def _pick(self, key: str) -> None:
        """A post was taken up: say where it may go."""
        row = self._posts.get(key)
        if row is None or row["status"] not in _MOVABLE or row["changed"] == "removed":
            self.grid.places = []
            return
        found = self._places_of(key)
        self.grid.places = [] if found is None else shapes.place_rows(found, row["group"])

    def _look(self, **looks: str) -> None:
        """Another view, month group or colouring."""
        for name, value in looks.items():
            setattr(self.grid, name, value)
        self.month_group.layout.display = "" if self.grid.view == "month" else "none"
        if "colour_by" in looks:
            self._draw()
        self._show_bar()
        self._keep_draft()

    def _filter(self) -> None:
        self._narrow()
        self._show_bar()
        self._keep_draft()

    def _narrow(self) -> None:
        """Show what passes the filters: posts, and of a chosen segment its groups alone."""
        chosen = shapes.Filters(**{name: getattr(self, name).value for name in (*_FILTERS, "broken")})
        self.grid.shown = chosen.shown(list(self._posts.values()), self._names)
        segment = shapes.line(chosen.segment, 20)
        self.grid.groups = [row for row in self._groups if not segment or row["segment"] == segment]

    # --- drafts -------------------------------------------------------------------------------------------------------

    def _keep_draft(self) -> None:
        """Hand the state to `save_draft`, where it is another one than was saved last."""
        if self._save_draft is None or (state := self.state()) == self._last_state:
            return
        try:
            self._save_draft(state)
        except (ToolkitError, OSError) as error:
            # what else was refused stays to be read
            before = self._refused.partition(NOT_KEPT)[0].rstrip("。")
            self._refused = f"{before}{'。' if before else ''}{NOT_KEPT}：{error}"
            self._show_changes()
        else:
            self._last_state = state

    def _resume(self, draft: Mapping[str, Any] | None) -> None:
        """Take up a draft; one of another calendar is left alone, and what is broken in it is passed over."""
        if not isinstance(draft, Mapping):
            return
        self._resume_looks(draft)
        base = self._course.shown
        name = course.digest(base)
        if name not in (draft.get("base"), draft.get("kept_as")):
            self._refused = (
                "草稿是照另一份排期改的，这里没有用上。" if draft.get("shown") or draft.get("kept") else ""
            )
            return
        kept, shown = (self._read_back(draft.get(part), base) for part in ("kept", "shown"))
        if kept is not None and name == draft.get("kept_as"):
            # the calendar is the accepted one already; what else was changed is not in it
            self._course = course.Course(kept)
        elif kept is not None:
            self._course.add(course.Step(kept, "上次采用的改动"))
            self._course.accept()
        if shown is not None:
            self._course.add(course.Step(shown, *_steps_of(draft.get("steps"))))

    def _read_back(self, kept: Any, base: Plan) -> Plan | None:
        """The plan of a draft, None where it holds none that can be read."""
        try:
            return None if kept is None else course.checked(course.read_back(kept, base), self._judge)
        except (KeyError, ValueError, TypeError, AttributeError, ToolkitError):
            return None

    def _resume_looks(self, draft: Mapping[str, Any]) -> None:
        filters = draft.get("filters")
        for name, value in filters.items() if isinstance(filters, Mapping) else ():
            control = getattr(self, name) if name in (*_FILTERS, "broken") else None
            known = (
                [one for _, one in control.options] if isinstance(control, ipw.Dropdown) else [True, False]
            )
            if control is not None and value in known:
                control.value = value
        view = draft.get("view")
        if isinstance(view, (list, tuple)) and len(view) == 3:
            self.grid.view = view[0] if view[0] in ("groups", "month") else "groups"
            self.month_group.value = (
                view[1] if view[1] in [one for _, one in self.month_group.options] else ""
            )
            self.grid.month_group = self.month_group.value
            self.grid.colour_by = view[2] if view[2] in ("kind", "phase") else "kind"
            self.month_group.layout.display = "" if self.grid.view == "month" else "none"
        self._direct = draft.get("direct") is True


def _steps_of(value: Any) -> tuple[str, frozenset[tuple[str, str]]]:
    """What the steps of a draft did, in words, and what the hand touched."""
    steps = (
        [step for step in value if isinstance(step, (list, tuple)) and len(step) == 2]
        if isinstance(value, list)
        else []
    )
    told = "；".join(shapes.line(step[0], 200) for step in steps) or "上次没有决定的改动"
    pairs = [pair for step in steps if isinstance(step[1], list) for pair in step[1]]
    return told, frozenset(
        (str(pair[0]), str(pair[1])) for pair in pairs if isinstance(pair, list) and len(pair) == 2
    )


def _filter(description: str, values: Any, options: list[tuple[str, str]] | None = None) -> ipw.Dropdown:
    """A list to narrow by: everything first."""
    own = (
        [(shapes.line(value, 20), value) for value in dict.fromkeys(values) if value]
        if options is None
        else options
    )
    layout = ipw.Layout(width="176px")
    return ipw.Dropdown(
        options=[(_EVERY, ""), *own],
        value="",
        description=description,
        layout=layout,
        style={"description_width": "48px"},
    )

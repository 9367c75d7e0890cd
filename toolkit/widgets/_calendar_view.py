"""The calendar as an editor sees and moves it: groups by days or weeks of a month, and a tray of what found no place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets

from toolkit.widgets._view import STATIC, View, module


def _source() -> str:
    """The calendar's module: its parts in the order they stand on each other."""
    after = [(STATIC / f"{name}.js").read_text(encoding="utf-8") for name in ("calendar_drawn", "calendar")]
    return "\n".join([module("calendar_parts"), *after])


class CalendarView(View):
    """Posts in a grid that can be dragged, by mouse, finger or keys. It decides nothing: it says what was asked for.

    All values are plain; a moment is a text in local wall time, "2026-09-21 20:00".

    - `groups`, in order: {id, name, owner, segment, members, slots: ["08:00"], quiet: ["22:00–07:00"]}
    - `days`, in order and without holes: {date, label, weekday, rest, workday, solemn, festival, names, note}
    - `posts`: {id, item, group, at, title, kind, kind_word, phase, phase_word, status, status_word, owner, colour,
      broken: [{rule, name, severity, message}], changed ("", moved, added, removed), why}
    - `tray`: {id: "item@group", item, group, title, kind, colour, rule, reason}
    - `view`: groups or month; `month_group`: a group's id, or "" for all
    - `colour_by`: kind or phase; `legend`: [{colour, word, mark}], `colour` being what posts and tray carry
    - `shown`: ids of the posts that pass the filters, None for all
    - `selected`: the id of a post or of a tray entry; the page sets it
    - `places`: {group, at, ok, change, rule, name} for what is held: a cell says what putting it there would do
    - `told`: a sentence for screen readers, also shown below the grid; `busy`: an answer is being worked out
    - `label`: the grid's name; `height`: of the part that scrolls, in pixels

    Events: `drop` and `untray` {id, group, date, time or None to keep the time of day}, `takeout` {id}, `select` {id},
    `pick` {id} (taken up: answer by `places`), `open` {id}. Statuses pinned, sent, missed and cancelled are marked;
    what is sent, or `changed` to removed, cannot be taken up.
    Each event is answered by `answered` when its callback is done: what the page moved beforehand stays only where
    `posts` by then say the same.
    """

    _esm = _source()
    groups = traitlets.List().tag(sync=True)
    days = traitlets.List().tag(sync=True)
    posts = traitlets.List().tag(sync=True)
    tray = traitlets.List().tag(sync=True)
    view = traitlets.Enum(["groups", "month"], default_value="groups").tag(sync=True)
    month_group = traitlets.Unicode("").tag(sync=True)
    colour_by = traitlets.Enum(["kind", "phase"], default_value="kind").tag(sync=True)
    legend = traitlets.List().tag(sync=True)
    shown = traitlets.List(default_value=None, allow_none=True).tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)
    places = traitlets.List().tag(sync=True)
    told = traitlets.Unicode("").tag(sync=True)
    busy = traitlets.Bool(False).tag(sync=True)
    label = traitlets.Unicode("排期").tag(sync=True)
    height = traitlets.Int(560).tag(sync=True)
    answered = traitlets.Unicode("").tag(sync=True)

    def hear(self, sent: Mapping[str, Any]) -> None:
        """Do what was hung on an event, and tell the page when it is done, also where it failed."""
        try:
            super().hear(sent)
        finally:
            self.answered = str(sent.get("turn", ""))

"""What an editor asked for on the board, as an edit: its words, the posts that her hand touched, and the verb to call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from toolkit.schema import Plan, PlanError
from toolkit.widgets._board_posts import Names, time_words

Pair = tuple[str, str]
Verb = Callable[..., Plan]


@dataclass(frozen=True, eq=False)
class Edit:
    """One edit: what it does in words, each (item, group) that the hand touched, and what makes the new plan."""

    told: str
    touched: tuple[Pair, ...]
    make: Callable[[Plan], Plan]


@dataclass(frozen=True, eq=False)
class Edits:
    """Edits of what is on the board: `verbs` by their names, its posts and tray by their ids as the page shows them."""

    verbs: Mapping[str, Verb]
    names: Names
    posts: Mapping[str, Mapping[str, Any]]
    tray: Mapping[str, Mapping[str, Any]]
    chosen: str = ""

    def edit(self, event: str, sent: Mapping[str, Any]) -> Edit:
        """The edit that an event asks for. Raises PlanError in words where what it names is not there."""
        known = {
            "drop": self._drop,
            "regroup": self._other_group,
            "untray": self._untray,
            "takeout": self._take_out,
            "out": lambda _sent: self._take_out({"id": self.chosen}),
            "go": self._go,
            "delay": self._delay,
            "shut": self._shut,
        }
        return known[event](sent)

    def _post(self, key: Any) -> Mapping[str, Any]:
        row = self.posts.get(str(key))
        if row is None:
            raise PlanError("这次发布已经不在排期里了。请另选一次。" if key else "先选一次发布。")
        if row["changed"] == "removed":
            raise PlanError("这次发布已经移走了。可以从未排入里放回来，或者退回这一步。")
        return row

    def _drop(self, sent: Mapping[str, Any]) -> Edit:
        """Move a post within its group or to another one; without a time it keeps its time of day."""
        row, group = self._post(sent.get("id")), str(sent.get("group"))
        if row["group"] == group:
            return self._move(row, f"{sent.get('date')} {sent.get('time') or row['at'][11:]}")
        time = sent.get("time") or nearest(row["at"][11:], self.names.group(group)["slots"])
        return self._regroup(row, group, f"{sent.get('date')} {time}")

    def _other_group(self, sent: Mapping[str, Any]) -> Edit:
        if self._post(sent.get("id"))["group"] == sent.get("group"):
            raise PlanError("它已经在这个群里。先选另一个群，或按「移动」换个时间。")
        return self._drop(sent)

    def _go(self, sent: Mapping[str, Any]) -> Edit:
        return self._move(self._post(self.chosen), str(sent.get("value")))

    def _move(self, row: Mapping[str, Any], at: str) -> Edit:
        pair = (row["item"], row["group"])
        told = f"{self.names.title(pair[0])}移到 {when(at)}（{self.names.group_name(pair[1])}）"
        return Edit(told, (pair,), lambda plan: self.verbs["move"](plan, row["id"], starts_at=at))

    def _regroup(self, row: Mapping[str, Any], group: str, at: str) -> Edit:
        was, now = (self.names.group_name(one) for one in (row["group"], group))
        told = f"{self.names.title(row['item'])}从「{was}」换到「{now}」，{when(at)}"
        touched = ((row["item"], row["group"]), (row["item"], group))
        return Edit(told, touched, lambda plan: self.verbs["regroup"](plan, row["id"], group, starts_at=at))

    def _untray(self, sent: Mapping[str, Any]) -> Edit:
        """Put what found no place into a group; without a time at the first slot that takes it, free ones first."""
        entry = self.tray.get(str(sent.get("id")))
        if entry is None:
            raise PlanError("先在未排入里选一条。")
        pair, date = (entry["item"], str(sent.get("group") or entry["group"])), str(sent.get("date"))
        clocks = [str(sent["time"])] if sent.get("time") else self._clocks(pair, date)
        told = f"{self.names.title(pair[0])}排进「{self.names.group_name(pair[1])}」，{day_words(date)}"
        return Edit(told, (pair,), lambda plan: self._placed(plan, pair, date, clocks))

    def _clocks(self, pair: Pair, date: str) -> list[str]:
        only = self.names.item(pair[0])["clock"]
        rows = [row for row in self.posts.values() if row["group"] == pair[1] and row["at"][:10] == date]
        taken = {row["at"][11:] for row in rows}
        allowed = [clock for clock in self.names.group(pair[1])["slots"] if not only or clock in only]
        return sorted(allowed, key=lambda clock: (clock in taken, clock))

    def _placed(self, plan: Plan, pair: Pair, date: str, clocks: list[str]) -> Plan:
        refused: list[PlanError] = []
        for clock in clocks:
            try:
                return self.verbs["place"](plan, *pair, starts_at=f"{date} {clock}")
            except PlanError as error:
                refused.append(error)
        if refused:
            raise refused[0]
        raise PlanError(f"群「{self.names.group_name(pair[1])}」没有这条能用的时段。请先补上时段。")

    def _take_out(self, sent: Mapping[str, Any]) -> Edit:
        row = self._post(sent.get("id"))
        told = f"{self.names.title(row['item'])}从「{self.names.group_name(row['group'])}」拿出来"
        pair = (row["item"], row["group"])
        return Edit(told, (pair,), lambda plan: self.verbs["take_out"](plan, row["id"]))

    def _delay(self, sent: Mapping[str, Any]) -> Edit:
        name, days = str(sent.get("item")), sent.get("days")
        told = f"{self.names.title(name)}推迟 {days} 天"
        return Edit(told, (), lambda plan: self.verbs["delay"](plan, name, days=days))

    def _shut(self, sent: Mapping[str, Any]) -> Edit:
        group, date = str(sent.get("group")), str(sent.get("date"))
        told = f"「{self.names.group_name(group)}」{day_words(date)} 停发"
        return Edit(told, (), lambda plan: self.verbs["close"](plan, group, day=date))


def nearest(clock: str, slots: list[str]) -> str:
    """The slot nearest to a time of day; the time itself where there is no slot.

    >>> nearest("20:00", ["08:00", "20:40"])
    '20:40'
    """
    return min(slots, key=lambda slot: (abs(_minutes(slot) - _minutes(clock)), slot), default=clock)


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return 60 * int(hours) + int(minutes) if hours.isdigit() and minutes.isdigit() else 0


def when(at: str) -> str:
    """A moment as an editor reads it; what is none as it stands.

    >>> when("2026-09-22 20:00"), when("None 20:00")
    ('9月22日 周二 20:00', 'None 20:00')
    """
    try:
        return time_words(at)
    except (ValueError, TypeError):
        return at


def day_words(date: str) -> str:
    """A day as an editor reads it; what is none as it stands.

    >>> day_words("2026-09-22")
    '9月22日 周二'
    """
    return when(f"{date} 00:00").removesuffix(" 00:00")

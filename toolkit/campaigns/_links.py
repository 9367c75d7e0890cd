"""What must fit together within a playbook: names, days, order, and the blanks that its texts hold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from toolkit.campaigns._blanks import blanks_in
from toolkit.campaigns._lines import Place
from toolkit.campaigns._shape import Outline, Playbook
from toolkit.schema import parse_clock

Loose = tuple[Place, str, str]

_ORDER = ("warmup", "promotion", "review")
_KEYS = {
    "roles": "role",
    "blanks": "blank",
    "options": "option",
    "targets": "target",
}
# what `expand_playbook` takes under names of its own
_TAKEN = ("start", "groups", "campaign", "topic", "owners", "without", "folder")


def loose_ends(book: Playbook) -> Iterator[Loose]:
    """Each fault: where it is, what it is, and what was expected."""
    for key in ("goal", "summary"):
        if blanks_in(getattr(book, key)):
            yield (
                (key,),
                f"{key} 里有空 {{{'、'.join(blanks_in(getattr(book, key)))}}}",
                "空只在标题和文案里填；这里请写成【…名称】。",
            )
    yield from _names(book)
    yield from _phases(book)
    for place, item in enumerate(book.items):
        yield from _item(book, item, ("items", place))
    yield from _order(book)
    yield from _circle(book)
    yield from _unused(book)
    for place, line in enumerate(book.budget):
        yield from _when(book, line.get("when", ()), f"预算「{line['line']}」", ("budget", place))
        if line["low"] > line["high"]:
            yield (
                ("budget", place, "low"),
                f"预算「{line['line']}」的最少比最多大",
                "请把 low 和 high 对调或改正。",
            )
    for place, option in enumerate(book.options):
        if option["default"] not in option["values"]:
            listed = "、".join(option["values"])
            yield (
                ("options", place, "default"),
                f"选项「{option['option']}」的 default 不在 values 里",
                f"请写其中一个：{listed}。",
            )


def _names(book: Playbook) -> Iterator[Loose]:
    """Names that come twice, within a table and among what an editor may pass by name."""
    tables: dict[str, list[str]] = {
        **{table: [row[key] for row in getattr(book, table)] for table, key in _KEYS.items()},
        "phases": [phase.name for phase in book.phases],
        "items": [item.item for item in book.items],
    }
    for table, names in tables.items():
        for place, name in enumerate(names):
            if name in names[:place]:
                yield (table, place), f"「{name}」写了两次", "每一个要有自己的名字，请改掉一个。"
    given: set[str] = set(_TAKEN)
    for table in ("blanks", "options", "targets"):
        for place, name in enumerate(tables[table]):
            key = _KEYS[table]
            if not name.isidentifier():
                yield (
                    (table, place, key),
                    f"「{name}」不能当名字",
                    "请只用汉字、字母和数字，中间不留空格，不以数字开头。",
                )
            elif name in given and name not in tables[table][:place]:
                yield (
                    (table, place, key),
                    f"「{name}」和别处重名",
                    "空、选项、发给谁三处的名字不能相同，请改掉一个。",
                )
        given.update(tables[table])


def _phases(book: Playbook) -> Iterator[Loose]:
    """Phases that overlap or go back."""
    for place, (one, two) in enumerate(zip(book.phases, book.phases[1:], strict=False), start=1):
        if two.days[0] <= one.days[1]:
            told = (
                f"阶段「{two.name}」从第 {two.days[0]} 天开始，和「{one.name}」（到第 {one.days[1]} 天）重叠"
            )
            yield ("phases", place, "days"), told, f"请从第 {one.days[1] + 1} 天或更晚开始；各阶段按先后写。"
    codes = [(place, _ORDER.index(phase.phase)) for place, phase in enumerate(book.phases) if phase.phase]
    for (_, code), (place, later) in pairwise(codes):
        if later < code:
            yield (
                ("phases", place, "phase"),
                "阶段类别往回走了",
                "次序是 预热、促销、复盘；日常的阶段可以空着。",
            )
    for place, phase in enumerate(book.phases):
        if not any(item.phase == phase.name for item in book.items):
            yield (
                ("phases", place),
                f"阶段「{phase.name}」里没有条目",
                "请给它至少一个条目，或者删去这个阶段。",
            )


def _item(book: Playbook, item: Outline, at: Place) -> Iterator[Loose]:
    """An item whose phase, role, target, options, blanks or clock are not to be had."""
    who = f"条目「{item.item}」"
    phases = {phase.name: phase for phase in book.phases}
    if item.phase not in phases:
        yield (*at, "phase"), f"{who}属于没有写出的阶段「{item.phase}」", f"可以用的是：{'、'.join(phases)}。"
    else:
        low, high = phases[item.phase].days
        first, last = item.days[0], item.days[1] + item.repeat[-1]
        if first < low or last > high:
            told = (
                f"{who}排在第 {first} 到第 {last} 天，不在阶段「{item.phase}」（第 {low} 到第 {high} 天）里"
            )
            yield (*at, "days"), told, "请改条目的 days（和 repeat），或把阶段放宽。"
    for key, table, name in (("role", "roles", "role"), ("target", "targets", "target")):
        given, known = getattr(item, key), [row[name] for row in getattr(book, table)]
        if given and given not in known:
            yield (
                (*at, key),
                f"{who}的 {key}「{given}」没有写出",
                f"请先写 [[{table}]]；现在有：{'、'.join(known) or '无'}。",
            )
    yield from _when(book, item.when, who, at)
    known_blanks = [row["blank"] for row in book.blanks]
    for key in ("title", "copy"):
        if strange := [name for name in blanks_in(getattr(item, key)) if name not in known_blanks]:
            told = f"{who}的 {key} 用了没有写出的空「{'、'.join(strange)}」"
            yield (*at, key), told, f"请先写 [[blanks]]；现在有：{'、'.join(known_blanks) or '无'}。"
    if item.around:
        try:
            parse_clock(item.around)
        except ValueError:
            yield (*at, "around"), f"{who}的 around「{item.around}」看不懂", "请写成 20:00 这样。"


def _when(
    book: Playbook, when: tuple[tuple[str, tuple[str, ...]], ...], who: str, at: Place
) -> Iterator[Loose]:
    """A `when` that names an option or a value that is not written."""
    options = {row["option"]: row["values"] for row in book.options}
    listed = "；".join(f"{name} 有 {'、'.join(values)}" for name, values in options.items())
    for option, wanted in when:
        if strange := [value for value in wanted if value not in options.get(option, ())]:
            told = f"{who}的 when 里「{option}」没有「{'、'.join(strange)}」"
            yield (*at, "when"), told, f"现有的选项：{listed or '无'}。"


def _order(book: Playbook) -> Iterator[Loose]:
    """`after` that names nothing, comes too late, or goes in a circle."""
    items = {item.item: item for item in book.items}
    for place, item in enumerate(book.items):
        for name in item.after:
            earlier: Any = items.get(name)
            if earlier is None:
                listed = "、".join(items)
                yield (
                    ("items", place, "after"),
                    f"条目「{item.item}」的先发条目「{name}」没有写出",
                    f"现有的条目：{listed}。",
                )
            elif earlier.days[0] >= item.days[1]:
                told = f"条目「{item.item}」要在「{name}」之后发，最晚第 {item.days[1]} 天，可「{name}」第 {earlier.days[0]} 天才开始"
                yield ("items", place, "after"), told, "先发的要至少早一天，请把 days 错开。"


def _circle(book: Playbook) -> Iterator[Loose]:
    """Items that wait for each other."""
    waiting = {item.item: set(item.after) for item in book.items}
    while free := [name for name, after in waiting.items() if not after & waiting.keys()]:
        for name in free:
            del waiting[name]
    for place, item in enumerate(book.items):
        if item.item in waiting:
            yield (
                ("items", place, "after"),
                f"条目 {'、'.join(waiting)} 互相等着对方先发",
                "请删去其中一个 after。",
            )
            return


def _unused(book: Playbook) -> Iterator[Loose]:
    """Blanks, options and targets that nothing uses: most often a slip of the pen in another place."""
    texts = "".join(item.title + item.copy for item in book.items)
    for place, row in enumerate(book.blanks):
        if f"{{{row['blank']}}}" not in texts:
            yield (
                ("blanks", place),
                f"空「{row['blank']}」没有用到",
                f"请在标题或文案里写上 {{{row['blank']}}}，或删去它。",
            )
    used = {option for item in book.items for option, _ in item.when}
    for place, row in enumerate(book.options):
        if row["option"] not in used:
            yield (
                ("options", place),
                f"选项「{row['option']}」没有用到",
                "请在条目里用 when 写上它，或删去它。",
            )
    targets = {item.target for item in book.items}
    for place, row in enumerate(book.targets):
        if row["target"] not in targets:
            yield ("targets", place), f"「{row['target']}」没有条目发给它", "请在条目里写 target，或删去它。"

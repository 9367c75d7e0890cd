"""A playbook, a start and groups to the content items of a campaign, ready to be planned."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit import schema
from toolkit.campaigns import _dates, _gate, _send_to
from toolkit.campaigns._blanks import filled
from toolkit.campaigns._choices import given_choices, holds, named_list
from toolkit.campaigns._file import find_playbook
from toolkit.campaigns._shape import RULE_KEYS, SOFT_KEYS, Outline, Playbook
from toolkit.schema import ITEMS, ChoiceError, PlaybookError, Rules, Soft, shown_value


def expand_playbook(
    name: str | Path,
    *,
    start: Any,
    groups: Any,
    campaign: str | None = None,
    topic: str = "",
    owners: str | Mapping[str, str] | None = None,
    without: Sequence[str] = (),
    folder: str | Path | None = None,
    **choices: Any,
) -> pd.DataFrame:
    """ITEMS of a campaign: the playbook's items with dates, groups, owners, order and texts, in the file's order.

    - `name` is a playbook's number, name or system, or the path of an editor's own file; `folder` holds own files.
    - `start` is day 0. `groups` is a GROUPS frame, or names of segments and groups, or "all". Given a frame, each item
      names its groups by id (left out are those that close before the item's last day, and of promotions those that
      take none), `waves` is the number of clock
      times that reaches them, and an item with a usual hour is bound to each group's nearest slot.
    - `choices` are the playbook's blanks, options and targets by their names: 商品="板栗", 需求="低频", 核心群=["g10"].
      A blank that is not given stays in sight as 【…商品】, which `score_copy` blocks until it is filled; one given as ""
      takes its lines out of the text.
    - `owners` is one name for all, or role → name (群编辑 → 阿禾). `without` leaves items out, and what waits for them
      waits no longer. `campaign` is the campaign's name; else the playbook's with the start.
    - An outline that may not be sent (see `list_playbooks`: 不建议) comes with 【…改写：…】 in place of its text.
    - Ids are `campaign-item`, for an item that comes again `campaign-item@date`.

    Raises PlaybookError for an unknown playbook, item, group or choice, and where an item has no day left on which it
    may go out (solemn and festival days), with the nearest start that works; ChoiceError for a start that is none.

    >>> items = expand_playbook("爆款预售", start="2026-09-21", groups="街坊买菜", 商品="板栗")
    >>> items[["item_id", "title", "phase"]].iloc[0].to_list()
    ['爆款预售@2026-09-21-来历', '板栗是怎么来的', 'warmup']
    """
    book = find_playbook(name, folder)
    day = _dates.checked_day(start)
    rows, names = _send_to.group_rows(groups)
    given = given_choices(book, choices)
    kept = _kept(book, given, without)
    targets = _send_to.named_targets(book, rows, names, given)
    label = f"{book.name}@{day}" if campaign is None else str(campaign).strip()
    if not label:
        raise ChoiceError("campaign 是空的。请给这次活动一个名字，或不写。")
    made: list[dict[str, Any]] = []
    for item in kept:
        for offset in item.repeat:
            first, last = (day + dt.timedelta(days=days + offset) for days in item.days)
            reached = _send_to.takers(rows, targets[item.target], item.kind, last)
            if reached:
                when = {"earliest": first, "latest": last}
                made.append(_row(book, item, label, offset, when, reached, rows, given, owners))
    _refuse_lost(book, kept, made)
    _refuse_barred(book, made, day)
    _tie(made, kept, topic)
    return schema.check(pd.DataFrame(made), ITEMS)[ITEMS.names]


def _kept(book: Playbook, given: Mapping[str, Any], without: Sequence[str]) -> list[Outline]:
    """The items that the chosen options have, without those the editor leaves out."""
    left_out = named_list(without, "without")
    known = [item.item for item in book.items]
    if strange := [name for name in left_out if name not in known]:
        raise PlaybookError(
            f"打法「{book.name}」里没有条目「{'、'.join(name[:24] for name in strange[:5])}」。现有的条目：{'、'.join(known)}。"
        )
    fitting = [item for item in book.items if holds(item.when, given)]
    kept = [item for item in fitting if item.item not in left_out]
    if not kept:
        raise PlaybookError(f"打法「{book.name}」的条目都去掉了。请至少留一个。")
    return kept


def _row(
    book: Playbook,
    item: Outline,
    label: str,
    offset: int,
    when: dict[str, dt.date],
    reached: list[str],
    rows: _send_to.Rows | None,
    given: Mapping[str, Any],
    owners: str | Mapping[str, str] | None,
) -> dict[str, Any]:
    values = {row["blank"]: str(given[row["blank"]]) for row in book.blanks if row["blank"] in given}
    clock, waves = _send_to.clock_and_waves(item, rows, reached)
    again = f"@{when['earliest']}" if len(item.repeat) > 1 else ""
    return {
        "item_id": f"{label}-{item.item}{again}",
        "title": _gate.in_place_of(item.title)
        or filled(item.title, {name: value for name, value in values.items() if value}),
        "kind": item.kind,
        "tone": item.tone,
        "campaign": label,
        "phase": book.phase_of(item).phase,
        "value": item.value,
        **when,
        "groups": reached,
        "waves": min(waves, len(reached)) if rows is not None else waves,
        "after": list(item.after),
        "festival": item.festival or None,
        "minutes": item.minutes,
        "owner": _owner(book, item, owners),
        "must_send": item.must_send,
        "copy": _gate.in_place_of(item.copy) or filled(item.copy, values),
        "clock": clock,
        "item": item.item,
        "offset": offset,
    }


def _owner(book: Playbook, item: Outline, owners: str | Mapping[str, str] | None) -> str:
    if owners is None or isinstance(owners, str):
        return owners or ""
    if not isinstance(owners, Mapping):
        raise ChoiceError(f"owners 要写一个人名，或 角色 → 人名（现在是 {shown_value(owners)}）。")
    known = [row["role"] for row in book.roles]
    if strange := [role for role in owners if role not in known]:
        raise PlaybookError(
            f"打法「{book.name}」里没有角色「{'、'.join(strange)}」。现有的角色：{'、'.join(known)}。"
        )
    return str(owners.get(item.role, ""))


def _refuse_lost(book: Playbook, kept: list[Outline], made: list[dict[str, Any]]) -> None:
    """Nothing, where something can be sent, and all that must be. Raises PlaybookError else."""
    if not made:
        raise PlaybookError(
            f"这些群在活动结束前都关闭了，或都不收促销，{book.name} 没有可发的群。请换群，或把 start 提前。"
        )
    sent = {row["item"] for row in made}
    if lost := [item for item in kept if item.must_send and item.item not in sent]:
        raise PlaybookError(
            f"打法「{book.name}」的「{lost[0].item}」是必发的，可这些群都不收促销（每周促销上限是 0），"
            f"或在那之前都关闭了。请换群、改上限，或用 without=['{lost[0].item}'] 去掉它。"
        )


def _refuse_barred(book: Playbook, made: list[dict[str, Any]], start: dt.date) -> None:
    found = _dates.blocked_item(made)
    if found is None:
        return
    row, names, solemn = found
    days = (
        str(row["earliest"]) if row["earliest"] == row["latest"] else f"{row['earliest']} 到 {row['latest']}"
    )
    what = "不发促销、红包，也不用推销、幽默、喜庆的语气" if solemn else "当天只发为这个节日准备的促销"
    better = _dates.nearest_start(made, start)
    advice = f"请把 start 改到 {better}" if better else "前后 30 天里也没有合适的开始日，请换一个打法"
    raise PlaybookError(
        f"打法「{book.name}」的「{row['title']}」只能在 {days} 发，这几天是{'、'.join(names)}，{what}。"
        f"{advice}，或用 without=['{row['item']}'] 去掉它。"
    )


def _tie(made: list[dict[str, Any]], kept: list[Outline], topic: str) -> None:
    """`after` by the items' ids: the same repeat of an item that comes again as often, else its first one."""
    ids = {(row["item"], row["offset"]): row["item_id"] for row in made}
    repeats = {item.item: item.repeat for item in kept}
    for row in made:
        same = repeats[row["item"]]
        wanted = [ids.get((name, row["offset"] if repeats.get(name) == same else 0)) for name in row["after"]]
        row["after"] = [item_id for item_id in wanted if item_id]
        row["topic"] = topic


def playbook_rules(name: str | Path, *, folder: str | Path | None = None, **more: Any) -> Rules:
    """The planning rules that a playbook adds to the usual ones; `more` are further fields of Rules.

    The wishes it has (shares of kinds, days between posts of a topic) come with the starting prices of `Soft`, the
    others with none.

    Raises PlaybookError for an unknown playbook, ChoiceError for a field of Rules that cannot be.

    >>> playbook_rules("爆款预售").min_gap
    180
    """
    rules = find_playbook(name, folder).rules
    asked = {key: rules[key] for key in SOFT_KEYS if key in rules}
    hard = {key: rules[key] for key in RULE_KEYS if key in rules}
    try:
        return Rules(**{**hard, **({"soft": _wishes(asked)} if asked else {}), **more})
    except TypeError:
        known = "、".join(field.name for field in dataclasses.fields(Rules))
        raise ChoiceError(f"规则里没有「{'、'.join(more)}」里的某一项。可以用的是：{known}。") from None


def _wishes(asked: dict[str, Any]) -> Soft:
    """The wishes that the keys are about at their starting prices, the others at none."""
    none: dict[str, Any] = dict.fromkeys(
        ("weekly_minimum", "mix", "spacing", "fairness", "overlap", "festival_bonus"), 0.0
    )
    about = {"spacing" if key == "spacing_days" else "mix" for key in asked}
    return Soft(**{key: price for key, price in none.items() if key not in about}, **asked)

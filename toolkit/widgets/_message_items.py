"""A finished message written into ITEMS: its own row, and a row for each segment that is told in its own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from toolkit.schema import ITEMS, check
from toolkit.widgets._message_state import Group, reached, segments_of

Row = dict[Any, Any]


def new_id(items: pd.DataFrame, taken: Sequence[str] = ()) -> str:
    """An item_id that nothing has yet: m1, m2 …

    >>> new_id(ITEMS.empty(), ["m1"])
    'm2'
    """
    known = {*items["item_id"], *taken}
    return next(name for number in range(1, len(known) + 2) if (name := f"m{number}") not in known)


def write_message(items: pd.DataFrame, message: Mapping[str, Any], groups: Sequence[Group]) -> pd.DataFrame:
    """ITEMS with a message written in; what it wrote before makes way.

    `message` has item_id, title, kind, text, link, media (paths), to, and parts (segment to text). Each part becomes an
    item `item_id-segment` for that segment's groups; the item itself goes to the groups that are left, and where none
    is left its row makes way for the parts, so that no group is sent both. Items that come after it come after all of these.

    >>> items = write_message(ITEMS.empty(), {"item_id": "m1", "title": "石榴", "text": "石榴到了。"}, [])
    >>> items[["item_id", "copy"]].values.tolist()
    [['m1', '石榴到了。']]
    """
    item_id = str(message["item_id"])
    rows = items.to_dict("records")
    old = {item_id, *(f"{item_id}-{segment}" for segment in segments_of(groups))}
    place = next((n for n, row in enumerate(rows) if row["item_id"] in old), len(rows))
    # the item's own row, else a part of it that was written before
    own = next((row for row in rows if row["item_id"] == item_id), rows[place] if place < len(rows) else {})
    written = _rows(own, message, groups)
    rows = (
        [row for n, row in enumerate(rows) if n < place]
        + written
        + [row for row in rows[place:] if row["item_id"] not in old]
    )
    names = [row["item_id"] for row in written]
    for row in rows:
        if row not in written:
            row["after"] = _after(row["after"], old, names)
    columns = [*items.columns, *(name for name in ITEMS.names if name not in items.columns)]
    return check(pd.DataFrame(rows, columns=columns).astype(_dtypes(items)), ITEMS)


def _dtypes(items: pd.DataFrame) -> dict[Any, Any]:
    """Further columns keep what they are made of, where no row has to be filled up."""
    return {name: kind for name, kind in items.dtypes.items() if str(kind) in ("str", "string", "object")}


def _rows(own: Row, message: Mapping[str, Any], groups: Sequence[Group]) -> list[Row]:
    item_id = str(message["item_id"])
    base = {
        **own,
        "item_id": item_id,
        "title": message["title"],
        "kind": message.get("kind", "value"),
        "copy": message["text"],
        "media": list(message.get("media", [])),
        "link": message.get("link") or None,
        "groups": list(message.get("to", ["all"])),
    }
    base["after"] = [one for one in own.get("after", []) if one != item_id]
    parts = dict(message.get("parts", {}))
    meant = reached(base["groups"], groups)
    left = [one for one in meant if one.segment not in parts]
    if not parts or len(left) == len(meant):
        return [base]
    rows = [{**base, "groups": _targets(left, groups)}] if left else []
    for segment, text in parts.items():
        members = [one for one in meant if one.segment == segment]
        if members:
            part = {"item_id": f"{item_id}-{segment}", "copy": text, "groups": _targets(members, groups)}
            rows.append({**base, **part})
    return rows


def _targets(meant: Sequence[Group], groups: Sequence[Group]) -> list[str]:
    """Segments where all of their groups are meant, group_ids for the others.

    >>> two = [Group("g1", "", "书友", "", 1, ""), Group("g2", "", "书友", "", 1, "")]
    >>> _targets(two, two), _targets(two[:1], two)
    (['书友'], ['g1'])
    """
    chosen = {one.group_id for one in meant}
    whole = {
        segment
        for segment in segments_of(meant)
        if {one.group_id for one in groups if one.segment == segment} <= chosen
    }
    return list(dict.fromkeys(one.segment if one.segment in whole else one.group_id for one in meant))


def _after(names: Sequence[str], old: set[str], new: Sequence[str]) -> list[str]:
    """What an item comes after, with the old rows of a message put for its new ones."""
    listed = [found for name in names for found in (new if name in old else [name])]
    return list(dict.fromkeys(listed))

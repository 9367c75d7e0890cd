"""The versions of a name: the present content, the earlier ones that are kept, and a history row for each."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from toolkit.schema import StoreError
from toolkit.store._merge import count_changes
from toolkit.store._tables import EARLIER, FRAMES, HISTORY, KEPT
from toolkit.store._values import Content, DamagedError, unpack

Counts = tuple[int | None, int | None, int | None]
# the time as the tables hold it; looked at only where something changed
Clock = Callable[[], str]


def name_key(name: str) -> str:
    """A name as ASCII: no database refuses it, whatever the text."""
    if not isinstance(name, str):
        raise StoreError(f"名字要是文字（现在是 {type(name).__name__}）。")
    return json.dumps(name)


def present(connection: sa.Connection, key: str) -> Any:
    """The row of what a name holds now, or None."""
    return connection.execute(sa.select(FRAMES).where(FRAMES.c.name == key)).one_or_none()


def put(connection: sa.Connection, key: str, content: Content, *, now: Clock, where: str) -> int:
    """Make this the present content of a name, where it is another than the one there is; its version."""
    held = present(connection, key)
    if held is None:
        connection.execute(sa.insert(FRAMES).values(name=key, version=1, **content.row()))
        _note(connection, key, 1, content, counts=count_changes(None, content), now=now)
        return 1
    if held.digest == content.digest:
        return int(held.version)
    try:
        counts: Counts = count_changes(unpack(held, where=where), content)
    except DamagedError:  # a damaged content may be saved over
        counts = (None, None, None)
    return add_version(connection, key, content, counts=counts, now=now)


def add_version(connection: sa.Connection, key: str, content: Content, *, counts: Counts, now: Clock) -> int:
    """Count a name's version up: the content it has becomes an earlier one, the oldest of these goes."""
    here = FRAMES.c.name == key
    columns = [FRAMES.c[column.name] for column in EARLIER.columns]
    connection.execute(
        sa.insert(EARLIER).from_select(EARLIER.columns.keys(), sa.select(*columns).where(here))
    )
    version = int(connection.execute(sa.select(FRAMES.c.version).where(here)).scalar_one()) + 1
    connection.execute(sa.delete(EARLIER).where(EARLIER.c.name == key, EARLIER.c.version <= version - KEPT))
    connection.execute(sa.update(FRAMES).where(here).values(version=version, **content.row()))
    _note(connection, key, version, content, counts=counts, now=now)
    return version


def _note(
    connection: sa.Connection, key: str, version: int, content: Content, *, counts: Counts, now: Clock
) -> None:
    added, removed, changed = counts
    values = {"added": added, "removed": removed, "changed": changed, "rows": content.rows}
    connection.execute(
        sa.insert(HISTORY).values(name=key, version=version, saved_at=now(), digest=content.digest, **values)
    )

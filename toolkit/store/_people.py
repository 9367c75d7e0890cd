"""People in frames: stand-ins on the way in, and what is blanked when they are to be forgotten."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from typing import Any

import pandas as pd
import sqlalchemy as sa

from toolkit.schema import StoreError, is_missing, pseudonym
from toolkit.store._tables import EARLIER, FRAMES, HISTORY, PEOPLE, PERSONAL, SECRET
from toolkit.store._values import Content, decode, encode, pack, unpack
from toolkit.store._versions import Clock, add_version, present


def personal_columns(connection: sa.Connection, key: str) -> set[str]:
    """The columns that were once said to hold people, of what is kept under a name (as the database writes it)."""
    query = sa.select(PERSONAL.c.column_name).where(PERSONAL.c.name == key)
    return {json.loads(column) for column in connection.execute(query).scalars()}


def remember(connection: sa.Connection, key: str, frame: pd.DataFrame, columns: Collection[str]) -> None:
    """Note that these columns of the frame hold people, for this save and all later ones of the name."""
    if unknown := [column for column in columns if column not in frame.columns]:
        there = "、".join(map(str, frame.columns))
        raise StoreError(f"personal 里的列不在表里：{'、'.join(unknown)}（现有：{there}）。请核对列名。")
    new = [column for column in columns if column not in personal_columns(connection, key)]
    for column in dict.fromkeys(new):
        connection.execute(sa.insert(PERSONAL).values(name=key, column_name=json.dumps(column)))


def hide(connection: sa.Connection, key: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with a stand-in for every person; stand-ins that this workspace has given stay as they are."""
    columns = [name for name in frame.columns if name in personal_columns(connection, key)]
    if not columns:
        return frame
    salt = _salt(connection)
    given = set(connection.execute(sa.select(PEOPLE.c.stand_in)).scalars())
    new: dict[str, None] = {}

    def stand_in(value: Any) -> Any:
        if is_missing(value) or value == "":
            return value
        if isinstance(value, (list, tuple)):
            return type(value)(stand_in(part) for part in value)
        text = _text(value)
        if text in given:
            return text
        made = pseudonym(text, salt=salt)
        new[made] = None
        return made

    frame = frame.copy()
    for name in columns:
        textual = frame[name].dtype == object or isinstance(frame[name].dtype, pd.StringDtype)
        dtype = frame[name].dtype if textual else "str"
        frame[name] = pd.Series([stand_in(value) for value in frame[name]], index=frame.index, dtype=dtype)
    if fresh := [{"stand_in": made} for made in new if made not in given]:
        connection.execute(sa.insert(PEOPLE), fresh)
    return frame


def forget(connection: sa.Connection, names: Collection[str], *, now: Clock, where: str) -> int:
    """Blank these people (everyone, where no name is given) in all personal columns of all kept contents.

    Returns how many values that took. Each name that held one gets a new version, so that its history shows it.
    """
    salt = _salt(connection)
    stand_ins = {pseudonym(name, salt=salt) for name in names}
    people = {*names, *stand_ins} if names else None
    lost = 0
    for key in connection.execute(sa.select(PERSONAL.c.name).distinct()).scalars().all():
        columns = personal_columns(connection, key)
        earlier, _ = _blank_rows(connection, EARLIER, key, columns, people, where)
        latest, rows = _blank_rows(connection, FRAMES, key, columns, people, where)
        if earlier or latest:
            packed = pack(unpack(present(connection, key), where=where))
            add_version(connection, key, packed, counts=(0, 0, rows), now=now)
        lost += earlier + latest
    if people is None:
        connection.execute(sa.delete(PEOPLE))
        connection.execute(sa.delete(SECRET))
    for stand_in in stand_ins:
        connection.execute(sa.delete(PEOPLE).where(PEOPLE.c.stand_in == stand_in))
    return lost


def _blank_rows(
    connection: sa.Connection,
    table: sa.Table,
    key: str,
    columns: Collection[str],
    people: set[str] | None,
    where: str,
) -> tuple[int, int]:
    """Blank the contents that a table keeps under a name; the values that took, and in how many rows."""
    lost = rows = 0
    for found in connection.execute(sa.select(table).where(table.c.name == key)).all():
        content, values, touched = _blank(unpack(found, where=where), columns, people)
        if not values:
            continue
        packed = pack(content)
        here = (table.c.name == key, table.c.version == found.version)
        connection.execute(sa.update(table).where(*here).values(**packed.row()))
        noted = (HISTORY.c.name == key, HISTORY.c.version == found.version)
        connection.execute(sa.update(HISTORY).where(*noted).values(digest=packed.digest))
        lost, rows = lost + values, rows + touched
    return lost, rows


def _blank(content: Content, columns: Collection[str], people: set[str] | None) -> tuple[Content, int, int]:
    """The content without these people; how many values that took, and in how many rows.

    A text becomes "", an entry of a list goes, any other value becomes missing.
    """
    frame = decode(content)
    lost, touched = 0, set()
    for name in [name for name in content.names if name in columns]:
        values = []
        for row, value in enumerate(frame[name]):
            kept, times = _blank_value(value, people)
            values.append(kept)
            lost += times
            touched |= {row} if times else set()
        textual = frame[name].dtype == object or isinstance(frame[name].dtype, pd.StringDtype)
        if touched:
            dtype = frame[name].dtype if textual else "object"
            frame[name] = pd.Series(values, index=frame.index, dtype=dtype)
    return encode(frame), lost, len(touched)


def _blank_value(value: Any, people: set[str] | None) -> tuple[Any, int]:
    if is_missing(value) or value == "":
        return value, 0
    if isinstance(value, (list, tuple)):
        pairs = [_blank_value(part, people) for part in value]
        kept = [part for part, times in pairs if not times or isinstance(part, (list, tuple))]
        return type(value)(kept), sum(times for _, times in pairs)
    if people is None or _text(value) in people:
        return ("" if isinstance(value, str) else None), 1
    return value, 0


def _text(value: Any) -> str:
    """A name or a member id as text: a whole number is written without its .0, however its column was read."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _salt(connection: sa.Connection) -> str:
    salt = connection.execute(sa.select(SECRET.c.salt)).scalar_one_or_none()
    if salt is None:
        salt = secrets.token_hex(16)
        connection.execute(sa.insert(SECRET).values(salt=salt))
    return str(salt)

"""People in frames: stand-ins on the way in, and what is blanked when they are to be forgotten."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Collection
from typing import Any

import pandas as pd
import sqlalchemy as sa

from toolkit.schema import StoreError, is_missing, pseudonym
from toolkit.store._tables import EARLIER, FRAMES, HISTORY, PEOPLE, PERSONAL, SECRET
from toolkit.store._values import Content, unpack
from toolkit.store._versions import Clock, add_version, present

# what `pseudonym` makes
_STAND_IN = re.compile("成员-[0-9a-f]{16}")


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
    """Blank these people (everyone, where no name is given) in all kept contents that have personal columns.

    Returns how many values that took. Each name that held one gets a new version, so that its history shows it.
    A person is known by name, by the pseudonym that a read chat has for it, and by the stand-in of either.
    """
    salt = _salt(connection)
    known = {form for name in names for form in (name, pseudonym(name))}
    given = {pseudonym(form, salt=salt) for form in known}
    people = known | given if names else None
    lost = 0
    for key in connection.execute(sa.select(PERSONAL.c.name).distinct()).scalars().all():
        columns = personal_columns(connection, key)
        earlier, _ = _blank_rows(connection, EARLIER, key, columns, people, where)
        latest, rows = _blank_rows(connection, FRAMES, key, columns, people, where)
        if earlier or latest:
            content = unpack(present(connection, key), where=where)
            add_version(connection, key, content, counts=(0, 0, rows), now=now)
        lost += earlier + latest
    if people is None:
        connection.execute(sa.delete(PEOPLE))
        connection.execute(sa.delete(SECRET))
    for stand_in in given:
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
        here = (table.c.name == key, table.c.version == found.version)
        connection.execute(sa.update(table).where(*here).values(**content.row()))
        noted = (HISTORY.c.name == key, HISTORY.c.version == found.version)
        connection.execute(sa.update(HISTORY).where(*noted).values(digest=content.digest))
        lost, rows = lost + values, rows + touched
    return lost, rows


def _blank(content: Content, personal: Collection[str], people: set[str] | None) -> tuple[Content, int, int]:
    """The content without these people; how many values that took, and in how many rows.

    In personal columns a text becomes "", an entry of a list goes, any other value becomes missing; inside
    the texts of every column 某人 is written for a stand-in.
    """
    columns, lists = [], []
    lost, touched = 0, set[int]()
    for (name, dtype), values in zip(content.columns, content.values, strict=True):
        mentions = _STAND_IN.search(json.dumps(values, ensure_ascii=False))
        kept = list(values)
        for row, value in enumerate(values if mentions or name in personal else ()):
            blanked, times = _blank_value(value, people) if name in personal else (value, 0)
            kept[row], more = _without_mentions(blanked, people) if mentions else (blanked, 0)
            if times + more:
                lost += times + more
                touched.add(row)
        # these have no missing values
        bare = dtype.startswith(("int", "uint", "bool")) and None in kept
        columns.append((name, "object" if bare else dtype))
        lists.append(kept)
    return Content(columns, content.rows, lists), lost, len(touched)


def _blank_value(value: Any, people: set[str] | None) -> tuple[Any, int]:
    """A value as the database holds it, without these people, and how many it held."""
    kind, parts = next(iter(value.items())) if isinstance(value, dict) else ("", [])
    if kind in ("list", "tuple"):
        pairs = [_blank_value(part, people) for part in parts]
        kept = [part for part, times in pairs if not times or isinstance(part, dict)]
        return {kind: kept}, sum(times for _, times in pairs)
    if kind == "missing" or is_missing(value) or value == "":
        return value, 0
    if people is None or _text(value) in people:
        return ("" if isinstance(value, str) else None), 1
    return value, 0


def _without_mentions(value: Any, people: set[str] | None) -> tuple[Any, int]:
    if not isinstance(value, (str, dict)):
        return value, 0
    before = json.dumps(value, ensure_ascii=False)
    after = _STAND_IN.sub(lambda found: "某人" if people is None or found[0] in people else found[0], before)
    return (value, 0) if after == before else (json.loads(after), 1)


def _text(value: Any) -> str:
    """A name or a member id as text: a whole number is written without its .0, however its column was read."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _salt(connection: sa.Connection) -> str:
    salt = connection.execute(sa.select(SECRET.c.salt)).scalar_one_or_none()
    if salt is None:
        salt = secrets.token_hex(16)
        connection.execute(sa.insert(SECRET).values(salt=salt))
    return str(salt)

"""The database's tables, as the present code knows them and as each step made them."""

from __future__ import annotations

import sqlalchemy as sa

# how many contents of a name are kept, the present one among them; older ones keep their history row only
KEPT = 10

_METADATA = sa.MetaData()
STEPS_DONE = sa.Table(
    "wenan_schema",
    _METADATA,
    sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("applied_at", sa.Text, nullable=False),
)


def _contents(name: str, *, version_is_key: bool) -> sa.Table:
    return sa.Table(
        name,
        _METADATA,
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=version_is_key, nullable=False, autoincrement=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("columns", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
    )


# the present content of each name; earlier contents, KEPT - 1 a name at most
FRAMES = _contents("wenan_frames", version_is_key=False)
EARLIER = _contents("wenan_earlier", version_is_key=True)
HISTORY = sa.Table(
    "wenan_history",
    _METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("saved_at", sa.Text, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("added", sa.Integer),
    sa.Column("removed", sa.Integer),
    sa.Column("changed", sa.Integer),
)
# columns that hold people, by the name they are kept under
PERSONAL = sa.Table(
    "wenan_personal",
    _METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("column_name", sa.Text, primary_key=True),
)
# the stand-ins this workspace has given, so that one that comes back is not replaced again
PEOPLE = sa.Table("wenan_people", _METADATA, sa.Column("stand_in", sa.Text, primary_key=True))
# one row: what makes the stand-ins impossible to guess
SECRET = sa.Table("wenan_secret", _METADATA, sa.Column("salt", sa.Text, primary_key=True))

# what a backup carries
CONTENT = (FRAMES, EARLIER, HISTORY, PERSONAL, PEOPLE, SECRET)

# Applied in order, each once, in one transaction; never edited: a later form of the file is one more step.
# {blob} is the engine's word for bytes.
STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "frames and their history",
        (
            "CREATE TABLE wenan_frames (name TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL,"
            " digest TEXT NOT NULL, columns TEXT NOT NULL, payload {blob} NOT NULL)",
            "CREATE TABLE wenan_history (name TEXT NOT NULL, version INTEGER NOT NULL, saved_at TEXT NOT NULL,"
            " rows INTEGER NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (name, version))",
        ),
    ),
    (
        "earlier contents, what changed, and people",
        (
            "CREATE TABLE wenan_earlier (name TEXT NOT NULL, version INTEGER NOT NULL, digest TEXT NOT NULL,"
            " columns TEXT NOT NULL, payload {blob} NOT NULL, PRIMARY KEY (name, version))",
            "ALTER TABLE wenan_history ADD COLUMN added INTEGER",
            "ALTER TABLE wenan_history ADD COLUMN removed INTEGER",
            "ALTER TABLE wenan_history ADD COLUMN changed INTEGER",
            "CREATE TABLE wenan_personal (name TEXT NOT NULL, column_name TEXT NOT NULL,"
            " PRIMARY KEY (name, column_name))",
            "CREATE TABLE wenan_people (stand_in TEXT NOT NULL PRIMARY KEY)",
            "CREATE TABLE wenan_secret (salt TEXT NOT NULL PRIMARY KEY)",
        ),
    ),
)

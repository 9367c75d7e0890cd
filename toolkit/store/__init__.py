"""The workspace: frames kept by name in one database, SQLite by default, PostgreSQL by address.

A frame is one row: its column names and types as JSON, its values as compressed JSON. That is slower to
query than one table a frame, but every name and every value is possible (NUL, lone surrogates, lists,
dates), types come back exactly, and a save is one transaction that is there whole or not at all. Content
is compared by its SHA-256.
"""

from toolkit.store._tables import KEPT
from toolkit.store._workspace import Workspace

__all__ = ["KEPT", "Workspace"]

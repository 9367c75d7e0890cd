"""Altair as charts here use it: loaded without what it does not need, and rows that its copies share."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types
from typing import Any

__all__ = ["alt", "rows_of"]

_ADDRESSES = "rfc3987_syntax"


def _is_valid_syntax(term: str, value: str) -> bool:
    """What jsonschema asks of an address, once it does."""
    return bool(importlib.import_module(_ADDRESSES).is_valid_syntax(term, value))


def _load_jsonschema() -> None:
    """Load jsonschema, and the grammar of addresses beside it only when an address is to be checked.

    Where JupyterLab is installed that grammar is too, and reading it takes three times as long as all of Altair,
    whose charts hold no address that it checks.
    """
    loaded = "jsonschema" in sys.modules or _ADDRESSES in sys.modules
    if loaded or importlib.util.find_spec(_ADDRESSES) is None:
        return
    stand_in = types.ModuleType(_ADDRESSES)
    stand_in.__dict__["is_valid_syntax"] = _is_valid_syntax
    sys.modules[_ADDRESSES] = stand_in
    try:
        importlib.import_module("jsonschema")
    finally:
        del sys.modules[_ADDRESSES]


_load_jsonschema()

import altair as alt  # noqa: E402 - the line above has to come first


class _Rows(alt.Data):
    def __deepcopy__(self, memo: Any) -> _Rows:
        with alt.utils.schemapi.debug_mode(False):
            return _Rows(**self._kwds)


def rows_of(records: list[dict[str, Any]]) -> alt.Data:
    """Records under a chart: every step of building one copies it, and the copies share the records.

    Records are data, no part of the specification: Altair would hold each one against it.
    """
    with alt.utils.schemapi.debug_mode(False):
        return _Rows(values=records)

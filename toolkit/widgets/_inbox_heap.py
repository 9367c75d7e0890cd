"""One heap in the inbox: what was read of it, and the controls for what the editor has to say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as ipw

from toolkit.widgets._inbox_nodes import CONTRACTS, heap_nodes
from toolkit.widgets._view import Panel

# kinds whose headers the editor may name; exports know their own
RENAMED = frozenset(CONTRACTS) - {"results", "messages"}
_LONGEST_HEAD = 24


class HeapBox(ipw.VBox):
    """What was read of a heap, with its kind, a header and what it is read as, and a button to let it go.

    `say_kind(kind)`, `rename(header, column)` and `let_go()` are called with what the editor chose; `show` draws what
    came of it into the same controls, so that the keyboard's focus stays where it was.
    """

    def __init__(
        self,
        kinds: Mapping[str, str],
        *,
        rows: int,
        say_kind: Callable[[str], Any],
        rename: Callable[[str, str], Any],
        let_go: Callable[[], Any],
    ) -> None:
        self._rows, self._say_kind, self._showing = rows, say_kind, False
        self.shown = Panel(css="wn-inbox")
        self.kind = _dropdown("当作", [(caption, kind) for kind, caption in kinds.items()])
        self.header, self.column = _dropdown("表头", []), _dropdown("读作", [])
        self.change = ipw.Button(description="改读法", tooltip="把选中的表头读作选中的列")
        self.away = ipw.Button(description="不要这一份", tooltip="这一份不存")
        self.kind.observe(lambda change: self._chose(change["new"]), names="value")
        self.change.on_click(lambda _button: rename(self.header.value, self.column.value))
        self.away.on_click(lambda _button: let_go())
        controls = [self.kind, self.header, self.column, self.change, self.away]
        flow = ipw.Layout(flex_flow="row wrap", align_items="center", grid_gap="8px")
        super().__init__([self.shown, ipw.HBox(controls, layout=flow)])

    def _chose(self, kind: str) -> None:
        if not self._showing:
            self._say_kind(kind)

    def show(self, taken: Any, reason: str) -> None:
        """Draw what was read."""
        self._showing = True
        self.shown.label = taken.label
        self.shown.content = heap_nodes(taken, reason, rows=self._rows)
        self.kind.value = taken.kind
        self._show_columns(taken)
        self._showing = False

    def _show_columns(self, taken: Any) -> None:
        """Two lists to say what a header is; hidden where headers are not asked for."""
        contract = CONTRACTS.get(taken.kind)
        heads = list(dict.fromkeys(taken.columns["header"].astype(str)))
        asked = contract is not None and bool(heads) and taken.kind in RENAMED
        for one in (self.header, self.column, self.change):
            one.layout.display = None if asked else "none"
        if contract is None or not asked:
            return
        read_as = dict(zip(taken.columns["header"], taken.columns["column"], strict=True))
        words = {head: contract.captions.get(str(read_as[head]), "没有用上") for head in heads}
        kept = self.header.value
        self.header.options = [(f"{head[:_LONGEST_HEAD]}（{words[head]}）", head) for head in heads]
        # what was not used is what an editor came for
        first = next((head for head in heads if not read_as[head]), heads[0])
        self.header.value = kept if kept in words else first
        self.column.options = [
            ("照它自己的意思", ""),
            *((caption, name) for name, caption in contract.captions.items()),
        ]
        self.column.value = ""


def _dropdown(caption: str, options: Sequence[tuple[str, str]]) -> ipw.Dropdown:
    """A list to choose from, no wider than it must be."""
    wide = {"layout": ipw.Layout(width="auto", max_width="100%"), "style": {"description_width": "initial"}}
    return ipw.Dropdown(options=options, description=caption, **wide)

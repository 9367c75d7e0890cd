"""Views of our own in the page: an ES module and the house's style sheet, fed by traits that hold plain values.

Text of others travels as data and is shown by `textContent`; there is no place where markup could be passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from toolkit.charts import plain

STATIC = Path(__file__).parent / "static"
# how every desk begins to tell that its draft could not be saved
NOT_KEPT = "草稿没有存下"


def module(name: str) -> str:
    """The source of an ES module of ours, with the helpers that all share before it."""
    parts = [(STATIC / f"{one}.js").read_text(encoding="utf-8") for one in ("shared", name)]
    return "\n".join(parts)


def style_sheet() -> str:
    """One style sheet for all views: they stand on one page and must look alike."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("*.css")))


class View(anywidget.AnyWidget):
    """A view whose events (a click on a node, a row chosen) call what was hung on them with `on`."""

    _css = style_sheet()

    def __init__(self, **values: Any) -> None:
        self._heard: dict[str, Callable[[dict[str, Any]], Any]] = {}
        super().__init__(**values)
        self.on_msg(lambda _view, sent, _buffers: self.hear(sent))

    def on(self, event: str, callback: Callable[[dict[str, Any]], Any]) -> None:
        """Have an event call back with what was sent (`event`, and `value` or `key`); one callback an event."""
        self._heard[event] = callback

    def hear(self, sent: Mapping[str, Any]) -> None:
        """Do what was hung on an event; one that nothing hangs on is passed over."""
        callback = self._heard.get(str(sent.get("event", "")))
        if callback is not None:
            callback(dict(sent))


class Panel(View):
    """Nodes shown as they are; see `node`. Assign a new list to `content` to show something else."""

    _esm = module("panel")
    content = traitlets.List().tag(sync=True)
    css = traitlets.Unicode("").tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)


class Editor(View):
    """A text field: `value` as it is typed, `marks` (start, end in code points, severity, tip) underlined in it.

    With `enter`, Enter sends the event "enter" and pasted lines come as the event "lines"; without it Enter makes a new
    line and Ctrl+Enter sends "enter". The event "rest" comes when whoever types has stopped for half a second. `caret`
    is the place, in code points, where the caret was left; -1 is the end.
    """

    _esm = module("editor")
    value = traitlets.Unicode("").tag(sync=True)
    caret = traitlets.Int(-1).tag(sync=True)
    marks = traitlets.List().tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)
    placeholder = traitlets.Unicode("").tag(sync=True)
    rows = traitlets.Int(1).tag(sync=True)
    enter = traitlets.Bool(False).tag(sync=True)

    def insert(self, text: str) -> None:
        """Put a text in where the caret was left; the caret goes behind it.

        >>> field = Editor(value="大蟹", caret=1)
        >>> field.insert("闸")
        >>> field.value, field.caret
        ('大闸蟹', 2)
        """
        at = len(self.value) if self.caret < 0 else min(self.caret, len(self.value))
        with self.hold_sync():
            self.caret = at + len(text)
            self.value = self.value[:at] + text + self.value[at:]


class Table(View):
    """Rows to look at, sort and choose from.

    `columns` are name, caption, kind (text, number, spark, star, note) and may have hint, fixed (no sorting) and
    placeholder. `rows` are mappings with a `key`, a `name` for screen readers, and a value (a text, a number or a node)
    for each column; `column:order` sorts a column by something else than what it shows. `selected` is the key of the row
    looked at, `chosen` the keys ticked, where `choice` captions the boxes. Events: select, open (Enter, a double click),
    star (also the key S), remove (Delete), note, and those of nodes, each with `key`. Space ticks a box, or opens.
    """

    _esm = module("table")
    columns = traitlets.List().tag(sync=True)
    rows = traitlets.List().tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)
    chosen = traitlets.List(traitlets.Unicode()).tag(sync=True)
    sort = traitlets.List(default_value=["", False]).tag(sync=True)
    empty = traitlets.Unicode("").tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)
    choice = traitlets.Unicode("").tag(sync=True)


def node(tag: str, *children: Any, css: str = "", **values: Any) -> dict[str, Any]:
    """One element for a Panel or a cell: a tag, what stands in it (texts and nodes), a class, and attributes.

    Texts are cleaned of control characters and of those that turn the reading direction. `event` (and `value`) on a
    button is sent home, `copy` puts a text on the clipboard, `bar` is a width from 0 to 1, `spark` draws counts, `key`
    keeps focus and folds over a redraw, `href` is followed only where it is http or https. `label` is for screen readers.

    >>> node("b", "大闸蟹", css="wn-strong")
    {'tag': 'b', 'children': ['大闸蟹'], 'css': 'wn-strong'}
    """
    made: dict[str, Any] = {"tag": tag, "children": [_child(one) for one in _flat(children)]}
    if css:
        made["css"] = css
    return made | {name: plain(value) if name in _TEXTS else value for name, value in values.items()}


# attributes that may carry what others wrote; `copy` and `value` stay as they are: they are put nowhere on the page
_TEXTS = frozenset({"title", "label", "alt"})


def _flat(children: Sequence[Any]) -> list[Any]:
    return [one for child in children for one in (child if isinstance(child, list) else [child])]


def _child(child: Any) -> Any:
    return child if isinstance(child, dict) else plain(child)


def button(text: str, event: str, *, value: Any = None, css: str = "", **values: Any) -> dict[str, Any]:
    """A button node that sends an event home.

    >>> button("采用", "apply", value=1)["event"]
    'apply'
    """
    return node("button", text, css=f"wn-button {css}".strip(), event=event, value=value, **values)


def copy_button(text: str, *, label: str = "复制") -> dict[str, Any]:
    """A button node that puts a text on the clipboard and says so.

    >>> copy_button("今晚八点")["copy"]
    '今晚八点'
    """
    return node("button", label, css="wn-button", copy=text)

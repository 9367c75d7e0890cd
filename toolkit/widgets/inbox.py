"""The desk's way in: drop, choose or paste whatever there is, look at what was read, and save it. No path is typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ipywidgets as ipw

from toolkit.schema import COLUMNS, DOCUMENTS, FILES, INBOX_KINDS, NOTES, REJECTED, Read, ToolkitError
from toolkit.widgets._drop_view import DropZone, free_name
from toolkit.widgets._inbox_heap import HeapBox
from toolkit.widgets._inbox_nodes import rows_in_words
from toolkit.widgets._view import NOT_KEPT, Panel, button, node

_UNREADABLE = "读的时候出了错（{}）。没有存任何东西，请换一种格式再放一次。"


@dataclass(eq=False)
class _Heap:
    """What came of one kind: the files or the text, what the editor said of them, and what was read."""

    files: dict[str, bytes]
    text: str
    taken: Any
    reason: str = ""
    rename: dict[str, str] = field(default_factory=dict)
    box: HeapBox | None = None

    @property
    def names(self) -> list[str]:
        return list(self.files)


class InBox(ipw.VBox):
    """An inbox: files, folders, articles, links and chats are dropped, chosen or pasted, read, looked at, and saved.

    `take(files, text, *, kind, rename)` reads (`take_in` of the week, with its working folder): a list of Taken, whose
    fields are shown. `kind` is None while it is to be guessed, else a key of `kinds` that the editor chose; `rename`
    maps headers to columns. `save(taken)` puts one Taken away and gives the paths that were written, or a sentence;
    `saved` is called once with all that were saved. Of what was read `preview_rows` rows are shown.

    `taken` is what was read last, `result` its Read (of content where there is any, empty before), `told` what the
    desk says. `draft` (what `state()` gave) brings back text that was typed or pasted and not saved, and names the files
    that were; `save_draft` is called with the state after each change. What any of these refuses is said on the desk.

    >>> desk = InBox(take=lambda files, text, **how: [])
    >>> len(desk.result.frame)
    0
    """

    def __init__(
        self,
        *,
        take: Callable[..., Sequence[Any]],
        save: Callable[[Any], Any] | None = None,
        saved: Callable[[list[Any]], Any] | None = None,
        kinds: Mapping[str, str] = INBOX_KINDS,
        preview_rows: int = 8,
        draft: Mapping[str, Any] | None = None,
        save_draft: Callable[[dict[str, Any]], Any] | None = None,
    ) -> None:
        self._take, self._save, self._saved, self._save_draft = take, save, saved, save_draft
        self._kinds, self._rows = dict(kinds), preview_rows
        self._heaps: list[_Heap] = []
        self.taken: list[Any] = []
        self.told: list[str] = []
        self.zone = DropZone()
        self.heaps = ipw.VBox([])
        self.message = Panel(css="wn-inbox", label="说明")
        self.save_button = ipw.Button(description="存进工作文件夹", disabled=True, button_style="primary")
        self.clear_button = ipw.Button(
            description="都不要", disabled=True, tooltip="放进来的都不存，从头再来"
        )
        self._make_plain()
        buttons = ipw.HBox([self.save_button, self.clear_button], layout=ipw.Layout(grid_gap="8px"))
        super().__init__([self.zone, buttons, self.message, self.heaps, self.fold, self.plain])
        for name in ("wn", "wn-plain", "wn-inbox-desk"):
            self.add_class(name)
        self.layout = ipw.Layout(max_width="960px", padding="8px 0", grid_gap="8px")
        self._listen()
        self._said: dict[str, Any] | None = None
        self._resume(draft or {})
        self._said = self.state()

    def __repr__(self) -> str:
        """The same text in every run, so that a notebook's output can be compared."""
        return f"InBox（{len(self._heaps)} 份没有存）"

    @property
    def result(self) -> Read:
        """The Read of what was taken in last, of content first; an empty one of content before."""
        reads = [one.read for one in self.taken if one.read is not None]
        order = list(self._kinds)
        kinds = [one.kind for one in self.taken if one.read is not None]
        ranked = sorted(
            zip(kinds, range(len(reads)), strict=True), key=lambda pair: (order.index(pair[0]), pair[1])
        )
        if ranked:
            found: Read = reads[ranked[0][1]]
            return found
        blank = DOCUMENTS.empty()
        return Read(blank, REJECTED.empty(), blank[["doc_id"]], NOTES.empty(), COLUMNS.empty(), FILES.empty())

    def state(self) -> dict[str, Any]:
        """What is not saved yet, as plain values: typed and pasted text, and the names of files."""
        pasted = [
            {"text": heap.text, "kind": heap.taken.kind, "rename": dict(heap.rename)}
            for heap in self._heaps
            if heap.text
        ]
        files = [name for heap in self._heaps if not heap.text for name in heap.names]
        return {"text": self.zone.text, "pasted": pasted, "files": files}

    # ---- the ways in

    def _make_plain(self) -> None:
        """The same without dragging: a button for files and a field for text."""
        left = ipw.Layout(width="auto", align_self="flex-start")
        self.upload = ipw.FileUpload(multiple=True, description="选文件", layout=left)
        self.field = ipw.Textarea(
            placeholder="把文字粘贴到这里", layout=ipw.Layout(width="auto", height="96px"), description="文字"
        )
        self.read_button = ipw.Button(description="读一读", tooltip="读上面粘贴的文字", layout=left)
        self.fold = Panel()
        self.fold.on("fold", lambda _sent: self._unfold(self.plain.layout.display == "none"))
        hint = ipw.Label("这里一次不超过 8 MB，大的用上面的「选文件」。")
        self.plain = ipw.VBox([hint, self.upload, self.field, self.read_button])
        self._unfold(False)

    def _unfold(self, shown: bool) -> None:
        """Show or hide the way in without dragging."""
        self.plain.layout.display = None if shown else "none"
        mark = "▾" if shown else "▸"
        self.fold.content = [button(f"{mark} 不用拖放", "fold", expanded=str(shown).lower(), key="fold")]

    def _listen(self) -> None:
        self.zone.on("files", lambda sent: self.add_files(sent["value"]))
        self.zone.on("text", lambda sent: self.add_text(str(sent.get("value", ""))))
        self.zone.observe(lambda _change: self._keep_draft(), names="text")
        self.upload.observe(lambda change: self._uploaded(change["new"]), names="value")
        self.read_button.on_click(lambda _button: self._read_field())
        self.save_button.on_click(lambda _button: self.save_all())
        self.clear_button.on_click(lambda _button: self.clear())

    def _uploaded(self, value: Sequence[Mapping[str, Any]]) -> None:
        files: dict[str, bytes] = {}
        for one in value:
            files[free_name(str(one["name"]), files)] = bytes(one["content"])
        if files:
            self.upload.value = ()
            self.add_files(files)

    def _read_field(self) -> None:
        if self.add_text(self.field.value):
            self.field.value = ""

    def add_files(self, files: Mapping[str, bytes]) -> None:
        """Take files in by name, beside those that wait already."""
        self._busy(f"正在读 {len(files)} 个文件。")
        for taken in self._ask(dict(files), ""):
            self._add(_Heap(dict(taken.originals) or dict(files), "", taken, taken.reason))
        self._redraw()

    def add_text(self, text: str) -> bool:
        """Take pasted text in; whether anything was made of it."""
        if not text.strip():
            self._tell(["没有可读的文字。"])
            return False
        self._busy("正在读粘贴的文字。")
        found = self._ask({}, text)
        self._heaps += [_Heap({}, text, taken, taken.reason) for taken in found]
        if found:
            self.zone.text = ""
        self._redraw()
        return bool(found)

    def _ask(
        self,
        files: dict[str, bytes],
        text: str,
        *,
        kind: str | None = None,
        rename: Mapping[str, str] | None = None,
    ) -> list[Any]:
        """What `take` gives; where it fails, [] and the reason on the desk."""
        self.told = []
        try:
            return list(self._take(files, text, kind=kind, rename=dict(rename or {})))
        except ToolkitError as error:
            self.told = [str(error)]
        except (OSError, ValueError, LookupError, MemoryError) as error:
            self.told = [_UNREADABLE.format(type(error).__name__)]
        return []

    def _add(self, heap: _Heap) -> None:
        """Put files with those of their kind, read together; what bears the same name and bytes is there already."""
        same = next((one for one in self._heaps if not one.text and one.taken.kind == heap.taken.kind), None)
        if same is None:
            self._heaps.append(heap)
            self._heaps.sort(key=lambda one: list(self._kinds).index(one.taken.kind))
            return
        files = dict(same.files)
        for name, data in heap.files.items():
            if files.get(name) != data:
                files[free_name(name, files)] = data
        again = self._ask(files, "", kind=same.taken.kind, rename={**heap.rename, **same.rename})
        if again:
            same.files, same.taken = files, again[0]

    # ---- what the editor says of it

    def change_kind(self, heap: _Heap, kind: str) -> None:
        """Read a heap as another kind; with the files that are of the kind already."""
        self._busy(f"正在当作{self._kinds[kind]}读。")
        again = self._ask(heap.files, heap.text, kind=kind)
        if again:
            same = any(not one.text and one.taken.kind == kind for one in self._heaps if one is not heap)
            heap.taken, heap.reason, heap.rename = again[0], "是你选的。", {}
            if same and not heap.text:
                self._heaps.remove(heap)
                self._add(heap)
        self._redraw()

    def rename(self, heap: _Heap, header: str, column: str) -> None:
        """Read a heap with a header taken for a column; "" for what it is by itself."""
        self._busy(f"正在把「{header}」改个读法。")
        rename = {name: to for name, to in heap.rename.items() if name != header and to != column}
        rename |= {header: column} if column else {}
        again = self._ask(heap.files, heap.text, kind=heap.taken.kind, rename=rename)
        if again:
            heap.taken, heap.rename = again[0], rename
        self._redraw()

    def drop(self, heap: _Heap) -> None:
        """Let one heap go, unsaved."""
        self._heaps.remove(heap)
        self.told = [f"「{heap.taken.label}」不要了，什么都没有存。"]
        self._redraw()

    def clear(self) -> None:
        """Let everything go, unsaved."""
        self._heaps, self.told = [], ["都不要了，什么都没有存。"]
        self._redraw()

    # ---- saving

    def save_all(self) -> None:
        """Hand each heap to `save`, once; what could not be saved stays. A second click finds nothing to save."""
        waiting = [heap for heap in self._heaps if _usable(heap.taken)]
        if self._save is None or not waiting:
            return
        self.save_button.disabled = True
        lines, done = [], []
        for heap in waiting:
            try:
                lines.append(_saved_line(heap.taken.label, self._save(heap.taken)))
                done.append(heap)
            except (ToolkitError, OSError) as error:
                lines.append(f"✕ {heap.taken.label}没有存下：{error}")
        self._heaps = [heap for heap in self._heaps if heap not in done]
        self.told = lines
        if done and self._saved is not None:
            try:
                self._saved([heap.taken for heap in done])
            except (ToolkitError, OSError) as error:
                self.told.append(str(error))
        self._redraw()

    # ---- drafts

    def _resume(self, draft: Mapping[str, Any]) -> None:
        """The text that waited is read again; files must be dropped again, and are named."""
        text, pasted, files = draft.get("text"), draft.get("pasted"), draft.get("files")
        told: list[str] = []
        for one in pasted if isinstance(pasted, list) else []:
            told += self._paste_again(one)
        names = [str(name) for name in files] if isinstance(files, list) else []
        if names:
            more = f" 等 {len(names)} 个文件" if len(names) > 3 else ""
            told.append(f"上次放进来还没有存的：{'、'.join(names[:3])}{more}。请再放一次。")
        self.told = told
        self._redraw()
        if isinstance(text, str):
            self.zone.text = text

    def _paste_again(self, one: Any) -> list[str]:
        """Read a text of a draft; what is to be said of it."""
        if not isinstance(one, Mapping) or not isinstance(one.get("text"), str) or not one["text"].strip():
            return []
        kind = one.get("kind") if one.get("kind") in self._kinds else None
        given = one.get("rename")
        rename = {str(a): str(b) for a, b in given.items()} if isinstance(given, Mapping) else {}
        for taken in self._ask({}, one["text"], kind=kind, rename=rename):
            self._heaps.append(_Heap({}, one["text"], taken, taken.reason, rename))
        return self.told

    def _keep_draft(self) -> None:
        """Hand the state to `save_draft` where it is another one than was saved last."""
        state = self.state()
        if self._save_draft is None or self._said is None or state == self._said:
            return
        try:
            self._save_draft(state)
        except (ToolkitError, OSError) as error:
            before = [line for line in self.told if not line.startswith(NOT_KEPT)]
            self._tell([*before, f"{NOT_KEPT}：{error}"])
        else:
            self._said = state

    # ---- showing

    def _busy(self, text: str) -> None:
        with self.zone.hold_sync():
            self.zone.busy, self.zone.said = True, text

    def _tell(self, lines: list[str]) -> None:
        self.told = lines
        self.message.content = [
            node("p", line, css="wn-block" if line.startswith("✕") else "") for line in lines
        ]

    def _redraw(self) -> None:
        """Show what waits, and say how it stands."""
        if self._heaps:
            self.taken = [heap.taken for heap in self._heaps]
        usable = [heap for heap in self._heaps if _usable(heap.taken)]
        self.heaps.children = [self._box(heap) for heap in self._heaps]
        self.save_button.disabled = self._save is None or not usable
        self.clear_button.disabled = not self._heaps
        with self.zone.hold_sync():
            self.zone.busy, self.zone.said = False, self._how_it_stands(len(usable))
        self._tell(self.told)
        self._keep_draft()

    def _how_it_stands(self, usable: int) -> str:
        if not self._heaps:
            return ""
        read = "，".join(
            f"{heap.taken.label} {rows_in_words(heap.taken.kind, len(heap.taken.frame))}"
            for heap in self._heaps
        )
        rest = "看过再存。" if usable else "没有能存的，原因在下面。"
        return f"读到：{read}。还没有存，{rest}" if usable else f"读到：{read}。{rest}"

    def _box(self, heap: _Heap) -> HeapBox:
        """The controls of a heap, made once, showing what was read of it."""
        if heap.box is None:
            heap.box = HeapBox(
                self._kinds,
                rows=self._rows,
                say_kind=lambda kind: self.change_kind(heap, kind),
                rename=lambda header, column: self.rename(heap, header, column),
                let_go=lambda: self.drop(heap),
            )
        heap.box.show(heap.taken, heap.reason)
        return heap.box


def _usable(taken: Any) -> bool:
    return bool(getattr(taken, "usable", len(taken.frame) > 0))


def _saved_line(label: str, found: Any) -> str:
    """What became of a Taken that was handed to `save`."""
    if isinstance(found, str):
        return found
    paths = [path for path in found or [] if isinstance(path, Path)]
    if not paths:
        return f"{label}：都已经有了，没有重复存。"
    named = "、".join(f"{path.parent.name}/{path.name}" for path in paths[:5])
    more = f" 等 {len(paths)} 个文件" if len(paths) > 5 else ""
    return f"✓ {label}存好了：{named}{more}。"

"""The desk for one group message: its text, pictures and link, the bubble as members see it, one text a segment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ipywidgets as ipw
import pandas as pd

from toolkit.compliance import check_copy
from toolkit.headlines import advise_copy, explain_copy_parts, rewrite_headline, score_copy, vary_copy
from toolkit.schema import GROUPS, ITEM_KINDS, ITEMS, WORDS, ToolkitError, check
from toolkit.widgets import _message_view as view
from toolkit.widgets._message_fix import Fix
from toolkit.widgets._message_items import new_id, write_message
from toolkit.widgets._message_media import KeepMedia, Pictures, added, kept, moved, tiles_of
from toolkit.widgets._message_state import (
    EVERYONE,
    Group,
    Message,
    Own,
    groups_of,
    message_of_draft,
    message_of_item,
    reached,
    segments_of,
)
from toolkit.widgets._message_verbs import Verbs
from toolkit.widgets._message_write import first_line, in_the_way, own_texts, snapshot, written_said
from toolkit.widgets._view import NOT_KEPT, Editor, Panel, node

PURPOSES = (("推广", "promotion"), ("资讯", "editorial"))
NEW = "新写一条"
_LABEL_LENGTH, _MOST_UNDO = 30, 50


class MessageDesk(ipw.VBox):
    """A desk for group messages: choose an item or begin a new one, write its text, see it as members will.

    `items` (ITEMS) are what can be chosen, `groups` (GROUPS) who is written to. `score`, `findings`, `advise` and `vary`
    are the verbs behind it (score_copy, check_copy, advise_copy, vary_copy), `rewrite` (rewrite_headline, or None) gives
    a sentence that is in the way another wording. `rules` and `verdicts` go to all of them.

    「写进条目」 writes text, pictures, video (behind the pictures) and link into `.result` (ITEMS) and calls `save` with it.
    A segment whose text differs becomes an item of its own, `item_id-segment`, for that segment's groups; the item itself
    goes to the groups that are left, and makes way where none is left. A text with blanks left open is not written.

    `keep_media(name, bytes)` keeps a picture or a video that was brought in and gives its path; without it the name is
    kept. `save_draft` gets the whole state at once after each change, `draft` is such a state to go on from.

    Raises ColumnError for what is no ITEMS or GROUPS, and what the verbs raise for rules and verdicts they cannot use.

    >>> desk = MessageDesk()
    >>> desk.text.value = "取菜的邻居，明天9月22日起自提点改到东门岗亭，时间不变，还是17:00到19:00。"
    >>> desk.kind.value = "notice"
    >>> desk.told[:2]
    ['合规：通过 ✓', '写法分 100（写法检查，不是预测）']
    >>> desk.write_button.click()
    >>> desk.result["item_id"].tolist()
    ['m1']
    """

    def __init__(
        self,
        items: pd.DataFrame | None = None,
        *,
        groups: pd.DataFrame | None = None,
        purpose: str = "promotion",
        score: Callable[..., pd.DataFrame] = score_copy,
        findings: Callable[..., pd.DataFrame] = check_copy,
        advise: Callable[..., pd.DataFrame] = advise_copy,
        vary: Callable[..., pd.DataFrame] = vary_copy,
        rewrite: Callable[..., pd.DataFrame] | None = rewrite_headline,
        explain: Callable[[], pd.DataFrame] = explain_copy_parts,
        save: Callable[[pd.DataFrame], Any] | None = None,
        keep_media: KeepMedia | None = None,
        rules: Any = None,
        verdicts: Any = None,
        draft: Mapping[str, Any] | None = None,
        save_draft: Callable[[dict[str, Any]], Any] | None = None,
    ) -> None:
        self._items = ITEMS.empty() if items is None else check(items, ITEMS)
        frame = None if groups is None else check(groups, GROUPS)
        self._groups = groups_of(frame)
        self._verbs = Verbs(
            score, findings, advise, vary, rewrite, frame, self._groups, rules, verdicts, purpose
        )
        self._parts = explain().to_dict("records")
        self._save, self._keep_media, self._save_draft = save, keep_media, save_draft
        self._messages: dict[str, Message] = {}
        self._touched: set[str] = set()
        self._done: list[str] = []
        self._written: dict[str, dict[str, Any]] = {}
        self._undo: list[tuple[str, str, str]] = []
        self._fixes: list[Fix] = []
        self._weighed: tuple[view.Reading, list[tuple[view.Variant, view.Reading]]] | None = None
        self._tab, self._loading = "", 0
        self._make_inputs(purpose)
        self._make_views()
        self._hang()
        super().__init__(self._arranged())
        self.add_class("wn-plain")
        self.add_class("wn-message")
        self._resume(draft or {})
        self._kept_state = self.state()

    def __repr__(self) -> str:
        """The same text in every run, so that a notebook's output can be compared."""
        return f"MessageDesk（{len(self._items)} 个条目）"

    @property
    def result(self) -> pd.DataFrame:
        """ITEMS with the messages written in so far."""
        return self._items.copy()

    @property
    def told(self) -> list[str]:
        """What the readout says of the text in the editor, in lines."""
        return view.told_of(self._read)

    def state(self) -> dict[str, Any]:
        """The whole state as plain values, for `draft`."""
        return {
            "item": self._message.item_id,
            "purpose": self.purpose.value,
            "messages": {
                name: self._messages[name].plain() for name in self._messages if name in self._touched
            },
            "done": [name for name in self._done if name in self._touched],
            "written": {name: dict(one) for name, one in self._written.items()},
        }

    def _make_inputs(self, purpose: str) -> None:
        wide = ipw.Layout(width="auto")
        third = ipw.Layout(width="auto", flex="1 1 200px")
        self.item = ipw.Dropdown(options=[], description="条目", layout=wide)
        self.title = ipw.Text(description="标题", placeholder="不写就用第一行", layout=wide)
        self.kind = ipw.Dropdown(
            options=[(WORDS[name], name) for name in ITEM_KINDS], description="类型", layout=third
        )
        self.purpose = ipw.Dropdown(options=PURPOSES, value=purpose, description="用途", layout=third)
        self.to = ipw.Dropdown(options=[("全部群", (EVERYONE,))], description="发给", layout=third)
        if not self._groups:
            self.to.layout = ipw.Layout(display="none")
        self.link = ipw.Text(description="链接", placeholder="只放一个，单独一条发出去", layout=wide)
        self.write_button = ipw.Button(
            description="写进条目", button_style="primary", tooltip="把文字、图片、视频和链接写进内容条目"
        )

    def _make_views(self) -> None:
        self.tabs = Panel(css="wn-message-tabs")
        self.text = Editor(label=view.BASE, placeholder="在这里写要发到群里的话，分数和气泡随着变", rows=6)
        self.emoji = Panel(content=view.emoji_nodes(), css="wn-emoji-panel", label="表情")
        self.pictures = Pictures(self.bring)
        self.readout = Panel(css="wn-message-readout", label="合规和写法")
        self.bubble = Panel(label="群里看到的样子")
        self.attached = Panel(css="wn-attached")
        self.overview = Panel(css="wn-message-overview", label="每条文字")
        self._lines: list[str] = []
        self.said = Panel(css="wn-message-told")

    def _arranged(self) -> list[ipw.Widget]:
        phone = ipw.VBox([self.bubble, self.attached])
        phone.add_class("wn-phone")
        phone.layout = ipw.Layout(width="390px", max_width="100%", flex="0 0 auto")
        left = ipw.VBox([self.tabs, self.text, self.emoji, self.readout])
        left.layout = ipw.Layout(flex="1 1 400px", min_width="0", width="auto")
        sides = ipw.Box([left, phone])
        sides.add_class("wn-message-sides")
        head = ipw.VBox([self.item, self.title, ipw.HBox([self.kind, self.purpose, self.to])])
        head.add_class("wn-message-inputs")
        ends = ipw.HBox([self.write_button, self.said])
        ends.add_class("wn-message-ends")
        return [head, sides, self.pictures, self.link, self.overview, ends]

    def _hang(self) -> None:
        """Hang what editors do on what is to follow."""
        self.item.observe(lambda change: self._choose(change["new"]), names="value")
        self.text.observe(lambda change: self._typed(change["new"]), names="value")
        self.title.observe(lambda change: self._set(title=change["new"]), names="value")
        self.kind.observe(lambda change: self._set(kind=change["new"]), names="value")
        self.link.observe(lambda change: self._set(link=change["new"]), names="value")
        self.to.observe(lambda change: self._set(to=list(change["new"] or (EVERYONE,))), names="value")
        self.purpose.observe(lambda _change: self._change_purpose(), names="value")
        self.write_button.on_click(lambda _button: self._write())
        self.text.on("rest", lambda _sent: self._show_all())
        self.text.on("enter", lambda _sent: self._write())
        self.emoji.on("emoji", lambda sent: self.text.insert(str(sent["value"])))
        for panel in (self.tabs, self.overview):
            panel.on("tab", lambda sent: self._open(str(sent["value"])))
        for panel in (self.readout, self.overview):
            panel.on("follow", lambda sent: self._follow(str(sent["value"])))
            panel.on("settle", lambda sent: self._settle(str(sent["value"])))
        self.overview.on("share", lambda sent: self._share(str(sent["value"]), on=True))
        self.overview.on("alone", lambda sent: self._share(str(sent["value"]), on=False))
        self.readout.on("fix", lambda sent: self._fix(sent["value"]))
        self.readout.on("undo", lambda _sent: self._take_back())
        self.pictures.on(
            "earlier", lambda sent: self._rearrange(moved(self._message.media, sent["value"], -1))
        )
        self.pictures.on("later", lambda sent: self._rearrange(moved(self._message.media, sent["value"], 1)))
        self.pictures.on("out", lambda sent: self._take_out(sent["value"]))

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        """While the desk itself fills its controls, nothing that they tell counts as an editor's change."""
        self._loading += 1
        try:
            yield
        finally:
            self._loading -= 1

    # what is on the desk

    @property
    def _message(self) -> Message:
        """The message being written."""
        return self._messages[self._current]

    def _resume(self, draft: Mapping[str, Any]) -> None:
        """Begin with a draft; what in it is unknown or broken is passed over."""
        written = draft.get("written")
        for name, one in (written if isinstance(written, Mapping) else {}).items():
            self._rewrite(str(name), one)
        known = {*self._items["item_id"]}
        ends = [f"-{segment}" for segment in segments_of(self._groups)]
        known |= {name.removesuffix(end) for name in known for end in ends}
        done = [str(name) for name in draft.get("done", [])] if isinstance(draft.get("done"), list) else []
        messages = draft.get("messages")
        for name, one in (messages if isinstance(messages, Mapping) else {}).items():
            begun = self._of_item(str(name))
            message = message_of_draft(str(name), one, begun)
            # one that was written in and whose row somebody has taken out since is not brought back
            if message is not None and (name not in done or name in known):
                self._messages[str(name)] = message
                self._touched.add(str(name))
        self._done = [name for name in done if name in self._touched]
        if draft.get("purpose") in [value for _, value in PURPOSES]:
            with self._quiet():
                self.purpose.value = draft["purpose"]
                self._verbs.purpose = draft["purpose"]
        self._load(self._first(draft.get("item")))

    def _rewrite(self, name: str, one: Any) -> None:
        """Write in again what had been written and not saved anywhere."""
        try:
            self._items = write_message(self._items, {**one, "item_id": name}, self._groups)
            self._written[name] = dict(one)
        except (ToolkitError, KeyError, TypeError, ValueError, AttributeError):
            return

    def _of_item(self, item_id: str) -> Message | None:
        rows = self._items[self._items["item_id"] == item_id]
        return None if rows.empty else message_of_item(rows.iloc[0].to_dict())

    def _first(self, wanted: Any) -> str:
        known = [*self._messages, *self._items["item_id"]]
        if isinstance(wanted, str) and wanted in known:
            return wanted
        return str(self._items["item_id"].iloc[0]) if len(self._items) else new_id(self._items, known)

    def _options(self) -> list[tuple[str, str]]:
        """What can be chosen: the items, messages begun that are no item yet, and a new one at the end."""
        rows = self._items[["item_id", "title", "kind"]].to_dict("records")
        segments = segments_of(self._groups)
        listed = {}
        for row in rows:
            part = next((name for name in segments if row["item_id"].endswith(f"-{name}")), "")
            words = "，".join(word for word in (WORDS.get(row["kind"], ""), part) if word)
            listed[row["item_id"]] = f"{_short(row['title'] or row['item_id'])}（{words}）"
        for name, message in self._messages.items():
            if name not in listed and name in self._touched | {self._current}:
                begun = message.title or first_line(message.text)
                written = any(f"{name}-{segment}" in listed for segment in segments)
                listed[name] = f"{_short(begun)}（{'各群一条' if written else '新'}）" if begun else NEW
        if NEW not in listed.values():
            listed[new_id(self._items, list(self._messages))] = NEW
        return [(label, name) for name, label in listed.items()]

    def _load(self, item_id: str) -> None:
        """Put a message on the desk."""
        if item_id not in self._messages:
            self._messages[item_id] = self._of_item(item_id) or Message(item_id)
        self._current = item_id
        message = self._message
        self._tab = ""
        with self._quiet():
            self._offer()
            self.title.value, self.kind.value, self.link.value = message.title, message.kind, message.link
            self.to.options = self._audiences(message)
            self.to.value = tuple(message.to)
        self._say("")
        self._show_all()

    def _offer(self) -> None:
        """Offer what can be chosen, with the message on the desk chosen."""
        options = self._options()
        if list(self.item.options) != options:
            self.item.options = options
        self.item.value = self._current

    def _audiences(self, message: Message) -> list[tuple[str, tuple[str, ...]]]:
        offered: dict[tuple[str, ...], str] = {(EVERYONE,): "全部群"}
        offered |= {(name,): name for name in segments_of(self._groups)}
        if tuple(message.to) not in offered:
            names = {one.group_id: one.name for one in self._groups}
            offered[tuple(message.to)] = _short("、".join(names.get(name, name) for name in message.to))
        return [(label, value) for value, label in offered.items()]

    def _text_here(self) -> str:
        """The text of the tab that is open."""
        message, name = self._message, self._tab
        if not name:
            return message.text
        if name in message.own and name not in message.shared:
            return message.own[name].text
        return message.text if name in message.shared else self._verbs.swapped(message, [name])[name][0]

    # what is shown

    def _show(self) -> None:
        """Read the text in the editor, show what the verbs say: three messages to the page."""
        message, text = self._message, self.text.value
        self._read = self._verbs.weigh(text, message.kind, self._tab)
        self._fixes = [fix for fix in self._fixes if fix.before == text]
        self.text.marks = view.marks_of(self._read.found)
        own = message.own.get(self._tab)
        stale = self._tab if own and own.base != message.text and self._tab not in message.shared else ""
        self.readout.content = view.readout(
            self._read, self._parts, self._fixes, stale=stale, undo=bool(self._undo)
        )
        self.bubble.content = view.bubble(self._read, self._group(), self._tab)
        self._show_overview(fresh=False)

    def _show_all(self) -> None:
        """All of it: also what takes longer than a key press may, the fixes and the segments' texts."""
        message = self._message
        variants = self._verbs.variants(message)
        if self._tab and self._tab not in {one.segment for one in variants}:
            self._tab = ""
        with self._quiet():
            self.text.value = self._text_here()
        self.text.label = f"给「{self._tab}」的这一条" if self._tab else view.BASE
        self._fixes = self._verbs.fixes(
            self._verbs.read(self.text.value, message.kind, self._tab), message.kind
        )
        self._show()
        self.tabs.content = view.tabs(variants, self._tab)
        weighed = [(one, self._verbs.weigh(one.text, message.kind, one.segment)) for one in variants]
        self._weighed = self._verbs.weigh(message.text, message.kind), weighed
        self._show_overview(fresh=True)
        self._show_media()

    def _show_overview(self, *, fresh: bool) -> None:
        """Every text there is; those of a moment before while somebody types, which are not to be copied."""
        if self._weighed is not None:
            self.overview.content = view.overview(*self._weighed, fresh=fresh)

    def _show_media(self) -> None:
        message = self._message
        self.pictures.tiles = tiles_of(message.media)
        self.attached.content = view.attachments(message.media, message.link, message.title)

    def _group(self) -> Group | None:
        """The group whose name stands over the bubble: the first that gets this text."""
        meant = reached(self._message.to, self._groups)
        return next((one for one in meant if not self._tab or one.segment == self._tab), None)

    def _say(self, *lines: str) -> None:
        self._lines = [line for line in lines if line]
        self.said.content = [node("p", line, role="status") for line in self._lines]

    # what an editor does

    def _choose(self, item_id: Any) -> None:
        if not self._loading and isinstance(item_id, str) and item_id != self._current:
            self._load(item_id)
            self._keep()

    def _changed(self) -> None:
        """Remember that the message on the desk was changed, and keep the draft."""
        self._touched.add(self._current)
        self._done = [name for name in self._done if name != self._current]
        self._keep()

    def _keep(self) -> None:
        """Hand the state to `save_draft` where it is another than the one saved last."""
        if self._save_draft is None or (state := self.state()) == self._kept_state:
            return
        try:
            self._save_draft(state)
        except (ToolkitError, OSError) as error:
            others = [line for line in self._lines if not line.startswith(NOT_KEPT)]
            self._say(*others, f"{NOT_KEPT}：{error}。字还在这里。")
        else:
            self._kept_state = state

    def _typed(self, text: str) -> None:
        if self._loading:
            return
        message = self._message
        if self._tab:
            message.own[self._tab] = Own(text, message.text)
            message.shared = [name for name in message.shared if name != self._tab]
        else:
            message.text = text
        self._show()
        self._changed()

    def _set(self, **values: Any) -> None:
        """Take what a control says into the message."""
        if self._loading:
            return
        for name, value in values.items():
            setattr(self._message, name, value)
        self._changed()
        if {"kind", "to"} & set(values):
            self._show_all()
        else:
            self._show_media()

    def _change_purpose(self) -> None:
        if self._loading:
            return
        self._verbs.purpose = self.purpose.value
        self._show_all()
        self._keep()

    def _open(self, segment: str) -> None:
        """Bring one segment's text into the editor, or the text for all."""
        if not segment or segment in self._verbs.audiences(self._message):
            self._tab = segment
            self._show_all()

    def _follow(self, segment: str) -> None:
        """Let a segment's text follow the text for all again; what stood there can be brought back."""
        own = self._message.own.pop(segment, None)
        if own is None:
            return
        self._remember(segment, own.text)
        self._show_all()
        self._changed()

    def _settle(self, segment: str) -> None:
        """Say that a segment's own text holds, although the text for all has changed."""
        own = self._message.own.get(segment)
        if own is not None:
            self._message.own[segment] = Own(own.text, self._message.text)
            self._show_all()
            self._changed()

    def _share(self, segment: str, *, on: bool) -> None:
        others = [name for name in self._message.shared if name != segment]
        self._message.shared = [*others, segment] if on else others
        self._show_all()
        self._changed()

    def _remember(self, segment: str, text: str) -> None:
        self._undo = [*self._undo, (self._current, segment, text)][-_MOST_UNDO:]

    def _fix(self, place: Any) -> None:
        """Make one of the changes offered."""
        if not isinstance(place, int) or not 0 <= place < len(self._fixes):
            return
        fix = self._fixes[place]
        if fix.before == self.text.value:
            self._remember(self._tab, fix.before)
            self._put(fix.after)

    def _put(self, text: str) -> None:
        """Put a text into the open tab, as if it had been typed."""
        with self._quiet():
            self.text.value = text
        message = self._message
        if self._tab:
            message.own[self._tab] = Own(text, message.text)
        else:
            message.text = text
        self._show_all()
        self._changed()

    def _take_back(self) -> None:
        """Bring back what stood there before the last change offered was made."""
        if not self._undo:
            return
        item_id, segment, text = self._undo.pop()
        if item_id != self._current:
            self._load(item_id)
        self._tab = segment if segment in self._verbs.audiences(self._message) else ""
        self._put(text)

    # pictures and the video

    def bring(self, sent: Mapping[str, Any], content: bytes) -> None:
        """Take a picture or a video that was chosen, dropped or pasted (name, type, thumb; its bytes) into the message."""
        one, told = kept(sent, content, self._keep_media)
        if one is not None:
            media, refused = added(self._message.media, one)
            told = refused or told
            if not refused:
                self._rearrange(media)
        self._say(told)

    def _rearrange(self, media: list[Any]) -> None:
        self._message.media = media
        self._show_media()
        self._changed()

    def _take_out(self, place: Any) -> None:
        self._rearrange([one for n, one in enumerate(self._message.media) if n != place])

    # into the items

    def _write(self) -> None:
        """Write the message into the items, where nothing is in the way of sending it."""
        message = self._message
        parts = own_texts(self._verbs, message)
        refused = in_the_way(self._verbs, message, parts)
        if refused:
            self._say(*refused)
            return
        written = snapshot(message, parts)
        self._items = write_message(self._items, {**written, "item_id": message.item_id}, self._groups)
        self._written[message.item_id] = written
        self._done = [*(name for name in self._done if name != message.item_id), message.item_id]
        self._touched.add(message.item_id)
        told = self._save_items()
        with self._quiet():
            self.title.value = message.title = written["title"]
            self._offer()
        self._say(*written_said(self._verbs, message, parts), told)
        self._keep()

    def _save_items(self) -> str:
        """Hand the items to `save`; what is to be said of it."""
        if self._save is None:
            return ""
        try:
            path = self._save(self.result)
        except (ToolkitError, OSError) as error:
            return f"没有存下：{error}。写进的内容还在这里。"
        self._written.clear()
        return f"已存到 {path.parent.name}/{path.name}。" if isinstance(path, Path) else ""


def _short(text: str) -> str:
    return text if len(text) <= _LABEL_LENGTH else f"{text[:_LABEL_LENGTH]}…"

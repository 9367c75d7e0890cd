"""The desk for headlines: type, see the gate, the craft parts, the chance and the advice change; keep, compare, choose."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as ipw
import pandas as pd

from toolkit import lexicons
from toolkit.compliance import check_copy, judge_copy
from toolkit.headlines import (
    advise_headline,
    explain_parts,
    preview_headline,
    rewrite_headline,
    score_headlines,
    suggest_headlines,
)
from toolkit.schema import ToolkitError
from toolkit.widgets._headline_judging import Judging
from toolkit.widgets._headline_nodes import (
    candidate_columns,
    candidate_row,
    compared,
    readout,
    suggestions,
)
from toolkit.widgets._headline_read import Row, Setting, Verbs, Version, audience_key, short, terms_of
from toolkit.widgets._view import NOT_KEPT, Editor, Panel, Table, button, node
from toolkit.widgets.message_desk import MessageDesk

PURPOSES = (("推广", "promotion"), ("资讯", "editorial"))
ANYONE = ""
# titles that one paste brings in at most, suggestions asked for at once, steps that can be taken back
MOST_LINES, MOST_SUGGESTED, MOST_UNDONE = 200, 12, 50
_BETWEEN_WORDS = re.compile(r"[\s、，,;；]+")
_WIDE = {"width": "auto"}


@dataclass
class Candidate:
    """A kept title with what the editor noted on it."""

    text: str
    star: bool = False
    note: str = ""


class HeadlineDesk(ipw.VBox):
    """A headline desk: type or paste titles, see gate, craft, chance and preview at once, change, keep and compare.

    `headlines` (HEADLINES, or any frame or list that `score` takes) are candidates from the start. Typing shows what the
    verbs say; Enter keeps the title, pasted lines become candidates. `trends` are the words that a title could use,
    `groups` (GROUPS) offer whom it is for, `audience` (a GROUPS row or a theme) is chosen from the start, `topics`
    (TOPICS) what suggestions are made from. `save` is called with `.result` each time a candidate is kept or dropped.
    `result` is the HEADLINES frame of the candidates, `starred` those with a star, `told` what the desk says in lines.

    `rules` are an editor's own (COPY_RULES), `verdicts` what editors have said of findings (VERDICTS): beside each
    finding she says that it is a false alarm or right, or that something was missed. `judge` (judge_copy, or a partial
    of it that says by whom or when) makes the next `.verdicts`, and `save_verdicts` is called with them.

    `model` is a HeadlineModel that has learned: its chance stands there with the interval where it may be shown, else
    the sentence why there is none. `message` is a desk for the group message, shown as a second tab with the same
    purpose; without it, `items` (ITEMS) make one that writes through `save_items`. `draft` brings back what
    `save_draft` was given (text, candidates, stars, notes, choices).

    What a verb or a `save` refuses is said on the desk. Raises ColumnError for rules and verdicts that cannot be used.

    >>> desk = HeadlineDesk(["三步挑出膏满的大闸蟹"])
    >>> desk.result["headline"].tolist()
    ['三步挑出膏满的大闸蟹']
    """

    def __init__(
        self,
        headlines: Any | None = None,
        *,
        platform: str = "wechat",
        purpose: str = "promotion",
        trends: pd.DataFrame | Sequence[str] | None = None,
        audience: Any | None = None,
        model: Any | None = None,
        brand: Sequence[str] | str | None = None,
        groups: pd.DataFrame | None = None,
        items: pd.DataFrame | None = None,
        score: Callable[..., pd.DataFrame] = score_headlines,
        findings: Callable[..., pd.DataFrame] = check_copy,
        advise: Callable[..., pd.DataFrame] = advise_headline,
        preview: Callable[..., Any] = preview_headline,
        suggest: Callable[..., pd.DataFrame] = suggest_headlines,
        rewrite: Callable[..., pd.DataFrame] = rewrite_headline,
        topics: pd.DataFrame | None = None,
        save: Callable[[pd.DataFrame], Any] | None = None,
        rules: pd.DataFrame | tuple[Any, ...] | None = None,
        verdicts: pd.DataFrame | None = None,
        judge: Callable[..., pd.DataFrame] = judge_copy,
        save_verdicts: Callable[[pd.DataFrame], Any] | None = None,
        message: ipw.Widget | None = None,
        save_items: Callable[[pd.DataFrame], Any] | None = None,
        draft: Mapping[str, Any] | None = None,
        save_draft: Callable[[dict[str, Any]], Any] | None = None,
    ) -> None:
        self._save, self._save_draft = save, save_draft
        self._judging = Judging(judge, rules=rules, verdicts=verdicts, save=save_verdicts)
        verbs = (score, findings, advise, preview, suggest, rewrite)
        self._verbs = Verbs(*verbs, trends, model, brand, self._judging.rules, self._judging.lessons)
        self._parts = explain_parts().to_dict("records")
        self._undo: list[str] = []
        self._versions: list[Version] = []
        self._versions_of, self._why = "", ""
        self._suggested: tuple[list[Row], list[str]] = ([], [])
        self._rows: dict[str, Row] = {}
        self._drawn: dict[str, Candidate] = {}
        self._made = 0
        self._message_state: Callable[[], dict[str, Any]] | None = None
        self._make_choices(platform, purpose, audience, groups)
        self._make_title()
        self._make_candidates(chance=model is not None and bool(model.skill_.shown))
        self._make_suggestions(topics)
        self._take_draft(draft or {}, headlines)
        made = message is None and items is not None
        self._compose(self._message_desk(items, groups, draft or {}, save_items) if made else message)
        self._verbs.warm(self._setting)
        self._show_candidates()
        self._look()
        self._find_versions()
        self._last_state = self.state()
        self._listen()

    def __repr__(self) -> str:
        """The same text in every run, so that a notebook's output can be compared."""
        return f"HeadlineDesk（{len(self._drawn)} 个备选）"

    # ---- what is asked of the desk

    @property
    def result(self) -> pd.DataFrame:
        """HEADLINES of the candidates, in the order they were kept."""
        return self._verbs.scored([one.text for one in self._drawn.values()], self._setting)

    @property
    def starred(self) -> list[str]:
        """The candidates with a star, in the order they were kept."""
        return [one.text for one in self._drawn.values() if one.star]

    @property
    def told(self) -> list[str]:
        """What the desk says of the title, in lines: gate, craft, chance, list, findings, advice."""
        return self._looked.lines()

    @property
    def verdicts(self) -> pd.DataFrame:
        """VERDICTS: those given to the desk and those said on it."""
        return self._judging.verdicts

    def state(self) -> dict[str, Any]:
        """All that an editor has made here, as plain values: what `draft` takes."""
        message = {} if self._message_state is None else {"message": self._message_state()}
        return {
            **message,
            "text": self.title.value,
            "platform": self.platform.value,
            "purpose": self.purpose.value,
            "audience": self.audience.value,
            "terms": self.terms.value,
            "sort": list(self.table.sort),
            "candidates": [
                {"text": one.text, "star": one.star, "note": one.note} for one in self._drawn.values()
            ],
        }

    # ---- the parts

    def _make_choices(self, platform: str, purpose: str, audience: Any, groups: pd.DataFrame | None) -> None:
        options = [(row.caption, name) for name, row in lexicons.platforms().items()]
        name = lexicons.platform(platform).platform
        self.platform = ipw.Dropdown(options=options, value=name, description="平台")
        self.purpose = ipw.Dropdown(options=PURPOSES, value=purpose, description="用途")
        self._audiences: dict[str, Any] = {ANYONE: None}
        captions = {ANYONE: "不限"}
        for row in [] if groups is None else groups.to_dict("records"):
            key = str(row.get("group_id") or row.get("name"))
            self._audiences[key] = row
            captions[key] = short(str(row.get("name") or key), 24)
        chosen = ANYONE
        if audience is not None:
            chosen = audience_key(audience, self._audiences)
            self._audiences[chosen] = audience
            captions.setdefault(chosen, short(chosen, 24))
        listed = [(caption, key) for key, caption in captions.items()]
        self.audience = ipw.Dropdown(options=listed, value=chosen, description="给谁看")
        self.audience.layout.display = None if len(listed) > 1 else "none"

    def _make_title(self) -> None:
        self.title = Editor(
            label="标题",
            placeholder="在这里输入标题，分数随着输入变化；粘贴多行就都收进备选",
            enter=True,
        )
        self.keep_button = ipw.Button(
            description="收进备选", tooltip="把这个标题放进下面的备选，也可以按回车"
        )
        self.undo_button = ipw.Button(description="撤销", tooltip="回到上一次替换之前", disabled=True)
        self.said = Panel(css="wn-headline-said")
        self.readout = Panel(css="wn-headline-lights", label="合规、写法分、预览和建议")
        self.note = ipw.Text(
            description="判定理由",
            placeholder="点误报、判对了或漏判之前可以写一句",
            layout=ipw.Layout(**_WIDE),
        )

    def _make_candidates(self, *, chance: bool) -> None:
        self.table = Table(
            columns=candidate_columns(chance=chance),
            label="备选标题",
            choice="比",
            empty="还没有备选。写好一个标题按回车，或从别处粘贴几行。",
        )
        self.edit_button = ipw.Button(description="拿来改", tooltip="把选中的备选放进上面的输入框")
        self.drop_button = ipw.Button(description="移出备选", tooltip="把选中的备选拿掉")
        self.compared = Panel(label="两条比一比")

    def _make_suggestions(self, topics: pd.DataFrame | None) -> None:
        self._topics = [] if topics is None else topics.to_dict("records")
        labels = [(short(str(row["label"]), 30), place) for place, row in enumerate(self._topics)]
        self.topic = ipw.Dropdown(
            options=[*labels, ("自己写几个词", -1)], value=0 if labels else -1, description="选题"
        )
        self.topic.layout.display = None if labels else "none"
        first = terms_of(self._verbs.trends)[:1]
        self.terms = ipw.Text(
            value="" if labels else "".join(first),
            description="关键词",
            placeholder="例如：大闸蟹、露营",
            layout=ipw.Layout(flex="1 1 160px", width="auto"),
        )
        self.suggest_button = ipw.Button(description="给几条建议", tooltip="按上面的选题或词写几条标题")
        self.suggestions = Panel(label="建议的标题")

    def _compose(self, message: ipw.Widget | None) -> None:
        head = ipw.Box([self.platform, self.purpose, self.audience])
        actions = ipw.Box([self.keep_button, self.undo_button, self.said])
        kept = ipw.Box([self.edit_button, self.drop_button])
        asked = ipw.Box([self.topic, self.terms, self.suggest_button])
        for row in (head, actions, kept, asked):
            row.add_class("wn-headline-row")
        for field in (self.platform, self.purpose, self.audience, self.topic, self.terms, self.note):
            field.style.description_width = "initial"
        title = [Panel(content=[node("h3", text)]) for text in ("备选", "要几条建议")]
        self._first = ipw.VBox(
            [
                *(self.title, actions, self.readout, self.note),
                *(title[0], self.table, kept, self.compared),
                *(title[1], asked, self.suggestions),
            ]
        )
        self._second = message
        self.tabs = Panel(label="写标题还是写群消息")
        super().__init__([head, self._first] if message is None else [head, self.tabs, self._first, message])
        self.layout = ipw.Layout(padding="8px 0", width="100%")
        for name in ("wn-plain", "wn-headline"):
            self.add_class(name)
        if message is not None:
            self._share_purpose(message)
            self.show_tab("title")

    def _message_desk(
        self,
        items: pd.DataFrame | None,
        groups: pd.DataFrame | None,
        draft: Mapping[str, Any],
        save: Callable[[pd.DataFrame], Any] | None,
    ) -> ipw.Widget:
        """A desk for the messages of the items; its draft is part of this one's."""
        held = draft.get("message")
        desk = MessageDesk(
            items,
            groups=groups,
            purpose=self.purpose.value,
            save=save,
            rules=self._judging.rules,
            verdicts=self._judging.lessons,
            draft=held if isinstance(held, Mapping) else None,
            save_draft=lambda _state: self._autosave(),
        )
        self._message_state = desk.state
        return desk

    def _share_purpose(self, message: ipw.Widget) -> None:
        """Promotion or not is chosen once, for titles and messages alike."""
        field = getattr(message, "purpose", None)
        if isinstance(field, ipw.Widget):
            ipw.link((self.purpose, "value"), (field, "value"))
            field.layout.display = "none"

    def show_tab(self, name: str) -> None:
        """Show 「标题」 ("title") or 「群消息」 ("message"); without a message desk there is nothing to change."""
        if self._second is None:
            return
        names = (("title", "标题"), ("message", "群消息"))
        tabs = [button(word, "tab", value=key, key=f"tab-{key}", pressed=key == name) for key, word in names]
        self.tabs.content = [node("div", tabs, css="wn-row wn-headline-tabs")]
        for key, box in (("title", self._first), ("message", self._second)):
            box.layout.display = None if key == name else "none"
        for field in (self.platform, self.audience):
            field.layout.visibility = None if name == "title" else "hidden"

    def _listen(self) -> None:
        self.title.observe(lambda _change: self._typed(), names="value")
        self.title.on("enter", lambda sent: self._keep_title(sent["value"]))
        self.title.on("lines", lambda sent: self._keep_lines(sent["value"]))
        self.title.on("rest", lambda _sent: self._find_versions())
        self.readout.on("versions", lambda _sent: self._find_versions())
        self.readout.on("apply", lambda sent: self._replace(sent["value"]))
        self.readout.on("insert", lambda sent: self._insert(sent["value"]))
        self.readout.on("judge", lambda sent: self._judge(**sent["value"]))
        self.suggestions.on("take", lambda sent: self._keep([sent["value"]]))
        self.suggestions.on("edit", lambda sent: self._replace(sent["value"]))
        self.tabs.on("tab", lambda sent: self.show_tab(sent["value"]))
        self.keep_button.on_click(lambda _button: self._keep_title(self.title.value))
        self.undo_button.on_click(lambda _button: self._take_back())
        self.edit_button.on_click(lambda _button: self._edit(self.table.selected))
        self.drop_button.on_click(lambda _button: self._drop(self.table.selected))
        self.suggest_button.on_click(lambda _button: self._suggest())
        self.terms.observe(lambda _change: self._autosave(), names="value")
        for field in (self.platform, self.purpose, self.audience):
            field.observe(lambda _change: self._setting_changed(), names="value")
        self.table.on("star", lambda sent: self._mark(sent["key"], star=bool(sent["value"])))
        self.table.on("note", lambda sent: self._mark(sent["key"], note=str(sent["value"])))
        self.table.on("open", lambda sent: self._edit(sent["key"]))
        self.table.on("remove", lambda sent: self._drop(sent["key"]))
        self.table.observe(lambda _change: self._show_compared(), names="chosen")
        self.table.observe(lambda _change: self._autosave(), names="sort")

    # ---- the title

    @property
    def _setting(self) -> Setting:
        return Setting(self.platform.value, self.purpose.value, self._audiences[self.audience.value])

    def _look(self) -> None:
        """Read the title, ask the verbs, show what they say: the marks and one panel."""
        self._looked = self._verbs.look(self.title.value, self._setting)
        self.title.marks = self._looked.marks
        self._show_readout()

    def _show_readout(self) -> None:
        self.readout.content = readout(
            self._looked,
            self._parts,
            offered=self._judging.offered(self._looked),
            versions=self._versions,
            fresh=self._versions_of == self._looked.text,
            why=self._why,
        )

    def _typed(self) -> None:
        self._look()
        self._tell("")
        self._autosave()

    def _find_versions(self) -> None:
        """Ask for better titles: it takes longer than a key press may, so it is done when the hand rests."""
        if self._versions_of != self._looked.text:
            self._versions, self._why = self._verbs.versions(self._looked, self._setting)
            self._versions_of = self._looked.text
            self._show_readout()

    def _remember(self) -> None:
        self._undo = [*self._undo, self.title.value][-MOST_UNDONE:]
        self.undo_button.disabled = False

    def _replace(self, text: str) -> None:
        """Another title in the field; the one before can be had back."""
        if text != self.title.value:
            self._remember()
            self._set_title(text)

    def _insert(self, text: str) -> None:
        self._remember()
        self.title.insert(text)
        self._find_versions()

    def _take_back(self) -> None:
        if self._undo:
            self._set_title(self._undo.pop())
            self.undo_button.disabled = not self._undo

    def _set_title(self, text: str) -> None:
        with self.title.hold_sync():
            self.title.caret = len(text)
            self.title.value = text
        self._find_versions()

    def _tell(self, text: str) -> None:
        shown = [node("p", node("bdi", text), role="status")] if text else []
        if self.said.content != shown:
            self.said.content = shown

    def _setting_changed(self) -> None:
        self._rows = {}
        self._versions_of = ""
        self._show_candidates()
        self._look()
        self._find_versions()
        self._autosave()

    def _judge(self, verdict: str, place: int) -> None:
        """Note a verdict and show what changed; what was there stays where it is refused."""
        said = self._judging.give(verdict, place, self._looked, note=self.note.value, setting=self._setting)
        try:
            first = next(said)
        except ToolkitError as error:
            self._tell(str(error))
            return
        self._verbs.lessons = self._judging.lessons
        self.note.value = ""
        self._setting_changed()
        self._tell(first)
        for line in said:
            self._tell(line)

    # ---- the candidates

    def _keep_title(self, text: str) -> None:
        """Take in what stands in the field: Enter brings it along, since the last keys may still be on their way."""
        if text.strip():
            self._keep([text])
        else:
            self._tell("先写一个标题。")

    def _keep_lines(self, lines: Iterable[Any]) -> None:
        listed = [str(line) for line in lines]
        self._keep(listed[:MOST_LINES], beyond=max(0, len(listed) - MOST_LINES))

    def _keep(self, texts: Sequence[str], *, beyond: int = 0) -> None:
        """Take titles in, each once, and tell how many."""
        named = [text.strip() for text in texts if text.strip()]
        kept = {one.text for one in self._drawn.values()}
        fresh = [text for text in dict.fromkeys(named) if text not in kept]
        self._add(fresh)
        told = [f"收进 {len(fresh)} 条备选。" if fresh else ""]
        told.append(f"{len(named) - len(fresh)} 条已经在备选里。" if len(fresh) < len(named) else "")
        told.append(f"一次最多收 {MOST_LINES} 条，后面 {beyond} 条没有收。" if beyond else "")
        self._tell("".join(told))
        if fresh:
            self._candidates_changed()

    def _add(self, texts: Iterable[str], **noted: Any) -> None:
        for text in texts:
            self._made += 1
            self._drawn[f"t{self._made}"] = Candidate(text, **noted)

    def _drop(self, key: str) -> None:
        """Take a candidate out and look at the next one."""
        if key not in self._drawn:
            self._tell("先在备选里点一条。")
            return
        keys = list(self._drawn)
        place = keys.index(key)
        near = [*keys[place + 1 :], *reversed(keys[:place])]
        gone = self._drawn.pop(key)
        self._tell(f"移出了「{short(gone.text, 20)}」。")
        self.table.chosen = [one for one in self.table.chosen if one != key]
        self._candidates_changed()
        self.table.selected = near[0] if near else ""

    def _edit(self, key: str) -> None:
        if key in self._drawn:
            self._replace(self._drawn[key].text)
        else:
            self._tell("先在备选里点一条。")

    def _mark(self, key: str, **noted: Any) -> None:
        """Set a star or a note."""
        candidate = self._drawn.get(key)
        if candidate is None or all(getattr(candidate, name) == value for name, value in noted.items()):
            return
        for name, value in noted.items():
            setattr(candidate, name, value)
        self._show_candidates()
        self._autosave()

    def _candidates_changed(self) -> None:
        self._show_candidates()
        self._show_suggestions()
        self._autosave()
        if self._save is not None:
            self._attempt(lambda: self._save and self._save(self.result), "备选没有存下")

    def _scores(self) -> list[Row]:
        """A row of HEADLINES for each candidate; what was scored under this setting is not scored again."""
        fresh = [one.text for one in self._drawn.values() if one.text not in self._rows]
        if fresh:
            rows = self._verbs.scored(fresh, self._setting).to_dict("records")
            self._rows |= {str(row["headline"]): row for row in rows}
        return [self._rows[one.text] for one in self._drawn.values()]

    def _show_candidates(self) -> None:
        self.table.rows = [
            candidate_row(key, row, star=one.star, note=one.note)
            for (key, one), row in zip(self._drawn.items(), self._scores(), strict=True)
        ]
        self._show_compared()

    def _show_compared(self) -> None:
        """Two ticked candidates side by side."""
        keys = [key for key in self._drawn if key in self.table.chosen]
        if len(keys) != 2:
            told = (
                "一次比两条，多勾的先去掉。"
                if len(keys) > 2
                else ""
                if not keys
                else "再勾一条，就并排比较。"
            )
            self.compared.content = [node("p", told, css="wn-muted")] if told else []
            return
        rows = dict(zip(self._drawn, self._scores(), strict=True))
        pair = [rows[key] for key in keys]
        duel = self._verbs.duel([row["headline"] for row in pair])
        self.compared.content = compared(pair, self._parts, duel)

    # ---- suggestions

    def _suggest(self) -> None:
        """Ask for suggestions from the chosen topic, else from the words; what is refused is told in their place."""
        words = [word for word in _BETWEEN_WORDS.split(self.terms.value) if word]
        about = words if words or self.topic.value < 0 else self._topics[self.topic.value]
        try:
            self._suggested = self._verbs.suggested(about, self._setting, MOST_SUGGESTED)
        except ToolkitError as error:
            self._suggested = ([], [str(error)])
        self._show_suggestions()

    def _show_suggestions(self) -> None:
        rows, notes = self._suggested
        self.suggestions.content = suggestions(rows, notes, [one.text for one in self._drawn.values()])

    # ---- drafts

    def _autosave(self) -> None:
        """Give the state away where it has changed; a failure is told and tried again with the next change."""
        state = self.state()
        if self._save_draft is None or state == self._last_state:
            return
        if self._attempt(lambda: self._save_draft and self._save_draft(state), NOT_KEPT):
            self._last_state = state

    def _attempt(self, saving: Callable[[], Any], failed: str) -> bool:
        """Whether the saving went well; what it raises is said on the desk."""
        try:
            saving()
        except (ToolkitError, OSError) as error:
            self._tell(f"{failed}：{error}")
            return False
        return True

    def _take_draft(self, draft: Mapping[str, Any], headlines: Any) -> None:
        """Take up what a draft holds; what it holds not, or holds broken, stays as it was given."""
        for name in ("platform", "purpose", "audience"):
            field = getattr(self, name)
            if draft.get(name) in [value for _, value in field.options]:
                field.value = draft[name]
        for name in ("title", "terms"):
            value = draft.get("text" if name == "title" else name)
            if isinstance(value, str):
                getattr(self, name).value = value
        sort = draft.get("sort")
        if isinstance(sort, list) and len(sort) == 2 and isinstance(sort[0], str):
            self.table.sort = [sort[0], bool(sort[1])]
        listed = draft.get("candidates")
        if isinstance(listed, list):
            for one in listed:
                if isinstance(one, Mapping) and isinstance(one.get("text"), str):
                    note = one.get("note")
                    self._add(
                        [one["text"]],
                        star=one.get("star") is True,
                        note=note if isinstance(note, str) else "",
                    )
            return
        given = [] if headlines is None else [headlines] if isinstance(headlines, str) else headlines
        self._add(dict.fromkeys(self._verbs.score(given, platform=self.platform.value)["headline"]))

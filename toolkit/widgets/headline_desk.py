"""The desk for one headline at a time: type, see the gate, the craft parts and the advice change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as ipw
import pandas as pd

from toolkit import lexicons
from toolkit.compliance import VERDICT_WORDS, check_copy, judge_copy, lessons_of, own_rules
from toolkit.headlines import explain_parts, score_headlines
from toolkit.schema import GATE_MARKS, VERDICTS, WORDS, ToolkitError, check, is_missing

PURPOSES = (("推广", "promotion"), ("资讯", "editorial"))
CRAFT_NOTE = "写法检查，不是预测"
# LOOK.md's colours; every light also carries a word and a mark
GATE_COLOURS = {"pass": "#1B7F5C", "warn": "#96610A", "block": "#B3261E"}
ACCENT = "#B93A2B"
MOST_ADVICE = 3
# what is no more than a hint by its severity and yet belongs on the desk
SECOND_TIER = {"second_look": "请人看一眼", "exempt": "可以例外"}
WHOLE = "整句，没有报出来"
# what each verdict is for, and what it changes
VERDICT_HINTS = {
    "wrong": ("这一处不该报", "同一句话里的这一处，以后算可以例外"),
    "right": ("这一处报得对", "以后照报"),
    "missed": ("没有报出来，其实不妥", "以后再见到这句话，会请人看一眼"),
}
# characters of a finding in the list of findings, and in the line that says what was noted
WHICH_LENGTH, NOTED_LENGTH = 36, 12

# rule, start and end of a finding; empty for the whole title
_Place = tuple[Any, ...]


def _said(row: dict[Any, Any]) -> str:
    word = SECOND_TIER.get(row["category"], WORDS[row["severity"]])
    return f"{word}：「{row['text']}」{row['why']}"


def _chance(row: Mapping[Any, Any] | pd.Series[Any]) -> str:
    span = f"{row['chance_low']:.0%}–{row['chance_high']:.0%}"
    return f"{row['chance']:.0%}（95% 区间 {span}），指好过这个账号一半的内容"


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}…"


def _problem(row: dict[Any, Any]) -> list[ipw.Label]:
    """One finding in short lines, because a label does not wrap: what and why, by which clause, what instead."""
    lines = [
        _said(row),
        *([f"　依据：{row['clause']}"] if row["clause"] else []),
        f"　改法：{row['suggestion']}",
    ]
    return [ipw.Label(line, tooltip=line, layout=ipw.Layout(width="100%")) for line in lines]


class HeadlineDesk(ipw.VBox):
    """A headline desk: type a title, see its gate, craft parts and advice at once, and keep candidates.

    `headlines` (HEADLINES, or any frame or list that `score` takes) are on the list from the start. `score` and
    `findings` are the verbs behind it (score_headlines, check_copy); `save` is called with the candidates' frame
    each time one is kept or dropped. `result` is the HEADLINES frame of the kept candidates.

    `rules` are an editor's own (COPY_RULES), `verdicts` what editors have said of findings (VERDICTS); both verbs get
    them. Below the findings she says herself which is a false alarm, which is right, and that something was missed:
    `judge` (judge_copy, or a partial of it that says by whom or when) makes the next `.verdicts` of it, and `save_verdicts` is
    called with that frame. What `judge` or `save_verdicts` refuses is said on the desk.

    `model` is a HeadlineModel that has learned: its chance stands there with the interval where it may be shown, else
    the sentence why there is none.

    Raises ColumnError for rules and verdicts that cannot be used.

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
        trends: pd.DataFrame | None = None,
        model: Any | None = None,
        score: Callable[..., pd.DataFrame] = score_headlines,
        findings: Callable[..., pd.DataFrame] = check_copy,
        save: Callable[[pd.DataFrame], Any] | None = None,
        rules: pd.DataFrame | tuple[Any, ...] | None = None,
        verdicts: pd.DataFrame | None = None,
        judge: Callable[..., pd.DataFrame] = judge_copy,
        save_verdicts: Callable[[pd.DataFrame], Any] | None = None,
    ) -> None:
        self._score, self._findings, self._save, self._trends = score, findings, save, trends
        self._model = model
        self._judge, self._save_verdicts, self._rules = judge, save_verdicts, own_rules(rules)
        self.verdicts = VERDICTS.empty() if verdicts is None else check(verdicts, VERDICTS)
        self._lessons = lessons_of(self.verdicts)
        self._shown: dict[_Place, dict[Any, Any]] = {}
        given = [] if headlines is None else [headlines] if isinstance(headlines, str) else headlines
        self._kept: list[str] = list(dict.fromkeys(score(given, platform=platform)["headline"]))
        self._make_inputs(platform, purpose)
        self._make_lights()
        self._make_judging()
        craft = [self.craft_label, self.parts, self.chance_label]
        lights = ipw.VBox([self.gate_label, self.problems, self.judging, *craft])
        preview = ipw.VBox([self.visible_label, self.advice])
        row = ipw.HBox([self.platform, self.purpose])
        kept = ipw.HBox([self.keep_button, self.drop_button])
        super().__init__([row, self.title, lights, preview, kept, self.kept_list])
        self.layout = ipw.Layout(max_width="720px", padding="8px 0")
        self._show_kept()
        self._show()

    def __repr__(self) -> str:
        """The same text in every run, so that a notebook's output can be compared."""
        return f"HeadlineDesk（{len(self._kept)} 个备选）"

    @property
    def result(self) -> pd.DataFrame:
        """HEADLINES of the kept candidates, in the order they were kept."""
        return self._scored(self._kept)

    def _make_inputs(self, platform: str, purpose: str) -> None:
        options = [(row.caption, name) for name, row in lexicons.platforms().items()]
        # "100%" would be as wide as the desk without its margins, and the right border cut off
        wide = ipw.Layout(width="auto")
        self.title = ipw.Text(
            description="标题",
            placeholder="在这里输入标题，分数随着输入变化",
            continuous_update=True,
            layout=wide,
        )
        self.platform = ipw.Dropdown(options=options, value=platform, description="平台")
        self.purpose = ipw.Dropdown(options=PURPOSES, value=purpose, description="用途")
        self.keep_button = ipw.Button(description="收进备选", tooltip="把这个标题放进下面的备选")
        self.drop_button = ipw.Button(description="移出备选", tooltip="把选中的备选拿掉")
        self.kept_list = ipw.Select(options=[], description="备选", rows=5, layout=wide)
        for field in (self.title, self.platform, self.purpose):
            field.observe(lambda _change: self._show(), names="value")
        for field in (self.platform, self.purpose):
            field.observe(lambda _change: self._show_kept(), names="value")
        self.keep_button.on_click(lambda _button: self._keep())
        self.drop_button.on_click(lambda _button: self._drop())

    def _make_lights(self) -> None:
        wide = ipw.Layout(width="100%")
        self.gate_label = ipw.Label(layout=wide)
        self.craft_label = ipw.Label(layout=wide)
        self.chance_label = ipw.Label(layout=wide)
        self.visible_label = ipw.Label(layout=wide)
        self.problems = ipw.VBox([])
        self.advice = ipw.VBox([])
        self._bars = {
            row["part"]: ipw.FloatProgress(
                value=0.0,
                max=float(row["max"]),
                description=row["caption"],
                tooltip=row["rewards"],
                style={"bar_color": ACCENT},
                layout=ipw.Layout(width="320px", height="20px"),
            )
            for row in explain_parts().to_dict("records")
        }
        self._bar_labels = {part: ipw.Label() for part in self._bars}
        self.parts = ipw.VBox(
            [
                ipw.HBox([bar, self._bar_labels[part]], layout=ipw.Layout(align_items="center"))
                for part, bar in self._bars.items()
            ]
        )

    def _make_judging(self) -> None:
        self.which = ipw.Dropdown(
            options=[(WHOLE, ())], description="哪一处", layout=ipw.Layout(width="auto")
        )
        self.note = ipw.Text(
            description="为什么", placeholder="可以不写", layout=ipw.Layout(flex="1 1 auto", width="auto")
        )
        self.verdict_buttons = {
            verdict: ipw.Button(
                description=words, tooltip=VERDICT_HINTS[verdict][0], layout=ipw.Layout(width="72px")
            )
            for verdict, words in VERDICT_WORDS.items()
        }
        self.told_label = ipw.Label(layout=ipw.Layout(width="100%"))
        self.judging = ipw.VBox(
            [self.which, ipw.HBox([self.note, *self.verdict_buttons.values()]), self.told_label]
        )
        self.which.observe(lambda _change: self._show_buttons(), names="value")
        for verdict, button in self.verdict_buttons.items():
            button.on_click(lambda _button, verdict=verdict: self._give(verdict))

    def _how(self) -> dict[str, Any]:
        return {
            "platform": self.platform.value,
            "purpose": self.purpose.value,
            "rules": self._rules,
            "verdicts": self._lessons,
        }

    def _scored(self, texts: Sequence[str]) -> pd.DataFrame:
        return self._score(texts, trends=self._trends, model=self._model, **self._how())

    def _show(self) -> None:
        """Read the title, ask the verbs, show what they say."""
        frame = self._scored([self.title.value])
        scored = frame.iloc[0]
        self._show_chance(scored, str(frame.attrs.get("chance", "")))
        found = self._findings(self.title.value, **self._how())
        self._show_score(scored)
        shown = (found["severity"] != "info") | found["category"].isin(SECOND_TIER)
        self._show_findings(scored["gate"], found[shown])
        self._show_judging(found[shown])

    def _show_score(self, scored: pd.Series[Any]) -> None:
        self.craft_label.value = f"写法分 {scored['craft']:.0f}（{CRAFT_NOTE}）"
        for part, bar in self._bars.items():
            bar.value = max(0.0, float(scored[part]))
            self._bar_labels[part].value = f"{scored[part]:.0f} / {bar.max:.0f}"
        cut = "" if scored["visible"] == scored["headline"] else " …（后面看不到）"
        self.visible_label.value = (
            f"列表里看到：{scored['visible']}{cut}" if self.title.value else "列表里看到：（还没有标题）"
        )
        self.advice.children = [ipw.Label(f"· {line}") for line in list(scored["advice"])[:MOST_ADVICE]]

    def _show_chance(self, scored: pd.Series[Any], why: str) -> None:
        shown = why if is_missing(scored["chance"]) or not self.title.value.strip() else _chance(scored)
        self.chance_label.value = self.chance_label.tooltip = f"胜出机会：{shown}" if shown else ""

    def _show_findings(self, gate: str, found: pd.DataFrame) -> None:
        self.gate_label.value = f"合规：{WORDS[gate]} {GATE_MARKS[gate]}"
        self.gate_label.style.text_color = GATE_COLOURS[gate]
        self.problems.children = [label for row in found.to_dict("records") for label in _problem(row)]

    def _show_judging(self, found: pd.DataFrame) -> None:
        """Offer what is shown for a verdict; the whole title where nothing is that could be in the way."""
        chosen = self.which.value
        rows = found.to_dict("records")
        self._shown = {(row["rule_id"], row["start"], row["end"]): row for row in rows}
        live = [place for place, row in self._shown.items() if row["category"] != "exempt"]
        options = [(_short(_said(row), WHICH_LENGTH), place) for place, row in self._shown.items()]
        self.which.options = options if live else [*options, (WHOLE, ())]
        self.which.value = chosen if chosen in live else live[0] if live else ()
        self.judging.layout.display = None if self.title.value.strip() else "none"
        self._show_buttons()

    def _show_buttons(self) -> None:
        row = self._shown.get(self.which.value)
        live = row is not None and row["category"] != "exempt"
        # a false alarm that was noted by mistake is taken back as a right one
        judged = self.verdicts.loc[self.verdicts["verdict"] == "wrong", "rule_id"]
        taken_back = row is not None and row["rule_id"] in set(judged)
        self.verdict_buttons["wrong"].disabled = not live
        self.verdict_buttons["right"].disabled = not (live or taken_back)
        self.verdict_buttons["missed"].disabled = row is not None or not self.title.value.strip()
        self._tell("")

    def _tell(self, text: str) -> None:
        self.told_label.value = self.told_label.tooltip = text
        self.told_label.layout.display = None if text else "none"

    def _give(self, verdict: str) -> None:
        """Ask `judge`, keep its answer, show what changed; what was there stays where it refuses."""
        place, text = self.which.value, self.title.value
        row = self._shown.get(place, {"rule_id": "", "text": text, "category": ""})
        about = {"verdict": verdict, "rule_id": row["rule_id"], "passage": row["text"]}
        category = "" if row["category"] == "exempt" else row["category"]
        how = {**self._how(), "verdicts": self.verdicts}
        try:
            verdicts = self._judge(text, **about, category=category, note=self.note.value, **how)
            lessons = lessons_of(verdicts)
        except ToolkitError as error:
            self._tell(str(error))
            return
        self.verdicts, self._lessons = verdicts, lessons
        self.note.value = ""
        self._show_kept()
        self._show()
        if place in self._shown:
            self.which.value = place
        what = f"{VERDICT_WORDS[verdict]}「{_short(row['text'], NOTED_LENGTH)}」"
        self._tell(f"记下了：{what}。{VERDICT_HINTS[verdict][1]}。{self._keep_verdicts()}")

    def _keep_verdicts(self) -> str:
        """What is to be said of the saving; "" when all is well."""
        if self._save_verdicts is None:
            return "只记在这张台上，还没有存下。"
        # said before the attempt: it stays there when the saving breaks off
        self._tell("判定已生效，还没有存下。")
        try:
            self._save_verdicts(self.verdicts)
        except ToolkitError as error:
            return f"还没有存下：{error}"
        return ""

    def _keep(self) -> None:
        text = self.title.value.strip()
        if text and text not in self._kept:
            self._kept.append(text)
            self._changed()

    def _drop(self) -> None:
        if self.kept_list.value in self._kept:
            self._kept.remove(self.kept_list.value)
            self._changed()

    def _changed(self) -> None:
        self._show_kept()
        if self._save is not None:
            self._save(self.result)

    def _show_kept(self) -> None:
        result, chosen = self.result, self.kept_list.value
        self.kept_list.options = [
            (f"{GATE_MARKS[row['gate']]} {row['craft']:.0f} 分　{row['headline']}", row["headline"])
            for row in result.to_dict("records")
        ]
        if chosen in self._kept:
            self.kept_list.value = chosen

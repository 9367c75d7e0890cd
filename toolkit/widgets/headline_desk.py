"""The desk for one headline at a time: type, see the gate, the craft parts and the advice change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as ipw
import pandas as pd

from toolkit import lexicons
from toolkit.compliance import check_copy
from toolkit.headlines import explain_parts, score_headlines
from toolkit.schema import GATE_MARKS, WORDS

PURPOSES = (("推广", "promotion"), ("资讯", "editorial"))
NO_CHANCE = "胜出机会：暂无（还没有用本账号的历史学过）"
CRAFT_NOTE = "写法检查，不是预测"
# LOOK.md's colours; every light also carries a word and a mark
GATE_COLOURS = {"pass": "#1B7F5C", "warn": "#96610A", "block": "#B3261E"}
ACCENT = "#B93A2B"
MOST_ADVICE = 3
# what is no more than a hint by its severity and yet belongs on the desk
SECOND_TIER = {"second_look": "请人看一眼", "exempt": "可以例外"}


def _problem(row: dict[Any, Any]) -> list[ipw.Label]:
    """One finding in three short lines, because a label does not wrap: what and why, by which clause, what instead."""
    word = SECOND_TIER.get(row["category"], WORDS[row["severity"]])
    lines = [
        f"{word}：「{row['text']}」{row['why']}",
        f"　依据：{row['clause']}",
        f"　改法：{row['suggestion']}",
    ]
    return [ipw.Label(line, tooltip=line, layout=ipw.Layout(width="100%")) for line in lines]


class HeadlineDesk(ipw.VBox):
    """A headline desk: type a title, see its gate, craft parts and advice at once, and keep candidates.

    `headlines` (HEADLINES, or any frame or list that `score` takes) are on the list from the start. `score` and
    `findings` are the verbs behind it (score_headlines, check_copy); `save` is called with the candidates' frame
    each time one is kept or dropped. `result` is the HEADLINES frame of the kept candidates.

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
        score: Callable[..., pd.DataFrame] = score_headlines,
        findings: Callable[..., pd.DataFrame] = check_copy,
        save: Callable[[pd.DataFrame], Any] | None = None,
    ) -> None:
        self._score, self._findings, self._save, self._trends = score, findings, save, trends
        given = [] if headlines is None else [headlines] if isinstance(headlines, str) else headlines
        self._kept: list[str] = list(dict.fromkeys(score(given, platform=platform)["headline"]))
        self._make_inputs(platform, purpose)
        self._make_lights()
        lights = ipw.VBox([self.gate_label, self.problems, self.craft_label, self.parts, self.chance_label])
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
        return self._score(self._kept, **self._how())

    def _make_inputs(self, platform: str, purpose: str) -> None:
        options = [(row.caption, name) for name, row in lexicons.platforms().items()]
        wide = ipw.Layout(width="100%")
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
        self.keep_button.on_click(lambda _button: self._keep())
        self.drop_button.on_click(lambda _button: self._drop())

    def _make_lights(self) -> None:
        wide = ipw.Layout(width="100%")
        self.gate_label = ipw.Label(layout=wide)
        self.craft_label = ipw.Label(layout=wide)
        self.chance_label = ipw.Label(NO_CHANCE, layout=wide)
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

    def _how(self) -> dict[str, Any]:
        return {"platform": self.platform.value, "purpose": self.purpose.value, "trends": self._trends}

    def _show(self) -> None:
        """Read the title, ask the verbs, show what they say."""
        scored = self._score([self.title.value], **self._how()).iloc[0]
        found = self._findings(self.title.value, purpose=self.purpose.value, platform=self.platform.value)
        self._show_score(scored)
        shown = (found["severity"] != "info") | found["category"].isin(SECOND_TIER)
        self._show_findings(scored["gate"], found[shown])

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

    def _show_findings(self, gate: str, found: pd.DataFrame) -> None:
        self.gate_label.value = f"合规：{WORDS[gate]} {GATE_MARKS[gate]}"
        self.gate_label.style.text_color = GATE_COLOURS[gate]
        self.problems.children = [label for row in found.to_dict("records") for label in _problem(row)]

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
        result = self.result
        self.kept_list.options = [
            (f"{GATE_MARKS[row['gate']]} {row['craft']:.0f} 分　{row['headline']}", row["headline"])
            for row in result.to_dict("records")
        ]

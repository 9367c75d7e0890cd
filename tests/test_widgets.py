"""The desk without a browser: set a value, click, read the result."""

from typing import Any

import ipywidgets as ipw
import pandas as pd

import toolkit as tk
from toolkit.schema import HEADLINES
from toolkit.widgets import HeadlineDesk

GOOD, BAD = "三步挑出黄满的大闸蟹，周末上桌不踩坑", "国家级品质面膜今晚开抢"


def labels(box: ipw.Box) -> list[str]:
    return [label.value for label in box.children]


def test_typing_shows_what_the_verbs_say() -> None:
    desk = HeadlineDesk()
    for text in (GOOD, BAD):
        desk.title.value = text
        scored = tk.score_headlines([text]).iloc[0]
        assert desk.craft_label.value == f"写法分 {scored['craft']:.0f}（写法检查，不是预测）"
        assert desk.gate_label.value == {"pass": "合规：通过 ✓", "block": "合规：不可用 ✕"}[scored["gate"]]
        bars = {bar.description: bar.value for bar in (row.children[0] for row in desk.parts.children)}
        assert sum(bars.values()) == scored["craft"]
        assert labels(desk.advice) == [f"· {line}" for line in scored["advice"][:3]]
        assert scored["visible"] in desk.visible_label.value
    assert labels(desk.problems)[0].startswith("不可用：「国家级")
    assert labels(desk.problems)[1].startswith("　依据：广告法第九条")


def test_platform_and_purpose_are_used() -> None:
    desk = HeadlineDesk()
    desk.title.value = BAD
    desk.purpose.value = "editorial"
    assert desk.gate_label.value == "合规：通过 ✓"
    desk.title.value = GOOD
    desk.platform.value = "xiaohongshu"
    scored = tk.score_headlines([GOOD], platform="xiaohongshu", purpose="editorial").iloc[0]
    assert desk.craft_label.value.startswith(f"写法分 {scored['craft']:.0f}（")


def test_candidates_are_kept_dropped_and_saved() -> None:
    saved: list[list[str]] = []
    desk = HeadlineDesk([GOOD], save=lambda frame: saved.append(frame["headline"].tolist()))
    desk.title.value = "  秋天第一锅粥怎么煮？ "
    desk.keep_button.click()
    desk.keep_button.click()
    assert desk.result["headline"].tolist() == [GOOD, "秋天第一锅粥怎么煮？"]
    desk.kept_list.value = GOOD
    desk.drop_button.click()
    assert desk.result["headline"].tolist() == ["秋天第一锅粥怎么煮？"]
    assert saved == [[GOOD, "秋天第一锅粥怎么煮？"], ["秋天第一锅粥怎么煮？"]]
    assert repr(desk) == "HeadlineDesk（1 个备选）"


def test_the_result_keeps_the_contract_even_when_empty() -> None:
    empty = HeadlineDesk().result
    assert empty.empty
    assert set(HEADLINES.names) <= set(empty.columns)
    frame = tk.score_headlines([GOOD, BAD])
    assert HeadlineDesk(frame).result["headline"].tolist() == [GOOD, BAD]


def test_the_verbs_are_arguments() -> None:
    asked: list[Any] = []

    def score(texts: list[str], **how: Any) -> pd.DataFrame:
        asked.append((texts, how.get("platform"), how.get("purpose")))
        return tk.score_headlines(texts, **how)

    desk = HeadlineDesk(score=score, platform="toutiao")
    desk.title.value = GOOD
    assert asked[-1] == ([GOOD], "toutiao", "promotion")


def test_hostile_titles_stay_text() -> None:
    desk = HeadlineDesk()
    hostile = "<img src=x onerror=alert(1)><script>alert(1)</script>\u202e"
    desk.title.value = hostile
    desk.keep_button.click()
    shown: list[ipw.Widget] = [desk]
    while shown:
        widget = shown.pop()
        assert not isinstance(widget, (ipw.HTML, ipw.HTMLMath, ipw.Output))
        shown += getattr(widget, "children", ())
    assert desk.result["headline"].tolist() == [hostile]

"""The Monday page in a browser: one sheet of paper, also at its fullest; no sideways scrolling; hostile text stays text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from frames import make_headlines, make_topics, make_trends
from playwright.sync_api import Browser
from test_monday import make_calls, make_record, make_review, rival

from toolkit.export._monday import write_monday
from toolkit.schema import RIVALS, check

pytestmark = pytest.mark.browser

HOSTILE = "</style><script>window.hit=1</script><img src=x onerror='window.hit=1'>" + "很长的话" * 200


def fullest(path: Path, text: str) -> Path:
    """Every part at its longest."""
    best = [{"title": text, "url": "https://example.com/1", "reads": 12345, "published_at": None}]
    rivals = [{**rival(f"{k}{text}", 90 - k, 3.0), "top_titles": best} for k in range(20)]
    trends = pd.concat([make_trends().assign(status=status) for status in ("new", "rising")] * 4)
    calls = pd.concat([make_calls()] * 4)
    record = pd.concat([*[make_record().head(2)] * 2, make_record().iloc[[2]]])
    review = make_review()
    object.__setattr__(review, "verdicts", pd.concat([review.verdicts] * 3).assign(sentence=text))
    topics = pd.concat([make_topics()] * 2).assign(label=text, angle=text, gate="warn")
    told: dict[str, Any] = {"rivals": check(pd.DataFrame(rivals), RIVALS), "record": record, "review": review}
    told |= {"trends": trends.assign(term=text), "calls": calls.assign(term=text), "topics": topics}
    told |= {"headlines": make_headlines().assign(topic=["t1", "t2"], headline=text, gate="pass")}
    return write_monday(path, asof="2026-09-20", notes=[text] * 9, **told)


@pytest.mark.parametrize(
    ("text", "sheets"),
    [
        (HOSTILE, 1),
        ("一个平常长短的名字，有二十来个字的样子。", 1),
        ("Autumn book list, 2026 " * 99, 1),
        # letters half as wide again as text is, without a place to break
        ("W" * 3000, 2),
    ],
)
def test_the_fullest_page_is_one_sheet_and_never_scrolls_sideways(
    browser: Browser, tmp_path: Path, text: str, sheets: int
) -> None:
    path = fullest(tmp_path / "monday.html", text)
    context = browser.new_context()
    page, wrong = context.new_page(), []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("request", lambda sent: None if sent.url.startswith("file:") else wrong.append(sent.url))
    page.goto(path.as_uri())
    for width in (390, 820, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.hit") is None
    paper = page.pdf(path=str(tmp_path / "monday.pdf"), prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == sheets
    context.close()
    assert wrong == []

"""Charts in the browser: in both themes of JupyterLab, as files on any page, with hostile words in all of them."""

from __future__ import annotations

import base64

import pytest
from chart_samples import every_chart
from playwright.sync_api import Browser, Page, expect

from browser.lab import Server, run_notebook, show_cell, take_shot, write_notebook
from toolkit import charts

pytestmark = pytest.mark.browser

HOSTILE = (
    '"><script>window.ran=1</script><img src=x onerror=window.ran=1></text></svg>\u202e\U0001f3a1'
    + "长" * 5000
)
LAB = """
import pandas as pd, toolkit as tk
word = '<script>window.ran=1</script><img src=x onerror=window.ran=1>'
documents = pd.DataFrame({
    "doc_id": [f"d{n}" for n in range(60)], "source": ["甲", word, "丙"] * 20,
    "title": [f"第 {n} 杯桂花拿铁{word}" if n > 40 and n % 3 else f"旧闻{n}" for n in range(60)],
    "published_at": [f"2026-09-{n // 3 + 1:02}" for n in range(60)],
})
trends = tk.mine_trends(documents)
_ = tk.use_theme()
tk.trend_bars(trends) & tk.driver_bars(tk.mine_trends(documents, by="source"))
"""
COLOURS = """() => {
  const texts = [...document.querySelectorAll('.jp-OutputArea svg.marks text')];
  const probe = document.createElement('span');
  probe.style.color = 'var(--jp-content-font-color1)';
  document.body.append(probe);
  const ink = getComputedStyle(probe).color;
  probe.remove();
  return [ink, texts.filter((one) => getComputedStyle(one).fill === ink).length];
}"""


def choose_theme(page: Page, name: str) -> None:
    page.evaluate(
        "(name) => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})", name
    )
    expect(
        page.locator(f"body[data-jp-theme-light={'true' if 'Light' in name else 'false'}]")
    ).to_be_attached()


def test_charts_follow_the_theme_of_the_lab(page: Page, server: Server) -> None:
    write_notebook(server.home / "图.ipynb", LAB)
    run_notebook(page, server, "图.ipynb")
    choose_theme(page, "JupyterLab Light")
    show_cell(page, 0)
    marks = page.locator(".jp-OutputArea svg.marks")
    expect(marks).to_have_count(1)
    expect(page.locator(".jp-OutputArea canvas.marks")).to_have_count(0)
    take_shot(page, "charts-lab-light")
    light, texts = page.evaluate(COLOURS)
    assert texts >= 3
    choose_theme(page, "JupyterLab Dark")
    page.wait_for_function(f"() => ({COLOURS})()[0] !== {light!r}")
    dark, again = page.evaluate(COLOURS)
    assert (dark != light, again) == (True, texts)
    ground = marks.evaluate("(one) => getComputedStyle(one).backgroundColor")
    assert ground == "rgba(0, 0, 0, 0)"
    assert marks.locator("> rect[fill='#FFFFFF'], > rect[fill='white']").count() == 0
    take_shot(page, "charts-lab-dark")
    assert page.evaluate("window.ran") is None
    # the server keeps the theme for the tests after this one
    choose_theme(page, "JupyterLab Light")


def test_hostile_words_run_nothing_in_any_chart_s_file(browser: Browser) -> None:
    drawn = {name: charts.to_svg(chart) for name, chart in every_chart(HOSTILE).items()}
    images = [base64.b64encode(svg.encode("utf-8")).decode("ascii") for svg in drawn.values()]
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    inline = "".join(f"<figure>{svg}</figure>" for svg in drawn.values())
    pictures = "".join(f'<img src="data:image/svg+xml;base64,{one}">' for one in images)
    page.set_content(f'<html lang="zh-CN"><body>{inline}{pictures}</body></html>', wait_until="load")
    assert page.evaluate("window.ran") is None
    assert page.locator("figure > svg").count() == len(drawn)
    assert page.locator("script, figure img, foreignObject, iframe, object, use").count() == 0
    handlers = "all => all.flatMap(one => one.getAttributeNames()).filter(name => name.startsWith('on') || name === 'href')"
    assert page.locator("svg *").evaluate_all(handlers) == []
    loaded = (
        "all => all.filter(one => one.complete && one.naturalWidth > 0 && one.naturalWidth < 2000).length"
    )
    assert page.locator("img").evaluate_all(loaded) == len(drawn)
    assert [url for url in asked if not url.startswith(("data:", "about:"))] == []
    assert "\u202e" not in page.locator("body").inner_text()
    context.close()

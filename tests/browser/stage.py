"""One view of ours in Chromium without JupyterLab: its module and style sheet, and a model that talks with Python.

`stage = put_on_stage(page, view)` draws the view into an empty page. What the page sets or sends reaches the Python
object before the page goes on, and what Python changes in answer comes back with it; after a change made in the test
itself call `stage.sync()`. `lab_theme(dark=True)` gives JupyterLab's own colours, so that both themes can be looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import FloatRect, Locator, Page

from toolkit.widgets._view import View

# the surfaces and inks of JupyterLab 4.6, as its two themes set them
LIGHT = {
    "--jp-layout-color0": "#ffffff",
    "--jp-layout-color1": "#ffffff",
    "--jp-layout-color2": "#eeeeee",
    "--jp-border-color2": "#e0e0e0",
    "--jp-content-font-color1": "rgba(0,0,0,.87)",
    "--jp-ui-font-color1": "rgba(0,0,0,.87)",
    "--jp-ui-font-color2": "rgba(0,0,0,.54)",
}
DARK = {
    "--jp-layout-color0": "#111111",
    "--jp-layout-color1": "#212121",
    "--jp-layout-color2": "#424242",
    "--jp-border-color2": "#424242",
    "--jp-content-font-color1": "rgba(255,255,255,1)",
    "--jp-ui-font-color1": "rgba(255,255,255,.87)",
    "--jp-ui-font-color2": "rgba(255,255,255,.54)",
}
MODEL = """async ([esm, css, state]) => {
  const style = document.createElement('style');
  style.textContent = css;
  document.head.append(style);
  const heard = new Map();
  const changed = new Set();
  const call = (name, value) => (heard.get(name) ?? []).forEach((one) => one(value));
  const receive = (changes) => {
    for (const [name, value] of changes) {
      state[name] = value;
      call(`change:${name}`, value);
      call('change', value);
    }
  };
  const model = {
    get: (name) => state[name],
    set: (name, value) => {
      if (JSON.stringify(state[name]) === JSON.stringify(value)) return;
      state[name] = value;
      changed.add(name);
      call(`change:${name}`, value);
    },
    save_changes: async () => {
      const names = [...changed];
      changed.clear();
      receive(await window.stageChanged(names.map((name) => [name, state[name]])));
    },
    send: async (content) => receive(await window.stageSent(content)),
    on: (names, callback) => names.split(' ').forEach(
      (name) => heard.set(name, [...(heard.get(name) ?? []), callback])),
    off: (names, callback) => names.split(' ').forEach(
      (name) => heard.set(name, (heard.get(name) ?? []).filter((one) => one !== callback))),
  };
  window.stage = { receive, model };
  const url = URL.createObjectURL(new Blob([esm], { type: 'text/javascript' }));
  const found = await import(url);
  const el = document.createElement('div');
  document.body.append(el);
  await found.default.initialize?.({ model });
  await found.default.render({ model, el });
}"""


@dataclass
class Stage:
    """A view on a page; `changes` are what Python has set and the page does not know yet."""

    page: Page
    view: View
    changes: dict[str, Any] = field(default_factory=dict)

    def take(self) -> list[list[Any]]:
        """What has changed since the last time, as the page takes it."""
        taken = [[name, value] for name, value in self.changes.items()]
        self.changes.clear()
        return taken

    def sync(self) -> None:
        """Tell the page what the test has changed."""
        self.page.evaluate("(changes) => window.stage.receive(changes)", self.take())

    def changed(self, pairs: list[list[Any]]) -> list[list[Any]]:
        """Take what the page has set; gives what else changed thereby."""
        for name, value in pairs:
            setattr(self.view, name, value)
        sent = {pair[0]: pair[1] for pair in pairs}
        return [
            pair for pair in self.take() if not (pair[0] in sent and _plain(pair[1]) == _plain(sent[pair[0]]))
        ]

    def sent(self, content: dict[str, Any]) -> list[list[Any]]:
        """Take an event of the page; gives what changed thereby."""
        self.view.hear(content)
        return self.take()


def _plain(value: Any) -> Any:
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def box_of(target: Locator) -> FloatRect:
    """Where something is; asked again where it was just being drawn anew and had no place."""
    for _ in range(50):
        if box := target.bounding_box():
            return box
        target.page.wait_for_timeout(20)
    raise AssertionError(f"{target} has no place on the page")


def lab_theme(*, dark: bool = False) -> str:
    """JupyterLab's colours as a style sheet."""
    values = DARK if dark else LIGHT
    rules = ";".join(f"{name}:{value}" for name, value in values.items())
    return f"body{{margin:16px;background:var(--jp-layout-color0);{rules}}}"


def put_on_stage(page: Page, view: View, *, dark: bool = False) -> Stage:
    """Draw a view into a new page; gives the stage."""
    stage = Stage(page, view)
    names = [name for name in view.keys if not name.startswith("_") and name not in ("layout", "tabbable")]
    page.set_content(
        f'<html lang="zh-CN"><head><title>文案台</title><style>{lab_theme(dark=dark)}</style></head>'
        f'<body data-jp-theme-light="{"false" if dark else "true"}"></body></html>'
    )
    view.observe(lambda change: stage.changes.update({change["name"]: change["new"]}), names=names)
    page.expose_function("stageChanged", stage.changed)
    page.expose_function("stageSent", stage.sent)
    page.evaluate(MODEL, [view._esm, view._css, {name: getattr(view, name) for name in names}])
    return stage

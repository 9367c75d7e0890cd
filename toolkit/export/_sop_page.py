"""A day's sheet as an HTML page to tick off, and the page that lists the days; arguments named `html` are safe."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from toolkit.charts import escape, format_day, safe_link
from toolkit.export import _page
from toolkit.export._posts import NOT_WRITTEN, marks_of

# a page that carries this line is ours and may be replaced or removed
MARK = '<meta name="generator" content="文案台发布清单">'
NOT_APPROVED = "还没有审核通过"
NOBODY = "没有填负责人"
ABSENT = ' <small class="warn">文件夹里没有</small>'
# a longer list of groups is folded away on the screen
MOST_GROUPS = 12
HOW_CODES = "暗号每个群不同：请群友回复它，或把它加在链接末尾，复盘时先按它对上是哪个群。"
HOW_TICKS = "勾选记在这台设备的这个浏览器里，不会传给别人；排期改了时间或状态的，要重新勾。"


@dataclass(frozen=True)
class Target:
    """One post of a message: the group it goes to, its status, code and the key its tick is kept under."""

    group_id: str
    name: str
    channel: str
    status: str
    code: str
    key: str


@dataclass(frozen=True)
class Message:
    """One text at one time with every group it goes to; `text` is "" where it is not written yet.

    `media` are file names, `absent` those of them that were looked for and not found.
    """

    starts_at: pd.Timestamp
    owner: str
    title: str
    kind: str
    minutes: int
    text: str
    media: tuple[str, ...]
    absent: tuple[str, ...]
    link: str
    targets: list[Target] = field(default_factory=list)

    @property
    def waiting(self) -> list[Target]:
        """The groups that it has still to be sent to."""
        return [target for target in self.targets if target.status != "sent"]


@dataclass(frozen=True)
class Day:
    """What one day asks for (`messages`, sent ones too), and what is listed apart."""

    day: dt.date
    messages: list[Message] = field(default_factory=list)
    held: list[Message] = field(default_factory=list)
    missed: list[Message] = field(default_factory=list)
    cancelled: list[Message] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """The day's work in numbers."""
        todo = [message for message in self.messages if message.waiting]
        posts = sum(len(message.waiting) for message in todo)
        sent = sum(len(message.targets) for message in self.messages) - posts
        blank = sum(not message.text for message in todo)
        parts = [
            f"{len(todo)} 批，{posts} 次发布" if todo else "没有要发的",
            *([f"{blank} 批{NOT_WRITTEN}"] if blank else []),
            *([f"已发 {sent} 次"] if sent else []),
        ]
        parts += [f"{caption} {posts_of(apart)} 次" for caption, _, apart in self.apart]
        return "；".join(parts)

    @property
    def apart(self) -> list[tuple[str, str, list[Message]]]:
        """What is not to be sent, as (caption, what to do, messages), without empty lists."""
        lists = [
            (NOT_APPROVED, "没有放进上面的清单。审核通过后，再写一次清单。", self.held),
            ("未发", "过了时间没有发。要补发的，请另排时间。", self.missed),
            ("取消", "不用发。", self.cancelled),
        ]
        return [entry for entry in lists if entry[2]]


def posts_of(messages: Sequence[Message]) -> int:
    """How many posts the messages are."""
    return sum(len(message.targets) for message in messages)


def has_codes(messages: Sequence[Message]) -> bool:
    """Whether any post of the messages has a code."""
    return any(target.code for message in messages for target in message.targets)


def by_owner(messages: Sequence[Message]) -> dict[str, list[Message]]:
    """The messages under their owners; whoever begins first stands first, those without an owner last."""
    found: dict[str, list[Message]] = {}
    for message in messages:
        found.setdefault(message.owner, []).append(message)
    if "" in found:
        found[""] = found.pop("")
    return found


_STYLE = """
html{scroll-padding-top:80px}
main{padding-top:24px}
h2 small,h3 small{margin-left:8px;font-weight:400}
nav{display:flex;flex-wrap:wrap;gap:0 24px}
nav a,.group a{display:inline-block;line-height:40px}
.marks span{margin-right:16px}
.bar{position:sticky;top:0;z-index:1;display:none;flex-wrap:wrap;align-items:center;gap:8px 16px;
padding:8px 0;margin-top:16px;background:var(--paper);border-bottom:1px solid var(--ink)}
.js .bar{display:flex}
.bar~section:first-of-type h2{margin-top:16px;border-top:0}
.bar output{margin-right:auto;white-space:nowrap}
select,button{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--bar);border-radius:0;
min-height:40px;padding:0 16px}
select{min-width:0;max-width:240px;padding:0 8px}
button{display:none;cursor:pointer}
.js button{display:inline-block}
button:hover{border-color:var(--accent);color:var(--accent)}
button.main{border-color:var(--accent);color:var(--accent)}
button.main:hover{background:var(--accent);color:var(--paper)}
button:focus-visible,select:focus-visible,input:focus-visible,.text:focus-visible{outline:2px solid var(--accent);
outline-offset:2px}
[hidden]{display:none!important}
.send h3{display:flex;gap:16px;align-items:baseline}
.send h3 time{font-size:20px;line-height:32px}
.send .about{margin-left:0}
.text{white-space:pre-wrap;margin:8px 0;padding:8px 16px;background:var(--wash);border-left:4px solid var(--line);
max-height:400px;overflow:auto;unicode-bidi:plaintext}
.blank{color:var(--warn);border-color:var(--warn)}
.acts{display:flex;flex-wrap:wrap;gap:8px;margin:8px 0}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:8px 16px;align-items:center;margin:8px 0}
.facts dt{font-size:12px;color:var(--muted)}
.facts dd{margin:0;display:flex;flex-wrap:wrap;gap:0 16px;align-items:center}
.facts dd.link{justify-content:space-between}
.ticks{list-style:none;padding:0;margin:8px 0 0;display:grid;gap:0 24px;
grid-template-columns:repeat(auto-fill,minmax(min(100%,312px),1fr))}
.ticks li{display:flex;align-items:center;gap:8px;border-top:1px solid var(--line);min-height:48px}
.ticks label{flex:1;display:flex;align-items:center;gap:8px;min-height:48px;cursor:pointer}
.ticks label:hover{color:var(--accent)}
.ticks input{flex:none;width:24px;height:24px;margin:0;accent-color:var(--accent)}
.code{font-size:12px;color:var(--muted);max-width:50%}
button.code{padding:0 8px;border-color:var(--line)}
.code b{font-weight:500;color:var(--ink)}
.ticks small{display:inline-block}
.ticks .sent{flex:1;display:flex;gap:8px;align-items:center}
.done h3,.done .text,.ticks label:has(input:checked){color:var(--muted)}
.done h3 bdi::before{content:"✓ ";color:var(--pass)}
.group{display:grid;grid-template-columns:200px 1fr;gap:0 24px;border-top:1px solid var(--line)}
.group h3{padding:12px 0}
.group .ticks{grid-template-columns:1fr;margin:0}
.group li:first-child{border-top:0}
.gone bdi{text-decoration:line-through}
.days{list-style:none;padding:0;margin-top:16px}
.days li{padding:8px 0;border-top:1px solid var(--line);display:flex;flex-wrap:wrap;gap:0 16px;align-items:center}
.days a{line-height:40px}
.days p{flex:1 1 240px}
@media (max-width:560px){
html{scroll-padding-top:112px}
.bar output{flex-basis:100%}
.bar select{flex:1 1 0;max-width:none}
.facts{grid-template-columns:1fr;gap:0}
.facts dd{margin-bottom:8px}
.group{grid-template-columns:1fr;padding-top:8px}
.group h3{padding:0}
}
@media screen{
.done .text{max-height:32px;padding-bottom:0}
}
@media print{
nav,.bar,.js .bar,.js button:not(.code){display:none}
.js button.code{min-height:0;border:0;padding:0}
main{padding:0}
h2{margin-top:24px}
.text{max-height:none;overflow:visible;background:none}
.send h3,.facts,.group{break-inside:avoid}
.group h3{break-after:auto}
.group a,#how{display:none}
.ticks{grid-template-columns:1fr 1fr}
.ticks li,.ticks label{min-height:32px;break-inside:avoid}
.ticks input{width:16px;height:16px}
}
"""

_SCRIPT = """
"use strict";
(() => {
  const all = (what, where = document) => [...where.querySelectorAll(what)];
  const byId = (id) => document.getElementById(id);
  const boxes = new Map();
  for (const box of all("input[data-key]")) {
    boxes.set(box.dataset.key, [...(boxes.get(box.dataset.key) || []), box]);
  }

  const recall = (key) => {
    try {
      return localStorage.getItem("wenan-sop:" + key) === "1";
    } catch {
      byId("forgets").hidden = false;
      return boxes.get(key)[0].checked;
    }
  };
  const keep = (key, on) => {
    try {
      if (on) localStorage.setItem("wenan-sop:" + key, "1");
      else localStorage.removeItem("wenan-sop:" + key);
    } catch {
      byId("forgets").hidden = false;
    }
  };
  const tick = (key, on) => {
    for (const box of boxes.get(key)) box.checked = on;
  };
  const tell = () => {
    const keys = [...boxes.values()];
    byId("progress").textContent = `已勾 ${keys.filter(([box]) => box.checked).length}/${keys.length}`;
    for (const send of all(".send")) {
      const own = all("input", send);
      send.classList.toggle("done", own.every((box) => box.checked));
      for (const button of all("[data-all]", send)) {
        const seen = own.filter((box) => !box.closest("li").hidden);
        button.textContent = seen.every((box) => box.checked) ? "全部取消" : "全部勾上";
      }
    }
  };
  const refresh = () => {
    for (const key of boxes.keys()) tick(key, recall(key));
    tell();
  };

  const pick = () => {
    const owner = byId("owner")?.value ?? "all";
    const group = byId("group")?.value ?? "all";
    for (const row of all("[data-group]")) {
      row.hidden = group !== "all" && row.dataset.group !== group;
    }
    for (const send of all(".send")) {
      send.hidden = all("[data-group]", send).every((row) => row.hidden);
    }
    for (const part of all("[data-owner]")) {
      const other = owner !== "all" && part.dataset.owner !== owner;
      part.hidden = other || all(".send", part).every((send) => send.hidden);
    }
    for (const part of all("#groups")) part.hidden = owner !== "all";
    for (const fold of all("#groups details")) fold.open = group !== "all";
    for (const part of all("#nothing")) part.hidden = all("[data-owner]").some((other) => !other.hidden);
    tell();
  };

  const select = (from) => {
    const range = document.createRange();
    range.selectNodeContents(from);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };
  const copyOld = (text) => {
    const before = document.activeElement;
    const field = document.createElement("textarea");
    field.value = text;
    field.readOnly = true;
    document.body.append(field);
    field.focus({ preventScroll: true });
    field.select();
    let done = false;
    try {
      done = document.execCommand("copy");
    } catch {
      done = false;
    }
    field.remove();
    before?.focus({ preventScroll: true });
    return done;
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyOld(text);
    }
  };
  const copied = async (button) => {
    const from = byId(button.dataset.from);
    const done = await copy(from.textContent);
    byId("said").textContent = done ? "已复制" : "复制不了，文字已选中，请按 Ctrl+C";
    if (!done) select(from);
    if (button.classList.contains("code")) return;
    const words = (button.dataset.words ||= button.textContent);
    button.textContent = done ? "已复制" : "已选中，请按 Ctrl+C";
    setTimeout(() => (button.textContent = words), 2000);
  };

  document.addEventListener("change", (event) => {
    const key = event.target.dataset?.key;
    if (key !== undefined) {
      tick(key, event.target.checked);
      keep(key, event.target.checked);
      tell();
    } else pick();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.from) copied(button);
    if (button && "all" in button.dataset) {
      const seen = all("li:not([hidden]) input", button.closest(".send"));
      const on = !seen.every((box) => box.checked);
      for (const box of seen) {
        tick(box.dataset.key, on);
        keep(box.dataset.key, on);
      }
      tell();
    }
  });
  addEventListener("storage", refresh);
  document.documentElement.classList.add("js");
  refresh();
  pick();
})();
"""


def _digest(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii") + "'"


def _shell(title: str, html: str, *, script: str = "") -> str:
    """One whole page; its policy lets nothing run and nothing style it but the very text written here."""
    style = _page.STYLE + _STYLE
    runs = f"; script-src {_digest(script)}" if script else ""
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'{MARK}\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src {_digest(style)}'
        f"{runs}; base-uri 'none'; form-action 'none'\">\n"
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n{html}\n</main>\n"
        + (f"<script>{script}</script>\n" if script else "")
        + "</body>\n</html>\n"
    )


def day_page(sheet: Day, days: Sequence[dt.date]) -> str:
    """The page of one day; `days` are all days that have one, in order."""
    owners = by_owner(sheet.messages)
    shown = (message for messages in owners.values() for message in messages)
    numbers = {id(message): number for number, message in enumerate(shown, start=1)}
    sections = "".join(_owner(owner, messages, numbers) for owner, messages in owners.items())
    nothing = '<p class="empty" id="nothing" hidden>这样选没有要发的。请把上面的负责人或群换成「全部」。</p>'
    if not sheet.messages:
        nothing = _page.empty("这一天没有要发的。")
    title = f"{sheet.day.year} 年 {format_day(sheet.day)}"
    marks = "".join(f'<span class="{kind}">{escape(words)}</span>' for kind, words in marks_of(sheet.day))
    head = (
        f"<header>\n<h1>{title}</h1>\n"
        + (f'<p class="marks">{marks}</p>\n' if marks else "")
        + f'<p class="muted">{escape(sheet.summary)}</p>\n{_links(sheet.day, days)}\n</header>\n'
    )
    foot = _page.bullets([HOW_TICKS, *([HOW_CODES] if has_codes(sheet.messages) else [])])
    return _shell(
        f"发布清单 {title}",
        f"{head}{_bar(sheet, owners)}{nothing}\n{sections}{_groups(sheet, numbers)}{_apart(sheet)}"
        f'<section id="how">\n<h2>说明</h2>\n<div class="muted">{foot}</div>\n'
        '<p class="note warn" id="forgets" hidden>这个浏览器不让网页记东西：关掉这一页，勾选就没有了。</p>\n'
        '<noscript><p class="note">这个浏览器没有运行脚本：可以勾，不会记住；文字请选中后复制。</p></noscript>\n'
        '<p class="note" id="said" role="status"></p>\n</section>\n',
        script=_SCRIPT,
    )


def _links(day: dt.date, days: Sequence[dt.date]) -> str:
    before = [other for other in days if other < day][-1:]
    after = [other for other in days if other > day][:1]
    near = [*((other, "前一天") for other in before), *((other, "后一天") for other in after)]
    parts = ['<a href="index.html">全部日期</a>']
    parts += [f'<a href="{other}.html">{words}：{format_day(other)}</a>' for other, words in near]
    parts.append(f'<a href="{day}.txt">纯文字（TXT）</a>')
    return f"<nav>{''.join(parts)}</nav>"


def _bar(sheet: Day, owners: dict[str, list[Message]]) -> str:
    """How far the day is, and the choice of one owner's or one group's sheet."""
    names = {target.group_id: target.name for message in sheet.messages for target in message.targets}
    people = [(owner, owner or NOBODY) for owner in owners]
    groups = sorted(names.items(), key=lambda pair: (pair[1], pair[0]))
    choices = _select("owner", "负责人", people) + _select("group", "群", groups)
    return f'<div class="bar"><output id="progress"></output>{choices}</div>\n'


def _select(name: str, caption: str, values: Sequence[tuple[str, str]]) -> str:
    if len(values) < 2:
        return ""
    lines = "".join(f'<option value="={escape(key)}">{escape(words)}</option>' for key, words in values)
    return (
        f'<select id="{name}" aria-label="{caption}" autocomplete="off">'
        f'<option value="all">全部{caption}</option>{lines}</select>'
    )


def _owner(owner: str, messages: Sequence[Message], numbers: dict[int, int]) -> str:
    minutes = sum(message.minutes for message in messages)
    about = f"{len(messages)} 批" + (f"，约 {minutes} 分钟" if minutes else "")
    cards = "".join(_message(message, numbers[id(message)]) for message in messages)
    return (
        f'<section data-owner="={escape(owner)}">\n<h2><bdi>{escape(owner or NOBODY)}</bdi>'
        f"<small>{about}</small></h2>\n{cards}</section>\n"
    )


def _message(message: Message, number: int) -> str:
    about = [message.kind, f"约 {message.minutes} 分钟" if message.minutes else ""]
    if len(message.targets) > 1:
        about.append(f"同批群发：{len(message.targets)} 个群")
    return (
        f'<article class="send{"" if message.waiting else " done"}" id="s{number}">\n'
        f"<h3><time>{message.starts_at:%H:%M}</time><span><bdi>{escape(message.title)}</bdi>"
        f'<br><small class="about">{escape(" · ".join(part for part in about if part))}</small></span></h3>\n'
        f"{_text(message, number)}{_facts(message, number)}{_ticks(message, number)}</article>\n"
    )


def _text(message: Message, number: int) -> str:
    if not message.text:
        return f'<div class="text blank">{NOT_WRITTEN}</div>\n'
    return (
        f'<div class="text" id="t{number}">{escape(message.text)}</div>\n'
        f'<div class="acts"><button type="button" class="main" data-from="t{number}">复制文字</button></div>\n'
    )


def _facts(message: Message, number: int) -> str:
    parts = []
    if message.media:
        names = "".join(
            f"<span><bdi>{escape(name)}</bdi>{ABSENT if name in message.absent else ''}</span>"
            for name in message.media
        )
        parts.append(f"<dt>图片 {len(message.media)} 张</dt><dd>{names}</dd>")
    if message.link:
        parts.append(
            f'<dt>链接</dt><dd class="link"><span id="l{number}">{safe_link(message.link, message.link)}</span>'
            f'<button type="button" data-from="l{number}">复制链接</button></dd>'
        )
    return f'<dl class="facts">{"".join(parts)}</dl>\n' if parts else ""


def _ticks(message: Message, number: int) -> str:
    lines = [_tick(target, f"c{number}-{place}") for place, target in enumerate(message.targets, start=1)]
    everyone = (
        '<div class="acts"><button type="button" data-all>全部勾上</button></div>\n'
        if len(message.waiting) > 1
        else ""
    )
    return f'<ul class="ticks">{"".join(lines)}</ul>\n{everyone}'


def _tick(target: Target, anchor: str) -> str:
    channel = "" if target.channel == "群" else target.channel
    code = ""
    if target.code:
        code = (
            f'<button type="button" class="code" data-from="{anchor}" title="点一下就复制">'
            f'暗号 <b id="{anchor}">{escape(target.code)}</b></button>'
        )
    return f'<li data-group="={escape(target.group_id)}">{_box(target, target.name, channel)}{code}</li>'


def _box(target: Target, words: str, more: str) -> str:
    """A tick box with its label and a smaller word; what was sent already has the mark instead."""
    label = f"<span><bdi>{escape(words)}</bdi>{f' <small>{escape(more)}</small>' if more else ''}</span>"
    if target.status == "sent":
        return f'<span class="sent"><span class="pass">✓ 已发</span>{label}</span>'
    return f'<label><input type="checkbox" autocomplete="off" data-key="{escape(target.key)}">{label}</label>'


def _groups(sheet: Day, numbers: dict[int, int]) -> str:
    """The same posts group by group, their ticks tied to those above."""
    found: dict[tuple[str, str], list[str]] = {}
    for message in sheet.messages:
        for target in message.targets:
            others = len(message.targets) - 1
            wave = f"同批群发：另外 {others} 个群" if others else ""
            line = (
                f"<li>{_box(target, f'{message.starts_at:%H:%M} {message.title}', wave)}"
                f'<a href="#s{numbers[id(message)]}" aria-label="看正文：{escape(message.title)}">正文</a></li>'
            )
            found.setdefault((target.name, target.group_id), []).append(line)
    cards = "".join(
        f'<div class="group" data-group="={escape(group_id)}"><h3><bdi>{escape(name)}</bdi></h3>'
        f'<ul class="ticks">{"".join(lines)}</ul></div>\n'
        for (name, group_id), lines in sorted(found.items())
    )
    if len(found) > MOST_GROUPS:
        cards = _page.details(f"{len(found)} 个群，逐群看", cards)
    return f'<section id="groups">\n<h2>按群核对</h2>\n{cards}</section>\n' if found else ""


def _apart(sheet: Day) -> str:
    return "".join(
        f"<section>\n<h2>{caption}<small>{posts_of(messages)} 次</small></h2>\n"
        f'<p class="note">{what}</p>\n'
        + _page.bullets(_aside(message, gone=messages is sheet.cancelled) for message in messages)
        + "</section>\n"
        for caption, what, messages in sheet.apart
    )


def _aside(message: Message, *, gone: bool) -> str:
    names = "、".join(target.name for target in message.targets)
    kind = ' class="gone"' if gone else ""
    owner = f" · {message.owner}" if message.owner else ""
    return (
        f"<span{kind}>{message.starts_at:%H:%M} <bdi>{escape(message.title)}</bdi></span>"
        f"<br><small>{escape(names)}{escape(owner)}</small>"
    )


def index_page(sheets: Sequence[Day], notes: Sequence[str], *, whose: str, why: str) -> str:
    """The page of all days; `whose` names the one owner it is for, `why` says what to do where there is no day."""
    title = f"发布清单：{whose}" if whose else "发布清单"
    lines = "".join(_index_line(sheet) for sheet in sheets)
    listed = f'<ul class="days">{lines}</ul>' if lines else f'<div class="summary">{_page.empty(why)}</div>'
    remarks = "".join(f'<p class="note">{escape(note)}。</p>' for note in notes)
    return _shell(
        title,
        f'<header>\n<h1>{escape(title)}</h1>\n<p class="muted">网页可以勾选，TXT 可以逐条复制到微信。</p>\n</header>\n'
        f"{listed}\n{remarks}",
    )


def _index_line(sheet: Day) -> str:
    marks = "".join(f' <span class="{kind}">{escape(words)}</span>' for kind, words in marks_of(sheet.day))
    return (
        f'<li><p><a href="{sheet.day}.html">{sheet.day.year} 年 {format_day(sheet.day)}</a>{marks}'
        f"<br><small>{escape(sheet.summary)}</small></p>"
        f'<a href="{sheet.day}.txt" aria-label="{format_day(sheet.day)} 的 TXT">TXT</a></li>'
    )

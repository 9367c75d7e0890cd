"""The draft of an article from the answers of a nightly chat, as Markdown: counts, terms and quotations, nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

TO_CLEAR = "〔待授权〕"
_NUMERALS = "一二三四五六"
_SPECIAL = re.compile(r"([\\`*_\[\]|~$@^])")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_OPENING = re.compile(r"^(?=[#:+=-])|(?<=^\d)(?=[.)])|(?<=^\d\d)(?=[.)])")
_ADDRESS = re.compile(r"(?<=[A-Za-z]):(?=/)|(?<=[Ww]{3})\.")


def escaped(text: str) -> str:
    r"""A line of someone else's as Markdown shows it as it is: no mark-up, no HTML, no link.

    >>> escaped("*a* <b> 1. 一"), escaped("- 一")
    ('\\*a\\* &lt;b&gt; 1. 一', '\\- 一')
    """
    text = _SPECIAL.sub(r"\\\1", text.strip()).translate(_HTML)
    text = _ADDRESS.sub(lambda found: f"\\{found.group()}", text)
    return _OPENING.sub(r"\\", text, count=1)


def outline(question: str, answers: pd.DataFrame, themes: pd.DataFrame, *, people: int, top: int) -> str:
    """The draft: the question, a section for each theme with its best answers, and what is to be done before it is published.

    `people` is how many members answered; `top` quotations in all are shared out among the themes by turns. "" where there are no answers.
    """
    if not len(answers):
        return ""
    chosen = _chosen(answers, themes, top)
    blocks = [f"# 夜聊整理：{escaped(question)}", "## 开头", f"这一晚的问题是：{escaped(question)}"]
    names = [escaped(name) for name in themes["theme"]]
    kinds = f"大致分成 {len(names)} 类：{'；'.join(names)}。" if len(names) > 1 else ""
    blocks.append(f"{people} 位群友说了 {len(answers)} 条。{kinds}")
    for place, theme in enumerate(themes.itertuples(index=False)):
        blocks.append(f"## {_NUMERALS[place]}、{escaped(str(theme.theme))}")
        blocks.append(_lead(theme))
        blocks += [_quotation(row) for row in chosen[chosen["theme"] == theme.theme].itertuples(index=False)]
    return "\n\n".join([*blocks, *_ending(chosen)]) + "\n"


def _chosen(answers: pd.DataFrame, themes: pd.DataFrame, top: int) -> pd.DataFrame:
    """The best answers, theme by theme in turn, so that each theme has its say."""
    turn = answers.groupby("theme").cumcount()
    order = {theme: place for place, theme in enumerate(themes["theme"])}
    ranked = answers.assign(_turn=turn, _theme=answers["theme"].map(order))
    ranked = ranked.sort_values(["_turn", "score", "_theme"], ascending=[True, False, True], kind="stable")
    return ranked.head(top).sort_values(["_theme", "_turn"], kind="stable").drop(columns=["_turn", "_theme"])


def _lead(theme: object) -> str:
    members, answers, terms = (getattr(theme, name) for name in ("members", "answers", "terms"))
    said = "".join(f"「{escaped(term)}」" for term in terms[:3])
    return f"{members} 位群友说到这一类，一共 {answers} 条" + (f"，常出现的词有{said}。" if said else "。")


def _quotation(row: object) -> str:
    """An answer as it was said, line by line, and who is to be asked."""
    member, alike, replies = (getattr(row, name) for name in ("member", "alike", "replies"))
    lines = [f"> {escaped(line)}" for line in str(getattr(row, "text")).split("\n") if line.strip()]  # noqa: B009
    counted = [f"说法相近的有 {alike} 人"] if alike > 1 else []
    counted += [f"{replies} 人接话"] if replies else []
    about = f"（{'，'.join(counted)}）" if counted else ""
    return "\\\n".join(lines) + f"\n\n——{member}{TO_CLEAR}{about}"


def _ending(chosen: pd.DataFrame) -> Sequence[str]:
    who = list(dict.fromkeys(chosen["member"]))
    blocks = [
        "## 结尾",
        f"登出之前先问这 {len(who)} 位群友愿不愿意，用什么称呼：{'、'.join(who)}。没有答应的，删去那一段。",
        "再核对这几件事：数字、书名和事实对不对；说到健康、功效的话有没有根据；有没有带出商家和价钱；"
        "全文再做一次合规检查。",
        "## 待授权的引用",
    ]
    rows = [
        f"{place}. {row.member}，第 {row.row} 行，{TO_CLEAR}{f'：{row.note}' if row.note else ''}"
        for place, row in enumerate(chosen.itertuples(index=False), start=1)
    ]
    return [*blocks, "\n".join(rows)]

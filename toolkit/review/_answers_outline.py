"""The draft of an article from the answers of a nightly chat, as Markdown: counts, terms and quotations, nothing else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from toolkit.review._answers_themes import IN_HEADING, REST, holds

TO_CLEAR = "〔待授权〕"
_NUMERALS = "一二三四五六七"
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


def outline(
    question: str, answers: pd.DataFrame, themes: pd.DataFrame, chosen: pd.DataFrame, *, people: int
) -> str:
    """The draft: the question, a section for each theme with its best answers, and what is to be done before it is published.

    `chosen` are the answers to quote (`to_quote`), `people` is how many members answered. "" where there are no answers.
    """
    if not len(answers):
        return ""
    blocks = [f"# 夜聊整理：{escaped(question)}", "## 开头", f"这一晚的问题是：{escaped(question)}"]
    blocks.append(_opening(people, len(answers), themes))
    for place, theme in enumerate(themes.itertuples(index=False)):
        blocks.append(f"## {_NUMERALS[place]}、{_heading(theme.theme, theme.terms)}")
        blocks.append(_lead(theme))
        blocks += [_quotation(row) for row in chosen[chosen["theme"] == theme.theme].itertuples(index=False)]
    return "\n\n".join([*blocks, *_ending(chosen)]) + "\n"


def _opening(people: int, answers: int, themes: pd.DataFrame) -> str:
    named = themes[themes["theme"] != REST]
    said = f"{people} 位群友说了 {answers} 条。"
    if len(named):
        heads = "；".join(map(_heading, named["theme"], named["terms"]))
        said += f"有 {named['answers'].sum()} 条能按说到的词归成 {len(named)} 类：{heads}。"
    return said


def _heading(name: str, terms: Sequence[str]) -> str:
    return "".join(f"「{escaped(term)}」" for term in terms[:IN_HEADING]) or escaped(name)


def to_quote(answers: pd.DataFrame, themes: pd.DataFrame, *, top: int) -> pd.DataFrame:
    """`top` answers in the order of the themes, each with a word of its heading.

    First every theme has one, those with the fewest people to choose from first; then they choose by turns, the largest
    first. Nobody has a second before everybody who could be quoted has one.
    """
    member = answers["member"]
    left: dict[str, list[int]] = {}
    for name, terms in zip(themes["theme"], themes["terms"], strict=True):
        part = answers[answers["theme"] == name]
        left[name] = [
            place for place, said in part["text"].items() if not terms or holds(said, terms[:IN_HEADING])
        ]
    names = list(left)
    turns = sorted(names[:top], key=lambda name: (name == REST, member[left[name]].nunique()))
    chosen: list[int] = []
    quoted: Counter[str] = Counter()
    for most in range(len(answers)):
        while len(chosen) < top:
            before = len(chosen)
            for name in turns:
                place = next((one for one in left[name] if quoted[member[one]] <= most), None)
                if place is not None and len(chosen) < top:
                    chosen.append(place)
                    left[name].remove(place)
                    quoted[member[place]] += 1
            turns = names
            if len(chosen) == before:
                break
    return answers.loc[sorted(chosen)]


def _lead(theme: object) -> str:
    members, answers, terms = (getattr(theme, name) for name in ("members", "answers", "terms"))
    if not terms:
        return f"{members} 位群友的 {answers} 条各是各的说法，没有归类。"
    return f"{members} 位群友说到{''.join(f'「{escaped(term)}」' for term in terms)}，一共 {answers} 条。"


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

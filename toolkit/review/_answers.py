"""夜聊成文: what a group said in a nightly chat, sorted, grouped, counted and laid out as a draft with quotations to clear."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from toolkit import schema, text
from toolkit.documents import Chat, Said, read_chat
from toolkit.review._answers_cues import cues, weight
from toolkit.review._answers_mask import STAND_IN, Mask, Masked
from toolkit.review._answers_outline import outline, to_quote
from toolkit.review._answers_sort import Sorted, content_terms, size_of, sort_messages
from toolkit.review._answers_themes import (
    IN_HEADING,
    REST,
    Theme,
    alike_groups,
    group_answers,
    holds,
)
from toolkit.schema import ANSWER_THEMES, ANSWERS, PASSED_OVER, ChoiceError, ColumnError

_CALLS = re.compile(r"^(?:@群友\d+\s*)+")  # whom an answer calls first is no part of what it says
_SYSTEM = "系统提示、日期行或开头的说明"
# such lines name people who say nothing (谁邀请了谁), whom nothing tells from other words
_UNSAID = "（这一行可能有名字，没有留内容）"
# what a frame of messages may call its columns
_COLUMNS = {
    "text": ("text", "内容", "说了什么", "content", "消息内容", "message"),
    "member": ("member", "成员（代号）", "发送人", "昵称", "sender", "name", "成员"),
    "sent_at": ("sent_at", "时间", "发送时间", "time"),
}


@dataclass(frozen=True)
class Answers:
    """A nightly chat made ready for an article.

    `answers` keeps ANSWERS, the best of each theme first; `themes` ANSWER_THEMES, the largest first and 各说各的 last; `passed_over`
    PASSED_OVER, every other message and line with its reason; `outline` is the draft as Markdown, "" without answers.
    `question` is the question as it was asked for, `notes` says in Chinese what else is to be known. No part names anybody.
    """

    answers: pd.DataFrame = field(default_factory=ANSWERS.empty)
    themes: pd.DataFrame = field(default_factory=ANSWER_THEMES.empty, repr=False)
    passed_over: pd.DataFrame = field(default_factory=PASSED_OVER.empty, repr=False)
    outline: str = field(default="", repr=False)
    question: str = ""
    notes: tuple[str, ...] = ()


def gather_answers(
    chat: str | pd.DataFrame, question: str, *, now: dt.datetime | None = None, top: int = 8
) -> Answers:
    """The answers to `question` in a nightly chat, without names, grouped, and as the draft of an article.

    `chat` is pasted text in any shape that `read_text` and `read_messages` know, or a frame with the columns text and
    member (sent_at may be missing). Names of speakers, whoever is called, phone numbers, ids, addresses, order numbers and links are
    replaced first (群友1, 〔手机号〕): nothing after that sees them. The answers begin behind the message that asks the question,
    else at the first. What is no answer is in `passed_over` with its reason; people who say the same are counted in
    `alike` of one answer.

    A theme is a group of answers that hold one of its words (`terms`), said by several people: near words of the
    lexicon, or one rare word; its name is the first three. What has none is 各说各的, the last. Words are not meaning:
    on topics the lexicon was not written for, themes were little truer than chance (benchmarks/answers.py). `score` is
    a sum of points for length, detail, first person, a reason, replies and agreement, less those for what had to be
    hidden. `top` answers are quoted in `outline`, word for word, each to be cleared by whoever said it; between them
    stand only counts and terms.

    Cues and points are rows of the lexicon `answer-cues`, our own rules of thumb. Masking knows shapes, not people: a
    first name of someone who says nothing stays, so read before publishing. Empty chat gives empty frames with a note.

    Raises InputError for text that is no chat, ColumnError for a frame without text or member, ChoiceError for a blank question or
    a `top` that is no number from 1 on.

    >>> chat = "小周 2026/9/14 20:00:00\\n不爱吃菜怎么办\\n\\n李四 2026/9/14 20:01:00\\n@小周 我家先焯水再切碎拌进肉馅，孩子每次能吃半碗"
    >>> gather_answers(chat, "不爱吃菜怎么办").answers[["member", "text"]].values.tolist()
    [['群友2', '我家先焯水再切碎拌进肉馅，孩子每次能吃半碗']]
    """
    _check(question, top)
    read = _from_frame(chat) if isinstance(chat, pd.DataFrame) else read_chat(chat, now=now)
    if not read.said and not read.passed:
        return Answers(question=question.strip(), notes=("没有聊天记录。请粘贴一段夜聊，再来整理。",))
    mask = Mask(read.said)
    messages = [mask.message(one) for one in read.said]
    asked = mask.text(question.strip())
    found = sort_messages(messages, asked)
    scores = {place: _score(messages[place], found.replies[place], 1) for place in found.answers}
    groups = _merged(messages, found, scores)
    best = [group[0] for group in groups]
    found_themes = _themes(messages, found, best, asked)
    answers = _answers(messages, found, groups, found_themes)
    order = {name: place for place, name in enumerate([*found_themes, REST])}
    themes = _theme_table(answers, found_themes, [[messages[place] for place in group] for group in groups])
    answers = answers.assign(_at=answers["theme"].map(order)).sort_values(
        ["_at", "score", "row"], ascending=[True, False, True], kind="stable", ignore_index=True
    )
    answers = answers.drop(columns="_at")
    people = len({messages[place].member for group in groups for place in group})
    chosen = to_quote(answers, themes, top=top)
    return Answers(
        answers=answers,
        themes=themes,
        passed_over=_passed(messages, found, read),
        outline=outline(asked, answers, themes, chosen, people=people),
        question=asked,
        notes=_notes(found, answers, read, mask, len(chosen)),
    )


def _check(question: object, top: object) -> None:
    if not isinstance(question, str) or not question.strip():
        raise ChoiceError("question 是空的。请写上这一晚问的问题，例如「孩子不爱吃菜怎么办」。")
    if isinstance(top, bool) or not isinstance(top, int) or top < 1:
        raise ChoiceError(f"top 是草稿里引用几条，要写成 1 以上的整数（现在是 {schema.shown_value(top)}）。")


def _from_frame(frame: pd.DataFrame) -> Chat:
    """The messages of a frame; rows count from 1."""
    frame = schema.as_frame(frame, "群消息")
    columns = {
        name: next((known for known in aliases if known in frame.columns), "")
        for name, aliases in _COLUMNS.items()
    }
    missing = tuple(name for name in ("text", "member") if not columns[name])
    if missing:
        captions = "、".join({"text": "text（内容）", "member": "member（发送人）"}[name] for name in missing)
        raise ColumnError(
            f"群消息表缺少列 {captions}。read_messages 读入时不留内容，请粘贴聊天记录的文字，或给一张有这几列的表。",
            missing=missing,
            present=tuple(str(name) for name in frame.columns),
        )
    times = frame[columns["sent_at"]].tolist() if columns["sent_at"] else [None] * len(frame)
    stamps, troubles = _stamps(times)
    notes = [f"{troubles} 条消息的时间读不出或没有写，按没有时间处理。"] if troubles else []
    said: list[Said] = []
    passed: list[tuple[int, str]] = []
    cells = zip(frame[columns["text"]], frame[columns["member"]], stamps, strict=True)
    for row, (words, who, when) in enumerate(cells, start=1):
        body = "" if schema.is_missing(words) else str(words).strip()
        name = "" if schema.is_missing(who) else str(who).strip()
        if name:
            said.append(Said(row, name, when, body))
        else:
            passed.append((row, body))
    return Chat(said, passed, notes)


def _stamps(times: list[Any]) -> tuple[list[Any], int]:
    from toolkit import tables

    found, _ = tables.convert(times, "time", pd.RangeIndex(len(times)))
    return found.tolist(), int(found.isna().sum())


# ---- answers


def _score(message: Masked, replies: int, alike: int) -> float:
    """How usable an answer is: the sum of its parts, each a row of the lexicon."""
    said = message.own
    size = size_of(said)
    points = 0.0
    for name, each, pattern in cues("score"):
        figure = weight("score", name)[1]
        if name == "length":
            points += each * min(1.0, size / figure)
        elif name == "too_long":
            points += each * (size > figure)
        elif name in ("replies", "alike"):
            points += each * min(figure, replies if name == "replies" else alike - 1)
        elif name == "detail":
            points += each * min(3, len(pattern.findall(said)))
        elif name == "hidden":
            points += each * len(pattern.findall(said))
        else:
            points += each * bool(pattern.search(said))
    return round(points, 2)


def _merged(messages: Sequence[Masked], found: Sorted, scores: dict[int, float]) -> list[list[int]]:
    """Answers that say much the same together, the best first; the others go to what is passed over."""
    places = found.answers
    grouped = alike_groups(
        [messages[place].own for place in places],
        [messages[place].member for place in places],
        [scores[place] for place in places],
    )
    groups = [[places[index] for index in group] for group in grouped]
    for group in groups:
        first = messages[group[0]]
        for place in group[1:]:
            same = messages[place].member == first.member
            told = "同一位群友说过，留了更完整的一条" if same else f"和{first.member}说的相近，算进人数"
            found.reasons[place] = f"{told}（第 {first.row} 行）"
    return groups


def _themes(messages: Sequence[Masked], found: Sorted, best: list[int], asked: str) -> dict[str, Theme]:
    """The themes by their names: the words that most of their people say."""
    named = set(content_terms(text.segment([asked])[0]))
    themes = group_answers(
        [STAND_IN.sub("〇", messages[place].own) for place in best],
        [found.terms[place] for place in best],
        [messages[place].member for place in best],
        asked,
        named,
    )
    return {"、".join(theme.terms[:IN_HEADING]): theme for theme in themes}


def _answers(
    messages: Sequence[Masked], found: Sorted, groups: list[list[int]], themes: dict[str, Theme]
) -> pd.DataFrame:
    named = {place: name for name, theme in themes.items() for place in theme.places}
    rows = []
    for index, group in enumerate(groups):
        message = messages[group[0]]
        alike = len({messages[place].member for place in group})
        replies = sum(found.replies[place] for place in group)
        data = f"{message.row}\x00{message.own}".encode("utf-8", errors="surrogatepass")
        looks = [name for name, _, pattern in cues("look") if pattern.search(message.own)]
        rows.append(
            {
                "answer_id": f"a{hashlib.blake2b(data, digest_size=5).hexdigest()}",
                "member": message.member,
                "sent_at": message.sent_at,
                "theme": named.get(index, REST),
                "text": _CALLS.sub("", message.own) or message.own,
                "alike": alike,
                "replies": replies,
                "score": _score(message, replies, alike),
                "note": "；".join(looks),
                "row": message.row,
            }
        )
    return schema.check(pd.DataFrame(rows), ANSWERS) if rows else ANSWERS.empty()


def _theme_table(
    answers: pd.DataFrame, themes: dict[str, Theme], groups: Sequence[Sequence[Masked]]
) -> pd.DataFrame:
    """The themes in their order, last the answers of none; `groups` holds of each answer all that were counted in it."""
    rows = []
    for name in [*themes, REST]:
        part = answers[answers["theme"] == name]
        if not len(part):
            continue
        terms = themes[name].terms if name in themes else []
        said = [one for place in part.index for one in groups[place]]
        # who says much the same without any of the words is no person of this heading
        people = {one.member for one in said if not terms or holds(one.own, terms)}
        quotable = part[[not terms or holds(one, terms[:IN_HEADING]) for one in part["text"]]]
        best = quotable.loc[quotable["score"].idxmax(), "text"]
        row = {"theme": name, "answers": len(part), "members": len(people), "terms": terms, "best": best}
        rows.append(row)
    return schema.check(pd.DataFrame(rows), ANSWER_THEMES) if rows else ANSWER_THEMES.empty()


def _passed(messages: Sequence[Masked], found: Sorted, read: Chat) -> pd.DataFrame:
    rows = [(messages[place].row, messages[place].text, reason) for place, reason in found.reasons.items()]
    rows += [(row, _UNSAID, _SYSTEM) for row, line in read.passed if line.strip()]
    frame = pd.DataFrame(sorted(rows), columns=PASSED_OVER.names)
    return schema.check(frame, PASSED_OVER)


def _notes(found: Sorted, answers: pd.DataFrame, read: Chat, mask: Mask, quoted: int) -> tuple[str, ...]:
    notes = list(read.notes)
    if found.asked_at is None and read.said:
        notes.append("聊天里没有找到这个问题，从第一条消息看起。问题请照群里的原话写。")
    if not len(answers):
        notes.append("没有找到回答。请核对问题，或看「没有用的消息」里的原因。")
        return tuple(notes)
    notes.append(
        f"遮掉了 {mask.hidden} 处名字、号码、地址和链接。遮名字看的是写法，没说过话的人的名字可能还在，"
        "作者和书里的人名也可能被遮，登出前请通读一遍。"
    )
    if len(answers) > quoted:
        notes.append(f"一共 {len(answers)} 条回答，草稿里引用了 {quoted} 条，其余在「夜聊回答」里。")
    notes.append("归类只看有没有同样或相近的词，不看意思，标题和先后请按文章的需要再调整。")
    notes.append("引用都是群友的原话，征得同意再登；说到健康和功效的先核实，成稿后再用 check_copy 检查一遍。")
    notes.append("「可用程度」是几项分数之和，权重是经验，未经验证。")
    return tuple(notes)

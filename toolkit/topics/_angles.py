"""Sides from which a topic can be told (field guide B6), and how often rivals already took each."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit import lexicons
from toolkit.schema import DOCUMENTS, TOPICS, as_list, check
from toolkit.topics._barred import harmed
from toolkit.topics._gather import weak_words

# an angle is out of place when this share of the titles speak of what it does not suit
UNFIT_SHARE = 1 / 3
# and in place without a word that asks for it where this share of the titles takes it
ASKED_SHARE = 1 / 3
_SEASON = "season"


@dataclass(frozen=True)
class Angle:
    """A row of the lexicon `angles`: how titles show it, the prompt with its slots, and what it does not suit."""

    angle: str
    caption: str
    cues: re.Pattern[str]
    prompt: str
    needs: (
        re.Pattern[str] | None
    )  # offered only where a term, or a third of the titles by their cues, asks for it
    unfit: re.Pattern[str] | None
    harm: bool  # fit for a topic of deaths, disasters, crimes
    solemn: bool  # fit for a day of mourning


@dataclass(frozen=True)
class Use:
    """An angle for one topic: the prompt that names it, and the documents whose titles take it already."""

    angle: Angle
    prompt: str
    documents: tuple[str, ...]
    known: int

    def row(self) -> tuple[str, str, str, int, float | None, str]:
        """Angle, caption, prompt, used, share and example."""
        used = len(self.documents)
        share = used / self.known if self.known else None
        return (
            *(self.angle.angle, self.angle.caption, self.prompt),
            *(used, share, self.documents[0] if used else ""),
        )

    def sentence(self) -> str:
        """The prompt and its use by rivals, as an editor reads it."""
        if not self.known:
            return f"{self.angle.caption}：{self.prompt}（还没有同行内容可比）"
        used = len(self.documents)
        share = f"同行 {self.known} 篇里" + ("没人用" if not used else f"有 {used} 篇用")
        return f"{self.angle.caption}：{self.prompt}（{share}）"


def topic_angles(topics: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Every usable angle of each topic, the topics in their order, the angle that rivals used least first.

    Columns: topic_id, angle (id of the lexicon `angles`), caption, prompt (Chinese, names the topic), used (Int64: how
    many of the titles in its evidence show the angle's cues), share (of these titles, 0 to 1; missing without any),
    example (doc_id of the most central title that does, "" without any). The angles are those of field guide B6.

    Not offered: what the lexicon calls unfit for a third of the titles or for a term (a scene of war, a list of the
    dead); a season or a comparison where no term and no third of the titles asks for one; for a topic of deaths, disasters or crimes
    (lexicon `sensitive`) and for a solemn day all but the lexicon's few. No topics give an empty frame.
    """
    frame, found = check(topics, TOPICS), check(documents, DOCUMENTS)
    titles = dict(zip(found["doc_id"], found["title"], strict=True))
    told = frame.to_dict("records")
    rows = [
        (row["topic_id"], *use.row())
        for row, harm in zip(told, harmed(told, found), strict=True)
        for use in angles_of(row, titles, harm=harm)
    ]
    names = ["topic_id", "angle", "caption", "prompt", "used", "share", "example"]
    kinds: dict[str, Any] = {**dict.fromkeys(names, "str"), "used": "Int64", "share": "float64"}
    return pd.DataFrame(rows, columns=names).astype(kinds)


def angles_of(topic: Mapping[str, Any], titles: Mapping[str, str], *, harm: bool) -> list[Use]:
    """The usable angles of one TOPICS row, the least used first; `titles` by doc_id, `harm` as `harmed` says.

    Among angles used equally often the topic's id says which comes first, so that not every topic opens with one.
    """
    known = [(doc, titles[doc]) for doc in dict.fromkeys(as_list(topic["evidence"])) if doc in titles]
    terms = [str(term) for term in as_list(topic["terms"])]
    written = [title for _, title in known]
    festival = str(topic.get("festival") or "")
    every = _angles()
    start = int(re.sub("[^0-9a-f]", "", str(topic["topic_id"])) or "0", 16) % len(every)
    uses = []
    for offset in range(len(every)):
        angle = every[(start + offset) % len(every)]
        if not _suits(angle, terms, written, festival, str(topic.get("tone") or ""), harm):
            continue
        used = tuple(doc for doc, title in known if angle.cues.search(title))
        uses.append(Use(angle, _prompt(angle, topic, terms, written, festival), used, len(known)))
    return sorted(uses, key=lambda use: len(use.documents))


@functools.cache
def _angles() -> tuple[Angle, ...]:
    return tuple(
        Angle(
            row["angle"],
            row["caption"],
            re.compile(row["cues"]),
            row["prompt"],
            re.compile(row["needs"]) if row["needs"] else None,
            re.compile(row["unfit"]) if row["unfit"] else None,
            row["harm"] == "yes",
            row["solemn"] == "yes",
        )
        for row in lexicons.rows("angles")
    )


def _suits(
    angle: Angle, terms: Sequence[str], titles: Sequence[str], festival: str, tone: str, harm: bool
) -> bool:
    if tone == "solemn":
        return angle.solemn
    if harm:
        return angle.harm
    if angle.unfit is not None and _speaks(angle.unfit, terms, titles, UNFIT_SHARE):
        return False
    if angle.needs is None or (angle.angle == _SEASON and festival):
        return True
    return any(angle.needs.search(term) for term in terms) or _speaks(angle.cues, (), titles, ASKED_SHARE)


def _speaks(pattern: re.Pattern[str], terms: Sequence[str], titles: Sequence[str], share: float) -> bool:
    if any(pattern.search(term) for term in terms):
        return True
    return bool(titles) and sum(bool(pattern.search(title)) for title in titles) >= share * len(titles)


def _prompt(
    angle: Angle, topic: Mapping[str, Any], terms: Sequence[str], titles: Sequence[str], festival: str
) -> str:
    label = str(topic["label"])
    beside = next(
        (term for term in terms if term not in label and label not in term and term not in weak_words()), ""
    )
    season = festival or next(
        (match[0] for written in (*terms, *titles) if (match := angle.cues.search(written))), "这个时节"
    )
    words = {"词": label, "伴": f"「{beside}」" if beside else "常见的另一种选择", "节": season}
    # one pass: a label may itself hold {词}
    return re.sub(r"\{(词|伴|节)\}", lambda match: words[match[1]], angle.prompt)

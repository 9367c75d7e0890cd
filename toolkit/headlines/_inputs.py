"""What headlines are held against: texts, platform, trending terms, an audience's words, own rules and verdicts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit import compliance, lexicons
from toolkit.schema import ChoiceError, ColumnError, is_missing
from toolkit.text import fold, has_han, segment


@dataclass(frozen=True)
class Wanted:
    """What headlines are held against: platform, trending terms, the audience's words, an editor's rules and verdicts."""

    platform: lexicons.Platform
    purpose: str
    terms: tuple[str, ...] | None
    theme: tuple[str, ...] | None
    rules: tuple[Any, ...]
    lessons: compliance.Lessons


def wanted_for(platform: str, purpose: str, trends: Any, audience: Any, rules: Any, verdicts: Any) -> Wanted:
    row = lexicons.platform(platform)
    compliance.find("", purpose=purpose, platform=platform)  # raises on an unknown purpose
    if trends is None:
        terms = None
    else:
        listed = trends["term"] if isinstance(trends, pd.DataFrame) else trends
        terms = tuple(term for term in fold(str(term) for term in listed) if term.strip())
    theme = None if audience is None else theme_words(audience_text(audience))
    own, lessons = compliance.own_rules(rules), compliance.lessons_of(verdicts)
    return Wanted(row, purpose, terms, theme, own, lessons)


def texts_of(headlines: Any) -> list[str]:
    if isinstance(headlines, str):
        return [headlines]
    if isinstance(headlines, pd.DataFrame):
        names = [name for name in ("headline", "title", "标题") if name in headlines.columns]
        if not names:
            present = tuple(str(name) for name in headlines.columns)
            raise ColumnError(
                f"标题表缺少列 headline（现有的列：{'、'.join(present) or '无'}）。"
                "请把标题所在的列改名为 headline 或 title。",
                missing=("headline",),
                present=present,
            )
        headlines = headlines[names[0]]
    return ["" if is_missing(value) else str(value) for value in headlines]


def content_words(words: Iterable[str]) -> set[str]:
    stop = set(lexicons.words("stopwords"))
    return {
        word for word in words if len(word) > 1 and word not in stop and (has_han(word) or word.isalpha())
    }


def audience_text(audience: Any) -> str:
    """Theme, segment and name of a GROUPS row, or the theme itself."""
    if isinstance(audience, str):
        return audience
    if isinstance(audience, (Mapping, pd.Series)):
        values = (audience.get(name) for name in ("theme", "segment", "name"))
        return " ".join(str(value) for value in values if not is_missing(value))
    raise ChoiceError(f"audience 要么是群表的一行，要么是一个主题词（现在是 {type(audience).__name__}）。")


def audience_rows(text: str) -> list[dict[str, str]]:
    """The rows of the audience lexicon whose cue stands in the text, best matched first."""
    rows = [(len(re.findall(row["theme"], text)), row) for row in lexicons.rows("headline-audiences")]
    return [row for count, row in sorted(rows, key=lambda pair: -pair[0]) if count]


def theme_words(text: str) -> tuple[str, ...]:
    own = sorted(content_words(segment(fold([text]))[0]))
    listed = [word for row in audience_rows(text)[:1] for word in row["words"].split("|")]
    return tuple(dict.fromkeys([*listed, *own]))

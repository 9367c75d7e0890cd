"""What is seen in a headline: a row of numbers for a learner, and a table with places for an editor."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons
from toolkit.headlines._inputs import (
    LONGEST_READ,
    Wanted,
    abstract_words,
    claimed_numbers,
    clickbait_weights,
    content_words,
    cues,
    folded_bodies,
    folded_places,
    texts_of,
    unborne_numbers,
    wanted_for,
)
from toolkit.headlines._preview import shown_of
from toolkit.schema import FEATURES, check
from toolkit.text import display_width, fold, has_han, segment, word_frequencies

# more of a kind says no more: counts stop here
_MOST = 5
# a word seen less often than this in the dictionary's 60 million is rare; Latin words by their length
_RARE_FREQUENCY = 100
_LONG_HAN, _LONG_LATIN = 4, 9
# a Latin word is taken for the commoner the shorter it is (the dictionary holds none); on the scale of ln frequency
_SHORT_LATIN = 12
_CLAUSE_END = re.compile(r"[,。;:!?、…|]+|(?<=[^\x00-\x7f]) +(?=[^\x00-\x7f])")
_MARK = re.compile(r"[^\w\s]")
# what stands before a feeling and turns it, each once more; 不仅、不断 and the like do not
_NEGATOR = re.compile("不(?![仅但止只断愧])|没有?|无需?|别|未|勿|never |not |no |n't ")
_NEGATION = re.compile(
    rf"(?:(?:{_NEGATOR.pattern})(?:太|再|是|会|用|必|要|那么|这么|很|怎么|算|怕|能|得|可|敢|让你?|觉得|感到)*)+$"
)
_NEGATION_REACH = 8
# the rows of texts that were read, at most so many: ten megabytes
_KNOWN: dict[str, np.ndarray] = {}
_MOST_KNOWN = 20_000


@functools.cache
def matrix_features() -> tuple[str, ...]:
    """The names of the numbers of `feature_matrix`, in order: the rows of `headline-features` marked so."""
    return tuple(row["feature"] for row in lexicons.rows("headline-features") if row["matrix"])


def feature_matrix(texts: Sequence[str], *, terms: Sequence[str] = ()) -> tuple[tuple[str, ...], np.ndarray]:
    """The names of the features, and a matrix of texts × features (float64, never missing).

    Counts of cues stop at five; shares and `clickbait` lie between 0 and 1; `chars`, `width` and the like are as they
    are measured. `terms` are trending words for `keyword` and `keyword_place`, which are 0 without them. Only the
    first 300 characters of a text are read. What each feature is, and on what evidence, is told in the lexicon
    `headline-features`. No texts give a matrix without rows.

    >>> names, found = feature_matrix(["石榴怎么剥？5步不脏手", "How to peel 3 pomegranates"])
    >>> found[:, [names.index(name) for name in ("width", "number", "question", "howto")]].tolist()
    [[21.0, 1.0, 2.0, 1.0], [26.0, 0.0, 1.0, 1.0]]
    """
    originals = [text[:LONGEST_READ] for text in texts]
    if terms:
        return matrix_features(), _read(originals, terms)
    # a title sent to many groups, and one that many fits learn from, is read once
    rows = {text: row for text in originals if (row := _KNOWN.get(text)) is not None}
    new = [text for text in dict.fromkeys(originals) if text not in rows]
    if new:
        rows |= zip(new, _read(new), strict=True)
        if len(_KNOWN) + len(new) > _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN.update((text, rows[text].copy()) for text in new[:_MOST_KNOWN])
    names = matrix_features()
    return names, np.array([rows[text] for text in originals]).reshape(-1, len(names))


def _read(originals: Sequence[str], terms: Sequence[str] = ()) -> np.ndarray:
    """A row of numbers for each text; what a row says hangs on its own text alone."""
    folded = [text.replace("\n", " ") for text in fold(originals)]
    words = segment(folded, words=lexicons.user_words())
    joined = "\n".join(folded)
    ends = np.cumsum([len(text) + 1 for text in folded], dtype=np.int64) if folded else np.zeros(0, np.int64)
    seen = _cued(joined, ends)
    columns = {
        **_sized(originals, folded),
        **_worded(words),
        **_emotions(joined, ends),
        **_keyed(folded, fold([str(term) for term in terms])),
        "clickbait": _clickbait(seen, len(folded)),
    }
    clauses = 1.0 + np.minimum(_count(_CLAUSE_END, joined, ends), 20)
    trailing = [float(bool(text) and _CLAUSE_END.match(text, len(text) - 1) is not None) for text in folded]
    columns["clauses"] = np.maximum(clauses - np.asarray(trailing), 1.0)
    columns["clause_words"] = columns["words"] / columns["clauses"]
    for row in lexicons.rows("headline-features"):
        if row["cues"] and row["feature"] not in columns:
            total = sum((seen[kind] for kind in row["cues"].split(";")), np.zeros(len(folded)))
            columns[row["feature"]] = np.minimum(total, _MOST)
    names = matrix_features()
    matrix = np.empty((len(folded), len(names)))
    for place, name in enumerate(names):
        matrix[:, place] = columns[name]
    return matrix


def _count(pattern: re.Pattern[str], joined: str, ends: np.ndarray) -> np.ndarray:
    """How often the pattern stands in each text; `ends` are the places just behind the texts' separators."""
    starts = np.fromiter((found.start() for found in pattern.finditer(joined)), dtype=np.int64)
    return np.bincount(np.searchsorted(ends, starts, side="right"), minlength=len(ends))[: len(ends)].astype(
        np.float64
    )


def _cued(joined: str, ends: np.ndarray) -> dict[str, np.ndarray]:
    wanted = {kind for row in lexicons.rows("headline-features") for kind in row["cues"].split(";") if kind}
    return {kind: _count(cues()[kind], joined, ends) for kind in wanted}


def _clickbait(seen: dict[str, np.ndarray], count: int) -> np.ndarray:
    kept = np.ones(count)
    for kind, weight in clickbait_weights().items():
        kept *= np.where(seen[kind] > 0, 1 - weight, 1.0)
    return 1 - kept


def _sized(originals: Sequence[str], folded: Sequence[str]) -> dict[str, np.ndarray]:
    lengths = np.array([max(len(text), 1) for text in folded], dtype=np.float64)
    return {
        "chars": np.array([len(text) for text in originals], dtype=np.float64),
        "width": np.array([display_width(text) for text in originals], dtype=np.float64),
        "latin": np.array([sum("a" <= c <= "z" for c in text) for text in folded]) / lengths,
        "digits": np.array([sum("0" <= c <= "9" for c in text) for text in folded]) / lengths,
        "exclaims": np.array([min(text.count("!"), _MOST) for text in folded], dtype=np.float64),
        "asks": np.array([min(text.count("?"), _MOST) for text in folded], dtype=np.float64),
        "marks": np.array([len(set(_MARK.findall(text))) for text in folded], dtype=np.float64),
    }


def _worded(words: Sequence[Sequence[str]]) -> dict[str, np.ndarray]:
    """What the cut tells: how many words, how many of them content, concrete, rare, long, and how common they are."""
    numbers: dict[str, int] = {}
    places = [numbers.setdefault(word, len(numbers)) for text in words for word in text]
    texts = np.repeat(np.arange(len(words)), [len(text) for text in words])
    found = _of_words(list(numbers))[np.asarray(places, dtype=np.int64)]
    sums = np.stack([np.bincount(texts, column, len(words)) for column in found.T], axis=1)
    count, content, concrete, rare, long, common, width = sums.T
    share = np.maximum(content, 1.0)
    return {
        "words": count,
        "concrete": concrete / share,
        "rare": rare / share,
        "long_words": long / np.maximum(count, 1.0),
        "familiar": common / np.maximum(count, 1.0),
        "density": 10 * content / np.maximum(width, 1.0),
    }


def _of_words(words: list[str]) -> np.ndarray:
    """For each word: is one, content, concrete, rare, long, log frequency, width."""
    known, content, abstract = word_frequencies(), content_words(words), abstract_words()
    out = np.zeros((len(words), 7))
    for place, word in enumerate(words):
        han, spoken = has_han(word), any(character.isalnum() for character in word)
        often = known.get(word, 0)
        limit = _LONG_HAN if han else _LONG_LATIN
        out[place] = (
            spoken,
            word in content,
            word in content and word not in abstract,
            word in content and (often < _RARE_FREQUENCY if han else len(word) >= limit),
            spoken and len(word) >= limit,
            np.log1p(often) if han else max(0.0, _SHORT_LATIN - len(word)) * spoken,
            display_width(word),
        )
    return out


@functools.cache
def _feelings() -> tuple[dict[str, int], re.Pattern[str]]:
    signs = {row["word"]: int(row["sign"]) for row in lexicons.rows("headline-emotions")}
    han = sorted((word for word in signs if has_han(word)), key=len, reverse=True)
    latin = sorted((word for word in signs if not has_han(word)), key=len, reverse=True)
    return signs, re.compile("|".join(han) + rf"|\b(?:{'|'.join(latin)})\b")


def feelings_in(folded: str) -> list[tuple[int, int, int]]:
    """Start, end (in the folded text) and sign of each word of feeling; a negation in front turns it.

    >>> feelings_in("这家店不难吃,价钱也不便宜")
    [(3, 6, 1), (10, 13, -1)]
    """
    signs, pattern = _feelings()
    out = []
    for found in pattern.finditer(folded):
        start = found.start()
        before = folded[max(0, start - _NEGATION_REACH) : start].rpartition("\n")[2]
        turned = _NEGATION.search(before)
        times = len(_NEGATOR.findall(turned[0])) if turned else 0
        sign = signs[found[0]] * (-1) ** times
        out.append((start - len(turned[0]) if turned else start, found.end(), sign))
    return out


def _emotions(joined: str, ends: np.ndarray) -> dict[str, np.ndarray]:
    counts = {1: np.zeros(len(ends)), -1: np.zeros(len(ends))}
    places = feelings_in(joined)
    texts = np.searchsorted(ends, np.array([place[0] for place in places], dtype=np.int64), side="right")
    np.add.at(counts[1], texts[np.array([place[2] > 0 for place in places], dtype=bool)], 1)
    np.add.at(counts[-1], texts[np.array([place[2] < 0 for place in places], dtype=bool)], 1)
    return {"positive": np.minimum(counts[1], _MOST), "negative": np.minimum(counts[-1], _MOST)}


def headline_features(
    headlines: Any,
    *,
    platform: str = "wechat",
    trends: pd.DataFrame | Sequence[str] | None = None,
    audience: Any | None = None,
    brand: Sequence[str] | str | None = None,
    bodies: Sequence[str] | None = None,
) -> pd.DataFrame:
    """FEATURES: what is seen in each headline, in the order of the lexicon `headline-features`, which also tells what
    each feature is and on what evidence (经验 a convention, 文献 a published finding, 实测 measured by us).

    place (of the headline, from 0), feature, caption, value, start, end (code points of the original, end exclusive),
    text (what stands there), evidence, note. Every feature has a row for each headline; one that stands in several
    places has a row for each of them, with the same value; one that has no place has start and end missing.

    The values are those of `feature_matrix`, and: `visible`, the share shown before the platform cuts; with
    `audience`, `theme`, how many of the group's words stand there; with `brand` (words of one's own), `brand`; with
    `bodies` (one for each headline, "" where there is none), `support`: the share of the headline's content words,
    numbers and names that the body holds, with a place for each that it does not hold; missing without a body.
    keyword and keyword_place come with `trends` alone. No headlines give an empty frame.

    Raises as `score_headlines` does.

    >>> found = headline_features(["蘋果不難看，一斤12元"], bodies=["苹果好看，一斤卖10元"])
    >>> shown = found[found["feature"].isin(["positive", "price"])]
    >>> shown[["feature", "value", "start", "end", "text"]].values.tolist()
    [['price', 1.0, 8, 11, '12元'], ['positive', 1.0, 2, 5, '不難看']]
    >>> found.loc[found["feature"] == "support", "note"].iloc[0]
    '正文里没有：难看、12'
    """
    wanted = wanted_for(platform, "promotion", trends, audience, None, None, brand)
    texts = texts_of(headlines)
    names, matrix = feature_matrix(texts, terms=wanted.terms or ())
    held = folded_bodies(bodies, len(texts))
    rows: list[tuple[Any, ...]] = []
    for place, text in enumerate(texts):
        values = dict(zip(names, matrix[place].tolist(), strict=True))
        sheet = _Sheet(text, wanted, held[place])
        for row in lexicons.rows("headline-features"):
            if sheet.asked(row["feature"], bodies is not None):
                rows += sheet.rows(place, row, values.get(row["feature"], 0.0))
    return check(pd.DataFrame(rows, columns=FEATURES.names), FEATURES)


class _Sheet:
    """One headline read for an editor: each feature with its places."""

    def __init__(self, text: str, wanted: Wanted, body: str | None) -> None:
        self.text = text
        self.wanted = wanted
        self.body = body
        self.form = folded_places(text[:LONGEST_READ])
        self.words = segment([self.form.value], words=lexicons.user_words())[0]

    def asked(self, feature: str, with_bodies: bool) -> bool:
        """Whether there is something to hold the headline against for this feature."""
        needs = {
            "theme": self.wanted.theme is not None,
            "brand": bool(self.wanted.brand),
            "support": with_bodies,
            "keyword": self.wanted.terms is not None,
            "keyword_place": self.wanted.terms is not None,
        }
        return needs.get(feature, True)

    def rows(self, place: int, row: dict[str, str], value: float) -> list[tuple[Any, ...]]:
        """The rows of one feature."""
        feature, note = row["feature"], row["note"]
        spans = [self.form.original(start, end) for start, end in self.places(row) if start < end]
        if feature == "visible":
            shown = len(shown_of(self.text, self.wanted.platform))
            value, spans = (shown / len(self.text) if self.text else 1.0), [(0, shown)] if shown else []
            note = f"{self.wanted.platform.caption}：{self.wanted.platform.note}"
        elif feature == "support":
            value, note = self.support(note)
        elif feature in ("theme", "brand"):
            value = float(min(len(spans), _MOST))
        said = "；".join(part for part in (note, row["source"] if row["evidence"] != "经验" else "") if part)
        head = (place, feature, row["caption"], value)
        tail = (row["evidence"], said)
        if not spans:
            return [(*head, None, None, "", *tail)]
        return [(*head, start, end, self.text[start:end], *tail) for start, end in spans]

    def places(self, row: dict[str, str]) -> list[tuple[int, int]]:
        """Where in the folded text the feature stands."""
        folded, feature = self.form.value, row["feature"]
        if row["cues"]:
            kinds = row["cues"].split(";")
            return sorted(found.span() for kind in kinds for found in cues()[kind].finditer(folded))
        if feature in ("positive", "negative"):
            sign = 1 if feature == "positive" else -1
            return [(start, end) for start, end, found in feelings_in(folded) if found == sign]
        if feature in ("exclaims", "asks"):
            mark = "!" if feature == "exclaims" else "?"
            return [(at, at + 1) for at, character in enumerate(folded) if character == mark]
        if feature in ("rare", "long_words"):
            column = 3 if feature == "rare" else 4
            return [span for span, word in self.spoken() if _of_words([word])[0, column]]
        if feature == "support":
            return self.unborne()[0]
        listed = {"keyword": self.wanted.terms, "keyword_place": self.wanted.terms}
        listed |= {"theme": self.wanted.theme, "brand": self.wanted.brand}
        found = (re.finditer(re.escape(word), folded) for word in listed.get(feature) or ())
        return sorted({match.span() for matches in found for match in matches})

    def spoken(self) -> list[tuple[tuple[int, int], str]]:
        """Each word of the folded text with its place."""
        ends = list(itertools.accumulate(map(len, self.words)))
        return [((end - len(word), end), word) for end, word in zip(ends, self.words, strict=True)]

    def unborne(self) -> tuple[list[tuple[int, int]], int]:
        """Where content words, numbers and names stand that the body does not hold, and how many were looked for."""
        if self.body is None:
            return [], 0
        folded = self.form.value
        content = content_words(self.words) - abstract_words()
        listed = {span for span, word in self.spoken() if word in content}
        listed |= {found.span() for found in cues()["names"].finditer(folded)}
        numbers = [(start, end) for start, end, _ in claimed_numbers(folded)]
        missing = {(start, end) for start, end in listed if folded[start:end].strip("《》") not in self.body}
        return sorted(missing | set(unborne_numbers(folded, self.body))), len(listed) + len(numbers)

    def support(self, note: str) -> tuple[float, str]:
        """The share that the body holds, and the note with what it does not hold."""
        missing, count = self.unborne()
        if not count:
            return float("nan"), "没有正文" if self.body is None else "标题里没有要核对的词"
        if not missing:
            return 1.0, note
        listed = "、".join(self.form.value[start:end] for start, end in missing)
        return 1 - len(missing) / count, f"正文里没有：{listed}"


def _keyed(folded: Sequence[str], terms: Iterable[str]) -> dict[str, np.ndarray]:
    wanted = [term for term in dict.fromkeys(terms) if term.strip()]
    keyword, place = np.zeros(len(folded)), np.zeros(len(folded))
    for number, text in enumerate(folded):
        found = [at for at in (text.find(term) for term in wanted) if at >= 0]
        if found:
            keyword[number] = min(len(found), _MOST)
            place[number] = 1 - min(found) / len(text)
    return {"keyword": keyword, "keyword_place": place}

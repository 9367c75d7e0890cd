"""Which post a row of an export belongs to: by its code, by an id, else by group, time and title."""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit.schema import CALENDAR, GROUPS, ITEMS, TIME_ZONE, check, is_missing

# posts are sent by hand, some minutes early too; our own choice
EARLY_MINUTES = 10
# rows whose confidence is below this stay unmatched; of the simulated exports of tests/test_results_match.py
# 99 % of what stands above it is right, 96 % of what stands from .90 to it (`pytest -s -k is_right` prints the table)
LEAST_CONFIDENCE = 0.97
# below this a title is no candidate at all
_LEAST_LIKE = 0.35
# log-odds of a title for its likeness: at .6 as likely an edited title of the post as another post's, e^12 at 1 …
_LIKE_SLOPE, _LIKE_ZERO = 30.0, 0.6
# what an account calls its publishing time lies around the plan's, three days at most; an order after, two weeks at most
_ACCOUNT_HOURS, _ACCOUNT_REACH = 2.0, 3 * 24
_ORDER_HOURS, _ORDER_REACH = 24.0, 14 * 24
# "none of these": another post altogether, and one of the same title that the calendar lacks, such as last week's column
_ELSEWHERE, _LACKING = 20.0, 0.02
# shorter codes and plain numbers are taken only as a whole cell or after a word for code
_SHORT_CODE, _SHORT_NUMBER = 3, 6
_CALLED = re.compile(r"(?:暗号|口令|编码|CODE)[^A-Z0-9\w]{0,3}([A-Z0-9]+)")
_TOKEN = re.compile(r"[A-Z0-9]+")
# pieces with only blanks, hyphens and the like between them
_PIECES = re.compile(r"[A-Z0-9]+(?:[ \-_.·•]{1,3}[A-Z0-9]+)+")
_LONGEST_TEXT = 2000
_NO_GROUP = "没有写是哪个群，定不了"
# signs of a title in a sentence that names a post: reasons stay readable in a cell
_TITLE_SHOWN = 12
_HOUR = 3_600_000_000
_NO_MOMENT = -(2**62)  # NaT and its neighbours are below it
_DAY = 24 * _HOUR
# titles, and cells of rows × posts, that are looked at together
_TITLES, _CELLS = 500, 1_000_000


def folded(text: str) -> str:
    """A text in which width and case do not count.

    >>> folded("暗号 ｋ７wq2")
    '暗号 K7WQ2'
    """
    return unicodedata.normalize("NFKC", text).upper().strip()


def bared(text: str) -> str:
    """A name or title without what people change: width, case, blanks, marks and pictures."""
    return re.sub(r"[\W_]+", "", folded(text))


class Codes:
    """Codes by what people write: full width, lower case, in pieces, in the middle of a sentence."""

    def __init__(self, codes: Iterable[str]) -> None:
        """Keep each code with the places of the posts that have it."""
        self.places: dict[str, list[int]] = defaultdict(list)
        for place, code in enumerate(codes):
            if bare := bared(code):
                self.places[bare].append(place)
        plain = {code for code in self.places if code.isascii()}
        self._weak = {c for c in plain if len(c) < _SHORT_CODE or (c.isdigit() and len(c) < _SHORT_NUMBER)}
        self._plain = plain - self._weak
        self._longest = max(map(len, self._plain), default=0)
        words = sorted((c for c in self.places if not c.isascii() and len(c) > 1), key=len, reverse=True)
        self._words = re.compile("|".join(map(re.escape, words))) if words else None
        self._known: dict[str, tuple[str, ...]] = {}

    def find(self, text: str) -> tuple[str, ...]:
        """The codes that stand in a text, each once.

        >>> Codes(["K7WQ2", "BX3MT"]).find("暗号k7wq2，谢谢"), Codes(["K7WQ2"]).find("K7 WQ2"), Codes(["K7"]).find("K7x")
        (('K7WQ2',), ('K7WQ2',), ())
        """
        known = self._known.get(text)
        if known is None:
            known = self._find(folded(text[:_LONGEST_TEXT]))
            if len(self._known) < 200_000:
                self._known[text] = known
        return known

    def _find(self, text: str) -> tuple[str, ...]:
        found = [token for token in _TOKEN.findall(text) if token in self._plain]
        if not found:
            found = [whole for whole in self._joined(text) if whole in self._plain]
        if self._words is not None:
            found += self._words.findall(re.sub(r"[\W_]+", "", text))
        if self._weak and not found:
            whole = re.sub(r"[\W_]+", "", text)
            found = [code for code in (whole, *_CALLED.findall(text)) if code in self._weak]
        return tuple(dict.fromkeys(found))

    def _joined(self, text: str) -> Iterator[str]:
        """Neighbouring pieces put together, as long as a code may be."""
        for run in _PIECES.findall(text):
            pieces = _TOKEN.findall(run)
            for first in range(len(pieces)):
                whole = pieces[first]
                for piece in pieces[first + 1 :]:
                    whole += piece
                    if len(whole) > self._longest:
                        break
                    yield whole

    @functools.cached_property
    def _gaps(self) -> dict[str, set[str]]:
        """Code with one sign blotted out to the codes that look so."""
        gaps: dict[str, set[str]] = defaultdict(set)
        for code in self._plain:
            for place in range(len(code)):
                gaps[f"{code[:place]}?{code[place + 1 :]}"].add(code)
        return gaps

    def nearest(self, text: str) -> tuple[str, ...]:
        """The codes that differ in one sign from something in a text: never a match, only worth a look.

        >>> Codes(["K7WQ2"]).nearest("暗号 K7WQ3"), Codes(["K7WQ2"]).nearest("要两斤")
        (('K7WQ2',), ())
        """
        near: set[str] = set()
        text = folded(text[:_LONGEST_TEXT])
        for token in itertools.chain(_TOKEN.findall(text), self._joined(text)):
            if 4 <= len(token) <= self._longest and not token.isdigit():
                for place in range(len(token)):
                    near |= self._gaps.get(f"{token[:place]}?{token[place + 1 :]}", set())
        return tuple(sorted(near))


@dataclass(frozen=True)
class Titled:
    """What a row says of itself beside codes and ids; `at` in microseconds, None when unknown."""

    title: str
    group: str = ""
    at: int | None = None
    by_day: bool = False
    order: bool = False
    channel: str = ""


@dataclass(frozen=True)
class Found:
    """The post a title may belong to, with the confidence, and the nearest one where it is not enough; -1 is none."""

    place: int = -1
    confidence: float = 0.0
    nearest: int = -1
    why: str = ""


class Posts:
    """The posts of a calendar, by everything a row may name them by; by title only those of status sent."""

    def __init__(
        self, calendar: pd.DataFrame, items: pd.DataFrame | None, groups: pd.DataFrame | None
    ) -> None:
        """Raises ColumnError for tables that break their contract."""
        known = check(calendar, CALENDAR)
        posts = known[~known["post_id"].duplicated()].reset_index(drop=True)
        self.repeated = len(known) - len(posts)
        self.ids: list[str] = posts["post_id"].tolist()
        self.items: list[str] = posts["item_id"].tolist()
        self.groups: list[str] = posts["group_id"].tolist()
        self.status: list[str] = posts["status"].tolist()
        self.sent = [status == "sent" for status in self.status]
        self.codes = ["" if is_missing(code) else str(code).strip() for code in posts["code"]]
        moments = posts["starts_at"].dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
        self.at: np.ndarray[Any, Any] = moments.to_numpy().astype("int64")
        self.titles = _titles(posts, items)
        self.book = Codes(self.codes)
        self.by_id = {key: place for place, key in enumerate(self.ids)}
        self.by_item: dict[str, list[int]] = defaultdict(list)
        for place, item in enumerate(self.items):
            self.by_item[item].append(place)
        self._names, self.channels = _group_names(self.groups, groups)

    def group_of(self, called: str) -> str | None:
        """The id of the group that is so called, None when there is none such."""
        return self._names.get(bared(called))

    def said(self, place: int) -> str:
        """A post as a sentence names it, short."""
        stamp = moment_of(int(self.at[place]))
        when = f"{stamp.month}月{stamp.day}日 {stamp:%H:%M}" if stamp is not None else ""
        title = self.titles[place]
        title = title if len(title) <= _TITLE_SHOWN else f"{title[: _TITLE_SHOWN - 1]}…"
        title = f"「{title}」" if title else ""
        return f"{self.ids[place]}{title}{when}".strip()

    def span(self) -> tuple[int | None, int | None]:
        """The first and the last moment of a post, None where there is none."""
        known = self.at[self.at > _NO_MOMENT]
        return (int(known.min()), int(known.max())) if len(known) else (None, None)

    # ---- by title

    @functools.cached_property
    def _by_group(self) -> dict[str, dict[str, list[int]]]:
        """Group to bare title to the places of the posts that were sent so."""
        found: dict[str, dict[str, list[int]]] = {}
        for place, title in enumerate(self.titles):
            if self.sent[place] and bared(title) and self.at[place] > _NO_MOMENT:
                found.setdefault(self.groups[place], {}).setdefault(bared(title), []).append(place)
        return found

    def by_title(self, rows: list[Titled]) -> list[Found]:
        """What each row's group, time and title say, in the order of the rows."""
        bare = {title: bared(title) for title in {row.title for row in rows}}
        alike = _alike(
            sorted(set(bare.values())),
            sorted({title for book in self._by_group.values() for title in book}),
        )
        found = [Found()] * len(rows)
        together: dict[tuple[str, str, bool, str], list[int]] = defaultdict(list)
        for number, row in enumerate(rows):
            together[(bare[row.title], row.group, row.order, row.channel)].append(number)
        for (title, group, order, channel), numbers in together.items():
            group = group or self._only_group(channel)  # noqa: PLW2901 - the group a row need not name
            if channel and self.channels and channel not in map(self.channels.get, self.groups):
                for number in numbers:
                    found[number] = Found(why=f"排期里没有发到{channel}的发布")
                continue
            places, odds = self._candidates(alike.get(title, []), group, channel)
            size = max(1, _CELLS // max(1, len(places)))
            for start in range(0, len(numbers), size):
                part = numbers[start : start + size]
                for number, one in zip(
                    part, self._judged([rows[n] for n in part], places, odds, order), strict=True
                ):
                    found[number] = one if group or one.place < 0 else Found(nearest=one.place, why=_NO_GROUP)
        return found

    def _only_group(self, channel: str) -> str:
        """The group that a row can only mean, "" where there are several: in those the same message may have gone out."""
        known = {key for key in self.groups if not channel or self.channels.get(key) == channel}
        return next(iter(known)) if len(known) == 1 else ""

    def _candidates(
        self, titles: list[tuple[str, float]], group: str, channel: str
    ) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        keys = [self.group_of(group)] if group else list(self._by_group)
        if channel and self.channels:
            keys = [key for key in keys if key is not None and self.channels.get(key) == channel]
        books = [self._by_group[key] for key in keys if key in self._by_group]
        found = [(book[title], like) for book in books for title, like in titles if title in book]
        places = [place for known, _ in found for place in known]
        odds = [_LIKE_SLOPE * (like - _LIKE_ZERO) for known, like in found for _ in known]
        return np.array(places, dtype="int64"), np.array(odds)

    def _judged(
        self, rows: list[Titled], places: np.ndarray[Any, Any], odds: np.ndarray[Any, Any], order: bool
    ) -> Iterator[Found]:
        """Weights of all candidates against "none of these": the best one's share is the confidence."""
        if not len(places):
            yield from (Found(why="没有标题相近的已发的发布") for _ in rows)
            return
        at = np.array([0 if row.at is None else row.at for row in rows])[:, None]
        days = np.array([row.by_day for row in rows])[:, None]
        here = np.where(days, _midnights(self.at[places])[None, :], self.at[places][None, :])
        apart = (at - here) / _HOUR
        hours, reach = (_ORDER_HOURS, _ORDER_REACH) if order else (_ACCOUNT_HOURS, _ACCOUNT_REACH)
        late = apart < -EARLY_MINUTES / 60 if order else np.zeros_like(apart, dtype=bool)
        far = (np.abs(apart) > reach) | late
        # a row that knows only the day lies half as far away as usual, not at no distance
        apart = np.where(days, np.maximum(np.abs(apart), hours / 2), apart)
        # seen as often as an exponential law has it, or anywhere within reach one time in ten
        density = 0.9 * np.exp(-np.abs(apart) / hours) / hours + 0.1 / reach
        weights = np.where(far, 0.0, np.exp(odds)[None, :] * density * reach)
        best = weights.argmax(axis=1)
        # a post that is lacking would stand at the usual distance, on average at half the highest density
        lacking = _LACKING * np.exp(odds.max()) * 0.45 / hours * reach
        total = weights.sum(axis=1) + _ELSEWHERE + lacking
        closest = np.where(late, np.inf, np.abs(apart)).argmin(axis=1)
        for number, row in enumerate(rows):
            place = int(places[best[number]])
            # cut, not rounded: no title is sure
            confidence = np.floor(1000 * weights[number, best[number]] / total[number]) / 1000
            if row.at is None:
                yield Found(nearest=int(places[odds.argmax()]), why="没有时间，定不了是哪一次")
            elif weights[number, best[number]] == 0:
                why = "标题相近的发布，时间都对不上"
                yield Found(nearest=int(places[closest[number]]), why=why)
            elif confidence >= LEAST_CONFIDENCE:
                yield Found(place, float(confidence), place)
            else:
                several = (weights[number] > weights[number].max() / 9).sum() > 1
                why = "有几次发布都像，分不清" if several else "标题和时间不够像"
                yield Found(-1, float(confidence), place, why)


def moment_of(micros: int | None) -> pd.Timestamp | None:
    """A moment in microseconds as a time in Shanghai."""
    if micros is None or micros <= _NO_MOMENT:
        return None
    return pd.Timestamp(micros, unit="us", tz="UTC").tz_convert(TIME_ZONE)


def _midnights(at: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """00:00 in Shanghai of the days of these moments."""
    return (at + 8 * _HOUR) // _DAY * _DAY - 8 * _HOUR


def _titles(posts: pd.DataFrame, items: pd.DataFrame | None) -> list[str]:
    """Each post's title, from the items, else from a column of the calendar that says it."""
    named: dict[str, str] = {}
    if items is not None:
        table = check(items, ITEMS)
        named = dict(zip(table["item_id"], table["title"], strict=True))
    own = next((posts[name] for name in ("title", "标题") if name in posts), None)
    others = ["" if is_missing(t) else str(t) for t in own] if own is not None else [""] * len(posts)
    return [named.get(item) or other for item, other in zip(posts["item_id"], others, strict=True)]


def _group_names(ids: list[str], groups: pd.DataFrame | None) -> tuple[dict[str, str], dict[str, str]]:
    """Group's id by what it may be called (a name that two share is no name), and channel by id."""
    names: dict[str, str] = {}
    channels: dict[str, str] = {}
    if groups is not None:
        table = check(groups, GROUPS)
        channels = dict(zip(table["group_id"], table["channel"], strict=True))
        shared: dict[str, set[str]] = defaultdict(set)
        for key, name in zip(table["group_id"], table["name"], strict=True):
            shared[bared(name)].add(key)
        names = {name: next(iter(keys)) for name, keys in shared.items() if name and len(keys) == 1}
        ids = [*ids, *table["group_id"]]
    return names | {bared(key): key for key in ids}, channels


def _bigrams(text: str) -> set[str]:
    return {text[n : n + 2] for n in range(len(text) - 1)} or {text}


def _alike(titles: list[str], known: list[str]) -> dict[str, list[tuple[str, float]]]:
    """For each bare title the known ones it is like: Dice's share of common bigrams (Dice 1945, Ecology 26: 297–302)."""
    from scipy import sparse

    wanted = [title for title in titles if title]
    if not wanted or not known:
        return {}
    signs: dict[str, int] = {}
    tables = []
    for texts in (wanted, known):
        rows, columns = [], []
        for row, text in enumerate(texts):
            for pair in sorted(_bigrams(text)):
                rows.append(row)
                columns.append(signs.setdefault(pair, len(signs)))
        tables.append((rows, columns))
    mine, theirs = (
        sparse.csr_matrix((np.ones(len(r), dtype="float32"), (r, c)), shape=(len(texts), len(signs)))
        for (r, c), texts in zip(tables, (wanted, known), strict=True)
    )
    sizes = np.asarray(theirs.sum(axis=1)).ravel()
    found: dict[str, list[tuple[str, float]]] = {}
    for start in range(0, len(wanted), _TITLES):
        block = mine[start : start + _TITLES]
        common = (block @ theirs.T).tocoo()
        own = np.asarray(block.sum(axis=1)).ravel()
        like = 2 * common.data / (own[common.row] + sizes[common.col])
        keep = like >= _LEAST_LIKE
        for row, column, value in zip(common.row[keep], common.col[keep], like[keep], strict=True):
            found.setdefault(wanted[start + row], []).append((known[column], float(value)))
    return found

"""Last week's calls of words against what came in the days after.

The rule is the miner's own test, asked of the days after: the negative-binomial tail (mid-p) of the documents that came,
given those of the baseline; without dispersion that is the conditional test of two Poisson rates (Przyborowski and
Wilenski 1940); the dispersion is each word's own over the baseline's weeks, drawn to that of all words.

- new, rising: `hit` where the count is clearly above the usual (tail ≤ 0.05) and the word still has at least half its
  share of the call's window, else `miss`: a word that falls from 12 documents to 2 did not stay up, however rare it was.
- fading: `hit` where it is clearly below the usual, else `miss`.
- steady: `miss` where it is clearly above or below, else `hit`.
- `unsure`, whatever came: too little to tell, which is where a word that keeps its share of the call's window (a steady
  one: that doubles) would be clearly above (below) the usual with a chance of less than 0.8. That does not look at what
  came, so that the share of hits among hits and misses is not bent.

`by_chance` of a call is how many of a hundred comparable words would have counted as hits (0 to 1): words that were not
called, had a quarter more or fewer documents at most (of the call's window; for fading of the baseline), are no part of
a called one nor the other way round, and can be judged by the same rule: they too would be clear if they kept their
level. So they are mostly words that also rose (fell) and that the table did not name; `compared` is how many there
were, often few. 0.05, 0.8, the half and the
quarter are conventions, no measured numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit import text
from toolkit.schema import COLUMN_WORDS, TREND_CALLS, TRENDS, ChoiceError, ColumnError, as_whole, check
from toolkit.trends._counts import Counts, count_terms
from toolkit.trends._judge import _dispersions, _lower_tail, _mid_tail, _pooled_dispersion
from toolkit.trends._windows import MOST_DAYS, check_days, window_end

# a count this improbable after an ordinary baseline is clearly above (or below) it
CLEAR = 0.05
# a call is judged only where a word that keeps the level of its call would be clear so often
POWER = 0.8
# a steady word is judged where one that has grown by this factor would be
_MORE = 2.0
# a word called new or rising stays up while it has this part of its share of the call's window
_STAYS = 0.5
# comparable: as many documents as the called word, a quarter up or down
_ALIKE = 1.25
# the share of words whose documents are as many as the table says, below and above which `until` is doubted
_FEW_ALIKE, _MOST_ALIKE = 0.5, 0.9
_CALL, _LEFT_OUT = -1, -2
_CALLS = ("new", "rising", "steady", "fading")


def judge_trends(
    trends: pd.DataFrame,
    documents: pd.DataFrame | Counts,
    *,
    until: Any,
    days: int = 7,
    window_days: int = 7,
    baseline_days: int = 28,
) -> pd.DataFrame:
    """TREND_CALLS: each row of `trends` against the `days` after `until`, in the order of `trends`.

    `until`, `window_days` and `baseline_days` are those with which `mine_trends` gave `trends`. What came is counted in
    (until, until + days], the usual in the `baseline_days` before the window of the call; the window itself, by which
    the word was chosen, is on neither side. A document counts where it holds the term or one of its `variants`, copies
    not at all (as in count_terms). `usual` is how many documents would have come at the baseline's share.

    What is a hit, a miss or unsure stands above, as does `by_chance`: the share of comparable words that were not called
    and would have been hits, missing for steady and unsure calls and where no word is comparable. `sentence` gives the
    documents of all three spans beside all that there were, and the reason.

    `frame.attrs["notes"]` tells a window that is not over, documents that are missing, and undated ones. No trends give
    an empty frame.

    Raises ChoiceError for days that are no whole numbers, for what is no moment as `until`, and where the counts of
    `trends` are those of `days` earlier; ColumnError for a status that is no call.

    >>> from toolkit.trends import mine_trends
    >>> first = pd.date_range("2026-08-10", "2026-09-21", freq="8h").astype(str)
    >>> plain = pd.DataFrame({"doc_id": first, "title": [f"白菜{day}" for day in first], "published_at": first})
    >>> rose = plain["published_at"].ge("2026-09-07") & plain["published_at"].str.endswith("08:00:00")
    >>> plain.loc[rose, "title"] = "桂花拿铁" + plain["doc_id"]
    >>> mined = mine_trends(plain, until="2026-09-13", top=1)
    >>> judge_trends(mined, plain, until="2026-09-13")[["term", "came", "outcome_of_call"]].values.tolist()
    [['桂花拿铁', 7, 'hit']]
    """
    days = as_whole(days, "days（往后看几天）", most=MOST_DAYS)
    window_days, baseline_days = check_days(window_days, baseline_days)
    called = _called(trends)
    counts = documents if isinstance(documents, Counts) else count_terms(documents)
    spans = _spans(counts.documents["published_at"], until, days, window_days, baseline_days)
    if called.empty:
        return _noted(TREND_CALLS.empty(), [])
    rows = _tallies(counts, called, spans)
    notes = [*spans.notes, *_doubts(counts, called, spans)]
    every = text.find_terms(counts.tokens)
    cells = _cells(every, spans)
    pooled = _pooled(cells, spans)
    held = _held(rows, called["status"].to_numpy(dtype=object), spans, pooled)
    chances = _by_chance(every, cells, called, rows, held, spans, pooled)
    return _noted(_frame(called, rows, held, spans, chances), notes)


@dataclass(frozen=True)
class _Spans:
    """Where each document falls (0 the days after, 1, 2, … stretches of the baseline), and the documents of each.

    `call` are the documents of the call's window of `window_days`, `end` its last instant.
    """

    part: np.ndarray
    sizes: np.ndarray
    call: int
    end: pd.Timestamp
    days: int
    window_days: int
    baseline_days: int
    notes: list[str]

    @property
    def ratio(self) -> float:
        """The documents that came over those of the baseline."""
        return float(self.sizes[0] / max(self.sizes[1:].sum(), 1))

    @property
    def known(self) -> bool:
        """Whether both sides have documents."""
        return bool(self.sizes[0] and self.sizes[1:].any())


@dataclass(frozen=True)
class _Tally:
    """Documents of each word: those that came and by stretch of the baseline (as _Spans.sizes), those of the call."""

    counts: np.ndarray
    call: np.ndarray

    @property
    def past(self) -> np.ndarray:
        """Those of the whole baseline."""
        return self.counts[:, 1:].sum(axis=1)

    def take(self, rows: np.ndarray) -> _Tally:
        """The words of these places."""
        return _Tally(self.counts[rows], self.call[rows])


def _called(trends: pd.DataFrame) -> pd.DataFrame:
    called = check(trends, TRENDS).drop_duplicates("term").reset_index(drop=True)
    wrong = [status for status in called["status"] if status not in _CALLS]
    if wrong:
        words = "、".join(COLUMN_WORDS["called"].values())
        raise ColumnError(
            f"热词表的列 status（状态）里有「{wrong[0][:20]}」，对不了账。可以是：{words}。"
            "请把 mine_trends 给出的表原样交进来。"
        )
    return called


def _spans(times: pd.Series[Any], until: Any, days: int, window_days: int, baseline_days: int) -> _Spans:
    end = window_end(times, until)
    part = np.full(len(times), _LEFT_OUT, dtype=np.int64)
    dated = times.notna().to_numpy(bool)
    age = ((end - times[dated]) / pd.Timedelta(days=1)).to_numpy(dtype=float)
    place = (1 + (age - window_days) // window_days).astype(np.int64)
    place[age >= window_days + baseline_days] = _LEFT_OUT
    place[age < window_days] = _CALL
    place[age < 0] = 0
    place[age < -days] = _LEFT_OUT
    part[dated] = place
    sizes = np.bincount(place[place >= 0], minlength=1 - (-baseline_days // window_days))
    notes = [f"{int((~dated).sum())} 篇内容没有日期，没有算进去。"] if not dated.all() else []
    last, wanted = times.max(), end + pd.Timedelta(days=days)
    if not sizes[0]:
        notes.append(f"{end:%Y-%m-%d} 以后的 {days} 天里还没有内容，都还说不准。")
    elif last.date() < wanted.date():
        notes.append(f"这一期要到 {wanted:%Y-%m-%d} 才过完，内容只到 {last:%Y-%m-%d}，先按这些算。")
    if not sizes[1:].any():
        notes.append("当时那一期之前没有内容可比，都还说不准。")
    return _Spans(part, sizes, int((place == _CALL).sum()), end, days, window_days, baseline_days, notes)


def _tallies(counts: Counts, called: pd.DataFrame, spans: _Spans) -> _Tally:
    """The documents of each called word, those of its variants among them, each once."""
    names = [[term, *variants] for term, variants in zip(called["term"], called["variants"], strict=True)]
    held = counts.holding([name for row in names for name in row])
    cells, call, at = np.zeros((len(names), len(spans.sizes)), dtype=np.int64), [], 0
    for place, row in enumerate(names):
        part = spans.part[np.unique(np.concatenate(held[at : at + len(row)]))]
        cells[place] = np.bincount(part[part >= 0], minlength=len(spans.sizes))
        call.append(int((part == _CALL).sum()))
        at += len(row)
    return _Tally(cells, np.array(call, dtype=np.int64))


def _doubts(counts: Counts, called: pd.DataFrame, spans: _Spans) -> list[str]:
    """What to say where the table's counts are not those up to `until`; refused where those of `days` earlier fit."""
    if "share" in called:  # a table by source or channel counts theirs alone
        return []
    age = ((spans.end - counts.documents["published_at"]) / pd.Timedelta(days=1)).to_numpy(dtype=float)
    said, held = called["documents"].tolist(), counts.holding(called["term"].tolist())

    def alike(first: float) -> float:
        inside = (age >= first) & (age < first + spans.window_days)
        return float(np.mean([inside[rows].sum() == number for rows, number in zip(held, said, strict=True)]))

    if alike(0) >= _FEW_ALIKE:
        return []
    if alike(spans.days) >= _MOST_ALIKE:
        was = spans.end - pd.Timedelta(days=spans.days)
        raise ChoiceError(
            f"这些热词是看到 {was:%Y-%m-%d} 为止的，until 却写成了 {spans.end:%Y-%m-%d}。"
            "until 要写当时算热词看到的那一天，往后看几天由 days 说。"
        )
    return ["热词表里的篇数和内容里数到的大多对不上：看看 until 是不是当时那一天，内容是不是同一批。"]


def _cells(every: text.Terms, spans: _Spans) -> _Tally:
    """The documents of every word."""
    words, columns = len(every.start), len(spans.sizes)
    part = spans.part[every.document]
    used = part >= 0
    flat = np.bincount(every.term[used] * columns + part[used], minlength=words * columns)
    return _Tally(
        flat.reshape(words, columns).astype(np.int64),
        np.bincount(every.term[part == _CALL], minlength=words),
    )


def _stretches(spans: _Spans) -> np.ndarray:
    return np.flatnonzero(spans.sizes[1:] > 0) + 1


def _pooled(cells: _Tally, spans: _Spans) -> float:
    return _pooled_dispersion(cells.counts, cells.past, spans.sizes.astype(float), _stretches(spans))


@dataclass(frozen=True)
class _Held:
    """Words held against what came: whether each was right, how sure it would have been, and what of it was seen.

    `power` is the chance that a word that keeps its level is clear, `calm` the same if its weeks did not swing.
    """

    right: np.ndarray
    power: np.ndarray
    calm: np.ndarray
    clear: np.ndarray  # clearly above the usual; for fading below, for steady either

    @property
    def told(self) -> np.ndarray:
        """Which words can be judged."""
        return np.asarray(self.power >= POWER)

    @property
    def outcomes(self) -> np.ndarray:
        """hit, miss or unsure for each word."""
        return np.where(self.told, np.where(self.right, "hit", "miss"), "unsure").astype(object)


def _held(rows: _Tally, kinds: np.ndarray, spans: _Spans, pooled: float) -> _Held:
    """Each word, called as `kinds` says, by the rule that stands above."""
    if not spans.known or not len(kinds):
        nothing = np.zeros(len(kinds))
        return _Held(nothing.astype(bool), nothing, nothing, nothing.astype(bool))
    spread = _spread(rows, spans, pooled)
    above, below = _above(rows, spans, spread), _below(rows, spans, spread)
    kept = rows.call * (spans.sizes[0] / max(spans.call, 1))
    fading, steady = kinds == "fading", kinds == "steady"
    mean = np.where(steady, _MORE * rows.past * spans.ratio, kept)

    def power(spread: np.ndarray) -> np.ndarray:
        rises, falls = (
            _clear_above(mean, rows.past, spans, spread),
            _clear_below(mean, rows.past, spans, spread),
        )
        return np.where(fading, falls, rises)

    stays = rows.counts[:, 0] >= _STAYS * kept
    clear = np.select([fading, steady], [below, above | below], default=above)
    right = np.select([fading, steady], [clear, ~clear], default=clear & stays)
    return _Held(right, power(spread), power(np.zeros(len(kinds))), clear)


def _spread(rows: _Tally, spans: _Spans, pooled: float) -> np.ndarray:
    stretches = _stretches(spans)
    return _dispersions(rows.counts, rows.past.astype(float), spans.sizes.astype(float), stretches, pooled)


def _above(rows: _Tally, spans: _Spans, spread: np.ndarray) -> np.ndarray:
    """Whether each count is clearly above its baseline."""
    return _mid_tail(rows.counts[:, 0].astype(float), rows.past, spans.ratio, spread) <= CLEAR


def _below(rows: _Tally, spans: _Spans, spread: np.ndarray) -> np.ndarray:
    """Whether each count is clearly below its baseline."""
    return _lower_tail(rows.counts[:, 0].astype(float), rows.past, spans.ratio, spread) <= CLEAR


def _clear_above(mean: np.ndarray, past: np.ndarray, spans: _Spans, spread: np.ndarray) -> np.ndarray:
    """The chance that a word of this expected count comes out clearly above its baseline."""
    from scipy import special

    # the least count that is clear, by halving: the tail falls as the count grows
    low, high = np.zeros(len(past)), np.full(len(past), float(spans.sizes[0] + 1))
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        clear = _mid_tail(middle, past, spans.ratio, spread) <= CLEAR
        low, high = np.where(clear, low, middle), np.where(clear, middle, high)
    size = 1 / np.maximum(spread, 1e-9)
    chance: np.ndarray = special.betainc(high, size, mean / (size + mean))
    return np.where(high <= spans.sizes[0], chance, 0.0)


def _clear_below(mean: np.ndarray, past: np.ndarray, spans: _Spans, spread: np.ndarray) -> np.ndarray:
    """The chance that a word of this expected count comes out clearly below its baseline."""
    from scipy import special

    # the largest count that is clear; −1 where not even none would be
    low, high = np.full(len(past), -1.0), np.full(len(past), float(spans.sizes[0] + 1))
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        clear = _lower_tail(middle, past, spans.ratio, spread) <= CLEAR
        low, high = np.where(clear, middle, low), np.where(clear, high, middle)
    size = 1 / np.maximum(spread, 1e-9)
    chance: np.ndarray = special.betainc(size, np.maximum(low, 0) + 1, size / (size + mean))
    return np.where(low >= 0, chance, 0.0)


def _by_chance(
    every: text.Terms,
    cells: _Tally,
    called: pd.DataFrame,
    rows: _Tally,
    held: _Held,
    spans: _Spans,
    pooled: float,
) -> pd.DataFrame:
    """For each call that is judged the share of hits among comparable words (NaN for the others), and how many they are."""
    kinds = called["status"].to_numpy(dtype=object)
    shares, compared = np.full(len(kinds), np.nan), np.zeros(len(kinds), dtype=np.int64)
    for kind in ("rising", "fading"):
        mine = np.flatnonzero(held.told & (kinds != "steady") & ((kinds == "fading") == (kind == "fading")))
        if not len(mine):
            continue
        seen = (lambda tally: tally.past) if kind == "fading" else (lambda tally: tally.call)
        sizes, wanted = seen(cells).astype(float), seen(rows)[mine].astype(float)
        near = np.flatnonzero((sizes >= wanted.min() / _ALIKE) & (sizes <= wanted.max() * _ALIKE))
        beside = _held(cells.take(near), np.full(len(near), kind, dtype=object), spans, pooled)
        kept = np.flatnonzero(beside.told)
        kept = kept[_apart(every.names(near[kept]), called)]
        size_of, right = sizes[near[kept]], beside.right[kept]
        for place, size in zip(mine, wanted, strict=True):
            alike = right[(size_of >= size / _ALIKE) & (size_of <= size * _ALIKE)]
            shares[place], compared[place] = float(alike.mean()) if len(alike) else np.nan, len(alike)
    return pd.DataFrame({"by_chance": shares, "compared": compared})


def _apart(names: list[str], called: pd.DataFrame) -> np.ndarray:
    """Which names are no called word, nor inside one, nor around one."""
    loud = called[called["status"] != "steady"]
    said = [name for row in loud.itertuples() for name in (row.term, *row.variants)]
    said = [folded.strip() for folded in text.fold(said)]
    inside = "\n".join(said)
    return np.array(
        [name not in inside and not any(word in name for word in said) for name in names], dtype=bool
    )


def _frame(
    called: pd.DataFrame, rows: _Tally, held: _Held, spans: _Spans, chances: pd.DataFrame
) -> pd.DataFrame:
    came, base = rows.counts[:, 0], float(spans.sizes[1:].sum())
    usual_share = rows.past / base if base else np.full(len(came), np.nan)
    frame = pd.DataFrame(
        {
            "term": called["term"],
            "called": called["status"],
            "documents": called["documents"],
            "usual": usual_share * spans.sizes[0],
            "came": came,
            "share": came / spans.sizes[0] if spans.sizes[0] else np.nan,
            "usual_share": usual_share,
            "outcome_of_call": held.outcomes,
        }
    ).join(chances)
    counts = _counted(rows, spans)
    frame["sentence"] = [
        f"「{row['term']}」当时说{COLUMN_WORDS['called'][row['called']]}：{counts[place]}。"
        f"{_reason(place, row['called'], row['outcome_of_call'], held, spans)}"
        for place, row in enumerate(frame.to_dict("records"))
    ]
    return check(frame, TREND_CALLS)


def _counted(rows: _Tally, spans: _Spans) -> list[str]:
    """The documents with each word beside all documents, before, in the call's window and after it."""
    base, call, after = int(spans.sizes[1:].sum()), spans.call, int(spans.sizes[0])
    before = [f"之前 {spans.baseline_days} 天 {base} 篇里 {past} 篇" if base else "" for past in rows.past]
    then = [f"当时 {spans.window_days} 天 {call} 篇里 {number} 篇" for number in rows.call]
    came = [f"后来 {spans.days} 天 {after} 篇里 {number} 篇" for number in rows.counts[:, 0]]
    return ["，".join(part for part in parts if part) for parts in zip(before, then, came, strict=True)]


def _reason(place: int, called: str, outcome: str, held: _Held, spans: _Spans) -> str:
    """Why a call is right, wrong or cannot be told."""
    way = "低" if called == "fading" else "高"
    if outcome == "unsure":
        if not spans.known:
            return f"{'没有更早的内容可比' if spans.sizes[0] else '后来还没有内容'}，还说不准。"
        why = "这么几篇的词各周本来忽多忽少" if held.calm[place] >= POWER else "篇数少"
        same = "真的多一倍" if called == "steady" else "后来一直和当时一样多"
        times = int(held.power[place] * 10)
        seen = f"十次里只有约 {times} 次" if times else "也几乎不会"
        return f"{why}：就算{same}，{seen}明显{way}于平常，够不上八次就不算对错，还说不准。"
    if called == "steady":
        return "没有明显升降：说对了。" if outcome == "hit" else "明显变了：没说准。"
    if outcome == "hit":
        stays = "" if called == "fading" else "，也没有少掉一半以上"
        return f"明显{way}于平常{stays}：说对了。"
    if held.clear[place]:
        return "还高于平常，但不到当时的一半：没说准。"
    return f"没有明显{way}于平常：没说准。"


def _noted(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    frame.attrs["notes"] = notes
    return frame

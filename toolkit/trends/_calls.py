"""Last week's calls of words against what came in the days after."""

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
# comparable: as many documents as the called word, a quarter up or down
_ALIKE = 1.25
# the share of words whose documents are as many as the table says, below and above which `until` is doubted
_FEW_ALIKE, _MOST_ALIKE = 0.5, 0.9
# fewer documents than this are 0.0 in a sentence
_HARDLY = 0.05
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

    The rule is the miner's own test, asked of the days after: the negative-binomial tail (mid-p) of the documents that
    came, given those of the baseline; without dispersion that is the conditional test of two Poisson rates (Przyborowski
    and Wilenski 1940); the dispersion is each word's own over the baseline's weeks, drawn to that of all words.

    - new, rising: `hit` where the count is clearly above the usual (tail ≤ 0.05), else `miss`.
    - fading: `hit` where it is clearly below, else `miss`.
    - steady: `miss` where it is clearly above or below, else `hit`.
    - `unsure`, whatever came: too few documents to tell, which is where a word that keeps its share of the call's window
      (a steady one: that doubles) would be clear with a chance of less than 0.8. That does not look at what came, so that
      the share of hits among hits and misses is not bent. 0.05 and 0.8 are conventions, no measured numbers.

    `frame.attrs["by_chance"]` is how many of a hundred words like the called ones would have counted as hits (0 to 1):
    words that were not called, had a quarter more or fewer documents at most (of the call's window; for fading of the
    baseline), and are no part of a called one nor the other way round, each held to the same tail; averaged over the
    new, rising and fading calls that were right or wrong (NaN where there is none). `attrs["by_chance_of"]` is the same
    for each kind of call.
    `attrs["notes"]` tells a window that is not over, documents that are missing, and undated ones. No trends give an
    empty frame.

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
        return _told(TREND_CALLS.empty(), [], {})
    rows = _tallies(counts, called, spans)
    notes = [*spans.notes, *_doubts(counts, called, spans)]
    every = text.find_terms(counts.tokens)
    cells = _cells(every, spans)
    pooled = _pooled(cells, spans)
    kinds = called["status"].to_numpy(dtype=object)
    outcomes = _outcomes(rows, kinds, spans, pooled)
    chances = _by_chance(every, cells, called, rows, outcomes, spans, pooled)
    return _told(_frame(called, rows, outcomes, spans), notes, chances)


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
    return _Spans(part, sizes, int((place == _CALL).sum()), end, days, window_days, notes)


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


def _outcomes(rows: _Tally, kinds: np.ndarray, spans: _Spans, pooled: float) -> np.ndarray:
    """hit, miss or unsure for each word, called as `kinds` says."""
    if not spans.known or not len(kinds):
        return np.full(len(kinds), "unsure", dtype=object)
    spread = _spread(rows, spans, pooled)
    above, below = _above(rows, spans, spread), _below(rows, spans, spread)
    kept = rows.call * (spans.sizes[0] / max(spans.call, 1))
    doubled = _MORE * rows.past * spans.ratio
    fading, steady = kinds == "fading", kinds == "steady"
    mean = np.where(steady, doubled, kept)
    rises, falls = _clear_above(mean, rows.past, spans, spread), _clear_below(mean, rows.past, spans, spread)
    right = np.select([fading, steady], [below, ~above & ~below], default=above)
    told = np.where(fading, falls, rises) >= POWER
    return np.where(told, np.where(right, "hit", "miss"), "unsure").astype(object)


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
    outcomes: np.ndarray,
    spans: _Spans,
    pooled: float,
) -> dict[str, float]:
    """For each kind of call the share of hits among comparable words that were not called; "" for all three together."""
    kinds, decided = called["status"].to_numpy(dtype=object), outcomes != "unsure"
    loud = kinds != "steady"
    shares = np.full(len(kinds), np.nan)
    for kind in ("rising", "fading"):
        mine = np.flatnonzero(decided & loud & ((kinds == "fading") == (kind == "fading")))
        if not len(mine):
            continue
        seen = (lambda tally: tally.past) if kind == "fading" else (lambda tally: tally.call)
        sizes, wanted = seen(cells).astype(float), seen(rows)[mine].astype(float)
        near = np.flatnonzero((sizes >= wanted.min() / _ALIKE) & (sizes <= wanted.max() * _ALIKE))
        near = near[_apart(every.names(near), called)]
        alike = cells.take(near)
        clear = (_below if kind == "fading" else _above)(alike, spans, _spread(alike, spans, pooled))
        for place, size in zip(mine, wanted, strict=True):
            beside = clear[(sizes[near] >= size / _ALIKE) & (sizes[near] <= size * _ALIKE)]
            shares[place] = float(beside.mean()) if len(beside) else np.nan
    told = {"": shares[loud], **{kind: shares[kinds == kind] for kind in ("new", "rising", "fading")}}
    return {kind: _mean(values) for kind, values in told.items()}


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def _apart(names: list[str], called: pd.DataFrame) -> np.ndarray:
    """Which names are no called word, nor inside one, nor around one."""
    loud = called[called["status"] != "steady"]
    said = [name for row in loud.itertuples() for name in (row.term, *row.variants)]
    said = [folded.strip() for folded in text.fold(said)]
    inside = "\n".join(said)
    return np.array(
        [name not in inside and not any(word in name for word in said) for name in names], dtype=bool
    )


def _frame(called: pd.DataFrame, rows: _Tally, outcomes: np.ndarray, spans: _Spans) -> pd.DataFrame:
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
            "outcome_of_call": outcomes,
        }
    )
    frame["sentence"] = [_sentence(row, spans.days) for row in frame.to_dict("records")]
    return check(frame, TREND_CALLS)


def _sentence(row: dict[str, Any], days: int) -> str:
    usual = row["usual"]
    told = "没有更早的内容可比" if usual != usual else f"按平常约 {usual:.1f} 篇"
    told = "以前几乎没有" if usual < _HARDLY else told
    said = f"「{row['term']}」当时说{COLUMN_WORDS['called'][row['called']]}，后来 {days} 天 {row['came']} 篇，{told}。"
    if row["outcome_of_call"] == "unsure":
        return f"{said}当时的篇数太少，还说不准。"
    ends = {
        "steady": {"hit": "没有明显升降，说对了", "miss": "明显变了，没说准"},
        "fading": {"hit": "明显低于平常，说对了", "miss": "没有明显低于平常，没说准"},
    }
    rises = {"hit": "明显高于平常，说对了", "miss": "没有明显高于平常，没说准"}
    return f"{said}{ends.get(row['called'], rises)[row['outcome_of_call']]}。"


def _told(frame: pd.DataFrame, notes: list[str], chances: dict[str, float]) -> pd.DataFrame:
    frame.attrs["notes"] = notes
    frame.attrs["by_chance"] = chances.get("", float("nan"))
    frame.attrs["by_chance_of"] = {kind: share for kind, share in chances.items() if kind}
    return frame

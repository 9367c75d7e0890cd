"""What one side writes about and the other does not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from toolkit import text
from toolkit.schema import CONTRAST, ChoiceError, check
from toolkit.trends._counts import Counts, count_terms

# The prior weighs half as much as the smaller side. Measured on real titles with planted differences (100 to 8,000
# documents a side): weights of 0.1 to 1 find them equally well, larger ones raise fewer false alarms at |z| ≥ 2.
PRIOR_WEIGHT = 0.5
# documents that the background adds to every term, so that a rare term's prior is not made by the few that hold it
BACKGROUND = 2.0
# a longer phrase stands for a shorter one that it fills to this share, as in mine_trends
COVERED = 0.7
# two standard deviations: chance alone goes further in about one term of twenty
NOTABLE = 2.0


def contrast(
    ours: pd.DataFrame | Counts,
    theirs: pd.DataFrame | Counts,
    *,
    top: int = 50,
    words: Any | None = None,
    stop_words: Iterable[str] | None = None,
    min_documents: int = 3,
) -> pd.DataFrame:
    """CONTRAST: the terms that tell two sides apart, the most telling first; half of the `top` rows for each side.

    `z` is the log-odds ratio with an informative Dirichlet prior over its standard deviation (Monroe, Colaresi and
    Quinn 2008, "Fightin' Words", Political Analysis 16(4)): above 0 on our side (`side` "ours"), below 0 on theirs
    (what they write and we do not). From |z| ≥ 2 on it is hardly chance. `ours` and `theirs` are the documents of each
    side that hold the term (copies do not vote, as in count_terms), `ours_share` and `theirs_share` their share of
    the side's documents, 0 to 1. A side's total is the sum of these counts over single words, so that long texts on
    one side do not make every term its own. The prior is what both sides write together, two documents added to
    each term, scaled to half the smaller side's total.

    Documents need no date. A term needs `min_documents` on the side it leans to. A shorter term is dropped where a
    longer one of the same side fills at least 70% of its documents. Ties go by term. `words` and `stop_words` as in
    count_terms; a frame beside Counts is cut with the words of those.

    Where a side has nothing to count, z is not defined: an empty frame. `frame.attrs["notes"]` says so, says how
    many rows may be chance, and whether the sides are hard to compare. Raises ChoiceError for `top` or
    `min_documents` below 1, and for `words` or `stop_words` where both sides are Counts.

    >>> def side(name, *titles):
    ...     return pd.DataFrame({"doc_id": [f"{name}{n}" for n in range(len(titles))], "title": titles})
    >>> ours = side("a", "桂花拿铁配松饼", "松饼怎么煎", "松饼和果酱")
    >>> theirs = side("b", "桂花拿铁上新", "拿铁三款", "桂花拿铁的杯子", "松饼")
    >>> contrast(ours, theirs)[["term", "side", "ours", "theirs"]].values.tolist()
    [['松饼', 'ours', 3, 1], ['拿铁', 'theirs', 1, 3]]
    """
    if top < 1 or min_documents < 1:
        raise ChoiceError("top 和 min_documents 都至少为 1。")
    sides = _counted(ours, theirs, words, stop_words)
    terms = text.find_terms(_together(*(side.tokens for side in sides)), support=max(min_documents, 2))
    first = terms.term[terms.document < len(sides[0])]
    size = len(terms.start)
    held = np.stack([np.bincount(first, minlength=size), terms.frequency])
    held[1] -= held[0]
    totals = held[:, terms.length == 1].sum(axis=1)
    if not totals.all():
        return _with_notes(CONTRAST.empty(), [_nothing(*(int(total) for total in totals))])
    kept = _strongest(_table(terms, held, min_documents), top)
    kept["term"] = terms.names(kept["number"], shown=True)
    for name, side in zip(("ours", "theirs"), sides, strict=True):
        kept[f"{name}_share"] = kept[name] / len(side)
    out = check(kept.drop(columns="number").round({"z": 3, "ours_share": 4, "theirs_share": 4}), CONTRAST)
    return _with_notes(out, _notes(out, sides, totals, min_documents))


def _table(terms: text.Terms, held: np.ndarray, min_documents: int) -> pd.DataFrame:
    """The terms that lean to a side and stand often enough on it, with z; `number` is the term's among all."""
    z = _log_odds_z(held[0], held[1], terms.length == 1)
    leading = np.where(z > 0, held[0], held[1])
    # counts in the same proportion differ by rounding only
    chosen = np.flatnonzero((leading >= min_documents) & (np.abs(z) > 1e-9))
    return pd.DataFrame(
        {
            "term": terms.names(chosen),
            "z": z[chosen],
            "side": np.where(z[chosen] > 0, "ours", "theirs"),
            "ours": held[0][chosen],
            "theirs": held[1][chosen],
            "number": chosen,
        }
    )


def _counted(
    ours: pd.DataFrame | Counts, theirs: pd.DataFrame | Counts, words: Any, stop_words: Iterable[str] | None
) -> tuple[Counts, Counts]:
    """Both sides counted with one word list."""
    kept = [side for side in (ours, theirs) if isinstance(side, Counts)]
    if len(kept) == 2 and (words is not None or stop_words is not None):
        raise ChoiceError(
            "两边的词频都已经按各自的词表数好了：请把 words 和 stop_words 交给 count_terms，不要在这里给。"
        )
    if kept and words is None:
        words = kept[0].word_list
    stop = tuple(stop_words or ())
    first, second = (
        side if isinstance(side, Counts) else count_terms(side, words=words, stop_words=stop)
        for side in (ours, theirs)
    )
    return first, second


def _together(ours: text.Tokens, theirs: text.Tokens) -> text.Tokens:
    """The tokens of both sides over one vocabulary, ours first; a stop word of one side is one of both."""
    numbers, words = pd.factorize(np.concatenate([ours.words, theirs.words]))
    mine, yours = numbers[: len(ours.words)], numbers[len(ours.words) :]
    flags = {}
    for name in ("edge", "inner", "term"):
        flag = np.ones(len(words), dtype=bool)
        flag[mine] = getattr(ours, name)
        flag[yours] &= getattr(theirs, name)
        flags[name] = flag
    shown = np.array(words, dtype=object)
    shown[yours] = theirs.shown
    shown[mine] = ours.shown
    return text.Tokens(
        words=np.array(words, dtype=object),
        ids=np.concatenate([mine[ours.ids], yours[theirs.ids]]).astype(np.int32),
        documents=np.concatenate([ours.documents, theirs.documents + ours.texts]).astype(np.int32),
        texts=ours.texts + theirs.texts,
        shown=shown,
        **flags,
    )


def _log_odds_z(ours: np.ndarray, theirs: np.ndarray, single: np.ndarray) -> np.ndarray:
    """z of each term; `single` flags the words, whose counts make up the totals."""
    totals = ours[single].sum(), theirs[single].sum()
    pooled = ours + theirs + BACKGROUND
    weight = PRIOR_WEIGHT * min(totals)
    prior = weight * pooled / pooled[single].sum()
    seen = ours + prior, theirs + prior
    rest = [total + weight - count for total, count in zip(totals, seen, strict=True)]
    # where there is but one word, there is nothing to set it against
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(seen[0] / rest[0]) - np.log(seen[1] / rest[1])
    z: np.ndarray = ratio / np.sqrt(1 / seen[0] + 1 / seen[1])
    return z


def _strongest(table: pd.DataFrame, top: int) -> pd.DataFrame:
    """The strongest rows, half for each side (the odd one for theirs), without what a longer term says."""
    table = table.assign(strength=table["z"].abs().round(9)).sort_values(
        ["strength", "term"], ascending=[False, True]
    )
    parts = []
    for side, share in (("ours", top // 2), ("theirs", top - top // 2)):
        rows = table[table["side"] == side]
        parts.append(rows[~_covered(rows["term"].tolist(), rows[side].tolist(), 10 * share)].head(share))
    both = pd.concat(parts).sort_values(["strength", "term"], ascending=[False, True])
    return both.drop(columns="strength").reset_index(drop=True)


def _covered(names: list[str], documents: list[int], looked_at: int) -> np.ndarray:
    """Whether a longer term among the best `looked_at` stands in nearly all documents of each of them."""
    covered = np.zeros(len(names), dtype=bool)
    best = list(zip(names, documents, strict=True))[:looked_at]
    for place, (name, count) in enumerate(best):
        covered[place] = any(
            name in other and name != other and held >= COVERED * count for other, held in best
        )
    return covered


def _nothing(ours: int, theirs: int) -> str:
    if not ours and not theirs:
        return "两边都没有能计数的词，比不出差异。请检查读入的内容。"
    name = "我们（ours）" if not ours else "同行（theirs）"
    return f"{name}这边没有能计数的词，没有对照，比不出差异。请先读入这一边的内容。"


def _notes(
    table: pd.DataFrame, sides: tuple[Counts, Counts], totals: np.ndarray, min_documents: int
) -> list[str]:
    notes = [note for side in sides for note in side.notes]
    if not sides[0].word_list.equals(sides[1].word_list):
        notes.append("两边是用不同的词表切词的，有些差异可能只是切法不同。请用同一份词表重新计数。")
    length = totals / [len(side) for side in sides]
    if length.max() > 3 * length.min():
        notes.append(
            f"两边内容长短相差很大：我们平均每篇 {length[0]:.0f} 个词，同行 {length[1]:.0f} 个。"
            "差异按各自的总词数折算，不是只看篇数。"
        )
    if table.empty:
        notes.append(f"没有词在它偏向的一边达到 {min_documents} 篇又和另一边不同，样本太少。")
    weak = int((table["z"].abs() < NOTABLE).sum())
    if weak:
        notes.append(f"{weak} 个词的差异不到 2 个标准差，可能只是巧合。")
    return notes


def _with_notes(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    frame.attrs["notes"] = notes
    return frame

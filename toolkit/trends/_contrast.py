"""What one side writes about and the other does not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from toolkit import text
from toolkit.schema import CONTRAST, ChoiceError, check
from toolkit.trends._counts import Counts, count_terms

# The documents that the prior adds to each term. Measured by splitting documents at random, where every difference is
# chance (the sample's posts, and real titles, 400 to 4,400 of them): with two, |z| ≥ 2 in 2 to 5% of the terms that ten
# documents hold. One misses words that one side lacks; three finds planted differences as well and is less exact.
PRIOR_DOCUMENTS = 2.0
# a longer phrase stands for a shorter one that it fills to this share, as in mine_trends
COVERED = 0.7
# two standard deviations: in those random splits chance alone went as far in 0.3 to 1.5% of all terms compared, since
# most are in too few documents to differ so much
NOTABLE = 2.0
CHANCE = 0.01
# from this ratio of words per document on, length alone makes most terms lean to the longer side
LONGER = 3.0


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
    (what they write and we do not). `ours` and `theirs` are the documents of each side that hold the term (copies do
    not vote, as in count_terms), `ours_share` and `theirs_share` their share of the side's documents, 0 to 1.

    What is counted is documents, not words: with y of a side's n documents holding the term, its log-odds are
    ln((y + a) / (n + a0 - y - a)). The prior says that both sides hold the term alike: it adds two documents with it,
    parted by the sides' sizes (a = 2n / (n of both)), and as many without it as its share of all documents asks
    (a0 = a / share). The variance is the sum of 1 / (y + a) and 1 / (n + a0 - y - a) over both sides. So z has the
    sign of the difference of the shares, and changing places changes nothing but the sign. By chance alone |z| ≥ 2 in
    about 1% of the terms compared (2 to 5% of those that ten documents hold), and the rows are the strongest of all:
    a single one near 2 proves little.

    Documents need no date. A term needs `min_documents` on the side it leans to. A shorter term is dropped where a
    longer one of the same side fills at least 70% of its documents. Ties go by term. `words` and `stop_words` as in
    count_terms; a frame beside Counts is cut with the words of those.

    Where a side has nothing to count, z is not defined: an empty frame. `frame.attrs["notes"]` says so, says how
    many rows may be chance, and whether the sides are hard to compare (texts three times as long hold more of every
    word). Raises ChoiceError for `top` or
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
    words_held = held[:, terms.length == 1].sum(axis=1)
    if not words_held.all():
        return _with_notes(CONTRAST.empty(), [_nothing(*(int(count) for count in words_held))])
    table = _table(terms, held, (len(sides[0]), len(sides[1])), min_documents)
    kept = _strongest(table, top)
    kept["term"] = terms.names(kept["number"], shown=True)
    for name, side in zip(("ours", "theirs"), sides, strict=True):
        kept[f"{name}_share"] = kept[name] / len(side)
    out = check(kept.drop(columns="number").round({"z": 3, "ours_share": 4, "theirs_share": 4}), CONTRAST)
    notes = [*_side_notes(sides, words_held), *_chance_notes(out, len(table), min_documents)]
    return _with_notes(out, notes)


def _table(
    terms: text.Terms, held: np.ndarray, documents: tuple[int, int], min_documents: int
) -> pd.DataFrame:
    """The terms that lean to a side and stand often enough on it, with z; `number` is the term's among all."""
    z = _log_odds_z(held[0], held[1], documents)
    leading = np.where(z > 0, held[0], held[1])
    # equal shares differ by rounding only; a term in every document has no odds (z is NaN, and no comparison holds)
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


def _log_odds_z(ours: np.ndarray, theirs: np.ndarray, documents: tuple[int, int]) -> np.ndarray:
    """z of each term from the documents that hold it on each side, and how many documents each side has."""
    total = sum(documents)
    share = (ours + theirs) / total
    holding, without = [], []
    for held, size in zip((ours, theirs), documents, strict=True):
        prior = PRIOR_DOCUMENTS * size / total
        holding.append(held + prior)
        without.append(size - held + prior * (1 - share) / share)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(holding[0] / without[0]) - np.log(holding[1] / without[1])
        z: np.ndarray = ratio / np.sqrt(sum(1 / count for count in (*holding, *without)))
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


def _side_notes(sides: tuple[Counts, Counts], words_held: np.ndarray) -> list[str]:
    """What was left out of a side, and what makes the two hard to compare."""
    notes = [note for side in sides for note in side.notes]
    if not sides[0].word_list.equals(sides[1].word_list):
        notes.append("两边是用不同的词表切词的，有些差异可能只是切法不同。请用同一份词表重新计数。")
    length = words_held / [len(side) for side in sides]
    if length.max() > LONGER * length.min():
        notes.append(
            f"两边内容长短相差很大：我们平均每篇 {length[0]:.0f} 个词，同行 {length[1]:.0f} 个。"
            "差异按篇数算，内容长的一边几乎每个词的篇数都多，不等于更爱写这些。"
        )
    return notes


def _chance_notes(table: pd.DataFrame, compared: int, min_documents: int) -> list[str]:
    """How much of the table may be chance, `compared` terms having been looked at."""
    if table.empty:
        return [f"没有词在它偏向的一边达到 {min_documents} 篇又和另一边不同，样本太少。"]
    notes = []
    weak = int((table["z"].abs() < NOTABLE).sum())
    if weak:
        notes.append(f"{weak} 个词的差异不到 2 个标准差，可能只是巧合。")
    lucky = round(CHANCE * compared)
    if lucky:
        notes.append(f"一共比了 {compared} 个词，只凭巧合也会有 {lucky} 个左右达到 2 个标准差。")
    return notes


def _with_notes(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    frame.attrs["notes"] = notes
    return frame

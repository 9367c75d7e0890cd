"""Rating of KOLs on the three criteria of the field guide (A6), with what each number rests on."""

from __future__ import annotations

from typing import Any

import pandas as pd

from toolkit import schema
from toolkit.campaigns._groups import figure
from toolkit.schema import KOLS, ColumnError

_CRITERIA = ("knowledge", "social", "honours")
_ADVICE = {
    "knowledge": "先请他用一阵产品，把用法和来源讲清楚，再谈合作",
    "social": "先请他带一次小话题，看看会不会接话",
    "honours": "荣誉和报道少，不妨从群里的口碑看起",
}


def rate_kols(kols: pd.DataFrame) -> pd.DataFrame:
    """KOLS in the input's order with `rating` (0 to 5) and `advice`: the plain mean of three criteria (A6).

    The criteria are product knowledge and breadth of sources, social skill, honours or media coverage, 0 to 5 each.
    The mean is the plain one: the guide names no weights, nothing measured would justify some, and a geometric mean
    would rate anybody without a single honour 0. A strong side may hide a weak one in a mean, so each weak criterion
    is named in `advice`. A missing criterion leaves the rating missing, with the reason first in `advice`.
    Further columns stay behind. Empty input gives an empty frame.

    Raises ColumnError where a number is outside 0 to 5.

    >>> rated = rate_kols(pd.DataFrame({"kol": ["甲"], "knowledge": [5], "social": [4], "honours": [0]}))
    >>> float(rated.loc[0, "rating"])
    3.0
    """
    known = schema.check(kols, KOLS)
    top = figure("kol_top")
    for name in _CRITERIA:
        wrong = known[name].notna() & ~known[name].between(0, top)
        if wrong.any():
            place = list(wrong).index(True)
            raise ColumnError(
                f"{KOLS.caption}表第 {place + 1} 行的 {name}（{KOLS.captions[name]}）是 {known[name].iloc[place]:g}，"
                f"要在 0 到 {top:g} 之间。请改好这一格。"
            )
    scores = known[list(_CRITERIA)]
    rating = scores.mean(axis=1).where(scores.notna().all(axis=1))
    rows = zip(*(known[name] for name in (*_CRITERIA, "evidence")), rating, strict=True)
    proofs = known[[f"{name}_evidence" for name in _CRITERIA]].to_dict("records")
    advice = [
        _advice(dict(zip(_CRITERIA, row[:3], strict=True)), str(row[3]), proof, row[4])
        for row, proof in zip(rows, proofs, strict=True)
    ]
    return known.assign(rating=rating, advice=pd.Series(advice, index=known.index, dtype="object"))


def _advice(scores: dict[str, Any], general: str, proof: dict[Any, Any], rating: float) -> list[str]:
    captions = KOLS.captions
    lacking = [captions[name] for name in _CRITERIA if schema.is_missing(scores[name])]
    told = [f"没有评分：缺少{'、'.join(lacking)}。补上再看"] if lacking else []
    weak = [
        name
        for name in _CRITERIA
        if not schema.is_missing(scores[name]) and scores[name] < figure("kol_weak")
    ]
    told += [f"{captions[name]}只有 {scores[name]:g} 分：{_ADVICE[name]}" for name in weak]
    if not general.strip():
        bare = [
            captions[name]
            for name in _CRITERIA
            if not schema.is_missing(scores[name]) and not str(proof[f"{name}_evidence"]).strip()
        ]
        told += [f"{'、'.join(bare)}没有写依据，请写上看到了什么"] if bare else []
    if not lacking and not weak and rating >= figure("kol_good"):
        told.append("三项都不弱，可以先谈一次小合作，再看数字")
    return told

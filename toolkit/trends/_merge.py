"""Sub-phrases that say the same thing folded into one row."""

from __future__ import annotations

import pandas as pd

# a longer phrase replaces a shorter one when it stands in this share of the shorter one's documents
MERGE_SHARE = 0.7

# only this many of the best candidates are compared for merging: far more than anyone reads
MERGE_CANDIDATES = 400


def _merge(table: pd.DataFrame, members: dict[int, set[int]]) -> pd.DataFrame:
    """Best first, with sub-phrases that say the same thing folded into one row (`variants`)."""
    table = table.sort_values(["score", "documents", "term"], ascending=[False, False, True])
    head = table.head(MERGE_CANDIDATES)
    names = head["term"].to_dict()
    rank = {term: place for place, term in enumerate(head.index)}
    into: dict[int, int] = {}
    for long in sorted(names, key=lambda term: (-len(names[term]), rank[term])):
        for short in sorted(names, key=lambda term: (-len(names[term]), rank[term])):
            if short == long or long in into or short in into or names[short] not in names[long]:
                continue
            both, fewer = members[long] & members[short], len(members[short])
            if len(both) >= MERGE_SHARE * fewer:
                into[short] = long
            elif rank[short] < rank[long] or head.at[short, "status"] == head.at[long, "status"]:
                into[long] = short
    variants: dict[int, list[str]] = {}
    for term in sorted(into, key=lambda term: rank[term]):
        root = into[term]
        while root in into:
            root = into[root]
        variants.setdefault(root, []).append(names[term])
    kept = table[~table.index.isin(list(into))].copy()
    kept["variants"] = [variants.get(int(term), []) for term in kept.index]
    return kept

"""Which row is which: the key of a table, what a save changed, and how rows are merged into what is kept."""

from __future__ import annotations

import json
from collections import Counter

import pandas as pd

from toolkit.schema import StoreError
from toolkit.store._values import Content, encode

# columns that tell the rows of one thing apart: its days, its measurements, its ranks
_WITH_KEY = frozenset({"date", "measured_at", "starts", "rank"})


def default_key(names: list[str]) -> list[str]:
    """The columns that name a row where nothing else is said: the first, with those that tell its days apart."""
    return [name for place, name in enumerate(names) if place == 0 or name in _WITH_KEY]


def count_changes(old: Content | None, new: Content) -> tuple[int, int, int]:
    """How many rows were added, removed and changed.

    Rows are matched by `default_key` where both contents have its columns and no value of it twice; else by
    the whole row, and then none is changed. The order of rows and columns is no change, nor is a type whose
    values stay the same.
    """
    if old is None:
        return new.rows, 0, 0
    key = default_key(old.names)
    if key and key == default_key(new.names):
        places = {text: place for place, text in enumerate(old.row_texts(key))}
        texts = new.row_texts(key)
        if len(places) == old.rows and len(set(texts)) == new.rows:
            pairs = [(places[text], place) for place, text in enumerate(texts) if text in places]
            return new.rows - len(pairs), old.rows - len(pairs), _count_unequal(old, new, pairs)
    left, right = (Counter(content.row_texts(sorted(content.names))) for content in (old, new))
    return (right - left).total(), (left - right).total(), 0


def _count_unequal(old: Content, new: Content, pairs: list[tuple[int, int]]) -> int:
    """How many of these pairs of rows differ; where the columns are not the same ones, all do."""
    if set(old.names) != set(new.names):
        return len(pairs)
    before, after = (dict(zip(content.names, content.values, strict=True)) for content in (old, new))
    unequal: set[int] = set()
    for name, left in before.items():
        right = after[name]
        # as texts too: NaN is not equal to itself
        unequal |= {
            j for i, j in pairs if left[i] != right[j] and json.dumps(left[i]) != json.dumps(right[j])
        }
    return len(unequal)


def merge(held: pd.DataFrame, new: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """What is held with the new rows in it: known keys replaced in their place, others appended in order.

    Without a key it is `default_key`, or the whole row where that has a value twice. A column that only one
    side has is missing in the other's rows; a known row keeps its values in columns that the new one lacks.
    Types become what pandas makes of both.
    """
    new, size = new.reset_index(drop=True), len(held)
    both = pd.concat([held, new], ignore_index=True)
    columns = key or default_key(list(held.columns))
    if lost := [name for name in columns if name not in held or name not in new]:
        raise StoreError(f"合并要用的键列 {'、'.join(lost)} 不是两边都有。请用 key= 指定两边都有的列。")
    texts = _key_texts(both, size, columns, given=bool(key))
    place = {text: number for number, text in enumerate(texts[:size])}
    take = list(range(size))
    for number, text in enumerate(texts[size:], size):
        if text in place:
            take[place[text]] = number
        else:
            place[text] = len(take)
            take.append(number)

    def column(name: str) -> pd.Series:
        if name not in held:
            return new[name].reindex([number - size for number in take])  # a negative label: missing
        if name not in new:
            return held[name].reindex([*range(size), *take[size:]])
        return both[name].take(take)

    return pd.DataFrame({name: column(name).reset_index(drop=True) for name in both.columns})


def _key_texts(both: pd.DataFrame, size: int, key: list[str], *, given: bool) -> list[str]:
    texts = encode(both[key]).row_texts(key)
    for part in (texts[:size], texts[size:]):
        again = next((text for text, times in Counter(part).items() if times > 1), None)
        if again is not None and given:
            raise StoreError(
                f"键列 {'、'.join(key)} 里有重复的值（如 {again}），分不清是哪一行。请先去重，或换一个 key。"
            )
        if again is not None:
            return encode(both).row_texts(list(both.columns))
    return texts

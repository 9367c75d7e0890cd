"""The sides a topic is judged by, and the weights an editor gives them (lexicon `topic-parts`)."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit import lexicons
from toolkit.schema import ChoiceError, ColumnError

# a share of zero as a part: exp(-1000) is exactly 0 and, unlike minus infinity, survives a workbook and a chart
ZERO = -1000.0
# what stands on top of every list of ranked topics
RANK_SENTENCE = "排序是编辑的权重，不是预测。"


@dataclass(frozen=True)
class Part:
    """One side of a topic: where it counts in full (`full`), the least it can be (`floor`; 0 rules a topic out)."""

    name: str
    caption: str
    weight: float
    full: float
    floor: float
    front: bool
    measure: str

    def share(self, value: float) -> float:
        """A value between 0 and `full` as a share between the floor and 1.

        >>> part_of("own").share(7), part_of("own").share(90)
        (0.25, 1.0)
        """
        return min(1.0, max(self.floor, value / self.full))

    def amount(self, count: float) -> float:
        """A count as a share on a logarithmic scale: the tenth document says less than the first.

        >>> round(part_of("known").amount(9), 3), part_of("known").amount(1000)
        (0.499, 1.0)
        """
        return min(1.0, max(self.floor, math.log1p(count) / math.log1p(self.full)))

    def mixed(self, value: float) -> float:
        """The same as `share`, but rising from the floor at once: for cues that most topics have few of.

        >>> part_of("pain").mixed(0), part_of("pain").mixed(0.25), part_of("pain").mixed(1)
        (0.5, 0.75, 1.0)
        """
        return self.floor + (1 - self.floor) * min(1.0, value / self.full)


@functools.cache
def _parts() -> dict[str, Part]:
    return {
        row["part"]: Part(
            row["part"],
            row["caption"],
            float(row["weight"]),
            float(row["full"]),
            float(row["floor"]),
            row["front"] == "1",
            row["measure"],
        )
        for row in lexicons.rows("topic-parts")
    }


def part_of(name: str) -> Part:
    """One row of the lexicon `topic-parts`."""
    return _parts()[name]


# name to caption and to how it is measured, as an editor reads it
PARTS: dict[str, tuple[str, str]] = {part.name: (part.caption, part.measure) for part in _parts().values()}


def topic_parts(weights: Any | None = None) -> pd.DataFrame:
    """The sides a topic is judged by, in order: part (the column's name), caption, weight, share, default, floor,
    measure, source, certainty (实测: set on data; 经验: an editor's opening choice).

    `weight` is the one in use under `weights` (as `rank_topics` takes them), `share` what of all weights it is. The
    frame can be changed, saved and given back to `rank_topics(weights=)`.

    Raises ChoiceError for unknown or unusable weights.

    >>> topic_parts({"heat": 6})[["part", "caption", "weight", "default"]].head(1).values.tolist()
    [['part_heat', '热度与新鲜', 6.0, 3.0]]
    """
    chosen = read_weights(weights)
    total = sum(chosen.values())
    rows = lexicons.table("topic-parts")
    frame = rows[["part", "caption"]].assign(
        part="part_" + rows["part"],
        weight=[chosen[name] for name in rows["part"]],
        share=[chosen[name] / total for name in rows["part"]],
        default=rows["weight"].astype("float64"),
        floor=rows["floor"].astype("float64"),
    )
    return frame.assign(measure=rows["measure"], source=rows["source"], certainty=rows["certainty"])


def read_weights(weights: Any | None) -> dict[str, float]:
    """A weight for every part: those given, by name, column or caption, over the defaults of the lexicon.

    `weights` is a mapping or a frame with the columns part and weight (or 项目 and 权重). Raises ChoiceError for an
    unknown name, a value that is no number or negative, and where none is above zero; ColumnError for a frame without
    those columns.

    >>> read_weights({"part_heat": 5, "对群": 0})["heat"]
    5.0
    """
    given = _pairs(weights)
    known = {
        **{part.caption: part.name for part in _parts().values()},
        **{name: name for name in _parts()},
        **{f"part_{name}": name for name in _parts()},
    }
    unknown = [name for name in given if name not in known]
    if unknown:
        listed = "、".join(f"{part.name}（{part.caption}）" for part in _parts().values())
        raise ChoiceError(f"不认识的权重 {'、'.join(map(str, unknown))}。可以设的是：{listed}。")
    merged = {part.name: part.weight for part in _parts().values()}
    for name, value in given.items():
        merged[known[name]] = _number(name, value)
    if not sum(merged.values()):
        raise ChoiceError("权重不能全是 0。请至少给一项大于 0 的权重。")
    return merged


def _pairs(weights: Any | None) -> dict[Any, Any]:
    if weights is None:
        return {}
    if isinstance(weights, Mapping):
        return dict(weights)
    if isinstance(weights, pd.DataFrame):
        frame = weights.rename(columns={"项目": "part", "权重": "weight"})
        missing = tuple(name for name in ("part", "weight") if name not in frame)
        if missing:
            raise ColumnError(
                f"权重表缺少列 {'、'.join(missing)}。要有 part（项目）和 weight（权重）两列，每行一项。",
                missing=missing,
                present=tuple(map(str, weights.columns)),
            )
        return dict(zip(frame["part"], frame["weight"], strict=True))
    raise ChoiceError('weights 要写成 {"heat": 3, "fit": 2} 这样，或给有 part 和 weight 两列的表。')


def _number(name: Any, value: Any) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number) or number < 0:
        raise ChoiceError(f"权重 {name} 要是 0 或更大的数，不能是负数（现在是 {value!r}）。")
    return number


def weighted_logs(
    shares: Mapping[str, Sequence[float]], weights: Mapping[str, float]
) -> dict[str, list[float]]:
    """Each part's column: its weight's share of all weights times the logarithm of the topic's share, `ZERO` for none.

    >>> found = weighted_logs({"heat": [1.0, 0.5, 0.0], "fit": [1.0, 1.0, 1.0]}, {"heat": 1.0, "fit": 1.0})
    >>> [round(value, 3) for value in found["heat"]], found["fit"]
    ([0.0, -0.347, -1000.0], [0.0, 0.0, 0.0])
    """
    total = sum(weights.values())
    return {name: [_log(share, weights[name] / total) for share in values] for name, values in shares.items()}


def _log(share: float, weight: float) -> float:
    if weight == 0 or share == 1:
        return 0.0
    return weight * math.log(share) if share > 0 else ZERO

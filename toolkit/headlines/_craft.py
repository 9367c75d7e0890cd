"""The craft score: a rubric an editor can argue with (写法检查，不是预测), read from `corpora/lexicons/headline-*.csv`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit import compliance, lexicons
from toolkit.headlines._advice import read_once, sentences
from toolkit.headlines._inputs import texts_of, wanted_for
from toolkit.headlines._preview import shown_of
from toolkit.headlines._rubric import Reading, maxima, points
from toolkit.schema import ChoiceError

NO_MODEL = "还没有用本账号的历史学过，暂无胜出机会"


def explain_parts() -> pd.DataFrame:
    """The craft rubric for showing: part (the column's name), caption, max, rewards, evidence and source, in order.

    The maxima add up to 100. Evidence is 实测 where a part goes with reads on two of three sites and against them on
    none (`benchmarks/headlines.py`, part `craft`), else 经验: editors' convention; `source` has the figures.

    - part_length (20): width in the platform's recommended range; less in proportion outside, 0 above its limit.
    - part_specific (20): a number 8, a time 4, a place 4, things one can name 2, 4 or 6.
    - part_benefit (15): how-to 8, saving, ease or a result 5 each, something that happened 3.
    - part_hook (15): a question 7, a reader's trouble, a list or a contrast 5, an open detail or a story 4.
    - part_audience (10): people called by name 6, the reader addressed 4, the audience's own words 6.
    - part_keyword (10): a trending term at the front 10, in the visible part 8, later 5; without `trends` how much of
      the words' width content words fill (up to 5; a bare pile of nouns 2) and whether one stands at the front (5);
      at most 5 of it when none of the terms is there. A word of `brand` 3.
    - part_clarity (10): less for shouting, piled-up marks, clutter, officialese, vague openings, clickbait, and for a
      number that the body (`bodies`, as many as headlines) does not hold.

    >>> explain_parts()[["part", "caption", "max"]].head(2).values.tolist()
    [['part_length', '长短', 20], ['part_specific', '具体', 20]]
    """
    frame = lexicons.table("headline-parts")
    return frame.assign(part="part_" + frame["part"], max=frame["max"].astype("Int64"))


def score_headlines(
    headlines: Any,
    *,
    platform: str = "wechat",
    purpose: str = "promotion",
    trends: pd.DataFrame | Sequence[str] | None = None,
    audience: Any | None = None,
    model: Any | None = None,
    rules: pd.DataFrame | tuple[Any, ...] | None = None,
    verdicts: pd.DataFrame | compliance.Lessons | None = None,
    brand: Sequence[str] | str | None = None,
    bodies: Sequence[str] | None = None,
) -> pd.DataFrame:
    """HEADLINES in the input's order, with `part_*` (points) after `craft` that add up to it exactly.

    `headlines` is a list of texts, one text, a Series, or a frame with a column headline or title. No headlines
    give an empty frame with the same columns. Missing values count as blank; a headline without letters or digits
    scores 0. What each part gives is told by `explain_parts`.

    Nearly all of it is convention (经验, see explain_parts), a check of craft and no forecast. `clickbait` is 1 − Π(1 − weight) over the
    clickbait kinds found and a finding of that category (0.5). `gate` and `findings` are those of `check_copy`.
    `advice` is best first: what must be changed, then edits with the score the rubric would give for them
    (`advise_headline` has them as a table). `width` is in half-width units; `visible` is what the platform's list
    shows.

    `trends` is a TRENDS frame or a list of terms; `audience` a GROUPS row or a theme. `model` is a fitted
    HeadlineModel: where its `skill_.shown` says so, chance, chance_low and chance_high are filled in; else they are
    missing and `attrs["chance"]` says why. `rules` are an editor's own (COPY_RULES) and `verdicts` what editors have
    said of findings (VERDICTS), as `check_copy` takes them; `own_rules` and `lessons_of` make them ready once for
    many calls.

    Raises ChoiceError for what are no texts (None, bytes, mappings, nested lists), for another model and for an
    unknown platform or purpose; ColumnError for a frame without headlines, for bodies that are not as many as the
    headlines, and for rules and verdicts that cannot be used.

    >>> scored = score_headlines(["大闸蟹怎么挑？看准这3处，今晚就能蒸"])
    >>> scored[["craft", "gate", "width"]].values.tolist()
    [[81.0, 'pass', 35]]
    """
    check_model(model)
    wanted = wanted_for(platform, purpose, trends, audience, rules, verdicts, brand)
    texts = texts_of(headlines)
    seen = read_once(texts, wanted, bodies)
    chances, why = _chances(texts, model)
    frame = _frame(
        texts,
        parts=[points(reading) for _, reading, _ in seen],
        gates=[compliance.gate(found) for _, _, found in seen],
        findings=[len(found) for _, _, found in seen],
        chances=chances,
        readings=[reading for _, reading, _ in seen],
        visible=[shown_of(text, wanted.platform) for text in texts],
        advice=[sentences(reading, found, wanted) for _, reading, found in seen],
    )
    frame.attrs["chance"] = why
    return frame


def check_model(model: Any) -> None:
    """Raise ChoiceError for what is neither None nor a fitted model of headlines."""
    if model is None or (callable(getattr(model, "chances", None)) and hasattr(model, "skill_")):
        return
    raise ChoiceError(
        f"model 要一个学过本账号历史的 HeadlineModel（现在是 {type(model).__name__}）。"
        "请先用 HeadlineModel().fit(历史) 得到它，或者去掉 model=，写法分和合规照常给出。"
    )


def _chances(texts: list[str], model: Any) -> tuple[np.ndarray, str]:
    """Chance, low and high of each text, missing where the model may not show them, and why they are missing."""
    if model is None:
        return np.full((len(texts), 3), np.nan), NO_MODEL
    if not model.skill_.shown or not texts:
        return np.full((len(texts), 3), np.nan), "" if model.skill_.shown else str(model.skill_.reason)
    chances = np.array(model.chances(texts), dtype=np.float64).reshape(len(texts), 3)
    chances[[not any(map(str.isalnum, text)) for text in texts]] = np.nan
    return chances, ""


def _frame(
    texts: list[str],
    *,
    parts: list[dict[str, int]],
    gates: list[str],
    findings: list[int],
    chances: np.ndarray,
    readings: list[Reading],
    visible: list[str],
    advice: list[list[str]],
) -> pd.DataFrame:
    """The frame in its contract's dtypes from the start: `check` would take longer than all the scoring of one line."""
    listed = np.empty(len(texts), dtype=object)
    listed[:] = [*advice]
    points_of = {
        f"part_{part}": np.array([found[part] for found in parts], dtype=np.float64) for part in maxima()
    }
    return pd.DataFrame(
        {
            "headline": _texts(texts),
            "craft": np.array([sum(found.values()) for found in parts], dtype=np.float64),
            **points_of,
            "gate": _texts(gates),
            "findings": pd.array(findings, dtype="Int64"),
            "chance": chances[:, 0],
            "chance_low": chances[:, 1],
            "chance_high": chances[:, 2],
            "clickbait": np.array([reading.clickbait for reading in readings], dtype=np.float64),
            "width": pd.array([reading.width for reading in readings], dtype="Int64"),
            "visible": _texts(visible),
            "advice": listed,
        },
        copy=False,
    )


def _texts(values: list[str]) -> Any:
    return pd.array(np.array(values, dtype=object), dtype="str")

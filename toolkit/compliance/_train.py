"""The second look's model, fitted from the sentences in the lexicons; `python -m toolkit.compliance` writes it anew."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from toolkit import lexicons
from toolkit.compliance._forms import forms_of
from toolkit.compliance._second_look import Features, Learned, Model, features_of, score_of

PURPOSES = ("promotion", "editorial")
# The share of lawful sentences by other hands that is left alone. A tenth of those that sell may be asked about; what
# informs is asked about less, since real titles of news and talk are asked about twice as often as our own sentences.
LEFT_ALONE = {"promotion": 0.9, "editorial": 0.94}
# what is known of rarer scores, for texts of many passages
_RARER = (0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.993, 0.995, 0.997, 0.998, 0.999)
# how many features of a kind are kept, best first by chi-squared; the strength of the penalty (scikit-learn's C)
MOST_FEATURES = 15_000
STRENGTH = 0.2
_DIGITS = 4
RULES_OWN = "rules"


def shipped_sentences() -> list[dict[str, str]]:
    """The sentences of the lexicon, and with the hand `RULES_OWN` the rules' examples, counter-examples and cases."""
    own = [
        {"text": text, "label": label, "category": row["category"], "purpose": purpose, "hand": RULES_OWN}
        for row in lexicons.rows("ad-rules")
        for purpose in [PURPOSES[row["scope"] == "any"]]
        for label, column in (("unlawful", "examples"), ("lawful", "counter_examples"))
        if label == "lawful" or row["severity"] != "info"
        for text in row[column].split(";")
    ]
    return [*lexicons.rows("second-look"), *own, *_cases()]


def _cases() -> list[dict[str, str]]:
    """The cases that the gate is held to: what has once been judged is learned too."""
    path = lexicons.corpora_folder() / "cases" / "compliance.jsonl"
    cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        {
            "text": case["text"],
            "label": "lawful" if case["expect"] == "pass" else "unlawful",
            "category": "",
            "purpose": case["purpose"],
            "hand": RULES_OWN,
        }
        for case in cases
    ]


def fit(sentences: Sequence[Mapping[str, str]]) -> Model:
    """The model of these sentences; `bars` come from sentences of hands that the scoring model has not seen.

    Each sentence has text, label (lawful / unlawful), category, purpose and hand (who wrote it). The same sentences
    give the same model. Raises ValueError where a purpose lacks one of the labels.
    """
    read = [features_of(plain(row["text"])) for row in sentences]
    scores = foreign_scores(sentences, read)
    model = _fitted(sentences, read)
    return Model(model.features, model.base, {name: _bars(sentences, scores, name) for name in PURPOSES})


def foreign_scores(sentences: Sequence[Mapping[str, str]], read: Sequence[Features]) -> np.ndarray:
    """Each sentence's score by a model that has seen no sentence of the same hand; missing for the rules' own."""
    scores = np.full(len(sentences), np.nan)
    for hand in sorted({row["hand"] for row in sentences} - {RULES_OWN}):
        others = [place for place, row in enumerate(sentences) if row["hand"] != hand]
        partial = _fitted([sentences[place] for place in others], [read[place] for place in others])
        for place, row in enumerate(sentences):
            if row["hand"] == hand:
                scores[place] = score_of(read[place], purpose=row["purpose"], model=partial)
    return scores


def plain(text: str) -> str:
    """The form of a text that the model reads."""
    return forms_of(text)[-1].value


def _bars(
    sentences: Sequence[Mapping[str, str]], scores: np.ndarray, purpose: str
) -> tuple[tuple[float, float], ...]:
    """For each share the score that so many of the lawful sentences stay under."""
    lawful = [
        score
        for row, score in zip(sentences, scores, strict=True)
        if row["label"] == "lawful" and row["purpose"] == purpose and row["hand"] != RULES_OWN
    ]
    return tuple((share, float(np.quantile(lawful, share))) for share in (LEFT_ALONE[purpose], *_RARER))


def _fitted(sentences: Sequence[Mapping[str, str]], read: Sequence[Features]) -> Model:
    """The linear model without bars: each feature has a weight for all texts and one more for its purpose."""
    from sklearn.linear_model import LogisticRegression

    unlawful = np.array([row["label"] == "unlawful" for row in sentences])
    promotion = np.array([row["purpose"] == "promotion" for row in sentences], dtype=float)
    blocks, names, idf = [], [], []
    for kind in zip(*read, strict=True):
        block, known, its = _block(kind, unlawful)
        blocks.append(block)
        names += known
        idf += its
    matrix = sp.hstack(blocks).tocsr()
    wide = sp.hstack(
        [matrix, sp.diags(promotion) @ matrix, sp.diags(1 - promotion) @ matrix, promotion[:, None]]
    ).tocsr()
    linear = LogisticRegression(C=STRENGTH, max_iter=5_000, tol=1e-6).fit(wide, unlawful)
    weights, count = linear.coef_[0], len(names)
    shared, own = weights[:count], (weights[count : 2 * count], weights[2 * count : 3 * count])
    kinds = _kinds(matrix, [row["category"] for row in sentences], unlawful)
    features = {
        name: Learned(
            round(idf[place], _DIGITS),
            {
                purpose: round(float(shared[place] + own[which][place]), _DIGITS)
                for which, purpose in enumerate(PURPOSES)
            },
            kinds[place],
        )
        for place, name in enumerate(names)
    }
    base = float(linear.intercept_[0])
    return Model(features, {"promotion": base + float(weights[-1]), "editorial": base}, {})


def _block(texts: Sequence[list[str]], unlawful: np.ndarray) -> tuple[sp.csr_matrix, list[str], list[float]]:
    """The values of one kind of features, as `_second_look._values` makes them, their names and their idf."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.feature_selection import SelectKBest, chi2

    counted = TfidfVectorizer(analyzer=list, sublinear_tf=True, norm=None, min_df=2)
    matrix = counted.fit_transform(texts)
    best = SelectKBest(chi2, k=min(MOST_FEATURES, matrix.shape[1])).fit(matrix, unlawful).get_support()
    matrix = matrix[:, best]
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scaled = sp.diags(1 / np.sqrt(np.where(length > 0, length, 1))) @ matrix
    return scaled.tocsr(), counted.get_feature_names_out()[best].tolist(), counted.idf_[best].tolist()


def _kinds(matrix: sp.csr_matrix, categories: Sequence[str], unlawful: np.ndarray) -> list[str]:
    """For each feature the kind of offence whose sentences hold the most of it, sentence for sentence."""
    kinds = sorted({kind for kind, bad in zip(categories, unlawful, strict=True) if bad and kind})
    of = np.array(categories)
    shares = np.vstack([np.asarray(matrix[unlawful & (of == kind)].mean(axis=0)).ravel() for kind in kinds])
    return [kinds[place] for place in shares.argmax(axis=0)]


def write(model: Model, folder: Path) -> None:
    """The model as two plain tables in the folder of the lexicons."""
    _write(
        folder / "second-look-weights.csv",
        ("feature", "idf", *PURPOSES, "category"),
        [
            (name, one.idf, *(one.weight[purpose] for purpose in PURPOSES), one.category)
            for name, one in sorted(model.features.items())
        ],
    )
    lines: list[tuple[Any, ...]] = []
    for purpose in PURPOSES:
        lines.append((purpose, "base", round(model.base[purpose], _DIGITS)))
        lines += [(purpose, share, round(score, _DIGITS)) for share, score in model.bars[purpose]]
    _write(folder / "second-look-bars.csv", ("purpose", "share", "score"), lines)


def _write(path: Path, header: Sequence[str], lines: Sequence[Sequence[Any]]) -> None:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(header)
    table.writerows(lines)
    path.write_text(out.getvalue(), encoding="utf-8")


def main() -> None:
    """Fit the model on the sentences in the lexicons and write it beside them."""
    sentences = shipped_sentences()
    write(fit(sentences), lexicons.corpora_folder() / "lexicons")
    print(f"用 {len(sentences)} 句例句重新拟合了“请人看一眼”。")

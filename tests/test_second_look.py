"""The second tier: its sentences, the fitted numbers, what is shown of a text and what is left alone."""

from __future__ import annotations

import collections
import csv
import math
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import roc_auc_score

from toolkit import lexicons
from toolkit.compliance import _second_look as second_look
from toolkit.compliance import _train as train
from toolkit.compliance import check_copy, find, gate
from toolkit.compliance._forms import forms_of
from toolkit.compliance._second_look import Learned, Model, features_of, look, score_of

SENTENCES = lexicons.rows("second-look")


# ---- the sentences


def test_the_sentences_are_well_formed() -> None:
    assert len(SENTENCES) >= 2_000
    texts = [row["text"] for row in SENTENCES]
    assert len(set(texts)) == len(texts) and all(text.strip() == text for text in texts)
    assert {row["label"] for row in SENTENCES} == {"lawful", "unlawful"}
    assert {row["purpose"] for row in SENTENCES} == {"promotion", "editorial"}
    assert {row["category"] for row in SENTENCES} <= set(second_look.categories()) | {"none"}
    assert all(row["category"] != "none" for row in SENTENCES if row["label"] == "unlawful")
    assert train.RULES_OWN not in {row["hand"] for row in SENTENCES}


def test_selling_is_no_offence_in_the_sentences() -> None:
    """At least half of the lawful ones sell, and some unlawful ones are in an editorial tone."""
    count = collections.Counter((row["label"], row["purpose"]) for row in SENTENCES)
    assert count["lawful", "promotion"] >= count["lawful", "editorial"]
    assert count["unlawful", "editorial"] >= 500
    assert len({row["trade"] for row in SENTENCES}) >= 100


def test_pairs_differ_in_their_label() -> None:
    pairs = collections.defaultdict(set)
    for row in SENTENCES:
        if row["pair"]:
            pairs[row["hand"], row["pair"]].add(row["label"])
    assert len(pairs) >= 1_000
    alone = sum(1 for labels in pairs.values() if len(labels) == 1)
    assert alone <= len(pairs) * 0.05


# ---- the model


def test_scores_are_those_of_scikit_learn() -> None:
    few = train.shipped_sentences()[::12]
    read = [features_of(train.plain(row["text"])) for row in few]
    model = train._fitted(few, read)
    names = list(model.features)
    blocks = []
    for prefix, kind in zip("cwk", zip(*read, strict=True), strict=True):
        known = [name for name in names if name.startswith(f"{prefix}:")]
        counted = TfidfVectorizer(analyzer=list, sublinear_tf=True, norm=None, vocabulary=known).fit(kind)
        counted.idf_ = np.array([model.features[name].idf for name in known])
        values = counted.transform(kind)
        length = np.sqrt(np.asarray(values.multiply(values).sum(axis=1)).ravel())
        blocks.append(sp.diags(1 / np.sqrt(np.where(length > 0, length, 1))) @ values)
    matrix = sp.hstack(blocks).tocsr()
    order = [name for prefix in "cwk" for name in names if name.startswith(f"{prefix}:")]
    for purpose in train.PURPOSES:
        weights = np.array([model.features[name].weight[purpose] for name in order])
        wanted = matrix @ weights + model.base[purpose]
        got = [score_of(features, purpose=purpose, model=model) for features in read]
        np.testing.assert_allclose(got, wanted, atol=1e-9)


def test_the_shipped_numbers_are_fitted_from_the_shipped_sentences() -> None:
    rows = train.shipped_sentences()
    fitted = train._fitted(rows, [features_of(train.plain(row["text"])) for row in rows])
    shipped = second_look.shipped()
    assert set(fitted.features) == set(shipped.features)
    for purpose in train.PURPOSES:
        assert math.isclose(fitted.base[purpose], shipped.base[purpose], abs_tol=0.02)
        gaps = [
            abs(fitted.features[name].weight[purpose] - one.weight[purpose])
            for name, one in shipped.features.items()
        ]
        assert max(gaps) < 0.02
    assert [one.category for one in fitted.features.values()] == [
        shipped.features[name].category for name in fitted.features
    ]


def test_one_command_writes_the_model_anew(tmp_path: Path) -> None:
    few = train.shipped_sentences()[::60]
    model = train.fit(few)
    train.write(model, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "second-look-bars.csv",
        "second-look-weights.csv",
    ]
    with (tmp_path / "second-look-weights.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["feature"]: row for row in csv.DictReader(file)}
    assert set(rows) == set(model.features)
    name, learned = max(model.features.items(), key=lambda pair: abs(pair[1].weight["promotion"]))
    assert float(rows[name]["promotion"]) == learned.weight["promotion"]
    again = train.fit(few)
    assert again == model


def test_it_has_not_learned_that_selling_is_unlawful() -> None:
    """Among lawful sentences the score hardly tells which ones sell, and of those that sell few are asked about."""
    rows = [row for row in SENTENCES[::4] if row["label"] == "lawful"]
    model = second_look.shipped()
    scores = [
        score_of(features_of(train.plain(row["text"])), purpose="promotion", model=model) for row in rows
    ]
    sells = [row["purpose"] == "promotion" for row in rows]
    assert 0.3 < roc_auc_score(sells, scores) < 0.7


def test_the_bar_rises_with_the_number_of_passages() -> None:
    model = second_look.shipped()
    bars = [model.bar("promotion", passages) for passages in (1, 2, 10, 1_000, 100_000)]
    assert bars == sorted(bars) and bars[0] < bars[2]
    assert {purpose: bars[0][0] for purpose, bars in model.bars.items()} == train.LEFT_ALONE


# ---- what is shown


def toy(**weights: float) -> Model:
    """A model that knows these characters only and is silent below a score of 1."""
    features = {
        f"c:{name}": Learned(1.0, dict.fromkeys(train.PURPOSES, weight), "medical")
        for name, weight in weights.items()
    }
    return Model(
        features,
        dict.fromkeys(train.PURPOSES, 0.0),
        dict.fromkeys(train.PURPOSES, ((0.9, 1.0), (0.99, 3.0))),
    )


def looked(text: str, model: Model, purpose: str = "promotion") -> list[tuple[int, int, str]]:
    found = look(text, forms_of(text)[-1], find(text, purpose=purpose), purpose=purpose, model=model)
    return [(one.start, one.end, one.text) for one in found]


def test_a_suspicious_passage_is_shown_by_its_strongest_clause() -> None:
    text = "今天的黄桃到了，囍字糖也到了，欢迎来看"
    assert looked(text, toy(囍=9.0)) == [(8, 14, "囍字糖也到了")]
    assert looked(text, toy(囍=0.5)) == []


def test_a_finding_says_what_it_may_be_and_what_to_write() -> None:
    text = "今天的囍字糖到了"
    (one,) = look(text, forms_of(text)[-1], [], purpose="promotion", model=toy(囍=9.0))
    assert (one.rule_id, one.category, one.severity) == ("second_look", "second_look", "info")
    assert one.why == (
        "没有规则说它不行，但整句读起来像「医疗」：可能在说治病、疗效，或借病人的话作保证。请人看一眼再发。"
    )
    assert one.clause == "广告法第十六条、第十七条"
    assert one.suggestion == second_look.categories()["medical"]["suggestion"]


def test_a_passage_that_a_rule_settled_is_left_alone() -> None:
    assert looked("全城最低价的囍字糖", toy(囍=9.0)) == []


def test_what_a_context_excused_has_to_read_worse() -> None:
    text = "曝光：全城最低价的囍字糖是骗局"
    plain, worse = toy(囍=2.0), toy(囍=9.0)
    assert looked("曝光：街角的囍字糖是骗局", plain) == [(3, 12, "街角的囍字糖是骗局")]
    assert looked(text, plain) == []
    assert looked(text, worse) == [(3, 15, "全城最低价的囍字糖是骗局")]


@pytest.mark.parametrize("text", ["", "囍", "囍😀😀", "囍 abc 123", "\x00囍\x07", "。。。！？\n\n"])
def test_next_to_nothing_is_not_asked_about(text: str) -> None:
    assert looked(text, toy(囍=9.0)) == []


def test_a_long_text_is_read_passage_by_passage() -> None:
    plain = "今天的黄桃到了，欢迎大家来看看，店里一直有人。" * 4
    text = plain + "\n这里有囍字糖卖，走过路过看一看，明天就没有了。\n" + plain
    found = looked(text, toy(囍=20.0))
    assert [(start, text[start:end]) for start, end, _ in found] == [(text.index("这里"), "这里有囍字糖卖")]


def test_places_of_a_disguised_passage_are_of_the_original() -> None:
    text = "今天\u200b的囍\u200b字糖到了"
    assert looked(text, toy(囍=9.0)) == [(0, len(text), text)]


def test_the_gate_of_a_second_look_warns() -> None:
    texts = [row["text"] for row in SENTENCES if row["label"] == "unlawful" and row["purpose"] == "promotion"]
    asked = [text for text in texts[:300] if set(check_copy(text)["category"]) == {"second_look"}]
    assert len(asked) > 60
    assert {gate(check_copy(text)) for text in asked} == {"warn"}

"""What makes a key press quick gives the same as without it: what is remembered, shared, and weighed alone."""

from typing import Any

import pandas as pd

import toolkit as tk
from toolkit.compliance import _check
from toolkit.headlines import _advice
from toolkit.headlines._design import Design
from toolkit.widgets._headline_read import records


def test_what_is_remembered_of_a_title_is_what_would_be_found_anew() -> None:
    title = "震惊！国家级石榴今晚全城最低价"
    rule = tk.check_copy(title)["rule_id"].iloc[-1]
    judged = tk.judge_copy(title, verdict="wrong", rule_id=rule)
    own = pd.DataFrame({"pattern": ["石榴"], "examples": ["今晚石榴"]})
    ways: list[dict[str, Any]] = [
        {},
        {"purpose": "editorial"},
        {"platform": "xiaohongshu"},
        {"rules": own},
        {"verdicts": judged},
        {"rules": own, "verdicts": judged},
    ]
    kept = (_check._remembered, _advice._edits, _advice._read_one)

    def asked(way: dict[str, Any], *, anew: bool) -> str:
        if anew:
            for one in kept:
                one.cache_clear()
        verbs = (tk.check_copy, tk.score_headlines, tk.advise_headline)
        return repr([verb(title, **way).to_dict("records") for verb in verbs])

    fresh = [asked(way, anew=True) for way in ways]
    assert [asked(way, anew=False) for _ in range(2) for way in ways] == fresh * 2
    assert len(set(fresh)) == len(ways)


def test_what_a_caller_does_with_findings_and_advice_stays_with_the_caller() -> None:
    title = "全城最低价的石榴"
    found, advised = _check.find(title), tk.score_headlines(title)["advice"].iloc[0]
    before = (list(found), list(advised))
    found.clear()
    advised.clear()
    assert (_check.find(title), tk.score_headlines(title)["advice"].iloc[0]) == before


def test_rows_are_what_to_dict_makes_of_them() -> None:
    for text in ("", "震惊！全城最低价的石榴", "石榴怎么挑"):
        for frame in (tk.check_copy(text), tk.score_headlines(text), tk.advise_headline(text)):
            assert repr(records(frame)) == repr(frame.to_dict("records"))


def test_one_title_weighs_the_same_alone_and_among_others() -> None:
    titles = ["石榴怎么挑", "石榴石榴石榴怎么剥", "", "today 3 石榴", "没见过的字：龘龘"]
    design, _ = Design.learned(["石榴怎么挑选", "今晚石榴到货", "石榴 3 斤 today"] * 3, pd.DataFrame())
    together = design.rows(titles).toarray()
    assert [design.rows([title]).toarray()[0].tolist() for title in titles] == together.tolist()

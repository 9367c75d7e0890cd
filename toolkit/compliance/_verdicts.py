"""What an editor says of the gate: a false alarm, a right one, one that was missed; and what becomes of it.

A verdict is a row of VERDICTS that a Workspace keeps. `check_copy(…, verdicts=)` applies it, `cases_of` makes a case of
it that must hold from then on, `rule_record` counts it for its rule.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from toolkit import lexicons
from toolkit.compliance._check import find, gate
from toolkit.compliance._forms import form_of
from toolkit.compliance._lessons import (
    VERDICT_WORDS,
    Lessons,
    Letters,
    in_order,
    keys_of,
    lessons_of,
    passages,
    places_of,
)
from toolkit.compliance._own_rules import RESERVED, own_rules
from toolkit.compliance._rules import Rule, rules_for
from toolkit.compliance._values import Finding
from toolkit.schema import (
    CASE_CHECKS,
    CASES,
    COLUMN_WORDS,
    RULE_RECORD,
    VALUES,
    VERDICTS,
    WORDS,
    ChoiceError,
    check,
    checked_moment,
    is_missing,
)

_KEY = ["text", "purpose", "platform", "rule_id", "passage"]
# two-sided 95 %
_Z = 1.959964
# A rule of which fewer than this share is right is in the way. Our own starting point: the gate as a whole is held to
# 0.97, but a rule is looked at long before it has the verdicts to prove that.
_GOOD_SHARE = 0.8
# so many verdicts decide by themselves where the interval holds the share
_ENOUGH = 20
# fewer say nothing, however they fell
_FEW = 5
_SHOWN = 5


def judge_copy(
    text: str,
    *,
    verdict: str,
    rule_id: str = "",
    passage: str = "",
    category: str = "",
    purpose: str = "promotion",
    platform: str | None = None,
    note: str = "",
    by: str = "",
    at: Any = None,
    verdicts: pd.DataFrame | None = None,
    rules: pd.DataFrame | tuple[Rule, ...] | None = None,
) -> pd.DataFrame:
    """VERDICTS with what an editor says of one text: a new row, behind the `verdicts` there are.

    - `verdict="wrong"` (误报) or `"right"` (判对了) is about a finding: `rule_id` must find something in the text, and
      `passage` says where, as FINDINGS has it in `text`; it may be left out where the rule finds one thing only.
      `second_look` and `verdict` are rule ids too. Own rules must be given as `rules`.
    - `verdict="missed"` (漏判) is about a text that the gate lets pass. `passage` is what is wrong with it; it may be
      left out where the text is one sentence. `category` (an id or caption of the lexicon ad-categories) and `note`
      are shown with the second look that it brings.

    A verdict on the same text, purpose, platform, rule and passage as an earlier one takes its place. `at` is when it
    was given, missing if None: the clock is the caller's. An unknown word, a verdict on what is not there, and a text
    without letters raise ChoiceError.

    >>> row = judge_copy("全城最低价", verdict="误报", rule_id="absolute-008", at="2026-09-01", by="小王").iloc[0]
    >>> row["verdict"], row["passage"], row["category"]
    ('wrong', '全城最低价', 'absolute')
    """
    kind = VALUES.get(str(verdict), str(verdict))
    if kind not in VERDICT_WORDS:
        listed = "、".join(f"{name}（{words}）" for name, words in VERDICT_WORDS.items())
        raise ChoiceError(f"不认识的判定 {verdict!r}。可以用的是：{listed}。")
    if not isinstance(text, str) or not Letters(form_of(text)).text:
        raise ChoiceError("这段文字里没有字，不用判。")
    purpose, name = VALUES.get(purpose, purpose), _platform(platform)
    earlier = VERDICTS.empty() if verdicts is None else check(verdicts, VERDICTS)
    own = own_rules(rules)
    if kind == "missed":
        _check_passes(text, purpose, name, own, earlier)
        row = {
            "rule_id": _no_rule(rule_id),
            "passage": _missed_passage(text, passage),
            "category": _category(category),
        }
    else:
        found = find(text, purpose=purpose, platform=name, rules=own, verdicts=_of(earlier, "missed"))
        finding = _judged(found, rule_id, passage, own)
        row = {"rule_id": rule_id, "passage": finding.text, "category": category or finding.category}
    row |= {"text": text, "purpose": purpose, "platform": name or "", "verdict": kind}
    row |= {"note": _one_line(note), "by": _one_line(by)}
    moment = None if is_missing(at) else checked_moment(at, "at")
    new = check(pd.DataFrame([{**row, "judged_at": moment}]), VERDICTS)
    same = (earlier[_KEY] == new[_KEY].iloc[0]).all(axis=1)
    return new if earlier.empty else pd.concat([earlier[~same], new], ignore_index=True)


def cases_of(verdicts: pd.DataFrame, *, rules: pd.DataFrame | tuple[Rule, ...] | None = None) -> pd.DataFrame:
    """CASES of VERDICTS: each text that was judged, with the gate it gets now that the verdicts are applied.

    Keep them (as JSON lines beside `corpora/cases`, or in a Workspace) and run `check_cases` after every change of
    rules. A text of which something was missed, or found rightly, is `flagged`: its gate must not be pass; any other
    keeps the gate it has. `rules` are the editor's own. One case a text, purpose and platform; an empty frame gives an
    empty one.
    """
    own, lessons = own_rules(rules), lessons_of(verdicts)
    cases: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in _latest(verdicts):
        cases.setdefault((row["text"], row["purpose"], row["platform"]), []).append(row)
    made = []
    for key, rows in cases.items():
        text, purpose, platform = key
        got = gate(find(text, purpose=purpose, platform=_platform(platform), rules=own, verdicts=lessons))
        missed = any(_still_missed(row, lessons) for row in rows)
        right = got != "pass" and any(row["verdict"] == "right" for row in rows)
        comment = "；".join(_comment(row) for row in rows)
        made.append([*key, "flagged" if missed or right else got, comment])
    return check(pd.DataFrame(made, columns=CASES.names, dtype="str"), CASES)


def check_cases(
    cases: pd.DataFrame,
    *,
    rules: pd.DataFrame | tuple[Rule, ...] | None = None,
    verdicts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """CASE_CHECKS: the cases with the gate each gets (`got`) and whether that is the one expected (`holds`).

    `expect` is pass, warn or block, or flagged for warn or block. `rules` are the editor's own, `verdicts` what she
    has judged. Further columns stay behind. Raises ChoiceError for an unknown gate, purpose or platform.

    >>> cases = pd.DataFrame({"text": ["全城最低价", "今天的黄桃到了"], "expect": ["flagged", "block"]})
    >>> check_cases(cases)[["got", "holds"]].values.tolist()
    [['block', True], ['pass', False]]
    """
    checked = check(cases, CASES)
    own, lessons = own_rules(rules), lessons_of(verdicts)
    got, holds = [], []
    for row in checked.to_dict("records"):
        if row["expect"] not in ("pass", "warn", "block", "flagged"):
            listed = "、".join(
                [*(WORDS[name] for name in ("pass", "warn", "block")), COLUMN_WORDS["expect"]["flagged"]]
            )
            raise ChoiceError(f"不认识的合规结果 {row['expect']!r}。可以用的是：{listed}。")
        platform = _platform(row["platform"])
        found = find(row["text"], purpose=row["purpose"], platform=platform, rules=own, verdicts=lessons)
        got.append(gate(found))
        holds.append(got[-1] != "pass" if row["expect"] == "flagged" else got[-1] == row["expect"])
    rest = [name for name in checked.columns if name not in CASE_CHECKS.names]
    made = checked.assign(got=pd.Series(got, index=checked.index, dtype="str"), holds=holds)
    return check(made[[*CASE_CHECKS.names, *rest]], CASE_CHECKS)


def rule_record(verdicts: pd.DataFrame) -> pd.DataFrame:
    """RULE_RECORD: for each rule that was judged, how often right and how often wrong, and what to do; worst first.

    `share_right` is the share of right ones, `low` and `high` its 95 % interval (Wilson, 1927). Of several verdicts on
    one finding the last counts. Worst is the lowest `high`: the rule of which even the best guess is bad. Verdicts of
    missed belong to no rule. An empty frame gives an empty one.

    >>> judged = judge_copy("全城最低价", verdict="right", rule_id="absolute-008")
    >>> rule_record(judged)[["rule_id", "right", "wrong", "advice"]].values.tolist()
    [['absolute-008', 1, 0, '样本太少，再判几条']]
    """
    counts: dict[str, dict[str, int]] = {}
    for row in _latest(verdicts):
        if row["verdict"] in ("right", "wrong"):
            counts.setdefault(row["rule_id"], {"right": 0, "wrong": 0})[row["verdict"]] += 1
    rows = []
    for name, count in counts.items():
        low, high = interval(count["right"], sum(count.values()))
        share = count["right"] / sum(count.values())
        rows.append(
            [
                name,
                count["right"],
                count["wrong"],
                share,
                low,
                high,
                _advice(low, high, share, sum(count.values())),
            ]
        )
    rows.sort(key=lambda row: (row[5], row[0]))
    return check(pd.DataFrame(rows, columns=RULE_RECORD.names), RULE_RECORD) if rows else RULE_RECORD.empty()


def interval(hits: int, tries: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share.

    >>> [round(bound, 3) for bound in interval(8, 10)]
    [0.49, 0.943]
    """
    share, square = hits / tries, _Z * _Z
    middle = (share + square / (2 * tries)) / (1 + square / tries)
    half = _Z * math.sqrt(share * (1 - share) / tries + square / (4 * tries * tries)) / (1 + square / tries)
    return max(0.0, middle - half), min(1.0, middle + half)


def _advice(low: float, high: float, share: float, tries: int) -> str:
    if tries < _FEW:
        return "样本太少，再判几条"
    if high < _GOOD_SHARE or (tries >= _ENOUGH and share < _GOOD_SHARE):
        return "误报偏多，考虑给它加一个例外"
    return "可以照用" if low >= _GOOD_SHARE or tries >= _ENOUGH else "样本太少，再判几条"


def _latest(verdicts: pd.DataFrame) -> list[dict[str, Any]]:
    """The verdicts that count, in the order in which they were given: of several on one thing the last."""
    lessons_of(verdicts)  # raises for rows that say nothing
    found = {tuple(row[name] for name in _KEY): row for row in in_order(check(verdicts, VERDICTS))}
    return list(found.values())


def _still_missed(row: dict[str, Any], lessons: Lessons) -> bool:
    """Whether a passage was missed and its second look has not been judged wrong since."""
    keys = keys_of(row, places_of(row)) if row["verdict"] == "missed" else []
    return any(key not in lessons.wrong for key in keys)


def _of(verdicts: pd.DataFrame, *kinds: str) -> pd.DataFrame:
    return verdicts[verdicts["verdict"].isin(kinds)]


def _platform(name: Any) -> str | None:
    """A platform's name or caption as its name; None for none. Raises ChoiceError for an unknown one."""
    text = "" if is_missing(name) else str(name).strip()
    return lexicons.platform(text).platform if text else None


def _check_passes(
    text: str, purpose: str, platform: str | None, own: tuple[Rule, ...], earlier: pd.DataFrame
) -> None:
    """Raise ChoiceError unless the gate lets the text pass; what was missed in it before does not count."""
    known = _of(earlier, "wrong", "right")
    now = gate(find(text, purpose=purpose, platform=platform, rules=own, verdicts=known))
    if now != "pass":
        raise ChoiceError(f"这段文字现在已是「{WORDS[now]}」，不算漏判。要说的若是另一处，请只交那一句。")


def _no_rule(rule_id: str) -> str:
    if rule_id:
        raise ChoiceError(f"漏判不属于哪条规则，请去掉 rule_id={rule_id!r}；类别可以用 category= 写。")
    return ""


def _missed_passage(text: str, passage: str) -> str:
    letters = Letters(form_of(text))
    if not passage.strip():
        sentences = len(letters.stops) - 1
        if sentences > 1:
            raise ChoiceError(f"这段文字有 {sentences} 句，请用 passage= 写明是哪几个字不妥。")
        return ""
    if not passages(letters, text, passage):
        raise ChoiceError(f"原文里找不到「{_one_line(passage)[:20]}」。请从原文里原样选取。")
    return passage


def _category(written: str) -> str:
    known = {row["caption"]: row["category"] for row in lexicons.rows("ad-categories")}
    name = known.get(written, written)
    if name and name not in known.values():
        raise ChoiceError(f"不认识的类别 {written!r}。可以留空，或用：{'、'.join(known)}。")
    return name


def _judged(found: list[Finding], rule_id: str, passage: str, own: tuple[Rule, ...]) -> Finding:
    """The finding that a verdict is about. Raises ChoiceError where there is none, or more than one."""
    hits = [one for one in found if one.rule_id == rule_id and one.category != "exempt"]
    if not hits:
        known = {*RESERVED, *(rule.rule_id for rule in (*rules_for("promotion", None).rules, *own))}
        if rule_id not in known:
            raise ChoiceError(
                f"没有规则 {rule_id!r}。请照合规发现里的规则编号写；自家规则请用 rules= 一并交进来。"
            )
        if any(one.rule_id == rule_id for one in found):
            raise ChoiceError(f"{rule_id} 在这里已经按例外放过，不会拦，不用再判。")
        raise ChoiceError(f"{rule_id} 在这段文字里没有报问题，没有可判的。请核对文字、用途和平台。")
    wanted = _plain(passage)
    fitting = [
        one for one in hits if not passage.strip() or one.text == passage or _plain(one.text) == wanted
    ]
    if len({_plain(one.text) for one in fitting}) == 1:
        return fitting[0]
    listed = "、".join(f"「{one.text[:20]}」" for one in hits[:_SHOWN])
    what = "不是这条规则报的" if passage.strip() else "报了不止一处"
    raise ChoiceError(f"{rule_id} 在这段文字里报的是{listed}，{what}。请用 passage= 写明其中一处。")


def _plain(text: str) -> str:
    form = form_of(text)
    return Letters(form).text or "".join(form.value.split())


def _comment(row: dict[str, Any]) -> str:
    what = f"{row['rule_id']}「{row['passage'][:20]}」" if row["rule_id"] else f"「{row['passage'][:20]}」"
    who = f"，{row['by']}" if row["by"] else ""
    note = f"，{row['note']}" if row["note"] else ""
    return f"{VERDICT_WORDS[row['verdict']]} {what if row['passage'] else '整句'}{note}{who}"


def _one_line(text: str) -> str:
    """A note on one line without marks that nobody sees."""
    shown = "".join(sign if sign.isprintable() else " " for sign in ("" if is_missing(text) else str(text)))
    return " ".join(shown.split())

"""Which playbooks there are, what one says, which suit, and checking a file of one's own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit import schema
from toolkit.campaigns import _gate
from toolkit.campaigns._blanks import blanks_in, filled
from toolkit.campaigns._choices import budget_lines, given_choices, holds, money_of, times_of
from toolkit.campaigns._file import (
    find_playbook,
    load_playbook,
    parse_playbook,
    playbook_files,
    read_playbook_text,
)
from toolkit.campaigns._shape import GOAL_WORDS, NEED_WORDS, Playbook
from toolkit.schema import (
    BUDGET,
    FITS,
    OUTLINE,
    PLAYBOOK_CHOICES,
    PLAYBOOK_FAULTS,
    PLAYBOOKS,
    VALUES,
    WORDS,
    ChoiceError,
    PlaybookError,
    as_path,
    as_whole,
    shown_value,
)

# what people say for a goal beside the house's word
_GOAL_ALIASES = {
    **{"acquire": "拉新", "引流": "拉新", "涨粉": "拉新", "获客": "拉新", "加人": "拉新"},
    **{"active": "活跃", "激活": "活跃", "促活": "活跃", "互动": "活跃"},
    **{"sales": "成交", "sell": "成交", "销售": "成交", "转化": "成交", "变现": "成交", "卖货": "成交"},
    **{"repurchase": "复购", "留存": "复购", "回头客": "复购"},
    **{"referral": "转介绍", "裂变": "转介绍", "推荐": "转介绍"},
    **{"trust": "口碑", "信任": "口碑", "品牌": "口碑"},
    **{"content": "内容", "选题": "内容", "plan": "谋划", "计划": "谋划", "策划": "谋划"},
}
# clauses are cited with Latin marks here and there; within a Chinese sentence they are full-width
_WIDE = str.maketrans("();", "（）；")
_NEED_ALIASES = {"high": "高频", "low": "低频", "niche": "小众"}
# floats hold whole numbers exactly up to some 9e15
_MOST_GROUPS, _MOST_YUAN = 1_000_000, 1e15


def list_playbooks(
    *,
    goal: str | None = None,
    need: str | None = None,
    members: int | None = None,
    budget: float | None = None,
    groups: int = 1,
    folder: str | Path | None = None,
) -> pd.DataFrame:
    """PLAYBOOKS: every playbook of the lexicons and of the editor's `folder`, usable ones first, else by number.

    Filters: `goal` (拉新, 活跃, 成交, 复购, 转介绍, 口碑, 内容, 谋划), `need` (高频, 低频, 小众), `members` of a group,
    `budget` in yuan for `groups` groups (the least that the playbook takes must lie within it). `budget_low` and
    `budget_high` are for that many groups; `minutes` are of one send of each item. `verdict` is discouraged where the
    file says so or the gate blocks an outline, and `why` then names the clause. No match gives an empty frame.

    Raises ChoiceError for a goal or need that is not known, PlaybookError for a file at fault.

    >>> "爆款预售" in list_playbooks(goal="成交", need="高频")["name"].to_list()
    True
    """
    goal, need = checked_goal(goal), checked_need(need)
    size = None if members is None else as_whole(members, "members", 1)
    many = as_whole(groups, "groups", 1, _MOST_GROUPS)
    money = None if budget is None else _checked_money(budget)
    rows = []
    for book in map(load_playbook, playbook_files(folder)):
        low, high = money_of(book, given_choices(book, {}), many)
        unfit = (
            (goal and goal not in book.goals)
            or (need and need not in book.needs)
            or (size is not None and not book.members[0] <= size <= book.members[1])
            or (money is not None and low > money)
        )
        if not unfit:
            rows.append(_told(book, low, high))
    rows.sort(key=lambda row: (row["verdict"] != "usable", row["playbook"]))
    return schema.check(pd.DataFrame(rows), PLAYBOOKS) if rows else PLAYBOOKS.empty()


def checked_goal(goal: str | None) -> str:
    """A goal in the house's word, "" for none. Raises ChoiceError for what is not known."""
    return _word(goal, "goal", "目标", GOAL_WORDS, _GOAL_ALIASES)


def checked_need(need: str | None) -> str:
    """A need type in the house's word, "" for none. Raises ChoiceError for what is not known."""
    return _word(need, "need", "需求类型", NEED_WORDS, _NEED_ALIASES)


def _word(value: Any, name: str, caption: str, known: tuple[str, ...], aliases: dict[str, str]) -> str:
    if value is None:
        return ""
    word = aliases.get(str(value).strip(), str(value).strip())
    if word not in known:
        raise ChoiceError(f"{name}（{caption}）不能是 {shown_value(value)}。可以用的是：{'、'.join(known)}。")
    return word


def _checked_money(budget: Any) -> float:
    good = isinstance(budget, (int, float)) and not isinstance(budget, bool)
    if not (good and 0 <= budget < _MOST_YUAN):
        raise ChoiceError(f"budget 要写成不小于 0 的钱数（元，现在是 {shown_value(budget)}）。")
    return float(budget)


def _told(book: Playbook, low: float, high: float) -> dict[str, Any]:
    why = why_not(book)
    return {
        "playbook": book.playbook,
        "system": book.system,
        "name": book.name,
        "summary": book.summary,
        "suits": book.suits,
        "goals": list(book.goals),
        "needs": list(book.needs),
        "members_low": book.members[0],
        "members_high": book.members[1],
        "min_groups": book.min_groups,
        "days": book.days,
        "items": len(book.items),
        "minutes": sum(item.minutes * len(item.repeat) for item in book.items),
        "budget_low": low,
        "budget_high": high,
        "verdict": "discouraged" if why else "usable",
        "why": why,
    }


def why_not(book: Playbook) -> str:
    """Why a playbook is 不建议, each clause named once; "" where it is not."""
    given = book.discouraged
    told = [(given["reason"], given["clause"])] if given else []
    told += [
        (f"「{fault.item}」的文案里「{_whole(fault.text)}」不可用：{fault.why}", fault.clause)
        for fault in _gate.blocked_outlines(book)
    ]
    said: list[str] = []
    named: set[str] = set()
    for why, clause in told:
        said.append(why if clause in named else f"{why}（{clause.translate(_WIDE)}）")
        named.add(clause)
    return "；".join(dict.fromkeys(said))


def _whole(text: str) -> str:
    """Words of an outline without a blank that is cut off at their end.

    >>> _whole("截图给店员，领【"), _whole("领【…东西】")
    ('截图给店员，领', '领【…东西】')
    """
    return text[: text.rindex("【")] if text.rfind("【") > text.rfind("】") else text


def explain_playbook(name: str | Path, *, folder: str | Path | None = None) -> pd.DataFrame:
    """OUTLINE of one playbook in reading order: part, name, when, text.

    Parts are 概要, 目标, 指标, 角色, 阶段, 条目 (with its outline, blanks as 【…名称】), 要填的空, 选项, 发给谁, 规则,
    预算 (yuan), 风险, 不能做, 不做 (practices of the field that are declined, with the reason) and, before all, 不建议 (why,
    with the clause, and a row 改用 with the playbook to take instead).
    Days count from the start, which is day 0.

    Raises PlaybookError for an unknown playbook and a file at fault.

    >>> explain_playbook("爆款预售")["part"].drop_duplicates().to_list()[:4]
    ['概要', '目标', '指标', '角色']
    """
    book = find_playbook(name, folder)
    rows: list[tuple[str, str, str, str]] = []
    if why := why_not(book):
        rows.append(("不建议", book.name, "", why))
    if instead := book.discouraged.get("instead", ""):
        rows.append(("不建议", "改用", "", instead))
    rows += [
        ("概要", book.name, f"共 {book.days} 天", book.summary),
        ("概要", "适合谁", "", book.suits),
        ("概要", f"凭据（{book.checked} 核对）", "", f"{book.evidence}；{book.source}"),
        ("目标", "、".join(book.goals), "", filled(book.goal, {})),
    ]
    rows += [("指标", row["name"], "", row["target"]) for row in book.metrics]
    rows += [("角色", row["role"], "", row["does"]) for row in book.roles]
    for phase in book.phases:
        code = f"（{WORDS[phase.phase]}）" if phase.phase else ""
        rows.append(("阶段", phase.name + code, _days(phase.days), phase.aim))
        for item in book.items:
            if item.phase == phase.name:
                must = "，必发" if item.must_send else ""
                again = f"，共 {len(item.repeat)} 次" if len(item.repeat) > 1 else ""
                kind = f"{WORDS[item.kind]}{must}{again}"
                rows.append(
                    ("条目", f"{item.item}（{kind}）", _days(item.days), f"{item.title}\n{item.copy}")
                )
    rows += [("要填的空", row["blank"], "", f"{row['hint']}，如：{row['example']}") for row in book.blanks]
    rows += [
        ("选项", row["option"], "", f"{row['hint']}：{'、'.join(row['values'])}") for row in book.options
    ]
    rows += [("发给谁", row["target"], "", row["hint"]) for row in book.targets]
    rows += [("规则", _caption(key), "", f"{value:g}") for key, value in book.rules.items()]
    rows += [("预算", row["line"], "", _price(row)) for row in book.budget]
    rows += [("风险", row["risk"], "", f"{row['sign']}。应对：{row['answer']}") for row in book.risks]
    rows += [("不能做", "", "", text) for text in book.must_not]
    rows += [("不做", row["practice"], "", row["reason"]) for row in book.declined]
    return schema.check(pd.DataFrame(rows, columns=OUTLINE.names), OUTLINE)


def playbook_choices(name: str | Path, *, folder: str | Path | None = None, **choices: Any) -> pd.DataFrame:
    """What `expand_playbook` lets an editor choose of a playbook: name, choice_kind (选项, 空, 发给谁), hint, example,
    values (list, of an option), default, in the file's order; a playbook that leaves nothing open gives no rows.

    `choices` are options by their names (the defaults else): blanks and targets that no item of these options uses are
    left out.

    Raises PlaybookError for an unknown playbook or choice, and a file at fault.

    >>> playbook_choices("爆款预售")["name"].to_list()[0]
    '商品'
    """
    book = find_playbook(name, folder)
    given = given_choices(book, choices)
    items = [item for item in book.items if holds(item.when, given)]
    used = {blank for item in items for blank in blanks_in(item.title + item.copy)}
    targets = {item.target for item in items}
    rows = [
        *(
            {"name": row["option"], "choice_kind": "选项", **row, "values": list(row["values"])}
            for row in book.options
        ),
        *({"name": row["blank"], "choice_kind": "空", **row} for row in book.blanks if row["blank"] in used),
        *(
            {"name": row["target"], "choice_kind": "发给谁", **row}
            for row in book.targets
            if row["target"] in targets
        ),
    ]
    frame = pd.DataFrame([{**row, "values": row.get("values", [])} for row in rows])
    return schema.check(frame, PLAYBOOK_CHOICES)[PLAYBOOK_CHOICES.names] if rows else PLAYBOOK_CHOICES.empty()


def _instead(book: Playbook) -> str:
    instead = book.discouraged.get("instead", "")
    return f"。可以改用：{instead}" if instead else ""


def _days(days: tuple[int, int]) -> str:
    return f"第 {days[0]} 天" if days[0] == days[1] else f"第 {days[0]}–{days[1]} 天"


def _caption(key: str) -> str:
    from toolkit.campaigns._shape import TABLES

    return TABLES["rules"].fields[key].caption


def _price(row: dict[str, Any]) -> str:
    count = f" × {row['count']} 份" if row.get("count", 1) > 1 else ""
    span = f"{row['low']:g}" if row["low"] == row["high"] else f"{row['low']:g}–{row['high']:g}"
    return f"{row['class']}：每{row['per']} {span} 元{count}。{row['note']}"


def playbook_budget(
    name: str | Path, *, groups: int = 1, folder: str | Path | None = None, **choices: Any
) -> pd.DataFrame:
    """BUDGET lines of a playbook for so many groups: `amount` is the most it takes (yuan), `low` the least, `note` how.

    Lines by 场 come once, by 群 once a group, by 份 as many pieces a group as the file says; `choices` are options by
    their names, and lines of other options are left out. Last year and quarters are missing: a playbook cannot know them.

    Raises PlaybookError for an unknown playbook or choice, ChoiceError for a number of groups below 1.

    >>> playbook_budget("爆款预售", groups=3)[["title", "low", "amount"]].iloc[0].to_dict()
    {'title': '样品试吃', 'low': 0.0, 'amount': 90.0}
    """
    book = find_playbook(name, folder)
    many = as_whole(groups, "groups", 1, _MOST_GROUPS)
    rows = [
        {
            "line_id": f"{book.playbook}-{place}",
            "title": line["line"],
            "budget_class": VALUES[line["class"]],
            "amount": float(line["high"] * times_of(line, many)),
            "low": float(line["low"] * times_of(line, many)),
            "note": line["note"],
        }
        for place, line in enumerate(budget_lines(book, given_choices(book, choices)), start=1)
    ]
    if not rows:
        return BUDGET.empty().assign(low=pd.Series(dtype="float64"), note=pd.Series(dtype="str"))
    return schema.check(pd.DataFrame(rows), BUDGET)[[*BUDGET.names, "low", "note"]]


def suggest_playbooks(
    goal: str,
    groups: pd.DataFrame,
    *,
    need: str | None = None,
    budget: float | None = None,
    top: int = 5,
    folder: str | Path | None = None,
) -> pd.DataFrame:
    """FITS: the playbooks for a goal that suit these groups, best first, each with reasons and what to mind.

    Usable ones come before discouraged ones; then those of the need type, those within the budget, those with enough
    groups, by the share of groups whose size they suit (`fit`), by the goal's place in the file, and the shorter
    first. That order is our own judgement, no measurement. An empty GROUPS frame gives no rows.

    Raises ChoiceError for a goal or need that is not known, or a budget that is none; PlaybookError for a file at fault.

    >>> import pandas as pd
    >>> groups = pd.DataFrame({"group_id": ["g1"], "name": ["街坊"], "members": [180], "slots": [["20:00"]],
    ...                        "posts_per_day": [1], "posts_per_week": [5]})
    >>> suggest_playbooks("成交", groups, need="高频", top=3)["verdict"].unique().tolist()
    ['usable']
    """
    wanted, need_word = checked_goal(goal), checked_need(need)
    if not wanted:
        raise ChoiceError(f"goal（目标）没有写。可以用的是：{'、'.join(GOAL_WORDS)}。")
    money = None if budget is None else _checked_money(budget)
    most = as_whole(top, "top", 1)
    frame = schema.check(groups, schema.GROUPS)
    if frame.empty:
        return FITS.empty()
    rows = []
    for book in map(load_playbook, playbook_files(folder)):
        if wanted in book.goals:
            rows.append(_fit(book, frame, wanted, need_word, money))
    rows.sort(key=lambda pair: pair[0])
    return schema.check(pd.DataFrame([row for _, row in rows[:most]]), FITS) if rows else FITS.empty()


def _fit(
    book: Playbook, groups: pd.DataFrame, goal: str, need: str, money: float | None
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """A playbook's place in the order, and its row."""
    low, high = book.members
    fitting = groups["members"].between(low, high).fillna(False).astype("bool")
    share = float(fitting.mean())
    least, _ = money_of(book, given_choices(book, {}), len(groups))
    why = why_not(book)
    reasons = [f"目标里有“{goal}”"]
    cautions = [f"不建议：{why}{_instead(book)}"] if why else []
    if need and need in book.needs:
        reasons.append(f"适合{need}的需求")
    elif need:
        cautions.append(f"它写的是{'、'.join(book.needs)}的需求")
    if share == 1:
        reasons.append(f"{len(groups)} 个群都合适（每群 {low}–{high} 人）")
    elif share:
        reasons.append(f"{int(fitting.sum())} 个群合适（每群 {low}–{high} 人）")
    if share < 1:
        names = "、".join(str(name) for name in groups.loc[~fitting, "name"].head(3))
        cautions.append(f"人数不在 {low}–{high} 的群：{names}{' 等' if (~fitting).sum() > 3 else ''}")
    enough = len(groups) >= book.min_groups
    if not enough:
        cautions.append(f"至少要 {book.min_groups} 个群，现在是 {len(groups)} 个")
    elif book.min_groups > 1:
        reasons.append(f"要 {book.min_groups} 个群以上，现在有 {len(groups)} 个")
    dear = money is not None and least > money
    if money is not None:
        told = f"{len(groups)} 个群至少要 {least:g} 元"
        (cautions if dear else reasons).append(
            f"{told}，{'超过' if dear else '在'}预算 {money:g} 元{'' if dear else '以内'}"
        )
    reasons.append(f"{book.days} 天，{len(book.items)} 个条目")
    order = (bool(why), bool(need) and need not in book.needs, dear, not enough, -share)
    row = {
        "playbook": book.playbook,
        "name": book.name,
        "verdict": "discouraged" if why else "usable",
        "fit": share,
        "reasons": reasons,
        "cautions": cautions,
    }
    return (*order, book.goals.index(goal), book.days, book.playbook), row


def check_playbook(path: str | Path) -> pd.DataFrame:
    """What is wrong with a playbook file, by line: line, severity, message, advice; an empty frame where nothing is.

    Severity block: the file cannot be used (a key is missing or unknown, phases overlap …) or an outline may not be
    sent; then `message` names the clause. Raises PlaybookError where the file cannot be read at all.
    """
    path = as_path(path, "打法")
    book, faults = parse_playbook(path, read_playbook_text(path))
    rows: list[dict[str, Any]] = [
        {"line": fault.line, "severity": "block", "message": fault.what, "advice": fault.expected}
        for fault in faults
    ]
    if book is not None:
        places = {item.item: place for place, item in enumerate(book.items)}
        rows += [
            {
                "line": book.line_of("items", places[fault.item], fault.key),
                "severity": "block",
                "message": f"条目「{fault.item}」的「{fault.text}」不可用：{fault.why}（{fault.clause}）",
                "advice": "请改写这一句；不改的话，展开时这一条没有文案，打法显示为不建议。",
            }
            for fault in _gate.blocked_outlines(book)
        ]
    return schema.check(pd.DataFrame(rows), PLAYBOOK_FAULTS) if rows else PLAYBOOK_FAULTS.empty()


def copy_playbook(name: str | Path, path: str | Path, *, folder: str | Path | None = None) -> Path:
    """Copy a playbook's file to change it; the path of the copy. A folder takes the file under its own name.

    Raises PlaybookError for an unknown playbook, and where the copy's name is taken or its folder is not there.
    """
    book = find_playbook(name, folder)
    target = as_path(path, "打法")
    if target.is_dir():
        target = target / book.path.name
    if target.suffix != ".toml":
        target = target.with_name(f"{target.name}.toml")
    if target.exists():
        raise PlaybookError(f"已经有文件 {target}。请换一个名字，免得盖掉它。")
    if not target.parent.is_dir():
        raise PlaybookError(f"没有文件夹 {target.parent}。请先建好它，或换一个位置。")
    shutil.copyfile(book.path, target)
    return target

"""Every system of the field guide, A1 to D7, is served: its playbooks load, its verbs run, its notebook names it."""

import functools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

import toolkit as tk
from toolkit import lexicons
from toolkit.campaigns._file import load_playbook, playbook_files
from toolkit.campaigns._shape import TABLES, TOP
from toolkit.schema import Proposal

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = lexicons.sample_folder()
LAST = {"A": 6, "B": 8, "C": 9, "D": 7}
SYSTEMS = [f"{letter}{number}" for letter, last in LAST.items() for number in range(1, last + 1)]
PLACE = re.compile(r"`(\w+\.ipynb)`「([^」]+)」")


def rows() -> list[dict[str, str]]:
    """The table of docs/systems.md."""
    names = ("id", "name", "served", "place", "note")
    found = []
    for line in (ROOT / "docs" / "systems.md").read_text(encoding="utf-8").splitlines():
        if re.match(r"\| [A-D]\d", line):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            found.append(dict(zip(names, cells, strict=True)))
    return found


def playbooks_of(row: dict[str, str]) -> list[str]:
    return [name for name in re.findall(r"`([^`]+)`", row["served"]) if not name.startswith("tk.")]


def verbs_of(row: dict[str, str]) -> list[str]:
    return re.findall(r"`tk\.(\w+)`", row["served"])


def ids_in(text: str) -> set[str]:
    """The ids that a text names, also as a range (A1–A3).

    >>> sorted(ids_in("*Pick (A1–A3, B8)*"))
    ['A1', 'A2', 'A3', 'B8']
    """
    found = set(re.findall(r"\b[A-D]\d\b", text))
    for letter, first, last in re.findall(r"\b([A-D])(\d)\s*[–-]\s*\1(\d)\b", text):
        found |= {f"{letter}{number}" for number in range(int(first), int(last) + 1)}
    return found


@functools.cache
def cells_of(name: str) -> list[nbformat.NotebookNode]:
    return list(nbformat.read(ROOT / "notebooks" / name, as_version=4).cells)


def section(name: str, heading: str) -> list[nbformat.NotebookNode]:
    """The cells from a heading to the next one of its level or above."""
    depth, held = 0, []
    for cell in cells_of(name):
        head = re.match(r"(#+) (.*)", cell.source) if cell.cell_type == "markdown" else None
        if depth and head and len(head[1]) <= depth:
            break
        if head and head[2].strip() == heading:
            depth = len(head[1])
        if depth:
            held.append(cell)
    return held


def test_each_system_has_exactly_one_row_in_order() -> None:
    assert [row["id"] for row in rows()] == SYSTEMS
    assert all(row["name"] and row["served"] and row["place"] for row in rows())


def test_each_row_names_playbooks_that_bear_its_id() -> None:
    files = {path.stem: path for path in playbook_files()}
    for row in rows():
        for stem in playbooks_of(row):
            assert stem in files, f"{row['id']}: {stem}"
            assert row["id"] in load_playbook(files[stem]).system.split("、"), stem


def test_each_playbook_stands_in_the_rows_of_all_its_systems() -> None:
    named = {(row["id"], stem) for row in rows() for stem in playbooks_of(row)}
    for path in playbook_files():
        for system in load_playbook(path).system.split("、"):
            assert (system, path.stem) in named


def test_only_the_sharing_ones_are_discouraged() -> None:
    listed = tk.list_playbooks()
    barred = listed.loc[listed["verdict"] == "discouraged", "playbook"].to_list()
    assert barred == ["b3-moments-prize", "b3-share-lesson"]


@pytest.mark.parametrize("name", ["发圈有奖", "分享得课"])
def test_what_is_not_advised_says_why_once_and_what_instead(name: str) -> None:
    told = tk.explain_playbook(name).query("part == '不建议'")
    assert told["name"].to_list() == [name, "改用"] and told["text"].iloc[1] == "老友带新"
    why = told["text"].iloc[0]
    assert why.count("微信外部链接内容管理规范一") == 1 and "诱导分享类1.2（利益诱惑）；" in why
    assert not set(why) & set("();【") and "不可用：" in why


@functools.cache
def proposal() -> Proposal:
    return tk.read_plan(SAMPLE / "proposal").proposal


@functools.cache
def groups() -> pd.DataFrame:
    return tk.read_groups(SAMPLE / "groups.csv").frame


@functools.cache
def days() -> pd.DataFrame:
    return tk.read_group_days(SAMPLE / "group_days.csv").frame


@functools.cache
def documents() -> pd.DataFrame:
    return tk.read_documents(SAMPLE / "posts").frame


def gifts() -> pd.DataFrame:
    columns = ("gift", "gift_job", "gift_form", "unit_cost", "handling", "sent", "acquired")
    return pd.DataFrame([("种子卡", "acquire", "physical", 2.0, 0.5, 100, 50)], columns=list(columns))


def holds_topic_angles(_: Path) -> bool:
    topics = tk.find_topics(tk.mine_trends(documents()), documents(), today="2026-09-21")
    return set(tk.topic_angles(topics.head(1), documents())["topic_id"]) == {topics["topic_id"].iloc[0]}


def holds_messages(_: Path) -> bool:
    read = tk.read_messages(SAMPLE / "messages", salt="七月的青石板路上")
    kept = read.frame.to_csv() + read.rejected.to_csv() + read.notes.to_csv()
    return len(read.frame) > 0 and not any(name in kept for name in ("小棠助手", "inv_xt01", "半勺糖"))


def holds_write_plan(folder: Path) -> bool:
    page = tk.write_plan(proposal(), folder / "策划案.md").read_text(encoding="utf-8")
    return all(title in page for title in (proposal().name, "里程碑", "预算"))


def holds_push_problems(_: Path) -> bool:
    post = {"post_id": "p", "item_id": "i", "group_id": "g01", "starts_at": "2026-09-01 20:00"}
    told = {"group_id": "g01", "happened_at": "2026-09-01 21:30", "incident": "deleted"}
    found = tk.push_problems(pd.DataFrame([post]), incidents=pd.DataFrame([told]))
    return bool(found["post_id"].to_list() == ["p"] and found["change"].iloc[0])


def holds_draft(_: Path) -> bool:
    drawn = tk.draft_proposal("爆款预售", start="2026-09-21", groups=groups(), owners="阿禾")
    return bool(len(drawn.actions) == len(load_playbook(playbook_path("b8-presale")).phases))


def playbook_path(stem: str) -> Path:
    return next(path for path in playbook_files() if path.stem == stem)


@functools.cache
def outcomes() -> dict[str, pd.DataFrame]:
    """The sample's sent posts with what came of them."""
    folder = SAMPLE / "review"
    calendar, items = (
        tk.read_calendar(folder / "sent.csv").frame,
        tk.read_items(folder / "sent_items.csv").frame,
    )
    results = tk.read_results(folder / "exports", calendar=calendar, items=items, groups=groups()).frame
    return {"calendar": calendar, "items": items, "results": results}


def holds_review(_: Path) -> bool:
    known = outcomes()
    review = tk.review_posts(known["calendar"], known["results"], items=known["items"], groups=groups())
    measured = set(review.funnel["measured_by"].str.slice(0, 3))
    return review.outcome == "ordered" and {"按暗号", "按链接", "按关键"} <= measured


def holds_returns(_: Path) -> bool:
    known = outcomes()
    history = tk.join_results(known["calendar"], known["results"], items=known["items"])
    found = tk.campaign_returns(history, costs=pd.read_csv(SAMPLE / "review" / "costs.csv"))
    whole = found["revenue"] - found["goods"] - found["cost"]
    return len(found) == 2 and found["profit"].tolist() == pytest.approx(whole.tolist())


def holds_judged(_: Path) -> bool:
    known, tests = outcomes(), pd.read_csv(SAMPLE / "review" / "tests.csv")
    asked = {"items": known["items"], "groups": groups(), "tests": tests}
    found = tk.judge_posts(known["calendar"], known["results"], **asked)
    return found.set_index("arm")["decided"].loc[["先教怎么挑", "先写工位"]].tolist() == ["够了", "继续"]


def holds_adopted(_: Path) -> bool:
    proposed = {"weight_id": "w", "facet": "kind", "name": "promotion", "now": 1.0, "proposed": 2.0}
    weights = pd.DataFrame([{**proposed, "posts": 40, "outcome": "ordered", "why": ""}])
    items = outcomes()["items"]
    kept, doubled = (tk.adopt_weights(items, weights, adopt=adopt)["value"] for adopt in ([], ["w"]))
    changed = items["kind"] == "promotion"
    return bool(kept.equals(items["value"]) and ((doubled != items["value"]) == changed).all())


def holds_answers(_: Path) -> bool:
    chat = (SAMPLE / "review" / "nightly_chat.txt").read_text(encoding="utf-8")
    found = tk.gather_answers(chat, "睡前那半小时，怎么让孩子放下屏幕去翻书？")
    return set(found.answers["clearance"]) == {"to_ask"} and "豆子外婆" not in found.outline


# each verb of the table, called on the sample; what it must give
HOLDS: dict[str, Callable[[Path], Any]] = {
    "adopt_weights": holds_adopted,
    "budget_changes": lambda _: tk.budget_changes(proposal().budget)["line_id"].equals(
        proposal().budget["line_id"]
    ),
    "budget_classes": lambda _: (
        tk.budget_classes(proposal().budget)["budget_class"].to_list() == ["basic", "brand", "channel"]
    ),
    "budget_quarters": lambda _: (
        tk.budget_quarters(proposal().budget, proposal().spending, year=2026).frame["spent"].gt(0).any()
    ),
    "budget_return": lambda _: tk.budget_return(100, revenue=400, cost=150, people=50).roi == 1.5,
    "campaign_funnel": lambda _: "activation" in set(tk.campaign_funnel(days())["stage"]),
    "campaign_returns": holds_returns,
    "check_plan": lambda _: {"M4", "C4", "X7"} <= set(tk.check_plan(proposal())["key"]),
    "draft_proposal": holds_draft,
    "gather_answers": holds_answers,
    "gift_costs": lambda _: tk.gift_costs(gifts()).gifts["per_member"].to_list() == [5.0],
    "group_health": lambda _: (
        set(tk.group_health(days(), groups=groups())["group_id"]) >= set(days()["group_id"])
    ),
    "group_matrix": lambda _: set(groups()["segment"]) == set(tk.group_matrix(groups())["segment"]),
    "judge_posts": holds_judged,
    "judge_test": lambda _: (
        tk.judge_test(
            pd.DataFrame({"arm": ["A", "B"], "shown": [1000, 1000], "hits": [50, 150]})
        ).arms.set_index("arm")["p_best"]["B"]
        > 0.99
    ),
    "landing_page": lambda _: tk.landing_page(主题="旧铁锅翻新", 好处="三天后接着用").startswith(
        "旧铁锅翻新：三天后接着用"
    ),
    "member_layers": lambda _: (
        tk.member_layers(
            pd.DataFrame([{"group_id": "g01", "paying": 30, "convertible": 60, "idle": 10}])
        ).set_index("layer")["share"]["paying"]
        == 0.3
    ),
    "plan_test": lambda _: tk.plan_test(0.1, lift=0.5).total > 0,
    "push_problems": holds_push_problems,
    "rate_kols": lambda _: (
        tk.rate_kols(pd.DataFrame({"kol": ["甲"], "knowledge": [5], "social": [4], "honours": [0]}))[
            "rating"
        ].to_list()
        == [3.0]
    ),
    "read_messages": holds_messages,
    "read_results": lambda _: set(outcomes()["results"]["matched_by"]) == {"code", "id"},
    "read_plan": lambda _: len(proposal().goals) > 0,
    "review_posts": holds_review,
    "rival_activity": lambda _: set(tk.rival_activity(documents())["source"]) == set(documents()["source"]),
    "score_headlines": lambda _: tk.score_headlines(["软籽石榴怎么剥？3刀下去不喷汁"])["craft"].iloc[0] > 0,
    "topic_angles": holds_topic_angles,
    "write_plan": holds_write_plan,
}


def test_the_table_of_calls_is_that_of_the_page() -> None:
    assert set(HOLDS) == {verb for row in rows() for verb in verbs_of(row)}


@pytest.mark.parametrize("verb", sorted(HOLDS))
def test_the_verb_is_public_and_serves(verb: str, tmp_path: Path) -> None:
    assert verb in vars(tk)["__all__"]
    assert HOLDS[verb](tmp_path)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_the_notebook_section_names_the_system_and_was_run(row: dict[str, str]) -> None:
    places = PLACE.findall(row["place"])
    assert PLACE.sub("", row["place"]).strip("，") == "", "notebook and heading, nothing else"
    for name, heading in places:
        held = section(name, heading)
        assert held, f"{name} has no heading「{heading}」"
        prose = "\n".join(cell.source for cell in held if cell.cell_type == "markdown")
        assert row["id"] in ids_in(prose), f"{name}「{heading}」 does not name {row['id']}"
        code = [cell for cell in held if cell.cell_type == "code"]
        assert code and all(cell.execution_count for cell in code), f"{name}「{heading}」 was not run"
        assert any(cell.outputs for cell in code), f"{name}「{heading}」 shows nothing"


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_the_notebook_shows_each_playbook_of_the_row_by_name(row: dict[str, str]) -> None:
    shown = ""
    for name, heading in PLACE.findall(row["place"]):
        for cell in section(name, heading):
            shown += json.dumps(cell.get("outputs", []), ensure_ascii=False)
    names = [load_playbook(playbook_path(stem)).name for stem in playbooks_of(row)]
    assert [name for name in names if name not in shown] == []


def test_the_page_on_playbooks_tells_every_key_of_a_file() -> None:
    page = (ROOT / "docs" / "playbooks.md").read_text(encoding="utf-8")
    parts = re.split(r"^### ", page.split("## 每一项是什么意思")[1].split("\n## ")[0], flags=re.MULTILINE)[1:]
    told = [
        set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (.*?) \|", part, flags=re.MULTILINE))))
        for part in parts
    ]
    wanted = [set(TOP.fields), *(set(table.fields) for table in TABLES.values())]
    assert told == wanted
    assert [name for part in parts for name in re.findall(r"^`\[+(\w+)\]+`", part)] == list(TABLES)

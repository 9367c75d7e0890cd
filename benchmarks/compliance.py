"""How much of what may not be said the gate finds, how often it stops what may be said, and what it costs.

    python benchmarks/compliance.py                     all but the real titles
    python benchmarks/compliance.py --data FOLDER       with real titles (FOLDER/data/toutiao_titles, …)
    python benchmarks/compliance.py --parts unseen      one part: unseen, left_out, titles, speed
    python benchmarks/compliance.py --small             fewer sentences, hands and runs: what the tests do

Prints up to seven tables. Shares have Wilson's 95% interval; `sentences` is what a share is of. "Both tiers" is the gate
as it comes, flagged where it is not "pass"; "rules alone" leaves out 请人看一眼; "second look alone" is the model where
no rule has spoken first; "word list" is the peer: about 60 well-known words, flagged wherever one stands.

1. `unseen`: sentences of corpora/cases/compliance-unseen.csv, written after the rules were frozen, in other trades, by
   writers who had seen neither the rules nor the model's sentences. Recall is of the unlawful, false alarms of the
   lawful; precision is the share of flagged sentences that are unlawful, by a rule's warn or block for "rules alone".
2. `categories`: the same by category of the sentence (the lawful ones have none), both tiers with their interval.
   `findings`: precision of the rules by category of the finding. `messages`: the promotional ones again, each between
   as many lawful ones as make a message of three or seven, a line for each; a message is unlawful where that one is.
3. `left_out`: the model's own sentences, each scored by a model that saw none of the same writer's (`hand`). The bar
   lets pass the share of lawful sentences that the shipped one does, measured on the other hands. The rules were
   written with these sentences in sight; only the second look is left out, and `both tiers` is kind for that reason.
4. `titles`: real titles and longer bodies, as they would be gated if we sent them: nobody has labelled them. Shares
   that a rule blocks, that a rule warns of, and that only the second look asks about; `flagged` is all three. Of each
   source 2 000 are drawn with a fixed seed. No text is printed unless `--show N` asks for N flagged ones of each row.
5. `speed`: CPU seconds, medians of five runs after one to warm up, and how many times the word list's and the rules'
   own each takes in the same run. "first process" is a new process, step by step.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit import lexicons
from toolkit.compliance import PURPOSES, check_copy, find, gate
from toolkit.compliance import _train as train
from toolkit.compliance._find import by_rules
from toolkit.compliance._forms import forms_of
from toolkit.compliance._rules import rules_for
from toolkit.compliance._second_look import SECOND_LOOK, features_of, look
from toolkit.compliance._values import Finding
from toolkit.compliance._verdicts import interval

Sentence = Mapping[str, str]
PARTS = ("unseen", "left_out", "titles", "speed")
MISSING = float("nan")
# the peer: 极限词 and words of bait, promise and pressure, as the lists that go round among editors have them
WORDS = (
    *(
        "最好",
        "最佳",
        "最低价",
        "最便宜",
        "最优",
        "最先进",
        "最高级",
        "最强",
        "最大",
        "最新",
        "史上最",
        "第一",
    ),
    *("唯一", "首个", "首选", "独家", "国家级", "世界级", "顶级", "顶尖", "极致", "绝对", "100%", "百分百"),
    *(
        "永久",
        "万能",
        "王牌",
        "冠军",
        "驰名商标",
        "祖传",
        "特供",
        "专供",
        "国家领导人",
        "免检",
        "无敌",
        "全网",
    ),
    *(
        "根治",
        "治愈",
        "特效",
        "神效",
        "药到病除",
        "无副作用",
        "零风险",
        "稳赚",
        "保本",
        "高回报",
        "包过",
        "保过",
    ),
    *("秒杀", "清仓", "跳楼价", "仅此一次", "最后一天", "错过不再", "恭喜", "免费领", "点击领取", "加微信"),
    *("集赞", "转发", "不转不是", "震惊", "惊呆", "速看"),
)
# of PATH/data: file and column
TITLES = {
    "toutiao": ("toutiao_titles/titles.csv.gz", "title"),
    "hot lists": ("site_hot_titles_2026/titles.csv.gz", "title"),
    "zhihu": ("zhihu_hot_daily/questions.csv.gz", "title"),
    "small accounts": ("small_social_titles/titles.csv.gz", "title"),
    "sspai": ("sspai_articles/articles.csv.gz", "title"),
}
BODIES = {
    "sspai summaries": ("sspai_articles/articles.csv.gz", "summary"),
    "csl abstracts": ("csl_keywords/docs.csv.gz", "text"),
}
LEAST_BODY = 100
FIRST_PROCESS = """
import json, time
seconds, begin = {}, time.process_time()
def told(name):
    global begin
    seconds[name] = time.process_time() - begin
    begin = time.process_time()
import pandas
told("import pandas")
from toolkit.compliance import check_copy
told("import toolkit.compliance")
check_copy("今天的黄桃到了，群里先到先得")
told("first check_copy")
check_copy("明天的蓝莓也到了，群里先到先得")
told("second check_copy")
print(json.dumps(seconds))
"""


class Judged(NamedTuple):
    """A sentence, the categories of the rules' findings that warn or block, and whether each other way flags it."""

    sentence: Sentence
    rules: frozenset[str]
    asked: bool
    suspected: bool
    listed: bool


METHODS: dict[str, Callable[[Judged], bool]] = {
    "both tiers": lambda one: bool(one.rules) or one.asked,
    "rules alone": lambda one: bool(one.rules),
    "second look alone": lambda one: one.suspected,
    "word list": lambda one: one.listed,
}


def words_in(text: str) -> list[str]:
    """The peer at work: which of its words stand in the text."""
    return [word for word in WORDS if word in text]


def rules_only(text: str, purpose: str) -> list[Finding]:
    """The first tier at work."""
    return by_rules(text, forms_of(text), rules_for(purpose, None))


def stopped_by(found: Iterable[Finding]) -> frozenset[str]:
    """The categories of the rules' findings that warn or block."""
    return frozenset(one.category for one in found if one.severity != "info" and one.category != SECOND_LOOK)


def judged(sentence: Sentence) -> Judged:
    text, purpose = sentence["text"], sentence["purpose"]
    found = find(text, purpose=purpose)
    return Judged(
        sentence,
        stopped_by(found),
        any(one.category == SECOND_LOOK for one in found),
        bool(look(text, forms_of(text)[-1], [], purpose=purpose)),
        bool(words_in(text)),
    )


def share(flags: Sequence[bool]) -> tuple[float, float, float, int]:
    """The share of true ones with its interval, and of how many; missing where there are none."""
    if not flags:
        return MISSING, MISSING, MISSING, 0
    return (sum(flags) / len(flags), *interval(sum(flags), len(flags)), len(flags))


def unlawful(one: Judged) -> bool:
    return one.sentence["label"] == "unlawful"


# --- unseen sentences


def unseen_path() -> Path:
    return lexicons.corpora_folder() / "cases" / "compliance-unseen.csv"


def read_sentences(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def drawn(rows: Sequence[Any], count: int | None) -> list[Any]:
    """So many of the rows in their order, always the same; all without a count."""
    if count is None or len(rows) <= count:
        return list(rows)
    return [rows[place] for place in np.sort(np.random.default_rng(0).permutation(len(rows))[:count])]


def unseen(all_judged: Sequence[Judged]) -> dict[str, pd.DataFrame]:
    """The tables `unseen`, `categories` and `findings`."""
    rows = []
    for name, flags in METHODS.items():
        for purpose in ("all", *PURPOSES):
            mine = [one for one in all_judged if purpose in ("all", one.sentence["purpose"])]
            for measure, values in (
                ("recall", [flags(one) for one in mine if unlawful(one)]),
                ("false alarms", [flags(one) for one in mine if not unlawful(one)]),
                ("precision", [unlawful(one) for one in mine if flags(one)]),
            ):
                rows.append((name, purpose, measure, *share(values)))
    columns = ["method", "purpose", "measure", "share", "low", "high", "sentences"]
    return {
        "unseen": pd.DataFrame(rows, columns=columns),
        "categories": by_category(all_judged),
        "findings": by_finding(all_judged),
    }


def messages(rows: Sequence[Sentence]) -> pd.DataFrame:
    """Messages of several sentences of which at most one is unlawful, both tiers; seeded, so always the same ones."""
    chance = np.random.default_rng(5)
    sells = [row for row in rows if row["purpose"] == "promotion"]
    lawful = [row["text"] for row in sells if row["label"] == "lawful"]
    out: list[tuple[Any, ...]] = []
    for around in (0, 1, 3):
        flags: dict[str, list[bool]] = {"unlawful": [], "lawful": []}
        for row in sells:
            others = [chance.choice(lawful, around).tolist() for _ in range(2)]
            found = find("\n".join([*others[0], row["text"], *others[1]]))
            flags[row["label"]].append(gate(found) != "pass")
        out.append((2 * around + 1, "recall", *share(flags["unlawful"])))
        out.append((2 * around + 1, "false alarms", *share(flags["lawful"])))
    return pd.DataFrame(out, columns=["lines", "measure", "share", "low", "high", "sentences"])


def by_category(all_judged: Sequence[Judged]) -> pd.DataFrame:
    rows = []
    for measure, wanted in (("recall", True), ("false alarms", False)):
        groups: defaultdict[str, list[Judged]] = defaultdict(list)
        for one in all_judged:
            if unlawful(one) == wanted:
                groups[one.sentence["category"]].append(one)
        for category in sorted(groups):
            both, *others = (share([flags(one) for one in groups[category]]) for flags in METHODS.values())
            rows.append((category, measure, *both, *(other[0] for other in others)))
    return pd.DataFrame(
        rows, columns=["category", "measure", "share", "low", "high", "sentences", *list(METHODS)[1:]]
    )


def by_finding(all_judged: Sequence[Judged]) -> pd.DataFrame:
    """Of the sentences in which a rule of a category warns or blocks, how many are unlawful."""
    groups: defaultdict[str, list[bool]] = defaultdict(list)
    for one in all_judged:
        for category in one.rules:
            groups[category].append(unlawful(one))
    rows = [(category, *share(groups[category])) for category in sorted(groups)]
    return pd.DataFrame(rows, columns=["category", "share", "low", "high", "sentences"])


# --- hand left out


def bars_of_others(sentences: Sequence[Sentence], scores: np.ndarray) -> dict[tuple[str, str], float]:
    """For each hand and purpose the score that the shipped share of the other hands' lawful sentences stay under."""
    own = {(row["hand"], row["purpose"]) for row in sentences if row["hand"] != train.RULES_OWN}
    return {
        (hand, purpose): float(
            np.quantile(
                [
                    score
                    for row, score in zip(sentences, scores, strict=True)
                    if row["label"] == "lawful"
                    and row["purpose"] == purpose
                    and row["hand"] not in (hand, train.RULES_OWN)
                ],
                train.LEFT_ALONE[purpose],
            )
        )
        for hand, purpose in sorted(own)
    }


def few_sentences() -> list[dict[str, str]]:
    """Some sentences of the two hands that wrote most."""
    sentences = lexicons.rows("second-look")
    most = [hand for hand, _ in Counter(row["hand"] for row in sentences).most_common(2)]
    return drawn([row for row in sentences if row["hand"] in most], 200)


def left_out(sentences: Sequence[Sentence]) -> pd.DataFrame:
    """The table `left_out`: a row for each hand, purpose and measure, and for all hands."""
    scores = train.foreign_scores(sentences, [features_of(train.plain(row["text"])) for row in sentences])
    bars = bars_of_others(sentences, scores)
    groups: defaultdict[tuple[str, str, str], list[tuple[bool, bool, bool]]] = defaultdict(list)
    for row, score in zip(sentences, scores, strict=True):
        hand, purpose = row["hand"], row["purpose"]
        if hand == train.RULES_OWN:
            continue
        found = rules_only(row["text"], purpose)
        stopped, suspected = bool(stopped_by(found)), bool(score >= bars[hand, purpose])
        flags = (stopped or suspected, stopped, suspected)
        measure = "recall" if row["label"] == "unlawful" else "false alarms"
        for whose in (hand, "all"):
            for which in (purpose, "all"):
                groups[whose, which, measure].append(flags)
    rows = []
    for key in sorted(groups):
        both, stopped_share, suspected_share = (share(flags) for flags in zip(*groups[key], strict=True))
        rows.append((*key, *both, stopped_share[0], suspected_share[0]))
    columns = ["hand", "purpose", "measure", "share", "low", "high", "sentences"]
    return pd.DataFrame(rows, columns=[*columns, "rules alone", "second look alone"])


# --- real titles


def read_texts(
    data: Path, places: Mapping[str, tuple[str, str]], count: int, least: int = 1
) -> dict[str, list[str]]:
    """Different texts of each source that is there, so many at most, drawn with a fixed seed."""
    texts = {}
    for source, (file, column) in places.items():
        path = data / "data" / file
        if not path.is_file():
            print(f"not there, left out: {path}", file=sys.stderr)
            continue
        values = pd.read_csv(path, keep_default_na=False, dtype=str)[column].str.strip().drop_duplicates()
        texts[source] = drawn(values[values.str.len() >= least].tolist(), count)
    return texts


def titles(data: Path, count: int, show: int) -> pd.DataFrame:
    """The table `titles`."""
    sources = read_texts(data, TITLES, count)
    sources["all titles"] = [text for texts in sources.values() for text in texts]
    sources |= read_texts(data, BODIES, count, LEAST_BODY)
    rows = []
    for purpose in ("editorial", "promotion"):
        gates: dict[str, str] = {}
        for source, texts in sources.items():
            for text in texts:
                if text not in gates:
                    gates[text] = tier_of(find(text, purpose=purpose))
            got = [gates[text] for text in texts]
            shares = [share([one == tier for one in got])[0] for tier in ("block", "warn", SECOND_LOOK)]
            flagged = share([one != "pass" for one in got])
            rows.append((source, purpose, len(texts), *shares, *flagged[:3]))
            if source != "all titles":
                show_some(source, purpose, [text for text in texts if gates[text] != "pass"][:show])
    columns = ["source", "purpose", "texts", "block", "warn", "second look", "flagged", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def tier_of(found: Sequence[Finding]) -> str:
    """What stops a text: block or warn by a rule, else a second look, else pass."""
    severities = {one.severity for one in found if one.category != SECOND_LOOK}
    asked = any(one.category == SECOND_LOOK for one in found)
    return next((name for name in ("block", "warn") if name in severities), SECOND_LOOK if asked else "pass")


def show_some(source: str, purpose: str, texts: Sequence[str]) -> None:
    for text in texts:
        found = find(text, purpose=purpose)
        ids = [one.rule_id for one in found if one.severity != "info" or one.category == SECOND_LOOK]
        print(f"{source}\t{purpose}\t{tier_of(found)}\t{' '.join(ids)}\t{text}")


# --- speed


def spent(job: Callable[[], Any]) -> float:
    begin = time.process_time()
    job()
    return time.process_time() - begin


def over_all(method: Callable[[str], Any], texts: Sequence[str]) -> Callable[[], None]:
    def job() -> None:
        for text in texts:
            method(text)

    return job


def long_text(lines: Sequence[str], length: int) -> str:
    """Lines one under the other, again from the first where they do not reach."""
    text = "\n".join(lines) + "\n"
    return (text * (length // len(text) + 1))[:length]


def speed(lines: Sequence[str], kind: str, *, runs: int, length: int) -> pd.DataFrame:
    """The table `speed`: texts one by one, one long text, and the steps of a new process."""
    methods: dict[str, Callable[[str], Any]] = {
        "check_copy": check_copy,
        "find": find,
        "rules alone": lambda text: rules_only(text, "promotion"),
        "word list": words_in,
    }
    rows: list[tuple[Any, ...]] = []
    for job, texts in (
        (f"{len(lines):,} {kind}", lines),
        (f"{length:,} characters", [long_text(lines, length)]),
    ):
        tasks = {name: over_all(method, texts) for name, method in methods.items()}
        for task in tasks.values():
            task()
        taken = [{name: spent(task) for name, task in tasks.items()} for _ in range(runs)]
        for name in methods:
            # a coarse clock may say nothing at all of the word list
            against = [
                statistics.median(one[name] / max(one[peer], 1e-9) for one in taken)
                for peer in ("word list", "rules alone")
            ]
            rows.append((job, name, statistics.median(one[name] for one in taken), *against))
    for name, seconds in first_process(runs).items():
        rows.append(("first process", name, seconds, MISSING, MISSING))
    return pd.DataFrame(rows, columns=["job", "method", "seconds", "over word list", "over rules"])


def first_process(runs: int) -> dict[str, float]:
    """Median CPU seconds of each step of a new process."""
    taken = []
    for _ in range(runs):
        command = [sys.executable, "-c", FIRST_PROCESS]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, encoding="utf-8")
        taken.append(json.loads(done.stdout))
    return {name: statistics.median(one[name] for one in taken) for name in taken[0]}


def lines_to_time(data: Path | None, count: int) -> tuple[list[str], str]:
    """Real titles where there are any, else sentences of the lexicon; and what they are."""
    if data is not None:
        pool = [text for texts in read_texts(data, TITLES, count).values() for text in texts]
        return drawn(pool, count), "titles"
    return drawn([row["text"] for row in lexicons.rows("second-look")], count), "sentences"


# --- all of it


def main(arguments: list[str] | None = None) -> dict[str, pd.DataFrame]:
    """Measure, print and return the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--unseen", type=Path, default=unseen_path(), help="sentences in another file")
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=list(PARTS))
    parser.add_argument("--sample", type=int, default=2_000, help="texts of each source of real ones")
    parser.add_argument("--show", type=int, default=0, help="print so many flagged texts of each source")
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args(arguments)
    small = options.small
    tables: dict[str, pd.DataFrame] = {}
    if "unseen" in options.parts:
        rows = drawn(read_sentences(options.unseen), 120 if small else None)
        tables |= unseen([judged(row) for row in rows]) | {"messages": messages(rows)}
    if "left_out" in options.parts:
        tables["left_out"] = left_out(few_sentences() if small else train.shipped_sentences())
    if "titles" in options.parts and options.data is not None:
        tables["titles"] = titles(options.data, 200 if small else options.sample, options.show)
    if "speed" in options.parts:
        lines, kind = lines_to_time(options.data, 50 if small else 1_000)
        runs, length = (1, 5_000) if small else (5, 100_000)
        tables["speed"] = speed(lines, kind, runs=runs, length=length)
    for name, table in tables.items():
        print(f"\n{name}")
        digits = ".3g" if name == "speed" else ".3f"
        print(
            table.to_string(index=False, na_rep="", float_format=lambda value, form=digits: f"{value:{form}}")
        )
    return tables


if __name__ == "__main__":
    main(sys.argv[1:])

"""Every notebook with other parameters, run by papermill: another folder, another week, another platform.

The working folder holds an invented autumn: four accounts, five weeks, three groups, four items. 06_campaign and
07_review run on more of an editor's own input in test_campaign_page and test_review_page.
"""

from __future__ import annotations

import re
import shutil
import warnings
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

import toolkit as tk
from toolkit import lexicons

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
ACCOUNTS = ("河埠头", "半亩菜园", "小满食记", "南门口周报")
DAILY = (
    *("早市几点开", "旧水壶怎么去垢", "冰箱门关不严", "孩子不肯早睡", "阳台种葱", "围巾起球", "米缸防虫"),
    *("筷子多久换", "雨靴晾不干", "楼道灯坏了", "作业写到九点", "豆浆糊锅", "电梯等太久", "晒被子的钟点"),
    *("打印店在哪", "修鞋摊还在", "秋千吱呀响", "快递放门口", "苔菜怎么炒", "旧书捐给谁", "车棚漏雨"),
    *("老花镜配几度", "馒头发不起来", "藕粉冲不开", "公交改道了", "笤帚扎手", "水表倒转", "腌菜出白花"),
)
# what an account says of a thing; no two of a week alike
SAYINGS = (
    *(
        "{}，住三楼的阿婆教了我一招",
        "问了七家人，{}各有各的说法",
        "周末试了两回，{}其实不难",
        "{}这件事，邻居吵了半晚上",
    ),
    *("为了{}我跑了三条街", "{}，记在小本子上的第九条", "今天不聊别的，只聊{}", "{}：一张照片说清楚"),
)
WEEKS = pd.date_range("2026-09-28", periods=5, freq="7D")  # the last one begins on 10-26
RISING = {3: "柿饼晾晒", 4: "围炉煮茶"}  # in the week before the last, and in the last


def rivals() -> pd.DataFrame:
    """Seven everyday posts a week, and six more of one thing in each of the last two weeks."""
    rows = []
    for week, monday in enumerate(WEEKS):
        things = [*DAILY[week * 5 : week * 5 + 7], *[RISING.get(week, "")] * 6]
        for number, thing in enumerate(name for name in things if name):
            said = SAYINGS[(number + week) % len(SAYINGS)].format(thing)
            when = monday + pd.Timedelta(days=number % 7, hours=8 + number)
            rows.append(
                (
                    said,
                    f"{thing}。第 {week * 20 + number} 页。",
                    ACCOUNTS[number % 4],
                    when,
                    300 + 17 * number,
                )
            )
    return pd.DataFrame(rows, columns=["标题", "正文", "来源", "发布时间", "阅读数"])


def own_groups() -> pd.DataFrame:
    groups = tk.read_groups(lexicons.sample_folder() / "groups.csv").frame.head(3)
    return groups.assign(
        group_id=["甲1", "甲2", "甲3"], name=["东街菜友", "西街菜友", "南街菜友"], closes=pd.NaT
    )


def own_items() -> pd.DataFrame:
    rows = [
        (f"own{n}", f"南门口的第{n}样东西", "value" if n % 2 else "promotion", ["all"]) for n in range(1, 5)
    ]
    items = pd.DataFrame(rows, columns=["item_id", "title", "kind", "groups"])
    return items.assign(value=[4.0, 3.0, 2.0, 1.0], owner="小棠", minutes=10)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with an editor's own content, groups and items; nothing else names one."""
    made = tmp_path / "她的 文案台"
    (made / "同行内容").mkdir(parents=True)
    rivals().to_csv(made / "同行内容" / "同行.csv", index=False, encoding="utf-8")
    tk.write_xlsx({"群": own_groups()}, made / "群.xlsx")
    tk.write_xlsx({"内容": own_items()}, made / "内容.xlsx")
    monkeypatch.delenv("WENAN_HOME", raising=False)
    return made


class Ran:
    """A notebook as papermill left it: what was printed and shown, all in all and under each heading."""

    def __init__(self, stem: str, home: Path, **parameters: Any) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of papermill and its kernels, not ours
            import papermill

            given = {"home": str(home), **parameters}
            known = papermill.inspect_notebook(str(FOLDER / f"{stem}.ipynb"))
            assert set(given) <= set(known) | set(of_pairs(stem)), (
                "a parameter that the notebook does not have"
            )
            out = home.parent / f"{stem}.ipynb"
            papermill.execute_notebook(
                str(FOLDER / f"{stem}.ipynb"), str(out), parameters=given, cwd=str(home), progress_bar=False
            )
        self.said: dict[str, str] = {}
        heading = ""
        for cell in nbformat.read(out, as_version=4).cells:
            if cell.cell_type == "markdown":
                heading = [heading, *re.findall("^#+ (.*)", cell.source, flags=re.MULTILINE)][-1]
                continue
            for output in cell.outputs:
                text = output.get("text") or output.get("data", {}).get("text/plain", "")
                self.said[heading] = self.said.get(heading, "") + text + "\n"
        self.out = home / "结果"

    @property
    def all(self) -> str:
        return "\n".join(self.said.values())

    def under(self, heading: str) -> str:
        return self.said[heading]


def of_pairs(stem: str) -> list[str]:
    """The parameters of a notebook that are set together in one line (a, b = 1, 2): papermill's list leaves them out."""
    notebook = nbformat.read(FOLDER / f"{stem}.ipynb", as_version=4)
    [cell] = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    heads = re.findall(r"^([\w, =]+?) = ", cell.source, flags=re.MULTILINE)
    return [name for head in heads for name in re.split(r", | = ", head)]


def foreign(text: str) -> list[str]:
    """Names of the sample's groups that stand where only an editor's own should."""
    names = tk.read_groups(lexicons.sample_folder() / "groups.csv").frame["name"]
    return [name for name in names if name in text]


def test_the_tour_of_a_week_of_ones_own(home: Path) -> None:
    ran = Ran("00_week", home, now="2026-11-02 09:00", days=7, platform="xiaohongshu")
    assert f"读到 {len(rivals())} 篇，没能读入 0 处" in ran.under("一、同行这周发了什么")
    assert all(account in ran.under("一、同行这周发了什么") for account in ACCOUNTS)
    assert RISING[4] in ran.under("二、哪些词正在热起来")
    assert not foreign(ran.all)
    assert "2026-11-0" in ran.under("五、哪个群哪天发")
    assert {"monday.html", "calendar.xlsx"} <= {path.name for path in ran.out.iterdir()}
    calendar = tk.read_calendar(ran.out / "calendar.xlsx").frame
    assert set(calendar["group_id"]) == set(own_groups()["group_id"])
    first, last = calendar["starts_at"].min(), calendar["starts_at"].max()
    assert (f"{first:%Y-%m-%d}" >= "2026-11-02") and (f"{last:%Y-%m-%d}" < "2026-11-09")
    assert (home / "文案台.db").is_file()


def test_another_folder_is_collected(home: Path) -> None:
    other = home / "丢来的"
    shutil.copytree(home / "同行内容", other)
    (other / "坏的.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    ran = Ran("01_collect", home, folder=str(other), now="2026-11-02 09:00")
    told = re.search(r"(\d+) 个文件和工作表，读到 (\d+) 篇", ran.under("二、每个文件怎么样了"))
    assert told and told.groups() == ("2", str(len(rivals())))
    assert "坏的.csv" in ran.under("二、每个文件怎么样了")
    assert f"工作区里现在有 {len(rivals()) + 3} 篇" in ran.all


def test_another_week_has_other_words(home: Path) -> None:
    ran = Ran("02_trends", home, until="2026-10-25")
    assert f"读到 {len(rivals())} 篇" in ran.under("一、先数一遍")
    assert RISING[3] in ran.under("三、为什么信它")
    assert RISING[4] not in ran.under("三、为什么信它")
    assert "没有能计数的词" in ran.under("六、同行在写、我们没写"), (
        "no posts of her own, and none of the sample's"
    )


def test_topics_come_from_ones_own_words_and_weights(home: Path) -> None:
    ran = Ran("03_topics", home, weights={"话题性": 3}, own_words=["南门口"], own_avoid=["茶"])
    said = ran.under("一、从热词到选题")
    assert f"同行 {len(rivals())} 篇，我们 0 篇，3 个群，从 2026-11-02 看起" in said
    assert RISING[4] in said
    assert "-1000" in ran.under("八、不作选题的"), "what she avoids is barred"


def test_another_line_for_another_platform(home: Path) -> None:
    line = "围炉煮茶怎么摆？4样东西就够"
    ran = Ran("04_headlines", home, line=line, topic="围炉煮茶", platform="xiaohongshu", audience="街坊买菜")
    first = ran.under("一、能不能发，写得怎么样")
    assert line in first
    craft = tk.score_headlines([line], platform="xiaohongshu", audience="街坊买菜")["craft"].iloc[0]
    assert re.search(rf"\b{craft:.1f}\b|\b{craft:.0f}\b", first) or "写法分" in first
    assert "围炉煮茶" in ran.under("五、换个写法")


def test_ones_own_groups_are_planned(home: Path) -> None:
    ran = Ran("05_calendar", home, days=7, post_id="own1@甲1", item_id="own2", group_id="甲2")
    assert "3 个群，4 条内容，没能读入 0 行" in ran.under("一、群和内容")
    assert not foreign(ran.all)
    assert "「own2」往后推 2 天" in ran.under("七、照你的意思改")
    assert "群 甲2 在 2026-11-06 停发" in ran.under("七、照你的意思改")
    assert "违反硬规则 0 处" in ran.under("四、好不好，哪里不如意")
    assert set(re.findall(r"2026-1\d-\d\d", ran.under("三、排出来"))) <= {
        f"2026-11-0{n}" for n in range(2, 9)
    }


def test_a_campaign_of_ones_own_thing_on_other_days(home: Path) -> None:
    given = {"start": "2026-11-02", "budget": 200, "owner": "小棠", "own": {"商品": "柿饼"}}
    ran = Ran("06_campaign", home, **given)
    items = tk.read_items(ran.out / "活动内容.xlsx").frame
    assert items["title"].str.contains("柿饼").any()
    assert f"{items['earliest'].min():%Y-%m-%d}" >= "2026-11-02"
    assert set(items["owner"]) == {"小棠"}
    assert "3 个群，没能读入 0 行" in ran.all


def test_a_review_of_ones_own_exports_up_to_another_day(tmp_path: Path) -> None:
    from test_review_page import OWN_NAMES, own_folder

    home = tmp_path / "她的 文案台"
    home.mkdir()
    own_folder(home, status="sent")
    ran = Ran("07_review", home, until="2026-09-06", adopt=[])
    assert "用的是你的效果数据" in ran.all
    assert "到9月6日排的" in ran.under("一、上周发了什么，收回来什么")
    assert all(name in ran.all for name in OWN_NAMES.values())
    assert not foreign(ran.all)
    assert {"复盘.html", "复盘.md", "monday.html"} <= {path.name for path in ran.out.iterdir()}

"""Finding copies: exact, edited, in the other script, spun, lifted; and leaving alone what is none."""

import opencc
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import toolkit as tk
from toolkit import lexicons
from toolkit.schema import COPIES, DOCUMENTS

ARTICLE = (
    "清早五点四十，匡师傅的头一网出水，一百六十二斤，比他估的多十来斤。拉到岸边已经站着七个人，带着保温箱。"
    "母蟹二两二十六，三两四十八，运进城里各加五块左右。绳子也称了，干的十一克，泡过水二十九克，买的时候挑干绳。"
    "掰开看了两只，膏红，占了半壳，公蟹的油得过了国庆才厚，想吃公的再等等。"
)
OTHER = (
    "一百天下来，读过的书分别是六十一本、二十三本和九本。那家只读九本的，有一本连读了三十四晚，孩子在旁边画正字。"
    "先睡着的人，爸爸占了四成，奶奶只有一次，还不承认。簿子里看得出来的是另一件事，三个孩子都开始写自己那一栏。"
)


def frame_of(*rows: tuple[str, str, str | None]) -> pd.DataFrame:
    ids = [f"d{place}" for place in range(len(rows))]
    return pd.DataFrame(
        {
            "doc_id": ids,
            "title": [r[0] for r in rows],
            "body": [r[1] for r in rows],
            "published_at": [r[2] for r in rows],
        }
    )


def test_exact_near_cross_script_and_lifted_copies() -> None:
    edited = ARTICLE.replace("匡师傅", "老匡").replace("保温箱", "泡沫箱") + "想要的街坊群里说一声。"
    traditional = ARTICLE.replace("国庆", "國慶").replace("干绳", "乾繩").replace("公蟹的油", "公蟹的油")
    lifted = OTHER + ARTICLE[:130]
    marked = tk.mark_duplicates(
        frame_of(
            ("开网", edited, "2026-09-16"),
            ("开网", ARTICLE, "2026-09-14"),
            ("开网", ARTICLE, "2026-09-15"),
            ("開網", traditional, "2026-09-17"),
            ("簿子", OTHER, "2026-09-10"),
            ("合集", lifted, "2026-09-20"),
        )
    )
    assert marked["duplicate_of"].fillna("").tolist()[:5] == ["d1", "", "d1", "d1", ""]
    assert marked["duplicate_of"].iloc[5] in {"d1", "d4"}
    assert marked["similarity"].iloc[2] == 1.0
    assert 0.6 < marked["similarity"].iloc[0] < 1.0


def test_undated_copies_belong_to_the_longest_then_the_first() -> None:
    marked = tk.mark_duplicates(
        frame_of(("甲", ARTICLE, None), ("甲", ARTICLE + "又及。", None), ("甲", ARTICLE, None))
    )
    assert marked["duplicate_of"].fillna("").tolist() == ["d1", "", "d1"]


def test_titles_alone_are_copies_only_when_they_nearly_agree() -> None:
    marked = tk.mark_duplicates(
        frame_of(
            ("如果没有他你还爱我吗", "", "2026-01-01"),
            ("如果没有他你还爱我吗剪辑教程", "", "2026-01-02"),
            ("如果没有他你还爱我吗？", "", "2026-01-03"),
            ("短", "", "2026-01-01"),
            ("短", "", "2026-01-02"),
        )
    )
    assert marked["duplicate_of"].fillna("").tolist() == ["", "", "d0", "", "d3"]


def test_nothing_in_nothing_out() -> None:
    assert tk.mark_duplicates(DOCUMENTS.empty()).empty


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=8))
def test_marking_points_at_originals_and_keeps_the_text(bodies: list[str]) -> None:
    frame = frame_of(*[("", body, None) for body in bodies])
    marked = tk.mark_duplicates(frame)
    assert marked["body"].tolist() == bodies
    original = set(marked.loc[marked["duplicate_of"].isna(), "doc_id"])
    assert set(marked["duplicate_of"].dropna()) <= original


def posts() -> list[str]:
    """Bodies of the sample world that are copies of nothing."""
    frame = tk.read_documents(lexicons.sample_folder() / "posts").frame
    return tk.mark_duplicates(frame).query("duplicate_of.isna()")["body"].tolist()


def marked_bodies(*bodies: str) -> list[str]:
    """`duplicate_of` of undated texts given earliest first."""
    days = [f"2026-01-01 00:{place // 60:02}:{place % 60:02}" for place in range(len(bodies))]
    marked = tk.mark_duplicates(frame_of(*[("", b, day) for b, day in zip(bodies, days, strict=True)]))
    return marked["duplicate_of"].fillna("").tolist()


def test_a_copy_in_the_other_script_with_its_regional_words() -> None:
    tw = opencc.OpenCC("s2twp").convert(ARTICLE)
    assert tw != ARTICLE
    assert marked_bodies(ARTICLE, OTHER, tw) == ["", "", "d0"]


def test_a_section_lifted_into_a_long_page_is_found_and_its_share_told() -> None:
    bodies = posts()
    page = "\n".join([*bodies[1:5], bodies[0], *bodies[5:9]])
    marked = tk.mark_duplicates(frame_of(("", bodies[0], "2026-01-01"), ("", page, "2026-01-02")))
    assert marked["duplicate_of"].fillna("").tolist() == ["", "d0"]
    assert abs(marked["similarity"].iloc[1] - len(bodies[0]) / len(page)) < 0.03


def test_a_long_page_that_quotes_a_short_note_is_no_copy_of_it() -> None:
    bodies = posts()
    note = bodies[0][:45]
    page = "\n".join([*bodies[1:12], note])
    assert marked_bodies(note, page) == ["", ""]


def test_posts_that_share_only_a_formula_are_no_copies() -> None:
    formula = "各位邻居早上好，今天的菜单来了，接龙到晚上八点，明早七点半到自提点，袋子请自己带。"
    assert marked_bodies(*[f"{formula}\n{body}" for body in posts()[:30]]) == [""] * 30


FOOT = (
    "我们是澜江的邻里小店，开了九年，每天早上六点半到自提点，接龙到前一晚八点截止。进群请先看公告，袋子请自己带，"
    "坏果拍照当天退，退款原路返回。想带朋友进群的，把朋友的楼栋和门牌发给管理员，人齐三户就送一次。"
)


def test_an_accounts_own_head_and_foot_make_no_copies_but_anothers_do() -> None:
    for count in (2, 3, 5, 8):
        bodies = [
            f"{FOOT}\n{body}" if place % 2 else f"{body}\n{FOOT}"
            for place, body in enumerate(posts()[:count])
        ]
        feet = [f"{body}\n{FOOT}" for body in posts()[:count]]
        for texts in (feet, bodies[1::2]):
            frame = frame_of(*[("", body, None) for body in texts]).assign(source="邻里小店")
            assert tk.mark_duplicates(frame)["duplicate_of"].isna().all()
    others = frame_of(*[("", body, None) for body in feet[:3]]).assign(source=["甲店", "乙店", "丙店"])
    assert tk.mark_duplicates(others)["duplicate_of"].notna().sum() == 2


def test_an_account_that_posts_the_same_again_is_a_copy_of_itself() -> None:
    again = ARTICLE.replace("匡师傅", "老匡") + FOOT
    frame = frame_of(("", ARTICLE + FOOT, "2026-09-01"), ("", again, "2026-09-02")).assign(source="甲店")
    assert tk.mark_duplicates(frame)["duplicate_of"].fillna("").tolist() == ["", "d0"]


def test_many_near_copies_of_one_text_all_belong_to_it() -> None:
    copies = [f"{ARTICLE}第{place}家转载，欢迎来店里坐坐。" for place in range(60)]
    assert marked_bodies(ARTICLE, *copies) == ["", *["d0"] * 60]


def test_a_copy_of_a_copy_belongs_to_the_first_text() -> None:
    second = ARTICLE.replace("匡师傅", "老匡").replace("膏红", "膏满")
    third = second.replace("保温箱", "泡沫箱").replace("七个人", "八个人")
    assert marked_bodies(ARTICLE, second, third) == ["", "d0", "d0"]


def test_the_list_of_copies_names_both_sides_and_the_longest_shared_stretch() -> None:
    marked = tk.mark_duplicates(
        frame_of(
            ("开网", ARTICLE, "2026-09-14"),
            ("簿子", OTHER, "2026-09-10"),
            ("合集", OTHER[:60] + ARTICLE, None),
        )
    ).assign(source=["甲店", "乙店", "丙店"])
    listed = tk.list_copies(marked)
    assert list(listed.columns) == COPIES.names
    row = listed.iloc[0]
    assert len(listed) == 1
    assert row[["source", "title", "original_source", "original_title"]].tolist() == [
        "丙店",
        "合集",
        "甲店",
        "开网",
    ]
    assert row["passage"] == ARTICLE.replace("，", ",").strip("。")
    assert tk.list_copies(DOCUMENTS.empty()).empty


def test_the_chart_of_copies_shows_both_sources() -> None:
    marked = tk.mark_duplicates(frame_of(("开网", ARTICLE, "2026-09-14"), ("转载", ARTICLE, "2026-09-15")))
    chart = tk.copy_bars(tk.list_copies(marked.assign(source=["甲店", "乙店"]))).to_dict()
    assert chart["data"]["values"] == [
        {"copy": "转载　乙店", "share": 0.9833, "label": "98.3%　原文：甲店", "original": "开网"}
    ]
    assert "没有发现转抄" in str(tk.copy_bars(COPIES.empty()).to_dict())

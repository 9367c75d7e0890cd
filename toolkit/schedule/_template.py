"""The empty workbooks that an editor fills in: headings, choices to pick from, and a sheet that explains each column."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Literal

from toolkit import schema
from toolkit.schedule._inputs import CHANNELS, checked_choice
from toolkit.schema import COLUMN_WORDS, ITEM_KINDS, PHASES, TONES, WORDS, Column, InputError

_ROWS = 1_000
# column: (width in half-width characters, what to fill in, example)
_ITEMS: dict[str, tuple[int, str, str]] = {
    "item_id": (12, "每条内容自己的编号，不能重复", "A01"),
    "title": (36, "标题", "中秋前一晚，石门岭的芋头到了"),
    "kind": (10, "类型，从下拉里选；不填算干货", "促销"),
    "tone": (10, "语气，从下拉里选；不填算平实", "温暖"),
    "topic": (14, "选题编号，可以不填", ""),
    "campaign": (16, "活动名；同一活动的内容写同一个名字，可以不填", "中秋芋头"),
    "phase": (10, "活动里的阶段，从下拉里选；同一个群里预热早于促销，促销早于复盘", "预热"),
    "value": (8, "价值，不小于 0 的数，越大越优先；不填算 1", "3"),
    "earliest": (14, "最早哪天可以发，含这一天；不填不限", "2026-09-21"),
    "latest": (14, "最晚哪天可以发，含这一天；不填不限", "2026-09-24"),
    "groups": (18, "发给哪些人群或群编号，用顿号隔开；不填或填“全部”是所有群", "妈妈、G03"),
    "waves": (10, "最多分几个时间群发；1 是所有群同一时间；不填算 1", "2"),
    "after": (14, "要先发的条目编号，用顿号隔开；那一条要在更早的一天发到同一个群", "A00"),
    "festival": (10, "为哪个节日准备；节日当天只发为它准备的促销", "中秋"),
    "minutes": (10, "每群发一批要花负责人多少分钟；不填算 0", "20"),
    "owner": (10, "负责人", "小林"),
    "must_send": (8, "必发，从下拉里选；不填算否", "是"),
    "copy": (48, "群里要发的文案，可以先空着", "今晚八点接龙，明早到店自提。"),
    "media": (20, "图片文件名，用顿号隔开", "芋头1.jpg、芋头2.jpg"),
    "link": (24, "链接，可以不填", ""),
    "clock": (14, "只能在这些时刻发，用顿号隔开；群里要有这个时段；不填不限", "20:00"),
    "review": (10, "审核，从下拉里选；整列不填就是不用审核，用了就只排通过的", ""),
}
_RECURRING: dict[str, tuple[int, str, str]] = {
    **_ITEMS,
    "item_id": (14, "每个栏目自己的编号，不能重复；每一期的编号是“编号@日期”", "每周五干货"),
    "title": (36, "标题，每一期都一样", "周五小课：应季的菜怎么存"),
    "kind": (10, "类型，从下拉里选；不填算干货", "干货"),
    "campaign": (16, "活动名，可以不填；阶段的先后按整个活动算，不分期", ""),
    "phase": (10, "活动里的阶段，一般不填", ""),
    "value": (8, "每一期的价值，不小于 0 的数；不填算 1。常青内容按十分之一算，只补空", "1"),
    "earliest": (14, "栏目最早从哪天开始，含这一天；不填不限", "2026-09-21"),
    "latest": (14, "栏目最晚到哪天，含这一天；不填不限", ""),
    "waves": (10, "每一期最多分几个时间群发；不填算 1。常青内容想各群各自补空，就填大些", "1"),
    "after": (14, "要先发的条目编号，用顿号隔开；写栏目编号，就是那个栏目在这之前最近的一期", "周三预告"),
    "festival": (10, "为哪个节日准备，一般不填", ""),
    "must_send": (8, "每一期都必发，从下拉里选；不填算否；常青内容不能填是", "否"),
    "copy": (48, "群里要发的文案；每一期不同就先空着", ""),
    "media": (20, "图片文件名，用顿号隔开；每一期不同就先空着", ""),
    "weekdays": (16, "星期几发，用顿号隔开；也可以写工作日、休息日（都算调休）、每天；常青内容不填", "五"),
    "until": (14, "发到哪天为止，含这一天；不填不限", "2026-12-31"),
    "skips": (
        28,
        "哪些天不发，用顿号隔开：日期、起止日期，或假期的名字、节假日",
        "国庆假期、2026-11-11至2026-11-12",
    ),
    "moves": (26, "哪一期改到哪天，用顿号隔开；常青内容不填", "2026-10-09→2026-10-10"),
    "cooldown": (10, "常青内容才填：同一个群隔多少天才能再发；这时不填星期", ""),
}
_GROUPS: dict[str, tuple[int, str, str]] = {
    "group_id": (10, "每个群自己的编号，不能重复", "G03"),
    "name": (20, "群名", "望湖妈妈一群"),
    "segment": (12, "人群；内容可以按人群发", "妈妈"),
    "theme": (14, "主题，可以不填", "带娃与早餐"),
    "members": (8, "人数，大于 0 的整数", "186"),
    "channel": (10, "渠道，从下拉里选；不填算群", "群"),
    "purpose": (8, "自有或引流，从下拉里选；不填算自有", "自有"),
    "closes": (14, "这个群用到哪一天，之后不再发；不填不限", "2026-12-31"),
    "region": (12, "区域，可以不填", "望湖新城"),
    "spending": (10, "消费力，可以不填", "中"),
    "slots": (26, "可以发的时段，用顿号隔开", "08:30、12:30、20:00"),
    "quiet": (18, "免打扰，含起点不含终点；可以跨过半夜", "22:00-08:00"),
    "posts_per_day": (10, "每天最多发几条", "2"),
    "posts_per_week": (10, "每周（周一到周日）最多发几条", "5"),
    "promos_per_week": (12, "每周最多几条促销；不填不另限", "2"),
    "owner": (10, "负责人，可以不填", "小林"),
}
_DAYS: dict[str, tuple[int, str, str]] = {
    "group_id": (10, "群编号，和群表里写的一样", "G03"),
    "date": (14, "哪一天；一个群一天一行", "2026-09-21"),
    "members": (8, "这一天群里有多少人，大于 0 的整数", "186"),
    "active": (10, "有多少人说过话；没有数过就空着，不要填 0", "23"),
    "messages": (10, "一共多少条消息", "64"),
    "joined": (8, "新进来几个人", "2"),
    "left": (8, "退出几个人", "1"),
    "orders": (10, "下了几单", "12"),
    "repeat_orders": (12, "其中几单是买过的人下的", "5"),
    "store_visits": (10, "到店几人次", "3"),
    "revenue": (14, "成交多少元；这一天没有成交填 0", "486.5"),
    "promotions": (12, "自家发了几条促销，算在消息数里", "2"),
    "junk": (8, "和大家无关的广告、拉票、刷屏有几条", "1"),
    "answered": (16, "促销里有几条，发出后两小时内有人接着聊", "1"),
}
_COSTS: dict[str, tuple[int, str, str]] = {
    "campaign": (18, "活动名，和内容表里写的一样；一个活动可以写几行，会加起来", "中秋芋头"),
    "amount": (12, "办这个活动花了多少元，不含货；退回来的钱从里面减掉再写", "460"),
    "goods": (14, "卖掉的货一共进价多少元；不知道就空着，那就不算赚了多少", "430"),
    "note": (40, "花在哪里，可以不填", "海报40，帮忙的人工420"),
}
_TESTS: dict[str, tuple[int, str, str]] = {
    "test": (18, "给这次对比起个名；同一个测试的几行写同一个名", "芋头怎么写"),
    "arm": (18, "这是哪个版本；一行写一个版本，至少写两个版本", "先写价格"),
    "item_id": (14, "用这个版本的条目编号，和内容表里写的一样", "A01"),
}
_INCIDENTS: dict[str, tuple[int, str, str]] = {
    "group_id": (10, "群编号，和群表里写的一样", "G03"),
    "happened_at": (18, "什么时候，能写到几点几分就写上", "2026-09-21 21:40"),
    "incident": (12, "什么事，从下拉里选", "投诉"),
    "count": (12, "几次或几个人；不填算 1", "1"),
    "note": (40, "经过，可以不填；不要写人名和电话", "说一早先看到卖蟹，想先看菜价"),
}
_DATES = ("earliest", "latest", "closes", "until", "date")
_BOOKS = {
    "items": (schema.ITEMS, _ITEMS, "内容"),
    "groups": (schema.GROUPS, _GROUPS, "群"),
    "recurring": (schema.RECURRING, _RECURRING, "固定栏目"),
    "days": (schema.GROUP_DAYS, _DAYS, "群日报"),
    "costs": (schema.COSTS, _COSTS, "活动花费"),
    "tests": (schema.TESTS, _TESTS, "对比测试"),
    "incidents": (schema.INCIDENTS, _INCIDENTS, "出过的事"),
}


def _choices() -> dict[str, list[str]]:
    return {
        "kind": [WORDS[kind] for kind in ITEM_KINDS],
        "tone": [WORDS[tone] for tone in TONES],
        "phase": [WORDS[phase] for phase in PHASES if phase],
        "must_send": ["是", "否"],
        "review": ["通过", "待审", "退回"],
        "purpose": [WORDS["own"], WORDS["link"]],
        "channel": list(CHANNELS),
        "incident": list(COLUMN_WORDS["incident"].values()),
    }


def write_template(
    path: str | Path,
    *,
    what: Literal["items", "groups", "recurring", "days", "costs", "tests", "incidents"] = "items",
) -> Path:
    """The path of a new XLSX to fill in: a sheet with Chinese headings and choices, and 「填写说明」 beside it.

    The first sheet is empty below its heading; `read_items`, `read_groups`, `read_recurring`, (what groups did day by
    day) `read_group_days`, (for a review) `read_costs`, `read_tests` and `read_incidents` read it back and pass over
    the other. It prints on A4 landscape. A folder that is not there yet is made.

    Raises ChoiceError for another `what`, InputError when `path` is a folder or lies below a file, PermissionError when
    the file is open in Excel or must not be written.
    """
    checked_choice(what, tuple(_BOOKS), "what")
    import xlsxwriter

    contract, guide, name = _BOOKS[what]
    target = Path(path)
    _make_room(target)
    # xlsxwriter would wrap a PermissionError in an error of its own
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"})
        sheet = book.add_worksheet(name)
        for place, column in enumerate(contract.columns):
            _column(book, sheet, (place, column), guide[column.name][0])
            sheet.write_string(0, place, column.caption, head)
        sheet.freeze_panes(1, 2)
        _explain(book, guide, contract, head)
        for sheet in book.worksheets():
            _set_up_print(sheet)
    target.write_bytes(data.getvalue())
    return target


def _set_up_print(sheet: Any) -> None:
    """A4 landscape, one page wide, the heading on every page."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _make_room(target: Path) -> None:
    """Make the folder of the file to be written."""
    if target.is_dir():
        raise InputError(f"{target} 是一个文件夹。请在后面加上文件名，如 内容.xlsx。")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise InputError(f"建不了文件夹 {target.parent}：路径里有一段是文件。请换一个文件夹。") from error


def _column(book: Any, sheet: Any, placed: tuple[int, Column], width: int) -> None:
    """Width, format and choices of one column; ids and clock times are text, or Excel would rewrite them."""
    place, column = placed
    shape = {"text": "@", "list": "@"}.get(column.kind, "General")
    shape = "yyyy-mm-dd" if column.name in _DATES else shape
    sheet.set_column(place, place, width, book.add_format({"num_format": shape, "valign": "top"}))
    if column.name in _choices():
        sheet.data_validation(1, place, _ROWS, place, {"validate": "list", "source": _choices()[column.name]})


def _explain(book: Any, guide: dict[str, tuple[int, str, str]], contract: schema.Contract, head: Any) -> None:
    sheet = book.add_worksheet("填写说明")
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for place, (caption, width) in enumerate(
        (("列", 16), ("必填", 8), ("怎么填", 56), ("例子", 30), ("可以选", 48))
    ):
        sheet.set_column(place, place, width, wrap)
        sheet.write_string(0, place, caption, head)
    for row, (name, (_, text, example)) in enumerate(guide.items(), start=1):
        needed = "必填" if name in contract.required else ""
        cells = (contract.captions[name], needed, text, example, "、".join(_choices().get(name, [])))
        for place, cell in enumerate(cells):
            sheet.write_string(row, place, cell)
    sheet.freeze_panes(1, 0)

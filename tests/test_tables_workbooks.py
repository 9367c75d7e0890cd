"""Workbooks of every age, what only bears their name, and what would do harm when opened."""

import base64
import datetime as dt
import gzip
import io
import itertools
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from toolkit import tables
from toolkit.schema import InputError
from toolkit.tables import _workbooks

# written by LibreOffice: the sheets of `make_book`, the third one hidden
XLS = zlib.decompress(base64.b85decode(
    "c-rk)Yiv|S6h3qB-R<2{+HIi%1?!3eE#0l#f~Bou3k4~Ow3fCaaRu7#_5s_6ZFv-<F3?I;nm`B^5`2(AVnX60Ci(*t+kcoq&"
    ">#Fz(G*OK1`}6<5)`_AGk11-yV;U%Atp-C%{Oz;nLE#O=A4=P<%QJY6CY(<rYL%hR2m7{$ZC=?U|N{56Dd+Q5(<UF;?NZRr|"
    "6c<xehhx&jN6rCjdHN0}`c<lVm<c{~uaU?RdJ$L93|^c_;NyJaiu{#@yaS>WobAyNS|N|C8^Z`)}^YRp55}pZk5j|EB}VK#C"
    "CpC>2NpW&ksRbYT-jvw+#a93TUj3(N!V2Qq;N00;0OFdujbco<j!ECdz-SwJ?h7{~#ffD6b49s%4yo}AATnR682eHl<FWyK<"
    "%P5G`^WYeKVtA)-?KgU%rbblEZ@u4;(?BWXGp$={vWp#e9<KLo{VhnYRk6{o-x|~^Is|xJ&IMQVLK$LtY(&fSeL8as<lve$$"
    "QYyyZFVguUO-9P-Q&Hy|A<2U+UJ{mmP;3N739O9j$WJX)4`0}VFEZ#X-(#<cFZd2&D?|zZ>ds0F#`KLn#5Rx*Ubu?3<BK-hh"
    "%X(q4yhNl+VNhF@)pX}lISGgp=*3?zRo&-rj|jc_|EGAd0efn9#=zy$I)Ee+FIPzH7xe!N%|w?F!_K%2bc4Xh5XvY<Vu`!y6"
    "5C4v39Z6Imh@u7%k5pNA4U)zIYtDEvDQO9*-VNo@Kb`G2=gFe6Nkl4=Z2-6ymu(po%;-U=?{<Koj|lK!V6;1}vd1Vt@4^TBM"
    "81gTg$OLp7ZLRyX+FyL)%^A*!?{@}0`qK;r>)h&LKyIzUv@&*&;`<xwVBFUDaF@@T+AkS3#*Dx+68f-#e92~7)fpYS;*uG1c"
    "dD5ejxQlzDn`J3H{V>%ks5vTO)2xT|vdlAo)MXa-Fl#lR|k1g80sfhHZ4qu!1=5v2lkqDC(873{<p)BmbUX3iF`RGw(-fjDR"
    "n9Eny>ZU(^*N&*fEN}k(MhBN&fBuK+`hi!E>BPRMsvqdx;e63nalYqV{YAfx*jszgy#2zV@~W)u*=<Yxr`l;VhLi8kFL1ewT"
    "zN|!?!scX8&w<pM>Z8#3|5p^?0Ic}!)ZT6`x|T(>kcMTf7QF|FKt}Yi51Gr&EE-!d7*D-zptrx2UXNHg|OnuG}B_laj%{ZjM"
    "{0s%oQH&ji6v36BLp#*9ItryU<jz;C3vnt8CuYD+L)Pn}s|uYG<^7n+-YH9+V7ei$#qbk?s}Wh7Sw-gsfMj3nTS^Dp_QD&x*"
    "VUOR`PxC*as^7?m(1wBTe;Hap3>Z)nSKNjPUzixQn)64NI3x}G9unryh_NUAG#89bbZyJjgurik*fGBt)wi;~?E2PfmGM1oV"
    "qoLPip;FJibfKwx!3Qmh~8aRvORMCnx!tquTA{=i;k8mn_=SR4g70zkk_MS1yv@xw{qLsu5r{ECBk9;atNkh$9R8w19JNMX+"
    "rA9e#iLd7`^fb4LV7XxrL0xV@-h2wFLARK{CN?jeRL~ydII2*hsK@K@IX<DJ(I-|To)bMT^ve&9DPrc~4nR%Vy-m8gAr?LY-"
    ")mMpN@k5X%o@=rp%LAr5t`CSJQ`6V3p1WyVNtTMzZmriOmNeqwCXl%HE9xBO}e{Uy(40{m8prw9oDWJi#BK!J<0Ek>sq{>?O"
    "pAS-Hz3}ygt99Xql^~uHNVO`-JtZY-wyPytDqLrY1=vArdAMqg@*Ad*}BXmCg3khjhwW^zqkRNk`?~n#pD7##}D%*&ex|&GN"
    "q8E$`d`dG9_T&Fbe{#vPj1X~)T=qi2_&<h@#v_u^91SfbwprE`AG-2ELhzu)cobBS{C{KezBbM1!*Fn{Nb_gC=%871?`{{-Q"
    "aoZU3Xr{sx_<i7$Y@AQhCNBHE&*J?#a$1}dpu9o(;v1`QFcS&v@O;K#RoB#iW{-XA9tUBuGsfae9_fFb|+cqD^wz$WiCJs)9"
    "o<ni`S1U^j@6$5$+e#f&i7{-QRR5~!AKXOh<O6FXexj26xYbXV_~9_#|9?y6zdGaKTTR<B|5mCKx?c+`XcRi(l5T3jd)sZ=%"
    "98zC;#mJjfwPhRSD^>57=uq(V0_~#oW%T#fcK{U{|fpCCj)4C"
))  # fmt: skip
ROWS = [
    ["凉面的第三种拌法", "芝麻酱先用温水澥开", "2026-09-14 08:00", 12000],
    ["汤底为什么要撇沫", "撇三遍\n再加姜片", dt.datetime.fromisoformat("2026-09-15 20:30"), "1.2w"],
]
HEAD = ["账号", "标题", "正文", "发布时间", "阅读数"]


def is_header(cells: list[str]) -> bool:
    return "标题" in cells


def make_book() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "作品"
    for row in (["2026年9月数据导出"], [], HEAD, *[["巷口面馆", *row] for row in ROWS]):
        sheet.append(row)
    book.create_sheet("空的")
    hidden = book.create_sheet("暗")
    hidden.append(["标题"])
    hidden.append(["藏起来的一条"])
    hidden.sheet_state = "hidden"
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def one_sheet(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def edited(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


def opened(folder: Path, name: str, data: bytes | str) -> list[tables.Table]:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return tables.open_tables(path, is_header=is_header)


def notes(table: tables.Table) -> list[tuple[int, str]]:
    return [(note["row"], note["note"]) for note in table.notes]


@pytest.mark.parametrize(("name", "data"), [("a.xlsx", make_book()), ("a.xls", XLS)])
def test_every_sheet_is_read_with_its_row_numbers(name: str, data: bytes, tmp_path: Path) -> None:
    first, second, third = opened(tmp_path, name, data)
    assert (first.path, first.header, list(first.row_numbers)) == (f"{name}〔作品〕", HEAD, [4, 5])
    assert first.records == [["巷口面馆", *row] for row in ROWS]
    assert notes(first) == [(1, "在表头上面，没有当作内容：「2026年9月数据导出」")]
    assert (second.header, second.records) == ([], [])
    assert (third.records, notes(third)) == ([["藏起来的一条"]], [(1, "这是隐藏的工作表，也读了")])
    assert {table.format for table in (first, second, third)} == {name[2:]}


def test_numbers_come_exactly_and_error_cells_are_blank_with_a_note(tmp_path: Path) -> None:
    data = one_sheet(["标题", "编号", "阅读", "备注"], ["甲", 7, "#N/A", 12.0], [20260914, True, 0.5, -3])
    data = edited(data, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b">7<", b">1234567890123456789<"))
    (table,) = opened(tmp_path, "a.xlsx", data)
    assert table.records == [["甲", 1234567890123456789, "", 12], [20260914, True, 0.5, -3]]
    assert notes(table) == [(2, "第 3 列是 Excel 的出错值 #N/A，按空白处理")]


def test_a_wrong_size_in_the_file_hides_no_column(tmp_path: Path) -> None:
    data = edited(
        one_sheet(["标题", "正文"], ["甲", "一"]),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b'ref="A1:B2"', b'ref="A1"'),
    )
    assert opened(tmp_path, "a.xlsx", data)[0].records == [["甲", "一"]]


def test_escapes_are_decoded_in_inline_and_calculated_text_too(tmp_path: Path) -> None:
    data = edited(
        one_sheet(["标题", "正文"], [1, 2]),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(
            b'<c r="A2" t="n"><v>1</v></c>', b'<c r="A2" t="inlineStr"><is><t>a_x000D_b</t></is></c>'
        ).replace(
            b'<c r="B2" t="n"><v>2</v></c>', b'<c r="B2" t="str"><f>A2</f><v>_x005F_x000D__x0000_</v></c>'
        ),
    )
    assert opened(tmp_path, "a.xlsx", data)[0].records == [["a\rb", "_x000D_"]]


def test_a_formula_without_a_saved_result_is_noted_and_a_link_read_as_what_it_shows(tmp_path: Path) -> None:
    data = one_sheet(
        ["标题", "链接", "阅读"],
        ['=HYPERLINK("https://a.cn/1,2","石榴 ""怎么"" 挑，看这里")', '=hyperlink("https://a.cn/1")', "=1+2"],
        ["=A9", '=HYPERLINK("https://a.cn/2", A9)', '=IF(1,"","x")'],
        ["柿子", "", 3],
    )
    # as Excel saves a result that is an empty text
    data = edited(
        data, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'<c r="C3">', b'<c r="C3" t="str">')
    )
    (table,) = opened(tmp_path, "a.xlsx", data)
    assert table.records == [['石榴 "怎么" 挑，看这里', "https://a.cn/1", ""], ["柿子", "", 3]]
    unvalued = "是公式，文件里没有存它的结果，按空白处理。请在 Excel 里打开并保存，再读一次"
    assert notes(table) == [(2, f"第 3 列{unvalued}"), (3, f"第 1 列{unvalued}"), (3, f"第 2 列{unvalued}")]


def test_a_saved_result_and_a_text_that_looks_like_a_formula_are_read_as_they_stand(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["标题", "阅读"])
    book.active.append(["x", "=6*7"])
    book.active["A2"] = "=HYPERLINK(1)"
    book.active["A2"].data_type = "s"
    data = edited(saved(book), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v></v>", b"<v>42</v>"))
    (table,) = opened(tmp_path, "a.xlsx", data)
    assert (table.records, notes(table)) == ([["=HYPERLINK(1)", 42]], [])


def test_cells_merged_below_the_header_are_filled_down(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["账号", "标题"],
        [],
        ["果铺", "甲"],
        [None, "乙"],
        [],
        ["面馆", "丙"],
        ["粥铺", "丁", "", "头条"],
        [None, "戊"],
    ):
        sheet.append(row)
    sheet["D1"] = "渠道"
    for area in ("A1:A2", "A3:A5", "A7:A8", "D7:D8", "B6:C6"):
        sheet.merge_cells(area)
    (table,) = opened(tmp_path, "a.xlsx", saved(book))
    assert table.records == [
        ["果铺", "甲", ""],
        ["果铺", "乙", ""],
        ["面馆", "丙", ""],
        ["粥铺", "丁", "头条"],
        ["粥铺", "戊", "头条"],
    ]
    assert notes(table) == [(3, "从这一行起有上下合并的单元格，合并的各行都按第一格读入")]


def test_styles_that_openpyxl_refuses_do_not_cost_the_rows(tmp_path: Path) -> None:
    data = edited(make_book(), "xl/styles.xml", lambda xml: xml.replace(b"<fill>", b"<fill><bogus/>"))
    assert opened(tmp_path, "a.xlsx", data)[0].records[0] == ["巷口面馆", *ROWS[0]]


def test_a_stray_cell_in_the_last_corner_takes_neither_memory_nor_the_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["标题"])
    book.active.append(["甲"])
    book.active["XFD1048576"] = "x"
    (table,) = opened(tmp_path, "a.xlsx", saved(book))
    assert table.records == [["甲"]]
    assert [(row["row"], row["reason"].split("，多出")[0]) for row in table.rejected] == [
        (1_048_576, "这一行有 16384 格，表头只有 1 格")
    ]


def test_the_child_that_runs_calamine_says_what_it_found() -> None:
    child = Path(_workbooks.__file__).with_name("_calamine.py")
    done = subprocess.run([sys.executable, "-P", child], input=XLS, capture_output=True, check=True)
    assert done.stdout.splitlines()[0] == b'{"sheet": "\\u4f5c\\u54c1", "hidden": false}'
    assert len(done.stdout.splitlines()) == 3 + 5 + 2


def test_an_empty_workbook_is_called_empty(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.xlsx：文件是空的"):
        opened(tmp_path, "a.xlsx", one_sheet())


@pytest.mark.parametrize(
    ("name", "data", "records", "note"),
    [
        ("a.csv", one_sheet(["标题"], ["甲"]), [["甲"]], "扩展名是 .csv，内容是 Excel 工作簿，按工作簿读入"),
        ("a.xlsx", "标题,正文\n甲,一\n", [["甲", "一"]], "扩展名是 .xlsx，内容是文本表格，按文本表格读入"),
        ("a.xls", "标题\t正文\n甲\t一\n", [["甲", "一"]], "扩展名是 .xls，内容是文本表格，按文本表格读入"),
    ],
)
def test_the_content_decides_over_the_name(
    name: str, data: bytes | str, records: list[list[str]], note: str, tmp_path: Path
) -> None:
    (table,) = opened(tmp_path, name, data)
    assert (table.records, notes(table)[-1]) == (records, (1, note))


def test_a_workbook_may_be_packed(tmp_path: Path) -> None:
    (table,) = opened(tmp_path, "a.xlsx.gz", gzip.compress(one_sheet(["标题"], ["甲"])))
    assert table.records == [["甲"]]


PAGE = """<html><head><meta charset="utf-8"></head><body>
<table><tr><td><table><tr><td>导航</td></tr></table></td></tr></table>
<table border="1"><tr><th>标题</th><th>正文</th><th>阅读数</th></tr>
<tr><td>甲</td><td>一<br>二&nbsp;&amp;</td><td>1万</td></tr><tr><td colspan="2">乙</td><td>3</td></tr></table></body></html>"""
OLD_XML = """<?xml version="1.0" encoding="gbk"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="S"><Table><Row><Cell><Data ss:Type="String">标题</Data></Cell><Cell/><Cell><Data>正文</Data></Cell></Row>
<Row><Cell><Data>甲</Data></Cell><Cell ss:Index="3"><Data>一</Data></Cell></Row></Table></Worksheet></Workbook>"""


def test_a_web_page_named_xls_is_read_as_the_table_it_holds(tmp_path: Path) -> None:
    (table,) = opened(tmp_path, "a.xls", PAGE)
    assert (table.path, table.format, table.encoding) == ("a.xls〔表2〕", "html", "utf-8")
    assert table.header == ["标题", "正文", "阅读数"]
    assert table.records == [["甲", "一\n二 &", "1万"], ["乙", "", "3"]]
    assert notes(table) == [(1, "扩展名是 .xls，内容是网页表格，按网页表格读入")]


def test_the_xml_of_old_excel_is_read(tmp_path: Path) -> None:
    (table,) = opened(tmp_path, "a.xls", OLD_XML.encode("gbk"))
    assert (table.header, table.records, table.encoding) == (["标题", "正文"], [["甲", "一"]], "gb18030")


def test_a_login_page_named_csv_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="登录过期时常这样"):
        opened(tmp_path, "a.csv", "<!DOCTYPE html><html><body><p>请登录</p></body></html>")


def zipped(name: str, size: int) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts,
        parts.open(name, "w", force_zip64=True) as part,
    ):
        for _ in range(size >> 20):
            part.write(bytes(1 << 20))
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("坏.xlsx", b"PK\x03\x04 not really a workbook", "坏.xlsx：不是完好的 xlsx 工作簿"),
        ("断.xlsx", make_book()[:3000], "不是完好的 xlsx 工作簿"),
        ("断.xls", XLS[:3000], "不是完好的 xls 工作簿"),
        ("锁.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "工作簿有密码"),
        ("文.xls", OLE + "WordDocument".encode("utf-16-le"), "这是 Word 文档"),
        ("包.xlsx", zipped("说明.txt", 0), "压缩包或其他 Office 文件"),
        ("弹.xlsx", zipped("xl/worksheets/sheet1.xml", 210 << 20), "解压后过大（0.2 GB）"),
    ],
)
def test_what_cannot_be_opened_is_one_clear_error(
    name: str, data: bytes, message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message):
        opened(tmp_path, name, data)


def test_entities_that_multiply_do_no_harm(tmp_path: Path) -> None:
    names = "abcdefghij"
    entities = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in itertools.pairwise(names))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "长长长长长长">{entities}]>'
    book = edited(
        make_book(),
        "xl/sharedStrings.xml",
        lambda xml: bomb.encode() + xml[xml.index(b"?>") + 2 :].replace(b"<t>", b"<t>&j;", 1),
    )
    for name, data in (("a.xlsx", book), ("a.xls", (bomb + OLD_XML[OLD_XML.index("<Workbook") :]).encode())):
        found = opened(tmp_path, name, data)
        assert max(len(str(cell)) for table in found for row in table.records for cell in row) < 1000

"""RSS and Atom files: every kind, dirt and malice, nothing fetched."""

import socket
import time
from html import escape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import toolkit as tk
from toolkit.documents._feeds import is_feed, read_feed
from toolkit.documents._gather import Record
from toolkit.schema import InputError, ToolkitError

RSS = """<?xml version="1.0" encoding="gb2312"?>
<?xml-stylesheet href="a.xsl"?><!-- 甲 --><!-- 乙 -->
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>鲜果铺</title><link>https://guo.cn/</link>
<item><title>石榴 &amp;amp; <![CDATA[<b>柿子</b>]]></title><link>/a/1?x=1&amp;y=2</link><guid>1</guid>
  <pubDate>Mon, 14 Sep 2026 08:30:00 +0800</pubDate><description>摘要</description>
  <content:encoded><![CDATA[<div><style>p{}</style><p>看底部的&nbsp;小嘴。</p><script>x()</script><ul><li>捏</li><li>掂</li></ul>一<br>二 &lt;三&gt;</div>]]></content:encoded></item>
<item><title>没有日期</title><guid>1</guid><link>javascript:alert(1)</link><description>纯文本 a &lt; b
第二行</description></item>
<item><title>只有 dc 日期</title><dc:date>2026-09-15 08:30</dc:date><description>&lt;p&gt;甲&lt;/p&gt;&lt;p&gt;乙&lt;/p&gt;</description></item>
</channel></rss>"""


def test_rss_with_everything_in_it() -> None:
    assert is_feed(RSS)
    assert read_feed(RSS, "a.xml") == [
        Record(
            "石榴 & 柿子",
            "看底部的 小嘴。\n- 捏\n- 掂\n一\n二 <三>",
            "Mon, 14 Sep 2026 08:30:00 +0800",
            "https://guo.cn/a/1?x=1&y=2",
            "鲜果铺",
        ),
        Record("没有日期", "纯文本 a < b\n第二行", source="鲜果铺"),
        Record("只有 dc 日期", "甲\n乙", "2026-09-15 08:30", source="鲜果铺"),
    ]
    assert read_feed(RSS, "a.xml", url="https://xin.cn/f/feed.xml")[0].url == "https://xin.cn/a/1?x=1&y=2"


def test_atom_with_bases_authors_and_entries_from_elsewhere() -> None:
    feed = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://guo.cn/b/"><title type="html">&lt;b&gt;合集&lt;/b&gt;</title>
    <entry><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">石榴<b>怎么</b>挑</div></title><link href="p/1"/>
      <updated>2026-09-14T08:30:00Z</updated><content type="html">&lt;p&gt;正文&lt;/p&gt;</content><summary>摘要</summary>
      <author><name>老周</name><email>zhou@guo.cn</email></author><source><title>鲜果铺</title></source></entry>
    <entry><title>柿子</title><author><name>老周</name></author><summary>摘要</summary></entry></feed>"""
    assert read_feed(feed, "a.atom") == [
        Record("石榴怎么挑", "正文", "2026-09-14T08:30:00Z", "https://guo.cn/b/p/1", "鲜果铺"),
        Record("柿子", "摘要", source="老周"),
    ]


@pytest.mark.parametrize(
    "feed",
    [
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel><title>铺</title></channel>'
        "<item><title>甲</title><description>乙</description></item></rdf:RDF>",
        '<rss version="0.91"><channel><title>铺</title><item><title>甲</title><description>乙</description></item></channel></rss>',
        '<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://a.invalid/rss.dtd"><rss version="0.91"><channel><title>铺</title>'
        "<item><title>甲</title><description>乙</description></item></channel></rss>",
        "\ufeff \n<RSS><channel><title>铺</title><item><title>甲</title><description>乙</description></item></channel></RSS>".replace("RSS", "rss"),
        '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>铺</a:title><a:entry><a:title>甲</a:title><a:summary>乙</a:summary></a:entry></a:feed>',
    ],
)  # fmt: skip
def test_every_version(feed: str) -> None:
    assert is_feed(feed)
    assert [(r.title, r.body, r.source) for r in read_feed(feed, "a.xml")] == [("甲", "乙", "铺")]


def test_broken_xml_keeps_its_good_entries() -> None:
    feed = (
        "<rss><channel><title>铺 & 园</title><item><title>一 &nbsp;&hearts; &甲</title><content:encoded>正 <![CDATA[<i>文</i> & 尾]]></content:encoded>"
        "<x:y z:w='1'>怪</x:y></item><item><title>二\x0b</title><description>a < b</description></item><item><title>三</title><descr"
    )
    assert [(r.title, r.body) for r in read_feed(feed, "a.xml")] == [
        ("一 ♥ &甲", "正 文 & 尾"),
        ("二", "a < b"),
        ("三", ""),
    ]


def item(inner: str) -> str:
    return f"<rss><channel><title>铺</title><item><title>甲</title>{inner}</item></channel></rss>"


@pytest.mark.parametrize(
    "written", ["2026年9月14日", "昨天 08:30", "03/04/05", "2026/09/14 08:30 GMT", "soon"]
)
def test_dates_are_given_as_written_and_not_guessed_at(written: str) -> None:
    assert read_feed(item(f"<pubDate>{written}</pubDate>"), "a.xml")[0].published_at == written


def test_the_first_date_counts() -> None:
    feed = item("<dc:date>2026-09-15</dc:date><pubDate>2026-09-14</pubDate>")
    assert read_feed(feed, "a.xml")[0].published_at == "2026-09-14"


def test_what_is_no_feed_says_so() -> None:
    assert not is_feed("<html><body>rss</body></html>")
    assert not is_feed("甲 <rss> 乙")
    with pytest.raises(InputError, match=r"^a\.xml：不是 RSS 或 Atom 订阅源。请"):
        read_feed("<opml></opml>", "a.xml")
    for empty in ("<rss></rss>", "<rss ", "<feed xmlns='http://www.w3.org/2005/Atom'/>", "<rss>\x00"):
        with pytest.raises(InputError, match=r"^a\.xml：这个订阅源"):
            read_feed(empty, "a.xml")


BOMB = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
HOSTILE = {
    "bomb": f'<!DOCTYPE rss [<!ENTITY l0 "ha">{BOMB}]>' + item("<description>&l12;</description>"),
    "external": '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + item("<description>&x;</description>"),
    "large": item(f"<description>{'好' * 5_000_000}</description>"),
    "open tags": item("<description>" + "&lt;a " * 100_000 + "</description>"),
    "deep": item("<description>" + "<div>" * 100_000 + "</description>"),
    "deep html": item("<description>" + "&lt;div&gt;" * 100_000 + "</description>"),
    "cdata": item("<![CDATA[" * 100_000),
    "ampersands": item("<description>" + "&" * 200_000 + "</description>"),
    "attributes": item("").replace("<item>", "<item " + " ".join(f'a{n}="1"' for n in range(50_000)) + ">"),
    "prefixes": item("".join(f"<p{n}:a/>" for n in range(20_000))),
    "namespaces": item("".join(f'<a{n}:x xmlns:a{n}="u{n}"/>' for n in range(20_000))),
    "author": item(f"<author>{'a.' * 50_000}@</author>"),
    "comments": "<!---->" * 1000 + item(""),
    "blanks": "\n" * 1_000_000 + item(""),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_feeds_end_soon(name: str) -> None:
    begin = time.process_time()
    is_feed(HOSTILE[name])
    try:
        records = read_feed(HOSTILE[name], "a.xml")
    except InputError:
        records = []
    # without the guards each of these takes minutes; 0.1 to 1 s here
    assert time.process_time() - begin < 15
    if name in ("bomb", "external"):
        assert [record.body for record in records] == ["&l12;" if name == "bomb" else "&x;"]


def test_nothing_is_fetched_and_no_file_opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a feed must not reach out")

    read_feed(item(""), "a.xml")  # everything is imported
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr("builtins.open", refuse)
    file = tmp_path / "a.xml"
    for content in ("http://a.invalid/<rss>", f"{file}<rss>", "file:///etc/passwd"):
        with pytest.raises(InputError):
            read_feed(content, "a.xml")


def test_a_feed_that_is_cut_off_says_so(tmp_path: Path) -> None:
    whole = item("<description>一</description>")
    cut = whole.replace("</channel></rss>", "<item><title>二</title><descrip")
    for name, content in (("全.xml", f"{whole}\n<!-- 1 -->"), ("断.xml", cut)):
        (tmp_path / name).write_text(content, encoding="utf-8")
    read = tk.read_documents(tmp_path)
    assert sorted(read.frame["title"]) == ["二", "甲", "甲"]
    assert read.notes.values.tolist() == [["断.xml", 2, "订阅源不完整，最后一条可能缺内容"]]


def test_feed_files_are_read_with_their_own_encoding_and_a_stale_one(tmp_path: Path) -> None:
    (tmp_path / "国.xml").write_bytes(RSS.encode("gb18030"))
    (tmp_path / "新.rss").write_bytes(RSS.encode("utf-8"))
    read = tk.read_documents(tmp_path)
    assert read.frame["title"].tolist() == ["石榴 & 柿子", "没有日期", "只有 dc 日期"] * 2
    assert read.frame["source"].unique().tolist() == ["鲜果铺"]
    assert read.frame["published_at"].dt.strftime("%m-%d %H:%M").fillna("").tolist()[:3] == [
        "09-14 08:30",
        "",
        "09-15 08:30",
    ]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.sampled_from([RSS, item("<description>{}</description>"), "<feed>{}"]), st.integers(0, 900))  # fmt: skip
def test_dirt_anywhere_raises_nothing_but_our_own(dirt: str, feed: str, place: int) -> None:
    try:
        records = read_feed(feed[:place] + dirt + feed[place:], "a.xml", url="https://a.cn/")
    except ToolkitError:
        return
    assert all(isinstance(record, Record) for record in records)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="石榴柿子&<>\"'；ab ", min_size=1, max_size=12), min_size=1, max_size=5))
def test_plain_titles_come_back_as_they_were(titles: list[str]) -> None:
    entries = "".join(f'<entry><title type="text">题{escape(title)}</title></entry>' for title in titles)
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'
    expected = [" ".join(f"题{title}".split()) for title in titles]
    assert [record.title for record in read_feed(feed, "a.xml")] == expected

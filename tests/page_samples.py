"""Invented pages of the kinds that editors save, each with its true text; a measure of what is kept of it."""

from __future__ import annotations

import difflib
from typing import NamedTuple


class Sample(NamedTuple):
    """A page: what stands on it and what an editor wants of it."""

    name: str
    html: str
    title: str
    body: str
    when: str = ""
    source: str = ""


MENU = "<div class='nav'><a href='/'>首页</a> <a href='/a'>美食</a> <a href='/b'>水果</a> <a href='/c'>登录</a> <a href='/d'>注册</a></div>"
FOOT = "<div class='footer'>关于我们 | 联系我们 | 网站地图<br>京ICP备00000000号-1<br>Copyright © 2026 老街口网</div>"


def _p(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def _page(title: str, inner: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title>{head}</head><body>{inner}</body></html>"


def _wechat(title: str, account: str, when: str, content: str, head: str = "") -> str:
    return _page(
        "",
        f"<div id='js_article'><h1 id='activity-name'>{title}</h1><a id='js_name'>{account}</a><em id='publish_time'></em>"
        f"<div class='rich_media_content' id='js_content' style='visibility: hidden;'>{content}</div></div>"
        "<div id='js_pc_qr_code'>微信扫一扫<br>关注该公众号</div><div>继续滑动看下一个</div>"
        f"<script>var msg_title = '{title}'.html(false); var nickname = htmlDecode(\"{account}\");"
        f'var ct = "{when}"; var msg_link = "http://mp.weixin.qq.com/s?__biz=x\\x26amp;mid=1";</script>',
        head,
    )


def _post(number: int, name: str, words: str, when: str) -> str:
    seat = ["楼主", "沙发", "板凳", "地板"][number] if number < 4 else f"{number + 1}#"
    return (
        f"<div id='post_{number}'><table><tr><td class='pls'><a>{name}</a><p>积分 120</p></td><td class='plc'>"
        f"<div class='pi'><strong><a>{seat}</a></strong><em>发表于 {when}</em> | <a>只看该作者</a></div>"
        f"<table><tr><td class='t_f' id='postmessage_{number}'>{words}</td></tr></table></td></tr>"
        "<tr><td><div class='po'><a>回复</a> <a>使用道具</a> <a>举报</a></div></td></tr></table></div>"
    )


POMEGRANATE = (
    "石榴上市头一周，问得最多的是怎么挑。看底部的小嘴，张得开的熟得透，抿着的还要再等几天。",
    "捏一捏皮，紧的水分足，松的放了有些日子。皮上有一点褐斑不要紧，那是太阳晒出来的。",
    "再掂一掂，同样大小挑重的那个。买回来放在阴凉处，一周内吃完最甜。",
)
PORRIDGE = (
    "小米先泡半小时，水开了再下锅，大火滚三分钟转小火，勺子顺着一个方向搅。",
    "熬到米油浮起来，关火盖着盖子焖十分钟，这时候再放红枣和南瓜，颜色才好看。",
    "老人和孩子喝的，可以再多加半碗水，稀一点容易下口。",
)
PERSIMMON = (
    "柿子分硬的和软的，硬的要脱涩才能吃，和苹果一起装进袋子里，扎紧口放两天。",
    "软的不能堆着放，底下的会被压破，一个一个摆开，蒂朝下，能多放三天。",
    "空腹少吃，吃完隔一个钟头再喝牛奶，这是老人传下来的，照做没错。",
)
MARKET = (
    "老街口的早市五点半开张，六点到七点人最多，七点半以后只剩一半的摊子。",
    "本周青菜两块五一斤，比上周便宜三毛，毛豆和茭白刚上，价钱还没定下来。",
    "鱼摊的老板说，周三和周六有湖里的鲫鱼，别的日子都是塘里养的，味道差一截。",
)
LIST = ("- 皮色发亮的那一批是当天摘的", "- 底部张开的更熟，适合当天吃", "- 抿着嘴的留到周末再开")

SAMPLES = (
    Sample(
        "公众号长文",
        _wechat(
            "石榴怎么挑",
            "果铺日记",
            "1789344000",
            "<section><p><span>点击上方蓝字关注我们</span></p></section>"
            + "".join(
                f"<section><p style='margin:0'><span>{line}</span></p></section>" for line in POMEGRANATE
            )
            + _p(
                "长按识别二维码关注我们",
                "觉得不错，点个在看吧",
                "商务合作请联系：guopu@example.com",
                "往期推荐",
            ),
        ),
        "石榴怎么挑",
        "\n".join(POMEGRANATE),
        "2026-09-14 08:00",
        "果铺日记",
    ),
    Sample(
        "公众号带清单和引用",
        _wechat(
            "秋天的第一锅粥",
            "灶台边",
            "1789347600",
            f"<h2>做法</h2>{_p(*PORRIDGE)}<ul><li>小米一碗</li><li>南瓜两块</li></ul>"
            "<blockquote>奶奶说，粥是等出来的。</blockquote><p>图片来自网络，侵删</p><p>阅读原文</p>",
        ),
        "秋天的第一锅粥",
        "\n".join(("做法", *PORRIDGE, "- 小米一碗", "- 南瓜两块", "奶奶说，粥是等出来的。")),
        "2026-09-14 09:00",
        "灶台边",
    ),
    Sample(
        "discuz 论坛",
        _page(
            "石榴怎么挑 - 美食版 - 老街口论坛 - Powered by Discuz!",
            "<div id='pt'>论坛 › 美食 › 水果</div><h1><span id='thread_subject'>石榴怎么挑</span></h1><div>查看: 1203 | 回复: 4</div>"
            + _post(
                0,
                "老周",
                "本帖最后由 老周 于 2026-9-14 08:20 编辑<br />" + "<br />".join(POMEGRANATE),
                "2026-9-14 08:00",
            )
            + _post(1, "阿月", "我家这边都是软籽的，七块一斤，老板说要等到国庆才便宜。", "2026-9-14 08:05")
            + _post(2, "路人", "顶", "2026-9-14 08:07")
            + _post(
                3,
                "小谭",
                "去年买的那批酸得很，后来才知道是没熟就摘的，看小嘴这个办法管用。",
                "2026-9-14 09:10",
            )
            + _post(4, "阿青", "谢谢楼主分享！", "2026-9-14 10:10")
            + "<div id='f_pst'>您需要登录后才可以回帖 <a>登录</a> | <a>立即注册</a></div><div id='ft'>Powered by Discuz! X3.4</div>",
        ),
        "石榴怎么挑",
        "\n".join(
            (
                *POMEGRANATE,
                "我家这边都是软籽的，七块一斤，老板说要等到国庆才便宜。",
                "去年买的那批酸得很，后来才知道是没熟就摘的，看小嘴这个办法管用。",
            )
        ),
        "2026-09-14 08:00",
        "老街口论坛",
    ),
    Sample(
        "资讯站",
        _page(
            "老街口早市这周卖什么_本地_老街口网",
            f"{MENU}<div class='crumb'>当前位置：首页 &gt; 本地 &gt; 菜场</div><div class='article'><h1>老街口早市这周卖什么</h1>"
            "<div class='info'>2026年9月14日 08:00 来源：老街口网 责任编辑：小谭</div>"
            f"{_p(*MARKET)}<p>责任编辑：小谭</p><p>版权声明：本文由老街口网整理，转载请注明出处</p></div>"
            "<div class='related'><h3>相关阅读</h3><ul><li><a href='/1'>周末早市提前半小时</a></li><li><a href='/2'>茭白多少钱一斤</a></li></ul></div>"
            f"<div>上一篇：柿子怎么放</div>{FOOT}",
        ),
        "老街口早市这周卖什么",
        "\n".join(MARKET),
        "2026-09-14 08:00",
        "老街口网",
    ),
    Sample(
        "博客",
        _page(
            "柿子怎么放才不软 | 阿青的厨房博客",
            "<header><a>阿青的厨房</a></header><main><article><h1>柿子怎么放才不软</h1>"
            f"<time datetime='2026-09-15T20:00:00+08:00'>2026-09-15</time>{_p(*PERSIMMON)}"
            "<p>喜欢的话点个赞吧</p></article><aside>热门标签<a>柿子</a><a>秋天</a></aside></main><footer>Powered by Blog</footer>",
            "<meta name='author' content='阿青'>",
        ),
        "柿子怎么放才不软",
        "\n".join(PERSIMMON),
        "2026-09-15 20:00",
        "阿青",
    ),
    Sample(
        "店铺页",
        _page(
            "会理石榴 一箱六个 - 果铺商城",
            f"{MENU}<div class='goods'><h1>会理石榴 一箱六个</h1><div>立即购买 加入购物车</div><div class='detail'>{_p(*POMEGRANATE)}"
            "<table><tr><th>规格</th><th>价格</th></tr><tr><td>六个装</td><td>39.9元</td></tr><tr><td>十二个装</td><td>69元</td></tr></table></div>"
            f"<h3>看了又看</h3><ul><li><a>突尼斯软籽</a></li><li><a>秋月梨</a></li></ul></div>{FOOT}",
            "<meta property='og:title' content='会理石榴 一箱六个'><meta property='og:site_name' content='果铺商城'>",
        ),
        "会理石榴 一箱六个",
        "\n".join((*POMEGRANATE, "| 规格 | 价格 |", "| 六个装 | 39.9元 |", "| 十二个装 | 69元 |")),
        "",
        "果铺商城",
    ),
    Sample(
        "问答",
        _page(
            "石榴怎么挑？ - 知乎",
            "<div class='QuestionPage'><h1>石榴怎么挑？</h1><div class='List'>"
            f"<div class='AnswerItem'><div class='RichContent-inner'>{_p(*POMEGRANATE)}</div><div>发布于 2026-09-14 08:00</div><button>赞同 120</button><button>添加评论</button></div>"
            f"<div class='AnswerItem'><div class='RichContent-inner'>{_p(PERSIMMON[0])}</div><div>编辑于 2026-09-15</div><button>赞同 3</button></div></div>"
            "<div>登录后查看更多</div></div>",
        ),
        "石榴怎么挑？",
        "\n".join((*POMEGRANATE, PERSIMMON[0])),
        "2026-09-14 08:00",
        "知乎",
    ),
    Sample(
        "GBK 声明的旧站",
        "<html><head><meta http-equiv='Content-Type' content='text/html; charset=gb2312'><title>秋粥三件事-老街口网</title></head><body>"
        f"<table><tr><td>首页</td><td>登录</td></tr></table><table><tr><td class='content'><h1>秋粥三件事</h1>发布时间：2026-09-13 07:30　点击：320<br><br>"
        f"{'<br><br>'.join(PORRIDGE)}<br><br>上一篇：柿子怎么放<br>下一篇：没有了</td></tr></table>{FOOT}</body></html>",
        "秋粥三件事",
        "\n".join(PORRIDGE),
        "2026-09-13 07:30",
        "老街口网",
    ),
    Sample(
        "只有 div 的手机页",
        _page(
            "柿子这样放能多吃三天",
            "<div class='top'>打开APP阅读全文</div><div class='wrap'><div class='tit'>柿子这样放能多吃三天</div><div>2026-09-16 06:30</div>"
            + "".join(f"<div class='t'>{line}</div>" for line in PERSIMMON)
            + "<div>扫码关注我们</div><div>微信：guopu2026</div><div>回复</div><div>收藏</div><div>分享到：微信 微博</div></div>",
        ),
        "柿子这样放能多吃三天",
        "\n".join(PERSIMMON),
        "2026-09-16 06:30",
    ),
    Sample(
        "门户转载",
        _page(
            "早市的鱼周几最鲜_手机网易网",
            f"{MENU}<div id='content'><h1>早市的鱼周几最鲜</h1><div class='post_info'>2026-09-12 11:20　来源: 早市观察　举报</div>"
            f"<div class='post_body'>{_p(*MARKET, *LIST)}<p>特别声明：以上内容为自媒体平台用户上传并发布，本平台仅提供信息存储服务。</p></div>"
            "<div>热门推荐</div><div><a>三招看鱼鲜不鲜</a></div><div><a>周末市集时间表</a></div></div>",
        ),
        "早市的鱼周几最鲜",
        "\n".join((*MARKET, *LIST)),
        "2026-09-12 11:20",
        "早市观察",
    ),
    Sample(
        "短通知",
        _page(
            "周六停市通知", "<h1>周六停市通知</h1><p>本周六老街口修路，早市停一天，周日照常。</p><p>分享</p>"
        ),
        "周六停市通知",
        "本周六老街口修路，早市停一天，周日照常。",
    ),
    Sample(
        "标签没有写完的页",
        "<html><head><title>粥要等</title></head><body><div><h1>粥要等<p>"
        + "<p>".join(PORRIDGE)
        + "<p>顶<p>学习了<p>版权所有<div>上一页 1 2 3 4 下一页",
        "粥要等",
        "\n".join(PORRIDGE),
    ),
    Sample(
        "图片公众号",
        _page(
            "",
            "<div id='js_article'></div><script>window.cgiDataNew = {title: JsDecode('老街口的\\x26quot;早市\\x26quot;'), nick_name: JsDecode('早市观察'),"
            "ori_create_time: '1789344000' * 1, item_show_type: '8' * 1, content_noencode: JsDecode('"
            + "\\x0a".join(MARKET)
            + "'),"
            "picture_page_info_list: [{cdn_url: 'https://example.com/1.jpg'}]};</script>",
        ),
        '老街口的"早市"',
        "\n".join(MARKET),
        "2026-09-14 08:00",
        "早市观察",
    ),
)


def share(kept: str, truth: str) -> tuple[float, float]:
    """Precision and recall of the kept characters against the true text, blanks apart."""
    ours, theirs = "".join(kept.split()), "".join(truth.split())
    blocks = difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    common = sum(block.size for block in blocks)
    return common / max(1, len(ours)), common / max(1, len(theirs))


# written after the rules for parting, not looked at while setting them: 11 of 12 were right at once (带导语的盘点 was cut
# in 4, mended since); text, and how many articles an editor counts
BEAN = "豆子先泡一夜，第二天倒掉水，加姜片大火煮开，转小火四十分钟，豆皮起皱就可以关火。放凉以后连汤装进盒子，冷藏三天没有问题。"
CUP = "杯子用久了有一圈茶渍，拿小苏打兑温水泡半小时，软布一擦就掉，不要用钢丝球。玻璃的和瓷的都行，不锈钢的泡十分钟就够。"
BUS = "头班车五点四十从码头开出，沿湖走一圈，七点以前上车半价，周末加开两班。末班车晚上九点，错过了要走到桥头去等夜车。"
HELD_OUT = (
    ("壹贰叁的合集", f"【壹】豆子怎么煮才面\n{BEAN}\n【贰】杯子上的茶渍怎么洗\n{CUP}\n【叁】环湖的头班车几点开\n{BUS}", 3),
    ("篇名在下一行", f"第一篇\n煮豆子的火候\n{BEAN}\n第二篇\n洗茶渍的办法\n{CUP}", 2),
    ("带总题的问句编号", f"街坊常问的三件事\n1. 豆子怎么煮才面？\n{BEAN}\n2. 茶渍用什么洗？\n{CUP}\n3. 头班车几点从码头开？\n{BUS}", 3),
    ("范文", f"范文一：煮豆小记\n{BEAN}\n范文二：洗杯小记\n{CUP}\n范文三：坐车小记\n{BUS}", 3),
    ("没有编号的问句", f"豆子为什么煮不烂？\n{BEAN}\n茶渍为什么越擦越黄？\n{CUP}\n末班车为什么改点？\n{BUS}", 3),
    ("带内层编号的题目", f"一、厨房里煮豆子这件事\n{BEAN}\n1、泡一夜\n{BEAN}\n2、小火\n{BEAN}\n二、一只旧杯子的清洗记\n{CUP}\n1、小苏打\n{CUP}\n2、软布\n{CUP}", 2),
    ("步骤", f"煮豆子\n第一步 泡豆\n{BEAN}\n第二步 下锅\n{BEAN}\n第三步 关火\n{BEAN}", 1),
    ("攻略里的小标题", f"环湖一日怎么玩\n一、坐头班车看日出\n{BUS}\n二、码头边喝一杯茶\n{CUP}\n三、回家煮一锅豆子\n{BEAN}", 1),
    ("采访", f"和茶馆老板聊了一下午\n您这只杯子用了几年？\n{CUP}\n那豆子呢？\n{BEAN}\n所以每天坐头班车来？\n{BUS}", 1),
    ("三个理由", f"① 豆子便宜\n{BEAN}\n② 豆子耐放\n{BEAN}\n③ 豆子好做\n{BEAN}", 1),
    ("带导语的盘点", f"秋天过了一半，街坊们问得最多的还是老三样：锅里的豆子，桌上的杯子，还有门口的那趟车。我们把答案攒了一个月，今天一次说完，省得大家再跑一趟来问，也请把这一页转给用得上的人。\nA. 豆子要煮多久才算好\n{BEAN}\nB. 杯子要怎么泡才干净\n{CUP}\nC. 车要几点等才坐得上\n{BUS}", 1),
    ("清单", f"出门前检查\n1. 豆子关火了没有\n2. 杯子收好了没有\n3. 车票带上了没有\n{BUS}", 1),
)  # fmt: skip

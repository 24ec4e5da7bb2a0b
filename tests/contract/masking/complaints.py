"""About two thousand complaints as people write them of public places, with nothing in them that names anybody.

Every number in them is a floor, a public building, a day, a time, a price, a count, a line, a model or a number that
everybody may call; every person in them is a function. `python -m tests.contract.masking` prints those
that masking changes, and how many there are.
"""

from random import Random
from string import Formatter

from services.contracts.masking import mask

SEED, COUNT = 9, 2000


def _lines(text: str) -> list[str]:
    return text.splitlines()


def _words(text: str) -> list[str]:
    return text.split("|")


SLOTS = {
    "building": [f"{n}号楼" for n in range(1, 41)] + _words("3栋|12栋|5幢|A座|B座|综合楼|二号楼|十二号楼"),
    "stairwell": _words("1单元|2单元|3单元|三单元|东单元|西侧单元"),
    "floor": _words("一楼|2楼|3层|十五层|顶层|地下一层|B1层|负一楼|5楼和6楼|3-5层|21楼|三楼至五楼"),
    "public": _words("居委会|活动中心|物业服务中心|食堂|卫生服务站|党群服务中心|老年活动室|图书馆|幼儿园|菜场|地铁站"),
    "room": _words(
        "会议室201|201会议室|301教室|二楼202活动室|三楼308调解室|102办公室|底楼101大厅|居委会203室|"
        "活动中心305室|图书馆402室"
    ),
    "place": _words(
        "小区北门|中心花园|地下车库|东侧围墙|非机动车棚|垃圾房|快递柜|儿童乐园|健身步道|消防通道|公共走廊|"
        "马路边|路口|石桥|林荫道|黄河路|方庄路口|高架下面|江边步道|白墙旁边|武警医院门口|石化大厦|田林路|"
        "曹杨新村|万科广场"
    ),
    "day": _words(
        "2026-11-23|2026年11月23日|11月23日|20261123|2026/11/23|2026.11.23|周三|昨天|上周五|本月15号|1月1日|"
        "二〇二六年三月"
    ),
    "time": _words("8:30|13:05-15:20|晚上10点半|22点|凌晨2点多|早上六点|18:00|08:00至20:00|下午3点20分|整夜"),
    "price": _words("300元|1200元/月|2.5元|13,800元|￥199|5000-8000元|一千二百元|15块钱|3万元|120万元|20000000元"),
    "people": _words(
        "302人|20多户|1203户|三十几位老人|2535户居民|108名业主|120个人|500余人|12家商户|全体业主|104户人家"
    ),
    "thing": _words(
        "12盏灯|3台电梯|302辆电瓶车|200平方米草坪|120棵树|15个井盖|3张石凳|1030平米绿地|两扇门|8个摄像头|"
        "600米管道|16吨垃圾"
    ),
    "bus": _words("1203路公交|302路|地铁12号线|49路末班车|夜宵线322路|7号线3号口"),
    "hotline": _words("12345|110|119|120|12319热线|95598|400-820-8820|962121|12345热线|110、119、120|96822"),
    "model": _words(
        "GB 50016-2014|MX-2000型|KONE-3000|LED 18W|DN100|PE管De63|SUS304|iPhone 15|P2.5|C30混凝土|5G|PM10|"
        "TX2-301型|HB-703"
    ),
    "flat": _words("两室一厅|3室2厅|三室两厅|一室户|88平米|101平方米|层高2.8米|2室1厅1卫"),
    "who": _words(
        "保安大叔|保洁阿姨|物业经理|门卫大爷|维修师傅|安装师傅|施工队长|居委会主任|社区医生|班主任老师|志愿者|"
        "一位老大爷|几位阿姨|电梯维保师傅|楼上邻居|遛狗的女士|那位先生|外卖小哥|快递员|跳舞的大妈|"
        "带孩子的奶奶|下棋的大爷|物业保安|历史老师|美术老师|太极拳老师|书法老师|编程老师|康复医生|业委会主任|"
        "小区楼长|社区民警同志|孤寡老人|陌生男子|高龄老人|水电师傅"
    ),
    "number": _words(
        "20261123000123|2026112300012345|case-01hx3j5kq0zzzzzzzzzzzzzzzz|第302期|编号62345679|工单20260001|NO.8001"
    ),
    "year": _words("1998年|2005年|2026年|九十年代|2020-2026年|近3年"),
    "bad": _words(
        "漏水|坏了|没人管|噪音很大|堆满杂物|臭味严重|灯不亮|一直没修好|墙皮脱落|积水|占道|很危险|黄梅天发霉|"
        "白天晚上都响"
    ),
}

TEMPLATES = _lines("""\
{building}{stairwell}{floor}走廊{bad}
{building}{floor}的声控灯{bad}，希望尽快处理
{building} {people}都反映水压不够
{building}有{people}，电梯只有两部
{building}{people}联名要求加装电梯
{place}{bad}，已经{year}了
{day} {time} {place}{bad}
{day}{time}起停水，{building}至今没有恢复
从{day}到现在，{place}的{thing}{bad}
{public}{floor}{bad}，请{who}来看看
{public}的{room}周末不开门
想借用{room}办讲座，时间是{day} {time}
{who}说{day}会来修，到今天{bad}
{who}态度很好，{place}却还是{bad}
请{who}管一管{place}，{time}还在放音乐
找{who}好几次了，{place}仍然{bad}
问{who}，说要等{price}的维修费批下来
{who}收了{price}，没有给发票
停车费从{price}涨到{price}，{people}不同意
打了{hotline}，让我找{public}
请拨打{hotline}报修，{building}{floor}{bad}
电话打{hotline}一直占线
{hotline}转了三次，{place}还是{bad}
{bus}改道以后，{place}等车的人很多
{bus}站牌在{place}，{bad}
门口{bus}到{time}就没有了
更换{thing}，型号{model}，共{price}
{building}的管道用的是{model}，标准是{model}
电梯型号{model}，{year}安装，{bad}
小区{year}建成，{people}，{thing}
户型是{flat}，{building}共{people}
我家是{flat}，住在{floor}，窗外{place}{bad}
{building}1楼大厅{bad}，2楼到15楼的楼道灯也{bad}
第1、3、5、7、9、11、13、15层{bad}
1-9号楼{bad}，10-20号楼正常
{building}至{building}之间的路{bad}
单元门门禁{bad}，{people}进不了门
{building}门口有{thing}，{time}没人收
我是租户，{building}{floor}{bad}
我是老住户，住了{year}，{place}{bad}
我是小区业主，反映{place}{bad}
我叫了物业三次，{place}仍然{bad}
我叫{who}来看过，{bad}
联系物业前台，{who}说没有人手
联系{public}也没用，{place}{bad}
业主反映{place}{bad}，已向{hotline}投诉
业主张贴告示，{place}不能停车
居民常年占用{place}，{bad}
居民高空抛物，{building}{floor}{bad}
住户安装的空调外机{bad}
邻居施工到{time}，{bad}
老人反映{place}{bad}，{who}没来
楼上{time}还在施工，楼下{people}没法睡
对面{thing}{bad}
隔壁300米就是{place}，{bad}
工单号{number}，{day}受理，{bad}
案号 {number} 到今天没有答复
{place}面积1200平米，可停{thing}
水表读数 00123，电表 4520 度，{bad}
气温 37.5℃，{place}{bad}
{public}门前台阶高低不平，{who}摔倒
坐标 31.2304,121.4737 附近{bad}
微信群里{people}都在说{place}{bad}
微信支付停车费失败，{price}扣了两次
QQ群公告说{day}停电
二维码扫不出来，{place}{bad}
《民法典》第278条规定，{people}同意才行
参照{model}，{place}不符合消防要求
{place}的路灯{time}才亮，{time}又灭
{building}电梯困人，{day}{time}，等了40分钟
{building}外墙{floor}高空坠物，{bad}
请在{place}加装{thing}，预算{price}
请求增加{bus}班次，{people}要上班
{year}以来{place}改造三次，花了{price}
网速只有 100M，说好 1000M，{price}
噪音 68 分贝，{time}，{place}
快递柜 12 号格口打不开，{place}
车位 B-102 被占，{place}{bad}
地下车库 A302 车位{bad}
灯杆编号 LD-0302，{bad}
3号门和5号门{time}关闭，{people}绕路
一层大堂{bad}，二层办公区也{bad}
许多居民在{place}遛狗，{bad}
任何人都能进{building}，{who}不管
负责人没有来，{place}{bad}
联系人请留物业，{building}{bad}
参加人员不限，{day} {time} 在{place}集合
活动名单见{public}公告栏，{day}截止
一共 12 个单元，每单元 24 户，{bad}
每户收{price}，{people}已交
家住附近，{place}{bad}
希望{public}延长到{time}，方便上班的人
{who}问：{place}什么时候修好？
石材地面{bad}，万一摔倒怎么办
黄色的警戒线还没撤，{place}{bad}
马路对面的施工方{time}还在打桩
高峰时段{bus}挤不上
孙子在{place}玩，差点被{thing}砸到
白天{place}停满车，{people}走不了
安全出口被锁，{building}{floor}
方便的话请{who}{day}来
常有人在{place}抽烟，{who}不管
""")


def complaints(count: int = COUNT, seed: int = SEED) -> list[str]:
    """`count` different complaints, the same every time."""
    chance = Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        template = TEMPLATES[len(found) % len(TEMPLATES)]
        names = [name for _, name, _, _ in Formatter().parse(template) if name]
        parts = iter([chance.choice(SLOTS[name]) for name in names])
        text = "".join(plain + (next(parts) if name else "") for plain, name, _, _ in Formatter().parse(template))
        found.setdefault(
            text if text not in found else f"{text}，{chance.choice(SLOTS['day'])}{chance.choice(SLOTS['bad'])}"
        )
    return list(found)


def false_alarms(texts: list[str]) -> list[tuple[str, str]]:
    """Those of `texts` that masking changes, and into what."""
    return [(text, masked) for text in texts if (masked := mask(text)) != text]

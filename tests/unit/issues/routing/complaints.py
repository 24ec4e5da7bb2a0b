"""What residents write, made up from parts: sentences of a few kinds of problems, no two the same."""

from itertools import cycle, islice

_PLACES = (
    "三单元",
    "九号楼",
    "五楼楼道",
    "地下车库",
    "东门口",
    "楼下花坛旁",
    "一单元门前",
    "顶层",
    "快递柜边",
    "小广场",
)
_WHEN = ("昨天晚上", "从上周开始", "今天早上", "好几天了", "每天夜里", "下雨以后", "前天", "周末")
_WHAT = {
    "lighting": ("路灯不亮了", "照明灯一直闪", "声控灯坏了", "灯泡坏了漆黑一片", "灯罩掉下来灯也灭了"),
    "pipe": ("水管漏水", "下水道堵了往外冒水", "管道滴水地上都是水", "污水管返水", "水表旁漏水严重"),
    "noise": ("有人装修电钻噪声太大", "音响放得太吵睡不着", "跳舞的音乐扰民", "施工噪声很吵", "狗叫吵得睡不着"),
    "parking": ("车辆乱停堵住路口", "有车占了消防车道", "私家车停在人行道上", "电动车乱停乱放", "货车停车挡住出口"),
    "waste": ("垃圾堆了没人清运", "装修垃圾乱扔", "垃圾桶满了臭气熏天", "有人乱丢垃圾袋", "建筑垃圾堆放"),
}


def sentences(kind: str, count: int) -> list[str]:
    """`count` sentences about one kind of problem."""
    combined = (f"{when}{place}{what}" for what, when, place in zip(cycle(_WHAT[kind]), cycle(_WHEN), cycle(_PLACES)))
    return list(islice(dict.fromkeys(islice(combined, 200)), count))


KINDS = tuple(_WHAT)

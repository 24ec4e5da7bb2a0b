"""The words for kinds of work, skills and certificates: open sets, with the known codes here."""

from collections.abc import Mapping

Said = tuple[str, str]
"""Chinese and English."""

OPEN: Mapping[str, Mapping[str, Said]] = {
    "category": {
        "visit": ("上门慰问", "Visit"),
        "chat": ("陪伴聊天", "Chat"),
        "haircut": ("上门理发", "Haircut"),
        "meal": ("敬老配餐", "Meal"),
        "chores": ("帮做家务", "Chores"),
        "health-check": ("上门体检", "Health check"),
        "class": ("课堂", "Class"),
        "clinic": ("义诊", "Clinic"),
        "festival": ("文化活动", "Festival"),
        "rehearsal": ("排练", "Rehearsal"),
        "service": ("便民服务", "Community service"),
    },
    "skill": {
        "medical": ("医疗", "Medical"),
        "first-aid": ("急救", "First aid"),
        "haircut": ("理发", "Haircut"),
        "guide": ("引导", "Guiding"),
        "tutoring": ("课业辅导", "Tutoring"),
        "chores": ("家务", "Chores"),
    },
    "skill-level": {
        "1": ("入门", "Beginner"),
        "2": ("熟练", "Practised"),
        "3": ("精通", "Expert"),
    },
    "certificate-of": {
        "medical-licence": ("医师执业证书", "Medical licence"),
        "child-contact-check": ("涉未成年人从业查询", "Record check for contact with minors"),
    },
}
"""Codes that communities may add to, and what the known ones are called."""


def category(code: str) -> Said:
    """What a kind of work is called; one that nobody has named is called by its code."""
    return OPEN["category"].get(code, (code, code))

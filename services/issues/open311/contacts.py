"""Reads the contact of a reporter from a form. A value that can't be kept is left out, and the sender is told; the
report is taken all the same, since the client that sends it can't correct what somebody typed long ago."""

from services.chassis.http.language import Language
from services.contracts.text import fit
from services.issues.open311.form import Form
from services.issues.privacy.domain.contact import Contact

CONTACT_FIELDS = ("first_name", "last_name", "phone", "email")
_OF_PHONES = str.maketrans(dict.fromkeys("()（）./", " "))
"""Signs in phone numbers that are replaced by spaces."""
_NAMES = {"name": ("姓名", "the name"), "phone": ("电话", "the phone"), "email": ("电子邮箱", "the e-mail address")}


def contact_in(form: Form) -> tuple[Contact | None, tuple[str, ...]]:
    """The contact that `form` gives, and the names of the fields that had to be left out of it."""
    first, last, phone, email = (contact_field(name, form.fields.get(name, "")) for name in CONTACT_FIELDS)
    given = {"name": " ".join(part for part in (first, last) if part), "phone": phone, "email": email}
    said = {name: text for name, text in given.items() if text}
    dropped = tuple(name for name, text in said.items() if not _can_be_kept(name, text))
    kept = {name: text for name, text in said.items() if name not in dropped}
    return (Contact.model_validate(kept) if kept else None), dropped


def contact_field(name: str, value: str) -> str:
    """The `value` of the field `name` as it is kept: in one line, with one space between words, and of a phone number
    without signs that divide it."""
    text = fit(value)
    return " ".join((text.translate(_OF_PHONES) if name == "phone" else text).split())


def notice(dropped: tuple[str, ...], language: Language) -> str | None:
    """The sentence that tells the sender of the fields left out (`dropped`); None where there are none."""
    if not dropped:
        return None
    if language == "zh":
        return f"已受理。联系方式格式有误，未保存：{'、'.join(_NAMES[name][0] for name in dropped)}。"
    return f"Taken, but not kept, for their form is wrong: {', '.join(_NAMES[name][1] for name in dropped)}."


def _can_be_kept(name: str, text: str) -> bool:
    try:
        Contact.model_validate({name: text})
    except ValueError:
        return False
    return True

"""The page that a sticker opens: the place, what may be reported, and where that is allowed a form without an account.

It works without a script, loads nothing, and its one style is named in the policy by its digest.
"""

from html import escape

from services.chassis.http.style_policy import style_policy
from services.issues.catalogue.api.editions import CatalogueView
from services.issues.places.views import StepView

FORM_AT = "/api/issues/v1/report"
LONGEST = 2000
PHOTOS = 3
_STYLE = (
    "body{font:1.125rem/1.6 'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;margin:0;color:#1c2733;"
    "background:#f6f4f0}main{max-width:38rem;margin:0 auto;padding:1rem 1rem 3rem}h1{font-size:1.5rem;margin:.5rem 0}"
    "h2{font-size:1.1rem;margin:1.5rem 0 .25rem}small{color:#4d5966}label,legend{display:block;font-weight:600;"
    "margin:1.1rem 0 .3rem}select,textarea,input{font:inherit;width:100%;box-sizing:border-box;padding:.6rem;"
    "border:2px solid #6b7683;border-radius:8px;background:#fff;color:#1c2733;min-height:48px}textarea{min-height:8rem}"
    "button{font:inherit;font-weight:700;width:100%;min-height:56px;margin-top:1.5rem;border:0;border-radius:8px;"
    "background:#a3261f;color:#fff}:focus-visible{outline:3px solid #1a5fb4;outline-offset:2px}li{margin-bottom:.6rem}"
    ".where,.said{background:#fff;border-left:6px solid #a3261f;padding:.8rem 1rem;margin:.8rem 0}a{color:#8a1f19}"
    "@media(prefers-color-scheme:dark){body{background:#14181d;color:#e8ecf1}small{color:#b3bdc8}"
    "select,textarea,input,.where,.said{background:#1e242b;color:#e8ecf1}a{color:#ff9d94}"
    ":focus-visible{outline-color:#99c1f1}}"
)
CSP = style_policy(_STYLE)
"""What the page may do: show itself, and send its form here."""

_ON_THE_BOARD = (
    "<p>居委会会尽快处理，处理结果在公示栏公布。请记下编号，可凭它询问进展。<br>"
    '<small lang="en">The committee will see to it, and tells on the notice board what became of it. '
    "Ask by the number.</small></p>"
)
_NOT_PUBLIC = (
    "<p>居委会会尽快处理。您反映的情况不会公开。请记下编号，可凭它向居委会询问进展。<br>"
    '<small lang="en">The committee will see to it. What you report is not made public. '
    "Ask the committee by the number.</small></p>"
)


def opened(path: list[StepView], catalogue: CatalogueView, place: str, telephone: str | None) -> str:
    """The page of a place. With a `telephone`, the committee's or an empty one, it has a form."""
    where = " · ".join(escape(step.title) for step in path)
    if telephone is None:
        said = (
            "<p>请在社区应用中登录后上报，或联系网格员、居委会。"
            "<br><small>Sign in to the community's application to report, or speak to a grid worker or the committee."
            "</small></p>" + _list(catalogue)
        )
    else:
        said = _form(catalogue, place) + _call(telephone)
    return _page(
        f"上报问题 · {where}", f'<h1>上报问题 <small lang="en">Report a problem</small></h1>{_where(where)}{said}'
    )


def taken(number: str | None, telephone: str, *, public: bool) -> str:
    """What is shown once a report was taken; of one that is not `public` the notice board will tell nothing."""
    named = "" if number is None else f"<p class=said>编号 <b>{escape(number)}</b> <small>Number</small></p>"
    return _page(
        "已收到 · Received",
        f'<h1>已收到，谢谢您！ <small lang="en">Received, thank you!</small></h1>{named}'
        f"{_ON_THE_BOARD if public else _NOT_PUBLIC}{_call(telephone)}",
    )


def refused(zh: str, en: str, place: str | None, telephone: str) -> str:
    """What is shown where a report was not taken, and why; what was typed stands behind the browser's way back."""
    back = "" if place is None else f'<p><a href="{FORM_AT}?place={escape(place)}">重新填写 · Try again</a></p>'
    return _page(
        "未能上报 · Not taken",
        f'<h1>未能上报 <small lang="en">Not taken</small></h1><div role="alert" class=said><p>{escape(zh)}</p>'
        f'<p lang="en"><small>{escape(en)}</small></p></div>{back}{_call(telephone)}',
    )


def outlived(telephone: str) -> str:
    """What is shown where the place of a sticker is there no more, or its code is not read as it was printed."""
    return _page(
        "二维码已失效 · This code leads nowhere",
        '<h1>这个二维码已失效 <small lang="en">This code leads nowhere</small></h1>'
        '<div role="alert" class=said><p>它所在的地点已不再使用，或者网址不完整。请重新扫描，或联系居委会、网格员。</p>'
        '<p lang="en"><small>Its place is no longer in use, or the address is not whole. Scan it again, or speak to '
        f"the committee or a grid worker.</small></p></div>{_call(telephone)}",
    )


def _page(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>\n"
    )


def _where(where: str) -> str:
    return f'<p class="where"><b>{where}</b></p>'


def _call(telephone: str) -> str:
    if not telephone:
        return ""
    digits = escape("".join(each for each in telephone if each.isdigit() or each == "+"))
    return (
        f'<p>也可致电居委会：<a href="tel:{digits}">{escape(telephone)}</a> '
        '<small lang="en">Or call the committee.</small></p>'
    )


def _form(catalogue: CatalogueView, place: str) -> str:
    return (
        f'<form method="post" action="{FORM_AT}" enctype="multipart/form-data">'
        f'<input type="hidden" name="place" value="{escape(place)}">'
        '<label for="service_code">是什么问题 <small lang="en">What is it?</small></label>'
        f'<select id="service_code" name="service_code" required><option value="">请选择 · Choose</option>'
        f"{_options(catalogue)}</select>"
        '<label for="description">请描述 <small lang="en">Describe it</small></label>'
        f'<textarea id="description" name="description" required maxlength="{LONGEST}"></textarea>'
        f'<label for="photo1">照片，至多 {PHOTOS} 张（可不填） <small lang="en">Photos, if you like</small></label>'
        '<input id="photo1" name="photo1" type="file" accept="image/*" multiple>'
        '<label for="phone">电话（可不填，不公开，只用于就此事联系您） '
        '<small lang="en">Telephone, if you like; it is not published</small></label>'
        '<input id="phone" name="phone" type="tel" autocomplete="tel" maxlength="24">'
        '<button type="submit">上报 · Send</button></form>'
    )


def _options(catalogue: CatalogueView) -> str:
    """Categories that ask nothing which has to be answered: such questions need a form of their own."""
    simple = [each for each in catalogue.items if not any(question.required for question in each.questions)]
    return "".join(
        f'<optgroup label="{escape(group.zh)} · {escape(group.en)}">'
        + "".join(
            f'<option value="{escape(item.code)}">{escape(item.zh)} · {escape(item.en)}</option>'
            for item in simple
            if item.group == group.code
        )
        + "</optgroup>"
        for group in catalogue.groups
        if any(item.group == group.code for item in simple)
    )


def _list(catalogue: CatalogueView) -> str:
    return "".join(
        f'<section><h2>{escape(group.zh)} <small lang="en">{escape(group.en)}</small></h2><ul>'
        + "".join(
            f'<li><b>{escape(item.zh)}</b> <small lang="en">{escape(item.en)}</small><br>{escape(item.filing_zh)}</li>'
            for item in catalogue.items
            if item.group == group.code
        )
        + "</ul></section>"
        for group in catalogue.groups
    )

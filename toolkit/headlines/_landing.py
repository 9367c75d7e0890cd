"""Templates of messages and of a landing page: rows of `copy-templates.csv`, blanks that stay in sight."""

from __future__ import annotations

import functools
import re
from typing import Any

import pandas as pd

from toolkit import lexicons
from toolkit.schema import ChoiceError, InputError, is_missing, shown_value

_SLOT = re.compile(r"\{([^{}\n]+)\}")


def copy_templates() -> pd.DataFrame:
    """Every template: template, caption, kind (as in ITEMS), slots (list), text with its blanks, example (filled).

    >>> copy_templates()["template"].tolist()
    ['landing', 'promotion', 'value', 'discussion', 'event', 'red_packet', 'poll', 'notice']
    """
    names = list(dict.fromkeys(row["template"] for row in lexicons.rows("copy-templates")))
    records = []
    for name in names:
        lines = _lines(name)
        examples = {row["slot"]: row["example"] for row in _slot_rows(name)}
        records.append(
            {
                "template": name,
                "caption": lines[0]["caption"],
                "kind": lines[0]["kind"],
                "slots": list(examples),
                "text": fill_template(name),
                "example": fill_template(name, **examples),
            }
        )
    return pd.DataFrame(records)


def template_slots(name: str) -> pd.DataFrame:
    """What can be filled in: slot, hint (what belongs there), example. Raises ChoiceError for an unknown template.

    >>> template_slots("notice")["slot"].tolist()
    ['对谁', '变动', '时间', '细节', '怎么办']
    """
    return pd.DataFrame(
        [{key: row[key] for key in ("slot", "hint", "example")} for row in _slot_rows(_known(name))],
        dtype="str",
    )


def copy_template(name: str) -> str:
    """The template with all its blanks: `fill_template` without values."""
    return fill_template(name)


def fill_template(name: str, /, **slots: Any) -> str:
    """The template with these slots filled; `name` is its name or its caption.

    A slot that is not given, or missing, stays in sight as 【…名称】, and `score_copy` blocks the text until it is filled.
    An empty text takes the slot's whole line out. Values are put in as they are; braces in them mean nothing.

    Raises ChoiceError for an unknown template or slot, InputError for a value that is neither text nor number.

    >>> print(fill_template("通知", 对谁="取菜的街坊", 变动="明天改到东门取", 时间="9月22日起", 怎么办=""))
    取菜的街坊，明天改到东门取。
    9月22日起，【…细节】。
    """
    template = _known(name)
    known = [row["slot"] for row in _slot_rows(template)]
    for slot, value in slots.items():
        if slot not in known:
            raise ChoiceError(f"模板“{name}”里没有“{slot}”这一处。可以填的是：{'、'.join(known)}。")
        if not is_missing(value) and not isinstance(value, (str, int, float)):
            raise InputError(f"模板“{name}”的“{slot}”要填文字或数字（现在是 {shown_value(value)}）。")
    values = {slot: str(value) for slot, value in slots.items() if not is_missing(value)}
    lines = []
    for row in _lines(template):
        wanted = _SLOT.findall(row["line"])
        if all(values.get(slot, "…").strip() for slot in wanted):
            lines.append(
                _SLOT.sub(lambda match: values.get(match.group(1), f"【…{match.group(1)}】"), row["line"])
            )
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def landing_page(**slots: Any) -> str:
    """A landing page in three parts: theme, bait and an early call to action; proof; the call to action again.

    `fill_template("landing", …)`: what proof there is (资质, 专家, 评价) only the editor can say, so nothing stands there
    until it is filled in; an empty text takes the line out. Raises what `fill_template` raises.

    >>> landing_page(主题="旧铁锅翻新", 好处="三天后接着用").splitlines()[0]
    '旧铁锅翻新：三天后接着用'
    """
    return fill_template("landing", **slots)


def _known(name: str) -> str:
    captions = {row["template"]: row["caption"] for row in lexicons.rows("copy-templates")}
    for template, caption in captions.items():
        if name in (template, caption):
            return template
    listed = "、".join(f"{template}（{caption}）" for template, caption in captions.items())
    raise ChoiceError(f"没有叫 {name!r} 的模板。可以用的是：{listed}。")


@functools.cache
def _lines(template: str) -> tuple[dict[str, str], ...]:
    return tuple(row for row in lexicons.rows("copy-templates") if row["template"] == template)


@functools.cache
def _slot_rows(template: str) -> tuple[dict[str, str], ...]:
    return tuple(row for row in lexicons.rows("copy-template-slots") if row["template"] == template)

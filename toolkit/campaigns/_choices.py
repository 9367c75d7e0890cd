"""What an editor chooses of a playbook: blanks, options and targets, checked; and what the options leave out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from toolkit.campaigns._shape import Playbook
from toolkit.schema import ChoiceError, PlaybookError, as_list, is_missing, shown_value

When = tuple[tuple[str, tuple[str, ...]], ...]


def given_choices(book: Playbook, choices: Mapping[str, Any]) -> dict[str, Any]:
    """The choices with the options' defaults. Raises PlaybookError for a name or value that is not known."""
    known = {
        **{row["blank"]: row["hint"] for row in book.blanks},
        **{row["option"]: "、".join(row["values"]) for row in book.options},
        **{row["target"]: row["hint"] for row in book.targets},
    }
    for name in choices:
        if name not in known:
            listed = "；".join(f"{key}（{hint}）" for key, hint in known.items()) or "无"
            raise PlaybookError(f"打法「{book.name}」里没有「{name}」。可以写的是：{listed}。")
    given = {row["option"]: row["default"] for row in book.options}
    given.update({name: value for name, value in choices.items() if not is_missing(value)})
    for row in book.options:
        if not isinstance(given[row["option"]], str) or given[row["option"]] not in row["values"]:
            wrong = shown_value(given[row["option"]])
            raise PlaybookError(
                f"「{row['option']}」不能是 {wrong}。可以用的是：{'、'.join(row['values'])}。"
            )
    for row in book.blanks:
        value = given.get(row["blank"], "")
        if not isinstance(value, (str, int, float)) or isinstance(value, bool):
            raise PlaybookError(
                f"「{row['blank']}」要填文字或数字（现在是 {shown_value(value)}）：{row['hint']}。"
            )
    return given


def named_list(value: Any, name: str) -> list[str]:
    """Names as a list. Raises ChoiceError that names the argument for what is none."""
    try:
        return as_list(value)
    except TypeError:
        raise ChoiceError(f"{name} 要写名字，或一组名字（现在是 {shown_value(value)}）。") from None


def holds(when: When, given: Mapping[str, Any]) -> bool:
    """Whether the options chosen are those that an item or a budget line is for.

    >>> holds((("需求", ("高频", "低频")),), {"需求": "低频"}), holds((), {})
    (True, True)
    """
    return all(given[option] in values for option, values in when)


def budget_lines(book: Playbook, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The budget lines that the options chosen have."""
    return [line for line in book.budget if holds(line.get("when", ()), given)]


def money_of(book: Playbook, given: Mapping[str, Any], groups: int) -> tuple[float, float]:
    """The least and the most that a playbook takes for so many groups, in yuan."""
    lines = budget_lines(book, given)
    low, high = (sum(line[key] * times_of(line, groups) for line in lines) for key in ("low", "high"))
    return float(low), float(high)


def times_of(line: Mapping[str, Any], groups: int) -> int:
    """How often a budget line comes: 场 once, 群 once a group, 份 so many a group."""
    return int(line.get("count", 1)) * (1 if line["per"] == "场" else groups)

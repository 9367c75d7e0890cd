"""What a platform shows of a headline before it cuts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from toolkit import lexicons
from toolkit.headlines._inputs import one_text
from toolkit.text import character_width, display_width

_JOINER = "\u200d"
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]")
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff]")
_TAG = re.compile("[\U000e0020-\U000e007f]")
_KEYCAP = "\u20e3"
# below the one and between the others nothing belongs to the character before it
_FIRST_MARK, _HAN = "\u0300", ("\u3400", "\u9fff")


@dataclass(frozen=True)
class Preview:
    """A headline as a platform's list shows it.

    `visible` and `hidden` are the text before and behind the cut; `width` is the whole in half-width units (a Han
    character is 2); `cut_at` the number of code points shown, None where nothing is cut; `over_limit` by how many
    characters the platform's own limit is passed (0: not, or none is known); `note` what holds for the platform, with
    how sure it is.
    """

    visible: str
    hidden: str
    width: int
    cut_at: int | None
    over_limit: int
    note: str


def preview_headline(text: Any, *, platform: str = "wechat") -> Preview:
    """What is seen of the headline before the platform cuts it. No emoji or accented letter is cut in two.

    The width shown is the platform's row in `platforms.csv`, a convention with its source and certainty; screens and
    font sizes differ. A missing text counts as blank. Raises ChoiceError for what is no text and for an unknown platform.

    >>> shown = preview_headline("大闸蟹怎么挑？看准这3处，今晚就能蒸，蒸完还要等五分钟再揭盖", platform="公众号")
    >>> shown.hidden, shown.cut_at, shown.over_limit
    ('要等五分钟再揭盖', 22, 0)
    """
    row = lexicons.platform(platform)
    text = one_text(text, "标题")
    visible = shown_of(text, row)
    cut = len(visible) if len(visible) < len(text) else None
    over = over_limit(display_width(text), len(text), row)
    said = [f"{row.caption}：{row.note}（{row.certainty}，{row.checked} 查）。"]
    if over:
        said.insert(0, f"超过上限 {over} 个字。")
    return Preview(visible, text[len(visible) :], display_width(text), cut, over, "".join(said))


def over_limit(width: int, chars: int, platform: lexicons.Platform) -> int:
    """By how many characters, as the platform counts them, its limit is passed; 0 where it is not or none is known."""
    counted = -(-width // 2) if platform.limit_by == "width" else chars
    return max(0, counted - platform.max_chars) if platform.max_chars else 0


def shown_of(text: str, platform: lexicons.Platform) -> str:
    """The beginning of the text that the platform's list shows, cut between characters as a reader sees them."""
    total, place = 0, 0
    while place < len(text):
        end = _cluster_end(text, place)
        # an emoji of several code points is drawn as one
        total += _drawn_width(text[place:end])
        if total > platform.visible_width:
            return text[:place]
        place = end
    return text


def _drawn_width(cluster: str) -> int:
    return character_width(cluster) if len(cluster) == 1 else max(map(character_width, cluster))


def _cluster_end(text: str, start: int) -> int:
    """Where the character that begins here ends, as a reader counts: marks, joined emoji and flags belong to it.

    The parts of UAX 29 that headlines hold: marks and variation selectors, joiners, skin tones, tags, pairs of
    regional letters, and surrogates that stand as two code points.
    """
    end = start + 1
    if _FLAG.match(text[start]) and end < len(text) and _FLAG.match(text[end]):
        end += 1
    if "\ud800" <= text[start] <= "\udbff" and end < len(text) and "\udc00" <= text[end] <= "\udfff":
        end += 1
    while end < len(text):
        character = text[end]
        if character < _FIRST_MARK or _HAN[0] <= character <= _HAN[1]:
            break
        if character == _JOINER and end + 1 < len(text):
            end += 2
        elif character in (_JOINER, _KEYCAP) or _extends(character):
            end += 1
        else:
            break
    return end


def _extends(character: str) -> bool:
    return (
        unicodedata.category(character) in ("Mn", "Me", "Mc")
        or _SKIN.match(character) is not None
        or _TAG.match(character) is not None
    )

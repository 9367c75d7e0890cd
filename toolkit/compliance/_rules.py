"""The rules and the contexts that excuse or require something, read from the lexicons and compiled."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from toolkit import lexicons
from toolkit.compliance._needed import needed
from toolkit.schema import ChoiceError

PURPOSES = {"promotion": "推广", "editorial": "内容"}


@dataclass(frozen=True)
class Context:
    """What else stands in a text: it excuses a match (`exclude`) or is what makes it one (`needs`).

    `reach` says where it must stand: "text" anywhere, "sentence" in the match's sentence, "near" in its sentence and
    at most twelve characters from it or over it. It does not count where one of the contexts `unless` is in the text.
    """

    name: str
    pattern: re.Pattern[str]
    caption: str
    reach: str
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One rule; `written` is its regular expression, made ready when a text first holds the characters `needed`."""

    rule_id: str
    category: str
    severity: str
    written: str
    needed: tuple[frozenset[str], ...]
    clause: str
    why: str
    suggestion: str
    platforms: frozenset[str]
    ad_only: bool
    exclude: tuple[Context, ...]
    needs: tuple[Context, ...]
    as_typed: bool

    @functools.cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(self.written)


@dataclass(frozen=True)
class Book:
    """Rules that apply to one kind of text, found by the characters that a text must hold for them to match."""

    rules: tuple[Rule, ...]
    by_character: Mapping[str, tuple[int, ...]]
    always: tuple[int, ...]
    as_typed: tuple[Rule, ...]

    def candidates(self, characters: frozenset[str]) -> list[Rule]:
        """The rules that may match a text of these characters, in their order."""
        known = self.by_character
        places = {place for character in characters for place in known.get(character, ())}
        rules = [self.rules[place] for place in sorted(places.union(self.always))]
        return [rule for rule in rules if not any(map(characters.isdisjoint, rule.needed))]


def book_of(rules: tuple[Rule, ...]) -> Book:
    """The rules with their index."""
    by_character: defaultdict[str, list[int]] = defaultdict(list)
    for place, rule in enumerate(rules):
        for character in rule.needed[0] if rule.needed else ():
            by_character[character].append(place)
    return Book(
        rules,
        {character: tuple(places) for character, places in by_character.items()},
        tuple(place for place, rule in enumerate(rules) if not rule.needed),
        tuple(rule for rule in rules if rule.as_typed),
    )


@functools.cache
def contexts() -> dict[str, Context]:
    """The contexts of the lexicon by name."""
    return {
        row["name"]: Context(
            row["name"],
            re.compile(row["pattern"]),
            row["caption"],
            row["reach"],
            tuple(name for name in row["unless"].split(";") if name),
        )
        for row in lexicons.rows("ad-contexts")
    }


@functools.cache
def rules() -> tuple[Rule, ...]:
    """The rules of the lexicon, in its order."""
    return tuple(compiled(row) for row in lexicons.rows("ad-rules"))


@functools.cache
def rules_for(purpose: str, platform: str | None) -> Book:
    """The rules that apply; raises ChoiceError."""
    check_purpose(purpose)
    if platform is not None:
        lexicons.platform(platform)
    return book_of(tuple(rule for rule in rules() if applies(rule, purpose, platform)))


def check_purpose(purpose: str) -> None:
    """Raises ChoiceError for an unknown purpose."""
    if purpose not in tuple(PURPOSES):
        known = "、".join(f"{name}（{caption}）" for name, caption in PURPOSES.items())
        raise ChoiceError(f"不认识的用途 {purpose!r}。可以用的是：{known}。")


def applies(rule: Rule, purpose: str, platform: str | None) -> bool:
    """Whether the rule is for a text with this purpose on this platform (None: it may go anywhere)."""
    return (purpose == "promotion" or not rule.ad_only) and (
        platform is None or not rule.platforms or platform in rule.platforms
    )


def compiled(row: Mapping[str, str]) -> Rule:
    """A row of the rules' table made ready to match; the row is taken as sound."""
    limited = frozenset() if row["platforms"] == "all" else frozenset(row["platforms"].split(";"))
    written = row["pattern"] if row["kind"] == "regex" else re.escape(row["pattern"])
    captions = "、".join(lexicons.platform(name).caption for name in lexicons.platforms() if name in limited)
    return Rule(
        rule_id=row["rule_id"],
        category=row["category"],
        severity=row["severity"],
        written=written,
        needed=needed(written),
        clause=row["clause"],
        why=row["why"] + (f"（{captions}的规则）" if captions else ""),
        suggestion=row["suggestion"],
        platforms=limited,
        ad_only=row["scope"] == "ad",
        exclude=_named(row["exclude"]),
        needs=_named(row["needs"]),
        # a rule about look-alikes such as ① can only see them before they are unified
        as_typed=not unicodedata.is_normalized("NFKC", row["pattern"]),
    )


def _named(names: str) -> tuple[Context, ...]:
    return tuple(contexts()[name] for name in names.split(";") if name)

"""Terms that tell one story made one: which documents hold them, what to call them, which words name nothing."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons, text

# so much of a text's body counts beside its title: what comes later mentions a thing, the text is not about it
LEAD_CHARACTERS = 200
# a term belongs to a wider one that stands in this share of its (n + 1) documents
INSIDE = 0.5
# a word that names nothing by itself is told by a phrase that stands in this share of its documents
TELLS = 0.4
# a phrase that breaks off on a verb is a name all the same where it stands in this share of the titles (三角洲行动)
WHOLE = 0.7
# a word less surprising than this may have several causes: its documents must share a further word this often
SURE_LIFT = 4.0
SHARED = 0.25
# a document that only mentions one of two terms binds them this much; one with both in its title binds in full
MENTION = 0.6
# stories whose titles use the same words to this degree (cosine), and share this much of the smaller one, are one
SAME_SENSE = 0.4
TOGETHER = 0.25
# a longer term is a name by itself; one of three characters may be a piece of the name that most of its titles have
SHORT_NAME = 6
# a steady word under this lift is said as often as ever: what it shares documents with did not bring it
OWN_RISE = 1.5
# fewer documents than this make no phrase of theirs a name
FEW = 3
# and fewer than this say nothing about whether they tell one story
MANY = 8
_BREAK = "\n"
_JOINS = frozenset("与和及跟或")


def topic_id(terms: Sequence[str]) -> str:
    """A short id that depends on the topic's leading term alone, so that it is the same next week.

    >>> topic_id(["大闸蟹", "母蟹"]) == topic_id(["大闸蟹"])
    True
    """
    leading = text.fold([terms[0]])[0]
    return "t" + hashlib.blake2b(leading.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


@dataclass
class Story:
    """One topic in the making: its terms, the leading one first, the trend rows behind it, its documents (places)."""

    terms: list[str]
    label: str
    rows: list[Mapping[str, Any]]
    places: np.ndarray


@dataclass(frozen=True)
class Pool:
    """The documents that the evidence names, each once: their place is their row here."""

    ids: list[str]
    titles: list[str]
    sources: list[str]
    reads: list[float]
    copies: list[bool]
    folded: list[str]  # titles
    leads: list[str]  # folded title and the beginning of the body
    place: dict[str, int] = field(repr=False)

    @classmethod
    def of(cls, documents: pd.DataFrame, wanted: Iterable[str]) -> Pool:
        """The documents with these ids, sorted by them; of several with one id the first."""
        frame = documents[documents["doc_id"].isin(set(wanted))].drop_duplicates("doc_id")
        frame = frame.sort_values("doc_id")
        ids = [str(value) for value in frame["doc_id"]]
        titles = [str(value) for value in frame["title"]]
        bodies = [str(value)[:LEAD_CHARACTERS] for value in frame["body"]]
        folded = [title.replace(_BREAK, " ") for title in text.fold(titles)]
        leads = [
            f"{title} {body.replace(_BREAK, ' ')}"
            for title, body in zip(folded, text.fold(bodies), strict=True)
        ]
        reads = frame["reads"].astype("float64").fillna(-1.0).tolist()
        place = {doc: number for number, doc in enumerate(ids)}
        sources = [str(value) for value in frame["source"]]
        return cls(ids, titles, sources, reads, frame["duplicate_of"].notna().tolist(), folded, leads, place)


@functools.cache
def weak_words() -> frozenset[str]:
    """The lexicon's words that name no topic by themselves: verbs of news, catch-alls, places, loose times."""
    return frozenset(term for row in lexicons.rows("topic-weak") for term in row["terms"].lower().split("|"))


@functools.cache
def verb_words() -> frozenset[str]:
    """The lexicon's verbs of news: what a topic's name does not end in."""
    found = (row["terms"] for row in lexicons.rows("topic-weak") if row["kind"] == "verb")
    return frozenset(term for terms in found for term in terms.lower().split("|"))


def gather(
    rows: Sequence[Mapping[str, Any]], pool: Pool, phrases: Phrases
) -> tuple[list[Story], list[tuple[Mapping[str, Any], str]]]:
    """The rows as stories, and those that make none, each with the reason.

    Every row is a trend: term, score, evidence, and where known lift and status. A term belongs to the wider term whose
    documents hold most of its own (at least half of (n + 1)); terms joined in this way are one story (connected
    components), stories of one sense too (average linkage), named by the widest term. A word that names nothing by
    itself (lexicon topic-weak) and one that rose little are told by the phrase most of their titles share, or by the
    story most of their documents belong to; else they make no topic. What is said as often as ever stays by itself.
    """
    if not rows:
        return [], []
    rows = sorted(rows, key=lambda row: (-float(row["score"]), str(row["term"])))
    nodes, loose = _nodes(rows, pool, phrases)
    stories = _stories(nodes, _components(nodes, phrases))
    left = []
    for row, places, reason in loose:
        home = None if _usual(row) else _home(places, stories)
        if home is None:
            left.append((row, reason))
        else:
            home.terms.append(str(row["term"]))
            home.rows.append(row)
    return stories, left


@dataclass
class _Node:
    """A term or phrase that may lead a story, the documents that hold it, and the rows that it tells."""

    name: str
    label: str
    places: np.ndarray
    titled: np.ndarray  # the documents that hold it in the title
    rows: list[Mapping[str, Any]]

    @property
    def usual(self) -> bool:
        """Whether it is said as often as ever: no rise has brought it, whatever documents it shares with one."""
        return all(_usual(row) for row in self.rows)


def _usual(row: Mapping[str, Any]) -> bool:
    return row.get("status") == "steady" and float(row.get("lift", np.nan)) < OWN_RISE


_Loose = tuple[Mapping[str, Any], np.ndarray, str]


def _nodes(
    rows: Sequence[Mapping[str, Any]], pool: Pool, phrases: Phrases
) -> tuple[list[_Node], list[_Loose]]:
    """What may lead a story, and the rows whose word does not."""
    names = [str(row["term"]) for row in rows]
    keys = text.fold(names)
    members = holders(keys, pool.leads)
    titled = holders(keys, pool.folded)
    pieces = [_content(found) for found in text.segment(keys, words=lexicons.user_words())]
    nodes: dict[str, _Node] = {}
    loose: list[_Loose] = []
    for number, (row, key) in enumerate(zip(rows, keys, strict=True)):
        named = [pool.place[doc] for doc in row["evidence"] if doc in pool.place]
        places = np.union1d(members[number], np.array(named, dtype=np.int64))
        shared = phrases.shared(places, key, keys)
        weak = (
            key in weak_words()
            or not pieces[number]
            or all(piece in weak_words() for piece in pieces[number])
        )
        sure = len(pieces[number]) > 1 or not float(row.get("lift", np.nan)) < SURE_LIFT
        if not weak and (sure or shared.one_story or shared.inside):
            own = _Node(names[number], shared.inside or names[number], places, titled[number], [row])
            told = nodes.get(key)
            nodes[key] = own if told is None else dataclasses.replace(own, rows=[row, *told.rows])
        elif shared.told_by and not _usual(row):
            other = text.fold([shared.told_by])[0]
            label = phrases.shared(shared.places, other, keys).inside or shared.told_by
            known = nodes.setdefault(other, _Node(shared.told_by, label, shared.places, shared.places, []))
            known.rows.append(row)
        else:
            loose.append((row, places, "这个词本身没有说到一件事" if weak else "写到它的内容各说各的"))
    return list(nodes.values()), loose


def _content(pieces: Sequence[str]) -> list[str]:
    stop = lexicons.words("stopwords")
    return [piece for piece in pieces if piece.strip() and piece not in stop]


def holders(keys: Sequence[str], texts: Sequence[str]) -> list[np.ndarray]:
    """For each folded term the places of the folded texts that hold it."""
    joined = _BREAK.join(texts)
    ends = np.cumsum([len(found) + 1 for found in texts])
    return [
        np.unique(np.searchsorted(ends, np.array(_finds(joined, key), dtype=np.int64), side="right"))
        for key in keys
    ]


def in_order(story: Story, pool: Pool, phrases: Phrases) -> list[str]:
    """The story's doc_ids, best first: titles that name it before others, the most central first, sources in turn.

    A title that another one repeats comes last. Ids of the evidence that no document has stand at the very end.
    """
    near = phrases.central(story.places)
    leading = text.fold([story.terms[0]])[0]
    seen: set[str] = set()
    turns: dict[str, int] = {}
    keyed = []
    order = np.lexsort((-np.array(pool.reads)[story.places], -np.round(near, 6)))
    named = [leading in pool.folded[place] for place in story.places[order].tolist()]
    ranked = sorted(zip(named, story.places[order].tolist(), strict=True), key=lambda pair: not pair[0])
    for rank, (_, place) in enumerate(ranked):
        letters = "".join(filter(str.isalnum, pool.folded[place]))
        repeated = pool.copies[place] or letters in seen
        seen.add(letters)
        turn = turns[pool.sources[place]] = turns.get(pool.sources[place], -1) + (not repeated)
        keyed.append((repeated, turn, rank, pool.ids[place]))
    known = [doc for *_, doc in sorted(keyed)]
    named_by_rows = dict.fromkeys(str(doc) for row in story.rows for doc in row["evidence"])
    return known + [doc for doc in named_by_rows if doc not in pool.place]


def _finds(joined: str, key: str) -> list[int]:
    """Where the term begins; a Latin one must not stand inside a Latin word."""
    found: list[int] = []
    if not key.strip() or _BREAK in key:
        return found
    first = joined.find(key)
    while first >= 0:
        after = first + len(key)
        if not (_runs_on(joined[first - 1 : first], key[0]) or _runs_on(joined[after : after + 1], key[-1])):
            found.append(first)
        first = joined.find(key, after)
    return found


def _runs_on(beside: str, edge: str) -> bool:
    return bool(beside) and beside.isascii() and edge.isascii() and beside.isalnum() and edge.isalnum()


@dataclass(frozen=True)
class _Shared:
    """What the documents of a term share beside it."""

    one_story: bool
    inside: str  # a longer phrase around the term that most of them hold
    told_by: str  # the phrase that tells them
    places: np.ndarray  # the documents of that phrase


class Phrases:
    """Phrases of the pool's titles: which documents hold each, and whether it names something."""

    def __init__(self, pool: Pool) -> None:
        from scipy import sparse

        tokens = text.tokenise(pool.titles, words=lexicons.user_words())
        # 315 and 618 name a day; a phrase may begin with them
        numbers = np.array([word.isdigit() and len(word) > 2 for word in tokens.words.tolist()], dtype=bool)
        edge = tokens.edge | (numbers & tokens.inner)
        counted = dataclasses.replace(tokens, edge=edge, term=tokens.term | (edge & numbers))
        self._found = text.find_terms(counted, longest=4, support=2)
        shape = (len(self._found.start), len(pool.titles))
        ones = np.ones(len(self._found.term), dtype=np.int32)
        self._holds = sparse.csr_matrix((ones, (self._found.term, self._found.document)), shape=shape)
        self._columns = self._holds.tocsc()
        self._names = self._found.names(shown=True)
        self._keys = [name.lower() for name in self._names]
        self._letter = np.argsort(np.argsort(np.array(self._keys, dtype=object)))
        weak = weak_words()
        plain = np.array([word not in weak for word in tokens.words.tolist()], dtype=bool) & edge
        self._names_something = np.zeros(len(self._names), dtype=bool)
        for offset in range(4):
            there = self._found.length > offset
            ids = tokens.ids[self._found.start[there] + offset]
            self._names_something[there] |= plain[ids]
        self._names_something &= np.array([key not in weak for key in self._keys], dtype=bool)
        first, last = self._found.start, self._found.start + self._found.length - 1
        is_weak, is_verb, is_join = (
            np.array([word in known for word in tokens.words.tolist()], dtype=bool)[tokens.ids]
            for known in (weak, verb_words(), _JOINS)
        )
        # 王毅会见 breaks off, 收购叮咚 runs on, 鸿蒙与解析 are two things
        self._weak_end, self._broken = is_weak[last], is_verb[first] | is_verb[last]
        self._verbal = self._broken.copy()
        for offset in range(1, 3):
            there = self._found.length > offset + 1
            self._broken[there] |= is_join[first[there] + offset]
            self._verbal[there] |= is_verb[first[there] + offset]
        self._words = _word_weights(tokens)

    def central(self, places: np.ndarray) -> np.ndarray:
        """How near each of these titles is to their mean: cosine of TF-IDF, 0 to 1."""
        chosen = self._words[places]
        mean = _mean(chosen)
        near: np.ndarray = chosen @ (mean / (float(np.linalg.norm(mean)) or 1.0))
        return near

    def likeness(self, groups: Sequence[np.ndarray]) -> np.ndarray:
        """How alike the words of groups of titles are: cosine of their mean TF-IDF, 0 to 1, for each pair."""
        means = np.vstack([_mean(self._words[group]) for group in groups])
        norms = np.linalg.norm(means, axis=1, keepdims=True)
        means /= np.where(norms > 0, norms, 1)
        found: np.ndarray = means @ means.T
        return found

    def shared(self, places: np.ndarray, key: str, terms: Sequence[str] = ()) -> _Shared:
        """What the titles at these places share: beside the term, around it, and as the phrase that tells them.

        What stands around a term is its fuller name (孔雪儿 around 雪儿) only where it takes in no other of the `terms`.
        """
        if not len(places) or not len(self._names):
            return _Shared(True, "", "", places)
        count = np.asarray(self._columns[:, places].sum(axis=1)).ravel()
        often = np.flatnonzero((count >= max(2, SHARED * len(places))) & self._names_something)
        often = often[~self._broken[often] | (count[often] >= WHOLE * len(places))]
        worth = np.round(count[often] * np.sqrt(self._found.length[often]), 6)
        often = often[np.lexsort((self._letter[often], -worth))]
        beside = [place for place in often if self._keys[place] not in key and key not in self._keys[place]]
        enough = max(FEW, TELLS * len(places))
        others = [one for one in terms if one not in key and key not in one and one not in weak_words()]
        around = [
            place
            for place in often
            if key in self._keys[place]
            and self._keys[place] != key
            and count[place] >= TELLS * len(places)
            and text.display_width(key) <= SHORT_NAME
            and not any(one in self._keys[place] for one in others)
        ]
        tells = [place for place in often if count[place] >= enough and self._keys[place] not in key]
        spoken = ((place, self._spoken(place)) for place in map(int, tells))
        told, name = next(((place, said) for place, said in spoken if not said.isdigit()), (None, ""))
        return _Shared(
            len(places) < MANY or bool(beside),
            self._names[around[0]] if around else "",
            name,
            places if told is None else self._holds[told].indices.astype(np.int64),
        )

    def _spoken(self, told: int) -> str:
        """The phrase's name; a bare number is told by the commonest phrase that holds it and says more."""
        if not self._keys[told].isdigit():
            return self._names[told]
        count = np.asarray(self._columns[:, self._holds[told].indices].sum(axis=1)).ravel()
        holds = [
            place
            for place in np.flatnonzero(count >= 2).tolist()
            if self._keys[told] in self._keys[place] and not self._keys[place].isdigit()
        ]
        whole = [place for place in holds if not (self._broken[place] or self._verbal[place])]
        # 315晚会 before 广东315 and 315消费
        opens = [place for place in whole if self._keys[place].startswith(self._keys[told])]
        things = [place for place in opens if not self._weak_end[place]] or opens
        return self._names[
            max(things or whole or [told], key=lambda place: (int(count[place]), self._keys[place]))
        ]


def _mean(rows: Any) -> np.ndarray:
    """The mean of the rows of a sparse matrix; of none, zeros."""
    return np.asarray(rows.sum(axis=0)).ravel() / max(rows.shape[0], 1)


def _word_weights(tokens: text.Tokens) -> Any:
    """Length-normalised TF-IDF of the titles' words, a sparse matrix with a row for each title."""
    from scipy import sparse

    used = tokens.term[tokens.ids] if len(tokens.ids) else np.zeros(0, dtype=bool)
    shape = (tokens.texts, max(len(tokens.words), 1))
    ones = np.ones(int(used.sum()))
    counts = sparse.csr_matrix((ones, (tokens.documents[used], tokens.ids[used])), shape=shape)
    often = np.maximum(np.asarray((counts > 0).sum(axis=0)).ravel(), 1)
    weights = counts.multiply(np.log(1 + tokens.texts / often)).tocsr()
    norms = np.sqrt(np.asarray(weights.multiply(weights).sum(axis=1)).ravel())
    return sparse.diags_array(1 / np.where(norms > 0, norms, 1)) @ weights


def _components(nodes: Sequence[_Node], phrases: Phrases) -> np.ndarray:
    """For each node the number of its story: connected components of terms inside a wider one, and of one sense."""
    from scipy import sparse
    from scipy.sparse import csgraph

    if not len(nodes):
        return np.zeros(0, dtype=np.int64)
    size = np.array([len(node.places) for node in nodes])
    both = _bound([node.places for node in nodes], [node.titled for node in nodes])
    usual = np.array([node.usual for node in nodes])
    into = _wider(np.where(usual[:, None] | usual[None, :], 0.0, both), size)
    graph = sparse.csr_matrix((np.ones(len(nodes)), (np.arange(len(nodes)), into)), shape=both.shape)
    labels: np.ndarray = csgraph.connected_components(graph, directed=False)[1]
    parts = [np.flatnonzero(labels == number) for number in range(int(labels.max()) + 1)]
    return _same_sense([[nodes[n] for n in part.tolist()] for part in parts], phrases)[labels]


def _same_sense(parts: Sequence[Sequence[_Node]], phrases: Phrases) -> np.ndarray:
    """For each story the number of those that speak of one thing in the same words, though neither lies inside the
    other: average linkage over the likeness of their titles, where they share documents."""
    if len(parts) < 2:
        return np.zeros(len(parts), dtype=np.int64)
    from scipy.cluster import hierarchy
    from scipy.spatial.distance import squareform

    places = [np.unique(np.concatenate([node.places for node in part])) for part in parts]
    titled = [np.unique(np.concatenate([node.titled for node in part])) for part in parts]
    both = _bound(places, titled)
    size = np.array([len(found) for found in places])
    least = np.maximum(FEW, TOGETHER * np.minimum.outer(size, size))
    usual = np.array([all(node.usual for node in part) for part in parts])
    joins = (both >= least) & ~(usual[:, None] | usual[None, :])
    likeness = np.where(joins, np.minimum(phrases.likeness(places), 1.0), 0.0)
    distance = 1 - (likeness + likeness.T) / 2
    np.fill_diagonal(distance, 0.0)
    found: np.ndarray = hierarchy.fcluster(
        hierarchy.average(squareform(distance, checks=False)), t=1 - SAME_SENSE, criterion="distance"
    )
    return found


def _bound(places: Sequence[np.ndarray], titled: Sequence[np.ndarray]) -> np.ndarray:
    """How many documents each pair shares: one that names both in its title counts in full, else as a mention."""
    found: np.ndarray = MENTION * _common(places) + (1 - MENTION) * _common(titled)
    return found


def _common(groups: Sequence[np.ndarray]) -> np.ndarray:
    """How many documents each pair of groups shares."""
    from scipy import sparse

    flat = np.concatenate(groups)
    bounds = np.concatenate([[0], np.cumsum([len(group) for group in groups])])
    shape = (len(groups), int(flat.max(initial=0)) + 1)
    holds = sparse.csr_matrix((np.ones(len(flat)), flat, bounds), shape=shape)
    both: np.ndarray = (holds @ holds.T).toarray()
    return both


def _wider(both: np.ndarray, size: np.ndarray) -> np.ndarray:
    """For each node the widest one of its story: the one that most of its documents belong to, or itself."""
    order = np.argsort(-size, kind="stable")
    into = np.arange(len(size))
    for rank, child in enumerate(order.tolist()):
        wider = order[:rank]
        if not rank or both[child, wider].max() < INSIDE * (size[child] + 1):
            continue
        # the wider term may itself lie inside another: only where this one does too is it one story
        widest = int(into[wider[int(np.argmax(both[child, wider]))]])
        if both[child, widest] >= INSIDE * size[child]:
            into[child] = widest
    return into


def _stories(nodes: Sequence[_Node], labels: np.ndarray) -> list[Story]:
    """The nodes of each component as one story, its widest term first."""
    groups: dict[int, list[_Node]] = {}
    for label, node in zip(labels.tolist(), nodes, strict=True):
        groups.setdefault(label, []).append(node)
    out = []
    for members in groups.values():
        members.sort(key=lambda node: (-len(node.places), -_score(node), node.name))
        # 劳动 stands in every 劳动节: the longer word is the one that people mean where it fills enough of it
        widest = members[0]
        longer = (node for node in members if _tells_more(node, widest))
        leading = max(longer, key=lambda node: len(node.places), default=widest)
        members.sort(key=lambda node: node is not leading)
        terms = [node.name for node in members]
        told = [str(row["term"]) for node in members for row in node.rows]
        places = np.unique(np.concatenate([node.places for node in members]))
        rows = [row for node in members for row in node.rows]
        out.append(Story(list(dict.fromkeys([*terms, *told])), members[0].label, rows, places))
    return out


def _tells_more(node: _Node, short: _Node) -> bool:
    inside = short.name.lower() in node.name.lower() and node is not short
    return inside and len(node.places) >= TELLS * len(short.places)


def _score(node: _Node) -> float:
    return max(float(row["score"]) for row in node.rows)


def _home(places: np.ndarray, stories: Sequence[Story]) -> Story | None:
    """The story that holds most of these documents, where it holds half of (n + 1)."""
    shared = [len(np.intersect1d(places, story.places)) for story in stories]
    if not shared or max(shared) < INSIDE * (len(places) + 1):
        return None
    return stories[shared.index(max(shared))]

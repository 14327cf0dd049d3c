"""Turns YAML events into plain values, with the place of every key and value, in one pass.

libyaml does the scanning and keeps its own stack; recursion here ends at `MAX_DEPTH`, well below Python's limit. A
place is one integer, the index of a character in the text, so that ten thousand shots stay cheap; `Document` converts
the few that are needed into lines and columns.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import yaml
from yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, StreamEndEvent

from ltxspec.spec.lone_keys import cut_by_comma
from ltxspec.spec.scalars import NUMBER_STARTS, WORDS, NotANumber, read_number
from ltxspec.suggest import shown
from ltxspec.values import Json

MAX_DEPTH = 64
FREE_EXPANSION = 100_000  # nodes that aliases may add, plus one per character of the file

# id of a mapping or list -> places: its own, then those of key and value in turn (mapping) or of each item (list).
Places = dict[int, list[int]]

_OPEN = object()  # marks an anchored value that is still being read


class NotAccepted(Exception):
    """The text is YAML, but not of an accepted kind. `place` and `first` are indexes into the text."""

    def __init__(
        self, code: str, message: str, place: int, *, hint: str | None = None, first: int | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.place, self.hint, self.first = code, message, place, hint, first


@dataclass(frozen=True, slots=True)
class NodeTree:
    """A text as values. `places` is keyed by `id`, so it is valid only as long as `root` exists."""

    root: Json
    root_place: int
    places: Places
    empty: bool = False  # only white space and comments

    def moved(self, place_of: Callable[[int], int]) -> "NodeTree":
        """The same values at other places."""
        places = {name: list(map(place_of, found)) for name, found in self.places.items()}
        return replace(self, root_place=place_of(self.root_place), places=places)


def build(text: str) -> NodeTree:
    """Read one YAML document.

    Raises:
        NotAccepted: duplicate keys, tags, endless nesting, alias bombs, a second document.
        yaml.YAMLError: the scanner or parser does not accept it.
        UnicodeEncodeError: lone surrogates.
    """
    return _Builder(text).document()


def _events(text: str) -> Callable[[], Any]:
    """A function that returns the next event. The C parser is six times faster; the Python one is equivalent."""
    try:
        from yaml._yaml import CParser
    except ImportError:
        return iter(yaml.parse(text, Loader=yaml.SafeLoader)).__next__
    get: Callable[[], Any] = CParser(text).get_event
    return get


class _Builder:
    """The state of one pass: the event source, the places found, the anchors seen."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.get = _events(text)
        self.places: Places = {}
        self.words = dict(WORDS)  # unquoted words and their values; every number is read once
        self.anchors: dict[str, Any] = {}  # name -> (value, place), or _OPEN
        self.merged: dict[int, dict[str, int]] = {}  # id of a mapping -> keys that come only from `<<`
        self.measures: dict[int, tuple[int, int]] = {}  # id of a container -> (nodes, height), with aliases followed
        self.kept: list[Json] = []  # values merged by `<<`: an id must not be reused while it is in a table
        self.allowance = FREE_EXPANSION + len(text)

    def document(self) -> NodeTree:
        """The whole stream: exactly one document, or none."""
        self.get()  # the stream's start
        if type(self.get()) is StreamEndEvent:
            return NodeTree(None, 0, self.places, empty=True)
        event = self.get()
        places: list[int] = []
        root = self.node(event, 1, places.append)
        self.get()  # the document's end
        after = self.get()
        if type(after) is not StreamEndEvent:
            raise NotAccepted(
                "several-documents",
                "a second document starts here, and a file holds only one",
                after.start_mark.index,
                hint="remove the `---`, or make two files",
            )
        return NodeTree(root, places[0], self.places, empty=root is None)

    def mapping(self, start: Any, depth: int) -> dict[str, Json]:  # noqa: C901, PLR0915  # calls would cost time
        """Read a mapping. Large files spend most of their time in this loop: ordinary pairs are handled inline."""
        get, words = self.get, self.words
        built: dict[str, Json] = {}
        places = self.places[id(built)] = [start.start_mark.index]
        note = places.append
        event = get()
        while (kind := type(event)) is not MappingEndEvent:
            if kind is not ScalarEvent or event.anchor or event.tag or not event.value:
                self.check_key(event)
            key = event.value
            if key in built or key == "<<":
                self.unusual_pair(event, built, places, depth)
                event = get()
                continue
            note(event.start_mark.index)
            event = get()
            kind = type(event)
            if kind is ScalarEvent and event.anchor is None and event.tag is None:
                note(event.start_mark.index)
                value = event.value
                if not event.style:
                    if value in words:
                        value = words[value]
                    elif value[0] in NUMBER_STARTS:
                        value = self.number(value, event)
                built[key] = value
            else:
                built[key] = self.node(event, depth + 1, note)
            event = get()
        if start.flow_style and None in built.values():
            self.refuse_cut(built, places)
        return built

    def sequence(self, start: Any, depth: int) -> list[Json]:
        """Read a list."""
        built: list[Json] = []
        places = self.places[id(built)] = [start.start_mark.index]
        event = self.get()
        while type(event) is not SequenceEndEvent:
            built.append(self.node(event, depth + 1, places.append))
            event = self.get()
        return built

    def node(self, event: Any, depth: int, note: Callable[[int], object]) -> Json:
        """Read any value, with anchor, tag and depth checked. `note` receives its place, for an alias its target's."""
        kind = type(event)
        if kind is AliasEvent:
            value = self.alias(event, depth)
            note(self.anchors[event.anchor][1])
            return value
        note(event.start_mark.index)
        if event.tag is not None:
            raise NotAccepted(
                "tag", f"the tag {shown(_short_tag(event.tag))} is not allowed", event.start_mark.index, hint=_TAG_HINT
            )
        if kind is not ScalarEvent and depth > MAX_DEPTH:
            raise NotAccepted("too-deep", f"values are nested more than {MAX_DEPTH} deep", event.start_mark.index)
        anchor = event.anchor
        if anchor:
            self.anchors[anchor] = _OPEN
        if kind is ScalarEvent:
            value = self.scalar(event)
        else:
            value = self.mapping(event, depth) if kind is MappingStartEvent else self.sequence(event, depth)
        if anchor:
            self.anchors[anchor] = (value, event.start_mark.index)
        return value

    def scalar(self, event: Any) -> Json:
        """Text as it is if quoted or in a block; otherwise the value of the word."""
        text: str = event.value
        if event.style:
            return text
        if text in self.words:
            return self.words[text]
        return self.number(text, event) if text[0] in NUMBER_STARTS else text

    def number(self, word: str, event: Any) -> Json:
        """Read a word that may be a number, and remember it."""
        try:
            value = self.words[word] = read_number(word)
        except NotANumber as error:
            raise NotAccepted(
                "number", f"{shown(word)} {error}", event.start_mark.index, hint="quote it if it is text"
            ) from error
        return value

    def alias(self, event: Any, depth: int) -> Json:
        """The value of an alias; its size is counted, so that aliases cannot grow without bounds."""
        name, place = event.anchor, event.start_mark.index
        found = self.anchors.get(name)
        if found is None:
            raise NotAccepted("alias", f"`*{name}` has no anchor `&{name}` before it", place, hint=_ALIAS_HINT)
        if found is _OPEN:
            raise NotAccepted("alias", f"`*{name}` is inside the value that `&{name}` names", place)
        value = found[0]
        nodes, height = self.measure(value)
        self.spend(nodes, place)
        if depth + height - 1 > MAX_DEPTH:
            raise NotAccepted("too-deep", f"values are nested more than {MAX_DEPTH} deep through `*{name}`", place)
        return value

    def spend(self, nodes: int, place: int) -> None:
        """Take from the allowance for expanded aliases."""
        self.allowance -= nodes
        if self.allowance < 0:
            raise NotAccepted(
                "alias-bomb", "aliases expand this file to too many values", place, hint="use fewer aliases (`*`)"
            )

    def measure(self, value: Json) -> tuple[int, int]:
        """(nodes, height) with aliases followed. Values behind an alias were measured when it was read."""
        if not isinstance(value, dict | list):
            return 1, 0
        known = self.measures.get(id(value))
        if known is None:
            parts = [self.measure(item) for item in (value.values() if isinstance(value, dict) else value)]
            known = 1 + sum(nodes for nodes, _ in parts), 1 + max((height for _, height in parts), default=0)
            self.measures[id(value)] = known
        return known

    def check_key(self, event: Any) -> None:
        """Check that a key is a plain or quoted word, and remember its anchor."""
        place = event.start_mark.index
        if type(event) is not ScalarEvent:
            from ltxspec.spec.syntax import TEMPLATE_HINT

            hint = TEMPLATE_HINT if type(event) is MappingStartEvent else "a key is one word or a quoted text"
            raise NotAccepted("key", "a mapping, list or alias cannot be a key", place, hint=hint)
        if event.tag is not None:
            raise NotAccepted("tag", f"the tag {shown(_short_tag(event.tag))} is not allowed", place, hint=_TAG_HINT)
        if not event.value and not event.style:
            raise NotAccepted("key", "a key is missing before this `:`", place)
        if event.anchor:
            self.anchors[event.anchor] = (self.scalar(event), place)

    def refuse_cut(self, built: dict[str, Json], places: list[int]) -> None:
        """Refuse a mapping in `{…}` with a key that is the rest of a text."""
        if (cut := cut_by_comma(self.text, built, places)) is not None:
            raise NotAccepted("cut-text", cut.message, cut.place, hint=cut.hint)

    def unusual_pair(self, event: Any, built: dict[str, Json], places: list[int], depth: int) -> None:
        """Read a pair whose key is `<<` or exists already: from a merge (it is overridden) or twice (refused)."""
        key, place = event.value, event.start_mark.index
        inherited = self.merged.get(id(built))
        if key == "<<" and not event.style:
            if inherited is not None:
                raise NotAccepted(
                    "duplicate-key", "duplicate key `<<`", place, hint="merge several at once: `<<: [*a, *b]`"
                )
            self.merged[id(built)] = self.merge(built, places, depth)
            return
        ordinal = (inherited or {}).pop(key, len(places))
        if key in built and ordinal == len(places):
            first = places[2 * list(built).index(key) + 1]
            raise NotAccepted("duplicate-key", f"duplicate key {shown(key)}", place, first=first)
        found = [place]
        built[key] = self.node(self.get(), depth + 1, found.append)
        places[ordinal : ordinal + 2] = found

    def merge(self, built: dict[str, Json], places: list[int], depth: int) -> dict[str, int]:
        """Read the value of `<<` and add the keys that do not exist yet; of several mappings the first wins.

        Returns: for each added key, the index of its two places in `places`.
        """
        event = self.get()
        place = event.start_mark.index
        value = self.node(event, depth + 1, int)  # what it is merged into keeps its places, not where it stands
        self.kept.append(value)
        sources = value if isinstance(value, list) else [value]
        inherited: dict[str, int] = {}
        for source in sources:
            if not isinstance(source, dict):
                raise NotAccepted(
                    "merge", "`<<` takes a mapping or a list of mappings", place, hint="write `<<: *name`"
                )
            self.spend(len(source), place)
            for ordinal, key in enumerate(source):
                if key not in built:
                    built[key] = source[key]
                    inherited[key] = len(places)
                    places.extend(self.places[id(source)][2 * ordinal + 1 : 2 * ordinal + 3])
        return inherited


_TAG_HINT = "values get their type from how they are written: quote text, and write numbers and true or false plainly"
_ALIAS_HINT = "quote the text if it begins with `*` itself"


def _short_tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")

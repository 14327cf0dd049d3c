"""References between shots: a request takes a frame, or the whole video, of another shot's take.

In a prepared request a reference is a name, like the path of a local file. What the name means (the hash of the
source's output, the frame, the version of the extraction) is its content, which `Request.beginning_with` fills in once
the take is known: the rest of a plan treats it as it treats the content of a file.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Final, NamedTuple

from ltxspec.catalog.media import media_kind
from ltxspec.catalog.messages import ParameterProblem
from ltxspec.catalog.models import Model
from ltxspec.catalog.pointers import Path, replaced_at
from ltxspec.catalog.wording import name_of
from ltxspec.suggest import nearest, shown
from ltxspec.values import Json, Moment, ShotAddress, foreign_address, typed_address

EXTRACTIONS: Final = (1,)  # versions of how a frame becomes a picture (see `media.frames`), the present one first
_PREFIX: Final = "shot:"
REFERS_TO: Final = "shot"  # the key that makes a mapping a reference
_NAME_END: Final = re.compile("[?#]")  # after the address, in a name
_NAME: Final = re.compile(
    r"shot:(?P<source>.+?)(\?(?=[tr])(take=(?P<take>[1-9][0-9]{0,8}))?&?(result=(?P<result>[1-9][0-9]{0,8}))?)?"
    r"(#(?P<frame>first|last|[0-9][0-9.e+-]{0,30}))?",
    re.DOTALL,
)
_KEYS: Final = (REFERS_TO, "frame", "take", "result")


class Reference(NamedTuple):
    """One place in a request that is filled by another shot. A tuple, because plans make tens of thousands of them."""

    source: ShotAddress
    at: Moment | None  # the frame; None: the whole video
    take: int | None = None  # as numbered by `ltxspec show`; None: the current one
    result: int | None = None  # which output of that take, from 1; None: the one that is shown first
    path: Path = ()  # in the request, and in the parameters of the shot

    @property
    def name(self) -> str:
        """Its text in the request."""
        query = "" if self.take is None and self.result is None else _query(self.take, self.result)
        frame = "" if self.at is None else f"#{self.at if isinstance(self.at, str) else format(self.at, 'g')}"
        return f"{_PREFIX}{self.source}{query}{frame}"

    def naming(self, source: ShotAddress) -> "Reference":
        """The same reference to another shot."""
        return Reference(source, self.at, self.take, self.result, self.path)

    def content(self, sha256: str, extraction: int = EXTRACTIONS[0]) -> str:
        """What the name means, given the hash of the source's output: a video has the same content as a local file."""
        if self.at is None:
            return f"sha256:{sha256}"
        frame = self.at if isinstance(self.at, str) else repr(float(self.at))
        return f"sha256:{sha256}/frame-{extraction}/{frame}"


@dataclass(frozen=True, slots=True)
class TakenOut:
    """Parameters with a fixed text in the place of each reference, so that shots with different sources share them."""

    parameters: Mapping[str, Json]
    references: tuple[Reference, ...] = ()
    problems: tuple[ParameterProblem, ...] = ()


def _query(take: int | None, result: int | None) -> str:
    picked = [f"{key}={value}" for key, value in (("take", take), ("result", result)) if value]
    return f"?{'&'.join(picked)}"


def read_name(name: str, path: Path = ()) -> Reference | None:
    """The reference that a name in a request stands for; None if it is no such name."""
    found = _NAME.fullmatch(name)
    source = foreign_address(found["source"]) if found else None
    if found is None or source is None:
        return None
    frame = found["frame"]
    at: Moment | None = "first" if frame == "first" else "last" if frame == "last" else _number(frame)
    take, result = (int(found[key]) if found[key] else None for key in ("take", "result"))
    reference = Reference(source, at, take, result, path)
    return reference if reference.name == name else None


def is_reference_name(value: str) -> bool:
    """Whether a text in a request is the name of a reference."""
    return value.startswith(_PREFIX)


@lru_cache(maxsize=64)
def stand_ins(count: int) -> tuple[str, ...]:
    """The texts that stand in the place of the first references of a request."""
    return tuple(f"{_PREFIX}{number}" for number in range(1, count + 1))


def with_names(body: Mapping[str, Json], references: Sequence[Reference]) -> Mapping[str, Json]:
    """A request with the name of each reference in its place."""
    for reference in references:
        body = replaced_at(body, reference.path, reference.name)
    return body


def source_of(text: str, spec: str) -> ShotAddress:
    """The shot that a reference in a spec names."""
    name = typed_address(text.strip())
    return (foreign_address(name) if "." in name else None) or ShotAddress(spec, name)


def take_out(model: Model, parameters: Mapping[str, Json], spec: str) -> TakenOut:
    """Take the references out of rendered parameters.

    A reference whose `shot` is null or empty is left out, with the item of a list that it is in: the first of a
    chain has no source.

    Args:
        model: the model; its file says where images and videos are.
        parameters: the rendered parameters of a shot over the defaults.
        spec: the name of the spec.
    """
    reader = _Reader(model, spec)
    changed = reader.read(parameters, ())
    return TakenOut(changed if isinstance(changed, dict) else {}, tuple(reader.references), tuple(reader.problems))


_ABSENT: Final = object()


class _Reader:
    """Walks over parameters and collects what is found."""

    def __init__(self, model: Model, spec: str) -> None:
        self.model = model
        self.spec = spec
        self.references: list[Reference] = []
        self.problems: list[ParameterProblem] = []

    def read(self, value: Json, path: Path) -> Json:
        """The value without references; `_ABSENT` if nothing is left of it."""
        if isinstance(value, dict):
            if REFERS_TO in value and (kind := media_kind(self.model, path)) is not None:
                return self.reference(value, path, kind)
            return self.mapping(value, path)
        if isinstance(value, list):
            items: list[Json] = []
            for item in value:  # an item that is left out moves the others up
                found = self.read(item, (*path, len(items)))
                if found is not _ABSENT:
                    items.append(found)
            return items if items or not value else _ABSENT
        if _may_refer(value) and media_kind(self.model, path) is not None:
            name = _NAME_END.split(value.removeprefix(_PREFIX))[0].strip() or "alley"
            hint = f"for a frame of a shot, write `{{shot: {name}, frame: last}}`, a mapping and not a text"
            self.problem(path, f"{shown(value)} is not the name of a file", hint)
        return value

    def mapping(self, value: Mapping[str, Json], path: Path) -> Json:
        """A mapping of parameters; an item of a list needs all its media."""
        found = {key: self.read(item, (*path, key)) if _may_refer(item) else item for key, item in value.items()}
        if found.get(REFERS_TO, _ABSENT) is None:
            found[REFERS_TO] = _ABSENT
        if _ABSENT not in found.values():
            return found
        if path and isinstance(path[-1], int):
            return _ABSENT
        return {key: item for key, item in found.items() if item is not _ABSENT} or _ABSENT

    def reference(self, value: Mapping[str, Json], path: Path, kind: str) -> Json:
        """One reference: its stand-in, or `_ABSENT`."""
        if value["shot"] is None or value["shot"] == "":
            return _ABSENT
        count = len(self.problems)
        source = self.source(value["shot"], (*path, "shot"))
        at = self.frame(value, path, kind)
        take = self.number(value, path, "take")
        result = self.number(value, path, "result")
        for key in [key for key in value if key not in _KEYS]:
            near = nearest(key, _KEYS)
            hint = f"did you mean `{near}`?" if near else f"a reference has {', '.join(f'`{k}`' for k in _KEYS)}"
            if media_kind(self.model, (*path, key)) is not None and value[key] is None:
                hint = f"indent `shot` and `frame` so that they stand below `{key}:`"
            self.problem((*path, key), f"a reference to a shot has no `{key}`", hint)
        if source is not None and len(self.problems) == count:
            self.references.append(Reference(source, at, take, result, path))
        return stand_ins(len(self.references) or 1)[-1]

    def source(self, text: Json, path: Path) -> ShotAddress | None:
        """The shot that is meant."""
        if not isinstance(text, str):
            self.problem(path, f"`shot` is the name of a shot, not {shown(text)}", "write `shot: alley`")
            return None
        return source_of(text, self.spec)

    def frame(self, value: Mapping[str, Json], path: Path, kind: str) -> Moment | None:
        """The frame that is meant, as the place requires; None: the whole video."""
        given, where = value.get("frame"), (*path, "frame")
        if kind == "audio":
            hint = "a shot gives an image or a video"
            self.problem(path, f"{name_of(path)} takes sound, which cannot be taken from another shot", hint)
        elif kind == "video" and given is not None:
            self.problem(where, f"{name_of(path)} takes a whole video", "remove `frame`")
        elif kind == "image" and given is None:
            self.problem(
                path, "it is not said which frame of the shot is meant", "add `frame: last`, `first` or seconds"
            )
        elif kind == "image":
            return self.moment(given, where)
        return None

    def moment(self, given: Json, path: Path) -> Moment | None:
        """`first`, `last` or seconds."""
        if given in ("first", "last"):
            return "first" if given == "first" else "last"
        seconds = _number(given)
        if seconds is None or seconds < 0:
            self.problem(
                path, f"there is no frame {shown(given)}", "`frame` is `first`, `last` or seconds from the start"
            )
        return seconds

    def number(self, value: Mapping[str, Json], path: Path, name: str) -> int | None:
        """A number from 1, or None for the one in use."""
        given = value.get(name)
        if given is None or given == "current":
            return None
        number = _number(given)
        if number is None or number < 1 or number != int(number):
            self.problem((*path, name), f"there is no {name} {shown(given)}", f"`{name}` is a number from 1")
            return None
        return int(number)

    def problem(self, path: Path, message: str, hint: str) -> None:
        """Add a problem."""
        self.problems.append(ParameterProblem(path, "reference", message, hint))


def _may_refer(value: Json) -> bool:
    """Whether a value is a reference, has one in it, or looks like the name of one."""
    kind = type(value)
    return kind is dict or kind is list or (kind is str and is_reference_name(value))


def _number(value: Json) -> float | None:
    """A number, also one that a template gave as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if isfinite(number) else None

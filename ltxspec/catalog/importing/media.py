"""Where a published schema takes images, sound and videos, and of which kind.

A provider describes such a value by formats (`uri`, `uuid`), by patterns of data URIs or as base64, none of which fits
a file of the project. Each is replaced by the definition that model files have for it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ltxspec.values import Json

_FORMATS: Final = re.compile(r"(uri|url|iri|uuid|byte|binary|base64|data|image|video|audio|media|file)", re.IGNORECASE)
_DATA: Final = re.compile(r"data:|base64|A-Za-z0-9\+")
_SAYS: Final = re.compile(r"(image|video|audio)", re.IGNORECASE)
_NAMES: Final = (
    ("audio", re.compile(r"audio|voice|sound|speech|song|music", re.IGNORECASE)),
    ("image", re.compile(r"image|photo|picture|mask|frame|portrait", re.IGNORECASE)),
    ("video", re.compile(r"video|clip|footage", re.IGNORECASE)),
)
# The provider's names of inputs, for a source that says nothing about the contents of `inputs`.
_KNOWN: Final[Mapping[str, str]] = {
    "frameImages": "image", "referenceImages": "image", "images": "image", "image": "image", "mask": "image",
    "masks": "image", "videos": "video", "video": "video", "referenceVideos": "video",
    "audio": "audio", "audios": "audio", "referenceAudios": "audio", "referenceVoices": "audio",
}  # fmt: skip
_WORD: Final = {"image": "image", "video": "video", "audio": "sound"}
_DEEPEST: Final = 12
_NO_MEDIA: Final = frozenset({
    "taskType", "taskUUID", "model", "positivePrompt", "negativePrompt", "webhookURL", "uploadEndpoint", "ttl",
    "outputType", "outputFormat", "deliveryMethod", "includeCost", "numberResults", "safety", "routing",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class MediaPlaces:
    """A schema that takes files where the published one takes media, with these places."""

    schema: dict[str, Json]
    kinds: Mapping[str, str]  # JSON Pointer -> `image`, `audio` or `video`
    shorthands: Mapping[str, str]  # JSON Pointer of a list -> the name that a plain item stands for


def with_media(schema: Mapping[str, Json]) -> MediaPlaces:
    """Find every place for media in the parameters of a request."""
    walk = _Walk()
    properties = {
        name: part if name in _NO_MEDIA else walk.part(part, (name,)) for name, part in schema["properties"].items()
    }
    found = {**schema, "properties": properties}
    if walk.used:
        found["$defs"] = {kind: _definition(kind) for kind in sorted(walk.used)}
    return MediaPlaces(found, walk.kinds, walk.shorthands)


def _definition(kind: str) -> dict[str, Json]:
    """What a spec may give as an image, a sound or a video."""
    word = _WORD[kind]
    return {
        "title": word.capitalize(),
        "description": f"Path of a local file, a public http(s) URL, a data URI, or the UUID of an uploaded {word}.",
        "type": "string",
        "minLength": 1,
        "allOf": [
            {
                "anyOf": [{"pattern": "^[Hh][Tt][Tt][Pp][Ss]?:"}, {"not": {"pattern": "^[A-Za-z][A-Za-z0-9+.-]*://"}}],
                "x-problem": {
                    "code": "wrong-form",
                    "message": "{name} must be a local path, an http or https URL, a data URI or the UUID of an upload",
                    "hint": "for a local file write its path alone, without a scheme such as `file://`",
                },
            }
        ],
    }


@dataclass(slots=True)
class _Walk:
    kinds: dict[str, str] = field(default_factory=dict)
    shorthands: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def part(self, node: Json, path: tuple[str, ...]) -> Json:
        """A schema with definitions in the places of media; the places are noted."""
        if not isinstance(node, dict) or len(path) > _DEEPEST:
            return node
        if path == ("inputs",) and not node.get("properties"):
            self._opaque()
        alternatives = [key for key in ("anyOf", "oneOf") if key in node and node.get("type") != "string"]
        for key in alternatives:
            if (kind := _kind_of(node[key], path)) is not None:
                return self._found(node, key, kind, path)
        if not alternatives and (kind := _kind_of([node], path)) is not None:
            return self._reference(kind, node, path)
        return self._inside(node, path)

    def _found(self, node: dict[str, Json], key: str, kind: str, path: tuple[str, ...]) -> dict[str, Json]:
        """A choice of which some alternatives are media: they become one."""
        reference = self._reference(kind, node, path)
        others = [part for part in node[key] if not _is_text(part)]
        if not others:
            return reference
        inner = [self.part(part, path) for part in others]
        names = [name for part in inner for name in self._media_names(part, path)]
        if path[-1] == "*" and len(names) == 1:
            self.shorthands["/" + "/".join(path[:-1])] = names[0]
        rest = {name: item for name, item in node.items() if name not in ("anyOf", "oneOf", "type")}
        return {**rest, "anyOf": [{"$ref": reference["$ref"]}, *inner]}

    def _reference(self, kind: str, node: Mapping[str, Json], path: tuple[str, ...]) -> dict[str, Json]:
        self.kinds["/" + "/".join(path)] = kind
        self.used.add(kind)
        return {"$ref": f"#/$defs/{kind}", **{word: node[word] for word in ("title", "description") if word in node}}

    def _media_names(self, part: Json, path: tuple[str, ...]) -> Iterator[str]:
        names = part.get("properties", {}) if isinstance(part, dict) else {}
        yield from (name for name in names if "/" + "/".join((*path, name)) in self.kinds)

    def _inside(self, node: dict[str, Json], path: tuple[str, ...]) -> dict[str, Json]:
        found = dict(node)
        if isinstance(node.get("properties"), dict):
            found["properties"] = {name: self.part(part, (*path, name)) for name, part in node["properties"].items()}
        if isinstance(node.get("items"), dict):
            found["items"] = self.part(node["items"], (*path, "*"))
        for key in ("anyOf", "oneOf"):
            if key in node:
                found[key] = [self.part(part, path) for part in node[key]]
        return found

    def _opaque(self) -> None:
        """`inputs` about which only the name is known: the provider's inputs in all their forms."""
        for name, kind in _KNOWN.items():
            for tail in ("", "/*", f"/*/{kind}", *(("/*/inputImage",) if kind == "image" else ())):
                self.kinds[f"/inputs/{name}{tail}"] = kind


def _is_text(part: Json) -> bool:
    return isinstance(part, dict) and (part.get("type") == "string" or ("pattern" in part and "type" not in part))


def _kind_of(parts: Any, path: tuple[str, ...]) -> str | None:
    """The kind of media that some alternatives take; None if they take none."""
    texts = [part for part in parts if _is_text(part) and "enum" not in part and "const" not in part]
    texts = [text for part in texts for text in (part, *_nested(part))]
    signs = [sign for part in texts for sign in _signs(part)]
    named = _named(path)
    known = path[0] == "inputs" and named is not None and path[-1] in (*_KNOWN, "inputImage", "*")
    if not texts or not (signs or known) or (path[0] != "inputs" and named is None):
        return None
    if all(sign.lower() == "uuid" for sign in signs) and named is None:
        return None
    said = {found[1].lower() for sign in signs for found in _SAYS.finditer(sign)}
    return said.pop() if len(said) == 1 else named or "image"


def _nested(part: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    for key in ("anyOf", "oneOf"):
        yield from (inner for inner in part.get(key, ()) if isinstance(inner, dict))


def _signs(part: Mapping[str, Json]) -> Iterator[str]:
    """What says that a text is media: its format, its encoding, or a pattern of data."""
    form = part.get("format")
    if isinstance(form, str) and _FORMATS.match(form):
        yield form
    for key in ("contentEncoding", "contentMediaType"):
        if isinstance(part.get(key), str):
            yield part[key]
    pattern = part.get("pattern")
    if isinstance(pattern, str) and (_DATA.search(pattern) or "http" in pattern):
        yield pattern


def _named(path: tuple[str, ...]) -> str | None:
    """The kind that the names on the way say, the innermost first."""
    for name in reversed(path):
        for kind, words in _NAMES:
            if words.search(name):
                return kind
    return None

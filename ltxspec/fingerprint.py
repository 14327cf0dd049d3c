"""Request -> fingerprint -> task id: what identifies a render.

Fingerprints carry the version of their algorithm, and every released version stays here, because lockfiles keep the
fingerprints they were written with. A new algorithm is a new version in addition to the old ones, and is used only for
the requests that it treats differently: all others keep their fingerprints and task ids.

- v1: the body with its defaults, and local files by their content.
- v2: the same with addresses of images and sound without the parameters that only sign them.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ltxspec.canonical import canonical_bytes, sha256_hex
from ltxspec.catalog.defaults import full_defaults
from ltxspec.catalog.media import is_local_file, media_values
from ltxspec.catalog.models import PROMPT, Model
from ltxspec.catalog.pointers import parse_pointer, replaced_at
from ltxspec.catalog.signatures import without_signature
from ltxspec.values import Fingerprint, Json, TaskId

_TASK_FORMAT: Final = "ltxspec/task/v1"
_HOLE: Final = re.compile(rb'"\\u0000([0-9]+)"')  # a text to be filled in, as canonical JSON
_VARIANT: Final = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}  # its upper two bits become 10

Document = dict[str, Json]  # what is hashed, as canonical JSON


@dataclass(frozen=True, slots=True)
class TaskIdentity:
    """Everything that identifies one paid job. Two machines with the same identity get the same id, and pay once."""

    project: str  # `[project] id`; may be empty
    provider: str
    spec: str
    instance: str  # key of the shot in the lockfile
    fingerprint: Fingerprint
    retake: int = 1  # which requested render of this fingerprint
    attempt: int = 1  # which attempt of this retake


def fingerprint_of(
    model: Model, body: Mapping[str, Json], inputs: Mapping[str, str], version: str | None = None
) -> Fingerprint:
    """The fingerprint of a request.

    Args:
        model: the model of the request.
        body: the request as in `Request.body`; keys of one order (task id, …) and delivery do not matter.
        inputs: local file as written in the body -> `sha256:<hex>` of its content.
        version: the algorithm; see `version_of` for that of a stored fingerprint. None: `versions_for` the request.

    Raises:
        ValueError: the version is unknown, a local file has no hash, or a number has no canonical form.
    """
    version = version or versions_for(model, body)[0]
    document = _document(version)(model, body, inputs)
    return Fingerprint(f"{version}:sha256:{sha256_hex(canonical_bytes(document))}")


def versions_for(model: Model, body: Mapping[str, Json]) -> tuple[str, ...]:
    """The version of a request's fingerprint, followed by those under which an equal request may be recorded.

    The address of an image may have been signed when a take was bought and not be signed now, or the reverse.
    """
    addresses = [value for _, value in media_values(model, body) if "://" in value]
    if any(without_signature(address) != address for address in addresses):
        return "v2", "v1"
    return ("v1", "v2") if addresses else ("v1",)


def fingerprints_by_prompt(
    model: Model,
    body: Mapping[str, Json],
    inputs: Mapping[str, str],
    version: str,
    open_inputs: Sequence[str] = (),
    *,
    prompted: bool = True,
) -> Callable[..., Fingerprint]:
    """A function from prompts to fingerprints of a version, for many requests that differ only in the prompt.

    It gives the same result as `fingerprint_of` for the body with that prompt, in a hundredth of the time, and raises
    the same errors.

    Args:
        model: the model of the requests.
        body: a valid request; its prompt does not matter.
        inputs: as for `fingerprint_of`.
        version: the algorithm.
        open_inputs: names of inputs that differ from request to request, too: the function takes the content of each,
            in this order, after the prompt.
        prompted: whether the requests have a prompt. Without one, the function's first argument does not matter.
    """
    holes = {name: f"\0{number}" for number, name in enumerate(open_inputs, 1)}  # no valid request has a NUL
    document = _document(version)(model, {**body, **({PROMPT: f"\0{0}"} if prompted else {})}, {**inputs, **holes})
    first, *parts = _HOLE.split(canonical_bytes(document))
    start = hashlib.sha256(first)
    rest = [(int(hole), part) for hole, part in zip(parts[::2], parts[1::2], strict=True)]

    def fingerprint(*values: str) -> Fingerprint:
        hashed = start.copy()
        for hole, part in rest:
            hashed.update(canonical_bytes(values[hole]) + part)
        return Fingerprint(f"{version}:sha256:{hashed.hexdigest()}")

    return fingerprint


def beside_fingerprint(model: Model, body: Mapping[str, Json]) -> dict[str, Json]:
    """The parameters of a request that are sent, but not contained in its fingerprint as given.

    These are recorded-only parameters, those of a single order, and those overruled by another parameter.
    """
    return {name: body[name] for name in _beside(model) if name in body}


@lru_cache(maxsize=256)
def _beside(model: Model) -> Sequence[str]:
    implied = model.settings.defaults.implied
    overruled = {parse_pointer(item.path)[0] for item in implied if not item.unless_given}
    return sorted(model.recorded | model.order | overruled)


def version_of(fingerprint: str) -> str:
    """The version of the algorithm that made a fingerprint: `v1` for `v1:sha256:…`."""
    return fingerprint.partition(":")[0]


def task_id(identity: TaskIdentity) -> TaskId:
    """Derive the id of a task: 16 bytes of SHA-256 with the version and variant bits of a UUID v4.

    Raises:
        ValueError: a field contains a NUL, which could make two identities equal, or a count is below 1.
    """
    derive = task_ids(identity.project, identity.provider, identity.spec)
    return derive(identity.instance, identity.fingerprint, identity.retake, identity.attempt)


def task_ids(project: str, provider: str, spec: str) -> Callable[[str, Fingerprint, int, int], TaskId]:
    """A function (instance, fingerprint, retake, attempt) -> task id, for the many tasks of one spec.

    It gives the same results as `task_id`, and raises the same errors.
    """
    names = (project, provider, spec)
    nameless = any("\0" in name for name in names)
    start = hashlib.sha256("\0".join((_TASK_FORMAT, *names, "")).encode("utf-8"))

    def derive(instance: str, fingerprint: Fingerprint, retake: int, attempt: int) -> TaskId:
        if nameless or "\0" in instance or "\0" in fingerprint or retake < 1 or attempt < 1:
            raise ValueError("a task cannot be named by this identity")
        hashed = start.copy()
        hashed.update(f"{instance}\0{fingerprint}\0{retake}\0{attempt}".encode())
        digits = hashed.hexdigest()
        # RFC 9562, section 4.2: the version is 4; section 4.1: the variant is 10.
        third, fourth = f"4{digits[13:16]}", f"{_VARIANT[digits[16]]}{digits[17:20]}"
        return TaskId(f"{digits[:8]}-{digits[8:12]}-{third}-{fourth}-{digits[20:32]}")

    return derive


def _document(version: str) -> Callable[[Model, Mapping[str, Json], Mapping[str, str]], Document]:
    found = _VERSIONS.get(version)
    if found is None:
        raise ValueError(f"fingerprint version `{version}` is not known to this ltxspec")
    return found


def _document_v1(model: Model, body: Mapping[str, Json], inputs: Mapping[str, str]) -> Document:
    """The body with every default written out, without recorded-only and delivery parameters.

    Local files are replaced by the hash of their content.
    """
    dropped = model.recorded | model.delivery
    document = {key: value for key, value in full_defaults(model, body).items() if key not in dropped}
    for path, value in media_values(model, document):
        if is_local_file(value):
            if value not in inputs:
                raise ValueError(f"the content of `{value}` is not known")
            document = replaced_at(document, path, inputs[value])
    return document


def _document_v2(model: Model, body: Mapping[str, Json], inputs: Mapping[str, str]) -> Document:
    """As version 1, with signed addresses of images and sound without their signatures."""
    document = _document_v1(model, body, inputs)
    for path, value in media_values(model, document):
        if (address := without_signature(value)) != value:
            document = replaced_at(document, path, address)
    return document


_VERSIONS: Mapping[str, Callable[[Model, Mapping[str, Json], Mapping[str, str]], Document]] = {
    "v1": _document_v1,
    "v2": _document_v2,
}

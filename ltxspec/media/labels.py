"""C2PA manifests in video files: "made by AI", signed, and which video a labelled copy was made of.

`c2pa-python` is imported here only; it is the extra `ltxspec[c2pa]`. Nothing is fetched from a network, except a time
stamp if an authority is named.
"""

import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ltxspec.errors import LtxspecError
from ltxspec.values import Json
from ltxspec.version import __version__

MADE_BY_AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
ASSERTION = "org.ltxspec.take"
TYPES: Mapping[str, str] = {".mp4": "video/mp4", ".mov": "video/quicktime"}  # what C2PA defines for such files

_SETTINGS: Mapping[str, Json] = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
}
_SOUND = ("Valid", "Trusted")
_ONLY_UNKNOWN = frozenset({"signingCredential.untrusted"})  # the signer is not known here; the bytes are as signed
_EARLIER = "earlier"  # names the ingredient in the action
_LARGEST = 64  # characters of a hash


class LabelError(LtxspecError):
    """A video cannot be labelled, or its label cannot be verified."""

    code = "label"


@dataclass(frozen=True, slots=True)
class Label:
    """What the manifest of a labelled copy says.

    Attributes:
        sha256: of the video that was copied.
        intact: whether the signature is that of these bytes; otherwise the file was changed after it was labelled.
        trusted: whether the certificate is on the trust list that was given; None: none was given.
        signer: who signed, as the certificate names it.
        stamped_at: when an authority confirmed the signature; None: it has no time stamp.
        source_type: the IPTC digital source type of the action that the label is about.
        problems: codes of what is wrong, as C2PA defines them.
    """

    sha256: str
    intact: bool
    trusted: bool | None
    signer: str | None
    stamped_at: str | None
    source_type: str | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signing:
    """What a label is signed with.

    Attributes:
        certificates: PEM, the signer's certificate first, then those that certify it.
        key: PEM, the private key of the first certificate.
        algorithm: `es256`, `ps256`, `ed25519`, ….
        time_stamps: the address of a time-stamping authority (RFC 3161); None: no time stamp.
        trusted: PEM, the certificates that viewers trust, one of which must certify the signer; None: unknown.
    """

    certificates: bytes
    key: bytes
    algorithm: str
    time_stamps: str | None = None
    trusted: bytes | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a label says of a video: the hash of the file, the model that made it, and when (RFC 3339)."""

    sha256: str
    model: str
    made_by: str  # the model's name, for people
    at: str | None = None


def is_installed() -> bool:
    """Whether the extra is there."""
    return find_spec("c2pa") is not None


def write_label(source: Path, target: Path, title: str, claim: Claim, signing: Signing) -> Label:
    """Copy a video with a signed manifest in it, and verify what was written.

    Args:
        source: the video, which is only read.
        target: a new file; its ending says what kind of video it is.
        title: the name that the manifest shows.
        claim: what is said of it.
        signing: certificate and key.

    Returns:
        The label as it reads in the copy.

    Raises:
        LabelError: the extra is missing, the video or the certificate is not accepted, or the copy does not verify.
    """
    c2pa = library()
    with _translated(c2pa, "the label cannot be written"):
        info = c2pa.C2paSignerInfo(signing.algorithm, signing.certificates, signing.key, signing.time_stamps)
        kind, earlier = TYPES[source.suffix], _store(source) is not None
        with (
            c2pa.Signer.from_info(info) as signer,
            c2pa.Context.from_dict(_SETTINGS) as context,
            c2pa.Builder(_manifest(title, claim, kind, earlier=earlier), context) as builder,
            source.open("rb") as video,
            target.open("w+b") as copy,
        ):
            if earlier:  # the provider's own manifest stays in the copy
                ingredient = {"title": source.name, "relationship": "parentOf", "label": _EARLIER}
                builder.add_ingredient(ingredient, kind, video)
                video.seek(0)
            builder.sign(signer, kind, video, copy)
    label = read_label(target, signing.trusted)
    if label is None or not label.intact or label.sha256 != claim.sha256 or label.source_type != MADE_BY_AI:
        problems = ", ".join(label.problems) if label is not None else "it has none"
        raise LabelError(f"the label of the copy does not verify: {problems}")
    if label.trusted is False:
        raise LabelError("no certificate of the trust list certifies the signer", hint="viewers would show a warning")
    return label


def _manifest(title: str, claim: Claim, kind: str, *, earlier: bool) -> dict[str, Json]:
    made = {
        "action": "c2pa.opened" if earlier else "c2pa.created",
        **({"parameters": {"ingredientIds": [_EARLIER]}} if earlier else {}),
        "digitalSourceType": MADE_BY_AI,
        "softwareAgent": {"name": claim.made_by},
        **({"when": claim.at} if claim.at is not None else {}),
    }
    return {
        "claim_generator_info": [{"name": "ltxspec", "version": __version__}],
        "title": title,
        "format": kind,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [made]}},
            {"label": ASSERTION, "data": {"sha256": claim.sha256, "model": claim.model}},
        ],
    }


def read_label(file: Path, trusted: bytes | None = None) -> Label | None:
    """The label that `write_label` put into a video, also if another program added its own after it.

    Args:
        file: a video.
        trusted: PEM, the certificates that viewers trust; None: it is not looked at whether they trust the signer.

    Returns:
        None if there is none, or the extra is missing.

    Raises:
        LabelError: the extra is broken.
    """
    store = _store(file, trusted) if is_installed() else None
    return None if store is None else _label(store, is_checked=trusted is not None)


def _store(file: Path, trusted: bytes | None = None) -> Mapping[str, Any] | None:
    """The manifests in a file, as the library reports them; None if there are none, or it cannot have any."""
    c2pa = library()
    trust = {} if trusted is None else {"trust": {"trust_anchors": trusted.decode("ascii", "replace")}}
    try:
        with (
            c2pa.Context.from_dict({**_SETTINGS, **trust}) as context,
            file.open("rb") as video,
            c2pa.Reader(TYPES.get(file.suffix.lower()), video, context=context) as reader,
        ):
            found: dict[str, Any] = json.loads(reader.json())
            return found
    except (c2pa.C2paError, OSError, ValueError):
        return None


def _label(store: Mapping[str, Any], *, is_checked: bool) -> Label | None:
    """Our label in a manifest store: that of the active manifest, else of an ingredient of it."""
    manifests: Mapping[str, Any] = store.get("manifests") or {}
    active = store.get("active_manifest")
    for name in sorted(manifests, key=lambda name: name != active):
        data = {item.get("label"): item.get("data") for item in manifests[name].get("assertions") or ()}
        ours = data.get(ASSERTION)
        sha256 = ours.get("sha256") if isinstance(ours, Mapping) else None
        if isinstance(sha256, str) and len(sha256) == _LARGEST:
            state = store.get("validation_state")
            signature = manifests[name].get("signature_info") or {}
            problems = tuple(dict.fromkeys(_problems(store, name)))
            return Label(
                sha256=sha256,
                intact=state in _SOUND and set(problems) <= _ONLY_UNKNOWN,
                trusted=state == "Trusted" if is_checked else None,
                signer=signature.get("common_name") or signature.get("issuer"),
                stamped_at=signature.get("time"),
                source_type=_source_type(data),
                problems=problems,
            )
    return None


def _source_type(data: Mapping[str, Any]) -> str | None:
    actions = data.get("c2pa.actions.v2") or data.get("c2pa.actions") or {}
    for action in actions.get("actions") or ():
        if action.get("action") in ("c2pa.created", "c2pa.opened"):
            found = action.get("digitalSourceType")
            return found if isinstance(found, str) else None
    return None


def _problems(store: Mapping[str, Any], name: str) -> Iterator[str]:
    """Codes of what is wrong with the file, and with what it was made of if that had the label."""
    for status in store.get("validation_status") or ():
        yield str(status.get("code"))
    for manifest in (store.get("manifests") or {}).values():
        for ingredient in manifest.get("ingredients") or ():
            if ingredient.get("active_manifest") == name:
                results = (ingredient.get("validation_results") or {}).get("activeManifest") or {}
                yield from (str(status.get("code")) for status in results.get("failure") or ())


def library() -> Any:
    """The module `c2pa`. Raises LabelError if the extra is not installed, or does not load."""
    if not is_installed():
        raise LabelError("labels need the extra `c2pa`", hint="`pip install 'ltxspec[c2pa]'`")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import c2pa
    except (ImportError, OSError) as error:
        raise LabelError(f"`c2pa-python` does not load: {error}", hint="`pip install --upgrade c2pa-python`") from error
    return c2pa


@contextmanager
def _translated(c2pa: Any, what: str) -> Iterator[None]:
    try:
        yield
    except c2pa.C2paError as error:
        raise LabelError(f"{what}: {' '.join(str(error).split())}") from None

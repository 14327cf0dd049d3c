"""Warnings about upload addresses: each takes one file, so a second video would overwrite the first."""

from collections.abc import Sequence

from ltxspec.render.findings import Findings
from ltxspec.render.models import Request
from ltxspec.render.places import Places
from ltxspec.spec.models import Spec

_UPLOAD = "uploadEndpoint"


def warn_of_shared_uploads(spec: Spec, requests: Sequence[Request], places: Places, findings: Findings) -> None:
    """Warn if two requests of a spec are uploaded to one address: at the shot, or once if all inherit it."""
    first: dict[str, Request] = {}
    inherited: dict[str, int] = {}
    for request in requests:
        target = request.delivery.get(_UPLOAD)
        if target is None:
            continue
        own = _UPLOAD in spec.shots[request.address.shot].parameters
        inherited[target] = inherited.get(target, 0) + (not own)
        if first.setdefault(target, request) is request or not own:
            continue
        message = f"`{request.address.instance}` uploads to the same URL as `{first[target].address.instance}`"
        hint = f"give each shot an `{_UPLOAD}` of its own, or the later video replaces the earlier one"
        findings.add("warning", "shared-upload", message, places.key(("shots", request.address.shot)), hint)
    for count in inherited.values():
        if count > 1:
            _warn_of_inherited(spec, count, places, findings)


def _warn_of_inherited(spec: Spec, count: int, places: Places, findings: Findings) -> None:
    in_spec = _UPLOAD in spec.defaults
    setting = "`defaults`" if in_spec else "`[delivery]` of the configuration"
    message = f"{count} videos are uploaded to the same URL: `{_UPLOAD}` is set in {setting}"
    hint = f"give each shot an `{_UPLOAD}` of its own, or each video replaces the one before it"
    where = places.key(("defaults", _UPLOAD)) if in_spec else None
    findings.add("warning", "shared-upload", message, where, hint)

"""Where videos are from, and labelled copies, as documents: the use cases of `ltxspec whence` and `ltxspec label`."""

import sys
from pathlib import Path

from ltxspec.media.labels import Label
from ltxspec.plan.document import Source
from ltxspec.project.adapters import open_archive
from ltxspec.project.label import LabelOptions, label_take
from ltxspec.project.project import ProjectContext
from ltxspec.project.whence import Origin, whence
from ltxspec.redaction import redact_secrets
from ltxspec.report.results.errors import problems_of
from ltxspec.report.results.provenance import FoundLabel, FoundTake, Labelled, Whence
from ltxspec.storage.named import read_named
from ltxspec.storage.paths import shown

_LARGEST = 2**20  # bytes of a file with a key or certificates


def whence_result(project: ProjectContext, file: Path, name: str, *, history: bool = False) -> Whence:
    """The answer of `ltxspec whence`. Arguments and errors are those of `whence`."""
    found = whence(project, file, name, history=history)
    path = open_archive(project).path_of(found.original or found.sha256)
    place = None if path is None else shown(path)
    return Whence(
        file=name,
        sha256=found.sha256,
        label=_label(found.label) if found.label is not None else None,
        takes=tuple(_take(origin, place) for origin in found.origins),
        unreadable=problems_of(found.unreadable),
    )


def _take(origin: Origin, file: str | None) -> FoundTake:
    take, place = origin.take, origin.place
    prompt = redact_secrets(take.request.get("positivePrompt"))
    return FoundTake(
        address=str(origin.address),
        provider=origin.provider,
        take=origin.number,
        takes=origin.takes,
        result=origin.result,
        current=origin.current,
        retired=origin.retired,
        source=Source(place.file, place.line, place.column) if place is not None else None,
        source_commit=place.commit if place is not None else None,
        lockfile=origin.lockfile,
        lockfile_commit=origin.found_in,
        recorded_in=origin.recorded_in,
        checked_out=origin.checked_out,
        task_id=take.task_id,
        fingerprint=take.fingerprint,
        model=take.model,
        prompt=prompt if isinstance(prompt, str) else None,
        cost=take.cost,
        submitted_at=take.submitted_at,
        finished_at=take.finished_at,
        file=file,
    )


def _label(label: Label) -> FoundLabel:
    return FoundLabel(
        original=label.sha256,
        intact=label.intact,
        trusted=label.trusted,
        signer=label.signer,
        stamped_at=label.stamped_at,
        digital_source_type=label.source_type,
        problems=label.problems,
    )


Named = tuple[Path, str]  # a file, and its name as the user wrote it


def signed_with(certificates: Named, key: Named | None, trusted: Named | None, time_stamps: str | None) -> LabelOptions:
    """How a copy is labelled, read from files.

    Args:
        certificates: of the signer.
        key: its private key; None: standard input.
        trusted: the certificates that viewers trust, if these are known.
        time_stamps: the address of a time-stamping authority, if one is used.

    Raises:
        WrongUsage: a file cannot be read.
    """
    secret = sys.stdin.buffer.read(_LARGEST) if key is None else read_named(*key, _LARGEST)
    anchors = None if trusted is None else read_named(*trusted, _LARGEST)
    return LabelOptions(read_named(*certificates, _LARGEST), secret, time_stamps, anchors)


def label_result(project: ProjectContext, address: str, target: Path, name: str, options: LabelOptions) -> Labelled:
    """The answer of `ltxspec label`. Raises as `label_take`."""
    copy = label_take(project, address, target, options)
    return Labelled(
        address=str(copy.video.address),
        take=copy.video.number,
        file=name,
        sha256=copy.sha256,
        label=_label(copy.label),
    )

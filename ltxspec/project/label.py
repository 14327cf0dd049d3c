"""A signed copy of a take that says "made by AI". The archived video is only read: its hash never changes."""

from dataclasses import dataclass
from pathlib import Path

from ltxspec.errors import StorageError, WrongUsage
from ltxspec.media.labels import TYPES, Claim, Label, LabelError, write_label
from ltxspec.media.signing import signing_of
from ltxspec.project.project import ProjectContext
from ltxspec.project.take_video import TakeVideo, video_of
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.outputs import replacing
from ltxspec.storage.videos import hash_of


@dataclass(frozen=True, slots=True)
class LabelOptions:
    """How a copy is labelled.

    Args:
        certificates: PEM, the signer's first.
        key: PEM, the private key of that certificate.
        time_stamps: the address of a time-stamping authority; None: no time stamp, and nothing is sent anywhere.
        trusted: PEM, the certificates that viewers trust, one of which must certify the signer; None: unknown.
        number: the take, as numbered by `ltxspec show`; None: the current one.
        result: which of its outputs, from 1; None: the one that is shown first.
    """

    certificates: bytes
    key: bytes
    time_stamps: str | None = None
    trusted: bytes | None = None
    number: int | None = None
    result: int | None = None


@dataclass(frozen=True, slots=True)
class LabelledCopy:
    """A copy that was written: of which video, its SHA-256, and its label as it reads."""

    video: TakeVideo
    sha256: str
    label: Label


def label_take(project: ProjectContext, address: str, target: Path, options: LabelOptions) -> LabelledCopy:
    """Write a labelled copy of a take to a file; an existing file is replaced completely or not at all.

    Args:
        project: the project.
        address: one shot.
        target: the copy, with the ending of the video, in a folder that exists.
        options: how it is labelled.

    Raises:
        UnknownAddress, WrongUsage: there is no such shot, take or result, or the file cannot be that copy.
        NotArchived: the video is not on this machine.
        LabelError: the extra `c2pa` is missing, or the video, the certificate or the key cannot be used.
        StorageError: the file cannot be written.
    """
    signing = signing_of(
        options.certificates,
        options.key,
        SystemClock().now(),
        time_stamps=options.time_stamps,
        trusted=options.trusted,
    )
    video = video_of(project, address, number=options.number, result=options.result)
    _refuse_target(project, video, target)
    if project.service.free:
        project.warn("the sandbox's videos are no AI videos: its labels are a rehearsal")
    model = project.catalog.find(video.take.model)
    name = video.take.model if model is None else f"{model.name} ({model.air})"
    claim = Claim(video.sha256, video.take.model, name, video.take.finished_at)
    with replacing(target) as aside:
        label = write_label(video.path, aside, target.name, claim, signing)
        sha256 = hash_of(aside)
    return LabelledCopy(video, sha256, label)


def _refuse_target(project: ProjectContext, video: TakeVideo, target: Path) -> None:
    """Refuse a file that cannot be the copy of this video, or that would hide what was paid for."""
    suffix = video.path.suffix
    if suffix not in TYPES:
        raise LabelError(
            f"a {suffix.lstrip('.').upper()} file cannot hold a C2PA label",
            hint="render or convert to MP4 or MOV what is to be published",
        )
    if target.suffix.lower() != suffix:
        raise WrongUsage(f"the copy has to be named `…{suffix}`, like the video", hint="it is copied, not converted")
    if not target.parent.is_dir():
        raise StorageError(f"`{target.name}` cannot be written: there is no such folder", hint="create it first")
    here = target.parent.resolve()
    for place in (project.root / project.config.archive.url, project.root / "renders"):
        if here.is_relative_to(place.resolve()):
            shown = project.label(place)
            raise WrongUsage(f"the copy cannot be in `{shown}`, which holds the videos as they were made")

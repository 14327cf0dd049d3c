"""Draws a free preview of each shot of a review that is still to be rendered. Orders nothing, records nothing.

The request may come from a stranger's report, so nothing in it is believed: a preview is small and short whatever the
request says, and a file of the project is shown only if its content is the one that the request names.
"""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

from ltxspec.canonical import canonical_bytes
from ltxspec.catalog.defaults import full_defaults
from ltxspec.catalog.media import is_local_file, media_values
from ltxspec.catalog.models import PROMPT, Catalog
from ltxspec.errors import LtxspecError
from ltxspec.media.film import Clip
from ltxspec.media.frames import cut_frame
from ltxspec.media.specs import AnimaticSpec
from ltxspec.project.picture_makers import HERE
from ltxspec.project.project import ProjectContext
from ltxspec.providers.sandbox.shapes import shape_of
from ltxspec.render.models import Request
from ltxspec.review.models import ShotKind, ShotReview
from ltxspec.spec.files import FileProblem
from ltxspec.storage.entry_cache import EntryCache
from ltxspec.storage.files import ProjectFolder
from ltxspec.values import Json, Moment, ShotAddress
from ltxspec.version import __version__

MOST = 200  # previews in one review: a page that contains them stays below 40 MB
_WAY = 2  # how previews are drawn; count up when that changes
_SIDE = 640  # pixels of the longer side
_RATE = 12  # frames per second at most
_LONGEST = 20.0  # seconds
_LEAST = 16  # pixels of the shorter side
_KINDS = (ShotKind.PENDING, ShotKind.HELD, ShotKind.RESUMING)
Find = Callable[[str], Path | None]  # SHA-256 of a video -> its file, if it is on this machine
Draw = Callable[[Clip], bytes]  # a preview as an MP4 file; raises MediaError


@dataclass(frozen=True, slots=True)
class _First:
    """The picture that a shot begins with: what it is, for the name of a preview, and how to make it."""

    identity: Json
    make: Callable[[], bytes]
    source: ShotAddress | None = None  # whose preview it is a frame of


class Animatics:
    """The previews of one review, or of one edit, each drawn at most once and kept by its content."""

    def __init__(
        self, catalog: Catalog, files: ProjectFolder, find: Find, entries: EntryCache, draw: Draw = HERE.draw
    ) -> None:
        self._catalog, self._files, self._find, self._entries, self._draw = catalog, files, find, entries, draw
        self._shots: dict[ShotAddress, ShotReview] = {}
        self._keys: dict[ShotAddress, str] = {}
        self._firsts: dict[ShotAddress, _First | None] = {}
        self._clips: dict[ShotAddress, Clip] = {}

    def start(
        self, shots: Sequence[ShotReview], pool: Executor, only: Collection[ShotAddress] | None = None
    ) -> "dict[ShotAddress, Future[Path]]":
        """Begin to draw the previews of shots that are to be rendered, at most `MOST`; each is a file.

        A future raises MediaError if its preview cannot be drawn.

        Args:
            shots: also those that others begin with.
            pool: draws them.
            only: the shots to draw; None: all.
        """
        self._shots = {shot.address: shot for shot in shots}
        to_come = [shot.address for shot in shots if is_to_come(shot)]
        wanted = [address for address in to_come if only is None or address in only][:MOST]
        return {address: pool.submit(self._file, address) for address in self._in_order(wanted)}

    def prune(self) -> None:
        """Keep the cache below its limit."""
        self._entries.prune()

    def _in_order(self, wanted: Iterable[ShotAddress]) -> Iterator[ShotAddress]:
        """Shots after their sources, with what each begins with known."""
        for address in wanted:
            for one in self._sources_first(address):
                self._key(one)
            yield address

    def _sources_first(self, address: ShotAddress) -> list[ShotAddress]:
        """A shot and what it begins with, directly and indirectly, farthest first. A circle ends where it began."""
        chain = {address: None}
        source = self._source(address)
        while source is not None and source not in chain and source not in self._keys:
            chain[source] = None
            source = self._source(source)
        return list(chain)[::-1]

    def _source(self, address: ShotAddress) -> ShotAddress | None:
        """The shot of this review, without a video as well, with a frame of which a shot begins."""
        request = _request(self._shots[address])
        first = request.references[0] if request is not None and request.references else None
        if first is None or first.at is None or first.source == address:
            return None
        source = self._shots.get(first.source)
        return first.source if source is not None and is_to_come(source) else None

    def _key(self, address: ShotAddress) -> str:
        if address not in self._keys:
            first = self._firsts[address] = self._first(address)
            spec, rate = self._content(self._shots[address])
            self._keys[address] = sha256(
                canonical_bytes(
                    [_WAY, __version__, spec.width, spec.height, str(spec.seconds), str(rate), _safe(spec.prompt),
                     _safe(spec.label), first.identity if first is not None else None]
                )
            ).hexdigest()  # fmt: skip
        return self._keys[address]

    def _file(self, address: ShotAddress) -> Path:
        key = self._keys[address]
        known = self._entries.get_file(key, ".mp4")
        if known is not None:
            return known
        return self._entries.put_file(key, ".mp4", self._draw(self._clip(address)))

    def _clip(self, address: ShotAddress) -> Clip:
        """What a preview shows; the clips that it begins with are made first, without recursion."""
        for one in self._unmade(address):
            first = self._firsts[one]
            spec, rate = self._content(self._shots[one], first.make() if first is not None else None)
            self._clips[one] = Clip(spec, (spec.width, spec.height), rate)
        return self._clips[address]

    def _unmade(self, address: ShotAddress) -> list[ShotAddress]:
        chain: list[ShotAddress] = []
        following: ShotAddress | None = address
        while following is not None and following not in self._clips:
            chain.append(following)
            first = self._firsts[following]
            following = first.source if first is not None else None
        return chain[::-1]

    def _content(self, shot: ShotReview, first: bytes | None = None) -> tuple[AnimaticSpec, Fraction]:
        request = _request(shot)
        body = request.body if request is not None else {}
        model = self._catalog.find(str(body.get("model")))
        width, height, seconds, fps = _shape(full_defaults(model, body) if model is not None else body)
        label = f"PREVIEW · {shot.address} · not rendered"
        prompt = str(body.get(PROMPT, ""))
        rate = Fraction(str(fps))
        return AnimaticSpec(width, height, seconds, fps, prompt=prompt, label=label, first_frame=first), rate

    def _first(self, address: ShotAddress) -> _First | None:
        """The picture that a shot begins with, as far as it is on this machine."""
        request = _request(self._shots[address])
        model = self._catalog.find(str(request.body.get("model"))) if request is not None else None
        if request is None or model is None:
            return None
        references = {reference.path: reference for reference in request.references}
        for path, value in media_values(model, request.body):
            found = None
            if path in references:
                at = references[path].at
                found = self._cut(address, references[path].source, at) if at is not None else None
            elif is_local_file(value) and not any("audio" in str(key).lower() for key in path):
                found = self._local(request, value)
            if found is not None:
                return found
        return None

    def _cut(self, address: ShotAddress, source: ShotAddress, at: Moment) -> _First | None:
        """A frame of the source: of the take that it will be, else of the source's own preview."""
        uses = {use.source: use.sha256 for use in self._shots[address].uses_after}
        digest = uses.get(source) or self._bought(source)
        video = self._find(digest) if digest is not None else None
        if video is not None:
            return _First(["take", digest, str(at)], lambda: cut_frame(video, at).data)
        if source == address or source not in self._keys:
            return None
        return _First(["preview", self._keys[source], str(at)], lambda: self._clip(source).picture(at), source)

    def _bought(self, source: ShotAddress) -> str | None:
        shot = self._shots.get(source)
        take = shot.after if shot is not None else None
        return take.shown[0].sha256 if take is not None and take.shown else None

    def _local(self, request: Request, value: str) -> _First | None:
        """A picture of the project, if it is the one that the request means: the files here may be another commit's."""
        with suppress(FileProblem):
            wanted = request.inputs.get(value)
            if wanted is not None and self._files.sha256(value, beside=request.file) == wanted:
                data = self._files.read_media(value, beside=request.file)
                if data is not None:
                    return _First(wanted, lambda: data)
        return None


def animatics_of(project: ProjectContext, find: Find, draw: Draw = HERE.draw) -> Animatics:
    """The previews of a project, with its cache."""
    entries = EntryCache(project.local / "cache" / "animatics", project.root)
    return Animatics(project.catalog, project.files, find, entries, draw)


def is_to_come(shot: ShotReview) -> bool:
    """Whether a shot has no video yet, and a request that can be drawn."""
    return shot.after is None and shot.kind in _KINDS and _request(shot) is not None


def drawn(started: "Mapping[ShotAddress, Future[Path]]", problems: list[str]) -> dict[ShotAddress, Path]:
    """The previews, once they are drawn; what cannot be drawn is added to the problems."""
    found = {}
    for address, future in started.items():
        try:
            found[address] = future.result()
        except (LtxspecError, ValueError, OverflowError, OSError) as error:
            reason = error.summary if isinstance(error, LtxspecError) else type(error).__name__
            problems.append(f"no preview of `{address}`: {reason}")
    return found


def _request(shot: ShotReview) -> Request | None:
    return shot.change.request if shot.change is not None else None


def _shape(body: Mapping[str, Json]) -> tuple[int, int, float, float]:
    """Width, height, seconds and frames per second of a preview, within bounds whatever the request says."""
    try:
        width, height, seconds, fps = (float(value) for value in shape_of(body))
    except (OverflowError, ValueError):
        width, height, seconds, fps = 16.0, 9.0, 1.0, 1.0
    if not all(map(math.isfinite, (width, height, seconds, fps))) or min(width, height) < 1:
        width, height, seconds, fps = 16.0, 9.0, 1.0, 1.0
    scale = _SIDE / max(width, height)
    wide, high = (min(_SIDE, max(_LEAST, round(side * scale / 2) * 2)) for side in (width, height))
    rate = min(float(_RATE), max(1.0, fps))
    return wide, high, max(1 / rate, min(_LONGEST, seconds)), rate


def _safe(text: str) -> str:
    """Text without lone surrogates, which have no canonical form."""
    return text.encode("utf-8", "backslashreplace").decode()

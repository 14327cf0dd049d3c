"""The video of one result: its content, and its file, made on first request and stored by content."""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, cast

from ltxspec.canonical import canonical_bytes
from ltxspec.catalog.defaults import full_defaults
from ltxspec.catalog.media import media_kind, media_values
from ltxspec.catalog.media_facts import MediaFacts
from ltxspec.catalog.models import Catalog, Model
from ltxspec.errors import MediaError
from ltxspec.providers.sandbox.identifiers import seed_of
from ltxspec.providers.sandbox.older_forms import in_present_form
from ltxspec.providers.sandbox.settings import Film, SandboxSettings
from ltxspec.providers.sandbox.shapes import shape_of
from ltxspec.providers.sandbox.states import extension
from ltxspec.providers.sandbox.tasks import Task, TaskStore
from ltxspec.providers.sandbox.uploads import image_bytes
from ltxspec.values import Json

_AT_ONCE = 2  # films made concurrently: each uses both cores and several hundred megabytes


def film_of(
    task: Task, result: int, catalog: Catalog, first_frame: bytes | None, source: MediaFacts | None = None
) -> Film:
    """The content of one result's video: the request with all defaults of its model, and its source video."""
    model = catalog.find(str(task.body.get("model")))
    body = full_defaults(model, in_present_form(task.body, model)) if model is not None else dict(task.body)
    width, height, seconds, fps = shape_of(body, source)
    number = f" · {result + 1}/{task.results}" if task.results > 1 else ""
    return Film(
        width=width,
        height=height,
        seconds=seconds,
        fps=fps,
        container=cast("Literal['mp4', 'mov', 'webm']", extension(body)),
        audio=wants_audio(body),
        prompt=str(body.get("positivePrompt", "")),
        label=task.label + number,
        seed=seed_of(task.uuid, task.run, result),
        quality=int(body.get("outputQuality", 95)),
        first_frame=first_frame,
    )


def wants_audio(value: Json) -> bool:
    """Whether any switch for sound is on: `generateAudio` or `audio`, at any level of the request."""
    if not isinstance(value, dict):
        return False
    if value.get("generateAudio") is True or value.get("audio") not in (None, False):
        return True
    return any(wants_audio(part) for part in value.values())


class FilmShelf:
    """The finished films of one state folder. Thread-safe; two processes may at worst do the same work twice."""

    def __init__(self, settings: SandboxSettings, store: TaskStore) -> None:
        self._settings, self._store = settings, store
        self._folder = settings.folder / "videos"
        self._slots = threading.Semaphore(_AT_ONCE)
        self._guard = threading.Lock()
        self._making: dict[str, threading.Lock] = {}

    def film(self, task: Task, result: int) -> Path:
        """The file of one result, made now if necessary. Takes seconds; call it in a thread.

        Raises:
            MediaError: it could not be made.
        """
        film = film_of(task, result, self._settings.catalog, self._first_frame(task), self._source(task))
        path = self._folder / f"{_key(film)}.{film.container}"
        with self._guard:
            lock = self._making.setdefault(path.name, threading.Lock())
        with lock:
            if not path.exists():
                with self._slots:
                    self._make(film, path)
        return path

    def _make(self, film: Film, path: Path) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{threading.get_ident()}")
        try:
            try:
                self._settings.make_video(film, partial)
            except MediaError:
                if film.first_frame is None:
                    raise
                # The image was accepted with the order, so it must not cause a failure now.
                self._settings.make_video(replace(film, first_frame=None), partial)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)

    def _first_frame(self, task: Task) -> bytes | None:
        model = self._settings.catalog.find(str(task.body.get("model")))
        for value in images_of(model, task.body):
            found = image_bytes(value, self._store, self._settings.outside)
            if found is not None and self._settings.look(found).kind != "video":
                return found
        return None

    def _source(self, task: Task) -> MediaFacts | None:
        """What is known of the video that an order works on; None without one, or where it cannot be had."""
        model = self._settings.catalog.find(str(task.body.get("model")))
        for value in videos_of(model, task.body):
            found = image_bytes(value, self._store, self._settings.outside)
            if found is not None and (facts := self._settings.look(found)).kind == "video":
                return facts
        return None


def videos_of(model: Model | None, body: Mapping[str, Json]) -> list[str]:
    """What may be the video that an order works on, as sent, in order; nothing that is only a reference.

    A model's file may not say of what kind its media are.
    """
    if model is None:
        return []
    found = media_values(model, in_present_form(body, model))
    return [value for path, value in found if "video" in _place(path) and "reference" not in _place(path)]


def _place(path: Sequence[str | int]) -> str:
    return " ".join(map(str, path)).casefold()


def images_of(model: Model | None, body: Mapping[str, Json]) -> list[str]:
    """All images of a request, as sent, in order."""
    if model is None:
        return []
    body = in_present_form(body, model)
    return [value for path, value in media_values(model, body) if media_kind(model, path) == "image"]


def _key(film: Film) -> str:
    """A name for a film, derived from everything it shows."""
    image = None if film.first_frame is None else hashlib.sha256(film.first_frame).hexdigest()
    shown = [getattr(film, name) for name in Film.__slots__ if name != "first_frame"]
    return hashlib.sha256(canonical_bytes([*shown, image])).hexdigest()[:32]

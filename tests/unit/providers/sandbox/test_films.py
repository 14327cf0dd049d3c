import base64
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sandboxes import Sandbox, catalog, order, tiny_film

from ltxspec.catalog.media_facts import MediaFacts
from ltxspec.catalog.models import load_catalog
from ltxspec.errors import MediaError
from ltxspec.providers.sandbox.films import FilmShelf, film_of, images_of, videos_of
from ltxspec.providers.sandbox.settings import Film
from ltxspec.providers.sandbox.tasks import Fate, Task
from ltxspec.storage.packaged import read_model_documents

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
URI = "data:image/png;base64," + base64.b64encode(PNG).decode()


def task(number: int = 1, **fields: Any) -> Task:
    body = order(number, **fields)
    return Task(body["taskUUID"], body, "http://s", "night.alley", 0.0, 1.0, None, Fate())


def film(**fields: Any) -> Film:
    return film_of(task(**fields), 0, catalog(), None)


def shelf_of(sandbox: Sandbox) -> FilmShelf:
    return FilmShelf(sandbox.app.settings, sandbox.app.store)


def test_a_film_has_the_shape_that_was_ordered() -> None:
    shown = film(width=3840, height=2160, duration=10, fps=50, outputFormat="WEBM", outputQuality=40)
    assert (shown.width, shown.height, shown.seconds, shown.fps) == (3840, 2160, 10, 50)
    assert (shown.container, shown.quality, shown.prompt, shown.label) == (
        "webm",
        40,
        "Rain over the city",
        "night.alley",
    )


def test_defaults_of_the_model_fill_what_was_left_out() -> None:
    shown = film(duration=None, fps=None)
    assert (shown.seconds, shown.fps, shown.container, shown.quality, shown.audio) == (6, 25, "mp4", 95, False)


def test_a_film_follows_the_video_that_the_order_works_on() -> None:
    source = MediaFacts("video", "MP4", 1, 640, 360, seconds=3.5, fps=24.0)
    worked = film_of(
        task(model="maker:up@1", width=None, height=None, duration=None, fps=None), 0, catalog(), None, source
    )
    assert (worked.width, worked.height, worked.seconds, worked.fps) == (640, 360, 3.5, 24.0)


def test_a_reference_is_no_video_that_is_worked_on() -> None:
    documents = read_model_documents(None)
    document = documents["lightricks-ltx-2-pro.json"]
    places = ["/inputs/video", "/inputs/referenceVideos/*"]
    own = document["x-ltxspec"] | {"media": [*document["x-ltxspec"]["media"], *places]}
    own["mediaLimits"] = [
        {"at": places, "kind": "video", "confidence": "inferred", "date": "2026-11-29", "source": "made up"}
    ]
    listed = {"type": "array", "items": {"type": "string"}}
    named = document["properties"]["inputs"]["properties"] | {"video": {"type": "string"}, "referenceVideos": listed}
    inputs = document["properties"]["inputs"] | {"properties": named}
    changed = {**document, "properties": document["properties"] | {"inputs": inputs}, "x-ltxspec": own}
    model = load_catalog({"lightricks-ltx-2-pro.json": changed}).models[0]
    body = order(inputs={"video": "a", "referenceVideos": ["b"], "frameImages": [URI]})
    assert videos_of(model, body) == ["a"]
    assert images_of(model, body) == [URI]
    assert videos_of(None, body) == []


@pytest.mark.parametrize(
    ("settings", "audio"),
    [
        ({"providerSettings": {"lightricks": {"generateAudio": True}}}, True),
        ({"providerSettings": {"lightricks": {"generateAudio": False}}}, False),
        ({}, False),
    ],
)
def test_there_is_sound_when_it_was_asked_for(settings: dict[str, Any], audio: bool) -> None:
    assert film(**settings).audio is audio


def test_a_sibling_model_switches_sound_on_in_its_settings() -> None:
    assert film(model="lightricks:ltx@2.5-fast", settings={"audio": True}).audio


def test_each_of_several_results_is_another_film() -> None:
    several = task(numberResults=2)
    one, two = (film_of(several, result, catalog(), None) for result in range(2))
    assert (one.label, two.label) == ("night.alley · 1/2", "night.alley · 2/2")
    assert one.seed != two.seed


def test_images_are_found_in_both_forms() -> None:
    model = catalog().find("lightricks:2@0")
    assert images_of(model, order(inputs={"frameImages": [URI]})) == [URI]
    assert images_of(model, order(inputs={"frameImages": [{"image": URI, "frame": "first"}]})) == [URI]
    assert images_of(None, order()) == []


def test_the_first_frame_reaches_the_film(sandbox: Sandbox) -> None:
    path = shelf_of(sandbox).film(task(inputs={"frameImages": [URI]}), 0)
    assert path.read_bytes().endswith(PNG)


def test_a_film_is_made_once_and_found_again_after_a_restart(open_sandbox: Callable[..., Sandbox]) -> None:
    made = []

    def counting(wanted: Film, path: Path) -> None:
        made.append(wanted)
        tiny_film(wanted, path)

    for _ in range(2):
        shelf = shelf_of(open_sandbox(make_video=counting))
        shelf.film(task(), 0)
        shelf.film(task(), 0)
    assert len(made) == 1


def test_threads_that_want_the_same_film_share_the_work(open_sandbox: Callable[..., Sandbox]) -> None:
    made = []
    barrier = threading.Barrier(4)

    def counting(wanted: Film, path: Path) -> None:
        made.append(wanted)
        tiny_film(wanted, path)

    shelf = shelf_of(open_sandbox(make_video=counting))

    def want(_: int) -> Path:
        barrier.wait()
        return shelf.film(task(), 0)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(want, range(4)))) == len(made) == 1


def test_an_image_that_cannot_be_shown_is_done_without(open_sandbox: Callable[..., Sandbox]) -> None:
    def picky(wanted: Film, path: Path) -> None:
        if wanted.first_frame is not None:
            raise MediaError("no image")
        tiny_film(wanted, path)

    sandbox = open_sandbox(make_video=picky)
    assert shelf_of(sandbox).film(task(inputs={"frameImages": [URI]}), 0).exists()


def test_a_film_that_cannot_be_made_leaves_nothing_behind(open_sandbox: Callable[..., Sandbox]) -> None:
    def broken(wanted: Film, path: Path) -> None:
        del wanted
        path.write_bytes(b"half")
        raise MediaError("the encoder failed")

    sandbox = open_sandbox(make_video=broken)
    with pytest.raises(MediaError, match="encoder"):
        shelf_of(sandbox).film(task(), 0)
    assert list((sandbox.app.settings.folder / "videos").iterdir()) == []

from typing import Any

import pytest
from replacing import replace
from unit.render.project import MemoryFiles, model

from ltxspec.catalog.importing.document import Pin, document_of
from ltxspec.catalog.importing.published import Published
from ltxspec.catalog.models import Model, load_catalog
from ltxspec.catalog.pointers import parse_pointer
from ltxspec.render.request_media import RequestMedia
from ltxspec.render.stray_files import stray_files

FILES = MemoryFiles({"assets/voice.wav": "x", "specs/note.txt": "x"})
BESIDE = "specs/test.yaml"


def film() -> Model:
    head = {"taskType": {"const": "videoInference"}, "model": {"const": "maker:film@1"}}
    parts = {**head, "positivePrompt": {"type": "string"}, "speech": {"type": "object"}}
    made = Published("maker:film@1", "maker-film", {"properties": parts})
    return load_catalog({"maker-film.json": document_of(made, Pin("a.json", "2026-10-01", "1", "runware"))}).models[0]


def test_a_file_named_where_none_is_taken_is_a_warning_that_says_what_to_add() -> None:
    body = {"speech": {"voices": [{"sample": "assets/voice.wav"}]}}
    (found,) = stray_files(film(), body, FILES, BESIDE)
    assert found.path == ("speech", "voices", 0, "sample")
    assert found.message == (
        "`speech.voices[0].sample` is sent as the words `assets/voice.wav`: the model's file does not take files there"
    )
    assert found.hint == "add `/speech/voices/*/sample` to `x-ltxspec.media` in `maker-film.json`, or write an address"
    assert RequestMedia(BESIDE, FILES).of(film(), body).warnings == [found]


@pytest.mark.parametrize(
    "text", ["assets/none.wav", "https://a.example/voice.wav", "note.txt", "assets", "../voice.wav", "a calm voice"]
)
def test_other_texts_are_texts(text: str) -> None:
    assert [*stray_files(film(), {"speech": {"sample": text}}, FILES, BESIDE)] == []


def test_where_the_model_takes_a_file_or_leaves_nothing_open_there_is_none() -> None:
    taking = replace(film(), media=[parse_pointer("/speech/sample")])
    body: dict[str, Any] = {"speech": {"sample": "assets/voice.wav"}}
    assert [*stray_files(taking, body, FILES, BESIDE)] == []
    assert [*stray_files(model(), body, FILES, BESIDE)] == []
    assert [*stray_files(film(), {"positivePrompt": "assets/voice.wav"}, FILES, BESIDE)] == []

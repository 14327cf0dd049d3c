"""The types of the provider's SDK, as text."""

import pytest

from ltxspec.catalog.importing.published import NotPublished
from ltxspec.catalog.importing.sdk_types import read_types, types_version

SOURCE = '''
SCHEMAS_VERSION = "20261012233936"

class MakerFilmParams(TypedDict, total=False):
    """Inference params for curated model `maker:film@1` (slug: maker-film)."""

    model: Literal['maker:film@1']
    taskType: Literal['videoInference']
    positivePrompt: str
    duration: NotRequired[int | str]
    fps: NotRequired[Literal[24, 25]]
    steps: NotRequired[int | None]
    lora: NotRequired[list[dict[str, object]]]
    settings: NotRequired[dict[str, object]]
    scale: NotRequired[float | Literal['auto']]
    thing: object

class MakerFilmResult(TypedDict, total=False):
    videoUUID: str

class MakerUpParams(TypedDict, total=False):
    """Inference params for curated model `maker:up@1` (slug: maker-up)."""

    model: Literal['maker:up@1']
    taskType: Literal['upscale']

class MakerUpResult(TypedDict, total=False):
    videoURL: NotRequired[str]

class MakerStillParams(TypedDict, total=False):
    """Inference params for curated model `maker:still@1` (slug: maker-still)."""

    model: Literal['maker:still@1']
    taskType: Literal['imageInference']

class MakerOddParamsVariant1(TypedDict, total=False):
    pass

# Inference params for curated model `maker:odd@1` (slug: maker-odd).
MakerOddParams = MakerOddParamsVariant1 | MakerOddParamsVariant2
'''


def test_names_kinds_requirements_and_fixed_values_are_read() -> None:
    film = read_types(SOURCE)[0]
    assert (film.air, film.slug, film.task_type, film.types_only) == (
        "maker:film@1",
        "maker-film",
        "videoInference",
        True,
    )
    properties = film.schema["properties"]
    assert film.schema["required"] == ["model", "taskType", "positivePrompt", "thing"]
    assert properties["model"] == {"const": "maker:film@1"}
    assert properties["duration"] == {"type": ["integer", "string"]}
    assert properties["fps"] == {"enum": [24, 25]}
    assert properties["steps"] == {"type": "integer"}
    assert properties["lora"] == {"type": "array", "items": {"type": "object"}}
    assert properties["scale"] == {"anyOf": [{"type": "number"}, {"const": "auto"}]}
    assert properties["thing"] == {}


def test_what_makes_videos_is_known_by_its_task_or_its_result() -> None:
    assert {one.air: one.gives_video for one in read_types(SOURCE)} == {
        "maker:film@1": True,
        "maker:up@1": True,
        "maker:still@1": False,
        "maker:odd@1": True,
    }


def test_a_model_without_a_type_takes_what_its_kin_has_in_common() -> None:
    odd = read_types(SOURCE)[-1]
    assert set(odd.schema["properties"]) >= {"positivePrompt", "duration"}
    assert odd.schema["required"] == ["taskType", "model"]


def test_the_version_of_the_schemas_is_in_the_module() -> None:
    assert types_version(SOURCE) == "20261012233936"
    assert types_version("") is None


@pytest.mark.parametrize("source", ["def (", "x = 1", "\0", "(" * 5000])
def test_anything_else_has_no_types(source: str) -> None:
    with pytest.raises(NotPublished):
        read_types(source)

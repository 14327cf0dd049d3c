import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.catalog.defaults import full_defaults, sent_defaults
from ltxspec.catalog.media import media_values
from ltxspec.catalog.models import Catalog, Model
from ltxspec.catalog.pricing import estimate
from ltxspec.catalog.validation import ParameterProblem, validate, validate_prompt

BODY = {
    "taskType": "videoInference",
    "model": "lightricks:2@0",
    "positivePrompt": "A cat.",
    "width": 1920,
    "height": 1080,
}
BODY25 = {"taskType": "videoInference", "model": "lightricks:ltx@2.5-fast", "positivePrompt": "A cat."}
AUDIO = {"audio": "voice.wav", "referenceImages": ["face.jpg"]}
AUDIO_FORMS = "must be a local path, an http or https URL or the UUID of an uploaded file; data URIs are not accepted"


def problems(target: Model, /, **params: Any) -> list[ParameterProblem]:
    """What is wrong with a good body after setting (or, by None, removing) parameters."""
    body = BODY if target.air == "lightricks:2@0" else BODY25
    return validate(target, {key: value for key, value in {**body, **params}.items() if value is not None})


def only(found: list[ParameterProblem]) -> ParameterProblem:
    assert len(found) == 1, found
    return found[0]


def test_a_good_request_has_no_problems(pro: Model) -> None:
    assert problems(pro) == []


def test_a_portrait_size_gets_the_sizes_there_are(pro: Model) -> None:
    found = only(problems(pro, width=1080, height=1920))
    assert (found.path, found.code) == (("width",), "unsupported-size")
    assert found.message == "1080 × 1920 is not a size of this model"
    assert found.hint == "the sizes are 1920 × 1080, 2560 × 1440 and 3840 × 2160; there is no portrait"


@pytest.mark.parametrize("left_out", [("width",), ("height",), ("width", "height")])
def test_a_request_without_its_size_is_refused_because_its_price_is_unknown(
    pro: Model, left_out: tuple[str, ...]
) -> None:
    found = only(problems(pro, **dict.fromkeys(left_out)))
    assert found.code == "missing-size"
    assert found.message.startswith("`width` and `height` must both be given: the price depends on the size")


def test_whole_floats_are_integers(pro: Model) -> None:
    assert problems(pro, fps=25.0, duration=8.0, width=1920.0) == []


def test_all_problems_are_found_at_once(pro: Model) -> None:
    found = problems(pro, duration=7, fps="x", width=1, seed=3, positivePrompt="")
    assert {p.path for p in found} == {("duration",), ("fps",), ("width",), ("seed",), ("positivePrompt",)}


def test_a_rule_is_silent_about_a_parameter_that_is_wrong_by_itself(fast25: Model) -> None:
    found = only(problems(fast25, duration=22, width=3840, height=2160))
    assert found.message.startswith("`duration` must be `6`,")


def test_a_missing_parameter_is_still_reported_beside_a_wrong_one(pro: Model) -> None:
    assert {p.code for p in problems(pro, width="1920", height=None)} == {"wrong-type", "missing-size"}


# --- the rules of the model that has many: each with a case that passes and one that fails ----------------------


@pytest.mark.parametrize(
    ("passing", "failing", "path", "message"),
    [
        (
            {"width": 1280, "height": 720},
            {"width": 1280},
            ("width",),
            "`width` and `height` go together: give both, or neither for 1920 × 1080",
        ),
        (
            {"width": 2160, "height": 3840},
            {"width": 1920, "height": 1920},
            ("width",),
            "1920 × 1920 is not a size of this model",
        ),
        (
            {"inputs": {"frameImages": ["a.jpg", "b.jpg"]}},
            {"inputs": {**AUDIO, "frameImages": ["a.jpg"]}},
            ("inputs", "frameImages"),
            "`inputs.frameImages` and `inputs.audio` exclude each other",
        ),
        (
            {"inputs": AUDIO},
            {"inputs": AUDIO, "duration": 6},
            ("duration",),
            "`duration` cannot be given with `inputs.audio`: the sound track sets the length",
        ),
        (
            {"settings": {"cameraMovement": "jib_up"}},
            {"settings": {"cameraMovement": "jib_up"}, "inputs": AUDIO},
            ("settings", "cameraMovement"),
            "`settings.cameraMovement` cannot be given with `inputs.audio`",
        ),
        (
            {"inputs": AUDIO},
            {"inputs": {"audio": "voice.wav"}},
            ("inputs", "audio"),
            "`inputs.audio` also needs an image in `inputs.referenceImages`",
        ),
        (
            {"inputs": AUDIO},
            {"inputs": {"referenceImages": ["face.jpg"]}},
            ("inputs", "referenceImages"),
            "`inputs.referenceImages` works only with a sound track in `inputs.audio`",
        ),
        (
            {"inputs": AUDIO, "width": 1080, "height": 1920},
            {"inputs": AUDIO, "width": 1280, "height": 720},
            ("width",),
            "with `inputs.audio` the size is 1920 × 1080 or 1080 × 1920, not 1280 × 720",
        ),
        (
            {"fps": 25, "duration": 12},
            {"fps": 50, "duration": 12},
            ("duration",),
            "at 50 frames a second a video lasts at most 10 seconds, not 12",
        ),
        (
            {"fps": 48, "duration": "auto"},
            {"fps": 48, "duration": 20},
            ("duration",),
            "at 48 frames a second a video lasts at most 10 seconds, not 20",
        ),
        (
            {"width": 1080, "height": 1920, "duration": 20},
            {"width": 1440, "height": 2560, "duration": 20},
            ("duration",),
            "at 1440 × 2560 a video lasts at most 10 seconds, not 20",
        ),
        (
            {"inputs": {"frameImages": [{"image": "a.jpg", "frame": "last"}, "b.jpg"]}},
            {"inputs": {"frameImages": [{"image": "a.jpg", "frame": -1}]}},
            ("inputs", "frameImages"),
            "`inputs.frameImages` pins only the last frame; one image must be the first frame",
        ),
        (
            {"duration": "auto"},
            {"duration": "automatic"},
            ("duration",),
            '`duration` must be `6`, `8`, `10`, `12`, `14`, `16`, `18`, `20` or `auto`, not the text "automatic"',
        ),
        (
            {"inputs": {**AUDIO, "audio": "https://example.com/voice.wav"}},
            {"inputs": {**AUDIO, "audio": "data:audio/wav;base64,AAAA"}},
            ("inputs", "audio"),
            f"`inputs.audio` {AUDIO_FORMS}",
        ),
        (
            {"positivePrompt": "x" * 5000},
            {"positivePrompt": "x" * 5001},
            ("positivePrompt",),
            "the prompt has 5001 characters, at most 5000 are allowed",
        ),
    ],
)
def test_a_rule_over_several_parameters_has_words_of_its_own(
    fast25: Model, passing: dict[str, Any], failing: dict[str, Any], path: tuple[str | int, ...], message: str
) -> None:
    assert problems(fast25, **passing) == []
    found = only(problems(fast25, **failing))
    assert (found.path, found.message) == (path, message)


# --- what never happens ------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("width", "height", "duration", "fps", "inputs", "settings", "safety", "providerSettings", "positivePrompt")
AIRS = ("lightricks:2@0", "lightricks:2@1", "lightricks:ltx@2.5-fast")


@given(
    params=st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), JSON, max_size=5), air=st.sampled_from(AIRS)
)
def test_nothing_a_user_writes_breaks_the_catalog(catalog: Catalog, params: dict[str, Any], air: str) -> None:
    model = catalog.find(air)
    assert model is not None
    for found in validate(model, params):
        assert found.message.isprintable()
        assert not found.message.endswith(".")
    assert {key for key, value in params.items() if value != {}} <= set(full_defaults(model, params))
    assert set(params) <= set(sent_defaults(model, params))
    assert estimate(model, params) is None or not problems_of_price(model, params)
    assert all(isinstance(value, str) for _, value in media_values(model, params))


def problems_of_price(model: Model, params: dict[str, Any]) -> list[ParameterProblem]:
    """Problems of the parameters that a price rests on."""
    names = {"duration", "width", "height", "numberResults"}
    return [found for found in validate(model, params) if found.code == "wrong-type" and found.path[0] in names]


# --- the prompt by itself ----------------------------------------------------------------------------------------


def test_the_prompt_is_measured_in_characters_not_bytes(pro: Model) -> None:
    assert validate_prompt(pro, "é" * 10000) == []
    assert validate_prompt(pro, "雨の") == []
    assert (
        only(validate_prompt(pro, "é" * 10001)).message == "the prompt has 10001 characters, at most 10000 are allowed"
    )


@pytest.mark.parametrize("text", ["", "A", "x" * 10001])
def test_the_cheap_prompt_check_says_what_the_full_one_says(pro: Model, text: str) -> None:
    assert validate_prompt(pro, text) == problems(pro, positivePrompt=text)


def test_everything_but_the_prompt_can_be_checked_by_itself(pro: Model) -> None:
    without = {key: value for key, value in BODY.items() if key != "positivePrompt"}
    assert validate(pro, without, prompt=False) == []
    assert validate(pro, {**BODY, "positivePrompt": ""}, prompt=False) == []
    assert only(validate(pro, {**without, "fps": 3}, prompt=False)).path == ("fps",)


def test_the_schema_library_is_imported_only_to_validate() -> None:
    code = (
        "import sys, ltxspec.catalog.validation, ltxspec.catalog.pricing, ltxspec.catalog.media\n"
        "print([name for name in ('jsonschema', 'difflib', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

from typing import Any

import pytest
from unit.render.project import model

from ltxspec.render.conversion import convert

FAST25 = "lightricks:ltx@2.5-fast"


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        (("duration",), "8", 8),
        (("duration",), "8.0", 8),
        (("duration",), " 8 ", 8),
        (("duration",), "7.5", 7.5),
        (("width",), "1920", 1920),
        (("width",), "1920.0", 1920),
        (("width",), "19.5", "19.5"),
        (("width",), "", ""),
        (("width",), "abc", "abc"),
        (("width",), "1e3", "1e3"),
        (("width",), "9" * 30, "9" * 30),
        (("providerSettings", "lightricks", "generateAudio"), "true", True),
        (("providerSettings", "lightricks", "generateAudio"), "FALSE", False),
        (("providerSettings", "lightricks", "generateAudio"), "yes", "yes"),
        (("outputFormat",), "8", "8"),
        (("inputs", "frameImages", 0, "image"), "8", "8"),
        (("positivePrompt",), "8", "8"),
        (("unknown",), "8", "8"),
    ],
)
def test_text_of_a_table_becomes_what_the_parameter_takes(path: tuple[str | int, ...], text: str, value: Any) -> None:
    found = convert(model(), path, text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(("text", "value"), [("8", 8), ("auto", "auto"), ("soon", "soon")])
def test_a_word_the_parameter_takes_stays_a_word(text: str, value: Any) -> None:
    assert convert(model(FAST25), ("duration",), text) == value


def test_without_a_model_nothing_is_converted() -> None:
    assert convert(None, ("duration",), "8") == "8"

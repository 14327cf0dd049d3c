import pytest
from sandboxes import catalog, order

from ltxspec.catalog.validation import ParameterProblem
from ltxspec.providers.sandbox.problems import ServiceProblem, problem_of
from ltxspec.providers.sandbox.scenario import Behaviour


def test_an_error_leaves_out_what_it_does_not_know() -> None:
    assert set(ServiceProblem("someCode", "Words.").item(Behaviour())) == {"code", "message", "documentation"}


def test_a_parameter_can_be_told_as_a_list() -> None:
    found = ServiceProblem("invalidFps", "Words.", "fps")
    assert found.item(Behaviour())["parameter"] == "fps"
    assert found.item(Behaviour(error_parameter="list"))["parameter"] == ["fps"]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("invalidApiKey", 401),
        ("insufficientCredits", 402),
        ("taskNotFound", 404),
        ("conflictTaskUUID", 400),
        ("environmentPaused", 429),
        ("invalidProviderContent", 400),
        ("invalidFps", 400),
    ],
)
def test_codes_have_their_http_status(code: str, status: int) -> None:
    assert ServiceProblem(code, "Words.").http_status == status


def test_words_of_the_catalog_and_their_hint_are_kept() -> None:
    model = catalog().find("lightricks:2@0")
    wrong = ParameterProblem(("inputs", "frameImages", 0, "frame"), "not-allowed", "`frame` is wrong", "write `first`")
    found = problem_of(wrong, model, order())
    assert (found.code, found.parameter) == ("invalidFrame", "inputs.frameImages.0.frame")
    assert "`frame` is wrong (write `first`)" in found.message

"""A code of a message is explained: ours by itself, one of the provider by its kind."""

import pytest

from ltxspec.project.explaining import explain_code
from ltxspec.report.explanations.reading import UnknownCode


def test_a_code_of_ltxspec_is_explained_by_itself() -> None:
    assert explain_code("error[unknown-key]").code == "unknown-key"


@pytest.mark.parametrize(
    ("code", "summary"),
    [
        ("insufficientCredits", "the account cannot pay"),
        ("contentPolicyViolation", "the provider's moderation stopped the render"),
        ("invalidDuration", "the provider does not accept the request as it is"),
        ("conflictTaskUUID", "the order was accepted before"),
    ],
)
def test_a_code_of_the_provider_is_explained_by_its_kind(code: str, summary: str) -> None:
    found = explain_code(code)
    assert (found.code, found.summary, found.group) == (code, summary, "Codes of the provider")


def test_a_code_of_ltxspec_comes_first() -> None:
    assert explain_code("invalid").group == "Spec files"  # codes of the provider begin so as well


@pytest.mark.parametrize("code", ["invalid-duration", "somethingElse", "E0308"])
def test_what_only_looks_like_one_is_not(code: str) -> None:
    with pytest.raises(UnknownCode):
        explain_code(code)

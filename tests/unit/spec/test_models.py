import pytest

from ltxspec.spec.models import SpecShot


@pytest.mark.parametrize(
    ("prompt", "file", "has"), [("a gate", None, True), (None, "prompts/gate.j2", True), (None, None, False)]
)
def test_a_prompt_is_written_as_text_or_in_a_file(prompt: str | None, file: str | None, *, has: bool) -> None:
    assert SpecShot("gate", prompt, file, None).has_prompt is has

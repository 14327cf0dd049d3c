import pytest
from unit.render.project import HEAD, SIZE, MemoryFiles, render


def prompts(shots: str, **files: str) -> dict[str, str]:
    texts = {f"specs/{name}.j2": text for name, text in files.items()}
    found = render(f"{HEAD}{SIZE}vars: {{city: Lisbon}}\nshots: {{{shots}}}\n", files=MemoryFiles(texts))
    return {key: request.body["positivePrompt"] for key, request in found.requests.items()}


def test_a_prompt_is_rendered_and_stripped() -> None:
    assert prompts("a: {prompt: '  Rain in {{ city }}.  '}, b: {prompt: Fog.}") == {"a": "Rain in Lisbon.", "b": "Fog."}


def test_a_file_is_read_once_for_all_shots() -> None:
    files = MemoryFiles({"specs/p.j2": "Rain in {{ city }}.\n"})
    text = (
        f"{HEAD}{SIZE}vars: {{city: Lisbon}}\nshots: {{a: {{prompt: {{file: p.j2}}}}, b: {{prompt: {{file: p.j2}}}}}}\n"
    )
    found = render(text, files=files)
    assert {request.body["positivePrompt"] for request in found.requests.values()} == {"Rain in Lisbon."}


@pytest.mark.parametrize(
    ("shots", "code"),
    [
        ("a: {prompt: '{{ none_such }}'}", "undefined-variable"),
        ("a: {prompt: '{# nothing #}'}", "missing-prompt"),
        ("a: {prompt: {file: gone.j2}}", "file"),
    ],
)
def test_what_is_no_prompt(shots: str, code: str) -> None:
    found = render(f"{HEAD}{SIZE}shots: {{{shots}}}\n", files=MemoryFiles({}))
    assert code in [diagnostic.code for diagnostic in found.diagnostics]
    assert not found.requests

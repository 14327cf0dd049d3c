"""The page of error codes in `docs/` is up to date: `python -m ltxspec.project.error_reference` writes it."""

from ltxspec.project.error_reference import PAGE, reference_text


def test_the_published_page_is_what_the_explanations_say() -> None:
    assert PAGE.read_text("utf-8") == reference_text()

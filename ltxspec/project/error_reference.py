"""Generates the reference of error codes from their explanations. Run as a module, it writes `docs/errors.md`."""

from pathlib import Path

from ltxspec.report.explanations.markdown import reference_page
from ltxspec.report.explanations.reading import explanations, kinds_of_the_service

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"  # of a checkout


def reference_text() -> str:
    """The page as it is published."""
    return reference_page(explanations().values(), kinds_of_the_service().values())


if __name__ == "__main__":
    PAGE.write_text(reference_text(), encoding="utf-8")

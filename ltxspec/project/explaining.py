"""Explains a code of a message: one of ltxspec, or one that the provider gave."""

from dataclasses import replace

from ltxspec.providers.registry import kind_of_code
from ltxspec.report.explanations.reading import Explanation, UnknownCode, explain, kinds_of_the_service, plain_code


def explain_code(text: str) -> Explanation:
    """The explanation of a code, as messages and events show it.

    A code of the provider is explained by its kind, which decides what ltxspec does about it.

    Raises:
        UnknownCode: it is neither; the hint has a similar code.
    """
    try:
        return explain(text)
    except UnknownCode:
        code = plain_code(text)
        kind = kind_of_code(code)
        if kind is None:
            raise
        return replace(kinds_of_the_service()[kind], code=code, example=code)

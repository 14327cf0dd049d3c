"""Limits the words and brackets of a template while they are read, before anything else can be counted."""

from collections.abc import Iterator

from jinja2.lexer import Token, TokenStream

from ltxspec.render.allowance import Allowance
from ltxspec.render.jinja.budget import TemplateLimit

MAX_TOKENS = 10_000  # of one template text: they are read before anything else can be counted
MAX_BRACKETS = 24  # open at once
_COMPILED = 20  # steps to compile one token


def counted(stream: TokenStream, allowance: Allowance) -> Iterator[Token]:
    """The tokens of a template, limited so that the parser neither takes too long nor recurses too deeply."""
    brackets = 0
    for number, token in enumerate(stream):
        allowance.work(_COMPILED)
        if token.type in ("lparen", "lbracket", "lbrace"):
            brackets += 1
        elif token.type in ("rparen", "rbracket", "rbrace"):
            brackets -= 1
        if number > MAX_TOKENS:
            raise TemplateLimit(f"the template has more than {MAX_TOKENS:,} words and signs inside its tags")
        if brackets > MAX_BRACKETS:
            raise TemplateLimit(f"the template has more than {MAX_BRACKETS} brackets open at once")
        yield token

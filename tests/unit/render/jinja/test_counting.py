import pytest

from ltxspec.render.jinja.budget import TemplateLimit
from ltxspec.render.jinja.counting import MAX_BRACKETS, MAX_TOKENS
from ltxspec.render.jinja.environment import Engine


def test_long_texts_are_refused_while_they_are_read() -> None:
    engine = Engine(lambda name, _parent: name)
    with pytest.raises(TemplateLimit, match="words and signs"):
        engine.program("{{ a" + " + a" * MAX_TOKENS + " }}")
    with pytest.raises(TemplateLimit, match="brackets"):
        engine.program("{{ " + "[" * (MAX_BRACKETS + 1))

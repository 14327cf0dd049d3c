"""Templates and assets of the page, and the escaping of text.

Every text that a template writes passes through `clean` and is escaped, except the results of functions below that
return `Markup`.
"""

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from ltxspec.report.jsontext import as_text
from ltxspec.report.storyboard.models import Picture
from ltxspec.report.terminal import clean
from ltxspec.values import Json

_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)  # of templates: a tenth of a large page, and no reader's

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from markupsafe import Markup


def template(name: str) -> "Template":
    """A template of the page, ready to render."""
    return _environment().get_template(name)


@cache
def asset(name: str) -> str:
    """A file of `assets/`, unchanged."""
    return files("ltxspec.report.storyboard").joinpath("assets", name).read_text("utf-8")


def as_it_stands(text: str) -> "Markup":
    """Trusted text of this package, written into the page without escaping."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704  # an asset of this package, or what `island` has made safe


def island(data: Json) -> "Markup":
    """JSON for a `<script type="application/json">`: it contains no `<`, so nothing in it can end the element."""
    return as_it_stands(as_text(data).replace("<", "\\u003c"))


def policy(style: str, script: str, *, live: bool = False) -> str:
    """The page's content security policy: only this style, this script, its own pictures and videos, and its server."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_source(script)}",
            f"style-src {_source(style)}",
            "img-src 'self' file: data:",
            "media-src 'self' file: blob:",
            *(["connect-src 'self'"] if live else []),
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _source(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(lambda name: _INDENT.sub("", asset(name))),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_cleaned,
    )
    environment.filters.update(prose=_prose, lines=_lines, jpeg=_jpeg, broken=_broken)
    return environment


def _cleaned(value: object) -> object:
    return clean(value) if type(value) is str else value  # not Markup, which is the result of a filter below


def _prose(text: str) -> "Markup":
    """Text with the parts between backticks, as in ltxspec's messages, shown as code."""
    from markupsafe import Markup, escape

    parts = clean(text).split("`")
    if len(parts) % 2 == 0:  # an odd backtick: not our convention
        return escape("`".join(parts))
    return Markup().join(
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part) for index, part in enumerate(parts)
    )


def _lines(text: str) -> "Markup":
    """Escaped text with its line breaks kept."""
    from markupsafe import escape

    return escape("\n".join(map(clean, text.splitlines())) + ("\n" if text.endswith("\n") else ""))


def _broken(name: str) -> "Markup":
    """An escaped name that may go on in the next line after a comma, as that of a matrix shot."""
    from markupsafe import Markup, escape

    return Markup(",<wbr>").join(escape(part) for part in clean(name).split(","))


def _jpeg(picture: Picture) -> str:
    """Where a still is: in a file beside the page, or in the page itself as a data URI."""
    return picture.href or f"data:image/jpeg;base64,{base64.b64encode(picture.jpeg).decode('ascii')}"

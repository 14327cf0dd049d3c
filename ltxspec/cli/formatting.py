"""Formats a spec's YAML: comments, key order and texts stay, only layout changes. What it means never changes."""

import io

from ltxspec.errors import LtxspecError
from ltxspec.spec.document import read_document

_WIDTH = 4096  # long lines are the author's business


class CannotFormat(LtxspecError):
    """Formatting would have changed what the file means; it is left alone."""

    code = "fmt"


def format_spec(text: str, name: str) -> str:
    """The same document in the house layout: two-space indents, no trailing blanks, one final newline.

    Raises:
        Invalid: it is not YAML that ltxspec reads.
        CannotFormat: the result would not read as the same document.
    """
    before = read_document(text, name).root
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(yaml.load(text), stream)
    formatted = "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"
    if read_document(formatted, name).root != before:
        formatted = "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
        if read_document(formatted, name).root != before:
            raise CannotFormat(f"`{name}` cannot be formatted without changing what it says")
    return formatted

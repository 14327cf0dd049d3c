"""How Sphinx makes the documentation site. Everything it shows comes from the site itself: no network, no web fonts."""

from typing import Any

from sphinx.application import Sphinx
from sphinx.ext.napoleon import Config
from sphinx.ext.napoleon.docstring import GoogleDocstring

from ltxspec import __version__

project = "ltxspec"
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc"]

myst_heading_anchors = 4  # `page.md#a-heading`, as forges make them
myst_enable_extensions = ["attrs_block"]
suppress_warnings = ["misc.highlighting_failure"]  # JSON with `…` where it goes on

autodoc_typehints = "signature"
autodoc_class_signature = "separated"
autodoc_default_options = {"exclude-members": "__init__, __new__"}  # made by functions and methods, not by programs
autodoc_preserve_defaults = True  # as written: `os.environ` and not what is in it
default_role = "code"  # docstrings are written in Markdown's way
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = f"ltxspec {__version__}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_search_summary = False  # would be fetched, which browsers refuse to pages of the disk
html_show_copyright = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b5f6f", "color-brand-content": "#0b5f6f"},
    "dark_css_variables": {"color-brand-primary": "#6cc7d6", "color-brand-content": "#6cc7d6"},
}


def setup(app: Sphinx) -> None:
    """Read the sections of docstrings (`Args:`, `Raises:`) as Google writes them."""
    app.connect("autodoc-process-docstring", _read_sections)


def _read_sections(app: Sphinx, what: Any, name: str, found: Any, options: Any, lines: list[str]) -> None:
    if what not in {"attribute", "property", "data"}:  # there, what is before a colon would be read as a type
        settings: Any = Config()  # its own class, and not the one that it declares
        lines[:] = GoogleDocstring(lines, settings, app, what, name, found, options).lines()

"""The reference page of the Python API, which autodoc fills from signatures and docstrings."""

import enum
import inspect

import ltxspec

_FIRST = ("open_project", "Project", "ProjectPlan", "Shot")  # what a program begins with; then the rest, by name


def python_page() -> str:
    """Every public name of `ltxspec`, in groups."""
    names = [name for name in ltxspec.__all__ if not name.startswith("_")]
    errors = [name for name in names if _is_error(name)]
    others = sorted(set(names) - set(errors) - set(_FIRST))
    lines = ["# Python API", "", "How to use it is in [From Python](../python.md). All names are in `ltxspec`.", ""]
    for title, members in (("Projects", [*_FIRST]), ("Data", others), ("Errors", sorted(errors))):
        lines += [
            f"## {title}",
            "",
            "```{eval-rst}",
            *(line for name in members for line in _directive(name)),
            "```",
            "",
        ]
    return "\n".join(lines)


def _is_error(name: str) -> bool:
    found = getattr(ltxspec, name)
    return inspect.isclass(found) and issubclass(found, Exception)


def _directive(name: str) -> list[str]:
    found = getattr(ltxspec, name)
    if not inspect.isclass(found):
        kind = "function" if inspect.isroutine(found) else "data"
        return [f".. auto{kind}:: ltxspec.{name}", ""]
    options = ["   :members:", "   :member-order: bysource"]
    if issubclass(found, enum.Enum):
        options.append("   :undoc-members:")
    return [f".. autoclass:: ltxspec.{name}", *options, ""]

"""Completion of values: addresses, takes, models, providers, labels. A completion that fails offers nothing."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from ltxspec.cli.global_options import GIVEN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ltxspec.project.names import Name
    from ltxspec.project.project import ProjectContext

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _completer(find: "Callable[[ProjectContext, click.Context, str], Iterable[Name]]") -> Completer:
    def complete(context: click.Context, _: click.Parameter, typed: str) -> list[CompletionItem]:
        try:
            found = [name for name in find(_project(context), context, typed) if name.text.startswith(typed)]
        except Exception:  # noqa: BLE001  # a message in the middle of a typed line would only disturb it
            return []
        return [CompletionItem(name.text, help=name.about or None) for name in found]

    return complete


def _project(context: click.Context) -> "ProjectContext":
    """The project of the command line so far, which is only parsed, not run."""
    from ltxspec.project.project import open_project

    given = {**context.find_root().params, **context.meta.get(GIVEN, {})}
    provider = context.params.get("provider")
    return open_project(given.get("directory") or ".", provider, config=given.get("config"), warn=lambda _: None)


def _addresses(project: "ProjectContext", _: click.Context, typed: str) -> "Iterable[Name]":
    from ltxspec.project.names import addresses

    return addresses(project, typed)


def _takes(project: "ProjectContext", context: click.Context, _: str) -> "Iterable[Name]":
    from ltxspec.project.names import takes

    address = context.params.get("address") or next(iter(context.args), None)  # as far as `--take` without a number
    return takes(project, str(address)) if address else ()


def _labels(project: "ProjectContext", _: click.Context, __: str) -> "Iterable[Name]":
    from ltxspec.project.names import labels

    return labels(project)


def _groupings(project: "ProjectContext", _: click.Context, __: str) -> "Iterable[Name]":
    from ltxspec.project.names import groupings

    return groupings(project)


def _models(project: "ProjectContext", _: click.Context, __: str) -> "Iterable[Name]":
    from ltxspec.project.names import models

    return models(project)


def providers(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete the name of a provider; needs no project."""
    from ltxspec.project.names import providers as names

    return [CompletionItem(name.text, help=name.about) for name in names() if name.text.startswith(typed)]


def codes(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete the code of an error; needs no project."""
    from ltxspec.report.explanations.reading import explanations

    return [CompletionItem(one.code, help=one.summary) for one in explanations().values() if one.code.startswith(typed)]


def moments(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete the times in a video that have names."""
    return [CompletionItem(name) for name in ("first", "last") if name.startswith(typed)]


addresses, takes, labels, models = map(_completer, (_addresses, _takes, _labels, _models))
groupings = _completer(_groupings)

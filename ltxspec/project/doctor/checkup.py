"""Checks whether everything that a run needs is available, and shows the active settings. Changes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from ltxspec.errors import Diagnostic, Invalid, LtxspecError
from ltxspec.project.doctor.machine import check_codecs, check_command, check_disk, check_packages, check_version
from ltxspec.project.doctor.records import check_attributes, check_expiring, check_git, check_permissions
from ltxspec.project.doctor.rows import WARNING, Row, Started
from ltxspec.project.project import ProjectContext

_SECONDS = 60.0  # for a check on this machine: thousands of shots take long, a network disk that is gone never ends

__all__ = ["WARNING", "Row", "check_machine", "check_setup"]


def check_setup(project: ProjectContext, *, online: bool = False) -> list[Row]:
    """Run all checks, in the order in which they matter to a new user. None takes longer than its time.

    Args:
        project: the project.
        online: also ask the provider and the store. Otherwise nothing is sent.
    """
    far = _start_online(project) if online else []
    checks: Mapping[str, Callable[[ProjectContext], Row]] = {
        "packages": lambda _: check_packages(),
        "command": lambda _: check_command(),
        "key": _key,
        "service": _service,
        "budget": _budget,
        "prices": _prices,
        "archive": _archive,
        "store": _store,
        "delivery": _delivery,
        "git": lambda project: check_git(project.root),
        "ignored": check_attributes,
        "video": lambda _: check_codecs(),
        "specs": _specs,
        "lockfiles": _lockfiles,
        "rights": check_permissions,
        "expiring": check_expiring,
        "editor": _editor,
        "disk": lambda project: check_disk(project.root, project.root / project.config.archive.url),
    }
    return [
        check_version(),
        ("project", True, f"{project.root} ({'ltxspec.toml' if project.config.file else 'no ltxspec.toml, defaults'})"),
        ("provider", True, project.provider),
        *(Started(name, partial(check, project), _SECONDS).row() for name, check in checks.items()),
        *(started.row() for started in far),
    ]


def _start_online(project: ProjectContext) -> list[Started]:
    from ltxspec.project.doctor.online import SECONDS, online_checks

    return [Started(name, partial(check, project), SECONDS) for name, check in online_checks(project).items()]


def check_machine(folder: Path, error: LtxspecError) -> list[Row]:
    """The checks that do not need a project, and the reason why the project cannot be opened."""
    lines = [_line(item) for item in error.diagnostics] if isinstance(error, Invalid) else [error.line]
    checks: Mapping[str, Callable[[], Row]] = {
        "packages": check_packages,
        "command": check_command,
        "git": partial(check_git, folder),
        "video": check_codecs,
        "disk": partial(check_disk, folder),
    }
    return [
        check_version(),
        *(("project", False, line) for line in lines),
        *(Started(name, check, _SECONDS).row() for name, check in checks.items()),
    ]


def _line(problem: Diagnostic) -> str:
    """One problem of a file, as one line."""
    place = f"{problem.where.file}:{problem.where.line}: " if problem.where else ""
    return place + "; ".join(filter(None, (problem.message, problem.hint)))


def _key(project: ProjectContext) -> Row:
    from ltxspec.project.adapters import has_key

    service = project.service
    if not service.key:
        return "key", True, f"not needed by the {service.name}"
    if has_key(service, project.environ):
        _open(project, {service.key: project.environ[service.key], service.address_variable: service.address})
        return "key", True, f"{service.key} is set"
    return "key", False, f"{service.key} is not set: export it; apply needs it, the sandbox does not"


def _service(project: ProjectContext) -> Row:
    from ltxspec.project.adapters import address_setting, service_address
    from ltxspec.redaction import redact_url

    service, configured = project.service, project.service_config.base_url
    if not service.address:
        return "service", True, f"the {service.name}, in this process"
    address = service_address(service, configured, project.environ)
    _open(project, {service.address_variable: address})
    setting = address_setting(service, configured, project.environ)
    return "service", True, redact_url(address) + (f" (from {setting})" if setting else "")


def _open(project: ProjectContext, environ: Mapping[str, str]) -> None:
    """Create the client that apply would use, without sending anything. Raises the same errors as apply."""
    from ltxspec.project.adapters import open_provider

    open_provider(replace(project, environ=environ), need_key=False)


def _budget(project: ProjectContext) -> Row:
    from ltxspec.values import dollars

    budget = project.config.budget
    limits = {"one apply": budget.per_apply, "one shot": budget.per_shot, "one spec": budget.per_spec}
    limits |= {"one month": budget.per_month, **budget.per_label}
    shown = [f"{dollars(usd)} for {what}" for what, usd in limits.items() if usd is not None]
    return "budget", True, ", ".join(shown) or "no limits; `[budget]` in `ltxspec.toml` sets some"


def _prices(project: ProjectContext) -> Row:
    from ltxspec.catalog.pricing import lowered_rows

    catalog = project.catalog
    lowered = [air for air, other in catalog.packaged.items() if lowered_rows(catalog.by_name[air], other)]
    if lowered:
        names = ", ".join(f"`{air}`" for air in lowered)
        return "prices", WARNING, f"files of the project price {names} lower; limits use ltxspec's own prices"
    return "prices", True, "those that come with ltxspec, or higher"


def _archive(project: ProjectContext) -> Row:
    return "archive", True, str(project.root / project.config.archive.url)


def _store(project: ProjectContext) -> Row:
    """Where videos are shared, and where machines agree on who orders. Nothing is asked of it."""
    from ltxspec.project.running.leasing import own_clone
    from ltxspec.project.store import is_made, open_videos

    config, found = project.config.store, []
    if project.service.free and not config.free and (config.url or config.leases):
        return "store", True, f"not for the {project.service.name}, unless `[store] free = true`"
    if config.url is not None and not is_made(config):
        return "store", WARNING, f"{config.url} does not exist: mount it, or the next apply makes it"
    if open_videos(project) is not None:
        found.append(f"{config.url} with videos and claims" + (" and leases" if config.leases is None else ""))
    if config.leases is not None:
        found.append(f"leases in git at `{config.leases}`")
    if found and (clone := own_clone(project)) is not None:
        found.append(f"this is clone {clone}")
    return "store", True, ", ".join(found) or "none: everything is on this machine"


def _delivery(project: ProjectContext) -> Row:
    """Shows hosts only: addresses of uploads and calls contain secrets."""
    from urllib.parse import urlsplit

    from ltxspec.project.running.direct import is_direct
    from ltxspec.project.webhook import webhook_state

    found = project.config.delivery
    hosts = {"videos also to": found.upload_endpoint, "calls to": found.webhook_url}
    shown = [f"{what} {urlsplit(url).hostname}" for what, url in hosts.items() if url is not None]
    shown += [f"kept by the service for {found.ttl} s"] if found.ttl is not None else []
    if is_direct(project):
        shown.append(f"videos into {project.config.store.url}")
    if (called := webhook_state(project)) is not None:
        shown.append(called)
    return "delivery", True, ", ".join(shown) or "nothing set"


def _specs(project: ProjectContext) -> Row:
    from ltxspec.errors import Problems
    from ltxspec.project.load import render_specs
    from ltxspec.report.wording import counted

    problems = Problems()
    specs = render_specs(project, (), problems=problems)
    if problems.errors:
        return "specs", False, f"{counted(len(problems.errors), 'error')}; see `ltxspec validate`"
    shots = sum(len(spec.requests) for spec in specs)
    return "specs", True, f"{counted(len(specs), 'spec')}, {counted(shots, 'shot')}"


def _lockfiles(project: ProjectContext) -> Row:
    from ltxspec.project.lockfiles.twice import recorded_twice
    from ltxspec.project.lockfiles.verify import verified_names, verify_lockfiles
    from ltxspec.project.unread import unread_warnings

    problems = verify_lockfiles(project)
    if problems:
        return "lockfiles", False, problems[0].line
    twice = recorded_twice(project)
    if twice:
        return "lockfiles", WARNING, f"{twice[0].message}; see `ltxspec lock verify`"
    unread = unread_warnings(project)
    if unread:
        return "lockfiles", WARNING, f"{unread[0].message}: {unread[0].hint}"
    return "lockfiles", True, f"{len(verified_names(project))} verified"


def _editor(project: ProjectContext) -> Row:
    from ltxspec.project.editor_copy import COPY, REFRESH, copy_state

    state = copy_state(project)
    if state == "old":
        return "editor", WARNING, f"`{COPY}` is not that of this ltxspec and of the project's models: run `{REFRESH}`"
    if state == "missing":
        return "editor", True, f"no schema for editors; `{REFRESH}` writes one"
    return "editor", True, f"`{COPY}` is up to date"

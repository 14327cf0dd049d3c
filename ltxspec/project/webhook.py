"""The webhook of a project: its secret, the address that orders name, and the calls that arrive."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ltxspec.errors import WrongUsage
from ltxspec.project.project import ProjectContext
from ltxspec.providers.hosts import is_this_machine
from ltxspec.storage.webhook_config import VARIABLE

if TYPE_CHECKING:
    from ltxspec.storage.hints import HintFolder

_SECRET: Final = re.compile(r"[A-Za-z0-9._~-]{16,256}")


def webhook_secret(environ: Mapping[str, str]) -> str | None:
    """The secret that calls must carry; None if there is none.

    Raises:
        WrongUsage: it is too short to be one, or cannot be a part of an address. It is not shown.
    """
    secret = environ.get(VARIABLE, "").strip()
    if not secret:
        return None
    if not _SECRET.fullmatch(secret):
        raise WrongUsage(
            f"{VARIABLE} needs 16 to 256 letters, digits and `.`, `_`, `~`, `-`",
            hint=f"make one: {VARIABLE}=$(openssl rand -hex 24)",
        )
    return secret


def webhook_secrets(environ: Mapping[str, str]) -> list[str]:
    """What replies of the provider must not bring into records and messages: the secret, if it is one."""
    return list(filter(_SECRET.fullmatch, [environ.get(VARIABLE, "").strip()]))


def webhook_address(project: ProjectContext) -> str | None:
    """Where the provider reports the end of a task, with the secret; None if it does not.

    Never to be written or shown. A service inside this process sends no webhooks.

    Raises:
        WrongUsage: the secret cannot be used.
    """
    url = project.config.webhook.url
    if url is None or not project.service.address:
        return None
    secret = webhook_secret(project.environ)
    if secret is None:
        project.warn(f"the provider is not told about `[webhook] url`, because {VARIABLE} is not set")
        return None
    parts = urlsplit(url)
    if parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
        project.warn("`[webhook] url` is plain http: anyone on the network path can read the secret and the results")
    return f"{url.rstrip('/')}/{secret}"


def webhook_state(project: ProjectContext) -> str | None:
    """`calls to calls.example, which nothing receives here`, for people; None without a webhook.

    Raises:
        WrongUsage: the secret cannot be used.
    """
    url = project.config.webhook.url
    if url is None or not project.service.address:
        return None
    if webhook_secret(project.environ) is None:
        return f"no calls, because {VARIABLE} is not set"
    heard = "received here" if calls_of(project).expected() else "which nothing receives here (`ltxspec listen`)"
    return f"calls to {urlsplit(url).hostname}, {heard}"


def calls_of(project: ProjectContext) -> "HintFolder":
    """Where the provider's calls about this project's tasks are noted on this machine."""
    from ltxspec.storage.hints import HintFolder

    folder = project.local / project.service.folder / "calls"
    return HintFolder(folder, project.root, project.config.webhook.look_every)


def hints_of(project: ProjectContext) -> "HintFolder | None":
    """The calls that a run takes into account; None where the provider makes none."""
    calls = calls_of(project)
    is_called = project.config.webhook.url is not None or calls.expected()
    return calls if project.service.address and is_called else None

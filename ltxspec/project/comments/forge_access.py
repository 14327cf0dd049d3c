"""Where a comment goes, and access to it: the user's options override CI's values; tokens are environment variables."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize
from urllib.parse import urlsplit

from ltxspec.errors import WrongUsage
from ltxspec.project.ci import CiChange, detect, tokens

if TYPE_CHECKING:
    from ltxspec.forges.github import GitHub
    from ltxspec.forges.gitlab import GitLab
    from ltxspec.forges.http import Access

    AnyForge = GitHub | GitLab

FORGES = ("github", "gitlab")
CLEARTEXT = "LTXSPEC_FORGE_ALLOW_HTTP"
_LONGEST_KEY = 80
_NOT_IN_KEY = re.compile(r"[^A-Za-z0-9._/-]+|--+")  # `--` could end the HTML comment that holds the key
_ROOT_KEY = "ltxspec"
_DIGEST = 8  # hexadecimal digits
_LIKE_DIGESTED = re.compile(rf".*\.[0-9a-f]{{{_DIGEST}}}")  # what only a name that was changed may look like


@dataclass(frozen=True, slots=True)
class Place:
    """Where the comment goes, as given by the user. None values come from CI."""

    number: int | None = None
    repository: str | None = None
    forge: str | None = None
    api: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Where the comment goes. Empty text and None mean unknown."""

    change: CiChange  # as reported by the CI service
    forge: str
    api: str
    repository: str
    number: int | None
    key: str
    folder: str  # of the project inside the repository: "" for its root, else ending in `/`


def target_of(project: Path, place: Place, environ: Mapping[str, str] = os.environ) -> Target:
    """Combine the user's options with the environment.

    Args:
        project: the folder the command works in.
        place: overrides the environment.
        environ: the variables of the CI service.

    Raises:
        EventError: GitHub's event cannot be read.
        StorageError: git cannot read the repository, or is missing.
    """
    change = detect(environ)
    folder = _folder_in_repository(project, change.workspace)
    same = place.forge in (None, change.forge)  # CI's values do not apply to another forge
    return Target(
        change=change if same else CiChange(),
        forge=place.forge or change.forge,
        api=place.api or (change.api if same else ""),
        repository=place.repository or (change.repository if same else ""),
        number=place.number or (change.number if same else None),
        key=_key(place.key, folder),
        folder=folder,
    )


def _key(typed: str | None, folder: str) -> str:
    """The key of the comment: as typed, else the project's folder; `ltxspec` at the root of the repository.

    Two names never have the same key: where characters are left out, a digest of the whole name follows, also where a
    name ends as if one did.
    """
    if not typed and not folder:
        return _ROOT_KEY
    name = normalize("NFC", typed or folder).removeprefix("./").rstrip("/")
    key = _NOT_IN_KEY.sub("_", name).strip("._/-")
    is_plain = key == name and len(key) <= _LONGEST_KEY and not _LIKE_DIGESTED.fullmatch(key)
    if is_plain and (typed or key != _ROOT_KEY):
        return key
    digest = sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:_DIGEST]
    return f"{key[: _LONGEST_KEY - _DIGEST - 1] or _ROOT_KEY}.{digest}"


@contextmanager
def opened(target: Target, head: str, environ: Mapping[str, str] = os.environ) -> Iterator["AnyForge | None"]:
    """The forge, or None if this is no longer the head of any open pull request.

    Raises:
        WrongUsage: the forge, repository or pull request is unknown.
        ForgeError: there is no token, or the forge does not answer.
    """
    from ltxspec.forges.github import GitHub
    from ltxspec.forges.gitlab import GitLab

    if target.forge not in FORGES:
        raise WrongUsage("the forge of the change is unknown", hint=f"give --forge {' or '.join(FORGES)}")
    if not target.repository:
        raise WrongUsage("the repository of the change is unknown", hint="give --repo OWNER/NAME")
    access = _access(target, environ)
    number = target.number or _find(target, access, head)
    if number is None:
        yield None
        return
    kind = GitHub if target.forge == "github" else GitLab
    forge: AnyForge = kind(access, target.repository, number)
    try:
        yield forge
    finally:
        forge.close()


def _access(target: Target, environ: Mapping[str, str]) -> "Access":
    from ltxspec.forges import github, gitlab
    from ltxspec.forges.port import Denied

    found = tokens(environ)
    if target.forge == "github":
        access = github.access_to(target.api, found.github)
    else:
        access = gitlab.access_to(target.api, found.gitlab, found.gitlab_job)
    if access.token is None:
        raise Denied("no token for the forge is set", hint=access.advice)
    _refuse_cleartext(access.base_url, environ)
    return access


def _refuse_cleartext(address: str, environ: Mapping[str, str]) -> None:
    """Refuse to send the token unencrypted over a network."""
    from ltxspec.forges.port import Denied
    from ltxspec.providers.hosts import is_this_machine

    try:
        asked = urlsplit(address)
        host = asked.hostname or ""
    except ValueError:
        return  # not an address: the client reports it
    if asked.scheme == "http" and not is_this_machine(host) and environ.get(CLEARTEXT) != "1":
        raise Denied(
            f"the forge's token is not sent to `{host}` over plain http: anyone on the network path could read it",
            hint=f"use https in `--api`; if the network is safe, set {CLEARTEXT}=1",
        )


def _find(target: Target, access: "Access", head: str) -> int | None:
    """The pull request of a head. Needed for GitHub's `workflow_run` only, which does not name it for forks."""
    from ltxspec.forges.github import find_pull_request

    if target.forge != "github" or not target.change.head:
        raise WrongUsage("the number of the pull request is unknown", hint="give --pr NUMBER")
    found = find_pull_request(access, target.repository, head, target.change.branch)
    return found.number if found else None


def _folder_in_repository(project: Path, workspace: str) -> str:
    """The project's folder inside its repository, from CI or git; the root if neither reports it."""
    here = project.resolve()
    root = Path(workspace).resolve() if workspace else None
    if root is not None and here.is_relative_to(root):
        inside = here.relative_to(root).as_posix()
        return "" if inside == "." else f"{inside}/"
    from ltxspec.storage.reachable import inside_git, prefix_of

    return prefix_of(project) if inside_git(project) else ""

"""The web address of the files of a commit: from CI, from what the user named, or from git's remote."""

import re
from pathlib import Path
from urllib.parse import quote, urlsplit

from ltxspec.errors import LtxspecError, StorageError
from ltxspec.project.comments.forge_access import FORGES, Place, Target, target_of
from ltxspec.project.project import ProjectContext
from ltxspec.review.models import WORKING_TREE, Review
from ltxspec.storage.git import run_git

_APIS = re.compile(r"/api/v[34]/?$")
_OF_GITHUB = "https://api.github.com"
_HOSTS = {"github.com": "github", "gitlab.com": "gitlab"}
_SCP = re.compile(r"(?:[^/@:]+@)?(?P<host>[A-Za-z0-9.-]+):(?P<path>(?!/).+)")  # `git@host:owner/name.git`


def blob_base(project: Path, target: Target, head: str) -> str:
    """The prefix that makes a web address of a path in the project; empty if the repository's address is unknown.

    Args:
        project: the project's folder.
        target: where the comment goes.
        head: the commit.
    """
    forge, server = _of_change(target) or _of_remote(project, target.forge) or ("", "")
    if not server:
        return ""
    return f"{server}/{'-/blob' if forge == 'gitlab' else 'blob'}/{head}/{quote(target.folder)}"


def head_base(project: ProjectContext, review: Review) -> str:
    """As `blob_base`, for the head of a review; empty if that is the working tree, or nothing is known."""
    if review.head == WORKING_TREE or review.head_commit is None:
        return ""
    try:
        target = target_of(project.root, Place(), project.environ)
    except LtxspecError:  # what is wrong matters to `comment`, and not to a link
        return ""
    return blob_base(project.root, target, review.head_commit)


def _of_change(target: Target) -> tuple[str, str] | None:
    """(forge, address of the repository) as CI says, or as follows from the repository's name and the API."""
    if target.change.server:
        return target.forge, target.change.server
    if not target.repository or target.forge not in FORGES:
        return None
    host = "https://github.com" if target.forge == "github" else "https://gitlab.com"
    if target.api and target.api.rstrip("/") != _OF_GITHUB:
        host = _APIS.sub("", target.api)
        if host == target.api:  # an API of an unknown form
            return None
    return target.forge, f"{host}/{quote(target.repository)}"


def _of_remote(project: Path, forge: str) -> tuple[str, str] | None:
    """(forge, address) of git's remote `origin`; None if there is none, or its host is of an unknown kind."""
    try:
        done = run_git(project, "remote", "get-url", "origin")
    except StorageError:  # no git
        return None
    if done.returncode != 0:
        return None
    place = _place_of(done.stdout.decode(errors="replace").strip())
    if place is None:
        return None
    host, path = place
    kind = _HOSTS.get(host) or forge
    return (kind, f"https://{host}/{quote(path)}") if kind in FORGES else None


def _place_of(remote: str) -> tuple[str, str] | None:
    """(host, path of the repository) of a remote's address, without user, password and port; None for a local one."""
    if "://" in remote:
        try:
            parts = urlsplit(remote)
            host, path = parts.hostname or "", parts.path
        except ValueError:
            return None
        if parts.scheme not in ("https", "http", "ssh", "git"):
            return None
    else:
        found = _SCP.fullmatch(remote)
        host, path = (found["host"], found["path"]) if found else ("", "")
    path = path.strip("/").removesuffix(".git")
    return (host.lower(), path) if host and path else None

"""`ltxspec.toml`: searched upwards from the current folder, parsed strictly, with a default for every key.

Environment variables are not read here; the command line applies them, and its own options, on top of the file.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ltxspec.errors import Location, Problems, Severity, WrongUsage
from ltxspec.services import DEFAULT, SANDBOX, SERVICES
from ltxspec.storage.budget_config import BudgetConfig, budget_config
from ltxspec.storage.finding import FoundConfig, find_config, read_config
from ltxspec.storage.paths import shown
from ltxspec.storage.previews_config import PreviewsConfig, previews_config
from ltxspec.storage.store_config import StoreConfig, store_config
from ltxspec.storage.toml_tables import TomlFile, TomlTable, name_hint, parse_toml
from ltxspec.values import Json

_NO_SECRETS = "secrets do not belong in a file; set the environment variable "
_MOST_PARALLEL = 64  # concurrent tasks
_LEAST_TTL = 60  # seconds; the provider's minimum


@dataclass(frozen=True, slots=True)
class ProjectConfig:
    """[project]: identity and location of the project's files."""

    id: str = ""  # salts task ids
    specs: tuple[str, ...] = ("specs",)  # files and folders, relative to the root
    lockfiles: str = "lockfiles"


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """[provider]: the service that renders."""

    name: str = DEFAULT.name
    parallelism: int = 4  # concurrent tasks
    attempts: int = 3  # attempts per render after temporary failures, over all runs


@dataclass(frozen=True, slots=True)
class ServiceConfig:
    """The table of a network service, such as [runware]; times in seconds."""

    base_url: str
    poll_interval: float  # the first wait; increases up to poll_max
    poll_max: float
    grace: float = 60.0  # how long an unclear submit is looked up before the same body is sent again
    task_timeout: float = 1800.0  # after this a task is left unresolved and never ordered again
    timeout_set: bool = field(default=False, compare=False)  # by the user: no model's latency makes it longer


def usual_services() -> dict[str, ServiceConfig]:
    """Settings of the network services that have no table in `ltxspec.toml`."""
    services = (service for service in SERVICES.values() if service.address)
    return {one.name: ServiceConfig(one.address, one.polling.interval, one.polling.longest) for one in services}


@dataclass(frozen=True, slots=True)
class ArchiveConfig:
    """[archive]; a folder relative to the root: this machine's copies. A team's are in [store]."""

    url: str = ".ltxspec/archive"


@dataclass(frozen=True, slots=True)
class DeliveryConfig:
    """[delivery]; a value of None is not sent."""

    ttl: int | None = None  # seconds
    webhook_url: str | None = None
    upload_endpoint: str | None = None

    def parameters(self) -> dict[str, Json]:
        """The values that are set, under the provider's names."""
        named = {"ttl": self.ttl, "webhookURL": self.webhook_url, "uploadEndpoint": self.upload_endpoint}
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """[sandbox]: the free simulated provider."""

    speed: float = 20.0  # how many times faster than real rendering


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """One [[policy]]: a Jinja expression that must hold for the plan, or for every request it would order."""

    assertion: str
    message: str | None
    severity: Severity
    where: Location


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration. `root` is the file's folder, or where the search started if there is no file."""

    root: Path
    file: Path | None = None
    project: ProjectConfig = field(default_factory=ProjectConfig)
    provider: ProviderConfig = field(default_factory=ProviderConfig)
    services: Mapping[str, ServiceConfig] = field(default_factory=usual_services)
    budget: BudgetConfig = field(default_factory=BudgetConfig)
    archive: ArchiveConfig = field(default_factory=ArchiveConfig)
    store: StoreConfig = field(default_factory=StoreConfig)
    delivery: DeliveryConfig = field(default_factory=DeliveryConfig)
    previews: PreviewsConfig = field(default_factory=PreviewsConfig)
    sandbox: SandboxConfig = field(default_factory=SandboxConfig)
    policy: tuple[PolicyRule, ...] = ()
    remarks: tuple[str, ...] = ()  # notes for the user about where it comes from


def load_config(start: Path, explicit: Path | None = None) -> Config:
    """Find and read the configuration.

    Args:
        start: the folder where the upward search starts.
        explicit: a file to use instead; its folder is the project's root.

    Raises:
        Invalid: the file is not TOML, or has unknown keys or wrong values; all problems are reported at once.
        WrongUsage: the explicit file does not exist.
        StorageError: it cannot be read, or it is in the user's own repository and cannot be trusted.
    """
    if explicit is None:
        found = find_config(start)
    elif os.path.lexists(explicit):
        found = FoundConfig(explicit.resolve(), read_config(explicit))
    else:
        raise WrongUsage(f"configuration file `{explicit}` does not exist", hint="`ltxspec init` writes one")
    if found.file is None:
        return Config(root=start.resolve(), remarks=found.remarks)
    problems = Problems()
    config = parse_config(found.data, found.file, shown(explicit or found.file), problems)
    _refuse_object_store(config, found.data, shown(explicit or found.file), problems)
    problems.raise_if_errors()
    return replace(config, remarks=found.remarks)


def _refuse_object_store(config: Config, data: bytes, name: str, problems: Problems) -> None:
    """Reject an archive in an object store. Earlier commits with one are only read, so they are not checked."""
    store, scheme, _ = config.archive.url.partition("://")
    if scheme:
        where = TomlFile(name, data.decode("utf-8-sig", "replace")).place("archive", "url")
        message = f"`[archive] url` is a folder, and not `{store}://…`"
        problems.error("config", message, where, "an object store is named by `[store] url`")


def parse_config(data: bytes, file: Path, name: str, problems: Problems) -> Config:
    """Parse a configuration; problems are collected, and defaults replace wrong values.

    Args:
        data: the file's bytes.
        file: its absolute path.
        name: the file's name as shown to users.
        problems: collects the errors.
    """
    text, document = parse_toml(data, name, problems)
    known = (
        "project",
        "provider",
        *usual_services(),
        "budget",
        "archive",
        "store",
        "delivery",
        "previews",
        SANDBOX.name,
    )
    tables = (*known, "policy")
    source = TomlFile(name, text, tables)
    for key, value in document.items():
        if key not in tables:
            problems.error("config", f"unknown table `{key}`", source.place(key, key), name_hint(key, tables))
        elif not isinstance(value, list if key == "policy" else dict):
            form = "[[policy]]" if key == "policy" else f"[{key}]"
            problems.error("config", f"`{key}` must be a table, written {form}", source.place("", key))

    def table(key: str) -> TomlTable:
        values = document.get(key)
        return TomlTable(source, key, values if isinstance(values, dict) else {}, problems)

    return Config(
        root=file.parent,
        file=file,
        project=_project(table("project")),
        provider=_provider(table("provider")),
        services={key: _service(table(key), usual) for key, usual in usual_services().items()},
        budget=budget_config(table("budget")),
        archive=_archive(table("archive")),
        store=store_config(table("store")),
        delivery=_delivery(table("delivery")),
        previews=previews_config(table("previews")),
        sandbox=_sandbox(table(SANDBOX.name)),
        policy=_policy(document.get("policy"), source, problems),
    )


def _project(table: TomlTable) -> ProjectConfig:
    usual = ProjectConfig()
    project = ProjectConfig(
        id=table.text("id", usual.id),
        specs=table.paths("specs", usual.specs),
        lockfiles=table.inner_path("lockfiles", usual.lockfiles),
    )
    table.finish()
    return project


def _provider(table: TomlTable) -> ProviderConfig:
    usual = ProviderConfig()
    provider = ProviderConfig(
        name=table.path("name", usual.name),
        parallelism=table.integer("parallelism", usual.parallelism, 1, _MOST_PARALLEL),
        attempts=table.integer("attempts", usual.attempts, 1),
    )
    table.finish(_NO_SECRETS + DEFAULT.key)
    return provider


def _service(table: TomlTable, usual: ServiceConfig) -> ServiceConfig:
    service = ServiceConfig(
        base_url=table.address("base_url", usual.base_url) or usual.base_url,
        poll_interval=table.number("poll_interval", usual.poll_interval),
        poll_max=table.number("poll_max", usual.poll_max),
        grace=table.number("grace", usual.grace, zero=True),
        task_timeout=table.number("task_timeout", usual.task_timeout),
        timeout_set="task_timeout" in table.values,
    )
    if service.poll_max < service.poll_interval:
        table.error(f"`poll_max` in [{table.name}] must not be below `poll_interval`", "poll_max")
    table.finish(_NO_SECRETS + SERVICES[table.name].key)
    return service


def _archive(table: TomlTable) -> ArchiveConfig:
    archive = ArchiveConfig(url=table.path("url", ArchiveConfig().url))
    table.finish(_NO_SECRETS + DEFAULT.key)
    return archive


def _delivery(table: TomlTable) -> DeliveryConfig:
    delivery = DeliveryConfig(
        ttl=table.optional_integer("ttl", _LEAST_TTL),
        webhook_url=table.address("webhookURL", None),
        upload_endpoint=table.address("uploadEndpoint", None),
    )
    table.finish()
    return delivery


def _sandbox(table: TomlTable) -> SandboxConfig:
    sandbox = SandboxConfig(speed=table.number("speed", SandboxConfig().speed))
    table.finish()
    return sandbox


def _policy(entries: Json, source: TomlFile, problems: Problems) -> tuple[PolicyRule, ...]:
    rules = []
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        table = TomlTable(source, "policy", entry if isinstance(entry, dict) else {}, problems, index)
        assertion = table.path("assert", "")
        message = table.text("message", "") or None
        severity: Severity = (
            "warning" if table.choice("severity", "error", ("error", "warning")) == "warning" else "error"
        )
        if "assert" not in table.values:
            table.error("a policy needs `assert`, an expression that must be true of the plan or of every request")
        table.finish()
        rules.append(PolicyRule(assertion, message, severity, source.place("policy", "assert", index)))
    return tuple(rules)

"""The configuration: every key with a default, every mistake with its place."""

from dataclasses import fields
from decimal import Decimal
from pathlib import Path

import pytest

from ltxspec.errors import Diagnostic, Invalid, Problems, StorageError, WrongUsage
from ltxspec.storage.budget_config import BudgetConfig
from ltxspec.storage.config import (
    ArchiveConfig,
    Config,
    DeliveryConfig,
    PolicyRule,
    ProjectConfig,
    ProviderConfig,
    SandboxConfig,
    ServiceConfig,
    load_config,
    parse_config,
)
from ltxspec.storage.finding import CONFIG_NAME

EVERYTHING = """
[project]
id = "9f2c"
specs = ["specs", "more/day.yaml"]
lockfiles = "locks"
[provider]
name = "sandbox"
parallelism = 2
attempts = 5
[runware]
base_url = "http://127.0.0.1:8080/v1"
poll_interval = 0.5
poll_max = 5
grace = 0
task_timeout = 600.0
[budget]
per_apply = "20.00"
per_shot = 3
per_spec = "100"
per_month = "500"
per_label = {campaign = "50", "campaign=autumn" = 80}
[archive]
url = "/srv/videos"
[delivery]
ttl = 86400
webhookURL = "https://hooks.example/x"
uploadEndpoint = "https://bucket.example/x"
[sandbox]
speed = 20
[[policy]]
assert = "duration <= 8"
message = "too long"
severity = "warning"
[[policy]]
assert = "width == 1920"
"""


def load(tmp_path: Path, text: str) -> Config:
    (tmp_path / CONFIG_NAME).write_text(text)
    return load_config(tmp_path)


def problems(text: str) -> list[Diagnostic]:
    """What is wrong with a configuration; every problem has a place."""
    found = Problems()
    parse_config(text.encode(), Path("/project/ltxspec.toml"), CONFIG_NAME, found)
    for diagnostic in found.diagnostics:
        assert diagnostic.where is not None
        assert diagnostic.where.file == CONFIG_NAME
        assert not diagnostic.message.endswith(".")
    return found.diagnostics


def only(text: str) -> Diagnostic:
    (diagnostic,) = problems(text)
    return diagnostic


def place(diagnostic: Diagnostic) -> tuple[int, int]:
    assert diagnostic.where is not None
    return diagnostic.where.line, diagnostic.where.column


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    config = load_config(tmp_path)
    assert config == Config(root=tmp_path.resolve())
    assert config.project == ProjectConfig("", ("specs",), "lockfiles")
    assert config.provider == ProviderConfig("runware", 4, 3)
    assert config.services["runware"] == ServiceConfig("https://api.runware.ai/v1", 2.0, 15.0, 60.0, 1800.0)
    assert not config.services["runware"].timeout_set
    assert config.budget == BudgetConfig(None, None, None)
    assert config.archive == ArchiveConfig(".ltxspec/archive")
    assert config.delivery.parameters() == {}
    assert config.sandbox == SandboxConfig(20.0)
    assert config.policy == ()


def test_an_empty_file_changes_nothing_but_the_root(tmp_path: Path) -> None:
    assert load(tmp_path, "") == Config(root=tmp_path.resolve(), file=tmp_path.resolve() / CONFIG_NAME)


def test_every_key_is_read(tmp_path: Path) -> None:
    config = load(tmp_path, EVERYTHING)
    assert config.project == ProjectConfig("9f2c", ("specs", "more/day.yaml"), "locks")
    assert config.provider == ProviderConfig("sandbox", 2, 5)
    assert config.services["runware"] == ServiceConfig("http://127.0.0.1:8080/v1", 0.5, 5.0, 0.0, 600.0)
    assert config.services["runware"].timeout_set
    assert config.budget == BudgetConfig(
        Decimal("20.00"),
        Decimal(3),
        Decimal(100),
        Decimal(500),
        {"campaign": Decimal(50), "campaign=autumn": Decimal(80)},
    )
    assert config.archive == ArchiveConfig("/srv/videos")
    assert config.delivery == DeliveryConfig(86400, "https://hooks.example/x", "https://bucket.example/x")
    assert config.sandbox == SandboxConfig(20.0)
    assert [(rule.assertion, rule.message, rule.severity) for rule in config.policy] == [
        ("duration <= 8", "too long", "warning"),
        ("width == 1920", None, "error"),
    ]
    assert [rule.where.line for rule in config.policy] == [31, 35]


def test_no_key_of_the_tested_file_is_a_default_so_that_each_is_really_read(tmp_path: Path) -> None:
    config, usual = load(tmp_path, EVERYTHING), Config(root=tmp_path)
    for table in ("project", "provider", "services", "budget", "archive", "delivery"):
        given, default = getattr(config, table), getattr(usual, table)
        if table == "services":
            given, default = given["runware"], default["runware"]
        same = [field.name for field in fields(given) if getattr(given, field.name) == getattr(default, field.name)]
        assert same == []


def test_delivery_options_have_the_providers_names() -> None:
    assert DeliveryConfig(60, "https://a", None).parameters() == {"ttl": 60, "webhookURL": "https://a"}


def test_the_file_is_found_upwards_and_its_folder_is_the_root(tmp_path: Path) -> None:
    (tmp_path / CONFIG_NAME).write_text('[project]\nid = "x"\n')
    deep = tmp_path / "specs" / "autumn"
    deep.mkdir(parents=True)
    config = load_config(deep)
    assert (config.root, config.project.id) == (tmp_path.resolve(), "x")
    assert config.file == tmp_path.resolve() / CONFIG_NAME


def test_an_explicit_file_is_used_and_must_exist(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('[project]\nid = "other"\n')
    (tmp_path / CONFIG_NAME).write_text("")
    assert load_config(tmp_path, tmp_path / "other.toml").project.id == "other"
    with pytest.raises(WrongUsage, match="does not exist"):
        load_config(tmp_path, tmp_path / "missing.toml")
    with pytest.raises(StorageError, match="cannot read"):
        load_config(tmp_path, tmp_path)


def test_the_environment_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LTXSPEC_PROVIDER", "sandbox")
    monkeypatch.setenv("RUNWARE_BASE_URL", "http://elsewhere.example")
    assert load_config(tmp_path) == Config(root=tmp_path.resolve())


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        load(tmp_path, '[project]\nidd = "x"\nspecs = "specs"\n[provider]\nparallelism = 0\n[budgets]\n')
    messages = [diagnostic.message for diagnostic in caught.value.diagnostics]
    assert sorted(messages) == [
        "`parallelism` in [provider] must be an integer from 1 to 64",
        '`specs` in [project] must be a list of strings such as ["specs"]',
        "unknown key `idd` in [project]",
        "unknown table `budgets`",
    ]
    assert {diagnostic.where.file for diagnostic in caught.value.diagnostics if diagnostic.where} != set()


def test_unknown_keys_and_tables_are_placed_with_a_suggestion() -> None:
    key = only('# a comment\n\n[provider]\nname = "runware"\n  paralelism = 3\n')
    assert place(key) == (5, 3)
    assert key.where is not None
    assert key.where.excerpt == "  paralelism = 3"
    assert key.hint == "did you mean `parallelism`?"
    table = only("[provider]\n[projekt]\nid = 1\n")
    assert (place(table), table.hint) == ((2, 1), "did you mean `project`?")
    strange = only("[sandbox]\ncolour = 1\n")
    assert strange.hint == "known are `speed`"


@pytest.mark.parametrize("key", ["api_key", "key", "token", "RUNWARE_API_KEY"])
def test_a_key_that_looks_like_a_secret_is_told_where_secrets_go_and_never_repeated(key: str) -> None:
    found = only(f'[runware]\n{key} = "sk-live-123"\n')
    assert "RUNWARE_API_KEY" in (found.hint or "")
    assert "sk-live-123" not in found.message + (found.hint or "")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[project]\nid = 5", "`id` in [project] must be a string"),
        ('[project]\nspecs = ["a", 1]', "`specs` in [project] must be a list of strings"),
        ('[project]\nspecs = [""]', "`specs` in [project] must be a list of strings"),
        ('[project]\nlockfiles = ""', "`lockfiles` in [project] must be a path inside the project"),
        ('[project]\nlockfiles = "/etc"', "`lockfiles` in [project] must be a path inside the project"),
        ('[project]\nlockfiles = "a/../../b"', "`lockfiles` in [project] must be a path inside the project"),
        ('[project]\nlockfiles = "~/b"', "`lockfiles` in [project] must be a path inside the project"),
        ("[provider]\nname = []", "`name` in [provider] must be a string that is not empty"),
        ("[provider]\nparallelism = true", "`parallelism` in [provider] must be an integer from 1 to 64"),
        ("[provider]\nparallelism = 65", "`parallelism` in [provider] must be an integer from 1 to 64"),
        ("[provider]\nparallelism = 2.0", "`parallelism` in [provider] must be an integer from 1 to 64"),
        ('[runware]\nbase_url = "api.example"', "`base_url` in [runware] must be an address"),
        ('[runware]\nbase_url = "file:///etc"', "`base_url` in [runware] must be an address"),
        (
            '[runware]\nbase_url = "http://u:hunter2pw@evil\uff0f.localhost/?t=1"',
            "`base_url` in [runware] must be an address",
        ),
        ('[runware]\nbase_url = "https://"', "`base_url` in [runware] must be an address"),
        ('[runware]\nbase_url = "https://[::1"', "`base_url` in [runware] must be an address"),
        ('[runware]\nbase_url = "https://api.example:port/"', "`base_url` in [runware] must be an address"),
        (
            '[delivery]\nuploadEndpoint = "https://u:hunter2pw@evil\uff0f.example"',
            "`uploadEndpoint` in [delivery] must be",
        ),
        ("[runware]\npoll_interval = 0", "`poll_interval` in [runware] must be a number above 0"),
        ("[runware]\npoll_max = nan", "`poll_max` in [runware] must be a number above 0"),
        ("[runware]\npoll_max = 1", "`poll_max` in [runware] must not be below `poll_interval`"),
        ("[runware]\ngrace = -1", "`grace` in [runware] must be a number of at least 0"),
        ("[runware]\ntask_timeout = inf", "`task_timeout` in [runware] must be a number above 0"),
        ('[budget]\nper_apply = "a lot"', "`per_apply` in [budget] must be an amount in USD"),
        ('[budget]\nper_apply = "-1"', "`per_apply` in [budget] must be an amount in USD"),
        ("[budget]\nper_shot = nan", "`per_shot` in [budget] must be an amount in USD"),
        ("[archive]\nurl = 5", "`url` in [archive] must be a string that is not empty"),
        ("[delivery]\nttl = 5", "`ttl` in [delivery] must be an integer of at least 60"),
        ("[delivery]\nwebhookURL = 5", "`webhookURL` in [delivery] must be an address"),
        ("[sandbox]\nspeed = 0", "`speed` in [sandbox] must be a number above 0"),
        ("[[policy]]\nassert = 5", "`assert` in [policy] must be a string that is not empty"),
        ('[[policy]]\nassert = "a"\nseverity = "fatal"', "`severity` in [policy] must be `error` or `warning`"),
    ],
)
def test_a_wrong_value_is_told_with_what_it_must_be(line: str, said: str) -> None:
    found = only(line)
    assert found.message.startswith(said)
    assert place(found) == (len(line.splitlines()), 1)


def test_a_policy_needs_an_assertion() -> None:
    found = only('[[policy]]\nassert = "a"\n[[policy]]\nmessage = "b"\n')
    assert found.message.startswith("a policy needs `assert`")
    assert place(found) == (3, 1)


@pytest.mark.parametrize(
    ("text", "key"), [("project = 5", "project"), ("[policy]\n", "policy"), ("policy = 1", "policy")]
)
def test_a_table_must_be_one(text: str, key: str) -> None:
    assert only(text).message.startswith(f"`{key}` must be a table")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[project]\nid = = 5\n", (2, 6)),
        ('id = "a\n', (1, 8)),
        ("[project]\nid = 1\nid = 2\n", (3, 7)),
        ("x = [1,\n", (1, 1)),
        pytest.param(f"x = {'9' * 5000}\n", (1, 1), id="a number too long for Python"),
        pytest.param(f"x = {'[' * 9000}\n", (1, 1), id="nesting too deep for Python"),
    ],
)
def test_what_is_not_toml_is_told_with_its_place(text: str, where: tuple[int, int]) -> None:
    found = only(text)
    assert found.message.startswith("the configuration is not TOML: ")
    assert "(at " not in found.message
    assert place(found) == where


def test_what_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / CONFIG_NAME).write_bytes(b"[project]\nid = '\xff'\n")
    with pytest.raises(Invalid, match="not UTF-8") as caught:
        load_config(tmp_path)
    assert caught.value.where is not None
    assert caught.value.where.line == 2


def test_inline_tables_and_quoted_keys_are_placed_as_well_as_can_be() -> None:
    assert place(only("provider = {paralelism = 3}\n")) == (1, 1)
    assert place(only('[provider]\n"paralelism" = 3\n')) == (2, 1)


def test_a_policy_knows_its_place() -> None:
    found = Problems()
    config = parse_config(b'[[policy]]\nassert = "a"\n', Path("/p/ltxspec.toml"), CONFIG_NAME, found)
    (rule,) = config.policy
    assert isinstance(rule, PolicyRule)
    assert str(rule.where) == "ltxspec.toml:2:1"


def test_an_archive_in_an_object_store_is_an_error_of_the_configuration(tmp_path: Path) -> None:
    text = '[archive]\nurl = "s3://bucket/videos"\n'
    with pytest.raises(Invalid, match=r"`\[archive\] url` is a folder, and not `s3://…`") as caught:
        load(tmp_path, text)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.where is not None
    assert (diagnostic.where.line, diagnostic.hint) == (2, "an object store is named by `[store] url`")
    assert problems(text) == [], "an earlier commit that says so is read all the same"


def test_a_table_that_is_there_twice_is_named_as_the_file_names_it(tmp_path: Path) -> None:
    (tmp_path / "ltxspec.toml").write_text("[budget]\n[budget]\n")
    with pytest.raises(Invalid, match=r"the configuration is not TOML: table `\[budget\]` appears twice"):
        load_config(tmp_path)

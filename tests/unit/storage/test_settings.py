"""The configuration as flat text: every key, defaults included, and every policy by what it asserts."""

from pathlib import Path

from ltxspec.errors import Problems
from ltxspec.storage.config import Config, parse_config
from ltxspec.storage.settings import policies, settings

FILE = Path("/films/ltxspec.toml")


def read(text: str) -> Config:
    problems = Problems()
    config = parse_config(text.encode(), FILE, FILE.name, problems)
    problems.raise_if_errors()
    return config


def test_every_key_is_named_as_it_is_written_with_its_default() -> None:
    found = settings(read(""))
    assert found["project.specs"] == '["specs"]'
    assert found["provider.parallelism"] == "4"
    assert found["runware.grace"] == "60.0"
    for name in ("project.id", "budget.per_apply", "delivery.webhookURL", "delivery.uploadEndpoint", "delivery.ttl"):
        assert found[name] is None


def test_what_is_written_is_shown() -> None:
    text = '[budget]\nper_apply = "20"\n[delivery]\nwebhookURL = "https://a.example/x"\n[project]\nid = "films"\n'
    found = settings(read(text))
    assert (found["budget.per_apply"], found["delivery.webhookURL"], found["project.id"]) == (
        "$20.00",
        "https://a.example/x",
        "films",
    )


def test_rules_that_assert_the_same_are_told_together_so_that_none_hides_another() -> None:
    rule = '[[policy]]\nassert = "duration <= 8"\n'
    assert policies(read(rule)) == {"policy duration <= 8": "error"}
    both = f'{rule}message = "too long"\n{rule}severity = "warning"\n'
    assert policies(read(both)) == {"policy duration <= 8": "error: too long; warning"}
    assert settings(read(both)) == settings(read(""))

import pytest

from ltxspec.errors import Problems
from ltxspec.storage.toml_tables import TomlFile, TomlTable, parse_toml
from ltxspec.storage.webhook_config import WebhookConfig, webhook_config


def read(text: str) -> tuple[WebhookConfig, Problems]:
    problems = Problems()
    decoded, values = parse_toml(f"[webhook]\n{text}".encode(), "ltxspec.toml", problems)
    table = TomlTable(TomlFile("ltxspec.toml", decoded, ("webhook",)), "webhook", values["webhook"], problems)
    return webhook_config(table), problems


def test_there_is_none_by_default() -> None:
    config, problems = read("")
    assert (config, problems.errors) == (WebhookConfig(None, 60.0), [])


def test_its_address_and_pace_are_read() -> None:
    config, problems = read('url = "https://calls.example/films"\nlook_every = 30')
    assert (config, problems.errors) == (WebhookConfig("https://calls.example/films", 30.0), [])


@pytest.mark.parametrize("url", ["https://a.example/x?token=s", "https://u:pw@a.example/x", "https://a.example/#x"])
def test_a_secret_in_the_address_is_refused(url: str) -> None:
    _, problems = read(f'url = "{url}"')
    (problem,) = problems.errors
    assert "without user, query and fragment" in problem.message
    assert "LTXSPEC_WEBHOOK_SECRET" in (problem.hint or "")


def test_a_secret_of_its_own_is_refused() -> None:
    _, problems = read('secret = "abcdefghijklmnop"')
    (problem,) = problems.errors
    assert "LTXSPEC_WEBHOOK_SECRET" in (problem.hint or "")

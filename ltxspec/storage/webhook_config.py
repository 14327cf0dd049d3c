"""[webhook] of `ltxspec.toml`: where the provider reports that a task has ended."""

from dataclasses import dataclass

from ltxspec.storage.toml_tables import TomlTable

VARIABLE = "LTXSPEC_WEBHOOK_SECRET"
_NO_SECRETS = f"its secret comes only from the environment, as {VARIABLE}"


@dataclass(frozen=True, slots=True)
class WebhookConfig:
    """[webhook]; the secret is never part of it."""

    url: str | None = None  # where `ltxspec listen` can be reached from outside; the secret is added as a last step
    look_every: float = 60.0  # seconds between two looks at a task while calls are expected


def webhook_config(table: TomlTable) -> WebhookConfig:
    """The table, with a default for every key; mistakes are collected in it."""
    usual = WebhookConfig()
    webhook = WebhookConfig(
        url=table.address("url", None),
        look_every=table.number("look_every", usual.look_every),
    )
    if webhook.url is not None and any(sign in webhook.url for sign in "?#@;%\\"):
        table.error("`url` in [webhook] is an address without user, query and fragment", "url", _NO_SECRETS)
    table.finish(_NO_SECRETS)
    return webhook

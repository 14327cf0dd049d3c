"""Flattens a configuration to text, key by key, for comparison. The values may hold secrets."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal

from ltxspec.storage.config import Config, PolicyRule
from ltxspec.values import Json, dollars

_WRITTEN = {"webhook_url": "webhookURL", "upload_endpoint": "uploadEndpoint"}  # where key and field name differ


def settings(config: Config) -> dict[str, str | None]:
    """Every key of every table, such as `budget.per_apply`: its value or default; None if it has neither."""
    found: dict[str, str | None] = {}
    tables = {table.name: getattr(config, table.name) for table in fields(config)} | dict(config.services)
    for table, values in tables.items():
        if is_dataclass(values):
            for key in (key for key in fields(values) if key.compare):  # else it only says what the user wrote
                name, value = f"{table}.{_WRITTEN.get(key.name, key.name)}", getattr(values, key.name)
                each = {"": value} if not isinstance(value, Mapping) else value or {"": None}
                found |= {f"{name}.{inner}" if inner else name: _text(one) for inner, one in each.items()}
    return found


def policies(config: Config) -> dict[str, str]:
    """Every policy by its assertion: severity and message; entries with the same assertion are joined."""
    found: dict[str, str] = {}
    for rule in config.policy:
        name = f"policy {rule.assertion}"
        found[name] = f"{found[name]}; {_rule(rule)}" if name in found else _rule(rule)
    return found


def _text(value: Json | Decimal) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, Decimal):
        return dollars(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _rule(rule: PolicyRule) -> str:
    return f"{rule.severity}: {rule.message}" if rule.message else rule.severity

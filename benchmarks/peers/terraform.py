"""Terraform: one `terraform_data` for each shot, whose input is the rendered prompt. It needs no provider."""

import json
import re
import uuid
from collections.abc import Iterator

from peers.peer import FIXED, Peer, Shot, Site, rendered, shots

TEMPLATE = """\
${subject} ${place}, lit by ${light}, filmed as a ${move} on a ${lens} mm lens.
%{ if rain != "" }Rain falls ${rain}ly and beads on every surface.%{ endif }
%{ for detail in details }In view: ${detail}.
%{ endfor }${upper(mood)}. """
TEMPLATE += "Natural motion, coherent geometry, no captions, no logos, one continuous take. " * 4
BUILT_IN = 'provider["terraform.io/builtin/terraform"]'


def _prepare(site: Site) -> None:
    site.write("shared.tftpl", TEMPLATE)
    site.write("main.tf.json", _configuration(shots(site.shots, edited=False)))
    site.run("terraform", "init", "-input=false")
    version = json.loads(site.run("terraform", "version", "-json"))["terraform_version"]
    site.write("terraform.tfstate", _state(rendered(site.shots, edited=False), version))
    site.write("main.tf.json", _configuration(shots(site.shots, edited=True)))


def _configuration(work: Iterator[Shot]) -> str:
    return json.dumps({"resource": {"terraform_data": {shot.name: {"input": _input(shot)} for shot in work}}}, indent=1)


def _input(shot: Shot) -> dict[str, object]:
    words = ", ".join(f"{name} = {json.dumps(value)}" for name, value in shot.variables.items())
    return {"prompt": f'${{templatefile("shared.tftpl", {{{words}}})}}', "duration": shot.seconds, **FIXED}


def _state(work: Iterator[tuple[Shot, str]], version: str) -> str:
    """As `terraform apply` would have written it; for thousands of resources that takes it very long."""
    return json.dumps(
        {
            "version": 4,
            "terraform_version": version,
            "serial": 1,
            "lineage": str(uuid.UUID(int=1)),
            "outputs": {},
            "resources": [_resource(shot, prompt) for shot, prompt in work],
            "check_results": None,
        },
        indent=2,
    )


def _resource(shot: Shot, prompt: str) -> dict[str, object]:
    value = {"prompt": prompt, "duration": shot.seconds, **FIXED}
    kinds = {name: "number" if isinstance(one, int) else "string" for name, one in value.items()}
    dynamic = {"value": value, "type": ["object", kinds]}
    attributes = {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, shot.name)), "input": dynamic, "output": dynamic}
    instance = {"schema_version": 0, "attributes": {**attributes, "triggers_replace": None}, "sensitive_attributes": []}
    names = {"mode": "managed", "type": "terraform_data", "name": shot.name, "provider": BUILT_IN}
    return {**names, "instances": [instance]}


def _changed(printed: str) -> int:
    found = re.search(r"^Plan: 0 to add, (\d+) to change, 0 to destroy", printed, re.MULTILINE)
    return int(found[1]) if found else 0


TERRAFORM = Peer(
    "Terraform",
    _prepare,
    lambda site: [site.program("terraform"), "plan", "-input=false", "-no-color", "-detailed-exitcode"],
    _changed,
    on_path="terraform",
    exit_codes=(0, 2),
    compares="the configuration, resource by resource, with its state",
    lacks="prices; takes that come back when an edit is undone",
    besides="providers of every kind; any value may depend on any other; shows the difference",
)

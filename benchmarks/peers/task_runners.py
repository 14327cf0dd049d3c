"""Make, doit and Snakemake: tasks that are run again when what they depend on has changed."""

import hashlib
import json
import os
import re
from base64 import urlsafe_b64encode
from pathlib import Path

from workload import SHARED_TEMPLATE

from peers.peer import FIXED, Peer, Site, rendered, requests_of, write_if_changed

LONG_AGO = 1_700_000_000  # seconds since 1970: when everything was last done

DODO = f"""\
import json
from doit.tools import config_changed
from jinja2 import Environment, StrictUndefined

with open("shared.j2") as text, open("shots.json") as shots:
    TEMPLATE, SHOTS = Environment(undefined=StrictUndefined).from_string(text.read()), json.load(shots)

def nothing():
    pass

def task_shot():
    for name, shot in SHOTS.items():
        request = {{**{dict(FIXED)!r}, "duration": shot["duration"], "prompt": TEMPLATE.render(shot["vars"])}}
        yield {{"name": name, "actions": [nothing], "uptodate": [config_changed(request)]}}
"""

SNAKEFILE = f"""\
import json
from jinja2 import Environment, StrictUndefined

with open("shared.j2") as text, open("shots.json") as shots:
    TEMPLATE, SHOTS = Environment(undefined=StrictUndefined).from_string(text.read()), json.load(shots)

def request(wildcards):
    shot = SHOTS[wildcards.shot]
    return json.dumps({{**{dict(FIXED)!r}, "duration": shot["duration"], "prompt": TEMPLATE.render(shot["vars"])}})

rule all:
    input: expand("videos/{{shot}}.mp4", shot=SHOTS)

rule render:
    output: "videos/{{shot}}.mp4"
    params: request=request
    shell: "touch {{output}}"
"""

# What Snakemake 9 keeps of a finished job. Running 10,000 of them, of whatever kind, takes it half an hour.
RECORD = {
    "record_format_version": 6,
    "rule": "render",
    "code": "touch {output}",
    "input": [],
    "log": [],
    "starttime": LONG_AGO - 1,
    "endtime": LONG_AGO,
    "incomplete": False,
    "software_stack_hash": hashlib.md5(b"", usedforsecurity=False).hexdigest(),
    "input_checksums": {},
}

MAKEFILE = """\
.SUFFIXES:
VIDEOS := $(patsubst prompts/%.txt,videos/%.mp4,$(wildcard prompts/*.txt))
all: $(VIDEOS)
videos/%.mp4: prompts/%.txt
	render $<
"""


def _prepare_make(site: Site) -> None:
    site.write("Makefile", MAKEFILE)
    for number in (False, True):
        for shot, prompt in rendered(site.shots, edited=number):
            path = site.folder / "prompts" / f"{shot.name}.txt"
            write_if_changed(path, prompt)
            if not number:
                _touch(path, LONG_AGO)
                _touch(site.folder / "videos" / f"{shot.name}.mp4", LONG_AGO + 1)


def _touch(path: Path, seconds: int) -> None:
    path.parent.mkdir(exist_ok=True)
    path.touch()
    os.utime(path, (seconds, seconds))


def _prepare_doit(site: Site) -> None:
    site.write("dodo.py", DODO)
    site.write("shared.j2", SHARED_TEMPLATE)
    site.write("shots.json", requests_of(site.shots, edited=False))
    site.run("doit", "-v0", "--reporter", "zero")
    site.write("shots.json", requests_of(site.shots, edited=True))


def _prepare_snakemake(site: Site) -> None:
    site.write("Snakefile", SNAKEFILE)
    site.write("shared.j2", SHARED_TEMPLATE)
    (site.folder / ".snakemake" / "incomplete").mkdir(parents=True)
    for shot, prompt in rendered(site.shots, edited=False):
        video = f"videos/{shot.name}.mp4"
        _touch(site.folder / video, LONG_AGO)
        request = json.dumps({**FIXED, "duration": shot.seconds, "prompt": prompt})
        name = urlsafe_b64encode(video.encode()).decode()
        site.write(f".snakemake/metadata/{name}", json.dumps(RECORD | {"params": [repr(request)]}))
    site.write("shots.json", requests_of(site.shots, edited=True))


def _changed_by_snakemake(printed: str) -> int:
    found = re.search(r"^render\s+(\d+)$", printed, re.MULTILINE)
    return int(found[1]) if found else 0


MAKE = Peer(
    "GNU Make",
    _prepare_make,
    lambda site: [site.program("make"), "-n"],
    lambda printed: len(re.findall(r"^render ", printed, re.MULTILINE)),
    on_path="make",
    compares="times of files",
    lacks="templates (the prompts were rendered for it), parameters, prices, reasons, a record of what was done",
    besides="runs any command, many at a time",
)
DOIT = Peer(
    "doit",
    _prepare_doit,
    lambda site: [site.program("doit"), "list", "--all", "--status"],
    lambda printed: len(re.findall(r"^R shot:", printed, re.MULTILINE)),
    packages=("doit==0.37.*", "jinja2"),
    compares="hashes of the rendered requests with its database",
    lacks="validation, prices, a reason for each change",
    besides="tasks in Python, with dependencies between any of them",
)
SNAKEMAKE = Peer(
    "Snakemake",
    _prepare_snakemake,
    lambda site: [site.program("snakemake"), "--dry-run", "--quiet", "rules"],
    _changed_by_snakemake,
    packages=("snakemake==9.*", "jinja2"),
    compares="times and rendered parameters with a file of metadata for each output",
    lacks="validation, prices, what changed inside a request",
    besides="a graph of files, clusters, containers; a reason for each job",
)

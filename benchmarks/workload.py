"""Projects of any size to plan: one spec of N shots, alike on every machine, with the lockfiles of both contestants.

Run as a script, in a process of its own, so that the process that measures stays small:

    python benchmarks/workload.py FOLDER SHOTS SHAPE [--edited EVERY] [--begins WITH]

`inline` gives every shot a prompt of about 600 characters; `full` gives it all its parameters too, seven keys a shot;
`quoted` is `full` as a program would write it, on one line in quotes; `shared` gives them one template file and a dozen
variables each. `--edited 100` writes the same spec with every hundredth prompt changed. `--begins chain` begins each
shot with the last frame of the one before it, in chains of ten; `--begins object` does so in the longer form, in which
an image has a place; `--begins image` begins the same shots with an image.
"""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

SPEC = "bench"
SHAPES = ("inline", "full", "quoted", "shared")
BEGINNINGS = {
    "text": "",
    "image": '    inputs: {{frameImages: [{{image: "https://example.com/{number}.png", frame: first}}]}}\n',
    "chain": "    inputs: {{frameImages: [{{shot: shot-{before:06}, frame: last}}]}}\n",
    "object": "    inputs: {{frameImages: [{{image: {{shot: shot-{before:06}, frame: last}}, frame: first}}]}}\n",
}
CHAINED = ("chain", "object")
CHAIN = 10  # shots in one

SUBJECTS = ("a lighthouse keeper", "two cyclists", "an old ferry", "a street musician", "a flock of starlings")
PLACES = ("in a harbour town", "under a glass roof", "on a salt flat", "beside a slow canal", "above the tree line")
LIGHTS = ("blue dawn light", "hard noon sun", "sodium street lamps", "a thin winter haze", "the last light of day")
MOVES = ("slow dolly in", "locked-off wide shot", "handheld close-up", "steady crane up", "long lateral track")

SHARED_TEMPLATE = (
    """\
{{ subject }} {{ place }}, lit by {{ light }}, filmed as a {{ move }} on a {{ lens }} mm lens.
{% if rain %}Rain falls {{ rain }}ly and beads on every surface.{% endif %}
{% for detail in details %}In view: {{ detail }}.
{% endfor %}{{ mood | upper }}. """
    + "Natural motion, coherent geometry, no captions, no logos, one continuous take. " * 4
)

PARAMETERS = """\
    width: 1920
    height: 1080
    fps: 25
    outputFormat: MP4
    providerSettings: {lightricks: {generateAudio: true}}
"""

HEAD = """\
apiVersion: ltxspec/v1
kind: RenderSpec
metadata:
  name: {name}
model: lightricks:2@0
defaults:
  width: 1920
  height: 1080
  fps: 25
shots:
"""


def write_project(
    folder: Path, *, shots: int, shape: str, edited: int = 0, begins: str = "text", longer: int = 1
) -> Path:
    """Write the spec (and the template it shares) below `folder` and return its path.

    Args:
        folder: the project's root.
        shots: how many.
        shape: one of SHAPES.
        edited: change every n-th prompt; 0 changes none.
        begins: one of BEGINNINGS; the first of every ten shots begins with text alone.
        longer: how often the sentences of an inline prompt are repeated.
    """
    spec = folder / "specs" / f"{SPEC}.yaml"
    spec.parent.mkdir(parents=True, exist_ok=True)
    (spec.parent / "shared.j2").write_text(SHARED_TEMPLATE, "utf-8")
    inline: Callable[[int, str], str] = partial(_inline_shot, longer=longer)
    write_shot = {"inline": inline, "full": _full_shot, "quoted": _quoted_shot, "shared": _shared_shot}[shape]
    with spec.open("w", encoding="utf-8") as out:
        out.write(HEAD.format(name=SPEC))
        for number in range(shots):
            out.write(write_shot(number, "dusk" if edited and number % edited == 0 else "dawn"))
            if number % CHAIN:
                out.write(BEGINNINGS[begins].format(number=number, before=number - 1))
    return spec


def _inline_shot(number: int, mood: str, longer: int = 1) -> str:
    lines = "".join(f"      {_sentence(number, line, mood)}\n" for line in range(5 * longer))
    return f"  shot-{number:06}:\n    prompt: >\n{lines}    duration: {duration(number)}\n"


def _full_shot(number: int, mood: str) -> str:
    return _inline_shot(number, mood) + PARAMETERS


def _quoted_shot(number: int, mood: str) -> str:
    prompt = " ".join(_sentence(number, line, mood) for line in range(5))
    return f'  shot-{number:06}:\n    prompt: "{prompt}"\n    duration: {duration(number)}\n' + PARAMETERS


def variables(number: int, mood: str) -> dict[str, object]:
    """What the shared template is filled with for one shot."""
    return {
        "subject": _pick(SUBJECTS, number),
        "place": _pick(PLACES, number // 5),
        "light": _pick(LIGHTS, number // 25),
        "move": _pick(MOVES, number // 7),
        "lens": (24, 35, 50, 85)[number % 4],
        "rain": ("soft", "hard")[number % 2],
        "details": [_pick(SUBJECTS, number + 1), _pick(SUBJECTS, number + 2)],
        "mood": f"{mood} {number}",
    }


def duration(number: int) -> int:
    """Seconds of one shot."""
    return (6, 8, 10)[number % 3]


def _shared_shot(number: int, mood: str) -> str:
    lines = ""
    for name, value in variables(number, mood).items():
        lines += f"      {name}: [{', '.join(value)}]\n" if isinstance(value, list) else f"      {name}: {value}\n"
    prompt = "    prompt: {file: shared.j2}\n    vars:\n"
    return f"  shot-{number:06}:\n{prompt}{lines}    duration: {duration(number)}\n"


def _sentence(number: int, line: int, mood: str) -> str:
    step = number + line * 3
    return (
        f"Scene {number}, beat {line}, {mood}: {_pick(SUBJECTS, step)} {_pick(PLACES, step // 2)} in"
        f" {_pick(LIGHTS, step // 3)}, {_pick(MOVES, step // 5)}."
    )


def _pick(words: tuple[str, ...], number: int) -> str:
    return words[number % len(words)]


def main() -> None:
    """Write one project."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("shots", type=int)
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("--edited", type=int, default=0, metavar="EVERY")
    parser.add_argument("--begins", choices=BEGINNINGS, default="text", metavar="WITH")
    parser.add_argument("--longer", type=int, default=1, metavar="TIMES")
    write_project(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()

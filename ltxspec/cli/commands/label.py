"""`ltxspec label`: a copy of a take with a C2PA manifest that says "made by AI"."""

from dataclasses import replace

import click

from ltxspec.cli import options
from ltxspec.cli.completing import addresses
from ltxspec.cli.context import Session

_EXAMPLES = (
    "Examples: `ltxspec label night-scenes.alley -o alley.mp4 --cert chain.pem --key key.pem`, "
    "`ltxspec label night-scenes.alley --take 1 -o b.mp4 --cert c.pem --key k.pem`."
)


@click.command("label", epilog=_EXAMPLES)
@click.argument("address", shell_complete=addresses)
@click.option("-o", "--output", "file", metavar="FILE", required=True, help="The copy, with the video's own ending.")
@click.option("--cert", metavar="FILE", required=True, help="PEM: the signer's certificate, then those above it.")
@click.option("--key", metavar="FILE", required=True, help="PEM: its private key (`-`: standard input).")
@click.option("--trust", metavar="FILE", help="PEM: the trust list. Fails if it does not certify the signer.")
@click.option("--timestamp", metavar="URL", help="Get a time stamp from this authority (RFC 3161).")
@options.one_video
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def command(
    session: Session,
    address: str,
    *,
    file: str,
    cert: str,
    key: str,
    trust: str | None,
    timestamp: str | None,
    provider: str | None,
    output_format: str,
    number: int | None,
    result: int | None,
) -> int:
    """Write a copy of a take that says "made by AI", signed, for what is published.

    The archived video is never changed. The copy has a C2PA manifest with the IPTC source type trainedAlgorithmicMedia,
    the model, and the hash of the archived video, by which `ltxspec whence` finds it; no prompt and no cost.
    Needs `pip install 'ltxspec[c2pa]'`, and a certificate for C2PA that viewers trust.
    """
    from ltxspec.project.provenance import label_result, signed_with
    from ltxspec.report.provenance import labelled_text
    from ltxspec.values import typed_address

    folder, project = session.folder, session.open_project(provider)
    secret = None if key == "-" else (folder / key, key)
    trusted = None if trust is None else (folder / trust, trust)
    how = replace(signed_with((folder / cert, cert), secret, trusted, timestamp), number=number, result=result)
    made = label_result(project, typed_address(address), folder / file, session.as_seen(file), how)
    if output_format == "json":
        session.answer(made)
        return 0
    click.echo(labelled_text(made))
    if made.label.trusted is None:
        session.hint("whether viewers trust the signer was not checked; `--trust FILE` does, with their trust list")
    return 0

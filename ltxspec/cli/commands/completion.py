"""`ltxspec completion`: a completion script for the shell."""

import click

_HOW = {
    "bash": 'eval "$(ltxspec completion bash)"  # in ~/.bashrc',
    "zsh": 'eval "$(ltxspec completion zsh)"  # in ~/.zshrc',
    "fish": "ltxspec completion fish | source  # in ~/.config/fish/config.fish",
}


@click.command("completion", epilog="Examples: " + ", ".join(f"`{how}`" for how in _HOW.values()) + ".")
@click.argument("shell", metavar="bash|zsh|fish", type=click.Choice(list(_HOW)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    """Print a script that completes commands, options, addresses, takes, models and providers in SHELL."""
    from click.shell_completion import get_completion_class

    from ltxspec.cli.shells import register

    register()
    maker = get_completion_class(shell)
    if maker is None:
        raise click.UsageError(f"no completion for {shell}", ctx)
    click.echo(maker(ctx.find_root().command, {}, "ltxspec", "_LTXSPEC_COMPLETE").source())
    return 0

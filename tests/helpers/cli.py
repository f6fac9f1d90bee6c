"""The command line, run in this process."""

from functools import cache

import typer.testing
from typer.main import get_command
from typer.testing import CliRunner

from chemdb.cli import app

# Typer builds all commands anew at each call, which takes longer than most of them.
typer.testing._get_command = cache(get_command)
runner = CliRunner()


def run(*args):
    return runner.invoke(app, [str(arg) for arg in args])


def output(*args):
    done = run(*args)
    assert done.exit_code == 0, done.output
    return done.stdout


def all_commands(command=None, path=()):
    command = command or get_command(app)
    if not hasattr(command, "commands"):
        return {" ".join(path): command}
    found = {}
    for name, child in command.commands.items():
        found |= all_commands(child, (*path, name))
    return found


COMMANDS = all_commands()

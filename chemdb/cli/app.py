"""The application: help, version, and errors as one line on stderr."""

import gc
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from chemdb import __version__
from chemdb.errors import ChemdbError, FileError, is_utf8, one_line
from chemdb.runtime.interrupt import INTERRUPTED, interrupt_message, is_interrupt, replaced_files


class InterruptedCommandError(ChemdbError):
    """Ctrl-C ended a command."""


class OneLineErrors(TyperGroup):
    """Commands whose every failure is one line and an exit code, never a traceback."""

    def main(self, args: Sequence[str] | None = None, *others: Any, **extra: Any) -> Any:
        """Run, as Typer does in standalone mode."""
        standalone_mode = extra.pop("standalone_mode", True)
        message, code = "", 0
        replaced_files.clear()
        try:
            _check_utf8(sys.argv[1:] if args is None else args)
            result = super().main(args, *others, **(extra | {"standalone_mode": False}))
            _write_out()
        except ChemdbError as error:
            message, code = str(error), INTERRUPTED if isinstance(error, InterruptedCommandError) else 1
        except TyperException as error:
            context = getattr(error, "ctx", None)
            hint = f" (see '{context.command_path} --help')" if context else ""
            message, code = error.format_message(), error.exit_code
            message += hint if message else ""
        except (OSError, UnicodeError, MemoryError) as error:
            message, code = _of_system(error), 1
        else:
            if result == INTERRUPTED:
                # Ctrl-C before or after the command itself, as Typer tells it.
                message, code = interrupt_message(), INTERRUPTED
        # Not within `except`: an error keeps DuckDB's objects alive, which it complains of at exit.
        if message:
            # Nor may a circle of objects, such as a frame and its error.
            gc.collect()
            _fail(message, code)
        if code:
            sys.exit(code)
        if standalone_mode:
            sys.exit(result if isinstance(result, int) else 0)
        return result

    def invoke(self, ctx: Any) -> Any:
        """Run one command; Ctrl-C is an answer, not an accident."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            raise InterruptedCommandError(interrupt_message(str(interrupt))) from None
        except (ChemdbError, RuntimeError) as error:
            if not is_interrupt(error):
                raise
            raise InterruptedCommandError(interrupt_message()) from None


def _check_utf8(words: Sequence[str]) -> None:
    """Raise for a word that has bytes which are no text: DuckDB knows no other names of files."""
    for word in words:
        if not is_utf8(word):
            raise FileError(f"{word}: not UTF-8 text; if it is a file, rename it")


def _write_out() -> None:
    """Write out what is printed while an error is still one line."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        from chemdb.runtime.stdout import stdout

        with stdout():
            raise


def _of_system(error: OSError | UnicodeError | MemoryError) -> str:
    """Return one line of what the operating system, or Python, refuses."""
    match error:
        case MemoryError():
            return "not enough memory for what was asked"
        case UnicodeEncodeError():
            return (
                f"stdout: {error.encoding} has no {error.object[error.start]!r}; set PYTHONIOENCODING=utf-8"
            )
        case OSError(errno=int(number)):
            named = f"{error.filename}: " if error.filename else ""
            return named + os.strerror(number).lower()
    return str(error)


def _fail(message: str, code: int) -> NoReturn:
    print("chemdb: " + one_line(message), file=sys.stderr)
    sys.exit(code)


app = typer.Typer(
    cls=OneLineErrors,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"chemdb {__version__}")
        raise typer.Exit


@app.callback()
def chemdb(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Every inorganic composition of two to four elements: allowed or not, known or not.

    Start with: chemdb build, then chemdb report --table2
    """

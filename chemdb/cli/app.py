"""The application: help, version, and one-line error messages on stderr."""

import gc
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from chemdb import __version__
from chemdb.cli.help_layout import fit_help_to_terminal, join_lines_of_help
from chemdb.errors import ChemdbError, ChemdbWarning, FileError, is_utf8, one_line
from chemdb.runtime.interrupt import INTERRUPTED, interrupt_message, is_interrupt, replaced_files
from chemdb.runtime.standard_streams import stdout, write_stderr
from chemdb.runtime.threads import REFUSED, is_refused


class InterruptedCommandError(ChemdbError):
    """Ctrl-C ended a command."""


class OneLineErrors(TyperGroup):
    """Commands that report errors as one line and an exit code, without tracebacks."""

    def main(self, args: Sequence[str] | None = None, *others: Any, **extra: Any) -> Any:
        """Run as in Typer's standalone mode."""
        standalone_mode = extra.pop("standalone_mode", True)
        message, code = "", 0
        replaced_files.clear()
        try:
            words = sys.argv[1:] if args is None else args
            _check_utf8(words)
            join_lines_of_help(self)
            if not words or {"-h", "--help"} & set(words):
                fit_help_to_terminal()
            result = super().main(args, *others, **(extra | {"standalone_mode": False}))
            _write_out()
        except ChemdbError as error:
            message, code = str(error), INTERRUPTED if isinstance(error, InterruptedCommandError) else 1
        except TyperException as error:
            context = getattr(error, "ctx", None)
            hint = f" (see '{context.command_path} --help')" if context else ""
            message, code = error.format_message(), error.exit_code
            message += hint if message else ""
        except (OSError, RuntimeError, UnicodeError, MemoryError) as error:
            if isinstance(error, RuntimeError) and not is_refused(error):
                raise
            message, code = _of_system(error), 1
        else:
            if result == INTERRUPTED:
                # Ctrl-C before or after the command itself, as Typer reports it.
                message, code = interrupt_message(), INTERRUPTED
        # Outside `except`: an exception keeps DuckDB objects alive, and DuckDB warns about them at exit.
        if message:
            # So does a reference cycle, such as a frame and its exception.
            gc.collect()
            _fail(message, code)
        if code:
            sys.exit(code)
        if standalone_mode:
            sys.exit(result if isinstance(result, int) else 0)
        return result

    def invoke(self, ctx: Any) -> Any:
        """Run one command; turn Ctrl-C into an error message, and warnings into lines."""
        try:
            with _warnings_as_lines():
                return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            raise InterruptedCommandError(interrupt_message(str(interrupt))) from None
        except (ChemdbError, RuntimeError) as error:
            if not is_interrupt(error):
                raise
            raise InterruptedCommandError(interrupt_message()) from None


@contextmanager
def _warnings_as_lines() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("always", ChemdbWarning)
        show_other = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *place: Any, **other: Any) -> None:
            if issubclass(category, ChemdbWarning):
                write_stderr(f"chemdb: note: {message}")
            else:
                show_other(message, category, *place, **other)

        warnings.showwarning = show
        yield


def _check_utf8(words: Sequence[str]) -> None:
    """Reject arguments that are not UTF-8, which DuckDB cannot take as file names."""
    for word in words:
        if not is_utf8(word):
            raise FileError(f"{word}: not UTF-8 text; if it is a file, rename it")


def _write_out() -> None:
    """Flush stdout while an error can still be reported as one line."""
    if sys.stdout is not None:
        with stdout():
            pass


def _of_system(error: OSError | RuntimeError | UnicodeError | MemoryError) -> str:
    """Return a one-line message for an error of the operating system or of Python."""
    if is_refused(error):
        return REFUSED
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
    write_stderr("chemdb: " + one_line(message))
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

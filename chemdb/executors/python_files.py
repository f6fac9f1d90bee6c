"""Objects of a user's Python file, such as a model or an executor, given as ``FILE.py:NAME``."""

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from chemdb.errors import ChemdbError, FileError, nearest


def split(text: str, kind: str) -> tuple[Path, str]:
    """Return the file and the name of ``FILE.py:NAME``.

    Parameters
    ----------
    text : str
    kind : str
        What it names, such as model, for messages.

    Raises
    ------
    ChemdbError
        The text has another form.
    FileError
        There is no such file.
    """
    file, _, name = text.rpartition(":")
    if not file.endswith(".py") or not name.isidentifier():
        raise ChemdbError(f"{kind} {text!r}: write FILE.py:NAME, such as {kind}.py:{kind.capitalize()}")
    path = Path(file)
    if not path.is_file():
        raise FileError(f"{path}: no such file")
    return path, name


def object_of(path: Path, name: str) -> Any:
    """Return the object with a name in a file; a process runs the file once.

    Raises
    ------
    FileError
        There is no such file, it cannot be run, or it does not define the name.
    """
    try:
        module = _module(str(path.absolute()))
    except ChemdbError:
        raise
    except (Exception, SystemExit) as error:
        raise FileError(f"{path}: cannot be run ({type(error).__name__}: {error})") from None
    if not hasattr(module, name):
        names = [one for one in vars(module) if not one.startswith("_")]
        raise FileError(f"{path}: defines no {name}{nearest(name, names)}")
    return getattr(module, name)


@cache
def _module(file: str) -> ModuleType:
    """Return the module of a file, run once; beside it are the modules that it imports."""
    path = Path(file)
    name = f"chemdb_user_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    # Classes of the file can be pickled, for this process.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module

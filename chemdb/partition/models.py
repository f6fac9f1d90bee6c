"""Users' models, which score the compositions of a batch."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chemdb.errors import ChemdbError
from chemdb.executors.python_files import object_of, split
from chemdb.partition.batch import Batch

#: A class is instantiated once in a process, also by threads.
_lock = threading.Lock()


@dataclass(frozen=True)
class ModelFile:
    """A model defined in a Python file, which each process runs itself.

    Attributes
    ----------
    file : str
        With its folder.
    name : str
    """

    file: str
    name: str

    @classmethod
    def of(cls, text: str) -> "ModelFile":
        """Return the model of ``FILE.py:NAME``.

        Raises
        ------
        ChemdbError
            The text has another form, or there is no such file.
        """
        path, name = split(text, "model")
        return cls(str(path.absolute()), name)

    @property
    def identity(self) -> str:
        """The name and a checksum of the file."""
        return f"{self.name} {hashlib.sha256(Path(self.file).read_bytes()).hexdigest()[:16]}"

    def load(self) -> Any:
        """Return what the file defines.

        Raises
        ------
        FileError
            The file cannot be run, or does not define the name.
        """
        return object_of(Path(self.file), self.name)


def check_model(model: Any, embedding: str | None) -> None:
    """Raise unless a model can score batches with such vectors; it is not instantiated.

    Raises
    ------
    ChemdbError
        It has no predict and cannot be called, predict would get no vectors, or its file is invalid.
    """
    defined = model.load() if isinstance(model, ModelFile) else model
    name = defined.__name__ if hasattr(defined, "__name__") else type(defined).__name__
    if hasattr(defined, "predict"):
        if embedding is None:
            raise ChemdbError(f"model {name}: predict takes vectors; choose an embedding, such as magpie")
    elif "__call__" not in dir(defined):
        raise ChemdbError(f"model {name}: needs predict(vectors) or __call__(batch)")


def scorer_of(model: Any) -> Callable[[Batch], NDArray[np.float64]]:
    """Return the function of a model that scores a batch, shape (n,).

    Parameters
    ----------
    model : ModelFile, class, object or function
        A class is instantiated without arguments, once in a process. If there is a method predict, it takes
        the vectors, shape (n, d); otherwise the object or function is called with the `Batch`.
    """
    if isinstance(model, ModelFile):
        model = model.load()
    if isinstance(model, type):
        with _lock:
            model = _instance(model)

    def scores(batch: Batch) -> NDArray[np.float64]:
        answer = model.predict(batch.vectors) if hasattr(model, "predict") else model(batch)
        return _checked(answer, len(batch))

    return scores


@cache
def _instance(kind: type) -> Any:
    return kind()


def _checked(answer: Any, n: int) -> NDArray[np.float64]:
    """Return scores as an array.

    Raises
    ------
    ChemdbError
        They are no real numbers, or not one for each composition.
    """
    scores = np.asarray(answer)
    if scores.dtype.kind not in "biuf":
        is_array = isinstance(answer, np.ndarray | list | tuple)
        what = f"an array of {scores.dtype}" if is_array else type(answer).__name__
        raise ChemdbError(f"the model returned {what}, not an array of real numbers")
    # Networks return a column.
    if scores.shape not in ((n,), (n, 1)):
        raise ChemdbError(f"the model returned scores of shape {scores.shape} for {n:,} compositions")
    return scores.reshape(n).astype(np.float64)

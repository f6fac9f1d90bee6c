"""numba's cache of compiled kernels: in the user's cache folder, and never a reason to fail."""

import inspect
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from numba.core import dispatcher
from numba.core.caching import (
    CompileResultCacheImpl,
    FunctionCache,
    IndexDataCacheFile,
    NullCache,
    UserProvidedCacheLocator,
    UserWideCacheLocator,
)
from numba.core.serialize import dumps
from numba.np.ufunc import ufuncbuilder

from chemdb.cache.cache_folder import cache_folder
from chemdb.errors import FileError


@contextmanager
def kernel_cache() -> Iterator[None]:
    """Give the compiled functions that are imported in the body, with ``cache=True``, a `KernelCache`.

    numba chooses the cache of a function when it is decorated. By default it writes beside the source,
    raises an error when it cannot write at all, and another when a file of the cache is damaged.

    Examples
    --------
    >>> with kernel_cache():
    ...     from chemdb.embedding.kernel import mean_vectors
    """
    makers: tuple[Any, ...] = (dispatcher, ufuncbuilder)
    for maker in makers:
        maker.FunctionCache = _cache_of
    try:
        yield
    finally:
        for maker in makers:
            maker.FunctionCache = FunctionCache


def _cache_of(function: Callable[..., Any]) -> FunctionCache | NullCache:
    try:
        return KernelCache(function)
    except RuntimeError:
        # No folder can be written.
        return NullCache()


def _checksum(file: str) -> bytes:
    return _checksum_of_version(file, Path(file).stat().st_mtime_ns)


@cache
def _checksum_of_version(file: str, modified: int) -> bytes:
    return sha256(Path(file).read_bytes()).digest()


class _UserCacheLocator(UserWideCacheLocator):
    """numba's locator of a user-wide cache, in chemdb's own cache folder."""

    def __init__(self, function: Callable[..., Any], file: str) -> None:
        super().__init__(function, file)
        self._cache_path = str(cache_folder() / "kernels" / self.get_suitable_cache_subpath(file))

    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> "_UserCacheLocator | None":
        """Return the locator; None if the folder cannot be written."""
        locator: _UserCacheLocator | None = None
        with suppress(FileError):
            locator = super().from_function(function, file)
        return locator


class _Places(CompileResultCacheImpl):
    """``$NUMBA_CACHE_DIR``, then the user's cache folder."""

    _locator_classes = (UserProvidedCacheLocator, _UserCacheLocator)


class _CheckedFiles(IndexDataCacheFile):
    """numba's cache files, whose content is compared with its key and checksum.

    Processes that save at the same time may give one file name to two keys.
    """

    def load(self, key: Any) -> Any:
        """Return the entry; None if there is none, or another."""
        found = super().load(key)
        if found is None:
            return None
        name, checksum, content = found
        whole = name == (self._source_stamp, key) and checksum == sha256(content).digest()
        return pickle.loads(content) if whole else None

    def save(self, key: Any, data: Any) -> None:
        """Save an entry."""
        content = dumps(data)
        super().save(key, ((self._source_stamp, key), sha256(content).digest(), content))


class KernelCache(FunctionCache):
    """Compiled forms of one function; where they cannot be read or written it is compiled again.

    Parameters
    ----------
    py_func : callable

    Raises
    ------
    RuntimeError
        No folder can be written.
    """

    _impl_class = _Places

    def __init__(self, py_func: Callable[..., Any]) -> None:
        super().__init__(py_func)
        # numba looks at the function's own file; functions that it calls are compiled into it.
        called = [value for value in py_func.__globals__.values() if isinstance(value, dispatcher.Dispatcher)]
        files = sorted({inspect.getfile(one.py_func) for one in called} - {inspect.getfile(py_func)})
        stamp = (self._impl.locator.get_source_stamp(), *map(_checksum, files))
        self._cache_file = _CheckedFiles(self._cache_path, self._impl.filename_base, stamp)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return a compiled form; None if there is none, or if it cannot be read."""
        # Damaged files raise errors of any kind.
        try:
            return super().load_overload(sig, target_context)
        except Exception:
            with suppress(OSError):
                self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Save a compiled form, if possible."""
        with suppress(Exception):
            super().save_overload(sig, data)

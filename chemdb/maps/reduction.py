"""Reduction of vectors to two or three dimensions: PCA and t-SNE of scikit-learn, UMAP of umap-learn."""

import inspect
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chemdb.errors import ReductionError, one_of

METHODS = ("pca", "tsne", "umap")
#: Names of the methods in figures and messages.
TITLES = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}
LIBRARIES = {"pca": "scikit-learn", "tsne": "scikit-learn", "umap": "umap-learn"}
#: Parameters that chemdb sets, not the user.
RESERVED = ("n_components", "random_state", "n_jobs", "verbose", "tqdm_kwds", "copy", "unique", "output_dens")

Value = bool | int | float | str | None


@dataclass(frozen=True)
class Reduction:
    """Coordinates, and how they were computed.

    Attributes
    ----------
    coordinates : array of float32, shape (n, n_components)
    explained : tuple of float or None
        Share of the variance of each component; PCA only.
    seconds : float
        Run time in s.
    versions : str
        Versions of the libraries.
    """

    coordinates: NDArray[np.float32]
    explained: tuple[float, ...] | None
    seconds: float
    versions: str


def check_method(name: str) -> str:
    """Return the canonical name of a method, one of `METHODS`.

    Raises
    ------
    ReductionError
        Unknown method; the message suggests similar names.
    """
    return one_of(name.lower().replace("-", ""), METHODS, "method", ReductionError)


def parameters_of(method: str, settings: Mapping[str, Value] | None = None) -> dict[str, Value]:
    """Return all parameters of a method: the defaults of its library, updated with `settings`.

    Parameters
    ----------
    method : str
        One of `METHODS`.
    settings : mapping, optional

    Raises
    ------
    ReductionError
        The method has no such parameter.

    Examples
    --------
    >>> parameters_of("tsne", {"perplexity": 50})["perplexity"]
    50
    """
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(_estimator_class(method)).parameters.items()
        if name not in RESERVED and isinstance(parameter.default, Value)
    }
    for name in settings or {}:
        one_of(name, defaults, f"parameter of {TITLES[method]}", ReductionError)
    return defaults | dict(settings or {})


def parse_setting(text: str) -> tuple[str, Value]:
    """Return the name and the value in ``name=value``.

    Raises
    ------
    ReductionError

    Examples
    --------
    >>> parse_setting("perplexity=50"), parse_setting("metric=cosine")
    (('perplexity', 50), ('metric', 'cosine'))
    """
    name, separator, value = text.partition("=")
    if not (name.strip() and separator):
        raise ReductionError(f"setting {text!r}: write it as name=value, such as perplexity=50")
    try:
        parsed = json.loads(value)
    except ValueError:
        parsed = {"True": True, "False": False, "None": None}.get(value.strip(), value.strip())
    if not isinstance(parsed, Value):
        raise ReductionError(f"setting {text!r}: the value must be a number, a word, true, false or null")
    return name.strip(), parsed


def reduce(
    vectors: NDArray[np.float32],
    method: str,
    n_components: int = 2,
    seed: int = 0,
    parameters: Mapping[str, Value] | None = None,
    standardize: bool = False,
) -> Reduction:
    """Return vectors reduced to two or three dimensions; reproducible for a given seed.

    Parameters
    ----------
    vectors : array of float32, shape (n, d)
    method : str
        One of `METHODS`.
    n_components : int
        2 or 3.
    seed : int
        The ``random_state`` of the library.
    parameters : mapping, optional
        Parameters that differ from the defaults of the library.
    standardize : bool
        Scale each dimension to mean 0 and variance 1 first; Park et al. 2024 do not.

    Raises
    ------
    ReductionError
        Unknown method or parameter, a value that the library rejects, or too few points.
    """
    method = check_method(method)
    if n_components not in (2, 3):
        raise ReductionError(f"{n_components} components: a map has 2 or 3")
    _check_points(len(vectors), method, parameters_of(method, parameters), n_components)
    started = time.perf_counter()
    # One thread: the order of summation must not depend on the number of threads.
    estimator = _estimator_class(method)(
        n_components=n_components,
        random_state=seed,
        **({} if method == "pca" else {"n_jobs": 1}),
        **dict(parameters or {}),
    )
    from threadpoolctl import threadpool_limits

    try:
        with threadpool_limits(1):
            if standardize:
                from sklearn.preprocessing import StandardScaler

                vectors = StandardScaler().fit_transform(vectors)
            coordinates = estimator.fit_transform(vectors)
    except MemoryError:
        raise
    except (ValueError, TypeError, NotImplementedError) as error:
        raise ReductionError(f"{TITLES[method]}: {error}") from None
    except Exception as error:
        # Compiled code of the libraries raises errors of any kind for bad values.
        given = ", ".join(f"{name}={value}" for name, value in (parameters or {}).items())
        raise ReductionError(
            f"{TITLES[method]} fails with {given or 'these vectors'} ({type(error).__name__})"
        ) from None
    explained = estimator.explained_variance_ratio_ if method == "pca" else None
    libraries = (LIBRARIES[method], "numpy")
    return Reduction(
        np.asarray(coordinates, np.float32),
        None if explained is None else tuple(explained.astype(float).tolist()),
        time.perf_counter() - started,
        ", ".join(f"{library} {version(library)}" for library in libraries),
    )


def _check_points(n: int, method: str, parameters: Mapping[str, Value], n_components: int) -> None:
    """Raise `ReductionError` if there are fewer points than the method needs."""
    limits: dict[str, tuple[str, Any]] = {
        "pca": ("components", n_components - 1),
        "tsne": ("perplexity", parameters.get("perplexity")),
        "umap": ("n_neighbors", parameters.get("n_neighbors")),
    }
    name, limit = limits[method]
    if isinstance(limit, int | float) and n <= limit:
        value = n_components if method == "pca" else f"{limit:g}"
        advice = "" if method == "pca" else f" or set a smaller {name}"
        raise ReductionError(
            f"{n} points are too few for {TITLES[method]} with {name} {value}: take more{advice}"
        )


def _estimator_class(method: str) -> Any:
    if method == "pca":
        from sklearn.decomposition import PCA

        return PCA
    if method == "tsne":
        from sklearn.manifold import TSNE

        return TSNE
    import warnings

    from chemdb.cache.kernel_cache import kernel_cache

    with warnings.catch_warnings(), kernel_cache():
        # UMAP warns if TensorFlow is missing, which only parametric UMAP needs.
        warnings.simplefilter("ignore")
        from umap import UMAP
    return UMAP

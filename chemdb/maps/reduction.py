"""From many dimensions to two or three: PCA, t-SNE and UMAP as their libraries have them."""

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
#: As figures and messages write them.
TITLES = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}
LIBRARIES = {"pca": "scikit-learn", "tsne": "scikit-learn", "umap": "umap-learn"}
#: Set by chemdb, not by the user.
OWN = ("n_components", "random_state", "n_jobs", "verbose", "tqdm_kwds", "copy", "unique", "output_dens")

Value = bool | int | float | str | None


@dataclass(frozen=True)
class Reduction:
    """Coordinates and how they came about.

    Attributes
    ----------
    coordinates : array of float32, shape (n, n_components)
    explained : tuple of float or None
        Shares of the variance, of PCA only.
    seconds : float
    versions : str
    """

    coordinates: NDArray[np.float32]
    explained: tuple[float, ...] | None
    seconds: float
    versions: str


def check_method(name: str) -> str:
    """Return the name of a method as it is.

    Raises
    ------
    ReductionError
        No such method; the message has the nearest names.
    """
    return one_of(name.lower().replace("-", ""), METHODS, "method", ReductionError)


def parameters_of(method: str, chosen: Mapping[str, Value] | None = None) -> dict[str, Value]:
    """Return all parameters of a method: its library's defaults, and what was chosen instead.

    Parameters
    ----------
    method : str
        One of `METHODS`.
    chosen : mapping, optional

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
        if name not in OWN and isinstance(parameter.default, Value)
    }
    for name in chosen or {}:
        one_of(name, defaults, f"parameter of {TITLES[method]}", ReductionError)
    return defaults | dict(chosen or {})


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
        found = json.loads(value)
    except ValueError:
        found = {"True": True, "False": False, "None": None}.get(value.strip(), value.strip())
    if not isinstance(found, Value):
        raise ReductionError(f"setting {text!r}: the value is a number, a word, true, false or null")
    return name.strip(), found


def reduce(
    vectors: NDArray[np.float32],
    method: str,
    n_components: int = 2,
    seed: int = 0,
    parameters: Mapping[str, Value] | None = None,
    standardize: bool = False,
) -> Reduction:
    """Return vectors in two or three dimensions; the same seed gives the same coordinates.

    Parameters
    ----------
    vectors : array of float32, shape (n, d)
    method : str
        One of `METHODS`.
    n_components : int
        2 or 3.
    seed : int
        ``random_state`` of the library.
    parameters : mapping, optional
        Parameters of the library other than its defaults.
    standardize : bool
        Bring each dimension to mean 0 and variance 1 first. Park et al. 2024 reduce the vectors
        as they are.

    Raises
    ------
    ReductionError
        Unknown method or parameter, a value that the library refuses, or too few points.
    """
    method = check_method(method)
    if n_components not in (2, 3):
        raise ReductionError(f"{n_components} components: a map has 2 or 3")
    chosen = parameters_of(method, parameters)
    _check_points(len(vectors), method, chosen, n_components)
    started = time.perf_counter()
    # One thread: sums in another order would send the same seed elsewhere.
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
        # Compiled parts of a library raise whatever a value leads to in them.
        given = ", ".join(f"{name}={value}" for name, value in (parameters or {}).items())
        raise ReductionError(
            f"{TITLES[method]} cannot work with {given or 'these vectors'} ({type(error).__name__})"
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
    """Raise `ReductionError` where there are fewer points than the method can take."""
    limits: dict[str, tuple[str, Any]] = {
        "pca": ("components", n_components - 1),
        "tsne": ("perplexity", parameters.get("perplexity")),
        "umap": ("n_neighbors", parameters.get("n_neighbors")),
    }
    name, limit = limits[method]
    if isinstance(limit, int | float) and n <= limit:
        shown = n_components if method == "pca" else f"{limit:g}"
        advice = "" if method == "pca" else f" or set a smaller {name}"
        raise ReductionError(
            f"{n} points are too few for {TITLES[method]} with {name} {shown}: take more{advice}"
        )


def _estimator_class(method: str) -> Any:
    if method == "pca":
        from sklearn.decomposition import PCA

        return PCA
    if method == "tsne":
        from sklearn.manifold import TSNE

        return TSNE
    import warnings

    with warnings.catch_warnings():
        # UMAP looks for TensorFlow, which only its parametric form needs.
        warnings.simplefilter("ignore")
        from umap import UMAP
    return UMAP

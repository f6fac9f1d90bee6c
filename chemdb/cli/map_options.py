"""Options shared by the commands that make and draw maps."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from chemdb.maps.reduction import Value

Embedding = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="Element representation: magpie, mat2vec, megnet16, oliynyk, skipatom, random_200 or another "
        "of elementembeddings.",
    ),
]
Method = Annotated[str, typer.Option(metavar="NAME", help="Reduction: pca, tsne or umap.")]
NumberOfElements = Annotated[int, typer.Option(help="Number of elements of the compositions.")]
PerCategory = Annotated[
    int, typer.Option(min=1, help="Sample size per category; all compositions where there are fewer.")
]
Seed = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of the sample and of the reduction.")]
Components = Annotated[int, typer.Option(min=2, max=3, help="Number of dimensions.")]
Standardize = Annotated[
    bool,
    typer.Option(
        "--standardize",
        help="Standardize each dimension of the vectors first (the paper does not).",
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        show_default="the library's defaults",
        help="Parameter of the method, such as perplexity=50 or n_neighbors=30. Repeatable.",
    ),
]


def parsed_settings(texts: Sequence[str] | None) -> "dict[str, Value]":
    """Return the parameters of the method that are given as name=value.

    Raises
    ------
    ReductionError
        A text has no ``=``.
    """
    from chemdb.maps.reduction import parse_setting

    return dict(map(parse_setting, texts or []))

"""Much in `make test-long`, a part of it in every run: matrices of cases, and generated examples."""

from itertools import product

import pytest
from hypothesis import settings


def sampled(*axes):
    """Return parameters for all combinations of the values; `long` where another has shown each value.

    The i-th that every run takes has the i-th value of each axis; a shorter axis begins again.

    >>> [case.values for case in sampled("ab", [1, 2, 3]) if not case.marks]
    [('a', 1), ('a', 3), ('b', 2)]
    """
    axes = [list(axis) for axis in axes]
    always = {tuple(axis[i % len(axis)] for axis in axes) for i in range(max(map(len, axes)))}
    return [pytest.param(*case, marks=() if case in always else pytest.mark.long) for case in product(*axes)]


def examples(n, **options):
    """Return settings for a test with `n` generated examples, ten times as many with the profile `long`."""
    return settings(max_examples=n * settings.default.max_examples // 100, **options)

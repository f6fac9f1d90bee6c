"""Claim 2: in which representations the binaries spread."""

from dataclasses import replace

from chemdb.report.claims.claim import Claim, Measurement, judged, outcome_of
from chemdb.report.claims.scores import AREA, DIMENSION, SPREAD, STANDARDIZED, Scores

SPREADING = ("mat2vec", "skipatom", "random_200")
CONCENTRATED = ("magpie", "oliynyk")


def spread(scores: Scores, why_not: str) -> Claim:
    """Return claim 2: each of `SPREADING` must spread more than each of `CONCENTRATED`."""
    found = []
    for measure, space in ((DIMENSION, "full"), (AREA, "pca")):
        key = (measure, SPREAD, space)
        wide = [each for name in SPREADING if (each := scores.measurement(2, name, key))]
        narrow = [each for name in CONCENTRATED if (each := scores.measurement(2, name, key))]
        if not wide or not narrow:
            return judged(2, (), [why_not])
        lowest = min(_low(each) for each in wide)
        highest = max(_high(each) for each in narrow)
        found += [replace(each, outcome=outcome_of(_low(each) > highest), control=False) for each in wide]
        found += [replace(each, outcome=outcome_of(_high(each) < lowest)) for each in narrow]
        if space == "full":
            found += _standardized(scores)
    return judged(2, found)


def _standardized(scores: Scores) -> list[Measurement]:
    """Return the effective dimension of `CONCENTRATED` without the units of their features."""
    measured = {name: scores.measurement(2, name, (DIMENSION, SPREAD, STANDARDIZED)) for name in CONCENTRATED}
    return [
        replace(each, space="full", subject=f"{name} standardized", control=True)
        for name, each in measured.items()
        if each
    ]


def _low(measurement: Measurement) -> float:
    return measurement.value if measurement.low is None else measurement.low


def _high(measurement: Measurement) -> float:
    return measurement.value if measurement.high is None else measurement.high

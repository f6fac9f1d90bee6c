"""Claims as rows: every measurement, or a summary to read."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from itertools import groupby
from typing import Any

from chemdb.report.claims.claim import Claim, Measurement

#: Columns of `records`.
COLUMNS = (
    "claim", "paper", "statement", "verdict", "reason", *(field.name for field in fields(Measurement))
)  # fmt: skip
#: Columns of `summary`.
SUMMARY_COLUMNS = ("claim", "verdict", "statement and measures", "figures", "controls")
#: Decimals of the records.
DECIMALS = 6


def records(claims: Iterable[Claim]) -> list[list[Any]]:
    """Return a row for each measurement, and one for a claim without any, with the values of `COLUMNS`."""
    rows = []
    for claim in claims:
        about = [claim.number, claim.where, claim.statement, claim.verdict, claim.reason]
        nothing = [None] * len(fields(Measurement))
        values = [list(asdict(each).values()) for each in claim.measurements] or [nothing]
        rows += [about + [_rounded(value) for value in row] for row in values]
    return rows


def _rounded(value: Any) -> Any:
    return round(value, DECIMALS) if isinstance(value, float) else value


def summary(claims: Iterable[Claim]) -> list[list[Any]]:
    """Return a row for each claim, then one for each measure that it is judged by, see `SUMMARY_COLUMNS`."""
    rows: list[list[Any]] = []
    for claim in claims:
        rows.append([claim.number, claim.verdict, f"{claim.statement} ({claim.where})", claim.reason, " "])
        supporting = {each.measure for each in claim.measurements if each.outcome}
        for (measure, compared, nelements, space), group in groupby(claim.measurements, _group):
            if measure not in supporting:
                continue
            measured = list(group)
            where = [compared, f"{nelements} elements" if nelements else "", space or ""]
            name = f"{measure}: {', '.join(filter(None, where))}"
            rows.append([" ", " ", name, _figures(measured), _controls(measured)])
    return rows


def _group(measurement: Measurement) -> tuple[str, str, int | None, str | None]:
    return measurement.measure, measurement.compared, measurement.nelements, measurement.space


def _figures(measured: Sequence[Measurement]) -> str:
    """Return what the claim names, then what else was measured."""
    named = [each for each in measured if each.outcome]
    others = [each for each in measured if not each.outcome and not each.control]
    parts = (", ".join(map(_figure, each)) for each in (named, others))
    return "; others: ".join(filter(None, parts))


def _controls(measured: Sequence[Measurement]) -> str:
    controls = [_figure(each) for each in measured if each.control]
    chance = [each.shuffled for each in measured if each.shuffled is not None and not each.control]
    if chance:
        controls.append(f"shuffled {_number(sum(chance) / len(chance))}")
    return ", ".join(controls) or " "


def _figure(measurement: Measurement) -> str:
    if measurement.low is None or measurement.high is None:
        return f"{measurement.subject} {_number(measurement.value)}"
    return f"{measurement.subject} {measurement.value:z.2f} ± {(measurement.high - measurement.low) / 2:.2f}"


def _number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else f"{value:z.2f}"

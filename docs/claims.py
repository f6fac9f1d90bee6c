"""Judge the paper's claims for a file; write the table in docs/claims.md and draw docs/claims.png.

    python docs/claims.py

The database is $CHEMDB_PATH.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

import chemdb
from chemdb.cli.options import default_path
from chemdb.cli.screen import steps_on_screen
from chemdb.report.claims.claim import Claim, Measurement
from chemdb.report.claims.sample_scores import ACCURACY, CONTROLS
from chemdb.report.claims.table import SUMMARY_COLUMNS, summary

PAGE = Path(__file__).with_suffix(".md")
TABLE = re.compile(r"<!-- claims -->\n.*?<!-- end -->", re.DOTALL)
#: Claims whose measure is the balanced accuracy of two categories.
TWO_CATEGORIES = (4, 5, 6)
#: Colours of Okabe and Ito (2008), and shapes, of what is measured.
MARKS = {
    "five representations with chemistry, PCA": ("#0072B2", "o"),
    "random_200, PCA": ("#D55E00", "D"),
    "stoichiometry alone": ("#000000", "|"),
    "fraction of oxygen alone": ("#000000", "x"),
}


def main() -> None:
    """Write the table and draw the figure."""
    with chemdb.open(default_path()) as db, steps_on_screen() as steps:
        claims = db.claims(steps=steps)
    text = TABLE.sub(lambda _: f"<!-- claims -->\n{table(claims)}\n<!-- end -->", PAGE.read_text())
    draw(claims, PAGE.with_suffix(".png"))
    PAGE.write_text(text)


def table(claims: Sequence[Claim]) -> str:
    """Return the summary of claims as a Markdown table."""
    rows = [list(SUMMARY_COLUMNS), ["---"] * len(SUMMARY_COLUMNS)]
    for row in summary(claims):
        # Rows with a number are claims, the others what they are judged by.
        rows.append([f"**{cell}**" for cell in row[:3]] + row[3:] if row[0] != " " else row)
    return "\n".join(f"| {' | '.join(str(cell).strip() for cell in row)} |" for row in rows)


def draw(claims: Sequence[Claim], path: Path) -> None:
    """Draw how well pairs of categories are told apart in the PCA of each representation, with controls."""
    measured = [
        each
        for claim in claims
        if claim.number in TWO_CATEGORIES
        for each in claim.measurements
        if each.measure == ACCURACY
    ]
    pairs = list(dict.fromkeys((each.nelements, each.compared) for each in measured))
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"font.size": 7, "axes.linewidth": 0.6})
        figure = Figure(figsize=(6.7, 2.3), dpi=200, layout="constrained")
        axes = figure.subplots()
        for value, name in ((0.5, "chance"), (0.75, "apart")):
            axes.axvline(value, color="#999999", linewidth=0.6, linestyle="--", zorder=0)
            axes.annotate(name, (value, 1), xycoords=("data", "axes fraction"), ha="center", va="bottom")
        for place, pair in enumerate(pairs):
            for each in (each for each in measured if (each.nelements, each.compared) == pair):
                name = kind(each)
                if name:
                    color, marker = MARKS[name]
                    axes.plot(each.value, place, marker, color=color, markersize=7 if marker == "|" else 3.5)
        axes.set_yticks(range(len(pairs)), [f"{compared}, {n} elements" for n, compared in pairs])
        axes.invert_yaxis()
        axes.margins(y=0.12)
        axes.set_xlim(0.45, 1)
        axes.set_xlabel("balanced accuracy of two categories in PCA maps (15 nearest neighbours)")
        axes.spines[["top", "right"]].set_visible(False)
        for name, (color, marker) in MARKS.items():
            axes.plot([], [], marker, color=color, markersize=7 if marker == "|" else 3.5, label=name)
        axes.legend(loc="upper right", frameon=False)
        figure.savefig(path, metadata={"Software": None})


def kind(measured: Measurement) -> str | None:
    """Return the legend of a measurement; None if it is not drawn."""
    if measured.space != "pca":
        return None
    with_chemistry, *without = MARKS
    return dict(zip(CONTROLS, without, strict=True)).get(measured.subject, with_chemistry)


if __name__ == "__main__":
    main()

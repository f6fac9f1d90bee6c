"""Pictures of the substitution weights show those of the file."""

from itertools import combinations

import numpy as np
import pytest
from helpers.cli import run
from helpers.figures import texts
from matplotlib.text import Text

from chemdb.errors import PlotError
from chemdb.plot import periodic_table, substitution_matrix
from chemdb.plot.style import Look


def test_the_matrix_has_the_weights_of_the_file(full):
    drawing = substitution_matrix.draw(full)
    axes = drawing.figure.axes[0]
    columns, rows = texts(drawing.figure)[::2], texts(drawing.figure)[1::2]
    assert rows == columns
    assert rows[:8] == ["H", "Li", "Na", "K", "Rb", "Cs", "Be", "Mg"]
    image = np.asarray(axes.images[0].get_array())
    for a, b, weight in full.execute(
        "select element::varchar, replaced_by::varchar, weight from substitution"
    ).fetchall():
        assert image[rows.index(a), columns.index(b)] == weight
    assert "largest: Se by S 0.41" in str(drawing.caption)


@pytest.mark.parametrize("columns", [1, 2])
def test_symbols_of_the_matrix_are_legible_and_do_not_overlap(full, columns):
    figure = substitution_matrix.draw(full, Look(columns=columns)).figure
    figure.draw_without_rendering()
    labels = figure.axes[0].texts
    assert len(labels) == 2 * 86
    assert min(label.get_fontsize() for label in labels) >= 5
    boxes = [Text.get_window_extent(label) for label in labels]
    # The boxes are those of tall letters, as no symbol has them all.
    ink = [box.expanded(0.9, 0.6) if n % 2 else box.expanded(0.6, 0.9) for n, box in enumerate(boxes)]
    assert not any(a.overlaps(b) for a, b in combinations(ink, 2))
    assert all(box.x0 >= 0 and box.y1 <= figure.bbox.height for box in boxes)


def test_what_may_replace_lithium(full):
    drawing = periodic_table.draw_replacements(full, "Li")
    assert "largest: Na 0.137, Rb 0.029" in str(drawing.caption)
    shown = texts(drawing.figure)
    assert "0.137" in shown
    # Lithium itself is outlined, without a number.
    assert shown[shown.index("Li") + 1] == "3"
    assert "Li itself" in shown


def test_elements_of_which_nothing_is_known(full, small):
    with pytest.raises(PlotError, match="Lr: the known compositions say nothing about what may replace it"):
        periodic_table.draw_replacements(full, "Lr")
    with pytest.raises(PlotError, match="no element 'Zz'"):
        periodic_table.draw_replacements(full, "Zz")


def test_commands(full_path, tmp_path):
    for words in (["substitution"], ["periodic-table", "--replace", "Li"]):
        target = tmp_path / "a.svg"
        assert run("plot", *words, "-o", target, "--db", full_path).exit_code == 0
        assert target.exists()
    done = run(
        "plot", "periodic-table", "--replace", "Li", "--category", "known", "-o", target, "--db", full_path
    )
    assert "--replace goes without --nelements, --category and --query" in done.stderr

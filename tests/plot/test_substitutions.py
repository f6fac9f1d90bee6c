"""Pictures of the substitution weights show those of the file."""

import numpy as np
import pytest
from helpers.cli import run
from helpers.figures import texts

from chemdb.errors import PlotError
from chemdb.plot import periodic_table, substitution_matrix


def test_the_matrix_has_the_weights_of_the_file(full):
    drawing = substitution_matrix.draw(full)
    axes = drawing.figure.axes[0]
    rows, columns = (
        [label.get_text() for label in axis.get_ticklabels()] for axis in (axes.yaxis, axes.xaxis)
    )
    assert rows == columns
    assert rows[:8] == ["H", "Li", "Na", "K", "Rb", "Cs", "Be", "Mg"]
    image = np.asarray(axes.images[0].get_array())
    for a, b, weight in full.execute(
        "select element::varchar, replaced_by::varchar, weight from substitution"
    ).fetchall():
        assert image[rows.index(a), columns.index(b)] == weight
    assert "largest: Se by S 0.41" in str(drawing.caption)


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

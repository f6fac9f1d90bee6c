"""Maps are made once, stored in the file, and drawn from there."""

import json
import re
import shlex
from collections import Counter

import numpy as np
import pytest
from helpers.cli import COMMANDS, output, run
from helpers.figures import texts
from helpers.shared import made_once
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

import chemdb
from chemdb.builder.change_known import add
from chemdb.builder.pipeline import BuildOptions, build
from chemdb.chemistry.category import CATEGORIES
from chemdb.database.connection import connect_to_read
from chemdb.embedding.composition_vectors import composition_vectors, element_arrays
from chemdb.embedding.stored_vectors import element_vectors
from chemdb.errors import ChemdbError, ReductionError
from chemdb.maps.make import add_maps
from chemdb.maps.stored import MapSpec, find_map, read_map
from chemdb.plot import anions, embedding_map, map_grid, map_page
from chemdb.plot.style import Look, palette
from chemdb.query.sample import sample
from chemdb.runtime.limits import Limits

#: Few points, so that all maps of Figure 2 take seconds.
N = 40


def build_with_maps(path):
    build(path, BuildOptions(nelements=range(2, 3)))
    add_maps(path, map_grid.specs(2, N), Limits(1))


@pytest.fixture(scope="session")
def maps_path(tmp_path_factory):
    """Binaries with the default known materials, and all maps of Figure 2."""
    with made_once(tmp_path_factory, "maps/binaries.duckdb", build_with_maps) as path:
        yield path


@pytest.fixture
def con(maps_path):
    with connect_to_read(maps_path) as con:
        yield con


def naive_vectors(con, table, embedding):
    """Return Eq. 2 of the paper for the compositions whose elements have vectors, and these compositions."""
    vectors = element_vectors(con, embedding)
    element = vectors.values
    elements, factors = element_arrays(table, vectors.symbols)
    means, kept = [], []
    for row, (numbers, amounts) in enumerate(zip(elements, factors, strict=True)):
        vector = sum(n * element[z] for z, n in zip(numbers, amounts, strict=True)) / amounts.sum()
        if not np.isnan(vector).any():
            means.append(vector)
            kept.append(row)
    return np.array(means), table.take(kept)


def test_element_arrays(small):
    table = sample(small, "standard", 3, 10)
    assert table["formula"].to_pylist() == ["CaH2O2"]
    symbols = element_vectors(small, "magpie").symbols
    elements, factors = element_arrays(table, symbols)
    assert (elements.tolist(), factors.tolist()) == ([[20, 1, 8]], [[1, 2, 2]])


def test_a_map_is_the_reduction_of_the_samples_of_all_categories(con):
    import pyarrow as pa

    drawn = pa.concat_tables(sample(con, category, 2, N, 0) for category in CATEGORIES)
    vectors, kept = naive_vectors(con, drawn, "oliynyk")
    found = read_map(con, MapSpec("oliynyk", "pca", 2, N))
    assert found.points["formula"].to_pylist() == kept["formula"].to_pylist()
    assert Counter(found.categories.tolist()) == Counter(map(str, kept["category"].to_pylist()))
    expected = PCA(2, random_state=0).fit_transform(vectors)
    np.testing.assert_allclose(found.coordinates, expected, atol=1e-3 * np.abs(expected).max())
    assert found.run["n_not_covered"] == 4 * N - len(kept) > 0
    assert sum(found.run[f"n_{category}"] for category in CATEGORIES) == len(kept)
    assert json.loads(found.run["parameters"])["svd_solver"] == "auto"


def test_stored_tsne_equals_that_of_scikit_learn(con):
    from sklearn.manifold import TSNE

    found = read_map(con, MapSpec("magpie", "tsne", 2, N))
    rows = [
        con.execute("select elements, factors from composition_of($formula)", {"formula": formula})
        .fetchall()[0]
        for formula in found.points["formula"].to_pylist()
    ]  # fmt: skip
    numbers = dict(con.execute("select symbol::varchar, atomic_number from element").fetchall())
    elements = np.array([[numbers[symbol] for symbol in row[0]] for row in rows], np.uint8)
    factors = np.array([row[1] for row in rows], np.uint8)
    vectors = composition_vectors(elements, factors, element_vectors(con, "magpie"), 1)
    with threadpool_limits(1):
        expected = TSNE(2, random_state=0, n_jobs=1).fit_transform(vectors)
    np.testing.assert_array_equal(found.coordinates, expected)


def test_a_map_in_the_file_is_not_made_again(maps_path, con):
    before = maps_path.read_bytes()
    assert add_maps(maps_path, [MapSpec("magpie", "umap", 2, N), MapSpec("random_200", "pca", 2, N)]) == []
    assert maps_path.read_bytes() == before
    for other in (
        MapSpec("magpie", "umap", 2, N, seed=1),
        MapSpec("magpie", "umap", 2, N, n_components=3),
        MapSpec("magpie", "umap", 2, N, settings=(("n_neighbors", 14),)),
        MapSpec("magpie", "umap", 2, N, standardize=True),
        MapSpec("magpie", "umap", 2, N + 1),
    ):
        assert find_map(con, other) is None
    # A default that is given explicitly is the same map.
    assert find_map(con, MapSpec("magpie", "umap", 2, N, settings=(("n_neighbors", 15),))) is not None


def test_maps_are_removed_when_the_known_sources_change(copy, tmp_path):
    spec = MapSpec("random_200", "pca", 2, 5, n_components=3)
    assert add_maps(copy, [spec]) == [spec]
    with connect_to_read(copy) as con:
        found = read_map(con, spec)
        assert found.coordinates.shape == (1 + 5 + 2 + 5, 3)
        assert con.execute(
            "select count(*) from projection join projection_run using (run_id)"
        ).fetchall() == [(13,)]
    (tmp_path / "more.csv").write_text("formula\nNaCl\n")
    add(copy, f"more={tmp_path / 'more.csv'}")
    with connect_to_read(copy) as con:
        assert con.execute("select count(*) from projection").fetchall() == [(0,)]
        with pytest.raises(
            ReductionError, match="not in the file yet; make it with 'chemdb map --embedding random_200"
        ):
            read_map(con, spec)


@pytest.mark.integration
def test_several_processes_make_the_same_maps(copy):
    specs = [MapSpec(embedding, "pca", 2, 20) for embedding in ("magpie", "mat2vec", "skipatom")]
    assert add_maps(copy, specs, Limits(2)) == specs
    with connect_to_read(copy) as con:
        together = [read_map(con, spec).coordinates for spec in specs]
        assert sorted(con.execute("select run_id from projection_run").fetchall()) == [(1,), (2,), (3,)]
    for spec, coordinates in zip(specs, together, strict=True):
        alone = MapSpec(spec.embedding, "pca", 2, 20, settings=(("tol", 1.0),))
        add_maps(copy, [alone])
        with connect_to_read(copy) as con:
            np.testing.assert_array_equal(read_map(con, alone).coordinates, coordinates)


def test_failed_maps_leave_the_file_unchanged(copy):
    before = copy.read_bytes()
    for spec, problem in (
        (MapSpec("magpi", "pca", 2), "did you mean magpie"),
        (MapSpec("magpie", "pac", 2), "no method 'pac'; did you mean pca"),
        (MapSpec("magpie", "pca", 4), "this file has compositions of 2 or 3 elements"),
        (MapSpec("magpie", "tsne", 2, 3), "points are too few for t-SNE"),
        (MapSpec("magpie", "tsne", 2, settings=(("perplexty", 1),)), "did you mean perplexity"),
    ):
        with pytest.raises(ChemdbError, match=problem):
            add_maps(copy, [spec])
    assert copy.read_bytes() == before
    assert [file.name for file in copy.parent.iterdir()] == ["c.duckdb"]


def offsets(axes):
    """Return the points of an axes by colour, in order."""
    found = {}
    for collection in axes.collections:
        found.setdefault(to_hex(collection.get_facecolor()[0]).upper(), []).append(collection.get_offsets())
    return {color: in_order(np.concatenate(points)) for color, points in found.items()}


def in_order(points):
    return points[np.lexsort(points.T)]


def test_one_map_shows_each_point_in_the_colour_of_its_category(con):
    spec = MapSpec("mat2vec", "umap", 2, N)
    found = read_map(con, spec)
    drawing = embedding_map.draw(con, spec)
    drawn = offsets(drawing.figure.axes[0])
    colors = palette("okabe-ito")
    assert set(drawn) == {colors[category] for category in CATEGORIES}
    for category in CATEGORIES:
        of_category = found.coordinates[found.categories == category]
        np.testing.assert_array_equal(drawn[colors[category]], in_order(of_category))
    assert "points: standard 40, missing 40, interesting 40, unlikely 40" in str(drawing.caption)
    assert "seed 0" in str(drawing.caption)
    assert drawing.figure.axes[0].get_xlabel() == "UMAP 1"


def test_axes_of_pca_show_the_share_of_the_variance(con):
    found = read_map(con, MapSpec("magpie", "pca", 2, N))
    label = embedding_map.draw(con, MapSpec("magpie", "pca", 2, N)).figure.axes[0].get_xlabel()
    assert label == f"PC1 ({100 * found.run['explained'][0]:.1f}%)"


def test_figure_2_has_a_panel_for_each_map(con):
    drawing = map_grid.draw(con, 2, N)
    assert len(drawing.figure.axes) == 18
    for axes, spec in zip(drawing.figure.axes, map_grid.specs(2, N), strict=True):
        # In rounds of all categories, so that none hides another.
        assert len({c.get_zorder() for c in axes.collections}) == embedding_map.ROUNDS
        assert all(c.get_rasterized() for c in axes.collections)
        drawn = np.concatenate([c.get_offsets() for c in axes.collections])
        np.testing.assert_array_equal(
            np.sort(drawn, axis=0), np.sort(read_map(con, spec).coordinates, axis=0)
        )
    assert [axes.get_title() for axes in drawing.figure.axes[:3]] == ["PCA", "t-SNE", "UMAP"]
    assert [axes.get_ylabel() for axes in drawing.figure.axes[::3]] == [
        "Magpie", "Mat2vec", "Megnet16", "Oliynyk", "SkipAtom", "Random",
    ]  # fmt: skip
    assert [axes.texts[0].get_text() for axes in drawing.figure.axes] == [
        f"({c})" for c in "abcdefghijklmnopqr"
    ]
    [legend] = drawing.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == list(CATEGORIES)


@pytest.mark.parametrize("columns", [1, 2])
def test_names_around_figure_2_are_inside_it(con, columns):
    figure = map_grid.draw(con, 2, N, look=Look(columns=columns)).figure
    figure.draw_without_rendering()
    names = [axes.title for axes in figure.axes[:3]] + [axes.yaxis.label for axes in figure.axes[::3]]
    boxes = [name.get_window_extent() for name in names]
    assert all(box.x0 >= 0 and box.y1 <= figure.bbox.height for box in boxes)
    [legend] = figure.legends
    lowest = min(axes.get_window_extent().y0 for axes in figure.axes)
    assert all(text.get_window_extent().y1 < lowest for text in legend.get_texts())


def test_few_points_have_large_marks(con):
    drawing = embedding_map.draw(con, MapSpec("magpie", "pca", 2, N))
    axes = drawing.figure.axes[0]
    assert axes.collections[0].get_sizes().tolist() == [12.0]
    assert axes.collections[0].get_alpha() is None
    assert embedding_map.mark_area(axes, 12_000) == pytest.approx(1.8, abs=0.2)


def test_marks_of_a_rare_category_are_larger_and_on_top():
    axes = Figure(figsize=(3, 3)).add_axes((0, 0, 1, 1))
    groups = np.array(["standard"] * 2940 + ["interesting"] * 60)
    places = np.random.default_rng(0).random((3000, 2), np.float32)
    embedding_map.scatter(axes, places, groups, CATEGORIES, palette("okabe-ito"))
    *others, rare = axes.collections
    assert len(rare.get_offsets()) == 60
    assert rare.get_sizes()[0] == pytest.approx(2 * others[0].get_sizes()[0])
    assert rare.get_zorder() > max(marks.get_zorder() for marks in others)
    assert (rare.get_alpha(), others[0].get_alpha()) == (None, 0.75)


def test_three_dimensions_have_ticks_and_depth(copy):
    spec = MapSpec("random_200", "pca", 2, 30, n_components=3)
    add_maps(copy, [spec])
    with connect_to_read(copy) as con:
        figure = embedding_map.draw(con, spec).figure
    figure.draw_without_rendering()
    [axes] = figure.axes
    assert all(len(axis.get_ticklabels()) >= 2 for axis in (axes.xaxis, axes.yaxis, axes.zaxis))
    [points] = axes.collections
    # Distant points are paler.
    assert len({round(color[3], 3) for color in points.get_facecolor().tolist()}) > 10


def test_figure_5_colours_by_anion_class(con):
    drawing = anions.draw(con, N)
    found = read_map(con, MapSpec("magpie", "pca", 2, N))
    classes = anions.anion_classes(con, found.points["system_id"].to_numpy())
    for formula, name in zip(found.points["formula"].to_pylist(), classes.tolist(), strict=True):
        # The last element of a formula is the most electronegative one.
        last = re.findall("[A-Z][a-z]?", formula)[-1]
        if last == "F":
            assert name == "halide"
        if last == "O":
            assert name == "oxide"
    drawn = offsets(drawing.figure.axes[0])
    counts = Counter(classes.tolist())
    assert {color: len(points) for color, points in drawn.items()} == {
        palette("okabe-ito")[name]: n for name, n in counts.items()
    }
    assert anions.RULE in str(drawing.caption)
    assert f"oxide {counts['oxide']:,}" in str(drawing.caption)


def test_a_page_has_every_point_and_needs_no_network(con, tmp_path):
    spec = MapSpec("magpie", "umap", 2, N)
    found = read_map(con, spec)
    figure = map_page.figure(con, found, palette("paper"))
    traces = {trace.name: trace for trace in figure.data}
    assert list(traces) == embedding_map.most_common_first(con, 2)
    formulas = [formula for name in CATEGORIES for formula, _ in traces[name].customdata]
    assert sorted(formulas) == sorted(found.points["formula"].to_pylist())
    entries = dict(con.execute("select formula, material_id from known_composition").fetchall())
    assert all(entry == entries[formula] for formula, entry in traces["standard"].customdata)
    assert {entry for _, entry in traces["unlikely"].customdata} == {""}
    map_page.write(con, spec, tmp_path / "m.html")
    page = (tmp_path / "m.html").read_text()
    assert re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", page) == []
    assert 'name="formula"' in page
    assert "sendChartToCloud" in page


def test_figures_that_are_up_to_date_are_not_drawn_again(maps_path, tmp_path):
    plots = chemdb.open(maps_path).plot
    first = plots.paper(tmp_path, per_category=N)
    assert [(file.name, drawn) for file, drawn in first] == [
        ("figure-1.png", True), ("figure-2.png", True), ("figure-5.png", True),
    ]  # fmt: skip
    (tmp_path / "figure-2.png").unlink()
    (tmp_path / "figure-5.txt").write_text("something else")
    again = plots.paper(tmp_path, per_category=N)
    assert [drawn for _, drawn in again] == [False, True, True]
    assert not [file for file in tmp_path.iterdir() if "partial" in file.name]
    with pytest.raises(ChemdbError, match="no such folder"):
        plots.paper(tmp_path / "nowhere", per_category=N)
    with pytest.raises(ChemdbError, match="no format 'jpg'; did you mean png"):
        plots.paper(tmp_path, format="jpg", per_category=N)


@pytest.mark.parametrize("name", ["plot map", "plot map-grid", "plot anions", "plot paper"])
def test_examples_of_maps_run(name, maps_path, tmp_path, monkeypatch):
    example = re.search(r"Example: chemdb (.+)", COMMANDS[name].help)[1]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHEMDB_PATH", str(maps_path))
    # As in the help, but with the sample size of the maps that this file has.
    arguments = [word for word in shlex.split(example) if word != "60"]
    arguments = [word for word in arguments if word != "--per-category"] + ["--per-category", str(N)]
    assert "figure-" in (shown := output(*arguments)) or "map.png" in shown


@pytest.mark.parametrize("name", ["map", "plot periodic-table", "plot composition"])
def test_other_examples_of_plots_run(name, full_path, tmp_path, monkeypatch):
    example = re.search(r"Example: chemdb (.+)", COMMANDS[name].help)[1]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.duckdb").write_bytes(full_path.read_bytes())
    monkeypatch.setenv("CHEMDB_PATH", "c.duckdb")
    shown = output(*shlex.split(example))
    assert re.search(r"11,\d{3} points|10,\d{3} points|\.png|\.svg", shown)


def test_a_map_is_made_and_drawn_from_the_command_line(copy, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shown = output("map", "--method", "pca", "--embedding", "random_200", "--per-category", 9, "--db", copy)
    assert shown.startswith(
        "pca of random_200, 2 elements: run 1, 21 points, 0 compositions without a vector; made in"
    )
    again = output("map", "--method", "PCA", "--embedding", "random_200", "--per-category", 9, "--db", copy)
    assert again.endswith("in the file already\n")
    options = ("--method", "pca", "--embedding", "random_200", "--per-category", 9, "--db", copy)
    output("plot", "map", *options, "--components", 3, "--set", "whiten=true", "-o", "a.svg")
    assert '"whiten": true' in (tmp_path / "a.txt").read_text()
    output("plot", "map", *options, "--html", "-o", "a.html")
    assert "ZnO3" in (tmp_path / "a.html").read_text()


BAD = {
    "map --embedding magpi": "did you mean magpie",
    "map --method umpa": "no method 'umpa'; did you mean umap",
    "map --nelements 4": "2 or 3 elements",
    "map --method tsne --per-category 2": "points are too few for t-SNE with perplexity 30",
    "map --method tsne --set perplexity": "write it as name=value",
    "map --components 4": "less than or equal to 3",
    "map --seed -1": "greater than or equal to 0",
    "plot map -o no/where.png": "the folder no does not exist",
    "plot map -o a.jpg": "must end in one of .png, .svg, .pdf",
    "plot map --html -o a.png": "must end in one of .html",
    "plot map -o a.png --palette grey": "no palette 'grey'",
    "plot map-grid -o .": "must end in one of",
    "plot anions -o no/where.png": "does not exist",
    "plot paper -o nowhere": "no such folder",
    "plot paper -o . --format jpg": "no format 'jpg'",
    "plot periodic-table -o a.png --nelements 4": "4 elements: not in this file",
    "plot periodic-table -o a.png --category alowed": "did you mean allowed",
    "plot periodic-table -o a.png --query x=1 --nelements 2": "--query replaces",
    "plot periodic-table -o a.png --query nonsense=1": "query:",
    "plot periodic-table -o a.png --query elements=Zm": "query:",
    "plot periodic-table -o a.png --query (nelements=2)(known)chemsys=He-Ne": "there are none to draw",
    "plot composition Li-Xx -o a.png": "not an element",
    "plot composition Li-O -o folder": "must end in one of",
}


@pytest.mark.parametrize(("line", "problem"), BAD.items(), ids=BAD)
def test_bad_input_is_one_line(line, problem, copy, monkeypatch):
    monkeypatch.chdir(copy.parent)
    monkeypatch.setenv("CHEMDB_PATH", "c.duckdb")
    before = copy.read_bytes()
    done = run(*shlex.split(line))
    assert done.exit_code in (1, 2), done.output
    errors = [text for text in done.stderr.splitlines() if text.startswith("chemdb: ")]
    assert len(errors) == 1
    assert problem in errors[0]
    assert "Traceback" not in done.output
    assert copy.read_bytes() == before
    assert [file.name for file in copy.parent.iterdir()] == ["c.duckdb"]


def test_an_empty_category_is_not_in_the_legend(tmp_path):
    path = tmp_path / "c.duckdb"
    build(path, BuildOptions(nelements=range(2, 3), max_stoichiometry=3, known=()))
    spec = MapSpec("magpie", "pca", 2, 30)
    add_maps(path, [spec])
    with connect_to_read(path) as con:
        found = read_map(con, spec)
        assert (found.run["n_standard"], found.run["n_interesting"]) == (0, 0)
        drawing = embedding_map.draw(con, spec)
    [legend] = drawing.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["missing", "unlikely"]
    assert texts(drawing.figure) == []

"""The density of all compositions, against listed compositions put into the same cells."""

import numpy as np
import pytest
from helpers.cli import output, run
from helpers.vectors import listed_vectors

from chemdb.chemistry.category import CATEGORIES
from chemdb.database.connection import connect_to_read
from chemdb.embedding.stored_vectors import element_vectors
from chemdb.errors import ChemdbError
from chemdb.maps.exact_pca.density import density
from chemdb.plot.density_map import draw, merged
from chemdb.runtime.limits import Limits


@pytest.mark.parametrize("embedding", ["magpie", "skipatom"])
def test_every_binary_is_in_its_cell(full, embedding):
    vectors = element_vectors(full, embedding)
    found = density(full, embedding, 2, bins=20)
    for category in CATEGORIES:
        every, _ = listed_vectors(full, category, 2, vectors)
        x, y = found.pca.transform(every).T
        # Edges apart, where rounding decides: no more than a few points may be in the next cell.
        expected, _, _ = np.histogram2d(y, x, [found.y_edges, found.x_edges])
        assert found.counts[category].sum() == len(every)
        assert np.abs(found.counts[category] - expected).sum() <= 0.0005 * len(every)


@pytest.mark.integration
def test_every_ternary_is_in_its_cell(small):
    vectors = element_vectors(small, "magpie")
    found = density(small, "magpie", 3, bins=30)
    every, _ = listed_vectors(small, "missing", 3, vectors)
    x, y = found.pca.transform(every).T
    expected, _, _ = np.histogram2d(y, x, [found.y_edges, found.x_edges])
    assert np.abs(found.counts["missing"] - expected).sum() <= 0.0005 * len(every)


@pytest.mark.parametrize("file", ["quaternaries_path", pytest.param("full_path", marks=pytest.mark.long)])
@pytest.mark.integration
def test_quaternaries_are_all_there(request, file):
    """Counts by category, of elements that oliynyk covers, as SQL adds them up."""
    with connect_to_read(request.getfixturevalue(file)) as con:
        found = density(con, "oliynyk", 4, bins=16)
        combinations, allowed = counted(con, "oliynyk")
    totals = {category: int(found.counts[category].sum()) for category in CATEGORIES}
    assert totals["standard"] + totals["missing"] == allowed > 0
    assert sum(totals.values()) == combinations == found.pca.n
    assert min(counts.min() for counts in found.counts.values()) == 0


def counted(con, embedding):
    """Return how many quaternaries have a vector, and how many of them are allowed."""
    con.execute(
        "create temp table covered as select symbol from element_embedding where embedding = $embedding",
        {"embedding": embedding},
    )
    [counts] = con.execute("""
        select count(*) * (select count(*) from store.stoichiometry where nelements = 4), sum(n_allowed)
        from store.chemical_system join store.allowed_set using (allowed_set_id)
        where chemical_system.nelements = 4 and element1 in (from covered) and element2 in (from covered)
            and element3 in (from covered) and element4 in (from covered)
    """).fetchall()
    return counts


def test_threads_and_slices_do_not_matter(small_path):
    found = []
    for threads in (1, 3):
        with connect_to_read(small_path, Limits(threads)) as con:
            found.append(density(con, "mat2vec", 3, bins=40))
    one, three = found
    for category in CATEGORIES:
        assert np.abs(one.counts[category] - three.counts[category]).sum() <= 2


def test_compositions_reach_every_edge(full):
    found = density(full, "magpie", 2, bins=50)
    whole = sum(found.counts.values())
    assert whole[:, [0, -1]].any(axis=0).all()
    assert whole[[0, -1]].any(axis=1).all()


def test_rare_categories_have_larger_cells_and_scales_of_their_own(full):
    found = density(full, "mat2vec", 3, bins=256)
    drawing = draw(full, found)
    meshes = [axes.collections[0] for axes in drawing.figure.axes[:4]]
    # 10,125 standard ternaries are more than a tenth of 256 by 256, 2,607 interesting ones are not.
    assert [mesh.get_array().shape for mesh in meshes] == [(256, 256), (256, 256), (128, 128), (256, 256)]
    counts, x_edges, y_edges = merged(found, "interesting")
    np.testing.assert_array_equal(
        counts, found.counts["interesting"].reshape(128, 2, 128, 2).sum(axis=(1, 3))
    )
    assert x_edges.tolist() == found.x_edges[::2].tolist()
    assert y_edges.tolist() == found.y_edges[::2].tolist()
    assert [mesh.norm.vmax for mesh in meshes] == [
        found.counts["standard"].max(), found.counts["missing"].max(), counts.max(), found.counts["unlikely"].max()
    ]  # fmt: skip


def test_bins_are_limited(small):
    with pytest.raises(ChemdbError, match="1 bins: choose 2 to 4096"):
        density(small, "magpie", 2, bins=1)


def test_the_command_draws_and_says_what(small_path, tmp_path):
    target = tmp_path / "d.svg"
    assert output("plot", "density", "--nelements", 2, "-o", target, "--db", small_path) == f"{target}\n"
    caption = target.with_suffix(".txt").read_text()
    # 97 elements have a magpie vector: 4,656 pairs with 11 stoichiometries each.
    assert "All 51,216 binary compositions that have a Magpie vector" in caption
    assert "without a vector: 6,567 (with Cf, Es, Fm, Md, No, Lr)" in caption
    assert "standard 1, " in caption


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--embedding", "magpi"], "chemdb: no embedding 'magpi'; did you mean magpie"),
        (["--nelements", "4"], "chemdb: 4 elements: this file has compositions of 2 or 3 elements\n"),
    ],
)
def test_bad_requests_draw_nothing(small_path, tmp_path, arguments, message):
    done = run("plot", "density", "--nelements", 2, *arguments, "-o", tmp_path / "d.png", "--db", small_path)
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].startswith(message.strip())
    assert list(tmp_path.iterdir()) == []

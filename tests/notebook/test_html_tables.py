"""What notebooks show: subscripts, charges, separators, no columns that say nothing, nothing unescaped."""

import re
import sys
from types import SimpleNamespace

import pyarrow as pa

import chemdb
from chemdb.notebook import arrow_tables
from chemdb.notebook.html_table import formula_html, species_html, table_html


def plain(html):
    """The cells of the rows of a table."""
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall("<tr>(.*?)</tr>", html)]


def test_formulas_and_species():
    assert formula_html("Li6PS5Cl") == "Li<sub>6</sub>PS<sub>5</sub>Cl"
    assert formula_html("ABC3") == "ABC<sub>3</sub>"
    assert species_html("Li+ P5+ S2-") == "Li<sup>+</sup> P<sup>5+</sup> S<sup>2−</sup>"
    # Neither chemical systems nor minus signs.
    assert species_html("Fe-O is closest with -1 e") == "Fe-O is closest with -1 e"


def test_values():
    html = table_html(
        ["n", "x", "is", "of", "name"],
        [(16980397793, 0.123456, True, ["Li", "O"], None), (1, 2.0, False, [], "<b>")],
    )
    assert plain(html)[1:] == [
        ["16,980,397,793", "0.1235", "yes", "Li, O", "–"],
        ["1", "2", "no", "", "&lt;b&gt;"],
    ]


def test_equal_columns_are_named_below():
    html = table_html(
        ["formula", "category", "material_id"], [("ZnO", "standard", None), ("ZnO3", "standard", None)]
    )
    assert plain(html) == [["formula"], ["ZnO"], ["ZnO<sub>3</sub>"]]
    assert html.endswith("<p>in all rows: category standard</p>")
    assert plain(table_html(["a"], [(1,), (1,)])) == [["a"], ["1"], ["1"]]
    assert plain(table_html(["a", "b"], [])) == [["a", "b"]]


def test_a_result_shows_species(db):
    html = db.query("Zn-O", limit=3)._repr_html_()
    assert plain(html)[:2] == [
        ["formula", "category", "species", "material_id", "energy_above_hull"],
        ["ZnO", "standard", "Zn<sup>2+</sup> O<sup>2−</sup>", "a1", "0"],
    ]
    assert "rows 1 to 3" in html
    assert "rows" not in db.query("Zn-O")._repr_html_()


def test_a_result_shows_the_columns_asked_for(db):
    assert plain(db.query("Zn-O", limit=2, columns=["formula", "natoms"])._repr_html_())[0] == [
        "formula",
        "natoms",
    ]


def test_rows_say_that_there_are_more(db):
    html = db.sql("select range as n from range(1000, 1025)")._repr_html_()
    assert plain(html)[1] == ["1,000"]
    assert len(plain(html)) == 21
    assert html.endswith("<p>the first 20 rows</p>")


def test_an_explanation(db):
    html = db.explain("ZnO3")[0]._repr_html_()
    assert ["", "ZnO<sub>3</sub>"] in plain(html)
    assert "no choice of oxidation states is neutral" in html


def test_suggestions(suggest_path):
    with chemdb.open(suggest_path) as db:
        html = db.suggest("elements=Ba,O nelements=2-3", 3)._repr_html_()
    assert plain(html)[0][:2] == ["rank", "formula"]
    assert "<sub>3</sub> (" in html


def test_the_highest_scores(db):
    scores = chemdb.score(db.partitions("Zn-O"), lambda batch: -batch.factors.sum(axis=1).astype(int), top=3)
    assert scores._repr_html_().startswith("<p>11 compositions scored</p><table>")
    assert '<td style="text-align:left">ZnO<sub>2</sub></td><td>-3</td>' in scores._repr_html_()


def test_labels_are_shown_where_ipython_runs(db, monkeypatch):
    assert db.label(["ZnO"]).schema.metadata is None
    formatters = {}
    shell = SimpleNamespace(
        display_formatter=SimpleNamespace(
            formatters={
                "text/html": SimpleNamespace(
                    for_type_by_name=lambda *args: formatters.update({args[:2]: args[2]})
                )
            }
        )
    )
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    labels = db.label(["ZnO", "Fe3O4"])
    show = formatters["pyarrow.lib", "Table"]
    assert "Fe<sub>3</sub>O<sub>4</sub>" in show(labels)
    assert show(db.sample("standard", 2, 3)).startswith("<p>Sample</p><table>")
    assert show(pa.table({"formula": ["ZnO"]})) is None
    assert show is arrow_tables.html

"""Formulas in SQL: they are looked up in their chemical systems, and no answer changes."""

import warnings

import pytest
from helpers.sampled import examples
from helpers.shared import made_once
from hypothesis import given
from hypothesis import strategies as st

import chemdb
from chemdb.builder.pipeline import BuildOptions, build
from chemdb.errors import ChemdbError, ChemdbWarning
from chemdb.query.point_query import with_chemical_systems

pytestmark = pytest.mark.filterwarnings("ignore::chemdb.errors.ChemdbWarning")


@pytest.fixture(scope="session")
def binaries_path(tmp_path_factory, known_csv):
    """36,771 binaries with factors up to 3, few enough to scan."""
    options = BuildOptions(nelements=range(2, 3), max_stoichiometry=3, known=(str(known_csv),))
    with made_once(tmp_path_factory, "binaries/binaries.duckdb", lambda path: build(path, options)) as path:
        yield path


@pytest.fixture(scope="session")
def binaries(binaries_path):
    with chemdb.open(binaries_path) as db:
        yield db


def added(db, statement, parameters=None):
    """The conditions on chemsys that are added to a statement."""
    with db.cursor() as con:
        new = with_chemical_systems(con, statement, parameters)
    words = new.replace("(", " ( ").split("chemsys")
    return (
        [word.split(")")[0].strip(" =(").replace("IN  ( ", "") for word in words[1:]]
        if new != statement
        else None
    )


@pytest.mark.parametrize(
    ("statement", "systems"),
    [
        ("select * from composition where formula = 'NaCl'", ["'Cl-Na'"]),
        ("from missing m where 'Zn2O' = m.Formula and natoms < 5", ["'O-Zn'"]),
        ('from "composition" "C c" where "C c"."formula" in (\'NaCl\', \'ZnO\')', ["'Cl-Na', 'O-Zn'"]),
        ("from allowed where formula = 'NaCl' and natoms > 1 or formula = 'ZnO'", ["'Cl-Na', 'O-Zn'"]),
        ("from unlikely where formula = reduced_formula('ClNa')", ["'Cl-Na'"]),
        ("from composition where formula = 'salt'", ["''"]),
        ("from composition where formula = 'NaCl' and formula = 'ZnO'", ["''"]),
        ("from composition where formula in ['NaCl', 'ZnO']", ["'Cl-Na', 'O-Zn'"]),
        ("from composition where list_contains(['NaCl'], formula)", ["'Cl-Na'"]),
        ("from composition where formula like 'NaCl'", ["'Cl-Na'"]),
        ("with c as (from composition where formula = 'NaCl') from c", ["'Cl-Na'"]),
        ("select (select category from composition where formula = 'NaCl')", ["'Cl-Na'"]),
        ("from composition c join known_entry k using (formula) where k.formula = 'NaCl'", ["'Cl-Na'"]),
        ("from known_entry k, composition c where c.formula = k.formula and k.formula = 'NaCl'", ["'Cl-Na'"]),
        ("from composition left join known_entry using (formula) where formula = 'NaCl'", ["'Cl-Na'"]),
        # Here nothing follows, or it is not certain what.
        ("from composition where formula = 'NaCl' or known", None),
        ("from composition where not formula = 'NaCl'", None),
        ("from composition where lower(formula) = 'nacl'", None),
        ("from composition where formula <> 'NaCl'", None),
        ("from composition where formula like 'NaCl%'", None),
        ("from composition where formula like 'Na_l'", None),
        ("from composition where contains('NaCl', formula)", None),
        ("from composition where contains(formula, 'NaCl')", None),
        ("from composition where formula not in ('NaCl')", None),
        ("from composition where formula in ('NaCl', null)", None),
        ("from composition where formula_anonymous = 'AB'", None),
        ("from known_entry k left join composition using (formula) where formula = 'NaCl'", None),
        ("from known_entry k where formula = 'NaCl' and exists (from composition)", None),
        ("with composition as (select 'NaCl' as formula) from composition where formula = 'NaCl'", None),
        ("from (select 'NaCl' as formula) composition where formula = 'NaCl'", None),
        ("from composition c (a, formula) where formula = 'NaCl'", None),
        ("from composition where formula = 'NaCl'; select 1", None),
        ("explain from composition where formula = 'NaCl'", None),
        ("selec from composition where formula = 'NaCl'", None),
        ("select nothing from composition where formula = 'NaCl'", None),
        (f"from composition where formula = 'NaCl' and {'not ' * 600} known", None),
        ("select '\ud800' from composition where formula = 'NaCl'", None),
    ],
)
def test_the_systems_that_a_statement_implies(binaries, statement, systems):
    assert added(binaries, statement) == systems


def test_values_of_parameters(binaries):
    assert added(binaries, "from composition where formula = $f", {"f": "NaCl"}) == ["'Cl-Na'"]
    assert added(binaries, "from composition where natoms > ? and formula = ?", [1, "NaCl"]) == ["'Cl-Na'"]
    assert added(binaries, "from composition where formula in $f", {"f": ["NaCl"]}) == ["'Cl-Na'"]
    assert added(binaries, "from composition where formula in (?, ?)", ["NaCl", "ZnO"]) == ["'Cl-Na', 'O-Zn'"]
    assert added(binaries, "from composition where formula in $f", {"f": "NaCl"}) is None
    assert added(binaries, "from composition where formula in $f", {"f": ["NaCl", None]}) is None
    assert added(binaries, "from composition where formula = $f", {"f": None}) is None
    assert added(binaries, "from composition where formula = $f") is None


@pytest.mark.parametrize("parameters", [["NaCl", 1], ("NaCl", 1), {"1": "NaCl", "2": 1}])
def test_parameters_by_name_or_in_order(binaries, parameters):
    rows = binaries.sql(
        "select formula, category from composition where formula = $1 and natoms > $2", parameters
    )
    assert list(rows) == [("NaCl", "missing")]
    assert rows.df().to_dict("list") == {"formula": ["NaCl"], "category": ["missing"]}


def test_parameters_of_another_kind_are_refused(binaries):
    with pytest.raises(ChemdbError, match=r"give parameters as a list: \['NaCl'\]"):
        binaries.sql("select $1", "NaCl")
    with pytest.raises(ChemdbError, match="as a list or a dict"):
        binaries.sql("select $1", 5)


@pytest.mark.parametrize(
    ("formula", "note"), [("ClNa", "the views write it NaCl"), ("salt", "not a formula"), ("NaCl", None)]
)
def test_a_spelling_that_no_row_has(binaries, formula, note):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        binaries.sql("from composition where formula = $1", [formula])
    assert [str(w.message) for w in caught if w.category is ChemdbWarning] == (
        [f"sql: formula = '{formula}': {note}"] if note else []
    )


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("select count(*), formula = 'x', category as c from composition where formula = 'NaCl' group by all",
         ["count_star()", "(formula = 'x')", "c"]),
        ("select (select category from composition where formula = 'NaCl')",
         ["(SELECT category FROM composition WHERE (formula = 'NaCl'))"]),
        ("summarize select formula from composition where formula = 'NaCl'", None),
    ],
)  # fmt: skip
def test_columns_keep_their_names(binaries, statement, names):
    with binaries.cursor() as con:
        written = [column[0] for column in con.execute(statement).description]
    assert binaries.sql(statement).read()[0] == written
    assert names is None or written == names
    assert added(binaries, statement) is not None


@pytest.mark.parametrize("view", ["composition", "allowed", "missing", "unlikely", "standard", "interesting"])
def test_the_default_file_answers_from_one_system(full_path, view):
    with chemdb.open(full_path) as db:
        rows = list(
            db.sql(f"select formula from {view} where formula in ('LiFePO4', 'Zn2O', 'ZnO3', 'Fe3O4')")
        )
    expected = {"composition": 4, "allowed": 2, "missing": 1, "unlikely": 1, "standard": 1, "interesting": 1}
    assert len(rows) == expected[view]


FORMULAS = st.sampled_from(
    ["NaCl", "ZnO", "Zn2O", "ZnO3", "ClNa", "Zn3O", "CaH2", "D2O", "Na1Cl", "", "it''s"]
)
TABLES = {
    "composition": ["formula", "composition.formula"],
    "composition c": ["formula", "c.formula", '"C"."Formula"'],
    "allowed": ["formula"],
    "missing m": ["m.formula"],
    "unlikely": ["formula"],
    "composition c join known_entry k on c.formula = k.formula": ["c.formula", "k.formula"],
    "composition c join known_entry k using (formula)": ["formula", "c.formula", "k.formula"],
    "known_entry k left join composition c using (formula)": ["formula", "c.formula", "k.formula"],
    "composition c right join known_entry k on c.formula = k.formula": ["c.formula", "k.formula"],
    "known_entry k full join allowed c on c.formula = k.formula and c.formula = 'ZnO'": [
        "c.formula",
        "k.formula",
    ],
    "composition c semi join known_entry k on c.formula = k.formula": ["formula", "c.formula"],
    "known_entry k anti join composition c on c.formula = k.formula and c.formula = 'ZnO'": ["formula"],
    "composition c natural join known_entry k": ["formula", "c.formula", "k.formula"],
    "(from composition) c": ["formula"],
    "composition c, (values ('NaCl'), (null)) v (f)": ["c.formula", "formula", "f"],
}


@st.composite
def statements(draw):
    table = draw(st.sampled_from(sorted(TABLES)))
    column = st.sampled_from(TABLES[table])
    text = FORMULAS.map(lambda formula: f"'{formula}'") | st.just("$f") | st.just("null")
    equality = st.builds("{} = {}".format, column, text) | st.builds("{1} = {0}".format, column, text)
    liked = st.builds("{} like {}".format, column, text | st.sampled_from(["'Na%'", "'Zn_'"]))
    listed = st.builds(
        lambda c, ts: f"{c} in [{', '.join(ts)}]", column, st.lists(text, min_size=1, max_size=3)
    )
    inside = (
        liked
        | listed
        | st.builds(lambda c, ts: f"{c} in ({', '.join(ts)})", column, st.lists(text, min_size=1, max_size=3))
    )
    leaf = equality | inside | column.map("length({}) > 3".format) | st.sampled_from(["true", "null"])
    condition = st.recursive(
        leaf,
        lambda inner: (
            st.builds("({} and {})".format, inner, inner)
            | st.builds("({} or {})".format, inner, inner)
            | st.builds("not {}".format, inner)
        ),
        max_leaves=5,
    )
    where = draw(st.builds("{} = {}".format, column, text) | condition)
    shown = draw(st.sampled_from(["*", "count(*)", f"{TABLES[table][0]} as chemsys, 1 + 1"]))
    statement = f"select {shown} from {table} where {where}"
    within = [
        "{0}",
        "with x as ({0}) from x",
        "{0} union all {0}",
        "select exists({0}), (select 1)",
        # Its other columns are approximate, and depend on the order of rows.
        "select column_name, column_type, min, max, count from (summarize {0})",
    ]
    return draw(st.sampled_from(within)).format(statement)


@examples(60)
@given(statement=statements(), formula=FORMULAS | st.none())
def test_no_answer_changes(binaries, statement, formula):
    parameters = {"f": formula} if "$f" in statement else None
    with binaries.cursor() as con:
        new = with_chemical_systems(con, statement, parameters)
        as_written = con.execute(statement, parameters)
        names, rows = [column[0] for column in as_written.description], as_written.fetchall()
        changed = con.execute(new, parameters)
        assert [column[0] for column in changed.description] == names
        assert sorted(changed.fetchall(), key=repr) == sorted(rows, key=repr)

import json
from dataclasses import replace
from importlib.resources import files

import jsonschema
import pytest
from helpers.cli import output, run
from helpers.process import python
from helpers.sampled import examples
from helpers.smact import compositions, smact_says, text_of
from hypothesis import HealthCheck, given

import chemdb
from chemdb.builder.pipeline import BuildOptions, build
from chemdb.chemistry.species import SMACT_SETS
from chemdb.lookup.explain import explain
from chemdb.lookup.explanation import MAX_WITNESSES
from chemdb.lookup.label import labeller_of

SCHEMA = json.loads((files("chemdb") / "lookup" / "explain.schema.json").read_text())


def as_json(path, *formulas):
    return json.loads(output("explain", *formulas, "--format", "json", "--db", path))


@pytest.mark.parametrize(
    "formula", ["ZnO", "ZnO2", "LiZnO2", "Li6ZnO4", "Li2ZnSn3O8", "Zn2O", "LiZnO", "LiZnSnO2"]
)
def test_allowed_formulas_of_table_1(full, formula):
    found = explain(full, formula)
    assert (found.formula, found.allowed, found.forbidden) == (formula, True, None)
    assert found.n_witnesses == len(found.witnesses) > 0


@pytest.mark.parametrize(
    ("formula", "rule", "closest", "net_charge"),
    [
        ("ZnO3", "not_neutral", "Zn2+ O-", -1),
        ("LiZnO4", "not_neutral", "Li+ Zn2+ O-", -1),
        ("LiZn4SnO8", "not_neutral", "Li+ Zn+ Sn2+ O-", -1),
        ("LiZn4Sn4O8", "not_neutral", "Li+ Zn2+ Sn2+ O2-", 1),
        ("LiZnSnO", "electronegativity", "Li+ Zn2+ Sn4- O+", 0),
    ],
)
def test_forbidden_formulas_of_table_1(full, formula, rule, closest, net_charge):
    found = explain(full, formula)
    assert not found.allowed
    assert (found.n_witnesses, found.witnesses) == (0, ())
    assert (found.forbidden.rule, found.forbidden.closest, found.forbidden.net_charge) == (
        rule, closest, net_charge,
    )  # fmt: skip


def test_zinc_lithium_oxide(full):
    found = explain(full, "O2 Zn Li")
    assert (found.formula_given, found.formula, found.chemsys) == ("O2 Zn Li", "LiZnO2", "Li-O-Zn")
    assert (found.nelements, found.natoms, found.formula_anonymous) == (3, 4, "ABC2")
    assert (found.in_space, found.outside_because) == (True, None)
    assert (found.category, found.witnesses) == ("standard", ("Li+ Zn+ O-",))
    assert [entry.material_id for entry in found.entries] == ["mp-754344", "mp-760408"]
    assert [near.formula for near in found.neighbours] == ["Li10Zn4O9", "Li6ZnO4"]
    # Atomic fractions 10/23, 4/23, 9/23 against 1/4, 1/4, 1/2.
    assert found.neighbours[0].distance == round((10 / 23 - 1 / 4 + 1 / 4 - 4 / 23 + 1 / 2 - 9 / 23) / 2, 6)


def test_what_each_set_says(full):
    verdicts = {verdict.oxidation_state_set: verdict for verdict in explain(full, "LiZnO2").verdicts}
    assert list(verdicts) == ["smact14", "icsd16", "icsd24", "pymatgen_sp", "wiki"]
    assert [verdict.used for verdict in verdicts.values()] == [True, False, False, False, False]
    assert [verdict.allowed for verdict in verdicts.values()] == [True, False, True, False, True]
    assert verdicts["icsd24"].witness == "Li+ Zn3+ O2-"


def test_magnetite_is_forbidden_by_the_rule_and_has_mixed_valence(full):
    found = explain(full, "Fe3O4")
    assert (found.allowed, found.category) == (False, "interesting")
    verdict = found.verdicts[0]
    assert (verdict.allowed, verdict.with_mixed_valence, verdict.with_alloys) == (False, True, False)
    assert verdict.mixed_valence_witness == "Fe2+ 2Fe3+ 4O2-"
    assert [near.by for near in found.substitutions][:2] == ["S", "Se"]


def test_an_alloy(full):
    found = explain(full, "Hf3Al2")
    assert (found.allowed, found.all_metal, found.category) == (False, True, "interesting")
    assert [verdict.with_alloys for verdict in found.verdicts] == [True] * 5


def test_outside_the_space(full):
    apatite = explain(full, "Ca10(PO4)6(OH)2")
    assert (apatite.formula, apatite.outside_because) == ("Ca5P3HO13", "factor 13")
    assert (apatite.allowed, apatite.known, apatite.category) == (True, True, "standard")
    assert apatite.witnesses[0] == "Ca2+ P5+ H+ O2-"
    assert explain(full, "LiNaKRbO2").outside_because == "5 elements"
    zinc = explain(full, "Zn")
    assert (zinc.outside_because, zinc.allowed, zinc.known) == ("1 element", False, True)
    assert zinc.verdicts[0].with_alloys is True


@pytest.mark.parametrize(
    ("formula", "rule", "because"),
    [
        ("XeAr", "no_electronegativity", "Ar has no Pauling electronegativity"),
        ("HeArO", "no_electronegativity", "He and Ar have no Pauling electronegativity"),
        ("BkO", "no_oxidation_states", "Bk has no oxidation states in mine.txt"),
        ("ZnO3", "not_neutral", "no choice of oxidation states is neutral; Zn2+ O- comes closest with -1 e"),
        ("OF", "electronegativity", "neutral only with a cation that is not less electronegative than an anion; "
         "O- F+ comes closest, where F+ (3.98) is a cation and O- (3.44) an anion"),
        ("PdH", "electronegativity", "neutral only with a cation that is not less electronegative than an anion; "
         "H- Pd+ comes closest, where Pd+ (2.20) is a cation and H- (2.20) an anion"),
    ],
)  # fmt: skip
def test_the_rule_that_is_broken(formula, rule, because, own_set):
    with chemdb.open(own_set) as db:
        [found] = db.explain(formula)
    assert found.forbidden.rule == rule
    assert found.forbidden.because == because


@pytest.fixture(scope="module")
def own_set(tmp_path_factory):
    """A file made with oxidation states of one's own."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "mine.txt").write_text("O -2 -1\nF +1\nPd +1\nH -1\nZn +2\n")
    path = folder / "own.duckdb"
    build(path, BuildOptions(range(2, 3), 3, str(folder / "mine.txt"), known=()))
    return path


def test_a_file_with_a_set_of_its_own(own_set):
    [found] = as_json(own_set, "ZnO")
    sets = [(verdict["oxidation_state_set"], verdict["used"]) for verdict in found["verdicts"]]
    assert sets == [("mine.txt", True)] + [(name, False) for name in sorted(SMACT_SETS)]
    assert found["witnesses"] == ["Zn2+ O2-"]
    assert found["neighbours"] == found["substitutions"] == found["entries"] == []


def test_energies_and_sources(small):
    found = explain(small, "Zn4O4")
    assert [(e.source, e.material_id, e.formula_given, e.energy_above_hull) for e in found.entries] == [
        ("lab", "a1", "ZnO", 0.0), ("lab", "a2", "O2Zn2", 0.2),
    ]  # fmt: skip
    assert [(near.formula, near.distance, near.material_id, near.energy_above_hull) for near in found.neighbours] == [
        ("Zn3O", 0.25, "a5", None), ("ZnO3", 0.25, "a3", 0.1), ("ZnO9", 0.4, "a7", 0.4),
    ]  # fmt: skip


def test_substitution_prefers_the_group_then_electronegativity(full):
    found = explain(full, "NaCl").substitutions
    assert [(near.formula, near.same_group) for near in found[:3]] == [
        ("LiCl", True), ("KCl", True), ("RbCl", True),
    ]  # fmt: skip
    differences = [near.electronegativity_difference for near in found if near.same_group]
    assert differences == sorted(differences)


def test_many_witnesses_are_counted_not_listed(full):
    found = explain(full, "LiNaFeMnCoNiPSCNClO")
    assert found.n_witnesses == 11_071
    assert len(found.witnesses) == MAX_WITNESSES


def test_amounts_too_wild(full):
    from chemdb.database.metadata import states_of

    symbols = list(states_of(full))[:40]
    text = "".join(f"{symbol}{10_007 * i**3 + 1}" for i, symbol in enumerate(symbols))
    done = run(
        "explain",
        text,
        "--db",
        full.execute("select path from duckdb_databases() where path is not null").fetchall()[0][0],
    )
    assert done.exit_code == 1
    assert done.stderr.endswith("too many choices of oxidation states to decide\n")
    assert len(done.stderr.splitlines()) == 1


@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts=compositions)
def test_agrees_with_label_smact_and_the_schema(full, own_labeller, amounts):
    text = text_of(amounts)
    found = explain(full, text)
    jsonschema.validate(json.loads(json.dumps([found.as_dict()])), SCHEMA)
    [row] = own_labeller.label([text]).to_pylist()
    for name in (
        "formula",
        "chemsys",
        "nelements",
        "in_space",
        "outside_because",
        "allowed",
        "known",
        "category",
    ):
        assert getattr(found, name) == row[name]
    if len(amounts) == 1:
        return
    for verdict in found.verdicts:
        options = {"oxidation_states_set": verdict.oxidation_state_set}
        assert verdict.allowed == smact_says(text, include_alloys=False, **options)
        assert verdict.with_alloys == smact_says(text, include_alloys=True, **options)


@pytest.fixture
def own_labeller(full):
    return labeller_of(full)


def test_json_of_several_formulas_follows_the_schema(full_path):
    found = as_json(full_path, "LiZnO2", "Fe3O4", "Zn", "HeAr", "LiZnSnO", "Ca10(PO4)6(OH)2", "AlNi3")
    jsonschema.validate(found, SCHEMA)
    assert [one["formula_given"] for one in found][:3] == ["LiZnO2", "Fe3O4", "Zn"]


def test_the_schema_notices_a_change(full):
    found = explain(full, "ZnO")
    broken = replace(found, category="odd").as_dict()
    with pytest.raises(jsonschema.ValidationError, match="'odd' is not one of"):
        jsonschema.validate([json.loads(json.dumps(broken))], SCHEMA)


def test_other_formulas_are_explained_beside_one_that_is_none(small_path, tmp_path):
    done = run("explain", "ZnO", "Xx", "ZnO2", "--format", "json", "--db", small_path)
    assert [found["formula"] for found in json.loads(done.stdout)] == ["ZnO", "ZnO2"]
    assert (done.exit_code, done.stderr) == (
        1, "chemdb: formula 'Xx': not one of the first 103 elements at 'Xx'\n"
    )  # fmt: skip
    target = tmp_path / "e.json"
    done = run("explain", "Xx", "Zn0.5O", "--format", "json", "-o", target, "--db", small_path)
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert not target.exists()


def test_text(small_path):
    text = output("explain", "O2Zn2", "Zn2O7", "--db", small_path)
    assert "ZnO" in text.splitlines()[0]
    assert "allowed        yes: Zn2+ O2-" in text
    assert "or: Zn+ O-" in text
    assert "smact14*" in text
    assert "no: factor 7" in text
    assert "no: no choice of oxidation states is neutral; Zn2+ O- comes closest with -3 e" in text


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["Zx"], "not one of the first 103 elements at 'Zx'"),
        (["Zn("], "formula 'Zn(': brackets do not match"),
        ([""], "no formula"),
        (["ZnO", "-f", "csv"], "not table or json"),
        (["ZnO", "-o", "no/where.txt"], "cannot be written"),
        ([], "Missing argument"),
    ],
)
def test_bad_input_is_one_line(small_path, arguments, problem):
    done = run("explain", *arguments, "--db", small_path)
    assert done.exit_code in (1, 2)
    assert problem in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_no_compiler_is_loaded(small_path):
    """Explaining is quick because numba and numpy stay away."""
    code = (
        "import sys, chemdb\n"
        f"with chemdb.open({str(small_path)!r}) as db: db.explain('Li(OH)', 'Fe3O4')\n"
        "print(sorted({'numba', 'numpy', 'smact', 'pymatgen', 'pyarrow'} & set(sys.modules)))"
    )
    done = python("-c", code)
    assert done.stdout == "[]\n", done.stderr

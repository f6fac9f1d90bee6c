"""The page counts and lists what `db.query` does."""

import random

import pytest
from helpers.browser import page_in, served
from helpers.filter_json import UNDERSTOOD, as_understood, understood
from helpers.generated_queries import queries
from helpers.misspelt import misspelt
from helpers.shared import made_once

import chemdb
from chemdb.builder.pipeline import BuildOptions, build
from chemdb.explorer.pack import FASTEST, pack
from chemdb.explorer.page_files import folder_files, single_page
from chemdb.query.parse.vocabulary import vocabulary

#: Counts, and rows from an offset, in the page.
ASK = "async ([text, offset, sort]) => [await chemdb.counts(text), await chemdb.rows(text, 20, offset, sort)]"
SORTS = [
    "natoms", "-natoms", "nelements", "-nelements", "max_factor", "-category", "category", "energy_above_hull", "-energy_above_hull",
    "-material_id", "known_in",
]  # fmt: skip
SMALL_SORTS = ["formula", "-formula", "chemsys", "formula_anonymous", "allowed", "-known", "O", "-x(O)"]


def build_twelve(path):
    """Binaries and ternaries with factors to 12, two known sources, one with energies."""
    formulas = "ZnO Zn2O ZnO3 Zn12O11 NaCl Na3Cl Fe2O3 FeO NaFeO2 LiCoO2 Ca3Al2O12 MgAl2O4 TiO2 Ti4O7 CuSO4 Na2S12 K3ClO12 HeNe"
    for source, step in (("lab", 1), ("other", 2)):
        rows = [
            f"{source}-{i},{f},{i / 50 if source == 'lab' else ''}\n"
            for i, f in enumerate(formulas.split()[::step])
        ]
        (path.parent / f"{source}.csv").write_text(
            "material_id,formula,energy_above_hull\n" + "".join(rows) + f"x,ZnO,{0.02 * step}\n"
        )
    known = tuple(f"{source}={path.parent / source}.csv" for source in ("lab", "other"))
    build(path, BuildOptions(nelements=range(2, 4), max_stoichiometry=12, known=known))


@pytest.fixture(scope="session")
def twelve_path(tmp_path_factory):
    with made_once(tmp_path_factory, "twelve/twelve.duckdb", build_twelve) as path:
        yield path


@pytest.fixture(scope="session")
def twelve(browser, twelve_path, tmp_path_factory):
    """The file with factors to 12, and its page in one file."""
    with chemdb.open(twelve_path) as db:
        with db.cursor() as con:
            page = single_page(pack(con, "file", FASTEST))
        file = tmp_path_factory.mktemp("twelve") / "chemdb.html"
        file.write_text(page, encoding="utf-8")
        with page_in(browser) as opened:
            opened.set_default_timeout(60_000)
            opened.goto(file.as_uri())
            yield db, opened


@pytest.fixture(scope="session")
def full(browser, full_path, tmp_path_factory):
    """The default file, and its page in a folder."""
    folder = tmp_path_factory.mktemp("full")
    with chemdb.open(full_path) as db:
        with db.cursor() as con:
            files = folder_files(pack(con, "folder", FASTEST))
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        with served(folder) as url, page_in(browser) as opened:
            opened.set_default_timeout(60_000)
            opened.goto(url)
            yield db, opened


def differences(both, texts, seed, sorts=("",)):
    """Return what the page and the database answer differently: counts, and twenty rows from an offset."""
    db, page = both
    rng = random.Random(seed)
    found = []
    for text in texts:
        offset, sort = rng.choice([0, 0, 0, 0, 1, 50, 3_000]), rng.choice(sorts)
        counts, rows = page.evaluate(ASK, [text, offset, sort])
        result = db.query(text, limit=20, offset=offset, sort=[sort] if sort else [])
        expected = [dict(zip(result.columns, row, strict=True)) for row in result]
        got = [{column: row[column] for column in result.columns} for row in rows]
        if counts != result.counts or got != expected:
            found.append((text, offset, sort, counts, result.counts))
    return found


def test_the_same_counts_and_rows_of_the_full_file(full):
    assert differences(full, queries(25, seed=1), seed=1) == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 12))
def test_the_same_of_a_thousand_filters(full, seed):
    assert differences(full, queries(100, seed), seed) == []


TWELVE = {"nelements": (2, 3), "max_factor": 12, "sources": ("lab", "other")}


def test_the_same_with_factors_to_12_and_energies(twelve):
    assert differences(twelve, queries(40, seed=3, **TWELVE), seed=3) == []


def test_the_same_in_other_orders(twelve):
    # The database sorts all: hundreds of millions would take minutes.
    texts = [f"natoms<=6 {text}" for text in queries(15, seed=4, **TWELVE)]
    assert differences(twelve, texts, seed=4, sorts=SORTS) == []


def test_the_same_few_rows_in_any_order(twelve):
    texts = [f"natoms<=7 known_in=lab OR {text} known" for text in queries(25, seed=5, **TWELVE)]
    assert differences(twelve, texts, seed=5, sorts=[*SORTS, *SMALL_SORTS]) == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10, 13))
def test_the_same_with_factors_to_12_in_other_orders(twelve, seed):
    assert differences(twelve, queries(100, seed, **TWELVE), seed, ["", *SORTS]) == []


@pytest.mark.parametrize("offset", [0, 17_498, 17_600, 250_000, 2_000_000, 16_980_397_780])
def test_rows_far_into_the_full_file(full, offset):
    _, page = full
    rows = page.evaluate(ASK, ["", offset, ""])[1]
    assert len(rows) == min(20, 16_980_397_793 - offset)
    assert [row["known"] for row in rows] == [offset + i < 22_816 for i in range(len(rows))]


FIXED = [
    "",
    "x",
    "Li-O)",
    "(",
    "()",
    "NOT",
    "and",
    "Li or",
    "a and and b",
    "formula='Li",
    "=3",
    "natoms<=<3",
    "1<2<3",
    "3<=natoms<5",
]


def test_the_same_words_mean_the_same(page, site, small_path):
    good = queries(150, seed=6, nelements=(2, 3), max_factor=4, sources=("lab",))
    texts = FIXED + good + misspelt(good * 3, seed=6)
    with chemdb.open(small_path) as db, db.cursor() as con:
        words = vocabulary(con)
    page.goto(site)
    for text, of_page in zip(texts, page.evaluate(UNDERSTOOD, texts), strict=True):
        assert (text, as_understood(of_page)) == (text, understood(text, words))


def test_errors_say_where(page, site):
    page.goto(site)
    [missing, far] = page.evaluate(UNDERSTOOD, ["elements=Li,", "natoms<=4 elements=Lo"])
    assert missing["error"] == {"message": "incomplete query: expected a value or ')'", "position": None}
    assert far["error"]["position"] == 20


PARSE = """async (text) => {
    const { createClient } = await import("./client.js");
    const client = createClient();
    await client.meta;
    const { command, why, error } = client.parse(text);
    return { command, why, wrong: error !== undefined };
}"""


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("species=Fe3+ missing", 'chemdb query "species=Fe3+ missing"'),
        ('elements HAS "Li"', "chemdb query --optimade 'elements HAS \"Li\"'"),
        ("--optimade 'nelements=3'", 'chemdb query --optimade "nelements=3"'),
    ],
)
def test_what_the_page_cannot_answer_is_a_command(page, site, text, command):
    page.goto(site)
    parsed = page.evaluate(PARSE, text)
    assert parsed["command"] == command
    assert parsed["why"]


def test_energies_that_the_file_lacks(full):
    _, page = full
    parsed = page.evaluate(PARSE.replace("./client.js", "/client.js"), "energy_above_hull<0.1")
    assert parsed["command"] == 'chemdb query "energy_above_hull<0.1"'
    assert parsed["why"] == "no known source of this file has energies"


SQL = """async (text) => {
    const { createClient } = await import("./client.js");
    const client = createClient();
    await client.meta;
    return client.sql(text);
}"""


def test_sql_counts_the_same(page, site, small_path):
    page.goto(site)
    with chemdb.open(small_path) as db:
        for text in queries(10, seed=8, nelements=(2, 3), max_factor=4, sources=("lab",)):
            statement = page.evaluate(SQL, text).removesuffix("\nlimit 50")
            [(n,)] = db.sql(f"select count(*) from ({statement})")
            assert (text, n) == (text, db.query(text).count())

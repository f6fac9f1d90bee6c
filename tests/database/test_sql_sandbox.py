"""SQL of anyone, against a file and against what lies around it; files that someone made to harm."""

import os
import shutil
from pathlib import Path

import duckdb
import pytest
from helpers.cli import run

import chemdb
from chemdb.errors import ChemdbError

SECRET = "s3cr3t-of-a-file"
SECRET_VARIABLE = "s3cr3t-of-the-environment"

#: Each is refused; what cannot be refused is in ALLOWED.
REFUSED = """
copy (select 1) to 'out.csv'
copy (select 1) to '/dev/stdout'
copy known_source from 'secret.csv'
select 1; copy (select 1) to 'out.csv'
begin; copy (select 1) to 'out.csv'; commit
explain analyze copy (select 1) to 'out.csv'
prepare p as copy (select 1) to 'out.csv'; execute p
from query('copy (select 1) to ''out.csv''')
from json_execute_serialized_sql(json_serialize_sql('copy (select 1) to ''out.csv'''))
export database 'out'
import database 'out'
copy from database c to x
attach 'other.duckdb'
attach 'other.duckdb' as o (read_only)
attach ':memory:' as m
attach 'http://127.0.0.1:9/x.duckdb'
from read_csv('secret.csv')
from read_csv_auto('secret.csv')
from sniff_csv('secret.csv')
from read_text('secret.csv')
from read_blob('secret.csv')
from read_json('secret.csv')
from read_ndjson_objects('secret.csv')
from read_parquet('secret.csv')
from parquet_metadata('secret.csv')
from parquet_schema('secret.csv')
from parquet_kv_metadata('secret.csv')
from read_duckdb('other.duckdb')
from 'secret.csv'
from query_table('secret.csv')
from glob('*')
set variable x = (select content from read_text('secret.csv'))
install httpfs
force install httpfs
load httpfs
load 'secret.csv'
update extensions
from 'http://127.0.0.1:9/x.csv'
from read_csv('s3://x/y.csv')
create secret (type s3, key_id 'x', secret 'y')
create persistent secret (type s3, key_id 'x', secret 'y')
from which_secret('s3://x', 's3')
select getenv('CHEMDB_TEST_SECRET')
from secret_of_python
from arrow_scan(0, 0, 0)
from pandas_scan(0)
from seq_scan('x')
set enable_external_access = true
reset enable_external_access
set lock_configuration = false
set global lock_configuration = false
reset lock_configuration
pragma lock_configuration = false
set allowed_paths = ['/']
set allowed_directories = ['/']
set file_search_path = '/'
set temp_directory = 'x'
set home_directory = 'x'
set extension_directory = 'x'
set secret_directory = 'x'
set custom_extension_repository = 'http://127.0.0.1:9'
set allow_unsigned_extensions = true
set autoinstall_known_extensions = true
set http_proxy = 'http://127.0.0.1:9'
set custom_user_agent = 'x'
set force_download = true
set access_mode = 'read_write'
set memory_limit = '100GB'
set max_temp_directory_size = '1TB'
set threads = 1
set python_enable_replacements = true
set python_scan_all_frames = true
set disabled_filesystems = 'LocalFileSystem'
set enable_logging = true
set enable_profiling = 'json'
set profiling_output = 'profile'
pragma enable_profiling
pragma profiling_output = 'profile'
call enable_logging(storage = 'file', storage_path = 'log')
call force_checkpoint()
create table t (x int)
create schema s
create sequence s
create type z as enum ('a')
create index i on known_source (source)
create or replace view composition as select 1
drop view composition
alter table known_source add column x int
update known_source set source = 'x'
insert into known_source select * from known_source
delete from store.stoichiometry
comment on view composition is 'x'
attach 'c.duckdb' as again (read_write); create table again.t (x int)
""".strip().splitlines()

#: They change nothing that outlives the statement's own connection.
ALLOWED = """
create temp table composition as select 1 as x
create temp view composition as select 1 as x
create temp macro composition_of(x) as table select 1 as x
set variable x = 1
use store
checkpoint
vacuum
""".strip().splitlines()


@pytest.fixture(scope="module")
def place(small_path, tmp_path_factory):
    """A database beside a file and another database that no statement may read."""
    folder = tmp_path_factory.mktemp("place")
    shutil.copyfile(small_path, folder / "c.duckdb")
    (folder / "secret.csv").write_text(f"secret\n{SECRET}\n")
    with duckdb.connect(folder / "other.duckdb") as con:
        con.execute(f"create table secret as select '{SECRET}' as secret")
    before, here = contents(folder), Path.cwd()
    os.chdir(folder)
    os.environ["CHEMDB_TEST_SECRET"] = SECRET_VARIABLE
    yield folder
    os.chdir(here)
    del os.environ["CHEMDB_TEST_SECRET"]
    assert contents(folder) == before


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} | {
        path.name: None for path in folder.iterdir() if not path.is_file()
    }


@pytest.fixture(scope="module")
def opened(place):
    with chemdb.open(place / "c.duckdb") as db:
        yield db


@pytest.mark.parametrize("statement", REFUSED)
def test_refused(opened, place, statement):
    secret_of_python = duckdb.sql(f"select '{SECRET}' as secret").df()
    assert len(secret_of_python) == 1
    with pytest.raises(ChemdbError) as caught:
        list(opened.sql(statement))
    message = str(caught.value)
    assert message.isprintable()
    assert SECRET not in message
    assert SECRET_VARIABLE not in message
    assert sorted(path.name for path in place.iterdir()) == ["c.duckdb", "other.duckdb", "secret.csv"]


@pytest.mark.parametrize("how", ["df", "arrow", "__repr__"])
def test_refused_however_it_is_read(opened, how):
    with pytest.raises(ChemdbError):
        getattr(opened.sql("from read_text('secret.csv')"), how)()


@pytest.mark.parametrize("statement", ALLOWED)
def test_allowed_and_forgotten(opened, statement):
    before = opened.sql("select formula from composition_of('ZnO')").df()
    list(opened.sql(statement))
    assert opened.sql("select formula from composition_of('ZnO')").df().equals(before)
    assert list(opened.sql("select getvariable('x'), count(*) from main.composition")) == [
        (None, 5_253 * 11 + 176_851 * 55)
    ]


def test_settings_are_locked_for_every_connection_of_a_process(place):
    with chemdb.open("c.duckdb") as first, chemdb.open("c.duckdb") as second:
        for db in (first, second):
            assert list(db.sql("select current_setting('lock_configuration')")) == [(True,)]


@pytest.mark.parametrize(
    "statement",
    [
        "select list(a.range) from range(1000000000) a",
        "with recursive r as (select 0 as n, '' as s union select n + 1, repeat('x', 100000) || n from r) "
        "select count(*) from r",
    ],
)
def test_a_runaway_query_stops_at_the_memory_limit(place, statement, tmp_path):
    # Where a file has the name of the folder to spill into, there is memory only.
    shutil.copyfile("c.duckdb", tmp_path / "c.duckdb")
    (tmp_path / "c.duckdb.tmp").write_text("")
    with (
        chemdb.open(tmp_path / "c.duckdb", memory_limit="100MB") as db,
        pytest.raises(ChemdbError, match=r"not enough memory|c\.duckdb"),
    ):
        list(db.sql(statement))


#: What a crafted file does instead of what a chemdb file does.
CRAFTED = {
    "a view of a file": "create or replace view composition as select content as formula from read_text('{0}')",
    "a source that is a view of a file": "alter table known_source rename to k; create view known_source as "
    "select content as source, * exclude (source) from k, read_text('{0}')",
    "build_info of a file": "create or replace view build_info as select 'format_version' as property, '2' as value "
    "union all select 'x', content from read_text('{0}')",
    "a macro of a file": "create or replace macro composition_of(x) as table select content from read_text('{0}')",
    "a format that is no number": "update store.build_info set value = 'x' || chr(27) where property = 'format_version'",
    "a format without end": "update store.build_info set value = repeat('9', 99999) where property = 'format_version'",
    "a format of null": "create or replace view build_info as select 'format_version' as property, null as value",
    "elements that are none": "delete from element",
    "atomic numbers beyond all": "update element set atomic_number = 250 where atomic_number = 8",
    "electronegativity of nan": "update element set electronegativity = 'nan'",
    "no stoichiometry": "delete from store.stoichiometry",
    "escape sequences": "update known_entry set material_id = chr(27) || '[2J'; comment on view composition is '\x1b[2J'",
}


@pytest.mark.parametrize("name", CRAFTED)
@pytest.mark.integration
def test_a_crafted_file_leaks_nothing(place, tmp_path, name):
    path = tmp_path / "crafted.duckdb"
    shutil.copyfile(place / "c.duckdb", path)
    with duckdb.connect(path) as con:
        con.execute(CRAFTED[name].format(place / "secret.csv"))
    crafted = path.read_bytes()
    (tmp_path / "mine.csv").write_text("formula\nZnO\n")
    failed = 0
    for arguments in (
        ("info",),
        ("query", "elements=Zn"),
        ("explain", "ZnO"),
        ("label", tmp_path / "mine.csv", "-o", tmp_path / "labelled.csv"),
        ("known", "list"),
        ("report", "--table2"),
        ("sql", "from composition limit 1"),
        ("sql", "from composition_of('ZnO')"),
        ("known", "add", f"mine={tmp_path / 'mine.csv'}"),
    ):
        done = run(*arguments, "--db", path)
        assert SECRET not in done.output
        assert SECRET_VARIABLE not in done.output
        assert "\x1b" not in done.output
        assert done.exception is None or isinstance(done.exception, SystemExit), arguments
        if done.exit_code:
            failed += 1
            lines = [line for line in done.stderr.splitlines() if line.startswith("chemdb: ")]
            assert lines == done.stderr.splitlines()[-1:]
        if arguments[:2] != ("known", "add"):
            assert path.read_bytes() == crafted
        path.write_bytes(crafted)
    assert failed or name == "escape sequences"

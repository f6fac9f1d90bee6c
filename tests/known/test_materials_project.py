"""The real mp-api client against the Materials Project's own server code, and against faults."""

import logging
import re
import traceback
from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from helpers.fault_server import Answer
from helpers.mp_server import (
    FAULTS,
    KEY,
    MATERIALS,
    faulty,
    materials_project,
    page_of,
    pages_asked,
    scripted,
)

from chemdb.builder import change_known as manage
from chemdb.database.connection import connect_to_read
from chemdb.errors import KnownSourceError
from chemdb.known import http as web
from chemdb.known import materials_project as mp
from chemdb.known import pages as download
from chemdb.known.registry import source_reader
from chemdb.runtime.limits import Limits
from chemdb.runtime.progress import no_progress


@pytest.fixture(scope="module")
def endpoint():
    with materials_project() as url:
        yield url


def test_the_whole_list_page_by_page(endpoint):
    done = []
    source = mp.materials_project(KEY, endpoint, done.append, page_size=3)
    assert source.name == "mp"
    found = source.entries.select(["material_id", "formula_given", "energy_above_hull"]).to_pylist()
    assert (
        sorted((row["material_id"], row["formula_given"], row["energy_above_hull"]) for row in found)
        == MATERIALS
    )
    assert done == [3 / 7, 6 / 7, 1]


def test_a_second_call_reads_the_cache(endpoint):
    mp.materials_project(KEY, endpoint)
    [cached] = (download.cache_folder() / "mp").glob("*.parquet")
    assert pq.read_table(cached).num_rows == len(MATERIALS)
    stamp = cached.stat().st_mtime_ns
    assert len(mp.materials_project(KEY, endpoint).entries) == len(MATERIALS)
    assert cached.stat().st_mtime_ns == stamp


def test_known_add_mp(endpoint, small_path, tmp_path, monkeypatch):
    path = tmp_path / "c.duckdb"
    path.write_bytes(small_path.read_bytes())
    monkeypatch.setenv("MP_API_ENDPOINT", endpoint)
    monkeypatch.setenv("MP_API_KEY", KEY)
    loaded = manage.add(path, "mp")
    assert (loaded.n_entries, loaded.n_formulas, loaded.n_in_space) == (7, 6, 4)
    with connect_to_read(path) as con:
        assert con.execute("select material_id, formula from mp_entry where in_space order by 1").fetchall() == [
            ("mp-1", "ZnO"), ("mp-2", "ZnO"), ("mp-3", "LiZnO2"), ("mp-6", "NaO"), ("mp-7", "Zn3O"),
        ]  # fmt: skip
        assert con.execute("select formula_pretty from mp_entry where material_id = 'mp-6'").fetchall() == [
            ("Na2O2",)
        ]
    assert KEY.encode() not in path.read_bytes()


@pytest.mark.parametrize("key", [None, "short", f"{KEY[1:]}\n", f"{KEY[2:]}é "])
def test_a_key_is_needed(key, endpoint):
    with pytest.raises(KnownSourceError, match="key") as caught:
        mp.materials_project(key, endpoint)
    assert "\n" not in str(caught.value)
    assert KEY[2:] not in str(caught.value)


@pytest.fixture
def hurried(monkeypatch):
    """Waits of a thousandth and a patience of a fifth of a second."""
    monkeypatch.setattr(web, "WAIT", 0.001)
    monkeypatch.setattr(web, "LONGEST_WAIT", 0)
    monkeypatch.setattr(web, "TIMEOUT", 0.2)
    monkeypatch.setattr(web, "LONGEST", 0.4)


def fetch(url):
    return mp.materials_project(KEY, url, page_size=3)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_passes(fault, hurried):
    with faulty(fault, 1) as (url, requests):
        if not fault.again:
            with pytest.raises(KnownSourceError):
                fetch(url)
        assert len(fetch(url).entries) == len(MATERIALS)
    if fault.at != "count":
        assert pages_asked(requests).count(1) == 1


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_stays_is_one_line_and_never_a_short_list(fault, hurried):
    with faulty(fault, 1000) as (url, _), pytest.raises(KnownSourceError) as caught:
        fetch(url)
    line = str(caught.value)
    assert line.startswith("Materials Project: ")
    assert fault.message in line
    assert line.isprintable()
    assert KEY not in line
    assert not list((download.cache_folder() / "mp").glob("*.parquet"))
    context = caught.value
    while context := context.__context__ or context.__cause__:
        assert KEY not in str(context)


def test_an_answer_that_is_too_large_is_not_read(hurried, monkeypatch):
    monkeypatch.setattr(web, "LARGEST", 10_000)
    with (
        scripted(lambda page, limit: Answer(200, "x" * 20_000) if page == 2 else None) as (url, _),
        pytest.raises(KnownSourceError, match="page 2: the answer is larger than"),
    ):
        fetch(url)


def test_the_key_goes_to_no_other_server():
    with (
        scripted(lambda page, limit: None) as (other, elsewhere),
        scripted(lambda page, limit: Answer(307, "", (("Location", other),)) if page == 2 else None) as (
            url,
            _,
        ),
        pytest.raises(KnownSourceError, match="sends us to another address"),
    ):
        fetch(url)
    assert elsewhere == []


def test_a_download_goes_on_where_it_stopped(hurried):
    served = [FAULTS["404"].answer]
    with scripted(lambda page, limit: served.pop() if page == 3 and served else None) as (url, requests):
        with pytest.raises(KnownSourceError, match=r"page 3: .*; 2 pages are kept"):
            fetch(url)
        requests.clear()
        assert len(fetch(url).entries) == len(MATERIALS)
        assert pages_asked(requests) == [3]


def test_ctrl_c_in_the_middle_keeps_what_came():
    def interrupt(done):
        if done > 0.5:
            raise KeyboardInterrupt

    with scripted(lambda page, limit: None) as (url, requests):
        with pytest.raises(KeyboardInterrupt):
            mp.materials_project(KEY, url, interrupt, page_size=3)
        requests.clear()
        assert len(fetch(url).entries) == len(MATERIALS)
        assert pages_asked(requests) == [3]


@pytest.mark.parametrize("damage", [b"", b"PAR1", None])
def test_a_damaged_page_is_asked_for_again(damage):
    served = [FAULTS["404"].answer]
    with scripted(lambda page, limit: served.pop() if page == 3 and served else None) as (url, requests):
        with pytest.raises(KnownSourceError):
            fetch(url)
        [first, _] = sorted((download.cache_folder() / "mp").glob("*.pages/*.parquet"))
        content = bytearray(first.read_bytes())
        content[40] ^= 1  # a bit of the first identifiers
        first.write_bytes(content if damage is None else damage)
        (first.parent / "000009.partial").write_bytes(b"half a page")
        requests.clear()
        assert len(fetch(url).entries) == len(MATERIALS)
        assert pages_asked(requests) == [1, 2, 3]


def test_a_damaged_list_is_downloaded_again():
    with scripted(lambda page, limit: None) as (url, requests):
        fetch(url)
        [whole] = (download.cache_folder() / "mp").glob("*.parquet")
        whole.write_bytes(whole.read_bytes()[:-100])
        requests.clear()
        assert len(fetch(url).entries) == len(MATERIALS)
        assert pages_asked(requests) == [1, 2, 3]


def test_two_servers_share_nothing():
    others = [("mp-9", "NaCl", 0.0)]
    with (
        scripted(lambda page, limit: None) as (url, _),
        scripted(lambda page, limit: page_of(page, limit, others)) as (other, _),
    ):
        assert len(fetch(url).entries) == len(MATERIALS)
        assert fetch(other).entries["formula_given"].to_pylist() == ["NaCl"]
        assert len(fetch(url).entries) == len(MATERIALS)


def test_a_new_database_version_is_downloaded_and_pages_of_the_old_are_not_used():
    version, faults = ["2025_01_01"], [FAULTS["404"].answer]

    def answer(page, limit):
        if page == "heartbeat":
            return Answer(200, {"db_version": version[0]})
        return faults.pop() if page == 3 and faults else None

    with scripted(answer) as (url, requests):
        with pytest.raises(KnownSourceError):
            fetch(url)
        version[0] = "2025_02_01"
        requests.clear()
        assert fetch(url).version == "2025_02_01"
        assert pages_asked(requests) == [1, 2, 3]
        version[0] = "2025_03_01"
        assert fetch(url).version == "2025_03_01"


def test_an_old_list_is_named_when_no_newer_can_be_had(hurried):
    healthy = [True]
    with scripted(lambda page, limit: None if healthy else FAULTS["heartbeat: 500"].answer) as (url, _):
        fetch(url)
        healthy.clear()
        with pytest.raises(KnownSourceError) as caught:
            fetch(url)
    found = re.search(
        r"busy \(500\).*; the list downloaded today is still there: --known (.*)$", str(caught.value)
    )
    assert len(source_reader(found[1], Limits())(no_progress).entries) == len(MATERIALS)


def test_a_list_from_the_cache_says_its_age(monkeypatch):
    with scripted(lambda page, limit: None) as (url, _):
        assert fetch(url).notes == ()
        later = download.today() + timedelta(days=12)
        monkeypatch.setattr(download, "today", lambda: later)
        [note] = fetch(url).notes
    assert note.startswith("from the cache, downloaded 12 days ago; delete ")


@pytest.mark.parametrize(
    ("place", "first"),
    [
        ("heartbeat", Answer(200, {"db_version": "2024_01_01"})),
        ("count", page_of(1, 3, total=9)),
    ],
)
def test_a_list_that_changes_is_read_anew(place, first):
    """The answer before the pages is another one than that after them; then it stays."""
    before = [first]
    rows = [*MATERIALS, ("mp-8", "KCl", 0.0), ("mp-9", "NaCl", 0.0)]

    def answer(page, limit):
        if page == place and before:
            return before.pop()
        return page_of(page, limit, rows if before or requests_left(page) else MATERIALS)

    def requests_left(page):
        return place == "count" and len(pages_asked(requests)) <= 3 and page != "count"

    with scripted(answer) as (url, requests):
        assert len(fetch(url).entries) == len(MATERIALS)
        assert pages_asked(requests) == [1, 2, 3, 1, 2, 3]


def test_two_at_a_time_are_told():
    with scripted(lambda page, limit: None) as (url, _):
        with (
            download.Cache("mp", url).writing(),
            pytest.raises(KnownSourceError, match="another chemdb is downloading"),
        ):
            fetch(url)
        assert len(fetch(url).entries) == len(MATERIALS)


def test_a_cache_that_cannot_be_written_is_one_line(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("CHEMDB_CACHE", str(tmp_path / "file"))
    with (
        scripted(lambda page, limit: None) as (url, _),
        pytest.raises(
            KnownSourceError, match=r"cannot be used: Not a directory; \$CHEMDB_CACHE names another"
        ),
    ):
        fetch(url)


@pytest.mark.parametrize("fault", [None, FAULTS["401"]], ids=["healthy", "refused"])
def test_the_key_is_nowhere(fault, small_path, tmp_path, monkeypatch, caplog, capfd):
    """Not on the screen, in logs of every detail, in tracebacks, the cache or the database."""
    path = tmp_path / "c.duckdb"
    path.write_bytes(small_path.read_bytes())
    monkeypatch.setenv("CHEMDB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MP_API_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    said = ""
    with faulty(fault or FAULTS["500"], 1000 if fault else 0) as (url, requests):
        monkeypatch.setenv("MP_API_ENDPOINT", url)
        try:
            said += str(manage.add(path, "mp"))
        except KnownSourceError as error:
            said += "".join(traceback.format_exception(error)) + repr(error.__context__)
    assert any(headers.get("x-api-key") == KEY for _, _, headers in requests)
    assert "GET /materials/summary/" in caplog.text  # the log is as loud as it should be
    assert KEY not in said + caplog.text + "".join(capfd.readouterr())
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 1
    assert not [path for path in written if KEY.encode() in path.read_bytes()]

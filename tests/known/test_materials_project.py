"""The real mp-api client against the Materials Project's own server code, and against faulty servers."""

import logging
import os
import re
import subprocess
import sys
import time
import traceback
from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from helpers.fault_server import Response
from helpers.mp_server import (
    FAULTS,
    KEY,
    MATERIALS,
    faulty_server,
    healthy_response,
    materials_project,
    requested_pages,
    scripted_server,
)

from chemdb.builder import change_known
from chemdb.database.connection import connect_to_read
from chemdb.errors import KnownSourceError
from chemdb.known import http
from chemdb.known import materials_project as mp
from chemdb.known import pages as known_pages
from chemdb.known.registry import source_reader
from chemdb.runtime.interrupt import replaced_files
from chemdb.runtime.progress import no_progress


@pytest.fixture(scope="module")
def endpoint():
    with materials_project() as url:
        yield url


def test_the_complete_list_page_by_page(endpoint):
    done = []
    source = mp.materials_project(KEY, endpoint, done.append, page_size=3)
    assert source.name == "mp"
    rows = source.entries.select(["material_id", "formula_given", "energy_above_hull"]).to_pylist()
    assert (
        sorted((row["material_id"], row["formula_given"], row["energy_above_hull"]) for row in rows)
        == MATERIALS
    )
    assert done == [3 / 7, 6 / 7, 1]


def test_a_second_call_reads_the_cache(endpoint):
    mp.materials_project(KEY, endpoint)
    [cached] = (known_pages.cache_folder() / "mp").glob("*.parquet")
    assert pq.read_table(cached).num_rows == len(MATERIALS)
    stamp = cached.stat().st_mtime_ns
    assert len(mp.materials_project(KEY, endpoint).entries) == len(MATERIALS)
    assert cached.stat().st_mtime_ns == stamp


def test_known_add_mp(endpoint, small_path, tmp_path, monkeypatch):
    path = tmp_path / "c.duckdb"
    path.write_bytes(small_path.read_bytes())
    monkeypatch.setenv("MP_API_ENDPOINT", endpoint)
    monkeypatch.setenv("MP_API_KEY", KEY)
    loaded = change_known.add(path, "mp")
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


def fetch(url):
    return mp.materials_project(KEY, url, page_size=3)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_transient_fault(fault, short_timeouts):
    with faulty_server(fault, 1) as (url, requests):
        if not fault.retried:
            with pytest.raises(KnownSourceError):
                fetch(url)
        assert len(fetch(url).entries) == len(MATERIALS)
    if fault.at != "count":
        assert requested_pages(requests).count(1) == 1


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_lasting_fault_is_one_line_and_never_an_incomplete_list(fault, short_timeouts):
    with faulty_server(fault, 1000) as (url, _), pytest.raises(KnownSourceError) as caught:
        fetch(url)
    line = str(caught.value)
    assert line.startswith("Materials Project: ")
    assert fault.message in line
    assert line.isprintable()
    assert KEY not in line
    assert not list((known_pages.cache_folder() / "mp").glob("*.parquet"))
    context = caught.value
    while context := context.__context__ or context.__cause__:
        assert KEY not in str(context)


def test_a_response_that_is_too_large_is_not_read(short_timeouts, monkeypatch):
    monkeypatch.setattr(http, "MAX_BYTES", 10_000)
    with (
        scripted_server(lambda page, limit: Response(200, "x" * 20_000) if page == 2 else None) as (url, _),
        pytest.raises(KnownSourceError, match="page 2: the response exceeds the limit of"),
    ):
        fetch(url)


def test_the_key_goes_to_no_other_server():
    with (
        scripted_server(lambda page, limit: None) as (other, elsewhere),
        scripted_server(
            lambda page, limit: Response(307, "", (("Location", other),)) if page == 2 else None
        ) as (
            url,
            _,
        ),
        pytest.raises(KnownSourceError, match="redirects to another address"),
    ):
        fetch(url)
    assert elsewhere == []


def test_an_interrupted_download_resumes(short_timeouts):
    faults = [FAULTS["404"].response]
    with scripted_server(lambda page, limit: faults.pop() if page == 3 and faults else None) as (
        url,
        requests,
    ):
        with pytest.raises(KnownSourceError, match=r"page 3: .*; 2 pages are kept"):
            fetch(url)
        requests.clear()
        assert len(fetch(url).entries) == len(MATERIALS)
        assert requested_pages(requests) == [3]


def test_ctrl_c_during_a_download_keeps_its_pages():
    def interrupt(done):
        if done > 0.5:
            raise KeyboardInterrupt

    with scripted_server(lambda page, limit: None) as (url, requests):
        with pytest.raises(KeyboardInterrupt):
            mp.materials_project(KEY, url, interrupt, page_size=3)
        requests.clear()
        assert len(fetch(url).entries) == len(MATERIALS)
        assert requested_pages(requests) == [3]


@pytest.mark.parametrize("damage", [b"", b"PAR1", None])
def test_a_damaged_page_is_requested_again(damage):
    faults = [FAULTS["404"].response]
    with scripted_server(lambda page, limit: faults.pop() if page == 3 and faults else None) as (
        url,
        requests,
    ):
        with pytest.raises(KnownSourceError):
            fetch(url)
        [first, _] = sorted((known_pages.cache_folder() / "mp").glob("*.pages/*.parquet"))
        content = bytearray(first.read_bytes())
        content[40] ^= 1  # a bit of the first identifiers
        first.write_bytes(content if damage is None else damage)
        for leftover in ("000003.parquet.partial", "000003.parquet.lock", "000009.parquet.partial"):
            (first.parent / leftover).write_bytes(b"half a page")
        requests.clear()
        assert len(fetch(url).entries) == len(MATERIALS)
        assert requested_pages(requests) == [1, 2, 3]


def test_a_damaged_list_is_downloaded_again():
    with scripted_server(lambda page, limit: None) as (url, requests):
        fetch(url)
        [complete_list] = (known_pages.cache_folder() / "mp").glob("*.parquet")
        complete_list.write_bytes(complete_list.read_bytes()[:-100])
        requests.clear()
        assert len(fetch(url).entries) == len(MATERIALS)
        assert requested_pages(requests) == [1, 2, 3]


def test_two_servers_share_nothing():
    other_materials = [("mp-9", "NaCl", 0.0)]
    with (
        scripted_server(lambda page, limit: None) as (url, _),
        scripted_server(lambda page, limit: healthy_response(page, limit, other_materials)) as (other, _),
    ):
        assert len(fetch(url).entries) == len(MATERIALS)
        assert fetch(other).entries["formula_given"].to_pylist() == ["NaCl"]
        assert len(fetch(url).entries) == len(MATERIALS)


def test_a_new_database_version_is_downloaded_without_pages_of_the_old_one():
    version, faults = ["2025_01_01"], [FAULTS["404"].response]

    def respond(page, limit):
        if page == "heartbeat":
            return Response(200, {"db_version": version[0]})
        return faults.pop() if page == 3 and faults else None

    with scripted_server(respond) as (url, requests):
        with pytest.raises(KnownSourceError):
            fetch(url)
        version[0] = "2025_02_01"
        requests.clear()
        assert fetch(url).version == "2025_02_01"
        assert requested_pages(requests) == [1, 2, 3]
        version[0] = "2025_03_01"
        assert fetch(url).version == "2025_03_01"


def test_the_message_offers_the_old_list_when_no_newer_one_can_be_downloaded(short_timeouts):
    healthy = [True]
    with scripted_server(lambda page, limit: None if healthy else FAULTS["heartbeat: 500"].response) as (
        url,
        _,
    ):
        fetch(url)
        healthy.clear()
        with pytest.raises(KnownSourceError) as caught:
            fetch(url)
    match = re.search(r"busy \(500\).*; or use the list downloaded today: --known (.*)$", str(caught.value))
    assert len(source_reader(match[1])(no_progress).entries) == len(MATERIALS)


def test_the_note_of_a_cached_list_gives_its_age(monkeypatch):
    with scripted_server(lambda page, limit: None) as (url, _):
        assert fetch(url).notes == ()
        later = known_pages.today() + timedelta(days=12)
        monkeypatch.setattr(known_pages, "today", lambda: later)
        [note] = fetch(url).notes
    assert note.startswith("from the cache, downloaded 12 days ago; delete ")


@pytest.mark.parametrize(
    ("place", "first"),
    [
        ("heartbeat", Response(200, {"db_version": "2024_01_01"})),
        ("count", healthy_response(1, 3, total=9)),
    ],
)
def test_a_list_that_changes_during_the_download_is_downloaded_again(place, first):
    """Version or count differ before and after the first download, and are stable afterwards."""
    before = [first]
    rows = [*MATERIALS, ("mp-8", "KCl", 0.0), ("mp-9", "NaCl", 0.0)]

    def respond(page, limit):
        if page == place and before:
            return before.pop()
        return healthy_response(page, limit, rows if before or requests_left(page) else MATERIALS)

    def requests_left(page):
        return place == "count" and len(requested_pages(requests)) <= 3 and page != "count"

    with scripted_server(respond) as (url, requests):
        assert len(fetch(url).entries) == len(MATERIALS)
        assert requested_pages(requests) == [1, 2, 3, 1, 2, 3]


def test_a_second_download_of_the_same_list_is_rejected():
    with scripted_server(lambda page, limit: None) as (url, _):
        with (
            known_pages.Cache("mp", url).lock(),
            pytest.raises(KnownSourceError, match=f"in use by process {os.getpid()} .*; wait until it ends"),
        ):
            fetch(url)
        assert len(fetch(url).entries) == len(MATERIALS)


def test_a_second_process_is_told_of_the_first_and_resumes_when_that_is_killed(small_path, tmp_path):
    path = tmp_path / "c.duckdb"
    path.write_bytes(small_path.read_bytes())
    materials = [(f"mp-{n}", "ZnO", 0.0) for n in range(2500)]
    hang = [True]

    def respond(page, limit):
        return Response(hang=True) if page == 3 and hang else healthy_response(page, limit, materials)

    with scripted_server(respond) as (url, requests):
        first = subprocess.Popen(
            [sys.executable, "-m", "chemdb", "known", "add", "mp", "--db", path],
            env=os.environ | {"MP_API_KEY": KEY, "MP_API_ENDPOINT": url},
        )
        try:
            while 3 not in requested_pages(requests):
                assert first.poll() is None
                time.sleep(0.02)
            with pytest.raises(KnownSourceError) as caught:
                mp.materials_project(KEY, url)
        finally:
            first.kill()
            first.wait()
        hang.clear()
        requests.clear()
        assert len(mp.materials_project(KEY, url).entries) == 2500
    assert requested_pages(requests) == [3]
    message = str(caught.value)
    assert f"in use by process {first.pid} (chemdb known add mp); wait until it ends" in message
    assert message.isprintable()
    [complete_list] = (known_pages.cache_folder() / "mp").iterdir()
    assert complete_list.suffix == ".parquet"


def test_ctrl_c_does_not_report_pages_as_written():
    replaced_files.clear()
    with scripted_server(lambda page, limit: None) as (url, _):
        fetch(url)
    assert replaced_files == []


def test_an_unusable_cache_is_one_line(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("CHEMDB_CACHE", str(tmp_path / "file"))
    with (
        scripted_server(lambda page, limit: None) as (url, _),
        pytest.raises(
            KnownSourceError, match=r"cannot be used \(not a directory\); set CHEMDB_CACHE to another folder"
        ),
    ):
        fetch(url)


def test_a_read_only_cache_is_one_line(monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with (
        scripted_server(lambda page, limit: None) as (url, requests),
        pytest.raises(KnownSourceError, match=r"is not writable; set CHEMDB_CACHE to another folder$"),
    ):
        fetch(url)
    assert requested_pages(requests) == []


def test_pages_in_the_format_of_an_older_chemdb_are_requested_again(short_timeouts):
    faults = [FAULTS["404"].response]
    with scripted_server(lambda page, limit: faults.pop() if page == 2 and faults else None) as (
        url,
        requests,
    ):
        with pytest.raises(KnownSourceError, match="1 page is kept; the same command resumes from there"):
            fetch(url)
        [page] = (known_pages.cache_folder() / "mp").glob("*.pages/*.parquet")
        entries = pq.read_table(page).replace_schema_metadata()
        known_pages._write(page, entries, {"where": "2025_01_01 7 3 1", "following": None, "total": 7})
        requests.clear()
        assert len(fetch(url).entries) == len(MATERIALS)
        assert requested_pages(requests) == [1, 2, 3]


@pytest.mark.parametrize("fault", [None, FAULTS["401"]], ids=["healthy", "rejected"])
def test_the_key_never_leaks(fault, small_path, tmp_path, monkeypatch, caplog, capfd):
    """Neither to the screen, debug logs, tracebacks, the cache nor the database."""
    path = tmp_path / "c.duckdb"
    path.write_bytes(small_path.read_bytes())
    monkeypatch.setenv("CHEMDB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MP_API_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    text = ""
    with faulty_server(fault or FAULTS["500"], 1000 if fault else 0) as (url, requests):
        monkeypatch.setenv("MP_API_ENDPOINT", url)
        try:
            text += str(change_known.add(path, "mp"))
        except KnownSourceError as error:
            text += "".join(traceback.format_exception(error)) + repr(error.__context__)
    assert any(headers.get("x-api-key") == KEY for _, _, headers in requests)
    assert "GET /materials/summary/" in caplog.text  # the log has debug messages
    assert KEY not in text + caplog.text + "".join(capfd.readouterr())
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 1
    assert not [path for path in files if KEY.encode() in path.read_bytes()]

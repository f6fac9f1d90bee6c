"""OPTIMADE providers: the reference server of optimade-python-tools, and faulty providers."""

import subprocess
import sys

import pytest
from helpers.fault_server import Response
from helpers.optimade_server import (
    FAULTS,
    FORMULAS,
    GENERATED,
    faulty_server,
    healthy_page,
    reference_server,
    requested_pages,
    scripted_server,
)

from chemdb.builder import change_known
from chemdb.database.connection import connect_to_read
from chemdb.errors import KnownSourceError
from chemdb.known import pages as known_pages
from chemdb.known.optimade import PROVIDERS, optimade
from chemdb.known.registry import source_reader
from chemdb.runtime.progress import no_progress


@pytest.fixture(scope="module")
def provider():
    with reference_server() as url:
        yield url


def test_the_reference_server_page_by_page(provider):
    done = []
    source = optimade(provider, progress=done.append)
    entries = source.entries.to_pylist()
    assert len(entries) == 128
    # Those of two to five elements; one has no formula.
    assert [row["formula_given"] for row in entries[:8]] == [
        "Ac2AgIr",
        "Ac2AgPb",
        "Ac2Mg",
        "Ac2O3",
        "AcCuFO2",
        "Ag10BrClTe4",
        "Ag2C6ClH12N3",
        None,
    ]
    assert [(row["material_id"], row["formula_given"]) for row in entries[8:]] == [
        row[:2] for row in GENERATED
    ]
    assert [row["energy_above_hull"] for row in entries[8:]] == [max(row[2], 0) for row in GENERATED]
    assert done == [100 / 128, 1]
    assert (source.name, source.version, source.retrieved) == (
        "optimade-127.0.0.1", "OPTIMADE 1.2.0, OPTIMADE Python Tools 1.5.0", known_pages.today(),
    )  # fmt: skip
    assert source.description == f"A provider, {provider}, nelements>=2 AND nelements<=5"
    assert source.notes == ()


def test_known_add_optimade(provider, small_path, tmp_path):
    path = tmp_path / "c.duckdb"
    path.write_bytes(small_path.read_bytes())
    loaded = change_known.add(path, f"exmpl=optimade:{provider}/v1/")
    assert (loaded.n_entries, loaded.n_rejected) == (127, 1)
    with connect_to_read(path) as con:
        assert con.execute(
            "select material_id, formula, energy_above_hull from known_entry where source = 'exmpl' and chemsys = 'Ac-Mg'"
        ).fetchall() == [("mpf_23", "Ac2Mg", None)]
        assert con.execute(
            "select material_id, reason from known_reject where source = 'exmpl'"
        ).fetchall() == [("mpf_276", "no formula")]


def test_the_provenance_of_a_provider():
    with scripted_server(lambda number: None) as (url, _):
        source = optimade(url)
    assert source.entries["formula_given"].to_pylist() == FORMULAS
    assert (source.version, source.licence) == ("OPTIMADE 1.2.0, Tests 3", "CC-BY-4.0")


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_transient_fault(fault, short_timeouts):
    with faulty_server(fault, 1) as (url, requests):
        if not fault.retried:
            with pytest.raises(KnownSourceError):
                optimade(url)
        assert optimade(url).entries["formula_given"].to_pylist() == FORMULAS
    assert fault.at == "info" or requested_pages(requests)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_lasting_fault_is_one_line_and_never_an_incomplete_list(fault, short_timeouts, capfd):
    with faulty_server(fault, 1000) as (url, _), pytest.raises(KnownSourceError) as caught:
        optimade(url)
    line = str(caught.value)
    assert line.startswith(f"OPTIMADE provider {url}: ")
    assert fault.message in line
    assert line.isprintable()
    assert not list((known_pages.cache_folder() / "optimade").glob("*.parquet"))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("announced", "problem"),
    [
        (9, "the list ended after 7 of 9 entries; nothing was kept; try again"),
        (5, "6 entries received, but 5 announced; nothing was kept; try again"),
        (-1, "page 1: meta.data_returned is not a valid count; nothing was kept"),
    ],
)
def test_a_wrong_count(announced, problem, short_timeouts):
    def miscounted(number):
        return None if number == "info" else Response(200, healthy_page(number, data_returned=announced))

    with scripted_server(miscounted) as (url, _), pytest.raises(KnownSourceError, match=problem):
        optimade(url)


def test_a_missing_count_is_noted():
    def uncounted(number):
        return None if number == "info" else Response(200, healthy_page(number, data_returned=None))

    with scripted_server(uncounted) as (url, _):
        source = optimade(url)
    assert source.notes == ("the provider reports no count, so completeness could not be checked",)
    assert source.description.endswith(
        "; the provider reports no count, so completeness could not be checked"
    )
    assert len(source.entries) == len(FORMULAS)


def test_warnings_of_the_provider_become_notes():
    def warning(number):
        warnings = [{"type": "warning", "detail": "half of\nthe structures are missing"}]
        return Response(200, healthy_page(number, warnings=warnings)) if number == 2 else None

    with scripted_server(warning) as (url, _):
        assert optimade(url).notes == ("warning of the provider: half of the structures are missing",)


def test_links_of_a_server_behind_a_gateway():
    """Its links have the scheme and port that it has behind the gateway."""
    with scripted_server(
        lambda number: (
            None if number == "info" else Response(200, healthy_page(number, base="https://127.0.0.1:1"))
        )
    ) as (url, _):
        assert len(optimade(url).entries) == len(FORMULAS)


def test_an_interrupted_download_resumes(short_timeouts):
    def interrupt(done):
        if done > 0.5:
            raise KeyboardInterrupt

    with scripted_server(lambda number: None) as (url, requests):
        with pytest.raises(KeyboardInterrupt):
            optimade(url, progress=interrupt)
        requests.clear()
        assert optimade(url).entries["formula_given"].to_pylist() == FORMULAS
        assert requested_pages(requests) == [3]
        requests.clear()
        assert optimade(url).notes[0].startswith("from the cache, downloaded today")
        assert requests == []


def test_a_list_is_downloaded_again_after_thirty_days(monkeypatch, short_timeouts):
    from datetime import timedelta

    healthy = [True]
    with scripted_server(lambda number: None if healthy else FAULTS["500"].response) as (url, requests):
        optimade(url)
        for days, pages in ((30, []), (31, [1, 2, 3])):
            later = known_pages.today() + timedelta(days=days)
            with monkeypatch.context() as patch:
                patch.setattr(known_pages, "today", lambda later=later: later)
                requests.clear()
                optimade(url)
                assert requested_pages(requests) == pages
        [complete_list] = (known_pages.cache_folder() / "optimade").glob("*.parquet")
        later = known_pages.today() + timedelta(days=90)
        monkeypatch.setattr(known_pages, "today", lambda: later)
        healthy.clear()
        with pytest.raises(
            KnownSourceError, match=r"; or use the list downloaded 90 days ago: --known"
        ) as caught:
            optimade(url)
    spec = str(caught.value).rpartition("--known ")[2]
    assert spec.endswith(f"={complete_list}")
    assert source_reader(spec)(no_progress).entries["formula_given"].to_pylist() == FORMULAS


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        (
            "optimade=",
            "unknown provider; use mp, oqmd, alexandria or a URL that starts with https:// or http://",
        ),
        (
            "optimade=nomad",
            "unknown provider; use mp, oqmd, alexandria or a URL that starts with https:// or http://",
        ),
        (
            "optimade=oqmd.org/optimade",
            "unknown provider; use mp, oqmd, alexandria or a URL that starts with https:// or http://",
        ),
        (
            "optimade=file:///etc/passwd",
            "unknown provider; use mp, oqmd, alexandria or a URL that starts with https:// or http://",
        ),
        (
            "lab=optimade:ftp://oqmd.org",
            "unknown provider; use mp, oqmd, alexandria or a URL that starts with https:// or http://",
        ),
        (
            "optimade=http://",
            "unknown provider; use mp, oqmd, alexandria or a URL that starts with https:// or http://",
        ),
        ("optimade=http://[", "not a valid URL"),
        ("optimade=http://localhost:99999", "not a valid URL"),
        ("optimade=http://me:secret@localhost", "must not contain a user name, a password"),
        ("optimade=http://localhost/?a=b", "must not contain a user name, a password, [?] or #"),
        ("optimade=http://no-such-host.invalid", "cannot resolve the host name no-such-host.invalid"),
        (
            "mp=optimade:http://localhost",
            "'mp' is reserved; choose another name, e.g. my-mp=optimade:PROVIDER",
        ),
        ("mp=optimade:http://me:secret@localhost", "'mp' is reserved"),
    ],
)
def test_bad_providers_are_rejected_in_one_line_before_any_work(spec, problem, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with pytest.raises(KnownSourceError, match=problem) as caught:
        source_reader(spec)
    assert str(caught.value).isprintable()
    assert "secret" not in str(caught.value)


def test_the_command_line_rejects_a_bad_provider_in_one_line(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "chemdb",
            "build",
            "--db",
            tmp_path / "x.duckdb",
            "--known",
            "optimade=file:///etc/passwd",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(
        "chemdb: known source optimade=file:///etc/passwd: unknown provider; use mp, "
    )
    assert list(tmp_path.iterdir()) == []


def test_presets_are_base_urls():
    assert all(url.startswith("https://") and not url.endswith(("/", "/v1")) for url in PROVIDERS.values())

"""OPTIMADE providers: the reference server of the OPTIMADE tools, and providers that fail."""

import subprocess
import sys

import pytest
from helpers.fault_server import Answer
from helpers.optimade_server import (
    FAULTS,
    FORMULAS,
    GENERATED,
    faulty,
    page_of,
    pages_asked,
    reference_server,
    scripted,
)

from chemdb.builder import change_known as manage
from chemdb.database.connection import connect_to_read
from chemdb.errors import KnownSourceError
from chemdb.known import http as web
from chemdb.known import pages as download
from chemdb.known.optimade import PROVIDERS, optimade
from chemdb.known.registry import source_reader
from chemdb.runtime.limits import Limits
from chemdb.runtime.progress import no_progress


@pytest.fixture(scope="module")
def provider():
    with reference_server() as url:
        yield url


@pytest.fixture
def hurried(monkeypatch):
    """Waits of a thousandth and a patience of a fifth of a second, answers of up to a megabyte."""
    monkeypatch.setattr(web, "WAIT", 0.001)
    monkeypatch.setattr(web, "LONGEST_WAIT", 0)
    monkeypatch.setattr(web, "TIMEOUT", 0.2)
    monkeypatch.setattr(web, "LONGEST", 0.4)
    monkeypatch.setattr(web, "LARGEST", 1 << 19)


def test_the_reference_server_page_by_page(provider):
    done = []
    source = optimade(provider, progress=done.append)
    found = source.entries.to_pylist()
    assert len(found) == 126
    assert [row["formula_given"] for row in found[:6]] == [
        "Ac2AgIr",
        "Ac2AgPb",
        "Ac2Mg",
        "Ac2O3",
        "AcCuFO2",
        None,
    ]
    assert [(row["material_id"], row["formula_given"]) for row in found[6:]] == [row[:2] for row in GENERATED]
    assert [row["energy_above_hull"] for row in found[6:]] == [max(row[2], 0) for row in GENERATED]
    assert done == [100 / 126, 1]
    assert (source.name, source.version, source.retrieved) == (
        "optimade-127.0.0.1", "OPTIMADE 1.2.0, OPTIMADE Python Tools 1.5.0", download.today(),
    )  # fmt: skip
    assert source.description == f"A provider, {provider}, nelements>=2 AND nelements<=4"
    assert source.notes == ()


def test_known_add_optimade(provider, small_path, tmp_path):
    path = tmp_path / "c.duckdb"
    path.write_bytes(small_path.read_bytes())
    loaded = manage.add(path, f"exmpl=optimade:{provider}/v1/")
    assert (loaded.n_entries, loaded.n_rejected) == (125, 1)
    with connect_to_read(path) as con:
        assert con.execute(
            "select material_id, formula, energy_above_hull from known_entry where source = 'exmpl' and chemsys = 'Ac-Mg'"
        ).fetchall() == [("mpf_23", "Ac2Mg", None)]
        assert con.execute(
            "select material_id, reason from known_reject where source = 'exmpl'"
        ).fetchall() == [("mpf_220", "no formula")]


def test_what_is_kept_of_a_provider():
    with scripted(lambda number: None) as (url, _):
        source = optimade(url)
    assert source.entries["formula_given"].to_pylist() == FORMULAS
    assert (source.version, source.licence) == ("OPTIMADE 1.2.0, Tests 3", "CC-BY-4.0")


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_passes(fault, hurried):
    with faulty(fault, 1) as (url, requests):
        if not fault.again:
            with pytest.raises(KnownSourceError):
                optimade(url)
        assert optimade(url).entries["formula_given"].to_pylist() == FORMULAS
    assert fault.at == "info" or pages_asked(requests)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_stays_is_one_line_and_never_a_short_list(fault, hurried, capfd):
    with faulty(fault, 1000) as (url, _), pytest.raises(KnownSourceError) as caught:
        optimade(url)
    line = str(caught.value)
    assert line.startswith(f"OPTIMADE provider {url}: ")
    assert fault.message in line
    assert line.isprintable()
    assert not list((download.cache_folder() / "optimade").glob("*.parquet"))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("announced", "problem"),
    [
        (9, "the last page came after 7 of 9 entries; nothing was kept"),
        (5, "6 entries came, 5 were announced; nothing was kept"),
        (-1, "page 1: meta.data_returned is not a number; nothing was kept"),
    ],
)
def test_a_count_that_does_not_agree(announced, problem, hurried):
    def miscounted(number):
        return None if number == "info" else Answer(200, page_of(number, data_returned=announced))

    with scripted(miscounted) as (url, _), pytest.raises(KnownSourceError, match=problem):
        optimade(url)


def test_a_provider_that_does_not_count_is_said_to():
    def uncounted(number):
        return None if number == "info" else Answer(200, page_of(number, data_returned=None))

    with scripted(uncounted) as (url, _):
        source = optimade(url)
    assert source.notes == ("the provider gives no count, so it could not be checked",)
    assert source.description.endswith("; the provider gives no count, so it could not be checked")
    assert len(source.entries) == len(FORMULAS)


def test_warnings_of_the_provider_are_passed_on():
    def warning(number):
        said = [{"type": "warning", "detail": "half of\nthe structures are missing"}]
        return Answer(200, page_of(number, warnings=said)) if number == 2 else None

    with scripted(warning) as (url, _):
        assert optimade(url).notes == ("the provider warns: half of the structures are missing",)


def test_links_of_a_server_behind_a_gateway():
    """It believes to be reached by https and at another port."""
    with scripted(
        lambda number: None if number == "info" else Answer(200, page_of(number, base="https://127.0.0.1:1"))
    ) as (url, _):
        assert len(optimade(url).entries) == len(FORMULAS)


def test_a_download_goes_on_where_it_stopped(hurried):
    def interrupt(done):
        if done > 0.5:
            raise KeyboardInterrupt

    with scripted(lambda number: None) as (url, requests):
        with pytest.raises(KeyboardInterrupt):
            optimade(url, progress=interrupt)
        requests.clear()
        assert optimade(url).entries["formula_given"].to_pylist() == FORMULAS
        assert pages_asked(requests) == [3]
        requests.clear()
        assert optimade(url).notes[0].startswith("from the cache, downloaded today")
        assert requests == []


def test_a_list_is_downloaded_again_after_thirty_days(monkeypatch, hurried):
    from datetime import timedelta

    healthy = [True]
    with scripted(lambda number: None if healthy else FAULTS["500"].answer) as (url, requests):
        optimade(url)
        for days, asked in ((30, []), (31, [1, 2, 3])):
            later = download.today() + timedelta(days=days)
            with monkeypatch.context() as patch:
                patch.setattr(download, "today", lambda later=later: later)
                requests.clear()
                optimade(url)
                assert pages_asked(requests) == asked
        [whole] = (download.cache_folder() / "optimade").glob("*.parquet")
        later = download.today() + timedelta(days=90)
        monkeypatch.setattr(download, "today", lambda: later)
        healthy.clear()
        with pytest.raises(
            KnownSourceError, match=r"the list downloaded .* days ago is still there: --known"
        ) as caught:
            optimade(url)
    spec = str(caught.value).rpartition("--known ")[2]
    assert spec.endswith(f"={whole}")
    assert source_reader(spec, Limits())(no_progress).entries["formula_given"].to_pylist() == FORMULAS


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ("optimade=", "neither mp, oqmd, alexandria nor a URL"),
        ("optimade=nomad", "neither mp, oqmd, alexandria nor a URL"),
        ("optimade=oqmd.org/optimade", "neither mp, oqmd, alexandria nor a URL"),
        ("optimade=file:///etc/passwd", "neither mp, oqmd, alexandria nor a URL"),
        ("lab=optimade:ftp://oqmd.org", "neither mp, oqmd, alexandria nor a URL"),
        ("optimade=http://", "neither mp, oqmd, alexandria nor a URL"),
        ("optimade=http://[", "not a URL"),
        ("optimade=http://localhost:99999", "not a URL"),
        ("optimade=http://me:secret@localhost", "no password"),
        ("optimade=http://localhost/?a=b", "no password, [?] or #"),
        ("optimade=http://no-such-host.invalid", "no machine is named no-such-host.invalid"),
        ("mp=optimade:http://localhost", "cannot be the name"),
    ],
)
def test_bad_providers_are_one_line_before_anything_else(spec, problem, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with pytest.raises(KnownSourceError, match=problem) as caught:
        source_reader(spec, Limits())
    assert str(caught.value).isprintable()
    assert "secret" not in str(caught.value)


def test_the_command_line_says_it_in_one_line(tmp_path):
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
    assert done.stderr.startswith("chemdb: known source optimade=file:///etc/passwd: neither mp, ")
    assert list(tmp_path.iterdir()) == []


def test_presets_are_base_urls():
    assert all(url.startswith("https://") and not url.endswith(("/", "/v1")) for url in PROVIDERS.values())

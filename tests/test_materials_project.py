"""The real mp-api client against the Materials Project's own server code, and against faults."""

import pyarrow.parquet as pq
import pytest
from mp_server import KEY, MATERIALS, materials_project, page_of, scripted

from chemdb.database import connect_to_read
from chemdb.errors import KnownSourceError
from chemdb.known import manage
from chemdb.known import materials_project as mp


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
    assert done == [1 / 3, 2 / 3, 1]


def test_a_second_call_reads_the_cache(endpoint):
    mp.materials_project(KEY, endpoint)
    [cached] = mp.cache_folder().iterdir()
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


@pytest.mark.parametrize("key", [None, "short"])
def test_a_key_is_needed(key, endpoint):
    with pytest.raises(KnownSourceError, match="key") as caught:
        mp.materials_project(key, endpoint)
    assert "\n" not in str(caught.value)


def fetch(answer):
    with scripted(answer) as url:
        return mp.materials_project(KEY, url, page_size=3)


FAULTS = {
    "refused": (401, {"detail": "no"}, {}),
    "forbidden": (403, {"message": "no"}, {}),
    "not found": (404, {"detail": "no"}, {}),
    "bad request": (422, {"detail": "no"}, {}),
    "HTML": (200, "<html>maintenance</html>", {}),
    "no data": (200, {"meta": {"total_doc": 7}}, {}),
    "null data": (200, {"data": None, "meta": {"total_doc": 7}}, {}),
    "empty page": (200, {"data": [], "meta": {"total_doc": 7}}, {}),
    "short page": page_of(2, 3, MATERIALS[:5], total=7),
    "no formula": (200, {"data": [{"material_id": "mp-4"}] * 3, "meta": {"total_doc": 7}}, {}),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_on_a_page_is_one_line_and_never_a_short_list(fault):
    def faulty(page, limit):
        return fault if page == 2 else page_of(page, limit)

    with pytest.raises(KnownSourceError, match="Materials Project") as caught:
        fetch(faulty)
    assert "\n" not in str(caught.value)
    assert KEY not in str(caught.value)
    assert len(fetch(page_of).entries) == len(MATERIALS)


def test_a_download_goes_on_where_it_stopped():
    asked = []

    def until_page_2(page, limit):
        asked.append(page)
        return FAULTS["HTML"] if page == 3 else page_of(page, limit)

    with pytest.raises(KnownSourceError, match="page 3 of 3"):
        fetch(until_page_2)
    asked.clear()
    assert len(fetch(lambda page, limit: asked.append(page) or page_of(page, limit)).entries) == len(
        MATERIALS
    )
    assert [page for page in asked if page] == [3]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(status):
    refusals = [(status, {"detail": "busy"}, {"Retry-After": "0"})] * 2

    def busy(page, limit):
        return refusals.pop() if page == 2 and refusals else page_of(page, limit)

    assert len(fetch(busy).entries) == len(MATERIALS)
    assert refusals == []


def test_duplicates_are_noticed():
    doubled = [*MATERIALS[:6], MATERIALS[0]]
    with pytest.raises(KnownSourceError, match="the list changed while it was read"):
        fetch(lambda page, limit: page_of(page, limit, doubled))


def test_a_total_that_changes_is_noticed():
    totals = iter([7])
    with pytest.raises(KnownSourceError, match="the list changed while it was read"):
        fetch(lambda page, limit: page_of(page, limit, total=None if page else next(totals, 8)))


def test_no_total_is_noticed():
    def without(page, limit):
        status, body, headers = page_of(page, limit)
        return status, {"data": body["data"]}, headers

    with pytest.raises(KnownSourceError, match="Materials Project, counting"):
        fetch(without)

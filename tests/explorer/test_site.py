"""`chemdb site` and the pack: what is in the files."""

import json

import numpy as np
import pyarrow as pa
import pytest
from helpers.cli import run

import chemdb
from chemdb.errors import FileError
from chemdb.explorer.pack import FASTEST, pack
from chemdb.explorer.page_files import joined_modules, page_files


def unpacked(part):
    return pa.input_stream(pa.BufferReader(part), compression="zstd").read()


@pytest.fixture
def parts(small):
    return pack(small, "folder", FASTEST)


def test_the_sets_have_all_allowed_compositions(parts, small):
    systems, at = unpacked(parts["systems"]), 0
    for nelements, n_systems, allowed in small.execute(
        "select nelements, n_systems, allowed from order_summary order by nelements"
    ).fetchall():
        n_sets = int.from_bytes(systems[at : at + 4], "little")
        sizes = np.frombuffer(systems, "<u2", n_sets, at + 4)
        planes = np.frombuffer(systems, np.uint8, 3 * n_systems, at + 4 + 2 * n_sets).reshape(3, -1)
        at += 4 + 2 * n_sets + 3 * n_systems
        sets = np.frombuffer(unpacked(parts[f"sets_{nelements}"]), np.uint8).reshape(n_sets, -1)
        assert sizes.tolist() == np.bitwise_count(sets).sum(axis=1).tolist()
        assert sizes[planes.T.astype(int) @ [1, 256, 65536]].sum() == allowed
    assert at == len(systems)


def test_the_head_says_what_the_file_is(parts):
    head = json.loads(unpacked(parts["head"]))
    assert head["limits"] == {"nelements": [2, 3], "max_factor": 4}
    assert [source["name"] for source in head["sources"]] == ["lab"]
    assert head["state_sets"][0]["states"]["O"][0][0] == -2
    assert head["sizes"] == {name: len(part) for name, part in parts.items() if name != "head"}


def test_one_file_loads_nothing(small_path, tmp_path):
    with chemdb.open(small_path) as db:
        size = db.site(tmp_path / "page.html", fast=True)
    page = (tmp_path / "page.html").read_text()
    assert size == len(page.encode())
    assert "connect-src 'none'" in page
    assert ' src="' not in page
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_folder_keeps_its_other_files(small_path, tmp_path):
    (tmp_path / "CNAME").write_text("example.org")
    done = run("site", tmp_path, "--fast", "--db", small_path)
    assert done.stdout.startswith(f"{tmp_path}: ")
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {"index.html", "worker.js", "pack/head", "pack/sets_3", "vendor/fzstd.LICENSE", "CNAME"} <= written
    assert not any(name.endswith((".d.ts", ".json", ".lock", ".partial")) for name in written)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["folder", "-o", "page.html"], "name a folder or --output, not both"),
        (["-o", "page.txt"], "the name must end in .html"),
        (["-o", "no/page.html"], "cannot be written (the folder"),
    ],
)
def test_impossible_targets(small_path, words, problem):
    done = run("site", *words, "--db", small_path)
    assert done.exit_code != 0
    assert problem in " ".join(done.stderr.split())


def test_a_folder_that_is_a_file(small_path, tmp_path):
    (tmp_path / "file").write_text("")
    with chemdb.open(small_path) as db, pytest.raises(FileError, match="cannot be written"):
        db.site(tmp_path / "file", fast=True)


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        ('import { a } from "./a.js";', "modules import each other: a.js → a.js"),
        ('import * as b from "./b.js";', "cannot be joined with others"),
        ("export default 1;", "cannot be joined with others"),
        ('const text = "</script>";', "its modules contain </script"),
    ],
)
def test_modules_that_cannot_be_joined(program, problem):
    with pytest.raises(ValueError, match=problem):
        joined_modules({"a.js": program.encode(), "b.js": b""}, "a.js")


def test_joined_modules_are_functions():
    files = {"a.js": b'import { b as c } from "./x/b.js";\nc();', "x/b.js": b"export function b() {}"}
    assert joined_modules(files, "a.js").splitlines() == [
        '"use strict";', "{", "const modules = {};", 'modules["x/b.js"] = (() => {', "function b() {}", "return { b };", "})();",
        'modules["a.js"] = (() => {', 'const { b: c } = modules["x/b.js"];', "c();", "return {  };", "})();", "}",
    ]  # fmt: skip


def test_all_modules_are_used():
    joined = joined_modules(page_files(), "app.js") + joined_modules(page_files(), "worker.js")
    modules = {name for name in page_files() if name.endswith(".js")}
    assert {name for name in modules if f'modules["{name}"] = ' not in joined} == {"types.js"}

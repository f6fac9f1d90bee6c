"""Exports into an object store: moto's server for S3, on loopback."""

import os
import signal
import subprocess
import sys

import pytest
from helpers.cli import output, run
from helpers.exports import QUERY, ROWS
from helpers.object_store import BUCKET, client, environment, keys, object_store, stalled_uploads

from chemdb.dataset.exporting import export, finish

PLACE = f"s3://{BUCKET}/lab/oxygen"


@pytest.fixture
def port(monkeypatch):
    with object_store() as port:
        for name, value in environment(port).items():
            monkeypatch.setenv(name, value)
        yield port


def test_objects_are_the_files_of_a_folder(pieces, port, tmp_path):
    export(pieces, tmp_path / "serial", ["formula"])
    for number in (1, 0):
        export(pieces, PLACE, ["formula"], share=slice(number, None, 2))
    finish(PLACE)
    folder = sorted(path for path in (tmp_path / "serial").rglob("*") if path.is_file())
    names = [f"lab/oxygen/{path.relative_to(tmp_path / 'serial')}" for path in folder]
    assert keys(port) == names
    for path, name in zip(folder, names, strict=True):
        assert client(port).get_object(Bucket=BUCKET, Key=name)["Body"].read() == path.read_bytes()
    assert export(pieces, PLACE, ["formula"]).n_new == 0
    assert "3 of 3 checks passed" in output("verify", PLACE)


def test_a_writer_killed_in_an_upload_leaves_no_object(small_path, port):
    words = [
        "export",
        "compositions",
        QUERY,
        "-o",
        PLACE,
        "--rows-per-file",
        str(ROWS),
        "--db",
        str(small_path),
    ]
    with stalled_uploads(port, "part-00002") as (stalled, arrived):
        writer = subprocess.Popen(
            [sys.executable, "-m", "chemdb", *words], env=os.environ | environment(stalled)
        )
        while not arrived.wait(0.1):
            assert writer.poll() is None
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    assert [name.rpartition("/")[2] for name in keys(port)] == [
        "_plan.json",
        "part-00000-of-00005.parquet",
        "part-00001-of-00005.parquet",
    ]
    # docs/scaling.md says how such uploads are removed.
    uploads = client(port).list_multipart_uploads(Bucket=BUCKET)["Uploads"]
    assert ["part-00002" in one["Key"] for one in uploads] == [True]
    assert run(*words).exit_code == 0
    assert len(keys(port)) == 7


def test_a_store_that_refuses_is_one_line(small_path, port):
    for place, message in (
        ("s3://other-bucket/x", "chemdb: s3://other-bucket/x"),
        (f"s3://{BUCKET}", f"chemdb: s3://{BUCKET}: has no prefix; write s3://bucket/prefix"),
    ):
        done = run("export", "compositions", QUERY, "-o", place, "--db", small_path)
        assert done.exit_code == 1
        assert done.stderr.startswith(message)
        assert done.stderr.count("\n") == 1
    assert keys(port) == []

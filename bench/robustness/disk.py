"""Full and read-only disks, immutable folders, and links to other file systems."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from experiment import Outcome, command, leftovers, one_line

ABOUT = (
    "The full disk is a small tmpfs, the read-only disk the same tmpfs mounted read-only; if mounting is not "
    "permitted, these rows are missing. The immutable folder has the attribute `chattr +i`."
)
SMALL = ("--nelements", "2-3", "--max-stoichiometry", "4", "--known", "none")
ROWS = ("query", "missing nelements=3 natoms<=7", "--limit", "0")


def run(db: Path, folder: Path) -> Iterator[Outcome]:
    small, disk = folder / "small.duckdb", folder / "disk"
    (folder / "lab.csv").write_text("formula\nZnO3\n")
    (folder / "f.csv").write_text("formula\n" + "LiZn2Sn3O8\n" * 1_000_000)
    subprocess.run(command("build", *SMALL, "--db", small), capture_output=True, check=True)
    disk.mkdir()
    vectors = ("export", "embeddings", *ROWS[1:2], "--db", small, "-o")
    outputs = (
        ("query -o x.csv", (*ROWS, "--db", small, "-o", disk / "x.csv"), "x.csv"),
        ("query -o x.parquet", (*ROWS, "--db", small, "-o", disk / "x.parquet"), "x.parquet"),
        ("export embeddings -o x.parquet", (*vectors, disk / "x.parquet"), "x.parquet"),
        ("export embeddings -o x.csv", (*vectors, disk / "x.csv"), "x.csv"),
        ("export embeddings -o x.npz", (*vectors, disk / "x.npz"), "x.npz"),
        ("label -o x.csv", ("label", folder / "f.csv", "--db", small, "-o", disk / "x.csv"), "x.csv"),
        ("plot periodic-table", ("plot", "periodic-table", "--db", small, "-o", disk / "x.png"), "x.png"),
        ("query -o x.json", (*ROWS, "--db", small, "-o", disk / "x.json"), "x.json"),
    )
    changes = (
        ("build", ("build", *SMALL, "--db", disk / "x.duckdb"), "x.duckdb"),
        ("known add", ("known", "add", folder / "lab.csv", "--db", disk / "x.duckdb"), "x.duckdb"),
        ("map", ("map", "--method", "pca", "--per-category", 200, "--db", disk / "x.duckdb"), "x.duckdb"),
    )
    free = small.stat().st_size
    for what, arguments, name in (*outputs, *changes):
        with mounted(disk) as can:
            if not can:
                break
            fill(disk, name, small, leave=free // 3 if name == "x.duckdb" else 20_000)
            yield refused(f"`chemdb {what}`, full disk", arguments, disk)
    for what, arguments, name in (outputs[0], outputs[4], outputs[6], *changes):
        with mounted(disk) as can:
            if not can:
                break
            fill(disk, name, small)
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            yield refused(f"`chemdb {what}`, read-only disk", arguments, disk)
    for what, arguments, name in (outputs[0], outputs[2], *changes):
        fill(disk, name, small)
        # Unlike permissions, this attribute also applies to root.
        if subprocess.run(["chattr", "+i", disk], capture_output=True, check=False).returncode:
            break
        try:
            yield refused(f"`chemdb {what}`, immutable folder", arguments, disk)
        finally:
            subprocess.run(["chattr", "-i", disk], check=True)
        for path in disk.iterdir():
            path.unlink()
    yield refused(
        "`chemdb query -o /dev/full`", (*ROWS, "--format", "csv", "--db", small, "-o", "/dev/full"), disk
    )
    yield refused(
        "`chemdb info -o /dev/full`", ("info", "--format", "json", "--db", small, "-o", "/dev/full"), disk
    )
    yield no_room_aside(db, disk)
    yield from linked(small, folder, disk)


def summary(outcomes: list[Outcome]) -> str:
    """Return the number of cases."""
    return f"{len(outcomes)} cases of full and read-only disks, immutable folders and symbolic links"


def fill(disk: Path, name: str, small: Path, leave: int | None = None) -> None:
    """Put an old file on the disk, and leave the given number of bytes free."""
    shutil.copyfile(small, disk / name) if name == "x.duckdb" else (disk / name).write_text("old\n" * 5)
    if leave is not None:
        about = os.statvfs(disk)
        with (disk / "rest").open("wb") as rest:
            os.posix_fallocate(rest.fileno(), 0, about.f_bavail * about.f_frsize - leave)


def refused(what: str, arguments: tuple, disk: Path) -> Outcome:
    """Run a command that cannot write; return how it ended."""
    before = digests(disk)
    done = subprocess.run(command(*arguments), capture_output=True, text=True, check=False)
    problems = []
    if done.returncode != 1:
        problems.append(f"exit code {done.returncode}")
    if not one_line(done.stderr):
        problems.append(f"stderr ends in {done.stderr.strip()[-100:]!r}")
    if digests(disk) != before:
        problems.append(f"left {leftovers(disk, *before)}, or changed the old file")
    said = done.stderr.strip().splitlines()[-1:] or [""]
    line = said[0].replace(str(disk) + "/", "").replace("|", "/")
    return Outcome(what, 1, f"`{line}`" + "".join(f"; {problem}" for problem in problems), not problems)


def no_room_aside(db: Path, disk: Path) -> Outcome:
    """Run a query that needs temporary files and has no space for them; return how it ended."""
    with mounted(disk) as can:
        if not can:
            shutil.copyfile(db, disk / "x.duckdb")
        else:
            subprocess.run(["mount", "-o", "remount,size=200m", disk], check=True)
            fill(disk, "x.duckdb", db, leave=5_000_000)
        return refused(
            "sorting 50,000,000 rows with 300 MB of memory, no space for temporary files",
            ("sql", "select hash(i) as h, i from range(50_000_000) t(i) order by h limit 1 offset 40_000_000",
             "--memory-limit", "300MB", "--temp-directory", disk, "--db", disk / "x.duckdb"), disk,
        )  # fmt: skip


def linked(small: Path, folder: Path, disk: Path) -> Iterator[Outcome]:
    """Yield what happens when the file to be replaced is a symbolic link."""
    with mounted(disk) as other:
        for name, arguments in (
            ("x.duckdb", ("known", "add", folder / "lab.csv", "--db")),
            ("x.parquet", (*ROWS, "--db", small, "-o")),
        ):
            fill(disk, name, small)
            before = digests(disk)
            link = folder / f"link-{name}"
            link.symlink_to(disk / name)
            done = subprocess.run(command(*arguments, link), capture_output=True, text=True, check=False)
            after = digests(disk)
            ok = done.returncode == 0 and link.is_symlink() and set(after) == set(before) and after != before
            where = "on another file system" if other else "in another folder"
            yield Outcome(
                f"`chemdb {arguments[0]}` through a symbolic link to a file {where}", 1,
                "the link is kept, its target is replaced" if ok else done.stderr.strip()[-200:] or str(list(after)), ok,
            )  # fmt: skip


@contextmanager
def mounted(disk: Path) -> Iterator[bool]:
    """Mount a small file system; yield whether that is permitted."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", disk], capture_output=True, check=False
    )
    try:
        yield done.returncode == 0
    finally:
        if done.returncode == 0:
            subprocess.run(["umount", disk], check=True)


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file in a folder, by name."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file()
    }

"""Move modules to where moves.tsv says, and rewrite every import of them.

    python .ci/move.py        from the top of a checkout; for branches that began before the move

Files that are not modules move by FILES. Nothing but names of modules and files is edited.
"""

import re
import subprocess
from pathlib import Path

MOVES = dict(line.split() for line in Path(".ci/moves.tsv").read_text().splitlines())
FILES = {
    "data/README.md": "known/README.md",
    "data/mp_snapshot.parquet": "known/mp_snapshot.parquet",
    "data/make_mp_snapshot.py": "known/make_mp_snapshot.py",
    "data/explain.schema.json": "lookup/explain.schema.json",
    "query/grammar.lark": "query/parse/grammar.lark",
}
NAMES = "|".join(re.escape(name) for name in sorted(MOVES, key=len, reverse=True))
# chemdb.build, but not chemdb.build_info, chemdb.duckdb or chemdb.plot.maps_of.
DOTTED = re.compile(rf"\bchemdb\.({NAMES})(?![\w])(?!\.\w+\.py)")
FROM = re.compile(
    r"^(?P<indent>[ \t]*)from chemdb(?P<package>\.[\w.]+)? import (?P<names>\([^)]*\)|[^\n]*)", re.M
)


def main() -> None:
    """Rewrite, then move."""
    texts = [p for folder in ("chemdb", "tests", "bench", "docs") for p in Path(folder).rglob("*.py")]
    for path in [*texts, Path("pyproject.toml")]:
        before = path.read_text()
        after = rewritten(before)
        if after != before:
            path.write_text(after)
    for old, new in FILES.items():
        move(f"chemdb/{old}", f"chemdb/{new}")
    # `query` becomes a package's name before its modules go into it.
    for old, new in sorted(MOVES.items()):
        move(f"chemdb/{old.replace('.', '/')}.py", f"chemdb/{new.replace('.', '/')}.py.moved")
    for path in Path("chemdb").rglob("*.py.moved"):
        move(str(path), str(path).removesuffix(".moved"))
    for folder in {path.parent for path in Path("chemdb").rglob("*.py")}:
        (folder / "__init__.py").touch()


def move(old: str, new: str) -> None:
    """Move a file in git."""
    Path(new).parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "mv", old, new], check=True)


def rewritten(text: str) -> str:
    """Return a text with the new names of modules."""
    # Each piece once: a new name may look like an old one.
    pieces, end = [], 0
    for found in FROM.finditer(text):
        new = split(found)
        if new is not None:
            pieces += [renamed(text[end : found.start()]), new]
            end = found.end()
    return "".join([*pieces, renamed(text[end:])])


def renamed(text: str) -> str:
    """Return a text with the new dotted names."""
    return DOTTED.sub(lambda found: f"chemdb.{MOVES[found[1]]}", text)


def split(found: re.Match) -> str | None:
    """Return an import of modules from a package as one line for each place they go to; None for others."""
    package = (found["package"] or "").lstrip(".")
    prefix = f"{package}." if package else ""
    names = re.sub(r"#[^\n]*", "", found["names"]).strip("()").replace("\n", " ").split(",")
    names = [name.strip() for name in names if name.strip()]
    if not any(prefix + name.split()[0] in MOVES for name in names):
        return None
    lines = []
    for name in names:
        module, *alias = name.split()
        new = MOVES.get(prefix + module)
        if new is None:
            lines.append(f"from chemdb{'.' * bool(package)}{package} import {name}")
            continue
        where, _, base = new.rpartition(".")
        shown = base if alias else base + ("" if base == module else f" as {module}")
        lines.append(f"from chemdb.{where} import {' '.join([shown, *alias])}")
    return "\n".join(found["indent"] + line for line in lines)


if __name__ == "__main__":
    main()

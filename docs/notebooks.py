"""Run the notebooks of docs and store what they show.

    python docs/notebooks.py

They run in a temporary folder that contains chemdb.duckdb, which is $CHEMDB_PATH.
"""

import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from chemdb.cli.options import default_path

DOCS = Path(__file__).parent
#: Longest time of a cell in s.
TIMEOUT = 300


def notebooks() -> list[Path]:
    """Return the notebooks of docs."""
    return sorted(DOCS.glob("*.ipynb"))


def executed(path: Path, database: Path) -> nbformat.NotebookNode:
    """Return a notebook with the outputs of its cells, and without traces of the machine."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "chemdb.duckdb").symlink_to(database.resolve())
        client = NotebookClient(
            notebook,
            timeout=TIMEOUT,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": folder}},
        )
        client.execute()
    # The version of Python and of its tools is not what the notebook shows.
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    return notebook


def main() -> None:
    """Run all notebooks and write them."""
    for path in notebooks():
        nbformat.write(executed(path, default_path()), path)
        print(path.relative_to(DOCS.parent), file=sys.stderr)


if __name__ == "__main__":
    main()

"""Files that the tests of maps share."""

import pytest
from helpers.shared import made_once

from chemdb.builder.pipeline import BuildOptions, build

#: Few elements that are allowed anything, so that all allowed compositions can be listed.
STATES = "Li +1\nNa +1\nMg +2\nTi +3 +4\nFe +2 +3\nZn +2\nO -2\nS -2 +4\nF -1\nCl -1\n"


@pytest.fixture(scope="session")
def quaternaries_path(tmp_path_factory):
    """Two to four of all elements with factors to 2; ten elements have oxidation states."""
    states = tmp_path_factory.mktemp("states") / "ten.txt"
    states.write_text(STATES)
    options = BuildOptions(max_stoichiometry=2, oxidation_states=str(states))
    with made_once(tmp_path_factory, "quaternaries/chemdb.duckdb", lambda path: build(path, options)) as path:
        yield path

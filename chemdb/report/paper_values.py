"""Values printed by Park, Onwuli, Butler and Walsh (Faraday Discuss. 2024, d4fd00063c), for comparison."""

from collections.abc import Mapping

CITATION = "Park et al., Faraday Discuss. 2024, d4fd00063c"
MAX_STOICHIOMETRY = "8"
#: SHA-256 of `OxidationStates` of SMACT's smact14: the 421 species of the paper.
SPECIES_CHECKSUM = "sha256:b51c41b8e4505643545d9a40dafe8906415c1357a059d5f5ba43ab4b353308f1"

#: Table 2 by number of elements; known from Materials Project v2023.11.1. The paper prints
#: combinations, allowed, known, standard and interesting; missing and unlikely are differences.
TABLE_2: Mapping[int, Mapping[str, int]] = {
    nelements: {
        "combinations": combinations,
        "allowed": allowed,
        "known": standard + interesting,
        "standard": standard,
        "missing": allowed - standard,
        "interesting": interesting,
        "unlikely": combinations - allowed - interesting,
    }
    for nelements, combinations, allowed, standard, interesting in (
        (2, 225_879, 13_464, 3_627, 6_354),
        (3, 77_637_589, 10_779_441, 24_713, 12_153),
        (4, 16_902_534_325, 2_909_434_982, 16_455, 962),
    )
}

#: The default systems of Table 1.
TABLE_1_SYSTEMS = ("Zn-O", "Li-Zn-O", "Li-Zn-Sn-O")


def as_in_paper(build_info: Mapping[str, str]) -> bool:
    """Return whether a file was built with the species and the largest factor of the paper."""
    return (
        build_info["oxidation_state_checksum"] == SPECIES_CHECKSUM
        and build_info["max_stoichiometry"] == MAX_STOICHIOMETRY
    )

"""Elements, species, stoichiometries and formulas: the terms that everything else is written in."""

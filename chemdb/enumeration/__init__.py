"""Which stoichiometries of which chemical systems are allowed."""

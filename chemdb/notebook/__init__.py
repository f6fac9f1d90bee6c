"""How notebooks show what chemdb returns."""

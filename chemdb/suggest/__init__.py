"""Rank the compositions of a query by the known ones, and say why."""

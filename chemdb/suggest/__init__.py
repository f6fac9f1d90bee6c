"""Rank the compositions of a query by their known analogues."""

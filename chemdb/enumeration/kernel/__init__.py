"""Compiled loops that decide which stoichiometries are allowed."""

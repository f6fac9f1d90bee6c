"""Compiled loops of the enumeration."""

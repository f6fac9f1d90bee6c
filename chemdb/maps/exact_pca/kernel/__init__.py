"""Compiled loops of the exact PCA."""

"""Figures: one module for each, with a function `draw` that returns a `Drawing`."""

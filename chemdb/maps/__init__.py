"""Compositions in two or three dimensions."""

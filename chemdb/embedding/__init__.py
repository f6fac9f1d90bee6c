"""Vectors of compositions: means of element vectors, as arrays, tables and files."""

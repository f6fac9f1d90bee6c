"""Compiled inner loops: numba only, no import of chemdb, arrays in and arrays out.

Every kernel is ``nogil`` and works on a slice that its caller names, so that plain
threads run it in parallel, show progress and can be interrupted between slices.
"""

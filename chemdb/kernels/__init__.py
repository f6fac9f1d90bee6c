"""Compiled inner loops: numba only, no import of the rest of chemdb, arrays in and arrays out.

Every kernel is ``nogil``. Those that take long work on a slice that their caller names, ``start``
to ``stop``, or on the part of the arrays that it hands them, so that plain threads run them in
parallel, show progress and can be interrupted between slices.
"""

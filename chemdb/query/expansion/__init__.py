"""Unknown compositions of a query, expanded from bitmaps by compiled kernels."""

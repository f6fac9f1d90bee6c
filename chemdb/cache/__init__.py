"""The user's cache folder, and numba's compiled kernels in it."""

"""Compositions as vectors: element vectors, their means, and what follows from them."""

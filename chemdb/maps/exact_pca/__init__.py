"""Exact principal components and densities of all compositions, without listing them."""

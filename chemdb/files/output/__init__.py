"""Rows and text as files, each written atomically."""

"""Queries cut into pieces, which any process can read, and work on all pieces by any executor."""

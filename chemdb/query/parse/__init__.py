"""Query text to filter."""

"""Filter to SQL."""

"""From a filter to SQL: counts, rows, and the windows of the space in which they are read."""

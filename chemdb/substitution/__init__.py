"""Learn from the known compositions which element may replace which, and score compositions by it."""

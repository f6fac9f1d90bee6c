"""Pictures: one module a figure, each with `draw(...)`, which gives a `Drawing`."""

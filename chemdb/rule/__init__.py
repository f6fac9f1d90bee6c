"""The rule: whether a composition is allowed, and by which oxidation states."""

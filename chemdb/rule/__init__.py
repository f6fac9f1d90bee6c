"""Charge neutrality and electronegativity: is a composition allowed, and by which oxidation states."""

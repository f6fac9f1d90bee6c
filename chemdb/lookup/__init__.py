"""Labels and explanations of formulas that the user gives."""

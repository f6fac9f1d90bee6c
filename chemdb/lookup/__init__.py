"""What a file says about formulas that the user brings: labels and explanations."""

"""What differs between two files, two oxidation-state sets or two sources of known materials."""

"""Principal components of every composition, without listing any."""

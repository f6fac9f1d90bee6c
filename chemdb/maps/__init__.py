"""Maps: compositions reduced to two or three dimensions."""

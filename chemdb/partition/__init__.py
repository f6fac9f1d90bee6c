"""Cut queries into pieces that any process can read, and score them on any executor."""

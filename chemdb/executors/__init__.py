"""Work on any executor of `concurrent.futures`: processes of this computer, or clusters."""

"""The explorer: the whole space of a file packed for a browser, and the page that counts in it."""

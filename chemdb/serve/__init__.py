"""The explorer page and a JSON API, served on this computer."""

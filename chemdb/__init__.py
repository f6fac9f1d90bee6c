"""Every inorganic composition of two to four elements: allowed or not, known or not."""

__version__ = "0.1.0"

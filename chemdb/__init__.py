"""Every inorganic composition of two to four elements: allowed or not, known or not."""

from importlib.metadata import version

__version__ = version("chemdb")

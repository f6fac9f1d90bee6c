"""Texts that may be formulas."""

from hypothesis import strategies as st

pieces = st.lists(
    st.sampled_from([*"LiFeOHDT()[]{}0123456789 .·*₂\t\n", "Zn", "(OH)2", "·5H2O", "Xx", "2147483647"]),
    max_size=12,
)

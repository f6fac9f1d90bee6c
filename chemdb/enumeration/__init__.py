"""Which stoichiometries of which chemical systems are allowed.

`element_table` says what the rule needs to know of each element, `signatures` groups elements that
the rule cannot tell apart, `count` counts allowed compositions, and `allowed_sets` lists them.
"""

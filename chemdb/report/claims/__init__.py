"""The claims of Park et al. (Faraday Discuss. 2024, d4fd00063c) about their figures, tested numerically."""

"""A block of YAML -> arms: techniques, grids, recipes, mixtures."""

"""The rules, one module per family; `registry.catalogue()` has them all."""

"""The rules, in modules by subject; `registry.catalogue()` has them all."""

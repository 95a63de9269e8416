"""The rules, in modules by subject; `registry.catalogue()` returns them all."""

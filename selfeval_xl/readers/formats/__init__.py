"""One module a file format: from the bytes to Grids, with a guard in front."""

"""File formats, one module each: from the bytes of a file to Grids, with a guard in front."""

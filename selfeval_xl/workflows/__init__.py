"""The commands' work: a module or a folder for each of them."""

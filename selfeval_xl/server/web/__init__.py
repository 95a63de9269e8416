"""The desk in a browser: who may see which page, what is taken in, and how everything looks."""

"""The re-check (抽查复核): the sample with its papers, and the summary of the filled papers."""

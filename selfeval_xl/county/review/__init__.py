"""The re-check (抽查复核): what filled papers (复核底稿) say, for commands and county workbook."""

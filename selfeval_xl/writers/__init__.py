"""Writing of edits into copies of files (`xlsx`) and the open book (`excel`), and of papers (`word`)."""

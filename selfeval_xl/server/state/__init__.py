"""What the desk keeps beside the receiving folder: accounts, sessions, the log, drafts, receipts, returns."""

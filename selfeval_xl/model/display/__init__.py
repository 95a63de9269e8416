"""What a cell displays: Excel's number formats, parsed once each and applied to values."""

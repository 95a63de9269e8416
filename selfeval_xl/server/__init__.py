"""The collecting desk (收件台): departments submit in a browser, the bureau works on the same folder."""

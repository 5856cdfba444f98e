"""What people see in a browser; the pages add no rule of their own."""

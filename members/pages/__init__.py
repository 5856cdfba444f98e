"""The pages in the browser; they add no rule of their own."""

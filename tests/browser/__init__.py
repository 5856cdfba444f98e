"""The pages as people meet them: in a real browser, and link by link."""

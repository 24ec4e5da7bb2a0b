"""The board as strangers read it: browsers, checkers of pages, readers of feeds."""

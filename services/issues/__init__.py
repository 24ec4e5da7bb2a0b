"""Issues: partner units, places, cases, inspection rounds with their visits, wishes, and the photos kept with them."""

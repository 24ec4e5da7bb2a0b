"""How the system comes to stand somewhere."""

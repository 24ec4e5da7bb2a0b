"""Routing: suggesting who handles a case, dispatching without a person where that is wanted, learning from mistakes."""

"""Walks taken down in any pieces, and rounds counted anew from their visits."""

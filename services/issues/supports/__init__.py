"""Supports: who is affected by a case too, or stands behind a wish, and how they are counted."""

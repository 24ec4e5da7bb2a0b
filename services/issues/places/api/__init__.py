"""Places and their stickers over HTTP."""

"""Photos and attachments over HTTP."""

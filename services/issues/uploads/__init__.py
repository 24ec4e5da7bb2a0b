"""Photos, recordings and documents: recognised by content, made harmless, kept in GridFS, read by whom they concern."""

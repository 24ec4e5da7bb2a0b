"""Partner organisations that handle cases and walk rounds."""

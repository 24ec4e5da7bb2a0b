"""The rules by which two cases are alike."""

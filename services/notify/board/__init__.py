"""The notice board (公示栏): what was found and put right, for everybody to read. No person appears on it."""

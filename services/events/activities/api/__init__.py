"""Activities over HTTP."""

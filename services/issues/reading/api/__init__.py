"""Search, queues, map, figures, exports and summaries over HTTP."""

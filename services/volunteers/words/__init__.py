"""Words (用语): every code of this service as people say it, in Chinese and English. `said` is the table."""

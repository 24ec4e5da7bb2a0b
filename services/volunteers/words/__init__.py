"""Words (用语): the Chinese and English words for every code of this service. `said` is the table."""

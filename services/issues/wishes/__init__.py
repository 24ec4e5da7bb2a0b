"""Wishes (居民心愿): proposed and supported by residents, answered by the committee."""

"""Wishes (居民心愿): proposed and supported by residents, answered by the committee.

- `joining`: people support a wish, or withdraw; `supporter_counts`: counts the supporters; `answer_times`: the deadline
of an answer.
"""

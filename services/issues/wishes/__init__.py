"""Wishes (居民心愿): proposed and supported by residents, answered by the committee.

- `joining`: people stand behind a wish, or leave it; `supporter_counts`: how many they are;
  `answer_times`: by when an answer is owed.
"""

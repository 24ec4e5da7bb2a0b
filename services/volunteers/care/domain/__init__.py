"""The rules of care plans: how regular help is promised, and on which dates it is due."""

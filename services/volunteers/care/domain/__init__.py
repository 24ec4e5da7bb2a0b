"""The rules of care plans: how help is promised, and on which dates it falls due."""

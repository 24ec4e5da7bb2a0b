"""Feedback (活动评价): what those who came say afterwards, and its summary. `possible` says who may speak now."""

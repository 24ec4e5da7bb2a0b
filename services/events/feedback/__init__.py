"""Feedback (活动评价): ratings and words by people who came to an activity, and their summary. `possible` tells who may
give feedback now."""

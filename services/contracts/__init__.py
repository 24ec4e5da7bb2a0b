"""The published language: topics, envelope, event models. Imports nothing of ours."""

"""The published language: topics, envelope, event models. This package imports no other package of this project."""

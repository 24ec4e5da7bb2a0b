"""The catalogue that a residential community starts with, as it comes with the service."""

from importlib.resources import files

from services.issues.catalogue.domain.catalogue import Catalogue

RESIDENTIAL = Catalogue.model_validate_json((files(__name__) / "residential.json").read_bytes())
"""What a community uses until it has loaded a catalogue of its own."""

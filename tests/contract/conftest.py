"""Property tests here ask whether something holds, not how fast: a busy machine must not fail them."""

from hypothesis import settings

settings.register_profile("contract", deadline=None)
settings.load_profile("contract")

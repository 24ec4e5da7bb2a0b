"""Cases (问题): how each is reported, handled, verified and shown; its clocks; who may know of it."""

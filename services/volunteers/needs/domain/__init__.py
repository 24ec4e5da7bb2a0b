"""The rules of needs: how a need opens and ends, what happens to its seats, and who may take a seat."""

"""The rules of needs: how they come about and end, what becomes of their seats, and who may take one."""

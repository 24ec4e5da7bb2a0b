"""The rules of telling: persons and their wishes, notices and their lives, the plan between them. No I/O."""

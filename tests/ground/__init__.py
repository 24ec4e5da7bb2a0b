"""What everything else stands on: servers, their parts, and the sentences when they can't be had."""

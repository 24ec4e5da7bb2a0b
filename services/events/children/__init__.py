"""Children (儿童): whose guardian consents, and who may pick them up. Under 14, a guardian decides."""

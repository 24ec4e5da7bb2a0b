"""The rules of routing: policy, rules, classifier, suggestions, rehearsal and accuracy."""

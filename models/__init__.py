"""The classifiers: one protocol, a lexical baseline, the transformer; their training and evaluation."""

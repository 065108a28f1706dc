"""The domain: frozen values and pure functions, with two edges (`fetch` and `notify`)."""

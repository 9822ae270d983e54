"""The pages for people: the same server, rules and words as the API, in a browser, by session."""

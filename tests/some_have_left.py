"""A home's own feature store, of whose people some have left."""

from stayline.ports.feature_store import FeatureStore


class SomeHaveLeft:
    """Answers as the store does, but for who has left."""

    def __init__(self, features: FeatureStore, tokens: set[str]) -> None:
        self._features = features
        self._tokens = tokens

    def __getattr__(self, name: str):
        return getattr(self._features, name)

    def has_left(self, token, *, at):
        return token in self._tokens

    def who_left(self, tokens, *, at):
        return self._tokens & set(tokens)

    def everyone_who_left(self, *, at):
        return self._tokens

"""The handlers of the REST API, one file per subject."""

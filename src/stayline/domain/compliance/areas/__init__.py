"""The areas of the check, a module each: evidence, parameters, and the controls over them."""

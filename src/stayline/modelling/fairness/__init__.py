"""How a model treats groups of people: figures with intervals, in the forms that audits ask for."""

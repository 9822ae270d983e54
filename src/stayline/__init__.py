"""Stayline: employee-attrition risk that a person can act on and account for."""

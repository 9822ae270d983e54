"""Stayline on AWS, as code: a CDK app that composes one construct per concern.

The product never imports this package. It imports the product, so that names, schedules, the
pipeline's definition and what each role may do have one source.
"""

"""What a version of a programme lays down: papers, rules, exclusions, path, outputs.

A version is one JSON document (ADR 17). :mod:`programs.terms.document` is its shape,
:mod:`programs.terms.fields` the facts its conditions may ask for.
"""

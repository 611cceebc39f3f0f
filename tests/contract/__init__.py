"""The contract of docs/exchange.md as checks of any system that plays the tier above.

    python -m tests.contract --url https://slrt.example --token …

It speaks HTTP and reads the published JSON Schemas of this clone; of Puskesos itself it uses
nothing. What it sends is invented, but it is sent: use a village made for the trial.
"""

"""The office's registers: which it uses, their versions, and letters about what they say."""

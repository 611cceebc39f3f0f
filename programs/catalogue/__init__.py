"""The catalogue as data: drafts and publishing, one readable file in and out."""

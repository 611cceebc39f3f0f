"""Are two records one person? Scoring, asking an officer, and what he decided."""

"""Who receives what: of one person, of one programme, and where families have twice or nothing."""

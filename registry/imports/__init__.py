"""Lists handed in as files: read, recognised, tried dry, loaded whole or not at all.

``sheets`` reads the file, ``columns`` recognises what each column holds, ``cells`` and ``rows``
turn cells into facts and problems, ``residents`` and ``registers`` compare them with what the
office knows and write them, ``services`` are the verbs. Everything goes through in batches, so
that a list of a million rows needs little more memory than its sheet.
"""

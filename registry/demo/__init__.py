"""The demo village: files a real office would have, about people who do not exist.

``places`` describes the two offices, ``names`` holds the word lists, ``people`` builds the
inhabitants from a fixed seed, ``files`` writes the sheets, with all the faults real sheets have.
Kecamatan code 99 is assigned to nobody, so no demo NIK or KK matches a living person.
"""

"""For authors of readers: text files as instruments and loggers write them, with every line accounted for.

==================== ==========================================================================================
`packed`             the content of a file, unpacked where it is packed
`opened_text`        a file opened, and what is wrong with it as an error that names file and line
`delimited_text`     its lines, and fast parsing of delimited ones
`regular_lines`      lines that have the right number of fields, and the account of the others
`byte_fields`        fields of lines of any shape, turned into numbers in numpy
`instrument_clock`   dates and times as instruments write them
`line_account`       what became of every line, and problems
`row_order`          rows in order of time, each time once
`row_stream`         rows → stream with the account, and their span
==================== ==========================================================================================
"""

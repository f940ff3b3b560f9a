"""Characters to rows of type.

row           a row: characters in drawing order, with their box
table_rules   rules of tables and frames, told from fraction bars
drop_caps     large first letters made letters of their line
find_rows     what TeX set as one line, with its fractions and limits
stacked_lines lines of words over one another, which a tall figure beside them made one row
join_rows     joins rows that are parts of one
late_formulas puts formulas drawn after their line into its gaps
"""

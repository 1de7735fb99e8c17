"""The disclosure control of one table that an analyst made: `twe protect`.

A table is asked for as a *request* (`request`): groups of one relation, and what is counted of them, from a query
(`query`) or from a file (`table_file`). Nothing of a file is taken over but what it asks for: the counts are made
again from the publication (`counted`), so that the control knows who is in them."""

"""From the text of a query to rows: text (parse), filter, SQL (statement), result."""

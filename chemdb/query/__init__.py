"""From the text of a query to rows: vocabulary and language, filter, SQL, result."""

-- Removes the source $source.

delete from known_entry where source = $source;
delete from known_reject where source = $source;
delete from known_source where source = $source;

-- Adds maps. Reads `new_projection_run` and `new_projection`.

insert into projection_run by name select * from new_projection_run;
insert into projection by name select * from new_projection;

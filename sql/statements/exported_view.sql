-- The view of all columns of an export, which the other views read; {files} is the pattern of its Parquet files.

create view exported as
select {columns}
from read_parquet({files}, hive_partitioning = true, hive_types = {{nelements: utinyint}});

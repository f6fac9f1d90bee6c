-- The map with the given parameters, if the file has it.

select run_id
from projection_run
where embedding = $embedding and method = $method and n_components = $n_components
    and nelements = $nelements and per_category = $per_category and seed = $seed
    and standardize = $standardize and parameters = $parameters;

"""chemdb map."""

from chemdb.cli.app import app
from chemdb.cli.map_options import (
    Components,
    Embedding,
    Method,
    Order,
    PerCategory,
    Seed,
    Settings,
    Standardize,
    spec_of,
)
from chemdb.cli.options import Database


@app.command("map")
def make_map(
    db: Database,
    embedding: Embedding = "magpie",
    method: Method = "umap",
    nelements: Order = 2,
    per_category: PerCategory = 3000,
    seed: Seed = 0,
    components: Components = 2,
    standardize: Standardize = False,
    settings: Settings = None,
) -> None:
    """Make a map of a sample of each category, and keep it in the file.

    The points are in the table projection, what made them in projection_run. A map that the file
    has is not made again; maps go when the known sources change, as the categories do.

    Example: chemdb map --embedding magpie --method pca --nelements 2
    """
    from chemdb.cli.screen import steps_on_screen
    from chemdb.database import connect_to_read
    from chemdb.projection import add_maps, read

    spec = spec_of(embedding, method, nelements, per_category, seed, components, standardize, settings)
    with steps_on_screen() as steps:
        made = add_maps(db, [spec], steps)
    with connect_to_read(db) as con:
        run = read(con, spec).run
    points = sum(run[f"n_{category}"] for category in ("standard", "missing", "interesting", "unlikely"))
    state = f"made in {run['seconds']:.1f} s" if made else "in the file already"
    print(
        f"{spec}: run {run['run_id']}, {points:,} points, "
        f"{run['n_not_covered']:,} compositions without a vector; {state}"
    )

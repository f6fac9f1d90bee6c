"""An interactive map as one HTML page that works offline."""

import html
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from chemdb.errors import PlotError
from chemdb.maps.reduction import TITLES, Value
from chemdb.maps.stored import PER_CATEGORY, Map, MapSpec, map_spec, read_map
from chemdb.plot.database_figures import DatabaseFigures
from chemdb.plot.drawing import SIZE_NAMES, check_target, file_details
from chemdb.plot.embedding_map import axis_label, map_details, most_common_first
from chemdb.plot.style import DEFAULT_LOOK, DEFAULT_PALETTE, EMBEDDING_NAMES, MARKS, Look
from chemdb.runtime.atomic_write import atomic_write
from chemdb.runtime.progress import Steps, no_steps

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
  body {{ font: 15px/1.4 system-ui, sans-serif; margin: 0; height: 100vh; }}
  body {{ display: flex; flex-direction: column; }}
  header {{ padding: 0.6em 1em; display: flex; gap: 1em; flex-wrap: wrap; align-items: baseline; }}
  h1 {{ font-size: 1.1em; margin: 0; }}
  main {{ flex: 1; min-height: 0; }}
  footer {{ padding: 0.4em 1em; color: #555; font-size: 0.8em; }}
  input {{ font: inherit; padding: 0.2em 0.4em; width: 12em; }}
</style>
</head>
<body>
<header>
  <h1>{title}</h1>
  <form id="search">
    <label>Find a formula <input name="formula" autocomplete="off" placeholder="LiZnO2"></label>
  </form>
  <output id="answer"></output>
</header>
<main>{plot}</main>
<footer>{footer}</footer>
<script>
{script}
</script>
</body>
</html>
"""

SCRIPT = r"""
// Sorted elements with reduced amounts: the same for ZnO, OZn and Zn2O2.
function formulaKey(text) {
  const parts = [...text.replace(/\s/g, "").matchAll(/([A-Z][a-z]?)(\d*)/g)];
  if (!parts.length || parts.map(part => part[0]).join("") !== text.replace(/\s/g, "")) return null;
  const amounts = {};
  for (const [, symbol, amount] of parts) amounts[symbol] = (amounts[symbol] || 0) + Number(amount || 1);
  const gcd = (a, b) => b ? gcd(b, a % b) : a;
  const divisor = Object.values(amounts).reduce(gcd);
  return Object.keys(amounts).sort().map(symbol => symbol + amounts[symbol] / divisor).join(" ");
}

function startSearch(plot, is3d) {
  const places = new Map();
  plot.data.forEach((trace, number) => {
    trace.customdata.forEach((data, point) => places.set(formulaKey(data[0]), [number, point]));
  });
  const answer = document.getElementById("answer");
  // Annotations are drawn above all points.
  const point = {
    showarrow: true, arrowhead: 2, arrowwidth: 1.5, ax: 30, ay: -40,
    bgcolor: "white", bordercolor: "black", font: {size: 16, color: "black"},
  };
  const annotate = annotations =>
    Plotly.relayout(plot, is3d ? {"scene.annotations": annotations} : {annotations});
  document.getElementById("search").addEventListener("submit", event => {
    event.preventDefault();
    const text = event.target.formula.value;
    const place = places.get(formulaKey(text));
    if (!place) {
      annotate([]);
      answer.textContent = text ? text + " is not in this sample" : "";
      return;
    }
    const trace = plot._fullData[place[0]];
    const [formula, entry] = plot.data[place[0]].customdata[place[1]];
    const at = {x: trace.x[place[1]], y: trace.y[place[1]], ...(is3d ? {z: trace.z[place[1]]} : {})};
    annotate([{...at, text: formula, ...point}]);
    answer.textContent = formula + ": " + trace.name + (entry ? ", " + entry : "");
  });
}
"""


def plot_map_page(
    figures: DatabaseFigures,
    output: str | os.PathLike[str],
    embedding: str = "magpie",
    method: str = "umap",
    nelements: int = 2,
    *,
    per_category: int = PER_CATEGORY,
    seed: int = 0,
    components: int = 2,
    standardize: bool = False,
    settings: Mapping[str, Value] | None = None,
    palette: str = DEFAULT_PALETTE,
    steps: Steps = no_steps,
) -> Path:
    """Write one map as an interactive page that works offline, a .html file; return its path.

    See `Database.map` for the parameters of maps.

    Raises
    ------
    ChemdbError
        As `Plots.map`, or the file cannot be written.
    """
    target, look = Path(output), Look(palette)
    check_target(target, (".html",))
    spec = map_spec(embedding, method, nelements, per_category, seed, components, standardize, settings)
    figures.database.add_maps([spec], steps)
    with figures.database.cursor() as con:
        write(con, spec, target, look)
    return target


def write(con: duckdb.DuckDBPyConnection, spec: MapSpec, path: Path, look: Look = DEFAULT_LOOK) -> None:
    """Write a map as an HTML page: hovering shows formula, category and entry; formulas can be searched.

    Raises
    ------
    ChemdbError
        The map is not in the file, or `path` cannot be written.
    """
    check_target(path, (".html",))
    text = page(con, read_map(con, spec), look.colors)
    with atomic_write(path, error=PlotError) as [partial]:
        partial.write_text(text, encoding="utf-8")


def page(con: duckdb.DuckDBPyConnection, map_: Map, colors: Mapping[str, str]) -> str:
    """Return the HTML of a map."""
    from plotly.io import to_html

    run = map_.run
    size = SIZE_NAMES[run["nelements"]]
    embedding = EMBEDDING_NAMES.get(run["embedding"], run["embedding"])
    title = f"{TITLES[run['method']]} map of {size} compositions, {embedding} vectors"
    is_3d = run["n_components"] == 3
    plot = to_html(
        figure(con, map_, colors),
        # No data leave the computer of the reader.
        config={
            "responsive": True,
            "displaylogo": False,
            "scrollZoom": True,
            "modeBarButtonsToRemove": ["sendChartToCloud"],
        },
        include_plotlyjs=True,
        full_html=False,
        div_id="map",
        default_height="100%",
    )
    details = file_details(con) | map_details(map_)
    return PAGE.format(
        title=html.escape(title),
        plot=plot,
        footer=" · ".join(html.escape(f"{name}: {value}") for name, value in details.items()),
        script=SCRIPT + f'startSearch(document.getElementById("map"), {json.dumps(is_3d)});',
    )


def figure(con: duckdb.DuckDBPyConnection, map_: Map, colors: Mapping[str, str]) -> "Figure":
    """Return the plotly figure of a map: a trace for each category, the rarest on top.

    Raises
    ------
    PlotError
        The map has no points.
    """
    import plotly.graph_objects as go

    if not len(map_.points):
        raise PlotError("the map has no points")
    is_3d = map_.run["n_components"] == 3
    trace: Any = go.Scatter3d if is_3d else go.Scattergl
    entries = _entries(con, map_)
    formulas = map_.points["formula"].to_pylist()
    drawn = go.Figure()
    for category in most_common_first(con, map_.run["nelements"]):
        chosen = (map_.categories == category).nonzero()[0]
        if not len(chosen):
            continue
        places = dict(zip("xyz", map_.coordinates[chosen].T, strict=False))
        drawn.add_trace(
            trace(
                **places,
                mode="markers",
                name=category,
                customdata=[[formulas[i], entries[i]] for i in chosen],
                hovertemplate="<b>%{customdata[0]}</b><br>"
                + category
                + "<br>%{customdata[1]}<extra></extra>",
                marker={
                    "size": 2.5 if is_3d else 5,
                    "color": colors[category],
                    "symbol": "circle" if MARKS[category].shape == "o" else "diamond",
                    "line": {"width": 0},
                },
            )
        )
    names = {
        f"{axis}axis": {"title": {"text": axis_label(map_, i)}} for i, axis in enumerate("xyz"[: 2 + is_3d])
    }
    drawn.update_layout(
        template="plotly_white",
        margin={"l": 50, "r": 10, "t": 35, "b": 40},
        legend={"itemsizing": "constant", "traceorder": "reversed"},
        **({"scene": names} if is_3d else names),
    )
    return drawn


def _entries(con: duckdb.DuckDBPyConnection, map_: Map) -> list[str]:
    """Return the material_id of the known entry of each point, empty if there is none."""
    known = {
        (system, stoichiometry): material_id
        for system, stoichiometry, material_id in con.execute(
            "select system_id, stoichiometry_id, material_id from known_composition where nelements = ?",
            [map_.run["nelements"]],
        ).fetchall()
    }
    places = zip(
        map_.points["system_id"].to_pylist(), map_.points["stoichiometry_id"].to_pylist(), strict=True
    )
    return [known.get(place) or "" for place in places]

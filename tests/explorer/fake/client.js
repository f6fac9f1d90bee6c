/** Stands in for client.js: invents numbers. */

import { toPicker } from "./query_text.js";

const SYMBOLS = "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr".split(" ");
const WITHOUT = ["He", "Ne", "Ar", "Pm", "Rn", "Lr"];
const GROUPS = {
  alkali: "Li Na K Rb Cs Fr", alkaline_earth: "Be Mg Ca Sr Ba Ra", chalcogen: "O S Se Te Po", halogen: "F Cl Br I At",
  lanthanoid: "La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu", actinoid: "Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr",
  metalloid: "B Si Ge As Sb Te Po", noble_gas: "He Ne Ar Kr Xe Rn", pnictogen: "N P As Sb Bi", tetrel: "C Si Ge Sn Pb",
};

const META = {
  elements: SYMBOLS.map((symbol, i) => ({ symbol, atomic_number: i + 1, name: symbol === "Fe" ? "Iron" : `Element ${i + 1}`, electronegativity: WITHOUT.includes(symbol) ? null : 0.8 + ((i * 37) % 30) / 10, groups: Object.keys(GROUPS).filter((g) => GROUPS[g].split(" ").includes(symbol)) })),
  groups: Object.fromEntries(Object.entries(GROUPS).map(([name, text]) => [name, text.split(" ")])),
  limits: { nelements: [2, 3, 4], max_factor: 8 },
  sources: [{ name: "mp-snapshot", title: "Materials Project entries in Ricci et al., Sci. Data 4, 170085 (2017)", version: "2017", licence: "CC BY 4.0", date: "2017-07-04", url: "https://next-gen.materialsproject.org/materials/{material_id}", entries: 47737, formulas: 34630 }],
  build_info: { chemdb_version: "0.1.0", smact_version: "4.0.2" }, known: "Materials Project 2017, 47,737 entries", table_2: [],
  checksum: "sha256:b51c41b8e4505643545d9a40dafe8906415c1357a059d5f5ba43ab4b353308f1",
  delivery: "folder", has_energies: true, maps: [], citation: "Park et al., Faraday Discussions 2024, 10.1039/D4FD00063C",
};

export function createClient() {
  const base = { standard: 16043, missing: 2920211844, interesting: 6773, unlikely: 14060163133 };
  const fraction = (text) => {
    const picker = toPicker(text);
    return 0.07 ** picker.all.length * 0.9 ** picker.exclude.length * (picker.only ? 0.01 : 1) * (picker.natoms ? picker.natoms / 32 : 1);
  };
  const counts = (text) => {
    const kept = toPicker(text).categories;
    const f = fraction(text);
    return Object.fromEntries(Object.entries(base).map(([c, n]) => [c, kept.length && !kept.includes(c) ? 0 : Math.floor(n * f)]));
  };
  return {
    meta: Promise.resolve(META),
    progress(callback) { callback({ part: "all", fraction: 1, ready_nelements: [2, 3, 4] }); },
    parse(text) {
      const bad = /\b(?:elemnts|foo)\b/.exec(text);
      if (bad) return { error: { message: `query: unknown key '${bad[0]}'; did you mean 'elements'?`, position: bad.index } };
      if (/species=/.test(text)) return { filter: {}, command: `chemdb query "${text}"`, why: "oxidation states are not in this page" };
      return { filter: {} };
    },
    async counts(text, { heat } = {}) {
      const result = counts(text);
      result.partial = false;
      result.total = Object.values(result).reduce((a, b) => a + b, 0);
      if (heat) result.heat = { ...Object.fromEntries(Object.keys(base).map((c) => [c, SYMBOLS.map((s, i) => (WITHOUT.includes(s) && c !== "unlikely" && c !== "interesting" ? 0 : Math.floor((result[c] * ((i * 7919) % 97)) / 1500)))])) };
      return result;
    },
    async rows(text, { limit, offset }) {
      const total = Object.values(counts(text)).reduce((a, b) => a + b, 0);
      return Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, i) => {
        const n = offset + i;
        const known = n < 300;
        const a = SYMBOLS[(n * 7) % 90 + 2];
        return { formula: `Li${a}${(n % 7) + 2}O${(n % 5) + 2}`, category: toPicker(text).categories[0] ?? (known ? "standard" : "missing"), chemsys: `Li-${a}-O`, nelements: 3, elements: ["Li", a, "O"], factors: [1, (n % 7) + 2, (n % 5) + 2], natoms: 5 + (n % 12), formula_anonymous: `AB${(n % 7) + 2}C${(n % 5) + 2}`, max_factor: 8, species: ["Li+", `${a}3+`, "O2-"], known_in: known ? "mp-snapshot" : null, material_id: known ? `mp-${1000 + n}` : null, energy_above_hull: known ? (n % 90) / 1000 : null };
      });
    },
    sql: (text) => `select * from composition where ${JSON.stringify(text)} limit 50`,
    command: (text) => `chemdb query "${text}"`,
    python: (text) => `import chemdb\n\ndb = chemdb.open("chemdb.duckdb")\nresult = db.query("${text}")\n`,
  };
}

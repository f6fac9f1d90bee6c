/**
 * What the modules of the page pass to each other. Names of fields are those of `db.query(...)`, of
 * `db.explain(...)` and of the tables in the file.
 *
 * @typedef {"standard" | "missing" | "interesting" | "unlikely"} Category
 * @typedef {"head" | "known" | "systems" | "sets_2" | "sets_3" | "sets_4" | "substitutions" | `map_${string}`} PartName
 *
 * @typedef {object} Element
 * @property {string} symbol
 * @property {string} name
 * @property {number} atomic_number
 * @property {number | null} electronegativity  Pauling scale; null for He, Ne, Ar, Pm, Rn and Lr
 * @property {number} periodic_group  1 to 18; lanthanoids and actinoids count as 3
 * @property {number} period
 * @property {string} block
 * @property {boolean} smact_metal
 * @property {boolean} smact_mixed_valence
 *
 * @typedef {object} Source  A known source.
 * @property {string} name
 * @property {string} title
 * @property {string | null} version
 * @property {string | null} licence
 * @property {string | null} date
 * @property {number} entries
 * @property {number} formulas
 * @property {string | null} url  Address of an entry, with {material_id}
 *
 * @typedef {object} StateSet  An oxidation-state set; that of the file has `used`.
 * @property {string} name
 * @property {boolean} used
 * @property {Record<string, [number, number][]>} states  By symbol, each state (in e) and its occurrences in the ICSD
 *
 * @typedef {object} MapTitle
 * @property {string} id
 * @property {string} title
 * @property {string} embedding
 * @property {string} method
 * @property {number} nelements
 * @property {number} n_components
 *
 * @typedef {object} Meta
 * @property {Element[]} elements  By atomic number, from 1
 * @property {Record<string, string[]>} groups  Symbols of each element group, by atomic number
 * @property {StateSet[]} state_sets  That of the file first
 * @property {{nelements: number[], max_factor: number}} limits
 * @property {Source[]} sources
 * @property {string} known  The known sources in one line, as `chemdb query` prints it
 * @property {Record<string, string>} build_info
 * @property {string} checksum
 * @property {"served" | "folder" | "file"} delivery
 * @property {boolean} has_energies  Whether any known composition has an energy above the hull
 * @property {boolean} has_suggestions
 * @property {MapTitle[]} maps
 * @property {Record<PartName, number>} sizes  Bytes of each part as it is sent
 * @property {{nelements: number, standard: number, missing: number, interesting: number, unlikely: number}[]} table_2
 * @property {string} citation
 *
 * @typedef {object} Progress
 * @property {PartName} part  The part that has just been read
 * @property {number} fraction  Of all parts that counts and rows need, 0 to 1
 * @property {number[]} ready_nelements  Numbers of elements that are counted exactly by now
 *
 * @typedef {object} Fraction  An exact number.
 * @property {bigint} n
 * @property {bigint} d  Positive
 *
 * @typedef {"=" | "!=" | "<" | "<=" | ">" | ">="} Comparison
 *
 * @typedef {(
 *   | {type: "ElementCount", elements: string[], comparison: Comparison, number: number | null}
 *   | {type: "Quantity", name: "nelements" | "natoms" | "max_factor", comparison: Comparison, number: Fraction}
 *   | {type: "Amount", elements: string[], comparison: Comparison, number: Fraction}
 *   | {type: "AtomicFraction", elements: string[], comparison: Comparison, number: Fraction}
 *   | {type: "Chemsys", elements: string[]}
 *   | {type: "Factors", factors: number[]}
 *   | {type: "FormulaAnonymous", formula_anonymous: string}
 *   | {type: "Allowed"}
 *   | {type: "SpeciesTogether", states: [string, number][]}
 *   | {type: "Known"}
 *   | {type: "KnownIn", source: string}
 *   | {type: "EnergyAboveHull", comparison: Comparison, number: Fraction}
 * )} Term  As in chemdb/query/filter.py; elements are sorted.
 *
 * @typedef {Term | {type: "And", terms: Filter[]} | {type: "Or", terms: Filter[]} | {type: "Not", term: Filter}} Filter
 *
 * @typedef {object} Parsed  One of `filter`, `error` and `command`.
 * @property {Filter} [filter]
 * @property {{message: string, position: number | null}} [error]  Position of a character, from 1
 * @property {string} [command]  Answers what the page cannot
 * @property {string} [why]  Why the page cannot answer
 *
 * @typedef {object} Picker  What the periodic table and the boxes around it show of a query.
 * @property {string[]} all  Elements or groups that compositions contain
 * @property {string[]} any
 * @property {string[]} exclude
 * @property {boolean} only  Whether compositions have no other elements than those of `all` and `any`
 * @property {string} nelements  Such as "3" or "2-3"; empty for any
 * @property {string} natoms  Most atoms; empty for any
 * @property {string} formula_anonymous  Anonymous formula or formula pattern such as ABO3; empty for any
 * @property {Category[]} categories  Empty for all
 * @property {string} rest  Words that it cannot show
 *
 * @typedef {object} Heat  Numbers of compositions with each element, by atomic number - 1.
 * @property {number[]} standard
 * @property {number[]} missing
 * @property {number[]} interesting
 * @property {number[]} unlikely
 *
 * @typedef {object} Counts
 * @property {number} total
 * @property {number} standard
 * @property {number} missing
 * @property {number} interesting
 * @property {number} unlikely
 * @property {Heat} [heat]
 * @property {boolean} partial  Whether some numbers of elements have not been read yet, and are not counted
 *
 * @typedef {object} Row
 * @property {string} formula
 * @property {string} chemsys
 * @property {number} nelements
 * @property {number} natoms
 * @property {number} max_factor
 * @property {string} formula_anonymous
 * @property {boolean} allowed
 * @property {boolean} known
 * @property {Category} category
 * @property {string | null} known_in  Sources, separated by spaces
 * @property {string | null} material_id
 * @property {number | null} energy_above_hull  eV/atom
 * @property {string[]} elements  In order of electronegativity
 * @property {number[]} factors
 * @property {string[] | null} species  The most common oxidation states that allow it
 *
 * @typedef {object} RowOptions
 * @property {number} [limit]  50 by default
 * @property {number} [offset]
 * @property {string} [sort]  A column, with a leading - for descending; known first, then fewest atoms by default
 *
 * @typedef {object} Forbidden
 * @property {"no_electronegativity" | "no_oxidation_states" | "not_neutral" | "electronegativity"} rule
 * @property {string} because
 * @property {string | null} closest
 * @property {number | null} net_charge
 *
 * @typedef {object} SetVerdict
 * @property {string} oxidation_state_set
 * @property {boolean} used
 * @property {boolean | null} allowed
 * @property {number | null} n_witnesses
 * @property {string | null} witness
 * @property {boolean | null} with_mixed_valence
 * @property {string | null} mixed_valence_witness
 * @property {boolean | null} with_alloys
 *
 * @typedef {object} Entry
 * @property {string} source
 * @property {string | null} material_id
 * @property {string} formula_given
 * @property {number | null} energy_above_hull
 *
 * @typedef {object} Neighbour
 * @property {string} formula
 * @property {number} distance
 * @property {string | null} material_id
 * @property {number | null} energy_above_hull
 *
 * @typedef {object} Substitution
 * @property {string} formula
 * @property {string} replaced
 * @property {string} by
 * @property {string} species
 * @property {boolean} same_group
 * @property {number | null} electronegativity_difference
 * @property {string | null} material_id
 * @property {number | null} energy_above_hull
 *
 * @typedef {object} Analogue
 * @property {string} formula
 * @property {string} element
 * @property {string} replaced_by
 * @property {number} weight
 * @property {string | null} material_id
 * @property {number | null} energy_above_hull
 *
 * @typedef {object} Composition  As `db.explain(formula)` returns it; elements and factors are added.
 * @property {string} formula_given
 * @property {string} formula
 * @property {string} chemsys
 * @property {number} nelements
 * @property {number} natoms
 * @property {string} formula_anonymous
 * @property {boolean} in_space
 * @property {string | null} outside_because
 * @property {boolean} allowed
 * @property {boolean} known
 * @property {Category} category
 * @property {Forbidden | null} forbidden
 * @property {number} n_witnesses
 * @property {string[]} witnesses  Neutral choices of species, such as "Li+ Fe2+ P5+ O2-"; the most common first
 * @property {boolean} all_metal
 * @property {SetVerdict[]} verdicts  The set of the file first
 * @property {number} n_entries
 * @property {Entry[]} entries
 * @property {Neighbour[]} neighbours
 * @property {Substitution[]} substitutions
 * @property {number | null} score
 * @property {number | null} share_found
 * @property {Analogue[]} analogues
 * @property {string[]} elements
 * @property {number[]} factors
 *
 * @typedef {object} System
 * @property {string} chemsys
 * @property {string[]} elements  In alphabetical order
 * @property {Row[]} points  All standard, missing and interesting compositions of exactly this system; without species
 * @property {{standard: number, missing: number, interesting: number, unlikely: number}} counts  Of this system
 * @property {{chemsys: string, standard: number, missing: number, interesting: number, unlikely: number}[]} subsystems
 *
 * @typedef {object} Suggestion
 * @property {number} rank
 * @property {string} formula
 * @property {string} chemsys
 * @property {number} nelements
 * @property {number} natoms
 * @property {string} formula_anonymous
 * @property {Category} category
 * @property {number} score
 * @property {number | null} share_found
 * @property {string[] | null} species
 * @property {number} n_analogues
 * @property {Pick<Analogue, "formula" | "element" | "replaced_by" | "material_id">[]} analogues  At most three, the largest weights first
 * @property {number} n_known  Known compositions of its chemical system
 *
 * @typedef {object} Suggestions
 * @property {Suggestion[]} rows
 * @property {number} total  Unknown compositions that match, with a positive score or without
 * @property {boolean} complete  Whether all that were asked for are there; the page has none without a positive score
 * @property {string} command
 *
 * @typedef {object} PointMap
 * @property {string} id
 * @property {string} title
 * @property {string[]} formulas
 * @property {Category[]} categories
 * @property {Float32Array} x
 * @property {Float32Array} y
 * @property {Float32Array | null} z
 *
 * @typedef {object} Client
 * @property {Promise<Meta>} meta
 * @property {(callback: (progress: Progress) => void) => void} progress
 * @property {(text: string) => Parsed} parse  Once `meta` is there
 * @property {(text: string, options?: {heat?: boolean}) => Promise<Counts>} counts
 * @property {(text: string, options?: RowOptions) => Promise<Row[]>} rows
 * @property {(formula: string) => Promise<Composition>} composition
 * @property {(chemsys: string) => Promise<System>} system
 * @property {(text: string, options?: {limit?: number, offset?: number}) => Promise<Suggestions>} suggestions
 * @property {(id: string) => Promise<PointMap>} map
 * @property {(text: string) => string} sql  The query as SQL on the public views
 * @property {(text: string) => string} command  The query as a command
 * @property {(text: string) => string} python  The query in Python
 */

export {};

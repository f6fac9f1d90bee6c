/** Stands in for query_text.js: understands what the picker can show. */

export function toPicker(text) {
  const picker = { all: [], any: [], exclude: [], only: false, nelements: "", natoms: "", formula_anonymous: "", categories: [], rest: "" };
  const rest = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const [, key, comparison, value] = /^(\w+)(<=|=)(.+)$/.exec(word) ?? [];
    if (key === "elements") picker.all.push(...value.split(","));
    else if (key === "any") picker.any.push(...value.split(","));
    else if (key === "exclude") picker.exclude.push(...value.split(","));
    else if (key === "only") Object.assign(picker, { only: true, any: [...picker.any, ...value.split(",").filter((s) => !picker.all.includes(s))] });
    else if (key === "nelements") picker.nelements = value;
    else if (key === "natoms" && comparison === "<=") picker.natoms = value;
    else if (key === "anonymous") picker.formula_anonymous = value;
    else if (["standard", "missing", "interesting", "unlikely"].includes(word)) picker.categories.push(word);
    else if (key === "category") picker.categories.push(...value.split(","));
    else rest.push(word);
  }
  picker.rest = rest.join(" ");
  return picker;
}

export function fromPicker(picker) {
  const words = [];
  if (picker.all.length) words.push(`elements=${picker.all}`);
  if (picker.only) words.push(`only=${[...picker.all, ...picker.any]}`);
  else if (picker.any.length) words.push(`any=${picker.any}`);
  if (picker.exclude.length) words.push(`exclude=${picker.exclude}`);
  if (picker.nelements) words.push(`nelements=${picker.nelements}`);
  if (picker.natoms) words.push(`natoms<=${picker.natoms}`);
  if (picker.formula_anonymous) words.push(`anonymous=${picker.formula_anonymous}`);
  if (picker.categories.length === 1) words.push(picker.categories[0]);
  else if (picker.categories.length) words.push(`category=${picker.categories}`);
  if (picker.rest) words.push(picker.rest);
  return words.join(" ");
}
